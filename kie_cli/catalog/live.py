"""
What kie.ai tells live of its models, as Models: the list, and the OpenAPI document of one.

Pure, and safe for any JSON: what cannot be used is left out. Of one model live facts win for
fields, types, choices, limits and prices; the record of the package for all that kie.ai does
not tell, or labels wrongly: media, tasks, vendor, flags, rules, files, output.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from kie_cli.catalog.models import FLAGS, LIMITS, MEDIA_FLAGS, Field, Model, ids, load
from kie_cli.catalog.rules import as_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

CREATE = "/api/v1/jobs/createTask"
WORK = 5000  # schemas looked at in one document
MANY = 50  # alternatives in one place
LARGEST = 10**15  # no limit of a field is beyond it
BOUNDS = {
    "min": "minimum", "max": "maximum", "min_length": "minLength", "max_length": "maxLength",
    "min_items": "minItems", "max_items": "maxItems",
}  # fmt: skip
# What these mean is told by the look of their choices: 2K, 16:9.
_TIERS = {"quality", "size", "mode"}
_LOOKS = {"resolution": re.compile("[0-9]+[kKpP]"), "aspect_ratio": re.compile("[0-9]+:[0-9]+")}
_TYPES = ("string", "integer", "number", "boolean", "array", "object")
_KINDS = {bool: "boolean", int: "integer", float: "number", str: "string"}
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_CREDITS = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?credits?\b", re.IGNORECASE)


class NotCreateTask(ValueError):
    """kie.ai takes this model at another place than createTask: str() is its path."""


def model_from(model_id: str, openapi: object, bundled: Model | None = None) -> Model:
    """
    Return the model as its live document and its record describe it.

    Where the document says nothing of the input the record stays as it is; without one the
    model is not `checked`. Which fields go together only a record tells: where it does not
    fit any more nothing is checked of that. Raises NotCreateTask.
    """
    known = bundled or Model(model_id, (), {}, status="new", checked=False)
    body = _body(openapi).get("properties", {})
    whole = body.get("input", {})
    live = [
        [
            _field(name, part, known.field(name), required=name in one.get("required", ()))
            for name, part in one.get("properties", {}).items()
        ]
        for one in (_merged(whole, way) for way in whole.get("anyOf", [{}]))
    ]
    if not any(live):
        return known
    own = shapes(known)
    same = 1 < len(live) == len(own) and not any(map(_differences, own, live))
    fields = known.fields if same else _widest(live)
    names = {field.name: field for field in fields}
    flags = _flags([field for field in fields if known.field(field.name) is None])
    for flag, route in known.flags.items():
        if field := names.get(route["field"]):
            shape = {"shape": _route(flag, field)["shape"]} if "shape" in route else {}
            flags[flag] = {**route, **shape}
    return known._replace(
        fields=fields,
        branches=known.branches if same else (),
        flags={flag: flags[flag] for flag in FLAGS if flag in flags},
        rules=tuple(rule for rule in known.rules if _names_in(rule) <= names.keys()),
        callback="callBackUrl" in body,
        checked=True,
    )


def shapes(model: Model) -> list[list[Field]]:
    """Return the fields of each shape that the input may have: one of each branch."""
    return [
        [
            field
            for field in as_in(model, branch)
            if field.name in branch.get("fields", [field.name])
        ]
        for branch in model.branches or ({},)
    ]


def schema_of(field: Field) -> dict[str, Any]:
    """Return the closed facts of a field as JSON Schema."""
    schema: dict[str, Any] = {"type": field.type}
    link = {"format": "uri"} if field.is_media else {}
    if field.type == "array":
        schema["items"] = field.items or {"type": "string", **link}
    else:
        schema |= link
    if field.enum and not field.is_open:
        schema["enum"] = list(field.enum)
    return schema | {BOUNDS[name]: n for name, n in field.limits.items() if name in BOUNDS}


def listed(entry: Mapping[str, Any], seen: str) -> Model:
    """Return what an entry of the live list, seen on the date `seen`, tells of a new model."""
    labels = entry.get("taskType")
    labels = labels if isinstance(labels, list) else [labels]
    tasks = tuple("-".join(label.lower().split()) for label in labels if isinstance(label, str))
    makes = (known.media for task in tasks for known in _records() if task in known.tasks)
    model = Model(
        entry["model"],
        (),
        {},
        vendor=entry["provider"] if isinstance(entry.get("provider"), str) else "",
        media=next(makes, ""),
        tasks=tasks,
        status="new",
        facts={"live_listing": seen},
        checked=False,
    )
    return priced(model, entry.get("pricingDesc"), seen)


def priced(model: Model, text: object, seen: str) -> Model:
    """Return the model with the price that the live list of the date `seen` tells."""
    if not isinstance(text, str) or not text.strip():
        return model
    price = {
        "certainty": "live listing",
        **((model.price or {}) if same_price(model, text) else {}),
    }
    if price.get("text") != text:  # the same amounts, but for the same things?
        price["certainty"] = "reported" if "rates" in price else "live listing"
    return model._replace(price={**price, "text": text, "seen": seen})


def same_price(model: Model, text: str) -> bool:
    """Tell whether a price text names just the credits of the known rates, or is the known text."""
    price = model.price or {}
    rates = {float(rate["credits"]) for rate in price.get("rates", ())}
    amounts = set(map(float, _CREDITS.findall(text.replace(",", ""))))
    known = set(_NUMBER.findall(price.get("text", "")))
    alike = rates == amounts if rates else known <= set(_NUMBER.findall(text))
    return alike or text == price.get("text")


def differences(old: Model, new: Model) -> list[str]:
    """Return what changed in a model's input, a line each: "resolution: now takes 4K"."""
    lines = _differences(*([*_marked(model)] for model in (old, new)))
    if old.branches != new.branches:
        lines.append("which fields go together has changed")
    if old.checked and not new.checked:
        lines.append("kie.ai no longer tells what it takes")
    return lines


