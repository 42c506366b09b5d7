"""Money before the send: what a task will cost, and the limits that the user set."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from math import inf

from kie_cli.catalog.models import Model
from kie_cli.catalog.price import Estimate, Seen, estimate
from kie_cli.context import Kie
from kie_cli.core.durations import parse_since
from kie_cli.core.task import amount
from kie_cli.errors import LocalFiles, TooExpensive
from kie_cli.ledger.spending import Limits, OverBudget

PER_TASK, PER_DAY = "max_credits_per_task", "max_credits_per_day"


def price_of(kie: Kie, model_id: str, model: Model | None, input: Mapping[str, object]) -> Estimate:
    """Return what a task will cost; asks the ledger only where there is no price list."""

    def seen() -> Iterator[Seen]:
        with suppress(LocalFiles):  # submit tells it, and a dry run needs no ledger
            yield from kie.ledger.paid(model_id)

    today = f"{datetime.fromtimestamp(kie.clock.now()).astimezone():%Y-%m-%d}"
    return estimate(model, input, today=today, seen=seen())


def limits(kie: Kie, flag: str | None) -> Limits:
    """Return the limits in force: of flag and config the smaller. Raises WrongInput."""
    flagged = kie.settings.get(PER_TASK, flag=flag).value
    kept, day = (kie.settings.get(name).value for name in (PER_TASK, PER_DAY))
    today = parse_since("today", kie.clock.now())
    return Limits(_or_none(flagged, kept), _or_none(day), today)


def refusal(kie: Kie, model: str, price: Estimate, over: OverBudget) -> TooExpensive:
    """Return what is said of a create that a limit does not allow."""
    allowed = amount(over.cap)
    by_flag = over.cap != kie.settings.get(PER_TASK).value
    name = PER_DAY if over.spent is not None else "--max-credits" if by_flag else PER_TASK
    hints = []
    if price.credits is None:
        said = f"The price of {model} is {price}, so {name} cannot be kept"
    elif over.spent is None:
        said = f"{model} costs {price}, and {name} allows {allowed}"
    elif over.unpriced:
        said = (
            f"What {over.unpriced} of today's creates cost is not known, so {name} cannot be kept"
        )
        which = kie.again("list --since today")
        hints = [f"To ask kie.ai: kie status TASK_ID; {which} shows those without credits."]
    else:
        said = (
            f"Today's creates cost {amount(over.spent)} credits so far, this one {price.cost}, "
            f"and {name} allows {allowed}"
        )
        hints = [f"What they were: {kie.again('spend --since today --by model')}"]
    way_out = f"kie config unset {name}" if name in {PER_TASK, PER_DAY} else f"leave {name} out"
    return TooExpensive(
        f"{said}. Nothing was sent, nothing was charged.", *hints, f"Without the limit: {way_out}"
    )


def total(prices: Iterable[Estimate]) -> Estimate:
    """Return the price of several tasks; unknown if one of them is."""
    found = list(prices)
    if unknown := next((one for one in found if one.credits is None), None):
        return unknown
    exact = all(one.how == "exact" for one in found)
    whole = math.fsum(one.credits or 0 for one in found)
    return Estimate(round(whole, 6), "exact" if exact else "estimated", f"{len(found)} rows")


def check_batch(kie: Kie, prices: Mapping[str, Iterable[Estimate]], flag: str | None) -> Estimate:
    """
    Return what all rows together will cost. `prices` are theirs, by the name of the model.

    Raises TooExpensive where the flag or a limit of the config does not allow it; WrongInput.
    """
    allowed, per_batch = limits(kie, None), _or_none(kie.settings.get(PER_TASK, flag=flag).value)
    by_model = {model: list(found) for model, found in prices.items()}
    for model, found in by_model.items():
        for price in found:
            if (inf if price.credits is None else price.credits) > allowed.per_task:
                raise refusal(kie, model, price, OverBudget(allowed.per_task))
    whole = total(price for found in by_model.values() for price in found)
    count = sum(map(len, by_model.values()))
    rows = f"What is to be made ({count} {'row' if count == 1 else 'rows'})"
    if flag is not None and (inf if whole.credits is None else whole.credits) > per_batch:
        raise refusal(kie, rows, whole, OverBudget(per_batch))
    if allowed.per_day < inf:
        spent, unpriced = kie.ledger.spent(allowed.since)
        cost = inf if whole.credits is None else whole.credits
        if unpriced or round(spent + cost, 6) > allowed.per_day:
            raise refusal(kie, rows, whole, OverBudget(allowed.per_day, spent, unpriced))
    return whole


def _or_none(*found: float | None) -> float:
    return min((value for value in found if value is not None), default=inf)
