"""A Kie for a thread: what it says is handed over, and it ends where it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from copy import copy
from typing import TYPE_CHECKING, Any

from kie_cli.context import Kie
from kie_cli.errors import KieError
from kie_cli.output.plain import Plain

if TYPE_CHECKING:
    from kie_cli.api.client import Client
    from kie_cli.core.clock import Clock
    from kie_cli.core.media import LocalFile
    from kie_cli.core.task import Task

SHARED = 60.0  # seconds
NAP = 0.25  # seconds after which a thread that pauses sees that it shall end
Hand = Callable[[Callable[[], None]], None]


class Halted(KieError):
    """The work was stopped before this create was sent. Nothing was charged."""


class Halt:
    """Whether creates may still be sent, and those that are on their way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[Held, Callable[[float], None]] = {}
        self.called = self.bounded = False

    def call(self) -> None:
        """From now on let no create pass the gate."""
        with self._lock:
            self.called = True

    def check(self) -> None:
        """Raise Halted if creates may not be sent any more."""
        if self.called:
            raise Halted("The batch was stopped before this row was sent. Nothing was charged.")

    def under_way(self) -> int:
        """Return how many creates have passed the gate and are not on disk yet."""
        return len(self._under_way)

    def end_after(self, seconds: float) -> None:
        """End the waiting for their answers so much later."""
        with self._lock:
            self.bounded = True
            for end_after in self._under_way.values():
                end_after(seconds)

    def enter(self, held: Held, end_after: Callable[[float], None]) -> None:
        """Let a create pass, or raise Halted."""
        with self._lock:
            self.check()
            self._under_way[held] = end_after

    def leave(self, held: Held) -> None:
        """Let go of a create that the record has."""
        with self._lock:
            self._under_way.pop(held, None)


class Held:
    """In place of Signals: the calling thread alone hears those, and then calls the halt."""

    def __init__(self, halt: Halt) -> None:
        self._halt = halt

    @property
    def waiting(self) -> bool:
        """Whether the answers are waited for no longer than a stop allows."""
        return self._halt.bounded

    def hold(self, end_after: Callable[[float], None], _tell: object) -> None:
        """Pass the gate; raises Halted."""
        self._halt.enter(self, end_after)

    def answered(self) -> None:
        """Do nothing: no signal is raised here anyway."""

    def release(self) -> None:
        """Say that the create is over."""
        self._halt.leave(self)


class _Clock:
    def __init__(self, clock: Clock, halt: Halt) -> None:
        self.now, self.monotonic, self.random = clock.now, clock.monotonic, clock.random
        self._sleep, self._halt = clock.sleep, halt

    def sleep(self, seconds: float) -> None:
        until = self.monotonic() + seconds
        while (left := until - self.monotonic()) > 0:
            self._halt.check()
            self._sleep(min(left, NAP))


class _Words(Plain):
    def __init__(self, kie: Kie, hand: Hand, say: Callable[[str], None]) -> None:
        output = kie.output
        super().__init__(output.out, output.err, quiet=output.quiet, verbose=output.verbose)
        self._output, self._hand, self._say = output, hand, say

    def note(self, text: str, style: str | None = None) -> None:
        del style  # rows are painted by their state
        self._hand(lambda: self._say(text))

    def alert(self, text: str) -> None:
        self._hand(lambda: self._output.alert(text))

    def warn(self, text: str, *hints: str) -> None:
        self._hand(lambda: self._output.warn(text, *hints))

    def created(self, task: Task) -> None:
        self._hand(lambda: self._output.created(task))


class Uploads:
    """
    kie.ai as all threads see it: each distinct file is uploaded once, `at_once` at a time.

    Rows that come to it after SHARED seconds find its URL in the record, with its age.
    """

    def __init__(self, client: Client, clock: Clock, at_once: int) -> None:
        self._client, self._clock = client, clock
        self._turns = threading.Semaphore(at_once)
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Future[str]]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def upload(self, file: LocalFile) -> str:
        """Return the URL of a file; raises what Client.upload raises, for all who wait for it."""
        with self._lock:
            now = self._clock.monotonic()
            began, url = self._known.get(file.sha256, (now, None))
            if is_first := url is None or (url.done() and now - began > SHARED):
                url = Future()
                self._known[file.sha256] = now, url
        if is_first:
            try:
                with self._turns:
                    url.set_result(self._client.upload(file))
            except BaseException as error:  # noqa: BLE001 (raised below)
                with self._lock:
                    del self._known[file.sha256]  # another row may try anew
                url.set_exception(error)
        try:
            return url.result()
        except KieError as error:
            raise copy(error) from None  # each row adds its own words to it


def beside(
    kie: Kie,
    hand: Hand,
    say: Callable[[str], None],
    *,
    halt: Halt | None = None,
    client: Any = None,
) -> Kie:
    """
    Return a Kie for a thread: it shares the parts of `kie`, and gives what it says to `hand`.

    `say` takes what is only of interest to the eye. With `halt` it ends by Halted instead of
    sending a create.
    """
    aside = copy(kie)
    parts: dict[str, Any] = {"output": _Words(kie, hand, say)}
    if halt:
        aside.clock = _Clock(kie.clock, halt)
        parts["signals"] = Held(halt)
    if client:
        parts["client"] = client
    aside.__dict__.update(parts)
    return aside
