"""The live line: what it shows, and that it leaves the terminal as it was."""

import os
import re
from contextlib import suppress

import pytest
from conftest import KEY
from fakes import START, FakeStream

from kie_cli.core.task import Task
from kie_cli.errors import Unreachable
from kie_cli.output.live import ERASE, takes_tab_progress
from kie_cli.output.progress import Batch

TAB = re.compile(r"\x1b\]9;4;(\d);(\d+)\x1b\\")


def test_one_task_is_one_line_of_state_time_and_what_is_usual(view):
    one = view(["t1"], usual={"t1": 31.0})
    one.live.show(Task("t1", "generating"))
    one.pass_by(23)
    assert one.lines == ["/ generating  0:23  usually 0:31, 0:08 left"]


def test_before_the_first_look_it_says_that_it_asks(view):
    one = view(["t1"])
    one.live.draw()
    assert one.lines == ["- asking  0:00"]


def test_what_is_usual_may_be_learned_later(view):
    usual = {}
    one = view(["t1"], usual=usual)
    one.pass_by(8)
    usual["t1"] = 31.0
    one.pass_by(1)
    assert one.lines == ["\\ asking  0:09  usually 0:31, 0:22 left"]
    one.pass_by(30)
    assert one.lines == ["/ asking  0:39  usually 0:31"]


def test_silence_of_kie_ai_is_said_from_the_third_time_until_it_speaks_again(view):
    one = view(["t1"], usual={"t1": 31.0})
    for count in (1, 2):
        one.live.trouble("t1", Unreachable("no"), count)
    one.pass_by(1)
    assert one.lines == ["\\ asking  0:01  usually 0:31, 0:30 left"]
    one.live.trouble("t1", Unreachable("no"), 3)
    one.pass_by(1)
    assert one.lines == ["| asking  0:02  no answer, asking on"]
    one.live.show(Task("t1", "waiting"))
    one.pass_by(1)
    assert one.lines == ["/ waiting  0:03  usually 0:31, 0:28 left"]


def test_one_task_costs_100_bytes_a_second_and_is_drawn_once_a_second(view):
    one = view(["t1"], usual={"t1": 31.0}, environ={"WT_SESSION": "1"}, color="always")
    one.live.show(Task("t1", "generating", created_at=START - 0.4))
    one.pass_by(60)
    assert one.raw.text.count("\x1b[?7l") == 61
    assert len(one.raw.text) < 6000


def test_nothing_is_written_while_nothing_changes(view):
    one = view(["t1"])
    one.live.show(Task("t1", "success", created_at=START, completed_at=START + 31))
    one.pass_by(60)
    assert one.raw.text.count("success") == 1
    assert one.lines == ["  success  0:31"]


def test_a_window_that_changed_is_drawn_anew_also_when_nothing_else_changed(view):
    one = view(["t1"])
    one.live.show(Task("t1", "success", created_at=START, completed_at=START + 31))
    for columns, line in ((80, "  success  0:31"), (12, "  success …"), (80, "  success  0:31")):
        one.resize(columns, 24)
        one.pass_by(0.25)
        assert one.lines == [line]


@pytest.mark.parametrize("columns", [1, 5, 20])
def test_a_narrow_terminal_is_no_problem(view, columns):
    one = view(["t" * 32], columns=columns)
    one.live.show(Task("t" * 32, "generating"))
    one.pass_by(1)
    assert one.lines == [{1: "…", 5: "\\ g…", 20: "\\ generating  0:01"}[columns]]


def test_hostile_states_and_secrets_are_made_harmless(view):
    one = view(["t1"], columns=100)
    one.live.show(Task("t1", f"[red]\x1b]0;x\x07 {KEY} :smile:"))
    one.pass_by(1)
    assert one.lines == [r"\ [red]\x1b]0;x\x07 [key] :smile:  0:01"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_without_unicode_is_no_problem(view, encoding):
    one = view(["t1"], columns=24, raw=FakeStream(tty=True, encoding=encoding))
    one.live.show(Task("t1", "東京 waits"))
    one.pass_by(1)
    assert one.lines == [r"\ \u6771\u4eac waits..."]


def test_a_terminal_that_is_gone_stops_nobody_and_is_not_written_to_again(view):
    class Gone(FakeStream):
        tries = 0

        def write(self, text):
            self.tries += 1
            raise OSError(5, os.strerror(5))

    one = view(["t1"], raw=Gone(tty=True), environ={"WT_SESSION": "1"})
    with one.live:
        one.pass_by(10)
        assert one.raw.tries == 1
    assert one.raw.text == ""


def test_a_batch_without_rows_is_no_problem(view):
    with view([], batch=Batch(None)).live as live, live.aside():
        pass


def test_a_file_that_was_closed_stops_nobody(view):
    one = view(["t1"])
    with one.live:
        one.raw.close()
        one.pass_by(1)


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, ValueError])
def test_nothing_of_it_is_left_and_the_cursor_is_back_however_it_ends(view, error):
    one = view(["t1", "t2"])
    with suppress(error), one.live:
        one.pass_by(3)
        assert one.lines[0].startswith("[")
        assert one.screen.cursor.hidden
        raise error
    assert one.lines == [""]
    assert not one.screen.cursor.hidden
    assert one.screen.cursor.x == one.screen.cursor.y == 0
    assert not one.live._ticks.is_alive()


