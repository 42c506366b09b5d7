"""What each room of the ledger has: the file, whose rows it sees, the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kie_cli.core.clock import Clock
    from kie_cli.ledger.database import Database


class Room:
    """A part of the Ledger; queries see the rows of `origin` alone."""

    def __init__(self, db: Database, origin: str, clock: Clock) -> None:
        self._db = db
        self._origin = origin
        self._clock = clock
