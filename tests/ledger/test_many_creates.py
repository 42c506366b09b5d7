"""Many processes at once in one ledger: nothing is lost, nothing is mixed up."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from conftest import PROGRAM, environment
from loopback import Reply

SCRIPT = Path(__file__).parent / "many_creates.py"


def test_sixteen_processes_that_create_at_once_lose_no_row():
    """Whole command lines against the sandbox; the full size is `many_creates.py --each 100`."""
    env = {name: word for name, word in os.environ.items() if not name.startswith("KIE_")}
    if os.path.isdir("/dev/shm"):  # noqa: PTH112, S108
        env["TMPDIR"] = "/dev/shm"  # noqa: S108 (locks are the same there, and it is quick)
    found = subprocess.run(
        [sys.executable, SCRIPT, "--each", "5"],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    said = dict(re.findall(r"(.+): (.+)", found.stdout))
    assert 0 == found.returncode, found.stdout + found.stderr
    assert ("ok", "[]") == (said["check"], said["errors"])
    assert {"80"} == {
        said[name]
        for name in (
            "rows", "accepted", "distinct ids", "distinct intents", "printed ids in the ledger"
        )
    }  # fmt: skip
    assert str(80 * 3) == said["events"], "prepared, sending, accepted"


def test_two_waits_for_one_task_both_end_well_with_one_set_of_files(own_home, server):
    task = server.record("t1", "success", [server.file("one"), server.file("two")])
    server.plays("t1", "generating", Reply(task))
    command = [PROGRAM, "wait", "t1", "--interval", "1", "--download", "-o", "out/"]

    waits = [
        subprocess.Popen(
            command,
            env=environment(own_home, server),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [wait.communicate(timeout=60) for wait in waits]

    assert [0, 0] == [wait.returncode for wait in waits], said
    files = [Path(f"out/t1-{number}.png").resolve() for number in (1, 2)]
    for out, _ in said:
        assert files == [Path(line).resolve() for line in out.splitlines()]
    assert ["t1-1.png", "t1-2.png"] == sorted(file.name for file in Path("out").iterdir())


def test_of_ten_thousand_creates_those_that_are_done_with_are_found_in_a_moment(opened, clock):
    """Settled and saved: never an unknown one, a running one, or one with a result to fetch."""
    ledger = opened()
    kinds = {
        "saved": ("accepted", "success", '["u"]', True),
        "failed": ("accepted", "fail", "[]", False),
        "refused": ("refused", None, None, False),
        "unsaved": ("accepted", "success", '["u"]', False),
        "running": ("accepted", "generating", None, False),
        "unknown": ("unknown", None, None, False),
        "damaged": ("accepted", "success", "{", True),
        "saved, but new": ("accepted", "success", '["u"]', True),
    }
    with ledger._db.writing("x") as run:
        for number in range(10_000):
            kind = list(kinds)[number % len(kinds)]
            outcome, state, urls, saved = kinds[kind]
            run(
                """
                INSERT INTO creates (intent, origin, outcome, owner, lease, version, model,
                    input_hash, created_at, task_id, task_state, urls, label)
                VALUES (:id, 'https://api.kie.ai', :outcome, 'host/a 1 1', 0, '1', 'm',
                    'h', :at, :id, :state, :urls, :kind)
                """,
                id=f"t{number}",
                outcome=outcome,
                state=state,
                urls=urls,
                kind=kind,
                at=clock.now() - (10 if "new" in kind else 1000),
            )
            if saved:
                run(
                    "INSERT INTO files VALUES ('https://api.kie.ai', :id, 1, x'78', 1, 's', 'u',"
                    "'saved')",
                    id=f"t{number}",
                )
    began = time.process_time()

    found = ledger.prunable(clock.now() - 100)

    assert time.process_time() - began < 3
    assert {"saved": 1250, "failed": 1250, "refused": 1250} == Counter(task.label for task in found)
