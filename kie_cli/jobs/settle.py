"""Settling what nobody knew: which task an unknown create made, or that it made none."""

from __future__ import annotations

from functools import partial

from kie_cli.api.parts import discard
from kie_cli.context import Kie
from kie_cli.core.adoption import differences
from kie_cli.core.durations import parse_since
from kie_cli.core.retry import steady
from kie_cli.core.task import PREPARED, SENDING, SUCCESS, UNKNOWN, Task
from kie_cli.errors import WrongInput
from kie_cli.ledger.tasks import UNREADABLE


def adopt(kie: Kie, task_id: str, intent: str | None, *, force: bool) -> Task:
    """
    Record that an unknown create made the task `task_id`; return it. Costs nothing.

    Without `intent` exactly one unknown create must fit. Raises WrongInput, and changes
    nothing, when kie.ai tells of another input or time than was sent; NoSuchTask; Unreachable.
    """
    ledger = kie.ledger
    if known := ledger.find(task_id):
        kie.output.note(f"{task_id} is in the list already. Nothing was changed.")
        return known
    if ledger.by_intent(task_id):
        raise WrongInput(
            f"{task_id} is an INTENT, kie's own name of a create. Nothing was changed.",
            f"{kie.again(f'adopt TASK_ID --for {task_id}')}   (ids: https://kie.ai/logs)",
        )
    open_ones = [_unknown(kie, intent)] if intent else ledger.tasks(unknown=True)
    if not open_ones:
        raise WrongInput(
            "There is no create of unknown outcome on this machine. Nothing was changed.",
            f"Any task can be used without: {kie.again(f'wait {task_id} --download')}",
        )
    task = steady(partial(kie.client.get_task, task_id), kie.clock)
    against = {}
    for one in open_ones:
        name = one.intent or ""
        body, sent_at = ledger.sent(name)
        against[name] = differences(body, sent_at, task)
    fitting = [name for name, found in against.items() if not found or (intent and force)]
    if len(fitting) != 1:
        raise WrongInput(
            f"{task_id} fits {'several creates' if fitting else 'no create'} of unknown outcome. "
            "Nothing was changed.",
            *(f"{name}: {'; '.join(found) or 'fits'}" for name, found in against.items()),
            "If you know which one it is: "
            + kie.again(f"adopt {task_id} --for INTENT{'' if fitting else ' --force'}"),
            task_id=task_id,
        )
    ledger.adopt(fitting[0], task_id)
    return ledger.record(task)


def forget(kie: Kie, names: list[str], *, force: bool) -> None:
    """
    Settle unknown creates as "not there", and drop ended tasks from the list.

    `names` are intents and task ids. Raises WrongInput, and changes nothing, if one of them
    still runs, is not here, or has results that are not saved (those `force` drops).
    """
    unknown: list[str] = []
    rows: list[Task] = []
    problems = []
    limited = kie.settings.get("max_credits_per_day").value is not None
    today = parse_since("today", kie.clock.now())
    for name in names:
        task = kie.ledger.by_intent(name) or kie.ledger.find(name)
        if task is None:
            problems.append(f"{name} is not in the list of this machine")
        elif task.state == UNKNOWN:
            unknown.append(name)
        elif task.state in {PREPARED, SENDING}:
            problems.append(f"{name} is being sent just now")
        elif task.state == UNREADABLE and not force:
            problems.append(f"the row of {name} is damaged (--force drops it)")
        elif not task.ended and task.state != UNREADABLE:
            problems.append(
                f"{name} still runs as far as is known ({kie.again(f'wait {task.task_id}')})"
            )
        elif task.state == SUCCESS and not task.saved and not force:
            problems.append(
                f"{name} has results that are not saved ({kie.again(f'download {task.task_id}')})"
            )
        elif limited and _sent(kie, task) >= today and not force:
            problems.append(f"{name} counts for max_credits_per_day until midnight (--force)")
        else:
            rows.append(task)
    if problems:
        raise WrongInput(f"{'; '.join(problems)}. Nothing was forgotten.")
    _drop(kie, unknown, rows)


def prune(kie: Kie, before: float) -> list[str]:
    """Drop the settled creates older than `before` whose results are saved; return their names."""
    old = kie.ledger.prunable(before)
    _drop(kie, [], old)
    return [task.task_id or task.intent or "" for task in old]


def _drop(kie: Kie, unknown: list[str], rows: list[Task]) -> None:
    for task in rows:
        for position in range(1, len(task.urls) + 1):
            if left := kie.ledger.leftover(task.task_id or "", position):
                discard(left)
    kie.ledger.forget(unknown, [task.intent or "" for task in rows])


def _sent(kie: Kie, task: Task) -> float:
    """Return when a create left, by this machine's clock; 0 if it never did."""
    return (kie.ledger.sent(task.intent)[1] if task.intent else None) or 0.0


def _unknown(kie: Kie, intent: str) -> Task:
    task = kie.ledger.by_intent(intent)
    if task is None or task.state != UNKNOWN:
        state = f"is {task.state}" if task else "is not in the list of this machine"
        raise WrongInput(
            f"--for {intent}: this create {state}. Nothing was changed.",
            kie.again("list --unknown"),
        )
    return task