def _marked(model: Model) -> Iterator[Field]:
    """Yield the fields; those are required that each shape of the input requires."""
    needed = [{field.name for field in shape if field.required} for shape in shapes(model)]
    for field in model.fields:
        yield field._replace(required=all(field.name in names for names in needed))


def _differences(old: Iterable[Field], new: Iterable[Field]) -> list[str]:
    was, now = ({field.name: field for field in fields} for fields in (old, new))
    lines = [line for name in was for line in _changes(was[name], now.get(name))]
    return lines + [
        f"{name}: new{', required' * field.required} ({field.type})"
        for name, field in now.items()
        if name not in was
    ]


def _changes(old: Field, new: Field | None) -> Iterator[str]:
    if new is None:
        yield f"{old.name}: gone"
        return
    if new.type != old.type:
        yield f"{old.name}: {new.type}, was {old.type}"
    if new.enum and old.enum:
        ways = (("now takes", new.enum, old.enum), ("no longer takes", old.enum, new.enum))
        for words, left, right in ways:
            if changed := [str(one) for one in left if one not in right]:
                yield f"{old.name}: {words} {', '.join(changed)}"
    elif new.enum != old.enum:
        yield f"{old.name}: now takes {', '.join(map(str, new.enum or ['any value']))}"
    for limit in LIMITS:
        before, now = old.limits.get(limit, "none"), new.limits.get(limit, "none")
        if before != now:
            yield f"{old.name}: {limit} {now}, was {before}"
    if new.items != old.items:
        yield f"{old.name}: what its items are has changed"
    if new.required != old.required:
        yield f"{old.name}: {'now' if new.required else 'no longer'} required"


def _body(openapi: object) -> dict[str, Any]:
    """
    Return the schema of what createTask takes; nothing where that is beyond use.

    Raises NotCreateTask.
    """
    node = _dict(openapi)
    if (paths := _dict(node.get("paths"))) and CREATE not in paths:
        raise NotCreateTask(next(iter(paths)))
    document = _Document(_dict(_dict(node.get("components")).get("schemas")))
    for step in ("paths", CREATE, "post", "requestBody", "content", "application/json"):
        node = _dict(node.get(step))
    try:
        return document.plain(node.get("schema"))
    except RecursionError:
        return {}


