"""No record, no spend: what is on disk before money is, and what happens when it cannot be."""

from __future__ import annotations

import json
import os
import resource
import shlex
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import which

import pytest
from conftest import KEY, PROGRAM, FakeStream, environment, given_away
from loopback import Reply, example

from kie_cli.cli import main
from kie_cli.context import Kie
from kie_cli.errors import LocalFiles

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


def open_to_a_group(kie, folder):
    folder.mkdir(parents=True)
    folder.chmod(0o770)


def a_file_that(change):
    def spoil(kie, folder):
        assert 0 == kie("create -p first").code
        change(folder / "tasks.sqlite3")

    return spoil


def a_linked_file(file):
    file.rename(file.with_name("elsewhere"))
    file.symlink_to("elsewhere")


def of_another_user(kie, folder):
    folder.mkdir(parents=True, mode=0o700)
    given_away(folder)


@pytest.mark.parametrize(
    ("spoil", "says", "advice"),
    [
        (regular_file, "a link, or another user's", "KIE_STATE_DIR"),
        (garbage, "file is not a database", "mv "),
        (newer, "made by a newer kie", "Upgrade kie"),
        (foreign, "not kie's", "mv "),
        (open_to_others, "others can write to it", "chmod go-w"),
        (open_to_a_group, "others can write to it", "chmod go-w"),
        (a_file_that(lambda file: file.chmod(0o660)), "others can write to it", "chmod go-w"),
        (a_file_that(lambda file: file.chmod(0o606)), "others can write to it", "chmod go-w"),
        (a_link, "a link, or another user's", "KIE_STATE_DIR"),
        (a_file_that(a_linked_file), "a link, or another user's", "KIE_STATE_DIR"),
        (of_another_user, "a link, or another user's", "KIE_STATE_DIR"),
        (a_file_that(given_away), "a link, or another user's", "KIE_STATE_DIR"),
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
    assert advice in run.err
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


def test_a_ledger_that_is_busy_at_the_gate_sends_no_create(kie, server, rows, monkeypatch):
    """The first try is refused as too fast; from the pause on another process writes."""
    from sqlite3 import connect

    monkeypatch.setattr("kie_cli.ledger.store.WAIT_AT_GATE", 0.1)
    monkeypatch.setattr("kie_cli.ledger.database.WAIT", 0.1)
    server.answer("createTask", "create.429", "create.ok")

    with closing(connect(":memory:")) as other:

        def write():
            other.execute("ATTACH ? AS ledger", (str(file_of(kie)),))
            other.execute("BEGIN IMMEDIATE")
            other.execute("UPDATE ledger.creates SET label = 'x'")

        kie.clock.while_sleeping = write
        run = kie("create -p hat")

    assert (11, "") == (run.code, run.out)
    assert "kie: Nothing was sent: the record of paid tasks cannot be written (" in run.err
    assert "  Another kie is writing to it: try again." in run.err.splitlines()
    assert 1 == len(server.posts())


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


@pytest.mark.parametrize("mask", [0, 0o077])
def test_the_ledger_is_its_owners_alone(kie, images, mask):
    old = os.umask(mask)
    try:
        kie(IMAGES)
    finally:
        os.umask(old)

    folder = file_of(kie).parent
    assert 0 == kie.runs[-1].code
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


@pytest.mark.parametrize("command", ["status", "wait"])
def test_what_costs_nothing_needs_no_home(kie, server, monkeypatch, command):
    import pwd

    def nobody(uid):
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    del kie.env["HOME"]
    server.plays("t1", "success")

    run = kie(f"{command} t1")

    assert (0, True) == (run.code, server.file("t1") in run.out)
    assert "kie: The record of tasks is not used. " in run.err
    assert "HOME is not set" in run.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({}, "HOME is not set"),
        ({"HOME": "/"}, "Permission denied"),
        ({"HOME": "/nowhere"}, "Permission denied"),
        ({"KIE_STATE_DIR": "/"}, "another user's"),
    ],
)
def test_a_user_without_name_and_home_can_look_but_not_spend(own_home, server, env, says):
    """A real process in a bare environment, as in a container with a number for a user."""
    server.plays("t1", "success")
    given = environment(own_home, server)
    bare = {name: word for name, word in given.items() if name.startswith(("KIE_", "LC_"))}

    found = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(own_home / "first"), json.dumps(env)],
        env=bare,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    looked, waited, created = json.loads(found.stdout)
    assert (0, True) == (looked["code"], server.file("t1") in looked["out"]), looked
    assert (0, True) == (waited["code"], server.file("t1") in waited["out"]), waited
    assert (11, "") == (created["code"], created["out"]), created
    assert "othing was sent" in created["err"]
    assert says in created["err"]
    assert "KIE_STATE_DIR" in created["err"]
    assert 1 == len(server.posts()), "by root, with a folder of its own"


