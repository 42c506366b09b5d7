"""The values of a model as a shell offers them: flag by flag, the words that it takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kie_cli.catalog.card import shown

if TYPE_CHECKING:
    from kie_cli.catalog.models import Field, Model

_PLAIN = re.compile(r"[\w.:/,+%=@-]+")  # what no shell wants quoted


def offers(model: Model) -> dict[str, list[str]]:
    """Return the words for each flag that has choices, and for -P: NAME=VALUE, NAME=, NAME@."""
    found: dict[str, list[str]] = {}
    for field in model.fields:
        words = _choices(field)
        if flag := model.flag_of(field.name):
            route = next(one for one in model.flags.values() if one["field"] == field.name)
            own = route.get("map", {})
            words = [*own, *(word for word in words if word not in {*own, *own.values()})]
        else:
            flag = "--param"
            sign = "@" if field.is_media else "="
            words = [f"{field.name}{sign}{word}" for word in words or [""]]
        found.setdefault(flag, []).extend(filter(_PLAIN.fullmatch, words))
    return {flag: words for flag, words in found.items() if words}


def _choices(field: Field) -> list[str]:
    return [*map(shown, field.enum or ((True, False) if field.type == "boolean" else ()))]
