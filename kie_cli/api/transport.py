"""
The only importer of httpx: who gets the key, how long anything may take, the one paid POST.

Behaviour of httpx that this module leans on (0.28.1): the trace event
`http11.send_request_headers.started` fires right before the first byte of a request, and
an exception raised there ends the call with no byte sent; time-outs are per read, so limits
in total are kept here; redirects are not followed.
"""

from __future__ import annotations

import math
import re
import socket
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from time import monotonic
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx  # noqa: TID253 (this module owns it)

from kie_cli.api.early import EarlyLine, trust
from kie_cli.core.clock import Clock
from kie_cli.core.exchange import Request, Response
from kie_cli.core.retry import retry_after
from kie_cli.core.secret import Secret
from kie_cli.core.verdict import Answer, NotSent, Uncertain
from kie_cli.errors import Unreachable, WrongInput

CREATE_LIMIT, OTHER_LIMIT = 2**20, 2**24  # decoded bytes of an answer
CREATE_TIMES = httpx.Timeout(connect=10, write=30, read=60, pool=10)
CREATE_TOTAL = 90.0  # seconds from the first byte to the whole answer
OTHER_TIMES = httpx.Timeout(connect=10, write=30, read=20, pool=60)
OTHER_TOTAL = 20.0
FILE_TIMES = httpx.Timeout(connect=10, write=30, read=60, pool=60)
HEAD_TOTAL = 60.0  # seconds until a result begins
LONG, PIECE = 2**24, 2**19  # bytes: of a result that is read past h11, and the most of one read
READ_PAST = {("1.0.9", "python-h11/0.16.0")}  # httpcore and h11 that are known to do as in `_body`
PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

Gate = Callable[[Callable[[float], None]], None]
Sockets = dict[int, socket.socket]  # by file number, so that closed ones make room


@dataclass(frozen=True, slots=True)
class Download:
    """The head of an answer whose body is still to be read, piece by piece."""

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]
    packed: bool = False


