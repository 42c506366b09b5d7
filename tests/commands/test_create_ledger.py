"""No record, no spend: what is on disk before money is, and what happens when it cannot be."""

from __future__ import annotations

import json
import os
import resource
import shlex
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from conftest import KEY, PROGRAM, FakeStream, environment
from loopback import Reply, example

from kie_cli.cli import main
from kie_cli.context import Kie

TASK = example("create.ok")["data"]["taskId"]
FREE = "  Free some space, or set KIE_STATE_DIR to a local folder."
IMAGES = "create -i jar.png -i logo.png -p hat"


@contextmanager
def full_disk():
    """Let no file of this process grow any more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def file_of(kie) -> Path:
    return kie.home / ".local/state/kie/tasks.sqlite3"


def regular_file(kie, folder):
    folder.parent.mkdir(parents=True)
    folder.write_text("mine")


def garbage(kie, folder):
    folder.mkdir(parents=True, mode=0o700)
    (folder / "tasks.sqlite3").write_bytes(b"no database at all" * 100)


def change(folder, statement):
    from sqlite3 import connect

    with closing(connect(folder / "tasks.sqlite3")) as db:
        db.execute(statement)


def newer(kie, folder):
    assert 0 == kie("create -p first").code
    change(folder, "PRAGMA user_version = 99")


def foreign(kie, folder):
    folder.mkdir(parents=True, mode=0o700)
    change(folder, "CREATE TABLE songs (name)")


def open_to_others(kie, folder):
    folder.mkdir(parents=True)
    folder.chmod(0o777)


def a_link(kie, folder):
    folder.parent.mkdir(parents=True)
    Path("elsewhere").mkdir(mode=0o700)
    folder.symlink_to(Path("elsewhere").absolute())


@pytest.mark.parametrize(
    ("spoil", "says", "advice"),
    [
        (regular_file, "a link, or another user's", "KIE_STATE_DIR"),
        (garbage, "file is not a database", "mv "),
        (newer, "made by a newer kie", "Upgrade kie"),
        (foreign, "not kie's", "mv "),
        (open_to_others, "others can write to it", "chmod go-w"),
        (a_link, "a link, or another user's", "KIE_STATE_DIR"),
    ],
)
def test_without_a_ledger_nothing_is_sent(kie, server, images, spoil, says, advice):
    folder = file_of(kie).parent
    spoil(kie, folder)
    server.requests.clear()
    before = {file: file.read_bytes() for file in folder.parent.rglob("*") if file.is_file()}

    run = kie(IMAGES)

    assert (11, "") == (run.code, run.out)
    assert "kie: Nothing was sent: the record of paid tasks cannot be written (" in run.err
    assert says in run.err
    assert advice in run.err.splitlines()[-1]
    assert [] == server.requests
    assert before == {file: file.read_bytes() for file in before}, "left as it was"

    (error,) = kie(f"{IMAGES} --json").err.splitlines()
    assert ("local_files", 11) == tuple(
        json.loads(error)["error"][part] for part in ("kind", "exit_code")
    )


def test_a_full_disk_sends_zero_bytes(own_home, server, images):
    """The real program, whose files may not grow."""
    found = subprocess.run(
        [PROGRAM, *shlex.split(IMAGES)],
        # Coverage could not write its own file either.
        env=environment(own_home, server, COVERAGE_PROCESS_CONFIG="", COVERAGE_PROCESS_START=""),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (11, "") == (found.returncode, found.stdout), found
    assert "Nothing was sent: the record of paid tasks cannot be written" in found.stderr
    assert FREE in found.stderr.splitlines()
    assert [] == server.requests


def test_a_disk_that_gets_full_before_the_gate_sends_no_create(kie, server, rows):
    """The first try is refused as too fast; during the pause the disk fills up."""
    server.answer("createTask", "create.429", "create.ok")
    kie("create -p before")
    server.requests.clear()
    limit = full_disk()
    kie.clock.while_sleeping = limit.__enter__

    server.answer("createTask", "create.429")
    run = kie("create -p hat")
    limit.__exit__(None, None, None)

    assert (11, "") == (run.code, run.out)
    assert "Nothing was sent: the record of paid tasks cannot be written" in run.err
    assert len(server.posts()) == 1
    assert ["accepted", "prepared"] == [row["outcome"] for row in rows()]


def test_a_disk_that_is_full_after_the_answer_still_gives_the_id(kie, server, rows):
    kie("create -p before")
    limit = full_disk()
    server.answer("createTask", "create.ok", meanwhile=limit.__enter__)

    run = kie("create -p hat")
    limit.__exit__(None, None, None)

    row = rows()[1]
    assert (9, [TASK]) == (run.code, run.lines)
    assert "kie: the task was created but could not be recorded (" in run.err
    assert "Keep this line:" in run.err
    assert f"  KIE-TASK {row['intent']} {TASK}" in run.err.splitlines()
    assert "sending" == row["outcome"], "the next run takes it as unknown"


def test_a_refusal_that_cannot_be_recorded_is_told_all_the_same(kie, server, rows):
    kie("create -p before")
    limit = full_disk()
    server.answer("createTask", "create.402", meanwhile=limit.__enter__)

    run = kie("create -p hat")
    limit.__exit__(None, None, None)

    assert (5, "") == (run.code, run.out)
    assert "sending" == rows()[1]["outcome"], "the next run takes it as unknown: the safe side"


def test_an_unknown_outcome_that_cannot_be_recorded_is_told_all_the_same(kie, server, rows):
    kie("create -p before")
    limit = full_disk()
    server.answer("createTask", Reply(hang_up=True, meanwhile=limit.__enter__))

    run = kie("create -p hat")
    limit.__exit__(None, None, None)

    assert (9, "") == (run.code, run.out)
    assert "A task may exist and be charged." in run.err
    assert "sending" == rows()[1]["outcome"]


def test_each_step_is_on_disk_before_the_next_one_is_made(kie, server, images, rows):
    seen = []

    def note(step):
        return lambda: seen.append((step, rows()[0]["outcome"], rows()[0]["body"]))

    body = example("upload.ok")
    server.answer("file-stream-upload", body, body, meanwhile=note("upload"))
    server.answer("createTask", "create.ok", meanwhile=note("create"))

    class Watched(FakeStream):
        def write(self, text):
            if text.strip():
                seen.append((text.strip(), rows()[0]["outcome"], rows()[0]["task_id"]))
            return super().write(text)

    streams = {"stdin": FakeStream(), "stdout": Watched(), "stderr": FakeStream()}
    code = main(shlex.split(IMAGES), Kie(kie.env, clock=kie.clock, **streams))

    sent = server.posts()[0].body
    assert 0 == code
    assert [
        ("upload", "prepared", None),
        ("upload", "prepared", None),
        ("create", "sending", sent),
        (TASK, "accepted", TASK),
    ] == seen


@pytest.mark.parametrize("prompts", ["true", "false"])
def test_prompts_are_recorded_or_in_no_byte_of_the_ledger(kie, server, images, rows, prompts):
    secret = "a very private unicorn"
    param = json.dumps({"input": json.dumps({"prompt": secret}), "model": "m"})
    server.plays(f"{0xA1:032x}", {"param": param})
    assert 0 == kie(f"config set record_prompts {prompts}").code

    run = kie(["create", "-i", "jar.png", "-p", secret, "--once", "k", "--wait"])

    files = list(file_of(kie).parent.glob("tasks*"))
    assert 0 == run.code
    assert secret == server.posts()[0].json["input"]["prompt"]
    assert (prompts == "true") == any(secret.encode() in file.read_bytes() for file in files)
    assert (secret if prompts == "true" else None) == rows()[0]["prompt"]
    assert 64 == len(rows()[0]["input_hash"])


def test_the_ledger_is_its_owners_alone(kie, images):
    old = os.umask(0)
    try:
        kie(IMAGES)
    finally:
        os.umask(old)

    folder = file_of(kie).parent
    assert 0o700 == folder.stat().st_mode & 0o777
    assert {0o600} == {file.stat().st_mode & 0o777 for file in folder.iterdir()}


def test_without_a_home_the_place_is_asked_for(kie, server, monkeypatch):
    """As in a container whose user has no name."""
    import pwd

    def nobody(uid):
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    del kie.env["HOME"]

    run = kie("create -p hat")

    assert (11, "") == (run.code, run.out)
    assert "HOME is not set" in run.err
    assert "Set KIE_STATE_DIR" in run.err
    assert [] == server.requests

    state = Path("state").absolute()
    assert 0 == kie("create -p hat", KIE_STATE_DIR=str(state)).code
    assert (state / "tasks.sqlite3").exists()


def test_what_costs_nothing_goes_on_without_a_ledger(kie, server):
    garbage(kie, file_of(kie).parent)
    server.plays("t1", "success")

    run = kie("status t1")

    assert 0 == run.code
    assert "kie: The record of tasks is not used." in run.err


def test_the_key_is_in_no_byte_of_the_ledger(kie, images):
    kie(IMAGES)

    for file in file_of(kie).parent.iterdir():
        assert KEY.encode() not in file.read_bytes()
