"""What the commands share: the flags that stand after every command, and types of arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from functools import partial, wraps
from typing import Annotated, Any

import typer

from kie_cli.context import Kie
from kie_cli.core.task import UNKNOWN, Task, valid_task_id
from kie_cli.errors import (
    ExitCode,
    InputProblems,
    KieError,
    LocalFiles,
    NotSaved,
    Stopped,
    WrongInput,
)
from kie_cli.output.stream import StreamLost


class Color(StrEnum):
    """When to use colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


COMMON: dict[str, tuple[Any, Any]] = {
    "json": (
        Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")],
        False,
    ),
    "quiet": (
        Annotated[bool, typer.Option("-q", "--quiet", help="Results and errors only.")],
        False,
    ),
    "verbose": (
        Annotated[bool, typer.Option("-v", "--verbose", help="Show each request.")],
        False,
    ),
    "no_input": (Annotated[bool, typer.Option("--no-input", help="Never ask.")], False),
    "color": (Annotated[Color, typer.Option("--color", help="Colour.")], Color.AUTO),
    "sandbox": (
        Annotated[
            bool, typer.Option("--sandbox", help="Offline imitation: nothing real, no key, free.")
        ],
        False,
    ),
}
REPORTED: dict[str, tuple[Any, Any]] = {
    "github_output": (
        Annotated[
            bool,
            typer.Option(
                "--github-output",
                help="Tell later steps of a GitHub Actions job: outputs and a summary.",
            ),
        ],
        False,
    ),
}


class Options(dict[str, Any]):
    """Options that a command takes as one mapping, as `Annotated[Mapping[str, Any], options]`."""


def command(
    function: Callable[..., ExitCode | None], more: Mapping[str, tuple[Any, Any]] | None = None
) -> Callable[..., int]:
    """Give a command the common flags; its first parameter becomes the Kie of this run."""
    common = {**(more or {}), **COMMON}
    kind = inspect.Parameter.KEYWORD_ONLY
    own: list[inspect.Parameter] = []
    groups: dict[str, Options] = {}
    for parameter in list(inspect.signature(function, eval_str=True).parameters.values())[1:]:
        group = next(iter(getattr(parameter.annotation, "__metadata__", ())), None)
        if isinstance(group, Options):
            groups[parameter.name] = group
            own += [
                inspect.Parameter(name, kind, annotation=annotation, default=None)
                for name, annotation in group.items()
            ]
        else:
            own.append(parameter.replace(kind=kind))

    @wraps(function)
    def run(ctx: typer.Context, **values: Any) -> int:
        kie = ctx.ensure_object(Kie)
        kie.json, kie.quiet = values.pop("json"), values.pop("quiet")
        kie.verbose |= values.pop("verbose")
        kie.no_input, kie.color = values.pop("no_input"), values.pop("color").value
        kie.use_sandbox |= values.pop("sandbox")
        for group, options in groups.items():
            values[group] = {name: values.pop(name) for name in options}
        if values.pop("github_output", False):
            return _reported(kie, partial(function, kie, **values))
        return function(kie, **values) or ExitCode.OK

    parameters = [
        inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context),
        *own,
        *(
            inspect.Parameter(name, kind, annotation=annotation, default=default)
            for name, (annotation, default) in common.items()
        ),
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


# A command with results: its tasks can be told to later steps of a CI job.
command_with_results = partial(command, more=REPORTED)


def _reported(kie: Kie, run: Callable[[], ExitCode | None]) -> int:
    """Run a command, and tell later steps what came of it, however it ends."""
    from kie_cli.output.ci import Report

    report = kie.report = Report(kie.environ)
    code: int = ExitCode.UNEXPECTED
    try:
        code = run() or ExitCode.OK
    except KieError as error:
        code = error.exit_code
        if error.intent:
            report.saw(Task(error.task_id, UNKNOWN, error.intent))
        raise
    except Stopped as stopped:
        code = 128 + stopped.signum
        raise
    except StreamLost as lost:
        code = 128 + 13 if lost.gone else ExitCode.NOT_SAVED
        raise
    finally:
        try:
            report.write(kie.argv[0], code, partial(_latest, kie), kie.output.out.without_keys)
        except NotSaved as error:
            if code == ExitCode.OK:
                raise
            kie.output.warn(error.message, *error.hints)
    return code


