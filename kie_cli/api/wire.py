"""
What kie.ai sends about a task, read with tolerance.

Extra members are ignored; null, "" and missing mean "not there"; an unknown state means
"still running"; a wrong type is "not there" too. Page: docs.kie.ai/market/common/get-task-detail.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping

from kie_cli.core.envelope import NotAnEnvelope, parse_json
from kie_cli.core.task import FAIL, SUCCESS, Failure, Task

URL_KEYS = ("Url", "Urls", "_url", "_urls")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _word(value: object) -> str | None:
    """Like _text, and for whatever else there is its JSON: a state 3 is shown as 3."""
    if value is None or isinstance(value, str):
        return value or None
    return json.dumps(value)[:200]


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _seconds(milliseconds: object) -> float | None:
    found = _number(milliseconds)
    return found and found / 1000


def _json(value: object) -> object:
    """Return JSON that may have been put into text once more."""
    if not isinstance(value, str):
        return value
    try:
        return parse_json(value.encode("utf-8", "surrogatepass"))
    except NotAnEnvelope:
        return None


def read_task(data: Mapping[str, object], asked: str) -> Task:
    """
    Return the task that the `data` of recordInfo tells of, in all generations of its body.

    `asked` is the id that the question was about.
    """
    state = _word(data.get("state")) or "(no state)"
    ended = state in {SUCCESS, FAIL}
    result = _result(data) if state == SUCCESS else None
    failure = None
    if state == FAIL:
        reason = _word(data.get("failMsg")) or "kie.ai gave no reason"
        failure = Failure("task_failed", _word(data.get("failCode")), reason)
    given = _input(data)
    prompt = given.get("prompt")
    return Task(
        task_id=_text(data.get("taskId")) or asked,
        state=state,
        model=_text(data.get("model")),
        urls=tuple(urls_in(result)),
        error=failure,
        created_at=_seconds(data.get("createTime")),
        # kie.ai has set it while a task was still running: the state decides.
        completed_at=_seconds(data.get("completeTime")) if ended else None,
        credits=_number(data.get("creditsConsumed")),
        result=result,
        prompt=prompt if isinstance(prompt, str) else None,
        input=given,
    )


def _input(data: Mapping[str, object]) -> dict[str, object]:
    """Return what the task was asked: `param.input`, an object or once more JSON text."""
    param = _json(data.get("param"))
    found = _json(param.get("input")) if isinstance(param, dict) else None
    return found if isinstance(found, dict) else {}


def _result(data: Mapping[str, object]) -> object:
    """Return `response` if it is an object with anything in it, else the parsed `resultJson`."""
    response = data.get("response")
    if isinstance(response, dict) and response:
        return response
    return _json(data.get("resultJson")) or None


def urls_in(result: object) -> list[str]:
    """
    Return the result URLs in kie.ai's order, without repeats.

    First `resultUrls` (a list, or one text), then every http(s) text under a key that ends
    in Url, Urls, _url or _urls, depth first.
    """
    found = dict.fromkeys(_web(result.get("resultUrls"))) if isinstance(result, dict) else {}
    found.update(dict.fromkeys(_nested(result)))
    return list(found)


def _nested(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for child in value:
            yield from _nested(child)
    elif isinstance(value, dict):
        for key, child in value.items():
            if key.endswith(URL_KEYS):
                yield from _web(child)
            yield from _nested(child)


def _web(value: object) -> Iterator[str]:
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and text.lower().startswith(("https://", "http://")):
            yield text
