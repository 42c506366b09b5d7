"""Whole command lines, in this process with a fake clock, or as the real program."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fakes import FakeClock, FakeStream
from loopback import Loopback, Reply

from kie_cli.cli import main
from kie_cli.context import Kie
from kie_cli.sandbox.png import picture

KEY = "key-for-tests-0123456789abcdef"
# A shell starts background jobs with signals ignored, and children inherit that.
for _number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        usual = signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL
        signal.signal(_number, usual)

PROGRAM = Path(sys.executable).parent / "kie"


@dataclass
class Run:
    """What a command line did."""

    args: list[str]
    code: int
    out: str
    err: str
    raw_out: bytes = b""

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> list[dict]:
        return [json.loads(line) for line in self.lines]

    def __repr__(self) -> str:
        told = " ".join(self.args)
        return f"$ kie {told}\nexit {self.code}\n--- stdout\n{self.out}--- stderr\n{self.err}"


@dataclass
class Program:
    """`kie` in this process: a home of its own, a fake clock, a loopback kie.ai."""

    home: Path
    server: Loopback
    clock: FakeClock = field(default_factory=FakeClock)
    env: dict[str, str] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    last: Kie | None = None
    signals: bool = False

    def __call__(
        self, command: str | list[str], stdin: str | bytes | None = None, tty: str = "", **env: str
    ) -> Run:
        """Run a command line; `tty` names the streams that are terminals: in, out, err."""
        args = shlex.split(command) if isinstance(command, str) else command
        content = stdin.encode() if isinstance(stdin, str) else stdin or b""
        streams = {
            "stdin": FakeStream(content, tty="in" in tty.split()),
            "stdout": FakeStream(tty="out" in tty.split()),
            "stderr": FakeStream(tty="err" in tty.split()),
        }
        self.last = Kie({**self.env, **env}, clock=self.clock, **streams)
        if self.signals:
            self.last.signals.install()
        code = main(args, self.last)
        out, err = streams["stdout"], streams["stderr"]
        run = Run(args, code, out.text, err.text, out.buffer.getvalue())
        self.runs.append(run)
        return run


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory, monkeypatch):
    """No test touches the files of whoever runs it, or their proxy; the folder that is HOME."""
    home, work = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work")
    for name in list(os.environ):
        if name.startswith(("KIE_", "XDG_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.chdir(work)
    return home


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def server():
    loopback = Loopback()
    yield loopback
    loopback.close()


@pytest.fixture
def kie(own_home, server):
    """The program against the loopback kie.ai; a failing test prints what was run and asked."""
    program = Program(
        own_home,
        server,
        env={
            "HOME": str(own_home),
            "KIE_API_KEY": KEY,
            "KIE_BASE_URL": server.api,
            "KIE_UPLOAD_URL": server.upload,
        },
    )
    yield program
    for run in program.runs:
        print(run)
    for asked in server.requests:
        print(asked.host, asked.method, asked.path, asked.query, asked.body[:500])


@pytest.fixture
def sandbox(kie):
    """The program against its own sandbox, without a key."""
    for name in ("KIE_API_KEY", "KIE_BASE_URL", "KIE_UPLOAD_URL"):
        del kie.env[name]
    kie.env["KIE_SANDBOX"] = "1"
    return kie


@pytest.fixture
def rows(own_home):
    """Read the creates in the ledger, the oldest first, from the file itself."""

    from sqlite3 import Row, connect

    def read(table: str = "creates") -> list[dict]:
        file = own_home / ".local/state/kie/tasks.sqlite3"
        with closing(connect(f"{file.as_uri()}?mode=ro", uri=True)) as db:
            db.row_factory = Row
            return [dict(row) for row in db.execute(f"SELECT * FROM {table}")]  # noqa: S608

    return read


@pytest.fixture
def lost(kie, server, rows):
    """Lose the answer to a create; return its intent."""

    def lose(command="create -p hat"):
        server.answer("createTask", Reply(hang_up=True))
        assert 9 == kie(command).code
        return rows()[-1]["intent"]

    return lose


@pytest.fixture
def images():
    """Two real PNG files in the current folder."""
    for name in ("jar.png", "logo.png"):
        Path(name).write_bytes(picture(96, 64, name))
    return ["jar.png", "logo.png"]


@pytest.fixture
def real(own_home, server):
    """The installed program as a process of its own, ended after 60 s."""

    def run(command: str | list[str], stdin: str | None = None, timeout: float = 60, **env: str):
        args = shlex.split(command) if isinstance(command, str) else command
        found = subprocess.run(
            [str(PROGRAM), *args],
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=environment(own_home, server, **env),
            check=False,
        )
        return Run(args, found.returncode, found.stdout, found.stderr)

    return run


def environment(home: Path, server: Loopback, **env: str) -> dict[str, str]:
    """Return the environment of a real process: coverage's own variables go along."""
    kept = ("COV", "PATH", "PYTHONPATH")
    return {
        **{key: value for key, value in os.environ.items() if key.startswith(kept)},
        "HOME": str(home),
        "KIE_API_KEY": KEY,
        "KIE_BASE_URL": server.api,
        "KIE_UPLOAD_URL": server.upload,
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        **env,
    }


def given_away(path: Path) -> None:
    """Let `path` belong to another user."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file to another user")
    os.chown(path, 4711, -1)


@pytest.fixture(autouse=True)
def no_threads_left():
    """Uploads and servers end with their test."""
    yield
    assert threading.active_count() < 100
