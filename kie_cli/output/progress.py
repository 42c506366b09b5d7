"""How waiting is shown: nothing, lines, or (live.py) a live line or table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from heapq import nlargest
from itertools import count as counter
from typing import Protocol, Self

from kie_cli.core.clock import Clock
from kie_cli.core.durations import clock_text
from kie_cli.core.task import SUCCESS, Task
from kie_cli.errors import KieError
from kie_cli.output.base import Output

HEARTBEAT = 60.0  # seconds without a line off a terminal
WARN_AFTER = 3  # looks in a row that told nothing
DONE, FAILED, RUNNING, NOT_SENT, QUEUED = "done", "failed", "running", "not sent", "queued"
ENDS = (FAILED, DONE)


@dataclass(slots=True)
class Batch:
    """What the engine of a batch tells as it goes; None while it is not known."""

    expected: float | None  # credits that the whole will cost
    left: float | None = None  # seconds until all is done


class Progress(Protocol):
    """Shows rows, each a task or the wish for one, while they are waited for."""

    def show(self, task: Task, name: str | None = None) -> None:
        """Show what a look told, in the row `name` or in that of the task's id."""

    def stage(self, name: str, text: str) -> None:
        """Show what is done for a row without a task; with `queued`, `not sent` nothing is."""

    def trouble(self, name: str, error: KieError, count: int) -> None:
        """Show that a look told nothing, for the `count`th time in a row."""

    def aside(self) -> AbstractContextManager[None]:
        """Make way for other lines."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...


@dataclass(slots=True)
class Row:
    """What is known of one row. Times are seconds since 1970; `turn` is when it changed group."""

    name: str
    state: str
    group: str
    began: float
    ended: float | None = None
    turn: int = 0
    credits: float = 0.0
    note: str = ""
    news: bool = False  # the last word was a new state

    def spent(self, now: float) -> float:
        """Return for how many seconds it has run, or did."""
        return (self.ended or now) - self.began


class Rows:
    """All rows: what was told of each, what they come to, which of them matter most."""

    def __init__(self, names: Sequence[str], clock: Clock, batch: Batch | None) -> None:
        self._clock, self.batch, self.started = clock, batch, clock.now()
        # Without a batch they are tasks, which run at kie.ai already.
        first = (QUEUED, QUEUED) if batch else ("asking", RUNNING)
        self._rows = {name: Row(name, *first, self.started) for name in names}
        self.counts = Counter({first[1]: len(self._rows)})  # of each group
        self._turns = counter(1)

    def __len__(self) -> int:
        return len(self._rows)

    def show(self, task: Task, name: str | None = None) -> Row:
        """Note what a look told."""
        group = (DONE if task.state == SUCCESS else FAILED) if task.ended else RUNNING
        row = self.stage(name or task.task_id or "", task.state, group)
        row.began = task.created_at or row.began
        row.ended = row.ended if task.elapsed is None else task.completed_at
        row.credits, row.note = task.credits or 0.0, task.error.message if task.error else ""
        return row

    def stage(self, name: str, state: str, group: str | None = None) -> Row:
        """Note what is done for a row."""
        group = group or (state if state in {QUEUED, NOT_SENT} else RUNNING)
        now = self._clock.now()
        row = self._rows[name]
        if row.group != group:
            self.counts[row.group] -= 1
            self.counts[group] += 1
            row.turn = next(self._turns)
            row.began = now if row.group == QUEUED else row.began
            row.ended = None if group == RUNNING else now
        row.news, row.state, row.group = row.state != state, state, group
        return row

    def trouble(self, name: str, note: str) -> None:
        """Note what is wrong with a row, until the next look."""
        self._rows[name].note = note

    def first(self, room: int) -> list[Row]:
        """Return `room` rows: in trouble, running for longest, and the last ones that ended."""
        rows = list(self._rows.values())
        if len(rows) <= room:
            return rows
        groups = {group: [row for row in rows if row.group == group] for group in (RUNNING, *ENDS)}
        few = max(1, room // 6)
        ended = [row for end in ENDS for row in nlargest(few, groups[end], key=lambda r: r.turn)]
        running = sorted(groups[RUNNING], key=lambda row: (not row.note, row.turn))
        return [*running[: max(few, room - len(ended))], *ended][: max(0, room)]

    def totals(self, now: float) -> tuple[str, str]:
        """Return the counts, then time and credits, as people read them."""
        counts = self.counts
        told = [f"{counts[DONE]} of {len(self)} done"]
        rest = (FAILED, RUNNING, NOT_SENT, QUEUED)
        told += [f"{counts[group]} {group}" for group in rest if counts[group]]
        time = clock_text(now - self.started)
        if not self.batch:
            return ", ".join(told), time
        if self.batch.left is not None:
            time += f", about {clock_text(self.batch.left)} left"
        cost = f"{sum(row.credits for row in list(self._rows.values())):,.12g}"
        if self.batch.expected is not None:
            cost += f" of about {self.batch.expected:,.12g}"
        return ", ".join(told), f"{time}  {cost} credits"


class Lines:
    """A line a new state, in a batch a line a row that ended; a heartbeat after 60 s without."""

    def __init__(
        self, output: Output, clock: Clock, names: Sequence[str], batch: Batch | None
    ) -> None:
        self._output, self._clock = output, clock
        self._rows = Rows(names, clock, batch)
        self._said_at = clock.monotonic()
        self._warned_at = float("-inf")

    def show(self, task: Task, name: str | None = None) -> None:
        row, batch = self._rows.show(task, name), self._rows.batch
        spent = clock_text(row.spent(self._clock.now()))
        counts = self._rows.counts
        ended = f"{counts[DONE] + counts[FAILED]} of {len(self._rows)}"
        if row.news and (task.ended or not batch):
            self._say(f"{ended}  " * bool(batch) + f"{row.name}  {row.state}  {spent}")
        elif batch:
            self._beat("  ".join(self._rows.totals(self._clock.now())))
        elif len(self._rows) == 1:
            self._beat(f"{row.name}  {row.state}  {spent}")
        else:
            self._beat(f"{ended} tasks ended  {spent}")

    def stage(self, name: str, text: str) -> None:
        self._rows.stage(name, text)
        self._beat("  ".join(self._rows.totals(self._clock.now())))

    def trouble(self, name: str, error: KieError, count: int) -> None:
        """Warn from the third time on, once a minute."""
        now = self._clock.monotonic()
        if count >= WARN_AFTER and now - self._warned_at >= HEARTBEAT:
            self._warned_at = now
            self._output.warn(f"{name}: {error.message} kie goes on asking.")

    def aside(self) -> AbstractContextManager[None]:
        return nullcontext()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Do nothing: there is nothing to take away."""

    def _beat(self, line: str) -> None:
        if self._clock.monotonic() - self._said_at >= HEARTBEAT:
            self._say(line)

    def _say(self, line: str) -> None:
        self._said_at = self._clock.monotonic()
        self._output.note(line)
