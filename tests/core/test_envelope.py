from __future__ import annotations

import json
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kie_cli.core.envelope import (
    DEEPEST,
    EXCERPT_LIMIT,
    MESSAGE_LIMIT,
    Envelope,
    NotAnEnvelope,
    as_code,
    clip,
    excerpt,
    parse_envelope,
    parse_json,
)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


def test_an_envelope_is_read():
    body = '{"code":422,"msg":"isn’t","data":{"a":[1]},"recordId":"new"}'.encode()  # noqa: RUF001

    wanted = Envelope(code=422, said="422", message="isn’t", data={"a": [1]})  # noqa: RUF001
    assert wanted == parse_envelope(body)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"code":200,"code":401}', id="a code that stands twice"),
        pytest.param(b'{"code":200,"data":{"taskId":"a","taskId":"b"}}', id="an id twice"),
        pytest.param(b'{"code":200,"data":{"a":1,"\\u0061":2}}', id="twice in two spellings"),
        pytest.param(b'{"code":200,"data":NaN}', id="NaN"),
        pytest.param(b'{"code":200,"data":Infinity}', id="Infinity"),
        pytest.param(b'{"code":200,"data":-Infinity}', id="-Infinity"),
        pytest.param(b'{"code":200,"data":1e999}', id="1e999"),
        pytest.param(b'{"code":200,"data":[-1e999]}', id="-1e999"),
        pytest.param(b'{"code":200,"data":' + b"7" * 5000 + b"}", id="5000 digits"),
        pytest.param(b'{"code":' + b"7" * 5000 + b"}", id="5000 digits as code"),
        pytest.param(b'{"code":200,"data":' + b"[" * 100_000, id="100 000 brackets"),
        pytest.param(b'{"code":200,"data":' + b'{"a":' * 100_000, id="100 000 braces"),
        pytest.param(b'{"code":200}{"code":200}', id="two objects"),
        pytest.param(b'{"code":200} x', id="trailing bytes"),
        pytest.param(b'{"code":200}\0', id="trailing NUL"),
        pytest.param('{"code":200}'.encode("utf-16"), id="UTF-16 with BOM"),
        pytest.param('{"code":200}'.encode("utf-16-le"), id="UTF-16 LE"),
        pytest.param('{"code":200}'.encode("utf-32"), id="UTF-32"),
        pytest.param(b'{"code":200,"msg":"\xe9"}', id="latin-1"),
        pytest.param(b'{"code":200,"msg":"\xed\xa0\x80"}', id="a surrogate in UTF-8"),
        pytest.param(b"\xef\xbb\xbf" * 2 + b'{"code":200}', id="two BOMs"),
        pytest.param(b'{"code":200', id="cut"),
        pytest.param(b"{'code':200}", id="single quotes"),
        pytest.param(b'{"code":200,}', id="a comma too many"),
        pytest.param(b'{"code":200,"msg":"a\nb"}', id="a raw newline in a text"),
        pytest.param(b'{"code":null}', id="code null"),
        pytest.param(b'{"msg":"success","data":{"taskId":"a"}}', id="no code"),
        pytest.param(b'[{"code":200}]', id="an array"),
        pytest.param(b"200", id="a number"),
        pytest.param(b'"code"', id="a text"),
        pytest.param(b"null", id="null"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>502 Bad Gateway</html>", id="HTML"),
    ],
)
def test_what_two_readers_could_understand_differently_is_no_envelope(body):
    with pytest.raises(NotAnEnvelope):
        parse_envelope(body)


def test_a_byte_order_mark_is_allowed():
    assert parse_envelope(b'\xef\xbb\xbf{"code":200}').code == 200


@pytest.mark.parametrize("inner", [b"", b"1", b'"text"'])
def test_64_levels_are_read_and_65_are_not(inner):
    def nested(levels):
        return b'{"code":200,"data":' + b"[" * (levels - 1) + inner + b"]" * (levels - 1) + b"}"

    assert parse_envelope(nested(DEEPEST)).code == 200
    with pytest.raises(NotAnEnvelope, match="deeper than 64"):
        parse_envelope(nested(DEEPEST + 1))


def test_levels_are_counted_along_objects_too():
    body = b'{"code":200,"data":' + b'{"a":[' * 32 + b"]}" * 32 + b"}"

    with pytest.raises(NotAnEnvelope, match="deeper than 64"):
        parse_envelope(body)


