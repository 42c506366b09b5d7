from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kie_cli.core.rows import (
    LONGEST_PART,
    Row,
    Unfilled,
    duplicates,
    file_name,
    fill,
    group,
    keys,
    literal,
    names_in,
    parse_shard,
    read_rows,
    shard_of,
    values_of,
)

FLAGS = {"prompt": False, "aspect_ratio": False, "seed": False, "image": True, "param": True}
HOSTILE = st.text(st.characters() | st.sampled_from("\x00\ud800\r\n\"',;{}[]:\\|\ufeff\t "))
PLAIN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def cells(text, *, csv=None):
    rows, problems = read_rows(text, csv=csv)
    assert problems == []
    return [(row.line, dict(row.cells)) for row in rows]


def faults(text, *, csv=None):
    return group(read_rows(text, csv=csv)[1])


def set_by(*, header=None, templates=(), **given):
    return values_of(Row(3, given, header), FLAGS, templates)


def as_csv(*records):
    text = io.StringIO(newline="")
    csv.writer(text).writerows(records)
    return text.getvalue()


# JSONL


def test_jsonl_is_one_object_a_line_with_its_values_as_they_are():
    text = '\ufeff{"prompt": "hat", "image": ["a.png"], "n": 5}\r\n\r\n  \n{"Aspect-Ratio": null}'

    assert cells(text) == [
        (1, {"prompt": "hat", "image": ["a.png"], "n": 5}),
        (4, {"aspect_ratio": None}),
    ]


def test_a_line_of_jsonl_ends_at_a_line_feed_and_nowhere_else():
    assert cells('{"prompt": "a\u2028b\x85c"}\n{}') == [(1, {"prompt": "a\u2028b\x85c"}), (2, {})]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"prompt": "hat"', "not JSON (Expecting ',' delimiter: column 17)"),
        ("hat", "not JSON (Expecting value: column 1)"),
        ('{"prompt": 1, "prompt": 2}', "not JSON (a key stands twice)"),
        ('{"aspect-ratio": 1, "Aspect_Ratio": 2}', "aspect_ratio: given twice."),
        ("[1]", "not a JSON object"),
        ('"hat"', "not a JSON object"),
        ('{"seed": NaN}', "not JSON (NaN is no JSON)"),
        ('{"seed": 1e999}', "not JSON (a number is out of range)"),
        (f'{{"seed": {"7" * 5000}}}', "not JSON (Exceeds the limit"),
        (f'{{"input": {"[" * 65}{"]" * 65}}}', "not JSON (nested deeper than 64)"),
        (f'{{"input": {"[" * 100_000}', "not JSON ("),
        ('{"prompt": "\\ud800"}', "a NUL or half a character"),
        ('{"prompt": "\ud800"}', "a NUL or half a character"),
        ('{"input": {"a": [{"\\u0000": 1}]}}', "a NUL or half a character"),
        ('{"prompt": "\0"}', "not JSON (Invalid control character at: column 13)"),
        ('{"prompt": "hat"}{"prompt": "cap"}', "not JSON (Extra data: column 18)"),
    ],
)
def test_a_bad_line_is_told_with_its_number_and_hides_no_other(line, fault):
    rows, problems = read_rows('{"prompt": "a"}\n' + line + '\n{"prompt": "b"}\n7', csv=False)

    assert [(row.line, row.cells) for row in rows] == [(1, {"prompt": "a"}), (3, {"prompt": "b"})]
    assert [number for number, _ in problems] == [2, 4]
    assert problems[0][1].startswith(fault)
    assert "sys." not in problems[0][1]


def test_a_json_list_is_told_how_to_become_lines():
    assert faults('[\n{"prompt": "hat"}]') == [
        "line 1: a list in brackets. Write one object a line: jq -c '.[]' FILE"
    ]


# CSV


