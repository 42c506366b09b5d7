from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kie_cli.core.polling import GAP, Over, Pace, Seen, Subject, Trouble, watch
from kie_cli.core.task import Task
from kie_cli.errors import (
    BadKey,
    NoSuchTask,
    StillRunning,
    TaskFailed,
    UnexpectedAnswer,
    Unreachable,
    WrongInput,
)

START = 1795344000.0
GONE, BUSY = NoSuchTask("no such task"), Unreachable("busy", again=True)
ODD = UnexpectedAnswer("code 451", again=True)


class Steps:
    """Run times that are known to the pace alone: 2 s, 3 s, and rarer the longer it takes."""

    def next_look(self, age):
        steps = ((2, 2.0), (60, 3.0), (300, 5.0), (900, 10.0))
        return next((pause for until, pause in steps if age < until), 15.0)


class Ages:
    """Run times that note the ages they were asked for."""

    asked: ClassVar[list] = []

    def next_look(self, age):
        self.asked.append(age)
        return 9.0


class Watch:
    """A wait in fake time: `answers` of a look are states or errors, the last one for ever."""

    def __init__(self, *answers, jitter=0.5, takes=0.0):
        self.answers = {None: list(answers)}
        self.time = 0.0
        self.wall = START
        self.slept = []
        self.looks = []
        self.jitter = jitter
        self.takes = takes

    def now(self):
        return self.wall + self.time

    def monotonic(self):
        return self.time

    def sleep(self, seconds):
        self.slept.append(round(seconds, 3))
        self.time += seconds

    def random(self):
        return self.jitter

    def look(self, task_id):
        self.looks.append((self.time, task_id))
        assert len(self.looks) < 100_000
        self.time += self.takes
        answers = self.answers.get(task_id, self.answers[None])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return Task(task_id, answer)

    def __call__(self, *subjects, timeout=None, interval=None):
        subjects = [s if isinstance(s, Subject) else Subject(s) for s in subjects or ["t1"]]
        subjects = [replace(subject, times=Steps()) for subject in subjects]
        return list(watch(subjects, self.look, Pace(timeout, interval), self))


def states(events):
    return [event.task.state for event in events if isinstance(event, Seen)]


# pace


def test_the_last_pause_is_cut_to_the_deadline_and_a_last_look_is_made():
    wait = Watch("generating")

    events = wait(timeout=6)

    assert wait.slept == [2.0, 3.0, 1.0]
    assert [moment for moment, _ in wait.looks] == [0.0, 2.0, 5.0, 6.0]
    assert states(events) == ["generating"] * 4
    over = events[-1]
    assert isinstance(over.error, StillRunning)
    assert over.error.message == (
        "The task is still running at kie.ai; the time to wait for it is up."
    )
    assert over.error.hints == ("Come back with: kie wait t1",)
    assert over.error.task_id == "t1"
    assert over.last == Task("t1", "generating")


def test_pauses_grow_from_the_first_look_whatever_the_clock_shows_then():
    wait = Watch("generating")
    wait.time = 10_000.0

    wait(timeout=6)

    assert wait.slept == [2.0, 3.0, 1.0]


def test_a_task_of_this_moment_is_looked_at_after_two_seconds():
    wait = Watch("generating", "success")

    wait(Subject("t1", START, fresh=True), timeout=60)

    assert wait.slept == [2.0, 3.0]


def test_a_result_at_the_last_look_counts():
    wait = Watch("generating", "generating", "generating", "success")

    events = wait(timeout=6)

    assert states(events)[-1] == "success"
    assert isinstance(events[-1], Seen)


@pytest.mark.parametrize("state", ["success", "fail"])
def test_a_final_state_ends_the_wait_at_once(state):
    wait = Watch(state)

    assert wait() == [Seen(Task("t1", state))]
    assert wait.slept == []


@pytest.mark.parametrize("state", ["waiting", "queuing", "SUCCESS", "3", "(no state)", "done"])
def test_an_unknown_state_runs_on(state):
    events = Watch(state)(timeout=6)

    assert isinstance(events[-1].error, StillRunning)


def test_no_time_means_one_look():
    wait = Watch("generating")

    events = wait(timeout=0)

    assert (len(wait.looks), wait.slept) == (1, [])
    assert [type(event) for event in events] == [Seen, Over]


