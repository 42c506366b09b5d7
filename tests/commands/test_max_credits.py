"""Limits that the user sets: over them, and where the price is not known, nothing is sent."""

from __future__ import annotations

import json
import threading

import pytest
from loopback import Reply

NOTHING = "Nothing was sent, nothing was charged."
FLUX = "flux-2/pro-text-to-image"
DAY = 86400.0
# A model whose price kie.ai publishes in words alone.
UNPRICED = "create -m qwen/text-to-image -p hat"


@pytest.fixture
def limited(kie):
    """The program with limits in its config."""

    def limited(**limits):
        for name, value in limits.items():
            assert 0 == kie(f"config set max_credits_per_{name} {value}").code
        return kie

    return limited


def ended(kie, task_id, credits, state="success"):
    """Let kie.ai tell what a task cost."""
    body = kie.server.record(task_id, state)
    body["data"]["creditsConsumed"] = credits
    kie.server.plays(task_id, Reply(body))
    kie(["status", task_id])


@pytest.mark.parametrize("mode", ["", " --json", " -q"])
@pytest.mark.parametrize(
    ("task", "day", "command"),
    [
        (None, None, "create -p hat --max-credits 4.99"),
        (None, None, "create -p hat -r 2K --max-credits 6"),
        (None, None, "create -p hat --max-credits 0"),
        (None, None, "create -i jar.png -p hat --max-credits 4"),
        (100, None, "create -p hat --max-credits 4"),
        (4, None, "create -p hat --max-credits 100"),
        (4, None, "create -p hat"),
        (None, 4, "create -p hat"),
        (None, 4, "create -p hat --max-credits 100"),
        (None, None, f"{UNPRICED} --max-credits 1000000"),
        (1000000, None, UNPRICED),
        (None, 1000000, UNPRICED),
        (None, None, "create -m made-up/model -P prompt=hat --max-credits 1000000"),
        (None, None, "create -p hat -P resolution=16K --no-validate --max-credits 1000000"),
        (None, None, ("create -p hat -m ideogram/character -P num_images=4 --no-validate "
                     "-P rendering_speed=QUALITY --max-credits 95")),
    ],
)  # fmt: skip
def test_spend_limit_fails_closed(limited, server, images, rows, task, day, command, mode):
    """kie never spends more than --max-credits; an unknown price counts as too much."""
    given = {"task": task, "day": day}
    kie = limited(**{name: value for name, value in given.items() if value is not None})

    run = kie(command + mode)

    assert (5, "") == (run.code, run.out)
    assert NOTHING in run.err
    assert [] == [asked for asked in server.requests if asked.method == "POST"]
    assert [] == rows()


def test_what_costs_just_the_limit_is_sent_and_its_estimate_is_on_record(kie, rows):
    assert 0 == kie("create -p hat -r 2K --max-credits 7").code
    assert 0 == kie("create -p hat").code
    assert 0 == kie(UNPRICED).code

    assert [7.0, 5.0, None] == [row["estimate"] for row in rows()]


def test_over_the_flag_says_the_price_where_it_is_from_and_the_way_out(kie):
    run = kie("create -p hat --max-credits 4")

    assert [
        f"No image: using {FLUX}.",
        (
            f"kie: {FLUX} costs 5 credits (exact, price list of 2026-10-06), "
            f"and --max-credits allows 4. {NOTHING}"
        ),
        "  Without the limit: leave --max-credits out",
    ] == run.err.splitlines()


def test_an_estimate_counts_as_it_is_and_is_called_about(kie):
    run = kie("create -m kling/v2-1-master-text-to-video -p hat --max-credits 100")

    assert (
        "costs about 160 credits (kie.ai's default duration of 5 s assumed), "
        "and --max-credits allows 100"
    ) in run.err


def test_over_the_config_names_its_key(limited):
    run = limited(task=4)("create -p hat --max-credits 9")

    assert "and max_credits_per_task allows 4. " in run.err
    assert "  Without the limit: kie config unset max_credits_per_task\n" in run.err


def test_an_unknown_price_says_so_in_kie_ai_s_words(kie):
    run = kie([*UNPRICED.split(), "--max-credits", "100"])

    assert [
        (
            "kie: The price of qwen/text-to-image is unknown (kie.ai publishes none that kie can "
            f"compute: 4 per megapixel), so --max-credits cannot be kept. {NOTHING}"
        ),
        "  Without the limit: leave --max-credits out",
    ] == run.err.splitlines()


def test_with_json_the_refusal_has_a_kind_of_its_own(kie):
    run = kie("create -p hat --max-credits 4 --json")

    error = json.loads(run.err)["error"]
    assert ("over_budget", 5, None) == (error["kind"], error["exit_code"], error["code"])


@pytest.mark.parametrize("value", ["-1", "x", "nan", "inf", "''", "' '", "1,5", "5credits"])
def test_a_limit_that_is_no_number_joins_the_other_problems(kie, server, value):
    run = kie(f"create -p hat --max-credits={value} --interval 0")

    assert 2 == run.code
    assert "kie: --max-credits: it must be a number of credits, 0 or more." in run.err
    assert "--interval" in run.err
    assert [] == server.requests


