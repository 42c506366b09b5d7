"""`kie help`: pages on topics; of a command its --help."""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated

import typer

from kie_cli.commands.common import command
from kie_cli.context import Kie
from kie_cli.core.suggest import nearest
from kie_cli.errors import WrongInput

TOPICS = ("exit-codes", "environment", "scripting", "sandbox")


@command
def run(
    kie: Kie,
    topic: Annotated[
        str, typer.Argument(metavar="[TOPIC|COMMAND]", help=f"{', '.join(TOPICS)}, or a command.")
    ] = "kie",
) -> None:
    """
    Explain a topic or a command.

    \b
    Examples:
      kie help exit-codes
      kie help environment
      kie help create
    """
    if topic not in {*TOPICS, "kie"}:
        near = nearest(topic, TOPICS)
        raise WrongInput(
            f"There is no help on {topic!r}.{f' Did you mean {near}?' if near else ''}",
            f"Topics: {', '.join(TOPICS)}; and each command: kie --help",
        )
    for line in page(topic).splitlines():
        kie.output.value(line, {"line": line})


def page(name: str) -> str:
    """Return the text of a help page; `kie` is the first one."""
    return files("kie_cli").joinpath("help", f"{name}.txt").read_text(encoding="utf-8")