class _Document:
    """The schemas of an OpenAPI document, by names that are percent-encoded on one side only."""

    def __init__(self, schemas: Mapping[str, object]) -> None:
        self._schemas = {_name(key): schema for key, schema in schemas.items()}
        self._left = WORK

    def plain(self, schema: object) -> dict[str, Any]:
        """
        Return a schema in the words that kie checks, with all that it refers to put into it.

        Alternatives stand in anyOf; one alone, as beside null, is none. Raises RecursionError
        for a schema that has no end.
        """
        self._left -= 1
        if self._left < 0:
            raise RecursionError
        if not isinstance(schema, dict):
            return {}
        name = _name(str(schema.get("$ref", "")).rpartition("/")[2])
        parts = [*map(self.plain, [self._schemas.get(name), *_list(schema.get("allOf"))])]
        options = [*_list(schema.get("oneOf")), *_list(schema.get("anyOf"))]
        ways = [way for way in map(self.plain, options) if way]
        choices = [schema["const"]] if "const" in schema else _list(schema.get("enum"))
        choices = [one for one in choices if isinstance(one, str | int | float)]
        named = _dict(schema.get("properties")).items()
        own: dict[str, Any] = {
            "type": _type(schema, choices),
            "enum": choices,
            "properties": {name.strip(): self.plain(part) for name, part in named},
            "required": [n.strip() for n in _list(schema.get("required")) if isinstance(n, str)],
            "items": self.plain(schema["items"]) if "items" in schema else None,
            "anyOf": ways if 1 < len(ways) < MANY else None,
        }
        own = {word: told for word, told in own.items() if told}
        own |= {word: schema[word] for word in ("format", "default") if word in schema}
        own |= {word: schema[word] for word in BOUNDS.values() if _is_limit(schema.get(word))}
        return _merged(*parts, *(ways if len(ways) == 1 else ()), own)


