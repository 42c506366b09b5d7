"""Promises 2, 6 and 9, each kept by processes that are stopped and killed."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from kill import blind

INT, TERM, HUP, QUIT = signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT
ENDING = (INT, TERM, HUP, QUIT)
NOT_SENT = "kie: stopped. Nothing was sent, nothing was charged."

# Each phase: where the process stands, and what it was asked to do.
UNSENT = {
    "check": ("check", "create -p hat -i jar.png -i logo.png"),
    "upload": ("upload", "create -p hat -i jar.png -i logo.png"),
    "connect": ("connect", "create -p hat"),
}
UNDER_WAY = {
    "sending": ("sending", "create -p hat"),
    "awaiting": ("awaiting", "create -p hat"),
    "ledger": ("K6", "create -p hat"),
}
FREE = {
    "poll": "sleep",
    "download": "download",
    "rename": "saving",
    "renamed": "saved",
}
WAIT = "wait --last --download --interval 0.3"


def ended(run, code):
    """See how a process ended, and that it did not linger."""
    assert code == run.code, run
    assert not run.lingered, "after its last line"
    assert "Traceback" not in run.err
    return run


def nothing_half(task_id, content):
    """See that what has a final name is whole; return the names."""
    found = sorted(
        path for path in Path().iterdir() if path.suffix == ".png" and path.name[0] != "."
    )
    assert all(content == path.read_bytes() for path in found)
    assert {path.name for path in found} <= {f"{task_id}-1.png"}
    return found


def clean(screen):
    """See that the terminal is as it was: cursor, colours, column."""
    assert not screen.cursor.hidden
    assert screen.default_char == screen.cursor.attrs
    assert 0 == screen.cursor.x
    return [line.rstrip() for line in screen.display if line.strip()]


@pytest.mark.parametrize("phase", [*UNSENT, *UNDER_WAY, *FREE])
@pytest.mark.parametrize("signum", ENDING, ids=lambda signum: signum.name)
def test_every_signal_prints_the_way_back(request, phase, signum):
    if phase in UNSENT:
        request.getfixturevalue("stopped_before_the_gate")(*UNSENT[phase], signum)
    elif phase in UNDER_WAY:
        request.getfixturevalue("stopped_under_way")(*UNDER_WAY[phase], signum)
    else:
        request.getfixturevalue("stopped_while_free")(FREE[phase], signum)


@pytest.fixture
def stopped_before_the_gate(child, kie, images, creates):
    def check(point, words, signum):
        stopped = child(words, point)

        run = ended(stopped.signal(signum).end(), -signum)

        assert ("", NOT_SENT) == (run.out, run.told[-1])
        assert [] == kie.server.posts()
        assert all("refused" == row["outcome"] for row in creates())
        assert "" == kie("list --unknown").out
        assert all("refused" in line for line in kie("list").lines)

    return check


@pytest.fixture
def stopped_under_way(child, kie, creates):
    def check(point, words, signum):
        stopped = child(words, point)

        stopped.signal(signum)
        if point != "K6":
            seconds = 15 if signum == INT else 5
            assert f"waiting up to {seconds} s for its answer" in stopped.hears("Stopping.")
        run = ended(stopped.release().end(), -signum)

        (row,) = creates()
        task_id = row["task_id"]
        assert ("accepted", f"{task_id}\n") == (row["outcome"], run.out)
        assert [
            "Stopped. The task was created and goes on:",
            f"  kie wait {task_id}",
        ] == run.told[-2:]
        assert 1 == len(kie.server.posts())
        assert task_id in kie("list").out
        assert ("", "None.\n") == (kie("list --unknown").out, kie.runs[-1].err)

    return check


@pytest.fixture
def stopped_while_free(child, kie, finished, creates):
    def check(point, signum):
        task_id, content = finished
        stopped = child(WAIT, point, terminal=True)

        run = ended(stopped.signal(signum).end(), -signum)
        left = nothing_half(task_id, content)
        way_back = clean(stopped.screen)[-1].strip()

        assert "" == run.out
        assert f"kie wait {task_id} --download" == way_back
        again = kie(way_back.removeprefix("kie "))
        assert (0, f"{task_id}-1.png") == (again.code, Path(again.out.strip()).name)
        assert 1 == len(nothing_half(task_id, content))
        assert len(left) == (1 if point == "saved" else 0)
        assert 1 == len(kie.server.posts())
        assert ["accepted"] == [row["outcome"] for row in creates()]

    return check


@pytest.mark.parametrize("phase", [*UNSENT, *UNDER_WAY])
def test_sigpipe_disturbs_no_create(child, kie, images, creates, phase):
    """Python ignores it: a reader that is gone is seen when something is written."""
    point, words = (UNSENT | UNDER_WAY)[phase]

    run = ended(child(words, point).signal(signal.SIGPIPE).release().end(), 0)

    (row,) = creates()
    assert f"{row['task_id']}\n" == run.out
    assert 1 == len(kie.server.posts())


@pytest.mark.parametrize("phase", FREE)
def test_sigpipe_disturbs_no_wait(child, kie, finished, phase):
    task_id, content = finished

    run = ended(child(WAIT, FREE[phase]).signal(signal.SIGPIPE).release().end(), 0)

    assert f"./{task_id}-1.png\n" == run.out
    assert 1 == len(nothing_half(task_id, content))


def test_id_is_on_disk_when_stdout_shows_it():
    """A hundred creates, each killed at a moment that nobody chose."""
    found = blind.creates(100)

    assert found.kept, found
    assert found.shown <= found.on_disk
    assert found.killed > 50, found
    assert 0 < found.unknown, found
    assert 0 < found.on_disk, found


def test_key_file_is_private_and_whole():
    """Written under umask 000, killed amid the write, looked at all the time."""
    found = blind.configs(20)

    assert found.kept, found
    assert found.killed > 5, found
