"""Doing a few things at a time without keeping the process from ending."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Piece = tuple[Callable[[], Any], Callable[[Any], None]]
Answers = queue.SimpleQueue[Callable[[], None]]


def in_parallel(
    do: Callable[[Item], Result], items: Sequence[Item], workers: int
) -> Iterator[tuple[Item, Result]]:
    """
    Yield (item, do(item)) as they get ready, `workers` at a time; the first error is raised.

    Daemon threads: after an error, or a signal while waiting here, the process can end at once.
    """
    waiting: queue.SimpleQueue[Item] = queue.SimpleQueue()
    ready: queue.SimpleQueue[tuple[Item, Result | None, BaseException | None]] = queue.SimpleQueue()
    stopped = threading.Event()
    for item in items:
        waiting.put(item)

    def work() -> None:
        while not stopped.is_set():
            try:
                item = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                ready.put((item, do(item), None))
            except BaseException as error:  # noqa: BLE001 (raised again in the caller's thread)
                stopped.set()
                ready.put((item, None, error))

    for _ in range(min(workers, len(items))):
        threading.Thread(target=work, daemon=True).start()
    try:
        for _ in items:
            item, result, error = ready.get()
            if error is not None:
                raise error
            yield item, result  # type: ignore[misc]
    finally:
        stopped.set()


class Crew:
    """
    Threads that do what they are handed, `workers` at a time.

    Nothing is decided in them: what came of a piece of work, its result or its exception, waits
    in `answers` together with the function that is to be told, by whoever takes it from there.
    """

    def __init__(self, workers: int, answers: Answers) -> None:
        self._workers, self._started, self._answers = workers, 0, answers
        self._work: queue.SimpleQueue[Piece | None] = queue.SimpleQueue()
        self.busy = 0  # pieces of work of which the answer was not taken yet

    def do(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Have `work` done, and `then` told what came of it."""
        self.busy += 1
        self._work.put((work, then))
        if self._started < min(self._workers, self.busy):
            self._started += 1
            threading.Thread(target=self._run, daemon=True).start()

    def end(self) -> None:
        """Let the threads end, each after the work that it is at."""
        for _ in range(self._started):
            self._work.put(None)

    def _run(self) -> None:
        while piece := self._work.get():
            work, then = piece
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 (told to whoever takes it)
                result = error
            self._answers.put(partial(self._done, then, result))

    def _done(self, then: Callable[[Any], None], result: Any) -> None:
        self.busy -= 1
        then(result)
