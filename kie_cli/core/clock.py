"""Time, injected: the one place that reads a clock or sleeps."""

from __future__ import annotations

import random
import time
from typing import Protocol


class Clock(Protocol):
    """What every wait and every date is made with."""

    def now(self) -> float:
        """Return the wall clock, in seconds since 1970 (UTC)."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""

    def random(self) -> float:
        """Return a number in [0, 1), for jitter."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def random(self) -> float:
        return random.random()
