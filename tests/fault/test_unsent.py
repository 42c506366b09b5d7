"""Creates of which no byte leaves: connections that are not made, or not safe, or not for us."""

from __future__ import annotations

import json
import ssl
from datetime import UTC, datetime
from pathlib import Path

import httpx  # noqa: TID253 (one that cannot be built)
import pytest
from conftest import KEY
from fault.faults import YES
from fault.server import full_backlog, http, nobody, slices

from kie_cli.api import transport as transport_module

UNSENT = "Nothing was sent, nothing was charged."
CREATE = "create -q -p hat"
FAR = "https://api.kie.test"
SAFE = "  kie trusts the system's certificates; SSL_CERT_FILE adds a company's own."


def not_sent(kie, rows, url, *, tries=1):
    """Run a create that cannot be sent; return the reason that is told, and the hints."""
    run = kie(CREATE, KIE_BASE_URL=url)
    (row,) = rows()
    first, *hints = run.err.splitlines()
    assert (7, "") == (run.code, run.out)
    assert first.startswith("kie: kie.ai could not be reached (")
    assert first.endswith(f"). {UNSENT}")
    assert ("refused", "not_sent", None) == (
        row["outcome"], json.loads(row["error"])["kind"], row["sent_at"],
    )  # fmt: skip
    assert [0.25, 0.5][: tries - 1] == kie.clock.slept
    assert "sending" not in [event["state"] for event in rows("events")]
    assert "pa55word" not in run.err
    assert KEY not in run.err
    reason = first.removeprefix("kie: kie.ai could not be reached (").removesuffix(f"). {UNSENT}")
    return reason, hints


# B1


def test_a_refused_connection_is_tried_three_times(kie, rows):
    assert "connection refused, 3 tries" == not_sent(kie, rows, nobody(), tries=3)[0]


def test_a_name_that_nobody_knows_is_tried_three_times(kie, rows):
    assert not_sent(kie, rows, "https://kie.invalid", tries=3)[0].endswith(", 3 tries")


def test_an_unreachable_network_is_tried_three_times(kie, rows):
    url = nobody().replace("127.0.0.1", "[::1]")
    assert not_sent(kie, rows, url, tries=3)[0].endswith(", 3 tries")


def test_a_server_that_takes_no_connection_is_tried_three_times(kie, rows, short):
    with full_backlog() as url:
        assert "no answer in time, 3 tries" == not_sent(kie, rows, url, tries=3)[0]


# B2

TLS = {
    "expired": {"not_after": datetime(2020, 1, 1, tzinfo=UTC)},
    "another-host": {"names": ["another.kie.test"]},
    "unknown-authority": {"trusted": False},
    "tls-1.0": {"newest": ssl.TLSVersion.TLSv1},
    "tls-1.1": {"newest": ssl.TLSVersion.TLSv1_1},
}


@pytest.mark.parametrize("way", ["direct", "proxy"])
@pytest.mark.parametrize("fault", TLS)
def test_a_connection_that_is_not_safe_is_not_used(kie, rows, https, fault, way):
    server, _ = https("read", YES, **TLS[fault])

    reason, hints = not_sent(kie, rows, server.url if way == "direct" else FAR)

    server.close()
    assert reason.startswith("no secure connection: ")
    assert SAFE == hints[0]
    assert [b""] == [bytes(received) for received in server.connections], "one try, no byte"


def test_plain_text_on_the_secure_port_is_not_answered(kie, rows, wire):
    server = wire(http("<html>400 The plain HTTP request was sent to HTTPS port</html>"), "fin")

    reason, hints = not_sent(kie, rows, server.url.replace("http:", "https:"))

    server.close()
    assert reason.startswith("no secure connection: ")
    assert SAFE == hints[0]
    assert all(b"POST" not in received for received in server.connections)


# A15, H14


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("407 Proxy Authentication Required", "407 Proxy Authentication Required"),
        ("502 Bad Gateway", "502 Bad Gateway"),
    ],
)
def test_a_proxy_that_refuses_is_named_without_its_password(
    kie, rows, wire, monkeypatch, said, reason
):
    proxy = wire("read", http("<html>user:pa55word</html>", said))
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:pa55word@127.0.0.1:{proxy.port}")

    told, hints = not_sent(kie, rows, FAR)

    assert f"the proxy 127.0.0.1:{proxy.port} refused: {reason}" == told
    assert "  See HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY." == hints[0]
    assert ["CONNECT"] == [asked.method for asked in proxy.asked]
    assert "authorization" not in proxy.asked[0].headers


def test_a_proxy_that_never_stops_talking_is_left(kie, rows, wire, monkeypatch, short):
    proxy = wire("read", *slices(http("x" * 200), 1, 0.02))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)

    assert "no connection in time" == not_sent(kie, rows, FAR)[0]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HTTPS_PROXY", "ftp://me:pa55word@proxy.example:21"),
        ("ALL_PROXY", "gopher://me:pa55word@proxy.example"),
        ("HTTPS_PROXY", "http://me:pa55word@proxy:port"),
        ("NO_PROXY", "::1]:x"),
    ],
)
@pytest.mark.parametrize("command", [CREATE, "wait t1", "credits", "upload jar.png"])
def test_a_proxy_of_an_unusable_kind_is_named_by_its_variable(
    kie, server, images, monkeypatch, command, variable, value
):
    monkeypatch.setenv(variable, value)

    run = kie(command)

    assert (2, "", []) == (run.code, run.out, server.requests)
    assert variable in run.err
    assert "pa55word" not in run.err


# B10


@pytest.mark.parametrize("where", ["Client", "Timeout"])
def test_a_fault_of_this_machine_before_the_send_is_told_without_the_key(
    kie, server, rows, monkeypatch, where
):
    def broken(*args, **more):
        raise RuntimeError(f"no memory for Bearer {KEY}")

    if where == "Client":
        monkeypatch.setattr(httpx, "Client", broken)
    else:
        monkeypatch.setattr(transport_module.Transport, "_headers", broken)

    run = kie(CREATE)

    (row,) = rows()
    assert (1, "", []) == (run.code, run.out, server.requests)
    assert ("refused", None) == (row["outcome"], row["sent_at"])
    assert KEY not in run.err + json.dumps(row)
    assert KEY.encode() not in b"".join(
        file.read_bytes() for file in Path(kie.home).rglob("*") if file.is_file()
    )
