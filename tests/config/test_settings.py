from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_cli.config.settings import (
    FIELDS,
    Setting,
    check_url,
    check_value,
    origin_of,
)
from kie_cli.errors import BadKey, LocalFiles, WrongInput

KEY = "kie-7f3b9d21c4e8a65013f2"


def test_the_order_is_flag_environment_file_default_and_each_names_its_source(settings, write):
    assert Setting(900.0, "default") == settings().get("timeout")
    write('timeout = "10m"')
    assert Setting(600.0, "config file") == settings().get("timeout")
    assert Setting(300.0, "environment (KIE_TIMEOUT)") == settings(KIE_TIMEOUT="5m").get("timeout")
    assert Setting(60.0, "--timeout") == settings(KIE_TIMEOUT="5m").get("timeout", flag="1m")


@pytest.mark.parametrize(
    ("name", "variable", "value"),
    [
        ("model", "KIE_MODEL", "nano-banana-pro"),
        ("output_dir", "KIE_OUTPUT_DIR", "out"),
        ("callback_url", "KIE_CALLBACK_URL", "https://example.com/hook?x=1"),
        ("base_url", "KIE_BASE_URL", "https://proxy.example"),
        ("upload_url", "KIE_UPLOAD_URL", "http://127.0.0.1:8080"),
    ],
)
def test_each_setting_has_its_variable(settings, name, variable, value):
    assert Setting(value, f"environment ({variable})") == settings(**{variable: value}).get(name)


def test_the_defaults_are_the_documented_ones(settings):
    values = {name: settings().get(name).value for name in FIELDS}

    assert values == {
        "token": None,
        "token_command": None,
        "model": "flux-2/pro-image-to-image",
        "timeout": 900.0,
        "output_dir": ".",
        "callback_url": None,
        "webhook_key": None,
        "base_url": "https://api.kie.ai",
        "upload_url": "https://kieai.redpandaai.co",
        "record_prompts": True,
        "rate_limit": 20,
        "ask_above": 100.0,
        "max_credits_per_task": None,
        "max_credits_per_day": None,
    }


def test_the_first_key_variable_wins_over_the_second_and_empty_is_unset(settings):
    both = settings(KIE_API_KEY=KEY, KIE_AI_API_KEY="other-key-0000")
    assert "environment (KIE_API_KEY)" == both.get("token").source
    second = settings(KIE_API_KEY="", KIE_AI_API_KEY="other-key-0000")
    assert "environment (KIE_AI_API_KEY)" == second.get("token").source


def test_empty_variables_and_empty_file_values_are_unset(settings, write):
    write('model = ""\ntoken = ""')

    assert "default" == settings(KIE_MODEL="").get("model").source
    assert Setting(None, "default") == settings(KIE_API_KEY="").get("token")


def test_record_prompts_and_token_command_have_no_variable(settings):
    environ = {"KIE_RECORD_PROMPTS": "false", "KIE_TOKEN_COMMAND": "echo x"}

    assert settings(**environ).get("record_prompts").value is True
    assert settings(**environ).get("token_command").value is None


def test_the_file_may_hold_numbers_and_truths_where_they_make_sense(settings, write):
    write("timeout = 90\nrecord_prompts = false")
    assert 90.0 == settings().get("timeout").value
    assert settings().get("record_prompts").value is False
    write('timeout = 2.5\nrecord_prompts = "no"')
    assert 2.5 == settings().get("timeout").value
    assert settings().get("record_prompts").value is False


@pytest.mark.parametrize(
    ("text", "value", "shown"), [("0", 0.0, "0"), ("20", 20.0, "20"), ("'2.5'", 2.5, "2.5")]
)
def test_a_limit_of_credits_is_a_number_and_shown_as_it_was_written(
    settings, write, text, value, shown
):
    write(f"max_credits_per_day = {text}")

    assert Setting(value, "config file") == settings().get("max_credits_per_day")
    assert (shown, "config file") == settings().shown("max_credits_per_day")
    assert ("", "default") == settings().shown("max_credits_per_task")


