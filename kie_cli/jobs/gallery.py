"""The gallery: what this machine made, as one HTML page that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from kie_cli.context import Kie
from kie_cli.core.durations import spoken
from kie_cli.core.media import HEAD, mime, sniff
from kie_cli.core.task import Task, amount, rfc3339
from kie_cli.errors import LocalFiles, WrongInput
from kie_cli.jobs.show import links, saved
from kie_cli.output.text import safe

NAME = "kie-gallery.html"
MARK = b"<!-- made by kie gallery -->"  # what has it near its start may be written over


def page(kie: Kie, tasks: Iterable[Task], folder: Path) -> str:
    """Return the page for tasks, newest first, with links to files as seen from `folder`."""
    template = files("kie_cli.output").joinpath("gallery.html").read_text("utf-8")
    # "<" could end the script that carries the data, or begin another one.
    data = json.dumps([_entry(kie, task, folder) for task in tasks]).replace("<", r"\u003c")
    now = datetime.fromtimestamp(kie.clock.now()).astimezone()
    parts = {
        "mark": MARK.decode(),
        "script": _hash(template, "script"),
        "style": _hash(template, "style"),
        "made": _day(now),
        "data": data,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template)


def write(path: Path, text: str, *, force: bool) -> None:
    """
    Write the page, as a whole or not at all; raises LocalFiles.

    Raises WrongInput for a file that no gallery was written to, unless `force`.
    """
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise WrongInput(f"{path}: no plain file, so it is not overwritten.")
        if path.exists() and not force:
            with path.open("rb") as old:
                if MARK not in old.read(200):
                    raise WrongInput(
                        f"{path}: the file exists, and kie gallery did not write it.",
                        "To overwrite it: --force; another name: -o NAME.html",
                    )
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            draft.write_text(text, "utf-8")
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise LocalFiles(f"{path}: the gallery was not written: {error.strerror}.") from None


def _entry(kie: Kie, task: Task, folder: Path) -> dict[str, object]:
    return {
        "id": task.task_id or task.intent,
        "model": safe(task.model or ""),
        "state": safe(task.state),
        "prompt": _lines(task.prompt or ""),
        "label": safe(task.label or ""),
        "credits": None if task.credits is None else amount(task.credits),
        "at": rfc3339(task.created_at),
        "when": _when(task.created_at),
        "took": "" if task.elapsed is None else spoken(task.elapsed),
        "why": safe(task.error.message) if task.error else "",
        "texts": [_lines(text) for text in task.texts],
        "files": list(_files(task, folder)),
        "links": links(task),
        "save": kie.again(f"download {task.task_id}") if task.urls else "",
        "sandbox": task.sandbox,
    }


def _files(task: Task, folder: Path) -> Iterator[dict[str, str]]:
    for path in saved(task):
        with suppress(OSError), path.open("rb") as stream:
            kind = mime(sniff(stream.read(HEAD))).partition("/")[0]
            yield {"name": safe(path.name), "kind": kind, "src": _link(path, folder)}


def _link(path: Path, folder: Path) -> str:
    """Return a link that survives a move of the page together with what lies beside it."""
    whole = path.resolve()
    with suppress(ValueError):
        return "./" + quote(os.fsencode(whole.relative_to(folder.resolve()).as_posix()))
    return whole.as_uri()


def _lines(text: str) -> str:
    return "\n".join(safe(line) for line in text.splitlines())


def _when(moment: float | None) -> str:
    with suppress(ValueError, OverflowError, OSError):
        if moment is not None:
            local = datetime.fromtimestamp(moment).astimezone()
            return f"{_day(local)}, {local:%H:%M}"
    return ""


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"


def _hash(template: str, tag: str) -> str:
    """Return what a Content-Security-Policy calls the one inline script or style."""
    text = template.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
