"""What the later steps of a GitHub Actions job get to know of a run: outputs, and a table."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any, TypeVar

from kie_cli.core.durations import spoken
from kie_cli.core.task import Task, amount
from kie_cli.errors import LocalFiles, NotSaved, WrongInput
from kie_cli.output.text import fit, safe

LARGEST_SUMMARY = 2**20  # bytes a step: GitHub shows none of a larger one
WIDEST = 100  # columns of a prompt
HEAD = ("Task", "State", "Time", "Credits", "Model", "Prompt", "Results")

T = TypeVar("T")


def task_itself(task: Task, *_: object, **__: object) -> Task:
    """Return what the verbs of output speak of."""
    return task


class Report:
    """
    The tasks of one run, in the order in which they came up, for $GITHUB_OUTPUT.

    Raises WrongInput where no such file is named, LocalFiles where it cannot be written.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._outputs = environ.get("GITHUB_OUTPUT", "")
        self._summary = environ.get("GITHUB_STEP_SUMMARY", "")
        self._tasks: dict[str, Task] = {}
        if not self._outputs:
            raise WrongInput(
                "--github-output: GITHUB_OUTPUT is not set, as it is in a step of GitHub Actions. "
                "Nothing was sent.",
                "Elsewhere: --json",
            )
        try:
            _append(self._outputs, "")
        except OSError as error:
            why = f"GITHUB_OUTPUT={self._outputs}: {error.strerror}. Nothing was sent."
            raise LocalFiles(why) from None

    def saw(self, task: Task) -> None:
        """Note what is known of a task by now."""
        if name := task.task_id or task.intent or task.once:
            self._tasks[name] = task

    def listen(self, speaker: T, *verbs: str, about: Callable[..., Task] = task_itself) -> T:
        """Note from now on each task that one of these methods is called for."""
        for verb in verbs:
            setattr(speaker, verb, partial(self._hear, about, getattr(speaker, verb)))
        return speaker

    def _hear(
        self, about: Callable[..., Task], verb: Callable[..., T], *said: Any, **more: Any
    ) -> T:
        self.saw(about(*said, **more))
        return verb(*said, **more)

    def write(
        self,
        command: str,
        code: int,
        latest: Callable[[Task], Task],
        without_keys: Callable[[str], str],
    ) -> None:
        """
        Write the outputs, and the summary if GitHub takes one; raises NotSaved.

        `latest` tells what the ledger knows of a task.
        """
        tasks = [latest(task) for task in list(self._tasks.values())]

        def clean(text: str) -> str:
            return safe(without_keys(text))

        try:
            _append(self._outputs, outputs(tasks, code, clean))
            if self._summary and tasks:
                path = Path(self._summary)
                room = LARGEST_SUMMARY - (path.stat().st_size if path.exists() else 0)
                _append(self._summary, summary(tasks, command, code, clean, room))
        except OSError as error:
            raise NotSaved(
                f"The outputs of the step could not be written: {error.strerror}.",
                "Tasks and their results are not lost by it: kie list",
            ) from None


def outputs(tasks: Sequence[Task], code: int, clean: Callable[[str], str]) -> str:
    """Return the lines of $GITHUB_OUTPUT."""
    lists = {
        "task_id": [task.task_id for task in tasks if task.task_id],
        "url": [url for task in tasks for url in task.urls],
        "file": [file for task in tasks for file in task.files if file != "-"],
    }
    found = {f"{name}s": lines for name, lines in lists.items()}
    found |= {name: lines[:1] for name, lines in lists.items()}
    found |= {"credits": [_credits(tasks)], "exit_code": [str(int(code))]}
    end = f"kie-{secrets.token_hex(16)}"  # no value has a line that is the same
    return "".join(
        "\n".join([f"{name}<<{end}", *map(clean, lines), end, ""]) for name, lines in found.items()
    )


def summary(
    tasks: Sequence[Task], command: str, code: int, clean: Callable[[str], str], room: int
) -> str:
    """
    Return a table of at most `room` bytes, or nothing.

    It is HTML without an empty line, which Markdown leaves alone; GitHub makes no links and no
    mentions of what stands in <code>.
    """
    states = Counter(task.state for task in tasks)
    counts = ", ".join(f"{count} {state}" for state, count in states.items())
    about = escape(clean(f"{counts}; {_credits(tasks)} credits; exit code {int(code)}"))
    head = f"<tr>{''.join(f'<th>{name}</th>' for name in HEAD)}</tr>"
    lines = ["", f"<h3>kie {command}</h3>", f"<p><code>{about}</code></p>", "<table>", head]
    rest = f"<tr><td colspan={len(HEAD)}>{{}} more are in: kie list</td></tr>"
    end = ["</table>", "", ""]
    room -= len("\n".join([*lines, rest, *end]).encode()) + len(str(len(tasks)))
    if room < 0:
        return ""
    for number, task in enumerate(tasks):
        row = _row(task, clean)
        room -= len(row.encode()) + 1
        if room < 0:
            lines.append(rest.format(len(tasks) - number))
            break
        lines.append(row)
    return "\n".join([*lines, *end])


def _row(task: Task, clean: Callable[[str], str]) -> str:
    texts = (
        task.task_id or task.intent or task.once or "",
        task.state,
        "" if task.elapsed is None else spoken(task.elapsed),
        "" if task.credits is None else amount(task.credits),
        task.model or "",
        fit(clean(" ".join((task.prompt or "").split())), WIDEST),
    )
    links = (
        f'<a href="{escape(clean(url))}">{number}</a>'
        for number, url in enumerate(task.urls, 1)
        if url.startswith("https://")
    )
    cells = [f"<code>{escape(clean(text))}</code>" if text else "" for text in texts]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in [*cells, ' '.join(links)])}</tr>"


def _credits(tasks: Sequence[Task]) -> str:
    return amount(sum(task.credits or 0.0 for task in tasks))


def _append(path: str, text: str) -> None:
    with Path(path).open("a", encoding="utf-8", newline="\n") as file:
        file.write(text)
