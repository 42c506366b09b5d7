"""Real bash, zsh and fish on a pseudo-terminal, used by keystrokes."""

import os
import re
import shutil
import time
from pathlib import Path

import pexpect
import pyte
import pytest

ROOT = Path(__file__).parent.parent.parent
LIMIT = 20  # seconds
# No program can be found by its name: what a Tab needs is in the shell.
STARTS = {
    "bash": (["--norc", "--noprofile", "-i"], "PS1='ready> '; PATH=/none; . {}\n"),
    "zsh": (
        ["-f", "-i"],
        "autoload -Uz compinit; compinit -D; PS1='ready> '; PATH=/none; . {}\n",
    ),
    "fish": (
        ["--no-config", "-i"],
        "function fish_prompt; echo 'ready> '; end; set -gx PATH /none; source {}\n",
    ),
}
INDEX = {
    "tasks": "2aeff425\tsuccess  A red hat\n2bd1:7\twaiting  100% *[jar] $(touch x) `touch y`\n",
    "intents": "i-7q2m9x4kd0\tunknown  Lost\n",
    "sandbox/tasks": "5a5a\tsuccess  Sand\n",
    "models": "brand/new-model\tvideo\n",
    "values": "--resolution brand/new-model\t8K 9K\n--param brand/new-model\tmagic=\n",
}
SCRIPTS = {"bash": "kie.bash", "zsh": "_kie", "fish": "kie.fish"}


def found(program):
    """Return where a shell is; without it a test is skipped, in CI it fails."""
    path = shutil.which(program)
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{program} is not installed")
    return path


class Shell:
    """A shell that has read kie's script, and its screen."""

    def __init__(self, name, env, columns=120):
        self.name = name
        args, start = STARTS[name]
        self.screen = pyte.Screen(columns, 60)
        self.stream = pyte.Stream(self.screen)
        self.child = pexpect.spawn(
            found(name), args, env=env, dimensions=(60, columns), encoding="utf-8", timeout=LIMIT
        )
        self.child.delaybeforesend = None
        self.settle()
        self.child.send(start.format(ROOT / "completions" / SCRIPTS[name]))
        self.until(r"\nready>$")
        self.settle()

    @property
    def shown(self):
        return "\n".join(line.rstrip() for line in self.screen.display).strip()

    def read(self, timeout):
        try:
            self.stream.feed(self.child.read_nonblocking(65536, timeout=timeout))
        except pexpect.TIMEOUT:
            return False
        return True

    def settle(self):
        """Read till nothing more comes."""
        while self.read(0.2):
            pass

    def until(self, pattern):
        end = time.monotonic() + LIMIT
        while not re.search(pattern, self.shown):
            assert time.monotonic() < end, f"no {pattern!r} in {self.name}:\n{self.shown}"
            self.read(0.2)
        return self.shown

    def type(self, keys, until=None):
        """Type on an empty line; return the screen once `until` is seen, or all is quiet."""
        self.child.send("\x15" if self.name != "fish" else "\x05\x15")
        self.settle()
        self.screen.erase_in_display(2)  # the shell knows where the cursor stands
        self.child.send(keys)
        return self.until(until) if until else (self.settle(), self.shown)[1]

    def close(self):
        self.child.close(force=True)


@pytest.fixture
def program_of():
    return found


@pytest.fixture
def shell(own_home):
    """Start a shell; it ends with the test."""
    opened = []

    def start(name, **env):
        usual = {"HOME": str(own_home), "TERM": "xterm", "LC_ALL": "C.UTF-8"}
        opened.append(Shell(name, {**usual, "PATH": os.environ["PATH"], **env}))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


@pytest.fixture
def index(own_home):
    """Write index files as kie does; return their folder."""
    folder = own_home / ".cache/kie/completion"
    (folder / "sandbox").mkdir(parents=True)
    for name, content in INDEX.items():
        (folder / name).write_text(content)
    return folder
