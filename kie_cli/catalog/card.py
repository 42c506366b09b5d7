"""One model in words: what each field takes, and a command line that is ready to run; pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kie_cli.catalog.live import schema_of, shapes
from kie_cli.catalog.models import Field, Model, narrowed
from kie_cli.core.task import amount

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS = {"string": "text", "boolean": "yes/no", "array": "list"}
_MEASURES = {
    "px": " px a side", "pixels": " pixels", "ratio": " times as wide as high", "seconds": " s",
    "fps": " frames a second",
}  # fmt: skip
_SIZES = {"max_mb": "up to {} MB", "total_mb": "{} MB together", "total_seconds": "{} s together"}
_FILES = {"video": "video.mp4", "audio": "audio.mp3"}
PROMPT = "A paper lighthouse on a cliff"
MOST = 24  # choices that are shown


def kind(field: Field) -> str:
    """Return what a field takes, in a word."""
    if field.enum:
        return "choice"
    if field.is_media and not field.items:
        return "files" if field.type == "array" else "file"
    return _KINDS.get(field.type, field.type)


def needed(field: Field) -> str:
    """Return whether a field must be given: what is not given is filled with the default."""
    if not field.required:
        return "no"
    filler = _filler(field)
    return "yes" if filler is None else f"default {shown(filler)}"


def limits(field: Field) -> str:
    """Return the choices and limits of a field, hard and told, and what else is to be known."""
    found = []
    if field.enum:
        more = len(field.enum) - MOST
        found.append(" ".join(map(shown, field.enum[:MOST])))
        found[0] += f" and {more} more" * (more > 0) + " or others" * field.is_open
    what = "files" if kind(field) == "files" else "items"
    ends = [("_length", " characters"), ("_items", f" {what}")]
    for ending, unit in ends if field.enum else [("", ""), *ends]:
        if said := _span(_limit(field, f"min{ending}"), _limit(field, f"max{ending}"), unit):
            found.append(said)
    if step := field.limits.get("multiple_of_described"):
        found.append(f"a multiple of {amount(step)}")
    if field.special:
        found.append(f"or {' '.join(map(shown, field.special))}")
    found += [" ".join(field.file["kinds"])] if "kinds" in field.file else []
    found += [say.format(amount(field.file[w])) for w, say in _SIZES.items() if w in field.file]
    spans = [(*field.file[word], unit) for word, unit in _MEASURES.items() if word in field.file]
    found += [_span(least, most, unit) for least, most, unit in spans]
    if parts := (field.items or {}).get("properties"):
        found.append(f"each has {', '.join(parts)}")
    if field.note:
        found.append(field.note)
    return "; ".join(found)


def ways(model: Model) -> list[str]:
    """Return the branches and rules of a model as sentences."""
    found = []
    for branch in model.branches:
        found.append(f"with {branch['name']}: give {', '.join(branch['required'])}")
        for name, limit in branch.get("limits", {}).items():
            said = limits(narrowed(Field(name, "string", False, ""), limit, required=False))
            found[-1] += f"; {name} {said}" if said else ""
    return found + [rule["text"] for rule in model.rules]


def example(model: Model) -> list[str]:
    """Return the arguments of the shortest `kie create` that a model takes; files are made up."""
    fields = shapes(model)[0]
    names = {field.name for field in fields if field.required or field.role == "prompt"}
    for rule in model.rules:
        if rule["kind"] in {"at_least_one", "exactly_one"}:
            sets = rule.get("sets") or [[name] for name in rule["fields"]]
            names |= set() if any(names >= {*each} for each in sets) else {*sets[0]}
    names = names or {field.name for field in fields if field.is_media}
    found = ["create", "-m", model.id]
    for field in fields:
        if field.name in names and (field.role == "prompt" or _filler(field) is None):
            found += _argument(model, field)
    return found


def _argument(model: Model, field: Field) -> list[str]:
    """Return a field with a likely value, as it is typed."""
    flag = model.flag_of(field.name)
    if field.is_media and (flag or not field.items):
        file = _FILES.get(field.role, "image.png")
        return (
            [flag, file] * _few(_limit(field, "min_items"))
            if flag
            else ["-P", f"{field.name}@{file}"]
        )
    text = shown(PROMPT if field.role == "prompt" else _smallest(schema_of(field), field.name))
    sign = ":=" if field.type in {"array", "object"} else "="
    return [flag, text] if flag else ["-P", f"{field.name}{sign}{text}"]


def _smallest(schema: Mapping[str, Any], name: str) -> object:
    """Return the smallest value that a JSON Schema takes."""
    if "default" in schema or "enum" in schema:
        return schema.get("default", next(iter(schema.get("enum", ())), None))
    match schema.get("type"):
        case "object":
            parts = schema.get("properties", {})
            names = schema.get("required", parts)
            return {key: _smallest(parts.get(key, {}), key) for key in names}
        case "array":
            return [_smallest(schema.get("items", {}), name)] * _few(schema.get("minItems"))
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    url = schema.get("format") == "uri"
    return "https://example.com/image.png" if url else name.upper()


def _few(least: float | None) -> int:
    return max(1, min(9, int(least or 1)))


def _filler(field: Field) -> object:
    """Return what a required field is filled with when it is not given."""
    if field.role == "prompt":
        return None
    only = field.enum[0] if field.enum and len(field.enum) == 1 else None
    return only if field.default is None else field.default


def _limit(field: Field, word: str) -> float | None:
    return field.limits.get(word, field.limits.get(f"{word}_described"))


def _span(least: float | None, most: float | None, unit: str) -> str:
    if most == 1:
        unit = unit.removesuffix("s") if unit != " s" else unit
    if least is None or most is None:
        ends = [("at least", least), ("at most", most)]
        return "".join(f"{word} {amount(end)}{unit}" for word, end in ends if end is not None)
    return f"{'' if least == most else f'{amount(least)} to '}{amount(most)}{unit}"


def shown(value: object) -> str:
    """Return a value of a field as it is typed."""
    return value if isinstance(value, str) else json.dumps(value)