def _latest(kie: Kie, task: Task) -> Task:
    """Return a task as the ledger has it, unless more was seen of it."""
    known = None
    if "ledger" in kie.__dict__:
        with suppress(LocalFiles):
            find = kie.ledger.find if task.task_id else kie.ledger.by_intent
            known = find(task.task_id or task.intent or "")
    if known is None:
        return task
    return task._replace(prompt=known.prompt) if task.task_id and task.ended else known


TaskIds = Annotated[
    list[str] | None, typer.Argument(metavar="TASK_ID...", help="Tasks; - reads ids from stdin.")
]
DownloadOption = Annotated[
    bool, typer.Option("-d", "--download", help="Save the results (TASKID-N.ext).")
]
OutputOption = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="PATH|DIR/|-",
        help="Where to save: a file, a folder (ends in /), or - for stdout. Implies -d.",
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite files.")]
TimeoutOption = Annotated[
    str | None,
    typer.Option(
        "--timeout",
        metavar="TIME",
        help="How long to wait: 90s, 15m, 1h30m, seconds, none. Default 15m; 0 looks once.",
    ),
]
IntervalOption = Annotated[
    str | None,
    typer.Option("--interval", metavar="TIME", help="How often to look. Default: 2 s, then less."),
]
LabelOption = Annotated[str | None, typer.Option("--label", help="A word to find tasks by.")]


def read_ids(kie: Kie, given: list[str] | None) -> list[str]:
    """
    Return the task ids of the command line, each once, in order; `-` stands for those on stdin.

    Raises InputProblems for words that cannot be ids.
    """
    found: list[str] = []
    for word in given or []:
        if word == "-":
            if kie.stdin is None:
                raise WrongInput("- reads task ids from stdin, which is closed.")
            if kie.stdin.isatty():
                if kie.no_input:
                    raise WrongInput("- reads task ids from stdin, which is a terminal here.")
                kie.output.note("Reading task ids from the terminal; end with Ctrl-D.")
            # A line of `kie list` is more than an id: only the first word counts.
            try:
                found += [line.split()[0] for line in kie.stdin if line.strip()]
            except UnicodeDecodeError:
                raise WrongInput("What is on stdin is no text with task ids.") from None
        else:
            found.append(word)
    wrong = [word for word in found if not valid_task_id(word)]
    if wrong:
        problems = [f"{word[:80]!r} is no task id." for word in wrong]
        raise InputProblems(problems, "The ids of this machine: kie list")
    return list(dict.fromkeys(found))


def moment_of(kie: Kie, since: str | None) -> float | None:
    """Return the time that --since means, in seconds since 1970; raises WrongInput."""
    from kie_cli.core.durations import parse_since

    try:
        return None if since is None else parse_since(since, kie.clock.now())
    except ValueError as error:
        raise WrongInput(f"--since: {error}") from None


def pace_of(kie: Kie, timeout: str | None, interval: str | None) -> Any:
    """Return how long and how often to look; raises WrongInput."""
    from kie_cli.core.durations import parse_duration
    from kie_cli.core.polling import GAP, Pace

    every = None
    if interval is not None:
        try:
            every = parse_duration(interval)
        except ValueError as error:
            raise WrongInput(f"--interval: {error}") from None
        if every is None or every < GAP:
            raise WrongInput(f"--interval {interval}: kie looks every {GAP} s at most.")
    return Pace(kie.settings.get("timeout", flag=timeout).value, every)
