"""`kie adopt`: say which task a create of unknown outcome made."""

from __future__ import annotations

from typing import Annotated

import typer

from kie_cli.commands.common import command
from kie_cli.context import Kie
from kie_cli.core.task import valid_task_id
from kie_cli.errors import WrongInput


@command
def run(
    kie: Kie,
    task_id: Annotated[str, typer.Argument(metavar="TASK_ID", help="The id at kie.ai/logs.")],
    intent: Annotated[
        str | None,
        typer.Option("--for", metavar="INTENT", help="The create that it belongs to."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Adopt it even if it does not fit. Needs --for.")
    ] = False,
) -> None:
    """
    Say which task a create of unknown outcome made.

    For creates whose answer was lost (exit code 9, kie list --unknown). You found the
    task at https://kie.ai/logs; kie asks kie.ai about it and compares model, input and
    time with what was sent. If they fit, the create has its id from now on: kie wait
    and kie download go on with it. Costs nothing.

    \b
    Examples:
      kie adopt 2aeff425a5f21580d2f225c4129e63ab
      kie adopt 2aeff425a5f21580d2f225c4129e63ab --for i-7q2m9x4kd0
    """
    from kie_cli.jobs.settle import adopt

    if not valid_task_id(task_id):
        raise WrongInput(f"{task_id}: not a task id.", "Task ids stand at https://kie.ai/logs")
    if force and intent is None:
        raise WrongInput("--force needs --for INTENT.", f"See {kie.again('list --unknown')}")
    task = adopt(kie, task_id, intent, force=force)
    kie.output.created(task)
    kie.output.note(f"Next:  {kie.again(f'wait {task_id} --download')}")
