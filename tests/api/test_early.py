"""The connection that is opened early: used once, by what costs nothing, and never in the way."""

from __future__ import annotations

import os
import subprocess
import sys
from time import monotonic
from types import SimpleNamespace

import httpx  # noqa: TID253 (time-outs are its type)
import pytest
from conftest import KEY, PROGRAM, environment
from fault.server import http, in_turn, relay
from loopback import example

from kie_cli.api import early
from kie_cli.api.early import EarlyLine, early_line
from kie_cli.core.verdict import NotSent
from kie_cli.errors import Unreachable

TASK = "0" * 32
RUNNING = http({**example("record.generating"), "data": {"taskId": TASK, "state": "generating"}})


@pytest.fixture
def direct(https, monkeypatch):
    """A kie.ai behind TLS, and no proxy."""

    def direct(*steps, **more):
        server, _ = https(*steps, **more)
        monkeypatch.delenv("HTTPS_PROXY")
        return server

    return direct


@pytest.fixture
def begun():
    """Begin a connection to a server; it ends with the test."""
    made = []

    def begun(server):
        made.append(EarlyLine("127.0.0.1", server.port))
        return made[-1]

    yield begun
    for line in made:
        line._thread.join(10)
        line.close()


def run(home, server, *words, program=(PROGRAM,), **env):
    """Run a whole process against a server; return it, and what its connections carried."""
    api = SimpleNamespace(api=server.url, upload=server.url)
    more = {"SSL_CERT_FILE": os.environ["SSL_CERT_FILE"], **env}
    done = subprocess.run(
        [*program, *words],
        env=environment(home, api, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    server.settle()
    return done, [link.received for link in server.links]


def test_a_look_uses_the_connection_that_was_opened_early(own_home, direct):
    server = direct("read", RUNNING)

    done, received = run(own_home, server, "status", TASK)

    assert (0, "") == (done.returncode, done.stderr)
    assert "generating" in done.stdout
    assert [1] == [part.count(b"GET /api/v1/jobs/recordInfo") for part in received]


@pytest.mark.parametrize("words", ["status", "wait --timeout 0", "download", "credits"])
def test_what_looks_at_kie_ai_at_once_begins_early(own_home, direct, words):
    """Told by what was loaded: only an early connection needs that module."""
    server = direct("read", RUNNING)
    program = (sys.executable, "-X", "importtime", "-m", "kie_cli")
    ids = [] if words == "credits" else [TASK]

    done, _ = run(own_home, server, *words.split(), *ids, program=program)

    assert "kie_cli.api.backend" in done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["status", TASK, "--jsno"], 2),
        (["status", "../x"], 2),
        (["wait", TASK, "--timeout", "x"], 2),
    ],
)
def test_nothing_is_sent_for_a_command_line_that_is_wrong(own_home, direct, words, code):
    server = direct("read", RUNNING)

    done, received = run(own_home, server, *words)

    assert code == done.returncode
    assert b"" == b"".join(map(bytes, received))


@pytest.mark.parametrize(
    ("words", "env"),
    [
        (["status", TASK], {"KIE_API_KEY": ""}),
        (["status", TASK, "--sandbox"], {}),
        (["status", TASK], {"KIE_SANDBOX": "1"}),
        (["status", "--help"], {}),
        (["list"], {}),
        (["create", "--dry-run", "-p", "hat"], {}),
    ],
)
def test_nobody_is_called_without_need(own_home, direct, words, env):
    server = direct("read", RUNNING)

    _, received = run(own_home, server, *words, **env)

    assert [] == received


def test_the_paid_request_has_a_connection_of_its_own(transport, direct, begun):
    server = direct("read", http(example("create.ok")))
    line = begun(server)
    line._thread.join(10)

    answer = transport(server.url, early=line).create(
        f"{server.url}/api/v1/jobs/createTask", b"{}", lambda _: None
    )

    assert 200 == answer.status
    server.settle()
    assert [0, 1] == [link.received.count(b"POST") for link in server.links]


