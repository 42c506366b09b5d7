"""
100,000 tasks under one account limit: how long, how many requests, how late the results are seen.

No network and no real time: events on a virtual clock. The looks are kie's own (`core/polling.py`,
`core/runtimes.py`), so are the tries after a refusal (`core/verdict.py`); the turns are those of
`Ledger.turn`, which `tests/test_scale.py` holds against the real ledger. As `kie batch`, a machine
puts a row back that was refused at its last try, and pauses. Creates are counted where kie.ai may
count them, anywhere between send and answer; what exceeds the limit is refused.

    python tests/benchmarks/scale.py [TASKS]
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
import statistics
import sys
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

from kie_cli.core.polling import Pace, Subject, Watch
from kie_cli.core.runtimes import learn
from kie_cli.core.task import SUCCESS, Task
from kie_cli.core.verdict import Refused, next_try
from kie_cli.errors import Unreachable
from kie_cli.jobs.batch import CREATES_AT_ONCE, FIRST_PAUSE, LONGEST_PAUSE, PATIENCE
from kie_cli.ledger.pace import WINDOW

MEDIANS = {"image": 25.0, "video": 180.0}  # seconds that a task takes
SPREAD = 0.4  # of their logarithms
LOOK_TIME = 0.3  # seconds that kie.ai needs to answer a look
RUNNING, DONE = Task("t", "generating"), Task("t", SUCCESS)
BUSY = Refused(Unreachable("kie.ai is busy"), again=True)


class Plan(NamedTuple):
    """`answer`: seconds until createTask answers, None: as reported (median 0.48, p95 0.83)."""

    media: str = "image"
    answer: float | None = None
    machines: int = 1
    rate: int = 20  # `rate_limit` on each machine
    limit: int = 20  # creates that kie.ai takes from the account in 10 s
    concurrency: int = 500  # tasks under way on each machine


class Outcome(NamedTuple):
    hours: float
    an_hour: float
    creates: int
    refused: int
    not_made: int
    looks: int
    looks_a_second: float
    ratio: float  # of the time of the last create to the ideal
    lag: float
    lag_p95: float


class World:
    """The clock, what happens next, and the account at kie.ai."""

    def __init__(self, plan, seed):
        self.plan, self.draw = plan, random.Random(seed)
        self.time, self.events, self.count = 0.0, [], itertools.count()
        self.taken, self.last_taken = deque(), 0.0
        self.creates = self.refused = self.looks = 0
        self.lags = []
        runs = [self.run_time() for _ in range(20)]
        law = learn(runs, plan.media).next_look
        self.moments = {}
        self.law = lambda age: self.moments.get(age) or self.moments.setdefault(age, law(age))

    # the clock of core/clock.py
    def now(self):
        return self.time

    def monotonic(self):
        return self.time

    def random(self):
        return self.draw.random()

    # the law of run times, as core/polling.py asks for it, to a quarter of a second
    def next_look(self, age):
        return self.law(round(age * 4) / 4)

    def run_time(self):
        return math.exp(self.draw.gauss(math.log(MEDIANS[self.plan.media]), SPREAD))

    def answer_time(self):
        return self.plan.answer or math.exp(self.draw.gauss(math.log(0.482), 0.327))

    def after(self, seconds, action):
        heapq.heappush(self.events, (self.time + seconds, next(self.count), action))

    def takes(self):
        """Tell whether the account may create a task now; what is refused does not count."""
        while self.taken and self.taken[0] <= self.time - WINDOW:
            self.taken.popleft()
        if len(self.taken) >= self.plan.limit:
            self.refused += 1
            return False
        self.taken.append(self.time)
        self.last_taken = self.time
        return True

    def run(self):
        while self.events:
            self.time, _, action = heapq.heappop(self.events)
            action()


class Machine:
    """One `kie`: creates in turn, tries again as it may, looks at what runs."""

    def __init__(self, world, rows, ids):
        self.world, self.unsent, self.ids = world, rows, ids
        self.slots = [0.0] * world.plan.rate  # when each is free; under way, it is not in here
        self.again = deque()  # (tries, seconds since the first) of the creates to be sent again
        self.under_way = self.creating = 0
        self.stopped, self.pauses, self.paused_until, self.failing_since = False, 0, 0.0, None
        self.wakes = math.inf
        self.watch, self.looks_at = Watch(Pace(), world), math.inf
        self.ends = {}
        world.after(0, self.send)

    def send(self):
        world = self.world
        if world.time >= self.wakes:
            self.wakes = math.inf
        while not self.stopped and (self.again or self.takes_another()):
            if not self.slots or self.slots[0] > world.time:
                if self.slots and self.slots[0] < self.wakes:
                    self.wakes = self.slots[0]
                    world.after(self.wakes - world.time, self.send)
                return
            heapq.heappop(self.slots)
            if self.again:
                tries, since = self.again.popleft()
            else:
                self.unsent -= 1
                self.under_way += 1
                self.creating += 1
                tries, since = 0, 0.0
            world.creates += 1
            answer = world.answer_time()
            arrives = answer * world.random()
            world.after(arrives, partial(self.arrive, answer - arrives, tries + 1, since + answer))

    def takes_another(self):
        at_once = CREATES_AT_ONCE if self.failing_since is None else 1
        room = self.under_way < self.world.plan.concurrency and self.creating < at_once
        return self.unsent and room and self.world.time >= self.paused_until

    def arrive(self, left, tries, since):
        answered = self.accepted if self.world.takes() else partial(self.refused, tries, since)
        self.world.after(left, partial(answered, self.world.time + self.world.run_time()))

    def accepted(self, ends):
        world = self.world
        heapq.heappush(self.slots, world.time + WINDOW)
        self.creating -= 1
        self.pauses, self.failing_since = 0, None
        task = next(self.ids)
        self.ends[task] = ends
        self.watch.add(Subject(task, world.time, fresh=True, times=world))
        self.plan_look()
        self.send()

    def refused(self, tries, since, _):
        world = self.world
        pause = next_try(BUSY, tries, since, world.random())
        heapq.heappush(self.slots, world.time + WINDOW)
        if pause is None:
            self.put_back()
        else:
            world.after(pause, partial(self.try_again, tries, since + pause))
        self.send()

    def put_back(self):
        now = self.world.time
        self.unsent += 1
        self.under_way -= 1
        self.creating -= 1
        self.failing_since = now if self.failing_since is None else self.failing_since
        self.stopped |= now - self.failing_since > PATIENCE
        if now >= self.paused_until:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**self.pauses)
            self.pauses += 1
            self.paused_until = now + pause
            self.world.after(pause, self.send)

    def try_again(self, tries, since):
        self.again.append((tries, since))
        self.send()

    def plan_look(self):
        pause = self.watch.due()
        if pause is not None and self.world.time + pause < self.looks_at:
            self.looks_at = self.world.time + pause
            self.world.after(pause, partial(self.look, self.looks_at))

    def look(self, planned):
        if planned != self.looks_at:  # an earlier one was planned meanwhile
            return
        self.looks_at = math.inf
        pause = self.watch.due()
        if pause is not None and pause < 1e-6:
            task = self.watch.take()
            self.world.looks += 1
            ended = self.ends[task] <= self.world.time + LOOK_TIME / 2
            self.world.after(LOOK_TIME, partial(self.told, task, ended))
        self.plan_look()

    def told(self, task, ended):
        self.watch.told(task, DONE if ended else RUNNING)
        if ended:
            self.world.lags.append(self.world.time - self.ends.pop(task))
            self.under_way -= 1
            self.send()
        self.plan_look()


def simulate(plan, tasks=100_000, seed=1):
    world, ids = World(plan, seed), itertools.count()
    for number in range(plan.machines):
        Machine(world, len(range(number, tasks, plan.machines)), ids)
    world.run()
    made = len(world.lags)
    ideal = (math.ceil(made / plan.limit) - 1) * WINDOW
    return Outcome(
        world.time / 3600,
        made / world.time * 3600,
        world.creates,
        world.refused,
        tasks - made,
        world.looks,
        world.looks / world.time,
        world.last_taken / ideal,
        statistics.fmean(world.lags),
        statistics.quantiles(world.lags, n=20)[-1],
    )


PLANS = {
    "one machine": Plan(),
    "createTask answers in 0.3 s": Plan(answer=0.3),
    "createTask answers in 1 s": Plan(answer=1.0),
    "videos": Plan("video"),
    "videos, 100 at once": Plan("video", concurrency=100),
    "2 machines, 20 each": Plan(machines=2),
    "8 machines, 20 each": Plan(machines=8),
    "2 machines, rate_limit 10": Plan(machines=2, rate=10),
    "4 machines, rate_limit 5": Plan(machines=4, rate=5),
    "8 machines, rate_limit 2": Plan(machines=8, rate=2),
    "videos, 2 machines, 10": Plan("video", machines=2, rate=10),
    "limit raised to 100": Plan(rate=100, limit=100),
    "limit 100, 2 machines, 50": Plan(machines=2, rate=50, limit=100),
    "limit 100, 4 machines, 25": Plan(machines=4, rate=25, limit=100),
}


def row(name, out):
    cells = (
        name,
        f"{out.hours:.1f}",
        f"{out.an_hour:,.0f}",
        f"{out.creates:,}",
        f"{out.refused:,}",
        f"{out.not_made:,}",
        f"{out.looks:,}",
        f"{out.looks_a_second:.1f}",
        f"{out.ratio:.2f}",
        f"{out.lag:.1f} s, {out.lag_p95:.1f} s",
    )
    return f"| {' | '.join(cells)} |"


def main(tasks):
    print("| plan | hours | tasks an hour | creates sent | refused | rows not made | looks", end="")
    print(" | looks a second | of ideal | late |")
    print("|---" * 10 + "|")
    with ProcessPoolExecutor(2) as pool:
        outcomes = pool.map(partial(simulate, tasks=tasks), PLANS.values())
        for name, out in zip(PLANS, outcomes, strict=True):
            print(row(name, out), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
