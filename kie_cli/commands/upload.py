"""`kie upload`: put files where kie.ai's models can read them."""

from __future__ import annotations

from typing import Annotated

import typer

from kie_cli.commands.common import command
from kie_cli.context import Kie
from kie_cli.errors import ExitCode, InputProblems


@command
def run(
    kie: Kie,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files to upload.")],
) -> ExitCode:
    """
    Upload files and print their URLs.

    Uploads are free. The URLs are public, show the number of your account, and live
    for 24 hours to 3 days; the bytes go up unchanged, EXIF and GPS data included. Local
    files of `kie create --image` are uploaded by it: this command is for other uses.

    \b
    Examples:
      kie upload jar.png
      kie upload *.png --json
    """
    from kie_cli.jobs.files import local_file, warn_of_strange_host
    from kie_cli.jobs.parallel import in_parallel
    from kie_cli.jobs.submit import UPLOADS_AT_ONCE, described

    problems: list[str] = []
    found = [local_file(path, problems, "") for path in files]
    if problems:
        raise InputProblems(problems)
    ready = [file for file in found if file]
    urls: dict[str, str] = {}
    distinct = list({file.sha256: file for file in ready}.values())
    for file, url in in_parallel(kie.client.upload, distinct, UPLOADS_AT_ONCE):
        urls[file.sha256] = url
        kie.output.note(f"{described(file)}  uploaded")
        warn_of_strange_host(kie, file, url)
    for file in ready:
        url = urls[file.sha256]
        kie.output.value(url, {"file": file.path, "url": url, "sha256": file.sha256})
    return ExitCode.OK
