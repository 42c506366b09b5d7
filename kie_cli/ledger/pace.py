"""How fast creates may follow each other, those of all processes together."""

from __future__ import annotations

from kie_cli.ledger.room import Room

BUSY = "kie.ai was too busy"
# Seconds: kie.ai counts the creates of an account in a window (docs.kie.ai, rate limits), and an
# answer that never came is no longer waited for.
WINDOW, LONGEST_SEND = 10.0, 100.0
_RECENT = """
    SELECT outcome, sent_at, (
        SELECT min(at) FROM events WHERE events.intent = creates.intent AND at >= sent_at
        AND (state IN ('accepted', 'refused', 'unknown') OR (state = 'prepared' AND why = :busy))
    ) AS answered_at
    FROM creates WHERE origin = :origin AND sent_at BETWEEN :since AND :now
    AND key_fingerprint IS (
        SELECT key_fingerprint FROM creates WHERE intent = :intent
    ) ORDER BY sent_at DESC LIMIT :most
"""


class TooFast(Exception):
    """kie.ai takes no more creates for some `seconds`; nothing was sent."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Pace(Room):
    """The turns of the creates that wait to be sent."""

    def turn(self, intent: str, rate: int) -> float:
        """
        Return in how many seconds a create may be sent; 0 for now.

        `rate` are under way at once, and each makes way for the next 10 s after its answer: so
        kie.ai never counts more than `rate` in 10 s, however long its answers take.
        """
        now = self._clock.now()
        since = now - LONGEST_SEND
        rows = self._db.rows(
            _RECENT,
            origin=self._origin,
            intent=intent,
            since=since,
            now=now,
            most=4 * rate,
            busy=BUSY,
        )
        frees = sorted(
            row["sent_at"] + LONGEST_SEND
            if row["answered_at"] is None
            else row["answered_at"] + WINDOW
            for row in rows
        )
        busy = [moment for moment in frees if moment > now]
        return max(0.0, busy[-rate] - now) if len(busy) >= rate else 0.0
