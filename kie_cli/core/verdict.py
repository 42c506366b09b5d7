"""
What an answer of kie.ai means: the rules that decide about money.

Facts: docs.kie.ai (codes), published traffic (texts under code 500). The tables are closed:
a text that is wrongly read as "refused" invites a second paid task.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kie_cli.core.durations import LONGEST, spoken
from kie_cli.core.envelope import Envelope, NotAnEnvelope, excerpt, parse_envelope
from kie_cli.core.task import valid_task_id
from kie_cli.errors import (
    BadKey,
    KieError,
    NoCredits,
    NoSuchTask,
    TaskFailed,
    UnexpectedAnswer,
    Unreachable,
    WrongInput,
)

NOTHING = "Nothing was created, nothing was charged."
TOP_UP = "Top up at https://kie.ai/billing; kie credits shows the balance."
LATER = "Try again later."

CREATE_AT_MOST = 3  # tries
CREATE_WINDOW = 60.0  # seconds in which all tries of one create start


class Answer(NamedTuple):
    """A whole answer. `retry_after` is in seconds, `target` the host that a redirect names."""

    status: int
    body: bytes
    retry_after: float | None = None
    target: str | None = None


class Accepted(NamedTuple):
    """The task exists."""

    task_id: str


class Refused(NamedTuple):
    """No task exists. `again`: kie.ai asked to slow down, so the same request may be sent again."""

    error: KieError
    again: bool = False


class NotSent(NamedTuple):
    """No byte of the request left this machine, for the reason `why`."""

    why: str
    again: bool = False
    hint: str | None = None


class Uncertain(NamedTuple):
    """A task may exist and be charged; `what` begins the sentence that says so."""

    what: str
    hint: str | None = None


Outcome = Accepted | Refused | NotSent | Uncertain

_INPUT = re.compile(
    r"(this field|[\w.\[\]-]{1,80}) is required"
    r"|.*model name you specified is not supported.*"
    r"|.*page does not exist or is not published.*",
    re.DOTALL,
)
_CREDITS = ("credits insufficient", "balance isn't enough")
_PAUSED = ("being maintained", "temporarily paused")


def create_verdict(answer: Answer) -> Outcome:
    """Return what an answer to createTask proves."""
    try:
        envelope = parse_envelope(answer.body)
    except NotAnEnvelope:
        seen = f'HTTP {answer.status}: "{excerpt(answer.body)}"'
        what = f"kie.ai's answer could not be read ({seen})"
        if answer.status in {413, 414, 431}:
            return Uncertain(what, "The answer says that the request was too large.")
        if 300 <= answer.status < 400:
            to = f" to {answer.target}" if answer.target else ""
            hint = f"It was a redirect{to}, which kie never follows: see KIE_BASE_URL."
            return Uncertain(what, hint)
        return Uncertain(what)
    code = envelope.code
    if code == 200:
        return _created(answer, envelope)
    error = _refusal(envelope, answer.retry_after)
    if error is None:
        what = f'kie.ai answered code {envelope.said}: "{envelope.message}"'
        return Uncertain(what, "kie.ai says the generation failed." if code == 501 else None)
    return Refused(error, again=code in {429, 430})


def _created(answer: Answer, envelope: Envelope) -> Outcome:
    if not 200 <= answer.status < 300:
        return Uncertain(f"kie.ai answered code 200 under HTTP {answer.status}")
    task_id = envelope.data.get("taskId") if isinstance(envelope.data, dict) else None
    if isinstance(task_id, str) and valid_task_id(task_id):
        return Accepted(task_id)
    return Uncertain("kie.ai said yes but gave no usable task id")


def _refusal(envelope: Envelope, retry_after: float | None) -> KieError | None:
    """Return the error of an answer that proves that no task was made, else None."""
    code, said = envelope.code, _said(envelope)
    text = said.lower().replace("’", "'")  # noqa: RUF001 (kie.ai writes both apostrophes)
    by_text = code in {500, 501}
    if code in {400, 404, 422} or (by_text and _INPUT.fullmatch(text)):
        return WrongInput(f"kie.ai refused the input: {said} (code {code}). {NOTHING}", code=code)
    if code == 401:
        return _bad_key(envelope, NOTHING)
    if code in {402, 433} or (by_text and any(words in text for words in _CREDITS)):
        return _no_credits(envelope, NOTHING)
    if code in {455, 505} or (by_text and any(words in text for words in _PAUSED)):
        return Unreachable(
            f"kie.ai takes no tasks now: {said} (code {code}). {NOTHING}", LATER, code=code
        )
    if code in {429, 430}:
        when = "a minute" if retry_after is None else spoken(min(retry_after, LONGEST))
        return Unreachable(
            f"kie.ai is busy: {said} (code {code}). {NOTHING}",
            f"An account can create 20 tasks in 10 s. Try again in {when}.",
            code=code,
            retry_after=retry_after,
        )
    return None


def _bad_key(envelope: Envelope, meaning: str) -> BadKey:
    return BadKey(
        f"kie.ai does not take this API key: {_sentence(envelope)} {meaning}".rstrip(),
        "Save another one: kie config set token (keys: https://kie.ai/api-key)",
        code=401,
    )


def _no_credits(envelope: Envelope, meaning: str) -> NoCredits:
    if envelope.code == 433:
        return NoCredits(
            f"This API key has used up its cap: {_sentence(envelope)} {meaning}".rstrip(),
            "Raise the cap at https://kie.ai/api-key, or use another key.",
            code=433,
        )
    said = f"The account is out of credits: {_sentence(envelope)} {meaning}".rstrip()
    return NoCredits(said, TOP_UP, code=envelope.code)


def _said(envelope: Envelope) -> str:
    """Return kie.ai's words as a part of a sentence."""
    return envelope.message.strip() or "(no message)"