def test_csv_is_a_header_and_rows_with_the_line_where_each_begins():
    text = '\ufeff\r\nprompt, Aspect-Ratio\r\n"a\r\nhat, ""red""",16:9\r\n\r\n ,\r\ncap,\r\n'

    assert cells(text) == [
        (3, {"prompt": 'a\r\nhat, "red"', "aspect_ratio": "16:9"}),
        (7, {"prompt": "cap", "aspect_ratio": None}),
    ]
    assert {row.header for row in read_rows(text, csv=None)[0]} == {2}


def test_a_column_that_stands_twice_gives_its_values_in_order():
    assert cells("image,prompt,Image\nb.png,hat,a.png\n,hat,c.png\n,hat,\n") == [
        (2, {"image": ["b.png", "a.png"], "prompt": "hat"}),
        (3, {"image": "c.png", "prompt": "hat"}),
        (4, {"image": None, "prompt": "hat"}),
    ]


def test_every_bad_row_of_csv_is_told_and_the_good_ones_are_read():
    text = 'a,,b,\n1,2,3,4\n1,2,3\n"x"y,2,3,4\n1,2,3,4,5\n\0,2,3,4\n5,6,7,8\n"9,\n0,1,2,3\n'

    rows, problems = read_rows(text, csv=None)

    assert [row.line for row in rows] == [2, 7]
    assert group(problems) == [
        "line 1: column 2 has no name.",
        "line 1: column 4 has no name.",
        "line 3: 3 cells under 4 columns. A cell with a comma needs quotes.",
        'line 4: text after a closing quote. A quote in a cell is written "".',
        "line 5: 5 cells under 4 columns. A cell with a comma needs quotes.",
        "line 6: a NUL or half a character, which no request can carry.",
        "line 8: a quoted cell does not end, or a cell is too long.",
    ]


def test_a_quote_that_swallows_a_large_file_is_told_where_it_opened():
    assert faults('prompt\nhat\n"cap\n' + "hat\n" * 100_000) == [
        "line 3: a quoted cell does not end, or a cell is too long."
    ]


@pytest.mark.parametrize("sign", [";", "\t"])
def test_another_sign_between_columns_is_told_once(sign):
    assert faults(f"prompt{sign}seed\nhat, red{sign}5\n") == [
        "line 1: no comma in the header. Save the file as CSV with commas."
    ]


@pytest.mark.parametrize("header", ['"prompt', '"prompt"x'])
def test_a_broken_header_makes_no_row_of_what_follows(header):
    rows, problems = read_rows(f"{header}\nhat\ncap\n", csv=True)

    assert (rows, [line for line, _ in problems]) == ([], [1])


@pytest.mark.parametrize(
    ("text", "named"),
    [(' \ufeff\n{"a": "b"}', None), ('{"a": "b"}', False), ("a\nb", None), ("[a\nb", True)],
)
def test_the_first_sign_decides_unless_it_was_said(text, named):
    rows, problems = read_rows(text.replace("\ufeff", ""), csv=named)

    assert list(rows[0].cells.values()) == ["b"]
    assert problems == []


@pytest.mark.parametrize("text", ["", "\ufeff", "\n \n", "prompt,seed\n"])
def test_a_file_without_rows_has_none(text):
    assert cells(text) == []


@settings(deadline=None)
@given(HOSTILE, st.sampled_from([None, True, False]))
@example("{" * 100_000, None)
def test_reading_any_text_never_raises(text, named):
    rows, problems = read_rows(text, csv=named)
    for row in rows:
        problems += values_of(row, FLAGS, [text])[1]

    assert all(1 <= row.line <= len(text) + 1 for row in rows)
    assert all(line.startswith("line") for line in group(problems))


@given(st.lists(st.lists(PLAIN.filter(str.strip), min_size=2, max_size=2)))
def test_reading_gives_what_a_writer_of_csv_wrote(records):
    wanted = [{"prompt": one, "style": two} for one, two in records]

    assert [row for _, row in cells(as_csv(("prompt", "style"), *records))] == wanted


@given(st.lists(st.dictionaries(st.sampled_from(["prompt", "image", "param.A"]), JSON)))
def test_reading_gives_what_a_writer_of_json_wrote(records):
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)

    assert [row for _, row in cells(text, csv=False)] == records


# Values


