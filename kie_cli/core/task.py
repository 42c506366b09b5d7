"""A task as kie knows it, whether kie.ai or the ledger told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

TASK_ID = re.compile(r"(?![.-])[A-Za-z0-9._:-]{1,200}")

# kie's own words for a create that has no state of kie.ai (yet).
PREPARED, SENDING, REFUSED, UNKNOWN = "prepared", "sending", "refused", "unknown"
# kie.ai's words that end a task; any other word of kie.ai means: still running.
SUCCESS, FAIL = "success", "fail"


class Failure(NamedTuple):
    """Why a task failed or was refused."""

    kind: str
    code: int | str | None
    message: str


class Task(NamedTuple):
    """
    One create and what became of it.

    Times are seconds since 1970 (UTC). `state` is kie.ai's word as it came, or one of kie's
    own words before kie.ai gave an id. `result` is kie.ai's parsed result, `raw` its answer;
    `input` is what kie.ai says that the task was asked, `line` where a batch has it from.
    """

    task_id: str | None
    state: str
    intent: str | None = None
    model: str | None = None
    urls: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    error: Failure | None = None
    created_at: float | None = None
    completed_at: float | None = None
    credits: float | None = None
    label: str | None = None
    once: str | None = None
    result: object = None
    prompt: str | None = None
    sandbox: bool = False
    line: int | None = None
    input: Mapping[str, object] | None = None
    raw: str | None = None

    @property
    def ended(self) -> bool:
        """Whether no later look can change the state."""
        final = (REFUSED, UNKNOWN) if self.task_id is None else (SUCCESS, FAIL)
        return self.state in final

    @property
    def told(self) -> object:
        """What was made besides files: kie.ai's `resultObject`; None if it says nothing."""
        made = self.result.get("resultObject") if isinstance(self.result, dict) else None
        return made if any(_leaves(made)) else None

    @property
    def texts(self) -> list[str]:
        """The texts that were made, if that is all that kie.ai tells besides URLs: lyrics, say."""
        leaves = list(_leaves(self.told))
        texts = [leaf for key, leaf in leaves if key == "text" and isinstance(leaf, str)]
        return texts if self.urls or len(texts) == len(leaves) else []

    @property
    def results(self) -> tuple[str, ...]:
        """The URL of each result; "" for what kie.ai told instead, or beside them as a text."""
        told = bool(self.texts) if self.urls else self.told is not None
        return (*self.urls, *([""] if told else ()))

    @property
    def saved(self) -> bool:
        """Whether every result it has is on this disk."""
        return len(self.files) >= len(self.results)

    @property
    def elapsed(self) -> float | None:
        """Seconds from create to completion, once both are known."""
        if self.created_at is None or self.completed_at is None:
            return None
        return max(0.0, self.completed_at - self.created_at)

    def as_json(self) -> dict[str, object]:
        """Return the documented JSON object (docs/json.md, kie_cli/task.schema.json)."""
        line = {} if self.line is None else {"line": self.line}
        return {
            **line,
            "task_id": self.task_id,
            "intent": self.intent,
            "model": self.model,
            "state": self.state,
            "urls": list(self.urls),
            "files": list(self.files),
            "error": self.error and self.error._asdict(),
            "created_at": rfc3339(self.created_at),
            "completed_at": rfc3339(self.completed_at),
            "elapsed_s": None if self.elapsed is None else round(self.elapsed, 3),
            "credits": self.credits,
            "label": self.label,
            "once": self.once,
            "result": self.result,
            "sandbox": self.sandbox,
        }


def _leaves(value: object, key: str = "text") -> Iterator[tuple[str, object]]:
    """Yield what a result says, each with its key; null and "" say nothing."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _leaves(child, name)
    elif isinstance(value, list):
        for child in value:
            yield from _leaves(child, key)
    elif value not in {None, ""}:
        yield key, value


def rfc3339(seconds: float | None) -> str | None:
    """Return `2026-11-22T14:03:22Z` for seconds since 1970; None for None and for no real date."""
    if seconds is None:
        return None
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def amount(credits: float) -> str:
    """Return credits as people write them: `5`, `0.5`, `1234567.5`."""
    return f"{credits:.12g}"


def valid_task_id(value: object) -> bool:
    """Tell whether `value` can be used as a task id, in URLs and in file names."""
    return isinstance(value, str) and TASK_ID.fullmatch(value) is not None
