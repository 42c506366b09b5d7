"""The map of faults: each row of tests/faults.toml has its tests, or the reason why not."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROWS = tomllib.loads((ROOT / "tests/faults.toml").read_text(encoding="utf-8"))
COUNTS = {"A": 20, "B": 10, "C": 15, "D": 19, "E": 13, "F": 16, "G": 10, "H": 17, "I": 16, "J": 8}
FIRST = 89  # rows that hold from the first version on: none of them may wait


def ids(row: str) -> list[str]:
    return ROWS[row].get("tests", [])


def reasons(row: str) -> list[str]:
    return [ROWS[row][why] for why in ("not_yet", "elsewhere") if why in ROWS[row]]


@cache
def names_in(path: str) -> set[str]:
    """Return the names of the tests in a file as pytest has them, without parameters."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name, body=body):
                functions = (inner for inner in body if isinstance(inner, ast.FunctionDef))
                found |= {f"{name}::{inner.name}" for inner in functions}
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Attribute(attr="TestCase")
            ):  # a state machine of Hypothesis
                found.add(f"{name}::runTest")
    return {name for name in found if name.startswith(("test_", "Test"))}


def is_collected(test: str) -> bool:
    path, _, name = test.partition("::")
    known = path.startswith("tests/") and Path(path).name.startswith("test_")
    return known and (ROOT / path).is_file() and name in names_in(path)


def test_no_row_is_lost_and_none_is_invented():
    expected = [
        f"{room}{number}" for room, count in COUNTS.items() for number in range(1, count + 1)
    ]

    assert expected == list(ROWS)
    assert 144 == len(expected)
    assert FIRST == sum(row["first"] for row in ROWS.values())


def test_each_row_says_what_it_is_and_nothing_else():
    for name, row in ROWS.items():
        assert {"title", "first", "tests"} <= row.keys(), name
        assert row.keys() <= {"title", "first", "tests", "not_yet", "elsewhere"}, name
        assert row["title"].strip(), name
        assert all(len(reason.split()) >= 4 for reason in reasons(name)), name


def test_each_row_has_a_test_or_a_reason():
    assert [] == [row for row in ROWS if not ids(row) and not reasons(row)]


def test_each_row_of_the_first_version_has_a_test():
    assert [] == [row for row in ROWS if ROWS[row]["first"] and not ids(row)]


def test_each_test_that_a_row_names_is_there():
    assert [] == [f"{row}: {test}" for row in ROWS for test in ids(row) if not is_collected(test)]


def test_no_row_names_a_test_twice():
    assert [] == [row for row in ROWS if len(ids(row)) != len(set(ids(row)))]


def test_the_counts_are_told(capsys):
    shown = [row for row in ROWS if ids(row)]
    named = {test for row in ROWS for test in ids(row)}
    with capsys.disabled():
        print(f"\nfaults: {len(shown)} of {len(ROWS)} rows shown by {len(named)} tests")
        for row in ROWS:
            for reason in reasons(row):
                print(f"  {row}: {reason}")
    assert len(named) > len(shown) / 2
