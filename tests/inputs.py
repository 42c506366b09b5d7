"""Inputs made from a model's record: the smallest, those with every field, and broken ones."""

from __future__ import annotations

from kie_cli.catalog.check import build
from kie_cli.catalog.wishes import Wishes

KINDS = {"video": "mp4", "audio": "mp3"}
OFTEN_FILLED = {"prompt", "duration", "quality", "resolution", "aspect_ratio"}


def value_of(field, *, more=0):
    """Return a value that the field takes."""
    limits = field.limits
    if field.default not in (None, "", []):
        return field.default
    if field.enum:
        return field.enum[0]
    if field.type == "boolean":
        return False
    if field.type in {"integer", "number"}:
        return limits.get("min", limits.get("min_described", limits.get("max", 5)))
    if field.type == "array":
        least = int(limits.get("min_items", limits.get("min_items_described", 1)) or 1)
        one = item_of(field.items) if field.items else text_of(field)
        return [one] * max(least, more)
    return item_of(field.items or {"type": "object"}) if field.type == "object" else text_of(field)


def text_of(field):
    if field.is_media:
        return f"https://example.com/{field.name}.{KINDS.get(field.role, 'png')}"
    return "a hat".ljust(int(field.limits.get("min_length", 0)), "!")


def item_of(schema):
    match schema.get("type"):
        case "object":
            wanted = {*schema.get("required", ())} or {*schema.get("properties", {})}
            inner = schema.get("properties", {}).items()
            return {name: item_of(part) for name, part in inner if name in wanted}
        case "array":
            return [item_of(schema.get("items", {}))] * schema.get("minItems", 1)
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    if "enum" in schema:
        return schema["enum"][0]
    return "https://example.com/a.png" if schema.get("format") == "uri" else "a hat"


def checked(model, given):
    return build(model.id, model, Wishes(base=given))


def smallest(model):
    """Return inputs of one branch each, with what is required and nothing else."""
    for branch in model.branches or [{"required": []}]:
        given = {}
        for field in model.fields:
            if field.required or field.name in branch["required"]:
                limits = branch.get("limits", {}).get(field.name, {})
                given[field.name] = limits.get("default") or limits.get("enum", [None])[0]
                if given[field.name] is None:
                    given[field.name] = value_of(field, more=limits.get("min_items", 0))
        ways = [given]
        for rule in model.rules:
            match rule["kind"]:
                case "at_least_one":
                    given |= some(model, rule["fields"][:1])
                case "exactly_one" if not model.branches:
                    ways = [given | some(model, names) for names in rule["sets"]]
                case "waives":
                    less = {name: given[name] for name in given if name != rule["field"]}
                    ways.append(less | some(model, rule["when_present"]))
        yield from ways


def some(model, names):
    return {name: value_of(model.field(name)) for name in names}


def fullest(model):
    """Return inputs that together name every field: as many in each as go together."""
    bases, named = list(smallest(model)), set()
    for base in bases:
        given = dict(base)
        for field in model.fields:
            if (
                field.name not in given
                and not checked(model, more := {**given, field.name: value_of(field)}).problems
            ):
                given = more
        named |= {*given}
        yield given
    for field in model.fields:
        for base in bases if field.name not in named else ():
            for beside in ({}, *(some(model, [other.name]) for other in model.fields)):
                for value in (value_of(field), *(field.enum or ()), True):
                    given = {**base, **beside, field.name: value}
                    if field.name not in named and not checked(model, given).problems:
                        named.add(field.name)
                        yield given


def broken(model):
    """Return (field, input) with one closed rule of the field broken in each."""
    base = next(smallest(model))
    for field in model.fields:
        limits, others = field.limits, {k: v for k, v in base.items() if k != field.name}
        if field.type in {"array", "object"}:
            yield field.name, {**others, field.name: 5}
        elif field.type != "string":
            yield field.name, {**others, field.name: "no such value"}
        if field.enum and not field.is_open:
            yield field.name, {**others, field.name: "no such value"}
        if field.required and field.name in base and field.default is None:
            yield field.name, others
        if "max" in limits and not field.special and field.type != "string":
            yield field.name, {**others, field.name: limits["max"] + 1}
        if "max_length" in limits and not field.enum:
            yield field.name, {**others, field.name: "x" * int(limits["max_length"] + 1)}
        if "max_items" in limits and field.type == "array":
            one = value_of(field)[0]
            yield field.name, {**others, field.name: [one] * int(limits["max_items"] + 1)}
    for branch in model.branches[:1]:
        one = next(model.field(name) for name in branch["required"] if name not in OFTEN_FILLED)
        yield one.name, {}
