"""
How fast kie is: ratios to `python -c pass`, to curl and to other programs, of one interleaved run.

Every round runs every row once, so that what else the machine does meets all alike. Servers,
plain and TLS, are on 127.0.0.1 with an authority of this run; one answers over a line with a
round trip of 80 ms. Peers that are not on PATH are skipped aloud. `--beside PYTHON` measures the
start-up also with the kie of another environment. With words, only rows whose name has one of
them in it run; without, the table goes into docs/performance.md.

    python tests/benchmarks/compare.py [--rounds N] [--beside PYTHON] [WORD...]
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import packages_distributions, version
from operator import sub
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from tls import certify, far, serve, video

import kie_cli
from kie_cli.core.clock import SystemClock
from kie_cli.ledger.store import Draft, Ledger

PAGE = Path(__file__).parents[2] / "docs/performance.md"
BEGIN, END = "<!-- compare.py -->\n", "<!-- end -->\n"
ROUND_TRIP, SMALL, LARGE = 0.08, 1000, 200_000_000
FILES = {"1 kB": SMALL, "20 MB": 20_000_000, "200 MB": LARGE}
ROWS, LONGEST = 1000, 120.0  # of the ledger; seconds of one command
P = "python -c pass"
BUDGETS = {"download plain": 1.3, "download TLS": 1.7, "upload": 4.0}
# What a large transfer takes more than a small one, of kie and of curl, is the transfer itself.
TRANSFERS = {
    "download plain": ("kie download {}, plain", "curl {}, plain"),
    "download TLS": ("kie download {}, TLS", "curl {}, TLS"),
    "upload": ("kie upload {}", "curl {}, upload"),
}

BARE_TYPER = """
import typer
app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
@app.command()
def get(name: str, json: bool = False): print(name)
app()
"""
BARE_FETCH = """
import http.client, json, ssl, sys
scheme, _, host, path = sys.argv[1].split("/", 3)
line = http.client.HTTPSConnection(host) if scheme == "https:" else http.client.HTTPConnection(host)
line.request("GET", "/" + path)
answer = line.getresponse()
if len(sys.argv) == 2:
    json.loads(answer.read())
else:
    with open(sys.argv[2], "wb") as file:
        while piece := answer.read(2**16):
            file.write(piece)
"""


PEAK = """
import sys
from kie_cli.__main__ import run
try:
    run()
finally:
    with open("/proc/self/status") as status, open("peak", "w") as file:
        file.write(next(line for line in status if line.startswith("VmHWM")).split()[1])
