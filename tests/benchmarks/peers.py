"""The start-up of other programs; those that are not on PATH are skipped aloud."""

from __future__ import annotations

import re
import subprocess

from rows import P, Row, there

INITIALIZE = (
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",'
    '"capabilities":{},"clientInfo":{"name":"compare","version":"1"}}}'
)
SERVER = "kie-ai-mcp-server"
# The server ends when its stdin does.
GREET = f"echo '{INITIALIZE}' | KIE_AI_API_KEY=none {SERVER} | grep serverInfo"
STARTS = {
    "http": ("--version", "--help"),
    "hf": ("version", "--help"),
    "muapi": ("--version", "--help"),
    "wavespeed": ("--version", "--help"),
    SERVER: ("initialize",),
}


def command(program, word):
    return ["sh", "-c", GREET] if program == SERVER else [program, word]


def peers():
    """Return the rows of the programs that are there."""
    return [
        Row(f"{program} {word}", command(program, word), P)
        for program, words in STARTS.items()
        if there(program)
        for word in words
    ]


def versions(rows, env):
    """Return each peer among these rows with its version, as it tells it."""
    named = {row.name for row in rows}
    for program, (word, *_) in STARTS.items():
        if f"{program} {word}" in named:
            told = subprocess.run(
                command(program, word), env=env, capture_output=True, text=True, timeout=60,
                check=True, stdin=subprocess.DEVNULL,
            ).stdout  # fmt: skip
            yield f"{program} {re.search(r'[0-9]+[.][0-9]+[.][0-9]+', told)[0]}"
