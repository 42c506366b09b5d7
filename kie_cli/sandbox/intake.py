"""What the sandbox takes for a model, by the closed facts of its record, and for how much."""

from __future__ import annotations

from operator import ge, le
from typing import TYPE_CHECKING, Any

from kie_cli.catalog.models import narrowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kie_cli.catalog.models import Field, Model

    Given = Mapping[str, Any]

DURATION = 5  # seconds, where the input names none
MOST = 16  # results that one task makes
_NOTHING: tuple[object, ...] = (None, "", [])

_LIMITS = {
    "min": "minimum", "max": "maximum", "min_length": "minLength", "max_length": "maxLength",
    "min_items": "minItems", "max_items": "maxItems",
}  # fmt: skip
_TYPES: dict[str, Any] = {
    "string": str, "array": list, "object": dict, "integer": int, "number": (int, float),
}  # fmt: skip
_CHECKS: tuple[tuple[str, Callable[[Any, Any], bool], str], ...] = (
    ("enum", lambda value, known: value in known, "is not one of the allowed options"),
    ("minimum", ge, "is too small"),
    ("maximum", le, "is too large"),
    ("minLength", lambda value, least: len(value) >= least, "is too short"),
    ("maxLength", lambda value, most: len(value) <= most, "is too long"),
    ("minItems", lambda value, least: len(value) >= least, "has too few items"),
    ("maxItems", lambda value, most: len(value) <= most, "has too many items"),
)
# Whether what was sent breaks a rule of that kind (record.schema.json says what each means).
_BROKEN: dict[str, Callable[[Mapping[str, Any], Given], object]] = {
    "forbid": lambda rule, sent: _holds(rule["when"], sent),
    "not_with": lambda rule, sent: (
        sent.keys() & {*rule["fields"]} and sent.keys() & {*rule["others"]}
    ),
    "needs": lambda rule, sent: rule["field"] in sent and {*rule["all_of"]} - sent.keys(),
    "at_least_one": lambda rule, sent: not sent.keys() & {*rule["fields"]},
    "exactly_one": lambda rule, sent: sum(sent.keys() >= {*each} for each in rule["sets"]) != 1,
    "required_when": lambda rule, sent: _holds(rule["when"], sent) and rule["field"] not in sent,
    "empty_when": lambda rule, sent: _holds(rule["when"], sent) and rule["field"] in sent,
    "max_when": lambda rule, sent: (
        _holds(rule["when"], sent) and sent.get(rule["field"], 0) > rule["max"]
    ),
    "max_items_when": lambda rule, sent: (
        _holds(rule["when"], sent) and len(sent.get(rule["field"], ())) > rule["max"]
    ),
    "max_total_items": lambda rule, sent: (
        sum(len(sent.get(name, ())) for name in rule["fields"]) > rule["max"]
    ),
    "max_total_chars": lambda rule, sent: (
        sum(len(item[rule["key"]]) for item in sent.get(rule["field"], ())) > rule["max"]
    ),
}


def fault(model: Model, given: Given) -> tuple[int, str] | None:
    """Return kie.ai's code and words for what is wrong with an input; the 422 texts are made up."""
    if not model.checked:
        return None
    found = [next(_faults(model, given, shape), None) for shape in shapes(model)]
    if all(found):
        return found[0]
    sent = {name: value for name, value in given.items() if value not in _NOTHING}
    texts = (
        rule["text"]
        for rule in model.rules
        if rule["level"] == "refuse"
        and rule["kind"] in _BROKEN
        and _BROKEN[rule["kind"]](rule, sent)
    )
    return next(((422, text) for text in texts), None)


def shapes(model: Model) -> list[list[Field]]:
    """Return the fields of each shape that the input may have."""
    return [
        [
            narrowed(
                field,
                branch.get("limits", {}).get(field.name, {}),
                required=field.name in branch.get("required", ()),
            )
            for field in model.fields
            if field.name in branch.get("fields", [field.name])
        ]
        for branch in model.branches or ({},)
    ]


def property_schema(field: Field) -> dict[str, Any]:
    """Return the closed facts of a field as JSON Schema."""
    schema: dict[str, Any] = {"type": field.type}
    link = {"format": "uri"} if field.is_media else {}
    if field.type == "array":
        schema["items"] = field.items or {"type": "string", **link}
    else:
        schema |= link
    if field.enum and not field.is_open:
        schema["enum"] = list(field.enum)
    return schema | {_LIMITS[name]: n for name, n in field.limits.items() if name in _LIMITS}


def cost(model: Model, given: Given) -> float:
    """Return what a task costs by the price list; 1 where it gives no figures."""
    price = model.price or {}
    rates = price.get("rates")
    if not rates:
        return 1.0
    values = {field.name: field.default for field in model.fields} | dict(given)
    fitting = (rate["credits"] for rate in rates if _holds(rate.get("when", {}), values))
    rate = next(fitting, min(rate["credits"] for rate in rates))
    field = model.route("duration")
    units = {
        "image": count(model, given),
        "second": _number(values.get(field.name) if field else None, DURATION),
        "1000 characters": _characters(values.get(price.get("of", ""))) / 1000,
    }
    return round(float(rate * units.get(price.get("per", ""), 1)), 6)


def count(model: Model, given: Given) -> int:
    """Return how many results are asked for."""
    field = model.route("count")
    asked = _number(given.get(field.name, field.default) if field else None, 1)
    return max(1, min(MOST, int(asked)))


def _faults(model: Model, given: Given, fields: list[Field]) -> Iterator[tuple[int, str]]:
    waived = [
        rule["field"]
        for rule in model.rules
        if rule["kind"] == "waives" and given.keys() >= {*rule["when_present"]}
    ]
    for field in fields:
        value = given.get(field.name)
        # kling-3.0/video wants `multi_prompt` also when it is not used: a list of nothing will do.
        idle = value == [] and field.type == "array" and not field.is_media
        if value in _NOTHING and not idle:
            if field.required and field.name not in waived:
                yield 500, f"{field.name} is required"
        elif value not in field.special:
            yield from ((422, text) for text in _wrong(field.name, value, property_schema(field)))
    known = {field.name for field in fields}
    for field in model.fields:
        if field.name not in known and given.get(field.name) not in _NOTHING:
            yield 422, f"{field.name} does not go with the other fields"


def _wrong(name: str, value: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a value by those words of JSON Schema that records use."""
    kind = schema.get("type", "")
    is_flag = isinstance(value, bool)
    if not isinstance(value, _TYPES.get(kind, object)) or is_flag != (kind == "boolean"):
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
        yield from _wrong(name, item, schema.get("items", {"type": None}))


def _holds(when: Mapping[str, list[Any]], values: Given) -> bool:
    return all(
        values.get(name) in wanted or ("*" in wanted and values.get(name) is not None)
        for name, wanted in when.items()
    )


def _number(value: object, otherwise: float) -> float:
    try:
        number = float(str(value))
    except ValueError:
        return otherwise
    return number if 0 < number < 1000 else otherwise


def _characters(value: object) -> int:
    """Count the characters of a text, or of the `text` of each item of a list."""
    if isinstance(value, list):
        return sum(_characters(item.get("text")) for item in value if isinstance(item, dict))
    return len(value) if isinstance(value, str) else 0