def test_a_limit_in_the_config_that_is_no_number_sends_nothing(kie, server):
    run = kie("config set max_credits_per_day lots")
    assert (2, True) == (run.code, "a number of credits" in run.err)

    (kie.home / ".config/kie").mkdir(parents=True, mode=0o700)
    (kie.home / ".config/kie/config.toml").write_text("max_credits_per_day = 'lots'\n")

    run = kie("create -p hat")
    assert (2, []) == (run.code, server.posts())
    assert "max_credits_per_day from the config file" in run.err


def test_a_day_ends_at_its_limit_and_the_next_one_begins_at_local_midnight(limited, server):
    kie = limited(day=12)
    assert [0, 0] == [kie("create -p hat").code for _ in range(2)]

    run = kie("create -p hat")

    assert 5 == run.code
    assert [
        f"No image: using {FLUX}.",
        (
            "kie: Today's creates cost 10 credits so far, this one 5 credits, "
            f"and max_credits_per_day allows 12. {NOTHING}"
        ),
        "  What they were: kie spend --since today --by model",
        "  Without the limit: kie config unset max_credits_per_day",
    ] == run.err.splitlines()
    assert 2 == len(server.posts())

    kie.clock.time += 13 * 3600  # 23:40
    assert 5 == kie("create -p hat").code
    kie.clock.time += 1200
    assert 0 == kie("create -p hat").code


def test_what_kie_ai_gives_back_can_be_spent_again(limited):
    kie = limited(day=5)
    first = kie("create -p hat").lines[0]
    assert 5 == kie("create -p hat").code

    ended(kie, first, 0.0, "fail")

    assert 0 == kie("create -p hat").code


def test_what_kie_ai_took_counts_where_it_is_more_than_was_expected(limited):
    kie = limited(day=12)
    ended(kie, kie("create -p hat").lines[0], 9.0)

    run = kie("create -p hat")

    assert (5, True) == (run.code, "cost 9 credits so far" in run.err)


def test_a_refused_create_costs_nothing_of_the_day(limited, server):
    kie = limited(day=5)
    server.answer("createTask", "create.402")
    assert 5 == kie("create -p hat").code

    assert 0 == kie("create -p hat").code


def test_a_lost_answer_counts_until_a_person_says_that_there_is_no_task(limited, lost):
    kie = limited(day=5)
    intent = lost()
    assert 5 == kie("create -p hat").code

    assert 0 == kie(["forget", intent]).code

    assert 0 == kie("create -p hat").code


def test_a_create_of_today_without_a_price_lets_no_day_s_limit_be_kept(limited, kie, server):
    task_id = kie(UNPRICED).lines[0]
    run = limited(day=100)("create -p hat")

    assert 5 == run.code
    assert (
        "kie: What 1 of today's creates cost is not known, so max_credits_per_day cannot be kept."
    ) in run.err
    assert "  To ask kie.ai: kie status TASK_ID; kie list --since today" in run.err
    ended(kie, task_id, 8.0)
    assert 0 == kie("create -p hat").code


def test_a_repeated_once_costs_nothing_and_is_refused_by_no_limit(limited, server):
    kie = limited()
    first = kie("create -p hat --once monday")
    limited(task=0, day=0)

    again = kie("create -p hat --once monday --max-credits 0")

    assert (0, first.lines) == (again.code, again.lines)
    assert 1 == len(server.posts())
    assert 5 == kie("create -p hat --once tuesday").code


def test_creates_at_once_do_not_slip_through_a_day_s_limit_together(limited, real, server):
    limited(day=12)
    runs = []
    threads = [
        threading.Thread(target=lambda: runs.append(real("create -p hat").code)) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [0, 0, 5, 5, 5] == sorted(runs)
    assert 2 == len(server.posts())


def test_in_the_sandbox_limits_hold_over_the_sandbox_s_own_tasks(kie, limited):
    limited(day=12)
    assert [0, 0] == [kie("create -p hat").code for _ in range(2)]

    assert [0, 0, 5] == [kie("create -p hat --sandbox -q").code for _ in range(3)]

    assert 5 == kie("create -p hat --sandbox --max-credits 4").code


@pytest.mark.parametrize(
    ("command", "price"),
    [
        ("create -p hat", "5 credits (exact, price list of 2026-10-06)"),
        (
            "create -m kling/v2-1-master-text-to-video -p hat",
            "about 160 credits (kie.ai's default duration of 5 s assumed)",
        ),
        (
            UNPRICED,
            "unknown (kie.ai publishes none that kie can compute: 4 per megapixel)",
        ),
    ],
)
def test_the_price_is_told_by_a_dry_run_and_on_a_terminal_and_not_in_a_pipe(kie, command, price):
    run = kie(f"{command} --dry-run")
    assert f"Nothing was sent. Price: {price}." == run.err.splitlines()[-1]
    assert f"Price: {price}." in kie(command, tty="err").err.splitlines()
    assert "Price" not in kie(command).err + kie(f"{command} --json", tty="err").err


def test_what_no_list_tells_is_learned_from_this_machine_s_own_tasks(kie):
    for credits in (3.0, 4.5):
        ended(kie, kie(UNPRICED).lines[0], credits)

    run = kie(f"{UNPRICED} --dry-run")

    assert "Price: about 4.5 credits (from 2 tasks of this machine)." in run.err
    assert 0 == kie(f"{UNPRICED} --max-credits 4.5").code
    assert 5 == kie(f"{UNPRICED} --max-credits 4").code
