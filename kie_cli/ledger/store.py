"""The record of every paid request: written before its first byte leaves, and after each answer."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import secrets
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from kie_cli.core.media import Leftover
from kie_cli.core.task import (
    FAIL,
    PREPARED,
    REFUSED,
    SENDING,
    SUCCESS,
    UNKNOWN,
    Failure,
    Task,
    valid_task_id,
)
from kie_cli.errors import LocalFiles
from kie_cli.ledger.database import NOTED, READ, SENT, UNSENT, Database
from kie_cli.ledger.owner import is_alive, this_process

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from kie_cli.core.clock import Clock

FILE = "tasks.sqlite3"
ACCEPTED = "accepted"
UNREADABLE = "unreadable"  # the state of a damaged row
# How long, in seconds, a row is its owner's where nobody can see whether the owner runs.
LEASES = {PREPARED: 1200.0, SENDING: 150.0}
# Seconds to wait for another process that writes.
WAIT_AT_GATE, WAIT_FOR_ACCEPTED = 5.0, 30.0
LONGEST_ANSWER = 4096  # bytes
LEARN_FROM = 20  # tasks
BUSY = "kie.ai was too busy"
# Seconds: kie.ai counts the creates of an account in a window (docs.kie.ai, rate limits), and an
# answer that never came is no longer waited for.
WINDOW, LONGEST_SEND = 10.0, 100.0

_ROWS = "SELECT * FROM creates WHERE origin = :origin AND "
# By no index: were one damaged, the list would be short without a word.
_LIST = """
    SELECT * FROM creates NOT INDEXED WHERE origin = :origin
    AND (:since IS NULL OR created_at >= :since) AND (:state IS NULL OR state = :state)
    AND (:model IS NULL OR model = :model) AND (:label IS NULL OR label = :label)
    AND (NOT :unknown OR (outcome = 'unknown' AND settled_at IS NULL))
    ORDER BY seq DESC LIMIT :most
"""
_INTENT = "SELECT outcome FROM creates WHERE intent = :intent"
_INSERT = """
    INSERT INTO creates (intent, origin, outcome, owner, lease, version, key_fingerprint, model,
        label, once, created_at, input_hash, callback_url, prompt, input_json, estimate)
    VALUES (:intent, :origin, :to, :owner, :lease, :version, :key_fingerprint, :model,
        :label, :once, :now, :input_hash, :callback_url, :prompt, :input_json, :estimate)
"""
_RECENT = """
    SELECT outcome, sent_at, (
        SELECT min(at) FROM events WHERE events.intent = creates.intent AND at >= sent_at
        AND (state IN ('accepted', 'refused', 'unknown') OR (state = 'prepared' AND why = :busy))
    ) AS answered_at
    FROM creates WHERE origin = :origin AND sent_at BETWEEN :since AND :now
    AND key_fingerprint IS (
        SELECT key_fingerprint FROM creates WHERE intent = :intent
    ) ORDER BY sent_at DESC LIMIT :most
"""
# A create that turns out to be paid holds its key again, unless a later one has it by now.
_HELD = """
    settled_at = CASE WHEN EXISTS (
        SELECT 1 FROM creates AS later WHERE later.origin = creates.origin
        AND later.once = creates.once AND later.outcome <> 'refused' AND later.settled_at IS NULL
    ) THEN settled_at END
"""
_MOVE = f"""
    UPDATE creates SET {_HELD}, outcome = :to, lease = :lease, error = :error,
        attempts = attempts + :tries,
        sent_at = coalesce(:sent_at, sent_at), created_at = coalesce(:sent_at, created_at),
        body = CASE WHEN input_json IS NOT NULL THEN coalesce(:body, body) END,
        body_sha256 = coalesce(:body_sha256, body_sha256),
        task_id = coalesce(:task_id, task_id), answer = coalesce(:answer, answer)
    WHERE intent = :intent AND owner = :owner AND outcome IN (:before, :or_before)