def test_the_limit_of_a_task_has_a_shorter_flag_and_no_variable(settings):
    given = settings(KIE_MAX_CREDITS_PER_TASK="1")

    assert Setting(5.0, "--max-credits") == given.get("max_credits_per_task", flag="5")
    assert given.get("max_credits_per_task").value is None


def test_none_is_no_limit(settings):
    assert Setting(None, "--timeout") == settings(KIE_TIMEOUT="5m").get("timeout", flag="none")


def test_a_flag_of_nothing_is_still_a_flag(settings):
    with pytest.raises(WrongInput, match=r"^--model: it must be one line of text"):
        settings(KIE_MODEL="x").get("model", flag="")


def test_a_flag_is_named_as_its_setting_or_as_people_know_it(settings):
    assert Setting(0.0, "--timeout") == settings().get("timeout", flag="0")
    assert Setting("out/", "--output") == settings().get("output_dir", flag="out/")
    assert "--callback-url" == settings().get("callback_url", flag="https://a.b").source


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("model = 5", "model", "model from the config file: it must be text."),
        ("model = ['a']", "model", "model from the config file: it must be text."),
        ("model = ' '", "model", "model from the config file: it must be one line of text."),
        ("timeout = true", "timeout", "from the config file: it must be text or a number."),
        ("timeout = -1", "timeout", 'from the config file: not a duration: "-1". Write 90s,'),
        ("timeout = nan", "timeout", 'timeout from the config file: not a duration: "nan".'),
        ("record_prompts = 1", "record_prompts", "it must be text or true or false"),
        ("record_prompts = 'maybe'", "record_prompts", "config file: write true or false."),
        ('output_dir = "a\\u0000b"', "output_dir", "config file: it must be the name of a folder."),
        ("callback_url = 'a.b'", "callback_url", "config file: write a whole address: https://..."),
        ("token = 5", "token", "token from the config file: it must be text."),
        ("max_credits_per_day = -1", "max_credits_per_day", "a number of credits, 0 or more"),
        ("max_credits_per_day = nan", "max_credits_per_day", "a number of credits, 0 or more"),
        ("max_credits_per_day = ' '", "max_credits_per_day", "a number of credits, 0 or more"),
        ("max_credits_per_task = true", "max_credits_per_task", "must be text or a number."),
        ("max_credits_per_task = '٣'", "max_credits_per_task", "a number of credits, 0 or more"),
    ],
)  # fmt: skip
def test_a_wrong_value_in_the_file_is_told_with_its_place(settings, write, text, name, message):
    write(text)

    with pytest.raises(WrongInput) as caught:
        settings().get(name)
    assert message in caught.value.message


def test_a_wrong_variable_is_named(settings):
    with pytest.raises(WrongInput) as caught:
        settings(KIE_TIMEOUT="abc").get("timeout")

    assert caught.value.message == (
        'timeout from the environment (KIE_TIMEOUT): not a duration: "abc". '
        "Write 90s, 15m, 1h30m, plain seconds, or none."
    )


