from __future__ import annotations

import os
import subprocess
import time

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from kie_cli.config.key import find_key, origins_in_use, save_key
from kie_cli.core.secret import Secret
from kie_cli.errors import BadKey, KieError, LocalFiles, WrongInput

KEY = "kie-7f3b9d21c4e8a65013f2"


def said(error: KieError) -> str:
    return "\n".join((error.message, *error.hints))


def test_the_environment_wins_over_the_file(settings, write):
    write('token = "saved-0000000"')

    key = find_key(settings(KIE_API_KEY=f" Bearer {KEY}\n"))

    assert (Secret(KEY), "environment (KIE_API_KEY)") == (key.secret, key.source)
    assert KEY not in repr(key)


def test_the_saved_token_wins_over_the_command(settings, write):
    write(f'token = "{KEY}"\ntoken_command = "exit 1"')

    assert "config file" == find_key(settings()).source


def test_without_a_key_the_way_to_one_is_told(settings):
    with pytest.raises(BadKey) as caught:
        find_key(settings(KIE_API_KEY=""))

    assert "There is no API key. Nothing was sent." == caught.value.message
    assert caught.value.hints == (
        "Get one: https://kie.ai/api-key",
        "Save it: kie config set token   (asks for it; in scripts: set KIE_API_KEY)",
        "To try without a key: add --sandbox",
    )


TAINT = st.sampled_from(["\n", "\u200b", "\0", "é", " ", "\ufeff", "\x7f"])


