"""The machine's own clock: a sleep that ends soon after the machine was suspended."""

from __future__ import annotations

import time

import pytest

from kie_cli.core.clock import NAP, SystemClock


class Machine:
    """What `time` says of a machine that can be suspended while it sleeps."""

    def __init__(self, monkeypatch):
        self.steady, self.wall, self.slept = 1000.0, 1795344000.0, []
        self.jumps, self.stops = {}, {}
        for name in ("time", "monotonic", "sleep"):
            monkeypatch.setattr(time, name, getattr(self, name))

    def time(self):
        return self.wall

    def monotonic(self):
        return self.steady

    def sleep(self, seconds):
        self.slept.append(seconds)
        assert len(self.slept) < 100_000
        seconds += self.stops.get(len(self.slept), 0)
        self.steady += seconds
        self.wall += seconds + self.jumps.get(len(self.slept), 0)


@pytest.fixture
def machine(monkeypatch):
    return Machine(monkeypatch)


def test_a_sleep_is_as_long_as_it_was_asked_for(machine):
    SystemClock().sleep(16.5)

    assert 1016.5 == machine.steady
    assert NAP == max(machine.slept) == 1.0


def test_a_sleep_ends_when_the_machine_wakes_from_a_suspend(machine):
    machine.jumps = {3: 8 * 3600}

    SystemClock().sleep(600)

    assert 3 * NAP == sum(machine.slept)


@pytest.mark.parametrize("jump", [-365 * 86400, -60, 29, 30])
def test_a_clock_that_is_set_changes_no_sleep(machine, jump):
    machine.jumps = {3: jump}

    SystemClock().sleep(20)

    assert 1020 == machine.steady


def test_a_process_that_was_stopped_meanwhile_sleeps_no_more(machine):
    """SIGSTOP and SIGCONT: both clocks ran on."""
    machine.stops = {2: 3600}

    SystemClock().sleep(10)

    assert 2 == len(machine.slept)
