"""What kie promises about money, keys and hosts, each against all faults that could break it."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import trustme
from conftest import KEY, given_away
from fault.faults import DONE, REFUSED, UNKNOWN, YES
from fault.server import CREATED, http, in_turn, relay, serving, slices, take, tls
from loopback import Loopback, Reply, example

from kie_cli.api.transport import Transport
from kie_cli.ledger import database

MODEL = "flux-2/pro-text-to-image"
MAY = ". A task may exist and be charged."


def tail(intent):
    return [
        "  Look at https://kie.ai/logs before repeating; kie list --unknown shows what was sent.",
        f"  Look for: {MODEL}, sent 2026-11-22 10:40:00 UTC. kie did not send it twice.",
        f"  It is there:      kie adopt TASK_ID --for {intent}",
        f"  It is not there:  kie forget {intent}, then create again",
    ]


def prepare(case, request):
    """Bring about what a fault needs besides its script."""
    for fixture in ("short", "narrow"):
        if getattr(case, fixture, False):
            request.getfixturevalue(fixture)
    many = 1_000_000 if getattr(case, "narrow", False) else 1
    Path("more.json").write_text(json.dumps({"more": "x" * many}))


@pytest.mark.parametrize("fault", UNKNOWN)
def test_unknown_outcomes_say_so(kie, wire, rows, request, fault):
    """When kie does not know, it says so, with its own exit code and the way out."""
    case = UNKNOWN[fault]
    prepare(case, request)
    server = wire(*case.steps)

    run = kie("create -q -p hat --input more.json", KIE_BASE_URL=server.url)

    (row,) = rows()
    hints = [f"  {case.hint}"] if case.hint else []
    told = [line for line in run.err.splitlines() if "more" not in line]
    assert [f"kie: {case.what}{MAY}", *hints, *tail(row["intent"])] == told
    assert (9, "", 1) == (run.code, run.out, len(server.links))
    assert ("unknown", None, 1) == (row["outcome"], row["task_id"], row["attempts"])
    (listed,) = kie("list --unknown --json", KIE_BASE_URL=server.url).json
    assert row["intent"] == listed["intent"]


@pytest.mark.parametrize("fault", [*DONE, *REFUSED, *UNKNOWN])
def test_one_post_per_intent(kie, wire, rows, request, fault):
    """kie never sends a paid request twice by itself; refused as too fast, it may try thrice."""
    case = {**DONE, **REFUSED, **UNKNOWN}[fault]
    prepare(case, request)
    server = wire(*case.steps)
    create = "create -q -p hat --input more.json --once k"

    run = kie(create, KIE_BASE_URL=server.url)
    posts = len(server.links)
    again = kie(create, KIE_BASE_URL=server.url) if fault not in REFUSED else run

    server.close()
    assert getattr(case, "posts", 1) == posts == len(server.links)
    assert getattr(case, "exit", 9) == run.code == again.code
    outcomes = {0: "accepted", 9: "unknown"}
    assert [outcomes.get(run.code, "refused")] == [row["outcome"] for row in rows()]
    assert (["t-1"] if run.code == 0 else []) == run.lines == again.lines
    for link in server.links:
        assert 1 >= bytes(link.received).count(b"POST ")


@pytest.mark.parametrize("part", ["request", "answer-fin", "answer-reset"])
def test_one_post_per_intent_at_every_byte(kie, wire, rows, part):
    """The line is cut after each byte of the request (by an end or a reset) and of the answer."""
    server = wire("read", http(CREATED.replace(b"t-1", b"t-0")))
    assert 0 == kie("create -q -p hat", KIE_BASE_URL=server.url).code
    size = len(server.connections[0])
    if part == "request":
        cuts = [(take(at), ("fin", "reset")[at % 2]) for at in range(size)]
        wanted = [9] * size
    else:
        end = part.removeprefix("answer-")
        cuts = [("read", YES[:at], end) for at in range(len(YES) + 1)]
        wanted = [9] * len(YES) + [0]
    assert len(cuts) > (300 if part == "request" else 85)

    found = []
    for steps in cuts:
        server.steps = steps
        found.append(kie("create -q -p hat", KIE_BASE_URL=server.url).code)

    server.close()
    assert wanted == found
    assert 1 + len(cuts) == len(server.links), "each had one connection"
    assert all(1 >= bytes(link.received).count(b"POST ") for link in server.links)
    outcomes = {0: "accepted", 9: "unknown"}
    assert ["accepted", *map(outcomes.get, wanted)] == [row["outcome"] for row in rows()]


ANOTHER = {"code": 200, "data": {"taskId": "other", "state": "success"}}
HTML = Reply("<html><h1>Bad Gateway</h1></html>", 502)
# A script of looks at t1, and with what `kie wait t1 --timeout 60 --download` ends.
LOOKS = {
    "D1-unknown-at-first": ([Reply(example("record.null")), "success"], 0),
    "D1-unknown": ([Reply(example("record.404"))], 6),
    "D2-429": ([Reply(example("record.429"))] * 3 + ["success"], 0),
    "D3-outage": ([HTML, Reply(hang_up=True), Reply(b""), "success"], 0),
    "D3-outage-to-the-end": (["generating", HTML], 8),
    "D3-never-an-answer": ([HTML], 7),
    "D4-401": (["generating", Reply(example("record.401"))], 4),
    "D5-402": ([Reply({"code": 402, "msg": "Credits insufficient"})], 5),
    "D5-433": ([Reply({"code": 433, "msg": "cap"})], 5),
    "D5-455": ([Reply({"code": 455, "msg": "maintenance"})], 7),
    "D6-408": ([Reply(example("record.408"))], 3),
    "D6-501": ([Reply(example("record.501"))], 3),
    "D7-fail": (["generating", "fail"], 3),
    "D8-strange-states": ([{"state": 3}, {"state": None}, {"state": "paused"}], 8),
    "D9-nothing": ([{"state": "success", "resultJson": None}], 10),
    "D9-no-json": ([{"state": "success", "resultJson": "{"}], 10),
    "D10-back-to-running": (["success", "generating"], 0),
    "D11-another-task": ([Reply(ANOTHER), "success"], 0),
    "D12-progress": ([{"state": "generating", "progress": "NaN"}, "success"], 0),
    "D13-still-running": (["generating"], 8),
    "D16-retry-after": ([Reply(example("record.429"), 429, {"Retry-After": "9999"})], 7),
    "result-is-gone": ([{"resultJson": '{"resultUrls":["GONE"]}', "state": "success"}], 10),
}


@pytest.mark.parametrize("fault", LOOKS)
def test_waiting_makes_no_paid_call(kie, server, rows, fault):
    """Waiting and fetching cost nothing: the only POST asks for a new link to a result."""
    task_id = kie("create -q -p hat").lines[0]
    looks, code = LOOKS[fault]
    gone = f"{server.result}/r/gone.png"
    server.plays(task_id, *[
        {**look, "resultJson": look["resultJson"].replace("GONE", gone)}
        if isinstance(look, dict) and "GONE" in str(look) else look
        for look in looks
    ])  # fmt: skip
    before = [(row["intent"], row["attempts"]) for row in rows()]
    server.requests.clear()
    # Long enough for a task of our own that is not found.
    first = kie(f"wait {task_id} --timeout 95 --download")
    for more in ("status", "download", "wait --timeout 0"):
        kie(f"{more} {task_id}")

    assert code == first.code
    posts = {asked.path for asked in server.requests if asked.method != "GET"}
    assert posts <= ({"/api/v1/common/download-url"} if fault == "result-is-gone" else set())
    assert [] == server.posts()
    assert before == [(row["intent"], row["attempts"]) for row in rows()]


STALLS = {
    "trickling-head": slices(http(example("record.generating")), 1, 0.02),
    "trickling-body": [
        http("")[:-4].replace(b"0", b"99"),
        b"\r\n\r\n",
        *slices(b"x" * 99, 1, 0.02),
    ],
    "interim-answers": [b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.02] * 99,
    "silence": ["hold"],
}


@pytest.mark.parametrize("fault", STALLS)
@pytest.mark.parametrize("line", ["new", "used"])
def test_a_look_that_stalls_is_left_and_made_again(kie, wire, monkeypatch, line, fault):
    """Each look has a limit in all, also on a connection that an earlier look has opened."""
    monkeypatch.setitem(Transport.send.__kwdefaults__, "total", 0.6)
    generating = example("record.generating")
    done = example("record.success")
    for body in (generating, done):
        body["data"]["taskId"] = "t1"
    first = ("read", http(generating)) if line == "used" else ()
    server = wire(in_turn((*first, "read", *STALLS[fault], "hold"), ("read", http(done), "hold")))
    started = time.monotonic()

    run = kie("wait t1", KIE_BASE_URL=server.url)

    assert time.monotonic() - started < 5
    assert 0 == run.code
    server.close()
    assert (2 if line == "used" else 1) == len(server.links[0].asked)
    assert {"GET"} == {asked.method for asked in server.asked}


@pytest.fixture
def far_hosts(wire, tmp_path, monkeypatch, server):
    """Six hosts of their own names behind one proxy, each by TLS: what they got, by name."""
    others = Loopback()
    names = {
        "api": server.api, "upload": server.upload, "result": server.result,
        "moved": others.result, "link": others.upload,
    }  # fmt: skip
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    hosts = {
        name: wire(
            tls(serving(authority.issue_cert(f"{name}.kie.test"))),
            relay(int(url.rpartition(":")[2])),
        )
        for name, url in names.items()
    }

    def lead(link):
        name = link.asked[0].path.partition(".")[0]
        link.play([b"HTTP/1.1 200 OK\r\n\r\n", relay(hosts[name].port)])

    hosts["proxy"] = wire("read", lead)
    monkeypatch.setenv("HTTPS_PROXY", hosts["proxy"].url)
    yield hosts, others
    others.close()


def test_key_egress(kie, server, images, far_hosts):
    """Your key goes to the API and its upload host, over https, and nowhere else."""
    hosts, others = far_hosts
    kie.env |= {
        "KIE_BASE_URL": "https://api.kie.test", "KIE_UPLOAD_URL": "https://upload.kie.test",
    }  # fmt: skip
    uploaded = example("upload.ok")
    uploaded["data"]["downloadUrl"] = "https://upload.kie.test/a.png"
    server.answer("file-stream-upload", uploaded)
    picture = Reply(Path("jar.png").read_bytes(), 200, {"Content-Type": "image/png"})
    server.answer("a.png", Reply(b"", 302, {"Location": "https://moved.kie.test/r/b.png"}))
    server.answer("c.png", Reply(b"", 404))
    server.answer(
        "download-url", {"code": 200, "msg": "success", "data": "https://link.kie.test/r/d.png"}
    )
    others.answer("b.png", picture)
    others.answer("d.png", picture)
    server.plays("t-1", server.record("t-1", "success")["data"] | {"resultJson": json.dumps(
        {"resultUrls": [f"https://result.kie.test/{name}.png" for name in ("a", "c")]}
    )})  # fmt: skip
    server.answer("createTask", json.loads(CREATED))

    run = kie("create -i jar.png -p hat --wait --download")

    assert 0 == run.code
    assert 2 == len(run.lines)
    kie.last.close()
    got = {name: b"".join(map(bytes, host.connections)) for name, host in hosts.items()}
    assert all(got.values()), "each host was asked"
    assert {"api", "upload"} == {name for name, bytes_ in got.items() if KEY.encode() in bytes_}
    signed = [asked for asked in server.requests if "authorization" in asked.headers]
    assert {"api", "upload"} == {asked.host for asked in signed}
    assert {f"Bearer {KEY}"} == {asked.headers["authorization"] for asked in signed}
    assert {"CONNECT"} == {link.asked[0].method for link in hosts["proxy"].links}
    assert b"uthorization" not in got["proxy"] + got["result"] + got["moved"] + got["link"]


TOUCHED = []  # what this process looked up or connected to while `heard` was on


def _listen(event, args):
    if TOUCHED and TOUCHED[0] == "on":
        if event == "socket.connect" and isinstance(args[1], tuple):
            TOUCHED.append(args[1][:2])
        elif event == "socket.getaddrinfo":
            TOUCHED.append((args[0], args[1]))


HOSTS = {
    "create -i jar.png -p hat --wait --download": {"api", "upload", "result"},
    "create -p hat": {"api"},
    "create -p hat --dry-run": set(),
    "create -p hat --sandbox --wait --download": set(),
    "wait t1": {"api"},
    "status t1": {"api"},
    "download t1": {"api", "result"},
    "list": set(),
    "credits": {"api"},
    "upload jar.png": {"upload"},
    "config get model": set(),
    "config list": set(),
    "forget i-0000000000": set(),
    "--version": set(),
    "--help": set(),
    "create --help": set(),
}


@pytest.fixture
def heard():
    if not TOUCHED:
        sys.addaudithook(_listen)
    TOUCHED[:] = ["on"]
    yield lambda: {place for place in TOUCHED if place != "on"}
    TOUCHED[:] = ["off"]


@pytest.mark.parametrize("command", HOSTS)
def test_only_named_hosts_are_contacted(kie, server, images, heard, command):
    """No telemetry, no update check, no hidden host: not even a name is looked up."""
    server.plays("t1", "success")

    run = kie(command)

    places = {
        name: ("127.0.0.1", int(getattr(server, name).rpartition(":")[2]))
        for name in ("api", "upload", "result")
    }
    assert run.code == (2 if "forget" in command else 0)
    assert {places[name] for name in HOSTS[command]} == heard()


def limit_files(size):
    """Let no file of this process grow beyond so many bytes: as a full disk does."""
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))


def write_lock(file):
    """Return a connection that keeps all others from writing."""
    from sqlite3 import connect

    busy = connect(file, isolation_level=None, check_same_thread=False)
    busy.execute("BEGIN IMMEDIATE")
    return busy


def newer(file):
    from sqlite3 import connect

    with closing(connect(file)) as db:
        db.execute("PRAGMA user_version = 99")


def dead_locks(file, monkeypatch):
    monkeypatch.setattr(database, "is_local", lambda folder: False)
    usual = database._uri
    monkeypatch.setattr(database, "_uri", lambda file: f"{usual(file)}&vfs=unix-none")


SPOILED = {
    "full-disk": lambda file, _: limit_files(0),
    "file-size-limit": lambda file, _: limit_files(4096),
    "busy": lambda file, _: write_lock(file),
    "corrupt": lambda file, _: file.write_bytes(b"no database at all" * 100),
    "torn": lambda file, _: os.truncate(file, file.stat().st_size // 2),
    "newer": lambda file, _: newer(file),
    "dead-locks": dead_locks,
    "another-user": lambda file, _: given_away(file.parent),
    "a-link": lambda file, _: (file.rename(f"{file}.old"), file.symlink_to(f"{file}.old")),
    "a-folder": lambda file, _: (file.unlink(), file.mkdir()),
}


@pytest.fixture
def spoil(kie, monkeypatch, server):
    """Make a ledger with one create in it, then spoil it by name; undone after the test."""
    assert 0 == kie("create -q -p before").code
    monkeypatch.setattr("kie_cli.ledger.database.WAIT", 0.05)
    monkeypatch.setattr("kie_cli.ledger.store.WAIT_AT_GATE", 0.05)
    busy = []

    def do(name):
        found = SPOILED[name](kie.home / ".local/state/kie/tasks.sqlite3", monkeypatch)
        if name == "busy":
            busy.append(found)

    yield do
    limit_files(resource.RLIM_INFINITY)
    for one in busy:
        one.close()


@pytest.mark.parametrize("fault", [*SPOILED, "read-only"])
def test_no_ledger_sends_zero_bytes(kie, wire, images, spoil, fault):
    """No record, no spend: neither the create nor an upload for it opens a connection."""
    api, upload = wire("read", YES), wire("read")
    places = {"KIE_BASE_URL": api.url, "KIE_UPLOAD_URL": upload.url}
    if fault == "read-only":
        places["KIE_STATE_DIR"] = "/proc/kie"
    else:
        spoil(fault)

    run = kie("create -q -i jar.png -p hat", **places)

    assert (11, "") == (run.code, run.out)
    assert "othing was sent" in run.err.splitlines()[0]
    assert ([], []) == (api.links, upload.links)


@pytest.mark.parametrize("fault", ["full-disk", "file-size-limit", "busy"])
def test_no_ledger_at_the_gate_sends_zero_bytes_of_the_create(kie, wire, spoil, connected, fault):
    """The record is fine until there is a connection; then SENDING cannot be written."""
    api = wire("read", YES)
    connected(lambda _: spoil(fault))

    run = kie("create -q -p hat", KIE_BASE_URL=api.url)

    api.close()
    assert (11, "") == (run.code, run.out)
    assert "Nothing was sent" in run.err
    assert [b""] == [bytes(received) for received in api.connections]
