"""File locks that do nothing, as on some network disks: found out before money is spent."""

from __future__ import annotations

import os
from contextlib import closing
from time import monotonic

import pytest

from kie_cli import disk
from kie_cli.errors import LocalFiles
from kie_cli.ledger import database, locks

MOUNTS = rb"""21 1 254:0 / / rw,relatime - ext4 /dev/vda rw
22 21 0:21 / /proc rw - proc proc rw
30 21 0:40 / /home rw,relatime shared:7 master:2 - nfs4 server:/home rw
31 30 0:41 / /home/ann/local rw - xfs /dev/vdb rw
32 21 0:42 / /mnt/my\040disk rw - fuse.sshfs me@there:/ rw
33 21 0:43 / /mnt/hidden rw - ext4 /dev/vdc rw
34 33 0:44 / /mnt/hidden rw - lustre 10.0.0.1@tcp:/l rw
35 21 0:45 / /srv/X rw - cifs //there/x rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "ext4"),
        ("/srv/me/.local/state/kie", "ext4"),
        ("/homework", "ext4"),
        ("/home", "nfs4"),
        ("/home/ann/.local/state/kie", "nfs4"),
        ("/home/ann/local/kie", "xfs"),
        ("/home/ann/locally", "nfs4"),
        ("/mnt/my disk/kie", "fuse.sshfs"),
        ("/mnt/hidden/kie", "lustre"),
    ],
)
def test_the_kind_of_a_disk_is_that_of_the_nearest_mount(path, kind):
    assert kind == disk.filesystem(os.fsencode(path), MOUNTS)


def test_a_mount_list_without_the_path_tells_nothing():
    assert disk.filesystem(b"/x", b"") not in disk.LOCAL


@pytest.mark.skipif(not disk.MOUNTS.exists(), reason="reads /proc")
def test_only_disks_that_are_known_are_taken_as_local(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    monkeypatch.setattr(disk, "MOUNTS", mounts)
    kinds = ["ext4", "btrfs", "overlay", "tmpfs", "nfs", "cifs", "9p", "fuse.sshfs", "virtiofs"]
    found = []
    for kind in kinds:
        mounts.write_text(f"1 1 0:1 / / rw - {kind} x rw\n")
        if disk.is_local(tmp_path):
            found.append(kind)
    assert ["ext4", "btrfs", "overlay", "tmpfs"] == found

    mounts.unlink()
    assert not disk.is_local(tmp_path), "nobody can say so"
    monkeypatch.setattr(disk.sys, "platform", "darwin")
    assert disk.is_local(tmp_path), "other systems are taken at their word"


@pytest.fixture
def far(monkeypatch):
    """Take every disk as one that may be a network's."""
    monkeypatch.setattr(database, "is_local", lambda folder: False)


@pytest.fixture
def no_locks(far, monkeypatch):
    """SQLite's own stand-in for a disk whose locks do nothing; for the second process too."""
    usual = database._uri
    monkeypatch.setattr(database, "_uri", lambda file: f"{usual(file)}&vfs=unix-none")


def state(kie):
    return kie.home / ".local/state/kie"


def test_where_locks_do_nothing_a_create_sends_zero_bytes(kie, server, no_locks):
    run = kie("create -p hat")

    assert (11, "") == (run.code, run.out)
    assert f"({state(kie)}/tasks.sqlite3: file locks do not work there)." in run.err
    assert "kie: Nothing was sent: the record of paid tasks cannot be written" in run.err
    assert "  Set KIE_STATE_DIR to a local folder." in run.err.splitlines()
    assert [] == server.requests
    assert "" == kie("list").out, "not even a row"


def test_where_locks_do_nothing_what_costs_nothing_works(kie, server, no_locks):
    server.plays("t1", "success")

    assert [0, 0, 0] == [kie(command).code for command in ("status t1", "wait t1", "list")]


def test_where_locks_work_a_create_works_without_a_wal(kie, server, far):
    run = kie("create -p hat")

    assert 0 == run.code
    assert 1 == len(server.posts())
    assert {"tasks.sqlite3", "tasks.sqlite3-ballast"} == {
        file.name for file in state(kie).iterdir()
    }


