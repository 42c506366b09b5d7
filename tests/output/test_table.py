"""The live table: whole screens of it, and what it costs."""

import re
import time

import pytest
from fakes import START, FakeClock, FakeStream

from kie_cli.core.task import Failure, Task
from kie_cli.errors import Unreachable
from kie_cli.output.base import Output
from kie_cli.output.plain import Plain
from kie_cli.output.progress import Batch, Lines
from kie_cli.output.stream import Stream

NAMES = [
    "cat-1",
    "東京の猫",
    "🐈 of Zoe\u0308",
    "row 4",
    "a name that is longer than there is room for",
]


@pytest.fixture
def five(view):
    """Five tasks of which each is in another state, 42 s after the start."""

    def make(columns=80, lines=24, **more):
        usual = dict.fromkeys(NAMES[:3], 31.0)
        one = view(NAMES, columns, lines, usual, Batch(expected=25.0), **more)
        live, clock = one.live, one.clock
        live.draw()
        for name in NAMES[:4]:
            live.stage(name, "uploading")
        clock.time += 2
        for name in NAMES[:3]:
            live.show(Task("t", "generating", created_at=clock.time), name)
        clock.time += 40
        failure = Failure("task_failed", 500, "Internal Error")
        done = Task("t", "success", created_at=START + 2, completed_at=START + 33, credits=5)
        live.show(done, NAMES[0])
        live.show(Task("t", "fail", created_at=START + 2, error=failure), NAMES[1])
        live.batch = live._rows.batch
        live.batch.left = 75.0
        return one

    return make


@pytest.fixture
def many(view):
    """500 rows: a view, and what brings it to `sent` rows of which `ended` have ended."""

    def make(columns=80, lines=24, **more):
        names = [f"cat-{number}" for number in range(1, 501)]
        batch = Batch(expected=2500.0)
        one = view(names, columns, lines, dict.fromkeys(names, 31.0), batch, **more)
        at = {"sent": 0, "ended": 0}

        def go_on(sent, ended, left):
            while at["sent"] < sent:
                name = names[at["sent"]]
                one.live.show(Task(name, "generating", created_at=one.clock.time), name)
                at["sent"] += 1
                one.clock.time += 0.5
                one.live.draw()
            for number in range(at["ended"], ended):
                name, state = names[number], "fail" if number % 40 == 9 else "success"
                spent = 29.0 + number % 5
                one.live.show(
                    Task(
                        name,
                        state,
                        created_at=START + number / 2,
                        completed_at=START + number / 2 + spent,
                        credits=5 if state == "success" else None,
                        error=None if state == "success" else Failure("x", 500, "Internal Error"),
                    ),
                    name,
                )
            at["ended"] = ended
            batch.left = left
            one.clock.time += 1
            one.live.draw()
            return one.lines

        def to_the_middle():
            go_on(0, 0, None)
            return go_on(163, 123, 188.0)

        one.go_on, one.to_the_middle = go_on, to_the_middle
        return one

    return make


def test_five_rows_stand_in_their_order_and_their_columns(five):
    one = five()
    one.pass_by(1)
    assert one.lines == [
        "[########            ]  1 of 5 done, 1 failed, 2 running, 1 queued",
        "0:43, about 1:15 left  5 of about 25 credits",
        "cat-1                             success        0:31",
        "東京の猫                          fail           0:40  Internal Error",
        "🐈 of Zo\u00eb                         generating     0:41  usually 0:31",
        "row 4                             uploading      0:43",
        "a name that is longer than ther…  queued",
    ]
    one = five(120)
    one.pass_by(1)
    assert one.lines[4:] == [
        "🐈 of Zo\u00eb                                     generating     0:41  usually 0:31",
        "row 4                                         uploading      0:43",
        "a name that is longer than there is room for  queued",
    ]


def test_without_a_batch_the_totals_are_one_line_and_tasks_run_from_the_start(view):
    one = view(["first", "second", "third"], usual={"third": 31.0})
    one.live.show(Task("second", "fail", created_at=START - 9, completed_at=START + 1))
    one.pass_by(5)
    assert one.lines == [
        "[######              ]  0 of 3 done, 1 failed, 2 running  0:05",
        "first   asking         0:05",
        "second  fail           0:10",
        "third   asking         0:05  usually 0:31, 0:26 left",
    ]


