"""Rows for batches, and what became of them."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path


def sheet(*rows: dict | str, name: str = "rows.jsonl") -> str:
    """Write a file of rows; return its name."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def hats(*keys: str) -> str:
    return sheet(*({"key": key, "prompt": f"hat {key}"} for key in keys))


def paid(server, field: str = "prompt") -> list:
    """What the server was asked to make, whatever the order; each of them is paid."""
    return sorted(post.json["input"].get(field) for post in server.posts())


def posted(server) -> dict:
    """The whole requests, by their prompt."""
    return {post.json["input"]["prompt"]: post.json for post in server.posts()}


def files(folder: str = "out") -> list[str]:
    return sorted(
        str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()
    )


def untouched(server, rows) -> bool:
    """Nothing was uploaded, sent or recorded."""
    from sqlite3 import OperationalError

    posts = [asked for asked in server.requests if asked.method == "POST"]
    with suppress(OperationalError):  # not even a ledger
        posts += rows()
    return [] == posts
