"""What makes any text harmless: for a terminal, and inside JSON."""

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_cli.output.text import STYLES, cells, fit, paint, safe, to_json

HOSTILE = (
    "\x00\x07\x1b\x7f\x80\x9b\x9d\u00ad\u061c\u200b\u200e\u202e\u2028\u2066\ufeff\ue000\U000e0041"
)
ANY = st.text(st.characters() | st.sampled_from(HOSTILE + "\n\r\t\ud800[]\\/:;m"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | ANY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY, inner, max_size=4),
    max_leaves=12,
)
RISKS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]"
)


@given(ANY)
def test_safe_text_is_one_printable_line(text):
    assert safe(text).isprintable()
    assert safe(safe(text)) == safe(text)


@given(ANY)
def test_safe_loses_nothing(text):
    r"""The escapes give the characters back, where the text had no backslash of its own."""
    text = text.replace("\\", "")
    known = {r"\n": "\n", r"\t": "\t", r"\r": "\r"}
    back = re.sub(
        r"\\n|\\t|\\r|\\x([0-9a-f]{2})|\\u\{([0-9a-f]+)\}",
        lambda match: known.get(match[0]) or chr(int(match[1] or match[2], 16)),
        safe(text),
    )
    assert back == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "[red]markup[/red] :smile:",
        "Zürich € 東京 🙂 é",
        r"C:\new\x41",
        "  two  blanks ",
    ],
)
def test_harmless_text_is_not_changed(text):
    assert safe(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x1b]8;;http://x\x07", r"\x1b]8;;http://x\x07"),
        ("\x9b2J", r"\x9b2J"),
        ("done\nkie: paid", r"done\nkie: paid"),
        ("a\rb\tc", r"a\rb\tc"),
        ("\u202egnp.exe", r"\u{202e}gnp.exe"),
        ("\xad", r"\xad"),
        ("\U00010ffe", r"\u{10ffe}"),
        ("\U000e0041", r"\u{e0041}"),
        ("\u200b", r"\u{200b}"),
        ("\ud83d", r"\u{d83d}"),
    ],
)
def test_what_could_control_a_terminal_is_written_out(text, shown):
    assert safe(text) == shown


@given(VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_json_parses_back_and_has_nothing_in_it_that_controls(value, ascii_only, indent):
    text = to_json(value, ascii_only=ascii_only, indent=indent)
    assert json.loads(text) == value
    assert not RISKS.search(text.replace("\n", "") if indent else text)
    if ascii_only:
        assert text.isascii()
    else:
        text.encode()


def test_no_character_at_all_gets_through():
    """Each of Unicode's, one by one: random texts would miss the one that was forgotten."""
    every = "".join(map(chr, range(0x110000)))
    assert safe(every).isprintable()
    assert not RISKS.search(to_json(every))
    assert json.loads(to_json(every)) == json.loads(json.dumps(every))


@pytest.mark.parametrize(
    "char",
    "\x7f\x9f\xad\u0600\u0605\u061c\u180e\u200b\u200f\u2028\u202e\u2060\u206f\ufeff\ufff9\ufffb"
    "\ud800\udfff\U000e0000\U000e007f",
    ids=lambda char: f"U+{ord(char):04X}",
)
def test_json_writes_out_what_cannot_be_seen(char):
    assert json.dumps(f"a{char}b") == to_json(f"a{char}b")


def test_json_keeps_what_harms_nobody_and_has_lines_if_they_are_wanted():
    value = {"prompt": "Zürich 東京"}

    assert '{"prompt": "Zürich 東京"}' == to_json(value)
    assert '{"prompt": "Z\\u00fcrich \\u6771\\u4eac"}' == to_json(value, ascii_only=True)
    assert '{\n  "prompt": "Zürich 東京"\n}' == to_json(value, indent=2)


def test_json_takes_no_nan():
    with pytest.raises(ValueError, match="JSON"):
        to_json(float("nan"))


@given(ANY.map(safe), st.integers(0, 40))
def test_a_text_is_cut_to_columns_and_says_so(text, width):
    cut = fit(text, width)
    assert cells(cut) <= width
    if cells(text) <= width:
        assert cut == text
    elif width:
        assert cut.endswith("…")
        assert text.startswith(cut[:-1])


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [
        ("abcd", 4, "abcd"), ("abcde", 4, "abc…"), ("abcde", 1, "…"), ("abcde", 0, ""),
        ("東京都", 5, "東京…"), ("東京都", 4, "東…"), ("東京都", 6, "東京都"),
    ],
)  # fmt: skip
def test_a_cut_uses_all_the_columns_there_are(text, width, cut):
    assert cut == fit(text, width)


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("東京", 4), ("e\u0301", 1), ("ﾊ", 1), ("🙂", 2)],
)
def test_columns_are_counted_as_a_terminal_does(text, columns):
    assert cells(text) == columns
    assert cells(unicodedata.normalize("NFC", text)) == columns


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("ที่นี่", 2), ("\u1112\u1161\u11ab", 2), ("a\u20dd", 1),  # Thai, jamo, a ring around
        ("\u2764", 1), ("\u2764\ufe0f", 2), ("1\ufe0f\u20e3", 2), ("🙂\ufe0f", 2), ("\ufe0f", 0),
        ("👍🏽", 2), ("🏽", 2), ("🇩🇪", 2), ("👍🏽👍🏽", 4),
    ],
)  # fmt: skip
def test_marks_and_what_makes_an_emoji_take_no_columns_of_their_own(text, columns):
    assert cells(text) == columns


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [
        ("abcde", 4, "a..."),
        ("abcd", 4, "abcd"),
        ("東京都", 5, "東..."),
        ("abc", 2, ".."),
        ("a", 0, ""),
    ],
)
def test_a_cut_may_say_so_in_ascii(text, width, cut):
    assert fit(text, width, "...") == cut


def test_paint_ends_what_it_begins():
    for style in STYLES:
        assert re.fullmatch(r"\x1b\[\d+mtext\x1b\[0m", paint("text", style))
