"""Output for programs: one JSON object a line on stdout; on stderr only errors and warnings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from kie_cli.core.task import Task
from kie_cli.errors import KieError
from kie_cli.output.base import Output, Row, error_json
from kie_cli.output.stream import StreamLost
from kie_cli.output.text import to_json


class JsonLines(Output):
    """What `--json` gives."""

    def note(self, text: str, style: str | None = None) -> None:
        """Say nothing: how things go is for people."""

    def alert(self, text: str) -> None:
        self._aside({"warning": {"message": text}})

    def error(self, error: KieError) -> None:
        self._aside(error_json(error))

    def created(self, task: Task) -> None:
        self.out.line(self._json(task.as_json()))

    def finished(self, task: Task, *, saved: bool, brief: bool = False) -> None:
        self.created(task)

    unfinished = created

    def table(self, head: Row, rows: Iterable[tuple[Row, object]], *, cut_last: bool) -> None:
        for _, json in rows:
            self.out.line(self._json(json))

    def value(self, text: str, json: object) -> None:
        self.out.line(self._json(json))

    def warn(self, text: str, *hints: str) -> None:
        more = {"hint": "\n".join(hints)} if hints else {}
        self._aside({"warning": {"message": text, **more}})

    def debug(self, text: str) -> None:
        if self.verbose:
            self._aside({"debug": text})

    def stopped(self, lines: Sequence[str], exit_code: int, task_id: str | None) -> None:
        body = {"kind": "stopped", "exit_code": exit_code, "code": None}
        text = {"message": lines[0] if lines else "Stopped.", "hint": "\n".join(lines[1:]) or None}
        self._aside({"error": {**body, **text, "task_id": task_id}})

    def _aside(self, value: object) -> None:
        with suppress(StreamLost):
            self.err.line(self._json(value))

    def _json(self, value: object) -> str:
        return to_json(value, ascii_only=not (self.out.unicode and self.err.unicode))
