"""The key goes to its two hosts, and into nothing that anybody sees or keeps."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from conftest import KEY
from loopback import Loopback, Reply

from kie_cli.api.client import Client

LOUD = "create -v -i jar.png -p hat --label shop"


def everywhere(kie, *servers) -> str:
    """All that was printed, kept and sent, but for the Authorization headers."""
    seen = [run.out + run.err for run in kie.runs]
    seen += [file.read_bytes().decode("latin-1") for file in kie.home.rglob("*") if file.is_file()]
    for server in servers:
        for request in server.requests:
            headers = {
                name: text for name, text in request.headers.items() if name != "authorization"
            }
            seen += [request.path, str(request.query), str(headers), request.body.decode("latin-1")]
    return "\n".join(seen)


ANSWERS = ["create.ok", "create.401", "create.402", "create.429", "create.500-generic"]


@pytest.mark.parametrize("flags", ["", "--json", "--wait --download"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_the_key_is_nowhere(kie, server, images, answer, flags):
    server.answer("createTask", *[answer] * 3)

    kie(f"{LOUD} {flags}", KIE_DEBUG="1")
    for command in ("config list", "config list --json", "config get token", "list --json"):
        kie(command)

    seen = everywhere(kie, server)
    assert KEY not in seen
    assert hashlib.sha256(KEY.encode()).hexdigest() not in seen
    assert f"Bearer {KEY}" == server.posts()[0].headers["authorization"]


def test_an_answer_that_repeats_the_key_is_shown_without_it(kie, server):
    server.answer("createTask", {"code": 401, "msg": f"bad key {KEY} given"})

    run = kie("create -p hat")
    as_json = kie("create -p hat --json")

    assert (4, 0) == (run.code, as_json.code)
    assert KEY not in everywhere(kie)
    assert "bad key [key] given" in run.err


def test_a_page_that_repeats_the_key_is_shown_and_kept_without_it(kie, server):
    server.answer("createTask", Reply(f"<p>Bearer {KEY}</p>", 502))

    assert 9 == kie("create -p hat").code
    assert KEY not in everywhere(kie)


@pytest.mark.parametrize("passed", [False, True])
def test_a_bug_shows_where_it_was_and_no_key(kie, rows, monkeypatch, passed):
    def broken(self, body, gate):
        if passed:
            gate(lambda seconds: None)
        secret = self._transport._headers(self._api, None)["Authorization"]
        raise ValueError(f"Illegal header value {secret!r}")

    monkeypatch.setattr(Client, "create_task", broken)

    run = kie("create -p hat", KIE_DEBUG="1")

    (row,) = rows()
    assert (9 if passed else 1, "") == (run.code, run.out)
    assert ("unknown" if passed else "refused") == row["outcome"]
    assert KEY not in everywhere(kie)
    if passed:
        assert "kie: kie broke off before the answer came (ValueError). A task may" in run.err
    else:
        assert "kie: kie broke off: ValueError: Illegal header value 'Bearer [key]'" in run.err
        assert "in broken" in run.err, "the traceback"
        assert "Traceback" not in kie("create -p hat").err


def test_a_saved_key_is_as_secret(kie, server):
    del kie.env["KIE_API_KEY"]
    kie("config set token -", stdin=f"{KEY}\n")
    # Out of the home, in which no other file may hold it.
    (kie.home / ".config/kie").rename("conf")
    server.answer("createTask", {"code": 401, "msg": f"bad {KEY}"})

    run = kie("create -v -p hat", KIE_CONFIG_DIR=str(Path("conf").absolute()))

    assert 4 == run.code
    assert "ending in …cdef came from: config file." in run.err
    assert KEY not in everywhere(kie, server)


@pytest.mark.parametrize("name", ["KIE_API_KEY", "KIE_AI_API_KEY"])
def test_either_variable_gives_the_key(kie, server, name):
    del kie.env["KIE_API_KEY"]
    server.answer("createTask", "create.401")

    run = kie("create -p hat", **{"KIE_API_KEY": "", name: f" Bearer {KEY} "})

    assert f"Bearer {KEY}" == server.posts()[0].headers["authorization"]
    assert f"ending in …cdef came from: environment ({name})." in run.err
    assert KEY not in run.err


def test_the_first_variable_wins(kie, server):
    kie("create -p hat", KIE_AI_API_KEY="another-key-0123456789")

    assert f"Bearer {KEY}" == server.posts()[0].headers["authorization"]


def test_empty_variables_are_unset(kie, server):
    empty = ("KIE_AI_API_KEY", "KIE_MODEL", "KIE_TIMEOUT", "KIE_OUTPUT_DIR", "KIE_CALLBACK_URL")
    more = ("KIE_STATE_DIR", "KIE_CONFIG_DIR", "KIE_SANDBOX", "KIE_SANDBOX_SCENARIO", "KIE_DEBUG")

    assert 0 == kie("create -p hat", **dict.fromkeys(empty + more, "")).code
    assert len(server.posts()) == 1


@pytest.mark.parametrize("value", ["", "  "])
def test_without_a_key_nothing_is_sent(kie, server, value):
    run = kie("create -p hat --json", KIE_API_KEY=value)

    error = json.loads(run.err)["error"]
    assert (4, "bad_key") == (run.code, error["kind"])
    assert "kie config set token" in error["hint"]
    assert [] == server.requests


@pytest.mark.parametrize(
    ("key", "says"),
    [("short", "it has 5 characters"), ("key-with-ümlaut-0123", "character 10 is U+00FC")],
)
def test_a_key_that_cannot_be_one_is_not_sent_and_not_shown(kie, server, rows, key, says):
    run = kie("create -p hat", KIE_API_KEY=key)

    assert 4 == run.code
    assert says in run.err
    assert key not in run.err
    assert [] == server.requests
    assert [] == rows(), "found before there is a row"


def test_a_saved_key_goes_to_its_own_hosts_alone(kie, server):
    del kie.env["KIE_API_KEY"]
    kie("config set token -", stdin=KEY)
    other = Loopback()

    for variable in ("KIE_BASE_URL", "KIE_UPLOAD_URL"):
        run = kie("create -p hat", **{variable: other.api})
        assert 4 == run.code
        assert "The saved API key is for" in run.err
        assert "set KIE_API_KEY" in run.err
    assert 0 == kie("create -p hat", KIE_BASE_URL=other.api, KIE_API_KEY=KEY).code
    assert 0 == kie("create -p hat").code
    other.close()

    assert (1, 1) == (len(server.posts()), len(other.posts()))
    assert KEY not in "".join(run.out + run.err for run in kie.runs)


def test_a_token_command_gives_the_key_for_its_hosts(kie, server):
    del kie.env["KIE_API_KEY"]
    script = f'echo "$KIE_AI_API_KEY{KEY}"; echo second line; echo noise >&2'
    kie(["config", "set", "token_command", script.replace(KEY, "$(cat key)")])
    Path("key").write_text(KEY)
    server.answer("createTask", "create.401")

    run = kie("create -p hat -v")

    assert f"Bearer {KEY}" == server.posts()[0].headers["authorization"]
    assert "came from: token_command." in run.err
    assert "noise" not in run.err
    assert KEY not in everywhere(kie)
    assert 4 == kie("create -p hat", KIE_BASE_URL=server.result).code


@pytest.mark.parametrize(
    ("command", "says"),
    [("echo broken >&2; exit 3", "failed (exit code 3)"), ("true", "printed no key")],
)
def test_a_token_command_that_fails_is_told(kie, server, command, says):
    del kie.env["KIE_API_KEY"]
    kie(["config", "set", "token_command", command])

    run = kie("create -p hat")

    assert (4, []) == (run.code, server.requests)
    assert says in run.err
    assert ("It said: broken" in run.err) == ("broken" in command)


def test_results_are_fetched_without_the_key(kie, server):
    kie("create -p hat -d")

    fetched = [request for request in server.requests if request.host == "result"]
    assert ["authorization" in request.headers for request in fetched] == [False]
