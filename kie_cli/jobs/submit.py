"""
Submitting one create: the only code path on which money is spent.

PREPARED is on disk before the first upload, SENDING before the first byte of createTask, and
what came back before anything is shown. The states and their arrows: docs/ledger.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from kie_cli.catalog.price import UNPRICED, Estimate
from kie_cli.catalog.values import as_recorded, files_in, replace_files
from kie_cli.context import MAY_EXIST, Kie
from kie_cli.core.media import LocalFile
from kie_cli.core.task import PREPARED, REFUSED, SENDING, UNKNOWN, Failure, Task, rfc3339
from kie_cli.core.verdict import NOTHING, Accepted, Outcome, Refused, Uncertain, next_try
from kie_cli.errors import (
    KieError,
    LocalFiles,
    Stopped,
    SubmitUncertain,
    Unreachable,
    WrongInput,
)
from kie_cli.jobs.budget import limits, refusal
from kie_cli.jobs.files import warn_of_strange_host
from kie_cli.jobs.parallel import in_parallel
from kie_cli.ledger.pace import TooFast
from kie_cli.ledger.spending import OverBudget
from kie_cli.ledger.store import Draft, Ledger
from kie_cli.ledger.tasks import OnceTaken
from kie_cli.output.stream import StreamLost

UPLOADS_AT_ONCE = 4
UPLOAD_LIFE = 20 * 3600.0  # seconds; kie.ai keeps uploads for 24 h or 3 days, its pages differ
LARGEST_BODY = 2**20
LOOK_AGAIN = 1.0  # seconds
TWIN_WAIT = 120.0  # seconds to wait for another process that uses the same --once key
DAY = 86400.0
UNSENT = "Nothing was sent, nothing was charged."
STOPPED = "stopped before kie.ai answered"


class Order(NamedTuple):
    """
    What is to be made. Files of this machine stand in `input` as LocalFiles.

    `max_credits` is the flag as it was typed; where a limit is set, an unknown price is too much.
    """

    model: str
    input: Mapping[str, object]
    label: str | None = None
    once: str | None = None
    callback_url: str | None = None
    price: Estimate = UNPRICED
    max_credits: str | None = None

    def body(self, ready: Mapping[str, object]) -> bytes:
        """Return the request body, with `ready` as the input without LocalFiles."""
        callback = {"callBackUrl": self.callback_url} if self.callback_url else {}
        whole = {"model": self.model, **callback, "input": ready}
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()

    def shown(self) -> object:
        """Return the request body as a JSON value, with local files as file:// URLs."""
        ready = replace_files(self.input, lambda file: Path(file.path).absolute().as_uri())
        return json.loads(self.body(ready))

    def canonical(self) -> str:
        """Return model and input as one spelling of JSON, files by their content."""
        ready = replace_files(self.input, as_recorded)
        whole = {"model": self.model, "input": ready}
        return json.dumps(whole, ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def warn_of_unknown(kie: Kie) -> None:
    """Say so if the outcome of a create of the last 24 h is still unknown. Raises LocalFiles."""
    if count := kie.ledger.unsettled(kie.clock.now() - DAY):
        earlier = "1 earlier create has" if count == 1 else f"{count} earlier creates have"
        kie.output.warn(f"{earlier} an unknown outcome: {kie.again('list --unknown')}")


class UnknownBefore(SubmitUncertain):
    """An earlier create of the same key has an unknown outcome; this one was not sent."""


def submit(kie: Kie, order: Order, *, waiting: bool) -> Task:
    """
    Create the task and return it; its id is on disk, then on screen, by then.

    The id goes to stdout, or to stderr if the caller is `waiting` for results to print there.

    Raises SubmitUncertain when a task may exist and be charged; any other KieError promises
    that this call created nothing. A signal after the answer ends the process by Stopped.
    """
    intent = None
    with nothing_sent():
        ledger, draft = _ready(kie, order)
        while intent is None:
            try:
                intent = ledger.prepare(draft, limits(kie, order.max_credits))
            except OnceTaken as taken:
                if task := _earlier(kie, order, draft, taken):
                    _show(kie, task, waiting=waiting)
                    return task
            except OverBudget as over:
                raise refusal(kie, order.model, order.price, over) from None
    return _Create(kie, order, intent).run(waiting=waiting)


@contextmanager
def nothing_sent() -> Iterator[None]:
    """Let a signal, or a fault of this machine, say so while nothing can have been sent."""
    try:
        yield
    except Stopped as stopped:
        stopped.explain(f"kie: stopped. {UNSENT}")
        raise
    except LocalFiles as error:
        if "Nothing was sent" not in error.message:
            error.message = f"Nothing was sent: {error.message[:1].lower()}{error.message[1:]}"
        raise


def _ready(kie: Kie, order: Order) -> tuple[Ledger, Draft]:
    """Return what a create is recorded in, and as what, or find that it cannot be made."""
    ledger = kie.ledger
    kie.client  # noqa: B018 (a missing key shall be found before there is a row)
    # Uploads are no reason to learn it later; the URLs that they give are about as long.
    _check_size(order.body(replace_files(order.input, lambda file: f"https://{file.sha256}")))
    return ledger, _draft(kie, order)


def _show(kie: Kie, task: Task, *, waiting: bool) -> None:
    if waiting:
        kie.output.note(f"submitted {task.task_id}")
    else:
        kie.output.created(task)


def _check_size(body: bytes) -> None:
    if len(body) > LARGEST_BODY:
        raise WrongInput(
            f"The request has {len(body)} bytes, and kie sends {LARGEST_BODY} at most. "
            "Nothing was created, nothing was charged."
        )


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
        estimate=order.price.credits,
    )


