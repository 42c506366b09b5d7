"""The real program on a real pseudo-terminal, read as a person would see it."""

import re
import signal
import time
from pathlib import Path

import pexpect
import pyte
import pytest
from conftest import PROGRAM, environment

LIMIT = 30  # seconds


class Terminal:
    """A program on a terminal: what was written so far, and what stands on its screen."""

    def __init__(self, command, env, columns=100, lines=20):
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.Stream(self.screen)
        self.seen: list[list[str]] = []
        self.text = ""
        self.child = pexpect.spawn(
            command[0],
            command[1:],
            env=env,
            dimensions=(lines, columns),
            encoding="utf-8",
            timeout=LIMIT,
        )

    @property
    def lines(self):
        return [line.rstrip() for line in self.screen.display if line.strip()]

    def read(self, until=None):
        """Read till `until` matches what is on the screen, or to the end of the program."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            try:
                piece = self.child.read_nonblocking(4096, timeout=0.2)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                assert until is None, f"ended before {until}: {self.text!r}"
                self.child.wait()
                return self
            self.text += piece
            self.stream.feed(piece)
            self.seen.append(self.lines)
            if until and re.search(until, "\n".join(self.lines)):
                return self
        raise AssertionError(f"no {until or 'end'} in {LIMIT} s: {self.text!r}")

    @property
    def end(self):
        """The exit code, or the signal as a negative number."""
        child = self.child
        return -child.signalstatus if child.exitstatus is None else child.exitstatus


@pytest.fixture
def terminal(own_home, server):
    opened = []

    def start(line, columns=100, lines=20, **env):
        whole = environment(own_home, server, **{"TERM": "xterm-256color"} | env)
        command = [str(PROGRAM), *line.split()] if isinstance(line, str) else line
        opened.append(Terminal(command, whole, columns, lines))
        return opened[-1]

    yield start
    for one in opened:
        one.child.close(force=True)


def cursor_is_visible(one):
    assert not one.screen.cursor.hidden
    assert one.text.count("\x1b[?25l") == one.text.count("\x1b[?25h")
    return True


def test_create_shows_one_live_line_and_leaves_a_clean_screen(terminal):
    """In real time the sandbox takes 3 s."""
    one = terminal("create --sandbox -p hat -d").read()
    assert one.end == 0
    live = {
        line for screen in one.seen for line in screen if re.match(r"[-\\|/] \w+  \d:\d\d", line)
    }
    assert {line.split()[1] for line in live} >= {"asking", "generating"}
    assert any("0:02" in line for line in live)
    assert all(sum(line in live for line in screen) <= 1 for screen in one.seen)
    assert cursor_is_visible(one)
    assert not live & set(one.lines)
    (path,) = [line for line in one.lines if line.startswith("./")]
    assert Path(path).read_bytes().startswith(b"\x89PNG")
    assert one.lines[-1] == path
    assert one.screen.cursor.x == 0
    assert "\x1b[?1049h" not in one.text
    assert any(line.startswith("Done in 3 s, 5 credits.") for line in one.lines)


def test_a_click_on_a_saved_path_opens_it(terminal):
    one = terminal("create --sandbox -p hat -d").read()
    (path,) = Path().glob("*.png")
    link = f"\x1b]8;;{path.absolute().as_uri()}\x1b\\./{path}\x1b]8;;\x1b\\"
    assert link in one.text
    assert one.lines[-1] == f"./{path}"
    for variable in ("NO_COLOR", "CI"):
        assert "\x1b]8;" not in terminal("wait --last --sandbox -d", **{variable: "1"}).read().text
    assert "\x1b]8;" not in terminal("wait --last --sandbox -d", TERM="dumb").read().text


def test_wait_shows_a_row_a_task_and_loses_no_line(terminal, server):
    """Lines that are written while rows are shown stay, and the rows do not."""
    server.plays("first", "waiting", "success")
    server.plays("second", "waiting", "waiting", "fail")
    server.plays("third", "generating", "generating", "generating", "success")
    one = terminal("wait first second third --interval 0.6").read()
    assert one.end == 3
    rows = [
        [line for line in screen if re.match(r"(first|second|third) +\w+ +\d:\d\d", line)]
        for screen in one.seen
    ]
    assert max(len(found) for found in rows) == 3
    assert one.lines[0].startswith("Done in 31 s.")
    assert one.lines[1] == f"{server.result}/r/first.png"
    assert one.lines[2].startswith("kie: second: The task failed: Internal Error")
    assert one.lines[3].startswith("  A new task costs anew")
    assert one.lines[4].startswith("Done in 31 s.")
    assert one.lines[5:] == [f"{server.result}/r/third.png"]
    assert cursor_is_visible(one)


@pytest.mark.parametrize(
    ("signum", "keys"),
    [
        (signal.SIGINT, "\x03"),
        (signal.SIGTERM, None),
        (signal.SIGHUP, None),
        (signal.SIGQUIT, "\x1c"),
    ],
)
def test_a_stopped_wait_says_how_to_come_back_and_restores_the_terminal(
    terminal, server, signum, keys
):
    server.plays("t1", "generating")
    one = terminal("wait t1 -d").read(until=r"generating  \d")
    if keys:
        one.child.send(keys)
    else:
        one.child.kill(signum)
    one.read()
    assert one.end == -signum
    assert one.lines[-2:] == [
        "Stopped waiting. The task goes on at kie.ai. Come back with:",
        "  kie wait t1 --download",
    ]
    assert [line for line in one.lines[:-2] if line not in {"^C", "^\\"}] == []
    assert cursor_is_visible(one)


def test_stdout_in_a_file_has_exactly_the_result_and_the_terminal_the_progress(terminal, server):
    command = [
        "/bin/sh",
        "-c",
        f"{PROGRAM} create -p hat > id.txt; {PROGRAM} wait --last > url.txt",
    ]
    one = terminal(command).read()
    task_id = f"{0xA1:032x}"
    assert Path("id.txt").read_text() == f"{task_id}\n"
    assert Path("url.txt").read_text() == f"{server.result}/r/{task_id}.png\n"
    assert f"Next:  kie wait {task_id} --download" in one.text
    assert "generating" in one.text
    assert "Done in 31 s" in one.text
    assert one.end == 0


def test_stderr_in_a_file_has_no_escape_in_it(terminal, server):
    server.plays("t1", "generating", "success")
    command = ["/bin/sh", "-c", f"{PROGRAM} wait t1 --interval 0.3 2> err.txt"]
    one = terminal(command).read()
    assert one.lines == [f"{server.result}/r/t1.png"]
    assert "\x1b" not in Path("err.txt").read_text() + one.text


@pytest.mark.parametrize("columns", [1, 20])
def test_a_long_url_is_written_plainly_on_a_narrow_terminal(terminal, server, columns):
    """300 characters that can be copied: the terminal breaks them, kie does not."""
    url = server.file("x" * 300)
    server.plays("t1", {"state": "generating"}, {"resultJson": f'{{"resultUrls":["{url}"]}}'})
    one = terminal("wait t1 --interval 0.3", columns=columns, lines=400 // columns + 40).read()
    assert one.end == 0
    assert f"{url}\r\n" in one.text
    one = terminal("status t1", columns=columns).read()
    assert f"{url}\r\n" in one.text


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_dumb_terminal_gets_lines(terminal, server, term):
    server.plays("t1", "generating", "success")
    one = terminal("wait t1 --interval 0.3", TERM=term).read()
    assert one.end == 0
    assert "\x1b" not in one.text
    assert one.lines[0].startswith("t1  generating  ")


def test_a_window_that_changes_its_size_is_no_problem(terminal, server):
    server.plays("t1", *["generating"] * 6, "success")
    server.plays("t2", *["generating"] * 6, "success")
    one = terminal("wait t1 t2 --interval 0.3").read(until="generating")
    for columns in (10, 1, 200, 80):
        one.child.setwinsize(24, columns)
        one.read(until=".")  # the next time that it draws
    one.screen.resize(24, 80)
    one.read()
    assert one.end == 0
    assert f"{server.result}/r/t1.png\r\n" in one.text
    assert cursor_is_visible(one)


@pytest.mark.parametrize("columns", [1, 5, 20, 40, 80, 300])
def test_no_width_cuts_an_id_or_dirties_the_terminal(terminal, server, columns):
    """An id is paid for: it can be copied from a window of any width."""
    task_id = f"{0xA1:032x}"
    one = terminal("create -p hat", columns=columns, lines=300 // columns + 60).read()
    assert one.end == 0
    assert f"{task_id}\r\n" in one.text
    for line in (f"wait {task_id} --interval 0.2", "list"):
        one = terminal(line, columns=columns, lines=300 // columns + 60).read()
        assert one.end == 0
        assert task_id in one.text
        assert cursor_is_visible(one)
        assert "\x1b[?1049h" not in one.text


def test_the_list_is_cut_to_the_window(terminal, real):
    assert real(["create", "-q", "-p", "word " * 100]).code == 0
    one = terminal("list", columns=120).read()
    assert len(one.lines) == 2
    assert one.lines[1].endswith("…")
    assert len(one.lines[1]) <= 120
    assert one.lines[0].split() == ["TASK", "WHEN", "STATE", "CREDITS", "MODEL", "PROMPT"]
    assert "\x1b[1mTASK\x1b[0m" in one.text


def test_ids_are_read_from_the_terminal_when_asked(terminal, server):
    server.plays("t1", "success")
    one = terminal("wait -").read(until="end with Ctrl-D")
    one.child.send("t1\n\x04")
    one.read()
    assert one.end == 0
    assert f"{server.result}/r/t1.png" in one.lines
