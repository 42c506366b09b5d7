"""The SQLite file itself: private, whole after a power cut, its faults told as LocalFiles."""

from __future__ import annotations

import os
import shlex
import sqlite3  # noqa: TID253 - this is the module that owns the database
import stat
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kie_cli.disk import POSIX, private_folder, sync_folder
from kie_cli.errors import LocalFiles
from kie_cli.ledger import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WAIT = 10.0  # seconds, for another process that writes

UNSENT = "Nothing was sent: the record of paid tasks cannot be written"
SENT = "A task may exist and be charged, and the record of paid tasks cannot be written"
NOTED = "The record of paid tasks cannot be written"
READ = "The record of paid tasks cannot be read"


class Database:
    """One open ledger file, made at need; `rows` and `writing` may be called by any thread."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.RLock()
        with self._reporting(NOTED):
            _make_private(file)
            # Only _make_private creates the file: SQLite would obey the umask.
            self._connection = sqlite3.connect(
                f"{file.absolute().as_uri()}?mode=rw",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=WAIT,
            )
            self._connection.row_factory = sqlite3.Row
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
    def writing(self, said: str, wait: float = WAIT) -> Iterator[Callable[..., int]]:
        """
        Make one transaction: committed when the block ends well, undone when it raises.

        Gives the function that runs a statement and returns how many rows it changed.
        `said` begins the message of the LocalFiles that is raised when it cannot be done.
        """
        with self._lock, self._reporting(said):
            self._run(f"PRAGMA busy_timeout = {int(wait * 1000)}")
            try:
                self._run("BEGIN IMMEDIATE")
                yield lambda sql, **values: self._run(sql, **values).rowcount
                self._run("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._run("ROLLBACK")
                raise

    def _run(self, sql: str, **values: object) -> sqlite3.Cursor:
        # A lone surrogate, from a server or a command line, has no UTF-8: it is escaped.
        clean = {
            name: value.encode(errors="backslashreplace").decode()
            if isinstance(value, str)
            else value
            for name, value in values.items()
        }
        return self._connection.execute(sql, clean)

    def _make_tables(self) -> None:
        """Make the tables, or see that they are ours; any other file stays as it is."""
        version = self._run("PRAGMA user_version").fetchone()[0]
        if version > schema.VERSION:
            raise LocalFiles(
                f"{NOTED} ({self.file}: made by a newer kie).", "Upgrade kie on this machine."
            )
        # On disk means: after a power cut too. The last two speak to macOS alone.
        for pragma in ("synchronous = FULL", "fullfsync = 1", "checkpoint_fullfsync = 1"):
            self._run(f"PRAGMA {pragma}")
        if version == 0:
            with self.writing(NOTED) as run:
                # Another kie may have made them since.
                if not self.rows("PRAGMA user_version")[0][0]:
                    if self.file.stat().st_size:
                        raise LocalFiles(f"{NOTED} ({self.file}: not kie's).", self._aside())
                    for statement in (*schema.TABLES, f"PRAGMA user_version = {schema.VERSION}"):
                        run(statement)
        try:
            self._run("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # Another kie is opening the new file too; until one gets it, all is safe, only slower.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise

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


def _make_private(file: Path) -> None:
    """See that `file` exists, 0600 from its birth, in a folder that nobody else can write to."""
    private_folder(file.parent)
    _check_ours(file.parent, stat.S_IFDIR)
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        sync_folder(file.parent)
    except FileExistsError:
        _check_ours(file, stat.S_IFREG)


def _check_ours(path: Path, kind: int) -> None:
    """Refuse what another user could exchange or read along."""
    if not POSIX:
        return
    found = path.lstat()
    if stat.S_IFMT(found.st_mode) != kind or found.st_uid != os.geteuid():
        problem, advice = "a link, or another user's", "Set KIE_STATE_DIR to a folder of your own."
    elif found.st_mode & 0o022:
        problem, advice = "others can write to it", f"chmod go-w {shlex.quote(str(path))}"
    else:
        return
    raise LocalFiles(f"{NOTED} ({path}: {problem}).", advice)
