"""The live line or table on a terminal: the only importer of Rich."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self

from rich.console import Console, Group  # noqa: TID253 (this module owns it)
from rich.live import Live as RichLive  # noqa: TID253 (the same)
from rich.text import Text  # noqa: TID253 (the same)

from kie_cli.core.clock import Clock
from kie_cli.core.durations import clock_text
from kie_cli.core.task import Task
from kie_cli.errors import KieError
from kie_cli.output.plain import STATE_STYLES
from kie_cli.output.progress import WARN_AFTER
from kie_cli.output.stream import Stream
from kie_cli.output.text import safe

SPINNER = "-\\|/"
FRAMES = 4  # a second


class Live:
    """One row a task on stderr, redrawn in place; gone when the waiting is over."""

    def __init__(
        self, err: Stream, clock: Clock, task_ids: list[str], usual: dict[str, float | None]
    ) -> None:
        self._clock = clock
        self._started = clock.now()
        self._tasks: dict[str, Task | None] = dict.fromkeys(task_ids)
        self._usual = usual
        self._troubled: dict[str, str] = {}
        self._err = err
        self._console = Console(
            file=err.raw,
            markup=False,
            emoji=False,
            highlight=False,
            color_system="auto" if err.colored else None,
        )
        self._live: RichLive | None = None

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop()

    def show(self, task: Task) -> None:
        """Show the new state in the task's row."""
        self._tasks[task.task_id or ""] = task
        self._troubled.pop(task.task_id or "", None)

    def trouble(self, task_id: str, error: KieError, count: int) -> None:
        """Say in the task's row that kie.ai does not answer."""
        if count >= WARN_AFTER:
            self._troubled[task_id] = "no answer, asking on"

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the rows away while other lines are written."""
        self._stop()
        yield
        self._start()

    def _start(self) -> None:
        # A new one each time: an old one remembers its rows, and would erase the lines that
        # were written since. A terminal that is gone stops nobody.
        self._live = RichLive(
            get_renderable=self._draw,
            console=self._console,
            refresh_per_second=FRAMES,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        with suppress(OSError):
            self._live.start()

    def _stop(self) -> None:
        if self._live:
            with suppress(OSError):
                self._live.stop()

    def _draw(self) -> Group:
        rows = list(self._tasks.items())
        # Rows that still run come first, so that a small window shows what is waited for.
        rows.sort(key=lambda row: row[1] is not None and row[1].ended)
        room = max(1, self._console.height - 2)
        lines = [self._row(task_id, task) for task_id, task in rows[:room]]
        if len(rows) > room:
            lines.append(Text(f"and {len(rows) - room} more", "dim"))
        return Group(*lines)

    def _row(self, task_id: str, task: Task | None) -> Text:
        row = Text(no_wrap=True, overflow="ellipsis" if self._err.unicode else "crop")
        ended = task is not None and task.ended
        frame = SPINNER[int(self._clock.monotonic() * FRAMES) % len(SPINNER)]
        row.append(f"{' ' if ended else frame} ")
        if len(self._tasks) > 1:
            row.append(f"{task_id}  ")
        state = task.state if task else "asking"
        row.append(self._err.shown(safe(state)), STATE_STYLES.get(state, "cyan"))
        began = (task.created_at if task else None) or self._started
        until = task.completed_at if task and task.completed_at else self._clock.now()
        row.append(f"  {clock_text(until - began)}")
        usual = self._usual.get(task_id)
        if usual and not ended:
            left = began + usual - until
            ready = f", {clock_text(left)} left" if left > 0 else ""
            row.append(f"  usually {clock_text(usual)}{ready}", "dim")
        if note := self._troubled.get(task_id):
            row.append(f"  {note}", "yellow")
        return row
