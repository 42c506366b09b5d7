"""Waiting for tasks: when to look, which answers mean something, when to stop. No I/O."""

from __future__ import annotations

import heapq
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


def watch(
    subjects: Iterable[Subject], look: Callable[[str], Task], pace: Pace, clock: Clock
) -> Iterator[Event]:
    """
    Look at each task until it ended or the time is up; yield what each look told.

    A look that raises with `again` set says nothing about the task; BadKey ends everything
    (kie.ai will answer no later look either); any other KieError ends that task's waiting.
    The last pause is cut to the deadline, and a last look is always made there. The budget is
    counted by the monotonic clock; a machine that was suspended looks at all tasks when it wakes.
    """
    started, wall = clock.monotonic(), clock.now()
    deadline = float("inf") if pace.timeout is None else started + pace.timeout
    by_id = {subject.task_id: subject for subject in subjects}
    last = {task_id: subject.last for task_id, subject in by_id.items()}
    grace = {task_id: started + _grace(subject, wall) for task_id, subject in by_id.items()}
    failures = dict.fromkeys(by_id, 0)
    # By the monotonic clock: what the other one does from here on changes nothing.
    began = {task_id: started - subject.age(wall) for task_id, subject in by_id.items()}
    queue = [
        (started + (pace.pause(one.times, one.age(wall), 0.5) if one.fresh else 0), number, task_id)
        for number, (task_id, one) in enumerate(by_id.items())
    ]
    heapq.heapify(queue)
    earliest = started

    while queue:
        due, number, task_id = heapq.heappop(queue)
        if _overslept(max(min(due, deadline), earliest), clock):
            queue = [(started, place, waiting) for _, place, waiting in queue]
            heapq.heapify(queue)
        now = clock.monotonic()
        earliest = now + GAP
        error: KieError | None = None
        try:
            task = look(task_id)
        except BadKey:
            raise
        except KieError as problem:
            error = problem
        answered = clock.monotonic()
        if error:
            failures[task_id] += 1
        else:
            failures[task_id] = 0
            last[task_id] = task
            yield Seen(task)
            if task.ended:
                continue

        may_appear = isinstance(error, NoSuchTask) and answered < grace[task_id]
        if error and not error.again and not may_appear:
            yield Over(task_id, error, last[task_id])
        elif now >= deadline:
            seen = last[task_id]
            yield Over(task_id, _time_is_up(task_id, seen, error), seen)
        else:
            age = answered - began[task_id]
            pause = pace.pause(by_id[task_id].times, age, clock.random())
            if error:
                pause = _back_off(error, pause, failures[task_id])
                yield Trouble(task_id, error, failures[task_id])
            heapq.heappush(queue, (answered + pause, number, task_id))


def _overslept(moment: float, clock: Clock) -> bool:
    """Sleep until `moment`; tell whether the machine itself was suspended meanwhile."""
    left, gain = moment - clock.monotonic(), lead(clock)
    if left > 0:
        clock.sleep(left)
    return lead(clock) - gain > JUMP


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