def _merged(*schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema that asks for all that these ask for; of limits the last one counts."""
    whole = {word: told for schema in schemas for word, told in schema.items()}
    if "properties" in whole:
        found = [schema.get("properties", {}) for schema in schemas]
        whole["properties"] = {name: part for parts in found for name, part in parts.items()}
    if "required" in whole:
        whole["required"] = [name for schema in schemas for name in schema.get("required", ())]
    return whole


def _type(schema: Mapping[str, Any], choices: Sequence[Any]) -> str | None:
    said = schema.get("type")
    for kind in said if isinstance(said, list) else [said]:
        if kind in _TYPES:
            return str(kind)
    if "properties" in schema or "items" in schema:
        return "object" if "properties" in schema else "array"
    kinds = {_KINDS[type(one)] for one in choices}
    return kinds.pop() if len(kinds) == 1 else None


def _field(name: str, schema: Mapping[str, Any], old: Field | None, *, required: bool) -> Field:
    """Return a field; `old` gives what the live schema does not tell."""
    ways = schema.get("anyOf", ())
    every = [schema, *ways]
    choices = tuple(choice for way in every for choice in way.get("enum", ()))
    kinds = [way["type"] for way in every if "type" in way]
    kind = kinds[0] if kinds else old.type if old else "string"
    item = schema.get("items", {}) if kind == "array" else {}
    is_text = item.keys() <= {"type", "format"} and item.get("type", "string") == "string"
    limits = {ours: schema[word] for ours, word in BOUNDS.items() if word in schema}
    known = old or Field(name, kind, False, _role(name, kind, schema, choices))
    limits |= {
        limit: value
        for limit, value in known.limits.items()
        if limit.endswith("_described") and limit.removesuffix("_described") not in limits
    }
    enum = choices or (known.enum if known.is_open else None)
    default = schema.get("default")
    if default is None and (not enum or known.default in enum):
        default = known.default
    return known._replace(
        type=kind,
        required=required,
        enum=enum,
        is_open=known.is_open if known.enum or not enum else any("enum" not in w for w in ways),
        default=default,
        limits=limits,
        items=None if is_text else item,
    )


@cache
def _records() -> list[Model]:
    return [model for model in map(load, ids()) if model]


@cache
def _uses() -> dict[str, tuple[int, str]]:
    """Return for each name of a field how many records use it for what, at the most."""
    uses = Counter((field.name, field.role) for model in _records() for field in model.fields)
    return {name: (count, role) for (name, role), count in reversed(uses.most_common())}


def _role(name: str, kind: str, schema: Mapping[str, Any], choices: Sequence[Any]) -> str:
    if name in _TIERS:
        looks = (r for r, look in _LOOKS.items() if any(look.fullmatch(str(c)) for c in choices))
        return next(looks, "option")
    role = _uses().get(name, (0, "option"))[1]
    if role == "option" and (schema.get("format") == "uri" or name.endswith(("url", "urls"))):
        role = next((one for one in ("mask", "video", "audio", "image") if one in name), role)
    is_media = role.removesuffix("_image") in MEDIA_FLAGS
    holds = ("string", "array") if is_media else ("string",) if role == "prompt" else _TYPES
    return role if kind in holds else "option"


def _widest(found: Iterable[Iterable[Field]]) -> tuple[Field, ...]:
    """Return the fields of several shapes: where these differ, any value may be right."""
    shapes_ = [{field.name: field for field in shape} for shape in found]
    fields = []
    for name in dict.fromkeys(name for shape in shapes_ for name in shape):
        first, *others = [shape[name] for shape in shapes_ if name in shape]
        every = dict.fromkeys(choice for one in (first, *others) for choice in one.enum or ())
        needed = all(name in shape and shape[name].required for shape in shapes_)
        if any(one._replace(required=first.required) != first for one in others):
            first = first._replace(enum=(*every,) or None, is_open=True, default=None, limits={})
        fields.append(first._replace(required=needed))
    return tuple(fields)


def _flags(fields: Sequence[Field]) -> dict[str, Mapping[str, Any]]:
    """Return the flags of fields that no record tells about, by the names they have."""
    found: dict[str, Mapping[str, Any]] = {}
    for flag in FLAGS:
        role = {"reference": "reference_image"}.get(flag, flag)
        if fits := [field for field in fields if field.role == role]:
            usual = max(fits, key=lambda field: _uses().get(field.name, (0, ""))[0])
            found[flag] = _route(flag, usual)
    frames = [found[flag] for flag in ("first_frame", "reference") if flag in found]
    if frames and "image" not in found:
        other = [frame["field"] for frame in frames[1:]]
        more = {"ambiguous": True, "alternatives": other} if other else {}
        found["image"] = {**frames[0], **more}
    return found


def _route(flag: str, field: Field) -> dict[str, Any]:
    route: dict[str, Any] = {"field": field.name}
    inner = (field.items or {}).get("properties", {})
    if flag in MEDIA_FLAGS and inner:
        key = next((name for name in inner if name.endswith("url")), next(iter(inner)))
        return {**route, "shape": "objects", "object_key": key}
    if flag in MEDIA_FLAGS:
        return {**route, "shape": "list" if field.type == "array" else "single"}
    if flag == "aspect_ratio":  # words that stand for ratios are the same in all models
        maps = [known.flags.get(flag, {}).get("map", {}) for known in _records()]
        known = {word: ratio for one in maps for ratio, word in one.items()}
        if words := {known[one]: one for one in field.enum or () if one in known}:
            route["map"] = words
    return route


def _names_in(rule: Mapping[str, Any]) -> set[str]:
    """Return the fields that a rule is about."""
    lists = [rule.get(key, ()) for key in ("fields", "others", "all_of", "when", "when_present")]
    named = [*lists, *rule.get("sets", ()), [rule["field"]] if "field" in rule else []]
    return {name for names in named for name in names}


def _is_limit(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and -LARGEST <= value <= LARGEST  # type: ignore[operator]


def _name(key: str) -> str:
    return unquote(key).replace("~1", "/").replace("~0", "~").strip()


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
