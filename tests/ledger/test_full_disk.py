"""The disk of the ledger is really full, or read-only: a small one of its own, in memory."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from contextlib import closing, suppress
from pathlib import Path

import pytest
from conftest import PROGRAM, Run, environment
from loopback import example

from kie_cli.core.task import SENDING
from kie_cli.errors import LocalFiles
from kie_cli.ledger.database import BALLAST

TASK = example("create.ok")["data"]["taskId"]
GOLDEN = Path(__file__).parent / "golden/v1.sql"
FREE = "  Free some space, or set KIE_STATE_DIR to a local folder."


class SmallDisk:
    """
    A disk of 2 MB that only the processes run here see; it goes when its holder ends.

    Root mounts it in a mount namespace, everybody else in a user namespace as well.
    """

    def __init__(self, folder: Path, home: Path, server) -> None:
        self._folder, self._home, self._server = folder, home, server
        folder.mkdir()
        root = os.geteuid() == 0
        mount = 'mount -t tmpfs -o size=2m,mode=700 none "$0" && echo mounted && exec sleep 120'
        self._holder = subprocess.Popen(
            ["unshare", "-m" if root else "-rm", "sh", "-c", mount, str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if b"mounted\n" != self._holder.stdout.readline():
            pytest.skip(f"no disk can be mounted here: {self._holder.communicate()[1]!r}")
        entered = ["-m"] if root else ["-U", "-m", "--preserve-credentials"]
        self._enter = ["nsenter", "-t", str(self._holder.pid), *entered]
        # What is in the folder, as the holder sees it; only for the kernel, not for SQLite.
        self.inside = Path(f"/proc/{self._holder.pid}/root{folder}")

    def kie(self, *args: str) -> Run:
        env = environment(self._home, self._server, KIE_STATE_DIR=str(self._folder))
        # Coverage could not write its own file.
        env = {name: word for name, word in env.items() if not name.startswith("COV")}
        found = subprocess.run(
            [*self._enter, str(PROGRAM), *args],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Run(list(args), found.returncode, found.stdout, found.stderr)

    def fill(self, *, leaving: int = 0) -> None:
        filler = self.inside / "filler"
        with suppress(OSError), filler.open("ab", buffering=0) as stream:
            while stream.write(bytes(4096)):
                pass
        if leaving:
            os.truncate(filler, filler.stat().st_size - leaving)

    def empty(self) -> None:
        (self.inside / "filler").unlink()

    def read_only(self) -> None:
        remount = ["mount", "-o", "remount,bind,ro", str(self._folder)]
        subprocess.run([*self._enter, *remount], check=True)

    def rows(self) -> list[tuple[str, str]]:
        """Return outcome and task id of each create, from a copy of the files."""
        from sqlite3 import connect

        copy = self._home / "copy"
        copy.mkdir(exist_ok=True)
        for file in self.inside.glob("tasks.sqlite3*"):
            (copy / file.name).write_bytes(file.read_bytes())
        with closing(connect(copy / "tasks.sqlite3")) as db:
            return db.execute("SELECT outcome, task_id FROM creates ORDER BY seq").fetchall()

    def close(self) -> None:
        self._holder.kill()
        self._holder.communicate()


@pytest.fixture
def disk(tmp_path, own_home, server):
    disk = SmallDisk(tmp_path / "disk", own_home, server)
    yield disk
    disk.close()


def test_the_small_disk_is_one(disk):
    """What the tests below stand on."""
    disk.fill()

    with pytest.raises(OSError) as caught:
        (disk.inside / "more").write_bytes(bytes(4096))

    assert errno.ENOSPC == caught.value.errno
    assert disk.inside.stat().st_dev != disk.inside.parent.stat().st_dev


@pytest.mark.parametrize("room", [0, 40 * 1024, BALLAST])
def test_a_create_without_room_for_its_record_and_its_ballast_sends_zero_bytes(disk, server, room):
    disk.fill(leaving=room)

    run = disk.kie("create", "-p", "hat")

    assert (11, "") == (run.code, run.out), run
    assert "kie: Nothing was sent: the record of paid tasks cannot be written (" in run.err
    assert FREE in run.err.splitlines()
    assert [] == server.requests
    assert not (disk.inside / "tasks.sqlite3-ballast").exists(), "no part of it takes up space"


@pytest.mark.parametrize("command", ["status", "wait"])
@pytest.mark.parametrize("fault", ["full", "nearly full", "read-only"])
def test_what_costs_nothing_goes_on_without_a_disk(disk, server, command, fault):
    server.plays("t1", "success")
    if fault == "read-only":
        disk.read_only()
    else:
        disk.fill(leaving=0 if fault == "full" else BALLAST)

    run = disk.kie(command, "t1")

    assert 0 == run.code, run
    assert server.file("t1") in run.out
    assert (fault == "nearly full") != ("kie: The record of tasks is not used." in run.err)


def test_a_read_only_disk_sends_zero_bytes(disk, server):
    disk.read_only()

    run = disk.kie("create", "-p", "hat")

    assert (11, "") == (run.code, run.out), run
    assert "kie: Nothing was sent: the record of paid tasks cannot be written (" in run.err
    assert "set KIE_STATE_DIR to a local folder" in run.err
    assert [] == server.requests


def test_a_ledger_that_became_read_only_sends_zero_bytes(disk, server):
    assert 0 == disk.kie("create", "-p", "hat").code
    server.requests.clear()
    disk.read_only()

    run = disk.kie("create", "-p", "hat")

    assert (11, "") == (run.code, run.out), run
    assert "kie: Nothing was sent: the record of paid tasks cannot be" in run.err
    assert [] == server.requests


def test_a_disk_that_gets_full_before_the_gate_sends_no_create(disk, server, images):
    """It fills up during the upload."""
    server.answer("file-stream-upload", "upload.ok", meanwhile=disk.fill)

    run = disk.kie("create", "-i", str(Path("jar.png").absolute()), "-p", "hat")

    assert (11, "") == (run.code, run.out), run
    assert FREE in run.err.splitlines()
    assert 1 == len(server.requests), "the upload"
    assert [("prepared", None)] == disk.rows()


def test_a_disk_that_is_full_after_the_answer_has_room_for_the_id(disk, server):
    """The ballast gives it."""
    server.answer("createTask", "create.ok", meanwhile=disk.fill)

    run = disk.kie("create", "-p", "hat")

    assert (0, [TASK]) == (run.code, run.lines), run
    assert [("accepted", TASK)] == disk.rows()
    assert not (disk.inside / "tasks.sqlite3-ballast").exists()

    disk.fill()
    assert 11 == disk.kie("create", "-p", "hat").code, "first there must be a new ballast"
    disk.empty()
    assert 0 == disk.kie("create", "-p", "hat").code
    assert BALLAST == (disk.inside / "tasks.sqlite3-ballast").stat().st_size


def test_without_the_ballast_the_id_is_shown_to_be_kept_by_hand(disk, server):
    def fill_wholly():
        (disk.inside / "tasks.sqlite3-ballast").unlink()
        disk.fill()

    server.answer("createTask", "create.ok", meanwhile=fill_wholly)

    run = disk.kie("create", "-p", "hat")

    assert (9, [TASK]) == (run.code, run.lines), run
    assert "kie: the task was created but could not be recorded (" in run.err
    kept = [line.split() for line in run.err.splitlines() if "KIE-TASK" in line]
    assert [TASK] == [words[2] for words in kept]
    assert [(SENDING, None)] == disk.rows(), "the next run takes it as unknown"
    disk.empty()
    assert kept[0][1] in disk.kie("list", "--unknown").out


def test_a_disk_that_is_too_full_for_the_copy_of_an_older_ledger_changes_nothing(
    disk, server, tmp_path
):
    from sqlite3 import connect

    with closing(connect(tmp_path / "old")) as db:
        db.executescript(GOLDEN.read_text(encoding="utf-8"))
    before = (tmp_path / "old").read_bytes()
    (disk.inside / "tasks.sqlite3").write_bytes(before)
    (disk.inside / "tasks.sqlite3").chmod(0o600)
    disk.fill(leaving=24 * 1024)
    server.plays("t1", "success")

    created, looked = disk.kie("create", "-p", "hat"), disk.kie("status", "t1")

    assert (11, 0) == (created.code, looked.code), (created, looked)
    assert FREE in created.err.splitlines()
    assert [] == server.posts()
    left = {file.name: file.read_bytes() for file in disk.inside.glob("tasks.sqlite3*")}
    assert {"tasks.sqlite3": before} == left

    disk.empty()
    assert 0 == disk.kie("create", "-p", "hat").code
    assert 7 == len(disk.rows())


# The ballast itself.


def ballast_of(folder):
    return folder / "state/tasks.sqlite3-ballast"


def test_the_ballast_takes_up_real_space_and_is_private(ledger, draft, tmp_path):
    mask = os.umask(0)
    try:
        ledger.prepare(draft())
    finally:
        os.umask(mask)

    found = ballast_of(tmp_path).stat()
    assert (BALLAST, 0o600) == (found.st_size, stat.S_IMODE(found.st_mode))
    assert found.st_blocks * 512 >= BALLAST
    assert any(ballast_of(tmp_path).read_bytes()), "zeros may be kept in no space at all"


def test_a_ballast_that_is_there_is_left_as_it_is(ledger, draft, tmp_path):
    ledger.prepare(draft())
    before = ballast_of(tmp_path).stat()

    ledger.prepare(draft())

    assert before == ballast_of(tmp_path).stat()


@pytest.mark.parametrize("kind", ["short", "link", "gone"])
def test_what_is_no_whole_ballast_is_made_anew(ledger, draft, tmp_path, kind):
    ballast = ballast_of(tmp_path)
    (tmp_path / "mine").write_bytes(bytes(BALLAST))
    if kind == "short":
        ballast.write_bytes(b"x")
    elif kind == "link":
        ballast.symlink_to(tmp_path / "mine")

    ledger.prepare(draft())

    assert not ballast.is_symlink()
    assert BALLAST == ballast.stat().st_size
    assert bytes(BALLAST) == (tmp_path / "mine").read_bytes()


def test_a_ballast_that_cannot_be_made_stops_a_create_and_leaves_no_row(ledger, draft, tmp_path):
    ballast_of(tmp_path).mkdir()

    with pytest.raises(LocalFiles, match=r"^Nothing was sent: ") as caught:
        ledger.prepare(draft())

    assert 11 == caught.value.exit_code
    assert [] == ledger.tasks()


def test_the_space_is_kept_for_a_full_disk_alone(ledger, opened, draft, tmp_path, monkeypatch):
    monkeypatch.setattr("kie_cli.ledger.store.WAIT_FOR_ACCEPTED", 0.01)
    intent = ledger.prepare(draft())
    ledger.sending(intent, b"{}")
    from sqlite3 import connect

    with closing(connect(tmp_path / "state/tasks.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LocalFiles, match="locked"):
            ledger.accepted(intent, "t1", "")

    assert ballast_of(tmp_path).exists()
