"""`kie list`: what this machine made."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from kie_cli.commands.common import command, moment_of
from kie_cli.context import Kie
from kie_cli.core.task import Task, amount

HEAD = ("TASK", "WHEN", "STATE", "CREDITS", "MODEL", "PROMPT")
HEAD_UNKNOWN = ("INTENT", "SENT", "MODEL", "WHY", "PROMPT")
WEEK = 6 * 86400.0  # seconds in which the day of the week says which day it was


@command
def run(
    kie: Kie,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="1d|yesterday|DATE", help="Made since then."),
    ] = None,
    state: Annotated[
        str | None, typer.Option("--state", help="In this state: success, fail, waiting, unknown.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("-m", "--model", help="Made with this model.")
    ] = None,
    label: Annotated[str | None, typer.Option("--label", help="With this label.")] = None,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Creates whose outcome is not known.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("-n", "--limit", min=1, help="The newest so many.")
    ] = None,
) -> None:
    """
    List what this machine made, newest first.

    The list is kept on this machine: kie.ai has none. With -q only the ids are printed.
    --unknown lists what was sent without a clear answer: a task may exist and be charged.
    In a pipe: tab-separated columns without a header.

    \b
    Examples:
      kie list --since yesterday
      kie list --unknown
      kie list --state success -q | kie download - -o out/
    """
    tasks = kie.ledger.tasks(
        since=moment_of(kie, since),
        state=state,
        model=model,
        label=label,
        unknown=unknown,
        limit=limit,
    )
    if kie.quiet and not kie.json:
        for task in tasks:
            if name := task.task_id or (task.intent if unknown else None):
                kie.output.value(name, None)
        return
    now = kie.clock.now()
    row, head = (_unknown_row, HEAD_UNKNOWN) if unknown else (_row, HEAD)
    told = [(row(task, now), task.as_json() if kie.json else None) for task in tasks]
    kie.output.table(head, told, cut_last=True)
    if not tasks:
        kie.output.note("None.")


def _row(task: Task, now: float) -> tuple[str, ...]:
    return (
        task.task_id or task.intent or "",
        _when(task.created_at, now),
        task.state,
        "" if task.credits is None else amount(task.credits),
        task.model or "",
        task.prompt or "",
    )


def _unknown_row(task: Task, now: float) -> tuple[str, ...]:
    why = task.error.message if task.error else ""
    when = _when(task.created_at, now)
    return (task.intent or "", when, task.model or "", why, task.prompt or "")


def _when(moment: float | None, now: float) -> str:
    """Return `Sat 16:05` in the last days, the date before that; local time."""
    if moment is None:
        return ""
    try:
        local = datetime.fromtimestamp(moment)  # noqa: DTZ006 (the time of this place)
    except (ValueError, OverflowError, OSError):  # no date of this world, as kie.ai told it
        return ""
    return f"{local:%a %H:%M}" if abs(now - moment) < WEEK else f"{local:%Y-%m-%d}"
