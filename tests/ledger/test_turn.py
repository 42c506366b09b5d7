"""The pace of creates: never more than kie.ai takes in 10 s, by all processes together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kie_cli.errors import LocalFiles
from kie_cli.ledger.pace import TooFast
from kie_cli.ledger.store import Ledger as RealLedger


def sent(ledger, draft, task_id=None, rate=3):
    intent = ledger.prepare(draft())
    ledger.sending(intent, b"{}", rate)
    if task_id:
        ledger.accepted(intent, task_id, "{}")
    return intent


def test_the_first_creates_go_at_once_and_the_next_when_a_place_is_free(ledger, draft, clock):
    for number in range(3):
        assert ledger.turn(ledger.prepare(draft()), 3) == 0
        sent(ledger, draft, f"t{number}")
        clock.time += 1
    waiting = ledger.prepare(draft())
    assert ledger.turn(waiting, 3) == pytest.approx(7)
    clock.time += 6.9
    with pytest.raises(TooFast) as early:
        ledger.sending(waiting, b"{}", 3)
    assert early.value.seconds == pytest.approx(0.1)
    assert ledger.by_intent(waiting).state == "prepared", "nothing was sent"
    clock.time += 0.1
    ledger.sending(waiting, b"{}", 3)


def test_a_place_is_free_ten_seconds_after_the_answer_not_after_the_send(ledger, draft, clock):
    slow = sent(ledger, draft, rate=1)
    waiting = ledger.prepare(draft())
    clock.time += 60
    assert ledger.turn(waiting, 1) == pytest.approx(40), "no answer yet, so at the longest"
    ledger.unknown(slow, "no answer", "")
    assert ledger.turn(waiting, 1) == pytest.approx(10)


def test_what_never_left_takes_no_place(ledger, draft, clock):
    never = ledger.prepare(draft())
    ledger.attempt_failed(never, "no network")
    ledger.not_sent(never, "no network")
    assert ledger.turn(ledger.prepare(draft()), 1) == 0


def test_what_kie_ai_was_too_busy_for_keeps_its_place_so_that_the_next_try_is_no_faster(
    ledger, draft, clock
):
    busy = sent(ledger, draft, rate=1)
    clock.time += 2
    ledger.back_to_prepared(busy)
    assert ledger.turn(busy, 1) == pytest.approx(10)
    assert ledger.turn(ledger.prepare(draft()), 1) == pytest.approx(10)
    clock.time += 10
    ledger.sending(busy, b"{}", 1)


def test_another_key_and_another_service_have_places_of_their_own(opened, draft, clock):
    ledger, other = opened(), opened(origin="https://other.test")
    sent(ledger, draft, "t1", rate=1)
    assert ledger.turn(ledger.prepare(draft(key_fingerprint="another")), 1) == 0
    assert other.turn(other.prepare(draft()), 1) == 0
    assert ledger.turn(ledger.prepare(draft()), 1) > 0


def test_a_clock_that_was_set_back_blocks_nobody(ledger, draft, clock):
    sent(ledger, draft, "t1", rate=1)
    clock.time -= 86400
    assert ledger.turn(ledger.prepare(draft()), 1) == 0


def test_a_create_that_is_settled_meanwhile_is_no_question_of_pace(ledger, draft):
    intent = ledger.prepare(draft())
    ledger.not_sent(intent, "given up")
    with pytest.raises(LocalFiles):
        ledger.sending(intent, b"{}", 3)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.05, 30), min_size=45, max_size=60), st.integers(2, 20))
def test_no_window_has_more_than_the_limit_and_the_last_is_hardly_late(
    tmp_path_factory, takes, rate
):
    """Creates one behind the other's start, each answered after some seconds."""
    from kie_cli.ledger.pace import WINDOW
    from kie_cli.ledger.store import Draft

    clock = Now()
    ledger = RealLedger(tmp_path_factory.mktemp("l"), "https://api.test", clock, owner="me")
    answers, arrivals, under_way = [], [], []
    for number, seconds in enumerate(takes):
        intent = ledger.prepare(Draft("m", "{}", str(number)))
        while pause := ledger.turn(intent, rate):
            due = min([moment for moment, _ in under_way], default=clock.time + pause)
            clock.time = min(clock.time + pause, max(due, clock.time))
            settle(ledger, clock, under_way)
        ledger.sending(intent, b"{}", rate)
        arrivals.append(clock.time)
        under_way.append((clock.time + min(seconds, 3), intent))
        answers.append(clock.time + min(seconds, 3))
        settle(ledger, clock, under_way)
    ledger.close()
    for moment in arrivals:
        assert sum(moment - WINDOW < one <= moment for one in arrivals) <= rate
    # Ideal: each place is used again 10 s after its answer.
    places, ideal = [0.0] * rate, 0.0
    for seconds in takes:
        ideal = max(ideal, places[0] - clock.began if places[0] else 0.0)
        places = sorted([*places[1:], clock.began + ideal + min(seconds, 3) + WINDOW])
    assert arrivals[-1] - clock.began <= 1.05 * ideal + 0.01


class Now:
    began = time = 1795344000.0

    def now(self):
        return self.time


def settle(ledger, clock, under_way):
    for one in [one for one in under_way if one[0] <= clock.time]:
        under_way.remove(one)
        ledger.accepted(one[1], f"t{one[1][2:]}", "{}")
