"""INT, TERM, HUP and QUIT as exceptions; held back while a paid request is on its way."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType

from kie_cli.core.clock import Clock
from kie_cli.errors import Stopped

HOLD_INT, HOLD_OTHERS = 15.0, 5.0  # seconds that an answer may still take
DEAF = 1.0  # seconds in which a process that ends sets things in order undisturbed
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")


class Signals:
    """Turns the signals that end a process into Stopped, so that everything is left in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sent = False
        self._held = False
        self._answered = False
        self._first: int | None = None
        self._deaf_until = float("-inf")
        self._end_after: Callable[[float], None]
        self._tell: Callable[[float], None]

    def install(self) -> None:
        """Take over the signals, but for those that were inherited as ignored (nohup)."""
        for name in NAMES:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._arrived)

    def hold(self, end_after: Callable[[float], None], tell: Callable[[float], None]) -> None:
        """
        From now on let the first signal only bound the wait for the answer.

        `end_after` bounds it to so many seconds, `tell` says so. The second signal is raised.
        """
        self._end_after, self._tell = end_after, tell
        self._answered, self._first = False, None
        self._sent = self._held = True

    def answered(self) -> None:
        """From now on raise nothing: the answer is here, and goes to disk and screen."""
        self._answered = True

    @property
    def meaning(self) -> str:
        """What a stop means for money, where nobody knows better."""
        return "kie list shows what was created." if self._sent else "Nothing was charged."

    @property
    def waiting(self) -> int | None:
        """The signal that is held back just now."""
        return self._first if self._held else None

    def release(self) -> int | None:
        """Stop holding back; return the signal that arrived meanwhile, by which kie then ends."""
        held, self._held = self._held, False
        if held and self._first is not None:
            self._deaf_until = self._clock.monotonic() + DEAF
        return self._first if held else None

    def end(self) -> None:
        """From now on take no notice of signals: the process is about to end."""
        self._deaf_until = float("inf")

    def _arrived(self, signum: int, _frame: FrameType | None) -> None:
        if self._clock.monotonic() < self._deaf_until:
            return
        if not self._held or (self._first is not None and not self._answered):
            self._deaf_until = self._clock.monotonic() + DEAF
            raise Stopped(signum)
        if self._first is None:
            self._first = signum
        if not self._answered:
            seconds = HOLD_INT if signum == signal.SIGINT else HOLD_OTHERS
            self._end_after(seconds)
            self._tell(seconds)
