"""How far a long piece of work is: a line that is written over, or a line a minute."""

from __future__ import annotations

from contextlib import suppress

from kie_cli.core.clock import Clock
from kie_cli.output.base import Output
from kie_cli.output.text import fit, safe

HEARTBEAT = 60.0  # seconds without a line off a terminal
CELLS = 20


class Bar:
    """One line on stderr, taken away by clear()."""

    def __init__(self, output: Output, clock: Clock) -> None:
        self._output, self._clock, self._said_at = output, clock, clock.monotonic()
        self._drawn = output.err.animated and not (output.quiet or output.verbose)

    def show(self, done: int, total: int, text: str) -> None:
        """Show that `done` of `total` pieces are ready."""
        said = f"{done} of {total}  {text}"
        if self._drawn:
            self._draw(f"[{'#' * (CELLS * done // total):<{CELLS}}] {said}")
        elif self._clock.monotonic() - self._said_at >= HEARTBEAT:
            self._said_at = self._clock.monotonic()
            self._output.note(said)

    def clear(self) -> None:
        """Take the line away."""
        if self._drawn:
            self._draw("")

    def _draw(self, text: str) -> None:
        err = self._output.err
        with suppress(OSError, ValueError):  # a terminal that is gone stops nobody
            if err.raw:
                err.raw.write(f"\r\x1b[K{err.shown(fit(safe(text), err.width - 1))}")
                err.raw.flush()
