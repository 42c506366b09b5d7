"""Results of every kind: texts and data that come without a file, and files that are text."""

import json
import os
import stat
from pathlib import Path

import pytest
from inputs import smallest
from loopback import Reply, example

from kie_cli.catalog.models import load
from kie_cli.context import Kie
from kie_cli.core.media import Leftover, sniff
from kie_cli.core.task import Task
from kie_cli.output.text import safe

LYRICS = "The slow train leaves at nine\nand nobody minds"
DATA = {"segments": [{"text": "hi", "start": 0.5}], "language": "en"}


@pytest.fixture
def tells(kie):
    """Let task t1 succeed with a `resultObject`."""

    def tell(made, task_id="t1", **more):
        result = {"resultUrls": None, "resultObject": made, **more}
        kie.server.plays(task_id, {"resultJson": json.dumps(result)})

    return tell


def files(folder="."):
    return sorted(path.name for path in Path(folder).iterdir())


# Shown


@pytest.mark.parametrize(
    ("made", "out"),
    [
        ({"lyricsData": [{"text": LYRICS}]}, LYRICS),
        ({"lyricsData": [{"text": "one"}, {"text": "two\n\nthree\n"}]}, "one\n\ntwo\n\nthree"),
        ({"text": "hi", "error": None, "note": ""}, "hi"),
        ({"text": "a\tb\r\nc"}, "a\tb\nc"),
        ({"text": ["one", "two"]}, "one\n\ntwo"),
        ("plain", "plain"),
    ],
)
@pytest.mark.parametrize("extra", ["", " -q"])
@pytest.mark.parametrize("tty", ["", "out err"])
def test_texts_stand_on_stdout_as_they_are(kie, tells, made, out, extra, tty):
    tells(made)
    run = kie(f"wait t1{extra}", tty=tty)
    assert (run.code, run.out) == (0, f"{out}\n")
    assert files() == []


def test_other_data_is_one_line_of_json_in_a_pipe_and_readable_on_a_terminal(kie, tells):
    tells(DATA)
    assert kie("wait t1").json == [DATA]
    run = kie("wait t1", tty="out err")
    assert (run.out, run.code) == (json.dumps(DATA, indent=2) + "\n", 0)


@pytest.mark.parametrize("key", ["text", "words"])
def test_no_result_can_control_the_terminal(kie, tells, key):
    risky = "\x1b]0;owned\x07\x9b2J\u202egnp\ud800\x00\nnext"
    tells({key: [risky, "b"]})
    for tty in ("", "out err"):
        out = kie("wait t1", tty=tty).out
        assert "\nnext" in out if key == "text" else "\\nnext" in out
        assert out.replace("\n", "").isprintable()
        assert r"\x1b]0;owned" in out or r"\u001b]0;owned" in out


def test_json_has_the_result_as_kie_ai_told_it(kie, tells):
    tells({"text": LYRICS})
    (told,) = kie("wait t1 --json").json
    assert told["result"] == {"resultUrls": None, "resultObject": {"text": LYRICS}}
    assert (told["urls"], told["files"]) == ([], [])


# Saved


@pytest.mark.parametrize(
    ("made", "ending", "content"),
    [
        (
            {"lyricsData": [{"text": LYRICS}, {"text": "ü\x1b[2J"}]},
            "txt",
            f"{LYRICS}\n\nü\x1b[2J\n",
        ),
        ({"text": "<html> is how it begins"}, "txt", "<html> is how it begins\n"),
        ({"text": "GIF89a"}, "txt", "GIF89a\n"),
        ({"text": "\ud800"}, "txt", "\\ud800\n"),
        (DATA, "json", json.dumps(DATA, indent=2) + "\n"),
        (7, "json", "7\n"),
    ],
)
def test_a_told_result_is_saved_under_the_task_s_name(kie, tells, made, ending, content):
    tells(made)
    run = kie("wait t1 -d")
    assert (run.code, run.out) == (0, f"./t1-1.{ending}\n")
    assert Path(f"t1-1.{ending}").read_text(encoding="utf-8") == content
    assert files() == [f"t1-1.{ending}"]
    assert stat.S_IMODE(Path(f"t1-1.{ending}").stat().st_mode) == 0o666 & ~_umask()
    (told,) = kie("wait t1 -d --json").json
    assert told["files"] == [str(Path(f"t1-1.{ending}").absolute())]
    assert told["urls"] == []


