"""Killed at each point of a create, a wait and a download: what the next run says."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from kill.harness import sql

CUT_OFF = (
    "kie: an earlier kie create was cut off while it was sending. A task may exist and be charged."
)
UNSENT = "an earlier kie create was cut off before it sent anything"
CREATE = "create -p hat"
SAVE = "wait --last --download --interval 0.3"


@pytest.fixture
def killed(child):
    """Kill `kie WORDS` at a point; return what it had said on stdout."""

    def kill(words, point, **more):
        run = child(words, point, **more).signal(signal.SIGKILL).end()
        assert -signal.SIGKILL == run.code
        return run.out

    return kill


@pytest.mark.parametrize("point", ["check", "K1"], ids=["checks", "K1"])
def test_killed_before_prepared_leaves_no_row(killed, kie, images, creates, point):
    assert "" == killed("create -p hat -i jar.png", point)

    assert [] == creates()
    assert ("", "None.\n") == (kie("list").out, kie.runs[-1].err)
    assert [] == kie.server.posts()


@pytest.mark.parametrize(
    "point", ["upload", "connect", "K3"], ids=["K2-upload", "K2-connect", "K3"]
)
def test_killed_before_the_gate_is_committed_is_not_sent(killed, kie, images, creates, point):
    words = "create -p hat -i jar.png" if point == "upload" else CREATE
    assert "" == killed(words, point)
    assert ["prepared"] == [row["outcome"] for row in creates()]

    run = kie("list --json")

    assert ("refused", UNSENT) == (run.json[0]["state"], run.json[0]["error"]["message"])
    assert "" == run.err
    assert "" == kie("list --unknown").out
    assert [] == kie.server.posts()


@pytest.mark.parametrize(
    ("point", "answer"),
    [
        ("K4", "create.ok"),
        ("sending", "create.ok"),
        ("awaiting", "create.ok"),
        ("reading", "create.ok"),
        ("K6", "create.ok"),
        ("K7", "create.402"),
    ],
    ids=["K4", "K5-sending", "K5-awaiting", "K5-reading", "K6", "K7"],
)
def test_killed_while_sending_is_unknown_and_says_so(killed, kie, creates, point, answer):
    kie.server.answer("createTask", answer)
    assert "" == killed(CREATE, point)
    (row,) = creates()
    assert ("sending", None) == (row["outcome"], row["task_id"])

    run = kie("list --unknown")

    assert CUT_OFF == run.err.splitlines()[0]
    assert any(
        line.endswith(f"kie forget {row['intent']}, then create again")
        for line in run.err.splitlines()
    )
    assert [row["intent"]] == [line.split("\t")[0] for line in run.lines]
    assert "unknown" == creates()[0]["outcome"]
    assert "" == kie("list --unknown").err, "it is said once"
    assert 1 >= len(kie.server.posts())


def test_killed_between_two_tries_is_not_sent_and_keeps_the_count(killed, kie, creates):
    """K8: kie.ai said that it is too busy, and kie waits for its next try."""
    kie.server.answer("createTask", "create.429")
    assert "" == killed(CREATE, "sleep")
    (row,) = creates()
    assert ("prepared", 1) == (row["outcome"], row["attempts"])

    assert ["refused"] == [line["state"] for line in kie("list --json").json]
    assert 1 == creates()[0]["attempts"]
    assert "" == kie("list --unknown").out
    assert 1 == len(kie.server.posts())


def test_killed_before_the_id_is_shown_leaves_it_on_disk(killed, kie, creates):
    """K9."""
    assert "" == killed(CREATE, "K9")
    (row,) = creates()
    assert "accepted" == row["outcome"]

    assert row["task_id"] == kie("list").lines[0].split("\t")[0]
    assert "" == kie.runs[-1].err
    assert 0 == kie("wait --last").code
    assert [f"{kie.server.result}/r/{row['task_id']}.png"] == kie.runs[-1].lines
    assert 1 == len(kie.server.posts())


@pytest.mark.parametrize("point", ["sleep", "looked"], ids=["waiting", "success-uncommitted"])
def test_killed_in_a_wait_goes_on_with_wait_last(killed, kie, finished, point):
    """K10."""
    task_id, content = finished
    assert "" == killed(SAVE, point)

    run = kie("wait --last -d")

    assert (0, [f"./{task_id}-1.png"]) == (run.code, run.lines)
    assert content == Path(f"{task_id}-1.png").read_bytes()
    assert 1 == len(kie.server.posts())


@pytest.mark.parametrize(
    ("point", "there"),
    [("download", False), ("saving", False), ("saved", True)],
    ids=["K11", "K12-before-rename", "K12-after-rename"],
)
def test_killed_in_a_download_gives_one_whole_file(killed, kie, finished, point, there):
    task_id, content = finished
    final = Path(f"{task_id}-1.png")
    assert "" == killed(SAVE, point)
    assert there == final.exists()
    assert not there or content == final.read_bytes()

    run = kie(f"download {task_id}")

    assert (0, final.name) == (run.code, Path(run.out.strip()).name)
    assert content == final.read_bytes()
    assert [final.name] == [path.name for path in Path().glob("*.png")]
    assert [final.name] == [path.name for path in Path().iterdir()], "nothing else is left"
    assert point == "download" or 1 == len(kie.server.seen("/r/")), "it was whole already"


@pytest.mark.parametrize(
    ("point", "model"),
    [("locked", "old"), ("written", "old"), ("replaced", "new")],
)
def test_killed_while_the_config_is_written_leaves_one_of_both_whole(killed, kie, point, model):
    """K13."""
    kie("config set model flux-2/old")
    killed("config set model flux-2/new", point)

    run = kie("config get model")

    assert (0, f"flux-2/{model}\n", "") == (run.code, run.out, run.err)
    assert 0 == kie("config set model flux-2/third").code, "its lock died with it"
    assert "flux-2/third\n" == kie("config get model").out


def test_killed_while_the_ledger_is_made_leaves_none_of_it(killed, kie, own_home):
    """K13: the tables come in one transaction."""
    killed(CREATE, "tables")
    assert [] == sql(own_home, "SELECT name FROM sqlite_master")

    assert 0 == kie(CREATE).code
    assert 1 == len(kie("list").lines)
