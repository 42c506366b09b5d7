"""Asking again for what costs nothing, and reading `Retry-After`, whatever stands there."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TypeVar

from kie_cli.core.clock import Clock
from kie_cli.errors import KieError

TRIES, WINDOW = 3, 30.0  # of a request that costs nothing; seconds in which the tries start
FIRST_PAUSE = 0.5  # seconds

T = TypeVar("T")


def steady(call: Callable[[], T], clock: Clock) -> T:
    """
    Return what `call` returns, trying up to 3 times within 30 s while its error says `again`.

    A server that asks for a longer pause is not asked again. For requests that cost nothing;
    never for createTask, whose rule is `verdict.next_try`.
    """
    started, tries = clock.monotonic(), 1
    while True:
        try:
            return call()
        except KieError as error:
            pause = error.retry_after
            if pause is None:
                pause = FIRST_PAUSE * 2**tries * clock.random()
            late = clock.monotonic() - started + pause >= WINDOW
            if not error.again or tries >= TRIES or late:
                raise
        tries += 1
        clock.sleep(pause)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """
    Return the seconds a server asks to wait: finite and not negative; None without a usable wish.

    `headers` have lower-case names; `now` is in seconds since 1970, and is replaced by the
    answer's own Date, so that a wrong local clock does no harm.
    """
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    text = headers.get("retry-after", "").strip()
    if (seconds := _number(text)) is not None:
        return seconds
    until = _date(text)
    if until is None:
        return None
    sent = _date(headers.get("date", ""))
    return max(0.0, until - (now if sent is None else sent))


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None


def _date(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