def test_a_lone_surrogate_in_a_message_can_be_read():
    assert parse_envelope(b'{"code":500,"msg":"\\ud800"}').message == "\ud800"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"msg": "new", "message": "old"}, "new"),
        ({"msg": "", "message": "old"}, "old"),
        ({"message": "old"}, "old"),
        ({"msg": None}, ""),
        ({}, ""),
        ({"msg": ["a", 1]}, '["a", 1]'),
        ({"msg": True}, "true"),
        ({"msg": "x" * MESSAGE_LIMIT}, "x" * MESSAGE_LIMIT),
        ({"msg": "x" * (MESSAGE_LIMIT + 1)}, "x" * (MESSAGE_LIMIT - 1) + "…"),
    ],
)
def test_the_message_is_a_text_of_500_characters_at_most(body, message):
    assert message == parse_envelope(json.dumps({"code": 500, **body}).encode()).message
    assert len(message) <= 500


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (200, 200), ("200", 200), (-1, -1), (999, 999), ("123456789", 123456789),
        ("0200", None), ("00000200", None), ("0", None), (" 200", None), ("200\n", None),
        ("200.0", None), ("2e2", None), ("+200", None), ("-200", None), ("٢٠٠", None),
        ("²", None), ("1234567890", None), ("", None), ("ok", None),
        (200.0, None), (True, None), (False, None), (None, None), ([200], None), ({}, None),
    ],
)  # fmt: skip
def test_a_code_is_an_integer_or_its_digits(value, code):
    assert code == as_code(value)


@pytest.mark.parametrize(("code", "said"), [(200.5, "200.5"), ("ok", "ok"), ("x" * 99, "x" * 40)])
def test_what_came_as_a_code_is_kept(code, said):
    found = parse_envelope(json.dumps({"code": code}).encode())

    assert (found.code, found.said) == (None, said)


def test_an_excerpt_is_one_line_of_160_characters_at_most():
    page = b"<html>\r\n\t<h1>502 Bad\xff Gateway</h1>\n" + b"x" * 10_000

    seen = excerpt(page)

    assert seen.startswith("<html> <h1>502 Bad\N{REPLACEMENT CHARACTER} Gateway</h1> xxx")
    assert len(seen) == EXCERPT_LIMIT == 160
    assert len(seen.splitlines()) == 1


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"[]", "no object with a code"),
        (b'{"code":null}', "no object with a code"),
        (b'{"code":1,"code":2}', "a key stands twice"),
        (b'{"code":NaN}', "NaN is no JSON"),
        (b'{"code":1e999}', "a number is out of range"),
        (b'{"code":2', "Expecting ',' delimiter: line 1 column 10 (char 9)"),
    ],
)
def test_what_is_no_envelope_says_why(body, why):
    with pytest.raises(NotAnEnvelope) as caught:
        parse_envelope(body)
    assert why == str(caught.value)


@given(st.text(), st.integers(1, 50))
def test_clipping_keeps_the_beginning(text, limit):
    cut = clip(text, limit)

    assert len(cut) <= limit
    assert cut == text if len(text) <= limit else text.startswith(cut.removesuffix("…"))


PIECES = st.sampled_from(
    [b"{", b"}", b"[", b"]", b'"code"', b":", b",", b"200", b"1e999", b"NaN", b'"', b"\\ud800"]
    + [bytes([byte]) for byte in range(256)]
)


@given(st.binary() | st.lists(PIECES, max_size=30).map(b"".join))
@example(b'{"code":1' + b"0" * 4299 + b"}")
@example(b'{"code":-1' + b"0" * 4299 + b',"msg":1' + b"0" * 4299 + b"}")
def test_arbitrary_bytes_are_an_envelope_or_raise_not_an_envelope(body):
    try:
        found = parse_envelope(body)
    except NotAnEnvelope:
        return
    assert found.code is None or isinstance(found.code, int)
    assert len(found.message) <= MESSAGE_LIMIT
    assert len(excerpt(body).splitlines()) <= 1


@given(VALUES)
def test_json_comes_back_as_it_was_or_not_at_all(value):
    body = json.dumps(value).encode()
    sound = all(word not in json.dumps(value) for word in ("NaN", "Infinity"))
    try:
        found = parse_json(body)
    except NotAnEnvelope:
        assert not sound
        return
    assert json.dumps(found) == json.dumps(value)


@given(st.dictionaries(st.text(string.ascii_letters, min_size=1), SCALARS, min_size=1), st.data())
def test_any_repeated_key_is_refused(members, data):
    again = data.draw(st.sampled_from(sorted(members)))
    body = json.dumps(members)[:-1] + f',"{again}":0}}'

    with pytest.raises(NotAnEnvelope):
        parse_json(body.encode())