def test_a_home_sign_in_the_output_folder_is_resolved(settings, monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")

    assert "/home/ada/art/" == settings(KIE_OUTPUT_DIR="~/art/").get("output_dir").value


def test_a_mistyped_name_gets_a_suggestion_and_is_not_repeated(settings):
    for act in (lambda: settings().get("timout"), lambda: check_value("timout", "1m")):
        with pytest.raises(WrongInput, match="Did you mean timeout"):
            act()
    with pytest.raises(WrongInput) as caught:
        check_value(KEY, "x")
    assert "There is no such setting." == caught.value.message
    assert KEY not in str(caught.value.hints)
    assert (f"Settings: {', '.join(FIELDS)}",) == caught.value.hints


def test_a_bad_key_is_exit_4_with_its_source(settings):
    with pytest.raises(BadKey, match=r"from environment \(KIE_API_KEY\) cannot be used"):
        settings(KIE_API_KEY="two words").get("token")


def test_a_damaged_file_is_no_default(settings, write):
    write("model = ")

    with pytest.raises(LocalFiles):
        settings().get("model")


def test_everything_shows_value_and_source_and_masks_the_key(settings, write):
    write(f'token = "{KEY}"\nrecord_prompts = false\ntimeout = "1h"\nunknown = 1')

    rows = settings(KIE_MODEL="m", KIE_WEBHOOK_KEY="a-key-of-mine").everything()

    assert rows == [
        ("token", "…13f2", "config file"),
        ("token_command", "", "default"),
        ("model", "m", "environment (KIE_MODEL)"),
        ("timeout", "1h", "config file"),
        ("output_dir", ".", "default"),
        ("callback_url", "", "default"),
        ("webhook_key", "…mine", "environment (KIE_WEBHOOK_KEY)"),
        ("base_url", "https://api.kie.ai", "default"),
        ("upload_url", "https://kieai.redpandaai.co", "default"),
        ("record_prompts", "false", "config file"),
        ("rate_limit", "20", "default"),
        ("ask_above", "100", "default"),
        ("max_credits_per_task", "", "default"),
        ("max_credits_per_day", "", "default"),
    ]


def test_what_is_shown_is_the_value_in_use(settings):
    environ = {"KIE_BASE_URL": "HTTPS://Proxy.example/", "KIE_TIMEOUT": "1h30m"}

    assert "https://proxy.example" == settings(**environ).shown("base_url")[0]
    assert "1h30m" == settings(**environ).shown("timeout")[0]


def test_everything_shows_why_a_wrong_value_is_wrong_but_no_secret_in_it(settings, write):
    write("timeout = 'abc'")
    environ = {"KIE_BASE_URL": f"https://me:{KEY}@kie.ai", "KIE_API_KEY": f"{KEY} {KEY}"}

    rows = {name: shown for name, shown, _ in settings(**environ).everything()}

    assert rows["timeout"].startswith("not usable: timeout from the config file: not a duration")
    assert rows["base_url"].startswith("not usable: ")
    assert rows["token"].startswith("not usable: ")
    assert KEY[:5] not in str(rows)


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("timeout", " 15m ", "15m"),
        ("timeout", "none", "none"),
        ("record_prompts", "No", False),
        ("record_prompts", "TRUE", True),
        ("record_prompts", "Yes", True),
        ("record_prompts", "1", True),
        ("record_prompts", "0", False),
        ("record_prompts", "false", False),
        ("callback_url", " HTTPS://Example.com/Hook?x=1 ", "HTTPS://Example.com/Hook?x=1"),
        ("base_url", "https://API.kie.ai:443/", "https://api.kie.ai"),
        ("model", " m ", "m"),
        ("token_command", "pass show kie | head -1", "pass show kie | head -1"),
        ("webhook_key", " a-key-of-mine ", "a-key-of-mine"),
    ],
)
def test_config_set_keeps_a_checked_value(name, text, kept):
    assert kept == check_value(name, text)


def test_what_config_set_keeps_can_be_read_back(settings, file):
    for name, text in {"timeout": "none", "record_prompts": "no", "model": "m"}.items():
        file.set({name: check_value(name, text)})

    values = [settings().get(name).value for name in ("timeout", "record_prompts", "model")]
    assert [None, False, "m"] == values


def test_config_set_takes_no_key_as_an_argument():
    with pytest.raises(WrongInput) as caught:
        check_value("token", KEY)

    assert "The key is never an argument." == caught.value.message
    assert ("kie config set token asks for it.",) == caught.value.hints


def test_config_set_names_the_setting_that_is_wrong():
    with pytest.raises(WrongInput) as caught:
        check_value("record_prompts", "maybe")

    assert "record_prompts: write true or false." == caught.value.message


