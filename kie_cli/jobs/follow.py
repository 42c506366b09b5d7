"""Following tasks to their end: look, record, show, save, and judge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace

from kie_cli.context import Kie
from kie_cli.core.polling import Over, Pace, Seen, Subject, Trouble, watch
from kie_cli.core.task import SUCCESS, Failure, Task
from kie_cli.errors import (
    ExitCode,
    KieError,
    LocalFiles,
    NotSaved,
    StillRunning,
    Stopped,
    TaskFailed,
)
from kie_cli.jobs.save import PartlySaved, Target, save

# Several tasks: the first code that applies.
WORST_FIRST = (9, 3, 10, 8, 6, 4, 7, 5, 11, 2, 1, 0)
MODERATED = re.compile(r"nsfw|moderat|sensitive|policy|prohibit", re.IGNORECASE)


def look(kie: Kie, task_id: str, *, steadily: bool = False) -> Task:
    """
    Look at a task and record it; raises what `Client.get_task` raises.

    `steadily` tries up to 3 times while kie.ai gives no answer.
    """
    if steadily:
        from kie_cli.api.transport import steady

        task = steady(lambda: kie.client.get_task(task_id))
    else:
        task = kie.client.get_task(task_id)
    raw = task.raw
    if ledger := kie.ledger_if_usable:
        try:
            task = ledger.record(task)
        except LocalFiles as error:
            kie.output.warn(error.message)
    return replace(task, raw=raw, sandbox=kie.use_sandbox)


def subjects(kie: Kie, task_ids: Sequence[str], *, fresh: bool = False) -> list[Subject]:
    """Return what is known of the tasks to wait for."""
    ledger = kie.ledger_if_usable
    known = {task_id: ledger.find(task_id) if ledger else None for task_id in task_ids}
    return [Subject(id_, task.created_at if task else None, fresh) for id_, task in known.items()]


def follow(
    kie: Kie,
    waited: Sequence[Subject],
    pace: Pace,
    *,
    where: Target | None = None,
    first_only: bool = False,
    fail_fast: bool = False,
) -> ExitCode:
    """
    Wait for tasks, give each one's results as it ends, and return the exit code for all.

    With `where` results are saved. `first_only` ends with the first finished task, `fail_fast`
    with the first failed one. Stopped (a signal) leaves with the line to come back by.
    """
    by_id = {subject.task_id: subject for subject in waited}
    left = set(by_id)
    ended: list[ExitCode] = []
    last_error: dict[ExitCode, KieError] = {}
    usual = _usual(kie, waited)
    try:
        with ExitStack() as stack:
            progress = kie.progress(list(by_id), usual)
            if isinstance(progress, AbstractContextManager):
                stack.enter_context(progress)
            for event in watch(waited, lambda task_id: look(kie, task_id), pace, kie.clock):
                if isinstance(event, Trouble):
                    progress.trouble(event.task_id, event.error, event.count)
                    continue
                if isinstance(event, Seen):
                    progress.show(event.task)
                    if not event.task.ended:
                        continue
                with progress.aside():
                    error = _conclude(kie, event, where, alone=len(by_id) == 1)
                left.discard(_id_of(event))
                code = error.exit_code if error else ExitCode.OK
                if error:
                    last_error[code] = error
                ended.append(code)
                if first_only or (fail_fast and code == ExitCode.TASK_FAILED):
                    break
    except (Stopped, KieError) as error:
        again = _come_back(kie, [id_ for id_ in by_id if id_ in left], where)
        if isinstance(error, Stopped):
            going = "The task goes on" if len(left) == 1 else "The tasks go on"
            error.explain(f"Stopped waiting. {going} at kie.ai. Come back with:", f"  {again}")
        else:
            error.hints = (*error.hints, f"The task goes on at kie.ai. Come back with: {again}")
        raise
    code = worst(ended)
    if code != ExitCode.OK and kie.json:
        kie.output.error(last_error[code])
    return code


def worst(codes: Sequence[ExitCode]) -> ExitCode:
    """Return the exit code for several tasks."""
    return min(codes, key=WORST_FIRST.index, default=ExitCode.OK)


def _conclude(
    kie: Kie, event: Seen | Over, where: Target | None, *, alone: bool
) -> KieError | None:
    """Give the results of a task that ended, or say why there are none."""
    error: KieError | None
    if isinstance(event, Over):
        error = event.error
        task = event.last or Task(event.task_id, "(no answer)", sandbox=kie.use_sandbox)
        if isinstance(error, TaskFailed):
            failure = Failure(error.kind, error.code, error.message)
            task = replace(task, state="fail", error=failure)
        elif isinstance(error, StillRunning):
            error.hints = (f"Come back with: {_come_back(kie, [event.task_id], where)}",)
    else:
        task, error = event.task, verdict(event.task)
        if error is None and where and task.urls:
            try:
                task = save(kie, task, where)
            except PartlySaved as partly:
                error, task = partly, partly.task
    if error is None:
        kie.output.finished(task)
        return None
    error.task_id = error.task_id or _id_of(event)
    if error.task_id and error.task_id not in error.message and not alone:
        error.message = f"{error.task_id}: {error.message}"
    for path in task.files if not kie.json else ():
        kie.output.value(path, None)
    kie.output.unfinished(task)
    if not kie.json:
        kie.output.error(error)
    return error


def _id_of(event: Seen | Over) -> str:
    return (event.task.task_id or "") if isinstance(event, Seen) else event.task_id


def verdict(task: Task) -> KieError | None:
    """Return why a task that ended gave nothing, else None."""
    if task.state != SUCCESS:
        failure = task.error or Failure("task_failed", None, "kie.ai gave no reason")
        code = "" if failure.code is None else f" (code {failure.code})"
        cost = "" if task.credits is None else f" It cost {task.credits:g} credits."
        hint = "A new task costs anew: kie create"
        if MODERATED.search(failure.message):
            hint = "kie.ai's content check refused it: change the prompt or the images."
        return TaskFailed(
            f"The task failed: {failure.message}{code}.{cost}",
            hint,
            code=failure.code,
            task_id=task.task_id,
        )
    if not task.urls and not task.result:
        return NotSaved(
            "kie.ai says success but gave no result.",
            "Look at https://kie.ai/logs",
            f"What kie.ai sent: kie status {task.task_id} --raw",
            task_id=task.task_id,
        )
    return None


def _usual(kie: Kie, waited: Sequence[Subject]) -> dict[str, float | None]:
    ledger = kie.ledger_if_usable
    found: dict[str, float | None] = {}
    models: dict[str, float | None] = {}
    for subject in waited:
        task = ledger.find(subject.task_id) if ledger else None
        if ledger and task and task.model:
            if task.model not in models:
                models[task.model] = ledger.usual_seconds(task.model)
            found[subject.task_id] = models[task.model]
    return found


def _come_back(kie: Kie, ids: Sequence[str], where: Target | None) -> str:
    """Return the command that goes on waiting for `ids`."""
    which = " ".join(ids) if len(ids) <= 3 else "--pending"
    output = ""
    if where and where.exact:
        output = f" -o {where.exact}"
    elif where and str(where.folder) != ".":
        output = f" -o {where.folder}/"
    return kie.again(f"wait {which}{' --download' if where and not output else ''}{output}")
