"""Spans of time as people write and read them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

LONGEST = 10 * 366 * 86400.0

_NUMBER = r"([0-9]+(?:\.[0-9]+)?)"
_PLAIN = re.compile(_NUMBER)
_UNITS = re.compile(rf"(?=.)(?:{_NUMBER}d)?(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s)?")
_SIZES = (86400, 3600, 60, 1)
_NAMES = ("d", "h", "min", "s")


def parse_duration(text: str) -> float | None:
    """
    Return the seconds that `text` stands for (`90s`, `15m`, `1h30m`, `900`); None for `none`.

    Raises ValueError, with a sentence for the user, for anything else and beyond ten years.
    """
    word = text.strip().lower()
    if word == "none":
        return None
    if _PLAIN.fullmatch(word):
        seconds = float(word)
    elif match := _UNITS.fullmatch(word):
        counts = (float(count or 0) for count in match.groups())
        seconds = sum(count * size for count, size in zip(counts, _SIZES, strict=True))
    else:
        raise ValueError(
            f"not a duration: {_quoted(text)}. Write 90s, 15m, 1h30m, plain seconds, or none."
        )
    if seconds > LONGEST:
        raise ValueError(f"too long: {_quoted(text)}. Ten years at most, or none.")
    return seconds


def parse_since(text: str, now: float, zone: tzinfo | None = None) -> float:
    """
    Return the moment, in seconds since 1970, that `text` names: `2h`, `yesterday`, `2026-11-20`.

    Days begin at midnight in `zone`; None is this machine's own. Raises ValueError with a
    sentence for the user.
    """
    word = text.strip().lower()
    midnight = datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        if word == "today":
            return midnight.timestamp()
        if word == "yesterday":
            return (midnight - timedelta(days=1)).timestamp()
        if word[-1:].isalpha() and _UNITS.fullmatch(word):
            return now - (parse_duration(word) or 0)
        # With a dash: 20261120 could be a date as well as seconds.
        if "-" in word:
            moment = datetime.fromisoformat(word.upper())
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError, OSError):
        pass
    raise ValueError(
        f"not a time: {_quoted(text)}. "
        "Write 2h, 1d, today, yesterday, 2026-11-20 or 2026-11-20T14:00:00Z."
    )


def clock_text(seconds: float) -> str:
    """Return whole seconds as a clock shows them: `0:23`, `12:05`, `1:02:03`."""
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def spoken(seconds: float) -> str:
    """Return a span in its two greatest units: `31 s`, `2 min 5 s`, `1 h 3 min`."""
    left = max(0, round(seconds))
    counts = []
    for size in _SIZES:
        count, left = divmod(left, size)
        counts.append(count)
    first = next((i for i, count in enumerate(counts) if count), 0)
    parts = list(zip(counts, _NAMES, strict=True))[first : first + 2]
    return " ".join(f"{count} {name}" for count, name in parts if count) or "0 s"


def _quoted(text: str) -> str:
    return f'"{text}"' if len(text) <= 60 else f'"{text[:60]}…"'  # a line's worth
