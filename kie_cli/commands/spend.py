"""`kie spend`: what this machine's tasks cost."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from kie_cli.commands.common import command, moment_of
from kie_cli.context import Kie
from kie_cli.core.task import amount

USD = 0.005  # a credit
LONGEST_BAR = 30  # columns


class By(StrEnum):
    """What a line of the list stands for."""

    DAY = "day"
    MODEL = "model"
    LABEL = "label"


@command
def run(
    kie: Kie,
    by: Annotated[By, typer.Option("--by", help="One line for each.")] = By.DAY,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="1d|yesterday|DATE", help="Sent since then."),
    ] = None,
) -> None:
    """
    Show what was spent, by this machine's own record.

    Where kie.ai has not told the credits of a task, its estimate counts. 1 credit is
    0.005 USD; days are local ones. kie.ai's own list: https://kie.ai/logs
    In a pipe: tab-separated columns without a header.

    \b
    Examples:
      kie spend --since 7d
      kie spend --by model
      kie spend --by label --json
    """
    found = kie.ledger.spending(by, moment_of(kie, since) or 0.0)
    if by != By.DAY:
        found.sort(key=lambda one: -one.credits)
    if not found:
        kie.output.note("None.")
        return
    out, most = kie.output.out, max(one.credits for one in found) or 1
    longest = max(len(one.name or "") for one in found)
    room = min(LONGEST_BAR, out.width - longest - 30) if out.terminal else 0
    rows = []
    for one in found:
        json: dict[str, Any] = {
            by.value: one.name,
            "tasks": one.tasks,
            "credits": round(one.credits, 6),
            "usd": round(one.credits * USD, 6),
            "estimated": round(one.estimated, 6),
        }
        cells = [one.name or "", *(amount(json[name]) for name in ("tasks", "credits", "usd"))]
        if room > 0:
            length = max(one.credits > 0, round(room * one.credits / most))
            cells.append(("█" if out.unicode else "#") * length)
        rows.append((cells, json))
    head = (by.upper(), "TASKS", "CREDITS", "USD", *[""] * (room > 0))
    kie.output.table(head, rows, cut_last=False)
    tasks, credits, estimated, unpriced, unknown = (
        sum(getattr(one, name) for one in found)
        for name in ("tasks", "credits", "estimated", "unpriced", "unknown")
    )
    part = f" {_number(estimated)} of the credits are estimated." if estimated else ""
    kie.output.note(
        f"Total: {tasks} {'task' if tasks == 1 else 'tasks'}, {_number(credits)} credits, "
        f"{_number(credits * USD)} USD.{part}"
    )
    if unpriced:
        kie.output.warn(f"Without a price so far, counted as 0: {unpriced}.")
    if unknown:
        kie.output.warn(f"Of unknown outcome: {unknown}. {kie.again('list --unknown')}")


def _number(value: float) -> str:
    return amount(round(value, 6))
