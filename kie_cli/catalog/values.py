"""Values on their way into a request: their types, their spelling, how a message shows them."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from kie_cli.core.media import LocalFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SHOWN = 80  # characters of a value in a message
DEEPEST = 64  # levels of lists and objects in a value; kie reads no deeper answers either
TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object (NAME:=JSON)",
}
_TRUTH = dict.fromkeys(("true", "yes", "on", "1"), True)
_TRUTH |= dict.fromkeys(("false", "no", "off", "0"), False)
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?")
_SAME = {"jpeg": "jpg", "jpg": "jpeg"}  # one thing; a model takes one of the spellings


def coerce(kind: str, value: object) -> object:
    """Return `value` as the type `kind`, or None when it is nothing of that kind."""
    match kind, value:
        case ("string", str() | LocalFile()) | ("array", list()) | ("object", dict()):
            return value
        case "array", str() | LocalFile():
            return [value]
        case "boolean", str() | int():
            return _TRUTH.get(str(value).strip().casefold())
        case "string" | "integer" | "number", _:
            number = _number(value)
            if number is None or kind == "number":
                return number
            whole = int(number) if number % 1 == 0 else None
            if kind == "integer":
                return whole
            return str(number if whole is None else whole)
    return None


def conform(schema: Mapping[str, Any], value: object) -> object:
    """Return one item of a list with what is in it coerced as its JSON Schema says."""
    if isinstance(value, dict):
        inner = schema.get("properties", {})
        return {name: conform(inner.get(name, {}), part) for name, part in value.items()}
    if isinstance(value, list):
        return [conform(schema.get("items", {}), part) for part in value]
    coerced = coerce(schema.get("type", ""), value)
    return value if coerced is None else respell(coerced, schema.get("enum"))


def _number(value: object) -> int | float | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value) if re.search("[.eE]", value) else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return None if value in {math.inf, -math.inf} else value


def respell(value: object, choices: Sequence[Any] | None) -> object:
    """Return `value` in the spelling of `choices` (1k -> 1K, jpeg -> jpg), or as it is."""
    if not choices or value in choices or not isinstance(value, str):
        return value
    folded = {str(choice).casefold(): choice for choice in choices}
    plain = value.strip().casefold()
    return folded.get(plain, folded.get(_SAME.get(plain, ""), value))


def show(value: object) -> str:
    """Return `value` as part of one line: paths whole, texts cut, without a URL's password."""
    match value:
        case LocalFile():
            return value.path
        case list():
            return "[...]"
        case dict():
            return "{...}"
        case str():
            text = re.sub("(?<=//)[^/?#]*@", "...@", value)
            return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
    return json.dumps(value)


def unsendable(value: object) -> str | None:
    """Return why no request can carry `value`, whatever the model, or None."""
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inner(outer)]
    if level:
        return f"lists and objects in it are nested more than {DEEPEST} deep."
    for leaf in _leaves(value):
        if isinstance(leaf, float) and not math.isfinite(leaf):
            return f"{leaf} is no number that JSON can carry."
        if isinstance(leaf, str) and (bad := re.search("[\x00\ud800-\udfff]", leaf)):
            return f"character {bad.start() + 1} is U+{ord(bad[0]):04X}, which cannot be sent."
    return None


def files_in(value: object) -> list[LocalFile]:
    """Return the files in `value`, in order, each content once."""
    files: dict[str, LocalFile] = {}
    for leaf in _leaves(value):
        if isinstance(leaf, LocalFile):
            files.setdefault(leaf.sha256, leaf)
    return list(files.values())


def replace_files(value: Any, url: Callable[[LocalFile], str]) -> Any:
    """Return `value` with `url(file)` in the place of each file in it."""
    match value:
        case LocalFile():
            return url(value)
        case dict():
            return {key: replace_files(inner, url) for key, inner in value.items()}
        case list():
            return [replace_files(inner, url) for inner in value]
    return value


def as_recorded(file: LocalFile) -> str:
    """Return what stands for a file in the record of a create: its content's hash."""
    return f"file:sha256:{file.sha256}"


def _leaves(value: object) -> Iterator[object]:
    """Walk through lists and objects, keys included, in order."""
    if not isinstance(value, list | dict):
        yield value
    for inner in _inner(value):
        yield from _leaves(inner)


def _inner(value: object) -> list[Any]:
    if isinstance(value, dict):
        return [part for pair in value.items() for part in pair]
    return value if isinstance(value, list) else []
