"""The table that compare.py prints: ratios, their spread, and what became of the budgets."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from rows import BUDGETS, TRANSFERS, P, Used


class Line(NamedTuple):
    """A line of the table: figures of the rounds, to the median of what it is measured by."""

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
        verdict = budget = ""
        if self.budget is not None:
            budget = f"{self.budget:g}"
            verdict = "holds" if high <= self.budget else "**beyond**"
            verdict = "undecided" if low <= self.budget < high else verdict
        half = f"{low:.2f} to {high:.2f}" if self.ratios[1:] else ""
        return (self.name, self.by, f"{ratio:.2f}", half, self.cpu, budget, verdict)


def lines(rows, used):
    """Return the lines of rows that were run."""
    median = {
        name: Used(*map(statistics.median, zip(*runs, strict=True))) for name, runs in used.items()
    }
    for row in rows:
        if row.base:
            base, own = median[row.base], used[row.name]
            cpu = f"{median[row.name].cpu / base.cpu:.2f}"
            by, ratios = re.sub(f"^{P}.*", "P", row.base), [one.wall / base.wall for one in own]
            yield Line(row.name, by, ratios, cpu, row.budget)
    for name, kinds in TRANSFERS.items():
        pairs = [(kind.format("200 MB"), kind.format("1 kB")) for kind in kinds]
        if all(one in used for pair in pairs for one in pair):
            own, curl = (
                [big.wall - small.wall
                 for big, small in zip(used[large], used[little], strict=True)]
                for large, little in pairs
            )  # fmt: skip
            base = statistics.median(curl)
            ratios = [one / base for one in own]
            yield Line(f"{name}, 200 MB less 1 kB", "curl", ratios, budget=BUDGETS.get(name))


def table(head, cells):
    return [f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *cells)]


def shown(all_):
    """Return the table of these lines, and what is beyond its budget, as lines of text."""
    cells = [line.cells() for line in all_]
    text = table(("what", "by", "ratio", "middle half", "CPU", "budget", ""), cells)
    for verdict in ("**beyond**", "undecided"):
        names = [row[0] for row in cells if row[-1] == verdict]
        text += ["", f"{verdict.strip('*').capitalize()}: {'; '.join(names) or 'none'}."]
    return text
