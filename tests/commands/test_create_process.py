"""`kie create` as a process: standard output that is closed, full or gone, and signals."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading

import pytest
from conftest import PROGRAM, environment
from loopback import Reply, example

FIRST = f"{0xA1:032x}"
TASK = example("create.ok")["data"]["taskId"]
INT, TERM, HUP, QUIT = signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT
CREATED = ["Stopped. The task was created and goes on:", f"  kie wait {TASK}"]
NOT_SENT = "kie: stopped. Nothing was sent, nothing was charged."
UNPAID = "kie: stopped. Nothing was created, nothing was charged."


@pytest.fixture
def shell(own_home, server):
    """Run a line of sh in which $KIE is the program."""

    def run(line):
        env = {**environment(own_home, server), "KIE": str(PROGRAM)}
        return subprocess.run(
            ["sh", "-c", line], env=env, capture_output=True, text=True, timeout=60, check=False
        )

    return run


@pytest.fixture
def start(own_home, server):
    """Start the program; it is ended after 30 s, or with the test."""
    children = []

    def start(command, **more):
        child = subprocess.Popen(
            [PROGRAM, *shlex.split(command)],
            env=environment(own_home, server),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **more,
        )
        bound = threading.Timer(30, child.kill)
        bound.start()
        children.append((child, bound))
        return child

    yield start
    for child, bound in children:
        bound.cancel()
        child.kill()
        child.communicate()


@pytest.fixture
def held(server):
    """A way to keep the answer to a route back: two events, `arrived` and `let_go`."""
    events = []

    def hold(route, reply):
        arrived, let_go = threading.Event(), threading.Event()

        def meanwhile():
            arrived.set()
            let_go.wait(30)

        reply = Reply(example(reply)) if isinstance(reply, str) else reply
        reply.meanwhile = meanwhile
        server.answer(route, reply)
        events.append(let_go)
        return arrived, let_go

    yield hold
    for let_go in events:
        let_go.set()


def line_with(child, text) -> str:
    """Read stderr up to the line that has `text` in it."""
    for line in child.stderr:
        if text in line:
            return line.rstrip("\n")
    raise AssertionError(f"{text!r} was never said")


def test_a_closed_stdout_is_seen_before_anything_is_spent(shell, server):
    run = shell('"$KIE" create -p hat >&-')

    assert 11 == run.returncode
    assert "kie: Standard output is closed, so the task id could not be printed." in run.stderr
    assert [] == server.requests


def test_a_full_stdout_is_no_success_and_loses_no_id(shell, server, rows):
    run = shell('"$KIE" create -p hat >/dev/full')

    assert 10 == run.returncode
    assert "kie: The result could not be written to standard output: No space left" in run.stderr
    assert f"  It was: {FIRST}\n" in run.stderr
    assert "not lost by it: kie list" in run.stderr
    assert len(server.posts()) == 1
    assert ("accepted", FIRST) == (rows()[0]["outcome"], rows()[0]["task_id"])


def test_a_reader_that_went_away_ends_it_quietly_after_the_record(start, held, server, rows):
    arrived, let_go = held("createTask", "create.ok")
    child = start("create -p hat")
    assert arrived.wait(30)
    child.stdout.close()
    let_go.set()

    said = child.stderr.read()

    assert -signal.SIGPIPE == child.wait(30)
    assert "" == said.replace("No image: using flux-2/pro-text-to-image.\n", "")
    assert ("accepted", TASK) == (rows()[0]["outcome"], rows()[0]["task_id"])


@pytest.mark.parametrize("lost", ["2>&-", "2>/dev/full"])
def test_a_lost_stderr_stops_nothing(shell, lost):
    run = shell(f'"$KIE" create -p hat {lost}')

    assert (0, f"{FIRST}\n") == (run.returncode, run.stdout)


@pytest.mark.parametrize("signum", [INT, TERM, HUP, QUIT])
def test_a_stop_during_an_upload_sends_nothing(start, held, server, images, rows, signum):
    arrived, _ = held("file-stream-upload", "upload.ok")
    child = start("create -i jar.png -i logo.png -p hat")
    assert arrived.wait(30)

    child.send_signal(signum)
    out, err = child.communicate(timeout=30)

    assert (-signum, "") == (child.returncode, out)
    assert NOT_SENT == err.splitlines()[-1]
    assert [] == server.posts()
    assert "refused" == rows()[0]["outcome"]


def test_a_stop_between_two_tries_sends_no_further_one(start, server, rows):
    server.answer("createTask", "create.429")
    child = start("create -p hat")
    line_with(child, "trying again")

    child.send_signal(INT)
    out, err = child.communicate(timeout=30)

    assert (-INT, "", UNPAID) == (child.returncode, out, err.splitlines()[-1])
    assert len(server.posts()) == 1
    assert "refused" == rows()[0]["outcome"]


@pytest.mark.parametrize(("signum", "seconds"), [(INT, 15), (TERM, 5), (HUP, 5), (QUIT, 5)])
def test_a_stop_while_the_answer_is_awaited_waits_for_it(
    start, held, server, rows, signum, seconds
):
    arrived, let_go = held("createTask", "create.ok")
    child = start("create -p hat")
    assert arrived.wait(30)

    child.send_signal(signum)
    assert (
        "Stopping. The request is at kie.ai already: waiting up to "
        f"{seconds} s for its answer (Ctrl-C again gives up)."
    ) == line_with(child, "Stopping.")
    let_go.set()
    out, err = child.communicate(timeout=30)

    assert (-signum, f"{TASK}\n") == (child.returncode, out)
    assert CREATED == err.splitlines()
    assert len(server.posts()) == 1
    assert ("accepted", TASK) == (rows()[0]["outcome"], rows()[0]["task_id"])


@pytest.mark.parametrize("signum", [INT, TERM])
def test_a_second_stop_gives_up_and_says_that_a_task_may_exist(start, held, server, rows, signum):
    arrived, _ = held("createTask", "create.ok")
    child = start("create -p hat")
    assert arrived.wait(30)

    child.send_signal(signum)
    line_with(child, "Stopping.")
    child.send_signal(signum)
    out, err = child.communicate(timeout=30)

    assert (9, "") == (child.returncode, out)
    assert (
        "kie: stopped before kie.ai answered. A task may exist and be charged."
        == (err.splitlines()[0])
    )
    assert "unknown" == rows()[0]["outcome"]
    assert len(server.posts()) == 1


@pytest.mark.parametrize("answer", ["create.429", "create.402"])
def test_a_refusal_during_a_stop_ends_it_without_another_try(start, held, server, rows, answer):
    arrived, let_go = held("createTask", answer)
    child = start("create -p hat")
    assert arrived.wait(30)

    child.send_signal(INT)
    line_with(child, "Stopping.")
    let_go.set()
    out, err = child.communicate(timeout=30)

    assert (-INT, "") == (child.returncode, out)
    assert err.startswith("kie: stopped. ")
    assert err.endswith("Nothing was created, nothing was charged.\n")
    assert "refused" == rows()[0]["outcome"]
    assert len(server.posts()) == 1


def test_a_lost_answer_during_a_stop_is_unknown(start, held, server, rows):
    arrived, let_go = held("createTask", Reply(hang_up=True))
    child = start("create -p hat")
    assert arrived.wait(30)

    child.send_signal(INT)
    line_with(child, "Stopping.")
    let_go.set()
    _, err = child.communicate(timeout=30)

    assert 9 == child.returncode
    assert err.startswith("kie: stopped before kie.ai answered. A task may exist")
    assert "unknown" == rows()[0]["outcome"]


def test_a_stop_while_waiting_says_how_to_come_back(start, server):
    child = start("create -p hat --wait --download")
    line_with(child, "submitted")

    child.send_signal(INT)
    out, err = child.communicate(timeout=30)

    assert -INT == child.returncode
    assert out in {"", f"{FIRST}\n"}, "the id, if the stop came before the waiting began"
    assert err.splitlines()[-2].startswith("Stopped")
    assert err.splitlines()[-1].startswith(f"  kie wait {FIRST}")
    assert len(server.posts()) == 1


def test_a_hangup_is_ignored_where_nohup_says_so(start, held, server):
    arrived, let_go = held("createTask", "create.ok")
    child = start("create -p hat", preexec_fn=lambda: signal.signal(HUP, signal.SIG_IGN))
    assert arrived.wait(30)

    child.send_signal(HUP)
    let_go.set()
    out, err = child.communicate(timeout=30)

    assert (0, f"{TASK}\n") == (child.returncode, out)
    assert "Stopp" not in err


def test_many_stops_leave_no_traceback(start, held, images):
    arrived, _ = held("file-stream-upload", "upload.ok")
    child = start("create -i jar.png -p hat")
    assert arrived.wait(30)

    for _ in range(50):
        child.send_signal(INT)
    _, err = child.communicate(timeout=30)

    assert -INT == child.returncode
    assert [NOT_SENT] == err.splitlines()


def test_ctrl_c_ends_a_loop_of_the_shell_before_its_next_paid_command(
    own_home, held, server, images
):
    """A shell goes on after a plain exit 130, and stops only when its child died of SIGINT."""
    arrived, _ = held("file-stream-upload", "upload.ok")
    loop = '"$KIE" create -i jar.png -p 1; "$KIE" create -p 2; echo went on'
    child = subprocess.Popen(
        ["sh", "-c", loop],
        env={**environment(own_home, server), "KIE": str(PROGRAM)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert arrived.wait(30)
    os.killpg(child.pid, INT)
    out, err = child.communicate(timeout=30)

    assert (-INT, "") == (child.returncode, out)
    assert NOT_SENT in err
    assert [] == server.posts()


def test_the_shell_sees_143(own_home, held, server, images):
    arrived, _ = held("file-stream-upload", "upload.ok")
    child = subprocess.Popen(
        ["sh", "-c", '"$KIE" create -i jar.png -p 1 & echo $!; wait $!; echo $?'],
        env={**environment(own_home, server), "KIE": str(PROGRAM)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    pid = int(child.stdout.readline())
    assert arrived.wait(30)
    os.kill(pid, TERM)
    out, _ = child.communicate(timeout=30)

    assert "143\n" == out
