"""kie.ai's list of models (GET /api/v1/models), as far as it can be used."""

from __future__ import annotations

from typing import Any

from pydantic import (  # noqa: TID253 (this module owns it)
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
)

from kie_cli.errors import UnexpectedAnswer


class Entry(BaseModel):
    """A model; what else is told of it stays as it is."""

    model_config = ConfigDict(extra="allow")

    model: str


class Listing(BaseModel):
    """The `data` of the answer; what is no entry is left out."""

    models: list[Entry | Any] = Field(default_factory=list)


def read_models(data: object) -> list[dict[str, Any]]:
    """Return the entries of a list of models; raises UnexpectedAnswer where there is none."""
    try:
        told = Listing.model_validate(data, strict=True).models
    except ValidationError:
        told = []
    found = [one.model_dump() for one in told if isinstance(one, Entry)]
    if not found:
        raise UnexpectedAnswer("kie.ai gave no list of models.")
    return found
