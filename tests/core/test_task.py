from __future__ import annotations

import json
import math
import random as numbers
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_cli.core.clock import SystemClock
from kie_cli.core.task import (
    FAIL,
    PREPARED,
    REFUSED,
    SENDING,
    SUCCESS,
    UNKNOWN,
    Failure,
    Task,
    amount,
    rfc3339,
    valid_task_id,
)

FINITE = st.none() | st.floats(allow_nan=False, allow_infinity=False)


def test_the_json_object_of_a_task_is_the_documented_one():
    task = Task(
        "t-1", "fail", intent="i-7q2m9x4kd0", model="flux-2/pro-image-to-image",
        urls=("https://example.org/a.png",), files=("./t-1-1.png",),
        error=Failure("task_failed", "500", "Internal Error"), created_at=1795356202.25,
        completed_at=1795356233.6384, credits=5.0, label="hats", once="build-7",
        result={"resultUrls": []}, prompt="a hat", sandbox=True, raw="{}",
    )  # fmt: skip

    assert task.as_json() == {
        "task_id": "t-1",
        "intent": "i-7q2m9x4kd0",
        "model": "flux-2/pro-image-to-image",
        "state": "fail",
        "urls": ["https://example.org/a.png"],
        "files": ["./t-1-1.png"],
        "error": {"kind": "task_failed", "code": "500", "message": "Internal Error"},
        "created_at": "2026-11-22T14:03:22Z",
        "completed_at": "2026-11-22T14:03:53Z",
        "elapsed_s": 31.388,
        "credits": 5.0,
        "label": "hats",
        "once": "build-7",
        "result": {"resultUrls": []},
        "sandbox": True,
    }


def test_what_is_not_known_is_null():
    known = {key: value for key, value in Task("t-1", "waiting").as_json().items() if value}

    assert known == {"task_id": "t-1", "state": "waiting"}


@pytest.mark.parametrize(
    ("task_id", "state", "ended"),
    [
        ("t-1", "success", True), ("t-1", "fail", True), ("t-1", "waiting", False),
        ("t-1", "queuing", False), ("t-1", "generating", False), ("t-1", "SUCCESS", False),
        ("t-1", "failed", False), ("t-1", "refused", False), ("t-1", "unknown", False),
        (None, "prepared", False), (None, "sending", False), (None, "refused", True),
        (None, "unknown", True),
    ],
)  # fmt: skip
def test_only_final_words_end_a_task(task_id, state, ended):
    assert ended == Task(task_id, state).ended


@pytest.mark.parametrize(
    ("created", "completed", "elapsed"),
    [(10.0, 41.5, 31.5), (10.0, 9.0, 0.0), (None, 41.5, None), (10.0, None, None)],
)
def test_elapsed_time_is_from_create_to_completion(created, completed, elapsed):
    assert elapsed == Task("t-1", "success", created_at=created, completed_at=completed).elapsed


@pytest.mark.parametrize(
    ("urls", "files", "saved"),
    [(0, 0, True), (1, 0, False), (2, 1, False), (2, 2, True), (1, 2, True)],
)
def test_a_task_is_saved_when_each_result_has_its_file(urls, files, saved):
    assert saved is Task("t-1", "success", urls=("u",) * urls, files=("f",) * files).saved


def test_the_words_in_ledgers_and_scripts_stay_what_they_are():
    words = (PREPARED, SENDING, REFUSED, UNKNOWN, SUCCESS, FAIL)
    assert words == ("prepared", "sending", "refused", "unknown", "success", "fail")


@given(FINITE, FINITE)
def test_any_times_can_be_shown_as_json(created, completed):
    task = Task("t-1", "success", created_at=created, completed_at=completed)

    assert json.loads(json.dumps(task.as_json()))["task_id"] == "t-1"


@given(st.none() | st.floats())
def test_what_is_no_real_date_is_none(seconds):
    text = rfc3339(seconds)

    assert text is None or text.endswith("Z")
    assert text is not None or seconds is None or not math.isfinite(seconds) or abs(seconds) > 6e10


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ("addc9644bab1bc844d49d901a336b8db", True), ("task_flux-2_1794726000417", True),
        ("a", True), ("_", True), (":", True), ("a" * 200, True), ("a.b:c-d_e", True),
        ("a" * 201, False), ("", False), (".a", False), ("-a", False), ("a/b", False),
        ("..", False), ("a b", False), ("a\n", False), ("\na", False), ("a\0", False),
        ("é", False), ("٣", False), ("a%2fb", False), ("a\\b", False), ("\ud800", False),
        (7, False), (None, False), (["a"], False), (b"a", False), (True, False),
    ],
)  # fmt: skip
def test_an_id_is_usable_in_urls_and_file_names_or_refused(value, valid):
    assert valid == valid_task_id(value)


@pytest.mark.parametrize(
    ("credits", "text"), [(5.0, "5"), (0.5, "0.5"), (1234567.5, "1234567.5"), (0.0, "0")]
)
def test_credits_are_written_without_needless_digits(credits, text):
    assert text == amount(credits)


def test_the_machines_own_clock_is_the_only_one_that_passes_by_itself():
    clock = SystemClock()
    before, wall = clock.monotonic(), time.time()  # noqa: TID251
    numbers.seed(7)

    clock.sleep(0.01)

    assert clock.monotonic() - before >= 0.01
    assert clock.now() == pytest.approx(wall, abs=5)
    assert 0 <= clock.random() < 1
