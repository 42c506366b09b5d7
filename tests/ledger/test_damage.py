"""A ledger that is damaged or another's: nothing paid, nothing made worse, the rest goes on."""

from __future__ import annotations

import random
from contextlib import closing

import pytest

from kie_cli.ledger import schema
from kie_cli.ledger.owner import this_process

PAGE = 4096
ROWS = 24
DAMAGES = {
    "cut": lambda data, at, dice: data[:at],
    "cut within": lambda data, at, dice: data[: at + dice.randrange(1, PAGE)],
    "bytes": lambda data, at, dice: flipped(data, at, dice, dice.choice((1, 10))),
    "its head": lambda data, at, dice: put(data, at + dice.randrange(12), dice.randbytes(2)),
    "zeros": lambda data, at, dice: put(data, at, bytes(PAGE)),
    "ones": lambda data, at, dice: put(data, at, b"\xff" * PAGE),
}


def put(data, at, new):
    return data[:at] + new + data[at + len(new) :]


def flipped(data, at, dice, count):
    for _ in range(count):
        data = put(data, at + dice.randrange(PAGE), dice.randbytes(1))
    return data


def connect(file):
    import sqlite3

    return sqlite3.connect(file, isolation_level=None)


def change(file, statement, *values):
    with closing(connect(file)) as db:
        db.execute(statement, values)


def sound(data, folder):
    """Ask SQLite itself whether it sees any damage."""
    import sqlite3

    file = folder / "copy"
    file.write_bytes(data)
    try:
        with closing(connect(file)) as db:
            return db.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
    except sqlite3.DatabaseError:
        return False
    finally:
        file.unlink()


@pytest.fixture
def file(kie):
    return kie.home / ".local/state/kie/tasks.sqlite3"


@pytest.fixture
def filled(kie, file):
    """A ledger with rows of many kinds, as a command left it."""
    from kie_cli.core.task import Failure, Task
    from kie_cli.ledger.store import Draft, Ledger

    ledger = Ledger(file.parent, kie.env["KIE_BASE_URL"], kie.clock, owner="host/a 1 1")
    for number in range(ROWS):
        prompt = f"hat {number} " + "x" * (9000 if number % 10 == 7 else 900)
        intent = ledger.prepare(Draft("m", f'{{"prompt":"{prompt}"}}', f"h{number}", prompt))
        ledger.sending(intent, prompt.encode())
        if number % 8 == 3:
            ledger.unknown(intent, "no answer", "")
        elif number % 8 == 5:
            ledger.refused(intent, Failure("no_credits", 402, "none"), "")
        else:
            ledger.accepted(intent, f"t{number}", '{"code":200}')
            url = f"https://example.org/{number}.png"
            ledger.record(Task(f"t{number}", "success", urls=(url,), completed_at=kie.clock.now()))
            ledger.saving(f"t{number}", 1, f"/nowhere/{number}.png", 1, "0" * 64, url)
    ledger.close()
    (file.parent / "tasks.sqlite3-ballast").unlink()
    return file.read_bytes()


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_at_any_page_is_told_and_never_paid_for(kie, server, file, filled, kind):
    """No traceback, no list that is empty without a word, no create on a ledger that is broken."""
    dice = random.Random(kind)
    told = 0
    for task_id in ("t1", "elsewhere"):
        server.plays(task_id, "success")
    assert len(filled) > 30 * PAGE

    for at in range(0, len(filled), PAGE):
        where = f"{kind} at {at}"
        data = DAMAGES[kind](filled, at, dice)
        for left in file.parent.iterdir():
            left.unlink()
        file.write_bytes(data)
        file.chmod(0o600)
        fine = sound(data, kie.home)

        listed = kie("list --json")
        assert listed.code in {0, 11}, where
        if listed.code == 0 and not listed.lines:
            assert fine, where

        looked = kie("status t1")
        assert (0, ".png" in looked.out) == (looked.code, True), where
        assert server.file("elsewhere") in kie("status elsewhere").lines[0], where

        before = file.read_bytes()
        server.requests.clear()
        made = kie("create -p hat")
        assert made.code == (0 if fine else 11), where
        assert made.code in {0, 11}, where
        if made.code == 11:
            told += 1
            assert [] == server.requests, where
            assert "kie: Nothing was sent: the record of paid tasks" in made.err, where
            assert "mv " in made.err or "newer kie" in made.err, where
            assert before == file.read_bytes(), where
        else:
            assert made.lines[0] in kie("list").out, where
        for run in (listed, looked, made):
            assert "Traceback" not in run.err, where
            assert "bug in kie" not in run.err, where
        kie.runs.clear()
    assert told


