"""`kie doctor`: each piece is looked at, each fault has its exit code, nothing is spent."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from conftest import KEY, given_away
from loopback import Reply, example

from kie_cli.core.clock import SystemClock
from kie_cli.jobs import doctor

NAMES = [
    *("program", "config", "key", "proxies", "certificates", "api", "upload", "clock"),
    *("config_dir", "state_dir", "cache_dir", "ledger", "balance"),
]


@pytest.fixture
def sick(kie, monkeypatch):
    """The program at the time that the loopback server tells, with the system's certificates."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    kie.clock.time = SystemClock().now()
    return kie


def found(run):
    return {one["check"]: one for one in run.json}


def test_all_is_well(sick):
    run = sick("doctor --json")
    checks = found(run)
    assert (0, "") == (run.code, run.err)
    assert NAMES == list(checks)
    assert {"ok"} == {one["state"] for one in checks.values()}
    assert "Python 3." in checks["program"]["detail"]
    assert "httpx 0." in checks["program"]["detail"]
    assert "…cdef from: environment (KIE_API_KEY)" == checks["key"]["detail"]
    assert f"{sick.server.api}; DNS 127.0.0.1 (0 ms); TCP " in checks["api"]["detail"]
    assert "; answered 200 in 0 ms" in checks["api"]["detail"]
    assert "none" == checks["proxies"]["detail"]
    assert f"{example('credit.ok')['data']:g} credits" == checks["balance"]["detail"]
    lines = sick("doctor").lines
    assert [[name, "ok"] for name in NAMES] == [line.split("\t")[:2] for line in lines]
    assert "CHECK" in sick("doctor", tty="out").lines[0]


def test_nothing_is_created_or_uploaded_and_the_hosts_are_asked_without_the_key(sick):
    sick("doctor")
    asked = sick.server.requests
    assert [] == sick.server.posts()
    assert {"GET"} == {request.method for request in asked}
    assert ["", "credit", "credit"] == sorted(request.path.rsplit("/", 1)[1] for request in asked)
    signed = [request.path for request in asked if "authorization" in request.headers]
    assert ["/api/v1/chat/credit"] == signed, "the balance alone"
    assert KEY not in sick.runs[-1].out


def test_without_a_key_the_rest_is_still_looked_at(sick):
    run = sick("doctor --json", KIE_API_KEY="")
    checks = found(run)
    assert 4 == run.code
    assert NAMES[:-1] == list(checks)
    assert ["key"] == [name for name, one in checks.items() if not one["ok"]]
    assert "There is no API key." in checks["key"]["detail"]
    assert "Get one: https://kie.ai/api-key\n" in checks["key"]["hint"]
    line = sick("doctor", KIE_API_KEY="").lines[2]
    assert "\tThere is no API key. Nothing was sent. Get one: https://kie.ai/api-key; Save" in line


def test_a_key_that_kie_ai_does_not_take_is_a_fault(sick):
    sick.server.answer("credit", *["record.401"] * 2)
    run = sick("doctor --json")
    assert (4, "fault") == (run.code, found(run)["balance"]["state"])
    assert "ok" == found(run)["api"]["state"], "any answer shows that the host is there"
    assert "came from: environment (KIE_API_KEY)" in found(run)["balance"]["hint"]


def test_an_empty_account_is_a_warning(sick):
    ok = example("credit.ok")
    sick.server.answer("credit", ok, ok | {"data": 0})
    run = sick("doctor --json")
    assert (0, "warning") == (run.code, found(run)["balance"]["state"])
    assert "https://kie.ai/billing" in found(run)["balance"]["hint"]


def test_a_host_that_is_not_there_is_told_with_the_step_that_failed(sick):
    run = sick("doctor --json", KIE_UPLOAD_URL="http://127.0.0.1:1")
    upload = found(run)["upload"]
    assert (7, "fault") == (run.code, upload["state"])
    expected = "http://127.0.0.1:1; DNS 127.0.0.1 (0 ms); TCP: Connection refused"
    assert expected == upload["detail"]
    assert "HTTPS_PROXY" in upload["hint"]
    assert "ok" == found(run)["api"]["state"]


