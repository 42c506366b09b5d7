"""
The bytes of a result on this disk: a hidden part first, then a file under its final name.

A part is written to by the one process that has it locked. It gets its name in one step that
fails where the name is taken, so what has a final name is whole, and nothing is overwritten.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedRandom, BufferedReader
from pathlib import Path

from kie_cli.core.envelope import clip, excerpt
from kie_cli.core.media import (
    BOXED,
    HEAD,
    Leftover,
    boxes_fit,
    ending,
    is_text,
    is_whole,
    sniff,
    text_kind,
)
from kie_cli.disk import sync_folder
from kie_cli.errors import NotSaved

SHOWN = 80  # characters of a text that came in place of a result
STRETCH = 2**23  # bytes until the disk is set to work

Note = Callable[[Leftover], bool]


@dataclass(frozen=True, slots=True)
class Part:
    """A whole result that has no final name yet; `lock` keeps other processes away from it."""

    path: Path
    kind: str | None
    size: int
    sha256: str
    lock: BufferedRandom | None = None

    def drop(self) -> None:
        """Remove the part: it has its final name, or shall have none."""
        self.path.unlink(missing_ok=True)
        if self.lock:
            self.lock.close()


class Growing:
    """
    The bytes of one result so far, hashed as they are handed to the disk.

    `note` records what is about to lie on the disk, and returns whether it did. `validator` is
    the ETag or date by which a server tells whether the rest still belongs to these bytes.
    """

    def __init__(self, url: str, folder: Path, name: str, note: Note | None) -> None:
        self._start = folder / f".{name}."
        self._url = url
        self._note = note
        self._noted = False
        self._stream: BufferedRandom | None = None
        self._digest = hashlib.sha256()
        self.path = self._start
        self.size = 0
        self.validator = ""

    def go_on_from(self, left: Leftover) -> bool:
        """Take over what lies there, unless another process is at it; True if it is whole."""
        path = Path(left.path)
        stream = _claim(path)
        if stream is None:
            return False
        # A second name would be a final one: that file must not be written to.
        fits = path.parent == self._start.parent and os.fstat(stream.fileno()).st_nlink == 1
        if not (fits and self._note and left.url == self._url):
            path.unlink()
            stream.close()
            return False
        self.path, self._stream, self._noted = path, stream, True
        self.validator, self.size = left.validator, stream.seek(0, os.SEEK_END)
        self._digest = _sha256(stream)
        return self._digest.hexdigest() == left.sha256

    def restart(self, validator: str = "") -> None:
        """Have a part without a byte in it, which is recorded before it exists."""
        self.size, self.validator, self._digest = 0, validator, hashlib.sha256()
        if self._stream:
            self._stream.seek(0)
            self._stream.truncate()
            self._noted = self._remember()
        while self._stream is None:
            self.path = self._start.with_name(f"{self._start.name}{secrets.token_hex(8)}.part")
            self._noted = self._remember()
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
            stream = os.fdopen(os.open(self.path, flags, 0o666), "r+b")
            try:
                _lock(stream)
            except BlockingIOError:  # another kie read the record, and was faster
                stream.close()
                continue
            except (OSError, ImportError):
                self._noted = False  # nobody could tell that it is in use
            self._stream = stream

    def _remember(self) -> bool:
        left = Leftover(str(self.path), self._url, self.validator)
        return self._note is not None and self._note(left)

    def add(self, piece: bytes) -> None:
        """Write the next bytes."""
        assert self._stream  # noqa: S101 (restart or go_on_from came first)
        self._stream.write(piece)
        self._digest.update(piece)
        old, self.size = self.size, self.size + len(piece)
        if self.size // STRETCH > old // STRETCH:
            _write_out(self._stream, old // STRETCH * STRETCH)

    def whole(self, kind: str | None = None) -> Part:
        """
        Return the part on disk; it is of `kind`, or of the one that its bytes and its URL tell.

        Raises NotSaved, and is empty again, if it is no whole file.
        """
        assert self._stream  # noqa: S101
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.seek(0)
        head = self._stream.read(4 * SHOWN)
        self._stream.seek(max(0, self.size - HEAD))
        tail, size, kind = self._stream.read(), self.size, kind or sniff(head)
        if kind is None and is_text(head):
            kind = text_kind(self._url, head)
            if kind is None:
                text = clip(excerpt(head), SHOWN)
                raise NotSaved(f"The result host sent a text in place of the result: {text!r}")
        fits = kind not in BOXED or boxes_fit(self._stream, size)
        if not (fits and is_whole(kind, head, tail, size)):
            self.restart()
            raise NotSaved(f"The result ends too early, after {size} bytes.", again=True)
        return Part(self.path, kind, size, self._digest.hexdigest(), self._stream)

    def leave(self, *, resume: bool) -> bool:
        """Stop here; the part stays if it shall and can be resumed. Return whether it stays."""
        stays = bool(resume and self._noted and self.validator and self.size)
        if self._stream:
            if not stays:
                with suppress(OSError):
                    self.path.unlink()
            with suppress(OSError):  # a full disk: then fewer bytes are there
                self._stream.close()
        return stays


def discard(left: Leftover) -> None:
    """Remove what an earlier process left, unless another one is at it."""
    if stream := _claim(Path(left.path)):
        with stream, suppress(OSError):
            Path(left.path).unlink()


def _claim(path: Path) -> BufferedRandom | None:
    """Open and lock a part of ours that no other process has locked."""
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError:
        return None
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        return None
    stream = os.fdopen(descriptor, "r+b")
    try:
        _lock(stream)
        # Its process may have finished in between, and given it another name.
        if os.path.samestat(found, path.lstat()) and found.st_uid == os.geteuid():
            return stream
    except (OSError, ImportError):
        pass
    stream.close()
    return None


def _lock(stream: BufferedRandom) -> None:
    import fcntl  # POSIX alone has it

    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _write_out(stream: BufferedRandom, start: int) -> None:
    """Have the disk begin with what lies from `start` on: then fsync has little to wait for."""
    # Linux does when it is told that they will not be read soon; macOS cannot be told.
    with suppress(AttributeError, OSError):
        os.posix_fadvise(stream.fileno(), start, 0, os.POSIX_FADV_DONTNEED)


def _sha256(stream: BufferedRandom | BufferedReader) -> hashlib._Hash:
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256")


def holds(path: Path, size: int, sha256: str) -> bool:
    """Tell whether these very bytes lie there."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size != size:
            return False
        with path.open("rb") as stream:
            return _sha256(stream).hexdigest() == sha256
    except OSError:
        return False


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

    `names(ending, n)` is the n-th name to try, the only one unless `numbered`; a name under
    which the same bytes lie already is as good. `before` is told each name before it is taken,
    so that a record of it is on disk first. Raises NotSaved, and removes the part.
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
                if holds(final, part.size, part.sha256):
                    return final
                continue
            with suppress(OSError):  # the file is there; some folders cannot be synced
                sync_folder(final.parent)
            return final
    except OSError as error:
        raise NotSaved(f"{final}: {error.strerror or error}.") from None
    finally:
        part.drop()
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
        finally:
            with suppress(OSError):  # an error, or a signal: no part is empty
                if final.stat().st_size == 0:
                    final.unlink()