class Transport:
    """
    Requests to kie.ai, signed for the origins in `signed` and nowhere else.

    `handle` answers in this process in place of any network (the sandbox). `log` takes one
    line about each exchange. `early` is a connection for the first of those that cost nothing.
    Everything that fails in transit is raised as Unreachable.
    """

    def __init__(
        self,
        *,
        key: Secret | None,
        signed: Iterable[str],
        user_agent: str,
        clock: Clock,
        handle: Callable[[Request], Response] | None = None,
        log: Callable[[str], None] = lambda _: None,
        early: EarlyLine | None = None,
    ) -> None:
        self._key = key
        self._signed = frozenset(signed)
        self._user_agent = user_agent
        self._clock = clock
        self._in_process = _InProcess(handle) if handle else None
        self._log = log
        self._early = early
        self._shared: httpx.Client | None = None
        self._trust = early.trust if early else None
        self._lock = threading.Lock()
        self._sockets: dict[str, Sockets] = {}

    def send(
        self,
        method: str,
        url: str,
        *,
        body: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        times: httpx.Timeout = OTHER_TIMES,
        total: float = OTHER_TOTAL,
    ) -> Answer:
        """Make one exchange that costs nothing; raises Unreachable with `again` set."""
        # Any connection to this host may be taken from the pool: at the limit all of them end.
        line = _Line(self._sockets.setdefault(urlsplit(url).netloc, {}))
        client = self._client()
        request = client.build_request(
            method,
            url,
            content=body,
            headers=self._headers(url, headers),
            timeout=times,
            extensions={"trace": line.trace},
        )
        started = self._clock.monotonic()
        line.end_after(total)
        try:
            with closing(client.send(request, stream=True)) as response:
                content = _read(response, OTHER_LIMIT, line)
        except (httpx.HTTPError, httpx.StreamError, _Unreadable) as error:
            self._log(f"{method} {_plain(url)}: {type(error).__name__}")
            reason = "no whole answer in time" if line.cut else _reason(error)
            raise Unreachable(
                f"{urlsplit(url).hostname} could not be reached ({reason}).",
                "Check the network, then try again.",
                again=True,
            ) from None
        finally:
            line.close()
        return self._answer(method, url, response, content, started)

    def create(self, url: str, body: bytes, gate: Gate) -> Answer | NotSent | Uncertain:
        """
        POST the one request that costs money, once, on a connection of its own.

        `gate` runs right before the first byte, and is given a function that ends the
        exchange after so many seconds; when it raises, nothing is sent.
        """
        line = _Line({})
        passed = False

        def trace(event: str, info: Mapping[str, Any]) -> None:
            nonlocal passed
            line.trace(event, info)
            opening = event == "http11.send_request_headers.started"
            if opening and info["request"].method == b"POST":
                line.end_after(CREATE_TOTAL)
                gate(line.end_after)
                passed = True

        def stream() -> Iterator[bytes]:
            # A second lock, should the event above ever get another name.
            if not passed:
                raise RuntimeError("the body of a create was asked for before the gate")
            yield body

        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        started = self._clock.monotonic()
        line.end_after(CREATE_TOTAL)  # for a proxy that keeps talking
        try:
            with self._new_client() as client:
                request = client.build_request(
                    "POST",
                    url,
                    content=stream(),
                    headers=self._headers(url, headers),
                    timeout=CREATE_TIMES,
                    extensions={"trace": trace},
                )
                with closing(client.send(request, stream=True)) as response:
                    content = _read(response, CREATE_LIMIT, line)
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, _Unreadable) as error:
            self._log(f"POST {_plain(url)}: {type(error).__name__}")
            return _lost(error, line) if passed else _not_sent(error, line)
        finally:
            line.close()
        return self._answer("POST", url, response, content, started)

    @contextmanager
    def download(self, url: str, wish: Mapping[str, str]) -> Iterator[Download]:
        """
        Open a result for reading, without the key and without following redirects.

        `wish` are headers that ask for a part of it. Raises Unreachable with `again` set, also
        while the pieces are read.
        """
        line = _Line(self._sockets.setdefault(urlsplit(url).netloc, {}))
        line.end_after(HEAD_TOTAL)
        own = {"User-Agent": self._user_agent, "Accept-Encoding": "identity"}
        try:
            with self._client().stream(
                "GET",
                url,
                headers={**wish, **own},
                timeout=FILE_TIMES,
                extensions={"trace": line.trace},
            ) as response:
                line.close()
                self._log(f"GET {_plain(url)} -> {response.status_code}")
                packed = response.headers.get("content-encoding", "").strip().lower()
                if packed not in {"", "identity", "gzip"}:
                    raise Unreachable(f"The result came packed as {packed[:40]}.")
                plain = packed != "gzip"
                pieces = _body(response) if plain else response.iter_bytes()
                yield Download(response.status_code, response.headers, pieces, packed=not plain)
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            reason = "no answer in time" if line.cut else _reason(error)
            raise Unreachable(f"The transfer broke ({reason}).", again=True) from None
        finally:
            line.close()

    def close(self) -> None:
        """Close idle connections."""
        if self._shared:
            self._shared.close()
        if self._early:
            self._early.close()

    def _headers(self, url: str, headers: Mapping[str, str] | None) -> dict[str, str]:
        found = {"User-Agent": self._user_agent, "Accept-Encoding": "gzip", **(headers or {})}
        parts = urlsplit(url)
        if self._key and f"{parts.scheme}://{parts.netloc}".lower() in self._signed:
            found["Authorization"] = f"Bearer {self._key.reveal()}"
        return found

    def _client(self) -> httpx.Client:
        with self._lock:
            self._shared = self._shared or self._new_client(self._early)
            return self._shared

    def _new_client(self, early: EarlyLine | None = None) -> httpx.Client:
        if self._in_process:
            return httpx.Client(transport=self._in_process)
        self._trust = self._trust or trust()
        if early:
            from kie_cli.api.backend import EarlyTransport

            return httpx.Client(transport=EarlyTransport(self._trust, early))
        try:
            # Plain http is for loopback alone, and must not pass a proxy that reads the key.
            direct = ("http://", *(f"all://{host}" for host in LOOPBACK))
            return httpx.Client(verify=self._trust, mounts=dict.fromkeys(direct))
        except (ValueError, ImportError, httpx.InvalidURL):
            raise WrongInput(
                "The proxy settings of the environment cannot be used: look at "
                f"{', '.join(PROXY_VARIABLES)}. Nothing was sent."
            ) from None

    def _spent(self, started: float) -> float:
        return self._clock.monotonic() - started

    def _answer(
        self, method: str, url: str, response: httpx.Response, content: bytes, started: float
    ) -> Answer:
        headers = response.headers
        ray = headers.get("cf-ray", "-")
        self._log(
            f"{method} {_plain(url)} -> {response.status_code}, {len(content)} bytes, "
            f"{self._spent(started):.2f} s, cf-ray {ray}"
        )
        wish = retry_after(headers, self._clock.now())
        if self._key:  # a server that echoes it shall not bring it into the ledger
            content = self._key.blotted(content)
        return Answer(response.status_code, content, wish, _host(headers.get("location", "")))


