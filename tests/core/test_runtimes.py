from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_cli.core.runtimes import LONGEST, learn, time_left

BENCHMARK = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "waiting.py"))


@pytest.mark.parametrize(
    ("seconds", "usual"), [((), None), ((9, 8), None), ((30, 10, 20), 20), ((40, 10, 20, 30), 25)]
)
def test_the_usual_time_is_the_median_of_three_or_more_runs(seconds, usual):
    assert usual == learn(seconds, "image").usual


def looks(law, until):
    moments = [0.0]
    while moments[-1] < until:
        moments.append(moments[-1] + law.next_look(moments[-1]))
    return moments[1:]


def test_looks_gather_where_tasks_of_the_model_end():
    moments = looks(learn([60, 58, 63, 61, 59, 62, 60, 60]), 90)
    assert len([moment for moment in moments if moment < 30]) <= 3
    assert len([moment for moment in moments if 50 < moment < 70]) >= 6


def test_without_any_run_the_medium_says_when():
    first = {media: looks(learn((), media), 1)[0] for media in ("text", "image", "audio", "video")}
    assert 3 < first["text"] < first["image"] < first["audio"] < first["video"] <= LONGEST


def test_the_sandbox_whose_tasks_take_three_seconds_is_looked_at_after_three():
    assert 2 < looks(learn((), "sandbox"), 1)[0] < 3.5


@given(
    st.lists(st.floats(0, 1e6), max_size=20),
    st.sampled_from(["image", "video", "audio", "text", "sandbox", "other", None]),
    st.floats(0, 1e9),
)
def test_whatever_was_learned_a_look_comes_within_half_a_minute(seconds, media, age):
    assert 0 < learn(seconds, media).next_look(age) <= LONGEST


@pytest.mark.parametrize(("media", "median"), [("image", 15), ("image", 40), ("video", 180)])
def test_ten_runs_cut_the_lateness_of_equally_many_fixed_looks_to_six_tenths(media, median):
    out = BENCHMARK["simulate"](median, 0.25, media, runs=10, tasks=150)
    assert out.lag <= 0.6 * out.fixed_lag, out
    assert out.requests < 20


@pytest.mark.parametrize(
    ("queued", "running", "per_second", "at_once", "left"),
    [
        ([], [], 2, 100, None),
        ([], [3.0, 12.0], 2, 100, 12.0),
        ([(None, 5)], [12.0], 2, 100, None),
        ([(30.0, 100)], [], 2, 100, 80.0),  # 50 s to send them, then the last runs for 30 s
        ([(30.0, 100)], [70.0], 2, 100, 120.0),  # on the safe side
        ([(30.0, 10), (60.0, 10)], [], 100, 2, 510.0),  # 900 s of work, two at a time
    ],
)
def test_the_time_left_is_that_of_sending_and_of_the_longest_run(
    queued, running, per_second, at_once, left
):
    assert time_left(queued, running, per_second, at_once) == left
