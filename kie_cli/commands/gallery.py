"""`kie gallery`: what this machine made, as a page for a browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from kie_cli.commands.common import ForceOption, command, moment_of
from kie_cli.context import Kie


@command
def run(
    kie: Kie,
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="The page. Default: kie-gallery.html here."
        ),
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open it.")] = False,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="1d|yesterday|DATE", help="Made since then."),
    ] = None,
    label: Annotated[str | None, typer.Option("--label", help="With this label.")] = None,
    limit: Annotated[
        int | None, typer.Option("-n", "--limit", min=1, help="The newest so many.")
    ] = None,
    force: ForceOption = False,
) -> None:
    """
    Write a page with what this machine made: pictures, prompts, models, times, credits.

    One HTML file for any browser, with search, labels and keys (press ?). It loads nothing
    from the net: it shows the files that were saved, where they lie, and links the URLs of
    the others. It is made anew each time; a file that is no gallery stays as it is without
    --force. Prints the path.

    \b
    Examples:
      kie gallery --open
      kie gallery --since 7d --label shop -o shop.html
    """
    from kie_cli.jobs.gallery import NAME, page, write
    from kie_cli.jobs.save import shown

    path = Path(output or NAME)
    if os.path.isdir(path):  # noqa: PTH112 (Path.is_dir raises for a name that is too long)
        path /= NAME
    tasks = kie.ledger.tasks(since=moment_of(kie, since), label=label, limit=limit)
    write(path, page(kie, tasks, path.absolute().parent), force=force)
    kie.output.value(shown(path), {"path": str(path.absolute()), "tasks": len(tasks)})
    if not tasks:
        kie.output.note("No task fits: the page is empty.")
    if open_:
        from kie_cli.jobs.show import open_places

        open_places(kie, [path.absolute().as_uri()])
