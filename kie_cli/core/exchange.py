"""One HTTP request and its answer as plain data: what the sandbox takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a server sees it; header names are in lower case."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. `lost`: the server did its work, and the answer never arrives."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    lost: bool = False
