"""Which creates are closed for a process that can no longer do so, and which are left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from kie_cli.core.task import Failure
from kie_cli.errors import LocalFiles
from kie_cli.ledger import owner, store
from kie_cli.ledger.owner import is_alive, this_process

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

CUT_OFF = """
ledger = open_ledger()
one = ledger.prepare(Draft("m", None, "h", once="k"))
two = ledger.prepare(Draft("m", None, "h"))
ledger.sending(two, b"{}")
print(one, two, flush=True)
"""


def another_start(name):
    world, pid, _ = name.split(" ")
    return f"{world} {pid} 1"


@linux
def test_this_process_is_alive():
    assert is_alive(this_process())
    assert is_alive(this_process()) is not False


@linux
def test_a_process_number_used_again_is_not_the_owner():
    assert is_alive(another_start(this_process())) is False


@linux
def test_an_ended_process_is_dead_even_while_its_parent_does_not_look(monkeypatch):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    monkeypatch.setattr(os, "getpid", lambda: child.pid)
    monkeypatch.setattr(owner, "_world", lambda: "linux/a/b/c")
    name = this_process()
    assert is_alive(name)

    child.stdin.close()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_alive(name) is False

    child.wait()
    assert is_alive(name) is False


@linux
def test_a_process_that_may_not_be_seen_is_not_called_dead(monkeypatch, tmp_path):
    name = this_process()

    def forbidden(pid, signal):
        raise PermissionError

    monkeypatch.setattr(os, "kill", forbidden)
    assert is_alive(name)
    monkeypatch.setattr(owner, "_world", lambda: name.split(" ")[0])
    monkeypatch.setattr(owner, "PROC", tmp_path)
    assert is_alive(name) is None


@linux
@pytest.mark.parametrize("part", [1, 2, 3])
def test_another_machine_boot_or_namespace_cannot_be_judged(part):
    world, *process = this_process().split(" ")
    parts = world.split("/")
    parts[part] = "other"

    assert is_alive(" ".join(["/".join(parts), *process])) is None


def test_without_proc_only_leases_count(monkeypatch, tmp_path):
    monkeypatch.setattr(owner, "PROC", tmp_path)

    name = this_process()

    assert name.startswith("host/")
    assert str(os.getpid()) == name.split(" ")[1]
    assert is_alive(name) is None


@pytest.mark.parametrize(
    ("uname", "computer", "world"),
    [
        ("a big box", "other", "host/a-big-box"),
        (None, "MY PC", "host/MY-PC"),
        (None, None, "host/"),
    ],
)
def test_where_there_is_no_proc_a_machine_is_known_by_its_name(
    monkeypatch, tmp_path, uname, computer, world
):
    monkeypatch.setattr(owner, "PROC", tmp_path)
    if uname is None:
        monkeypatch.delattr(os, "uname")
    else:
        monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(nodename=uname))
    if computer:
        monkeypatch.setenv("COMPUTERNAME", computer)
    else:
        monkeypatch.delenv("COMPUTERNAME", raising=False)

    assert f"{world} {os.getpid()} -" == this_process()


@pytest.mark.parametrize(
    ("stat", "start"),
    [
        ("7 (kie) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20", "4711"),
        ("7 (a) S (b) c) R 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20", "4711"),
        ("7 (kie) Z 1 2 3", "ended"),
        ("7 (kie) X 1 2 3", "ended"),
    ],
)
def test_the_start_of_a_process_is_read_past_any_name(monkeypatch, tmp_path, stat, start):
    monkeypatch.setattr(owner, "PROC", tmp_path)
    (tmp_path / "7").mkdir()
    (tmp_path / "7/stat").write_text(stat)

    assert start == owner._start(7)
    assert owner._start(8) is None


@linux
@pytest.mark.parametrize(
    ("machine", "name"), [(b"m1\n", "a529425f4c12deb2"), (None, "66f4068e63b8c53e")]
)
def test_a_process_is_named_as_in_the_rows_of_earlier_ones(monkeypatch, tmp_path, machine, name):
    """Were it named in another way, no row of before would be known as that of a dead process."""
    pid = str(os.getpid())
    proc = tmp_path / "proc"
    (proc / pid / "ns").mkdir(parents=True)
    (proc / "sys/kernel/random").mkdir(parents=True)
    (proc / "self").symlink_to(pid)
    (proc / "self/ns/pid").symlink_to("pid:[4026531836]")
    (proc / "sys/kernel/random/boot_id").write_text("5c5d-boot\n")
    (proc / pid / "stat").write_text(f"{pid} (kie) S {'0 ' * 18}4711 0")
    if machine:
        (tmp_path / "id").write_bytes(machine)
    monkeypatch.setattr(owner, "PROC", proc)
    monkeypatch.setattr(owner, "MACHINE_ID", tmp_path / "id")

    assert f"linux/{name}/5c5d-boot/pid:[4026531836] {pid} 4711" == this_process()


@linux
def test_a_proc_of_another_namespace_is_not_trusted(monkeypatch):
    monkeypatch.setattr(os, "getpid", lambda: 1)

    assert this_process().startswith("host/")


@linux
def test_a_machine_without_an_id_is_known_by_its_boot(monkeypatch, tmp_path):
    monkeypatch.setattr(owner, "MACHINE_ID", tmp_path / "none")

    assert is_alive(this_process())
    assert this_process().startswith("linux/")


@linux
def test_the_machine_id_itself_is_not_written_down():
    if Path("/etc/machine-id").exists():
        assert Path("/etc/machine-id").read_text().strip() not in this_process()


@linux
def test_the_creates_of_a_dead_process_are_settled_when_a_ledger_is_opened(child, opened):
    process = child(CUT_OFF + "os._exit(9)")
    prepared, sending = process.stdout.read().split()
    process.wait()

    ledger = opened()

    assert Failure(
        "unknown_outcome", None, "an earlier kie create was cut off while it was sending"
    ) == (ledger.by_intent(sending).error)
    assert "unknown" == ledger.by_intent(sending).state
    assert ("refused", "not_sent") == (
        ledger.by_intent(prepared).state,
        ledger.by_intent(prepared).error.kind,
    )
    ledger.settle()
    assert ledger.once("k") is None


@linux
def test_the_creates_of_a_living_process_stay_and_a_once_key_is_free_when_it_dies(
    child, opened, clock
):
    process = child(CUT_OFF + "sys.stdin.read()")
    prepared, sending = process.stdout.readline().split()
    clock.time = 1e12  # all leases are over: that does not count where the owner can be seen

    ledger = opened()

    assert ("prepared", "sending") == (
        ledger.by_intent(prepared).state,
        ledger.by_intent(sending).state,
    )
    assert prepared == ledger.once("k")[0].intent
    process.kill()
    process.wait()
    ledger.settle()
    assert ledger.once("k") is None


@pytest.mark.parametrize(
    ("seconds", "states"),
    [
        (149, ["sending", "prepared"]),
        (150, ["unknown", "prepared"]),
        (1199, ["unknown", "prepared"]),
        (1200, ["unknown", "refused"]),
    ],
)
def test_an_owner_that_cannot_be_seen_has_its_lease(opened, draft, clock, seconds, states):
    far = opened("linux/elsewhere/b/c 7 7")
    _, sending = far.prepare(draft()), far.prepare(draft())
    far.sending(sending, b"{}")

    clock.sleep(seconds)

    opened("host/b 1 1", origin="sandbox")  # settles its own rows alone, and says so there
    assert ["sending", "prepared"] == [task.state for task in far.tasks()]
    opened("host/b 1 1")
    assert states == [task.state for task in far.tasks()]


@pytest.fixture
def seen(opened, draft):
    """One create of a far process that is prepared, and two that are being sent."""
    far = opened("linux/a/b/c 7 7")
    intents = [far.prepare(draft()) for _ in range(3)]
    for intent in intents[1:]:
        far.sending(intent, b"{}")
    return intents


def test_a_living_owner_keeps_its_creates_whatever_their_lease(opened, seen, clock, monkeypatch):
    clock.sleep(1e6)
    asked = []
    monkeypatch.setattr(store, "is_alive", lambda name: asked.append(name) or True)

    ledger = opened("host/b 1 1")

    assert ["linux/a/b/c 7 7"] * 3 == asked
    assert ["prepared", "sending", "sending"] == [ledger.by_intent(one).state for one in seen]
    assert [] == ledger.cut_off


def test_the_creates_of_a_dead_owner_are_settled_at_once_each_with_its_reason(
    opened, seen, monkeypatch
):
    monkeypatch.setattr(store, "is_alive", lambda _: False)

    ledger = opened("host/b 1 1")

    early = "an earlier kie create was cut off before it sent anything"
    late = "an earlier kie create was cut off while it was sending"
    unknown = ("unknown", Failure("unknown_outcome", None, late))
    found = [ledger.by_intent(one) for one in seen]
    assert [("refused", Failure("not_sent", None, early)), unknown, unknown] == [
        (task.state, task.error) for task in found
    ]
    assert found[1:] == ledger.cut_off, "those alone are told"


def test_cut_off_creates_that_cannot_be_settled_are_told(opened, seen, monkeypatch):
    ledger = opened("host/b 1 1")
    monkeypatch.setattr(store, "is_alive", lambda _: False)
    ledger._db._run("PRAGMA query_only = 1")

    with pytest.raises(LocalFiles, match=r"^The record of paid tasks cannot be written \("):
        ledger.settle()


def test_an_own_create_is_never_settled(opened, draft, clock):
    ledger = opened("host/a 1 1")
    intent = ledger.prepare(draft())
    clock.sleep(1e6)

    assert "prepared" == opened("host/a 1 1").by_intent(intent).state


def test_a_create_that_outslept_its_lease_still_wins_with_its_late_answer(opened, draft, clock):
    far = opened("host/far 7 7")
    intent = far.prepare(draft())
    far.sending(intent, b"{}")
    clock.sleep(151)
    assert "unknown" == opened("host/b 1 1").by_intent(intent).state

    far.accepted(intent, "t1", "late")

    assert intent == far.find("t1").intent


def test_a_settled_create_cannot_pass_the_gate_any_more(opened, draft, clock):
    far = opened("host/far 7 7")
    intent = far.prepare(draft())
    clock.sleep(1201)
    opened("host/b 1 1")

    with pytest.raises(Exception, match=r"^Nothing was sent"):
        far.sending(intent, b"{}")
    far.not_sent(intent, "stopped")


def test_two_that_settle_the_same_row_note_it_once(opened, draft, clock, monkeypatch):
    far, one, two = opened("host/far 7 7"), opened("host/b 1 1"), opened("host/b 2 2")
    far.sending(far.prepare(draft()), b"{}")
    clock.sleep(1201)
    seen = two._db.rows("SELECT * FROM creates")
    assert 1 == len(one.settle())
    monkeypatch.setattr(two._db, "rows", lambda *_, **__: seen)

    assert [] == two.settle()

    assert 3 == len(one._db.rows("SELECT * FROM events"))
