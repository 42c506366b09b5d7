"""`kie webhook`: kie.ai's callbacks, checked and received."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kie_cli.commands.common import command
from kie_cli.context import Kie
from kie_cli.errors import ExitCode, WrongInput

app = typer.Typer(help="Check and receive kie.ai's callbacks.", no_args_is_help=True)


@app.command()
@command
def verify(
    kie: Kie,
    body: Annotated[
        str, typer.Argument(metavar="FILE|-", help="The body as it came; - reads it from stdin.")
    ],
    header: Annotated[
        list[str] | None,
        typer.Option("-H", "--header", metavar="'NAME: VALUE'", help="A header of it (repeat)."),
    ] = None,
    headers: Annotated[
        str | None,
        typer.Option("--headers", metavar="FILE", help="A file with its headers, one a line."),
    ] = None,
) -> None:
    """
    Check that a callback is kie.ai's and not older than 5 minutes.

    Prints the task id and exits with 0; with 2 and the reason when it is not. The key is
    the setting webhook_key, or KIE_WEBHOOK_KEY. Only the task id and the time are signed:
    ask for the rest with kie status.

    \b
    Examples:
      kie webhook verify body.json --headers headers.txt
      kie webhook verify - -H "X-Webhook-Timestamp: $T" -H "X-Webhook-Signature: $S" < body.json
    """
    from kie_cli.core.signature import LIMIT, BadSignature, NotACallback, signed_task
    from kie_cli.jobs.webhook import webhook_key

    key = webhook_key(kie)
    lines = list(header or [])
    if headers is not None:
        lines += _read(kie, headers, LIMIT).decode(errors="replace").splitlines()
    pairs = (line.partition(":") for line in lines)
    named = {name.strip().lower(): value.strip() for name, _, value in pairs}
    try:
        task_id = signed_task(key, named, _read(kie, body, LIMIT), kie.clock.now())
    except (NotACallback, BadSignature) as error:
        raise WrongInput(f"The callback is not to be trusted. {error}") from None
    kie.output.value(task_id, {"valid": True, "task_id": task_id})


@app.command()
@command
def listen(
    kie: Kie,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; 0 picks a free one.")
    ] = 8484,
    exec_: Annotated[
        str | None,
        typer.Option(
            "--exec",
            metavar="COMMAND",
            help="Run for each result, without a shell; has KIE_TASK_ID, KIE_STATE, KIE_URLS.",
        ),
    ] = None,
    count: Annotated[
        int | None, typer.Option("--count", min=1, help="End after so many results.")
    ] = None,
    timeout: Annotated[
        str | None,
        typer.Option("--timeout", metavar="TIME", help="End after 90s, 15m, 1h30m. Default none."),
    ] = None,
) -> ExitCode:
    """
    Receive kie.ai's callbacks on this machine, until Ctrl-C.

    Listens on 127.0.0.1 alone: your own tunnel or proxy brings the callbacks there. Each
    is checked (kie webhook verify), then kie.ai is asked about the task, and the answer is
    recorded and printed as by kie wait. A task that is called about twice counts once.
    Costs nothing. Exits as kie wait does; 1 when a --exec command failed.

    \b
    Examples:
      kie webhook listen --port 8484
      kie create -p "a red hat" --callback-url https://hooks.example.org/kie
      kie webhook listen --count 1 --timeout 15m --exec 'sh -c "kie download $KIE_TASK_ID"'
    """
    from kie_cli.core.durations import parse_duration
    from kie_cli.jobs.webhook import listen

    try:
        seconds = None if timeout is None else parse_duration(timeout)
    except ValueError as error:
        raise WrongInput(f"--timeout: {error}") from None
    return listen(kie, port, command=exec_, count=count, timeout=seconds)


def _read(kie: Kie, name: str, limit: int) -> bytes:
    """Return what a file or stdin holds; raises WrongInput, also for more than `limit` bytes."""
    try:
        if name == "-":
            found = kie.stdin.buffer.read(limit + 1) if kie.stdin else b""
        else:
            with Path(name).open("rb") as file:
                found = file.read(limit + 1)
    except OSError as error:
        raise WrongInput(f"{name} cannot be read: {error.strerror}.") from None
    if len(found) > limit:
        raise WrongInput(f"{name} has more than {limit} bytes: it is no callback.")
    return found
