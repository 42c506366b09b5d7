"""Where the start of kie goes: imports by package, and what the system tells of each run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import median
from time import perf_counter

from report import table
from rows import SMALL, task

COMMANDS = {
    "status ID, TLS": ["status", task(SMALL)],
    "list": ["list"],
    "create --dry-run": ["create", "--dry-run", "-p", "hat"],
    "config get": ["config", "get", "model"],
}
# Whose a module is; one that is not here stands for itself.
PACKAGES = {
    **dict.fromkeys(("httpcore", "h11", "anyio", "sniffio", "idna", "certifi"), "httpx"),
    **dict.fromkeys(("pydantic_core", "annotated_types", "typing_inspection"), "pydantic"),
    **dict.fromkeys(("pygments", "markdown_it"), "rich"),
    "shellingham": "typer",
}
LEAST = 0.15  # P: a package with less everywhere is among the others
FIRST, LAST = "interpreter", "what runs beside imports, and waits"
OTHERS = f"others, each less than {LEAST:g}"


def package(module):
    """Return to what a module's own time is counted."""
    top = module.partition(".")[0].removeprefix("_")
    return PACKAGES.get(top, top)


def once(words, folder, env):
    """Return the wall-clock time of a run, the seconds of each import, and the system's figures."""
    errors = folder / "errors"
    with errors.open("wb") as stream:
        began = perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-X", "importtime", *words], cwd=folder, env=env,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stream,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        wall = perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    text = errors.read_text()
    if process.returncode:
        sys.exit(f"{words}: exit {process.returncode}\n{text}")
    found = Counter()
    for line in text.splitlines():
        head, *cells = line.split("|")
        own = head.removeprefix("import time:").strip()
        if cells and own.isdigit():
            found[cells[-1].strip()] += int(own) / 1e6
    return wall, found, (used.ru_utime + used.ru_stime, used.ru_minflt, used.ru_nvcsw)


def profile(rounds, folder, env):
    """Return the table, medians of interleaved runs, as lines of text."""
    kie = Path(sys.executable).with_name("kie")
    commands = {name: [kie, *words] for name, words in COMMANDS.items()}
    runs = {name: [] for name in ("", *commands)}
    for number in range(rounds + 1):
        for name, words in {"": ["-c", "pass"], **commands}.items():
            one = once(words, folder, env)
            if number:
                runs[name].append(one)
    bare = median(wall for wall, *_ in runs[""])
    always = set().union(*(found for _, found, _ in runs[""]))
    shares = {}
    for name in commands:
        found = [Counter() for _ in range(rounds)]
        for share, (wall, modules, _) in zip(found, runs[name], strict=True):
            for module, seconds in modules.items():
                if module not in always:
                    share[package(module)] += seconds / bare
            share[LAST] = wall / bare - share.total() - 1
        parts = set().union(*found)
        shares[name] = Counter({part: median(one[part] for one in found) for part in parts})
    large = {part for share in shares.values() for part in share if share[part] >= LEAST} - {LAST}
    for share in shares.values():
        share[FIRST] = 1
        share[OTHERS] = sum(share[part] for part in share.keys() - large - {FIRST, LAST})
    order = sorted(large, key=lambda part: -sum(share[part] for share in shares.values()))
    cells = [
        (part, *(f"{share[part]:.2f}" for share in shares.values()))
        for part in (FIRST, *order, OTHERS, LAST)
    ]
    walls = [median(wall for wall, *_ in runs[name]) / bare for name in commands]
    cells.append(("**whole**", *(f"{wall:.2f}" for wall in walls)))
    for place, label in enumerate(("CPU", "page faults")):
        base, *own = (median(run[2][place] for run in runs[name]) for name in runs)
        cells.append((f"{label}, by those of P", *(f"{one / base:.2f}" for one in own)))
    switches = [median(run[2][2] for run in runs[name]) for name in commands]
    cells.append(("voluntary switches", *(f"{count:g}" for count in switches)))
    counts = [len(set(runs[name][0][1]) - always) for name in commands]
    cells.append(("modules", *map(str, counts)))
    return table(("in P", *(f"kie {name}" for name in commands)), cells)
