"""What the sandbox tells of the Market: the list, and the schema and price of each model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kie_cli.catalog.live import CREATE, schema_of, shapes
from kie_cli.catalog.models import ids, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kie_cli.catalog.models import Field, Model


def current(model_id: object) -> Model | None:
    """Return the model, if kie.ai lists it."""
    model = load(model_id) if isinstance(model_id, str) else None
    return model if model and model.status != "delisted" else None


def listing(wanted: Mapping[str, str]) -> dict[str, Any]:
    """Return `data` of the list: the models that fit `taskType`, `provider` and `q`."""
    wishes = {name: text.casefold() for name, text in wanted.items()}
    entries = [_entry(model) for model in map(current, ids()) if model]
    found = [
        entry
        for entry in entries
        if wishes["taskType"] in {"", *map(str.casefold, entry["taskType"])}
        and wishes["provider"] in {"", entry["provider"].casefold()}
        and wishes["q"] in f"{entry['model']} {entry['title']}".casefold()
    ]
    return {"total": len(found), "models": found}


def facts(model: Model, what: str) -> dict[str, Any] | None:
    """Return `data` of one model's schema, price or success-rate; None for anything else."""
    told = {
        "schema": ("openapi", _openapi(model) if model.checked else None),
        "price": ("pricingDesc", _price(model)),
        "success-rate": ("points", None),
    }
    return {"model": model.id, **dict([told[what]])} if what in told else None


def _entry(model: Model) -> dict[str, Any]:
    return {
        "model": model.id,
        "slug": model.id,
        "title": model.id.replace("/", " ").replace("-", " ").title(),
        "provider": model.vendor,
        "taskType": [t.replace("-", " ").title().replace(" To ", " to ") for t in model.tasks],
        "description": None,
        "pricingDesc": _price(model),
    }


def _price(model: Model) -> str | None:
    return str(model.price["text"]) if model.price else None


def _openapi(model: Model) -> dict[str, Any]:
    """Return what createTask takes of a model: one object as `input`, or a choice of them."""
    found = [
        {
            "type": "object",
            "required": [field.name for field in fields if field.required],
            "properties": {field.name: _property(field) for field in fields},
        }
        for fields in shapes(model)
    ]
    kinds = [branch["kind"] for branch in model.branches]
    callback = {"callBackUrl": {"type": "string", "format": "uri"}} if model.callback else {}
    request = {
        "type": "object",
        "required": ["model", "input"],
        "properties": {
            "model": {"type": "string", "enum": [model.id], "default": model.id},
            **callback,
            "input": {"$ref": "#/components/schemas/Input"},
        },
    }
    body = {"required": True, "content": {"application/json": {"schema": request}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": model.id, "version": "1.0.0"},
        "paths": {CREATE: {"post": {"requestBody": body}}},
        "components": {"schemas": {"Input": {kinds[0]: found} if kinds else found[0]}},
    }


def _property(field: Field) -> dict[str, Any]:
    """Return the schema of a field as kie.ai lists it: choices also where others are taken."""
    choices = {"enum": list(field.enum)} if field.enum else {}
    default = {} if field.default is None else {"default": field.default}
    return schema_of(field) | choices | default