def test_a_signal_amid_the_end_leaves_nothing_behind_either(view):
    class Interrupted(FakeStream):
        def write(self, text):
            if text == ERASE and not self.text.endswith("!"):
                super().write("!")
                raise KeyboardInterrupt
            super().write(text)

    one = view(["t1"], raw=Interrupted(tty=True))
    with pytest.raises(KeyboardInterrupt), one.live:
        one.pass_by(1)
    assert one.lines == [""]
    assert not one.screen.cursor.hidden


def test_lines_written_aside_stay_whole_above_the_view(view):
    one = view(["t1", "t2"])
    with one.live:
        for number in range(40):
            one.pass_by(0.5)
            with one.live.aside():
                one.err.line(f"https://example.com/{number}")
                one.live.draw()
                one.err.line("Done.")
        one.pass_by(1)
        assert one.lines[-5:-3] == ["https://example.com/39", "Done."]
        assert one.lines[-3].startswith("[")
    assert one.lines[-2:] == ["https://example.com/39", "Done."]
    assert [line[:1] for line in one.lines] == ["D", *["h", "D"] * 10]


def test_the_view_comes_back_at_once_after_lines_but_not_more_than_4_times_a_second(view):
    one = view(["t1"])
    one.live.draw()
    for _ in range(100):
        one.clock.time += 0.0625
        with one.live.aside():
            pass
    assert one.raw.text.count("asking") == 26


def test_it_does_not_flash_up_after_the_last_result(view):
    one = view(["t1"])
    one.live.draw()
    one.clock.time += 1
    one.live.show(Task("t1", "success"))
    with one.live.aside():
        one.err.line("Done.")
    assert one.raw.text.endswith("Done.\n")


def test_with_verbose_or_quiet_there_is_no_live_line(kie):
    kie.server.plays("t1", "success")
    for flag in ("-v", "-q"):
        assert "\x1b[?25l" not in kie(f"wait t1 {flag}", tty="err").err
    assert "\x1b[?25l" in kie("wait t1", tty="err").err


# the bar of the tab


@pytest.mark.parametrize(
    ("environ", "taken"),
    [
        ({"WT_SESSION": "guid"}, True),
        ({"ConEmuANSI": "ON"}, True),
        ({"ConEmuANSI": "OFF"}, False),
        ({"TERM_PROGRAM": "ghostty"}, True),
        ({"TERM_PROGRAM": "WezTerm"}, True),
        ({"TERM_PROGRAM": "iTerm.app"}, False),
        ({"TERM_PROGRAM": "iTerm.app", "TERM_FEATURES": "T3LrMSc7UUw9Ts3BFGsSyHNoSxFP"}, True),
        ({"TERM_FEATURES": "T3PrSxF"}, False),
        ({"PTYXIS_VERSION": "48.1"}, True),
        ({"PTYXIS_VERSION": "47.9"}, False),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({}, False),
        ({"WT_SESSION": "guid", "TMUX": "/run/tmux-0/default,1,0"}, False),
        ({"WT_SESSION": "guid", "STY": "1.pts-0"}, False),
        ({"TERM_PROGRAM": "ghostty", "TERM": "screen-256color"}, False),
        ({"TERM_PROGRAM": "ghostty", "TERM": "tmux-256color"}, False),
    ],
)
def test_the_tab_has_a_bar_only_where_the_terminal_is_known_to_take_it(view, environ, taken):
    assert takes_tab_progress(environ) == taken
    one = view(["t1"], environ=environ)
    with one.live:
        pass
    assert bool(TAB.search(one.raw.text)) == taken


def test_the_tab_shows_the_part_that_ended_in_red_after_a_failure_and_nothing_at_the_end(view):
    one = view(["t1", "t2", "t3", "t4"], environ={"WT_SESSION": "1"})
    with one.live:
        for task_id, state in (("t1", "success"), ("t2", "fail")):
            one.live.show(Task(task_id, state))
            one.pass_by(0.25)
        one.pass_by(10)
    told = list(dict.fromkeys(TAB.findall(one.raw.text)))
    assert told == [("1", "0"), ("1", "25"), ("2", "50"), ("0", "0")]


def test_the_tab_of_one_task_turns(view):
    one = view(["t1"], environ={"TERM_PROGRAM": "ghostty"})
    with one.live:
        one.pass_by(2)
    assert TAB.findall(one.raw.text) == [("3", "0")] * 3 + [("0", "0")]


def test_the_bar_of_the_tab_comes_with_whole_command_lines(kie):
    kie.server.plays("t1", "success")
    assert TAB.search(kie("wait t1", tty="err", WT_SESSION="1").err)
    assert not TAB.search(kie("wait t1", WT_SESSION="1").err)
