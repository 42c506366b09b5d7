"""Reading `Retry-After`, whatever a server writes there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime


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
    return max(0.0, until - (_date(headers.get("date", "")) or now))


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
