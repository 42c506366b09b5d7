"""kie.ai's envelope `{code, msg, data}`, read strictly: only a sound one can prove anything."""

from __future__ import annotations

import json
import math
import re
from typing import NamedTuple, NoReturn

DEEPEST = 64
MESSAGE_LIMIT = 500
EXCERPT_LIMIT = 160


class NotAnEnvelope(ValueError):
    """The body is no JSON object with a `code`; the text says why."""


class Envelope(NamedTuple):
    """
    One answer of the API.

    `code` is an integer, also where kie.ai sent its digits as text; None when it is
    neither, `said` is then what came. `message` is `msg`, or `message` of older routes.
    """

    code: int | None
    said: str
    message: str
    data: object


def parse_json(body: bytes) -> object:
    """
    Return the JSON value in `body`.

    Raises NotAnEnvelope for anything two readers could understand differently: other
    encodings than UTF-8, NaN, repeated keys, trailing bytes, numbers out of range; and for
    nesting deeper than 64.
    """
    try:
        value = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_distinct,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise NotAnEnvelope(str(error)) from None
    if _depth(value) > DEEPEST:
        raise NotAnEnvelope(f"nested deeper than {DEEPEST}")
    return value


def parse_envelope(body: bytes) -> Envelope:
    """Return the envelope in `body`; raises NotAnEnvelope."""
    value = parse_json(body)
    if not isinstance(value, dict) or value.get("code") is None:
        raise NotAnEnvelope("no object with a code")
    code = value["code"]
    message = value.get("msg") or value.get("message") or ""
    return Envelope(
        code=as_code(code),
        said=str(code)[:40],
        message=clip(message if isinstance(message, str) else json.dumps(message), MESSAGE_LIMIT),
        data=value.get("data"),
    )


def as_code(value: object) -> int | None:
    """Return a code that is an integer or the digits of one; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch("[1-9][0-9]{0,8}", value):
        return int(value)
    return None


def excerpt(body: bytes) -> str:
    """Return the beginning of a body that is no envelope, on one line."""
    return clip(" ".join(body[:4096].decode("utf-8", "replace").split()), EXCERPT_LIMIT)


def clip(text: str, limit: int) -> str:
    """Return `text`, cut to `limit` characters with an ellipsis as the last one."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is out of range")
    return number


def _depth(value: object) -> int:
    deepest, level = 0, [value]
    while deepest <= DEEPEST and (level := [x for x in level if isinstance(x, (dict, list))]):
        deepest += 1
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
    return deepest