class _Create:
    """One intent on its way: PREPARED on disk, and whatever comes after."""

    def __init__(self, kie: Kie, order: Order, intent: str) -> None:
        self._kie = kie
        self._order = order
        self._intent = intent
        self._rate: int = kie.settings.get("rate_limit").value
        self._leaving = False  # bytes of the request may have left
        self._sent = 0.0  # when, in seconds since 1970
        self._nothing = UNSENT

    def run(self, *, waiting: bool) -> Task:
        """Upload, send, and return the task; whatever goes wrong, the row says so."""
        signals = self._kie.signals
        try:
            with nothing_sent():
                body = self._order.body(self._upload())
                _check_size(body)
            task = self._send(body)
            _show(self._kie, task, waiting=waiting)
            if signum := signals.release():
                if waiting:
                    self._kie.output.created(task)
                raise self._stopped_after(task, signum)
        except SubmitUncertain as error:
            error.intent = self._intent  # signals stay held: nothing may take the place of 9
            raise
        except BaseException as error:
            signals.release()
            self._close(error)
            if isinstance(error, Stopped):
                answered = "kie.ai has answered: kie list shows what it said."
                error.explain(f"kie: stopped. {answered if self._leaving else self._nothing}")
            elif isinstance(error, KieError):
                error.intent = self._intent
            raise
        return task

    def _close(self, error: BaseException) -> None:
        """Mark a create of which no byte left as not sent; the others are marked already."""
        if self._leaving:
            return
        why = getattr(error, "message", "") or type(error).__name__
        with suppress(LocalFiles):
            row = self._kie.ledger.by_intent(self._intent)
            if row and row.state == PREPARED:
                self._kie.ledger.not_sent(self._intent, why)
            elif row and row.state == SENDING:  # stopped between the gate and the first byte
                self._refused(Failure("not_sent", None, why), "")

    def _upload(self) -> dict[str, object]:
        """Return the input with the URL of each local file in its place."""
        kie, ledger = self._kie, self._kie.ledger
        host, owner = kie.upload_url, kie.key.secret.fingerprint
        urls: dict[str, str] = {}
        fresh: list[LocalFile] = []
        for file in files_in(self._order.input):
            since = kie.clock.now() - UPLOAD_LIFE
            known = ledger.upload_url(file.sha256, host, owner, since)
            if known is None:
                fresh.append(file)
            else:
                urls[file.sha256] = known
                kie.output.note(f"{described(file)}  uploaded before")
        for file, url in in_parallel(kie.client.upload, fresh, UPLOADS_AT_ONCE):
            urls[file.sha256] = url
            ledger.remember_upload(file.sha256, host, owner, url)
            ledger.renew(self._intent)
            kie.output.note(f"{described(file)}  uploaded")
            warn_of_strange_host(kie, file, url)
        ready: dict[str, object] = replace_files(
            dict(self._order.input), lambda file: urls[file.sha256]
        )
        return ready

    def _send(self, body: bytes) -> Task:
        """Send createTask, again only when `next_try` allows it; signals stay held on success."""
        clock, ledger = self._kie.clock, self._kie.ledger
        started, attempt = clock.monotonic(), 0
        while True:
            started += self._wait_turn()
            attempt += 1
            try:
                outcome, answer = self._attempt(body)
            except TooFast:  # another process was faster
                attempt -= 1
                continue
            if isinstance(outcome, Accepted):
                return self._accepted(outcome.task_id, answer)
            if isinstance(outcome, Uncertain):
                gave_up = self._kie.signals.waiting and not answer
                what = STOPPED if gave_up else outcome.what
                raise self._uncertain(what, outcome.hint, answer)
            pause = next_try(outcome, attempt, clock.monotonic() - started, clock.random())
            if isinstance(outcome, Refused):
                self._nothing = NOTHING
                error = outcome.error
                if pause is None:
                    self._refused(Failure(error.kind, error.code, error.message), answer)
                else:
                    try:
                        ledger.back_to_prepared(self._intent)
                        self._leaving = False
                    except LocalFiles:  # what cannot be recorded is not sent again
                        pause = None
                if signum := self._kie.signals.release():
                    stopped = Stopped(signum)
                    stopped.explain(f"kie: stopped. {error.message}")
                    raise stopped
                if pause is None:
                    raise error
                reason = f"kie.ai asks to slow down (code {error.code})"
            else:
                if pause is None:
                    tries = "" if attempt == 1 else f", {attempt} tries"
                    raise Unreachable(
                        f"kie.ai could not be reached ({outcome.why}{tries}). {self._nothing}",
                        outcome.hint or "Check the network: kie credits",
                    )
                ledger.attempt_failed(self._intent, outcome.why)
                reason = f"kie.ai could not be reached ({outcome.why})"
            self._kie.output.note(f"{reason}; trying again in {pause:.1f} s. Nothing was charged.")
            clock.sleep(pause)

    def _wait_turn(self) -> float:
        """Wait until the account may create one more task; return for how many seconds."""
        clock, waited = self._kie.clock, 0.0
        while seconds := self._kie.ledger.turn(self._intent, self._rate):
            if not waited:
                every = f"kie.ai takes {self._rate} creates in 10 s"
                self._kie.output.note(f"{every}: waiting for this one's turn.")
            pause = min(seconds, LOOK_AGAIN)  # an answer on its way may come any moment
            clock.sleep(pause)
            waited += pause
        return waited

    def _attempt(self, body: bytes) -> tuple[Outcome, str]:
        """Send createTask once. Signals are held back from the gate on."""

        def gate(end_after: Callable[[float], None]) -> None:
            self._sent = self._kie.clock.now()
            self._kie.ledger.sending(self._intent, body, self._rate)
            self._kie.signals.hold(end_after, self._tell_hold)
            self._leaving = True

        try:
            result = self._kie.client.create_task(body, gate)
            self._kie.signals.answered()
        except BaseException as error:
            if not self._leaving:
                raise
            self._kie.signals.answered()
            what = f"kie broke off before the answer came ({type(error).__name__})"
            what = STOPPED if isinstance(error, Stopped) else what
            raise self._uncertain(what, None, "") from error
        return result

    def _tell_hold(self, seconds: float) -> None:
        self._kie.output.alert(
            "Stopping. The request is at kie.ai already: waiting up to "
            f"{seconds:.0f} s for its answer (Ctrl-C again gives up)."
        )

    def _accepted(self, task_id: str, answer: str) -> Task:
        kie, task = self._kie, Task(task_id, "waiting", intent=self._intent)
        try:
            kie.ledger.accepted(self._intent, task_id, answer)
        except Exception as error:  # noqa: BLE001 (a bug too: the id must be said)
            with suppress(StreamLost):  # the line below has the id too
                kie.output.created(task)
            told = str(error.__cause__ or error) or type(error).__name__
            raise SubmitUncertain(
                f"the task was created but could not be recorded ({told.rstrip('.')}). "
                "Keep this line:",
                f"KIE-TASK {self._intent} {task_id}",
                task_id=task_id,
            ) from None
        with suppress(Exception):  # reading it back only makes what is shown richer
            task = kie.ledger.find(task_id) or task
        return task._replace(sandbox=kie.use_sandbox)

    def _refused(self, failure: Failure, answer: str) -> None:
        # If this cannot be written, the next run takes the row as unknown: on the safe side.
        with suppress(LocalFiles):
            self._kie.ledger.refused(self._intent, failure, answer)

    def _uncertain(self, what: str, hint: str | None, answer: str) -> SubmitUncertain:
        # Even if this cannot be written: the row says SENDING, which the next run takes as unknown.
        with suppress(LocalFiles):
            self._kie.ledger.unknown(self._intent, what, answer)
        task = Task(None, UNKNOWN, self._intent, self._order.model, created_at=self._sent)
        return SubmitUncertain(
            f"{what}. {MAY_EXIST}", *([hint] if hint else []), *self._kie.where_to_look(task)
        )

    def _stopped_after(self, task: Task, signum: int) -> Stopped:
        stopped = Stopped(signum, task.task_id)
        way_back = self._kie.again(f"wait {task.task_id}")
        stopped.explain("Stopped. The task was created and goes on:", f"  {way_back}")
        return stopped


