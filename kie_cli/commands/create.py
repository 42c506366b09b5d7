"""`kie create`: check everything, upload local files, submit one task."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Any

import typer

from kie_cli.commands.common import (
    DownloadOption,
    ForceOption,
    IntervalOption,
    LabelOption,
    OutputOption,
    TimeoutOption,
    command,
    pace_of,
)
from kie_cli.context import SANDBOX_NOTE, Kie
from kie_cli.errors import ExitCode, InputProblems, LocalFiles, Stopped, WrongInput


@command
def run(
    kie: Kie,
    prompt: Annotated[
        str | None,
        typer.Option("-p", "--prompt", metavar="TEXT", help="What to make; - reads stdin."),
    ] = None,
    prompt_file: Annotated[
        str | None,
        typer.Option("-f", "--prompt-file", metavar="FILE|-", help="The prompt from a file."),
    ] = None,
    image: Annotated[
        list[str] | None,
        typer.Option(
            "-i",
            "--image",
            metavar="FILE|URL",
            help="An input image; repeat it: image 1, image 2. Local files are uploaded "
            "unchanged (EXIF and GPS data too) and get public URLs.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "-m", "--model", help="Default flux-2/pro-image-to-image, without images its twin."
        ),
    ] = None,
    aspect_ratio: Annotated[
        str | None, typer.Option("-a", "--aspect-ratio", help="1:1, 16:9, ... Default 1:1.")
    ] = None,
    resolution: Annotated[
        str | None, typer.Option("-r", "--resolution", help="1K or 2K. Default 1K.")
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(
            "-P",
            "--param",
            metavar="NAME=TEXT",
            help="Any field of the model: NAME=TEXT, NAME:=JSON, or NAME@FILE to upload one.",
        ),
    ] = None,
    input_: Annotated[
        str | None,
        typer.Option("--input", metavar="FILE|-", help="The whole input as JSON; flags win."),
    ] = None,
    callback_url: Annotated[
        str | None,
        typer.Option("--callback-url", metavar="URL", help="kie.ai calls it at the end."),
    ] = None,
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
      kie create --sandbox -p "A paper lighthouse" -d     (offline, free, no key)
    """
    from kie_cli.catalog.check import brings_image, build, choose_model
    from kie_cli.catalog.models import estimate, load
    from kie_cli.jobs.follow import follow
    from kie_cli.jobs.save import target
    from kie_cli.jobs.submit import Order, nothing_sent, submit
    from kie_cli.jobs.wishes import read_wishes

    with nothing_sent():
        wishes, problems = read_wishes(
            kie, prompt, prompt_file, image, aspect_ratio, resolution, param, input_
        )
        default = kie.settings.get("model").value
        model_id, changed = choose_model(model, default, brings_image(default, wishes))
        known = load(model_id)
        checked = build(model_id, known, wishes, validate=not no_validate)
        problems += checked.problems
        if once is not None and not (once.isprintable() and 1 <= len(once) <= 200):
            problems.append("--once: a key has 1 to 200 printable characters.")
        hints = []
        if len(build(model_id, known, wishes, validate=False).problems) < len(checked.problems):
            hints.append("To send it anyway: --no-validate")
        callback = pace = where = None
        with _noting(problems, hints):
            callback = kie.settings.get("callback_url", flag=callback_url).value
        with _noting(problems, hints):
            pace = pace_of(kie, timeout, interval)
        with _noting(problems, hints):
            where = target(kie, output, force=force) if download or output is not None else None
        if problems:
            raise InputProblems(problems, *hints)
        order = Order(model_id, checked.input, label=label, once=once, callback_url=callback)
        waiting = wait or download or output is not None or open_
        for warning in checked.warnings:
            kie.output.warn(warning)
        if changed:
            kie.output.note(changed)
        if dry_run or print_curl:
            _show(kie, order, estimate(known, checked.input) if known else None, as_curl=print_curl)
            return ExitCode.OK
        if not kie.output.out.usable:
            raise LocalFiles(
                "Standard output is closed, so the task id could not be printed. Nothing was sent.",
                "To throw it away: > /dev/null",
            )
        if kie.use_sandbox:
            kie.output.note(SANDBOX_NOTE)

    task = submit(kie, order, waiting=waiting)
    way_back = kie.again(f"wait {task.task_id} --download")
    try:
        if not waiting:
            kie.output.note(f"Next:  {way_back}")
            return ExitCode.OK
        code = follow(kie, [task.task_id or ""], pace, created=task, where=where)
        if open_ and code == ExitCode.OK:
            _open(kie, task.task_id or "")
    except Stopped as stopped:
        stopped.explain("Stopped. The task was created:", f"  {way_back}")
        raise
    return code


@contextmanager
def _noting(problems: list[str], hints: list[str]) -> Iterator[None]:
    """Let a wrong flag join the other problems instead of hiding those that come after it."""
    try:
        yield
    except WrongInput as error:
        problems += error.problems if isinstance(error, InputProblems) else [error.message]
        hints += error.hints


def _show(kie: Kie, order: Any, credits: float | None, *, as_curl: bool) -> None:
    """Print the request as it would be sent, with local files as file:// URLs."""
    from pathlib import Path

    from kie_cli.catalog.check import files_in, replace_files

    ready = replace_files(dict(order.input), lambda file: Path(file.path).absolute().as_uri())
    body = json.loads(order.body(ready))
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
    cost = "unknown" if credits is None else f"about {credits:g} credits"
    kie.output.note(f"Nothing was sent. Price: {cost}.")


def _open(kie: Kie, task_id: str) -> None:
    import webbrowser
    from pathlib import Path

    task = None
    with suppress(LocalFiles):
        task = kie.ledger.find(task_id)
    files = [Path(path).absolute().as_uri() for path in task.files] if task else []
    for place in files or (task.urls if task else ()):
        webbrowser.open(place)