"""  # noqa: S608
_KEPT = dict.fromkeys(("sent_at", "body", "body_sha256", "task_id", "answer"))
_LOOK = """
    UPDATE creates SET task_state = :to, created_at = coalesce(:created_at, created_at),
        completed_at = :completed_at, credits = coalesce(:credits, credits), urls = :urls,
        error = :error, result = :result, raw = CASE WHEN input_json IS NOT NULL THEN :raw END
    WHERE seq = :seq AND state NOT IN ('success', 'fail')
"""
_CREDITS = "UPDATE creates SET credits = :credits WHERE seq = :seq AND credits IS NULL"
_TEXTS = ("task_id", "state", "intent", "model", "label", "once", "prompt")
_NUMBERS = ("created_at", "completed_at", "credits")
_EVENT = "INSERT INTO events (intent, at, state, why) VALUES (:intent, :now, :to, :why)"
_ADOPT = f"""
    UPDATE creates SET {_HELD}, outcome = 'accepted', task_id = :task_id, error = NULL
    WHERE intent = :intent AND outcome = 'unknown'
"""  # noqa: S608
_FORGET = """
    UPDATE creates SET settled_at = :now
    WHERE intent = :intent AND outcome = 'unknown' AND settled_at IS NULL
"""
_OF_INTENT = """
    WHERE (origin, task_id) IN (SELECT origin, task_id FROM creates WHERE intent = :intent)
"""
_SECOND = """
    INSERT INTO creates (intent, origin, outcome, owner, lease, version, key_fingerprint, model,
        label, input_hash, created_at, sent_at, attempts, callback_url, prompt, input_json,
        estimate, task_id, answer)
    SELECT :new, origin, 'accepted', owner, 0, version, key_fingerprint, model,
        label, input_hash, created_at, sent_at, attempts, callback_url, prompt, input_json,
        estimate, :task_id, :answer
    FROM creates WHERE intent = :intent
"""
# What is or may be paid; by when it was sent here, not by a time that kie.ai tells.
_SPENDING = """
    SELECT {by} AS name, count(*) AS tasks, total(cost) AS credits,
        total(CASE WHEN credits IS NULL THEN cost END) AS estimated,
        count(*) - count(cost) AS unpriced, sum(outcome = 'unknown') AS unknown
    FROM (
        SELECT model, label, outcome, credits, max(coalesce(credits, estimate), 0) AS cost,
            coalesce(sent_at, created_at) AS at
        FROM creates NOT INDEXED WHERE origin = :origin AND outcome <> 'refused'
        AND (outcome <> 'unknown' OR settled_at IS NULL)
    ) WHERE at >= :since GROUP BY name ORDER BY name
"""
_BY = {"day": "date(at, 'unixepoch', 'localtime')", "model": "model", "label": "label"}
_SAVING = """
    INSERT OR REPLACE INTO files (origin, task_id, position, path, size, sha256, url, state)
    VALUES (:origin, :task_id, :position, :path, :size, :sha256, :url, 'saving')
"""
_ONE = "WHERE origin = :origin AND task_id = :task_id AND position = :position"
_SAVED = f"UPDATE files SET state = 'saved' {_ONE}"  # noqa: S608
_PART = """
    INSERT OR REPLACE INTO parts (origin, task_id, position, path, url, validator)
    VALUES (:origin, :task_id, :position, :path, :url, :validator)
