"""The tasks and creates that the ledger knows: every question about them."""

from __future__ import annotations

import json
import math
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from kie_cli.core.task import Failure, Task, valid_task_id
from kie_cli.errors import LocalFiles
from kie_cli.ledger.database import READ
from kie_cli.ledger.files import Files

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

UNREADABLE = "unreadable"  # the state of a damaged row
LEARN_FROM = 20  # tasks
FEW = 20  # rows
MOST = 100  # of more a shell asks first whether to show them all

_ROWS = "SELECT * FROM creates WHERE origin = :origin AND "
# By no index: were one damaged, the list would be short without a word.
_LIST = """
    SELECT * FROM creates NOT INDEXED WHERE origin = :origin
    AND (:since IS NULL OR created_at >= :since) AND (:state IS NULL OR state = :state)
    AND (:model IS NULL OR model = :model) AND (:label IS NULL OR label = :label)
    AND (NOT :unknown OR (outcome = 'unknown' AND settled_at IS NULL))
    ORDER BY seq DESC LIMIT :most
"""
_NEWEST = """
    SELECT task_id, intent, state, prompt FROM creates WHERE origin = :origin
    AND (task_id IS NOT NULL OR (outcome = 'unknown' AND settled_at IS NULL))
    ORDER BY seq DESC LIMIT :most
"""
_TEXTS = ("task_id", "state", "intent", "model", "label", "once", "prompt")
_NUMBERS = ("created_at", "completed_at", "credits")


class Recent(NamedTuple):
    """A task; without a `task_id` a create of unknown outcome."""

    task_id: str
    intent: str
    state: str
    prompt: str


class OnceTaken(Exception):
    """A create with this `--once` key is in the ledger and was not refused."""

    def __init__(self, task: Task, input_hash: str, key_fingerprint: str | None) -> None:
        super().__init__(task.once)
        self.task = task
        self.input_hash = input_hash
        self.key_fingerprint = key_fingerprint