def described(file: LocalFile) -> str:
    """Return a file's name and size, for people."""
    size = f"{file.size / 1e6:.1f} MB" if file.size >= 1e6 else f"{file.size / 1e3:.0f} kB"
    return f"{Path(file.path).name}  {size}"


def _earlier(kie: Kie, order: Order, draft: Draft, taken: OnceTaken) -> Task | None:
    """Return the task of a --once key that was used before; None if the key is free again."""
    task, key = taken.task, order.once
    if taken.input_hash != draft.input_hash:
        raise WrongInput(
            f"--once {key} was used on {_date(task)} for another input "
            f"({_difference(order, task)}). Nothing was sent.",
            "Use another key, or the same input.",
            task_id=task.task_id,
        )
    if taken.key_fingerprint != draft.key_fingerprint:
        kie.output.warn(f"--once {key}: it was used with another API key than the one in use now.")
    until = kie.clock.monotonic() + TWIN_WAIT
    if task.state in {PREPARED, SENDING}:
        kie.output.note(f"--once {key}: another kie sends it just now; waiting for it.")
    while task.state in {PREPARED, SENDING} and kie.clock.monotonic() < until:
        kie.clock.sleep(2.0)
        kie.tell_cut_off(kie.ledger.settle())
        task = kie.ledger.by_intent(task.intent or "") or task
    if task.state == REFUSED:
        return None
    if task.state == PREPARED:
        busy = f"--once {key}: another kie is about to send it. Nothing was sent."
        raise Unreachable(busy, "Wait for that one, then try again.", intent=task.intent)
    if task.state in {SENDING, UNKNOWN}:
        raise UnknownBefore(
            f"--once {key}: the earlier try has an unknown outcome. Nothing was sent.",
            *kie.where_to_look(task),
            intent=task.intent,
        )
    kie.output.note(f"--once {key}: this task was created on {_date(task)}. Nothing was sent.")
    return task._replace(sandbox=kie.use_sandbox)


def _difference(order: Order, task: Task) -> str:
    if task.model != order.model:
        return "model differs"
    known = task.prompt is not None
    return (
        "prompt differs" if known and task.prompt != order.input.get("prompt") else "input differs"
    )


def _date(task: Task) -> str:
    return (rfc3339(task.created_at) or "an unknown date")[:10]
