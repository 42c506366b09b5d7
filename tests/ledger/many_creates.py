"""
Many creates at once in one ledger, against the sandbox; prints what came of them.

    python tests/ledger/many_creates.py --each 100
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import sqlite3  # noqa: TID253 (looks at the file itself)
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from kie_cli.cli import main
from kie_cli.context import Kie
from kie_cli.sandbox import store


def create(environ: dict[str, str], number: int, count: int, start, done) -> None:
    """Make `count` creates one after the other; give the ids that were printed."""
    store.CREATES, store.CREDITS = 10**9, 1e9  # kie.ai's limits are not what is looked at
    ids, errors = [], []
    start.wait()
    for each in range(count):
        out, err = io.StringIO(), io.StringIO()
        kie = Kie(environ, stdin=io.StringIO(), stdout=out, stderr=err)
        if main(["create", "-p", f"hat {number}-{each}"], kie):
            errors.append(err.getvalue())
        ids += out.getvalue().split()
    done.put((ids, errors))


def run(folder: Path, processes: int, each: int) -> dict[str, object]:
    """Let `processes` start together, then compare what they said with what the ledger has."""
    environ = {"KIE_STATE_DIR": str(folder), "KIE_SANDBOX": "1", "HOME": str(folder)}
    main(["config", "set", "rate_limit", "999999"], Kie(environ))
    fork = multiprocessing.get_context("fork")  # all begin at once, without imports of their own
    start, done = fork.Barrier(processes + 1), fork.Queue()
    workers = [
        fork.Process(target=create, args=(environ, number, each, start, done), daemon=True)
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    start.wait(60)
    began = time.monotonic()
    said = [done.get(timeout=600) for _ in workers]
    seconds = time.monotonic() - began
    for worker in workers:
        worker.join(60)
    with closing(sqlite3.connect(folder / "tasks.sqlite3")) as db:
        rows = db.execute("SELECT outcome, task_id, intent FROM creates").fetchall()
        events = db.execute("SELECT count(*) FROM events").fetchone()[0]
        check = db.execute("PRAGMA integrity_check").fetchone()[0]
    printed = [task_id for ids, _ in said for task_id in ids]
    return {
        "rows": len(rows),
        "accepted": sum(row[0] == "accepted" for row in rows),
        "distinct ids": len({row[1] for row in rows}),
        "distinct intents": len({row[2] for row in rows}),
        "printed ids in the ledger": len({*printed} & {row[1] for row in rows}),
        "events": events,
        "errors": [error for _, errors in said for error in errors],
        "check": check,
        "seconds": round(seconds, 1),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--each", type=int, default=100)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        found = run(Path(made), wanted.processes, wanted.each)
    for name, value in found.items():
        print(f"{name}: {value}")
    total = wanted.processes * wanted.each
    sys.exit(found["errors"] != [] or found["printed ids in the ledger"] != total)
