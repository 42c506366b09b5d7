"""`kie create`: check everything, upload local files, submit one task."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
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


def _media(flag: str, text: str) -> Any:
    return typer.Option(flag, metavar="FILE|URL", help=text)


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
    negative_prompt: Annotated[
        str | None, typer.Option("--negative-prompt", metavar="TEXT", help="What to keep out.")
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
    mask: Annotated[list[str] | None, _media("--mask", "Where to change the image.")] = None,
    video: Annotated[list[str] | None, _media("--video", "An input video; repeat it.")] = None,
    audio: Annotated[list[str] | None, _media("--audio", "An input sound; repeat it.")] = None,
    first_frame: Annotated[
        list[str] | None, _media("--first-frame", "The image that a video begins with.")
    ] = None,
    last_frame: Annotated[
        list[str] | None, _media("--last-frame", "The image that a video ends with.")
    ] = None,
    reference: Annotated[
        list[str] | None, _media("--reference", "An image to take people or style from; repeat it.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "-m",
            "--model",
            help="An id or a short name (kie models lists them). "
            "Default flux-2/pro-image-to-image, without images its twin.",
        ),
    ] = None,
    aspect_ratio: Annotated[
        str | None, typer.Option("-a", "--aspect-ratio", help="1:1, 16:9, ...")
    ] = None,
    resolution: Annotated[
        str | None, typer.Option("-r", "--resolution", help="1K, 2K, 720p, ...")
    ] = None,
    duration: Annotated[
        str | None, typer.Option("--duration", metavar="SECONDS", help="How long a video is.")
    ] = None,
    count: Annotated[
        str | None, typer.Option("--count", metavar="N", help="How many images one task makes.")
    ] = None,
    seed: Annotated[
        str | None, typer.Option("--seed", metavar="N", help="The same seed: a like result.")
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
    from kie_cli.catalog.check import build
    from kie_cli.catalog.wishes import choose_model
    from kie_cli.jobs.budget import limits, price_of
    from kie_cli.jobs.market import find
    from kie_cli.jobs.save import target
    from kie_cli.jobs.submit import Order, nothing_sent, submit
    from kie_cli.jobs.wishes import read_wishes

    with nothing_sent():
        flags = {
            "prompt": prompt,
            "negative_prompt": negative_prompt,
            "image": image,
            "mask": mask,
            "video": video,
            "audio": audio,
            "first_frame": first_frame,
            "last_frame": last_frame,
            "reference": reference,
            "aspect_ratio": aspect_ratio,
            "resolution": resolution,
            "duration": duration,
            "count": count,
            "seed": seed,
        }
        wishes, problems = read_wishes(kie, flags, prompt_file, param, input_)
        model_id, changed = choose_model(model, kie.settings.get("model").value, wishes)
        known, doubts = find(kie, model_id)
        checked = build(model_id, known, wishes, validate=not no_validate)
        problems += checked.problems
        if once is not None and not (once.isprintable() and 1 <= len(once) <= 200):
            problems.append("--once: a key has 1 to 200 printable characters.")
        hints = []
        if problems and problems == checked.problems:
            lifted = build(model_id, known, wishes, validate=False)
            hints += [] if lifted.problems else ["To send it anyway: --no-validate"]
        callback = pace = where = None
        with _noting(problems, hints):
            callback = kie.settings.get("callback_url", flag=callback_url).value
        with _noting(problems, hints):
            limits(kie, max_credits)
        with _noting(problems, hints):
            pace = pace_of(kie, timeout, interval)
        with _noting(problems, hints):
            where = target(kie, output, force=force) if download or output is not None else None
        for warning in (*doubts, *checked.warnings):
            kie.output.warn(warning)
        if changed and (model or not problems):
            kie.output.note(changed)
        if problems:
            raise InputProblems(problems, *hints)
        order = Order(
            model_id,
            checked.input,
            label=label,
            once=once,
            callback_url=callback,
            price=price_of(kie, model_id, known, checked.input),
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


@contextmanager
def _noting(problems: list[str], hints: list[str]) -> Iterator[None]:
    """Let a wrong flag join the other problems instead of hiding those that come after it."""
    try:
        yield
    except WrongInput as error:
        problems += error.problems if isinstance(error, InputProblems) else [error.message]
        hints += error.hints


def _show(kie: Kie, order: Any, *, as_curl: bool) -> ExitCode:
    """Print the request as it would be sent, with local files as file:// URLs."""
    from pathlib import Path

    from kie_cli.catalog.values import files_in, replace_files
    from kie_cli.jobs.budget import limits, refusal
    from kie_cli.ledger.store import OverBudget

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
    kie.output.note(f"Nothing was sent. Price: {order.price}.")
    allowed = limits(kie, order.max_credits).per_task
    if (order.price.credits or 0) > allowed:
        raise refusal(kie, order.model, order.price, OverBudget(allowed))
    return ExitCode.OK


def _open(kie: Kie, task_id: str) -> None:
    import webbrowser
    from pathlib import Path

    task = None
    with suppress(LocalFiles):
        task = kie.ledger.find(task_id)
    files = [Path(path).absolute().as_uri() for path in task.files] if task else []
    for place in files or (task.urls if task else ()):
        webbrowser.open(place)
