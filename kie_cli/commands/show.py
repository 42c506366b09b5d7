"""`kie show`: draw results in the terminal."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from kie_cli.commands.common import command
from kie_cli.context import Kie
from kie_cli.core.task import valid_task_id
from kie_cli.errors import WrongInput


@command
def run(
    kie: Kie,
    what: Annotated[str, typer.Argument(metavar="TASK_ID|FILE", help="What to draw.")],
) -> None:
    """
    Draw the pictures of a task, or a picture file, in the terminal.

    By sixel (iTerm2, WezTerm, foot, Windows Terminal), kitty's protocol, or else coloured
    half blocks. Needs one more package, and says how to install it. A result that was not
    saved is fetched for the moment and not kept. Pictures alone: for videos kie open.
    Exits with 2 in a pipe, and for what is no picture.

    \b
    Examples:
      kie show 2aeff425a5f21580d2f225c4129e63ab
      kie show jar.png
    """
    if kie.json or not kie.output.out.terminal:
        raise WrongInput(
            "kie show draws on a terminal; here its output goes elsewhere.",
            "The files and URLs of a task: kie status TASK_ID --json",
        )
    if not (kie.output.out.unicode and kie.output.out.colored):
        raise WrongInput(
            "kie show needs a terminal with colours and UTF-8 (TERM, NO_COLOR and LC_ALL say so).",
            f"In a window of its own: {kie.again('open TASK_ID')}",
        )
    if kie.stdin is None or not kie.stdin.isatty():
        raise WrongInput("kie show asks the terminal what it can: leave standard input to it.")
    if _is_file(what):
        _draw(kie, Path(what), what, "any viewer")
    elif valid_task_id(what):
        _draw_task(kie, what)
    else:
        raise WrongInput(f"{what}: neither a file nor a task id.", "Ids: kie list")


def _is_file(what: str) -> bool:
    try:
        return Path(what).is_file()
    except (OSError, ValueError):  # too long for a name, or no name at all
        return False


def _draw_task(kie: Kie, task_id: str) -> None:
    from kie_cli.jobs.show import finished, saved

    task = finished(kie, task_id)
    name, elsewhere = f"A result of {task_id}", kie.again(f"open {task_id}")
    files = saved(task)
    for file in files:
        _draw(kie, file, name, elsewhere)
    with tempfile.TemporaryDirectory() as private:
        for url in () if files else task.urls:
            part = kie.downloads.fetch(url, Path(private))
            try:
                _draw(kie, part.path, name, elsewhere)
            finally:
                part.drop()
    if not (files or task.urls):
        raise WrongInput(f"{task_id} made no picture.", f"What it made: kie wait {task_id}")


def _draw(kie: Kie, file: Path, name: str, elsewhere: str) -> None:
    from kie_cli.core.media import HEAD, mime, sniff
    from kie_cli.output.picture import NoLibrary, NoPicture, draw

    try:
        with file.open("rb") as stream:
            kind = sniff(stream.read(HEAD))
        if kind and not mime(kind).startswith("image/"):
            raise NoPicture(f"it is {mime(kind)}, which a terminal cannot show")
        draw(file, kie.stdout)
    except (OSError, NoPicture) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WrongInput(f"{name}: {reason}.", f"In a window: {elsewhere}") from None
    except NoLibrary:
        raise WrongInput(
            "Drawing in the terminal needs one more package, which is not installed.",
            "pip install 'kie-cli[preview]'   (with pipx: pipx inject kie-cli textual-image)",
            f"In a window: {elsewhere}",
        ) from None
