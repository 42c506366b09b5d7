"""What the sandbox tells of the Market: the list, and the schema and price of each model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kie_cli.catalog.models import ids, load
from kie_cli.sandbox.intake import property_schema, shapes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kie_cli.catalog.models import Field, Model

_ANSWER = {
    "type": "object",
    "properties": {
        "code": {"type": "integer"},
        "msg": {"type": "string"},
        "data": {
            "type": "object",
            "properties": {"taskId": {"type": "string"}},
            "required": ["taskId"],
        },
    },
}


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
    about: dict[str, Any]
    match what:
        case "schema":
            about = {"openapi": _openapi(model) if model.checked else None}
        case "price":
            about = {"pricingDesc": _price(model)}
        case "success-rate":
            about = {"points": None}
        case _:
            return None
    return {"model": model.id, **about}


def _entry(model: Model) -> dict[str, Any]:
    tasks = [" ".join(map(_word, task.split("-"))) for task in model.tasks]
    return {
        "model": model.id,
        "slug": model.id,
        "title": _title(model),
        "provider": model.vendor,
        "taskType": tasks,
        "description": None,
        "pricingDesc": _price(model),
    }


def _word(word: str) -> str:
    return word if word == "to" else word.capitalize()


def _title(model: Model) -> str:
    return model.id.replace("/", " ").replace("-", " ").title()


def _price(model: Model) -> str | None:
    return str(model.price["text"]) if model.price else None


def _openapi(model: Model) -> dict[str, Any]:
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
    answer = {"description": "Envelope", "content": _json({"$ref": "#/components/schemas/Answer"})}
    post = {
        "operationId": model.id.replace("/", "-"),
        "requestBody": {"required": True, "content": _json(request)},
        "responses": {"200": answer},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": _title(model), "version": "1.0.0"},
        "servers": [{"url": "https://api.kie.ai"}],
        "paths": {"/api/v1/jobs/createTask": {"post": post}},
        "components": {"schemas": {"Input": _input(model), "Answer": _ANSWER}},
    }


def _input(model: Model) -> dict[str, Any]:
    """Return the schema of `input`: one object, or a choice of them."""
    found = [
        {
            "type": "object",
            "required": [field.name for field in fields if field.required],
            "properties": {field.name: _property(field) for field in fields},
        }
        for fields in shapes(model)
    ]
    if not model.branches:
        return found[0]
    titled = zip(model.branches, found, strict=True)
    named = [{"title": branch["name"], **each} for branch, each in titled]
    return {model.branches[0]["kind"]: named}


def _property(field: Field) -> dict[str, Any]:
    """Return the schema of a field as kie.ai lists it: choices also where others are taken."""
    choices = {"enum": list(field.enum)} if field.enum else {}
    default = {} if field.default is None else {"default": field.default}
    return property_schema(field) | choices | default


def _json(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
