"""500 rows on a real terminal, against the sandbox over HTTP: what a person sees."""

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import PROGRAM
from test_terminal import cursor_is_visible, terminal  # noqa: F401 (a fixture)

from kie_cli.output.text import cells

ROWS = 500
LIVE = r"(?s)[1-9]\d* of 500 done.*success"


@pytest.fixture
def over_http(own_home):
    """The sandbox as a server of its own; what a program needs to use it."""
    server = subprocess.Popen(
        ["timeout", "120", str(PROGRAM), "sandbox", "serve", "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={"HOME": str(own_home)},
    )  # fmt: skip
    told = dict(server.stdout.readline().split(maxsplit=1)[-1].strip().split("=", 1) for _ in "12")
    yield told
    server.terminate()
    server.communicate(timeout=10)


@pytest.fixture
def rows():
    """500 rows whose keys are of all widths."""
    keys = [
        ("cat-{}", "图像-{}", "emoji-🦊-{}", "a-very-long-name-for-a-row-{}")[n % 4]
        for n in range(ROWS)
    ]
    lines = (
        json.dumps({"key": key.format(n), "prompt": f"A hat, number {n}"})
        for n, key in enumerate(keys)
    )
    Path("rows.jsonl").write_text("\n".join(lines), encoding="utf-8")


def looks_right(lines, columns):
    """Totals come first, names and states stand under each other, and nothing is cut off."""
    text = "\n".join(lines)
    totals = re.search(r"\[[# ]{20}\]  (\d+) of 500 done, (\d+) running, (\d+) queued", text)
    assert sum(map(int, totals.groups())) == ROWS
    assert re.search(r"\d:\d\d(, about \d+:\d\d left)?  [\d.]+ of about 400 credits", text)
    shown = re.findall(r"^(\S+) +(\S.*?)  +\d:\d\d", text, re.MULTILINE)
    assert len(shown) > 12
    assert len(lines) <= 24
    assert max(map(cells, lines)) < columns
    found = [cells(line[: line.index(state)]) for line, (_, state) in rows_of(lines, shown)]
    assert len(set(found)) == 1, "the states stand in one column"
    return True


def rows_of(lines, shown):
    return [(line, row) for row in shown for line in lines if line.startswith(f"{row[0]} ")]


def test_500_rows_look_right_at_120_and_at_80_columns(terminal, over_http, rows):  # noqa: F811
    one = terminal("batch rows.jsonl -m z-image -o out/ --yes", 120, 24, **over_http)
    one.read(until=LIVE)
    assert looks_right(one.lines, 120)

    one.child.setwinsize(24, 80)
    one.screen.resize(24, 80)
    one.screen.reset()
    one.read(until=LIVE)
    assert looks_right(one.lines, 80)

    one.child.sendintr()
    one.read()
    assert one.end == -signal.SIGINT
    assert cursor_is_visible(one)
    assert not [line for line in one.lines if "of 500 done" in line or "queued" in line]
    said = "".join(one.lines)
    assert "To go on; what is paid is not paid again: kie batch rows.jsonl -m z-image" in said
    saved = {path.name for path in Path("out").iterdir() if not path.name.startswith(".")}
    told = re.findall(r"out/([^\s\x1b]+-1\.png)(?:\x1b\]8;;\x1b\\)?\r", one.text)
    assert told
    assert set(told) <= saved, "what was saved while kie ended is not told any more"
