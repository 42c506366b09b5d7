"""Results that a person wants to see: found on this disk or at kie.ai, and opened."""

from __future__ import annotations

import sys
import webbrowser
from contextlib import suppress
from pathlib import Path

from kie_cli.context import Kie
from kie_cli.core.task import SUCCESS, Task
from kie_cli.errors import KieError, LocalFiles, StillRunning, WrongInput
from kie_cli.jobs.look import look, verdict


def finished(kie: Kie, task_id: str) -> Task:
    """Return a task with its results, by the record or by one look; raises why there are none."""
    task = None
    with suppress(LocalFiles):
        task = kie.ledger.find(task_id)
    if task is None or task.state != SUCCESS:
        task = look(kie, task_id, steadily=True)
    if not task.ended:
        raise StillRunning(
            f"{task_id} is not finished: {task.state}.",
            f"Wait for it: {kie.again(f'wait {task_id}')}",
            task_id=task_id,
        )
    if error := verdict(task):
        raise error
    return task


def saved(task: Task) -> list[Path]:
    """Return the saved files of a task that are still there."""
    with suppress(OSError):
        return [path for path in map(Path, task.files) if path.is_file()]
    return []


def links(task: Task) -> list[str]:
    """Return the URLs of a task that a browser may open; the sandbox's lead nowhere."""
    if task.sandbox:
        return []
    return [url for url in task.urls if url.lower().startswith(("https://", "http://"))]


def open_results(kie: Kie, task: Task) -> list[str]:
    """
    Open the saved files of a task, else its URLs, and return which.

    Raises WrongInput where there is nothing that could be opened, else as open_places does.
    """
    files = saved(task)
    if not (files or links(task)):
        raise WrongInput(
            f"{task.task_id} has no file on this disk that could be opened.",
            f"Save it first: {kie.again(f'download {task.task_id}')}",
            task_id=task.task_id,
        )
    open_places(kie, [path.absolute().as_uri() for path in files] or links(task))
    return list(map(str, files)) or links(task)


def open_places(kie: Kie, urls: list[str]) -> None:
    """Open each by what the system or BROWSER has for it; raises KieError where that fails."""
    for url in urls:
        opened = False
        if _has_window(kie):
            with suppress(OSError, ValueError):  # BROWSER may be any text
                opened = webbrowser.open(url)
        if not opened:
            raise KieError(
                "It could not be opened: there is no display here, or no program for it.",
                f"It is here: {url}",
                "A program of your choice: BROWSER=NAME",
            )


def _has_window(kie: Kie) -> bool:
    # Without this a browser for text, of all, would take over the terminal or the pipe.
    screens = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform in {"darwin", "win32"} or any(map(kie.environ.get, screens))