START_OF_500 = [
    "[                    ]  0 of 500 done, 500 queued",
    "0:01  0 of about 2,500 credits",
]
MIDDLE_OF_500 = [
    "[####                ]  120 of 500 done, 3 failed, 40 running, 337 queued",
    "1:23, about 3:08 left  600 of about 2,500 credits",
    "cat-124  generating     0:20  usually 0:31, 0:10 left",
    "cat-125  generating     0:20  usually 0:31, 0:11 left",
    "cat-126  generating     0:19  usually 0:31, 0:11 left",
    "cat-127  generating     0:19  usually 0:31, 0:12 left",
    "cat-128  generating     0:18  usually 0:31, 0:12 left",
    "cat-129  generating     0:18  usually 0:31, 0:13 left",
    "cat-130  generating     0:17  usually 0:31, 0:13 left",
    "cat-131  generating     0:17  usually 0:31, 0:14 left",
    "cat-132  generating     0:16  usually 0:31, 0:14 left",
    "cat-133  generating     0:16  usually 0:31, 0:15 left",
    "cat-134  generating     0:15  usually 0:31, 0:15 left",
    "cat-135  generating     0:15  usually 0:31, 0:16 left",
    "cat-136  generating     0:14  usually 0:31, 0:16 left",
    "cat-137  generating     0:14  usually 0:31, 0:17 left",
    "cat-138  generating     0:13  usually 0:31, 0:17 left",
    "cat-90   fail           0:33  Internal Error",
    "cat-50   fail           0:33  Internal Error",
    "cat-10   fail           0:33  Internal Error",
    "cat-123  success        0:31",
    "cat-122  success        0:30",
    "cat-121  success        0:29",
]
END_OF_500 = [
    "[################### ]  485 of 500 done, 13 failed, 2 running",
    "4:13, about 0:03 left  2,425 of about 2,500 credits",
    "cat-499  generating     0:02  usually 0:31, 0:29 left",
    "cat-500  generating     0:01  usually 0:31, 0:29 left",
    "cat-490  fail           0:33  Internal Error",
    "cat-450  fail           0:33  Internal Error",
    "cat-410  fail           0:33  Internal Error",
    "cat-498  success        0:31",
    "cat-497  success        0:30",
    "cat-496  success        0:29",
]


@pytest.mark.parametrize("columns", [80, 120])
def test_of_500_rows_those_are_shown_that_matter(many, columns):
    one = many(columns)
    assert one.go_on(0, 0, None) == START_OF_500
    assert one.go_on(163, 123, 188.0) == MIDDLE_OF_500
    assert one.go_on(500, 498, 3.0) == END_OF_500


def test_500_rows_on_20_columns_and_6_lines(many):
    one = many(20, 6)
    assert one.to_the_middle() == [
        "120 of 500 done, 3…",
        "1:23, about 3:08 l…",
        "cat-124  generatin…",
        "cat-90   fail     …",
        "cat-123  success  …",
    ]


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_a_window_of_3_lines_has_the_totals(many, lines):
    assert many(80, lines).to_the_middle() == MIDDLE_OF_500[: max(1, lines - 1)]


def test_what_is_in_trouble_comes_first_and_goes_back_to_its_place(many):
    one = many()
    one.to_the_middle()
    one.live.trouble("cat-160", Unreachable("no"), 3)
    one.pass_by(1)
    assert one.lines[2:4] == [
        "cat-160  generating     0:03  no answer, asking on",
        "cat-124  generating     0:21  usually 0:31, 0:09 left",
    ]
    one.live.show(Task("t", "waiting", created_at=START + 79.5), "cat-160")
    one.pass_by(1)
    assert [line[:7] for line in one.lines[2:]] == [line[:7] for line in MIDDLE_OF_500[2:]]


def test_rows_keep_their_order_whatever_their_states_do(many):
    one = many()
    one.to_the_middle()
    for number in (130, 125, 163, 128):
        one.live.show(Task("t", "queuing", created_at=START), f"cat-{number}")
        one.live.stage("cat-300", "uploading")
        one.pass_by(0.5)
        assert [line[:7] for line in one.lines[2:]] == [line[:7] for line in MIDDLE_OF_500[2:]]


def test_rows_that_are_not_sent_are_counted_as_such(view):
    one = view(["a", "b", "c"], batch=Batch(None), lines=4)
    for name in "bc":
        one.live.stage(name, "sending")
        one.live.stage(name, "not sent")
    one.live.show(Task(None, "refused"), "a")
    one.pass_by(1)
    assert one.lines == [
        "[####################]  0 of 3 done, 1 failed, 2 not sent",
        "0:01  0 credits",
        "a  refused        0:00",
    ]


def test_names_are_cut_and_harmless_where_there_is_no_unicode(view):
    names = ["x" * 40, "\x1b[2J東京"]
    one = view(names, raw=FakeStream(tty=True, encoding="ascii"), batch=Batch(None))
    one.live.draw()
    assert one.lines[2:] == [
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxx...  queued",
        "\\x1b[2J\\u6771\\u4eac               queued",
    ]


