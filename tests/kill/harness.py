"""Real processes of kie that can be stopped at a point, signalled, killed and looked at."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
import zlib
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pyte

from kie_cli.sandbox.png import picture

ENTRY = Path(__file__).parent / "entry.py"
LIMIT = 30.0  # seconds that one process may take in all
LEDGER = ".local/state/kie/tasks.sqlite3"
_LAST = 12  # bytes of a PNG's last chunk


@dataclass
class End:
    """How a process ended: `code` is negative for a signal."""

    code: int
    out: str
    err: str
    quiet: float  # seconds between the last thing said and the end

    @property
    def lingered(self) -> bool:
        """Whether it took over a second to end; longer where processes wait for a CPU."""
        return self.quiet > max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))

    @property
    def told(self) -> list[str]:
        return self.err.splitlines()


class Child:
    """
    A kie that stops at `point`; in a process group of its own, dead after LIMIT seconds.

    With `terminal` its stderr is a pseudo-terminal, whose screen is `screen`.
    """

    def __init__(self, words, env, point="none", *, terminal=False, stdin=None):
        told, self._tell = os.pipe()
        go, self._go = os.pipe()
        self._told = told
        self.screen = pyte.Screen(100, 30)
        if terminal:
            self._err, err = pty.openpty()
        else:
            self._err, err = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, str(ENTRY), point, str(self._tell), str(go), "--", *words],
            env={**env, "TERM": "xterm-256color"},
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=err,
            pass_fds=(self._tell, go),
            start_new_session=True,
            umask=0,
        )
        for handle in (err, go, self._tell):
            os.close(handle)
        if stdin is not None:
            self._process.stdin.write(stdin.encode())
            self._process.stdin.close()
        self.pid = self._process.pid
        self._bound = threading.Timer(LIMIT, self.kill)
        self._bound.daemon = True
        self._bound.start()
        self._said = b""
        self._last = time.monotonic()

    def reached(self):
        """Wait until it stands at its point."""
        assert select.select([self._told], [], [], LIMIT)[0], "it hangs before its point"
        assert b"." == os.read(self._told, 1), f"it ended before its point: {self.end()}"
        return self

    def release(self):
        """Let it go on."""
        os.write(self._go, b".")
        return self

    def signal(self, signum):
        self._process.send_signal(signum)
        return self

    def kill(self):
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def hears(self, text):
        """Read stderr until it has said `text`; return the line."""
        while text not in self._said.decode(errors="replace"):
            assert self._read(), f"{text!r} was never said: {self._said.decode()!r}"
        (line,) = [line for line in self._said.decode().splitlines() if text in line]
        return line

    def presses(self, signum):
        """Signal it again and again, as people press Ctrl-C, until it says something."""
        while not select.select([self._err], [], [], 0.2)[0]:
            self.signal(signum)
        return self

    def end(self):
        """Wait for its end, see that nothing of it is left, and return how it ended."""
        while self._read():
            pass
        out = self._process.stdout.read().decode()
        code = self._process.wait(LIMIT)
        end = End(code, out, self._said.decode(), time.monotonic() - self._last)
        self._bound.cancel()
        with suppress(OSError):
            os.close(self._go)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, 0)
            raise AssertionError("a child of it is left")
        return end

    def close(self):
        """Make an end of it, whatever happened."""
        self._bound.cancel()
        if self._process.poll() is None:
            self.kill()
        self._process.wait(LIMIT)
        self._process.stdout.close()
        for handle in (self._err, self._told, self._go):
            with suppress(OSError):
                os.close(handle)

    def _read(self):
        try:
            piece = os.read(self._err, 4096)
        except OSError:  # how a terminal says that nobody is there any more
            piece = b""
        if piece:
            self._last = time.monotonic()
            self._said += piece
            pyte.ByteStream(self.screen).feed(piece)
        return piece


def sql(home, statement):
    """Run a statement on the ledger of a home, committed; return its rows."""
    import sqlite3

    with closing(sqlite3.connect(Path(home) / LEDGER)) as db, db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(statement)]


def ledger(home):
    """Return the creates on disk, the oldest first; the file must be whole."""
    if not (Path(home) / LEDGER).exists():
        return []
    assert [{"quick_check": "ok"}] == sql(home, "PRAGMA quick_check")
    made = sql(home, "SELECT name FROM sqlite_master WHERE name = 'creates'")
    return sql(home, "SELECT * FROM creates ORDER BY seq") if made else []


def large(name):
    """Return a whole PNG that takes several reads to fetch."""
    chunk = b"tEXt" + b"kie\0" + b"x" * 400_000
    more = (len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    whole = picture(64, 64, name)
    return whole[:-_LAST] + more + whole[-_LAST:]