BAD = {
    "urls": ["{", "[1]", "7", '"x', "[" * 5000],
    "error": ["{", "[]", '{"kind": "x"}', '{"kind":"x","code":1,"message":2}', "7"],
    "result": ["{", "[" * 5000, b"\xff"],
    "task_id": ["../x", "a b", "", b"t1"],
    "created_at": ["soon", float("inf"), b"\x00"],
    "completed_at": ["soon", float("-inf")],
    "credits": ["many", float("inf")],
    "model": [b"m"],
    "prompt": [b"\xff\xfe"],
}


@pytest.mark.parametrize(("column", "value"), [(name, bad) for name in BAD for bad in BAD[name]])
def test_a_row_that_cannot_be_read_is_listed_as_such_and_the_others_as_ever(
    kie, server, file, column, value
):
    first, second, third = (kie(f"create -p {word}").lines[0] for word in ("one", "two", "three"))
    change(file, f"UPDATE creates SET {column} = ? WHERE task_id = ?", value, second)  # noqa: S608

    (newest, bad, oldest) = kie("list --json").json

    assert [third, first] == [newest["task_id"], oldest["task_id"]]
    assert "unreadable" == bad["state"]
    assert bad["intent"].startswith("i-")
    assert (second if column != "task_id" else None) == bad["task_id"]
    for plain in (kie("list"), kie("list", tty="out err")):
        assert (0, 1) == (plain.code, plain.out.count("unreadable"))
    server.plays(second, "success")
    assert 0 == kie(f"status {second}").code
    assert 0 == kie(f"wait {second}").code
    assert 0 == kie(f"download {second} -o out/").code
    assert "bug in kie" not in "".join(run.err for run in kie.runs)


def test_a_damaged_row_is_dropped_by_force_alone(kie, server, file, lost, rows):
    intent = lost()
    change(file, "UPDATE creates SET error = 'no JSON'")

    run = kie(f"forget {intent}")

    assert (2, 1) == (run.code, len(rows()))
    assert f"kie: the row of {intent} is damaged (--force drops it)." in run.err
    assert 0 == kie(f"forget {intent} --force").code
    assert [] == rows()


def test_a_damaged_body_fits_no_task_and_breaks_nothing(kie, server, file, lost):
    intent = lost()
    change(file, "UPDATE creates SET body = 'no JSON'")
    server.plays("t1", "generating")

    run = kie(f"adopt t1 --for {intent}")

    assert 2 == run.code
    assert "the input was not recorded" in run.err


def test_a_text_with_broken_bytes_is_shown_escaped(kie, file):
    kie("create -p hat")
    change(file, "UPDATE creates SET prompt = CAST(x'68ff74' AS TEXT)")

    (row,) = kie("list").lines

    assert ["waiting", r"h\xfft"] == row.split("\t")[2:6:3]


@pytest.mark.parametrize("rest", ["", " 1", " one 2", " 1 2 3", f" {2**70} 2"])
def test_the_name_of_an_owner_that_is_damaged_stops_nothing(kie, server, file, rest):
    kie("create -p hat")
    owner = this_process().split(" ")[0] + rest
    lease = kie.clock.now() + 150
    sql = "UPDATE creates SET outcome = 'sending', owner = ?, lease = ?, task_id = NULL"
    change(file, sql, owner, lease)

    assert ["sending"] == [row["state"] for row in kie("list --json").json]
    kie.clock.sleep(151)
    assert ["unknown"] == [row["state"] for row in kie("list --json").json]


