from __future__ import annotations

import math
import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_cli.core.retry import retry_after, steady
from kie_cli.errors import BadKey, KieError, Unreachable, WrongInput

NOW = 1795344000.0  # Sun, 22 Nov 2026 10:40:00 GMT
TEN_YEARS = 315_360_000.0
DATE = "Sun, 22 Nov 2026 {} GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": " "}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "5"}, 5.0),
        ({"retry-after": " 5 "}, 5.0),
        ({"retry-after": "+5"}, 5.0),
        ({"retry-after": "007"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "1e1"}, 10.0),
        ({"retry-after": "-1"}, 0.0),
        ({"retry-after": "-0"}, 0.0),
        ({"retry-after": "-1e999"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "-Infinity"}, None),
        ({"retry-after": "315360000"}, TEN_YEARS),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "0x10"}, None),
        ({"retry-after": "5s"}, None),
        ({"retry-after": "5, 5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "\x00"}, None),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "-1500"}, 0.0),
        ({"retry-after-ms": "0.5"}, 0.0005),
        ({"retry-after-ms": "1e999"}, None),
        ({"retry-after-ms": "nan", "retry-after": "7"}, 7.0),
        ({"retry-after-ms": "", "retry-after": "7"}, 7.0),
        ({"retry-after-ms": "2000", "retry-after": "7"}, 2.0),
        ({"retry-after": DATE.format("10:40:30")}, 30.0),
        ({"retry-after": DATE.format("10:39:30")}, 0.0),
        ({"retry-after": DATE.format("10:40:30"), "date": DATE.format("10:40:20")}, 10.0),
        ({"retry-after": DATE.format("10:40:30"), "date": "yesterday"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 12:40:30 +0200"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 10:40:30"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 10:40:30 -0000"}, 30.0),
        ({"retry-after": "Sunday, 22-Nov-26 10:40:30 GMT"}, 30.0),
        ({"retry-after": "Wed, 19 Nov 2036 10:40:00 GMT"}, TEN_YEARS),
        ({"retry-after": "Sun, 99 Nov 2026 10:40:30 GMT"}, None),
        ({"retry-after": "Sun, 22 Nov 99999 10:40:30 GMT"}, None),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
        ({"retry-after": "2026-11-22T10:40:30Z"}, None),
    ],
)
def test_whatever_a_server_writes_is_a_wait_or_nothing(headers, seconds):
    assert seconds == retry_after(headers, NOW)


def test_a_date_means_the_same_in_every_time_zone(monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        assert retry_after({"retry-after": "Sun, 22 Nov 2026 10:40:30"}, NOW) == 30.0
    finally:
        monkeypatch.undo()
        time.tzset()


@given(st.floats(-1e9, 1e9), st.floats(0, 4e9))
def test_a_local_clock_that_is_wrong_does_no_harm(wrong, date):
    headers = {
        "retry-after": formatdate(math.floor(date) + 30, usegmt=True),
        "date": formatdate(math.floor(date), usegmt=True),
    }
    assert retry_after(headers, NOW + wrong) == 30.0


TEXTS = (
    st.text()
    | st.floats().map(str)
    | st.from_regex(r"[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,6} [0-9:.]* ?[A-Z0-9+-]*")
)


@given(
    st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "date"]), TEXTS),
    st.floats(0, 1e12),
)
def test_the_result_is_finite_and_not_negative(headers, now):
    seconds = retry_after(headers, now)

    assert seconds is None or (math.isfinite(seconds) and seconds >= 0)


# steady


class Shaky:
    """Fails with each of `errors` in turn, then returns 7."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return 7


BUSY = Unreachable("busy", again=True)


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_a_free_request_is_made_three_times_at_most(failures, clock):
    call = Shaky(*[BUSY] * failures)

    assert steady(call, clock) == 7
    assert call.calls == failures + 1


def test_after_three_tries_the_last_error_stands(clock):
    call = Shaky(*[Unreachable(f"try {number}", again=True) for number in (1, 2, 3, 4)])

    with pytest.raises(Unreachable, match="try 3"):
        steady(call, clock)
    assert call.calls == 3


@pytest.mark.parametrize(
    "error", [BadKey("401"), Unreachable("dns"), ValueError("bug"), WrongInput("bad")]
)
def test_an_error_that_will_stay_is_not_tried_again(error, clock):
    for call, calls in ((Shaky(error), 1), (Shaky(BUSY, error), 2)):
        with pytest.raises(type(error)):
            steady(call, clock)
        assert call.calls == calls


def test_pauses_between_tries_are_short(clock):
    steady(Shaky(BUSY, BUSY), clock)

    assert clock.slept == [0.5, 1.0]


def test_a_wish_of_the_server_is_obeyed_if_it_is_short(clock):
    steady(Shaky(Unreachable("busy", again=True, retry_after=9.0)), clock)

    assert clock.slept == [9.0]


@pytest.mark.parametrize(("asked", "calls"), [(29.9, 2), (30.0, 1)])
def test_all_tries_start_within_half_a_minute_of_the_first(asked, calls, clock):
    clock.sleep(100)
    call = Shaky(Unreachable("busy", again=True, retry_after=asked), ValueError("bug"))

    with pytest.raises((Unreachable, ValueError)):
        steady(call, clock)
    assert calls == call.calls


def test_a_server_that_asks_for_more_than_half_a_minute_is_not_asked_again(clock):
    call = Shaky(Unreachable("busy", again=True, retry_after=3600.0))

    with pytest.raises(KieError):
        steady(call, clock)
    assert (call.calls, clock.slept) == (1, [])