def test_a_row_sets_flags_with_scalars_as_texts():
    values, problems = set_by(
        prompt="hat", seed=5, aspect_ratio=True, label=1.5, key="a", image="b"
    )

    assert problems == []
    assert values == {
        "prompt": "hat",
        "seed": "5",
        "aspect_ratio": "true",
        "label": "1.5",
        "key": "a",
        "image": ["b"],
    }


def test_null_is_not_given():
    nothing = dict.fromkeys(["prompt", "image", "param", "param.a", "input", "key", "label"])

    assert set_by(**nothing) == ({}, [])


def test_a_cell_of_csv_holds_several_values_of_a_flag_that_repeats():
    assert set_by(header=1, image="a.png |b.png|  c.png", prompt="a | b") == (
        {"image": ["a.png", "b.png", "c.png"], "prompt": "a | b"},
        [],
    )
    assert set_by(image="a|b") == ({"image": ["a|b"]}, [])


@pytest.mark.parametrize(
    ("column", "cell", "takes"),
    [
        ("prompt", ["a"], "one text, or one number"),
        ("prompt", {}, "one text, or one number"),
        ("image", 5, "a text or a list of texts, none of them empty"),
        ("image", ["a", None], "a text or a list of texts, none of them empty"),
        ("image", ["a", ""], "a text or a list of texts, none of them empty"),
        ("param", 5, "an object, or texts as after -P"),
        ("param", [5], "an object, or texts as after -P"),
        ("input", "a.json", "an object, in JSONL"),
        ("key", "", "1 to 200 printable characters"),
        ("key", "a" * 201, "1 to 200 printable characters"),
        ("key", "a\n", "1 to 200 printable characters"),
        ("key", ["a"], "1 to 200 printable characters"),
    ],
)
def test_a_value_that_a_flag_cannot_take_is_told(column, cell, takes):
    assert set_by(**{column: cell}) == ({}, [(3, f"{column}: it takes {takes}.")])


def test_an_empty_place_in_a_cell_of_several_values_is_told():
    assert set_by(header=1, image="a.png||b.png")[1] == [
        (3, "image: it takes a text or a list of texts, none of them empty.")
    ]


def test_fields_come_from_an_object_from_texts_and_from_columns():
    assert set_by(param={"strength": 0.5, "end@": "b.png", "flag:=": True})[0] == {
        "param": [("strength", 0.5), "end@b.png", "flag:=true"]
    }
    assert set_by(param=["a=1", "b:=2"], **{"param.C": "3"})[0] == {
        "param": ["a=1", "b:=2", ("C", "3")]
    }
    row = read_rows("param.nSteps,Param.aX:=,param.end@,param\n4,[1],b.png,a=1\n", csv=None)[0][0]
    assert values_of(row, FLAGS, ()) == (
        {"param": [("nSteps", "4"), "aX:=[1]", "end@b.png", "a=1"]},
        [],
    )


def test_an_empty_object_of_fields_sets_none():
    assert set_by(param={}, input={}) == ({"param": [], "input": {}}, [])


def test_a_column_that_is_no_flag_must_stand_in_a_template():
    text = "no flag of create that a row takes, and no template uses it."

    assert set_by(promt="hat")[1] == [(3, f"promt: {text} Did you mean prompt?")]
    assert set_by(promt=None)[1] == [(3, f"promt: {text} Did you mean prompt?")]
    assert set_by(anima="cat", templates=["a {animal}"])[1] == [
        (3, f"anima: {text} Did you mean animal?")
    ]
    assert set_by(zzz=1, templates=["a {{zzz}}"])[1] == [(3, f"zzz: {text}")]
    assert set_by(animal="cat", templates=["hat", "a {Animal}"]) == ({}, [])


def test_a_column_of_csv_that_is_no_flag_is_told_once_where_it_was_named():
    rows, _ = read_rows("promt\n" + "hat\n" * 9, csv=True)
    problems = [problem for row in rows for problem in values_of(row, FLAGS, ())[1]]

    assert len(group(problems)) == 1
    assert group(problems)[0].startswith("line 1: promt: no flag of create")


