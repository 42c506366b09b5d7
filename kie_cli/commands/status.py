"""`kie status`: one look at each task."""

from __future__ import annotations

from typing import Annotated

import typer

from kie_cli.commands.common import TaskIds, command, read_ids
from kie_cli.context import Kie
from kie_cli.core.task import Task, amount
from kie_cli.errors import ExitCode, KieError, StillRunning, WrongInput

HEAD = ("TASK", "STATE", "TIME", "CREDITS", "MODEL", "RESULT")


@command
def run(
    kie: Kie,
    task_ids: TaskIds = None,
    exit_status: Annotated[
        bool,
        typer.Option("--exit-status", help="Exit with the verdict: 0 done, 3 failed, 8 running."),
    ] = False,
    raw: Annotated[bool, typer.Option("--raw", help="Print kie.ai's own JSON.")] = False,
) -> ExitCode:
    """
    Look at each task once.

    Prints the state, and the result URLs of a task that is done. Costs nothing.
    In a pipe: tab-separated TASK STATE TIME CREDITS MODEL RESULT, without a header.

    \b
    Examples:
      kie status 2aeff425a5f21580d2f225c4129e63ab
      kie status TASK_ID --json
      kie status TASK_ID --exit-status -q || echo "not done"
    """
    from kie_cli.core.envelope import parse_json
    from kie_cli.jobs.look import look, verdict, worst

    ids = read_ids(kie, task_ids)
    if not ids:
        raise WrongInput("The status of which task?", "kie status TASK_ID; ids: kie list")
    tasks = []
    errors: list[KieError] = []
    codes: list[ExitCode] = []
    for task_id in ids:
        try:
            task = look(kie, task_id, steadily=True)
        except KieError as error:
            error.task_id = error.task_id or task_id
            if len(ids) > 1:
                error.message = f"{task_id}: {error.message}"
            errors.append(error)
            codes.append(error.exit_code)
            continue
        tasks.append(task)
        if exit_status:
            end = verdict(task) if task.ended else StillRunning("")
            codes.append(end.exit_code if end else ExitCode.OK)
    if raw:
        for task in tasks:
            kie.output.document(parse_json((task.raw or "null").encode()))
    else:
        kie.output.table(HEAD, [(_row(task), task.as_json()) for task in tasks], cut_last=False)
    code = worst(codes)
    if kie.json:  # one line: the error that the exit code is about
        errors = [error for error in errors if error.exit_code == code][-1:] or errors[-1:]
    for problem in errors:
        kie.output.error(problem)
    return code


def _row(task: Task) -> tuple[str, ...]:
    from kie_cli.core.durations import clock_text

    result = " ".join(task.urls)
    if task.error:
        result = task.error.message
    return (
        task.task_id or "",
        task.state,
        "" if task.elapsed is None else clock_text(task.elapsed),
        "" if task.credits is None else amount(task.credits),
        task.model or "",
        result,
    )
