"""
Many creates as one piece of work: submitted, looked at and saved side by side.

The calling thread decides and writes everything. Its crews do what may take long: `submit`
(with the record of each create, exactly as for one), looks, and saving.
"""

from __future__ import annotations

import queue
import signal
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from kie_cli.context import Kie
from kie_cli.core.polling import Over, Pace, Seen, Subject, Trouble, Watch
from kie_cli.core.runtimes import RunTimes, time_left
from kie_cli.core.task import REFUSED, UNKNOWN, Failure, Task
from kie_cli.errors import (
    BadKey,
    ExitCode,
    KieError,
    Stopped,
    SubmitUncertain,
    UnexpectedAnswer,
    Unreachable,
)
from kie_cli.jobs.aside import Halt, Halted, Uploads, beside
from kie_cli.jobs.follow import FRESH, outcome, run_times, tell, warn_of_another_key
from kie_cli.jobs.look import look, worst
from kie_cli.jobs.parallel import Answers, Crew
from kie_cli.jobs.submit import UPLOADS_AT_ONCE, Order, UnknownBefore, submit
from kie_cli.output.progress import NOT_SENT, QUEUED
from kie_cli.output.progress import Batch as Shown
from kie_cli.signals import HOLD_INT, HOLD_OTHERS

if TYPE_CHECKING:
    from kie_cli.jobs.save import Target

CREATES_AT_ONCE = 20  # kie.ai takes so many in 10 s
LOOKS_AT_ONCE, SAVES_AT_ONCE = 8, 4
LOST_IN_A_ROW = 3  # answers: whatever loses them would lose the next one too
GRACE = 5.0  # seconds more than an answer may take, until it is given up
# Seconds for which nothing is sent after kie.ai could not be reached, or asked to slow down
# (twice as long each time); and without any create, until nothing more is tried.
FIRST_PAUSE, LONGEST_PAUSE, PATIENCE = 10.0, 120.0, 900.0
LAST_WORDS = 3.0  # seconds in which a create that was not sent shall say so
# What is wrong for one create is wrong for all that come after it.
TO_MEND = {ExitCode.NO_KEY, ExitCode.NO_CREDITS}
FOR_ALL = {*TO_MEND, ExitCode.LOCAL_FILES}
ENDS = {
    ExitCode.OK: "done",
    ExitCode.STILL_RUNNING: "still running",
    ExitCode.NOT_SAVED: "not saved",
    ExitCode.UNKNOWN_OUTCOME: "of unknown outcome",
}


@dataclass(slots=True)
class Row:
    """
    One task to make. `name` is what people know it by, `task` what became of it so far.

    A row that is not `is_new` was made by an earlier run.
    """

    line: int
    name: str
    order: Order
    where: Target | None
    task: Task | None = None
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Summary:
    """
    How many rows are done, failed, ..., by these words; how many were not sent; what all cost.

    `credits` are as far as kie.ai told; `why` is the reason for the exit code.
    """

    counts: Mapping[str, int]
    unsent: int
    credits: float | None
    code: ExitCode
    why: KieError | None


