"""A live view whose terminal can be read."""

import pyte
import pytest
from conftest import KEY
from fakes import FakeClock, FakeStream

from kie_cli.core.secret import Secret
from kie_cli.output.live import TICK, Live
from kie_cli.output.stream import Stream


class View:
    """A live view in this process: its clock goes on when told so, its screen is pyte's."""

    def __init__(self, names, columns, lines, usual, batch, raw, environ, color):
        self.raw, self.clock = raw, FakeClock()
        self.screen = pyte.Screen(columns, lines)
        self.screen.set_mode(pyte.modes.LNM)  # a terminal begins each line at its start
        self._stream, self._read = pyte.Stream(self.screen), 0
        self.err = Stream(raw, {"TERM": "xterm"}, color)
        self.err.secrets.append(Secret(KEY))
        self.live = Live(
            self.err, self.clock, names, {} if usual is None else usual, batch, environ or {}
        )

    def pass_by(self, seconds):
        """Let time go by; draw as often as the view does."""
        end = self.clock.time + seconds
        while self.clock.time < end:
            self.clock.time += TICK
            self.live.draw()

    def resize(self, columns, lines):
        self.screen.resize(lines, columns)
        self.live._console.size = (columns, lines)

    @property
    def lines(self):
        """What stands on the screen, without the empty lines at its end."""
        text = self.raw.text
        self._stream.feed(text[self._read :])
        self._read = len(text)
        return [line.rstrip() for line in "\n".join(self.screen.display).rstrip().split("\n")]


@pytest.fixture
def view(monkeypatch):
    """Make a view of so many columns and lines."""

    def make(
        names, columns=80, lines=24, usual=None, batch=None, raw=None, environ=None, color="never"
    ):
        for name, value in {"COLUMNS": columns, "LINES": lines, "TERM": "xterm"}.items():
            monkeypatch.setenv(name, str(value))
        raw = FakeStream(tty=True) if raw is None else raw
        return View(names, columns, lines, usual, batch, raw, environ, color)

    return make
