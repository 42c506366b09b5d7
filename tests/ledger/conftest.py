from __future__ import annotations

import subprocess
import sys

import pytest
from fakes import FakeClock

from kie_cli.ledger.store import Draft, Ledger

ORIGIN = "https://api.kie.ai"
CHILD = """
import os, sys
from pathlib import Path
from kie_cli.core.clock import SystemClock
from kie_cli.core.task import Failure
from kie_cli.errors import LocalFiles
from kie_cli.ledger.store import Draft, Ledger
from kie_cli.ledger.tasks import OnceTaken
folder = Path(sys.argv[1])
def open_ledger():
    return Ledger(folder, "https://api.kie.ai", SystemClock())
"""


@pytest.fixture
def clock():
    return FakeClock(1_000_000.0)


@pytest.fixture
def opened(tmp_path, clock):
    """Open ledgers of one folder, each as another process; they are closed after the test."""
    all_opened = []

    def opened(owner="host/a 1 1", *, folder=None, origin=ORIGIN):
        ledger = Ledger(folder or tmp_path / "state", origin, clock, version="1.2.3", owner=owner)
        all_opened.append(ledger)
        return ledger

    yield opened
    for ledger in all_opened:
        ledger.close()


@pytest.fixture
def ledger(opened):
    return opened()


@pytest.fixture
def draft():
    def draft(**changes):
        usual = {
            "model": "flux-2/pro-text-to-image",
            "input_json": '{"prompt":"hat"}',
            "input_hash": "h1",
            "prompt": "hat",
        }
        return Draft(**(usual | changes))

    return draft


@pytest.fixture
def accepted(draft):
    """Bring a create to its task id."""

    def accepted(ledger, task_id="t1", **changes):
        intent = ledger.prepare(draft(**changes))
        ledger.sending(intent, b"{}")
        ledger.accepted(intent, task_id, '{"code":200}')
        return intent

    return accepted


@pytest.fixture
def child(tmp_path):
    """Start real processes that run `code` with the ledger's pieces at hand."""
    started = []

    def child(code, *arguments):
        words = [sys.executable, "-c", CHILD + code, str(tmp_path / "state"), *arguments]
        process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        started.append(process)
        return process

    yield child
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def together(child):
    """Start `count` processes that each know their number, and let them begin at once."""

    def together(code, count):
        wait = "print('ready', flush=True); sys.stdin.readline()\n"
        processes = [child(wait + code, str(number)) for number in range(count)]
        for process in processes:
            assert "ready\n" == process.stdout.readline()
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        return processes

    return together
