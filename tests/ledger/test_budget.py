"""Limits of what may be spent: looked at in the same transaction that records a create."""

from __future__ import annotations

import contextlib
import json
import math
import threading
import time

import pytest

from kie_cli.core.task import Failure, Task
from kie_cli.ledger.spending import Limits, OverBudget, Spending
from kie_cli.ledger.tasks import OnceTaken

NO = Failure("no_credits", 402, "none")


def done(ledger, clock, task_id, credits, state="success"):
    ledger.record(Task(task_id, state, completed_at=clock.now(), credits=credits))


def caught(ledger, draft, limits):
    with pytest.raises(OverBudget) as caught:
        ledger.prepare(draft, limits)
    return caught.value


def test_a_task_may_cost_its_limit_and_not_a_credit_more(ledger, draft):
    limits = Limits(per_task=5)

    ledger.prepare(draft(estimate=5.0), limits)
    over = caught(ledger, draft(estimate=5.001), limits)

    assert (5, None) == (over.cap, over.spent)
    assert 1 == len(ledger.tasks()), "a refused create leaves no row"


@pytest.mark.parametrize("limits", [Limits(per_task=1e9), Limits(per_day=1e9)])
def test_an_unknown_price_is_more_than_any_limit(ledger, draft, limits):
    caught(ledger, draft(), limits)

    assert ledger.prepare(draft())


def test_a_limit_of_nothing_lets_only_what_is_free_pass(ledger, draft):
    limits = Limits(per_task=0, per_day=0)

    caught(ledger, draft(estimate=0.1), limits)

    assert ledger.prepare(draft(estimate=0.0), limits)


def test_a_day_holds_what_kie_ai_told_and_the_estimates_of_the_rest(ledger, clock, draft, accepted):
    start = clock.now()
    accepted(ledger, "told", estimate=5.0)
    done(ledger, clock, "told", 8.0)
    accepted(ledger, "given back", estimate=5.0)
    done(ledger, clock, "given back", 0.0, "fail")
    accepted(ledger, "failed without a word", estimate=2.0)
    done(ledger, clock, "failed without a word", None, "fail")
    accepted(ledger, "runs", estimate=3.0)
    ledger.prepare(draft(estimate=7.0))
    lost, gone = (ledger.prepare(draft(estimate=11.0)) for _ in range(2))
    for intent in (lost, gone):
        ledger.sending(intent, b"{}")
        ledger.unknown(intent, "no answer", "")
    ledger.forget([gone])
    refused = ledger.prepare(draft(estimate=100.0))
    ledger.sending(refused, b"{}")
    ledger.refused(refused, NO, "")

    assert (8 + 0 + 2 + 3 + 7 + 11, 0) == ledger.spent(start)
    over = caught(ledger, draft(estimate=5.0), Limits(per_day=35.9, since=start))
    assert (35.9, 31.0, 0) == (over.cap, over.spent, over.unpriced)
    assert ledger.prepare(draft(estimate=5.0), Limits(per_day=36, since=start))


def test_a_day_with_a_create_of_no_known_price_can_be_kept_by_none(ledger, clock, draft, accepted):
    accepted(ledger, "t1")
    limits = Limits(per_day=1e9, since=clock.now())

    assert 1 == caught(ledger, draft(estimate=1.0), limits).unpriced

    done(ledger, clock, "t1", 5.0)
    assert ledger.prepare(draft(estimate=1.0), limits)


def test_a_day_begins_where_it_is_said_by_this_machine_s_clock(ledger, clock, draft, accepted):
    accepted(ledger, "t1", estimate=9.0)
    # kie.ai may tell any date: it moves no task into another day.
    ledger.record(Task("t1", "success", created_at=0.0, credits=9.0))
    day = clock.now()
    clock.time += 10

    assert (9.0, 0) == ledger.spent(day)
    assert (0, 0) == ledger.spent(day + 1)
    assert ledger.prepare(draft(estimate=9.0), Limits(per_day=9, since=day + 1))


def test_credits_below_nothing_make_no_room(ledger, clock, accepted):
    accepted(ledger, "t1", estimate=9.0)
    done(ledger, clock, "t1", -1000.0)

    assert (0, 0) == ledger.spent(0)


def test_sums_of_broken_numbers_come_out_even(ledger, draft):
    limits = Limits(per_day=0.3)

    for _ in range(3):
        ledger.prepare(draft(estimate=0.1), limits)

    caught(ledger, draft(estimate=0.1), limits)


