"""What a Tab costs: real shells on a pseudo-terminal, with no program on PATH."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from completion.conftest import SCRIPTS, Shell
from completion.test_shells import _on_cpu
from rows import P, Row, Used, there

BUDGET, TIMES = 0.3, 5
# A word of kie, a model, and one of 100 task ids: what is typed before the Tab, what the Tab adds.
LINES = (("create --asp", "ect-ratio"), ("create -m nano-banana-p", "ro"), ("wait 2a", "eff425"))
# It stands for the program, so that a line can be entered and its words be seen.
KIE = {"fish": "function kie; echo got: $argv; end; set -g fish_autosuggestion_enabled 0\r"}
USUAL_KIE = "kie() { echo got: $*; }\r"


def tabs():
    """Return a row for each shell that is there."""
    if sys.platform != "linux":
        print("skipped: Tab, since only Linux tells what a shell used")
        return []
    return [Row(f"Tab in {name}", Tabs(name), P, BUDGET) for name in SCRIPTS if there(name)]


class Tabs:
    """Lines completed by a Tab, less the same lines typed in full, by the number of lines."""

    def __init__(self, name):
        self.name, self.shell = name, None

    def __call__(self, folder, env):
        self.shell = self.shell or self.start(folder, env)
        full, tab = self.enter(" "), self.enter("\t")
        count = TIMES * len(LINES)
        return Used((tab.wall - full.wall) / count, (tab.cpu - full.cpu) / count)

    def start(self, folder, env):
        index = folder / "shells/completion"
        index.mkdir(parents=True, exist_ok=True)
        ids = ["2aeff425", *(f"{number:032x}" for number in range(99))]
        rows = [f"{task_id}\tsuccess  {'A red hat ' * 4}\n" for task_id in ids]
        (index / "tasks").write_text("".join(rows))
        shell = Shell(self.name, {**env, "TERM": "xterm", "KIE_CACHE_DIR": str(index.parent)})
        shell.type(KIE.get(self.name, USUAL_KIE))
        return shell

    def enter(self, key):
        """Enter the lines; what the shell prints shows that each was completed."""
        child = self.shell.child
        cpu, began = _on_cpu(child.pid), perf_counter()
        for typed, rest in LINES * TIMES:
            child.send(f"kie {typed}{key if key == chr(9) else rest + key}\r")
            child.expect(rf"got: {typed}{rest}\s")
        wall = perf_counter() - began
        self.shell.settle()
        return Used(wall, _on_cpu(child.pid) - cpu)