def test_a_host_that_gives_no_answer_is_a_fault(sick):
    sick.server.answer("credit", Reply(hang_up=True))
    run = sick("doctor --json")
    assert 7 == run.code
    assert "; no answer (server disconnected" in found(run)["api"]["detail"]


def test_a_host_behind_a_broken_gateway_is_a_warning(sick):
    sick.server.answer("", Reply("<html>", 502))
    run = sick("doctor --json")
    assert (0, "warning") == (run.code, found(run)["upload"]["state"])
    assert "answered 502" in found(run)["upload"]["detail"]


def test_no_check_takes_longer_than_its_time(sick, monkeypatch):
    monkeypatch.setattr(doctor, "PATIENCE", 0.3)
    over = threading.Event()
    sick.server.answer("", Reply(meanwhile=lambda: over.wait(10)))
    run = sick("doctor --json")
    over.set()
    assert 7 == run.code
    assert "no answer within 0 s" == found(run)["upload"]["detail"]
    assert "ok" == found(run)["balance"]["state"]


@pytest.mark.parametrize(
    ("off", "state", "said"),
    [
        (30, "ok", "ahead of"),
        (-30, "ok", "behind"),
        (7230, "warning", "2 h ahead of kie.ai's"),
        (-7230, "warning", "2 h behind kie.ai's"),
    ],
)
def test_the_clock_is_held_against_the_hosts_own(sick, off, state, said):
    sick.clock.time += off
    run = sick("doctor --json")
    assert (0, state) == (run.code, found(run)["clock"]["state"])
    assert said in found(run)["clock"]["detail"]