class _Unreadable(Exception):
    """An answer that is too large, packed in an unknown way, or that takes too long in all."""


class _Line:
    """
    One exchange: the sockets that it may use, and when they are shut.

    `sockets` are those that are open already, `peer` is the other end of the newest.
    """

    def __init__(self, sockets: Sockets) -> None:
        self.cut = False
        self._over = False
        self.peer = ""
        self._sockets = sockets

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        # Beside "connection." there are "proxy." and "socks.".
        if event.endswith(".connect_tcp.started"):
            self.peer = f"{info['host']}:{info['port']}"
        elif event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            found = info["return_value"].get_extra_info("socket")
            self._sockets[found.fileno()] = found
            if self.cut:
                self.shut()

    def end_after(self, seconds: float) -> None:
        """End the exchange so much later; may be called by a signal handler at any moment."""
        if not self._over:
            _watchdog.shut(self, monotonic() + seconds)

    def close(self) -> None:
        # First this: a handler that comes later must not ask for the watchdog any more.
        self._over = True
        _watchdog.leave(self)

    def shut(self) -> None:
        self.cut = True
        for one in list(self._sockets.values()):
            # Not SSLSocket.shutdown: that one drops the TLS state under the reader's feet.
            with suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)


class _Watchdog:
    """
    Shuts lines at their time: one thread for all, begun by the first.

    Nothing here waits for a lock, as a signal handler may be the caller: a dict changes at one
    stroke, and the `put` of a SimpleQueue may interrupt another.
    """

    def __init__(self) -> None:
        self._begun = threading.Lock()
        self._times: dict[_Line, float] = {}
        self._wakes = math.inf  # when the thread looks again by itself
        self._bell: SimpleQueue[None] = SimpleQueue()

    def shut(self, line: _Line, at: float) -> None:
        """Shut `line` at this time by the monotonic clock, instead of an earlier said one."""
        self._times[line] = at
        if self._begun.acquire(blocking=False):
            threading.Thread(target=self._run, name="limits", daemon=True).start()
        if at < self._wakes:
            self._bell.put(None)

    def leave(self, line: _Line) -> None:
        """Leave `line` alone."""
        self._times.pop(line, None)

    def _run(self) -> None:
        while True:
            self._wakes = math.inf  # before the look, so that whoever comes after it rings
            now, times = monotonic(), list(self._times.items())
            for line, at in times:
                if at <= now:
                    self.leave(line)
                    line.shut()
            self._wakes = min((at for _, at in times if at > now), default=math.inf)
            with suppress(Empty):
                self._bell.get(timeout=None if self._wakes == math.inf else self._wakes - now)


_watchdog = _Watchdog()