@pytest.mark.parametrize("text", ["short", "two\nlines of it", "", "\ud800\ud800\ud800\ud800" * 2])
def test_a_webhook_key_that_cannot_be_one_is_refused_and_not_shown(text):
    with pytest.raises(WrongInput) as caught:
        check_value("webhook_key", text)

    assert caught.value.message.startswith("webhook_key: it must ")
    assert not text or text not in caught.value.message


# Base URLs


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://api.kie.ai", "https://api.kie.ai"),
        ("HTTPS://API.KIE.AI:443//", "https://api.kie.ai"),
        (" https://proxy.example/kie/ ", "https://proxy.example/kie"),
        ("https://proxy.example/KIE/X/", "https://proxy.example/KIE/X"),
        ("https://proxy.example/~me/", "https://proxy.example/~me"),
        ("https://proxy.example:8443/a/b", "https://proxy.example:8443/a/b"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
        ("http://127.8.9.1:1", "http://127.8.9.1:1"),
        ("http://[::1]:9/x", "http://[::1]:9/x"),
        ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
    ],
)
def test_a_base_url_has_one_spelling(text, url):
    assert url == check_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "api.kie.ai", "ftp://api.kie.ai", "https://", "https:///x", "file:///etc/passwd",
        "http://api.kie.ai", "http://localhost.example", "http://127.0.0.1.example",
        "http://10.0.0.1", "http://[::2]", "http://0.0.0.0", "http://127.1",
        f"https://{KEY}@api.kie.ai", f"https://me:{KEY}@api.kie.ai", "https://@api.kie.ai",
        f"https://api.kie.ai/?key={KEY}", "https://api.kie.ai?", "https://api.kie.ai/#x",
        "https://api.kie.ai#", "https://api.kie.ai\\@evil.example", "https://api.kie.ai\n.evil",
        "https://evil.example\\.kie.ai",
        "https://api.k\tie.ai", "https://api.kie.ai:x", "https://api.kie.ai:99999",
        "https://[::1", "https://kié.ai",
    ],
)  # fmt: skip
def test_a_base_url_that_could_leak_the_key_is_refused(settings, text):
    with pytest.raises(ValueError) as caught:
        check_url(text)
    assert KEY[:5] not in str(caught.value)
    if text:
        with pytest.raises(WrongInput, match="base_url from the environment"):
            settings(KIE_BASE_URL=text).get("base_url")


WHOLE = "write a whole address: https://..."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://kié.ai", "an address has no blanks and no signs beyond ASCII"),
        ("https://me@kie.ai", "an address with a user name, password or key in it is refused"),
        ("https://kie.ai?x", "an address that ends in a ?query or #fragment is refused"),
        ("http://kie.ai", "http:// is for this machine itself (localhost); write https://"),
        ("kie.ai", WHOLE),
        ("https://[::1", WHOLE),
    ],
)
def test_a_base_url_is_refused_with_the_reason(text, why):
    with pytest.raises(ValueError) as caught:
        check_url(text)
    assert why == str(caught.value)


@given(st.text() | st.from_regex(r"\Ahttps?://[a-z0-9.:\[\]@?#/\\%-]{1,30}\Z"))
def test_any_text_is_a_safe_base_url_or_refused(text):
    try:
        url = check_url(text)
    except ValueError:
        return
    parts = urlsplit(url)
    assert url == check_url(url)
    assert url.startswith(origin_of(url))
    assert (None, None, "", "") == (parts.username, parts.password, parts.query, parts.fragment)
    assert parts.scheme == "https" or parts.hostname in {"localhost", "::1"} \
        or parts.hostname.startswith("127.")  # fmt: skip


def test_an_origin_is_scheme_host_and_unusual_port():
    assert "https://a.example" == origin_of("HTTPS://A.Example:443/Path?q")
    assert "https://a.example:444" == origin_of("https://a.example:444")
    with pytest.raises(ValueError):
        origin_of("a.example")
