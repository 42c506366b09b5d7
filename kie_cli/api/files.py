"""
Fetching results: without the key, over https, and on from where a broken transfer stopped.

The bytes go to a hidden part (api/parts.py); length, kind and end mark are checked.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from kie_cli.api.client import Client
from kie_cli.api.parts import Growing, Note, Part
from kie_cli.api.transport import Download, Transport
from kie_cli.core.clock import Clock
from kie_cli.core.hosts import address, is_private
from kie_cli.core.media import Leftover
from kie_cli.core.retry import FIRST_PAUSE
from kie_cli.errors import KieError, NotSaved

LARGEST = 2 * 2**30  # bytes
SPARE = 16 * 2**20  # bytes that a download leaves free on the disk
REDIRECTS = 5
RESUMES, PROGRESS = 5, 2**16  # so often in a row without so many more bytes
LONGEST_PAUSE = 8.0  # seconds
STALL, SLOWEST = 60.0, 1000  # seconds; bytes a second
GONE = {403, 404, 410}
SLOW_DOWN = {408, 425, 429}
RETENTION = "kie.ai keeps results for 24 hours to 14 days"


class Expired(NotSaved):
    """kie.ai has the result no more."""


class Downloads:
    """Fetches results. `loopback`: the API itself is on loopback, so results may be too."""

    def __init__(
        self, transport: Transport, client: Client, clock: Clock, *, loopback: bool
    ) -> None:
        self._transport = transport
        self._client = client
        self._clock = clock
        self._loopback = loopback

    def fetch(
        self,
        url: str,
        folder: Path,
        name: str = "kie",
        *,
        left: Leftover | None = None,
        note: Note | None = None,
    ) -> Part:
        """
        Save the bytes of a result URL as a hidden part in `folder`, going on from `left`.

        A URL that is gone is asked for anew once (kie.ai's download-url); a transfer that breaks
        is resumed. With `note`, which records the part, it outlives a signal and the NotSaved of
        a broken transfer (`again` is set) if it can be resumed; else nothing is left behind.
        """
        growing = Growing(url, folder, name, note)
        try:
            if left and growing.go_on_from(left):
                return growing.whole()
            return self._steadily(url, growing)
        except OSError as error:
            growing.leave(resume=False)
            raise NotSaved(f"{folder}: {error.strerror or error}.") from None
        except KieError as error:
            error.again = growing.leave(resume=error.again)
            raise
        except BaseException:
            growing.leave(resume=True)
            raise

    def _steadily(self, url: str, growing: Growing) -> Part:
        tries, reached, gone = 0, growing.size, 0
        while True:
            try:
                self._attempt(url, growing)
                return growing.whole()
            except _Gone as now:
                if gone:
                    raise _expired(gone, f"HTTP {now.status}") from None
                gone = now.status
                try:
                    url = self._client.download_link(url)
                    self._check(url)
                except KieError as error:
                    raise _expired(gone, error.message) from None
            except KieError as error:
                if growing.size >= reached + PROGRESS:
                    tries, reached = 0, growing.size
                tries += 1
                if not error.again or tries > RESUMES:
                    raise NotSaved(error.message, *error.hints, again=error.again) from None
                pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**tries) * self._clock.random()
                self._clock.sleep(pause)

    def _attempt(self, url: str, growing: Growing) -> None:
        wish = {}
        if growing.size and growing.validator:
            wish = {"Range": f"bytes={growing.size}-", "If-Range": growing.validator}
        for _ in range(REDIRECTS + 1):
            self._check(url)
            with self._transport.download(url, wish) as answer:
                if answer.status not in {301, 302, 303, 307, 308}:
                    total = _begin(answer, growing, resume=bool(wish))
                    self._take(answer, growing, total)
                    return
                location = answer.headers.get("location", "")
            try:
                url = urljoin(url, location)
            except ValueError:
                raise NotSaved(f"The result URL redirects to no address: {location}") from None
        raise NotSaved(f"The result URL redirects more than {REDIRECTS} times.")

    def _take(self, answer: Download, growing: Growing, total: int | None) -> None:
        """Write the bytes of an answer, which make the result `total` bytes, if it says so."""
        _bound(total or 0)
        needed = (total or 0) - growing.size + SPARE
        free = shutil.disk_usage(growing.path.parent).free
        if total and free < needed:
            raise NotSaved(
                f"{growing.path.parent}: the result needs {needed / 2**20:.0f} MiB of space, "
                f"{free / 2**20:.0f} MiB are free."
            )
        since, got = self._clock.monotonic(), 0
        for piece in answer.pieces:
            growing.add(piece)
            _bound(growing.size)
            got += len(piece)
            if (spent := self._clock.monotonic() - since) >= STALL:
                if got < spent * SLOWEST:
                    raise NotSaved(f"The transfer stalled after {growing.size} bytes.", again=True)
                since, got = since + spent, 0
        size = growing.size
        if size == 0 or (total is not None and size != total):
            if total is not None and size > total:
                growing.restart()
            raise NotSaved(f"The transfer broke after {size} bytes.", again=True)

    def _check(self, url: str) -> None:
        """Refuse URLs that no result of kie.ai can have: they would turn kie on its own network."""
        try:
            parts = urlsplit(url)
            host, user = (parts.hostname or "").rstrip("."), parts.username
        except ValueError:
            raise NotSaved(f"The result URL cannot be used: {url}") from None
        number = address(host)
        local = number.is_loopback if number else host == "localhost"
        if self._loopback and local and parts.scheme in {"http", "https"}:
            return
        # Full-width digits and their kin are other spellings of an address.
        public = host.isascii() and host and number is None and not is_private(host)
        if parts.scheme != "https" or user is not None or not public:
            raise NotSaved(
                f"The result URL is not fetched, since it is not a public https one: {url}"
            )


class _Gone(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _expired(status: int, reason: str) -> Expired:
    return Expired(
        f"The result is no longer there (HTTP {status}), and a new link did not "
        f"help: {reason.rstrip('.')}.",
        f"{RETENTION}.",
    )


def _begin(answer: Download, growing: Growing, *, resume: bool) -> int | None:
    """Make ready for the body of an answer; return how long the whole is, if it says so."""
    headers = answer.headers
    if answer.status in GONE:
        raise _Gone(answer.status)
    if resume and answer.status in {206, 416}:
        span = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", headers.get("content-range", ""))
        fits = span and int(span[1]) == growing.size and not answer.packed
        if answer.status == 206 and span and fits and _validator(headers) == growing.validator:
            return int(span[2])
        growing.restart()
        raise NotSaved("The result changed while it was fetched.", again=True)
    if answer.status != 200:
        raise NotSaved(
            f"The result host answered HTTP {answer.status}.",
            again=answer.status >= 500 or answer.status in SLOW_DOWN,
        )
    growing.restart("" if answer.packed else _validator(headers))
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() and not answer.packed else None


def _validator(headers: Mapping[str, str]) -> str:
    """Return what If-Range may hold: an ETag, unless it is a weak one, or else the date."""
    etag = headers.get("etag", "")
    found = etag if etag.startswith('"') else headers.get("last-modified", "")
    return found if re.fullmatch(r"[ -~]{1,200}", found) else ""


def _bound(size: int) -> None:
    if size > LARGEST:
        raise NotSaved(f"The result is larger than {LARGEST // 2**30} GiB.")
