"""The record of every paid request: written before its first byte leaves, and after each answer."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from kie_cli.core.task import FAIL, PREPARED, REFUSED, SENDING, SUCCESS, UNKNOWN, Failure, Task
from kie_cli.errors import LocalFiles
from kie_cli.ledger.database import NOTED, SENT, UNSENT, Database
from kie_cli.ledger.owner import is_alive, this_process
from kie_cli.ledger.pace import BUSY, Pace, TooFast
from kie_cli.ledger.spending import NO_LIMITS, Costs, Limits
from kie_cli.ledger.tasks import UNREADABLE, OnceTaken, Tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kie_cli.core.clock import Clock

FILE = "tasks.sqlite3"
ACCEPTED = "accepted"
# How long, in seconds, a row is its owner's where nobody can see whether the owner runs.
LEASES = {PREPARED: 1200.0, SENDING: 150.0}
# Seconds to wait for another process that writes.
WAIT_AT_GATE, WAIT_FOR_ACCEPTED = 5.0, 30.0
LONGEST_ANSWER = 4096  # bytes

_INTENT = "SELECT outcome FROM creates WHERE intent = :intent"
_INSERT = """
    INSERT INTO creates (intent, origin, outcome, owner, lease, version, key_fingerprint, model,
        label, once, created_at, input_hash, callback_url, prompt, input_json, estimate)
    VALUES (:intent, :origin, :to, :owner, :lease, :version, :key_fingerprint, :model,
        :label, :once, :now, :input_hash, :callback_url, :prompt, :input_json, :estimate)
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


class Draft(NamedTuple):
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


class Ledger(Tasks, Costs, Pace):
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
        super().__init__(Database(folder / FILE), origin, clock)
        self._version = version
        self._owner = owner or this_process()
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
                **draft._asdict(),
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

    # What later looks tell.

    def record(self, task: Task) -> Task:
        """
        Merge what kie.ai says of a task into its row; return the task as the ledger has it.

        The first final state stays, whatever a later answer says. A task of another machine
        is returned as it is, with the files saved here.
        """
        row = task.task_id and self._row(task.task_id)
        if not row:
            return task._replace(files=self._paths(task.task_id))
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
            return task._replace(files=self._paths(task.task_id))
        # The whole raw answer is for `status --raw`; the row has its first 4 KiB.
        return known._replace(raw=task.raw)

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


def _new_intent() -> str:
    return "i-" + base64.b32encode(secrets.token_bytes(7)).decode()[:10].lower()


def _json(failure: Failure | None) -> str | None:
    return json.dumps(failure._asdict()) if failure else None


def _cut(answer: str) -> str:
    return answer.encode(errors="backslashreplace")[:LONGEST_ANSWER].decode(errors="ignore")
