"""The records as objects: find a model, its fields, its price."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kie_cli.core.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

_DIGIT = re.compile("[0-9]")
_DATA = Path(__file__).parent / "data"
# Of the ids that kie.ai lists, none but a slip is as like another family's as this; at 0.85
# a new sibling (max for flex) would already pass for one.
_LIKENESS = 0.9
_MEDIA = frozenset(
    {"image", "first_frame", "last_frame", "reference_image", "style_image", "mask"}
    | {"video", "audio"}
)


@dataclass(frozen=True, slots=True)
class Field:
    """
    One field of a model's input. Limits that end in `_described` stand in prose only: warn.

    `kinds` are words of core/media.py. kie.ai says "10.0 MB" and not which MB: a file over
    `max_bytes` (1024 * 1024 each) fits no reading; one over `safe_bytes` (1000000) is in doubt.
    """

    name: str
    type: str
    required: bool
    role: str
    enum: tuple[Any, ...] | None = None
    default: Any = None
    max_length: int | None = None
    min_length_described: int | None = None
    max_items: int | None = None
    min_items_described: int | None = None
    kinds: tuple[str, ...] | None = None
    max_mb: int | None = None
    note: str | None = None

    @property
    def is_media(self) -> bool:
        """Whether the field holds files: their URLs, in the end."""
        return self.role in _MEDIA

    @property
    def max_bytes(self) -> int | None:
        """The size, in bytes, that no file may exceed."""
        return None if self.max_mb is None else self.max_mb * 1024 * 1024

    @property
    def safe_bytes(self) -> int | None:
        """The size, in bytes, that is surely taken."""
        return None if self.max_mb is None else self.max_mb * 1_000_000


@dataclass(frozen=True, slots=True)
class Model:
    """
    What one model takes and costs, as kie.ai told on the dates in `facts`.

    `flags` says where a flag goes: {"image": {"field": "input_urls", "shape": "list"}}.
    """

    id: str
    vendor: str
    media: str
    tasks: tuple[str, ...]
    status: str
    twin: str | None
    docs_url: str | None
    facts: dict[str, str]
    fields: tuple[Field, ...]
    flags: dict[str, dict[str, Any]]
    price: dict[str, Any]

    def field(self, name: str) -> Field | None:
        """Return the field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    def route(self, flag: str) -> Field | None:
        """Return the field that a flag fills, or None: `image` -> input_urls."""
        return self.field(self.flags[flag]["field"]) if flag in self.flags else None

    def other(self) -> Model | None:
        """Return the twin, read from its record."""
        return load(self.twin) if self.twin else None


def load(model_id: str) -> Model | None:
    """Return the model, or None when there is no record of it. Any text is safe to ask for."""
    # The path comes from the listing, never from the text: `../` leads nowhere.
    path = _listing().get(model_id)
    return None if path is None else _model(json.loads(path.read_text("utf-8")))


def ids() -> list[str]:
    """Return the ids of all models, sorted; reads file names, no records."""
    return sorted(_listing())


def nearest_id(model_id: str) -> str | None:
    """Return the model that a mistyped id most likely stands for, or None."""
    near = nearest(model_id, ids(), likeness=_LIKENESS)
    # Another number is another version: flux-3 is no slip of flux-2.
    return near if near and set(_DIGIT.findall(model_id)) <= set(_DIGIT.findall(near)) else None


def estimate(model: Model, given: Mapping[str, object]) -> float | None:
    """Return what one task with the input `given` costs, in credits; None when it is not known."""
    size = model.route("resolution")
    price = model.price.get("by_resolution", {}).get(str(size and given.get(size.name)))
    return None if price is None else float(price)


@cache
def _listing() -> dict[str, Path]:
    return {
        path.relative_to(_DATA).with_suffix("").as_posix(): path for path in _DATA.rglob("*.json")
    }


def _model(record: dict[str, Any]) -> Model:
    return Model(
        **{
            **record,
            "tasks": tuple(record["tasks"]),
            "fields": tuple(_field(field) for field in record["fields"]),
        }
    )


def _field(record: dict[str, Any]) -> Field:
    file = record.pop("file", {})
    kinds, enum = file.get("kinds"), record.get("enum")
    return Field(
        **{
            **record,
            "enum": enum and tuple(enum),
            "kinds": kinds and tuple(kinds),
            "max_mb": file.get("max_mb"),
        }
    )
