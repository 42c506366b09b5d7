"""`config.toml`: its owner's alone, written whole or not at all, comments kept."""

from __future__ import annotations

import os
import re
import shlex
import stat
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kie_cli.core.clock import Clock, SystemClock
from kie_cli.disk import private_folder, sync_folder
from kie_cli.errors import LocalFiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOCK_SECONDS = 10.0


class ConfigFile:
    """
    The config file at `path`; None where this machine has no place for one: it reads as empty.

    All methods raise LocalFiles, which names the path and the reason. `warnings` holds what
    the last `read` found wrong and could live with.
    """

    def __init__(self, path: Path | None, clock: Clock | None = None) -> None:
        self.path = path
        self.warnings: list[str] = []
        self._clock = clock or SystemClock()

    def read(self) -> dict[str, object]:
        """Return what the file says; a missing file says nothing."""
        self.warnings = []
        if self.path is None:
            return {}
        with _reported(self.path, "read"):
            return _parse(self._text(self.path), self.path)

    def set(self, values: Mapping[str, object]) -> None:
        """Write these keys (None removes one), all or none; the rest of the file stays as it is."""
        if self.path is None:
            raise LocalFiles(
                "There is no folder for a config file. Nothing was saved.",
                "Set KIE_CONFIG_DIR to a folder of yours.",
            )
        with _reported(self.path, "written"):
            private_folder(self.path.parent)
            target = Path(os.path.realpath(self.path))
            if self.path.is_symlink():
                _check_owner(target.parent.stat(), target.parent)
            with self._locked(self.path):
                text = self._text(target)
                _replace(target, _changed(text, values, target))

    def unset(self, key: str) -> bool:
        """Remove one key; False when the file does not have it."""
        known = key in self.read()
        if known:
            self.set({key: None})
        return known

    def _text(self, path: Path) -> str:
        """Return the text of a file that is the user's own, and note what is loose about it."""
        try:
            fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a FIFO would block
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except PermissionError:
            if os.access(path.parent, os.X_OK):
                raise
            self.warnings.append(f"{path.parent} is closed to this user: no config file is used.")
            return ""
        try:
            status = os.fstat(fd)
            _check_owner(status, path)
            if not stat.S_ISREG(status.st_mode):
                raise LocalFiles(f"{path} is not a regular file. Nothing was sent.")
            if sys.platform != "win32" and status.st_mode & 0o077:
                self.warnings.append(
                    f"{path} is open to other users of this machine. "
                    f"Close it: chmod 600 {shlex.quote(str(path))}"
                )
            with os.fdopen(fd, "rb", closefd=False) as file:
                return _decode(file.read(), path)
        finally:
            os.close(fd)

    @contextmanager
    def _locked(self, path: Path) -> Iterator[None]:
        """Keep other writers out. The kernel lets go of the lock, also when kie is killed."""
        lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            began = self._clock.monotonic()
            while not _take(lock):
                if self._clock.monotonic() - began >= LOCK_SECONDS:
                    raise LocalFiles(
                        f"{path} is being written by another kie since {LOCK_SECONDS:.0f} s. "
                        "Nothing was saved."
                    )
                self._clock.sleep(0.005 + 0.02 * self._clock.random())
            yield
        finally:
            os.close(lock)


@contextmanager
def _reported(path: Path, deed: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LocalFiles(
            f"{path} cannot be {deed}: {error.strerror or error}. Nothing was sent.",
            "Mend that, or set KIE_CONFIG_DIR to another folder.",
        ) from error


def _check_owner(status: os.stat_result, path: Path) -> None:
    if sys.platform != "win32" and status.st_uid != os.geteuid():
        raise LocalFiles(
            f"{path} belongs to another user (uid {status.st_uid}): kie neither trusts it nor "
            "writes to it. Nothing was sent.",
            f"If it is yours: chown {os.geteuid()} {shlex.quote(str(path))}",
            "Or set KIE_CONFIG_DIR to a folder of yours.",
        )


def _decode(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
        raise _damaged(path, f"line {line}, column {column}") from None


def _parse(text: str, path: Path) -> dict[str, object]:
    if not text:
        return {}
    import tomllib  # most runs have no config file

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Only the place of it: the message may quote the line, and the line may hold the key.
        place = re.search(r"\(at (line \d+, column \d+)\)$", str(error))
        end = f"line {text.count(chr(10)) + 1}, column {len(text) - text.rfind(chr(10))}"
        raise _damaged(path, place[1] if place else end) from None


def _damaged(path: Path, place: str) -> LocalFiles:
    return LocalFiles(
        f"{path} is damaged: it is no TOML at {place}. It was left as it is. Nothing was sent.",
        f"Mend it, or set it aside: mv {shlex.quote(str(path))} {shlex.quote(f'{path}.damaged')}",
    )


def _changed(text: str, changes: Mapping[str, object], path: Path) -> bytes:
    """Return the file with `changes` made, comments and unknown keys kept."""
    wanted = {**_parse(text, path), **changes}
    wanted = {key: value for key, value in wanted.items() if value is not None}
    import tomlkit  # only a write needs it
    import tomlkit.exceptions

    try:
        document = tomlkit.parse(text)
        for key, value in changes.items():
            if value is None:
                document.pop(key, None)
            else:
                document[key] = value
        result = tomlkit.dumps(document)
    except (tomlkit.exceptions.TOMLKitError, ValueError, RecursionError):
        result = ""
    if _parse(result, path) != wanted:
        raise LocalFiles(
            f"{path} is too unusual to be edited by kie. It was left as it is.",
            "Change it with an editor: kie config path prints where it is.",
        )
    return result.encode()


def _replace(target: Path, data: bytes) -> None:
    """Put `data` in place of `target`: after a crash it is the old file or the new one, whole."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)  # of a writer that was killed: the lock is ours now
    try:
        fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as file:
            if sys.platform != "win32":
                os.fchmod(fd, 0o600)  # a umask can take away from 0600
            file.write(data)
            file.flush()
            os.fsync(fd)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(target.parent)


def _take(lock: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
