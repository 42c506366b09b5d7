"""Clients of the loopback kie.ai."""

from __future__ import annotations

import pytest
from fakes import FakeClock
from fault.server import https, wire

from kie_cli.api.client import Client
from kie_cli.api.transport import Transport
from kie_cli.core.clock import SystemClock
from kie_cli.core.secret import Secret

__all__ = ["https", "wire"]  # fixtures

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
