"""What a task will cost: by the price list of its model, or by what earlier tasks cost."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kie_cli.catalog.models import Model
from kie_cli.catalog.values import as_recorded, replace_files
from kie_cli.core.task import amount

Seen = tuple[Mapping[str, object] | None, float]
WORDS = frozenset({"prompt", "negative_prompt", "seed"})  # fields that change no price
# Prices by what only kie.ai measures: an earlier task tells nothing of this one.
_MEASURED = re.compile(r"character|token|layer|returned")
_MANY = re.compile(r"n|num_\w+|\w*count|\w*_images|duration|seconds")


class Estimate(NamedTuple):
    """
    The price of one task, in credits; str() tells it in words.

    `how` is exact (the price list has all that is sent), estimated, or unknown: no `credits`.
    `why` says where it comes from, or why there is none.
    """

    credits: float | None
    how: str
    why: str

    @property
    def cost(self) -> str:
        """The price alone: `5 credits`, `about 14 credits`, `unknown`."""
        if self.credits is None:
            return self.how
        unit = "credit" if self.credits == 1 else "credits"
        return f"{'' if self.how == 'exact' else 'about '}{amount(self.credits)} {unit}"

    def __str__(self) -> str:
        return f"{self.cost} ({'exact, ' if self.how == 'exact' else ''}{self.why})"


UNPRICED = Estimate(None, "unknown", "kie knows no price of this model")


def estimate(
    model: Model | None,
    input: Mapping[str, object],
    *,
    today: str,
    seen: Iterable[Seen] = (),
) -> Estimate:
    """
    Return the price of a task with this input; `today` is a date, 2026-11-22.

    `seen` has input (None: not recorded) and credits of the model's earlier tasks; it is read
    only where the price list says nothing. The price of a promotion that is over is none.
    """
    listed = _listed(model, input, today)
    return listed if listed.credits is not None else _learned(model, input, seen) or listed


def _listed(model: Model | None, input: Mapping[str, object], today: str) -> Estimate:
    """Return the price by the first rate that fits; what is left out counts by its default."""
    if not (model and model.price):
        return UNPRICED
    price = model.price
    if price.get("until", today) < today:
        return _unknown(f"it held until {price['until']}: {price['text']}")
    sent = {name: value for name, value in input.items() if value not in (None, "", [], ())}
    defaults = {f.name: f.default for f in model.fields if f.default is not None}
    whole = defaults | sent
    possible = [rate for rate in price.get("rates", ()) if _fits(rate, sent)]
    likely = [rate for rate in possible if _fits(rate, whole)]
    times, factor = _times(model, price, whole)
    strange = sorted(sent.keys() - {field.name for field in model.fields})
    if not likely or times is None or any(_MANY.fullmatch(name) for name in strange):
        return _unknown(f"kie.ai publishes none that kie can compute: {price['text']}")
    asked = {
        name
        for rate in likely
        for name, values in rate.get("when", {}).items()
        if None not in values
    }
    open_ = sorted(asked - whole.keys())
    # Of what has no default either, the dearest: a limit shall hold.
    rate = max(likely, key=lambda rate: rate["credits"]) if open_ else likely[0]
    telling = asked if len({rate["credits"] for rate in possible}) > 1 else set()
    guessed = sorted((telling | factor) & whole.keys() - sent.keys())
    doubts = [f"the list says nothing of {' and '.join(strange)}"] if strange else []
    if "returned" in price["text"]:
        doubts.append("at most, if all of them come")
    if guessed:
        doubts.append(f"kie.ai's default {' and '.join(_said(model, n) for n in guessed)} assumed")
    if open_ and telling:
        doubts.append(f"{' and '.join(open_)} left out, the dearest counted")
    if price["per"] == "1000 characters":
        doubts.append("kie.ai may round up")
    if price["certainty"] == "reported":
        doubts.append("reported, not from kie.ai's list")
    why = "; ".join(doubts) or f"price list of {price['seen']}"
    return Estimate(round(rate["credits"] * times, 6), "estimated" if doubts else "exact", why)


def _fits(rate: Mapping[str, dict[str, list[object]]], values: Mapping[str, object]) -> bool:
    """Tell whether a rate may be the one: null asks for a field's absence, `*` for any value."""
    return all(
        "*" in asked or _plain(values[name]) in {_plain(one) for one in asked if one is not None}
        if name in values
        else "*" not in asked
        for name, asked in rate.get("when", {}).items()
    )


def _times(
    model: Model, price: Mapping[str, str], values: Mapping[str, object]
) -> tuple[float | None, set[str]]:
    """Return how many units are made (None: nobody knows yet), and the field that says so."""
    per = price.get("per")
    if per == "1000 characters":
        return _characters(values.get(price["of"])), set()
    if per not in {"image", "second"}:
        return 1, set()
    field = model.route("count" if per == "image" else "duration")
    if field is None:
        return (1 if per == "image" else None), set()
    try:
        number = float(_plain(values.get(field.name)))
    except ValueError:
        number = 0
    # -1 and 0 let the model choose.
    return (number if 0 < number < math.inf else None), {field.name}


def _characters(text: object) -> float | None:
    """Return the thousands of characters of a text, or of all `text`s of a list."""
    parts = text if isinstance(text, list) else [text]
    texts = [part.get("text") if isinstance(part, dict) else part for part in parts]
    return sum(len(text) for text in texts if isinstance(text, str)) / 1000 or None


def _learned(
    model: Model | None, input: Mapping[str, object], seen: Iterable[Seen]
) -> Estimate | None:
    """Return the dearest of the earlier tasks with the same settings."""
    known = list(seen)
    if not known or (model and model.price and _MEASURED.search(model.price["text"])):
        return None
    words = {field.name for field in model.fields if field.role in WORDS} if model else WORDS

    def settings(given: Mapping[str, object]) -> dict[str, object]:
        told = {name: value for name, value in given.items() if name not in words}
        whole: dict[str, object] = replace_files(told, as_recorded)
        return whole

    alike = [
        credits
        for earlier, credits in known
        if earlier is not None and settings(earlier) == settings(input)
    ]
    if not alike:  # how much more these settings cost is anybody's guess, and a limit shall hold
        most = amount(max(credits for _, credits in known))
        return _unknown(f"with other settings it cost this machine up to {most} credits")
    tasks = "1 task" if len(alike) == 1 else f"{len(alike)} tasks"
    return Estimate(max(alike), "estimated", f"from {tasks} of this machine")


def _unknown(why: str) -> Estimate:
    return Estimate(None, "unknown", why)


def _said(model: Model, name: str) -> str:
    field = model.field(name)
    value = field and field.default
    said = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{name} of {said}{' s' if name == 'duration' else ''}"


def _plain(value: object) -> str:
    """Return a value as kie.ai compares it: "5", 5 and 5.0 are the same, so are 4K and 4k."""
    return (
        "" if isinstance(value, (list, tuple, dict)) else str(value).casefold().removesuffix(".0")
    )
