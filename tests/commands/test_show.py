"""`kie show`: pictures in the terminal, drawn as its terminal can; never into a pipe."""

import re
import struct
import sys
import zlib
from pathlib import Path

import pexpect
import pytest
from conftest import PROGRAM, environment
from loopback import Reply

from kie_cli.sandbox.clips import film
from kie_cli.sandbox.png import picture

TASK = "addc9644bab1bc844d49d901a336b8db"
NO_SIXEL, SIXEL = "\x1b[?62;22c", "\x1b[?62;4;22c"
CELLS = "\x1b[6;20;10t"  # of 20 x 10 pixels


@pytest.fixture
def terminal(own_home, server):
    """Run a command line on a terminal that answers what it is asked; return code and output."""

    def run(command, device=NO_SIXEL, *, kitty=False, size=(24, 80)):
        env = environment(own_home, server, TERM="xterm-256color", COLORTERM="truecolor")
        child = pexpect.spawn(
            str(PROGRAM), command.split(), env=env, dimensions=size, encoding="utf-8", timeout=30
        )
        text = ""
        answers = [r"\x1b\[c", r"\x1b_Gi=(\d+),s=1.*?\x1b\\", r"\x1b\[16t", pexpect.EOF]
        while (which := child.expect(answers)) < 3:
            text += child.before
            if which == 1 and kitty:
                child.send(f"\x1b_Gi={child.match[1]};OK\x1b\\")
            elif which != 1:
                child.send(device if which == 0 else CELLS)
        text += child.before
        child.wait()
        return child.exitstatus, text

    return run


def rows(text):
    return [line for line in text.split("\r\n") if "▀" in line]


def test_half_blocks_fit_the_window_and_keep_the_shape(terminal):
    Path("wide.png").write_bytes(picture(800, 200, "wide"))
    code, text = terminal("show wide.png", size=(24, 60))
    assert code == 0
    assert {60} == {line.count("▀") for line in rows(text)}
    assert len(rows(text)) == 8  # 60 columns of 10 pixels are 600 wide, so 150 high
    assert "\x1b[38;2;" in text, "in full colour"
    Path("tall.png").write_bytes(picture(200, 2000, "tall"))
    code, text = terminal("show tall.png", size=(24, 60))
    assert code == 0
    assert [4] * 20 == [line.count("▀") for line in rows(text)]  # 22 lines fit; 4 whole columns


def test_sixel_where_the_terminal_says_that_it_knows_it(terminal, images):
    code, text = terminal("show jar.png", SIXEL)
    assert code == 0
    assert re.search(r"\x1bP[0-9;]*q", text)
    assert "▀" not in text


def test_kittys_protocol_where_the_terminal_says_that_it_knows_it(terminal, images):
    code, text = terminal("show jar.png", kitty=True)
    assert code == 0
    assert "\x1b_Gi=" in text
    assert "\U0010eeee" in text, "its placeholder"
    assert "▀" not in text


def test_the_saved_file_of_a_task_is_drawn_without_asking_kie_ai(kie, terminal):
    task_id = kie("create -q -p hat -d --json").json[0]["task_id"]
    kie.server.requests.clear()
    code, text = terminal(f"show {task_id}")
    assert (code, bool(rows(text))) == (0, True)
    assert kie.server.requests == []


def test_a_result_that_was_not_saved_is_fetched_and_not_kept(server, terminal, own_home):
    server.plays(TASK, "success")
    code, text = terminal(f"show {TASK}")
    assert (code, bool(rows(text))) == (0, True)
    assert len(server.seen("/r/")) == 1
    assert list(Path.cwd().iterdir()) == []
    assert [] == [path for path in own_home.rglob("*") if path.suffix in {".png", ".part"}]


def test_a_picture_of_too_many_pixels_is_not_unpacked(terminal):
    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    for side in (9_000, 60_000):
        head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
        bomb = (
            b"\x89PNG\r\n\x1a\n"
            + head
            + chunk(b"IDAT", zlib.compress(bytes(99)))
            + chunk(b"IEND", b"")
        )
        Path("bomb.png").write_bytes(bomb)
        code, text = terminal("show bomb.png")
        assert code == 2
        assert "kie: bomb.png: it has more than 80 million pixels." in text


def test_a_damaged_picture_is_told_in_a_sentence(terminal, images):
    for content, said in (
        (Path("jar.png").read_bytes()[:200], "the picture is damaged"),
        (b"\x89PNG\r\n\x1a\nnothing", "no kind of picture"),
        (b"some text", "no kind of picture"),
    ):
        Path("bad.png").write_bytes(content)
        code, text = terminal("show bad.png")
        assert code == 2
        assert said in text
        assert "Traceback" not in text


TERMINAL = {"tty": "in out err", "TERM": "xterm"}


@pytest.mark.parametrize("tty", ["in err", "in out err --json"])
def test_nothing_is_drawn_into_a_pipe(kie, images, tty):
    words = tty.split()
    run = kie(f"show jar.png {'--json' if '--json' in words else ''}", tty=tty, TERM="xterm")
    assert (run.code, run.out) == (2, "")
    assert "kie show draws on a terminal" in run.err


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1"}])
def test_a_terminal_without_colours_is_told_so(kie, images, env):
    run = kie("show jar.png", tty="in out err", **env)
    assert (run.code, run.out) == (2, "")
    assert "kie open TASK_ID" in run.err


def test_standard_input_is_left_to_the_terminal(kie, images):
    run = kie("show jar.png", tty="out err", TERM="xterm")
    assert (run.code, run.out) == (2, "")
    assert "standard input" in run.err


def test_without_the_extra_package_one_sentence_says_how_to_install_it(kie, images, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    run = kie("show jar.png", **TERMINAL)
    assert (run.code, run.out) == (2, "")
    assert "pip install 'kie-cli[preview]'" in run.err


def test_a_video_is_not_drawn_but_what_to_type_is_said(kie, server):
    url = server.file("film", film("x"))
    server.plays(TASK, Reply(server.record(TASK, "success", [url])))
    run = kie(f"show {TASK}", **TERMINAL)
    assert (run.code, run.out) == (2, "")
    assert "it is video/mp4" in run.err
    assert f"kie open {TASK}" in run.err


@pytest.mark.parametrize(("state", "code"), [("fail", 3), ("generating", 8)])
def test_a_task_without_results_says_why(kie, server, state, code):
    server.plays(TASK, state)
    run = kie(f"show {TASK}", **TERMINAL)
    assert (run.code, run.out) == (code, "")


@pytest.mark.parametrize("what", ["./nowhere.png", "a" * 5000, "\x1b[2J"])
def test_what_is_neither_file_nor_task_is_wrong_input(kie, what):
    run = kie(["show", what], **TERMINAL)
    assert (run.code, run.out) == (2, "")
    assert "neither a file nor a task id" in run.err
    assert "\x1b[2J" not in run.err