@given(
    head=st.text("0123456789abcdef", min_size=5, max_size=600),
    tail=st.text("0123456789abcdef", min_size=5, max_size=20),
    taint=TAINT,
    source=st.sampled_from(["environment", "file", "command"]),
)
@profile(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_error_shows_five_characters_of_a_bad_key(settings, file, head, tail, taint, source):
    key = f"KEY{head}{taint}{tail}YEK".replace("\0", "\x01" if source != "file" else "\0")
    environ = {"KIE_API_KEY": key} if source == "environment" else {}
    if source == "file":
        file.set({"token": key})
    elif source == "command":
        # What is behind a line's end is another line.
        key = key.replace("\n", "\t")
        file.set({"token_command": "true"})
    done = subprocess.CompletedProcess("", 0, key.encode(), key.encode())
    try:
        with pytest.raises(BadKey) as caught:
            find_key(settings(**environ), run=lambda *args, **more: done)
    finally:
        file.unset("token")
        file.unset("token_command")

    text = said(caught.value)
    assert not [key[i : i + 5] for i in range(len(key) - 4) if key[i : i + 5] in text]


# token_command


def command(write, text: str) -> None:
    write(f"token_command = '''{text}'''")


@pytest.mark.parametrize(
    "text",
    [
        f"echo {KEY}",
        f"printf '{KEY}\\r\\nuser: ada\\n' | cat",
        f"echo 'Bearer {KEY}'; echo more",
        f"echo unlocked >&2; echo {KEY} | head -1",
    ],
)
def test_the_first_output_line_of_the_command_is_the_key(settings, write, text):
    command(write, text)

    key = find_key(settings())

    assert (Secret(KEY), "token_command") == (key.secret, key.source)


def test_the_command_gets_the_environment_without_a_key_and_no_stdin(settings, write):
    command(write, 'test -z "$KIE_API_KEY$KIE_AI_API_KEY" && ! read line && echo "$MINE"')
    environ = {"KIE_API_KEY": "", "KIE_AI_API_KEY": "", "MINE": KEY}

    assert Secret(KEY) == find_key(settings(**environ)).secret


def test_what_is_piped_into_kie_is_not_the_commands(settings, write, tmp_path):
    """It may be the prompt."""
    command(write, f"read line && exit 3; echo {KEY}")
    piped, stdin = tmp_path / "prompt", os.dup(0)
    piped.write_text("a hat\n")
    with piped.open() as file:
        os.dup2(file.fileno(), 0)
    try:
        assert Secret(KEY) == find_key(settings()).secret
    finally:
        os.dup2(stdin, 0)
        os.close(stdin)


def test_the_environment_of_the_command_never_names_a_key_variable(settings, write):
    command(write, "x")
    seen = {}

    def run(line, **more):
        seen.update(more)
        return subprocess.CompletedProcess(line, 0, KEY.encode(), b"")

    find_key(settings(KIE_API_KEY="", KIE_AI_API_KEY=""), run=run)

    assert not {"KIE_API_KEY", "KIE_AI_API_KEY"} & set(seen["env"])
    assert 30 == seen["timeout"]
    assert 30 == seen["timeout"]


@pytest.mark.parametrize(
    ("text", "problem", "detail"),
    [
        ("echo 'vault is locked' >&2; exit 3", "failed (exit code 3)", "vault is locked"),
        ("no-such-program-here", "failed (exit code 127)", "not found"),
        ("kill -9 $$", "failed (exit code -9)", "KIE_API_KEY"),
        ("true", "printed no key", "KIE_API_KEY"),
        ("echo gone >&2; echo; echo second", "printed no key", "gone"),
        ("false | cat", "printed no key", "kie config set token_command"),
    ],
)
def test_a_command_that_fails_is_exit_4_with_its_own_words(settings, write, text, problem, detail):
    command(write, text)

    with pytest.raises(BadKey) as caught:
        find_key(settings())
    assert problem in caught.value.message
    assert detail in said(caught.value)


MEND = "Mend it: kie config set token_command ...   Or set KIE_API_KEY"


def test_a_failing_command_that_repeats_the_key_does_not_show_it(settings, write):
    command(write, f"echo {KEY}; echo 'got {KEY}' >&2; exit 1")

    with pytest.raises(BadKey, match="exit code 1") as caught:
        find_key(settings())
    assert ("It said: got …", MEND) == caught.value.hints


def test_a_hanging_command_that_repeats_the_key_does_not_show_it(settings, write):
    command(write, "x")

    def run(line, **more):
        raise subprocess.TimeoutExpired(line, 30, KEY.encode(), f"got {KEY}".encode())

    with pytest.raises(BadKey, match="did not end within 30 s") as caught:
        find_key(settings(), run=run)
    assert ("It said: got …", MEND) == caught.value.hints


def test_a_command_may_complain_in_any_encoding(settings, write):
    command(write, "printf 'ge\\344ndert' >&2; exit 1")

    with pytest.raises(BadKey) as caught:
        find_key(settings())
    assert ("It said: ge\N{REPLACEMENT CHARACTER}ndert", MEND) == caught.value.hints


def test_a_command_that_prints_rubbish_is_refused_by_place(settings, write):
    command(write, "printf 'kie-\\377abcdefgh'")

    with pytest.raises(BadKey, match=r"token_command cannot be used: character 5 is U\+FFFD"):
        find_key(settings())


def test_a_long_complaint_is_cut(settings, write):
    command(write, "head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1")

    with pytest.raises(BadKey) as caught:
        find_key(settings())
    assert ("It said: " + "x" * 500, MEND) == caught.value.hints


@pytest.mark.parametrize("text", ["sleep 5", "echo asking >&2; sleep 5 | cat"])
def test_a_command_that_hangs_is_given_up(settings, write, text):
    command(write, text)
    began = time.monotonic()

    def hurried(line, **more):
        return subprocess.run(line, **{**more, "timeout": 0.2}, check=False)

    with pytest.raises(BadKey, match=r"did not end within 0\.2 s") as caught:
        find_key(settings(), run=lambda line, check, **more: hurried(line, **more))
    assert time.monotonic() - began < 3
    assert ("It said: asking" in caught.value.hints) == ("asking" in text)


def test_a_machine_without_a_shell_is_told(settings, write):
    command(write, "x")

    def run(*args, **more):
        raise FileNotFoundError(2, "No such file or directory")

    with pytest.raises(BadKey) as caught:
        find_key(settings(), run=run)
    assert (
        "token_command cannot be run (No such file or directory), so there is no API key. "
        "Nothing was sent."
    ) == caught.value.message
    assert (MEND,) == caught.value.hints


def test_a_command_that_ends_well_and_says_nothing_gave_no_key(settings, write):
    command(write, "true")

    with pytest.raises(BadKey) as caught:
        find_key(settings())
    assert (
        "token_command printed no key in its first line, so there is no API key. Nothing was sent."
    ) == caught.value.message
    assert (MEND,) == caught.value.hints


# The hosts of a saved key


ELSEWHERE = "https://proxy.example:8443"


@pytest.mark.parametrize("saved", [f'token = "{KEY}"', "token_command = 'touch ran; echo x'"])
@pytest.mark.parametrize("variable", ["KIE_BASE_URL", "KIE_UPLOAD_URL"])
def test_a_saved_key_goes_to_no_other_host(settings, write, saved, variable, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(saved)

    with pytest.raises(BadKey) as caught:
        find_key(settings(**{variable: f"{ELSEWHERE}/x"}))
    assert caught.value.message == (
        "The saved API key is for https://api.kie.ai and https://kieai.redpandaai.co; "
        f"{variable[4:].lower()} from the environment ({variable}) is {ELSEWHERE}. "
        "Nothing was sent."
    )
    assert "To use a key there: set KIE_API_KEY" == caught.value.hints[0]
    assert "kie config set token" in caught.value.hints[1]
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "url",
    ["http://localhost:1", "https://api.kie.ai:8443", "https://api.kie.ai.evil.example",
     "https://api.kie.ai."],
)  # fmt: skip
def test_only_the_exact_origin_counts(settings, write, url):
    write(f'token = "{KEY}"')

    with pytest.raises(BadKey, match="saved API key is for"):
        find_key(settings(KIE_BASE_URL=url))


def test_another_path_on_the_same_host_is_the_same_host(settings, write):
    write(f'token = "{KEY}"')

    assert Secret(KEY) == find_key(settings(KIE_BASE_URL="https://API.kie.ai:443/v2/")).secret


def test_a_key_of_the_environment_goes_where_the_environment_says(settings):
    environ = {"KIE_BASE_URL": ELSEWHERE, "KIE_API_KEY": KEY}

    assert Secret(KEY) == find_key(settings(**environ)).secret


def test_a_base_url_of_the_file_does_not_unbind_the_key(settings, write):
    write(f'token = "{KEY}"\nbase_url = "{ELSEWHERE}"')

    with pytest.raises(BadKey, match="base_url from the config file"):
        find_key(settings())


@pytest.mark.parametrize(
    ("value", "hosts"),
    [
        ('"https://api.kie.ai"', "no host"),
        ("[]", "no host"),
        ("[1]", "1"),
        ("true", "no host"),
        ("{}", "no host"),
    ],
)
def test_an_unreadable_list_of_hosts_frees_nothing(settings, write, value, hosts):
    write(f'token = "{KEY}"\ntoken_for = {value}')

    with pytest.raises(BadKey, match=f"saved API key is for {hosts}; "):
        find_key(settings())


# Saving


def test_a_saved_key_is_clean_and_bound_to_the_hosts_in_use(settings, file, write):
    write("# mine\nmodel = 'm'\n")
    there = settings(KIE_BASE_URL=f"{ELSEWHERE}/v1")

    key = save_key(there, file, f"Bearer {KEY}\n")

    assert (Secret(KEY), "config file") == (key.secret, key.source)
    assert KEY == file.read()["token"]
    assert [ELSEWHERE, "https://kieai.redpandaai.co"] == file.read()["token_for"]
    assert "# mine" in file.path.read_text()
    assert Secret(KEY) == find_key(there).secret
    with pytest.raises(BadKey):
        find_key(settings())


def test_one_host_for_both_is_kept_once(settings):
    environ = {"KIE_BASE_URL": ELSEWHERE, "KIE_UPLOAD_URL": ELSEWHERE}

    assert [ELSEWHERE] == origins_in_use(settings(**environ))


@pytest.mark.parametrize("text", ["", "short", "two words in it", f"{KEY}\n{KEY}"])
def test_a_bad_key_is_not_saved(settings, file, text):
    with pytest.raises(BadKey, match="API key from the input cannot be used"):
        save_key(settings(), file, text)
    assert not file.path.exists()


def test_a_key_is_not_saved_for_a_bad_host_nor_into_a_damaged_file(settings, file, write):
    with pytest.raises(WrongInput):
        save_key(settings(KIE_BASE_URL="http://a.example"), file, KEY)
    write("model = ")
    with pytest.raises(LocalFiles):
        save_key(settings(), file, KEY)
    assert "model = " == file.path.read_text()
