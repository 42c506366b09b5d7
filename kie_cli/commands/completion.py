"""`kie completion`: the script that lets a shell complete what is typed after kie."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kie_cli.commands.common import command
from kie_cli.context import Kie

ROOM = Path(__file__).parent.parent
FOLDERS = (ROOM / "completions", ROOM.parent / "completions")  # installed, or in a clone


class Shell(StrEnum):
    """A shell that can complete."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


FILES = {
    Shell.BASH: "kie.bash",
    Shell.ZSH: "_kie",
    Shell.FISH: "kie.fish",
    Shell.POWERSHELL: "kie.ps1",
}


@command
def run(
    kie: Kie, shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="Your shell.")]
) -> None:
    """
    Print the script that completes commands, flags, models, their values and task ids.

    The shell answers a Tab by itself: kie does not run. Task ids, with state and prompt, stand
    in ~/.cache/kie/completion, renewed by each command that looks at tasks (without prompts if
    record_prompts is false). Tasks of the sandbox are offered after --sandbox or with
    KIE_SANDBOX=1. Bash 4.4 or newer; the PowerShell script was never run. Install it, once:

    \b
    Examples:
      kie completion bash > ~/.kie.bash; echo '. ~/.kie.bash' >> ~/.bashrc
      kie completion zsh > ~/.kie.zsh; echo '. ~/.kie.zsh' >> ~/.zshrc    (after compinit)
      kie completion fish > ~/.config/fish/completions/kie.fish
      kie completion powershell > ~/kie.ps1; Add-Content $PROFILE '. ~/kie.ps1'
    """
    from kie_cli.jobs.index import keep_models

    file = next(folder for folder in FOLDERS if folder.is_dir()) / FILES[shell]
    script = file.read_text("utf-8")
    if kie.json:
        kie.output.value("", {"shell": shell.value, "script": script})
    else:
        kie.output.out.line(script.rstrip("\n"))
    keep_models(kie)
