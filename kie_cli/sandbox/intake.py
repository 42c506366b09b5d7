"""What the sandbox takes for a model, by the closed facts of its record, and for how much."""

from __future__ import annotations

from operator import ge, le
from typing import TYPE_CHECKING, Any

from kie_cli.catalog.live import schema_of, shapes
from kie_cli.catalog.price import estimate
from kie_cli.catalog.rules import broken_rules, waived
from kie_cli.catalog.values import coerce

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kie_cli.catalog.models import Field, Model

    Given = Mapping[str, Any]

MOST = 16  # results that one task makes
_NOTHING: tuple[object, ...] = (None, "", [])
_CHECKS: tuple[tuple[str, Callable[[Any, Any], bool], str], ...] = (
    ("enum", lambda value, known: value in known, "is not one of the allowed options"),
    ("minimum", ge, "is too small"),
    ("maximum", le, "is too large"),
    ("minLength", lambda value, least: len(value) >= least, "is too short"),
    ("maxLength", lambda value, most: len(value) <= most, "is too long"),
    ("minItems", lambda value, least: len(value) >= least, "has too few items"),
    ("maxItems", lambda value, most: len(value) <= most, "has too many items"),
)


def fault(model: Model, given: Given) -> tuple[int, str] | None:
    """Return kie.ai's code and words for what is wrong with an input; the 422 texts are made up."""
    if not model.checked:
        return None
    found = [next(_faults(model, given, shape), None) for shape in shapes(model)]
    if all(found):
        return found[0]
    texts = (text for text, refused in broken_rules(model, given) if refused)
    return next(((422, text) for text in texts), None)


def cost(model: Model, given: Given) -> float:
    """Return what a task costs by the price list; 1 where it gives no figures."""
    credits = estimate(model, given, today="").credits
    return 1.0 if credits is None else credits


def count(model: Model, given: Given) -> int:
    """Return how many results are asked for."""
    field = model.route("count")
    asked = coerce("integer", given.get(field.name, field.default)) if field else 1
    return max(1, min(MOST, asked)) if isinstance(asked, int) else 1


def _faults(model: Model, given: Given, fields: list[Field]) -> Iterator[tuple[int, str]]:
    free, names = waived(model, given), {field.name for field in fields}
    for field in fields:
        value = given.get(field.name)
        # kling-3.0/video wants `multi_prompt` also when it is not used: a list of nothing will do.
        idle = value == [] and field.type == "array" and not field.is_media
        if value in _NOTHING and not idle:
            if field.required and field.name not in free:
                yield 500, f"{field.name} is required"
        elif value not in field.special:
            yield from ((422, text) for text in _wrong(field.name, value, schema_of(field)))
    for field in model.fields:
        if field.name not in names and given.get(field.name) not in _NOTHING:
            yield 422, f"{field.name} does not go with the other fields"


def _wrong(name: str, value: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a value by those words of JSON Schema that records use."""
    kind = schema.get("type")
    same = coerce(kind, value) if kind else value
    if same != value or type(same) is not type(value):
        yield f"{name} is invalid"
        return
    for word, fits, reason in _CHECKS:
        if word in schema and not fits(value, schema[word]):
            yield f"{name} {reason}"
    if isinstance(value, dict):
        for key in schema.get("required", ()):
            if value.get(key) is None:
                yield f"{name}.{key} is required"
        for key, inner in schema.get("properties", {}).items():
            if value.get(key) is not None:
                yield from _wrong(f"{name}.{key}", value[key], inner)
    for item in value if isinstance(value, list) else ():
        yield from _wrong(name, item, schema.get("items", {}))
