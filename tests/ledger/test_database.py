"""The file: private, whole, shared by many processes; and what is said when it cannot be used."""

from __future__ import annotations

import itertools
import os
import stat
import sys
import threading
from contextlib import closing
from time import monotonic

import pytest

from kie_cli.errors import LocalFiles
from kie_cli.ledger import database, schema

NOTED = "The record of paid tasks cannot be written"
posix = pytest.mark.skipif(os.name != "posix", reason="modes and limits of POSIX")


@pytest.fixture
def state(tmp_path):
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    return folder


def connect(*arguments, **options):
    import sqlite3

    return sqlite3.connect(*arguments, **options)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_folder_and_files_are_private_whatever_the_umask(opened, draft, tmp_path):
    before = os.umask(0)
    try:
        opened(folder=tmp_path / "a/b/kie").prepare(draft())
    finally:
        os.umask(before)

    assert [0o700] * 3 == [mode(tmp_path / name) for name in ("a", "a/b", "a/b/kie")]
    files = {file.name: mode(file) for file in (tmp_path / "a/b/kie").iterdir()}
    names = ("", "-wal", "-shm", "-ballast")
    assert {f"tasks.sqlite3{name}": 0o600 for name in names} == files


@posix
def test_the_file_is_private_before_sqlite_opens_it(opened, monkeypatch, tmp_path):
    import sqlite3

    seen, really_connect = [], sqlite3.connect

    def looking(*arguments, **options):
        seen.append(mode(tmp_path / "state/tasks.sqlite3"))
        return really_connect(*arguments, **options)

    monkeypatch.setattr("kie_cli.ledger.database.sqlite3.connect", looking)
    opened()

    assert [0o600] == seen


def test_a_commit_means_on_disk(ledger):
    pragmas = ("journal_mode", "synchronous", "fullfsync", "checkpoint_fullfsync", "user_version")

    assert ["wal", 3, 1, 1, schema.VERSION] == [
        ledger._db.rows(f"PRAGMA {pragma}")[0][0] for pragma in pragmas
    ]


def test_the_ledger_waits_less_at_the_gate_and_longer_for_a_paid_answer(ledger, draft, tmp_path):
    def waited():
        return ledger._db.rows("PRAGMA busy_timeout")[0][0]

    intent = ledger.prepare(draft())
    assert 10_000 == waited()
    ledger.sending(intent, b"{}")
    assert 5_000 == waited()
    ledger.accepted(intent, "t1", "")
    assert 30_000 == waited()


def test_a_busy_ledger_at_the_gate_sends_nothing(ledger, draft, tmp_path, monkeypatch):
    monkeypatch.setattr("kie_cli.ledger.store.WAIT_AT_GATE", 0.01)
    intent = ledger.prepare(draft())

    with closing(connect(tmp_path / "state/tasks.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LocalFiles, match=r"^Nothing was sent: .*locked") as caught:
            ledger.sending(intent, b"{}")

    assert ("Another kie is writing to it: try again.",) == caught.value.hints
    assert "prepared" == ledger.by_intent(intent).state
    ledger.sending(intent, b"{}")


def test_a_signal_in_the_middle_of_a_change_undoes_it(ledger, draft):
    def interrupted():
        with ledger._db.writing("x") as run:
            run("INSERT INTO uploads VALUES ('a', 'b', 'c', 'd', 1)")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert ledger.upload_url("a", "b", "c", 0) is None
    ledger.prepare(draft())


def test_a_ledger_of_a_newer_kie_is_left_alone(opened, tmp_path, draft):
    opened().prepare(draft())
    file = tmp_path / "state/tasks.sqlite3"
    with closing(connect(file)) as db:
        db.execute("PRAGMA user_version = 99")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = file.read_bytes()

    with pytest.raises(LocalFiles) as caught:
        opened()

    assert f"{NOTED} ({file}: made by a newer kie)." == caught.value.message
    assert ("Upgrade kie on this machine.",) == caught.value.hints
    assert before == file.read_bytes()


def test_what_a_killed_newer_kie_left_is_not_tidied_up(opened, state, draft, tmp_path):
    """SQLite would move the rows of the WAL into the file when it closes it."""
    running = opened(folder=tmp_path / "its")
    running._db._run("PRAGMA user_version = 99")
    running._db._run("PRAGMA wal_checkpoint(TRUNCATE)")
    running.prepare(draft())
    for file in (tmp_path / "its").iterdir():
        (state / file.name).write_bytes(file.read_bytes())
        (state / file.name).chmod(0o600)
    before = {file.name: file.read_bytes() for file in state.iterdir()}
    assert before["tasks.sqlite3-wal"]

    with pytest.raises(LocalFiles, match="made by a newer kie"):
        opened()

    assert before == {file.name: file.read_bytes() for file in state.iterdir()}


@pytest.mark.parametrize(
    "content", [b"hello, " * 1000, b"x", b"SQLite format 3\0" + b"\xff" * 4080]
)
def test_what_is_no_database_is_left_alone_and_the_way_out_is_said(opened, state, content):
    (state / "tasks.sqlite3").write_bytes(content)

    with pytest.raises(LocalFiles, match=r"^The record of paid tasks cannot be written") as caught:
        opened()

    assert content == (state / "tasks.sqlite3").read_bytes()
    assert 11 == caught.value.exit_code
    assert (
        f"mkdir {state}/damaged && mv {state}/tasks.sqlite3* {state}/damaged"
        in (caught.value.hints[0])
    )


def test_the_line_that_sets_a_damaged_ledger_aside_works_for_any_folder(opened, tmp_path, draft):
    folder = tmp_path / "my $HOME's"
    folder.mkdir(mode=0o700)
    (folder / "tasks.sqlite3").write_bytes(b"damaged " * 100)
    with pytest.raises(LocalFiles) as caught:
        opened(folder=folder)

    assert 0 == os.system(caught.value.hints[0].partition(": ")[2])  # noqa: S605 - it is for a shell

    opened(folder=folder).prepare(draft())
    assert b"damaged" in (folder / "damaged/tasks.sqlite3").read_bytes()


def test_a_page_that_is_damaged_later_is_told_too(ledger, opened, tmp_path, accepted):
    for number in range(100):
        accepted(ledger, f"t{number}", prompt="x" * 300)
    ledger.close()
    file = tmp_path / "state/tasks.sqlite3"
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))

    with pytest.raises(LocalFiles, match="record of paid tasks") as caught:
        opened().tasks()

    assert "mv " in caught.value.hints[0]


