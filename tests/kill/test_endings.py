"""Stops at any moment, faults of kie's own, a process that slept: what is said, what is on disk."""

from __future__ import annotations

import os
import signal
import sys
import threading

import pytest
from conftest import KEY
from kill.harness import sql
from loopback import Reply, example

from kie_cli.errors import Stopped
from kie_cli.ledger.store import Ledger
from kie_cli.signals import Signals

INT, TERM, STOP, CONT = signal.SIGINT, signal.SIGTERM, signal.SIGSTOP, signal.SIGCONT
NOT_SENT = "kie: stopped. Nothing was sent, nothing was charged.\n"


# A stop in the middle of connecting leaves a socket for the end of the process to close.
amid_a_connection = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Moments:
    """Counts the calls inside kie, and raises a signal at the `stop`th."""

    def __init__(self, stop=None, signum=INT):
        self.count, self._stop, self._signum = 0, stop, signum
        self.at = ""

    def __enter__(self):
        sys.setprofile(self._call)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)

    def _call(self, frame, event, _):
        code = frame.f_code
        if "/kie_cli/" not in code.co_filename or event not in {"call", "return"}:
            return
        self.count += 1
        if self.count == self._stop:
            self.at = f"{event} {code.co_filename.rpartition('/kie_cli/')[2]}:{code.co_name}"
            signal.raise_signal(self._signum)


@pytest.fixture
def signals(kie):
    """Let kie take over the signals of this process, and put them back."""
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
    before = {signum: signal.getsignal(signum) for signum in names}
    kie.signals = True
    yield
    for signum, handler in before.items():
        signal.signal(signum, handler)


