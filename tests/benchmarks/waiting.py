"""
How late `wait` notices, and for how many requests: kie's pace beside looks at a fixed distance.

Simulated, a round trip of 0.2 s; each model has run times of its own, lognormal around `median`
with a spread of `sigma`, and `runs` earlier runs are in the ledger. The fixed distance is the
one that needs as many requests. Prints a table; `python tests/benchmarks/waiting.py`.
"""

from __future__ import annotations

import math
import random
import statistics
from typing import NamedTuple

from kie_cli.core.runtimes import learn

ROUND_TRIP = 0.2  # seconds
BUDGET = 0.6  # of the lag of fixed looks, with SPREAD and RUNS
MODELS = (("image", 15), ("image", 40), ("video", 180))  # seconds
SPREAD, RUNS = 0.25, 10


class Outcome(NamedTuple):
    requests: float
    lag: float
    fixed_pause: float
    fixed_lag: float


def wait(runs_for, pause):
    """Return requests, and seconds between the end of a task and its being noticed."""
    now, requests = 0.0, 0
    while True:
        now += pause(now)
        requests += 1
        if now + ROUND_TRIP / 2 >= runs_for:
            return requests, now + ROUND_TRIP - runs_for
        now += ROUND_TRIP


def mean(outcomes):
    return tuple(statistics.fmean(column) for column in zip(*outcomes, strict=True))


def simulate(median, sigma, media, runs, tasks=400, seed=1):
    draw = random.Random(seed)
    one = lambda: math.exp(draw.gauss(math.log(median), sigma))  # noqa: E731
    drawn = [(one(), learn([one() for _ in range(runs)], media)) for _ in range(tasks)]
    requests, lag = mean([wait(runs_for, law.next_look) for runs_for, law in drawn])
    low, high = 0.1, 120.0
    while high - low > 0.01:
        fixed = (low + high) / 2
        asked, fixed_lag = mean([wait(runs_for, lambda _: fixed) for runs_for, _ in drawn])  # noqa: B023
        low, high = (fixed, high) if asked > requests else (low, fixed)
    return Outcome(requests, lag, fixed, fixed_lag)


def shares():
    """Return, for each model with a usual history, the lag as a share of that of fixed looks."""
    for media, median in MODELS:
        out = simulate(median, SPREAD, media, RUNS)
        yield f"{media} of {median} s", out.lag / out.fixed_lag


def main():
    print("medium  median  sigma  runs  requests   lag  fixed pause  fixed lag  ratio")
    for media, median in MODELS:
        for sigma in (0.15, 0.25, 0.35, 0.5):
            for runs in (0, 3, 10, 20):
                out = simulate(median, sigma, media, runs)
                print(
                    f"{media:6}  {median:4} s  {sigma:5}  {runs:4}  {out.requests:8.1f}"
                    f"  {out.lag:4.2f}  {out.fixed_pause:9.1f} s  {out.fixed_lag:9.2f}"
                    f"  {out.lag / out.fixed_lag:5.2f}"
                )


if __name__ == "__main__":
    main()