def _umask():
    os.umask(mask := os.umask(0))
    return mask


def test_what_is_saved_is_found_again_and_nothing_is_overwritten(kie, tells):
    Path("t1-1.txt").write_text("mine")
    tells({"text": "hi"})
    assert kie("download t1").lines == ["./t1-1.1.txt"]
    assert [Path(p).name for p in kie("download t1").lines] == ["t1-1.1.txt"]
    Path("t1-1.1.txt").unlink()
    assert kie("download t1").lines == ["./t1-1.1.txt"]
    assert Path("t1-1.txt").read_text() == "mine"
    assert kie("download t1 -o songs/").lines == ["songs/t1-1.txt"]
    assert kie("download t1 -o song.md").lines == ["./song.md"]
    run = kie("download t1 -o song.md")
    assert (run.code, run.out) == (2, "")


def test_unsaved_knows_texts_until_they_are_saved(kie, tells):
    task_id = kie("create -q -p hats").lines[0]
    tells({"text": "hi"}, task_id)
    assert kie(["wait", task_id]).out == "hi\n"
    assert kie("download --unsaved -o out/").lines == [f"out/{task_id}-1.txt"]
    assert kie("download --unsaved").out == ""


def test_the_text_itself_goes_to_stdout_with_o_dash(kie, tells):
    tells({"text": "a\x00b"})
    run = kie("download t1 -o -")
    assert (run.code, run.raw_out) == (0, b"a\x00b\n")
    assert files() == []


def test_where_it_cannot_be_saved_exit_10_says_so_and_nothing_is_left(kie, tells, monkeypatch):
    tells({"text": "hi"})

    def full(_self, _piece):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("kie_cli.api.parts.Growing.add", full)
        run = kie("wait t1 -d -o out/")
    assert (run.code, run.out) == (10, "")
    assert "1 of 1 results of t1 could not be saved" in run.err
    assert "No space left on device" in run.err
    assert "kie download t1 -o out/" in run.err
    assert files("out") == []
    assert kie("download t1 -o out/").lines == ["out/t1-1.txt"]


def test_what_an_interrupted_save_left_is_cleared_away(kie, tells, rows):
    task_id = kie("create -q -p hats").lines[0]
    tells({"text": "hi"}, task_id)
    kie(["wait", task_id])
    part = Path(f".{task_id}-1.0123456789abcdef.part").absolute()
    part.write_text("h")
    ledger = Kie(kie.env, clock=kie.clock).ledger
    ledger.growing(task_id, 1, Leftover(str(part), "", ""))
    ledger.close()
    assert kie(["download", task_id]).lines == [f"./{task_id}-1.txt"]
    assert files() == [f"{task_id}-1.txt"]
    assert rows("parts") == []


@pytest.mark.parametrize("made", [None, {}, [], "", {"text": ""}, {"a": [None, {"b": ""}]}])
def test_an_empty_object_is_no_result(kie, tells, made):
    tells(made)
    run = kie("wait t1 -d")
    assert (run.code, run.out, files()) == (10, "", [])
    assert Task("t1", "success", result={"resultObject": made}).saved


def test_urls_win_over_data_beside_them(kie, tells):
    url = kie.server.file("x")
    tells({"seconds": 3, "mask_urls": [url]})
    assert kie("wait t1").lines == [url]
    assert kie("wait t1 -d").lines == ["./t1-1.png"]


# Files that are text


SUBTITLES = b"1\n00:00:00,000 --> 00:00:01,000\nHello\n"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>\n'
PAGE = b"<!doctype HTML><title>Gone</title>"


def played(kie, name, content, query=""):
    kie.server.files[f"/r/{name}"] = Reply(content)
    url = f"{kie.server.result}/r/{name}{query}"
    kie.server.plays("t1", Reply(kie.server.record("t1", "success", [url])))