def test_no_line_goes_on_in_the_next_where_a_terminal_draws_wider_than_thought(view):
    """A box is one column here and two in many a Chinese terminal, where 漢 stands for it."""
    one = view(["a", "b"])
    failure = Failure("task_failed", 500, "\u2588" * 60)
    one.live.show(Task("a", "fail", error=failure))
    one.live.draw()
    one._stream.feed(one.raw.text.replace("\u2588", "漢"))
    shown = one.screen.display
    assert [line[:4].strip() for line in shown[:4]] == ["[###", "a  f", "b  a", ""]
    assert "漢" in shown[1]


def test_after_a_change_of_the_window_the_screen_is_right(many):
    one = many()
    one.to_the_middle()
    for columns, lines in ((20, 6), (120, 24), (80, 10), (80, 24)):
        one.resize(columns, lines)
        one.pass_by(0.25)
        assert len(one.lines) == lines - 1
        assert all(len(line) < columns for line in one.lines)
    assert [line[:7] for line in one.lines[2:]] == [line[:7] for line in MIDDLE_OF_500[2:]]
    with one.live:
        pass
    assert one.lines == [""]


def test_it_is_drawn_4_times_a_second_at_most_and_500_rows_cost_3_kb_a_second(many):
    one = many(120, 24, color="always")
    one.to_the_middle()
    before = len(one.raw.text), one.raw.text.count("\x1b[?7l")
    one.pass_by(60)
    calm = len(one.raw.text)
    assert one.raw.text.count("\x1b[?7l") - before[1] <= 60
    assert calm - before[0] < 100_000
    one.go_on(283, 243, 120.0)  # 2 a second: as many as kie.ai takes
    assert len(one.raw.text) - calm < 3 * 60_000


def test_a_line_that_stays_the_same_is_not_written_again(many):
    one = many()
    one.to_the_middle()
    before = len(one.raw.text)
    one.live.show(Task("t", "queuing", created_at=START + 61.5), "cat-124")
    one.pass_by(0.25)
    written = one.raw.text[before:]
    assert "queuing" in written
    assert "cat-125" not in written


def test_1000_rows_cost_little_time(view):
    """0.5 % of a core where it was measured; the bound leaves room for slow machines."""
    names = [f"cat-{number}" for number in range(1000)]
    one = view(names, 120, 50, dict.fromkeys(names, 31.0), Batch(5000.0, 100.0), color="always")
    for name in names[:100]:
        one.live.show(Task(name, "generating"), name)
    one.live.draw()
    began = time.process_time()
    one.pass_by(60)
    assert time.process_time() - began < 60 * 0.04


# off a terminal


@pytest.fixture
def lines():
    """Lines of some rows in a pipe: the object, its clock, and what it wrote."""

    def make(names, batch=None):
        clock, raw = FakeClock(), FakeStream()
        err = Stream(raw, {}, "never")
        output: Output = Plain(err, err, quiet=False, verbose=False)
        return Lines(output, clock, names, batch), clock, raw

    return make


def test_in_a_batch_there_is_a_line_for_each_row_that_ends(lines):
    shown, clock, raw = lines(["cat-1", "cat-2", "cat-3"], Batch(15.0))
    for name in ("cat-1", "cat-2"):
        shown.stage(name, "uploading")
        shown.show(Task(name, "generating", created_at=START), name)
        shown.show(Task(name, "queuing", created_at=START), name)
    clock.time += 31
    shown.show(Task("t2", "fail", created_at=START), "cat-2")
    shown.show(Task("t1", "success", created_at=START, completed_at=START + 9, credits=5), "cat-1")
    shown.show(Task("t1", "success", created_at=START, completed_at=START + 9, credits=5), "cat-1")
    shown.stage("cat-3", "not sent")
    assert raw.text.splitlines() == ["1 of 3  cat-2  fail  0:31", "2 of 3  cat-1  success  0:09"]


def test_in_a_batch_the_totals_are_told_after_60_seconds_without_a_line(lines):
    batch = Batch(15.0)
    shown, clock, raw = lines(["cat-1", "cat-2", "cat-3"], batch)
    shown.show(Task("t1", "success", created_at=START, completed_at=START + 1, credits=5), "cat-1")
    for _ in range(130):
        clock.time += 1
        batch.left = 200 - (clock.time - START)
        shown.stage("cat-2", "sending")
    assert raw.text.splitlines()[1:] == [
        "1 of 3 done, 1 running, 1 queued  1:00, about 2:20 left  5 of about 15 credits",
        "1 of 3 done, 1 running, 1 queued  2:00, about 1:20 left  5 of about 15 credits",
    ]


def test_bad_weather_is_told_from_the_third_look_on_once_a_minute(lines):
    shown, clock, raw = lines(["a", "b"], Batch(None))
    for count in range(1, 100):
        clock.time += 1
        shown.trouble("a", Unreachable("no answer."), count)
    assert len(re.findall("kie: a: no answer. kie goes on asking.", raw.text)) == 2