def test_without_a_limit_a_task_may_take_a_week():
    wait = Watch(*["generating"] * 40_400, "success")

    events = wait()

    assert states(events)[-1] == "success"
    assert wait.time > 7 * 86400


def test_pauses_vary_by_a_tenth_unless_they_were_chosen():
    assert [Pace().pause(Steps(), 2.0, jitter) for jitter in (0.0, 0.5, 1.0)] == pytest.approx(
        [2.7, 3.0, 3.3]
    )
    assert Pace(interval=7).pause(Steps(), 0.0, 0.0) == 7
    assert Pace(interval=0).pause(Steps(), 0.0, 0.0) == 0


@pytest.mark.parametrize(("fresh", "slept"), [(True, [9.0]), (False, [])])
def test_the_age_of_a_task_says_when_a_look_pays(fresh, slept):
    wait = Watch("success")
    subject = Subject("t1", START - 40, fresh=fresh, times=Ages())

    list(watch([subject], wait.look, Pace(), wait))

    assert slept == wait.slept
    assert fresh == (Ages.asked[-1:] == [40.0])
    Ages.asked.clear()


def test_a_task_of_a_minute_needs_about_twenty_looks():
    wait = Watch("generating")

    wait(timeout=60)

    assert len(wait.looks) == 22


def test_a_slow_answer_delays_the_next_look():
    wait = Watch("generating", "generating", "success", takes=15.0)

    wait(timeout=300, interval=5)

    assert [moment for moment, _ in wait.looks] == [0.0, 20.0, 40.0]


def test_a_look_that_outlasts_the_deadline_is_followed_by_a_last_one():
    wait = Watch("generating", takes=20.0)

    wait(timeout=15)

    assert [moment for moment, _ in wait.looks] == [0.0, 20.0]


def test_five_looks_a_second_are_the_most_for_many_tasks():
    wait = Watch("generating")

    wait(*[f"t{number}" for number in range(100)], timeout=120, interval=0)

    moments = [moment for moment, _ in wait.looks]
    gaps = [after - before for before, after in pairwise(moments)]
    assert min(gaps) >= GAP - 1e-9
    assert {task_id for _, task_id in wait.looks} == {f"t{number}" for number in range(100)}
    assert {task_id for moment, task_id in wait.looks if moment >= 120} == {
        f"t{number}" for number in range(100)
    }


def test_an_id_that_is_named_twice_is_one_task():
    assert len(Watch("success")("t1", "t1")) == 1


def test_each_task_ends_by_itself():
    wait = Watch("generating")
    wait.answers |= {"t1": ["success"], "t2": [TaskFailed("408")], "t3": ["generating", "fail"]}

    events = wait("t1", "t2", "t3", "t4", timeout=6)

    ends = {event.task.task_id: event.task.state for event in events if isinstance(event, Seen)}
    overs = {event.task_id: type(event.error) for event in events if isinstance(event, Over)}
    assert (ends["t1"], ends["t3"]) == ("success", "fail")
    assert overs == {"t2": TaskFailed, "t4": StillRunning}
    assert len([task_id for _, task_id in wait.looks if task_id == "t1"]) == 1


# looks that tell nothing


def test_an_outage_of_half_an_hour_ends_in_the_result():
    wait = Watch("generating", *[BUSY] * 60, "success")

    events = wait(timeout=7200)

    troubles = [event for event in events if isinstance(event, Trouble)]
    assert troubles == [Trouble("t1", BUSY, count) for count in range(1, 61)]
    assert states(events) == ["generating", "success"]
    assert 1700 < wait.time < 1900


def test_a_good_answer_ends_a_row_of_troubles():
    events = Watch(BUSY, BUSY, "waiting", BUSY, "success")(timeout=600)

    assert [e.count for e in events if isinstance(e, Trouble)] == [1, 2, 1]


