"""Making any text harmless for a terminal: the one `safe()`, and its sibling for JSON."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache

_JSON_RISKS = re.compile(
    r"[\x7f-\x9f\u00ad\u0600-\u0605\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_SHORT = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}
STYLES = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}


def safe(text: str) -> str:
    r"""
    Return `text` as one line that cannot control a terminal.

    Whatever is not printable (control, escape, C1, bidi, tag, zero-width and unassigned
    characters, surrogates) becomes `\n`, `\xNN` or `\u{NNNN}`.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    number = ord(char)
    return _SHORT.get(char) or (f"\\x{number:02x}" if number < 256 else f"\\u{{{number:x}}}")


def to_json(value: object, *, ascii_only: bool = False, indent: int | None = None) -> str:
    """Return `value` as JSON in which such characters stand as JSON escapes."""
    text = json.dumps(value, ensure_ascii=ascii_only, allow_nan=False, indent=indent)
    return _JSON_RISKS.sub(_json_escaped, text)


def _json_escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]


def cells(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    return len(text) if text.isascii() else sum(map(_width, text, f" {text}"))


@lru_cache(4096)
def _width(char: str, before: str) -> int:
    if char == "\ufe0f":  # makes a sign an emoji, which is wide
        return 2 - _width(before, " ") if before != " " else 0
    joins = unicodedata.category(char) in {"Mn", "Me"} or "\u1160" <= char <= "\u11ff"
    wide = unicodedata.east_asian_width(char) in "WF"
    skin = "\U0001f3fb" <= char <= "\U0001f3ff"
    return 0 if joins or (skin and _width(before, " ") == 2) else 1 + wide


def fit(text: str, width: int, end: str = "…") -> str:
    """Return `text` cut to `width` columns, with `end` where something was cut."""
    if cells(text) <= width:
        return text
    kept, used, before = [], len(end), " "
    for char in text:
        used += _width(char, before)
        if used > width:
            break
        kept.append(char)
        before = char
    return "".join(kept) + end[: max(0, width)]


def paint(text: str, style: str) -> str:
    """Return `text` in a colour or weight of STYLES."""
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m"
