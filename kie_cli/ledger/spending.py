"""What the creates cost, and whether one more is within the limits."""

from __future__ import annotations

import math
from typing import NamedTuple

from kie_cli.ledger.room import Room

# What is or may be paid; by when it was sent here, not by a time that kie.ai tells.
_SPENDING = """
    SELECT {by} AS name, count(*) AS tasks, total(cost) AS credits,
        total(CASE WHEN credits IS NULL THEN cost END) AS estimated,
        count(*) - count(cost) AS unpriced, sum(outcome = 'unknown') AS unknown
    FROM (
        SELECT model, label, outcome, credits, max(coalesce(credits, estimate), 0) AS cost,
            coalesce(sent_at, created_at) AS at
        FROM creates NOT INDEXED WHERE origin = :origin AND outcome <> 'refused'
        AND (outcome <> 'unknown' OR settled_at IS NULL)
    ) WHERE at >= :since GROUP BY name ORDER BY name
"""
_BY = {"day": "date(at, 'unixepoch', 'localtime')", "model": "model", "label": "label"}


class Limits(NamedTuple):
    """What one create, and all creates since the moment `since`, may cost, in credits."""

    per_task: float = math.inf
    per_day: float = math.inf
    since: float = 0.0


NO_LIMITS = Limits()


class Spending(NamedTuple):
    """
    What the creates of one day, model or label cost, in credits.

    `estimated` is the part of `credits` that kie.ai has not told (yet); `unpriced` creates have
    no price at all, `unknown` ones an outcome that nobody knows.
    """

    name: str | None
    tasks: int
    credits: float
    estimated: float
    unpriced: int
    unknown: int


class OverBudget(Exception):
    """A create would cost more than `cap`: alone, or with what was `spent` before it."""

    def __init__(self, cap: float, spent: float | None = None, unpriced: int = 0) -> None:
        super().__init__(cap)
        self.cap = cap
        self.spent = spent
        self.unpriced = unpriced


class Costs(Room):
    """What was spent, and what more may be."""

    def spending(self, by: str, since: float = 0.0) -> list[Spending]:
        """Return what was spent since then by `day` (local), `model` or `label`, in that order."""
        sql = _SPENDING.format(by=_BY[by])
        return [Spending(*row) for row in self._db.rows(sql, origin=self._origin, since=since)]

    def spent(self, since: float) -> tuple[float, int]:
        """Return the credits spent since then, and how many creates have no price to count."""
        found = self.spending("model", since)
        return sum(one.credits for one in found), sum(one.unpriced for one in found)

    def _check_budget(self, estimate: float | None, limits: Limits) -> None:
        price = math.inf if estimate is None else estimate
        if price > limits.per_task:
            raise OverBudget(limits.per_task)
        if limits.per_day < math.inf:
            spent, unpriced = self.spent(limits.since)
            if unpriced or round(spent + price, 6) > limits.per_day:
                raise OverBudget(limits.per_day, spent, unpriced)
