"""`kie spend`: what this machine's tasks cost."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from kie_cli.commands.common import command
from kie_cli.context import Kie
from kie_cli.core.task import amount
from kie_cli.errors import WrongInput

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
    from kie_cli.core.durations import parse_since

    try:
        moment = 0.0 if since is None else parse_since(since, kie.clock.now())
    except ValueError as error:
        raise WrongInput(f"--since: {error}") from None
    found = kie.ledger.spending(by, moment)
    if by != By.DAY:
        found.sort(key=lambda one: -one.credits)
    if not found:
        kie.output.note("None.")
        return
    out, most = kie.output.out, max(one.credits for one in found)
    longest = max(len(one.name or "") for one in found)
    room = min(LONGEST_BAR, out.width - longest - 30) if out.terminal else 0
    rows = []
    for one in found:
        cells = [one.name or "", str(one.tasks), amount(round(one.credits, 6)), _usd(one.credits)]
        if room > 0:
            length = max(one.credits > 0, round(room * one.credits / (most or 1)))
            cells.append(("█" if out.unicode else "#") * length)
        json = {
            by.value: one.name,
            "tasks": one.tasks,
            "credits": round(one.credits, 6),
            "usd": round(one.credits * USD, 6),
            "estimated": round(one.estimated, 6),
        }
        rows.append((cells, json))
    head = (by.upper(), "TASKS", "CREDITS", "USD", *([""] if room > 0 else []))
    kie.output.table(head, rows, cut_last=False)
    total = sum(one.credits for one in found)
    tasks = sum(one.tasks for one in found)
    of = sum(one.estimated for one in found)
    part = f" {amount(round(of, 6))} of the credits are estimated." if of else ""
    kie.output.note(
        f"Total: {tasks} {'task' if tasks == 1 else 'tasks'}, {amount(round(total, 6))} credits, "
        f"{_usd(total)} USD.{part}"
    )
    if unpriced := sum(one.unpriced for one in found):
        kie.output.warn(f"Without a price so far, counted as 0: {unpriced}.")
    if unknown := sum(one.unknown for one in found):
        kie.output.warn(f"Of unknown outcome: {unknown}. {kie.again('list --unknown')}")


def _usd(credits: float) -> str:
    return amount(round(credits * USD, 6))