class Batch:
    """
    The rows on their way. `pace` holds for each task, from its create on.

    At most `concurrency` tasks are under way at once; `fail_fast` sends none after a failure.
    `again` is the command that goes on.
    """

    def __init__(
        self,
        kie: Kie,
        rows: Sequence[Row],
        pace: Pace,
        *,
        concurrency: int,
        fail_fast: bool,
        again: str,
    ) -> None:
        for part in ("ledger", "client", "downloads"):  # made once, and by this thread
            getattr(kie, part)
        self._kie, self._rows = kie, rows
        self._concurrency, self._fail_fast, self._again = concurrency, fail_fast, again
        self._rate = kie.settings.get("rate_limit").value / 10
        # What is paid already comes first: it is waited for whatever becomes of the others.
        self._to_do = deque(sorted(rows, key=lambda row: row.task is None))
        self._queued = Counter(row.order.model for row in rows)
        self._watch = Watch(pace, kie.clock)
        self._by_task: dict[str, Row] = {}  # those that are waited for
        self._times: dict[str, RunTimes] = {}
        self._usual: dict[str, float | None] = {}  # by the names of rows that were sent
        self._answers: Answers = queue.SimpleQueue()
        self._creates = Crew(CREATES_AT_ONCE, self._answers)
        self._looks = Crew(LOOKS_AT_ONCE, self._answers)
        self._saves = Crew(SAVES_AT_ONCE, self._answers)
        self._halt = Halt()
        self._uploads = Uploads(kie.client, kie.clock, UPLOADS_AT_ONCE)
        self._aside = beside(kie, self._hear, lambda _: None)
        self._ended: list[ExitCode] = []
        self._errors: dict[ExitCode, KieError] = {}
        self._why: KieError | None = None  # nothing more is sent
        self._lost = 0
        self._pauses = 0  # in a row
        self._failing_since: float | None = None
        self._pause_until = float("-inf")
        self._ending = False
        self._estimated_at = float("-inf")
        prices = [row.order.price.credits for row in rows]
        known = [price for price in prices if price is not None]
        self._shown = Shown(sum(known) if len(known) == len(prices) else None)

    def run(self) -> Summary:
        """
        Make what is missing, wait for all, and return how it ended.

        Whatever is raised (a signal, a stdout that is gone) is raised once the answers to what
        was sent are on disk; SubmitUncertain if one of them never came.
        """
        known = [row.task.task_id for row in self._rows if row.task and row.task.task_id]
        warn_of_another_key(self._kie, known)
        self._estimate()
        names = [row.name for row in self._rows]
        with self._kie.progress(names, self._usual, self._shown) as self._progress:
            try:
                while self._pieces():
                    self._send_more()
                    self._look_more()
                    self._wait()
                    self._estimate()
                self._kie.signals.end()  # nothing may take the place of what is said now
            except BaseException as error:
                with self._progress.aside():
                    self._end_early(error)
                raise
            finally:
                for crew in (self._creates, self._looks, self._saves):
                    crew.end()
        counts = Counter(ENDS.get(code, "failed") for code in sorted(self._ended))
        unsent = len(self._rows) - len(self._ended)
        code, why = worst(self._ended), self._why
        if why:
            code = worst([code, why.exit_code])
            if why.exit_code in TO_MEND and code != ExitCode.UNKNOWN_OUTCOME:
                code = why.exit_code
        why = self._errors.get(code, why)
        made = [row.task for row in self._rows if row.task and row.is_new]
        prices = [task.credits for task in made if task.state != REFUSED]
        told = [price for price in prices if price is not None]
        spent = sum(told) if len(told) == len(prices) else None
        return Summary(counts, unsent, spent, code, why)

    # The loop. What is handed to a crew comes back in `_wait`, in this thread.

    def _pieces(self) -> int:
        waiting = 0 if self._why else len(self._to_do)
        return waiting + len(self._watch) + self._creates.busy + self._saves.busy

    def _send_more(self) -> None:
        while (
            self._to_do
            and not self._why
            and not self._pause_left()
            and self._creates.busy < (CREATES_AT_ONCE if self._failing_since is None else 1)
            and self._creates.busy + len(self._watch) < self._concurrency
        ):
            row = self._to_do.popleft()
            self._queued[row.order.model] -= 1
            if row.task:
                self._have(row, row.task)
                continue
            self._progress.stage(row.name, "sending")
            say = partial(self._progress.stage, row.name)
            kie = beside(self._kie, self._hear, say, halt=self._halt, client=self._uploads)
            self._creates.do(partial(self._submit, kie, row.order), partial(self._submitted, row))

    def _pause_left(self) -> float:
        return max(0.0, self._pause_until - self._kie.clock.monotonic())

    def _submit(self, kie: Kie, order: Order) -> Task:
        """Submit, in a thread; the create is over, for the halt, once the record has it."""
        try:
            self._halt.check()
            return submit(kie, order, waiting=True)
        finally:
            kie.signals.release()

    def _look_more(self) -> None:
        while self._looks.busy < LOOKS_AT_ONCE and self._watch.due() == 0:
            task_id = self._watch.take()
            self._looks.do(partial(look, self._aside, task_id), partial(self._seen, task_id))

    def _wait(self) -> None:
        """Let time pass until a look is due or an answer is here, and take all answers."""
        to_send = self._to_do and not self._why
        pauses = [left] if to_send and (left := self._pause_left()) else []
        if self._looks.busy < LOOKS_AT_ONCE and (due := self._watch.due()) is not None:
            pauses.append(due)
        pause = min(pauses, default=None)
        if self._creates.busy or self._looks.busy or self._saves.busy:
            with suppress(queue.Empty):
                self._answers.get(timeout=pause)()
        elif pause:
            self._kie.clock.sleep(max(pause, 0.001))  # less may be less than a clock can tell
        with suppress(queue.Empty):
            while True:
                self._answers.get_nowait()()
        self._watch.due(slept=True)

    def _hear(self, said: Callable[[], None]) -> None:
        self._answers.put(said)

    def _estimate(self) -> None:
        """Once a second: learn run times anew, and from them the time that is left."""
        now = self._kie.clock.monotonic()
        if now - self._estimated_at < 1:
            return
        self._estimated_at = now
        for model in self._queued:
            self._times[model] = run_times(self._kie, model)
        usual = {model: times.usual for model, times in self._times.items()}
        running = []
        for row in self._by_task.values():
            self._usual[row.name] = usually = usual[row.order.model]
            began = row.task.created_at if row.task else None
            if usually is not None and began is not None:
                running.append(max(0.0, began + usually - self._kie.clock.now()))
        queued = [(usual[model], rows) for model, rows in self._queued.items() if rows]
        self._shown.left = time_left(
            [] if self._why else queued, running, self._rate, self._concurrency
        )

    # What came of it.

    def _submitted(self, row: Row, result: Task | BaseException) -> None:
        if isinstance(result, Task):
            self._lost = self._pauses = 0
            self._failing_since = None
            self._have(row, result)
        elif isinstance(result, Halted):
            self._progress.stage(row.name, NOT_SENT)
        elif isinstance(result, Unreachable):
            self._send_later(row, result)
        elif isinstance(result, KieError):
            is_lost = isinstance(result, SubmitUncertain)
            self._lost += is_lost and not isinstance(result, UnknownBefore)
            task = Task(
                result.task_id,
                UNKNOWN if is_lost else REFUSED,
                result.intent,
                row.order.model,
                error=Failure(result.kind, result.code, result.message),
                label=row.order.label,
                once=row.order.once,
                sandbox=self._kie.use_sandbox,
            )
            if result.exit_code in FOR_ALL or self._lost >= LOST_IN_A_ROW:
                self._stop_sending(result)
            self._end(row, task, result)
        else:
            raise result

    def _send_later(self, row: Row, why: Unreachable) -> None:
        """Put a row back that kie.ai was not reached for, or had no room for: it cost nothing."""
        self._to_do.append(row)
        self._queued[row.order.model] += 1
        now = self._kie.clock.monotonic()
        self._failing_since = now if self._failing_since is None else self._failing_since
        self._progress.stage(row.name, NOT_SENT if self._why else QUEUED)
        if self._why or self._pause_left() or self._ending:
            return
        if self._fail_fast or now - self._failing_since > PATIENCE:
            self._stop_sending(why)
            then = "Nothing more is sent."
        else:
            wish = max(FIRST_PAUSE * 2**self._pauses, why.retry_after or 0)
            pause = min(LONGEST_PAUSE, wish)
            self._pauses += 1
            self._pause_until = now + pause
            then = f"Sending goes on in {pause:.0f} s."
        with self._progress.aside():
            self._kie.output.alert(f"kie: {why.message} {then}")

    def _have(self, row: Row, task: Task) -> None:
        """Wait for the end of a row's task, unless that is known already."""
        task = row.task = task._replace(line=row.line)
        if self._ending:
            return
        if task.task_id is None:
            earlier = "An earlier try has an unknown outcome. Nothing was sent."
            where = self._kie.where_to_look(task)
            self._end(row, task, SubmitUncertain(earlier, *where, intent=task.intent))
            return
        task_id = task.task_id
        if other := self._by_task.get(task_id):
            told = f"kie.ai gave this row the task of another one, {other.name}: {task_id}."
            self._end(row, task, UnexpectedAnswer(told, "Look at https://kie.ai/logs"))
            return
        self._by_task[task_id] = row
        self._progress.show(task, row.name)
        if task.ended:
            self._settle(row, Seen(task))
            return
        fresh = self._kie.clock.now() - (task.created_at or 0) < FRESH
        times = self._times[row.order.model]
        self._watch.add(Subject(task_id, task.created_at, fresh=fresh, last=task, times=times))

    def _seen(self, task_id: str, result: Task | BaseException) -> None:
        if self._ending:
            return
        if isinstance(result, BadKey) or not isinstance(result, Task | KieError):
            raise result
        row = self._by_task[task_id]
        if isinstance(result, Task):
            result = row.task = result._replace(line=row.line, raw=None)
        for event in self._watch.told(task_id, result):
            if isinstance(event, Trouble):
                self._progress.trouble(row.name, event.error, event.count)
            elif isinstance(event, Seen) and not event.task.ended:
                self._progress.show(event.task, row.name)
            elif isinstance(event, Over) or event.task.ended:
                self._settle(row, event)

    def _settle(self, row: Row, event: Seen | Over) -> None:
        """Save the results of a task that ended, or is waited for no longer; then tell."""
        self._by_task.pop((row.task and row.task.task_id) or "", None)
        how = partial(outcome, self._aside, event, row.where, lambda _: self._again, alone=False)
        if row.where and isinstance(event, Seen):
            self._saves.do(how, partial(self._settled, row))
        else:
            self._settled(row, how())

    def _settled(self, row: Row, result: tuple[Task, KieError | None] | BaseException) -> None:
        if self._ending:
            return
        if isinstance(result, BaseException):
            raise result
        self._end(row, *result)

    def _end(self, row: Row, task: Task, error: KieError | None) -> None:
        """Say what became of a row."""
        code = error.exit_code if error else ExitCode.OK
        self._ended.append(code)
        if error:
            self._errors[code] = error
            error.message = f"{row.name}: {error.message}"
            if self._fail_fast and row.is_new:
                self._stop_sending(error)
        task = row.task = task._replace(line=row.line)
        self._progress.show(task, row.name)
        with self._progress.aside():
            saved = row.where is not None
            tell(self._kie, task, error, saved=saved, alone=False, name=row.name)

    def _stop_sending(self, why: KieError) -> None:
        if self._why is None:
            self._why = why
            self._halt.call()
            for row in self._to_do:
                self._progress.stage(row.name, NOT_SENT)

    def _end_early(self, error: BaseException) -> None:
        """Send nothing more, and take the answers to what was sent: those tasks are paid."""
        self._ending = True
        self._halt.call()
        patience = HOLD_INT
        if isinstance(error, Stopped) and error.signum != signal.SIGINT:
            patience = HOLD_OTHERS
        self._halt.end_after(patience)
        sent = self._halt.under_way()
        with suppress(Stopped, queue.Empty):
            if sent and isinstance(error, Stopped):
                what = "1 request is" if sent == 1 else f"{sent} requests are"
                self._kie.output.alert(
                    f"Stopping. {what} at kie.ai already: waiting up to {patience:.0f} s for the "
                    "answers (Ctrl-C again gives up)."
                )
            while self._creates.busy:
                self._take(patience + GRACE if self._halt.under_way() else LAST_WORDS)
        self._kie.signals.end()
        with suppress(queue.Empty):
            while True:
                self._take(0)
        unknown = [
            row for row in self._rows if row.is_new and row.task and row.task.state == UNKNOWN
        ]
        lost = len(unknown) + self._halt.under_way()
        go_on = f"To go on; what is paid is not paid again: {self._again}"
        if lost:
            creates = "1 create" if lost == 1 else f"{lost} creates"
            why = error.message if isinstance(error, KieError) else "kie was stopped."
            raise SubmitUncertain(
                f"{why} Nobody knows the outcome of {creates}: a task may exist and be charged.",
                f"{self._kie.again('list --unknown')} shows what was sent.",
                go_on,
            ) from error
        going = sum(1 for row in self._rows if row.task and not row.task.ended)
        tasks = {0: "No task goes", 1: "1 task goes"}.get(going, f"{going} tasks go")
        if isinstance(error, Stopped):
            error.explain(f"Stopped. {tasks} on at kie.ai.", f"  {go_on}")
        elif isinstance(error, KieError):
            error.hints = (*error.hints, f"{tasks} on at kie.ai.", go_on)

    def _take(self, timeout: float) -> None:
        """Take an answer; that it cannot be shown shall not keep kie from the others."""
        answer = self._answers.get(timeout=timeout)
        with suppress(Exception):
            answer()
