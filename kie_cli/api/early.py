"""
A connection to kie.ai that is opened while the rest of kie is still being loaded.

Over a line with a round trip of 80 ms this takes a third of a `kie status` away
(docs/performance.md). It can do no harm: there is nothing here that could send a request, a
connection that does not come about is opened anew by httpx, which tells why it can't be, and
the paid request never takes this one.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import ssl

CONNECT = 10.0  # seconds
FRESH = 5.0  # seconds that a server keeps a connection for which no request has come


def trust() -> ssl.SSLContext:
    """Return what decides whether a server is who it says: the system's certificates."""
    import ssl

    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class EarlyLine:
    """One connection to `host`, checked and secured, for the first who takes it."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self._ready: list[tuple[ssl.SSLSocket, float]] = []  # and since when
        self._has_trust = threading.Event()
        self._thread = threading.Thread(target=self._open, name="early line", daemon=True)
        self._thread.start()
        self.trust = trust()  # takes as long as a connection, so both at once
        self._has_trust.set()

    def take(self, seconds: float) -> ssl.SSLSocket | None:
        """Return the connection, which may still take so many seconds; None if it is no good."""
        self._thread.join(seconds)
        with suppress(IndexError):
            found, since = self._ready.pop()
            if monotonic() - since <= FRESH:
                return found
            found.close()
        return None

    def close(self) -> None:
        """Close the connection, if nobody has taken it."""
        if found := self.take(0):
            found.close()

    def _open(self) -> None:
        with suppress(Exception):  # whatever it is, httpx will meet it too, and tell
            line = socket.create_connection((self.host, self.port), CONNECT)
            try:
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._has_trust.wait(CONNECT)
                self.trust.set_alpn_protocols(["http/1.1"])
                found = self.trust.wrap_socket(line, server_hostname=self.host)
                self._ready.append((found, monotonic()))
            except BaseException:
                line.close()
                raise


def early_line(url: str, environ: Mapping[str, str]) -> EarlyLine | None:
    """Begin to open a connection to the host of `url`; None where it may be another one's turn."""
    # On other systems a proxy may be set where only httpx looks.
    proxies = any(name.lower().endswith("_proxy") and environ[name] for name in environ)
    parts = urlsplit(url)
    if sys.platform != "linux" or proxies or parts.scheme != "https" or not parts.hostname:
        return None
    return EarlyLine(parts.hostname, parts.port or 443)
