"""kie.ai on loopback for tests: API, upload and result hosts on three ports, all recorded.

It answers with the bodies of tests/examples unless a test says otherwise: `answer` scripts the
next answers of a route, `plays` the states that recordInfo tells of a task, one a look.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

EXAMPLES = Path(__file__).parent / "examples"
TASK = "addc9644bab1bc844d49d901a336b8db"


def example(name: str) -> dict:
    """Return the body of tests/examples/NAME.json."""
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


@dataclass
class Recorded:
    host: str
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, bytes]:
        """The parts of a multipart body, by name."""
        head = b"Content-Type: " + self.headers["content-type"].encode() + b"\r\n\r\n"
        parts = BytesParser().parsebytes(head + self.body).get_payload()
        return {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in parts
        }


@dataclass
class Reply:
    """
    An answer; `body` may be bytes, text, or anything JSON. `hang_up`: close instead.

    `meanwhile` runs after the request arrived and before the answer leaves.
    """

    body: object = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False
    meanwhile: Callable[[], object] = lambda: None

    @property
    def bytes(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


class Loopback:
    """Three servers on 127.0.0.1; `close` ends them, and so does the end of the process."""

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self.files: dict[str, Reply] = {}
        self._scripts: dict[str, deque[Reply]] = defaultdict(deque)
        self._states: dict[str, list[Reply]] = {}
        self._ids = (f"{number:032x}" for number in itertools.count(0xA1))
        self._lock = threading.Lock()
        self._servers = {name: self._serve(name) for name in ("api", "upload", "result")}
        self.api, self.upload, self.result = (
            f"http://127.0.0.1:{server.server_address[1]}" for server in self._servers.values()
        )

    # what a test says

    def answer(self, route: str, *replies: object, status: int = 200, **more) -> None:
        """Script the next answers of a route such as "createTask": example names, or Replies."""
        for reply in replies:
            if isinstance(reply, str) and (EXAMPLES / f"{reply}.json").exists():
                reply = Reply(example(reply), status, **more)
            elif not isinstance(reply, Reply):
                reply = Reply(reply, status, **more)
            self._scripts[route].append(reply)

    def plays(self, task_id: str, *states: object) -> None:
        """Let recordInfo tell these of a task, one a look, the last one for ever."""
        self._states[task_id] = [
            state if isinstance(state, Reply) else Reply(self.record(task_id, state))
            for state in states
        ]

    def record(self, task_id: str, state: object, urls: list[str] | None = None) -> dict:
        """Return a recordInfo body: of a state, or with the `data` members given as a dict."""
        names = {"success": "record.success", "fail": "record.fail"}
        name = names.get(state, "record.generating") if isinstance(state, str) else "record.success"
        body = example(name)
        body["data"]["taskId"] = task_id
        if state == "success":
            body["data"]["resultJson"] = json.dumps({"resultUrls": urls or [self.file(task_id)]})
        elif isinstance(state, str):
            body["data"]["state"] = state
        else:
            body["data"].update(state)
        return body

    def file(self, name: str, content: bytes | None = None, **more) -> str:
        """Put a result on the result host and return its URL."""
        from kie_cli.sandbox.png import picture

        path = f"/r/{name}.png"
        more.setdefault("headers", {"Content-Type": "image/png"})
        self.files[path] = Reply(picture(64, 64, name) if content is None else content, **more)
        return self.result + path

    # what a test asks

    def posts(self) -> list[Recorded]:
        """Return the requests to createTask."""
        return [request for request in self.requests if request.path.endswith("/createTask")]

    def seen(self, part: str) -> list[Recorded]:
        """Return the requests whose path has `part` in it."""
        return [request for request in self.requests if part in request.path]

    def close(self) -> None:
        for server in self._servers.values():
            server.shutdown()
            server.server_close()

    # the servers

    def _serve(self, name: str) -> ThreadingHTTPServer:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 20
            disable_nagle_algorithm = True  # else 40 ms an answer

            def do_GET(self):
                url = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = Recorded(
                    name,
                    self.command,
                    url.path,
                    parse_qs(url.query),
                    {key.lower(): value for key, value in self.headers.items()},
                    body,
                )
                with outer._lock:
                    outer.requests.append(request)
                    reply = outer._reply(request)
                reply.meanwhile()
                if reply.hang_up:
                    self.close_connection = True
                    return
                content = reply.bytes
                self.send_response(reply.status)
                for key, value in reply.headers.items():
                    self.send_header(key, value)
                if "Content-Length" not in reply.headers:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET

            def log_message(self, *args):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass

        server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.004,), daemon=True).start()
        return server

    def _reply(self, request: Recorded) -> Reply:
        route = request.path.rsplit("/", 1)[-1]
        if self._scripts[route]:
            return self._scripts[route].popleft()
        if request.host == "result":
            return self.files.get(request.path, Reply("<html>Not Found</html>", 404))
        if route == "createTask":
            task_id = next(self._ids)
            self._states.setdefault(
                task_id,
                [Reply(self.record(task_id, "generating")), Reply(self.record(task_id, "success"))],
            )
            return Reply(
                {"code": 200, "msg": "success", "data": {"taskId": task_id, "recordId": task_id}}
            )
        if route == "recordInfo":
            states = self._states.get(request.query["taskId"][0])
            if not states:
                return Reply(example("record.null"))
            return states.pop(0) if len(states) > 1 else states[0]
        if route == "credit":
            return Reply(example("credit.ok"))
        if route == "file-stream-upload":
            name = request.form["fileName"].decode()
            path = f"{request.form['uploadPath'].decode()}/{name}"
            body = example("upload.ok")
            body["data"]["downloadUrl"] = f"{self.upload}/kieai/100042/{path}"
            return Reply(body)
        return Reply("<html>no such route</html>", 404)
