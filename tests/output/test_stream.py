"""One stream, judged for itself: colour, encoding, secrets, and what happens when it is gone."""

import io
import json
import os

import pytest
from conftest import KEY
from fakes import FakeStream
from hypothesis import given
from hypothesis import strategies as st

from kie_cli.core.secret import Secret
from kie_cli.output.stream import Stream, StreamLost


@pytest.mark.parametrize(
    ("tty", "env", "color", "colored", "animated"),
    [
        (False, {}, "auto", False, False),
        (True, {}, "auto", True, True),
        (True, {"TERM": "xterm-256color"}, "auto", True, True),
        (True, {"TERM": "dumb"}, "auto", False, False),
        (True, {"TERM": "unknown"}, "auto", False, False),
        (True, {"NO_COLOR": "1"}, "auto", False, True),
        (True, {"NO_COLOR": ""}, "auto", True, True),
        (False, {"FORCE_COLOR": "1"}, "auto", True, False),
        (True, {"FORCE_COLOR": "1", "TERM": "dumb"}, "auto", True, False),
        (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, "auto", False, True),
        (False, {"NO_COLOR": "1"}, "always", True, False),
        (True, {"FORCE_COLOR": "1"}, "never", False, True),
    ],
)
def test_colour_and_animation(tty, env, color, colored, animated):
    stream = Stream(FakeStream(tty=tty), env, color)
    assert (stream.colored, stream.animated) == (colored, animated)
    stream.line("word", "red")
    assert ("\x1b[31m" in stream.raw.text) == colored


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "é € 東 🙂"),
        ("ascii", r"\xe9 \u20ac \u6771 \U0001f642"),
        ("latin-1", r"é \u20ac \u6771 \U0001f642"),
        ("cp1252", r"é € \u6771 \U0001f642"),
    ],
)
def test_what_the_encoding_does_not_have_is_written_as_an_escape(encoding, shown):
    stream = Stream(FakeStream(encoding=encoding), {})
    stream.line("é € 東 🙂")
    assert stream.raw.text == shown + "\n"


KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=40)


@given(KEYS, st.text(max_size=20), st.text(max_size=20))
def test_a_secret_is_blotted_out_of_every_line(key, before, after):
    stream = Stream(FakeStream(), {})
    stream.secrets.append(Secret(key))
    stream.line(before + key + after + json.dumps({"msg": key}))
    assert key not in stream.raw.text or key in before + "[key]" + after
    assert json.dumps(key)[1:-1] not in stream.raw.text.rpartition('"msg": "')[2]


def test_the_key_is_blotted_out_of_whatever_kie_ai_says(kie):
    """In plain words, in JSON, in the raw answer, on the live line, and from the config file."""
    kie.server.plays("t1", {"state": KEY, "failMsg": f"your key {KEY} is known"})
    kie.server.plays("t2", {"state": "fail", "failMsg": f"your key {KEY} is known"})
    kie.server.answer("credit", *[{"code": 401, "msg": f"Bearer {KEY}?"}] * 2)
    lines = (
        "status t1", "status t1 --json", "status t2 --raw", "wait t1 --timeout 0 -v",
        "wait t2", "wait t2 --json", "credits", "credits --json",
    )  # fmt: skip
    for line in lines:
        run = kie(line, tty="err" if line.startswith("wait") else "")
        assert KEY not in run.out + run.err
    assert "[key]" in run.err
    del kie.env["KIE_API_KEY"]
    assert kie("config set token -", stdin=KEY + "\n").code == 0
    assert KEY not in kie("status t1 t2 -v").out + kie.runs[-1].err


def test_a_stream_that_cannot_be_written_is_lost_and_says_why():
    class Broken(FakeStream):
        def __init__(self, error):
            super().__init__()
            self.error = error

        def write(self, _):
            raise self.error

    closed = FakeStream()
    closed.close()
    for raw, gone, reason in (
        (None, False, "closed"),
        (closed, False, "closed"),
        (Broken(BrokenPipeError()), True, "reader"),
        (Broken(OSError(28, "No space left on device")), False, "No space"),
        (Broken(ValueError("odd")), False, "odd"),
    ):
        with pytest.raises(StreamLost, match=reason) as lost:
            Stream(raw, {}).line("x")
        assert lost.value.gone is gone


def test_usable_means_that_there_is_a_file_behind_it(tmp_path):
    assert Stream(FakeStream(), {}).usable
    assert not Stream(None, {}).usable
    with (tmp_path / "file").open("w") as stream:
        assert Stream(stream, {}).usable
        os.close(stream.fileno())
        assert not Stream(stream, {}).usable
        descriptor = os.open(os.devnull, os.O_WRONLY)
        assert descriptor == stream.fileno()
    assert not Stream(stream, {}).usable


def test_the_width_is_80_where_there_is_no_terminal():
    assert Stream(io.StringIO(), {}).width == 80
    assert Stream(None, {}).width == 80


@pytest.mark.parametrize(
    ("link", "written"),
    [
        ("https://a.example/b.png", True),
        ("file:///a%20b.png", True),
        ("javascript:alert(1)", False),
        ("https://a.example/\x1b]8;;", False),
        ("https://a.example/a b", False),
        ("file:///caf\u00e9", False),
    ],
)
def test_a_link_is_written_only_where_it_can_do_no_harm(link, written):
    raw = FakeStream(tty=True)
    Stream(raw, {"TERM": "xterm-256color"}).line("a", link=link)
    assert (f"\x1b]8;;{link}\x1b\\a\x1b]8;;\x1b\\\n" == raw.text) is written
    assert written or raw.text == "a\n"


@pytest.mark.parametrize(
    "environ", [{}, {"TERM": "dumb"}, {"TERM": "linux"}, {"TERM": "xterm", "NO_COLOR": "1"}]
)
def test_a_link_is_decoration(environ):
    raw = FakeStream(tty=True)
    Stream(raw, environ).line("a", link="https://a.example/")
    assert raw.text == "a\n"
