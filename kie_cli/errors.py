"""Everything that can go wrong, as a tree: each error knows its exit code and its advice."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the process ends with. One code is one next action for the caller."""

    OK = 0
    UNEXPECTED = 1
    WRONG_INPUT = 2
    TASK_FAILED = 3
    NO_KEY = 4
    NO_CREDITS = 5
    NO_SUCH_TASK = 6
    UNREACHABLE = 7
    STILL_RUNNING = 8
    UNKNOWN_OUTCOME = 9
    NOT_SAVED = 10
    LOCAL_FILES = 11


class KieError(Exception):
    """
    A problem that a person can act on.

    `message` says what happened and what it means for money and files. Each line of
    `hints` is advice, best with the command to type. Texts from outside may stand in
    both: they are made harmless where they are shown. `again`: the same request may do
    better later, after `retry_after` seconds where kie.ai named them.
    """

    kind: ClassVar[str] = "unexpected"
    exit_code: ClassVar[ExitCode] = ExitCode.UNEXPECTED

    def __init__(
        self,
        message: str,
        *hints: str,
        code: int | str | None = None,
        task_id: str | None = None,
        intent: str | None = None,
        retry_after: float | None = None,
        again: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hints = hints
        self.code = code
        self.task_id = task_id
        self.intent = intent
        self.retry_after = retry_after
        self.again = again


class UnexpectedAnswer(KieError):
    """An answer that nobody knows, to a request that costs nothing."""

    kind = "unexpected_answer"


class WrongInput(KieError):
    """The command or its input is wrong: nothing was sent, or kie.ai refused it unpaid."""

    kind = "wrong_input"
    exit_code = ExitCode.WRONG_INPUT


class InputProblems(WrongInput):
    """Every fault of one command line, found before anything was sent."""

    def __init__(self, problems: list[str], *hints: str) -> None:
        super().__init__("; ".join(problems), *hints)
        self.problems = problems


class TaskFailed(KieError):
    """The task ended, and failed."""

    kind = "task_failed"
    exit_code = ExitCode.TASK_FAILED


class BadKey(KieError):
    """There is no API key, or kie.ai does not take it."""

    kind = "bad_key"
    exit_code = ExitCode.NO_KEY


class NoCredits(KieError):
    """The account, or this key's share of it, is used up."""

    kind = "no_credits"
    exit_code = ExitCode.NO_CREDITS


class TooExpensive(KieError):
    """The user's own limit of what may be spent does not allow it. Nothing was sent."""

    kind = "over_budget"
    exit_code = ExitCode.NO_CREDITS


class NoSuchTask(KieError):
    """kie.ai knows no such task under this key."""

    kind = "no_such_task"
    exit_code = ExitCode.NO_SUCH_TASK


class Unreachable(KieError):
    """kie.ai cannot be reached or is busy. Nothing was created."""

    kind = "unreachable"
    exit_code = ExitCode.UNREACHABLE


class StillRunning(KieError):
    """The time was up before the task ended."""

    kind = "still_running"
    exit_code = ExitCode.STILL_RUNNING


class SubmitUncertain(KieError):
    """A task may exist and be charged: the answer to createTask was lost or proves nothing."""

    kind = "unknown_outcome"
    exit_code = ExitCode.UNKNOWN_OUTCOME


class NotSaved(KieError):
    """The result exists, and is not (wholly) on this disk."""

    kind = "not_saved"
    exit_code = ExitCode.NOT_SAVED


class LocalFiles(KieError):
    """The config, the ledger or the disk cannot be used. Nothing was sent."""

    kind = "local_files"
    exit_code = ExitCode.LOCAL_FILES


class Stopped(BaseException):
    """
    A signal asks the process to end; like KeyboardInterrupt, only `main` swallows it.

    `lines` tell what that means, from the first place on its way that knows.
    """

    def __init__(self, signum: int, task_id: str | None = None) -> None:
        super().__init__(signum)
        self.signum = signum
        self.task_id = task_id
        self.lines: tuple[str, ...] = ()

    def explain(self, *lines: str) -> None:
        """Say what the stop means, unless that was said already."""
        self.lines = self.lines or lines
