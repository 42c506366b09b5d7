"""Submitting, from inside: signals at every point, work in parallel, files looked at."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
from pathlib import Path

import pytest
from loopback import Reply, example

from kie_cli.jobs.files import local_file
from kie_cli.jobs.parallel import in_parallel
from kie_cli.ledger.store import Ledger

TASK = example("create.ok")["data"]["taskId"]
UNPAID = "kie: stopped. Nothing was created, nothing was charged."
INT, TERM = signal.SIGINT, signal.SIGTERM


def stop(signum=INT):
    """Send a signal to this very process, where the main thread takes it."""
    signal.pthread_kill(threading.main_thread().ident, signum)


@pytest.fixture
def kie(kie):
    """The program with its signals installed, as the real one has them."""
    before = {number: signal.getsignal(number) for number in (INT, TERM, signal.SIGHUP)}
    kie.signals = True
    yield kie
    for number, handler in before.items():
        signal.signal(number, handler)


def once_stopped(kie, signum=INT):
    """Stop in the fake sleep between two tries."""
    kie.clock.while_sleeping = lambda: stop(signum)


@pytest.mark.parametrize("signum", [INT, TERM, signal.SIGHUP])
def test_a_stop_between_two_tries_closes_the_row(kie, server, rows, signum):
    server.answer("createTask", "create.429")
    once_stopped(kie, signum)

    run = kie("create -p hat")

    assert (128 + signum, "") == (run.code, run.out)
    assert UNPAID == run.err.splitlines()[-1]
    assert len(server.posts()) == 1
    assert "refused" == rows()[0]["outcome"]


def test_a_stop_is_one_json_object_with_json(kie, server):
    server.answer("createTask", "create.429")
    once_stopped(kie)

    run = kie("create -p hat --json")

    assert (130, "") == (run.code, run.out)
    assert '"kind": "stopped", "exit_code": 130' in run.err
    assert 1 == len(run.err.splitlines())


def test_the_first_stop_after_the_gate_waits_for_the_answer(kie, server, rows):
    server.answer("createTask", "create.ok", meanwhile=stop)

    run = kie("create -p hat")

    assert (130, [TASK]) == (run.code, run.lines)
    assert run.err.endswith(
        "Stopping. The request is at kie.ai already: waiting up to 15 s for its answer "
        "(Ctrl-C again gives up).\n"
        "Stopped. The task was created and goes on:\n"
        f"  kie wait {TASK}\n"
    )
    assert "accepted" == rows()[0]["outcome"]


def test_the_second_stop_gives_up(kie, server, rows):
    over = threading.Event()

    def meanwhile():
        stop()
        while "Stopping." not in kie.last.stderr.text:
            over.wait(0.005)
        stop(TERM)
        over.wait(30)

    server.answer("createTask", "create.ok", meanwhile=meanwhile)

    run = kie("create -p hat")
    over.set()

    assert (9, "") == (run.code, run.out)
    assert "kie: stopped before kie.ai answered. A task may exist and be charged." in run.err
    assert "unknown" == rows()[0]["outcome"]


def test_a_hold_that_is_over_is_unknown(kie, server, rows, monkeypatch):
    """Of time alone the test makes less: 5 s become 50 ms."""
    monkeypatch.setattr("kie_cli.signals.HOLD_OTHERS", 0.05)
    over = threading.Event()
    server.answer("createTask", "create.ok", meanwhile=lambda: (stop(TERM), over.wait(30)))

    run = kie("create -p hat")
    over.set()

    assert (9, "") == (run.code, run.out)
    assert "kie: stopped before kie.ai answered. A task may exist and be charged." in run.err
    assert "unknown" == rows()[0]["outcome"]


def test_a_total_limit_ends_an_answer_that_trickles(kie, server, rows, monkeypatch):
    monkeypatch.setattr("kie_cli.api.transport.CREATE_TOTAL", 0.05)
    over = threading.Event()
    server.answer("createTask", "create.ok", meanwhile=lambda: over.wait(30))

    run = kie("create -p hat")
    over.set()

    assert 9 == run.code
    assert "kie: no answer from kie.ai after 0 s. A task may exist" in run.err
    assert "unknown" == rows()[0]["outcome"]


@pytest.mark.parametrize("answer", ["create.429", "create.402"])
def test_a_refusal_after_a_stop_is_told_and_not_tried_again(kie, server, rows, answer):
    server.answer("createTask", answer, meanwhile=stop)

    run = kie("create -p hat")

    assert (130, "", []) == (run.code, run.out, kie.clock.slept)
    assert run.err.splitlines()[-1].startswith("kie: stopped. ")
    assert example(answer)["msg"] in run.err.splitlines()[-1]
    assert len(server.posts()) == 1
    assert "refused" == rows()[0]["outcome"]


@pytest.mark.parametrize(
    ("step", "answer", "outcome", "says"),
    [
        ("accepted", "create.ok", "accepted", "The task was created and goes on"),
        ("refused", "create.402", "refused", "kie: stopped. The account is out of credits"),
        ("back_to_prepared", "create.429", "refused", "kie: stopped. kie.ai is busy"),
        ("unknown", "create.501", "unknown", "A task may exist and be charged."),
    ],
)
def test_a_stop_while_the_answer_is_recorded_waits_for_the_disk(
    kie, server, rows, monkeypatch, step, answer, outcome, says
):
    record = getattr(Ledger, step)

    def recording(self, *args):
        stop()
        stop()
        record(self, *args)

    monkeypatch.setattr(Ledger, step, recording)
    server.answer("createTask", answer)

    run = kie("create -p hat")

    assert outcome == rows()[0]["outcome"]
    assert (9 if outcome == "unknown" else 130) == run.code
    assert ([TASK] if outcome == "accepted" else []) == run.lines
    assert len(server.posts()) == 1
    assert says in run.err
    assert "Nothing was sent" not in run.err


@pytest.mark.parametrize("flags", ["--wait", "--download --json"])
def test_a_stop_gives_the_id_also_where_results_were_to_come(kie, server, flags):
    server.answer("createTask", "create.ok", meanwhile=stop)

    run = kie(f"create -p hat {flags}")

    assert 130 == run.code
    assert [TASK] == (run.lines if flags == "--wait" else [run.json[0]["task_id"]])
    assert f"kie wait {TASK}" in run.err


def test_a_stop_between_the_ledger_and_the_first_byte_sends_nothing(kie, server, rows, monkeypatch):
    record = Ledger.sending

    def sending(self, *args):
        record(self, *args)
        stop()

    monkeypatch.setattr(Ledger, "sending", sending)

    run = kie("create -p hat")

    assert (130, []) == (run.code, server.requests)
    assert "kie: stopped. Nothing was sent, nothing was charged." in run.err
    assert "refused" == rows()[0]["outcome"]


def test_a_second_stop_does_not_keep_the_first_from_disk(kie, server, rows, monkeypatch):
    record = Ledger.not_sent

    def not_sent(self, *args):
        stop()
        record(self, *args)

    monkeypatch.setattr(Ledger, "not_sent", not_sent)
    server.answer("createTask", "create.429")
    once_stopped(kie)

    run = kie("create -p hat")

    assert (130, UNPAID) == (run.code, run.err.splitlines()[-1])
    assert "refused" == rows()[0]["outcome"]


def test_a_stop_after_all_is_done_still_says_how_to_come_back(kie):
    import webbrowser

    class Browser(webbrowser.BaseBrowser):
        def open(self, url, new=0, autoraise=True):
            stop()

    webbrowser.register("kie-stop", None, Browser(), preferred=True)

    run = kie("create -p hat --open", BROWSER="kie-stop")
    webbrowser.register("kie-none", None, webbrowser.BaseBrowser(), preferred=True)

    assert 130 == run.code
    assert f"Stopped. The task was created:\n  kie wait {0xA1:032x} --download\n" in run.err


def test_the_id_is_shown_even_if_its_row_is_lost(kie, server, monkeypatch):
    """A bug, or somebody who edits the ledger by hand: the id is paid for all the same."""
    monkeypatch.setattr(Ledger, "by_intent", lambda self, intent: None)
    server.answer("createTask", "create.ok")

    run = kie("create -p hat")

    assert (0, [TASK]) == (run.code, run.lines)


def test_a_signal_that_was_ignored_stays_ignored(kie, server):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    server.answer("createTask", "create.ok", meanwhile=lambda: stop(signal.SIGHUP))

    run = kie("create -p hat")

    assert (0, [TASK]) == (run.code, run.lines)
    assert "Stopp" not in run.err


def test_work_in_parallel_gives_each_result_with_its_item():
    assert {1: 1, 2: 4, 3: 9} == dict(in_parallel(lambda number: number**2, [1, 2, 3], 2))
    assert [] == list(in_parallel(str, [], 4))


def test_the_first_error_of_parallel_work_ends_it():
    begun = []

    def fail(number):
        begun.append(number)
        raise LookupError(number)

    with pytest.raises(LookupError):
        list(in_parallel(fail, range(100), 1))

    assert [0] == begun


def test_parallel_work_that_nobody_waits_for_stops():
    first, more = threading.Event(), threading.Event()
    begun = []

    def work(number):
        begun.append(number)
        if number:
            more.wait(5)
        return number

    results = in_parallel(work, range(50), 1)
    assert (0, 0) == next(results)
    results.close()
    more.set()
    first.wait(0.05)

    assert len(begun) <= 3


def test_a_file_is_told_by_its_content(images):
    problems: list[str] = []

    found = local_file("jar.png", problems, "--image")

    content = Path("jar.png").read_bytes()
    assert ("jar.png", "png", len(content)) == (found.path, found.kind, found.size)
    assert hashlib.sha256(content).hexdigest() == found.sha256
    assert [] == problems


def test_a_large_file_is_read_to_its_end():
    Path("big").write_bytes(b"\x89PNG\r\n\x1a\n")
    os.truncate("big", 2**20 + 5)
    problems: list[str] = []

    assert 2**20 + 5 == local_file("big", problems, "").size


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000, "", "jar.png/x"])
def test_a_name_that_no_file_can_have_is_a_problem(images, path):
    problems: list[str] = []

    assert local_file(path, problems, "--image") is None
    assert 1 == len(problems)
    assert problems[0].startswith("--image")


def test_no_file_stays_open(images):
    before = set(Path("/proc/self/fd").iterdir())

    for path in ("jar.png", ".", "missing", "/dev/null"):
        local_file(path, [], "")

    assert before == set(Path("/proc/self/fd").iterdir())


def test_a_hang_up_is_no_reason_to_send_again(kie, server):
    server.answer("createTask", Reply(hang_up=True))

    assert 9 == kie("create -p hat").code
    assert len(server.posts()) == 1
