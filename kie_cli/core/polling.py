"""Waiting for tasks: when to look, which answers mean something, when to stop. No I/O."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kie_cli.core.clock import JUMP, Clock, lead
from kie_cli.core.runtimes import RunTimes, learn
from kie_cli.core.task import Task
from kie_cli.errors import BadKey, KieError, NoSuchTask, StillRunning

GAP = 0.2  # least seconds between two looks of one process: 5 a second
LONGEST_RETRY_AFTER = 120.0
GRACE_OWN, GRACE_OTHER = 90.0, 10.0  # seconds in which "no such task" may be a delay at kie.ai


UNKNOWN = learn(())  # a model without any run


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait in all (None: no limit, 0: one look) and, if chosen, how often to look."""

    timeout: float | None = None
    interval: float | None = None

    def pause(self, times: RunTimes, age: float, jitter: float) -> float:
        """Return the seconds until the next look at a task of this age; ±10 % by `jitter`."""
        if self.interval is not None:
            return self.interval
        return times.next_look(age) * (0.9 + 0.2 * jitter)


@dataclass(frozen=True, slots=True)
class Subject:
    """
    A task to wait for. `created_at` (seconds since 1970) is known for this machine's own.

    `fresh`: it was created a moment ago, so a look at once would be too early. `last` is what
    this process has seen of it already, `times` how long such tasks take.
    """

    task_id: str
    created_at: float | None = None
    fresh: bool = False
    last: Task | None = None
    times: RunTimes = UNKNOWN

    def age(self, now: float) -> float:
        """Return for how many seconds it has run by the time `now`; 0 where that is not known."""
        return 0.0 if self.created_at is None else max(0.0, now - self.created_at)


@dataclass(frozen=True, slots=True)
class Seen:
    """A look told the state."""

    task: Task


@dataclass(frozen=True, slots=True)
class Trouble:
    """A look told nothing, for the `count`th time in a row; waiting goes on."""

    task_id: str
    error: KieError
    count: int


@dataclass(frozen=True, slots=True)
class Over:
    """Waiting for this task ends without a final state; `last` is what was seen of it."""

    task_id: str
    error: KieError
    last: Task | None


Event = Seen | Trouble | Over


@dataclass(slots=True)
class _Wait:
    subject: Subject
    number: int
    began: float  # by the monotonic clock: what the other one does from here on changes nothing
    deadline: float
    grace: float
    last: Task | None
    failures: int = 0
    asked: float = 0.0


class Watch:
    """
    Which task to look at when, and what each look means.

    Looks may go on side by side: `take` names the next one, `told` takes its answer whenever
    it comes. Each task is waited for as long as the pace says, from its `add` on; its last pause
    is cut to that deadline, and a last look is always made there. That time is counted by the
    monotonic clock; a machine that was suspended looks at all tasks when it wakes.
    """

    def __init__(self, pace: Pace, clock: Clock) -> None:
        self._pace, self._clock = pace, clock
        self._waits: dict[str, _Wait] = {}
        self._queue: list[tuple[float, int, str]] = []
        self._earliest = clock.monotonic()
        self._lead = lead(clock)
        self._added = 0

    def __len__(self) -> int:
        """Return how many tasks are waited for."""
        return len(self._waits)

    def add(self, subject: Subject) -> None:
        """Wait for one more task; a task that is waited for already stays as it is."""
        if subject.task_id in self._waits:
            return
        now, wall, pace = self._clock.monotonic(), self._clock.now(), self._pace
        age = subject.age(wall)
        self._added += 1
        self._waits[subject.task_id] = wait = _Wait(
            subject,
            self._added,
            began=now - age,
            deadline=math.inf if pace.timeout is None else now + pace.timeout,
            grace=now + _grace(subject, wall),
            last=subject.last,
        )
        self._put(wait, now + (pace.pause(subject.times, age, 0.5) if subject.fresh else 0))

    def due(self, *, slept: bool = False) -> float | None:
        """
        Return in how many seconds to take the next look; None while there is none to take.

        `slept`: nothing was done since the last call, so a clock that jumped tells of a suspension.
        """
        before, self._lead = self._lead, lead(self._clock)
        now = self._clock.monotonic()
        if slept and self._lead - before > JUMP:
            self._queue = [(now, number, task_id) for _, number, task_id in self._queue]
            heapq.heapify(self._queue)
        if not self._queue:
            return None
        return max(0.0, max(self._queue[0][0], self._earliest) - now)

    def take(self) -> str:
        """Return the task to look at, now; the one that is overdue for longest comes first."""
        _, _, task_id = heapq.heappop(self._queue)
        self._waits[task_id].asked = now = self._clock.monotonic()
        self._earliest = now + GAP
        return task_id

    def told(self, task_id: str, answer: Task | KieError) -> list[Event]:
        """
        Return what the answer to a look means.

        An error with `again` set says nothing about the task; any other ends its waiting.
        """
        wait, now = self._waits[task_id], self._clock.monotonic()
        events: list[Event] = []
        error = answer if isinstance(answer, KieError) else None
        if isinstance(answer, KieError):
            wait.failures += 1
        else:
            wait.failures, wait.last = 0, answer
            events.append(Seen(answer))
            if answer.ended:
                del self._waits[task_id]
                return events

        may_appear = isinstance(error, NoSuchTask) and now < wait.grace
        if error and not error.again and not may_appear:
            events.append(Over(task_id, error, wait.last))
            del self._waits[task_id]
        elif wait.asked >= wait.deadline:
            events.append(Over(task_id, _time_is_up(task_id, wait.last, error), wait.last))
            del self._waits[task_id]
        else:
            age = now - wait.began
            pause = self._pace.pause(wait.subject.times, age, self._clock.random())
            if error:
                pause = _back_off(error, pause, wait.failures)
                events.append(Trouble(task_id, error, wait.failures))
            self._put(wait, now + pause)
        return events

    def _put(self, wait: _Wait, due: float) -> None:
        heapq.heappush(self._queue, (min(due, wait.deadline), wait.number, wait.subject.task_id))


def watch(
    subjects: Iterable[Subject], look: Callable[[str], Task], pace: Pace, clock: Clock
) -> Iterator[Event]:
    """
    Look at each task until it ended or the time is up; yield what each look told.

    BadKey ends everything: kie.ai will answer no later look either.
    """
    tasks = Watch(pace, clock)
    for subject in subjects:
        tasks.add(subject)
    while (pause := tasks.due()) is not None:
        if pause > 0:
            clock.sleep(pause)
            tasks.due(slept=True)
        task_id = tasks.take()
        try:
            answer: Task | KieError = look(task_id)
        except BadKey:
            raise
        except KieError as problem:
            answer = problem
        yield from tasks.told(task_id, answer)


def _back_off(error: KieError, pause: float, failures: int) -> float:
    if error.retry_after is not None:
        return max(pause, min(error.retry_after, LONGEST_RETRY_AFTER))
    return max(pause, min(30.0, 2.0 ** min(failures, 5)))


def _grace(subject: Subject, now: float) -> float:
    """Return for how long "no such task" may be a delay at kie.ai (two clients report one)."""
    if subject.created_at is None:
        return GRACE_OTHER
    return GRACE_OWN - abs(now - subject.created_at)


def _time_is_up(task_id: str, seen: Task | None, error: KieError | None) -> KieError:
    if seen is None and error is not None:
        return error
    return StillRunning(
        "The task is still running at kie.ai; the time to wait for it is up.",
        f"Come back with: kie wait {task_id}",
        task_id=task_id,
    )
