"""The verbs of output, and what all modes share: results to stdout, all else to stderr."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import suppress

from kie_cli.core.task import Task
from kie_cli.errors import InputProblems, KieError
from kie_cli.output.stream import Stream, StreamLost
from kie_cli.output.text import safe, to_json

Row = Sequence[str]


class Output(ABC):
    """What commands may say."""

    def __init__(self, out: Stream, err: Stream, *, quiet: bool, verbose: bool) -> None:
        self.out = out
        self.err = err
        self.quiet = quiet
        self.verbose = verbose

    def tell(self, text: str, style: str | None = None) -> None:
        """Write a line for people to stderr; a stderr that is gone stops nobody."""
        with suppress(StreamLost):
            self.err.line(safe(text), style)

    def debug(self, text: str) -> None:
        """Write a line that `-v` asked for."""
        if self.verbose:
            self.tell(f"  {text}", "dim")

    @abstractmethod
    def note(self, text: str, style: str | None = None) -> None:
        """Say how things go."""

    @abstractmethod
    def alert(self, text: str) -> None:
        """Say what must be known at once, also with -q."""

    def warn(self, text: str, *hints: str) -> None:
        """Say what may be wrong, and what to do about it."""
        for line in (f"kie: {text}", *(f"  {hint}" for hint in hints)):
            self.alert(line)

    @abstractmethod
    def error(self, error: KieError) -> None:
        """Say what went wrong, what it means, what to type next."""

    @abstractmethod
    def created(self, task: Task) -> None:
        """Give the id of a task: the result of `create`."""

    @abstractmethod
    def finished(self, task: Task, *, saved: bool, brief: bool = False) -> None:
        """
        Give the results of a task that succeeded: its files if they were to be saved.

        `brief`: nothing beside them, as progress tells the rest.
        """

    @abstractmethod
    def unfinished(self, task: Task) -> None:
        """Give the last that is known of a task with no results."""

    @abstractmethod
    def table(self, head: Row, rows: Iterable[tuple[Row, object]], *, cut_last: bool) -> None:
        """Give rows, each with its JSON object. `cut_last`: a terminal may cut the last cell."""

    @abstractmethod
    def value(self, text: str, json: object) -> None:
        """Give one plain value, or its JSON object."""

    def document(self, value: object, *, indent: int | None = None) -> None:
        """Give a JSON value, whatever the mode."""
        for line in to_json(value, ascii_only=not self.out.unicode, indent=indent).split("\n"):
            self.out.line(line)

    def stopped(self, lines: Sequence[str], exit_code: int, task_id: str | None) -> None:
        """Say what a signal means for the user's tasks."""
        for line in lines:
            self.tell(line)


def error_lines(error: KieError) -> list[str]:
    """Return an error as people read it."""
    problems = error.problems if isinstance(error, InputProblems) else [error.message]
    return [f"kie: {safe(problem)}" for problem in problems] + [
        f"  {safe(hint)}" for hint in error.hints
    ]


def error_json(error: KieError) -> dict[str, object]:
    """Return an error as the documented JSON object."""
    body: dict[str, object] = {
        "kind": error.kind,
        "exit_code": int(error.exit_code),
        "code": error.code,
        "message": error.message,
        "hint": "\n".join(error.hints) or None,
        "task_id": error.task_id,
    }
    if error.intent:
        body["intent"] = error.intent
    return {"error": body}