def test_the_database_of_another_program_is_left_alone(opened, state):
    with closing(connect(state / "tasks.sqlite3")) as db:
        db.execute("CREATE TABLE cats (name)")
    before = (state / "tasks.sqlite3").read_bytes()

    with pytest.raises(LocalFiles, match="not kie's"):
        opened()

    assert before == (state / "tasks.sqlite3").read_bytes()


def test_an_empty_file_of_a_kie_that_was_killed_becomes_a_ledger(opened, state, draft):
    (state / "tasks.sqlite3").touch(0o600)

    assert opened().prepare(draft())


def test_a_folder_that_cannot_be_made_sends_nothing(opened, tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(
        LocalFiles, match=r"^The record of paid tasks cannot be written .*Not a directory"
    ) as caught:
        opened(folder=tmp_path / "file/state")

    assert ("Free some space, or set KIE_STATE_DIR to a local folder.",) == caught.value.hints


@posix
def test_a_linked_ledger_or_folder_is_refused(opened, tmp_path, state):
    (tmp_path / "link").symlink_to(state)
    (state / "tasks.sqlite3").symlink_to(tmp_path / "elsewhere")

    for folder, path in ((tmp_path / "link",) * 2, (state, state / "tasks.sqlite3")):
        with pytest.raises(LocalFiles) as caught:
            opened(folder=folder)
        assert f"{NOTED} ({path}: a link, or another user's)." == caught.value.message
        assert ("Set KIE_STATE_DIR to a folder of your own.",) == caught.value.hints

    assert not (tmp_path / "elsewhere").exists()


@posix
def test_a_folder_that_others_can_write_to_is_refused_until_it_is_closed(opened, state):
    state.chmod(0o770)

    with pytest.raises(LocalFiles) as caught:
        opened()

    assert f"{NOTED} ({state}: others can write to it)." == caught.value.message
    assert (
        f"chmod go-w {state}",
        "Where that does nothing: set KIE_STATE_DIR to another folder of your own.",
    ) == caught.value.hints
    assert [] == list(state.iterdir())
    state.chmod(0o755)
    opened()  # they may look


@posix
def test_a_folder_of_another_user_is_refused(opened, state, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4711)

    with pytest.raises(LocalFiles, match="another user's"):
        opened()


def test_other_systems_have_no_modes_to_check(opened, state, monkeypatch, draft):
    state.chmod(0o777)
    monkeypatch.setattr("kie_cli.ledger.database.POSIX", False)

    assert opened().prepare(draft())


@posix
@pytest.mark.parametrize("step", ["open", "prepare", "sending", "accepted"])
def test_a_full_disk_is_told_at_each_step(child, step):
    """A limit on the size of files stands for the full disk."""
    process = child(
        """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def fill():
    names = ("tasks.sqlite3", "tasks.sqlite3-wal")
    files = [folder / name for name in names if (folder / name).exists()]
    full = max((file.stat().st_size for file in files), default=0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (full, full))
def at(step, call, *arguments):
    if step == sys.argv[2]:
        fill()
    return call(*arguments)
try:
    ledger = at("open", open_ledger)
    intent = at("prepare", ledger.prepare, Draft("m", "x" * 9000, "h"))
    at("sending", ledger.sending, intent, b"x" * 9000)
    at("accepted", ledger.accepted, intent, "t1", "x" * 4000)
except LocalFiles as error:
    print(error.message, error.hints[0])
""",
        step,
    )
    said = process.communicate(timeout=20)[0]

    money = {"open": "The record", "accepted": "A task may exist and be charged"}
    assert said.startswith(money.get(step, "Nothing was sent"))
    assert "Free some space" in said


def test_a_closed_ledger_says_so(ledger):
    ledger.close()

    with pytest.raises(LocalFiles, match="cannot be read"):
        ledger.tasks()


def test_a_new_file_that_cannot_be_settled_is_closed_again(opened, monkeypatch):
    def broken(owner):
        raise OSError

    monkeypatch.setattr("kie_cli.ledger.store.Ledger.settle", broken)

    with pytest.raises(OSError):
        opened()


def test_only_a_busy_file_may_stay_without_wal(opened, monkeypatch):
    """Another kie is just making the same file; any other fault is told."""
    import sqlite3

    from kie_cli.ledger.database import Database

    run = Database._run

    def raising(code):
        def faulty(self, sql, **values):
            if "WAL" in sql:
                error = sqlite3.OperationalError("oops")
                error.sqlite_errorcode = code
                raise error
            return run(self, sql, **values)

        return faulty

    monkeypatch.setattr(Database, "_run", raising(sqlite3.SQLITE_BUSY))
    opened()
    monkeypatch.setattr(Database, "_run", raising(sqlite3.SQLITE_IOERR))
    with pytest.raises(LocalFiles, match="oops"):
        opened()


def test_threads_of_one_process_share_a_ledger(ledger, draft):
    def work():
        for _ in range(20):
            ledger.renew(ledger.prepare(draft()))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 80 == len(ledger.tasks())


def test_eight_processes_lose_no_row(together, opened):
    """They also make the file together."""
    code = """
ledger = open_ledger()
for number in range(25):
    intent = ledger.prepare(Draft("m", "{}", "h"))
    ledger.sending(intent, b"{}")
    ledger.accepted(intent, f"t-{sys.argv[2]}-{number}", "")
    print(intent)
"""
    said = [process.communicate(timeout=60)[0] for process in together(code, 8)]

    tasks = opened().tasks(state="waiting")
    assert 200 == len(tasks) == len({task.task_id for task in tasks})
    assert {task.intent for task in tasks} == set("".join(said).split())


def test_of_eight_processes_with_one_once_key_one_wins(together):
    code = """
ledger = open_ledger()
try:
    print(ledger.prepare(Draft("m", "{}", "h", once="k")), flush=True)
except OnceTaken as taken:
    print("taken", taken.task.intent, flush=True)
sys.stdin.readline()  # the winner lives until all have tried
"""
    said = [process.stdout.readline() for process in together(code, 8)]

    (winner,) = [words for words in said if not words.startswith("taken")]
    assert 7 == said.count(f"taken {winner}")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_gate_is_passed_once_by_racing_threads(ledger, draft):
    intent = ledger.prepare(draft())
    passed = []

    def race():
        try:
            ledger.sending(intent, b"{}")
        except LocalFiles:
            return
        passed.append(1)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [1] == passed


def test_a_sound_file_is_looked_through_once_a_process(opened, draft, monkeypatch):
    asked = []
    usual = database.Database._run

    def run(self, sql, **values):
        asked.append(sql)
        return usual(self, sql, **values)

    monkeypatch.setattr(database.Database, "_run", run)
    ledger = opened()
    for _ in range(3):
        ledger.prepare(draft())

    assert 1 == asked.count("PRAGMA integrity_check(1)")


def test_a_write_waits_for_another_process_and_no_longer_than_it_is_told(opened):
    from sqlite3 import connect

    db = opened()._db
    with closing(connect(db.file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = monotonic()
        with pytest.raises(LocalFiles, match="database is locked"), db.writing("x", 0.3):
            pass
        assert 0.25 < monotonic() - began < 5

        end = threading.Timer(0.2, other.rollback)
        end.start()
        with db.writing("x", 20):
            pass
        end.join()
    assert monotonic() - began < 10


def test_what_another_process_does_not_cause_is_not_waited_for(opened, monkeypatch):
    from sqlite3 import OperationalError

    db, asked, usual = opened()._db, [], database.Database._run
    db._run("BEGIN")

    def run(self, sql, **values):
        asked.append(sql)
        return usual(self, sql, **values)

    monkeypatch.setattr(database.Database, "_run", run)
    with pytest.raises(OperationalError, match="within a transaction"):
        db._begin(20)
    assert 1 == asked.count("BEGIN IMMEDIATE")


def test_the_ballast_is_made_once_and_anew_where_it_is_no_whole_one(opened, draft):
    ledger = opened()
    ledger.prepare(draft())
    ballast = ledger._db.file.with_name("tasks.sqlite3-ballast")
    made = ballast.read_bytes()
    ledger.prepare(draft())
    assert made == ballast.read_bytes()

    os.truncate(ballast, 10)
    ledger.prepare(draft())
    assert database.BALLAST == ballast.stat().st_size == len(made)
    assert len(set(ballast.read_bytes())) > 200, "not zeros, which a disk may keep in no space"


def test_a_file_that_is_not_sound_stops_a_create_and_the_way_out_is_said(opened, draft, state):
    opened().close()
    file = state / "tasks.sqlite3"
    with closing(connect(file, isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema = 1")
        db.execute("DELETE FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    ledger = opened()

    with pytest.raises(LocalFiles) as caught:
        ledger.prepare(draft())

    damaged = f"the record of paid tasks cannot be written ({file}: damaged)."
    assert f"Nothing was sent: {damaged}" == caught.value.message
    aside = f"mkdir {file.parent}/damaged && mv {file}* {file.parent}/damaged"
    assert (f"To set it aside and begin a new one: {aside}",) == caught.value.hints
    assert [] == ledger.tasks()


def test_a_ballast_that_finds_no_space_is_told_by_the_reason_of_the_disk(
    ledger, draft, monkeypatch
):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(database, "private_file", full)

    with pytest.raises(LocalFiles, match=r"^Nothing was sent: .*: No space left on device\)\.$"):
        ledger.prepare(draft())


def test_kept_space_is_given_back_once_and_to_a_full_disk_alone(ledger, draft):
    from sqlite3 import SQLITE_BUSY, SQLITE_FULL, OperationalError

    ledger.prepare(draft())
    error = LocalFiles("oops")
    error.__cause__ = OperationalError()
    found = []
    for code in (SQLITE_BUSY, SQLITE_FULL, SQLITE_FULL):
        error.__cause__.sqlite_errorcode = code
        found.append(ledger._db.make_room(error))

    assert [False, True, False] == found


def test_who_only_reads_waits_10_seconds_too(opened):
    opened().close()

    assert 10_000 == opened()._db.rows("PRAGMA busy_timeout")[0][0]


def test_another_thread_may_ask(ledger, accepted):
    accepted(ledger)
    found = []
    thread = threading.Thread(target=lambda: found.append(ledger.find("t1")))
    thread.start()
    thread.join()

    assert [ledger.find("t1")] == found


def test_a_new_file_that_another_process_keeps_busy_is_told(opened, state, monkeypatch):
    monkeypatch.setattr(database, "WAIT", 0.05)
    file = state / "tasks.sqlite3"
    with closing(connect(file, isolation_level=None)) as other:
        file.chmod(0o600)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LocalFiles) as caught:
            opened()

    assert f"{NOTED} ({file}: database is locked)." == caught.value.message


def test_a_file_that_another_kie_makes_meanwhile_is_used_and_not_copied(
    opened, draft, monkeypatch, tmp_path
):
    begin, others = database.Database._begin, []

    def late(self, wait):
        if not others:
            others.append(None)
            others.append(opened("host/b 2 2").prepare(draft()))
        begin(self, wait)

    monkeypatch.setattr(database.Database, "_begin", late)

    ledger = opened()

    assert [others[1]] == [task.intent for task in ledger.tasks()]
    assert not list((tmp_path / "state").glob("*backup*"))


def test_another_kie_may_make_the_file_at_any_line_of_the_look_at_it(opened, draft, tmp_path):
    """Sixteen creates at once told, once in many runs, of an emptied file: it was a new one."""
    look = database.Database._look_before_opening.__code__

    def made_meanwhile(at):
        """Tell whether there is a line `at`; another kie makes the file and writes there."""
        folder, lines = tmp_path / str(at), itertools.count()

        def trace(frame, event, _):
            if frame.f_code is look and event == "line" and next(lines) == at:
                sys.settrace(before)
                opened("host/b 2 2", folder=folder).prepare(draft())
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            found = opened(folder=folder).tasks()
        finally:
            sys.settrace(before)
        assert len(found) == (next(lines) > at)
        return found

    assert len(list(itertools.takewhile(made_meanwhile, itertools.count()))) > 5
