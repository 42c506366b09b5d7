"""Time, injected: the one place that reads a clock or sleeps."""

from __future__ import annotations

import random
import time
from typing import Protocol

JUMP = 30.0  # seconds that the wall clock gains on the monotonic one: the machine was suspended
NAP = 1.0  # longest sleep in one go, so that waking up is seen within it


class Clock(Protocol):
    """What every wait and every date is made with."""

    def now(self) -> float:
        """Return the wall clock, in seconds since 1970 (UTC)."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass; come back early when the machine was suspended meanwhile."""

    def random(self) -> float:
        """Return a number in [0, 1), for jitter."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        until, gain = self.monotonic() + seconds, lead(self)
        while (left := until - self.monotonic()) > 0 and lead(self) - gain <= JUMP:
            time.sleep(min(left, NAP))

    def random(self) -> float:
        return random.random()


def lead(clock: Clock) -> float:
    """Return the wall clock less the monotonic one, which stands still in a suspended machine."""
    return clock.now() - clock.monotonic()