@pytest.mark.parametrize(
    ("name", "content", "ending"),
    [
        ("a.srt", SUBTITLES, "srt"), ("a.VTT", b"WEBVTT\n", "vtt"), ("a.lrc", b"[00:01]hi", "lrc"),
        ("a.b.txt", b"hi", "txt"), ("a.json", b'{"a": 1}', "json"), ("a.csv", b"a,b\n", "csv"),
        ("a.md", b"# a\n", "md"), ("a.svg", SVG, "svg"), ("a.txt", b"x < html", "txt"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("query", ["", "?x=a.png#b.gif"])
def test_a_text_is_a_result_where_its_url_says_so(kie, name, content, ending, query):
    played(kie, name, content, query)
    run = kie("download t1")
    assert (run.code, run.out) == (0, f"./t1-1.{ending}\n")
    assert Path(f"t1-1.{ending}").read_bytes() == content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", PAGE), ("a.json", b" \r\n<HTML lang=en>"),
        ("a.srt", b"\xef\xbb\xbf<!DOCTYPE  html>"),
        ("a.svg", b"<html><svg/></html>"), ("a.png", b"Not found"), ("a", SUBTITLES),
        ("a.txt.png", b"hi"), ("txt", b"hi"), ("a.html", b"hi"),
    ],
)  # fmt: skip
def test_any_other_text_is_an_error_page(kie, name, content):
    played(kie, name, content)
    run = kie("download t1")
    assert (run.code, run.out, files()) == (10, "", [])
    assert "sent a text in place of the result" in run.err


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (b"MThd\0\0\0\x06" + bytes(9), "mid"), (b"%PDF-1.7\n", "pdf"),
        (b"PK\x03\x04" + bytes(9), "zip"),
        (b"8BPS\0\x01" + bytes(9), "psd"), (b"BM" + bytes(20), "bmp"),
        (b"II*\0" + bytes(9), "tiff"),
        (b"\x1aE\xdf\xa3\x93B\x82\x88matroska", "mkv"), (b"\x1aE\xdf\xa3\x93B\x82\x84webm", "webm"),
        (b"\x00nobody knows this", "bin"),
    ],
)  # fmt: skip
def test_the_ending_comes_from_the_bytes_for_every_kind(kie, content, ending):
    played(kie, "a.png", content)
    assert kie("download t1").lines == [f"./t1-1.{ending}"]


# The sandbox, from the create to the file


@pytest.mark.parametrize(
    ("model", "kinds"),
    [
        ("nano-banana-2", ["png"]),
        ("kling-3.0/video", ["mp4"]),
        ("elevenlabs/text-to-speech-turbo-2-5", ["wav"]),
        ("ai-music-api/generate", ["wav", "png", "wav", "png"]),
        ("omnihuman-1-5/subject-detection", ["png"]),
        ("ai-music-api/generate-lyrics", ["txt"]),
        ("ai-music-api/generate-persona", ["json"]),
    ],
)
def test_a_result_of_each_kind_is_saved_under_its_ending(sandbox, model, kinds):
    given = json.dumps(next(smallest(load(model))))
    run = sandbox(["create", "-m", model, "--input", "-", "-w", "-d"], stdin=given)
    assert run.code == 0, run
    assert [Path(path).suffix[1:] for path in run.lines] == kinds
    for path, kind in zip(run.lines, kinds, strict=True):
        assert sniff(Path(path).read_bytes()) == (None if kind in {"txt", "json"} else kind)


def test_the_recorded_lyrics_are_printed(kie):
    kie.server.plays("t1", {"resultJson": example("record.success-text")["data"]["resultJson"]})
    run = kie("wait t1")
    assert run.lines == [safe(line) for line in LYRICS.split("\n")]
    assert "Done in 31 s." in run.err


def test_the_texts_of_several_tasks_stand_apart(kie):
    told = {"resultJson": json.dumps({"resultObject": {"lyricsData": [{"text": "a\nb"}]}})}
    for task_id in ("t1", "t2"):
        kie.server.plays(task_id, told)
    assert kie("wait t1 t2").out == "a\nb\n\na\nb\n"


def test_texts_beside_a_picture_are_shown_and_saved_with_it(kie):
    cover = kie.server.file("cover")
    told = {"resultObject": {"lyricsData": [{"text": "la la"}], "id": 7, "cover_url": cover}}
    kie.server.plays("t1", {"resultJson": json.dumps(told)})
    assert kie("wait t1").lines == [cover, "la la"]
    assert kie("download --unsaved -o out/").code == 0
    run = kie("download t1 -o out/")
    assert (run.code, run.lines) == (0, ["out/t1-1.png", "out/t1-2.txt"])
    assert Path("out/t1-2.txt").read_text() == "la la\n"
    assert kie("download --unsaved").out == ""
