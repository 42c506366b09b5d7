"""kie.ai's callbacks: received on this machine, checked, looked up, recorded, handed on."""

from __future__ import annotations

import json
import os
import queue
import shlex
import shutil
import socket
import socketserver
import subprocess
import sys
import threading
from contextlib import closing, suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from kie_cli.context import Kie
from kie_cli.core.clock import Clock
from kie_cli.core.polling import Over, Pace, Subject, watch
from kie_cli.core.secret import Secret
from kie_cli.core.signature import LIMIT, BadSignature, NotACallback, signed_task
from kie_cli.core.task import Task
from kie_cli.errors import BadKey, ExitCode, KieError, StillRunning, Stopped, WrongInput
from kie_cli.jobs.look import look, verdict, worst

SILENCE, WHOLE = 10.0, 15.0  # seconds that a sender may pause, and take in all
LAG = 60.0  # seconds that kie.ai's record of a task may be behind its callback
POLL = 0.1  # seconds
MOST_THREADS = 64
MOST_WAITING = 100  # refusals that nobody was told of yet


def webhook_key(kie: Kie) -> Secret:
    """Return the key that kie.ai signs callbacks with; raises WrongInput without one."""
    key = kie.settings.get("webhook_key").value
    if key is None:
        raise WrongInput(
            "There is no webhook key, so nothing tells kie.ai's callbacks from anybody's.",
            "Make one: https://kie.ai/settings",
            "Save it: kie config set webhook_key -   (reads it from stdin)   "
            "In scripts: set KIE_WEBHOOK_KEY",
        )
    for stream in (kie.output.out, kie.output.err):
        stream.secrets.append(key)
    return key  # type: ignore[no-any-return]


def listen(
    kie: Kie,
    port: int,
    *,
    command: str | None = None,
    count: int | None = None,
    timeout: float | None = None,
) -> ExitCode:
    """
    Give the result of each task that kie.ai calls about; return the exit code for all of them.

    Ends after `count` results or `timeout` seconds. `command` is run for each, with KIE_TASK_ID,
    KIE_STATE and KIE_URLS (one a line) in its environment.
    """
    key, argv = webhook_key(kie), _argv(kie, command)
    kie.key, kie.ledger  # noqa: B018 (without them no callback could be looked up or recorded)
    codes: dict[str, ExitCode] = {}
    done: set[str] = set()
    end = None if timeout is None else kie.clock.monotonic() + timeout
    with closing(Inbox(key, kie.clock, port)) as inbox:
        kie.output.note(f"Listening on {inbox.url}. Stop with Ctrl-C.")
        try:
            while count is None or len(done) < count:
                try:
                    arrived = inbox.queue.get_nowait()
                except queue.Empty:
                    if end is not None and kie.clock.monotonic() >= end:
                        break
                    kie.clock.sleep(POLL)
                    continue
                if isinstance(arrived, ValueError):
                    kie.output.warn(f"A callback was refused. {arrived}")
                elif arrived not in done:
                    try:
                        task = _ended(kie, arrived)
                    except BadKey:
                        raise
                    except KieError as error:  # delivered once more, it is looked up once more
                        kie.output.error(error)
                        codes[arrived] = error.exit_code
                        continue
                    done.add(arrived)
                    codes[arrived] = _give(kie, task)
                    if argv and not _run(kie, argv, task):
                        codes[arrived] = worst([codes[arrived], ExitCode.UNEXPECTED])
        except Stopped as stopped:
            stopped.explain(
                "Stopped listening. Tasks that end now are not lost; take them up with:",
                f"  {kie.again('wait --pending')}",
            )
            raise
    if count is not None and len(done) < count:
        kie.output.error(StillRunning(f"The time was up after {len(done)} of {count} results."))
        return worst([*codes.values(), ExitCode.STILL_RUNNING])
    return worst(list(codes.values()))


def _argv(kie: Kie, command: str | None) -> list[str]:
    if command is None:
        return []
    try:
        argv = shlex.split(command)
    except ValueError:
        argv = []
    if not argv or not shutil.which(argv[0], path=kie.environ.get("PATH")):
        raise WrongInput(
            f"--exec {command}: there is no such program. Nothing was started.",
            "It is run without a shell; for one: --exec \"sh -c '...'\"",
        )
    return argv


