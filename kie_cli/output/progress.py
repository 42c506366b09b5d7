"""How waiting is shown: nothing, a line a change, or (live.py) a live line."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, Self

from kie_cli.core.clock import Clock
from kie_cli.core.durations import clock_text
from kie_cli.core.task import Task
from kie_cli.errors import KieError
from kie_cli.output.base import Output

HEARTBEAT = 60.0  # seconds without a line off a terminal
WARN_AFTER = 3  # looks in a row that told nothing


class Progress(Protocol):
    """Shows tasks while they are waited for."""

    def show(self, task: Task) -> None:
        """Show what a look told."""

    def trouble(self, task_id: str, error: KieError, count: int) -> None:
        """Show that a look told nothing, for the `count`th time in a row."""

    def aside(self) -> AbstractContextManager[None]:
        """Make way for other lines."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...


class Lines:
    """One line a state change, a heartbeat when nothing changes, a warning in bad weather."""

    def __init__(self, output: Output, clock: Clock, count: int) -> None:
        self._output = output
        self._clock = clock
        self._count = count
        self._started = clock.now()
        self._said_at = clock.monotonic()
        self._warned_at = float("-inf")
        self._states: dict[str, str] = {}
        self._ended = 0

    def show(self, task: Task) -> None:
        """Write a line when the state is a new one, or when nothing was written for 60 s."""
        key = task.task_id or ""
        changed = self._states.get(key) != task.state
        self._states[key] = task.state
        self._ended += task.ended
        silent = self._clock.monotonic() - self._said_at >= HEARTBEAT
        waited = self._clock.now() - (task.created_at or self._started)
        spent = clock_text(waited if task.elapsed is None else task.elapsed)
        if changed or (silent and self._count == 1):
            self._say(f"{key}  {task.state}  {spent}")
        elif silent:
            self._say(f"{self._ended} of {self._count} tasks ended  {spent}")

    def trouble(self, task_id: str, error: KieError, count: int) -> None:
        """Warn from the third time on, once a minute."""
        now = self._clock.monotonic()
        if count >= WARN_AFTER and now - self._warned_at >= HEARTBEAT:
            self._warned_at = now
            self._output.warn(f"{task_id}: {error.message} kie goes on asking.")

    def aside(self) -> AbstractContextManager[None]:
        """Do nothing: lines never stand in the way."""
        return nullcontext()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Do nothing: there is nothing to take away."""

    def _say(self, line: str) -> None:
        self._said_at = self._clock.monotonic()
        self._output.note(line)
