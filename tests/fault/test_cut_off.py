"""Downloads that end in the middle: signals, kill -9, and what the next run makes of it."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3  # noqa: TID253 (to set the record back to a moment before a crash)
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
from conftest import PROGRAM, environment, given_away
from fault.ranges import ETAG, ranges, serve
from fault.server import in_turn
from fault.test_downloads import PNG, names, wav
from loopback import Reply

from kie_cli.errors import Stopped

CONTENT = wav(400_000)


@pytest.fixture
def result(server, wire):
    """Let task t1 have its result on a host that plays one script a connection."""

    def make(*scripts):
        host = wire(in_turn(*scripts))
        server.plays("t1", Reply(server.record("t1", "success", [f"{host.url}/r/a"])))
        return host

    return make


@pytest.fixture
def broken_off(own_home, server):
    """Run the real program until its part has so many bytes, then send a signal."""

    def run(signum, least, command="download t1", **env):
        child = subprocess.Popen(
            [PROGRAM, *command.split()], env=environment(own_home, server, **env),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        with child:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline and child.poll() is None:
                sizes = [path.stat().st_size for path in Path().glob(".t1-1.*.part")]
                if sizes and max(sizes) >= least:
                    break
                time.sleep(0.01)  # noqa: TID251
            assert child.poll() is None
            child.send_signal(signum)
            out, err = child.communicate(timeout=30)
        return child.returncode, out, err

    return run


def parts():
    return [name for name in names() if name.endswith(".part")]


# between two runs


@pytest.mark.parametrize("sent", [0, *range(65_536, 400_000, 131_072)])
def test_a_killed_download_goes_on_in_the_next_run(result, broken_off, real, rows, sent):
    host = result(serve(CONTENT, upto=sent, after=["hold"]), serve(CONTENT))
    code, out, _ = broken_off(signal.SIGKILL, sent - 8192)

    assert (-signal.SIGKILL, "") == (code, out)
    assert names() == parts()
    (part,) = parts()
    there = Path(part).read_bytes()
    assert CONTENT[: len(there)] == there
    (row,) = rows("parts")
    assert (os.fsencode(Path(part).absolute()), ETAG) == (row["path"], row["validator"])

    run = real("download t1")
    assert (0, ["./t1-1.wav"]) == (run.code, run.lines)
    assert CONTENT == Path("t1-1.wav").read_bytes()
    assert [None, f"bytes={len(there)}-" if there else None] == ranges(host)
    assert ["t1-1.wav"] == names()
    assert [] == rows("parts")
    assert ["saved"] == [file["state"] for file in rows("files")]


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_download_keeps_its_part_and_says_how_to_go_on(
    result, broken_off, kie, rows, signum
):
    host = result(serve(CONTENT, upto=200_000, after=["hold"]), serve(CONTENT))
    code, out, err = broken_off(signum, 190_000)

    assert (-signum, "") == (code, out)
    assert "Stopped. The task is finished, go on saving with:\n  kie wait t1 --download\n" in err
    assert 1 == len(parts())
    assert names() == parts()
    assert 1 == len(rows("parts"))

    assert ["./t1-1.wav"] == kie("wait t1 --download").lines
    assert "bytes=200000-" == ranges(host)[1]
    assert CONTENT == Path("t1-1.wav").read_bytes()
    assert ["t1-1.wav"] == names()


def test_without_a_ledger_a_stopped_download_leaves_no_part(result, broken_off):
    result(serve(CONTENT, upto=200_000, after=["hold"]))
    code, *_ = broken_off(signal.SIGINT, 190_000, KIE_STATE_DIR="/dev/null/no")

    assert -signal.SIGINT == code
    assert [] == names()


def test_a_download_that_could_not_be_resumed_leaves_no_part(result, broken_off):
    result(serve(CONTENT, etag=None, upto=200_000, after=["hold"]))

    assert -signal.SIGTERM == broken_off(signal.SIGTERM, 190_000)[0]
    assert [] == names()


@pytest.fixture
def half(kie, result, own_home):
    """A part of 200 bytes that an earlier run left, with its record; the next run meets `then`."""

    def make(*then, content=PNG[:200], **changed):
        host = result(*then or [serve(PNG)])
        kie("status t1")
        part = Path(".t1-1.0123456789abcdef.part").absolute()
        part.write_bytes(content)
        row = {"path": os.fsencode(part), "url": f"{host.url}/r/a", "validator": ETAG, **changed}
        note(own_home, kie.server.api, "parts", **row)
        return host, part

    return make


def note(home, origin, table, **row):
    row = {"origin": origin, "task_id": "t1", "position": 1, **row}
    with closing(sqlite3.connect(home / ".local/state/kie/tasks.sqlite3")) as ledger, ledger:
        marks = ", ".join(f":{name}" for name in row)
        ledger.execute(f"INSERT OR REPLACE INTO {table} ({', '.join(row)}) VALUES ({marks})", row)  # noqa: S608


def test_a_part_that_is_really_there_is_gone_on_from(kie, half, rows):
    host, _ = half()

    assert ["./t1-1.png"] == kie("download t1").lines
    assert ["bytes=200-"] == ranges(host)
    assert PNG == Path("t1-1.png").read_bytes()
    assert ["t1-1.png"] == names()
    assert [] == rows("parts")


def test_a_part_in_use_by_another_process_is_left_alone(kie, half):
    host, part = half()
    with part.open("r+b") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert ["./t1-1.png"] == kie("download t1").lines

    assert [None] == ranges(host)
    assert PNG[:200] == part.read_bytes()
    assert PNG == Path("t1-1.png").read_bytes()
    assert [part.name, "t1-1.png"] == names()


@pytest.mark.parametrize(
    "changed",
    [{"validator": None}, {"validator": ""}, {"url": "http://127.0.0.1/another"}, {"url": ""}],
)
def test_a_part_of_another_result_begins_anew(kie, half, changed):
    host, _ = half(**changed)

    assert ["./t1-1.png"] == kie("download t1").lines
    assert [None] == ranges(host)
    assert PNG == Path("t1-1.png").read_bytes()
    assert ["t1-1.png"] == names()


@pytest.mark.parametrize(
    "kind", ["gone", "a link", "a folder", "a FIFO", "another's", "a name more"]
)
def test_what_is_no_part_of_ours_is_not_written_to(kie, half, kind):
    host, part = half()
    mine = Path("mine")
    mine.write_bytes(PNG[:200])
    part.unlink()
    if kind == "a link":
        part.symlink_to(mine)
    elif kind == "a folder":
        part.mkdir()
    elif kind == "a FIFO":
        os.mkfifo(part)
    elif kind == "another's":
        part.write_bytes(PNG[:200])
        given_away(part)
    elif kind == "a name more":
        part.hardlink_to(mine)

    assert ["./t1-1.png"] == kie("download t1").lines
    assert [None] == ranges(host)
    assert PNG == Path("t1-1.png").read_bytes()
    assert PNG[:200] == mine.read_bytes()
    there = [] if kind in {"gone", "a name more"} else [part.name]
    assert [*there, "mine", "t1-1.png"] == names()


def test_a_part_for_another_folder_is_cleared_away(kie, half):
    host, _ = half()

    assert ["out/t1-1.png"] == kie("download t1 -o out/").lines
    assert [None] == ranges(host)
    assert ["out"] == names()
    assert ["t1-1.png"] == names("out")


def test_a_result_that_is_no_more_takes_its_part_along(kie, half, rows):
    half(["read", b"HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\n\r\n"])

    assert 10 == kie("download t1").code
    assert [] == names()
    assert [] == rows("parts")


# between "saving" and "saved"


@pytest.fixture
def saving(kie, result, own_home):
    """Set the record back to "saving", as a kill at that moment leaves it."""

    def make(content=PNG):
        host = result(serve(PNG))
        kie("download t1")
        with closing(sqlite3.connect(own_home / ".local/state/kie/tasks.sqlite3")) as ledger:
            ledger.execute("UPDATE files SET state = 'saving'")
            ledger.commit()
        part = Path(".t1-1.0123456789abcdef.part").absolute()
        row = {"path": os.fsencode(part), "url": f"{host.url}/r/a", "validator": ETAG}
        note(own_home, kie.server.api, "parts", **row)
        return host, part

    return make


@pytest.mark.parametrize("part_is_there", [True, False])
@pytest.mark.parametrize("command", ["download t1", "download --unsaved"])
def test_a_file_renamed_right_before_the_kill_is_taken_as_saved(
    kie, saving, rows, part_is_there, command
):
    host, part = saving()
    if "unsaved" in command:
        kie.server.answer("createTask", {"code": 200, "data": {"taskId": "t1"}})
        kie("create -q -p hat")
        kie("status t1")
    if part_is_there:  # the kill came between link and unlink
        part.hardlink_to("t1-1.png")
    run = kie(command)

    assert (0, [str(Path("t1-1.png").absolute())]) == (run.code, run.lines)
    assert 1 == len(host.asked)
    assert ["t1-1.png"] == names()
    assert PNG == Path("t1-1.png").read_bytes()
    assert ["saved"] == [file["state"] for file in rows("files")]
    assert [] == rows("parts")


@pytest.mark.parametrize(("when", "there"), [("before", []), ("after", ["t1-1.png"])])
def test_a_stop_at_the_rename_leaves_the_whole_file_or_none(
    kie, result, monkeypatch, rows, when, there
):
    host = result(serve(PNG))
    link = os.link

    def stopped(part, final):
        if when == "after":
            link(part, final)
        raise Stopped(signal.SIGTERM)

    with monkeypatch.context() as at_the_rename:
        at_the_rename.setattr(os, "link", stopped)
        run = kie("download t1")
    assert (143, "") == (run.code, run.out)
    assert "kie wait t1 --download" in run.err
    assert there == names()

    assert 0 == kie("download t1").code
    assert PNG == Path("t1-1.png").read_bytes()
    assert ["t1-1.png"] == names()
    assert 2 - len(there) == len(host.asked)
    assert ["saved"] == [file["state"] for file in rows("files")]


def test_a_whole_part_without_its_name_gets_it_without_a_second_fetch(kie, saving, rows):
    host, part = saving()
    Path("t1-1.png").rename(part)

    assert ["./t1-1.png"] == kie("download t1").lines
    assert 1 == len(host.asked)
    assert ["t1-1.png"] == names()
    assert ["saved"] == [file["state"] for file in rows("files")]
    assert [] == rows("parts")


def test_a_foreign_file_of_the_same_size_is_not_taken_for_ours(kie, saving):
    saving()
    foreign = bytes(len(PNG))
    Path("t1-1.png").write_bytes(foreign)

    assert ["./t1-1.1.png"] == kie("download t1").lines
    assert foreign == Path("t1-1.png").read_bytes()
    assert PNG == Path("t1-1.1.png").read_bytes()
    Path("t1-1.1.png").write_bytes(foreign)  # nor is it once it counts as saved
    assert ["./t1-1.2.png"] == kie("download t1").lines


def test_the_same_bytes_under_the_name_are_as_good_without_any_record(kie, result):
    result(serve(PNG))
    kie("download t1", KIE_STATE_DIR="/dev/null/no")

    assert ["./t1-1.png"] == kie("download t1", KIE_STATE_DIR="/dev/null/no").lines
    assert ["t1-1.png"] == names()


def test_two_downloads_at_once_end_well_with_one_file(result, own_home, server):
    host = result(serve(CONTENT, upto=200_000, after=[1.0, CONTENT[200_000:]]))
    children = [
        subprocess.Popen(
            [PROGRAM, "download", "t1"], env=environment(own_home, server),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    outs = [child.communicate(timeout=60) for child in children]

    assert [0, 0, 0] == [child.returncode for child in children], outs
    assert {"t1-1.wav"} == {Path(out.strip()).name for out, _ in outs}
    assert ["t1-1.wav"] == names()
    assert CONTENT == Path("t1-1.wav").read_bytes()
    assert {None} == set(ranges(host))
