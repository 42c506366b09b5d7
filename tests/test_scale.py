"""The simulation of docs/scale.md, at a small size."""

from __future__ import annotations

import heapq
import itertools
import re
import runpy
from contextlib import closing
from pathlib import Path

import pytest
from fakes import FakeClock

from kie_cli.core.polling import GAP
from kie_cli.ledger.store import Draft, Ledger

ROOT = Path(__file__).parents[1]
SCALE = runpy.run_path(str(ROOT / "tests/benchmarks/scale.py"))
PLANS, Plan, simulate = (SCALE[name] for name in ("PLANS", "Plan", "simulate"))
PAGE = (ROOT / "docs/scale.md").read_text(encoding="utf-8")


def test_the_turns_of_the_simulation_are_those_of_the_ledger(tmp_path):
    sends, rate = [], 4
    world = SCALE["World"](Plan(rate=rate, limit=rate), seed=1)
    draw = world.answer_time

    def answer_time():
        sends.append((world.time, draw()))
        return sends[-1][1]

    world.answer_time = answer_time
    SCALE["Machine"](world, 20, itertools.count())
    world.run()
    assert 20 == len(sends)

    clock = FakeClock(1000.0)
    events = [(1000.0 + at, number, None) for number, (at, _) in enumerate(sends)]
    with closing(Ledger(tmp_path, "https://api.kie.ai", clock)) as ledger:
        while events:
            at, number, intent = heapq.heappop(events)
            if intent:
                clock.time = at
                ledger.accepted(intent, f"t{number}", "{}")
                continue
            intent = ledger.prepare(Draft("flux", None, f"h{number}"))
            clock.time = at - 0.001
            assert (number >= rate) == (ledger.turn(intent, rate) > 0)
            clock.time = at + 0.000001
            ledger.sending(intent, b"{}", rate)
            heapq.heappush(events, (at + sends[number][1], number, intent))


def test_one_machine_is_refused_nothing_and_loses_only_the_time_of_the_answers():
    out = simulate(Plan(answer=0.5), 1000)
    assert (1000, 0, 0) == (out.creates, out.refused, out.not_made)
    assert 1.0 < out.ratio < 1.06


def test_machines_that_each_take_the_whole_limit_waste_requests_and_lose_nothing():
    apart, divided = (simulate(Plan(machines=4, rate=rate), 1000) for rate in (20, 5))
    assert apart.refused > 1000
    assert apart.not_made == 0
    assert apart.ratio < 1.2
    assert (0, 0) == (divided.refused, divided.not_made)


def test_one_process_sees_at_most_five_ends_a_second_however_high_the_limit():
    out = simulate(Plan(rate=100, limit=100), 2000)
    assert out.an_hour <= 3600 / GAP
    assert simulate(Plan(machines=4, rate=25, limit=100), 2000).an_hour > out.an_hour


def figures():
    rows = re.findall(r"^\| ([^|]+) \|(.*)\|$", PAGE, re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}


def test_the_page_has_every_plan_of_the_simulation():
    assert set(PLANS) <= set(figures())


@pytest.mark.parametrize(
    "name",
    ["one machine", "createTask answers in 1 s", "8 machines, rate_limit 2", "8 machines, 20 each"],
)
def test_the_page_says_how_near_to_the_ideal_a_plan_comes(name):
    assert float(figures()[name][7]) == pytest.approx(simulate(PLANS[name], 2000).ratio, abs=0.04)
