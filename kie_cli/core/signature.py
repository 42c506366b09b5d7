"""
Whether a callback is kie.ai's: the signature of docs.kie.ai's page on webhook verification.

Only the task id and the time are signed. What else a callback says may be anybody's word.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping

from kie_cli.core.durations import spoken
from kie_cli.core.envelope import NotAnEnvelope, parse_json
from kie_cli.core.secret import Secret
from kie_cli.core.task import valid_task_id

TIMESTAMP, SIGNATURE = "X-Webhook-Timestamp", "X-Webhook-Signature"
TOLERANCE = 300.0  # seconds; kie.ai names none
LIMIT = 2**20  # bytes of a callback


class NotACallback(ValueError):
    """A body that names no task."""


class BadSignature(ValueError):
    """A callback that was not signed with the key, or not now; the text is a sentence."""


def signature(key: Secret, task_id: str, timestamp: str) -> str:
    """Return base64(HMAC-SHA256(key, `task_id.timestamp`))."""
    text = f"{task_id}.{timestamp}".encode()
    return base64.b64encode(hmac.digest(key.reveal().encode(), text, "sha256")).decode()


def signed_task(key: Secret, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """
    Return the id of the task that a callback is about, once its signature is checked.

    `headers` have lower-case names, `now` is in seconds since 1970. Raises NotACallback and
    BadSignature.
    """
    task_id = _task_id(body)
    sent, given = (headers.get(name.lower(), "").strip() for name in (TIMESTAMP, SIGNATURE))
    if not (sent and given):
        raise BadSignature(f"It is not signed: it needs {TIMESTAMP} and {SIGNATURE}.")
    if not re.fullmatch("[0-9]{1,12}", sent):
        raise BadSignature(f"Its {TIMESTAMP} is no time in seconds.")
    right = signature(key, task_id, sent)
    if not hmac.compare_digest(right.encode(), given.encode(errors="replace")):
        raise BadSignature("Its signature is wrong: it is not kie.ai's, or of another webhook key.")
    age = now - int(sent)
    if abs(age) > TOLERANCE:
        when = f"{spoken(age)} old" if age > 0 else f"{spoken(-age)} ahead of this machine's clock"
        raise BadSignature(f"Its signature is right, but {when}: more than {spoken(TOLERANCE)}.")
    return task_id


def _task_id(body: bytes) -> str:
    try:
        value = parse_json(body)
    except NotAnEnvelope as error:
        raise NotACallback(f"It is no JSON ({error}).") from None
    data = value.get("data") if isinstance(value, dict) else None
    # kie.ai's own sample code reads `task_id`, its Market callbacks have `taskId`.
    ids = [data.get(name) for name in ("taskId", "task_id")] if isinstance(data, dict) else []
    for task_id in ids:
        if isinstance(task_id, str) and valid_task_id(task_id):
            return task_id
    raise NotACallback("It names no task: there is no taskId in its data.")