def test_the_key_goes_over_it_to_its_own_host_alone(transport, direct, begun):
    first, second = direct("read", RUNNING), direct("read", RUNNING)
    sender = transport(first.url, early=begun(first))

    for server in (second, first):
        assert 200 == sender.send("GET", f"{server.url}/x").status
        server.settle()

    assert [[True], [False]] == [
        [KEY.encode() in link.received for link in server.links] for server in (first, second)
    ]


def test_a_connection_that_the_server_has_given_up_costs_another_try_at_most(
    transport, direct, begun
):
    server = direct(in_turn(["fin"], ["read", RUNNING]))
    sender = transport(server.url, early=begun(server))

    with pytest.raises(Unreachable) as lost:
        sender.send("GET", f"{server.url}/x")

    assert lost.value.again
    assert 200 == sender.send("GET", f"{server.url}/x").status


def test_a_connection_that_waited_for_long_is_not_used(transport, direct, begun, monkeypatch):
    monkeypatch.setattr(early, "FRESH", 0.0)
    server = direct("read", RUNNING)

    assert 200 == transport(server.url, early=begun(server)).send("GET", f"{server.url}/x").status

    server.settle()
    assert [0, 1] == [link.received.count(b"GET") for link in server.links]


def test_a_handshake_that_takes_long_is_not_made_twice(transport, direct, wire, begun, monkeypatch):
    monkeypatch.setattr(early, "FRESH", 0.6)
    front = wire(1.0, relay(direct("read", RUNNING).port))
    url = f"https://127.0.0.1:{front.port}"

    assert 200 == transport(url, early=begun(front)).send("GET", f"{url}/x").status

    assert 1 == len(front.links)


def test_a_server_that_says_nothing_is_waited_for_once(transport, wire, begun):
    server = wire("hold")
    url = f"https://127.0.0.1:{server.port}"
    began = monotonic()

    with pytest.raises(Unreachable) as error:
        transport(url, early=begun(server)).send("GET", f"{url}/x", times=httpx.Timeout(2.0))

    assert monotonic() - began < 3.5
    assert "no answer in time" in error.value.message
    assert 1 == len(server.links)


def test_it_is_for_one_taker(direct, begun):
    line = begun(direct("read", RUNNING))

    first = line.take(10)

    assert first is not None
    assert line.take(10) is None
    first.close()


@pytest.mark.parametrize(("trusted", "name"), [(False, "127.0.0.1"), (True, "another.kie.test")])
def test_a_server_that_is_not_kie_ai_gets_nothing(transport, direct, begun, trusted, name):
    server = direct("read", RUNNING, trusted=trusted, names=[name])
    sender = transport(server.url, early=begun(server))

    with pytest.raises(Unreachable) as refused:
        sender.send("GET", f"{server.url}/x")

    assert "certificate verify failed" in refused.value.message.lower()
    assert 0 == server.requests


# Python's ssl forgets to close a socket that is reset before the handshake.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("end", ["fin", "reset"])
def test_what_does_not_come_about_is_told_as_ever(transport, wire, begun, monkeypatch, end):
    """A server that ends before TLS begins, and then nobody at all."""
    server = wire(end)
    url = f"https://127.0.0.1:{server.port}"

    for told in (True, False):
        if not told:
            server.close()
        sender = transport(url, early=begun(server) if told else None)
        with pytest.raises(Unreachable) as error:
            sender.send("GET", f"{url}/x")
        assert error.value.message.startswith("127.0.0.1 could not be reached (")


def test_where_a_proxy_may_be_set_elsewhere_nothing_is_begun(monkeypatch):
    monkeypatch.setattr(early.sys, "platform", "darwin")

    assert early_line("https://api.kie.ai", {}) is None


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "all_proxy", "No_Proxy"])
def test_a_proxy_is_not_passed_by(name):
    assert early_line("https://api.kie.ai", {name: "http://127.0.0.1:9"}) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://", "kie.ai"])
def test_only_what_is_secure_is_begun(url):
    assert early_line(url, {}) is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_not_sent_is_not_said_of_it(transport, wire, begun):
    """A create that reaches nobody is `NotSent`, whatever became of the early connection."""
    server = wire("reset")
    line = begun(server)
    line._thread.join(10)

    outcome = transport(early=line).create(
        f"https://127.0.0.1:{server.port}/x", b"{}", lambda _: None
    )

    assert isinstance(outcome, NotSent)
