"""Doing a few things at a time without keeping the process from ending."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


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
