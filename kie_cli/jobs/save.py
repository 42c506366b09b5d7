"""Saving the results of a finished task, and remembering what was saved."""

from __future__ import annotations

import os
import shlex
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from kie_cli.api.parts import Growing, Note, Part, discard, holds, keep
from kie_cli.context import Kie
from kie_cli.core.durations import spoken
from kie_cli.core.media import Leftover
from kie_cli.core.rows import file_name, names_in
from kie_cli.core.task import Task
from kie_cli.errors import InputProblems, KieError, LocalFiles, NotSaved
from kie_cli.ledger.files import SavedFile
from kie_cli.output.stream import StreamLost
from kie_cli.output.text import to_json

STDOUT = "-"
FIELDS = ("key", "task", "index", "model", "date", "ext")


class Target(NamedTuple):
    """
    Where results go: a folder, one exact file, or standard output (`exact` is "-").

    With `pattern` (docs/batch.md) the task itself says the folder and the name: see `of`.
    """

    folder: Path
    exact: Path | None = None
    force: bool = False
    asked: bool = False  # the folder was asked for by name
    pattern: str | None = None

    @property
    def to_stdout(self) -> bool:
        return str(self.exact) == STDOUT

    @property
    def flag(self) -> str:
        """How a command line names this target, with a space before it."""
        if self.exact or self.pattern:
            return f" -o {shlex.quote(str(self.exact or self.pattern))}"
        return "" if str(self.folder) == "." else f" -o {shlex.quote(f'{self.folder}/')}"

    def of(self, task: Task) -> Target:
        """Return the target with the folder that is meant for this task."""
        if self.pattern is None:
            return self
        return self._replace(folder=self._named(task, 1, "x").parent, asked=True)

    def _named(self, task: Task, position: int, ending: str) -> Path:
        moment = datetime.fromtimestamp(task.created_at or 0).astimezone()
        plain = task.task_id or ""
        values = {
            "key": task.once or plain,
            "task": plain,
            "index": str(position),
            "model": task.model or "model",
            "date": f"{moment:%Y-%m-%d}",
            "ext": ending,
        }
        path = Path(file_name(self.pattern or "", values))
        if "index" not in names_in(self.pattern or "") and len(task.results) > 1:
            path = path.with_name(f"{path.stem}-{position}{path.suffix}")
        return path

    def has(self, file: SavedFile) -> bool:
        """Tell whether a result that was saved before need not be saved again."""
        path = Path(file.path)
        if self.exact or self.force or not holds(path, file.size, file.sha256):
            return False
        return not self.asked or path.resolve().parent == self.folder.resolve()

    def name(self, task: Task, position: int, ending: str, number: int) -> Path:
        """Return the `number`th name to try for the result at `position`, counted from 1."""
        again = f".{number}" if number else ""
        if self.pattern:
            path = self._named(task, position, ending)
            return path.with_name(f"{path.stem}{again}{path.suffix}")
        if self.exact is None:
            plain = (task.task_id or "").replace(":", "_")  # Windows takes it for a drive
            return self.folder / f"{plain}-{position}{again}.{ending}"
        if len(task.results) == 1:
            return self.exact
        return self.exact.with_name(f"{self.exact.stem}-{position}{again}{self.exact.suffix}")


def target(kie: Kie, output: str | None, *, force: bool) -> Target:
    """
    Return where `--output` (else the config's `output_dir`) sends results.

    A folder is one that exists, or ends in a slash; a name with one of FIELDS in braces is made
    anew for each result. Raises InputProblems for a file that is there already, before anything
    is sent.
    """
    chosen = kie.settings.get("output_dir", flag=output).value
    if output == STDOUT:
        if kie.json:
            raise InputProblems(["--output - and --json: both want standard output."])
        if kie.output.out.terminal:
            raise InputProblems(
                ["--output -: standard output is a terminal, which a file would garble."],
                "To a file: -o NAME; to a program: kie ... -o - | program",
            )
        return Target(Path(), Path(STDOUT))
    there = 0
    if fields := names_in(chosen):
        if unknown := [name for name in fields if name not in FIELDS]:
            problem = f"--output {chosen}: {{{unknown[0]}}} is none of {', '.join(FIELDS)}."
            raise InputProblems([problem], f"To write it as it stands: {{{{{unknown[0]}}}}}")
        ending = "" if "ext" in fields else ".{ext}"
        name = f"{chosen}{'{task}-{index}' if chosen.endswith('/') else ''}{ending}"
        if late := {"index", "ext"}.intersection(names_in(os.path.dirname(name))):  # noqa: PTH120
            problem = f"--output {chosen}: {{{min(late)}}} can stand in the name of the file alone."
            raise InputProblems([problem], "All results of a task go to one folder.")
        return Target(Path(), force=force, pattern=os.path.expanduser(name))  # noqa: PTH111
    chosen = file_name(chosen, {})
    try:
        path = Path(chosen).expanduser()
        if output is None or chosen.endswith(("/", os.sep)) or path.is_dir():
            return Target(path, force=force, asked=output is not None)
        with suppress(FileNotFoundError):
            there = path.lstat().st_mode
    except (OSError, RuntimeError) as error:  # RuntimeError: ~nobody
        raise InputProblems([f"--output {chosen}: {getattr(error, 'strerror', error)}."]) from None
    if there and not force:
        raise InputProblems([f"--output {path}: the file exists."], "To overwrite it: --force")
    if there and not stat.S_ISREG(there):
        raise InputProblems([f"--output {path}: no plain file, so it is not overwritten."])
    return Target(path.parent, path, force=force)