"""
_NO_PART = f"DELETE FROM parts {_ONE}"  # noqa: S608
_LEFT = f"""
    SELECT parts.path, parts.url, validator, sha256
    FROM parts LEFT JOIN files USING (origin, task_id, position) {_ONE}
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Draft:
    """
    A create before anything is sent.

    `input_json` is the canonical JSON of the whole input, local files as `file:SHA256`; it and
    `prompt` are None where prompts are not recorded. `input_hash` tells "the same input".
    """

    model: str
    input_json: str | None
    input_hash: str
    prompt: str | None = None
    label: str | None = None
    once: str | None = None
    callback_url: str | None = None
    key_fingerprint: str | None = None
    estimate: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one create, and all creates since the moment `since`, may cost, in credits."""

    per_task: float = math.inf
    per_day: float = math.inf
    since: float = 0.0


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Spending:
    """
    What the creates of one day, model or label cost, in credits.

    `estimated` is the part of `credits` that kie.ai has not told (yet); `unpriced` creates have
    no price at all, `unknown` ones an outcome that nobody knows.
    """

    name: str | None
    tasks: int
    credits: float
    estimated: float
    unpriced: int
    unknown: int


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A result on this disk. `state`: `saving` until the file has its final name, then `saved`."""

    path: str
    size: int
    sha256: str
    state: str
    url: str


class OnceTaken(Exception):
    """A create with this `--once` key is in the ledger and was not refused."""

    def __init__(self, task: Task, input_hash: str, key_fingerprint: str | None) -> None:
        super().__init__(task.once)
        self.task = task
        self.input_hash = input_hash
        self.key_fingerprint = key_fingerprint


class OverBudget(Exception):
    """A create would cost more than `cap`: alone, or with what was `spent` before it."""

    def __init__(self, cap: float, spent: float | None = None, unpriced: int = 0) -> None:
        super().__init__(cap)
        self.cap = cap
        self.spent = spent
        self.unpriced = unpriced