def _sentence(envelope: Envelope) -> str:
    text = _said(envelope)
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def read(answer: Answer, *, poll: bool = False) -> Envelope:
    """
    Return the envelope of a successful answer to a request that costs nothing.

    Raises the KieError that fits. Its `again` says that the same request may do better
    later; for a poll (recordInfo) that is: this answer says nothing about the task.
    """
    try:
        envelope = parse_envelope(answer.body)
    except NotAnEnvelope:
        raise Unreachable(
            f'kie.ai gave no proper answer (HTTP {answer.status}: "{excerpt(answer.body)}").',
            LATER,
            again=True,
            retry_after=answer.retry_after,
        ) from None
    code, said = envelope.code, _said(envelope)
    if code == 200 and 200 <= answer.status < 300:
        return envelope
    unknown_task = code == 404 or (code == 422 and "recordinfo is null" in said.lower())
    if code == 401:
        raise _bad_key(envelope, "")
    if poll and unknown_task:
        raise NoSuchTask(
            f"kie.ai knows no such task under this key: {said} (code {code}).",
            "Check the id (kie list). kie.ai keeps tasks for 2 months.",
            code=code,
        )
    if code in {400, 404, 422}:
        raise WrongInput(f"kie.ai refused the request: {said} (code {code}).", code=code)
    if poll and code in {408, 501}:
        raise TaskFailed(
            f"kie.ai gave the task up: {said} (code {code}).",
            "A later look may still find a result: kie status",
            code=code,
        )
    if code in {402, 433}:
        error = _no_credits(envelope, "")
        error.again = poll
        raise error
    if code in {429, 430, 455, 500, 505}:
        raise Unreachable(
            f"kie.ai is busy or under repair: {said} (code {code}).",
            LATER,
            code=code,
            again=True,
            retry_after=answer.retry_after,
        )
    raise UnexpectedAnswer(
        f'kie.ai answered code {envelope.said}: "{envelope.message}" (HTTP {answer.status}), '
        "which kie does not know.",
        code=code,
        again=poll,
    )


def next_try(outcome: Outcome, attempt: int, elapsed: float, jitter: float) -> float | None:
    """
    Return the seconds to wait before createTask is sent again, or None: never by itself.

    The one decision "may I send again?". Only two things allow it: no byte left (name not
    found, no connection), or a well-formed answer with code 429 or 430, which kie.ai
    documents as refused and not queued. `attempt` counts from 1, `elapsed` is in seconds
    since the first try, `jitter` is in [0, 1).
    """
    if attempt >= CREATE_AT_MOST:
        return None
    if isinstance(outcome, NotSent) and outcome.again:
        pause = 0.5 * 2 ** (attempt - 1) * jitter
    elif isinstance(outcome, Refused) and outcome.again:
        asked = outcome.error.retry_after
        pause = 10 + 5 * jitter if asked is None else asked
    else:
        return None
    return pause if elapsed + pause < CREATE_WINDOW else None
