"""A ledger of an older kie: brought up to date after a copy was kept, whole at every moment."""

from __future__ import annotations

import os
import signal
import stat
import sys
import tempfile
from contextlib import closing, suppress
from pathlib import Path

import pytest

from kie_cli.errors import LocalFiles
from kie_cli.ledger import schema
from kie_cli.ledger.database import Database

GOLDEN = Path(__file__).parent / "golden"
COLUMNS = 31  # of a create in version 1
TASKS = ["saved1", "failed1", "running1", None, None, "private1"]


def connect(file):
    import sqlite3

    return sqlite3.connect(file, isolation_level=None)


def make_old(folder: Path) -> Path:
    """Make the ledger of version 1 anew, as a kie of that time left it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    file = folder / "tasks.sqlite3"
    with closing(connect(file)) as db:
        db.executescript((GOLDEN / "v1.sql").read_text(encoding="utf-8"))
        db.execute("PRAGMA journal_mode = WAL")
    file.chmod(0o600)
    return file


def content(file: Path) -> tuple[int, str, dict[str, list]]:
    """Return the version, the health, and the rows of every table of version 1."""
    with closing(connect(file)) as db:
        ask = lambda sql: db.execute(sql).fetchall()  # noqa: E731
        tables = ("creates", "events", "files", "uploads")
        rows = {name: ask(f"SELECT * FROM {name}") for name in tables}  # noqa: S608
        # Later versions only add columns at the end.
        rows["creates"] = [row[:COLUMNS] for row in rows["creates"]]
        return ask("PRAGMA user_version")[0][0], ask("PRAGMA quick_check")[0][0], rows


def backups(file: Path) -> list[Path]:
    return sorted(file.parent.glob("tasks.sqlite3.v1-backup*"))


@pytest.fixture
def old(tmp_path):
    return make_old(tmp_path / "state")


def test_nothing_of_an_older_ledger_is_lost(old, opened):
    before = content(old)

    ledger = opened()

    assert TASKS == [task.task_id for task in reversed(ledger.tasks())]
    assert "A red hat" == ledger.find("saved1").prompt
    assert (os.fsdecode(b"/home/ann/b\xff.png"),) == ledger.find("saved1").files
    assert ("https://tempfile.aiquickdraw.com/r/1.png",) == ledger.find("saved1").urls
    assert "nsfw" == ledger.find("failed1").error.message
    assert ["running1", "private1"] == [task.task_id for task in ledger.pending()]
    assert "saved1" == ledger.once("monday")[0].task_id
    assert 1 == len(ledger.tasks(unknown=True))
    assert (1, "ok") == before[:2]
    assert (schema.VERSION, "ok", before[2]) == content(old)


def test_the_tables_of_an_older_and_of_a_new_ledger_are_the_same(old, opened, tmp_path):
    def tables(file):
        with closing(connect(file)) as db:
            return set(db.execute("SELECT type, name, sql FROM sqlite_master"))

    opened()
    opened(folder=tmp_path / "new")

    assert tables(tmp_path / "new/tasks.sqlite3") == tables(old)


def test_the_older_file_is_kept_beside_the_ledger_for_its_owner_alone(old, opened):
    before = content(old)
    mask = os.umask(0)
    try:
        opened()
    finally:
        os.umask(mask)

    (backup,) = backups(old)
    assert 0o600 == stat.S_IMODE(backup.stat().st_mode)
    assert before == content(backup)
    assert not list(old.parent.glob("*.part*"))


def test_a_ledger_of_version_2_gets_a_place_for_estimates_and_a_copy_too(old, opened, accepted):
    with closing(connect(old)) as db:
        for statement in (*schema.TWO, "PRAGMA user_version = 2"):
            db.execute(statement)
    before = content(old)

    ledger = opened()
    accepted(ledger, "t9", estimate=7.0)

    assert (schema.VERSION, "ok") == content(old)[:2]
    assert before[2]["creates"] == content(old)[2]["creates"][:-1]
    (backup,) = old.parent.glob("tasks.sqlite3.v2-backup*")
    assert before == content(backup)
    assert 7.0 == ledger.spending("label")[0].estimated


def test_an_older_copy_is_never_overwritten(old, opened):
    backup = old.parent / "tasks.sqlite3.v1-backup"
    backup.write_text("mine")
    (old.parent / "tasks.sqlite3.v1-backup-2").symlink_to("nowhere")

    opened()

    assert "mine" == backup.read_text()
    assert (1, "ok") == content(old.parent / "tasks.sqlite3.v1-backup-3")[:2]


def test_the_second_copy_has_number_2(old, opened):
    (old.parent / "tasks.sqlite3.v1-backup").write_text("mine")

    opened()

    names = ["tasks.sqlite3.v1-backup", "tasks.sqlite3.v1-backup-2"]
    assert names == [file.name for file in backups(old)]


def test_a_ledger_of_today_is_not_copied_again(old, opened):
    opened().close()
    opened().close()

    assert 1 == len(backups(old))


def test_without_room_for_the_copy_the_older_file_stays_as_it_is(old, opened, monkeypatch):
    before = old.read_bytes()

    def full(file, content=b""):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kie_cli.ledger.database.private_file", full)
    with pytest.raises(LocalFiles, match="No space left") as caught:
        opened()

    assert 11 == caught.value.exit_code
    assert before == old.read_bytes()
    assert [] == backups(old)


def killed_at(moment: int, file: Path) -> bool:
    """Open a ledger in a process that is killed before its n-th step; tell if it came so far."""
    pid = os.fork()
    if pid == 0:
        left = moment

        def step(frame, event, called):
            nonlocal left
            own = ("ledger/database.py", "kie_cli/disk.py")
            if event == "c_call" and frame.f_code.co_filename.endswith(own):
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)

        with suppress(BaseException):
            sys.setprofile(step)
            Database(file)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


@pytest.fixture
def memory(tmp_path):
    """A folder in memory, where there is one: what a kill leaves does not hang on the disk."""
    within = Path("/dev/shm")  # noqa: S108
    with tempfile.TemporaryDirectory(dir=within if within.is_dir() else tmp_path) as folder:
        yield Path(folder)


def test_a_kill_at_any_step_leaves_the_old_file_or_the_new_one(memory):
    """Before each call that the ledger makes to the system or to SQLite."""
    file = make_old(memory / "state")
    before, image = content(file), file.read_bytes()
    versions, moment = [], 1

    while killed_at(moment, file):
        version, health, rows = content(file)
        assert ("ok", before[2]) == (health, rows), moment
        if version > 1:
            assert before == content(backups(file)[0]), moment
        versions.append(version)

        Database(file).close()
        assert (schema.VERSION, "ok", before[2]) == content(file), moment
        for left in file.parent.iterdir():
            left.unlink()
        file.write_bytes(image)
        moment += 1
    print(moment, "moments")

    assert {1, schema.VERSION} == set(versions), "killed before the change and after it"
    assert sorted(versions) == versions
    assert len(versions) > 50


def test_of_processes_that_come_at_once_one_changes_the_file(old, together):
    before = content(old)

    processes = together("print(len(open_ledger().tasks()))", 6)

    assert ["6\n"] * 6 == [process.communicate(timeout=30)[0] for process in processes]
    assert (schema.VERSION, "ok", before[2]) == content(old)
    assert 1 == len(backups(old))


def test_an_older_kie_that_is_still_running_goes_on(old, opened, accepted):
    with closing(connect(old)) as older:
        older.execute("SELECT * FROM creates").fetchone()
        accepted(opened(), "t9")
        older.execute("UPDATE creates SET label = 'x' WHERE task_id = 't9'")

    assert "x" == opened().find("t9").label


def test_a_newer_version_is_seen_in_the_file_itself(old, opened, monkeypatch):
    """So that an older kie, which meets it later, can leave the file shut."""
    opened()
    head = old.read_bytes()[:64]

    assert schema.VERSION == int.from_bytes(head[60:], "big")
