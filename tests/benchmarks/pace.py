"""
The pace of creates in real time: `kie batch` in several processes that share a ledger.

The server, on 127.0.0.1, answers after ANSWER seconds, counts each create when it arrives, by its
own clock, and refuses (429) what would be more than 20 in any 10 s. The ideal is what it allows:
creates 1 to 20 at once, 21 to 40 10 s later, and so on; measured from the first create to arrive.
Takes 10 s for each 20 creates; ends with 1 where something was refused or the last create came
later than 1.05 of the ideal.

    python tests/benchmarks/pace.py [CREATES [PROCESSES]]
"""

from __future__ import annotations

import json
import math
import os
import platform
import sqlite3  # noqa: TID253 (its version is told)
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from loopback import Loopback, Reply, example

from kie_cli import __version__

KIE = Path(sys.executable).parent / "kie"
LIMIT, WINDOW, ANSWER, BUDGET = 20, 10.0, 0.05, 1.05


class Counting(Loopback):
    """kie.ai with its limit; `taken` and `refused` are moments."""

    def __init__(self):
        self.taken, self.refused = [], []
        super().__init__()

    def _reply(self, request):
        if not request.path.endswith("/createTask"):
            return super()._reply(request)
        now = time.monotonic()
        if sum(moment > now - WINDOW for moment in self.taken) >= LIMIT:
            self.refused.append(now)
            return Reply(example("create.429"), 429)
        self.taken.append(now)
        reply = super()._reply(request)
        reply.meanwhile = lambda: threading.Event().wait(ANSWER)
        return reply


def start(server, folder, number, rows):
    """Start `kie batch` over so many rows."""
    file = folder / f"{number}.jsonl"
    keys = [f"{number}-{each}" for each in range(rows)]
    file.write_text("".join(json.dumps({"key": key, "prompt": "hat"}) + "\n" for key in keys))
    return subprocess.Popen(
        [KIE, "batch", file, "--yes", "--concurrency", "100"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=(folder / f"{number}.err").open("w"),
        env={
            "HOME": str(folder),
            "KIE_API_KEY": "key-for-tests-0123456789abcdef",
            "KIE_BASE_URL": server.api,
            "KIE_UPLOAD_URL": server.upload,
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        },
    )


class Outcome(NamedTuple):
    codes: list[int]  # exit codes of the processes
    said: str  # on stderr, by the worst of them
    moments: list[float]  # seconds from the first create to arrive
    refused: int
    ideal: float  # seconds

    @property
    def ratio(self):
        return self.moments[-1] / self.ideal


def run(creates=60, processes=4):
    """Let so many processes make so many creates, more than LIMIT."""
    server = Counting()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        sizes = [len(range(number, creates, processes)) for number in range(processes)]
        started = [start(server, folder, number, rows) for number, rows in enumerate(sizes)]
        codes = [process.wait(120 + creates) for process in started]
        said = (folder / f"{codes.index(max(codes))}.err").read_text()
    server.close()
    moments = [moment - min(server.taken) for moment in sorted(server.taken)]
    ideal = (math.ceil(creates / LIMIT) - 1) * WINDOW
    return Outcome(codes, said, moments, len(server.refused), ideal)


def main(creates=60, processes=4):
    out = run(creates, processes)
    if any(out.codes):
        print(f"exit codes {out.codes}:", out.said)
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    print(f"kie {__version__}, {versions}; {processes} processes, answers after {ANSWER} s")
    print(f"{len(out.moments)} of {creates} creates taken, {out.refused} refused")
    print(f"the first {LIMIT} within {out.moments[LIMIT - 1]:.2f} s")
    print(f"the last after {out.moments[-1]:.2f} s; ideal {out.ideal:.0f} s")
    print(f"ratio {out.ratio:.3f} (budget {BUDGET})")
    made = not any(out.codes) and len(out.moments) == creates
    return made and not out.refused and out.ratio <= BUDGET


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