def test_a_name_of_any_length_gives_a_short_message():
    assert all(len(text) < 200 for _, text in set_by(**{"a" * 10_000: 1})[1])


# Templates


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("A {animal} in {Art-Style}, {n}", "A cat in {animal}, 5"),
        ("{{animal}} {{{animal}}} {{{{animal}}}}", "{animal} {cat} {{animal}}"),
        ('{"a": {"b": 1}, "c": {animal}}', '{"a": {"b": 1}, "c": cat}'),
        ("{} {{}} { animal } {1} {animal", "{} {{}} { animal } {1} {animal"),
        ("{param.X}", "x"),
        ("{key}-{task}", "k-t"),
        ("", ""),
    ],
)
def test_a_template_is_filled(template, filled):
    cells = {"animal": "cat", "art_style": "{animal}", "n": 5, "param.X": "x", "key": "own"}

    assert fill(template, Row(1, cells), {"key": "k", "task": "t"}) == filled


@pytest.mark.parametrize("cell", [None, ["a", "b"], {"a": 1}])
def test_a_template_that_a_row_cannot_fill_names_the_column(cell):
    with pytest.raises(Unfilled) as caught:
        fill("A {animal}", Row(1, {"animal": cell}))

    assert caught.value.name == "animal"
    assert str(caught.value).startswith("{animal}: no")
    assert str(caught.value).endswith("To write it as it stands: {{animal}}")


def test_the_names_in_a_template_are_told_once_in_their_order():
    assert names_in("{b} {A-c} {{x}} {{{d}}} {b} {a_c} {") == ["b", "a_c", "d"]


@settings(deadline=None)
@given(HOSTILE)
@example("{" * 100_000)
def test_a_value_stays_as_it_is_and_so_does_a_template_without_names(value):
    assert fill("{v}", Row(1, {"v": value})) == value
    if "{{" not in value and not names_in(value):
        assert fill(value, Row(1, {})) == value


@given(st.text("{}a1", max_size=12))
@example("{{{a}}")
def test_any_text_can_be_written_as_a_template(text):
    assert names_in(literal(text)) == []
    assert fill(f"{literal(text)}/{{v}}", Row(1, {"v": "5"})) == f"{text}/5"


# Keys and shards


def test_a_row_without_a_key_is_named_after_its_input_and_equals_are_numbered():
    a, b, c = "row-ca978112ca1bbdcafac2", "row-3e23e8160039594a3389", "row-2e7d2c03a9507ae265ec"

    assert keys(
        [(None, "a"), (None, "b"), ("own", "a"), (None, "a"), (None, "a"), (None, "c")]
    ) == [
        a,
        b,
        "own",
        f"{a}.2",
        f"{a}.3",
        c,
    ]


def test_a_made_key_gives_way_to_the_same_own_key():
    a = "row-ca978112ca1bbdcafac2"

    assert keys([(None, "a"), (f"{a}.2", "x"), (None, "a"), (a, "y")]) == [
        f"{a}.3",
        f"{a}.2",
        f"{a}.4",
        a,
    ]


@given(st.lists(st.sampled_from("abc")), st.randoms())
def test_another_order_of_the_rows_gives_the_same_keys(inputs, random):
    shuffled = random.sample(inputs, len(inputs))
    found = keys((None, content) for content in inputs)

    assert len(set(found)) == len(found)
    assert Counter(found) == Counter(keys((None, content) for content in shuffled))


def test_an_own_key_that_stands_twice_is_told_with_both_lines():
    assert duplicates([(2, "a"), (3, None), (4, "b"), (5, None), (6, "a"), (9, "a")]) == [
        (6, "key a: line 2 has it too."),
        (9, "key a: line 2 has it too."),
    ]


def test_the_shard_of_a_key_never_changes():
    assert [shard_of(key, 8) for key in ("cat-1", "cat-2", "ключ", "\ud800")] == [3, 0, 6, 3]