class _InProcess(httpx.BaseTransport):
    """Answers requests by a function, keeping the order of events of the real wire."""

    def __init__(self, handle: Callable[[Request], Response]) -> None:
        self._handle = handle

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        trace = request.extensions.get("trace")
        if trace:
            sent = SimpleNamespace(method=request.method.encode())
            trace("http11.send_request_headers.started", {"request": sent})
        answer = self._handle(
            Request(
                method=request.method,
                url=str(request.url),
                headers=dict(request.headers),
                body=request.read(),
            )
        )
        if answer.lost:
            raise httpx.ReadTimeout("the answer was lost", request=request)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=httpx.ByteStream(answer.body)
        )


def _read(response: httpx.Response, limit: int, line: _Line) -> bytes:
    """Return the body; not by httpx, which unpacks a piece of any size, any number of times."""
    found = bytearray()
    packed = response.headers.get("content-encoding", "identity").strip().lower() or "identity"
    if packed not in {"identity", "gzip"}:
        raise _Unreadable(f"it is packed as {packed[:40]}")
    unpack = zlib.decompressobj(wbits=31) if packed == "gzip" else None
    for piece in response.iter_raw():
        try:
            found += unpack.decompress(piece, limit + 1 - len(found)) if unpack else piece
        except zlib.error:
            raise _Unreadable("it cannot be unpacked") from None
        if len(found) > limit:
            raise _Unreadable(f"an answer of over {limit} bytes")
        if line.cut:
            raise _Unreadable("the answer took too long")
    return bytes(found)


def _body(response: httpx.Response) -> Iterator[bytes]:
    """
    Yield the body as it came; a long one straight from the connection, which then ends with it.

    h11 copies each byte five times, which takes as long as all else of a transfer together. What
    it has read ahead is the first piece that it gives; with versions of which that is not known,
    it reads to the end.
    """
    import h11
    import httpcore

    headers, pieces = response.headers, response.iter_raw()
    said = "" if "transfer-encoding" in headers else headers.get("content-length", "")
    left = int(said) if said.isdecimal() else 0
    line = response.extensions.get("network_stream")  # there is none in process
    if left < LONG or not line or (httpcore.__version__, h11.PRODUCT_ID) not in READ_PAST:
        yield from pieces
        return
    piece = next(pieces, b"")
    try:
        while piece:
            yield piece
            left -= len(piece)
            # Twice what came, as room for more than one record of TLS (16 kB) costs time.
            piece = line.read(min(left, PIECE, 2 * len(piece)), FILE_TIMES.read)
    except httpcore.ReadTimeout:
        raise httpx.ReadTimeout("") from None
    except httpcore.ReadError as error:
        raise httpx.ReadError(str(error)) from None


def _lost(error: Exception, line: _Line) -> Uncertain:
    if line.cut:
        return Uncertain(f"no answer from kie.ai after {CREATE_TOTAL:.0f} s")
    if isinstance(error, httpx.ReadTimeout):
        return Uncertain(f"no answer from kie.ai after {CREATE_TIMES.read:.0f} s")
    if isinstance(error, (httpx.WriteTimeout, httpx.WriteError)):
        return Uncertain("the connection to kie.ai broke while the request was being sent")
    if isinstance(error, _Unreadable):
        return Uncertain(f"kie.ai's answer could not be read ({_reason(error)})")
    return Uncertain("the connection to kie.ai broke after the request was sent")


def _not_sent(error: Exception, line: _Line) -> NotSent:
    if line.cut:
        return NotSent("no connection in time")
    reason = _reason(error)
    if "SSL" in str(error) or "certificate" in str(error).lower():
        hint = "kie trusts the system's certificates; SSL_CERT_FILE adds a company's own."
        return NotSent(f"no secure connection: {reason}", hint=hint)
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        return NotSent(reason, again=True)
    if isinstance(error, httpx.ProxyError):
        hint = f"See {', '.join(PROXY_VARIABLES)}."
        return NotSent(f"the proxy {line.peer} refused: {reason}", hint=hint)
    return NotSent(reason)


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    text = re.sub(r"^\[Errno -?\d+\] ", "", str(error).strip().rstrip("."))
    return text[:1].lower() + text[1:] if text[1:2].islower() else text or type(error).__name__


def _host(url: str) -> str | None:
    with suppress(ValueError):
        return urlsplit(url).hostname
    return None


def _plain(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
