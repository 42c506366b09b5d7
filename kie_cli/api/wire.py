"""
What kie.ai sends about a task, read with tolerance.

Extra members are ignored; null, "" and missing mean "not there"; an unknown state means
"still running"; a wrong type is "not there" too. Page: docs.kie.ai/market/common/get-task-detail.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict  # noqa: TID253 (this module owns it)

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


def _json(value: object) -> object:
    """Return JSON that may have been put into text once more."""
    if not isinstance(value, str):
        return value
    try:
        return parse_json(value.encode("utf-8", "surrogatepass"))
    except NotAnEnvelope:
        return None


Text = Annotated[str | None, BeforeValidator(_text)]
Word = Annotated[str | None, BeforeValidator(_word)]
Number = Annotated[float | None, BeforeValidator(_number)]
Json = Annotated[object, BeforeValidator(_json)]


class Record(BaseModel):
    """The `data` of recordInfo, in all generations of its body."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    taskId: Text = None  # noqa: N815 (kie.ai's names, here and below)
    model: Text = None
    state: Word = None
    param: Json = None
    resultJson: Json = None  # noqa: N815
    response: object = None
    failCode: Word = None  # noqa: N815
    failMsg: Word = None  # noqa: N815
    createTime: Number = None  # noqa: N815
    completeTime: Number = None  # noqa: N815
    creditsConsumed: Number = None  # noqa: N815

    @property
    def input(self) -> dict[str, object]:
        """What the task was asked: `param.input`, an object or once more JSON text."""
        found = _json(self.param.get("input")) if isinstance(self.param, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def result(self) -> object:
        """`response` if it is an object with anything in it, else the parsed `resultJson`."""
        if isinstance(self.response, dict) and self.response:
            return self.response
        return self.resultJson or None

    def task(self, asked: str) -> Task:
        """Return the task; `asked` is the id that the question was about."""
        state = self.state or "(no state)"
        result = self.result if state == SUCCESS else None
        failure = None
        if state == FAIL:
            reason = self.failMsg or "kie.ai gave no reason"
            failure = Failure("task_failed", self.failCode, reason)
        given = self.input
        prompt = given.get("prompt")
        return Task(
            task_id=self.taskId or asked,
            state=state,
            model=self.model,
            urls=tuple(urls_in(result)),
            error=failure,
            created_at=self.createTime and self.createTime / 1000,
            # kie.ai has set it while a task was still running: the state decides.
            completed_at=(self.completeTime and self.completeTime / 1000)
            if state in {SUCCESS, FAIL}
            else None,
            credits=self.creditsConsumed,
            result=result,
            prompt=prompt if isinstance(prompt, str) else None,
            input=given,
        )


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