def test_pauses_grow_while_nothing_is_told():
    wait = Watch(*[BUSY] * 7, "success")

    wait()

    assert wait.slept == [2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


@pytest.mark.parametrize("error", [BUSY, ODD, NoSuchTask("gone", again=True)])
def test_without_any_state_the_end_is_the_last_error(error):
    events = Watch(BUSY, error)(timeout=6)

    assert events[-1] == Over("t1", error, None)


def test_with_a_state_the_end_is_still_running():
    events = Watch("waiting", BUSY)(timeout=6)

    assert isinstance(events[-1].error, StillRunning)
    assert events[-1].last == Task("t1", "waiting")


@pytest.mark.parametrize("error", [TaskFailed("408"), WrongInput("400")])
def test_an_answer_about_the_task_ends_its_wait(error):
    wait = Watch("waiting", error)

    events = wait(timeout=900)

    assert events[-1] == Over("t1", error, Task("t1", "waiting"))
    assert len(wait.looks) == 2


def test_a_bad_key_stops_everything_at_once():
    wait = Watch("waiting")
    wait.answers["t2"] = [BadKey("401")]

    with pytest.raises(BadKey):
        wait("t1", "t2", "t3", timeout=900)
    assert [task_id for _, task_id in wait.looks] == ["t1", "t2"]


# Retry-After


@pytest.mark.parametrize(
    ("asked", "pause"), [(0.0, 2.0), (1.0, 2.0), (45.0, 45.0), (120.0, 120.0), (3.2e8, 120.0)]
)
def test_a_wish_of_kie_ai_is_obeyed_up_to_two_minutes(asked, pause):
    wait = Watch(Unreachable("429", again=True, retry_after=asked), "success")

    wait()

    assert wait.slept == [pause]


def test_a_wish_counts_from_its_answer():
    wait = Watch(Unreachable("429", again=True, retry_after=45.0), "success", takes=10.0)

    wait()

    assert wait.slept == [45.0]


def test_a_wish_beyond_the_budget_sleeps_what_is_left_and_looks_once_more():
    wait = Watch("waiting", Unreachable("429", again=True, retry_after=3600.0))

    events = wait(timeout=60)

    assert wait.slept == [2.0, 58.0]
    assert isinstance(events[-1].error, StillRunning)


# clocks that jump


class Suspended(Watch):
    """A machine that is suspended in its `nth` pause: its monotonic clock stands still."""

    def __init__(self, *answers, nth, hours=8):
        super().__init__(*answers)
        self.nth = nth
        self.hours = hours

    def sleep(self, seconds):
        if len(self.slept) == self.nth:
            self.wall += self.hours * 3600
            seconds = min(seconds, 1.0)  # a clock's sleep ends soon after waking
        super().sleep(seconds)


def test_a_machine_that_wakes_looks_at_once_and_at_every_task():
    wait = Suspended(nth=1)
    wait.answers = {name: ["generating", "success"] for name in (None, "t1", "t2")}

    events = wait("t1", "t2", timeout=900, interval=600)

    assert ["generating", "generating", "success", "success"] == states(events)
    assert [(0.0, "t1"), (0.2, "t2"), (1.2, "t1"), (1.4, "t2")] == [
        (round(moment, 1), task_id) for moment, task_id in wait.looks
    ]


@pytest.mark.parametrize(
    ("lost", "looks"), [(29, [0.0, 0.2, 1.2, 600.2]), (31, [0.0, 0.2, 1.2, 1.4])]
)
def test_a_clock_that_gains_less_than_half_a_minute_was_only_set(lost, looks):
    wait = Suspended(nth=1, hours=lost / 3600)
    wait.answers = {name: ["generating", "success"] for name in (None, "t1", "t2")}

    wait("t1", "t2", timeout=900, interval=600)

    assert looks == [round(moment, 1) for moment, _ in wait.looks]


def test_the_budget_does_not_run_while_the_machine_is_suspended():
    """Only then is there a network again, and the time to see what became of the task."""
    wait = Suspended("generating", BUSY, BUSY, BUSY, "success", nth=0)

    events = wait(timeout=60)

    assert isinstance(events[-1], Seen)
    assert events[-1].task.state == "success"
    assert wait.time < 60


def test_a_last_look_is_made_though_the_machine_slept_to_the_end():
    wait = Suspended("generating", nth=2)

    events = wait(timeout=6)

    assert isinstance(events[-1].error, StillRunning)
    assert wait.looks[-1] == (6.0, "t1")


@pytest.mark.parametrize("year", [-365 * 86400, 365 * 86400])
def test_a_clock_that_is_set_back_or_forth_changes_neither_pauses_nor_budget(year):
    steady, jumping = Watch("generating"), Watch("generating")
    expected = steady(timeout=120)

    def look(task_id):
        if len(jumping.looks) == 3:
            jumping.wall += year
        return Watch.look(jumping, task_id)

    jumping.look = look

    assert [type(event) for event in jumping(timeout=120)] == [type(event) for event in expected]
    assert jumping.slept == steady.slept
    assert jumping.looks == steady.looks


def test_an_own_task_may_still_appear_though_the_clock_is_set_back_a_year():
    wait = Watch(*[GONE] * 5, "success")

    def look(task_id):
        wait.wall = START - 365 * 86400
        return Watch.look(wait, task_id)

    wait.look = look

    assert states(wait(Subject("t1", START, fresh=True), timeout=900)) == ["success"]


# tasks that are not there (yet)


def test_an_own_task_may_appear_within_90_seconds():
    wait = Watch(*[GONE] * 5, "success")

    events = wait(Subject("t1", START, fresh=True), timeout=900)

    assert states(events) == ["success"]
    assert len([event for event in events if isinstance(event, Trouble)]) == 5


def test_an_own_task_that_is_missing_after_90_seconds_is_missing():
    wait = Watch(GONE)

    events = wait(Subject("t1", START), timeout=900)

    assert events[-1] == Over("t1", GONE, None)
    assert 90 <= wait.time <= 125


@pytest.mark.parametrize("age", [90.0, 3600.0, -3600.0])
def test_an_old_task_or_one_of_a_wrong_clock_is_missing_at_once(age):
    wait = Watch(GONE)

    assert wait(Subject("t1", START - age), timeout=None) == [Over("t1", GONE, None)]


def test_another_ones_task_may_appear_within_10_seconds():
    assert states(Watch(GONE, GONE, "success")(timeout=900)) == ["success"]

    wait = Watch(GONE)
    assert wait(timeout=900)[-1] == Over("t1", GONE, None)
    assert 10 <= wait.time <= 15


@pytest.mark.parametrize(
    ("subject", "grace"), [(Subject("t1"), 10.0), (Subject("t1", START), 90.0)]
)
def test_the_answer_counts_by_the_moment_it_came(subject, grace):
    assert isinstance(Watch(GONE, "success", takes=grace - 0.1)(subject)[-1], Seen)
    assert Watch(GONE, "success", takes=grace)(subject) == [Over("t1", GONE, None)]


def test_a_task_that_is_missing_when_the_time_is_up_is_missing():
    assert Watch(GONE)(timeout=0) == [Over("t1", GONE, None)]
    assert Watch(GONE)(Subject("t1", START), timeout=5)[-1] == Over("t1", GONE, None)


# properties

ANSWERS = st.lists(
    st.sampled_from(["waiting", "generating", "?", BUSY, ODD])
    | st.floats(0, 1e6).map(lambda s: Unreachable("429", again=True, retry_after=s)),
    min_size=1,
    max_size=30,
)


@settings(deadline=None)
@given(
    ANSWERS,
    st.floats(0, 3000),
    st.none() | st.floats(0.5, 100),
    st.floats(0, 1),
    st.floats(0, 30),
    st.integers(1, 4),
)
def test_the_budget_is_kept_and_each_task_is_looked_at_when_it_is_over(
    answers, timeout, interval, jitter, takes, count
):
    wait = Watch(*answers, jitter=jitter, takes=takes)
    ids = [f"t{number}" for number in range(count)]

    events = wait(*ids, timeout=timeout, interval=interval)

    assert sorted(event.task_id for event in events if isinstance(event, Over)) == ids
    for task_id in ids:
        late = [moment for moment, id_ in wait.looks if id_ == task_id and moment >= timeout]
        assert len(late) == 1
    rounded = 1e-3 * len(wait.slept)
    assert sum(wait.slept) <= timeout + count * GAP + rounded + 1e-2
    assert wait.time <= timeout + count * (takes + GAP) + takes + 1e-2


@settings(deadline=None)
@given(ANSWERS, st.sampled_from(["success", "fail"]), st.floats(0, 1))
def test_waiting_without_a_limit_ends_with_the_task_only(answers, state, jitter):
    wait = Watch(*answers, state, jitter=jitter)

    events = wait()

    assert events[-1] == Seen(Task("t1", state))
    assert max(wait.slept, default=0) <= 120
    assert len(wait.looks) == len(answers) + 1
