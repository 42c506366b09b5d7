"""
Submitting one create: the only code path on which money is spent.

PREPARED is on disk before the first upload, SENDING before the first byte of createTask, and
what came back before anything is shown. The states and their arrows: docs/ledger.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from kie_cli.catalog.check import files_in, replace_files
from kie_cli.context import Kie
from kie_cli.core.media import LocalFile
from kie_cli.core.task import PREPARED, REFUSED, SENDING, UNKNOWN, Failure, Task, rfc3339
from kie_cli.core.verdict import Accepted, NotSent, Refused, Uncertain, next_try
from kie_cli.errors import (
    KieError,
    LocalFiles,
    Stopped,
    SubmitUncertain,
    Unreachable,
    WrongInput,
)
from kie_cli.jobs.parallel import in_parallel
from kie_cli.ledger.store import Draft, Ledger, OnceTaken

UPLOADS_AT_ONCE = 4
UPLOAD_LIFE = 20 * 3600.0  # seconds; kie.ai keeps uploads for 24 h or 3 days, its pages differ
LARGEST_BODY = 2**20
TWIN_WAIT = 120.0  # seconds to wait for another process that uses the same --once key
DAY = 86400.0
STOPPED = "stopped before kie.ai answered"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made. Files of this machine stand in `input` as LocalFiles."""

    model: str
    input: Mapping[str, object]
    label: str | None = None
    once: str | None = None
    callback_url: str | None = None

    def body(self, ready: Mapping[str, object]) -> bytes:
        """Return the request body, with `ready` as the input without LocalFiles."""
        callback = {"callBackUrl": self.callback_url} if self.callback_url else {}
        whole = {"model": self.model, **callback, "input": ready}
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()

    def canonical(self) -> str:
        """Return model and input as one spelling of JSON, files by their content."""
        ready = replace_files(self.input, lambda file: f"file:sha256:{file.sha256}")
        whole = {"model": self.model, "input": ready}
        return json.dumps(whole, ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def submit(kie: Kie, order: Order) -> Task:
    """
    Create the task and return it; its id is on disk by then.

    Raises SubmitUncertain when a task may exist and be charged; any other KieError promises
    that this call created nothing.
    """
    ledger = kie.ledger
    if count := ledger.unsettled(kie.clock.now() - DAY):
        earlier = "1 earlier create has" if count == 1 else f"{count} earlier creates have"
        kie.output.warn(f"{earlier} an unknown outcome: kie list --unknown")
    kie.client  # noqa: B018 (a missing key shall be found before there is a row)
    draft = _draft(kie, order)
    try:
        intent = ledger.prepare(draft)
    except OnceTaken as taken:
        return _earlier(kie, order, draft, taken)
    try:
        body = order.body(_upload(kie, order, intent))
        if len(body) > LARGEST_BODY:
            raise WrongInput(
                f"The request has {len(body)} bytes, and kie sends {LARGEST_BODY} at most. "
                "Nothing was sent, nothing was charged."
            )
        return _send(kie, order, intent, body)
    except Stopped as stopped:
        stopped.explain("kie: stopped. Nothing was sent, nothing was charged.")
        _close(ledger, intent, "stopped")
        raise
    except KieError as error:
        error.intent = intent
        _close(ledger, intent, error.message)
        raise
    except BaseException as error:
        _close(ledger, intent, type(error).__name__)
        raise


def _close(ledger: Ledger, intent: str, why: str) -> None:
    """Mark a row that is still PREPARED as not sent; rows that are further on stay as they are."""
    with suppress(LocalFiles):
        task = ledger.by_intent(intent)
        if task and task.state == PREPARED:
            ledger.not_sent(intent, why)


def _draft(kie: Kie, order: Order) -> Draft:
    canonical = order.canonical()
    prompt = order.input.get("prompt")
    keep = kie.settings.get("record_prompts").value
    return Draft(
        model=order.model,
        input_json=canonical if keep else None,
        input_hash=hashlib.sha256(canonical.encode()).hexdigest(),
        prompt=prompt if keep and isinstance(prompt, str) else None,
        label=order.label,
        once=order.once,
        callback_url=order.callback_url,
        key_fingerprint=kie.key.secret.fingerprint,
    )


def _upload(kie: Kie, order: Order, intent: str) -> dict[str, object]:
    """Return the input with the URL of each local file in its place."""
    host, owner = kie.upload_url, kie.key.secret.fingerprint
    urls: dict[str, str] = {}
    fresh: list[LocalFile] = []
    for file in files_in(order.input):
        since = kie.clock.now() - UPLOAD_LIFE
        known = kie.ledger.upload_url(file.sha256, host, owner, since)
        if known is None:
            fresh.append(file)
        else:
            urls[file.sha256] = known
            kie.output.note(f"{described(file)}  uploaded before")
    for file, url in in_parallel(kie.client.upload, fresh, UPLOADS_AT_ONCE):
        urls[file.sha256] = url
        kie.ledger.remember_upload(file.sha256, host, owner, url)
        kie.ledger.renew(intent)
        kie.output.note(f"{described(file)}  uploaded")
    ready: dict[str, object] = replace_files(dict(order.input), lambda file: urls[file.sha256])
    return ready


def described(file: LocalFile) -> str:
    """Return a file's name and size, for people."""
    size = f"{file.size / 1e6:.1f} MB" if file.size >= 1e6 else f"{file.size / 1e3:.0f} kB"
    return f"{Path(file.path).name}  {size}"


def _send(kie: Kie, order: Order, intent: str, body: bytes) -> Task:
    started, attempt = kie.clock.monotonic(), 0
    while True:
        attempt += 1
        outcome = _attempt(kie, order, intent, body)
        if isinstance(outcome, Task):
            return outcome
        elapsed = kie.clock.monotonic() - started
        pause = next_try(outcome, attempt, elapsed, kie.clock.random())
        if isinstance(outcome, Refused):
            if pause is None:
                error = outcome.error
                failure = Failure(error.kind, error.code, error.message)
                kie.ledger.refused(intent, failure, error.message)
                raise error
            kie.ledger.back_to_prepared(intent)
            reason = f"kie.ai asks to slow down (code {outcome.error.code})"
        else:
            if pause is None:
                tries = "" if attempt == 1 else f", {attempt} tries"
                hints = [outcome.hint] if outcome.hint else ["Check the network: kie credits"]
                raise Unreachable(
                    f"kie.ai could not be reached ({outcome.why}{tries}). "
                    "Nothing was sent, nothing was charged.",
                    *hints,
                )
            kie.ledger.attempt_failed(intent, outcome.why)
            reason = f"kie.ai could not be reached ({outcome.why})"
        kie.output.note(f"{reason}; trying again in {pause:.1f} s. Nothing was charged.")
        kie.clock.sleep(pause)


def _attempt(kie: Kie, order: Order, intent: str, body: bytes) -> Task | Refused | NotSent:
    """
    Send createTask once; put on disk what came of it while signals are still held back.

    Returns the task, or why there is none; raises SubmitUncertain when there may be one.
    """
    passed = False

    def gate(end_after: Callable[[float], None]) -> None:
        nonlocal passed
        kie.signals.hold(end_after, lambda seconds: _tell_hold(kie, seconds))
        kie.ledger.sending(intent, body)
        passed = True

    try:
        outcome, answer = kie.client.create_task(body, gate)
        kie.signals.answered()
    except BaseException as error:
        kie.signals.release()
        if not passed:
            raise
        what = f"kie broke off before the answer came ({type(error).__name__})"
        if isinstance(error, Stopped):
            what = STOPPED
        raise _uncertain(kie, order, intent, Uncertain(what), "") from error
    try:
        if isinstance(outcome, Accepted):
            task = _accepted(kie, intent, outcome.task_id, answer)
        elif isinstance(outcome, Uncertain):
            if kie.signals.release():
                outcome = Uncertain(STOPPED)
            raise _uncertain(kie, order, intent, outcome, answer)
    finally:
        signum = kie.signals.release()
    if not isinstance(outcome, Accepted):
        return outcome
    if signum:
        kie.output.created(task)
        stopped = Stopped(signum)
        way_back = kie.again(f"wait {task.task_id}")
        stopped.explain("Stopped. The task was created and goes on:", f"  {way_back}")
        raise stopped
    return task


def _tell_hold(kie: Kie, seconds: float) -> None:
    kie.output.tell(
        "Stopping. The request is at kie.ai already: waiting up to "
        f"{seconds:.0f} s for its answer (Ctrl-C again gives up)."
    )


def _accepted(kie: Kie, intent: str, task_id: str, answer: str) -> Task:
    try:
        kie.ledger.accepted(intent, task_id, answer)
        task = kie.ledger.by_intent(intent)
    except LocalFiles as error:
        kie.output.created(Task(task_id, "waiting", intent=intent))
        raise SubmitUncertain(
            f"the task was created but could not be recorded ({error.message}) Keep this line:",
            f"KIE-TASK {intent} {task_id}",
            task_id=task_id,
            intent=intent,
        ) from None
    if task is None:
        raise RuntimeError("a row vanished from the ledger")
    return replace(task, sandbox=kie.use_sandbox)


def _uncertain(
    kie: Kie, order: Order, intent: str, outcome: Uncertain, answer: str
) -> SubmitUncertain:
    # Even if this cannot be written: the row says SENDING, which the next run takes as unknown.
    with suppress(LocalFiles):
        kie.ledger.unknown(intent, outcome.what, answer)
    moment = datetime.fromtimestamp(kie.clock.now(), UTC)
    return SubmitUncertain(
        f"{outcome.what}. A task may exist and be charged.",
        *([outcome.hint] if outcome.hint else []),
        "Look at https://kie.ai/logs before repeating; kie list --unknown shows what was sent.",
        f"Look for: {order.model}, sent {moment:%Y-%m-%d %H:%M:%S} UTC. kie did not send it twice.",
        intent=intent,
    )


def _earlier(kie: Kie, order: Order, draft: Draft, taken: OnceTaken) -> Task:
    """Answer a --once key that was used before: its own task, and nothing is sent."""
    task, key = taken.task, order.once
    if taken.input_hash != draft.input_hash:
        raise WrongInput(
            f"--once {key} was used on {_date(task)} for another input "
            f"({_difference(order, task)}). Nothing was sent.",
            "Use another key, or the same input.",
            task_id=task.task_id,
        )
    until = kie.clock.monotonic() + TWIN_WAIT
    while task.state in {PREPARED, SENDING} and kie.clock.monotonic() < until:
        kie.output.note(f"--once {key}: another kie sends it just now; waiting for it.")
        kie.clock.sleep(2.0)
        kie.ledger.settle()
        task = kie.ledger.by_intent(task.intent or "") or task
    if task.state == REFUSED:
        return submit(kie, order)
    if task.state in {PREPARED, SENDING, UNKNOWN}:
        raise SubmitUncertain(
            f"--once {key}: the earlier try has an unknown outcome. Nothing was sent.",
            "Look at https://kie.ai/logs before repeating; kie list --unknown shows what was sent.",
            intent=task.intent,
        )
    kie.output.note(f"--once {key}: this task was created on {_date(task)}. Nothing was sent.")
    return replace(task, sandbox=kie.use_sandbox)


def _difference(order: Order, task: Task) -> str:
    if task.model != order.model:
        return "model differs"
    known = task.prompt is not None
    return (
        "prompt differs" if known and task.prompt != order.input.get("prompt") else "input differs"
    )


def _date(task: Task) -> str:
    return (rfc3339(task.created_at) or "an unknown date")[:10]
