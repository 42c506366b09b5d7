"""Texts of strangers through whole command lines: nothing of them controls the terminal."""

import json
import re

import pytest
from loopback import Reply

TEXTS = {
    "escape": "\x1b[2J\x1b[31mred",
    "title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "C1": "\x9b31m\x9dx\x9c",
    "bidi": "\u202etxt.exe\u202c \u2066x\u2069",
    "tags": "a\U000e0041\U000e007f",
    "zero width": "a\u200bb\ufeff",
    "markup": "[red]x[/red] [/nope] [link=http://x]y[/link] :smile:",
    "second line": "ok\nkie: Done. Saved to ./x.png\r\nsuccess",
    "column": "a\tb",
    "surrogate": "a\ud83db",
    "backspace": "abc\b\b\bxyz\x7f",
}


def harmless(run):
    """All of it is printable but for the tabs of rows; colour is off in these tests."""
    for stream in (run.out, run.err):
        assert all(line.isprintable() for line in re.split("[\n\t]", stream)), stream
    return run


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("tty", ["", "out"])
def test_in_every_field_of_a_task(kie, text, tty):
    body = kie.server.record(
        "t1", {"state": "fail", "failMsg": text, "failCode": text, "model": text}
    )
    kie.server.plays("t1", Reply(json.dumps(body)))
    state = kie.server.record("t2", {"state": text})
    kie.server.plays("t2", Reply(json.dumps(state)))
    url = kie.server.record("t3", "success", [f"https://example.org/{text}.png"])
    kie.server.plays("t3", Reply(json.dumps(url)))
    for args in ("status t1 t2 t3", "wait t1", "wait t2 --timeout 0", "wait t3", "status t1 --raw"):
        plain = harmless(kie(f"{args} --color never", tty=tty))
        assert "\nkie: Done. Saved" not in plain.err
        told = harmless(kie(f"{args} --json", tty=tty))
        assert told.json is not None
    assert [line.count("\t") for line in kie("status t1 t2 t3").lines] == [5, 5, 5]
    assert len(kie("wait t3").lines) == 1
    if text.isprintable():
        assert text in kie("wait t1").err
        assert f"https://example.org/{text}.png" in kie("wait t3").lines
    else:
        (task,) = kie("wait t1 --json").json
        assert task["error"]["message"] == text


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_in_a_message_of_the_api(kie, text):
    for code in (401, 402, 422, 500, 455, 999):
        answer = Reply(json.dumps({"code": code, "msg": text}))
        kie.server.answer("credit", *[answer] * 6)
        run = harmless(kie("credits --color never"))
        assert run.code != 0
        harmless(kie("credits --json"))
        kie.server._scripts["credit"].clear()
    kie.server.answer("credit", *[Reply(text.encode("utf-8", "replace"), 502)] * 3)
    assert harmless(kie("credits")).code == 7


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_in_a_prompt_and_a_label_that_come_back_in_lists(kie, text):
    run = kie(["create", "-q", "--no-validate", "-p", f"hat {text}", "--label", text])
    harmless(run)
    if run.code:
        assert (run.code, kie.server.posts()) == (2, [])
        return
    assert [line.count("\t") for line in harmless(kie("list")).lines] == [5]
    harmless(kie("list --color never", tty="out"))
    assert harmless(kie("list --json")).json[0]["label"] == text


def test_in_names_of_files_and_in_the_environment(kie):
    for name in ("no\x1b[2Jfile.png", "no\nfile.png"):
        run = harmless(kie(["create", "-p", "hat", "-i", name]))
        assert run.code == 2
        harmless(kie(["wait", "t1", "-o", f"{name}/"]))
    run = harmless(kie("credits", KIE_BASE_URL="https://\x1b[2J"))
    assert run.code == 2


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_json_is_ascii_where_the_stream_is_not_utf_8(server, real, encoding):
    server.plays("t1", {"state": "fail", "failMsg": "Zürich, 東京"})
    env = {"PYTHONIOENCODING": f"{encoding}:strict"}
    run = real("wait t1 --json", **env)
    assert run.code == 3
    assert (run.out + run.err).isascii()
    assert run.json[0]["error"]["message"] == "Zürich, 東京"
    assert real("status t1 --raw", **env).out.isascii()
    if encoding == "ascii":
        assert r"Z\xfcrich, \u6771\u4eac" in real("wait t1", **env).err
