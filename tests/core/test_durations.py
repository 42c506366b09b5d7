from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_cli.core.durations import LONGEST, clock_text, parse_duration, parse_since, spoken

NOW = datetime(2026, 11, 22, 14, 3, 22, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90), ("15m", 900), ("1h30m", 5400), ("1d", 86400), ("1d2h3m4s", 93784),
        ("3660d", LONGEST), ("900", 900), ("2.5", 2.5), ("1.5h", 5400),
        ("0", 0), ("0s", 0), (" 15M ", 900), ("none", None), ("None", None),
    ],
)  # fmt: skip
def test_a_duration_is_read(text, seconds):
    assert seconds == parse_duration(text)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "15 minutes", "-1", "-5m", "nan", "inf", "1e3", "1m1h", "m", "5.", ".5", "1h30",
        "٣s", "1w", "s", "1_000",
    ],
)  # fmt: skip
def test_what_is_no_duration_is_refused_with_examples(text):
    with pytest.raises(ValueError, match=r"not a duration: .*Write 90s, 15m, 1h30m, plain seconds"):
        parse_duration(text)


def test_the_sentence_is_the_documented_one():
    with pytest.raises(ValueError) as caught:
        parse_duration("15 minutes")

    wanted = 'not a duration: "15 minutes". Write 90s, 15m, 1h30m, plain seconds, or none.'
    assert wanted == str(caught.value)


@pytest.mark.parametrize("text", ["4000d", "9" * 400, "9" * 400 + "d", "99999999999"])
def test_more_than_ten_years_is_refused(text):
    with pytest.raises(ValueError, match="Ten years at most"):
        parse_duration(text)


def test_a_long_text_is_quoted_in_part():
    with pytest.raises(ValueError) as caught:
        parse_duration("x" * 5000)

    assert len(str(caught.value)) < 200


@given(st.text() | st.text("0123456789.dhmsnone -:"))
def test_any_text_is_a_duration_or_a_value_error(text):
    try:
        seconds = parse_duration(text)
    except ValueError:
        return
    assert seconds is None or 0 <= seconds <= LONGEST


@given(*[st.integers(0, 99)] * 4)
def test_units_add_up(days, hours, minutes, seconds):
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    assert total == parse_duration(f"{days}d{hours}h{minutes}m{seconds}s")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"), (23.9, "0:23"), (725, "12:05"), (3723, "1:02:03"), (90000, "25:00:00"),
        (-3, "0:00"),
    ],
)  # fmt: skip
def test_a_clock_shows_whole_seconds(seconds, text):
    assert text == clock_text(seconds)


@given(st.integers(0, int(LONGEST)))
def test_a_clock_text_loses_nothing(seconds):
    total = 0
    for part in clock_text(seconds).split(":"):
        total = total * 60 + int(part)
    assert seconds == total


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"), (0.3, "0 s"), (31, "31 s"), (59.7, "1 min"), (125, "2 min 5 s"), (3600, "1 h"),
        (3605, "1 h"), (3785, "1 h 3 min"), (86400 + 7200, "1 d 2 h"), (-1, "0 s"),
    ],
)  # fmt: skip
def test_a_span_is_spoken_in_its_two_greatest_units(seconds, text):
    assert text == spoken(seconds)


@given(st.integers(0, 3599))
def test_a_spoken_span_under_an_hour_can_be_read_back(seconds):
    assert seconds == parse_duration(spoken(seconds).replace("min", "m").replace(" ", ""))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", datetime(2026, 11, 22, 12, 3, 22, tzinfo=UTC)),
        ("1d", datetime(2026, 11, 21, 14, 3, 22, tzinfo=UTC)),
        ("1h30m", datetime(2026, 11, 22, 12, 33, 22, tzinfo=UTC)),
        ("today", datetime(2026, 11, 22, tzinfo=UTC)),
        (" Yesterday", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T10:30:00Z", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
        ("2026-11-20t10:30:00z", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
        ("2026-11-20T10:30:00+02:00", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        ("2026-11-20 10:30", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_read(text, moment):
    assert moment.timestamp() == parse_since(text, NOW, UTC)


def test_days_begin_at_midnight_of_the_zone():
    zone = timezone(timedelta(hours=10))  # there it is the 23rd already

    assert datetime(2026, 11, 23, tzinfo=zone).timestamp() == parse_since("today", NOW, zone)
    assert datetime(2026, 11, 20, tzinfo=zone).timestamp() == parse_since("2026-11-20", NOW, zone)


def test_yesterday_is_a_day_of_the_calendar_where_clocks_change():
    zone = ZoneInfo("Europe/Berlin")
    after_change = datetime(2026, 10, 25, 12, tzinfo=zone).timestamp()  # a day of 25 hours

    wanted = datetime(2026, 10, 24, tzinfo=zone).timestamp()
    assert wanted == parse_since("yesterday", after_change, zone)


def test_without_a_zone_it_is_this_machines():
    midnight = datetime.fromtimestamp(NOW).replace(hour=0, minute=0, second=0)  # noqa: DTZ006
    assert midnight.timestamp() == parse_since("today", NOW)


@pytest.mark.parametrize(
    "text",
    [
        "", "none", "900", "20261120", "tomorrow", "2026-13-01", "2026-02-30", "-1d", "4000d",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_examples(text):
    with pytest.raises(ValueError, match=r"not a time: .*Write 2h, 1d, today"):
        parse_since(text, NOW, UTC)


@given(st.text() | st.text("0123456789-:TZ+.dhms"))
def test_any_text_is_a_time_or_a_value_error(text):
    with suppress(ValueError):
        assert isinstance(parse_since(text, NOW, UTC), float)


def test_the_sentence_about_a_wrong_time_is_the_documented_one():
    with pytest.raises(ValueError, match="time") as caught:
        parse_since("soon", 0.0)
    assert str(caught.value) == (
        'not a time: "soon". Write 2h, 1d, today, yesterday, 2026-11-20 or 2026-11-20T14:00:00Z.'
    )


def test_no_time_ago_is_now_and_a_day_begins_on_the_dot():
    assert parse_since("0s", 1795344000.25) == 1795344000.25
    assert parse_since("today", 1795344000.25, UTC) == 1795305600.0


def test_a_text_of_a_line_is_quoted_whole():
    for length, shown in ((60, "x" * 60), (61, "x" * 60 + "…")):
        with pytest.raises(ValueError, match=f'"{shown}"'):
            parse_duration("x" * length)
