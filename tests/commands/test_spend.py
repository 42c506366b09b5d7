"""`kie spend`: what this machine's tasks cost, from its own record; kie.ai is never asked."""

from __future__ import annotations

import json
import time
from contextlib import closing
from io import StringIO

import pytest
from fakes import FakeStream
from loopback import Reply

from kie_cli.cli import main
from kie_cli.context import Kie

DAY = 86400.0
FLUX, FLEX = "flux-2/pro-text-to-image", "flux-2/flex-text-to-image"


@pytest.fixture
def made(kie):
    """Creates of two days: one that kie.ai told the credits of, one without a price, one lost."""

    def create(args, credits=None):
        run = kie(f"create -q -p hat {args}")
        if credits is not None:
            body = kie.server.record(run.lines[0], "success")
            body["data"]["creditsConsumed"] = credits
            kie.server.plays(run.lines[0], Reply(body))
            kie(["status", *run.lines])

    create("--label shop", 6.5)
    create(f"-m {FLEX}")
    kie.clock.time += DAY
    create("-m qwen/text-to-image --label shop")
    kie.server.answer("createTask", "create.402")
    kie("create -q -p refused")
    kie.server.answer("createTask", Reply(hang_up=True))
    create("")
    kie.server.requests.clear()
    yield kie
    assert [] == kie.server.requests


def test_each_day_has_a_line_with_tasks_credits_and_dollars(made):
    run = made("spend")

    assert ["2026-11-22\t2\t20.5\t0.1025", "2026-11-23\t2\t5\t0.025"] == run.lines
    assert [
        "Total: 4 tasks, 25.5 credits, 0.1275 USD. 19 of the credits are estimated.",
        "kie: Without a price so far, counted as 0: 1.",
        "kie: Of unknown outcome: 1. kie list --unknown",
    ] == run.err.splitlines()


def test_models_and_labels_come_with_the_dearest_first(made):
    assert [
        f"{FLEX}\t1\t14\t0.07",
        f"{FLUX}\t2\t11.5\t0.0575",
        "qwen/text-to-image\t1\t0\t0",
    ] == made("spend --by model").lines
    assert ["\t2\t19\t0.095", "shop\t2\t6.5\t0.0325"] == made("spend --by label").lines


def test_json_is_one_object_a_line_and_says_what_is_estimated(made):
    run = made("spend --json")

    assert [
        {"day": "2026-11-22", "tasks": 2, "credits": 20.5, "usd": 0.1025, "estimated": 14},
        {"day": "2026-11-23", "tasks": 2, "credits": 5, "usd": 0.025, "estimated": 5},
    ] == run.json
    assert ["shop", None] == [line["label"] for line in made("spend --by label --json").json][::-1]
    assert all("warning" in json.loads(line) for line in run.err.splitlines())


@pytest.mark.parametrize(
    ("since", "days"),
    [
        ("yesterday", ["2026-11-22", "2026-11-23"]),
        ("today", ["2026-11-23"]),
        ("1h", ["2026-11-23"]),
        ("2026-11-22", ["2026-11-22", "2026-11-23"]),
        ("2027-01-01", []),
    ],
)
def test_since_leaves_out_what_was_sent_before(made, since, days):
    assert days == [line.split("\t")[0] for line in made(f"spend --since {since}").lines]


def test_a_terminal_shows_columns_and_bars_as_long_as_the_credits(made):
    run = made("spend --color never", tty="out")

    assert [
        "DAY         TASKS  CREDITS     USD",
        "2026-11-22      2",
        "2026-11-23      2",
    ] == [run.lines[0], *(line[:17] for line in run.lines[1:])]
    assert [30, 7] == [line.count("█") for line in run.lines[1:]]
    assert "█" not in made("spend").out


@pytest.mark.parametrize(("width", "longest"), [(48, 8), (40, 0), (10, 0)])
def test_bars_take_the_room_that_is_left(made, monkeypatch, width, longest):
    monkeypatch.setattr("kie_cli.output.stream.Stream.width", width)

    run = made("spend", tty="out")

    assert longest == run.lines[1].count("█")
    assert "2026-11-22" in run.out


def test_where_there_are_no_block_characters_bars_are_number_signs(made):
    out = FakeStream(tty=True, encoding="ascii")

    code = main(
        ["spend"], Kie(made.env, clock=made.clock, stdin=None, stdout=out, stderr=StringIO())
    )

    assert (0, 37) == (code, out.text.count("#"))
    assert "\\u" not in out.text


def test_nothing_spent_is_no_error(kie):
    run = kie("spend")
    assert (0, "", "None.\n") == (run.code, run.out, run.err)
    assert (0, "", "") == (kie("spend --json").code, kie("spend --json").out, kie("spend -q").err)


def test_what_was_free_has_no_bar(kie):
    kie("create -m ai-music-api/check-voice -P task_id=t1")

    run = kie("spend --by model", tty="out")

    assert ["ai-music-api/check-voice", "1", "0", "0"] == run.lines[1].split()


@pytest.mark.parametrize("args", ["--by week", "--since soon", "--since ''", "extra"])
def test_what_makes_no_sense_is_refused(kie, args):
    run = kie(f"spend {args}")
    assert (2, "") == (run.code, run.out)


def test_a_label_cannot_move_the_terminal(kie):
    kie(["create", "-q", "-p", "hat", "--label", "\x1b[31mred\u202e"])

    for tty in ("", "out"):
        run = kie("spend --by label --color never", tty=tty)
        assert "\x1b" not in run.out
        assert r"\x1b[31mred\u{202e}" in run.out


def test_ten_thousand_tasks_are_summed_up_at_once(kie, rows):
    from sqlite3 import connect

    kie("create -q -p hat --label shop")
    file = kie.home / ".local/state/kie/tasks.sqlite3"
    with closing(connect(file)) as db:
        columns = [key for key in rows()[0] if key not in {"seq", "intent", "state", "once"}]
        names = ", ".join(columns)
        db.execute(
            f"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
            INSERT INTO creates (intent, {names}) SELECT 'i-' || i, {names} FROM creates, n
            """  # noqa: S608
        )
        db.commit()

    began = time.monotonic()
    run = kie("spend --by label")

    assert ["shop\t10001\t50005\t250.025"] == run.lines
    assert time.monotonic() - began < 2