@amid_a_connection
def test_a_stop_at_any_moment_of_a_create_is_told_as_it_is(kie, signals, rows):
    """A hundred moments: spread over all calls inside kie, and each of the last ones."""
    kie("create -p hat")
    with Moments() as whole:
        kie("create -p hat")
    answers = 0
    moments = [*range(20, whole.count, whole.count // 60), *range(whole.count - 40, whole.count)]
    for stop in moments:
        known, posts = len(rows()), len(kie.server.posts())

        with Moments(stop) as moment:
            try:
                run = kie("create -p hat")
            except Stopped:  # in the last lines of `main`; `__main__` takes it
                continue

        new, sent = rows()[known:], len(kie.server.posts()) - posts
        told = run.err.splitlines()[-1]
        print(stop, moment.at, told)
        if sent:
            assert [("accepted", run.out)] == [
                (row["outcome"], f"{row['task_id']}\n") for row in new
            ]
            assert told.startswith(("  kie wait", "Next:  kie wait", "kie: stopped. kie"))
            answers += 1
        else:
            assert (130, "") == (run.code, run.out)
            assert told.startswith("kie: stopped. Nothing was ")
            assert {row["outcome"] for row in new} <= {"refused", "prepared"}
    assert 30 < answers < 90


@amid_a_connection
@pytest.mark.parametrize("code", [500, 501])
def test_no_stop_takes_the_place_of_an_unknown_outcome(kie, signals, rows, own_home, code):
    """From the answer on every moment ends with 9 and all that is to be said."""
    unclear = Reply(example("create.500-generic" if code == 500 else "create.501"))
    kie.server.answer("createTask", unclear, unclear)
    kie("create -p hat")
    sql(own_home, "DELETE FROM creates")
    with Moments() as whole:
        kie("create -p hat")
    unknown = 0
    for stop in range(whole.count - 120, whole.count, 2):
        sql(own_home, "DELETE FROM creates")  # each run shall make the same calls
        posts = len(kie.server.posts())
        kie.server._scripts["createTask"].clear()
        kie.server.answer("createTask", unclear)
        with Moments(stop):
            run = kie("create -p hat")
        if len(kie.server.posts()) == posts:
            assert run.err.endswith("Nothing was sent, nothing was charged.\n")
            continue
        assert 9 == run.code, run
        assert f'kie.ai answered code {code}: "' in run.err
        assert run.err.endswith(", then create again\n")
        assert "unknown" == rows()[-1]["outcome"]
        unknown += 1
    assert unknown > 30


def test_a_third_stop_while_the_outcome_is_written_changes_nothing(kie, signals, rows, monkeypatch):
    slow, noticed, over = Ledger.unknown, threading.Event(), threading.Event()
    first = Signals._arrived

    def arrived(*words):
        try:
            first(*words)
        finally:
            noticed.set()

    def unknown(self, *words):
        over.set()
        kie.clock.time += 2  # longer than a process that stops is deaf
        os.kill(os.getpid(), INT)
        slow(self, *words)

    def stop():
        os.kill(os.getpid(), INT)
        noticed.wait(20)
        kie.clock.time += 2
        os.kill(os.getpid(), INT)
        over.wait(20)

    monkeypatch.setattr(Signals, "_arrived", arrived)
    monkeypatch.setattr(Ledger, "unknown", unknown)
    kie.server.answer("createTask", Reply(example("create.ok"), meanwhile=stop))

    run = kie("create -p hat")

    assert (9, "") == (run.code, run.out)
    assert "kie: stopped before kie.ai answered. A task may exist and be charged." in run.err
    assert ["unknown"] == [row["outcome"] for row in rows()]


@pytest.mark.parametrize("signum", [INT, TERM])
def test_a_stop_whose_answer_does_not_come_is_unknown(kie, signals, rows, monkeypatch, signum):
    """The hold is over; its seconds are shortened here."""
    monkeypatch.setattr("kie_cli.signals.HOLD_INT", 0.2)
    monkeypatch.setattr("kie_cli.signals.HOLD_OTHERS", 0.2)
    over = threading.Event()

    def stop():
        os.kill(os.getpid(), signum)
        over.wait(20)

    kie.server.answer("createTask", Reply(example("create.ok"), meanwhile=stop))
    run = kie("create -p hat")
    over.set()

    assert (9, "") == (run.code, run.out)
    assert "kie: stopped before kie.ai answered. A task may exist and be charged." in run.err
    assert ["unknown"] == [row["outcome"] for row in rows()]
    assert 1 == len(kie.server.posts())


@pytest.fixture
def elsewhere(kie, monkeypatch, own_home):
    """Run a command as another machine that shares the state folder, with all leases over."""

    def run(words):
        sql(own_home, "UPDATE creates SET lease = 0")
        with monkeypatch.context() as patch:
            patch.setattr("kie_cli.ledger.owner._world", lambda: "host/another")
            return kie(words)

    return run


def test_a_create_that_outslept_its_lease_still_wins_with_its_late_answer(
    child, kie, creates, elsewhere
):
    slept = child("create -p hat", "awaiting").signal(STOP)
    intent = creates()[0]["intent"]
    assert intent in elsewhere("list --unknown").out
    assert ["unknown"] == [row["outcome"] for row in creates()]

    run = slept.signal(CONT).release().end()

    (row,) = creates()
    assert (0, f"{row['task_id']}\n") == (run.code, run.out)
    assert ("accepted", 1) == (row["outcome"], len(kie.server.posts()))
    assert "" == kie("list --unknown").out


def test_a_create_that_outslept_its_lease_before_the_gate_sends_nothing(
    child, kie, creates, elsewhere
):
    slept = child("create -p hat", "connect").signal(STOP)
    assert "refused" in elsewhere("list").out

    run = slept.signal(CONT).release().end()

    assert (11, "") == (run.code, run.out)
    assert run.told[-1].startswith("kie: Nothing was sent"), run.err
    assert [] == kie.server.posts()
    assert ["refused"] == [row["outcome"] for row in creates()]


def test_a_running_create_is_left_alone_however_long_it_sleeps(child, kie, creates, own_home):
    """Its process is there to be seen: the lease says nothing."""
    slept = child("create -p hat", "awaiting").signal(STOP)
    sql(own_home, "UPDATE creates SET lease = 0")

    assert "" == kie("list --unknown").out
    assert ["sending"] == [row["outcome"] for row in creates()]
    assert 0 == slept.signal(CONT).release().end().code


def fails(monkeypatch, place, fault):
    """Let a function of kie fail with a text that has the key in it."""

    def broken(*_, **__):
        raise fault(f"at {KEY}")

    monkeypatch.setattr(place.replace(":", "."), broken)


FAULTS = [MemoryError, RecursionError, ZeroDivisionError]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    "place",
    [
        "kie_cli.jobs.plan:build",
        "kie_cli.ledger.store:Ledger.prepare",
        "kie_cli.api.client:Client.upload",
        "kie_cli.api.transport:_Line.trace",
        "kie_cli.ledger.store:Ledger.sending",
    ],
)
def test_a_fault_of_kie_before_the_gate_exits_1_and_hides_the_key(
    kie, images, monkeypatch, place, fault
):
    fails(monkeypatch, place, fault)

    run = kie("create -i jar.png -p hat")

    assert (1, "") == (run.code, run.out)
    told = [line for line in run.err.splitlines() if "uploaded" not in line]
    assert f"kie: kie broke off: {fault.__name__}: at [key]. This is a bug in kie." == told[0]
    assert 2 == len(told)
    assert [] == kie.server.posts()
    monkeypatch.undo()
    assert "" == kie("list --unknown").out


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    "place", ["kie_cli.api.transport:_read", "kie_cli.api.client:create_verdict"]
)
def test_a_fault_of_kie_after_the_gate_exits_9_and_hides_the_key(
    kie, monkeypatch, rows, place, fault
):
    fails(monkeypatch, place, fault)

    run = kie("create -p hat")

    what = f"kie: kie broke off before the answer came ({fault.__name__})."
    assert (9, "") == (run.code, run.out)
    assert f"{what} A task may exist and be charged." in run.err.splitlines()
    assert KEY not in run.err
    assert (["unknown"], 1) == ([row["outcome"] for row in rows()], len(kie.server.posts()))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_kie_while_the_id_is_recorded_shows_the_id(kie, monkeypatch, rows, fault):
    fails(monkeypatch, "kie_cli.ledger.store:Ledger.accepted", fault)

    run = kie("create -p hat")

    task_id, intent = f"{0xA1:032x}", rows()[0]["intent"]
    assert (9, f"{task_id}\n") == (run.code, run.out)
    assert f"  KIE-TASK {intent} {task_id}" in run.err.splitlines()
    assert KEY not in run.err


