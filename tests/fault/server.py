"""
Broken wires on loopback: kie.ai, a gateway or a proxy as a script of single bytes.

Each connection plays a script, one step after the other, then it is closed. A step is bytes to
send, seconds to wait, the name of a method of Link ("read", "reset", ...), or a function that is
given the Link: `take`, `tls`, `relay`. Whatever arrives is kept, byte for byte.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import ssl
import struct
import threading
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest
import trustme

NO_LIMIT = 2**40
LONGEST = 10.0  # seconds that any step may take
CREATED = b'{"code":200,"msg":"success","data":{"taskId":"t-1"}}'


def http(body: bytes | str | dict, status: str = "200 OK", **headers: object) -> bytes:
    """The bytes of an answer; a header that is None is left out."""
    if not isinstance(body, bytes):
        body = (json.dumps(body) if isinstance(body, dict) else body).encode()
    headers = {"Content-Length": len(body), **{k.replace("_", "-"): v for k, v in headers.items()}}
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + body


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """An answer in chunks."""
    body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return http(body + end, Content_Length=None, Transfer_Encoding="chunked")


def packed(body: bytes, times: int = 1) -> bytes:
    """An answer in gzip, or gzip of gzip."""
    for _ in range(times):
        body = gzip.compress(body, mtime=0)
    return http(body, Content_Encoding=", ".join(["gzip"] * times))


def bomb(size: int) -> bytes:
    """Gzip that unpacks to so many bytes (a multiple of 16 MiB), made in a moment."""
    block = bytes(2**24)
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    first, again = (packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * (size // 2**24 - 1)


def slices(answer: bytes, size: int, gap: float = 0.0) -> list[object]:
    """Steps that send an answer in pieces; with a gap it trickles."""
    pieces = [answer[at : at + size] for at in range(0, len(answer), size)]
    return [step for piece in pieces for step in ((piece, gap) if gap else (piece,))]


@dataclass(frozen=True)
class Asked:
    """A whole request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def requests_in(received: bytes) -> list[Asked]:
    """The whole requests among the bytes."""
    found = []
    while re.match(rb"[A-Z]+ \S+ HTTP/1.1\r\n(?s:.*)\r\n\r\n", received):
        head, _, rest = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            break
        method, path, _ = first.split(" ")
        found.append(Asked(method, path, headers, rest[:length]))
        received = rest[length:]
    return found