def _ended(kie: Kie, task_id: str) -> Task:
    """Ask kie.ai for a task until it says what the callback said: that it ended."""
    task = Task(task_id, "")
    for event in watch([Subject(task_id)], partial(look, kie), Pace(LAG), kie.clock):
        if isinstance(event, Over):
            event.error.task_id = task_id
            event.error.message = f"{task_id}: {event.error.message}"
            raise event.error
        task = getattr(event, "task", task)
    return task


def _give(kie: Kie, task: Task) -> ExitCode:
    error = verdict(task)
    if error is None:
        kie.output.finished(task, saved=False)
        return ExitCode.OK
    kie.output.unfinished(task)
    if not kie.json:
        error.message = f"{task.task_id}: {error.message}"
        kie.output.error(error)
    return error.exit_code


def _run(kie: Kie, argv: list[str], task: Task) -> bool:
    told = {
        "KIE_TASK_ID": task.task_id or "",
        "KIE_STATE": task.state,
        "KIE_URLS": "\n".join(url for url in task.urls if url.isprintable()),
    }
    try:
        # What it prints goes to stderr: stdout has results alone.
        code = subprocess.run(
            argv, env={**kie.environ, **told}, stdin=subprocess.DEVNULL, stdout=2, check=False
        ).returncode
    except OSError as error:
        code = error.errno or 1
    if code:
        kie.output.warn(f"--exec ended with {code} for {task.task_id}. Its result is recorded.")
    return code == 0


class Inbox:
    """
    Callbacks on a port of 127.0.0.1, 0 for a free one; raises WrongInput where there is none.

    `queue` gives the id of each task whose callback was kie.ai's, and why others were refused.
    """

    def __init__(self, key: Secret, clock: Clock, port: int) -> None:
        try:
            self._server = _Server(("127.0.0.1", port), _Handler)
        except (OSError, OverflowError) as error:
            raise WrongInput(
                f"kie cannot listen on port {port}: {error}. Nothing was started.",
                "Choose another port, or --port 0 for a free one.",
            ) from None
        self._server.key, self._server.clock = key, clock
        self.queue = self._server.queue = queue.SimpleQueue()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(POLL,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


# http.server.HTTPServer would look up this machine's name, which can take seconds.
class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = os.name == "posix"  # elsewhere it would share the port with others
    daemon_threads = True
    block_on_close = False
    key: Secret
    clock: Clock
    queue: queue.SimpleQueue[str | ValueError]

    def verify_request(self, *_: object) -> bool:
        return threading.active_count() < MOST_THREADS

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # senders may go when they like
            super().handle_error(request, client_address)


class _TooLarge(ValueError):
    """A body that is not read to its end."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = SILENCE
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._timer = threading.Timer(WHOLE, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def finish(self) -> None:
        self._timer.cancel()
        super().finish()

    def _cut(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def do_POST(self) -> None:
        server = self.server
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            task_id = signed_task(server.key, headers, self._body(), server.clock.now())
        except ValueError as error:
            codes = {_TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                     BadSignature: HTTPStatus.UNAUTHORIZED}  # fmt: skip
            if server.queue.qsize() < MOST_WAITING:
                server.queue.put(error)
            self._answer(codes.get(type(error), HTTPStatus.BAD_REQUEST))
        else:
            server.queue.put(task_id)
            self._answer(HTTPStatus.OK, "success")

    def _body(self) -> bytes:
        """Return the body, of a length that is given or in chunks, and of LIMIT bytes at most."""
        if "chunked" not in self.headers.get("transfer-encoding", "").lower():
            return self._read(self.headers.get("content-length", "0"), 10, 0)
        body = bytearray()
        while piece := self._read(self.rfile.readline(20), 16, len(body)):
            body += piece
            self.rfile.readline(3)
        return bytes(body)

    def _read(self, length: str | bytes, base: int, before: int) -> bytes:
        try:
            size = int(length, base)
        except ValueError:
            size = -1
        if size < 0:
            raise NotACallback("Its length makes no sense.")
        if before + size > LIMIT:
            raise _TooLarge(f"It has more than {LIMIT} bytes.")
        return self.rfile.read(size)

    def _answer(self, code: int, message: str = "") -> None:
        self.close_connection = True
        body = json.dumps({"code": code, "msg": message or HTTPStatus(code).phrase}).encode()
        self.send_response_only(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def send_error(self, code: int, *_: object, **__: object) -> None:
        self._answer(code)

    def log_message(self, *_: object) -> None:
        pass  # stderr belongs to the command
