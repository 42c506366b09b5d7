"""
How long tasks take, as far as it is known: when the next look pays, and what is usual.

Run times are taken as lognormal. Looks that cost PRICE each, while lateness costs 1 a second,
are best `sqrt(2 * PRICE / hazard)` apart, where the hazard is the chance, per second, that a
task which is still running ends now.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

PRICE = 0.1  # seconds of lateness that one look is worth
LONGEST = 30.0  # seconds between two looks
PRIOR_WEIGHT = 2.0  # runs
# Median in seconds and spread; published traffic: images 12 to 112 s, videos 56 to 786 s.
PRIORS = {"image": (25.0, 0.6), "video": (180.0, 0.6), "audio": (60.0, 0.8), "text": (10.0, 0.8)}
PRIORS |= {"sandbox": (3.1, 0.2)}
ANY = (30.0, 1.0)
KNOWN = 3  # runs from which on a usual time is told


class RunTimes(NamedTuple):
    """
    The law of a model's run times: mean and spread of their logarithms.

    `usual` is the median of the runs in seconds, None while too few are known.
    """

    middle: float
    spread: float
    usual: float | None = None

    def next_look(self, age: float) -> float:
        """Return in how many seconds to look at a task that runs for `age` seconds."""
        begin = at = max(age, 0.05)
        worth = 0.0
        while worth < 1 and at - begin < LONGEST:
            step = max(0.1, at / 50)
            worth += step * math.sqrt(self._hazard(at + step / 2) / (2 * PRICE))
            at += step
        return min(at - begin, LONGEST)

    def _hazard(self, age: float) -> float:
        distance = (math.log(age) - self.middle) / self.spread
        if distance > 5:  # where the tail is too thin to divide by
            return distance / (self.spread * age)
        density = math.exp(-distance * distance / 2) / (age * self.spread * math.sqrt(2 * math.pi))
        return 2 * density / math.erfc(distance / math.sqrt(2))


def learn(seconds: Sequence[float], media: str | None = None) -> RunTimes:
    """Return the law by earlier run times in seconds, and by what tasks of its medium take."""
    median, spread = PRIORS.get(media or "", ANY)
    logs = [math.log(max(0.5, one)) for one in seconds]
    weight = PRIOR_WEIGHT + len(logs)
    middle = (PRIOR_WEIGHT * math.log(median) + sum(logs)) / weight
    # The prior's own place says nothing of the spread once there are runs.
    centre = sum(logs) / len(logs) if logs else middle
    variance = PRIOR_WEIGHT * spread**2 + sum((log - centre) ** 2 for log in logs)
    usual = statistics.median(seconds) if len(seconds) >= KNOWN else None
    return RunTimes(middle, max(0.05, math.sqrt(variance / weight)), usual)


def time_left(
    queued: Sequence[tuple[float | None, int]],
    running: Sequence[float],
    per_second: float,
    at_once: int,
) -> float | None:
    """
    Return in how many seconds all will be done; None where a usual run time is not known.

    `queued` are the usual seconds of what is not sent yet, each with how many they are, `running`
    what each of the others has left. `per_second` creates can be sent, and `at_once` tasks may
    run side by side.
    """
    end, seconds, tasks = max(running, default=0.0), 0.0, 0
    for usual, count in queued:
        if usual is None:
            return None
        seconds, tasks = seconds + usual * count, tasks + count
        end = max(end, usual)
    if tasks:
        end += tasks / min(per_second, at_once * tasks / max(seconds, 0.1))
    return end or None