def test_what_was_created_before_is_found_before_any_limit(ledger, draft, accepted):
    accepted(ledger, "t1", once="k")

    with pytest.raises(OnceTaken):
        ledger.prepare(draft(once="k"), Limits(per_task=0, per_day=0))


def test_the_sandbox_and_the_real_service_have_a_day_each(opened, draft):
    real, sandbox = opened(), opened("host/a 2 2", origin="sandbox")
    sandbox.prepare(draft(estimate=100.0))

    assert real.prepare(draft(estimate=5.0), Limits(per_day=5))
    assert 100.0 == caught(sandbox, draft(estimate=5.0), Limits(per_day=5)).spent


def test_a_second_paid_answer_to_one_create_costs_a_second_time(ledger, accepted):
    intent = accepted(ledger, "t1", estimate=5.0)
    ledger.accepted(intent, "t2", "{}")

    assert (10.0, 0) == ledger.spent(0)


def test_threads_at_once_cannot_slip_through_together(ledger, draft):
    passed = []

    def one():
        with contextlib.suppress(OverBudget):
            passed.append(ledger.prepare(draft(estimate=5.0), Limits(per_day=20)))

    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 4 == len(passed)


def test_processes_at_once_cannot_slip_through_together(together, opened):
    code = """
from kie_cli.ledger.spending import Limits, OverBudget
ledger = open_ledger()
for _ in range(5):
    try:
        ledger.prepare(Draft("m", None, "h", estimate=5.0), Limits(per_day=30))
        print("passed")
    except OverBudget:
        pass
print("end", flush=True); sys.stdin.readline()
"""
    processes = together(code, 4)
    told = [line for process in processes for line in iter(process.stdout.readline, "end\n")]

    assert 6 == told.count("passed\n")
    assert (30.0, 0) == opened().spent(0)


def test_the_input_and_credits_of_the_last_twenty_successes_are_told(ledger, clock, accepted):
    for number in range(22):
        input = {"model": "m", "input": {"n": number}}
        accepted(ledger, f"t{number}", model="m", input_json=json.dumps(input))
        done(ledger, clock, f"t{number}", float(number))
    accepted(ledger, "runs", model="m")
    accepted(ledger, "failed", model="m")
    done(ledger, clock, "failed", 0.0, "fail")
    accepted(ledger, "untold", model="m")
    done(ledger, clock, "untold", None)
    accepted(ledger, "other")
    done(ledger, clock, "other", 99.0)

    assert [({"n": number}, float(number)) for number in range(21, 1, -1)] == ledger.paid("m")


@pytest.mark.parametrize(
    "input_json", [None, "", "{", "[]", "7", '"input"', "{}", '{"input": 7}', "[" * 100_000]
)
def test_an_input_that_is_not_recorded_or_damaged_is_told_as_none(
    ledger, clock, accepted, input_json
):
    accepted(ledger, "t1", model="m", input_json=input_json)
    done(ledger, clock, "t1", 5.0)

    assert [(None, 5.0)] == ledger.paid("m")


def test_spending_is_told_by_day_model_or_label(ledger, clock, accepted):
    accepted(ledger, "t1", model="a", label="x", estimate=4.0)
    done(ledger, clock, "t1", 5.0)
    accepted(ledger, "t2", model="b", estimate=4.0)
    clock.time += 86400
    accepted(ledger, "t3", model="a")

    assert [
        Spending("1970-01-12", 2, 9.0, 4.0, 0, 0),
        Spending("1970-01-13", 1, 0.0, 0.0, 1, 0),
    ] == ledger.spending("day")
    assert [("a", 2, 5.0), ("b", 1, 4.0)] == [
        (one.name, one.tasks, one.credits) for one in ledger.spending("model")
    ]
    assert [(None, 2, 4.0), ("x", 1, 5.0)] == [
        (one.name, one.tasks, one.credits) for one in ledger.spending("label")
    ]
    assert ["1970-01-13"] == [one.name for one in ledger.spending("day", clock.now())]
    assert [] == ledger.spending("day", clock.now() + 1)


def test_days_are_those_of_the_place_where_kie_runs(ledger, clock, accepted, monkeypatch):
    accepted(ledger, "t1", estimate=4.0)  # 13:46 UTC

    monkeypatch.setenv("TZ", "FAR-14")  # 14 h ahead of UTC
    time.tzset()
    try:
        assert ["1970-01-13"] == [one.name for one in ledger.spending("day")]
    finally:
        monkeypatch.setenv("TZ", "UTC")
        time.tzset()


def test_a_limit_so_high_that_it_is_none_is_none(ledger, draft):
    assert ledger.prepare(draft(), Limits(math.inf, math.inf))