"""


class Row(NamedTuple):
    """A command; `base` names the row that it is measured by, `budget` is in its medians."""

    name: str
    words: Sequence[str | Path]
    base: str = ""
    budget: float | None = None
    env: Mapping[str, str] = {}
    before: Callable[[], None] = lambda: None


class Used(NamedTuple):
    wall: float  # seconds
    cpu: float  # seconds, user and system


def startup(python, mark, cache):
    """Return the rows that need no server, of the kie beside `python`."""
    kie, base = Path(python).with_name("kie"), P + mark
    purelib = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    packages = [Path(purelib), Path(kie_cli.__file__).parent]

    def forget():
        for folder in packages:
            shutil.rmtree(cache / str(folder.resolve()).lstrip("/"), ignore_errors=True)

    def local(words, budget=8.0, **more):
        return Row(f"kie {words}{mark}", [kie, *words.split()], base, budget, **more)

    return [
        Row(base, [python, "-c", "pass"]),
        local("--version", 1.3),
        local("--help"),
        local("help exit-codes"),
        local("config get model"),
        local("list"),
        local("create --dry-run -p hat"),
        Row(f"kie --help, never run before{mark}", [kie, "--help"], base,
            env={"PYTHONPYCACHEPREFIX": str(cache)}, before=forget),
        Row(f"floor: bare Typer --help{mark}", [python, "-c", BARE_TYPER, "--help"], base),
    ]  # fmt: skip


def online(python, mark, tls):
    """Return the row of one look at a task."""
    words = [Path(python).with_name("kie"), "status", task(SMALL)]
    return Row(f"kie status ID, TLS{mark}", words, P + mark, 15.0, {"KIE_BASE_URL": tls})


def task(size, tls=False):
    """Return the id of a task whose result has `size` bytes (tls.py)."""
    return f"{'b' if tls else 'a'}{size:031}"


def wire(python, plain, tls, slow):
    """Return the rows that need servers."""
    kie = Path(python).with_name("kie")
    record = f"/api/v1/jobs/recordInfo?taskId={task(SMALL)}"
    distant = {"KIE_BASE_URL": slow}
    fetch = [python, "-c", BARE_FETCH]
    rows = [
        Row("curl, TLS", ["curl", "-sf", tls + record], P),
        Row("floor: http.client, TLS", [*fetch, tls + record], P),
        online(python, "", tls),
        Row("curl, 80 ms", ["curl", "-sf", slow + record]),
        Row("floor: http.client, 80 ms", [*fetch, slow + record], "curl, 80 ms"),
        Row("kie status ID, 80 ms", [kie, "status", task(SMALL)], "curl, 80 ms", 1.35, distant),
    ]
    if http := shutil.which("http"):
        words = [http, "--ignore-stdin"]
        rows += [Row("httpie, TLS", [*words, tls + record], P),
                 Row("httpie, 80 ms", [*words, slow + record], "curl, 80 ms")]  # fmt: skip
    download, upload = [kie, "download", "--force", "-o", "got.mp4"], "/api/file-stream-upload"
    for size, label in ((LARGE, "200 MB"), (SMALL, "1 kB")):
        for name, host in (("plain", plain), ("TLS", tls)):
            base, url = f"curl {label}, {name}", f"{host}/{size}.mp4"
            budget = BUDGETS[f"download {name}"] if size == LARGE else None
            rows += [
                Row(base, ["curl", "-sf", "-o", "got", url]),
                Row(f"floor: http.client {label}, {name}", [*fetch, url, "got"], base),
                Row(f"kie download {label}, {name}", [*download, task(size, host == tls)], base,
                    budget),
            ]  # fmt: skip
    for label in FILES:
        base, file = f"curl {label}, upload", f"{label}.mp4"
        budget = BUDGETS["upload"] if label == "20 MB" else None
        rows += [
            Row(base, ["curl", "-sf", "-F", f"file=@{file}", plain + upload]),
            Row(f"kie upload {label}", [kie, "upload", file], base, budget),
        ]
    return rows


def peers():
    """Return the start-up of other programs, those that are there."""
    rows = []
    for program, words in {
        "http": ("--version", "--help"),
        "hf": ("version", "--help"),
        "muapi": ("--version", "--help"),
    }.items():
        found = shutil.which(program)
        if found is None:
            print(f"skipped: {program} is not on PATH")
        rows += [Row(f"{program} {word}", [found, word], P) for word in words if found]
    return rows


def fill(folder, origin):
    """Write a ledger of ROWS tasks."""
    with closing(Ledger(folder, origin, SystemClock())) as ledger:
        for number in range(ROWS):
            sent = f'{{"input":{{"prompt":"a red hat, {number}"}},"model":"nano-banana-pro"}}'
            intent = ledger.prepare(Draft("nano-banana-pro", sent, f"{number:064x}", "a red hat"))
            ledger.sending(intent, sent.encode())
            ledger.accepted(intent, f"{number:032x}", "{}")


def run(row, folder, env):
    """Run a row once."""
    row.before()
    with (folder / "errors").open("wb") as errors:
        began = perf_counter()
        process = subprocess.Popen(
            row.words, cwd=folder, env={**env, **row.env},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
        )  # fmt: skip
        limit = threading.Timer(LONGEST, process.kill)
        limit.start()
        _, status, used = os.wait4(process.pid, 0)
        wall = perf_counter() - began
        limit.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{row.name}: exit {process.returncode}\n{(folder / 'errors').read_text()}")
    return Used(wall, used.ru_utime + used.ru_stime)


def peak(row, folder, env):
    """Return the MiB that a row of kie needs at its peak, as Linux tells the process itself."""
    # Not by ru_maxrss of the child, which is never less than the size of this process.
    run(row._replace(words=[sys.executable, "-c", PEAK, *row.words[1:]]), folder, env)
    return int((folder / "peak").read_text()) / 2**10


def chosen(rows, words):
    """Return the rows that were asked for, and those that they are measured by."""
    named = [row for row in rows if not words or any(word in row.name for word in words)]
    needed = {row.name for row in named} | {row.base for row in named}
    return [row for row in rows if row.name in needed]


def measure(rows, rounds, folder, env):
    used = {row.name: [] for row in rows}
    for number in range(rounds + 1):
        for row in rows:
            one = run(row, folder, env)
            if number:  # the first round warms caches
                used[row.name].append(one)
    return used


class Line(NamedTuple):
    """A line of the table: ratios of the rounds, to the median of what it is measured by."""

    name: str
    by: str
    ratios: Sequence[float]
    cpu: str = ""
    budget: float | None = None

    def cells(self):
        ratio = statistics.median(self.ratios)
        low, high = (
            statistics.quantiles(self.ratios, n=4)[::2] if self.ratios[1:] else (ratio, ratio)
        )
        verdict = ""
        if self.budget is not None:
            verdict = "holds" if high <= self.budget else "**beyond**"
            verdict = "undecided" if low <= self.budget < high else verdict
        half = f"{low:.2f} to {high:.2f}"
        return (self.name, self.by, f"{ratio:.2f}", half, self.cpu, f"{self.budget or ''}", verdict)


def table(rows, used):
    """Return the lines of the table."""
    median = {
        name: Used(*map(statistics.median, zip(*runs, strict=True))) for name, runs in used.items()
    }
    lines = []
    for row in rows:
        if row.base:
            base, own = median[row.base], used[row.name]
            cpu = f"{median[row.name].cpu / base.cpu:.2f}"
            by, ratios = re.sub(f"^{P}.*", "P", row.base), [one.wall / base.wall for one in own]
            lines.append(Line(row.name, by, ratios, cpu, row.budget))
    for name, kinds in TRANSFERS.items():
        pairs = [(kind.format("200 MB"), kind.format("1 kB")) for kind in kinds]
        if all(one in used for pair in pairs for one in pair):
            kie, curl = (
                [Used(*map(sub, big, small))
                 for big, small in zip(used[large], used[little], strict=True)]
                for large, little in pairs
            )  # fmt: skip
            base = statistics.median(one.wall for one in curl)
            ratios = [one.wall / base for one in kie]
            lines.append(Line(f"{name}, 200 MB less 1 kB", "curl", ratios, budget=BUDGETS[name]))
    return lines


def memory(rows, folder, env):
    """Return what a large transfer needs more than a small one; nothing but on Linux."""
    named = {row.name: row for row in rows}
    for name, (kie, _) in TRANSFERS.items():
        large, small = (named.get(kie.format(size)) for size in ("200 MB", "1 kB"))
        if large and small and sys.platform == "linux":
            more = [peak(large, folder, env) - peak(small, folder, env) for _ in range(3)]
            yield Line(f"{name}, MiB at the peak, 200 MB less 1 kB", "", more, budget=10.0)


def shown(lines):
    """Return the table as text."""
    head = ("what", "by", "ratio", "middle half", "CPU", "budget", "")
    cells = [line.cells() for line in lines]
    text = [f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *cells)]
    for verdict in ("**beyond**", "undecided"):
        names = [row[0] for row in cells if row[-1] == verdict]
        text += ["", f"{verdict.strip('*').capitalize()}: {'; '.join(names) or 'none'}."]
    return text


def surroundings(rounds):
    curl = subprocess.run(["curl", "-V"], capture_output=True, text=True, check=True).stdout
    names = ("typer", "httpx", "pydantic", "rich")
    others = [name for name in ("click", "requests") if name in packages_distributions()]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; {rounds} rounds; kie "
        f"{kie_cli.__version__}, Python {platform.python_version()}, "
        f"{', '.join(f'{name} {version(name)}' for name in names)}, {' '.join(curl.split()[:2])}; "
        f"{platform.system()}, {os.cpu_count()} cores. "
        f"Of other tools kie's environment has: {', '.join(others) or 'nothing'}."
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--beside", metavar="PYTHON")
    parser.add_argument("words", metavar="WORD", nargs="*")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        authority = certify(folder)
        plain, tls = serve(folder)
        slow = f"https://127.0.0.1:{far(tls.server_port, ROUND_TRIP)}"
        fill(folder / "state", plain.url)
        for name, size in FILES.items():
            with (folder / f"{name}.mp4").open("wb") as file:
                video(file, size)
        env = {
            "PATH": os.environ["PATH"],
            "HOME": made,
            "LC_ALL": "C.UTF-8",
            "KIE_STATE_DIR": str(folder / "state"),
            "KIE_API_KEY": "key-for-tests-0123456789abcdef",
            "KIE_BASE_URL": plain.url,
            "KIE_UPLOAD_URL": plain.url,
            **dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), str(authority)),
        }
        rows = startup(sys.executable, "", folder / "pyc")
        rows += wire(sys.executable, plain.url, tls.url, slow)
        if asked.beside:
            mark = ", the other environment"
            rows += startup(asked.beside, mark, folder / "pyc2")
            rows.append(online(asked.beside, mark, tls.url))
        rows = chosen(rows + peers(), asked.words)
        lines = table(rows, measure(rows, asked.rounds, folder, env))
        lines += memory(rows, folder, env)
    text = "\n".join([surroundings(asked.rounds), "", *shown(lines), ""])
    print(text)
    if not asked.words:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(before + BEGIN + text + END + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
