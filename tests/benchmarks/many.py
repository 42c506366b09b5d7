"""
What waiting for many tasks costs: CPU a look, and memory, of the real program.

`kie wait` reads ids from stdin and looks at them, at a server on 127.0.0.1: ids that the ledger
does not know; ids that it knows, whose end it records; a tenth of the ids, each looked at ten
times, which is what most looks are. Beside them, at the same time and pace, two that only fetch
the same answers say what the libraries and this machine cost: the floor. CPU is user + system of
the process; the figure for one look is the difference to a run with 10 ids that end at once, so
that the start of the program is not in it. Memory is the peak of the process. Looks are 0.2 s
apart: 1,000 of them take 200 s. Ends with 1 beyond 2 ms a look or 60 MiB.

    python tests/benchmarks/many.py [LOOKS, 200 or more]
"""

from __future__ import annotations

import os
import platform
import resource
import sqlite3  # noqa: TID253 (its version is told)
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from loopback import Loopback, Reply

from kie_cli import __version__
from kie_cli.core.clock import SystemClock
from kie_cli.core.polling import GAP
from kie_cli.ledger.store import FILE, Draft, Ledger

KIE = Path(sys.executable).parent / "kie"
KEY = "key-for-tests-0123456789abcdef"
FEW, CPU, MEMORY = 10, 2.0, 60.0  # ids, ms, MiB
PROMPT = "a red hat on a wooden chair beside a window, morning light, 35 mm, " * 3

FETCH = """
import sys, time
headers = {{"Authorization": "Bearer {key}"}}
{begin}
for task_id in sys.stdin.read().split():
    {fetch}
    time.sleep({gap})
"""
HTTPX = {"begin": "import httpx; client = httpx.Client(headers=headers)",
         "fetch": "client.get('{url}' + task_id).json()"}  # fmt: skip
PLAIN = {"begin": "import json, http.client; client = http.client.HTTPConnection('{host}')",
         "fetch": "client.request('GET', '{path}' + task_id, headers=headers);"
                  "json.loads(client.getresponse().read())"}  # fmt: skip


class Case(NamedTuple):
    """Who looks, how often at each id, whether at ids of the ledger; None: kie itself."""

    name: str
    looks: int = 1
    known: bool = False
    bare: dict[str, str] | None = None


CASES = (
    Case("http.client alone", bare=PLAIN),
    Case("httpx alone", bare=HTTPX),
    Case("kie, ids not known"),
    Case("kie, ids in the ledger", known=True),
    Case("kie, most looks: no news", looks=10, known=True),
)


class Used(NamedTuple):
    cpu: float  # seconds
    memory: float  # MiB
    ledger: int  # bytes


class Running(Loopback):
    """kie.ai, where every task ends at its `last` look."""

    def __init__(self):
        super().__init__()
        self.last, self.looks = {}, Counter()
        self.url = [f"{self.result}/r/hat.png"]

    def _reply(self, request):
        self.requests.clear()
        (task_id,) = request.query["taskId"]
        self.looks[task_id] += 1
        state = "success" if self.looks[task_id] == self.last[task_id] else "generating"
        return Reply(self.record(task_id, state, self.url))


def command(case, server):
    """Return the command line of a case, which takes ids from stdin."""
    if case.bare is None:
        return [KIE, "wait", "-", "--interval", "5s"]
    path = "/api/v1/jobs/recordInfo?taskId="
    where = {"url": server.api + path, "path": path, "host": server.api.partition("://")[2]}
    steps = {name: step.format(**where) for name, step in case.bare.items()}
    return [sys.executable, "-c", FETCH.format(**steps, key=KEY, gap=GAP)]


def know(folder, origin, ids):
    """Write creates with these ids into the ledger."""
    with closing(Ledger(folder, origin, SystemClock())) as ledger:
        for task_id in ids:
            model = "flux-2/pro-text-to-image"
            canonical = (
                f'{{"input":{{"aspect_ratio":"1:1","prompt":"{PROMPT}"}},"model":"{model}"}}'
            )
            intent = ledger.prepare(Draft(model, canonical, task_id * 2, PROMPT))
            ledger.sending(intent, canonical.encode())
            ledger.accepted(intent, task_id, '{"code":200,"data":{"taskId":"' + task_id + '"}}')


def start(case, server, home, ids):
    """Start a case over these ids."""
    process = subprocess.Popen(
        command(case, server),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={
            "HOME": str(home),
            "KIE_API_KEY": KEY,
            "KIE_BASE_URL": server.api,
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        },
    )
    with process.stdin as stdin:
        stdin.write("\n".join(ids).encode())
    return process


def measure(server, many):
    """Return what each case uses over as many ids and looks as `many` says, side by side."""
    server.last.clear()
    server.looks.clear()
    with tempfile.TemporaryDirectory() as folder:
        runs = []
        for number, case in enumerate(CASES):
            count, looks = many(case)
            ids = [f"{number:02x}{one:030x}" for one in range(1, count + 1)]
            server.last |= dict.fromkeys(ids, looks)
            home = Path(folder, str(number))
            if case.known:
                know(home / ".local/state/kie", server.api, ids)
            runs.append((case, home, ids))
        processes = [start(case, server, home, ids) for case, home, ids in runs]
        found = [used(home, process) for (_, home, _), process in zip(runs, processes, strict=True)]
    assert server.last == server.looks
    return found


def used(home, process):
    """Return what a process used, once it has ended."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert 0 == process.returncode
    ledger = home / ".local/state/kie" / FILE
    size = ledger.stat().st_size if ledger.exists() else 0
    return Used(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, size)


def run(count):
    server, well = Running(), True
    few = measure(server, lambda _: (FEW, 1))
    all_ = measure(server, lambda case: (count // case.looks, case.looks))
    server.close()
    # What a process has of this one, from before it became another, must not be its peak.
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"kie {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    print(f"{'':25}      ids  looks   CPU a look  x httpx  peak with {FEW} ids, with all")
    floor = None
    for case, small, large in zip(CASES, few, all_, strict=True):
        ids = count // case.looks
        looks = ids * case.looks
        each = (large.cpu - small.cpu) / (looks - FEW) * 1000
        floor = each if case.bare is HTTPX else floor
        line = f"{case.name:25}  {ids:7}  {looks:5}  {each:7.2f} ms"
        if case.bare is None:
            assert small.memory > own
            line += f"  {each / floor:7.1f}  {small.memory:12.1f} MiB, {large.memory:6.1f} MiB"
            well &= each <= CPU and large.memory <= MEMORY
        if case.known and case.looks == 1:
            size = (large.ledger - small.ledger) / (count - FEW) * 1000 / 2**20
        print(line)
    print(
        f"the ledger grew by {size:.1f} MiB for 1,000 tasks with prompts of {len(PROMPT)} letters"
    )
    print(f"at most {CPU:g} ms a look and {MEMORY:g} MiB: {'yes' if well else 'no'}")
    return well


if __name__ == "__main__":
    sys.exit(not run(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