class Tasks(Files):
    """Queries: newest first, unless they say otherwise."""

    def find(self, task_id: str) -> Task | None:
        """Return the task of this id, if it was created here."""
        row = self._row(task_id)
        return self._task(row) if row else None

    def key_of(self, task_id: str) -> str | None:
        """Return the fingerprint of the API key that the task was created with."""
        row = self._row(task_id)
        return row["key_fingerprint"] if row else None

    def by_intent(self, intent: str) -> Task | None:
        """Return the create of this intent id."""
        return next(iter(self._tasks("intent = :intent", intent=intent)), None)

    def sent(self, intent: str) -> tuple[dict[str, Any] | None, float | None]:
        """Return the body of a create as it left, if inputs are recorded, and when it left."""
        row, body = self._rows("intent = :intent", intent=intent)[0], None
        with suppress(TypeError, ValueError):  # not recorded, or damaged
            body = json.loads(row["body"])
        return body, row["sent_at"]

    def last(self) -> Task | None:
        """Return the newest task that kie.ai accepted."""
        return next(iter(self._tasks("outcome = 'accepted' ORDER BY seq DESC LIMIT 1")), None)

    def pending(self) -> list[Task]:
        """Return the tasks that still run as far as is known, the oldest first."""
        return self._tasks("outcome = 'accepted' AND state NOT IN ('success', 'fail') ORDER BY seq")

    def unsaved(self) -> list[Task]:
        """Return the tasks with a result that is not wholly on this disk."""
        done = self._tasks("outcome = 'accepted' AND state = 'success' ORDER BY seq DESC")
        return [task for task in done if not task.saved]

    def prunable(self, before: float) -> list[Task]:
        """Return the creates older than `before` of which nothing is owed: settled and saved."""
        where = """
            coalesce(sent_at, created_at) < :before AND (state IN ('refused', 'success', 'fail')
            OR (outcome = 'unknown' AND settled_at IS NOT NULL)) ORDER BY seq
        """
        found = self._tasks(where, before=before)
        return [task for task in found if task.saved and task.state != UNREADABLE]

    def tasks(
        self,
        *,
        since: float | None = None,
        state: str | None = None,
        model: str | None = None,
        label: str | None = None,
        unknown: bool = False,
        limit: int | None = None,
    ) -> list[Task]:
        """Return the creates that fit all that is given; `unknown`: the unsettled ones alone."""
        most = -1 if limit is None else min(limit, sys.maxsize)
        given = {"since": since, "state": state, "model": model, "label": label}
        rows = self._db.rows(_LIST, origin=self._origin, unknown=unknown, most=most, **given)
        return self._all(rows)

    def newest(self) -> list[Recent]:
        """Return the newest 100 tasks, and creates of unknown outcome, in few words."""
        rows = self._db.rows(_NEWEST, origin=self._origin, most=MOST)
        found = (Recent(*(str(cell or "") for cell in row)) for row in rows)
        return [one for one in found if valid_task_id(one.task_id or one.intent)]

    def unsettled(self, since: float) -> int:
        """Count the unknown outcomes, sent after `since`, that nobody has cleared up."""
        where = "outcome = 'unknown' AND settled_at IS NULL AND sent_at > :since"
        return len(self._rows(where, since=since))

    def once(self, key: str) -> tuple[Task, str, str | None] | None:
        """Return the create that holds a `--once` key, with what OnceTaken tells of it."""
        where = "once = :key AND outcome <> 'refused' AND settled_at IS NULL"
        row = next(iter(self._rows(where, key=key)), None)
        if row is None:
            return None
        task = self._task(row)
        if task.state == UNREADABLE:
            raise LocalFiles(
                f"{READ} ({self._db.file}: the row of --once {key} is damaged).",
                "Look at https://kie.ai/logs before repeating it without --once.",
            )
        return (task, row["input_hash"], row["key_fingerprint"])

    def run_times(self, model: str) -> list[float]:
        """Return how many seconds the model's last 20 successes took."""
        where = """
            model = :model AND outcome = 'accepted' AND state = 'success'
            AND completed_at IS NOT NULL ORDER BY seq DESC LIMIT :most
        """
        rows = self._rows(where, model=model, most=LEARN_FROM)
        return [max(0.0, row["completed_at"] - row["created_at"]) for row in rows]

    def paid(self, model: str) -> list[tuple[Mapping[str, object] | None, float]]:
        """Return input, where it is recorded, and credits of the model's last 20 successes."""
        where = """
            model = :model AND outcome = 'accepted' AND state = 'success' AND credits >= 0
            ORDER BY seq DESC LIMIT :most
        """
        rows = self._rows(where, model=model, most=LEARN_FROM)
        return [(_input(row), row["credits"]) for row in rows if isinstance(row["credits"], float)]

    # Inside.

    def _row(self, task_id: str) -> sqlite3.Row | None:
        where = "task_id = :id AND outcome = 'accepted' ORDER BY seq DESC LIMIT 1"
        return next(iter(self._rows(where, id=task_id)), None)

    def _rows(self, where: str, **values: object) -> list[sqlite3.Row]:
        return self._db.rows(_ROWS + where, origin=self._origin, **values)

    def _tasks(self, where: str, **values: object) -> list[Task]:
        return self._all(self._rows(where, **values))

    def _all(self, rows: Sequence[sqlite3.Row]) -> list[Task]:
        """Return the tasks of rows; of many the files are asked for at once."""
        paths = self._all_paths() if len(rows) > FEW else None
        return [self._task(row, paths) for row in rows]

    def _task(self, row: sqlite3.Row, paths: Mapping[str, tuple[str, ...]] | None = None) -> Task:
        """Return the task of a row; of a damaged one what can be told: state `unreadable`."""
        texts, numbers = ({name: row[name] for name in names} for names in (_TEXTS, _NUMBERS))
        task_id = row["task_id"] if valid_task_id(row["task_id"]) else None
        try:
            urls = tuple(json.loads(row["urls"])) if row["urls"] else ()
            error = Failure(**json.loads(row["error"])) if row["error"] else None
            result = json.loads(row["result"]) if row["result"] else None
            sound = (
                task_id == row["task_id"]
                and all(isinstance(text, str | None) for text in texts.values())
                and all(number is None or math.isfinite(number) for number in numbers.values())
                and all(isinstance(text, str) for text in (*urls, error.message if error else ""))
            )
        except (TypeError, ValueError, RecursionError):
            sound = False
        if not sound:
            return Task(task_id, UNREADABLE, str(row["intent"]))
        return Task(
            **texts,
            **numbers,
            urls=urls,
            files=self._paths(task_id) if paths is None else paths.get(task_id or "", ()),
            error=error,
            result=result,
            sandbox=self._origin.startswith("sandbox"),
            raw=row["raw"] or row["answer"],
        )


def _input(row: sqlite3.Row) -> Mapping[str, object] | None:
    with suppress(TypeError, ValueError, KeyError, RecursionError):  # not recorded, or damaged
        found = json.loads(row["input_json"])["input"]
        return found if isinstance(found, dict) else None
    return None
