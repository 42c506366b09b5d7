"""One look at a task, and the verdict on one that ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from kie_cli.context import Kie
from kie_cli.core.durations import spoken
from kie_cli.core.retry import steady
from kie_cli.core.task import SUCCESS, Failure, Task, amount
from kie_cli.errors import ExitCode, KieError, LocalFiles, NoSuchTask, NotSaved, TaskFailed

# Several tasks: the first code that applies.
WORST_FIRST = (9, 3, 10, 8, 6, 4, 7, 5, 11, 2, 1, 0)
MODERATED = re.compile(r"nsfw|moderat|sensitive|policy|prohibit", re.IGNORECASE)


def look(kie: Kie, task_id: str, *, steadily: bool = False) -> Task:
    """
    Look at a task and record it; raises what `Client.get_task` raises.

    `steadily` tries up to 3 times while kie.ai gives no answer.
    """
    ask = partial(kie.client.get_task, task_id)
    ledger = kie.ledger_if_usable  # opened while the connection is
    try:
        task = steady(ask, kie.clock) if steadily else ask()
    except KieError as error:
        error.hints = (*error.hints, *kie.about_key(error))
        if isinstance(error, NoSuchTask) and ledger:
            with suppress(LocalFiles):  # it only makes the error nicer
                if (known := ledger.find(task_id)) and known.created_at:
                    age = spoken(kie.clock.now() - known.created_at)
                    error.hints = (*error.hints, f"This machine created it {age} ago.")
        raise
    raw = task.raw
    if ledger:
        try:
            task = ledger.record(task)
        except LocalFiles as error:
            kie.output.warn(error.message)
    return task._replace(raw=raw, sandbox=kie.use_sandbox)


def verdict(task: Task) -> KieError | None:
    """Return why a task that ended gave nothing, else None."""
    if task.state != SUCCESS:
        failure = task.error or Failure("task_failed", None, "kie.ai gave no reason")
        code = "" if failure.code is None else f" (code {failure.code})"
        cost = "" if task.credits is None else f" It cost {amount(task.credits)} credits."
        hint = "A new task costs anew: kie create"
        if MODERATED.search(failure.message):
            hint = "kie.ai's content check refused it: change the prompt or the images."
        return TaskFailed(
            f"The task failed: {failure.message}{code}.{cost}",
            hint,
            code=failure.code,
            task_id=task.task_id,
        )
    if not task.urls and not _tells(task.result):
        return NotSaved(
            "kie.ai says success but gave no result.",
            "Look at https://kie.ai/logs",
            f"What kie.ai sent: kie status {task.task_id} --raw",
            task_id=task.task_id,
        )
    return None


def _tells(result: object) -> bool:
    """Tell whether there is anything at all in a result."""
    if isinstance(result, dict):
        return any(map(_tells, result.values()))
    if isinstance(result, list):
        return any(map(_tells, result))
    return result not in {None, ""}


def worst(codes: Sequence[ExitCode]) -> ExitCode:
    """Return the exit code for several tasks."""
    return min(codes, key=WORST_FIRST.index, default=ExitCode.OK)
