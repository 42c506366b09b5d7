"""Which task can be the one that an unknown create made."""

from __future__ import annotations

import pytest

from kie_cli.core.adoption import differences
from kie_cli.core.task import Task

SENT = {"model": "m", "input": {"prompt": "hat", "n": 1, "hd": True, "list": [1, {"a": None}]}}


def told(created_at=1000.0, model="m", **changes):
    return Task("t", "waiting", model=model, created_at=created_at, input=SENT["input"] | changes)


def test_the_same_input_at_the_same_time_fits():
    assert [] == differences(SENT, 1000.0, told())
    assert [] == differences(SENT, 1000.0, told(extra="kie.ai's own", n=1.0))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"prompt": "cat"}, "prompt differs"),
        ({"n": True}, "n differs"),
        ({"n": "1"}, "n differs"),
        ({"hd": 1}, "hd differs"),
        ({"list": [1, {"a": None}, 2]}, "list differs"),
        ({"list": [1, {}]}, "list differs"),
        ({"list": [{"a": None}, 1]}, "list differs"),
        ({"list": {"0": 1}}, "list differs"),
        ({"model": "other"}, "the model is other"),
        ({"model": None}, "the model is not told"),
        ({"created_at": None}, "kie.ai does not tell when it was created"),
    ],
)
def test_each_difference_is_named(changes, why):
    assert [why] == differences(SENT, 1000.0, told(**changes))


def test_a_task_that_tells_no_input_fits_nothing():
    task = Task("t", "waiting", model="m", created_at=1000.0)
    missing = [f"{name} is missing" for name in SENT["input"]]
    assert missing == differences(SENT, 1000.0, task)


@pytest.mark.parametrize(
    ("after", "fits"), [(-120, True), (-120.1, False), (0, True), (600, True), (600.1, False)]
)
def test_the_time_must_be_near_the_send(after, fits):
    assert fits is (not differences(SENT, 1000.0, told(created_at=1000.0 + after)))


def test_what_was_not_recorded_cannot_fit():
    assert ["the input was not recorded (record_prompts is false)"] == differences(
        None, 1000.0, told()
    )
