"""
How fast kie is: ratios to `python -c pass`, to curl and to other programs, of one interleaved run.

Every round runs every row once, so that what else the machine does meets all alike. Servers,
plain and TLS, are on 127.0.0.1 with an authority of this run; one answers over a line with a
round trip of 80 ms. Peers that are not on PATH are skipped aloud. `--beside PYTHON` measures the
start-up also with the kie of another environment. After the rounds come memory, the figures of
many.py, pace.py and waiting.py, and a profile of the start. With words, only what has one of them
in its name runs; without, table and profile go into docs/performance.md. Ends with 1 where a
command fails; a figure beyond its budget is no failure.

    python tests/benchmarks/compare.py [--rounds N] [--beside PYTHON] [WORD...]
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, datetime
from importlib.metadata import packages_distributions, version
from pathlib import Path
from time import monotonic, perf_counter

sys.path.insert(0, str(Path(__file__).parent))

import many
import pace
import waiting
from imports import profile
from peers import peers, versions
from report import Line, lines, shown
from rows import FILES, TRANSFERS, Used, fill, online, startup, wire
from shells import tabs
from tls import certify, far, serve, video

import kie_cli

PAGE = Path(__file__).parents[2] / "docs/performance.md"
ROUND_TRIP, LONGEST = 0.08, 120.0  # seconds; of one command


def run(row, folder, env):
    """Run a row once."""
    if callable(row.words):
        return row.words(folder, env)
    for file in folder.glob("got*"):  # else some rows free 200 MB, others nothing
        file.unlink()
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
    run(row._replace(words=[sys.executable, "-c", many.PEAK, *row.words[1:]]), folder, env)
    return int((folder / "peak").read_text()) / 2**10


def asked_for(name, words):
    return not words or any(word in name for word in words)


def chosen(rows, words):
    """Return the rows that were asked for, and those that they are measured by."""
    named = [row for row in rows if asked_for(row.name, words)]
    needed = {row.name for row in named} | {row.base for row in named}
    return [row for row in rows if row.name in needed]


def tell(step):
    print(f"{monotonic() - BEGAN:4.0f} s: {step}", file=sys.stderr, flush=True)


def measure(rows, rounds, folder, env):
    used = {row.name: [] for row in rows}
    for number in range(rounds + 1 if rows else 0):
        tell(f"round {number} of {rounds}, {len(rows)} rows")
        for row in rows:
            one = run(row, folder, env)
            if number:  # the first round warms caches
                used[row.name].append(one)
    return used


def memory(rows, folder, env):
    """Return what a large transfer needs more than a small one; nothing but on Linux."""
    named = {row.name: row for row in rows}
    for name, (kie, _) in TRANSFERS.items():
        large, small = (named.get(kie.format(size)) for size in ("200 MB", "1 kB"))
        if kie.startswith("kie") and large and small and sys.platform == "linux":
            more = [peak(large, folder, env) - peak(small, folder, env) for _ in range(3)]
            yield Line(f"{name}, MiB at the peak, 200 MB less 1 kB", "", more, budget=10.0)


def waits():
    out = many.run()
    floor = out.figures["httpx alone"]
    yield Line("floor: httpx alone, ms of CPU a look", "", [floor.each])
    for name in many.KIES:
        one = out.figures[name]
        yield Line(f"{name}, ms of CPU a look", "", [one.each], budget=many.CPU)
        if one.ids == many.LOOKS:
            label = f"{name}, MiB at the peak, {one.ids:,} ids"
            yield Line(label, "", [one.memory], budget=many.MEMORY)
    yield Line("kie wait, % of a core for the table", "", [out.table], budget=many.TABLE)


def creates():
    out = pace.run()
    if any(out.codes):
        sys.exit(f"kie batch: exit {out.codes}\n{out.said}")
    label = f"{len(out.codes)} kie batch, {len(out.moments)} creates"
    yield Line(f"{label}: the last", "ideal", [out.ratio], budget=pace.BUDGET)
    yield Line(f"{label}: refused", "", [out.refused], budget=0)


def lateness():
    for model, share in waiting.shares():
        label = f"an end is seen late, {model}, simulated"
        yield Line(label, "fixed looks", [share], budget=waiting.BUDGET)


AFTERWARDS = {"many looks": waits, "pace of creates": creates, "lateness": lateness}


def surroundings(rounds, peers):
    curl = subprocess.run(["curl", "-V"], capture_output=True, text=True, check=True).stdout
    names = ("typer", "httpx", "pydantic", "rich")
    others = [name for name in ("click", "requests") if name in packages_distributions()]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; {rounds} rounds; kie "
        f"{kie_cli.__version__}, Python {platform.python_version()}, "
        f"{', '.join(f'{name} {version(name)}' for name in names)}; "
        f"{', '.join([' '.join(curl.split()[:2]), *peers])}; "
        f"{platform.system()}, {os.cpu_count()} cores. "
        f"Of other tools kie's environment has: {', '.join(others) or 'nothing'}."
    )


def renew(name, text):
    """Write `text` between the marks of the page that have this name."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, found, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    assert found, begin
    PAGE.write_text(before + begin + text + end + rest.partition(end)[2], encoding="utf-8")


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
            rows += online(asked.beside, mark, tls.url)
        rows = chosen(rows + tabs() + peers(), asked.words)
        found = list(lines(rows, measure(rows, asked.rounds, folder, env)))
        tell("memory")
        found += memory(rows, folder, env)
        for name, figures in AFTERWARDS.items():
            if asked_for(name, asked.words):
                tell(name)
                found += figures()
        told = surroundings(asked.rounds, versions(rows, env))
        texts = {"table": "\n".join([told, "", *shown(found), ""])}
        if asked_for("profile", asked.words):
            tell("profile")
            by_tls = {**env, "KIE_BASE_URL": tls.url}
            texts["profile"] = "\n".join([*profile(asked.rounds, folder, by_tls), ""])
    print(*texts.values(), sep="\n")
    if not asked.words:
        for name, text in texts.items():
            renew(name, text)


if __name__ == "__main__":
    BEGAN = monotonic()
    main()