class Link:
    """One connection; its methods are steps of a script."""

    def __init__(self, plain: socket.socket, over: threading.Event) -> None:
        self.socket = plain
        self.received = bytearray()
        self.sent = 0  # bytes that a relay passed back
        self.over = over

    @property
    def asked(self) -> list[Asked]:
        """The whole requests."""
        return requests_in(bytes(self.received))

    def read(self) -> None:
        """Take in one whole request."""
        start = len(self.received)
        while not requests_in(bytes(self.received[start:])):
            self.take(1, 65536)

    def take(self, least: int, most: int = 0) -> None:
        """Take in so many bytes, or fail when there are no more."""
        end = len(self.received) + least
        while len(self.received) < end:
            piece = self.socket.recv(most or end - len(self.received))
            if not piece:
                raise ConnectionError
            self.received += piece

    def fin(self) -> None:
        """Send no more, and take in all that comes."""
        socket.socket.shutdown(self.socket, socket.SHUT_WR)
        with suppress(ConnectionError):
            while True:
                self.take(1, 65536)

    def reset(self) -> None:
        """Let the connection end in a reset."""
        linger = struct.pack("ii", 1, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def hold(self) -> None:
        """Keep it open until the test is over."""
        self.over.wait(LONGEST)

    def close(self) -> None:
        """Nothing: it is closed after the last step."""

    def play(self, steps: Iterable[Step]) -> None:
        for step in steps:
            if isinstance(step, bytes):
                self.socket.sendall(step)
            elif isinstance(step, (int, float)):
                self.over.wait(step)
            elif isinstance(step, str):
                getattr(self, step)()
            else:
                step(self)


Step = bytes | float | str | Callable[[Link], object]


def take(count: int) -> Step:
    """Take in so many bytes."""
    return lambda link: link.take(count)


def in_turn(*scripts: Iterable[Step]) -> Step:
    """Play another script on each connection, the last one for ever."""
    left = list(scripts)
    return lambda link: link.play(left.pop(0) if len(left) > 1 else left[0])


def tls(context: ssl.SSLContext) -> Step:
    """Speak TLS from here on."""

    def step(link: Link) -> None:
        link.socket = context.wrap_socket(link.socket, server_side=True)

    return step


def relay(port: int, up: int = NO_LIMIT, down: int = NO_LIMIT, end: str = "fin") -> Step:
    """Pass bytes to a port of this machine and back; cut the line after so many either way."""

    def step(link: Link) -> None:
        with socket.create_connection(("127.0.0.1", port)) as far:
            far.settimeout(LONGEST)

            def pour(source: socket.socket, sink: socket.socket, left: int) -> None:
                with suppress(OSError):
                    while left and (piece := source.recv(min(left, 65536))):
                        sink.sendall(piece)
                        left -= len(piece)
                        if source is far:
                            link.sent += len(piece)
                        else:
                            link.received += piece
                    if left:
                        sink.shutdown(socket.SHUT_WR)
                        return
                if end == "reset":
                    link.reset()
                for one in (far, link.socket):
                    with suppress(OSError):  # a plain end would make a reset impossible
                        half = end == "reset" and one is link.socket
                        one.shutdown(socket.SHUT_RD if half else socket.SHUT_RDWR)

            back = threading.Thread(target=pour, args=(far, link.socket, down), daemon=True)
            back.start()
            pour(link.socket, far, up)
            back.join(LONGEST)

    return step


class Wire:
    """A server whose connections all play `steps`, which may be changed between connections."""

    def __init__(self, *steps: Step) -> None:
        self.steps = steps
        self.links: list[Link] = []
        self._over = threading.Event()
        self._plays: list[threading.Thread] = []
        self._bells: dict[tuple[str, int], threading.Event] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def connections(self) -> list[bytearray]:
        """What was received, by connection."""
        return [link.received for link in self.links]

    @property
    def requests(self) -> int:
        """The number of requests whose first line came."""
        return sum(bytes(received).count(b" HTTP/1.1\r\n") for received in self.connections)

    @property
    def asked(self) -> list[Asked]:
        """The whole requests."""
        return [one for link in self.links for one in link.asked]

    @property
    def charged(self) -> int:
        """The number of tasks that kie.ai would have made: whole requests to createTask."""
        return sum(one.path.endswith("/createTask") for one in self.asked)

    def close(self) -> None:
        """End it, and each connection."""
        if self._over.is_set():
            return
        self._over.set()
        self.settle()
        self._listener.close()

    def settle(self) -> None:
        """Return when each connection so far has been played to its end."""
        bell = threading.Event()
        with socket.socket() as last:
            last.bind(("127.0.0.1", 0))
            self._bells[last.getsockname()] = bell
            last.connect(self._listener.getsockname())
            assert bell.wait(LONGEST)
        for play in self._plays:
            play.join(LONGEST)

    def _accept(self) -> None:
        while True:
            try:
                plain, peer = self._listener.accept()
            except OSError:
                return
            if bell := self._bells.pop(peer, None):
                plain.close()
                bell.set()
                if self._over.is_set():
                    return
                continue
            self.links.append(Link(plain, self._over))
            play = threading.Thread(target=self._play, args=(self.links[-1], self.steps))
            play.daemon = True
            play.start()
            self._plays.append(play)

    @staticmethod
    def _play(link: Link, steps: tuple[Step, ...]) -> None:
        link.socket.settimeout(LONGEST)
        link.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            link.play(steps)
        except OSError:
            return
        finally:
            link.socket.close()


@pytest.fixture
def wire() -> Iterator[Callable[..., Wire]]:
    """Start servers that follow a script."""
    made: list[Wire] = []

    def make(*steps: Step) -> Wire:
        made.append(Wire(*steps))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def https(wire, tmp_path, monkeypatch) -> Callable[..., tuple[Wire, Wire]]:
    """
    Start TLS servers for 127.0.0.1 and, behind a CONNECT proxy with a password, api.kie.test.

    `trusted`: this machine knows their authority. The steps begin inside TLS.
    """
    authority = trustme.CA()

    def make(*steps, trusted=True, names=("api.kie.test", "127.0.0.1"), newest=None, **issued):
        if trusted:
            authority.cert_pem.write_to_path(tmp_path / "ca.pem")
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        context = serving(authority.issue_cert(*names, **issued), newest)
        server = wire(tls(context), *steps)
        server.url = f"https://127.0.0.1:{server.port}"
        proxy = wire("read", b"HTTP/1.1 200 OK\r\n\r\n", relay(server.port))
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:pa55word@127.0.0.1:{proxy.port}")
        return server, proxy

    return make


def nobody() -> str:
    """The address of a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        return f"http://127.0.0.1:{gone.getsockname()[1]}"


@contextmanager
def full_backlog() -> Iterator[str]:
    """The address of a server that is too busy to take a connection."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        yield f"http://127.0.0.1:{full.getsockname()[1]}"
        for one in waiting:
            one.close()


def serving(certificate, newest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """A TLS server's side; `newest` for one that is out of date."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    context.set_alpn_protocols(["h2", "http/1.1"])
    if newest:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, newest
    return context
