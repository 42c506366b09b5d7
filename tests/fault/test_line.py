"""The line of a create: new each time, HTTP/1.1, cut anywhere inside TLS and behind a proxy."""

from __future__ import annotations

import gc
import resource
import subprocess

import pytest
from conftest import PROGRAM, environment
from fault.faults import YES
from fault.server import CREATED, bomb, http, in_turn, packed, relay
from loopback import example

CREATE = "create -q -p hat"


# Python's ssl forgets to close a socket that is reset before the handshake.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("end", ["fin", "reset"])
@pytest.mark.parametrize("side", ["up", "down"])
@pytest.mark.parametrize("way", ["tls", "proxy"])
def test_a_secure_line_that_is_cut_anywhere_never_makes_two_tasks(
    kie, wire, https, rows, monkeypatch, way, side, end
):
    """Exit 7 where no byte of the request arrived, 9 where one may have, 0 with all the answer."""
    server, _ = https("read", http(CREATED.replace(b"t-1", b"t-0")))
    connect = ("read", b"HTTP/1.1 200 OK\r\n\r\n") if way == "proxy" else ()
    front = wire(*connect, relay(server.port))
    if way == "proxy":
        monkeypatch.setenv("HTTPS_PROXY", front.url)
    url = "https://api.kie.test" if way == "proxy" else f"https://127.0.0.1:{front.port}"
    assert 0 == kie(CREATE, KIE_BASE_URL=url).code
    front.settle()
    link = front.links[0]
    size = len(link.received) if side == "up" else link.sent
    server.steps = (server.steps[0], "read", YES)

    codes = []
    # From 1: where the line is reset before TLS begins, it is a matter of chance who notices.
    for at in [*range(1, size, size // 14), 10 * size]:
        seen = len(server.links)
        front.steps = (*connect, relay(server.port, **{side: at}, end=end))
        codes.append(kie(CREATE, KIE_BASE_URL=url).code)
        front.settle()
        server.settle()
        begun = [link for link in server.links[seen:] if link.received]
        outcome = {0: "accepted", 7: "refused", 9: "unknown"}[codes[-1]]
        assert outcome == rows()[-1]["outcome"]
        assert len(begun) <= {0: 1, 7: 0, 9: 1}[codes[-1]]

    assert codes == sorted(codes, key=[7, 9, 0].index)
    assert {7, 9, 0} == set(codes)
    gc.collect()


def test_a_create_never_uses_a_line_that_carried_a_request(kie, wire, images):
    """One host for uploads and creates, which would keep each line open."""
    upload = example("upload.ok")
    upload["data"]["downloadUrl"] = "https://kieai.redpandaai.co/a.png"
    busy = http({"code": 429, "msg": "slow down"}, Retry_After="0")
    server = wire(in_turn(
        ("read", http(upload), "read", http(upload), "hold"),
        ("read", busy, "hold"),
        ("read", busy, "hold"),
        ("read", YES, "hold"),
    ))  # fmt: skip

    run = kie("create -q -i jar.png -p hat", KIE_BASE_URL=server.url, KIE_UPLOAD_URL=server.url)

    server.close()
    assert (0, ["t-1"]) == (run.code, run.lines)
    paths = [[asked.path.rpartition("/")[2] for asked in one.asked] for one in server.links]
    assert [["file-stream-upload"], *[["createTask"]] * 3] == paths


def test_http_1_is_all_that_is_offered(kie, https):
    """An HTTP/2 server may refuse a stream in ways of which nobody knows whether it ran."""
    chosen = []
    server, _ = https("read", lambda link: chosen.append(link.socket.selected_alpn_protocol()), YES)

    assert 0 == kie(CREATE, KIE_BASE_URL=server.url).code
    assert ["http/1.1"] == chosen
    assert 1 == server.requests


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (YES, 0),
        (http(bomb(2**30), Content_Encoding="gzip"), 9),
        (packed(bomb(2**30)).replace(b": gzip", b": gzip, gzip"), 9),
    ],
    ids=["honest", "gzip", "gzip-in-gzip"],
)
def test_an_answer_cannot_fill_the_memory(own_home, server, wire, rows, answer, code):
    """The real program, which may have half a gigabyte, and answers that unpack to a whole one."""
    api = wire("read", answer)

    found = subprocess.run(
        [PROGRAM, "create", "-q", "-p", "hat"],
        env=environment(own_home, server, KIE_BASE_URL=api.url),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert code == found.returncode, found
    assert 1 == api.charged
    assert [{0: "accepted", 9: "unknown"}[code]] == [row["outcome"] for row in rows()]
    assert found.stderr.startswith("kie: kie.ai's answer could not be read (" if code else "")