@given(st.sets(st.text()), st.integers(1, 9))
def test_shards_are_a_partition(all_keys, count):
    shards = [{key for key in all_keys if shard_of(key, count) == at} for at in range(count)]

    assert sum(map(len, shards)) == len(all_keys)
    assert set().union(*shards) == all_keys


def test_shards_are_even():
    sizes = Counter(shard_of(f"cat-{number}", 8) for number in range(8000))

    assert len(sizes) == 8
    assert all(900 < size < 1100 for size in sizes.values())


def test_a_shard_is_read_as_it_is_typed():
    assert parse_shard("2/8") == (2, 8)
    assert parse_shard("1/1") == (1, 1)


@pytest.mark.parametrize("text", ["", "2", "0/8", "9/8", "-1/8", "2/0", "2/8/9", "٢/٨", "2/8 "])
def test_what_is_no_shard_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"not a shard: .* Write 2/8 for the second of eight\."):
        parse_shard(text)


# Names of files

DEVICES = {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9", "COM²", "CONIN$"}
NAMES = st.text(st.characters() | st.sampled_from("./\\:~ \0_-"), max_size=60) | st.sampled_from(
    ["..", ".", "", "~", "-", "/etc/passwd", "C:\\x", "NUL", "con.txt", "x" * 119 + "é" * 3]
)


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("cat-3", "cat-3"),
        ("猫 3.5", "猫 3.5"),
        ("google/veo:3", "google_veo_3"),
        ('a<b>c"d|e?f*g\\h', "a_b_c_d_e_f_g_h"),
        ("a\0b\nc\u202ed\ud800", "a_b_c_d_"),
        ("..", "_"),
        (".", "_"),
        ("", "_"),
        ("~root", "_root"),
        ("-", "_"),
        ("name. ", "name_"),
        ("NUL", "NUL_"),
        ("com1.tar.gz", "com1_.tar.gz"),
        ("CON .x", "CON_ .x"),
        ("console", "console"),
        ("é" * 61, "é" * 55 + "-cfe5b986"),
        ("é" * 60, "é" * 60),
    ],
)
def test_a_value_becomes_a_harmless_part_of_a_name(value, part):
    assert file_name("{model}", {"model": value}) == part


def test_the_text_of_a_template_stays_as_it_was_typed():
    values = {"key": "a", "index": "2", "ext": "png"}

    assert file_name("../out: x/{key}/{index}.{ext}", values) == "../out: x/a/2.png"


def test_a_key_that_was_changed_ends_in_a_hash():
    assert file_name("{key}", {"key": "a/b"}) == "a_b-c14cddc0"
    assert file_name("{key}", {"key": "a_b"}) == "a_b"


def test_an_unknown_field_of_a_name_is_told():
    with pytest.raises(Unfilled, match=r"\{name\}: no value of this name"):
        file_name("out/{name}", {"key": "a"})


@given(NAMES, NAMES)
def test_a_name_never_leaves_its_folder(key, model):
    name = file_name("out/{key}/{model}", {"key": key, "model": model})

    for path in (PurePosixPath(name), PureWindowsPath(name)):
        assert len(path.parts) == 3
        assert path.parts[0] == "out"
        assert not {".", ".."} & set(path.parts)
        assert all(len(part.encode()) <= LONGEST_PART + 1 for part in path.parts)
        assert not DEVICES & {part.split(".")[0].rstrip(" ").upper() for part in path.parts}


@given(NAMES, NAMES)
def test_different_keys_give_different_names(one, other):
    names = {file_name("{key}.png", {"key": key}) for key in (one, other)}

    assert len(names) == len({one, other})


# Problems


def test_problems_are_grouped_by_what_is_wrong_in_the_order_of_the_lines():
    assert group([(9, "y"), (3, "x"), (4, "x"), (3, "x")]) == ["lines 3-4: x", "line 9: y"]
    assert group([(1, "x"), (3, "x"), (4, "x"), (5, "x"), (9, "x")]) == ["lines 1, 3-5, 9: x"]
    assert group([(line, "x") for line in range(1, 20, 2)]) == [
        "lines 1, 3, 5, 7, 9 and 5 other places: x"
    ]
    assert group([]) == []
