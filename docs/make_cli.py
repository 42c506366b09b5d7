"""Write docs/cli.md from the program's own help; with --check only compare."""

from __future__ import annotations

import importlib
import io
import os
import sys
from pathlib import Path

from kie_cli.cli import main, names
from kie_cli.context import Kie

PAGE = Path(__file__).with_name("cli.md")
HEAD = """# The command line

Made from `kie --help` by `python docs/make_cli.py`; do not edit.
Exit codes, streams, files: [README](../README.md). The JSON object of a task: [json.md](json.md).
"""


def help_of(*words: str) -> str:
    """Return what `kie WORDS --help` prints."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    code = main([*words, "--help"], Kie({}, stdout=out, stderr=out))
    if code:
        raise SystemExit(f"kie {' '.join(words)} --help ended with {code}")
    return out.buffer.getvalue().decode().rstrip()  # type: ignore[attr-defined]


def commands() -> list[tuple[str, ...]]:
    """Return all commands and subcommands, the program itself first."""
    found: list[tuple[str, ...]] = [()]
    for name in names():
        found.append((name,))
        group = getattr(importlib.import_module(f"kie_cli.commands.{name}"), "app", None)
        subs = group.registered_commands if group else ()
        found += [(name, sub.name or sub.callback.__name__) for sub in subs]
    return found


def page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for words in commands():
        title = " ".join(("kie", *words))
        parts.append(f"## {title}\n\n```text\n{help_of(*words)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    os.environ.update(COLUMNS="80", TERM="dumb")
    if "--check" in sys.argv:
        if PAGE.read_text(encoding="utf-8") != page():
            sys.exit("docs/cli.md is not what the program says: python docs/make_cli.py")
    else:
        PAGE.write_text(page(), encoding="utf-8")
