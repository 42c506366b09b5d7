"""Following tasks to their end: look at, show, save, and judge them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from kie_cli.catalog.models import load
from kie_cli.context import Kie
from kie_cli.core.polling import Over, Pace, Seen, Subject, Trouble, watch
from kie_cli.core.runtimes import RunTimes, learn
from kie_cli.core.task import Failure, Task
from kie_cli.errors import (
    ExitCode,
    InputProblems,
    KieError,
    LocalFiles,
    NotSaved,
    StillRunning,
    Stopped,
    TaskFailed,
)
from kie_cli.jobs.look import look, verdict, worst
from kie_cli.jobs.save import PartlySaved, Target, save

FRESH = 2.0  # seconds


def follow(
    kie: Kie,
    task_ids: list[str],
    pace: Pace,
    *,
    created: Task | None = None,
    where: Target | None = None,
    first_only: bool = False,
    fail_fast: bool = False,
) -> ExitCode:
    """
    Wait for tasks, each once, give each one's results as it ends, and return the exit code for all.

    `created` is the one that was accepted a moment ago. With `where` results are saved.
    `first_only` ends with the first finished task, `fail_fast` with the first failed one.
    Stopped (a signal) leaves with the line to come back by.
    """
    task_ids = list(dict.fromkeys(task_ids))
    if where and where.exact and len(task_ids) > 1 and not first_only:
        several = f"--output {where.exact}: one file, and these are {len(task_ids)} tasks."
        raise InputProblems([several], "Give a folder: -o out/")
    known, times = _known(kie, task_ids)
    waited = [
        replace(_subject(kie, one, known.get(one), created), times=times[one]) for one in task_ids
    ]
    usual = {task_id: law.usual for task_id, law in times.items()}
    come_back = partial(_come_back, kie, known, where)
    left, alone = dict.fromkeys(task_ids), len(task_ids) == 1
    ended: list[ExitCode] = []
    last_error: dict[ExitCode, KieError] = {}
    once = pace.timeout == 0  # no later look makes up for one that failed
    try:
        warn_of_another_key(kie, known)
        with kie.progress(task_ids, usual) as progress:
            for event in watch(waited, partial(look, kie, steadily=once), pace, kie.clock):
                if isinstance(event, Trouble):
                    progress.trouble(event.task_id, event.error, event.count)
                    continue
                if isinstance(event, Seen):
                    progress.show(event.task)
                    if not event.task.ended:
                        continue
                with progress.aside():
                    task, error = outcome(kie, event, where, come_back, alone=alone)
                    tell(kie, task, error, saved=where is not None, alone=alone)
                left.pop(task.task_id or "", None)
                code = error.exit_code if error else ExitCode.OK
                if error:
                    last_error[code] = error
                ended.append(code)
                if first_only and (isinstance(event, Seen) or code == ExitCode.TASK_FAILED):
                    ended = [code]
                    break
                if fail_fast and code == ExitCode.TASK_FAILED:
                    break
    except (Stopped, KieError) as error:
        again = come_back(list(left))
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


def _known(kie: Kie, task_ids: Sequence[str]) -> tuple[dict[str, Task], dict[str, RunTimes]]:
    """Return what the ledger knows of the tasks, and how long each is likely to take."""
    known: dict[str, Task] = {}
    if ledger := kie.ledger_if_usable:
        with suppress(LocalFiles):  # it only makes the waiting nicer
            known = {id_: task for id_ in task_ids if (task := ledger.find(id_))}
    names = {id_: (known[id_].model or "") if id_ in known else "" for id_ in task_ids}
    laws = {name: run_times(kie, name) for name in set(names.values())}
    return known, {id_: laws[name] for id_, name in names.items()}


def run_times(kie: Kie, model_id: str) -> RunTimes:
    """Return how long tasks of a model take, as far as this machine knows."""
    seconds: list[float] = []
    if model_id and (ledger := kie.ledger_if_usable):
        with suppress(LocalFiles):
            seconds = ledger.run_times(model_id)
    model = load(model_id)
    media = "sandbox" if kie.use_sandbox else model.media if model else None
    return learn(seconds, media)


def warn_of_another_key(kie: Kie, known: Iterable[str]) -> None:
    """Say which of these tasks were created with another key than the one in use."""
    with suppress(LocalFiles):
        others = [
            task_id
            for task_id in known
            if kie.ledger.key_of(task_id) not in {None, kie.key.secret.fingerprint}
        ]
        if others:
            which = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if others[3:] else "")
            kie.output.warn(
                f"{which}: created with another API key than the one in use, which "
                f"ends in {kie.key.secret.masked} and came from: {kie.key.source}."
            )


def _subject(kie: Kie, task_id: str, known: Task | None, created: Task | None) -> Subject:
    began = known.created_at if known else None
    if created is None:
        return Subject(task_id, began)
    # That kie.ai took it is known, whatever the looks will tell: exit code 8, never 7.
    began = created.created_at or kie.clock.now()
    return Subject(task_id, began, fresh=kie.clock.now() - began < FRESH, last=created)


def outcome(
    kie: Kie,
    event: Seen | Over,
    where: Target | None,
    come_back: Callable[[list[str]], str],
    *,
    alone: bool,
) -> tuple[Task, KieError | None]:
    """Save the results of a task that ended; return it, and why there are none."""
    error: KieError | None
    if isinstance(event, Over):
        task_id, error = event.task_id, event.error
        task = event.last or Task(task_id, "(no answer)", sandbox=kie.use_sandbox)
        if isinstance(error, TaskFailed):
            failure = Failure(error.kind, error.code, error.message)
            task = task._replace(state="fail", error=failure)
        elif isinstance(error, StillRunning):
            error.hints = (f"Come back with: {come_back([task_id])}",)
        elif error.again:
            error.hints = (*error.hints, f"Come back with: {come_back([task_id])}")
    else:
        task, error = event.task, verdict(event.task)
        task_id = task.task_id or ""
        if error is None and where and task.results:
            try:
                task = save(kie, task, where)
            except PartlySaved as partly:
                error, task = partly, partly.task
            except Stopped as stopped:
                if alone:
                    back = f"  {come_back([task_id])}"
                    stopped.explain("Stopped. The task is finished, go on saving with:", back)
                raise
        if error is None and where and not task.results:
            error = NotSaved(
                "kie.ai's result names no file that kie could save.",
                f"What kie.ai sent: kie status {task_id} --raw",
                task_id=task_id,
            )
    if error:
        error.task_id = error.task_id or task_id
    return task, error


def tell(
    kie: Kie,
    task: Task,
    error: KieError | None,
    *,
    saved: bool,
    alone: bool,
    name: str | None = None,
) -> None:
    """Give the results of a task that ended, or say why there are none. Rows have a `name`."""
    if error is None:
        kie.output.finished(task, saved=saved, brief=name is not None)
        return
    who = name or task.task_id or ""
    if who not in error.message and not alone:
        error.message = f"{who}: {error.message}"
    for path in task.files if not kie.json else ():
        kie.output.value(path, None)
    kie.output.unfinished(task)
    if not kie.json:
        kie.output.error(error)


def _come_back(kie: Kie, own: Container[str], where: Target | None, ids: list[str]) -> str:
    """Return the command that goes on waiting for `ids`."""
    pending = len(ids) > 3 and all(task_id in own for task_id in ids)
    which = "--pending" if pending else " ".join(ids)
    output = where.flag if where else ""
    return kie.again(f"wait {which}{' --download' if where and not output else ''}{output}")
