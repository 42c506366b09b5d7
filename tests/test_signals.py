"""Signals at the moments where they once hurt: found by an attack run, placed exactly here."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading

import pytest
from conftest import environment
from fakes import FakeClock, FakeStream

from kie_cli.api.transport import _Line, _watchdog
from kie_cli.errors import Stopped
from kie_cli.output.stream import Stream, StreamLost
from kie_cli.signals import Signals


def test_a_signal_may_bound_an_exchange_at_any_step_and_waits_for_nothing():
    """The handler runs between two bytecodes of a thread that may be inside the same code."""

    def interrupted(at):
        """Tell whether there is a step `at`; the handler runs there."""
        line, steps = _Line({}), itertools.count()

        def trace(frame, event, _):
            frame.f_trace_opcodes = True
            if event == "opcode" and next(steps) == at:
                line.end_after(15)
            return trace

        sys.settrace(trace)
        line.end_after(60)
        line.close()
        sys.settrace(None)
        left.extend(one for one in list(_watchdog._times) if one is line)
        return next(steps) > at

    def run():
        done.extend(itertools.takewhile(interrupted, itertools.count()))

    done, left = [], []
    beside = threading.Thread(target=run, daemon=True)
    beside.start()
    beside.join(20)

    assert not beside.is_alive(), "it waits for itself"
    assert len(done) > 20
    assert [] == left


def test_a_signal_amid_a_write_loses_a_line_and_nothing_else():
    """CPython refuses to enter a stream twice: a RuntimeError, in the middle of a paid request."""

    class Busy(FakeStream):
        def write(self, text):
            raise RuntimeError("reentrant call inside BufferedWriter")

    with pytest.raises(StreamLost):
        Stream(Busy(), {}).line("Stopping.")


def test_a_process_that_has_said_its_last_words_takes_no_notice(kie):
    kie.signals = True
    try:
        assert 0 == kie("list").code
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)


def test_a_further_signal_within_a_second_does_not_disturb_the_cleaning_up():
    clock = FakeClock()
    signals = Signals(clock)
    with pytest.raises(Stopped):
        signals._arrived(signal.SIGINT, None)

    signals._arrived(signal.SIGINT, None)
    clock.sleep(1.1)
    with pytest.raises(Stopped):
        signals._arrived(signal.SIGINT, None)


def test_a_stop_while_files_are_read_says_that_nothing_was_sent(kie, images, monkeypatch):
    def stopped(*_):
        raise Stopped(signal.SIGTERM)

    monkeypatch.setattr("kie_cli.jobs.wishes.local_file", stopped)
    run = kie("create -i jar.png -p hat")

    assert 143 == run.code
    assert "kie: stopped. Nothing was sent, nothing was charged.\n" == run.err
    assert [] == kie.server.requests


def test_ctrl_c_while_kie_is_being_loaded_ends_it_without_a_traceback(own_home, server):
    code = """
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "kie_cli.cli":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
sys.argv = ["kie", "list"]
from kie_cli.__main__ import run
run()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(own_home, server),
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert (-signal.SIGINT, "", "") == (done.returncode, done.stdout, done.stderr)


def test_death_by_sigquit_leaves_no_memory_on_disk(own_home, server):
    """A core file would hold the key."""
    code = """
import os, resource, signal
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
kill = os.kill
def last(pid, signum):
    print(resource.getrlimit(resource.RLIMIT_CORE)[0], flush=True)
    kill(pid, signum)
os.kill = last
from kie_cli.__main__ import _end
_end(128 + signal.SIGQUIT)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(own_home, server),
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert (-signal.SIGQUIT, "0\n", "") == (done.returncode, done.stdout, done.stderr)
