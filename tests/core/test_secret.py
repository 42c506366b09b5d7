from __future__ import annotations

import copy
import json
import pickle
import traceback

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kie_cli.core.secret import LONGEST, SHORTEST, Secret, clean_key
from kie_cli.errors import BadKey, ExitCode

# Signs that no sentence of kie has five of in a row.
SIGNS = "!#$%&*<=>?@^_~|0123456789"
KEYS = st.text(SIGNS, min_size=SHORTEST, max_size=60)
ADVICE = "Get a key at https://kie.ai/api-key, then: kie config set token"


def runs(key):
    return {key[at : at + 5] for at in range(len(key) - 4)}


def shown(value):
    """Everything that a careless line could make of a value."""
    return "\n".join(
        [
            str(value),
            repr(value),
            str([value]),
            str({"key": value}),
            f"{value}",
            f"{value!r:>80}",
            f"{value:.50}",
            "%s" % value,  # noqa: UP031
        ]
    )


@pytest.mark.parametrize(
    "text",
    [
        "sk-kie-0123456789", " sk-kie-0123456789\r\n", "\ufeffsk-kie-0123456789",
        "Bearer sk-kie-0123456789", "bearer   sk-kie-0123456789 ", "\n\tBEARER sk-kie-0123456789",
    ],
)  # fmt: skip
def test_a_key_is_cleaned_of_what_copying_adds(text):
    assert clean_key(text, "KIE_API_KEY").reveal() == "sk-kie-0123456789"


@pytest.mark.parametrize("key", ["!" * SHORTEST, "~" * LONGEST, "0123456789abcdef" * 2])
def test_any_printable_key_of_the_documented_length_is_taken(key):
    assert clean_key(key, "KIE_API_KEY").reveal() == key


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\n", "U+000A"), ("\r", "U+000D"), ("\t", "U+0009"), (" ", "U+0020"), ("\0", "U+0000"),
        ("\x1b", "U+001B"), ("\x7f", "U+007F"), ("\x85", "U+0085"), ("\xa0", "U+00A0"),
        ("é", "U+00E9"), ("\u200b", "U+200B"), ("\u2028", "U+2028"), ("\u202e", "U+202E"),
        ("\ufeff", "U+FEFF"), ("\ud800", "U+D800"), ("\N{RIGHT SINGLE QUOTATION MARK}", "U+2019"),
        ("\U0001f511", "U+1F511"),
    ],
)  # fmt: skip
def test_a_wrong_character_is_named_with_its_place_and_never_the_key(character, name):
    with pytest.raises(BadKey) as caught:
        clean_key(f"sk-kie{character}-0123456789", "the config file")

    error = caught.value
    wanted = (
        f"The API key from the config file cannot be used: character 7 is {name}. Nothing was sent."
    )
    assert (error.message, error.hints) == (wanted, (ADVICE,))
    assert error.exit_code == ExitCode.NO_KEY


@pytest.mark.parametrize("key", ["", "   ", "Bearer ", "Bearer", "Bearer abc", "x" * 7, "x" * 513])
def test_a_key_of_another_length_is_refused(key):
    with pytest.raises(BadKey, match=r"it has [0-9]+ characters, a key has 8 to 512") as caught:
        clean_key(key, "KIE_API_KEY")
    assert (ADVICE,) == caught.value.hints


@given(KEYS, st.integers(0, 60), st.characters(exclude_characters=[chr(c) for c in range(33, 127)]))
@example("0123456789" * 6, 30, "\n")
def test_no_text_of_an_error_has_five_characters_of_the_key(key, at, wrong):
    try:
        clean_key(key[:at] + wrong + key[at:], "KIE_API_KEY")
    except BadKey as error:
        told = [error.message, *error.hints, repr(error), str(vars(error))]
        text = "\n".join([*told, *traceback.format_exception(error)])
        assert not [run for run in runs(key) if run in text]


@given(st.text(SIGNS, max_size=7) | st.text(SIGNS, min_size=513, max_size=520))
def test_a_key_of_wrong_length_is_not_shown_either(key):
    with pytest.raises(BadKey) as caught:
        clean_key(key, "KIE_API_KEY")

    text = "\n".join([*caught.value.hints, *traceback.format_exception(caught.value)])
    assert not [run for run in runs(key) if run in text]


@given(KEYS)
def test_no_way_of_showing_a_secret_gives_it_away(key):
    secret = Secret(key)
    told = shown(secret)
    assert f"{secret:>20}" == str(secret).rjust(20)
    with pytest.raises(TypeError, match=r"^a Secret does not leave the process$"):
        pickle.dumps(secret)
    for leave in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps, vars):
        with pytest.raises(TypeError) as caught:
            leave(secret)
        told += "".join(traceback.format_exception(caught.value))
    try:
        raise ValueError(secret)
    except ValueError as error:
        told += "".join(traceback.format_exception(error))

    assert not [run for run in runs(key) if run in told]


def test_four_characters_are_shown_of_a_long_key_and_none_of_a_short_one():
    assert Secret("0123456789ab").masked == "…89ab"
    assert str(Secret("0123456789ab")) == "Secret(…89ab)"
    assert Secret("0123456789a").masked == "…"


@given(KEYS, KEYS)
def test_secrets_are_equal_as_their_texts_are(one, other):
    same = one == other

    assert (Secret(one) == Secret(other)) is same
    assert (Secret(one).fingerprint == Secret(other).fingerprint) is same
    assert (len({Secret(one), Secret(other)}) == 1) is same
    assert Secret(one) != one
    assert same or hash(Secret(one)) != hash(Secret(other))


def test_a_fingerprint_stays_what_it_is_in_the_ledgers_there_are():
    assert Secret("kie-7f3b9d21c4e8a65013f2").fingerprint == "e7152c68d293c3b3"


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=60))
def test_a_secret_is_blotted_out_in_every_spelling_of_json(key):
    spelled = [
        key,
        json.dumps(key)[1:-1],
        json.dumps(key)[1:-1].replace("/", r"\/"),
        "".join(f"\\u{ord(sign):04x}" for sign in key),
        "".join(f"\\u{ord(sign):04X}" for sign in key),
    ]
    for text in spelled:
        assert b'{"msg":"[key], [key]"}' == Secret(key).blotted(
            b'{"msg":"%b, %b"}' % (text.encode(), text.encode())
        )
    assert b"nothing of it" == Secret(key + "\x01").blotted(b"nothing of it")
    assert key.swapcase() == key or key.swapcase().encode() == Secret(key).blotted(
        key.swapcase().encode()
    )
