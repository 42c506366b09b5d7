"""`kie forget`: settle creates of unknown outcome that made no task, and prune the list."""

from __future__ import annotations

from typing import Annotated

import typer

from kie_cli.commands.common import command
from kie_cli.context import Kie
from kie_cli.errors import WrongInput


@command
def run(
    kie: Kie,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="INTENT|TASK_ID...", help="As kie list shows them."),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option("--before", metavar="1d|yesterday|DATE", help="All that is older and saved."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also tasks with results that are not saved.")
    ] = False,
) -> None:
    """
    Say that a create of unknown outcome made no task, or drop old tasks from the list.

    An INTENT (kie list --unknown) that is not at https://kie.ai/logs is settled by this,
    and its --once key is free again. A TASK_ID that ended is dropped from the list of
    this machine; --before drops all that ended, are saved, and are older. Nothing is
    sent; files stay where they are.

    \b
    Examples:
      kie forget i-7q2m9x4kd0
      kie forget --before 90d
    """
    from kie_cli.core.durations import parse_since
    from kie_cli.jobs.settle import forget, prune

    if bool(names) == (before is not None):
        raise WrongInput(
            "Forget which? INTENT or TASK_ID, or --before.", kie.again("list --unknown")
        )
    if names:
        gone = list(dict.fromkeys(names))
        forget(kie, gone, force=force)
    else:
        try:
            moment = parse_since(before or "", kie.clock.now())
        except ValueError as error:
            raise WrongInput(f"--before: {error}") from None
        gone = prune(kie, moment)
    for name in gone:
        kie.output.value(name, {"forgotten": name})
    if not gone:
        kie.output.note("None.")
