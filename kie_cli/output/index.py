"""The index: what a shell offers that its script cannot know; a line is WORD, tab, MEANING."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from kie_cli.disk import private_folder
from kie_cli.output.text import fit, safe

WIDEST = 36  # columns of a prompt: with id and state 80


def one_line(text: str | None) -> str:
    """Return the beginning of a prompt, harmless for a terminal."""
    beginning = (text or "")[: 4 * WIDEST]  # a whole one would be measured sign by sign
    return fit(safe(" ".join(beginning.split())), WIDEST)


def keep(file: Path, offers: Iterable[tuple[str, str]]) -> None:
    """
    Let an index file hold these words and meanings: for its owner alone, old or new as a whole.

    One that cannot be written stays as it is.
    """
    lines = (f"{safe(word)}\t{safe(meaning).rstrip()}\n" for word, meaning in offers)
    content = "".join(lines).encode()
    with suppress(OSError):
        if file.is_file() and file.read_bytes() == content:
            return
        private_folder(file.parent)
        draft = file.parent / f".{secrets.token_hex(8)}"
        try:
            # Not synced, unlike the record of tasks: what is lost here is made anew.
            draft.touch(0o600, exist_ok=False)
            draft.write_bytes(content)
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
