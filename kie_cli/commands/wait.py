"""`kie wait`: block until tasks finish."""

from __future__ import annotations

from typing import Annotated

import typer

from kie_cli.commands.common import (
    DownloadOption,
    ForceOption,
    IntervalOption,
    OutputOption,
    TaskIds,
    TimeoutOption,
    command_with_results,
    pace_of,
    read_ids,
)
from kie_cli.context import Kie
from kie_cli.errors import ExitCode, WrongInput


@command_with_results
def run(
    kie: Kie,
    task_ids: TaskIds = None,
    last: Annotated[bool, typer.Option("--last", help="The newest task of this machine.")] = False,
    pending: Annotated[
        bool, typer.Option("--pending", help="All unfinished tasks of this machine.")
    ] = False,
    label: Annotated[
        str | None,
        typer.Option("--label", help="All tasks of this label; with --pending the unfinished."),
    ] = None,
    first: Annotated[bool, typer.Option("--any", help="Return with the first that ends.")] = False,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="End at the first failure.")
    ] = False,
    download: DownloadOption = False,
    output: OutputOption = None,
    force: ForceOption = False,
    timeout: TimeoutOption = None,
    interval: IntervalOption = None,
) -> ExitCode:
    """
    Wait until tasks finish.

    Prints the result URLs, with --download the saved paths. Waiting costs nothing and
    can be stopped (Ctrl-C) and taken up again at any time. Exits with 0 when every
    task succeeded, 3 when one failed, 8 when --timeout ran out first.

    \b
    Examples:
      kie wait 2aeff425a5f21580d2f225c4129e63ab --download
      kie wait --pending -o out/
      kie wait --label nightly --any --json
      kie create -q -p "a red hat" | kie wait - -d
    """
    from kie_cli.jobs.follow import follow
    from kie_cli.jobs.save import target

    ids = read_ids(kie, task_ids)
    if not (task_ids or last or pending or label is not None):
        which = "kie wait TASK_ID, kie wait --last, --pending, --label LABEL"
        raise WrongInput("Wait for which task?", which)
    pace = pace_of(kie, timeout, interval)
    where = target(kie, output, force=force) if download or output is not None else None
    if last:
        newest = kie.ledger.last()
        if newest is None or newest.task_id is None:
            raise WrongInput("This machine has made no task yet.", "kie create --help")
        ids.append(newest.task_id)
    if label is not None and not kie.ledger.tasks(label=label, limit=1):
        raise WrongInput(f"No task of this machine has the label {label}.", "kie list")
    if pending or label is not None:
        known = kie.ledger.pending() if pending else reversed(kie.ledger.tasks(label=label))
        ids += [task.task_id for task in known if task.task_id and label in {None, task.label}]
    if not ids:
        kie.output.note("There is nothing to wait for.")
        return ExitCode.OK
    return follow(kie, ids, pace, where=where, first_only=first, fail_fast=fail_fast)
