"""Clients of the loopback kie.ai, and servers of single bytes for what http.server cannot do."""

from __future__ import annotations

import socket
import struct
import threading
import time
from dataclasses import dataclass, field

import pytest
from fakes import FakeClock

from kie_cli.api.client import Client
from kie_cli.api.transport import Transport
from kie_cli.core.clock import SystemClock
from kie_cli.core.secret import Secret

KEY = "key-for-tests-0123456789abcdef"


@pytest.fixture
def transport(request):
    """Make transports that sign for the given origins; they end with the test."""
    made = []

    def make(*signed, **more):
        more = {"key": Secret(KEY), "user_agent": "kie-cli/0", "clock": SystemClock(), **more}
        made.append(Transport(signed=signed, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def client(transport, server):
    """A client of the loopback kie.ai."""
    return Client(
        transport(server.api, server.upload), FakeClock(), api=server.api, upload=server.upload
    )


@dataclass
class Wire:
    """
    A server on loopback that follows a script, one step after the other, on each connection.

    Steps: bytes are sent; a number is waited; "read" takes a whole request in; "close" and
    "reset" end the connection; "hold" keeps it open. `connections` has what was received.
    """

    steps: tuple
    connections: list[bytearray] = field(default_factory=list)

    def __post_init__(self):
        self._over = threading.Event()
        self._plays = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self):
        self._over.set()
        socket.create_connection(self._listener.getsockname()).close()
        self._thread.join(5)
        self._listener.close()

    def settle(self):
        """Return when each connection so far has been played to its end."""
        time.sleep(0.05)  # noqa: TID251
        for thread in self._plays:
            thread.join(5)

    @property
    def requests(self):
        """The number of requests whose first byte came."""
        return sum(bytes(received).count(b" HTTP/1.1\r\n") for received in self.connections)

    def _accept(self):
        while True:
            connection, _ = self._listener.accept()
            if self._over.is_set():
                connection.close()
                return
            received = bytearray()
            self.connections.append(received)
            play = threading.Thread(target=self._play, args=(connection, received), daemon=True)
            play.start()
            self._plays.append(play)

    def _play(self, connection, received):
        connection.settimeout(10)
        with connection:
            try:
                for step in self.steps:
                    self._step(connection, received, step)
            except OSError:
                return

    def _step(self, connection, received, step):
        if isinstance(step, bytes):
            connection.sendall(step)
        elif isinstance(step, (int, float)):
            time.sleep(step)  # noqa: TID251
        elif step == "read":
            self._read(connection, received)
        elif step == "reset":
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        elif step == "hold":
            self._over.wait(10)

    def _read(self, connection, received):
        start = len(received)
        while True:
            head, gap, body = bytes(received[start:]).partition(b"\r\n\r\n")
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length:")
                ),
                0,
            )
            if gap and len(body) >= length:
                return
            piece = connection.recv(65536)
            if not piece:
                raise ConnectionError
            received += piece


@pytest.fixture
def wire():
    """Start servers that follow a script."""
    made = []

    def make(*steps):
        made.append(Wire(steps))
        return made[-1]

    yield make
    for one in made:
        one.close()