def test_a_once_key_whose_row_cannot_be_read_is_not_paid_again(kie, server, file):
    kie("create -p hat --once k")
    change(file, "UPDATE creates SET urls = '{'")
    server.requests.clear()

    run = kie("create -p hat --once k")

    assert (11, "") == (run.code, run.out)
    assert "kie: Nothing was sent: " in run.err
    assert "the row of --once k is damaged)." in run.err
    hint = "  Look at https://kie.ai/logs before repeating it without --once."
    assert hint in run.err.splitlines()
    assert [] == server.requests


def spoiled(file, how):
    """Damage a ledger of one row; return the bytes of all its files."""
    if how == "newer":
        change(file, f"PRAGMA user_version = {schema.VERSION + 1}")
    elif how == "newer, still at work":
        connect(file).execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    elif how == "no SQLite":
        file.write_bytes(b"hello, " * 1000)
    elif how == "cut":
        file.write_bytes(file.read_bytes()[:-PAGE])
    elif how == "emptied":
        other = connect(file)
        other.execute("UPDATE creates SET label = 'x'")  # the -wal has something in it
        log = file.with_name(f"{file.name}-wal").read_bytes()
        other.close()
        file.write_bytes(b"")
        file.with_name(f"{file.name}-wal").write_bytes(log)
    return {one.name: one.read_bytes() for one in file.parent.iterdir()}


@pytest.mark.parametrize("how", ["newer", "no SQLite", "cut", "emptied"])
def test_nothing_at_all_is_written_into_a_ledger_that_cannot_be_used(kie, server, file, how):
    """Not even what SQLite tidies up by itself: no -wal, no -shm."""
    kie("create -p hat")
    before = spoiled(file, how)
    server.requests.clear()

    run = kie("create -p hat")

    assert (11, "") == (run.code, run.out)
    assert "kie: Nothing was sent: the record of paid tasks cannot be " in run.err
    hint = "Upgrade kie" if how == "newer" else f"mv {file}* "
    assert hint in run.err.splitlines()[-1]
    assert [] == server.requests
    assert 11 == kie("list").code
    assert before == {one.name: one.read_bytes() for one in file.parent.iterdir()}


@pytest.mark.parametrize("how", ["newer", "no SQLite", "cut", "emptied"])
@pytest.mark.parametrize("command", ["status", "wait", "download"])
def test_what_costs_nothing_goes_on_with_a_warning(kie, server, file, how, command):
    kie("create -p hat")
    before = spoiled(file, how)
    server.plays("t1", "success")

    run = kie(f"{command} t1" + (" -o out/" if command == "download" else ""))

    assert 0 == run.code
    assert "kie: The record of tasks is not used. " in run.err
    assert before == {one.name: one.read_bytes() for one in file.parent.iterdir()}


def test_the_version_counts_that_only_the_wal_has(kie, server, file):
    """A newer kie is still at work: it has not written the file itself yet."""
    kie("create -p hat")
    with closing(connect(file)) as newer:
        newer.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
        server.requests.clear()

        run = kie("create -p hat")

    assert 11 == run.code
    assert "made by a newer kie" in run.err
    assert [] == server.requests


@pytest.mark.parametrize("version", [-1, 1, 2])
def test_the_database_of_another_program_is_never_brought_up_to_date(kie, server, file, version):
    file.parent.mkdir(parents=True, mode=0o700)
    change(file, "CREATE TABLE songs (name)")
    change(file, f"PRAGMA user_version = {version}")
    before = file.read_bytes()

    run = kie("create -p hat")

    assert (11, []) == (run.code, server.requests)
    assert "not kie's" in run.err
    assert before == file.read_bytes()


def test_a_damaged_index_does_not_shorten_the_list(kie, server, file, filled):
    with closing(connect(file)) as db:
        found = "SELECT rootpage FROM sqlite_master WHERE name = 'creates_task'"
        (root,) = db.execute(found).fetchone()
    origin, start = kie.env["KIE_BASE_URL"].encode(), (root - 1) * PAGE
    page = filled[start : start + PAGE]
    assert origin in page
    file.write_bytes(put(filled, start, page.replace(origin, b"X" + origin[1:])))

    assert ROWS == len(kie("list --json").json)
    assert 11 == kie("create -p hat").code
    assert [] == server.posts()