class TooFast(Exception):
    """kie.ai takes no more creates for some `seconds`; nothing was sent."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Ledger:
    """
    The ledger in `folder`; queries see the rows of `origin` alone.

    Every change is one committed transaction and raises LocalFiles when it cannot be made.
    From `accepted` and `unknown` that does not mean "nothing was created": the caller, who
    knows what was sent, ends with exit 9. One Ledger may serve several threads.
    """

    def __init__(
        self,
        folder: Path,
        origin: str,
        clock: Clock,
        *,
        version: str = "",
        owner: str | None = None,
    ) -> None:
        self._origin = origin
        self._clock = clock
        self._version = version
        self._owner = owner or this_process()
        self._db = Database(folder / FILE)
        try:
            # The creates that an earlier process was cut off from, found just now.
            self.cut_off = self.settle()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; the Ledger cannot be used any more."""
        self._db.close()

    # The create life. Only the owner of a row moves it, settle() apart.

    def prepare(self, draft: Draft, limits: Limits = NO_LIMITS) -> str:
        """
        Record a create that is about to be made; return its intent id.

        Raises OnceTaken; OverBudget, where an unknown price is more than any limit.
        """
        self._db.check()
        now = self._clock.now()
        with self._db.writing(UNSENT) as run:
            if draft.once is not None and (taken := self.once(draft.once)):
                raise OnceTaken(*taken)
            self._check_budget(draft.estimate, limits)
            self._db.make_sure()
            intent = _new_intent()
            while self._db.rows(_INTENT, intent=intent):
                intent = _new_intent()
            run(
                _INSERT,
                **asdict(draft),
                intent=intent,
                origin=self._origin,
                owner=self._owner,
                version=self._version,
                to=PREPARED,
                lease=now + LEASES[PREPARED],
                now=now,
            )
            run(_EVENT, intent=intent, now=now, to=PREPARED, why=None)
        return intent

    def _check_budget(self, estimate: float | None, limits: Limits) -> None:
        price = math.inf if estimate is None else estimate
        if price > limits.per_task:
            raise OverBudget(limits.per_task)
        if limits.per_day < math.inf:
            spent, unpriced = self.spent(limits.since)
            if unpriced or round(spent + price, 6) > limits.per_day:
                raise OverBudget(limits.per_day, spent, unpriced)

    def renew(self, intent: str) -> None:
        """Say that a prepared create is still at work: its lease begins anew."""
        self._move(intent, (PREPARED,), PREPARED, UNSENT)

    def sending(self, intent: str, body: bytes, rate: int | None = None) -> None:
        """
        Pass the gate: once this returns, and only then, `body` may leave, one time.

        Raises TooFast where that would be more than `rate` creates in 10 s, of all processes.
        """
        new = {"sent_at": self._clock.now(), "body": body}
        new["body_sha256"] = hashlib.sha256(body).hexdigest()

        def in_turn() -> None:
            if rate is not None and (seconds := self.turn(intent, rate)):
                raise TooFast(seconds)

        gate = {"wait": WAIT_AT_GATE, "tries": 1, "first": in_turn}
        self._move(intent, (PREPARED,), SENDING, UNSENT, **gate, **new)
        # A disk that loses what it took is found out before money is spent.
        if [row["outcome"] for row in self._db.rows(_INTENT, intent=intent)] != [SENDING]:
            raise LocalFiles(f"{UNSENT} ({self._db.file}: {intent} is lost).", intent=intent)

    def turn(self, intent: str, rate: int) -> float:
        """
        Return in how many seconds a create may be sent; 0 for now.

        `rate` are under way at once, and each makes way for the next 10 s after its answer: so
        kie.ai never counts more than `rate` in 10 s, however long its answers take.
        """
        now = self._clock.now()
        since = now - LONGEST_SEND
        rows = self._db.rows(
            _RECENT,
            origin=self._origin,
            intent=intent,
            since=since,
            now=now,
            most=4 * rate,
            busy=BUSY,
        )
        frees = sorted(
            row["sent_at"] + LONGEST_SEND
            if row["answered_at"] is None
            else row["answered_at"] + WINDOW
            for row in rows
        )
        busy = [moment for moment in frees if moment > now]
        return max(0.0, busy[-rate] - now) if len(busy) >= rate else 0.0

    def back_to_prepared(self, intent: str) -> None:
        """kie.ai was too busy and created nothing; another try may follow."""
        self._move(intent, (SENDING,), PREPARED, NOTED, why=BUSY)

    def attempt_failed(self, intent: str, why: str) -> None:
        """Count a try of which nothing left this machine; another may follow."""
        self._move(intent, (PREPARED,), PREPARED, UNSENT, why=why, tries=1)

    def not_sent(self, intent: str, why: str) -> None:
        """Give up a create that never left this machine."""
        self._move(intent, (PREPARED,), REFUSED, UNSENT, failure=Failure("not_sent", None, why))

    def accepted(self, intent: str, task_id: str, answer: str) -> None:
        """
        kie.ai gave the id: the task exists. A late answer mends an unknown outcome.

        If a person has adopted another task for it meanwhile, this one gets a row of its own.
        """
        try:
            self._accepted(intent, task_id, answer)
        except LocalFiles as error:
            if not self._db.make_room(error):
                raise
            self._accepted(intent, task_id, answer)

    def _accepted(self, intent: str, task_id: str, answer: str) -> None:
        new: dict[str, Any] = {"task_id": task_id, "answer": _cut(answer)}
        before = (SENDING, UNKNOWN)
        if self._moved(
            intent, before, ACCEPTED, SENT, owner=self._owner, wait=WAIT_FOR_ACCEPTED, **new
        ):
            return
        row = self.by_intent(intent)
        if row is None or row.task_id is None:
            state = row.state if row else "lost"
            raise LocalFiles(f"{SENT} ({self._db.file}: {intent} is {state}).", intent=intent)
        if row.task_id != task_id:
            with self._db.writing(SENT, WAIT_FOR_ACCEPTED) as run:
                run(_SECOND, **new, intent=intent, new=_new_intent())

    def refused(self, intent: str, failure: Failure, answer: str) -> None:
        """kie.ai said no: nothing was created."""
        before = (SENDING, UNKNOWN)
        self._move(intent, before, REFUSED, NOTED, failure=failure, answer=_cut(answer))

    def unknown(self, intent: str, why: str, answer: str) -> None:
        """Nobody can tell whether a task exists."""
        failure = Failure("unknown_outcome", None, why)
        self._move(intent, (SENDING,), UNKNOWN, SENT, failure=failure, answer=_cut(answer))

    def settle(self) -> list[Task]:
        """Close the creates whose process was cut off; return those now unknown."""
        found = []
        where = "outcome IN ('prepared', 'sending') AND owner <> :owner"
        rows = self._rows(where, owner=self._owner)
        for row in rows:
            alive = is_alive(row["owner"])
            if alive or (alive is None and row["lease"] > self._clock.now()):
                continue
            if row["outcome"] == SENDING:
                why = "an earlier kie create was cut off while it was sending"
                to, failure = UNKNOWN, Failure("unknown_outcome", None, why)
            else:
                why = "an earlier kie create was cut off before it sent anything"
                to, failure = REFUSED, Failure("not_sent", None, why)
            # False when the owner, or another kie, was faster.
            moved = self._moved(
                row["intent"], (row["outcome"],), to, NOTED, failure=failure, owner=row["owner"]
            )
            if moved and to == UNKNOWN:
                found += self._tasks("intent = :intent", intent=row["intent"])
        return found

    # What a person says of an unknown outcome, and what need not be kept any longer.

    def sent(self, intent: str) -> tuple[dict[str, Any] | None, float | None]:
        """Return the body of a create as it left, if inputs are recorded, and when it left."""
        row, body = self._rows("intent = :intent", intent=intent)[0], None
        with suppress(TypeError, ValueError):  # not recorded, or damaged
            body = json.loads(row["body"])
        return body, row["sent_at"]

    def adopt(self, intent: str, task_id: str) -> None:
        """Give an unknown create its task. Raises LocalFiles if it was settled meanwhile."""
        with self._db.writing(NOTED) as run:
            if self._row(task_id) or not run(_ADOPT, intent=intent, task_id=task_id):
                raise LocalFiles(f"{intent} or {task_id} was settled meanwhile.", "kie list")
            run(_EVENT, intent=intent, now=self._clock.now(), to=ACCEPTED, why="adopted")

    def forget(self, unknown: Sequence[str] = (), rows: Sequence[str] = ()) -> None:
        """
        Settle unknown creates as "not there", which frees their `--once` keys; drop `rows`.

        All of them are intents; it is done for all or for none.
        """
        now = self._clock.now()
        with self._db.writing(NOTED) as run:
            for intent in unknown:
                if run(_FORGET, intent=intent, now=now):
                    run(_EVENT, intent=intent, now=now, to=UNKNOWN, why="forgotten")
            for intent in rows:
                for table in ("files", "parts"):
                    run(f"DELETE FROM {table} {_OF_INTENT}", intent=intent)  # noqa: S608
                for table in ("events", "creates"):
                    run(f"DELETE FROM {table} WHERE intent = :intent", intent=intent)  # noqa: S608

    def prunable(self, before: float) -> list[Task]:
        """Return the creates older than `before` of which nothing is owed: settled and saved."""
        where = """
            coalesce(sent_at, created_at) < :before AND (state IN ('refused', 'success', 'fail')
            OR (outcome = 'unknown' AND settled_at IS NOT NULL)) ORDER BY seq
        """
        found = self._tasks(where, before=before)
        return [task for task in found if task.saved and task.state != UNREADABLE]

    # What later looks tell.

    def record(self, task: Task) -> Task:
        """
        Merge what kie.ai says of a task into its row; return the task as the ledger has it.

        The first final state stays, whatever a later answer says. A task of another machine
        is returned as it is, with the files saved here.
        """
        row = task.task_id and self._row(task.task_id)
        if not row:
            return replace(task, files=self._paths(task.task_id))
        news = row["state"] not in {SUCCESS, FAIL} and row["task_state"] != task.state
        cost = row["credits"] is None and task.credits is not None  # told late, also after the end
        if news or cost:
            with self._db.writing(NOTED) as run:
                if news and run(
                    _LOOK,
                    seq=row["seq"],
                    to=task.state,
                    created_at=task.created_at,
                    completed_at=task.completed_at,
                    credits=task.credits,
                    urls=json.dumps(task.urls),
                    error=_json(task.error),
                    result=json.dumps(task.result),
                    raw=_cut(task.raw or ""),
                ):
                    why = task.error and task.error.message
                    now = self._clock.now()
                    run(_EVENT, intent=row["intent"], now=now, to=task.state, why=why)
                if cost:
                    run(_CREDITS, seq=row["seq"], credits=task.credits)
            row = self._rows("seq = :seq", seq=row["seq"])[0]
        known = self._task(row)
        if known.state == UNREADABLE:
            return replace(task, files=self._paths(task.task_id))
        # The whole raw answer is for `status --raw`; the row has its first 4 KiB.
        return replace(known, raw=task.raw)

    def saving(
        self, task_id: str, position: int, path: str, size: int, sha256: str, url: str
    ) -> None:
        """Note a whole result file that is about to get its final name."""
        file = {"path": os.fsencode(path), "size": size, "sha256": sha256, "url": url}
        with self._db.writing(NOTED) as run:
            run(_SAVING, origin=self._origin, task_id=task_id, position=position, **file)

    def saved(self, task_id: str, position: int) -> None:
        """Note that the file of `saving` has its final name, and that no part is left."""
        row = {"origin": self._origin, "task_id": task_id, "position": position}
        with self._db.writing(NOTED) as run:
            run(_SAVED, **row)
            run(_NO_PART, **row)

    def growing(self, task_id: str, position: int, left: Leftover) -> None:
        """Note a part that is about to be written, which an interruption will leave."""
        row = {"origin": self._origin, "task_id": task_id, "position": position}
        path = os.fsencode(left.path)
        with self._db.writing(NOTED) as run:
            run(_PART, **row, path=path, url=left.url, validator=left.validator)

    def gone(self, task_id: str, position: int) -> None:
        """Note that no part of a result is left."""
        with self._db.writing(NOTED) as run:
            run(_NO_PART, origin=self._origin, task_id=task_id, position=position)

    def leftover(self, task_id: str, position: int) -> Leftover | None:
        """Return what an interrupted transfer may have left of a result."""
        rows = self._db.rows(_LEFT, origin=self._origin, task_id=task_id, position=position)
        return next((Leftover(os.fsdecode(row[0]), *row[1:]) for row in rows), None)

    def saved_files(self, task_id: str) -> dict[int, SavedFile]:
        """Return the files of a task by position, those of other machines' tasks too."""
        where = "SELECT * FROM files WHERE origin = :origin AND task_id = :id ORDER BY position"
        return {
            row["position"]: SavedFile(
                os.fsdecode(row["path"]), row["size"], row["sha256"], row["state"], row["url"]
            )
            for row in self._db.rows(where, origin=self._origin, id=task_id)
        }

    # Queries: newest first, unless they say otherwise.

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
        return [self._task(row) for row in rows]

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

    def spending(self, by: str, since: float = 0.0) -> list[Spending]:
        """Return what was spent since then by `day` (local), `model` or `label`, in that order."""
        sql = _SPENDING.format(by=_BY[by])
        return [Spending(*row) for row in self._db.rows(sql, origin=self._origin, since=since)]

    def spent(self, since: float) -> tuple[float, int]:
        """Return the credits spent since then, and how many creates have no price to count."""
        found = self.spending("model", since)
        return sum(one.credits for one in found), sum(one.unpriced for one in found)

    # Uploads.

    def upload_url(self, sha256: str, host: str, key: str, newer_than: float) -> str | None:
        """Return where these bytes lie, if they were uploaded with this key since then."""
        where = """
            SELECT url FROM uploads
            WHERE sha256 = :sha256 AND host = :host AND key = :key AND at > :than
        """
        rows = self._db.rows(where, sha256=sha256, host=host, key=key, than=newer_than)
        return rows[0]["url"] if rows else None

    def remember_upload(self, sha256: str, host: str, key: str, url: str) -> None:
        """Note where these bytes lie from now on."""
        sql = "INSERT OR REPLACE INTO uploads VALUES (:sha256, :host, :key, :url, :now)"
        with self._db.writing(NOTED) as run:
            run(sql, sha256=sha256, host=host, key=key, url=url, now=self._clock.now())

    # Inside.

    def _move(
        self, intent: str, before: tuple[str, ...], to: str, said: str, **changes: Any
    ) -> None:
        """Move an own row from one of `before` to `to`, or raise LocalFiles."""
        if self._moved(intent, before, to, said, owner=self._owner, **changes):
            return
        rows = self._db.rows(_INTENT, intent=intent)
        outcome = rows[0]["outcome"] if rows else "lost"
        # Another kie may have settled it, with the same result, while this process was stopped.
        if outcome != to or to not in {REFUSED, UNKNOWN}:
            raise LocalFiles(f"{said} ({self._db.file}: {intent} is {outcome}).", intent=intent)

    def _moved(
        self,
        intent: str,
        before: tuple[str, ...],
        to: str,
        said: str,
        *,
        owner: str,
        wait: float | None = None,
        tries: int = 0,
        why: str | None = None,
        failure: Failure | None = None,
        first: Callable[[], None] | None = None,
        **new: object,
    ) -> bool:
        """Move a row; `first` may look, in the same transaction, and raise."""
        now = self._clock.now()
        with self._db.writing(said, wait) as run:
            if first:
                first()
            moved = run(
                _MOVE,
                **(_KEPT | new),
                intent=intent,
                owner=owner,
                before=before[0],
                or_before=before[-1],
                to=to,
                lease=now + LEASES.get(to, 0),
                tries=tries,
                error=_json(failure),
            )
            if moved:
                why = failure.message if failure else why
                run(_EVENT, intent=intent, now=now, to=to, why=why)
        return bool(moved)

    def _row(self, task_id: str) -> sqlite3.Row | None:
        where = "task_id = :id AND outcome = 'accepted' ORDER BY seq DESC LIMIT 1"
        return next(iter(self._rows(where, id=task_id)), None)

    def _rows(self, where: str, **values: object) -> list[sqlite3.Row]:
        return self._db.rows(_ROWS + where, origin=self._origin, **values)

    def _tasks(self, where: str, **values: object) -> list[Task]:
        return [self._task(row) for row in self._rows(where, **values)]

    def _task(self, row: sqlite3.Row) -> Task:
        """Return the task of a row; of a damaged one what can be told: state `unreadable`."""
        texts, numbers = ({name: row[name] for name in names} for names in (_TEXTS, _NUMBERS))
        task_id = row["task_id"] if valid_task_id(row["task_id"]) else None
        try:
            urls = tuple(json.loads(row["urls"] or "[]"))
            error = Failure(**json.loads(row["error"])) if row["error"] else None
            result = json.loads(row["result"] or "null")
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
            files=self._paths(task_id),
            error=error,
            result=result,
            sandbox=self._origin.startswith("sandbox"),
            raw=row["raw"] or row["answer"],
        )

    def _paths(self, task_id: str | None) -> tuple[str, ...]:
        files = self.saved_files(task_id).values() if task_id else ()
        return tuple(file.path for file in files if file.state == "saved")


def _new_intent() -> str:
    return "i-" + base64.b32encode(secrets.token_bytes(7)).decode()[:10].lower()


def _json(failure: Failure | None) -> str | None:
    return json.dumps(asdict(failure)) if failure else None


def _input(row: sqlite3.Row) -> Mapping[str, object] | None:
    with suppress(TypeError, ValueError, KeyError, RecursionError):  # not recorded, or damaged
        found = json.loads(row["input_json"])["input"]
        return found if isinstance(found, dict) else None
    return None


def _cut(answer: str) -> str:
    return answer.encode(errors="backslashreplace")[:LONGEST_ANSWER].decode(errors="ignore")
