"""From what a create asks for to the order that can be sent, with everything that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from kie_cli.catalog.check import build
from kie_cli.catalog.models import FLAGS, Model
from kie_cli.catalog.wishes import choose_model
from kie_cli.context import Kie
from kie_cli.errors import InputProblems, WrongInput
from kie_cli.jobs import market
from kie_cli.jobs.budget import price_of
from kie_cli.jobs.submit import Order
from kie_cli.jobs.wishes import Look, read_wishes

Find = Callable[[str], tuple[Model | None, list[str]]]


@dataclass(slots=True)
class Plan:
    """
    An order, and what is to be said of it. It must not be sent while there are problems.

    `changed` says which model was chosen in place of the one that was asked for.
    """

    order: Order
    model: Model | None
    problems: list[str]
    hints: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    changed: str | None = None

    def priced(self, kie: Kie) -> Order:
        """Return the order with its price."""
        order = self.order
        return order._replace(price=price_of(kie, order.model, self.model, order.input))

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Let a wrong flag join the other problems instead of hiding those that come after it."""
        try:
            yield
        except WrongInput as error:
            self.problems += error.problems if isinstance(error, InputProblems) else [error.message]
            self.hints += error.hints


def plan(
    kie: Kie,
    asked: Mapping[str, Any],
    *,
    validate: bool,
    look: Look | None = None,
    find: Find | None = None,
) -> Plan:
    """
    Return the order for `asked`, the flags of `create` by their names, and what is wrong with it.

    Files may be looked at by `look`, models by `find`; nothing is sent. Raises WrongInput where
    no more can be said.
    """
    flags = {flag: asked.get(flag) for flag in FLAGS}
    prompt_file, param, input_ = (asked.get(name) for name in ("prompt_file", "param", "input"))
    wishes, problems = read_wishes(kie, flags, prompt_file, param, input_, look)
    named = asked.get("model")
    model_id, changed = choose_model(named, kie.settings.get("model").value, wishes)
    known, doubts = find(model_id) if find else market.find(kie, model_id)
    checked = build(model_id, known, wishes, validate=validate)
    found = Plan(
        Order(model_id, checked.input),
        known,
        problems + checked.problems,
        warnings=[*doubts, *checked.warnings],
    )
    if checked.problems and not problems:
        lifted = build(model_id, known, wishes, validate=False)
        found.hints += [] if lifted.problems else ["To send it anyway: --no-validate"]
    if changed and (named or not found.problems):
        found.changed = changed
    return found