# Runs each command as root first, as another user may not be allowed to read Python's modules.
AS_NOBODY = """
import io, json, os, sys
from kie_cli.cli import main
from kie_cli.context import Kie

def run(**env):
    for words in (["status", "t1"], ["wait", "t1"], ["create", "-p", "hat"]):
        out, err = io.StringIO(), io.StringIO()
        code = main(words, Kie({**os.environ, **env}, stdin=None, stdout=out, stderr=err))
        yield {"code": code, "out": out.getvalue(), "err": err.getvalue()}

assert [0, 0, 0] == [one["code"] for one in run(KIE_STATE_DIR=sys.argv[1])]
os.setgroups([])
os.setgid(4711)
os.setuid(4711)
print(json.dumps(list(run(**json.loads(sys.argv[2])))))
"""


def traced(own_home, server, log):
    """Return what `kie create` asked the kernel for, one call a line, paths beside numbers."""
    calls = "openat,fsync,fdatasync,pwrite64,write,sendto,recvfrom,mkdir"
    found = subprocess.run(
        [
            *("strace", "-f", "-y", "-s", "60", "-e", f"trace={calls}", "-o", str(log)),
            *(str(PROGRAM), "create", "-p", "hat"),
        ],
        env={
            name: word
            for name, word in environment(own_home, server).items()
            if not name.startswith("COV")
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (0, f"{TASK}\n") == (found.returncode, found.stdout), found
    return log.read_text(encoding="utf-8", errors="replace").splitlines()


@pytest.mark.skipif(not which("strace"), reason="watched with strace")
def test_each_step_is_on_disk_by_the_order_of_the_calls_to_the_kernel(own_home, server, tmp_path):
    """A power cut between any two of them takes nothing that was said or sent."""
    server.answer("createTask", "create.ok")
    calls = traced(own_home, server, tmp_path / "calls")

    def places(*parts):
        return [at for at, call in enumerate(calls) if all(part in call for part in parts)]

    # New names: the folder's own folder, the file, then the folder that it is in.
    (made,) = places("mkdir", '.local/state/kie"')
    assert places("fsync(", ".local/state>")[0] > made
    (born,) = places("openat(", 'tasks.sqlite3"', "O_CREAT|O_EXCL", "0600")
    assert places("fsync(", ".local/state/kie>")[0] > born

    # Every write to the ledger is followed by a sync before money, or an id, goes out.
    (left,) = places("sendto(", "POST /api/v1/jobs/createTask")
    (answer,) = [at for at in places("recvfrom(", "HTTP/1.1 200") if at > left][:1]
    (shown,) = places("write(1<", TASK)
    written, synced = places("pwrite64(", "tasks.sqlite3-wal>"), places("sync(", "-wal>")
    assert left < answer < shown
    for before, gone in ((0, left), (answer, shown)):
        writes = [at for at in written if before < at < gone]
        assert writes, "something was recorded"
        assert any(writes[-1] < at < gone for at in synced), "and is on disk"
    ballast = places("write(", "tasks.sqlite3-ballast>")
    assert any(ballast[-1] < at < left for at in places("fsync(", "tasks.sqlite3-ballast>"))


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


def test_a_refusal_that_cannot_be_recorded_is_told_and_not_sent_again(
    kie, server, rows, monkeypatch
):
    def broken(*_):
        raise LocalFiles("disk full")

    monkeypatch.setattr("kie_cli.ledger.store.Ledger.back_to_prepared", broken)
    server.answer("createTask", "create.429")

    run = kie("create -p hat")

    assert (7, "") == (run.code, run.out)
    assert "Nothing was created, nothing was charged." in run.err
    assert 1 == len(server.posts())
    assert ["sending"] == [row["outcome"] for row in rows()], (
        "unknown to the next run: a false alarm"
    )


def test_a_create_that_was_cut_off_is_told_by_a_run_against_the_same_service(kie, rows):
    from sqlite3 import connect

    kie("create -p hat")
    with closing(connect(file_of(kie))) as db, db:
        db.execute("UPDATE creates SET outcome = 'sending', owner = 'gone 1 1', lease = 0")

    assert "was cut off" not in kie("list --sandbox").err
    run = kie("list")

    intent = rows()[0]["intent"]
    what = "kie: an earlier kie create was cut off while it was sending."
    assert f"{what} A task may exist and be charged." == run.err.splitlines()[0]
    assert f"  It is not there:  kie forget {intent}, then create again" in run.err.splitlines()
    assert "was cut off" not in kie("list").err
