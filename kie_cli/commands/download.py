"""`kie download`: save the results of finished tasks."""

from __future__ import annotations

from typing import Annotated

import typer

from kie_cli.commands.common import (
    ForceOption,
    OutputOption,
    TaskIds,
    command_with_results,
    read_ids,
)
from kie_cli.context import Kie
from kie_cli.errors import ExitCode, WrongInput


@command_with_results
def run(
    kie: Kie,
    task_ids: TaskIds = None,
    unsaved: Annotated[
        bool, typer.Option("--unsaved", help="All finished tasks of this machine not saved yet.")
    ] = False,
    output: OutputOption = None,
    force: ForceOption = False,
) -> ExitCode:
    """
    Save the results of finished tasks.

    Prints the paths. A file is called TASKID-N.ext and is never overwritten without
    --force; what is saved already is not fetched again. kie.ai keeps results for 24
    hours to 14 days. Exits with 8 when a task still runs, and with 10 when a result
    could not be saved.

    \b
    Examples:
      kie download 2aeff425a5f21580d2f225c4129e63ab
      kie download TASK_ID -o jar.png
      kie list --state success -q | kie download - -o out/
    """
    from kie_cli.core.polling import Pace
    from kie_cli.jobs.follow import follow
    from kie_cli.jobs.save import target

    ids = read_ids(kie, task_ids)
    if not (task_ids or unsaved):
        raise WrongInput("Download which task?", "kie download TASK_ID, kie download --unsaved")
    where = target(kie, output, force=force)
    if unsaved:
        ids += [task.task_id for task in kie.ledger.unsaved() if task.task_id]
    if not ids:
        kie.output.note("There is nothing to save.")
        return ExitCode.OK
    return follow(kie, ids, Pace(timeout=0), where=where)
