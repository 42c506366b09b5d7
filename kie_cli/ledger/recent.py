"""The newest creates, as few words as a shell shows of them, by one query."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kie_cli.core.task import valid_task_id

if TYPE_CHECKING:
    from kie_cli.ledger.store import Ledger

MOST = 100  # of more a shell asks first whether to show them all
_NEWEST = """
    SELECT task_id, intent, state, prompt FROM creates WHERE origin = :origin
    AND (task_id IS NOT NULL OR (outcome = 'unknown' AND settled_at IS NULL))
    ORDER BY seq DESC LIMIT :most
"""


class Recent(NamedTuple):
    """A task; without a `task_id` a create of unknown outcome."""

    task_id: str
    intent: str
    state: str
    prompt: str


def newest(ledger: Ledger) -> list[Recent]:
    """Return the newest 100 tasks, and creates of unknown outcome; raises LocalFiles."""
    rows = ledger._db.rows(_NEWEST, origin=ledger._origin, most=MOST)  # noqa: SLF001
    found = (Recent(*(str(cell or "") for cell in row)) for row in rows)
    return [one for one in found if valid_task_id(one.task_id or one.intent)]