def save(kie: Kie, task: Task, where: Target) -> Task:
    """
    Save each result of a task that is not saved yet; return the task with its files.

    Tries all of them before it raises NotSaved, which names those that are missing.
    """
    ledger, where = kie.ledger_if_usable, where.of(task)
    task_id = task.task_id or ""
    again = kie.again(f"download {task_id}{where.flag}")
    if where.to_stdout and len(task.urls) > 1:
        several = NotSaved("-o - takes a single result.", "Give a folder: -o out/")
        raise PartlySaved(task, [several], again)
    known: dict[int, SavedFile] = {}
    with _noting(kie):
        known = ledger.saved_files(task_id) if ledger else {}
    files: list[str] = []
    errors: list[KieError] = []
    for position, url in enumerate(task.results, start=1):
        old = known.get(position)
        if old and where.has(old):
            _settle(kie, task_id, position, old)
            files.append(old.path)
            continue
        try:
            files.append(_save_one(kie, task, where, position, url))
        except KieError as error:
            errors.append(error)
    done = task._replace(files=tuple(files))
    if errors:
        raise PartlySaved(done, errors, again)
    return done


class PartlySaved(NotSaved):
    """Some results are not on this disk; `task` has those that are."""

    def __init__(self, task: Task, errors: list[KieError], again: str) -> None:
        missing = len(errors)
        super().__init__(
            f"{missing} of {len(task.results)} results of {task.task_id} could not be saved. "
            f"{errors[0].message}",
            *errors[0].hints,
            *task.urls,
            f"Try again: {again}",
            task_id=task.task_id,
        )
        self.task = task


def _settle(kie: Kie, task_id: str, position: int, file: SavedFile) -> None:
    """Finish the record of a file that got its name right before an earlier kie was killed."""
    ledger = kie.ledger_if_usable
    if ledger and file.state != "saved":
        with _noting(kie):
            if left := ledger.leftover(task_id, position):
                discard(left)
            ledger.saved(task_id, position)


def _save_one(kie: Kie, task: Task, where: Target, position: int, url: str) -> str:
    ledger = kie.ledger_if_usable
    task_id = task.task_id or ""
    if where.to_stdout:
        with tempfile.TemporaryDirectory() as private:
            part = _fetch(kie, task, url, Path(private))
            try:
                return _pour(kie, part)
            finally:
                part.drop()
    try:
        folder = where.folder.absolute()
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotSaved(f"{where.folder}: {error.strerror}.") from None

    def note(left: Leftover) -> bool:
        with _noting(kie):
            if ledger:
                ledger.growing(task_id, position, left)
                return True
        return False

    def before(path: Path) -> None:
        with _noting(kie):
            if ledger:
                final = str(path.absolute())
                ledger.saving(task_id, position, final, part.size, part.sha256, url)

    left = None
    with _noting(kie):
        left = ledger.leftover(task_id, position) if ledger else None
    name = f"{task_id.replace(':', '_')}-{position}"
    try:
        part = _fetch(kie, task, url, folder, name, left=left, note=note)
        path = keep(
            part,
            partial(where.name, task, position),
            force=where.force,
            before=before,
            numbered=where.exact is None or len(task.results) > 1,
        )
    except KieError as error:
        from kie_cli.api.files import RETENTION, Expired

        if isinstance(error, Expired) and task.completed_at:
            age = spoken(kie.clock.now() - task.completed_at)
            error.hints = (f"It was made {age} ago; {RETENTION}.",)
        if ledger and not error.again:
            with _noting(kie):
                ledger.gone(task_id, position)
        raise
    with _noting(kie):
        if ledger:
            ledger.saved(task_id, position)
    if part.kind is None:
        kie.output.warn(f"{task_id}: a kind of file that kie does not know; saved as .bin")
    return shown(path)


def _fetch(
    kie: Kie,
    task: Task,
    url: str,
    folder: Path,
    name: str = "kie",
    *,
    left: Leftover | None = None,
    note: Note | None = None,
) -> Part:
    """Return a result as a part in `folder`: what lies at `url`, or else what kie.ai told."""
    if url:
        return kie.downloads.fetch(url, folder, name, left=left, note=note)
    if left:
        discard(left)
    text = "\n\n".join(task.texts) or to_json(task.told, indent=2)
    growing = Growing(url, folder, name, note)
    try:
        growing.restart()
        growing.add(f"{text}\n".encode(errors="backslashreplace"))
        return growing.whole("txt" if task.texts else "json")
    except BaseException as error:
        growing.leave(resume=False)
        if isinstance(error, OSError):
            raise NotSaved(f"{folder}: {error.strerror or error}.") from None
        raise


@contextmanager
def _noting(kie: Kie) -> Iterator[None]:
    """Let a file be saved even if the ledger cannot be used."""
    try:
        yield
    except LocalFiles as error:
        kie.output.warn(error.message)


def shown(path: Path) -> str:
    """Return a path as people type it: `./name` for a plain name."""
    return str(path) if path.is_absolute() or len(path.parts) > 1 else f".{os.sep}{path}"


def _pour(kie: Kie, part: Part) -> str:
    try:
        if kie.stdout is None:
            raise StreamLost("it is closed", gone=False)
        stream = kie.stdout.buffer
        with part.path.open("rb") as source:
            while piece := source.read(2**16):
                stream.write(piece)
        stream.flush()
    except BrokenPipeError:
        raise StreamLost("its reader went away", gone=True) from None
    except OSError as error:
        raise NotSaved(f"Standard output: {error.strerror}.") from None
    return STDOUT
