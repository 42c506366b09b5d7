"""`kie create`: check everything, upload local files, submit one task."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from kie_cli.commands.asked import Asked
from kie_cli.commands.common import (
    DownloadOption,
    ForceOption,
    IntervalOption,
    LabelOption,
    OutputOption,
    TimeoutOption,
    command_with_results,
    pace_of,
)
from kie_cli.context import SANDBOX_NOTE, Kie
from kie_cli.errors import ExitCode, InputProblems, KieError, LocalFiles, Stopped


@command_with_results
def run(
    kie: Kie,
    asked: Asked,
    wait: Annotated[bool, typer.Option("-w", "--wait", help="Wait for the result.")] = False,
    download: DownloadOption = False,
    output: OutputOption = None,
    force: ForceOption = False,
    timeout: TimeoutOption = None,
    interval: IntervalOption = None,
    label: LabelOption = None,
    once: Annotated[
        str | None,
        typer.Option("--once", metavar="KEY", help="Create only once for KEY, however often run."),
    ] = None,
    max_credits: Annotated[
        str | None,
        typer.Option(
            "--max-credits",
            metavar="N",
            help="Send nothing that costs more; an unknown price is too much.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the request; upload and send nothing.")
    ] = False,
    print_curl: Annotated[
        bool, typer.Option("--print-curl", help="Print the request as a curl command.")
    ] = False,
    no_validate: Annotated[
        bool, typer.Option("--no-validate", help="Send values that kie would refuse.")
    ] = False,
    open_: Annotated[bool, typer.Option("--open", help="Open the result. Implies -w.")] = False,
) -> ExitCode:
    """
    Submit one paid task and print its id.

    Everything is checked first: all problems are told at once, before anything is
    uploaded or charged. Then local files are uploaded and the task is sent, once. Each
    run is one paid task (flux-2 pro: 5 credits at 1K). With --wait the result URLs are
    printed, with --download the saved paths. If kie.ai's answer is lost, kie says so
    (exit code 9) and never sends the task a second time.

    \b
    Examples:
      kie create -i jar.png -i logo.png -p "The jar in image 1 with the logo of image 2"
      kie create -p "A paper lighthouse" -a 16:9 -r 2K --wait --download
      kie create -m kling -i first.png -p "She waves" --duration 5 --max-credits 100 -d
      kie create -m veo --help                            (what this model takes)
      kie create --sandbox -p "A paper lighthouse" -d     (offline, free, no key)
    """
    from kie_cli.jobs.budget import limits
    from kie_cli.jobs.plan import plan
    from kie_cli.jobs.save import target
    from kie_cli.jobs.submit import nothing_sent, submit, warn_of_unknown

    with nothing_sent():
        planned = plan(kie, asked, validate=not no_validate)
        if once is not None and not (once.isprintable() and 1 <= len(once) <= 200):
            planned.problems.append("--once: a key has 1 to 200 printable characters.")
        callback = pace = where = None
        with planned.noting():
            callback = kie.settings.get("callback_url", flag=asked["callback_url"]).value
        with planned.noting():
            limits(kie, max_credits)
        with planned.noting():
            pace = pace_of(kie, timeout, interval)
        with planned.noting():
            where = target(kie, output, force=force) if download or output is not None else None
        for warning in planned.warnings:
            kie.output.warn(warning)
        if planned.changed:
            kie.output.note(planned.changed)
        if planned.problems:
            raise InputProblems(planned.problems, *planned.hints)
        order = planned.priced(kie)._replace(
            label=label,
            once=once,
            callback_url=callback,
            max_credits=max_credits,
        )
        waiting = wait or download or output is not None or open_
        if dry_run or print_curl:
            return _show(kie, order, as_curl=print_curl)
        if not kie.output.out.usable:
            raise LocalFiles(
                "Standard output is closed, so the task id could not be printed. Nothing was sent.",
                "To throw it away: > /dev/null",
            )
        if kie.use_sandbox:
            kie.output.note(SANDBOX_NOTE)
        if kie.output.err.terminal:
            kie.output.note(f"Price: {order.price}.")
        warn_of_unknown(kie)

    task = submit(kie, order, waiting=waiting)
    if not waiting:
        kie.output.note(f"Next:  {_way_back(kie, task)}")
        return ExitCode.OK
    return _follow(kie, task, pace, where, open_=open_)


def more_help(kie: Kie, argv: Sequence[str]) -> bool:
    """Show what the model that `argv` names takes, in place of the help; tell whether it did."""
    named: Sequence[str] = ()
    for at, word in enumerate(argv):
        if word in {"-m", "--model"}:
            named = argv[at + 1 : at + 2]
        elif word.startswith(("-m", "--model=")):
            named = [word.removeprefix("--model=").removeprefix("-m")]
    if not named:
        return False
    from kie_cli.commands.models import show

    show(kie, named[0])
    kie.output.note("All flags: kie create --help")
    return True


def _follow(kie: Kie, task: Any, pace: Any, where: Any, *, open_: bool) -> ExitCode:
    try:
        from kie_cli.jobs.follow import follow

        code = follow(kie, [task.task_id or ""], pace, created=task, where=where)
        if open_ and code == ExitCode.OK:
            _open(kie, task.task_id or "")
    except Stopped as stopped:
        stopped.explain("Stopped. The task was created:", f"  {_way_back(kie, task)}")
        raise
    return code


def _way_back(kie: Kie, task: Any) -> str:
    return kie.again(f"wait {task.task_id} --download")


def _show(kie: Kie, order: Any, *, as_curl: bool) -> ExitCode:
    """Print the request as it would be sent, with local files as file:// URLs."""
    from kie_cli.catalog.values import files_in
    from kie_cli.jobs.budget import limits, refusal
    from kie_cli.ledger.spending import OverBudget

    body = order.shown()
    if as_curl:
        line = (
            f"curl -X POST {shlex.quote(f'{kie.api_url}/api/v1/jobs/createTask')} "
            '-H "Authorization: Bearer $KIE_API_KEY" -H "Content-Type: application/json" '
            f"-d {shlex.quote(json.dumps(body))}"
        )
        kie.output.value(line, {"curl": line})
    else:
        kie.output.document(body, indent=None if kie.json else 2)
    if files_in(order.input):
        kie.output.note("Local files are shown as file:// URLs; they would be uploaded first.")
    kie.output.note(f"Nothing was sent. Price: {order.price}.")
    allowed = limits(kie, order.max_credits).per_task
    if (order.price.credits or 0) > allowed:
        raise refusal(kie, order.model, order.price, OverBudget(allowed))
    return ExitCode.OK


def _open(kie: Kie, task_id: str) -> None:
    from kie_cli.jobs.show import finished, open_results

    try:
        open_results(kie, finished(kie, task_id))
    except KieError as error:  # the task itself is done
        kie.output.warn(error.message, *error.hints)
