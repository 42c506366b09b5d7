"""httpx's way to a server, which begins with the connection that is open already (early.py)."""

from __future__ import annotations

import select
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import httpcore
import httpx  # noqa: TID253 (see api/transport.py)

from kie_cli.api.early import CONNECT, EarlyLine

LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)  # httpx's own


class EarlyTransport(httpx.HTTPTransport):
    """Sends by `early` what goes to its host, as long as it can; the rest like httpx does."""

    def __init__(self, trust: ssl.SSLContext, early: EarlyLine) -> None:
        super().__init__(verify=trust)
        # httpx has no parameter for it. Should the name change, all goes the usual way.
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust,
            max_connections=LIMITS.max_connections,
            max_keepalive_connections=LIMITS.max_keepalive_connections,
            keepalive_expiry=LIMITS.keepalive_expiry,
            network_backend=_Backend(early),
        )


class _Backend(httpcore.SyncBackend):
    def __init__(self, early: EarlyLine) -> None:
        self._early = early

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        if (host, port) == (self._early.host, self._early.port):
            timeout, began = timeout or CONNECT, monotonic()
            if found := self._early.take(timeout):
                return _Stream(found)
            timeout -= monotonic() - began
            if timeout <= 0:
                raise httpcore.ConnectTimeout("timed out")
        return super().connect_tcp(host, port, timeout, local_address, socket_options)


class _Stream(httpcore.NetworkStream):
    """A connection whose other end was checked before httpx has it."""

    def __init__(self, line: ssl.SSLSocket) -> None:
        self._line = line

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _told(httpcore.ReadTimeout, httpcore.ReadError):
            self._line.settimeout(timeout)
            return self._line.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _told(httpcore.WriteTimeout, httpcore.WriteError):
            self._line.settimeout(timeout)
            self._line.sendall(buffer)

    def close(self) -> None:
        self._line.close()

    def start_tls(self, *_: object, **__: object) -> httpcore.NetworkStream:
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":  # by the server, which closes what it has waited for too long
            poll = select.poll()
            poll.register(self._line, select.POLLIN)
            return bool(poll.poll(0))
        return self._line if info in {"socket", "ssl_object"} else None


@contextmanager
def _told(
    too_late: type[httpcore.TimeoutException], broken: type[httpcore.NetworkError]
) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise too_late(error) from error
    except OSError as error:
        raise broken(error) from error