def test_only_creates_that_are_not_on_a_local_disk_ask_a_second_process(kie, server, monkeypatch):
    asked = []
    monkeypatch.setattr(locks, "hold", lambda uri: asked.append(uri) or True)
    server.plays("t1", "success")

    kie("create -p hat")
    assert [] == asked
    monkeypatch.setattr(database, "is_local", lambda folder: False)
    for command in ("status t1", "wait t1", "list"):
        assert 0 == kie(command).code
    assert [] == asked
    kie("create -p hat")
    assert 1 == len(asked)


def test_a_commit_without_a_wal_is_on_disk_too(far, opened):
    """EXTRA: the folder too is synced when the journal is gone."""
    ledger = opened()

    assert ["delete", 3] == [
        ledger._db.rows(f"PRAGMA {pragma}")[0][0] for pragma in ("journal_mode", "synchronous")
    ]


def test_a_ledger_that_moved_to_a_network_disk_keeps_its_rows(opened, accepted, monkeypatch):
    ledger = opened()
    accepted(ledger, "t1")
    ledger.close()
    monkeypatch.setattr(database, "is_local", lambda folder: False)

    ledger = opened()

    assert "t1" == ledger.find("t1").task_id
    assert "delete" == ledger._db.rows("PRAGMA journal_mode")[0][0], "no WAL on such a disk"


@pytest.fixture
def written(tmp_path):
    """A database that this process is writing to, and its URI."""
    from sqlite3 import connect

    file = tmp_path / "db"
    with closing(connect(file, isolation_level=None)) as db:
        db.execute("CREATE TABLE t (x)")
        db.execute("BEGIN IMMEDIATE")
        yield database._uri(file)


def test_a_process_that_is_kept_out_is_the_only_proof(written, tmp_path, monkeypatch):
    assert locks.hold(written)
    assert not locks.hold(f"{written}&vfs=unix-none"), "it came in"
    assert not locks.hold(database._uri(tmp_path / "none")), "it found no file"
    (tmp_path / "text").write_text("no database" * 100)
    assert not locks.hold(database._uri(tmp_path / "text"))
    monkeypatch.setattr(locks, "OTHER", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert not locks.hold(written)
    monkeypatch.setattr(locks, "PATIENCE", 0.2)
    monkeypatch.setattr(locks, "OTHER", "import time; time.sleep(6)")
    began = monotonic()
    assert not locks.hold(written), "a disk that never answers"
    assert monotonic() - began < 5


def test_the_second_process_has_no_key(written, monkeypatch):
    for name in ("KIE_API_KEY", "KIE_AI_API_KEY"):
        monkeypatch.setenv(name, "key-for-tests-0123456789abcdef")
    code = "import os, sys; sys.exit(5 if 'key-for-tests' not in str(os.environ) else 1)"
    monkeypatch.setattr(locks, "OTHER", code)

    assert locks.hold(written)


def test_the_second_process_says_nothing_and_eats_no_piped_prompt(written, monkeypatch, capfd):
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(len(input()))"
    monkeypatch.setattr(locks, "OTHER", code)
    saved, (reading, writing) = os.dup(0), os.pipe()
    os.write(writing, b"a hat\n")
    os.close(writing)
    os.dup2(reading, 0)
    try:
        assert not locks.hold(written), "it found no word to read"
    finally:
        os.dup2(saved, 0)
        os.close(saved)

    assert b"a hat\n" == os.read(reading, 99)
    os.close(reading)
    assert ("", "") == capfd.readouterr()


LOSE = """
    CREATE TRIGGER lose AFTER UPDATE ON creates WHEN NEW.outcome = 'sending'
    BEGIN UPDATE creates SET outcome = 'prepared' WHERE seq = NEW.seq; END
"""


def test_a_gate_whose_row_does_not_stay_stays_shut(kie, server):
    """As on a disk that says yes and keeps nothing."""
    from sqlite3 import connect

    kie("list")
    with closing(connect(state(kie) / "tasks.sqlite3")) as db:
        db.execute(LOSE)

    run = kie("create -p hat")

    assert (11, "") == (run.code, run.out)
    assert "kie: Nothing was sent: the record of paid tasks cannot be written (" in run.err
    assert [] == server.posts()


def test_a_gate_whose_row_does_not_stay_is_told_with_its_intent(opened, draft):
    ledger = opened()
    intent = ledger.prepare(draft())
    ledger._db._run(LOSE)

    with pytest.raises(LocalFiles, match=f"^Nothing was sent: .*{intent} is lost") as caught:
        ledger.sending(intent, b"{}")

    assert intent == caught.value.intent
