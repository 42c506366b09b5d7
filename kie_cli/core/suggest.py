"""`Did you mean`: the choice that a mistyped word most likely stands for."""

from __future__ import annotations

import re
from difflib import get_close_matches
from math import gcd
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 100  # characters; difflib's time grows with their square


def nearest(word: str, choices: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """
    Return the one of `choices` that `word` most likely stands for, or None.

    `16x9` stands for `16:9`, `2k` for `2K`, `pro-image-2-image` for `pro-image-to-image`.
    """
    if len(word) > LONGEST:
        return None
    known: dict[str, str] = {}
    for choice in choices:
        known.setdefault(_plain(choice), choice)
    plain = _plain(word)
    if plain in known or _ratio(plain):  # 21:9 is no slip of 4:3, alike as 7:3 looks
        return known.get(plain)
    return next((known[match] for match in get_close_matches(plain, known, 1, likeness)), None)


def _plain(word: str) -> str:
    """Return `word` without what people mix up: case, blanks, signs between its parts."""
    plain = re.sub("(?<=[0-9])\\s*[x\u00d7*/;,.-]\\s*(?=[0-9])", ":", word.strip().casefold())
    if ratio := _ratio(plain):
        width, height = map(int, ratio.groups())
        shared = gcd(width, height) or 1
        return f"{width // shared}:{height // shared}"
    plain = re.sub(r"(?<=[^\W\d])[-_ ]?2[-_ ]?(?=[^\W\d])", "-to-", plain)
    return re.sub(r"[\s_]+", "-", plain)


def _ratio(plain: str) -> re.Match[str] | None:
    return re.fullmatch(r"([0-9]+):([0-9]+)", plain)
