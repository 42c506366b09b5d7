"""The sandbox over HTTP, for this machine alone: what `kie sandbox serve` starts."""

from __future__ import annotations

import gzip
import socketserver
import sys
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from kie_cli.core.exchange import Request
from kie_cli.errors import WrongInput
from kie_cli.sandbox.service import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from kie_cli.core.clock import Clock

IDLE = 60.0  # seconds until a silent connection is dropped
POLL = 0.05  # seconds until `close` is noticed


class SandboxServer:
    """
    One sandbox on a port of 127.0.0.1; `url` is the base of all its hosts.

    Port 0 takes a free one. Raises WrongInput when the port cannot be had or the scenario
    does not exist, LocalFiles when the folder cannot be used.
    """

    def __init__(
        self, folder: Path, clock: Clock, port: int = 0, scenario: str | None = None
    ) -> None:
        try:
            self._server = _Server(("127.0.0.1", port), _Handler)
        except (OSError, OverflowError) as error:
            raise WrongInput(
                f"The sandbox cannot listen on port {port}: {error}. Nothing was started.",
                "Choose another port, or --port 0 for a free one.",
            ) from error
        self.url = url = f"http://127.0.0.1:{self._server.server_address[1]}"
        try:
            self._server.sandbox = Sandbox(
                folder, clock, api=url, upload=url, files=url, scenario=scenario
            )
        except BaseException:
            self._server.server_close()
            raise
        self._served = False

    def run(self) -> None:
        """Serve until a signal, or `close` in another thread, ends it."""
        self._served = True
        self._server.serve_forever(POLL)

    def close(self) -> None:
        """Stop listening."""
        if self._served:  # `shutdown` waits for ever for a server that never served
            self._server.shutdown()
        self._server.server_close()


# http.server.HTTPServer would look up this machine's name, which can take seconds.
class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    sandbox: Sandbox

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # clients may go when they like
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE
    disable_nagle_algorithm = True  # else a body waits 40 ms for the client to confirm the head
    server: _Server

    def _serve(self) -> None:
        sandbox = self.server.sandbox
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            url, body = urljoin(sandbox.api, self.path), self._body()
        except ValueError:  # a target or a length that makes no sense
            self.close_connection = True
            self.send_error(400)
            return
        answer = sandbox.handle(Request(self.command, url, headers, body))
        if answer.lost:
            self.close_connection = True
            return
        content, extra = answer.body, {"content-length": str(len(answer.body))}
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        if is_json and "gzip" in headers.get("accept-encoding", ""):
            packed = gzip.compress(content, mtime=0)
            content = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
            extra = {"content-encoding": "gzip", "transfer-encoding": "chunked"}
        self.send_response_only(answer.status)
        for name, value in (answer.headers | extra).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _serve  # noqa: N815 - http.server's names

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            return self.rfile.read(max(0, int(self.headers.get("content-length", "0"))))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def log_message(self, *_: object) -> None:
        pass  # stderr belongs to the command
