"""kie.ai for compare.py, on 127.0.0.1: plain, by TLS, and by TLS at the end of a slow line."""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HEAD = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\0mdat"  # a video, to its end
BLOCK = bytes(2**18)


def certify(folder):
    """Make an authority and a certificate for 127.0.0.1 in `folder`; return the authority's."""
    # By a process: cryptography would stay in this one, whose size every child begins with.
    words = ["-m", "trustme", "--quiet", "--identities", "127.0.0.1", "--dir", folder]
    subprocess.run([sys.executable, *words], check=True)
    return folder / "client.pem"


def video(stream, size):
    """Write `size` bytes that begin as a video does."""
    stream.write(HEAD)
    for start in range(len(HEAD), size, len(BLOCK)):
        stream.write(BLOCK[: size - start])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True

    def do_GET(self):
        parts = urlsplit(self.path)
        if parts.path.endswith(".mp4"):
            size = int(parts.path[1:-4])
            self.head(size)
            video(self.wfile, size)
        else:
            task_id = parts.query.removeprefix("taskId=")
            host = self.server.results[task_id[0]]
            result = json.dumps({"resultUrls": [f"{host}/{int(task_id[1:])}.mp4"]})
            self.answer({"taskId": task_id, "state": "success", "resultJson": result})

    def do_POST(self):
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, len(BLOCK))))
        self.answer({"downloadUrl": f"https://127.0.0.1{self.path}"})

    def answer(self, data):
        body = json.dumps({"code": 200, "msg": "success", "success": True, "data": data}).encode()
        self.head(len(body))
        self.wfile.write(body)

    def head(self, size):
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, results, context=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.results, self.context = results, context
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, args=(0.004,), daemon=True).start()

    def get_request(self):
        sock, address = super().get_request()
        if self.context:  # the handshake follows with the first read, in a thread of its own
            sock = self.context.wrap_socket(
                sock, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True
            )
        return sock, address

    def handle_error(self, *_):
        pass


def serve(folder):
    """Return the plain and the TLS server; a task is `a` (plain) or `b` and its size."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    results = {}
    plain, tls = Server(results), Server(results, context)
    results.update(a=plain.url, b=tls.url)
    return plain, tls


def far(port, round_trip):
    """Return the port of a line to `port` that needs `round_trip` seconds there and back."""

    async def relay(reader, writer, late):
        loop = asyncio.get_running_loop()
        while piece := await reader.read(2**16):
            loop.call_later(late, writer.write, piece)
        loop.call_later(late, writer.close)

    async def connected(reader, writer):
        await asyncio.sleep(round_trip)  # TCP's own greeting
        there = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(
            relay(reader, there[1], round_trip / 2), relay(there[0], writer, round_trip / 2),
            return_exceptions=True,
        )  # fmt: skip

    async def run():
        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        found.append(server.sockets[0].getsockname()[1])
        ready.set()
        await server.serve_forever()

    found, ready = [], threading.Event()
    threading.Thread(target=asyncio.run, args=(run(),), daemon=True).start()
    ready.wait(10)
    return found[0]
