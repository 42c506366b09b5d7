"""
Saving results: a file under its final name is whole, and nothing is overwritten unasked.

The bytes go to a hidden `.part` beside the target; length, kind and end mark are checked; then
the part gets its name in one step that fails where the name is taken.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import secrets
import socket
from codecs import BOM_UTF8
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from kie_cli.api.client import Client
from kie_cli.api.transport import Download, Transport
from kie_cli.core.envelope import excerpt
from kie_cli.core.media import HEAD, ending, is_whole, sniff
from kie_cli.disk import sync_folder
from kie_cli.errors import KieError, NotSaved

LARGEST = 2 * 2**30  # bytes
REDIRECTS = 5
TRIES = 3
GONE = {403, 404, 410}
SLOW_DOWN = {408, 425, 429}


@dataclass(frozen=True, slots=True)
class Part:
    """A whole result that has no final name yet."""

    path: Path
    kind: str | None
    size: int
    sha256: str


class Downloads:
    """Fetches results. `loopback`: the API itself is on loopback, so results may be too."""

    def __init__(self, transport: Transport, client: Client, *, loopback: bool) -> None:
        self._transport = transport
        self._client = client
        self._loopback = loopback

    def fetch(self, url: str, folder: Path) -> Part:
        """
        Save the bytes of a result URL as a hidden part file in `folder`.

        Raises NotSaved; then nothing is left behind. A URL that is gone is asked for anew once
        (kie.ai's download-url), a broken transfer is tried 3 times.
        """
        try:
            return self._steadily(url, folder)
        except _Gone as gone:
            try:
                return self._steadily(self._client.download_link(url), folder)
            except (_Gone, KieError) as error:
                reason = error.message if isinstance(error, KieError) else f"HTTP {error.status}"
                raise NotSaved(
                    f"The result is no longer there (HTTP {gone.status}), and a new link did not "
                    f"help: {reason.rstrip('.')}.",
                    "kie.ai keeps results for 24 hours to 14 days.",
                ) from None

    def _steadily(self, url: str, folder: Path) -> Part:
        for left in reversed(range(TRIES)):
            path = folder / f".kie-{secrets.token_hex(8)}.part"
            try:
                return self._attempt(url, path)
            except BaseException as error:
                with suppress(OSError):
                    path.unlink()
                if isinstance(error, OSError):
                    raise NotSaved(f"{folder}: {error.strerror or error}.") from None
                if not (isinstance(error, KieError) and error.again):
                    raise
                if not left:
                    raise NotSaved(error.message, *error.hints) from None
        raise AssertionError("unreachable")

    def _attempt(self, url: str, path: Path) -> Part:
        for _ in range(REDIRECTS + 1):
            self._check(url)
            with self._transport.download(url) as answer:
                if answer.status not in {301, 302, 303, 307, 308}:
                    return _write(answer, path)
                location = answer.headers.get("location", "")
            try:
                url = urljoin(url, location)
            except ValueError:
                raise NotSaved(f"The result URL redirects to no address: {location}") from None
        raise NotSaved(f"The result URL redirects more than {REDIRECTS} times.")

    def _check(self, url: str) -> None:
        """Refuse URLs that no result of kie.ai can have: they would turn kie on its own network."""
        try:
            parts = urlsplit(url)
            host, user = parts.hostname or "", parts.username
        except ValueError:
            raise NotSaved(f"The result URL cannot be used: {url}") from None
        inner = _is_inner(host)
        if self._loopback and inner and parts.scheme in {"http", "https"}:
            return
        public = host and not inner and _address(host) is None
        if parts.scheme != "https" or user is not None or not public:
            raise NotSaved(
                f"The result URL is not fetched, since it is not a public https one: {url}"
            )


class _Gone(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _is_inner(host: str) -> bool:
    host = host.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and not address.is_global


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that `host` spells, also as 127.1 or 2130706433; None for a name."""
    with suppress(ValueError):
        return ipaddress.ip_address(host)
    with suppress(OSError, ValueError):
        return ipaddress.IPv4Address(socket.inet_aton(host))
    return None


def _write(answer: Download, path: Path) -> Part:
    if answer.status in GONE:
        raise _Gone(answer.status)
    if answer.status != 200:
        raise NotSaved(
            f"The result host answered HTTP {answer.status}.",
            again=answer.status >= 500 or answer.status in SLOW_DOWN,
        )
    digest, size, head, tail = hashlib.sha256(), 0, b"", b""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags, 0o666), "wb") as stream:
        for piece in answer.pieces:
            size += len(piece)
            if size > LARGEST:
                raise NotSaved(f"The result is larger than {LARGEST // 2**30} GiB.")
            digest.update(piece)
            stream.write(piece)
            if len(head) < HEAD:
                head = (head + piece)[:HEAD]
            tail = (tail + piece)[-HEAD:]
        stream.flush()
        os.fsync(stream.fileno())
    kind = sniff(head)
    promised = answer.headers.get("content-length")
    encoded = answer.headers.get("content-encoding", "identity") != "identity"
    if size == 0 or (promised and not encoded and promised != str(size)):
        raise NotSaved(f"The transfer broke after {size} bytes.", again=True)
    if kind is None and head.removeprefix(BOM_UTF8).lstrip()[:1] in {b"<", b"{"}:
        raise NotSaved(f"The result host sent a text in place of the result: {excerpt(head)!r}")
    if not is_whole(kind, head, tail, size):
        raise NotSaved(f"The result ends too early, after {size} bytes.", again=True)
    return Part(path, kind, size, digest.hexdigest())


def keep(
    part: Part,
    names: Callable[[str, int], Path],
    *,
    force: bool,
    before: Callable[[Path], None],
    numbered: bool = True,
) -> Path:
    """
    Give a part its final name and return where it is.

    `names(ending, n)` is the n-th name to try, the only one unless `numbered`; `before` is told
    each name before it is taken, so that a record of it is on disk first. Raises NotSaved, and
    removes the part.
    """
    try:
        for number in range(1000 if numbered else 1):
            final = names(ending(part.kind), number)
            before(final)
            try:
                if force:
                    part.path.replace(final)
                else:
                    _take_name(part.path, final)
            except FileExistsError:
                continue
            with suppress(OSError):  # the file is there; some folders cannot be synced
                sync_folder(final.parent)
            return final
    except OSError as error:
        raise NotSaved(f"{final}: {error.strerror or error}.") from None
    finally:
        part.path.unlink(missing_ok=True)
    raise NotSaved(f"{final}: the name is taken.", "To overwrite it: --force")


def _take_name(part: Path, final: Path) -> None:
    """Rename without overwriting; raises FileExistsError."""
    try:
        os.link(part, final)
    except FileExistsError:
        raise
    except OSError:  # a file system without links: reserve the name, then replace our own file
        os.close(os.open(final, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        try:
            part.replace(final)
        except OSError:
            final.unlink()
            raise
