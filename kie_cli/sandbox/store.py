"""What the sandbox remembers: one folder, which many processes may use at once."""

from __future__ import annotations

import os
import sqlite3  # noqa: TID253 - an owner of SQLite, loaded for the sandbox alone
import tempfile
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kie_cli.disk import private_folder
from kie_cli.errors import LocalFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

CREDITS = 1000.0  # of a new sandbox
CREATES, WINDOW = 20, 10.0  # kie.ai takes 20 creates in 10 s
BURST = 60.0  # seconds
PAUSE = 0.999  # seconds: kie.ai answers one question about models a second
DAY = 86_400.0

_SCHEMA = """
CREATE TABLE jobs (id TEXT PRIMARY KEY, file TEXT UNIQUE, model TEXT, param TEXT, price REAL,
    scenario TEXT, width INTEGER, height INTEGER, created REAL, done REAL, refunded REAL,
    polls INTEGER);
CREATE TABLE attempts (digest TEXT PRIMARY KEY, at REAL);
CREATE TABLE uploads (path TEXT PRIMARY KEY, at REAL, content BLOB);
"""


@dataclass(frozen=True, slots=True)
class Job:
    """One accepted create. Times are seconds since 1970; `refunded` is None for a paid one."""

    id: str
    file: str
    model: str
    param: str
    price: float
    scenario: str | None
    width: int
    height: int
    created: float
    done: float
    refunded: float | None
    polls: int = 0


class Store:
    """Raises LocalFiles, from every call, when the folder cannot be used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "sandbox.sqlite3"
        with self._guard():
            private_folder(folder)
            if not self._file.exists():
                self._found()

    def add(self, job: Job) -> int:
        """Keep the job and hold its credits: 200; or 429, too many of late; or 402, too poor."""
        recent = "SELECT count(*) FROM jobs WHERE created > ? AND created <= ?"
        window = (job.created - WINDOW, job.created)
        with self._open() as db:
            if db.execute(recent, window).fetchone()[0] >= CREATES:
                return 429
            if _balance(db, job.created) < job.price:
                return 402
            db.execute("INSERT INTO jobs VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", astuple(job))
            return 200

    def job(self, task_id: str) -> Job | None:
        """Return the job of that id, and count the look."""
        with self._open() as db:
            db.execute("UPDATE jobs SET polls = polls + 1 WHERE id = ?", (task_id,))
            return _job(db.execute("SELECT * FROM jobs WHERE id = ?", (task_id,)).fetchone())

    def job_of(self, file: str) -> Job | None:
        """Return the job whose results' names begin with `file`."""
        with self._open() as db:
            return _job(db.execute("SELECT * FROM jobs WHERE file = ?", (file,)).fetchone())

    def balance(self, now: float) -> float:
        """Return the credits that are neither spent nor held."""
        with self._open() as db:
            return _balance(db, now)

    def begins_burst(self, digest: str, now: float) -> bool:
        """Tell whether no burst of attempts with this body has begun in the last minute."""
        with self._open() as db:
            found = db.execute("SELECT at FROM attempts WHERE digest = ?", (digest,)).fetchone()
            if found and now - found[0] <= BURST:
                return False
            db.execute("INSERT OR REPLACE INTO attempts VALUES (?, ?)", (digest, now))
            return True

    def may_ask(self, now: float) -> bool:
        """Tell whether the last answer about models is a second old, and note this one."""
        with self._open() as db:
            found = db.execute("SELECT at FROM attempts WHERE digest = ''").fetchone()
            if found and 0 <= now - found[0] < PAUSE:
                return False
            db.execute("INSERT OR REPLACE INTO attempts VALUES ('', ?)", (now,))
            return True

    def keep(self, path: str, content: bytes, now: float) -> None:
        """Keep an uploaded file, in place of one of the same path; drop what is a day old."""
        with self._open() as db:
            db.execute("DELETE FROM uploads WHERE at <= ?", (now - DAY,))
            db.execute("INSERT OR REPLACE INTO uploads VALUES (?, ?, ?)", (path, now, content))

    def upload(self, path: str, now: float) -> bytes | None:
        """Return the bytes of a file that was uploaded in the last 24 hours."""
        sql = "SELECT content FROM uploads WHERE path = ? AND at > ?"
        with self._open() as db:
            row = db.execute(sql, (path, now - DAY)).fetchone()
            return row[0] if row else None

    def _found(self) -> None:
        """Make the database under another name first: no process ever sees half of it."""
        handle, name = tempfile.mkstemp(dir=self._folder)  # 0600, and SQLite keeps to it
        os.close(handle)
        try:
            with closing(sqlite3.connect(name)) as db:
                db.execute("PRAGMA journal_mode = WAL")
                db.executescript(_SCHEMA)
            os.link(name, self._file)
        except FileExistsError:
            pass  # another process was faster
        finally:
            Path(name).unlink()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in a transaction; other processes wait for its end, up to 10 s."""
        with (
            self._guard(),
            closing(sqlite3.connect(self._file, timeout=10, isolation_level=None)) as db,
        ):
            db.execute("PRAGMA synchronous = OFF")  # a power cut may cost a toy's memory
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise LocalFiles(
                f"The sandbox cannot keep its state in {self._folder}: {error}. "
                "Nothing was sent, nothing was paid.",
                "Make the folder writable, or delete it: it holds no real task.",
            ) from error


def _balance(db: sqlite3.Connection, now: float) -> float:
    sql = "SELECT total(CASE WHEN refunded <= ? THEN 0 ELSE price END) FROM jobs"
    return round(CREDITS - float(db.execute(sql, (now,)).fetchone()[0]), 6)


def _job(row: Any) -> Job | None:
    return Job(*row) if row else None