@pytest.fixture
def hanging():
    """An upload that is not answered, and when it has arrived."""
    let_go, arrived = threading.Event(), threading.Semaphore(0)

    def hang():
        arrived.release()
        let_go.wait(20)

    yield Reply(example("upload.ok"), meanwhile=hang), lambda: arrived.acquire(timeout=20)
    let_go.set()


@pytest.mark.parametrize("signum", [INT, TERM])
def test_a_stop_while_threads_upload_ends_it_at_once(child, kie, images, hanging, signum):
    reply, arrived = hanging
    kie.server.answer("file-stream-upload", reply, reply)
    stopped = child("create -i jar.png -i logo.png -p hat")
    assert arrived()
    assert arrived()

    run = stopped.signal(signum).end()

    assert (-signum, NOT_SENT) == (run.code, run.err)
    assert not run.lingered


def test_a_failed_upload_does_not_wait_for_the_other(child, kie, images, hanging):
    """The thread that hangs is left behind."""
    reply, arrived = hanging
    refusal = Reply(example("upload.401"), meanwhile=arrived)
    kie.server.answer("file-stream-upload", reply, refusal)

    run = child("create -i jar.png -i logo.png -p hat").end()

    assert (4, "") == (run.code, run.out)
    assert not run.lingered
    assert [] == kie.server.posts()
