"""The records as objects: find a model, its fields, its flags."""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kie_cli.core.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOM = Path(__file__).parent
MEDIA_FLAGS = ("image", "mask", "video", "audio", "first_frame", "last_frame", "reference")
FLAGS = (
    "prompt", "negative_prompt", *MEDIA_FLAGS,
    "aspect_ratio", "resolution", "duration", "count", "seed",
)  # fmt: skip
LIMITS = ("min", "max", "min_length", "max_length", "min_items", "max_items")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9][A-Za-z0-9._-]{0,99})?")
_DIGIT = re.compile("[0-9]")
# Of the ids that kie.ai lists, none but a slip is as like another family's as this.
_LIKENESS = 0.9
_MEDIA = frozenset(
    {"image", "first_frame", "last_frame", "reference_image", "style_image", "mask"}
    | {"video", "audio"}
)


class Field(NamedTuple):
    """
    One field of a model's input.

    `limits` has the words of LIMITS, and the same with `_described` where a limit stands in
    prose only: warn. `items` is the JSON Schema of one item of a list, where it says more than
    text. `special` values are allowed besides the range. `file` has what kie.ai says of the
    files: `kinds` (words of core/media.py), `max_mb` and `total_mb`, `px`, `seconds` and more.
    """

    name: str
    type: str
    required: bool
    role: str
    enum: tuple[Any, ...] | None = None
    is_open: bool = False
    default: Any = None
    limits: Mapping[str, float] = {}
    items: Mapping[str, Any] | None = None
    special: tuple[Any, ...] = ()
    schemes: tuple[str, ...] = ("http", "https")
    file: Mapping[str, Any] = {}
    note: str | None = None

    @property
    def is_media(self) -> bool:
        """Whether the field holds files: their URLs, in the end."""
        whole = self.type in {"string", "array"} and (self.items or {}).get("type") != "integer"
        return self.role in _MEDIA and whole


class Model(NamedTuple):
    """
    What one model takes and costs, as kie.ai told on the dates in `facts`.

    `flags` says where a flag goes: {"image": {"field": "input_urls", "shape": "list"}}.
    Without `checked` kie.ai has no description of its input: anything may be sent.
    """

    id: str
    fields: tuple[Field, ...]
    flags: Mapping[str, Mapping[str, Any]]
    family: str = ""
    vendor: str = ""
    media: str = ""
    tasks: tuple[str, ...] = ()
    status: str = "listed"
    twin: str | None = None
    docs_url: str | None = None
    confidence: str = "reported"
    facts: Mapping[str, str] = {}
    notes: tuple[str, ...] = ()
    checked: bool = True
    callback: bool = True
    branches: tuple[Mapping[str, Any], ...] = ()
    rules: tuple[Mapping[str, Any], ...] = ()
    output: Mapping[str, str] = {}
    price: Mapping[str, Any] | None = None

    def field(self, name: str) -> Field | None:
        """Return the field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    def route(self, flag: str) -> Field | None:
        """Return the field that a flag fills, or None: `image` -> input_urls."""
        return self.field(self.flags[flag]["field"]) if flag in self.flags else None

    def flag_of(self, name: str) -> str | None:
        """Return the flag, as typed, that fills the field `name` and no other; or None."""
        # The most telling one: --first-frame rather than --image.
        order = sorted(self.flags, key=lambda flag: flag == "image")
        fits = (f for f in order if self.flags[f]["field"] == name)
        flag = next((f for f in fits if not self.flags[f].get("ambiguous")), None)
        return flag and f"--{flag.replace('_', '-')}"

    def other(self) -> Model | None:
        """Return the twin, read from its record."""
        return load(self.twin) if self.twin else None


@lru_cache(maxsize=64)
def load(model_id: str) -> Model | None:
    """Return the model, or None when there is no record of it. Any text is safe to ask for."""
    if not _ID.fullmatch(model_id):
        return None
    try:
        record = json.loads((ROOM / "data" / f"{model_id}.json").read_text("utf-8"))
    except OSError:
        return None
    # Where a disk takes FLUX for flux, the id in the record decides.
    return model_of(record) if record["id"] == model_id else None


def ids() -> list[str]:
    """Return the ids of all models, sorted; reads file names, no records."""
    data = ROOM / "data"
    paths = data.rglob("*.json")
    return sorted(path.relative_to(data).with_suffix("").as_posix() for path in paths)


@cache
def aliases() -> dict[str, list[str]]:
    """Return the short names: of each the model without an image, and that with one."""
    found: dict[str, list[str]] = json.loads((ROOM / "aliases.json").read_text("utf-8"))
    return found


def nearest_id(model_id: str, known: Iterable[str] = ()) -> str | None:
    """Return the model that a mistyped id most likely stands for, or None."""
    near = nearest(model_id, [*ids(), *aliases(), *known], likeness=_LIKENESS)
    # Another number is another version: flux-3 is no slip of flux-2.
    return near if near and set(_DIGIT.findall(model_id)) <= set(_DIGIT.findall(near)) else None


def model_of(record: Mapping[str, Any]) -> Model:
    """Return what a record (record.schema.json) says as a Model."""
    return Model(
        **{
            **{key: value for key, value in record.items() if key != "inputs_unknown"},
            **{key: tuple(record.get(key, ())) for key in ("tasks", "notes", "branches", "rules")},
            "fields": tuple(field_of(field) for field in record["fields"]),
            "checked": not record.get("inputs_unknown", False),
        }
    )


def field_of(record: Mapping[str, Any]) -> Field:
    """Return what a record says of one field."""
    enum = record.get("enum") or record.get("enum_described")
    return Field(
        name=record["name"],
        type=record["type"],
        required=record["required"],
        role=record["role"],
        default=record.get("default"),
        items=record.get("items"),
        note=record.get("note"),
        enum=enum and tuple(enum),
        is_open="open_enum" in record or "enum" not in record,
        limits={
            key: value
            for key, value in record.items()
            if key.removesuffix("_described") in (*LIMITS, "multiple_of")
        },
        special=tuple(record.get("special_values", ())),
        schemes=tuple(record.get("schemes", ("http", "https"))),
        file=record.get("file", {}),
    )


def narrowed(known: Field, limits: Mapping[str, Any], *, required: bool) -> Field:
    """Return the field as one of its model's branches limits it."""
    return known._replace(
        required=known.required or required,
        enum=tuple(limits["enum"]) if "enum" in limits else known.enum,
        is_open=known.is_open and "enum" not in limits,
        default=limits.get("default", known.default),
        limits={**known.limits, **{key: limits[key] for key in LIMITS if key in limits}},
    )
