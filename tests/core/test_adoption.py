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


@pytest.mark.parametrize(
    ("after", "said"),
    [(-3600, "60 min before"), (601, "10 min after"), (4 * 3600, "240 min after")],
)
def test_a_time_too_far_away_is_told(after, said):
    why = differences(SENT, 1000.0, told(created_at=1000.0 + after))
    assert [f"it was created {said} the send"] == why


def test_members_of_an_object_are_compared_one_by_one():
    sent = {"model": "m", "input": {"size": {"w": 1, "h": 2}}}

    for size, fits in [
        ({"h": 2, "w": 1}, True), ({"w": 1, "h": 3}, False), ({"w": True, "h": 2}, False),
        ({"w": 1}, False), ({"w": 1, "h": 2, "d": 3}, False), ({"w": None, "h": None}, False),
    ]:  # fmt: skip
        task = Task("t", "waiting", model="m", created_at=1000.0, input={"size": size})
        assert ([] if fits else ["size differs"]) == differences(sent, 1000.0, task)


@pytest.mark.parametrize("fields", [None, "text", ["a"]])
def test_a_body_without_an_object_as_its_input_has_nothing_to_compare(fields):
    assert [] == differences({"model": "m", "input": fields}, 1000.0, told())


def test_what_was_not_recorded_cannot_fit():
    assert ["the input was not recorded (record_prompts is false)"] == differences(
        None, 1000.0, told()
    )
