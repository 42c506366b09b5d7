"""One model in words: what each field takes, and a command line that is ready to run; pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kie_cli.catalog.models import Field, Model, narrowed
from kie_cli.core.task import amount

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS = {
    "string": "text", "integer": "integer", "number": "number", "boolean": "yes/no",
    "array": "list", "object": "object",
}  # fmt: skip
_MEASURES = {
    "px": " px a side", "pixels": " pixels", "ratio": " times as wide as high", "seconds": " s",
    "fps": " frames a second",
}  # fmt: skip
_FILES = {"video": ("video.mp4", "mp4"), "audio": ("audio.mp3", "mp3")}
_WORDS = {
    "prompt": "A paper lighthouse on a cliff", "negative_prompt": "blurry", "resolution": "720p",
    "aspect_ratio": "16:9", "duration": "5",
}  # fmt: skip
MOST = 24  # choices that are shown


def kind(field: Field) -> str:
    """Return what a field takes, in a word."""
    if field.enum:
        return "choice"
    if field.is_media and not field.items:
        return "files" if field.type == "array" else "file"
    return _KINDS[field.type]


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
    found += _of_files(field.file)
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
    branch: Mapping[str, Any] = next(iter(model.branches), {})
    names = {f.name for f in model.fields if f.required} | set(branch.get("required", ()))
    prompt = model.route("prompt")
    allowed = branch.get("fields", [field.name for field in model.fields])
    if prompt and prompt.name in allowed:
        names.add(prompt.name)
    for rule in model.rules:
        either = [[name] for name in rule["fields"]] if rule["kind"] == "at_least_one" else []
        either = rule["sets"] if rule["kind"] == "exactly_one" else either
        if either and not any(names >= set(group) for group in either):
            names |= set(either[0])
    if not names:
        names |= {f.name for f in model.fields if f.is_media and f.name in allowed}
    found = ["create", "-m", model.id]
    for field in model.fields:
        own = narrowed(field, branch.get("limits", {}).get(field.name, {}), required=True)
        if field.name in names and (field.role == "prompt" or _filler(own) is None):
            found += _argument(model, own)
    return found


def _argument(model: Model, field: Field) -> list[str]:
    """Return a field with a likely value, as it is typed."""
    flag = model.flag_of(field.name)
    count = int(_limit(field, "min_items") or 1)
    if field.is_media and (flag or not field.items):
        name, kind_ = _FILES.get(field.role, ("image.png", "png"))
        kinds = field.file.get("kinds", [kind_])
        file = name if kind_ in kinds else f"{name.split('.')[0]}.{kinds[0]}"
        return [flag, file] * count if flag else ["-P", f"{field.name}@{file}"]
    if field.type in {"array", "object"}:
        value: object = _item(field.items or {}, field.name)
        value = [value] * count if field.type == "array" else value
        return ["-P", f"{field.name}:={json.dumps(value)}"]
    text = shown(_likely(field))
    return [flag, text] if flag else ["-P", f"{field.name}={text}"]


def _likely(field: Field) -> object:
    if field.enum:
        return field.enum[0]
    if field.type in {"integer", "number"}:
        return field.default or _limit(field, "min") or 1
    if field.type == "boolean":
        return True
    text = _WORDS.get(field.role, field.name.upper())
    least, most = _limit(field, "min_length"), _limit(field, "max_length")
    return text.ljust(int(least or 0), ".")[: int(most or len(text) + (least or 0))]


def _item(schema: Mapping[str, Any], name: str) -> object:
    """Return the smallest value that the JSON Schema of an item takes."""
    if "default" in schema or "enum" in schema:
        return schema.get("default", next(iter(schema.get("enum", ())), None))
    match schema.get("type"):
        case "object":
            parts = schema.get("properties", {})
            return {key: _item(parts.get(key, {}), key) for key in schema.get("required", parts)}
        case "array":
            return [_item(schema.get("items", {}), name)] * schema.get("minItems", 1)
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    url = schema.get("format") == "uri"
    return "https://example.com/image.png" if url else name.upper()


def _filler(field: Field) -> object:
    """Return what a required field is filled with when it is not given."""
    if field.role == "prompt":
        return None
    only = field.enum[0] if field.enum and len(field.enum) == 1 else None
    return only if field.default is None else field.default


def _limit(field: Field, word: str) -> float | None:
    return field.limits.get(word, field.limits.get(f"{word}_described"))


def _of_files(file: Mapping[str, Any]) -> list[str]:
    found = [" ".join(file["kinds"])] if "kinds" in file else []
    if "max_mb" in file:
        found.append(f"up to {amount(file['max_mb'])} MB")
    if "total_mb" in file:
        found.append(f"{amount(file['total_mb'])} MB together")
    for word, unit in _MEASURES.items():
        if word in file:
            least, most = file[word]
            found.append(_span(least, most, unit))
    if "total_seconds" in file:
        found.append(f"{amount(file['total_seconds'])} s together")
    return found


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
