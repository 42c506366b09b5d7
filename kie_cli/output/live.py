"""The live line or table on a terminal: the only importer of Rich."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from threading import Event, RLock, Thread
from typing import Self

from rich.console import Console  # noqa: TID253 (this module owns it)
from rich.segment import Segment, Segments  # noqa: TID253 (the same)
from rich.style import Style  # noqa: TID253 (the same)

from kie_cli.core.clock import Clock
from kie_cli.core.durations import clock_text
from kie_cli.core.task import Task
from kie_cli.errors import KieError
from kie_cli.output.plain import STATE_STYLES
from kie_cli.output.progress import FAILED, NOT_SENT, QUEUED, RUNNING, WARN_AFTER, Batch, Row, Rows
from kie_cli.output.stream import Stream
from kie_cli.output.text import cells, fit, safe

SPINNER = "-\\|/"
TICK = 0.25  # seconds: the least between two drawings
BAR, STATE = 20, 12  # columns
# While it draws, no line goes on in the next one: a terminal may draw wider than `cells` thinks.
HIDE, BEGIN, END = "\x1b[?25l", "\x1b[?7l\r", "\r\x1b[?7h"
ERASE = "\r\x1b[J\x1b[?7h\x1b[?25h"
TAB = "\x1b]9;4;{};{:.0f}\x1b\\"

Line = list[tuple[str, str]]  # texts, each with its style


class Live:
    """
    A line for one task, a table for several, on stderr; gone when the waiting is over.

    The cursor rests at the start of the first line: all that was drawn stands after it, also
    when the window has changed its size.
    """

    def __init__(
        self,
        err: Stream,
        clock: Clock,
        names: Sequence[str],
        usual: Mapping[str, float | None],
        batch: Batch | None,
        environ: Mapping[str, str],
    ) -> None:
        self._err, self._clock, self._usual = err, clock, usual
        self._rows = Rows(names, clock, batch)
        self._tab = takes_tab_progress(environ)
        self._names = max((cells(self._shown(name)) for name in names), default=0)
        self._ellipsis = "…" if err.unicode else "..."
        # It paints, and writes nothing: what cannot be written is not its business.
        self._console = Console(
            file=StringIO(), force_terminal=True, color_system="auto" if err.colored else None
        )
        self._size = self._console.size
        self._drawn: list[Line] = []
        self._drawn_at = float("-inf")
        self._away = 0  # how many want the view away
        self._lock = RLock()
        self._over = Event()
        self._ticks = Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        self.draw()
        self._ticks.start()
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            self._end()
        finally:
            self._end()  # a signal may have come amid it

    def show(self, task: Task, name: str | None = None) -> None:
        self._rows.show(task, name)

    def stage(self, name: str, text: str) -> None:
        self._rows.stage(name, text)

    def trouble(self, name: str, error: KieError, count: int) -> None:
        if count >= WARN_AFTER:
            self._rows.trouble(name, "no answer, asking on")

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the view away while other lines are written."""
        with self._lock:
            self._away += 1
            self._erase()
        try:
            yield
        finally:
            with self._lock:
                self._away -= 1
                if self._done_part() < 1:  # else it would only flash
                    self.draw()

    def draw(self) -> None:
        """Write the lines that have changed, unless the last time was a moment ago."""
        with self._lock:
            now = self._clock.monotonic()
            if self._away or now - self._drawn_at < TICK:
                return
            size = self._console.size
            lines = self._lines(*size)
            same = size == self._size and len(lines) == len(self._drawn)
            if same and lines == self._drawn:
                return
            text = self._painted(lines, self._drawn if same else [[]] * len(lines))
            begin = BEGIN if self._drawn else HIDE + BEGIN
            rest = "" if same else "\x1b[J"
            up = f"\x1b[{len(lines) - 1}A" if len(lines) > 1 else ""
            self._drawn, self._size, self._drawn_at = lines, size, now
            self._write(f"{begin}{text}{rest}{up}{END}{self._tab_progress()}")

    def _tick(self) -> None:
        while not self._over.wait(TICK):
            self.draw()

    def _end(self) -> None:
        self._over.set()
        with self._lock:
            self._away += 1
            self._erase()
            if self._tab:
                self._write(TAB.format(0, 0))
                self._tab = False
        if self._ticks.is_alive():
            self._ticks.join()

    def _erase(self) -> None:
        if self._drawn:
            self._write(ERASE)
            self._drawn = []

    def _write(self, text: str) -> None:
        try:
            if self._err.raw:
                self._err.raw.write(text)
                self._err.raw.flush()
        except (OSError, ValueError):  # a terminal that is gone stops nobody
            self._away += 1

    def _painted(self, lines: list[Line], old: list[Line]) -> str:
        pieces = []
        for number, line in enumerate(lines):
            pieces.append(Segment("\r\n" * bool(number)))
            if line == old[number]:
                continue
            left = max(1, self._console.width - 1)  # "erase the rest" would erase the last column
            for text, style in line:
                piece = fit(text, left, self._ellipsis)
                left -= cells(piece)
                pieces.append(Segment(piece, Style.parse(style)))
            pieces.append(Segment("\x1b[K"))
        with self._console.capture() as captured:
            self._console.print(Segments(pieces), end="", soft_wrap=True)
        return captured.get()

    def _lines(self, width: int, height: int) -> list[Line]:
        # All the clocks go on together, once a second.
        now = self._rows.started + int(self._clock.now() - self._rows.started)
        if len(self._rows) == 1:
            return [self._row(self._rows.first(1)[0], now)]
        room = max(1, height - 1)
        lines = self._totals(now, width)
        names = min(self._names, width * 2 // 5)
        lines += [self._row(row, now, names) for row in self._rows.first(room - len(lines))]
        return lines[:room]

    def _totals(self, now: float, width: int) -> list[Line]:
        counts, rest = self._rows.totals(now)
        head = [(counts, "")]
        if (length := min(BAR, width - cells(counts) - 5)) >= 5:
            bar = "#" * int(length * self._done_part())
            head.insert(0, (f"[{bar:<{length}}]  ", "green"))
        return [head, [(rest, "dim")]] if self._rows.batch else [[*head, (f"  {rest}", "dim")]]

    def _row(self, row: Row, now: float, names: int = 0) -> Line:
        running, spent = row.group == RUNNING, row.spent(now)
        style = STATE_STYLES.get(row.state, "cyan" if running else "dim")
        if names:
            name, state = self._column(row.name, names), self._column(row.state, STATE)
            line = [(f"{name}  ", ""), (state, style)]
            if row.group in {QUEUED, NOT_SENT}:
                return line
            line.append((f"{clock_text(spent):>7}", ""))
        else:
            frame = SPINNER[int(spent) % len(SPINNER)] if running else " "
            line = [(f"{frame} ", ""), (self._shown(row.state), style)]
            line.append((f"  {clock_text(spent)}", ""))
        if row.note:
            return [*line, (f"  {self._shown(row.note)}", "yellow")]
        if running and (usual := self._usual.get(row.name)):
            left = f", {clock_text(usual - spent)} left" if usual > spent else ""
            line.append((f"  usually {clock_text(usual)}{left}", "dim"))
        return line

    def _column(self, text: str, width: int) -> str:
        text = fit(self._shown(text), width, self._ellipsis)
        return text + " " * (width - cells(text))

    def _shown(self, text: str) -> str:
        return self._err.shown(safe(text))

    def _done_part(self) -> float:
        counts = self._rows.counts
        return 1 - (counts[RUNNING] + counts[QUEUED]) / max(1, len(self._rows))

    def _tab_progress(self) -> str:
        if not self._tab:
            return ""
        if len(self._rows) == 1:
            return TAB.format(3, 0)  # it turns
        red = self._rows.counts[FAILED] > 0
        return TAB.format(2 if red else 1, 100 * self._done_part())


def takes_tab_progress(environ: Mapping[str, str]) -> bool:
    """Tell whether the terminal is known to take OSC 9;4; another may show it as a message."""
    get = environ.get
    if get("TMUX") or get("STY") or get("TERM", "").startswith(("tmux", "screen")):
        return False
    return bool(
        get("WT_SESSION")
        or get("ConEmuANSI") == "ON"
        or get("TERM_PROGRAM") in {"ghostty", "WezTerm"}
        or re.search(r"P(?![a-z])", get("TERM_FEATURES", ""))  # iTerm2 from 3.6.6 on
        or re.match(r"4[89]|[5-9][0-9]", get("PTYXIS_VERSION", ""))
    )
