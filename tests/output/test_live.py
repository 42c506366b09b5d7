"""The live rows, in this process: what they show, and that nothing about a terminal stops them."""

import os
import re

import pytest
from conftest import KEY
from fakes import FakeClock, FakeStream

from kie_cli.core.secret import Secret
from kie_cli.core.task import Task
from kie_cli.errors import Unreachable
from kie_cli.output.live import Live
from kie_cli.output.stream import Stream


@pytest.fixture
def shown(monkeypatch):
    """Draw rows of some tasks on a terminal of so many columns and lines; return the text."""

    def draw(task_ids, tasks=(), *, troubles=(), usual=None, columns=100, lines=20, stream=None):
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("LINES", str(lines))
        monkeypatch.setenv("TERM", "xterm")
        raw = FakeStream(tty=True) if stream is None else stream
        err = Stream(raw, {"TERM": "xterm"}, "never")
        err.secrets.append(Secret(KEY))
        clock = FakeClock()
        live = Live(err, clock, task_ids, usual or {})
        clock.time += 23
        for task in tasks:
            live.show(task)
        for task_id, count in troubles:
            live.trouble(task_id, Unreachable("no"), count)
        with live:
            pass
        return raw.text

    return draw


def test_one_task_is_state_time_and_what_is_usual(shown):
    text = shown(["t1"], [Task("t1", "generating")], usual={"t1": 31.0})
    assert "generating  0:23  usually 0:31, 0:08 left" in text
    assert "t1" not in text


def test_before_the_first_look_it_says_that_it_asks(shown):
    assert "asking  0:23" in shown(["t1"])


def test_several_tasks_have_a_row_each_with_its_id(shown):
    tasks = [Task("t1", "waiting"), Task("t2", "success", created_at=1000.0, completed_at=1031.0)]
    text = shown(["t1", "t2"], tasks, usual={"t2": 9.0})
    assert "t1  waiting  0:23" in text
    assert "  t2  success  0:31" in text
    assert "usually" not in text


def test_rows_that_do_not_fit_are_counted(shown):
    text = shown([f"t{n}" for n in range(30)], [Task("t0", "fail")], lines=10)
    assert "and 22 more" in text
    assert "t0 " not in text


def test_silence_of_kie_ai_is_said_from_the_third_time_until_it_speaks_again(shown):
    assert "no answer" not in shown(["t1"], troubles=[("t1", 2)])
    assert "no answer, asking on" in shown(["t1"], troubles=[("t1", 3)])


@pytest.mark.parametrize("columns", [1, 5, 20])
def test_a_narrow_terminal_is_no_problem(shown, columns):
    text = shown(["t" * 32, "u" * 32], [Task("t" * 32, "generating")], columns=columns)
    words = re.sub(r"\x1b\[[?\d]*[a-zA-Z]", "", text)
    assert max(len(line) for line in words.splitlines()) == columns


def test_hostile_states_and_secrets_are_made_harmless(shown):
    text = shown(["t1"], [Task("t1", f"[red]\x1b]0;x\x07 {KEY} :smile:")])
    assert r"[red]\x1b]0;x\x07 [key] :smile:" in text


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("columns", [8, 100])
def test_a_terminal_without_unicode_is_no_problem(shown, encoding, columns):
    stream = FakeStream(tty=True, encoding=encoding)
    text = shown(["t1", "t2"], [Task("t1", "東京 waits")], stream=stream, columns=columns)
    assert ("\\u6771\\u4eac waits" in text) == (columns == 100)


def test_a_terminal_that_is_gone_stops_nobody(shown):
    class Gone(FakeStream):
        def write(self, text):
            raise OSError(5, os.strerror(5))

    assert shown(["t1"], [Task("t1", "waiting")], stream=Gone(tty=True)) == ""


def test_with_verbose_or_quiet_there_are_no_live_rows(kie):
    kie.server.plays("t1", "success")
    for flag in ("-v", "-q"):
        assert "\x1b[?25l" not in kie(f"wait t1 {flag}", tty="err").err
    assert "\x1b[?25l" in kie("wait t1", tty="err").err
