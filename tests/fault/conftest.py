"""The program against broken wires."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

import httpx  # noqa: TID253 (time-outs are its type)
import pytest
from fault.server import https, wire

from kie_cli.api import transport

__all__ = ["https", "wire"]  # fixtures


@pytest.fixture(autouse=True)
def own_home(own_home, monkeypatch):
    """A home in memory where there is such a place: hundreds of creates, each synced to disk."""
    memory = Path("/dev/shm")  # noqa: S108 (the folder in it is private)
    if not memory.is_dir():
        yield own_home
        return
    with tempfile.TemporaryDirectory(dir=memory) as home:
        monkeypatch.setenv("HOME", home)
        yield Path(home)


@pytest.fixture
def short(monkeypatch):
    """Limits of fractions of a second for a create."""
    times = httpx.Timeout(connect=0.3, write=0.3, read=0.3, pool=0.3)
    monkeypatch.setattr(transport, "CREATE_TIMES", times)
    monkeypatch.setattr(transport, "CREATE_TOTAL", 0.6)


@pytest.fixture
def connected(monkeypatch):
    """Let something happen to each new socket, before a byte is sent on it."""
    trace = transport._Line.trace

    def do(what):
        def traced(line, event, info):
            trace(line, event, info)
            if event.endswith("connect_tcp.complete"):
                what(info["return_value"].get_extra_info("socket"))

        monkeypatch.setattr(transport._Line, "trace", traced)

    return do


@pytest.fixture
def narrow(connected):
    """A network that takes in few bytes: on loopback a request of 1 MiB is gone at once."""
    connected(lambda one: one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096))
