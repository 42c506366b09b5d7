"""
What waiting for many tasks costs: CPU a look, and memory, of the real program.

`kie wait` reads ids from stdin and looks at them, at a server on 127.0.0.1: ids that the ledger
does not know; ids that it knows, whose end it records; a tenth of the ids, each looked at ten
times, which is what most looks are; the same with the table on a terminal. Beside them, at the
same time and pace, two that only fetch the same answers say what the libraries and this machine
cost: the floor. CPU is user + system of the process; the figure for one look is the difference to
a run with 10 ids that end at once, so that the start of the program is not in it. Memory is the
peak of the process. Looks are 0.2 s apart: 1,000 of them take 200 s. Ends with 1 beyond 2 ms a
look, 60 MiB, or 1 % of a core for the table.

    python tests/benchmarks/many.py [LOOKS, 200 or more]
"""

from __future__ import annotations

import os
import platform
import sqlite3  # noqa: TID253 (its version is told)
import subprocess
import sys
import tempfile
import termios
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from loopback import Loopback, Reply

from kie_cli import __version__
from kie_cli.core.clock import SystemClock
from kie_cli.core.polling import GAP
from kie_cli.ledger.store import FILE, Draft, Ledger

KEY = "key-for-tests-0123456789abcdef"
LOOKS, FEW = 1000, 10
CPU, MEMORY, TABLE = 2.0, 60.0, 1.0  # ms, MiB, % of a core
PROMPT = "a red hat on a wooden chair beside a window, morning light, 35 mm, " * 3

FETCH = """
import sys, time
headers = {{"Authorization": "Bearer {key}"}}
{begin}
for task_id in sys.stdin.read().split():
    {fetch}
    time.sleep({gap})
"""

# A process's own word: what its parent sees is never less than the size of the parent.
PEAK = """
import sys
from kie_cli.__main__ import run
try:
    run()
finally:
    with open("/proc/self/status") as status, open("peak", "w") as file:
        file.write(next(line for line in status if line.startswith("VmHWM")).split()[1])
"""


class Bare(NamedTuple):
    """What FETCH does without kie."""

    begin: str
    fetch: str


HTTPX = Bare("import httpx; client = httpx.Client(headers=headers)",
             "client.get('{url}' + task_id).json()")  # fmt: skip
PLAIN = Bare("import json, http.client; client = http.client.HTTPConnection('{host}')",
             "client.request('GET', '{path}' + task_id, headers=headers);"
             "json.loads(client.getresponse().read())")  # fmt: skip


class Case(NamedTuple):
    """Who looks, how often at each id, whether at ids of the ledger; None: kie itself."""

    name: str
    looks: int = 1
    known: bool = False
    bare: Bare | None = None
    terminal: bool = False


WITHOUT = Case("kie, most looks: no news", looks=10, known=True)
WITH_TABLE = WITHOUT._replace(name="kie, and a table", terminal=True)
CASES = (
    Case("http.client alone", bare=PLAIN),
    Case("httpx alone", bare=HTTPX),
    Case("kie, ids not known"),
    Case("kie, ids in the ledger", known=True),
    WITHOUT,
    WITH_TABLE,
)
KIES = [case.name for case in CASES if not case.bare and not case.terminal]


class Used(NamedTuple):
    cpu: float  # seconds
    memory: float  # MiB, of kie
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
        return [sys.executable, "-c", PEAK, "wait", "-", "--interval", "5s"]
    path = "/api/v1/jobs/recordInfo?taskId="
    where = {"url": server.api + path, "path": path, "host": server.api.partition("://")[2]}
    begin, fetch = (step.format(**where) for step in case.bare)
    return [sys.executable, "-c", FETCH.format(begin=begin, fetch=fetch, key=KEY, gap=GAP)]


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


def terminal():
    """Return the program's side of a terminal of 100 columns and 40 lines; nobody looks at it."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (40, 100))

    def look():
        with os.fdopen(ours, "rb", 0) as stream, suppress(OSError):  # it ends with the program
            while stream.read(2**16):
                pass

    Thread(target=look, daemon=True).start()
    return theirs


def start(case, server, home, ids):
    """Start a case over these ids."""
    home.mkdir(exist_ok=True)
    errors = terminal() if case.terminal else os.open(os.devnull, os.O_WRONLY)
    process = subprocess.Popen(
        command(case, server),
        cwd=home,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        env={
            "HOME": str(home),
            "KIE_API_KEY": KEY,
            "KIE_BASE_URL": server.api,
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm",
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        },
    )
    os.close(errors)
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
        found = [
            used(case, home, process)
            for (case, home, _), process in zip(runs, processes, strict=True)
        ]
    assert server.last == server.looks
    return found


def used(case, home, process):
    """Return what a process used, once it has ended."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert 0 == process.returncode
    ledger = home / ".local/state/kie" / FILE
    size = ledger.stat().st_size if ledger.exists() else 0
    memory = 0.0 if case.bare else int((home / "peak").read_text()) / 1024
    return Used(usage.ru_utime + usage.ru_stime, memory, size)


class Figures(NamedTuple):
    """What a case costs: ms of CPU a look, MiB with few ids and with all; of the process."""

    ids: int
    looks: int
    each: float
    few: float
    memory: float


class Outcome(NamedTuple):
    figures: dict[str, Figures]
    table: float  # % of CPU that the table on a terminal takes
    ledger: float  # MiB that 1,000 tasks with PROMPT need


def run(looks=LOOKS):
    """Measure all cases with so many looks."""
    server = Running()
    few = measure(server, lambda _: (FEW, 1))
    began = monotonic()
    all_ = measure(server, lambda case: (looks // case.looks, case.looks))
    seconds = monotonic() - began
    server.close()
    figures, cpu = {}, {}
    for case, small, large in zip(CASES, few, all_, strict=True):
        ids = looks // case.looks
        cpu[case] = large.cpu - small.cpu
        each = cpu[case] / (ids * case.looks - FEW) * 1000
        figures[case.name] = Figures(ids, ids * case.looks, each, small.memory, large.memory)
        if case.known and case.looks == 1:
            ledger = (large.ledger - small.ledger) / (ids - FEW) * 1000 / 2**20
    return Outcome(figures, (cpu[WITH_TABLE] - cpu[WITHOUT]) / seconds * 100, ledger)


def main(looks=LOOKS):
    out, well = run(looks), True
    floor = out.figures["httpx alone"].each
    print(f"kie {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    print(f"{'':25}      ids  looks   CPU a look  x httpx  peak with {FEW} ids, with all")
    for name, one in out.figures.items():
        line = f"{name:25}  {one.ids:7}  {one.looks:5}  {one.each:7.2f} ms"
        if name.startswith("kie"):
            line += f"  {one.each / floor:7.1f}  {one.few:12.1f} MiB, {one.memory:6.1f} MiB"
        if name in KIES:
            well &= one.each <= CPU and one.memory <= MEMORY
        print(line)
    well &= out.table <= TABLE
    print(f"the table on a terminal takes {out.table:.2f} % of a core")
    print(f"the ledger grew by {out.ledger:.1f} MiB for 1,000 tasks", end="")
    print(f" with prompts of {len(PROMPT)} letters")
    print(f"at most {CPU:g} ms a look, {MEMORY:g} MiB, {TABLE:g} %: {'yes' if well else 'no'}")
    return well


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
