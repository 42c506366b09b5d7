"""Output for people and pipes: aligned on a terminal, tab-separated elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kie_cli.core.durations import spoken
from kie_cli.core.task import Task, amount
from kie_cli.errors import KieError
from kie_cli.output.base import Output, Row, error_lines
from kie_cli.output.text import cells, fit, paint, safe

NUMBERS = {"TIME", "CREDITS", "TASKS", "USD"}
MEDIA_STYLES = {"image": "green", "video": "cyan", "audio": "yellow", "text": "dim"}
STATE_STYLES = {"success": "green", "fail": "red", "unknown": "red", "refused": "yellow"}


class Plain(Output):
    """The words of `kie` without `--json`."""

    _told = False  # whether the last result was texts

    def note(self, text: str, style: str | None = None) -> None:
        if not self.quiet:
            self.tell(text, style)

    def alert(self, text: str) -> None:
        self.tell(text, "yellow")

    def error(self, error: KieError) -> None:
        for number, line in enumerate(error_lines(error)):
            self.tell(line, None if number and line.startswith("  ") else "red")

    def created(self, task: Task) -> None:
        self.out.line(safe(task.task_id or ""))

    def finished(self, task: Task, *, saved: bool, brief: bool = False) -> None:
        if not brief:
            for url in task.urls if saved else ():
                self.note(url)
            self.note(_done(task), "green")
        results = task.files if saved else task.urls
        for result in results:
            if result != "-":  # the bytes themselves went to stdout
                link = Path(result).absolute().as_uri() if saved else None  # a URL is one itself
                self.out.line(safe(result), link=link)
        if results and (saved or not task.texts):
            return
        if self._told:  # whose text it is stands on stderr
            self.out.line("")
        self._told = bool(task.texts)
        for number, text in enumerate(task.texts):
            for line in [""] * bool(number) + text.splitlines():
                self.out.line("\t".join(map(safe, line.split("\t"))))
        if not task.texts:
            told = task.result if task.told is None else task.told
            self.document(told, indent=2 if self.out.terminal else None)

    def unfinished(self, task: Task) -> None:
        """Say nothing: the error that goes with it names the task."""

    def table(self, head: Row, rows: Iterable[tuple[Row, object]], *, cut_last: bool) -> None:
        lines = [[safe(cell) for cell in row] for row, _ in rows]
        if not self.out.terminal:
            for line in lines:
                self.out.line("\t".join(line))
            return
        if not lines:
            return
        widths = [max(cells(line[n]) for line in [list(head), *lines]) for n in range(len(head))]
        if cut_last:
            _narrow(widths, self.out.width)
        for number, line in enumerate([list(head), *lines]):
            padded = [
                self._padded(cell, width, title, is_title=number == 0)
                for cell, width, title in zip(line[:-1], widths, head, strict=False)
            ]
            last = fit(line[-1], widths[-1]) if cut_last else line[-1]
            self.out.line("  ".join([*padded, last]).rstrip())

    def value(self, text: str, json: object) -> None:
        self.out.line(safe(text))

    def _padded(self, cell: str, width: int, title: str, *, is_title: bool) -> str:
        cell = fit(cell, width)
        styles = MEDIA_STYLES if title == "MEDIA" else STATE_STYLES
        style = "bold" if is_title else styles.get(cell)
        shown = paint(cell, style) if style and self.out.colored else cell
        room = " " * (width - cells(cell))
        return room + shown if title in NUMBERS else shown + room


def _narrow(widths: list[int], room: int) -> None:
    """Take from the last column, then from the one before it, until a row fits in `room`."""
    over = sum(widths) + 2 * (len(widths) - 1) - room
    for column, least in ((-1, 20), (-2, 12), (-1, 0)):
        taken = max(0, min(over, widths[column] - least))
        widths[column] -= taken
        over -= taken


def _done(task: Task) -> str:
    spent = "" if task.elapsed is None else f" in {spoken(task.elapsed)}"
    cost = "" if task.credits is None else f", {amount(task.credits)} credits"
    made = "" if not task.sandbox else " Sandbox: nothing real was made or charged."
    return f"Done{spent}{cost}.{made}"
