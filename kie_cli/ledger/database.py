"""The SQLite file itself: private, whole after a power cut, its faults told as LocalFiles."""

from __future__ import annotations

import itertools
import os
import shlex
import sqlite3  # noqa: TID253 - this is the module that owns the database
import stat
import threading
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from kie_cli.disk import POSIX, is_local, private_file, private_folder, sync_folder
from kie_cli.errors import LocalFiles
from kie_cli.ledger import locks, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WAIT, TURN = 10.0, 0.025  # seconds, for another process that writes; in how small parts
BALLAST = 2**18  # bytes, kept back for the id of a paid task
FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}

UNSENT = "Nothing was sent: the record of paid tasks cannot be written"
SENT = "A task may exist and be charged, and the record of paid tasks cannot be written"
NOTED = "The record of paid tasks cannot be written"
READ = "The record of paid tasks cannot be read"


class Database:
    """One open ledger file, made at need; `rows` and `writing` may be called by any thread."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._ballast = file.with_name(f"{file.name}-ballast")
        self._lock = threading.RLock()
        self._sound = False
        with self._reporting(NOTED):
            _make_private(file)
            self._look_before_opening()
            self._local = is_local(file.parent)
            self._connection = self._connect(file)
            try:
                self._make_tables()
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Close the file; nothing else can be called any more."""
        with self._lock:
            self._connection.close()

    def rows(self, sql: str, **values: object) -> list[sqlite3.Row]:
        """Return all rows that a query finds."""
        with self._lock, self._reporting(READ):
            return self._run(sql, **values).fetchall()

    @contextmanager
    def writing(self, said: str, wait: float | None = None) -> Iterator[Callable[..., int]]:
        """
        Make one transaction: committed when the block ends well, undone when it raises.

        Gives the function that runs a statement and returns how many rows it changed.
        `said` begins the message of the LocalFiles that is raised when it cannot be done.
        """
        with self._lock, self._reporting(said):
            try:
                self._begin(WAIT if wait is None else wait)
                yield lambda sql, **values: self._run(sql, **values).rowcount
                self._run("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._run("ROLLBACK")
                raise

    def _begin(self, wait: float) -> None:
        """Begin to write, within `wait` seconds of other processes' turns."""
        # SQLite asks ever less often, so that among many it might never have its turn.
        self._run(f"PRAGMA busy_timeout = {int(TURN * 1000)}")
        try:
            for left in reversed(range(max(1, int(wait / TURN)))):
                try:
                    self._run("BEGIN IMMEDIATE")
                    break
                except sqlite3.OperationalError as error:
                    if not left or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                        raise
        finally:
            self._run(f"PRAGMA busy_timeout = {int(wait * 1000)}")

    def check(self) -> None:
        """See, once, that no page is damaged, also of those needed later, and no index."""
        if self._sound:
            return
        (found,) = self.rows("PRAGMA integrity_check(1)")[0]
        if found != "ok":
            raise LocalFiles(f"{UNSENT} ({self.file}: damaged).", self._aside())
        self._sound = True

    def make_sure(self) -> None:
        """
        See, inside `writing`, that what will be paid can be recorded.

        Some space is kept back for the answer, and where the disk may be a network's, a
        second process must find the file locked.
        """
        if not (self._ballast.exists() and self._ballast.lstat().st_size == BALLAST):
            self._ballast.unlink(missing_ok=True)
            try:
                # Random, as some disks keep zeros in no space at all.
                private_file(self._ballast, os.urandom(BALLAST))
            except OSError:
                self._ballast.unlink(missing_ok=True)
                raise
        if not self._local and not locks.hold(_uri(self.file)):
            raise LocalFiles(
                f"{UNSENT} ({self.file}: file locks do not work there).",
                "Set KIE_STATE_DIR to a local folder.",
            )

    def make_room(self, error: LocalFiles) -> bool:
        """Give the kept space back, if `error` may come from a full disk and there is some."""
        if getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF not in FULL:
            return False
        with suppress(OSError):
            self._ballast.unlink()
            return True
        return False

    def _connect(self, file: Path) -> sqlite3.Connection:
        # _make_private or private_file made it: SQLite would obey the umask.
        connection = sqlite3.connect(
            _uri(file), uri=True, isolation_level=None, check_same_thread=False, timeout=WAIT
        )
        connection.row_factory = sqlite3.Row
        # One damaged text shall not hide the row that it is in.
        connection.text_factory = lambda text: text.decode(errors="backslashreplace")
        return connection

    def _run(self, sql: str, **values: object) -> sqlite3.Cursor:
        # A lone surrogate, from a server or a command line, has no UTF-8: it is escaped.
        clean = {
            name: value.encode(errors="backslashreplace").decode()
            if isinstance(value, str)
            else value
            for name, value in values.items()
        }
        return self._connection.execute(sql, clean)

    def _look_before_opening(self) -> None:
        """Refuse what must not change: SQLite tidies a file up by opening and closing it."""
        # The log first: another kie that makes the file now begins with the file.
        logged = False
        with suppress(FileNotFoundError):
            logged = self.file.with_name(f"{self.file.name}-wal").stat().st_size > 0
        # Before SQLite has it open, as closing a file drops the locks of the whole process.
        with self.file.open("rb") as file:
            head = file.read(64)
        if head.startswith(b"SQLite format 3\0"):
            self._check_age(int.from_bytes(head[60:], "big", signed=True))
        if logged and not head:
            raise LocalFiles(f"{NOTED} ({self.file}: emptied).", self._aside())

    def _check_age(self, version: int) -> None:
        if version > schema.VERSION:
            raise LocalFiles(
                f"{NOTED} ({self.file}: made by a newer kie).", "Upgrade kie on this machine."
            )

    def _version(self) -> int:
        """Return the version of the tables; 0 of a new file, which is empty. Others are refused."""
        version = int(self.rows("PRAGMA user_version")[0][0])
        self._check_age(version)
        ours = self.rows("SELECT 1 FROM sqlite_master WHERE name = 'creates'")
        if version < 0 or not (ours if version else self.file.stat().st_size == 0):
            raise LocalFiles(f"{NOTED} ({self.file}: not kie's).", self._aside())
        return version

    def _make_tables(self) -> None:
        """Make the tables, or bring them up to date; any other file stays as it is."""
        # On disk means: after a power cut too. EXTRA differs from FULL without a WAL alone,
        # the last two speak to macOS.
        for pragma in ("synchronous = EXTRA", "fullfsync = 1", "checkpoint_fullfsync = 1"):
            self._run(f"PRAGMA {pragma}")
        if self.rows("PRAGMA user_version")[0][0] == schema.VERSION:
            self._version()
        else:
            with self.writing(NOTED) as run:
                old = self._version()  # only now does no other kie change it
                if 0 < old < schema.VERSION:
                    self._back_up(old)
                for step in schema.STEPS[old:]:
                    for statement in step:
                        run(statement)
                run(f"PRAGMA user_version = {schema.VERSION}")
            # An older kie looks at the file itself, not at its WAL.
            self._run("PRAGMA wal_checkpoint(TRUNCATE)")
        try:
            # A WAL needs shared memory, which a network disk does not give.
            self._run(f"PRAGMA journal_mode = {'WAL' if self._local else 'DELETE'}")
        except sqlite3.OperationalError as error:
            # Another kie is opening the new file too; until one gets it, all is safe, only slower.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise

    def _back_up(self, version: int) -> None:
        """Keep a copy of the file as an older kie left it, whole or not at all."""
        part = self.file.with_name(f"{self.file.name}.part")
        part.unlink(missing_ok=True)
        private_file(part)
        try:
            # A connection of its own: one that is about to write cannot be copied.
            with closing(self._connect(self.file)) as source, closing(self._connect(part)) as copy:
                copy.execute("PRAGMA journal_mode = OFF")
                source.backup(copy)
            with part.open("rb+") as whole:
                os.fsync(whole)
            backup = self.file.with_name(f"{self.file.name}.v{version}-backup")
            for number in itertools.count(2):
                if not os.path.lexists(backup):
                    break
                backup = self.file.with_name(f"{self.file.name}.v{version}-backup-{number}")
            part.rename(backup)
            sync_folder(backup.parent)
        finally:
            part.unlink(missing_ok=True)

    @contextmanager
    def _reporting(self, said: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            hint = {
                sqlite3.SQLITE_BUSY: "Another kie is writing to it: try again.",
                sqlite3.SQLITE_NOTADB: self._aside(),
                sqlite3.SQLITE_CORRUPT: self._aside(),
            }.get(
                getattr(error, "sqlite_errorcode", 0) & 0xFF,
                "Free some space, or set KIE_STATE_DIR to a local folder.",
            )
            raise LocalFiles(f"{said} ({self.file}: {reason}).", hint) from error

    def _aside(self) -> str:
        # With its -wal, which holds the newest rows, and which a new file must not inherit.
        file, aside = shlex.quote(str(self.file)), shlex.quote(str(self.file.parent / "damaged"))
        return f"To set it aside and begin a new one: mkdir {aside} && mv {file}* {aside}"


def _uri(file: Path) -> str:
    return f"{file.absolute().as_uri()}?mode=rw"


def _make_private(file: Path) -> None:
    """See that `file` exists, 0600 from its birth, in a folder that nobody else can write to."""
    private_folder(file.parent)
    _check_ours(file.parent, stat.S_IFDIR)
    try:
        private_file(file)
    except FileExistsError:
        _check_ours(file, stat.S_IFREG)


def _check_ours(path: Path, kind: int) -> None:
    """Refuse what another user could exchange or read along."""
    if not POSIX:
        return
    found = path.lstat()
    if stat.S_IFMT(found.st_mode) != kind or found.st_uid != os.geteuid():
        problem = "a link, or another user's"
        advice = ["Set KIE_STATE_DIR to a folder of your own."]
    elif found.st_mode & 0o022:
        problem = "others can write to it"
        advice = [
            f"chmod go-w {shlex.quote(str(path))}",
            "Where that does nothing: set KIE_STATE_DIR to another folder of your own.",
        ]
    else:
        return
    raise LocalFiles(f"{NOTED} ({path}: {problem}).", *advice)
