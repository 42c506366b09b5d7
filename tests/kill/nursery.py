"""
Forks a kie with all imports done for each line of stdin: start-up is most of its CPU time.

A line is JSON: the words. The pid comes back, and when the process has ended [code, out, err].
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path

from kie_cli.__main__ import run

NEEDED = (
    "api.client",
    "catalog.check",
    "cli",
    "commands.create",
    "config.key",
    "jobs.follow",
    "jobs.submit",
    "jobs.wishes",
    "ledger.store",
    "output.plain",
)


def become_kie(words: list[str], files: list[Path]) -> None:
    """Be the process that a shell would have started with these words and streams."""
    for number, file in enumerate(files):
        handle = os.open(file, os.O_RDWR)
        os.dup2(handle, number)
        os.close(handle)
    sys.argv[1:] = words
    run()


def main() -> None:
    """Serve until stdin ends, with files in the current folder."""
    for name in NEEDED:
        importlib.import_module(f"kie_cli.{name}")
    files = [Path(os.devnull), *(Path(f"{os.getpid()}-{name}") for name in ("out", "err"))]
    while line := os.read(0, 10_000):
        for file in files[1:]:
            file.write_text("")
        pid = os.fork()
        if pid == 0:
            become_kie(json.loads(line), files)
        print(pid, flush=True)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        print(json.dumps([code, *(file.read_text() for file in files[1:])]), flush=True)


if __name__ == "__main__":
    main()