@pytest.mark.parametrize(
    ("variable", "address", "said"),
    [
        ("ALL_PROXY", "socks4://me:secret@proxy.example:1080", "ALL_PROXY is a socks4 proxy."),
        ("HTTPS_PROXY", "ftp://proxy.example", "HTTPS_PROXY is a ftp proxy."),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named(sick, monkeypatch, variable, address, said):
    monkeypatch.setenv(variable, address)
    run = sick("doctor --json")
    assert 2 == run.code
    assert said == found(run)["proxies"]["detail"]
    assert "kie can use http, https, socks5 and socks5h" in found(run)["proxies"]["hint"]
    assert "secret" not in run.out


def test_the_proxy_in_force_is_told_without_its_password(sick, monkeypatch):
    """The host is asked through it; here it is not there."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret@127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "localhost")
    run = sick("doctor --json", KIE_UPLOAD_URL="https://upload.example")
    assert 7 == run.code
    told = found(run)["proxies"]["detail"]
    assert {"https: http://127.0.0.1:1", "none for localhost"} == set(told.split(", "))
    assert (
        "https://upload.example; through http://127.0.0.1:1; no answer "
        in (found(run)["upload"]["detail"])
    )
    assert "secret" not in run.out


@pytest.mark.parametrize(
    ("variable", "content", "why"),
    [
        ("SSL_CERT_FILE", None, "No such file or directory"),
        ("SSL_CERT_FILE", "hello", "no certificates in it"),
        ("SSL_CERT_DIR", "hello", "not a folder"),
    ],
)
def test_certificates_that_cannot_be_read_are_a_fault(sick, monkeypatch, variable, content, why):
    if content:
        Path("ca").write_text(content)
    monkeypatch.setenv(variable, "ca")
    run = sick("doctor --json")
    assert 2 == run.code
    assert f"{variable} is ca: {why}" == found(run)["certificates"]["detail"]


def test_a_setting_that_is_wrong_is_a_fault(sick):
    run = sick("doctor --json", KIE_TIMEOUT="soon")
    assert 2 == run.code
    assert "timeout from the environment (KIE_TIMEOUT)" in found(run)["config"]["detail"]
    assert "ok" == found(run)["api"]["state"]


def test_a_config_file_that_others_can_read_is_a_warning(sick):
    sick("config set model a/b")
    (sick.home / ".config/kie/config.toml").chmod(0o644)
    (sick.home / ".config/kie").chmod(0o755)
    run = sick("doctor --json")
    assert 0 == run.code
    warned = {name for name, one in found(run).items() if one["state"] == "warning"}
    assert {"config", "config_dir"} == warned
    assert "chmod 600 " in found(run)["config"]["detail"]
    assert f"chmod 700 {sick.home}/.config/kie" == found(run)["config_dir"]["hint"]


def test_a_damaged_config_file_leaves_what_needs_none(sick):
    sick("config set model a/b")
    (sick.home / ".config/kie/config.toml").write_text("= nonsense")
    run = sick("doctor --json")
    assert 11 == run.code
    assert ["program", "config", "config_dir", "state_dir", "cache_dir"] == list(found(run))
    assert "damaged" in found(run)["config"]["detail"]
    assert [] == sick.server.requests


@pytest.mark.parametrize("kind", ["file", "open", "other"])
def test_a_state_folder_that_cannot_be_used_is_a_fault(sick, kind):
    folder = sick.home / "state"
    folder.touch() if kind == "file" else folder.mkdir(mode=0o700)
    if kind == "open":
        folder.chmod(0o777)
    elif kind == "other":
        given_away(folder)
    run = sick("doctor --json", KIE_STATE_DIR=str(folder))
    assert 11 == run.code
    assert "fault" == found(run)["state_dir"]["state"]
    assert found(run)["state_dir"]["hint"]


def test_a_state_folder_on_a_network_is_a_warning(sick, monkeypatch):
    sick("create -q -p hat")
    monkeypatch.setattr(doctor, "is_local", lambda folder: False)
    run = sick("doctor --json")
    assert (0, "warning") == (run.code, found(run)["state_dir"]["state"])


def test_the_record_of_tasks_is_counted(sick, lost):
    sick("create -q -p hat -w")
    lost()
    posts = len(sick.server.posts())
    run = sick("doctor --json")
    ledger = found(run)["ledger"]
    assert (0, "warning") == (run.code, ledger["state"])
    assert ledger["detail"].endswith("is sound: 2 creates, 1 unknown, 1 unsaved")
    assert "See kie list --unknown" == ledger["hint"]
    assert posts == len(sick.server.posts())


def test_a_damaged_record_of_tasks_is_a_fault(sick):
    sick("create -q -p hat")
    file = sick.home / ".local/state/kie/tasks.sqlite3"
    import sqlite3

    with sqlite3.connect(file) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    with file.open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xff" * size)
    run = sick("doctor --json")
    assert 11 == run.code
    assert "tasks.sqlite3: " in found(run)["ledger"]["detail"]
    assert "set it aside" in found(run)["ledger"]["hint"]


def test_the_sandbox_asks_nobody(sandbox):
    run = sandbox("doctor --json")
    assert 0 == run.code
    local = ["program", "config", "key", "config_dir", "state_dir", "cache_dir", "ledger"]
    assert [*local, "balance"] == list(found(run))
    assert "1000 credits" == found(run)["balance"]["detail"]
    assert [] == sandbox.server.requests


def test_the_real_program_does_it_too(real, server):
    run = real("doctor --json", SSL_CERT_FILE="", KIE_CONFIG_DIR="x\x1b[2J")
    assert 0 == run.code, run
    assert NAMES == list(found(run))
    assert [] == server.posts()
    assert "\x1b" not in real("doctor", KIE_CONFIG_DIR="x\x1b[2J").out
    assert all(json.loads(line) for line in run.lines)
