"""`kie config`: the key and the other settings, saved for their owner alone."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

import pexpect
import pytest
from conftest import KEY, PROGRAM, environment

NAMES = [
    *("token", "token_command", "model", "timeout", "output_dir", "callback_url", "webhook_key"),
    *("base_url", "upload_url", "record_prompts", "rate_limit", "ask_above"),
    *("max_credits_per_task", "max_credits_per_day"),
]


@pytest.fixture
def keyless(kie):
    del kie.env["KIE_API_KEY"]
    return kie


def file_of(kie) -> Path:
    return kie.home / ".config/kie/config.toml"


@pytest.mark.parametrize("text", [KEY, f"{KEY}\n", f"  Bearer {KEY}\r\n", f"{KEY}\nmore\n"])
def test_the_key_comes_from_stdin(keyless, text):
    old = os.umask(0)
    try:
        run = keyless("config set token -", stdin=text)
    finally:
        os.umask(old)

    file = file_of(keyless)
    assert (0, "") == (run.code, run.out)
    assert f"Saved the key ending in cdef to {file} (only you can read it)\n" == run.err
    assert f'token = "{KEY}"' in file.read_text()
    assert (0o600, 0o700) == (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777)
    assert 0 == keyless("create -p hat").code


def test_a_short_key_is_not_shown_at_all(keyless):
    run = keyless("config set token -", stdin="12345678")

    assert run.err.startswith("Saved the key to ")
    assert "5678" not in run.err + keyless("config list").out


@pytest.mark.parametrize("text", ["", "\n", "short", "with blank inside-0123", "\udcff" * 20])
def test_what_is_no_key_is_not_saved(keyless, text):
    run = keyless("config set token -", stdin=text.encode("utf-8", "surrogateescape"))

    assert 4 == run.code
    assert "cannot be used" in run.err
    assert not file_of(keyless).exists()
    assert not text.strip() or text.strip() not in run.err


@pytest.mark.parametrize("flags", [KEY, f"{KEY} --json", f"-- {KEY}"])
def test_the_key_is_never_an_argument(keyless, flags):
    run = keyless(f"config set token {flags}")

    assert (2, "") == (run.code, run.out)
    assert "The key is never an argument" in run.err
    assert "reset it at https://kie.ai/api-key" in run.err
    assert KEY not in run.err
    assert not file_of(keyless).exists()


def test_a_key_in_the_place_of_a_setting_is_not_repeated(keyless):
    run = keyless(f"config set {KEY} x")

    assert 2 == run.code
    assert KEY not in run.err


@pytest.mark.parametrize("command", ["config set token", "config set token -"])
def test_a_terminal_is_asked_without_showing_the_key(own_home, server, command):
    child = pexpect.spawn(
        str(PROGRAM),
        shlex.split(command),
        env=environment(own_home, server, KIE_API_KEY=""),
        timeout=30,
        encoding="utf-8",
    )
    child.expect(r"API key \(not shown\): ")
    child.sendline(KEY)
    child.expect(pexpect.EOF)
    child.close()

    assert 0 == child.exitstatus
    assert "Saved the key ending in cdef" in child.before
    assert KEY not in child.before
    assert KEY in (own_home / ".config/kie/config.toml").read_text()


@pytest.mark.parametrize(("key", "status", "signal"), [("\x04", 4, None), ("\x03", None, 2)])
def test_asking_can_be_ended(own_home, server, key, status, signal):
    child = pexpect.spawn(
        str(PROGRAM),
        ["config", "set", "token"],
        env=environment(own_home, server),
        timeout=30,
        encoding="utf-8",
    )
    child.expect(r"API key \(not shown\): ")
    child.send(key)
    child.expect(pexpect.EOF)
    child.close()

    assert (status, signal) == (child.exitstatus, child.signalstatus)
    assert "Traceback" not in child.before
    assert "bug" not in child.before
    assert not (own_home / ".config/kie/config.toml").exists()


@pytest.mark.parametrize(
    ("command", "tty"),
    [
        ("config set token", ""),
        ("config set token --no-input", "in"),
        ("config set token - --no-input", "in"),
    ],
)
def test_without_a_terminal_the_pipe_is_named(keyless, command, tty):
    run = keyless(command, stdin="x", tty=tty)

    assert 2 == run.code
    assert "pass show kie | kie config set token -" in run.err


@pytest.mark.parametrize(
    ("command", "code"), [("config set token -", 2), ("config set model -", 2), ("create -p -", 2)]
)
def test_a_closed_stdin_is_told(own_home, server, command, code):
    found = subprocess.run(
        ["sh", "-c", f'"$KIE" {command} <&-'],
        env={**environment(own_home, server), "KIE": str(PROGRAM)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (code, "") == (found.returncode, found.stdout)
    assert "bug" not in found.stderr
    assert [] == server.requests


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("model", "flux-2/flex-image-to-image", "flux-2/flex-image-to-image"),
        ("timeout", "1h30m", "1h30m"),
        ("timeout", "none", "none"),
        ("output_dir", "out/", "out/"),
        ("callback_url", "https://example.org/x?y=1", "https://example.org/x?y=1"),
        ("record_prompts", "no", "false"),
        ("token_command", "pass show kie | head -1", "pass show kie | head -1"),
    ],
)
@pytest.mark.parametrize("piped", [False, True])
def test_a_setting_can_be_set_got_and_unset(kie, name, text, shown, piped):
    args = ["config", "set", name, "-" if piped else text]
    run = kie(args, stdin=f"{text}\n")
    assert (0, f"Saved {name} to {file_of(kie)}\n") == (run.code, run.err)

    assert [shown] == kie(f"config get {name}").lines
    assert [{"key": name, "value": shown, "source": "config file"}] == kie(
        f"config get {name} --json"
    ).json

    assert f"Removed {name}.\n" == kie(f"config unset {name}").err
    assert f"{name} was not set in the config file.\n" == kie(f"config unset {name}").err
    assert "config file" not in kie(f"config get {name} --json").out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("timeout", "soon"),
        ("callback_url", "nowhere"),
        ("base_url", "http://example.org"),
        ("base_url", "https://user:secret@example.org"),
        ("upload_url", "ftp://example.org"),
        ("record_prompts", "perhaps"),
        ("model", " "),
        ("output_dir", ""),
    ],
)
def test_a_wrong_value_is_not_saved(kie, name, text):
    run = kie(["config", "set", name, text])

    assert (2, "") == (run.code, run.out)
    assert f"kie: {name}: " in run.err
    assert "secret" not in run.err
    assert not file_of(kie).exists()


@pytest.mark.parametrize("verb", ["get modle", "set modle x", "unset modle"])
def test_an_unknown_setting_is_told_with_the_near_one(kie, verb):
    run = kie(f"config {verb}")

    assert (2, "") == (run.code, run.out)
    assert "There is no such setting. Did you mean model?" in run.err
    assert f"Settings: {', '.join(NAMES)}" in run.err


def test_set_needs_a_value(kie):
    run = kie("config set model")

    assert 2 == run.code
    assert "kie config set model VALUE" in run.err


def test_a_wrong_value_in_the_file_can_be_removed(kie):
    file_of(kie).parent.mkdir(parents=True)
    file_of(kie).write_text('# mine\ntimeout = "soon"\nmodel = "x/y"\n')
    file_of(kie).chmod(0o600)
    assert "kie: timeout from the config file: not a duration" in kie("config get timeout").err
    assert "not usable: timeout from the config file" in kie("config list").out

    assert 0 == kie("config unset timeout").code

    assert '# mine\nmodel = "x/y"\n' == file_of(kie).read_text()


def test_list_tells_each_value_and_its_source(kie, server):
    kie("config set model a/b")

    run = kie("config list", KIE_TIMEOUT="90s")

    assert [
        ["token", "…cdef", "environment (KIE_API_KEY)"],
        ["token_command", "", "default"],
        ["model", "a/b", "config file"],
        ["timeout", "90s", "environment (KIE_TIMEOUT)"],
        ["output_dir", ".", "default"],
        ["callback_url", "", "default"],
        ["webhook_key", "", "default"],
        ["base_url", server.api, "environment (KIE_BASE_URL)"],
        ["upload_url", server.upload, "environment (KIE_UPLOAD_URL)"],
        ["record_prompts", "true", "default"],
        ["rate_limit", "20", "default"],
        ["ask_above", "100", "default"],
        ["max_credits_per_task", "", "default"],
        ["max_credits_per_day", "", "default"],
    ] == [line.split("\t") for line in run.lines]
    as_json = kie("config list --json")
    assert NAMES == [setting["key"] for setting in as_json.json]
    assert as_json.json[1]["value"] is None
    assert kie("config list --color never", tty="out").lines[0].split() == [
        "KEY",
        "VALUE",
        "SOURCE",
    ]


def test_the_order_is_flag_environment_file_default(kie, server):
    kie("config set model flux-2/flex-text-to-image")

    kie("create -p hat")
    kie("create -p hat", KIE_MODEL="flux-2/pro-text-to-image")
    kie("create -p hat -m new/model", KIE_MODEL="flux-2/pro-text-to-image")

    assert ["flux-2/flex-text-to-image", "flux-2/pro-text-to-image", "new/model"] == [
        post.json["model"] for post in server.posts()
    ]


def test_path_names_the_file(kie):
    assert [str(file_of(kie))] == kie("config path").lines
    assert [{"path": str(file_of(kie))}] == kie("config path --json").json
    assert ["/x/config.toml"] == kie("config path", KIE_CONFIG_DIR="/x").lines
    assert ["/y/kie/config.toml"] == kie("config path", XDG_CONFIG_HOME="/y").lines


def test_a_file_that_others_can_read_is_warned_about(kie):
    kie("config set model a/b")
    file_of(kie).chmod(0o644)

    run = kie("config get model")

    assert (0, ["a/b"]) == (run.code, run.lines)
    assert f"chmod 600 {file_of(kie)}" in run.err
    assert "warning" in json.loads(kie("config get model --json").err)


def test_a_damaged_file_ends_everything_before_anything_is_sent(kie, server):
    kie("config set model a/b")
    file_of(kie).write_text(f'token = "{KEY}')

    for command in ("create -p hat", "config list", "config set model x/y", "config unset model"):
        run = kie(command)
        assert (11, "") == (run.code, run.out)
        assert "it is no TOML at line 1" in run.err
        assert KEY not in run.err
    assert f'token = "{KEY}' == file_of(kie).read_text()
    assert [] == server.requests


def test_without_a_home_the_environment_is_enough_to_read(kie, monkeypatch):
    import pwd

    def nobody(uid):
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    del kie.env["HOME"]

    assert ["…cdef"] == kie("config get token").lines
    for command in ("config path", "config set model a/b"):
        run = kie(command)
        assert 11 == run.code
        assert "KIE_CONFIG_DIR" in run.err


def test_a_command_saved_for_one_host_leaves_a_key_bound_to_its_own(keyless):
    """Each is bound for itself: saving the one never sends the other somewhere new."""
    keyless("config set token -", stdin=KEY)
    keyless(
        ["config", "set", "token_command", "echo other-key-0123"], KIE_BASE_URL="https://b.example"
    )

    run = keyless("credits", KIE_BASE_URL="https://b.example")

    assert 4 == run.code
    assert "The saved API key is for" in run.err
    assert 0 == keyless("credits").code


def test_a_setting_without_a_value_is_explained(kie):
    run = kie("config set timeout")

    assert 2 == run.code
    assert "Which value for timeout?" in run.err
    assert "how long to wait for a task: 90s, 15m" in run.err
