"""`kie batch` and money: what is sent, what is not; what is paid is waited for and saved."""

from __future__ import annotations

import json
import shlex
import subprocess
import threading
from collections import Counter
from pathlib import Path

import pytest
from conftest import PROGRAM, environment
from loopback import Reply, example
from sheets import files, hats, paid, sheet, untouched

TEN = "0123456789"
NOTHING = "Nothing was sent, nothing was charged."
UNPRICED = "-m qwen/text-to-image"


def task_id(number: int) -> str:
    return f"{0xB0 + number:032x}"


def accepts(server, *numbers: int) -> None:
    """Let the next creates be taken, with ids of their own."""
    for number in numbers:
        server.plays(task_id(number), "generating", "success")
        server.answer("createTask", {"code": 200, "msg": "ok", "data": {"taskId": task_id(number)}})


def refuses(server, answer: str | Reply, times: int = 100) -> None:
    server.answer("createTask", *[answer] * times)


def accepted(rows) -> int:
    return sum(row["outcome"] == "accepted" for row in rows())


# Limits


@pytest.mark.parametrize("mode", ["", "--json --yes", "--dry-run"])
@pytest.mark.parametrize(
    ("config", "flags", "words"),
    [
        ({}, "--max-credits 9.99", "What is to be made (2 rows) costs 10 credits"),
        ({}, "--max-credits 0", "and --max-credits allows 0"),
        ({}, f"--max-credits 1000000 {UNPRICED}", "so --max-credits cannot be kept"),
        ({"task": 4}, "", "and max_credits_per_task allows 4"),
        ({"task": 4}, "--max-credits 100", "and max_credits_per_task allows 4"),
        ({"task": 1000000}, UNPRICED, "so max_credits_per_task cannot be kept"),
        ({"day": 9}, "", "and max_credits_per_day allows 9"),
        ({"day": 9}, "--max-credits 100", "and max_credits_per_day allows 9"),
        ({"day": 1000000}, UNPRICED, "so max_credits_per_day cannot be kept"),
    ],
)
def test_over_a_limit_nothing_is_sent(kie, server, rows, images, config, flags, words, mode):
    """A limit holds for all rows together before the first is uploaded; unknown is too much."""
    for name, value in config.items():
        kie(f"config set max_credits_per_{name} {value}")
    sheet({"prompt": "a"}, {"prompt": "b"})

    run = kie(f"batch rows.jsonl {flags} {mode}")

    assert (5, "") == (run.code, run.out)
    assert NOTHING in run.err
    assert words in run.err
    assert untouched(server, rows)


def test_what_costs_just_the_limit_is_sent(kie, server):
    assert 0 == kie(["batch", hats("a", "b"), "--max-credits", "10"]).code
    assert ["hat a", "hat b"] == paid(server)


def test_what_was_paid_before_does_not_count_against_the_flag(kie, server):
    kie(["batch", hats("a", "b")])

    assert 0 == kie("batch rows.jsonl --max-credits 0").code
    assert 0 == kie(["batch", hats("a", "b", "c"), "--max-credits", "5"]).code
    assert ["hat a", "hat b", "hat c"] == paid(server)


def test_the_flag_is_for_the_whole_and_the_config_for_each_task(kie, server):
    kie("config set max_credits_per_task 5")

    assert 0 == kie(["batch", hats("a", "b", "c"), "--max-credits", "15"]).code
    assert 3 == len(server.posts())


def test_creates_of_the_day_count_too(kie, server):
    kie("config set max_credits_per_day 12")
    kie("create -p x")

    run = kie(["batch", hats("a", "b")])

    assert (5, ["x"]) == (run.code, paid(server))
    assert "Today's creates cost 5 credits so far" in run.err
    assert 0 == kie(["batch", hats("a")]).code


def test_without_a_key_nothing_is_sent(kie, server, rows):
    run = kie(["batch", hats("a")], KIE_API_KEY="")

    assert (4, "") == (run.code, run.out)
    assert untouched(server, rows)
    assert 0 == kie("batch rows.jsonl --dry-run", KIE_API_KEY="").code


# The question


@pytest.fixture
def asking(kie):
    """A terminal, and a batch of 10 credits where 9 are the most that need no question."""
    kie("config set ask_above 9")
    hats("a", "b")

    def ask(answer, flags="", tty="in err"):
        return kie(f"batch rows.jsonl {flags}", stdin=answer, tty=tty, TERM="dumb")

    return ask


@pytest.mark.parametrize("answer", ["y\n", "Y\n", "yes\n", " y \n"])
def test_yes_sends(asking, server, answer):
    run = asking(answer)

    assert (0, 2) == (run.code, len(server.posts()))
    assert "Send them for 10 credits? [y/N]" in run.err


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "nay\n", "yes please\n", "j\n"])
def test_anything_else_and_ctrl_d_send_nothing(asking, server, rows, answer):
    run = asking(answer)

    assert (5, "") == (run.code, run.out)
    assert "You did not agree to the price. Nothing was sent or charged." in run.err
    assert untouched(server, rows)


@pytest.mark.parametrize(
    ("flags", "tty"),
    [
        ("--yes", "in err"),
        ("-y", "in err"),
        ("--no-input", "in err"),
        ("", "in"),
        ("", "err"),
        ("", ""),
    ],
)
def test_nobody_is_asked_who_said_yes_or_is_not_there(asking, server, flags, tty):
    run = asking("n\n", flags, tty)

    assert (0, 2) == (run.code, len(server.posts()))
    assert "[y/N]" not in run.err


def test_an_unknown_price_is_asked_about(asking, kie, server, rows):
    kie("config set ask_above 1000000")

    run = asking("", UNPRICED)

    assert 5 == run.code
    assert "Send them at an unknown price? [y/N]" in run.err
    assert untouched(server, rows)


def test_what_is_cheap_or_paid_or_free_is_not_asked_about(asking, kie, server):
    kie("config set ask_above 10")
    assert 0 == asking("").code
    kie("config set ask_above 0")

    assert [0, 0] == [asking("").code, asking("", "--sandbox").code]
    assert 2 == len(server.posts())


# Out of credits, a bad key, a service that is away: sending ends, waiting for the rest does not


@pytest.mark.parametrize(
    ("answer", "code"), [("create.402", 5), ("create.433", 5), ("create.401", 4)]
)
@pytest.mark.parametrize("mode", ["", " --json"])
def test_what_stops_one_create_stops_all_and_what_is_paid_is_saved(
    kie, server, rows, answer, code, mode
):
    accepts(server, 1, 2, 3)
    refuses(server, answer)

    run = kie(["batch", hats(*TEN), "-o", "out/", "--concurrency", "3", *mode.split()])

    assert (code, 3) == (run.code, len(files()))
    assert 4 <= len(server.posts()) <= 6  # at most 3 were on their way
    assert 3 == accepted(rows)
    unsent = 10 - len(server.posts())
    assert f"{unsent} rows were not sent, and cost nothing." in run.err
    assert mode or f"10 rows: 3 done, {7 - unsent} failed, {unsent} not sent" in run.err
    assert f"kie batch rows.jsonl -o out/ --concurrency 3{mode}" in run.err

    server._scripts.clear()
    refused = len(server.posts()) - 3
    assert 0 == kie("batch rows.jsonl -o out/").code
    assert (10, 10) == (len(files()), len(server.posts()) - refused)
    assert set(paid(server)) == {f"hat {key}" for key in TEN}


def test_out_of_credits_amid_twenty_creates_pays_and_saves_what_was_taken(kie, server, rows):
    accepts(server, *range(7))
    refuses(server, "create.402")

    run = kie(["batch", hats(*map(str, range(60))), "-o", "out/"])

    assert (5, 7, 7) == (run.code, len(files()), accepted(rows))
    assert len(server.posts()) <= 7 + 20


def test_what_is_still_uploading_when_the_credits_end_is_not_sent_any_more(kie, server, images):
    slow = Reply(example("upload.ok"), meanwhile=lambda: threading.Event().wait(0.3))
    server.answer("file-stream-upload", slow, slow)
    refuses(server, "create.402")
    sheet({"prompt": "hat"}, *({"prompt": "hat", "image": name} for name in images))

    assert 5 == kie("batch rows.jsonl").code
    assert (2, 1) == (len(server.seen("upload")), len(server.posts()))


def test_out_of_credits_says_more_than_a_task_that_failed(kie, server):
    accepts(server, 1)
    server.plays(task_id(1), "fail")
    refuses(server, "create.402")

    assert 5 == kie(["batch", hats(*TEN), "--concurrency", "1"]).code
    assert 2 == len(server.posts())


def test_a_kie_ai_that_takes_no_tasks_for_a_while_gets_them_later(kie, server, rows):
    accepts(server, 1)
    refuses(server, "create.455", 5)

    run = kie(["batch", hats(*TEN), "-o", "out/"])

    assert (0, 10, 10) == (run.code, len(files()), accepted(rows))
    assert (15, set(TEN)) == (len(server.posts()), {prompt[4:] for prompt in paid(server)})
    assert "Nothing was created, nothing was charged. Sending goes on in 10 s." in run.err


def test_a_kie_ai_that_stays_away_is_exit_7_and_what_is_paid_is_saved(kie, server, rows):
    accepts(server, 1, 2, 3)
    refuses(server, "create.455", 1000)

    run = kie(["batch", hats(*TEN), "-o", "out/", "--concurrency", "3"])

    assert (7, 3, 3) == (run.code, len(files()), accepted(rows))
    assert "7 rows were not sent, and cost nothing." in run.err
    assert 900 < kie.clock.monotonic() < 1200
    assert len(server.posts()) < 100

    server._scripts.clear()
    assert (0, 10) == (kie("batch rows.jsonl -o out/").code, len(files()))
    assert 10 == accepted(rows)


def test_kie_ai_that_is_not_there_at_all_is_exit_7_and_nothing_is_charged(kie, server, rows):
    run = kie(["batch", hats(*TEN)], KIE_BASE_URL="http://127.0.0.1:9")

    assert (7, "", []) == (run.code, run.out, server.posts())
    assert not [row for row in rows() if row["outcome"] != "refused"]


def test_one_that_asks_to_slow_down_is_sent_again(kie, server, rows):
    server.answer("createTask", "create.429")

    assert 0 == kie(["batch", hats("a", "b")]).code
    assert (3, 2) == (len(server.posts()), accepted(rows))


def test_a_key_that_is_refused_by_the_looks_ends_the_waiting_and_says_how_to_go_on(kie, server):
    accepts(server, 1, 2)
    for number in (1, 2):
        server.plays(task_id(number), "generating", Reply({"code": 401, "msg": "no access"}))

    run = kie(["batch", hats("a", "b"), "-o", "out/"])

    assert (4, "") == (run.code, run.out)
    assert "2 tasks go on at kie.ai." in run.err
    assert "To go on; what is paid is not paid again: kie batch rows.jsonl -o out/" in run.err
    for number in (1, 2):
        server.plays(task_id(number), "success")
    assert (0, 2) == (kie("batch rows.jsonl -o out/").code, len(server.posts()))


# One row's trouble is no other row's


def test_a_row_that_kie_ai_refuses_stops_none_of_the_others(kie, server):
    server.answer("createTask", "create.422-validation")

    run = kie(["batch", hats(*TEN), "-o", "out/"])

    assert (2, 9, 10) == (run.code, len(files()), len(server.posts()))
    assert "10 rows: 9 done, 1 failed" in run.err
    assert (0, 10) == (kie("batch rows.jsonl -o out/").code, len(files()))


def test_a_task_that_fails_stops_none_of_the_others(kie, server):
    accepts(server, 1)
    server.plays(task_id(1), "fail")

    run = kie(["batch", hats(*TEN), "-o", "out/"])

    assert (3, 9, 10) == (run.code, len(files()), len(server.posts()))
    assert next(line for line in run.err.splitlines() if ": The task failed: " in line)[5] in TEN


def test_an_unknown_outcome_stops_none_of_the_others_and_is_never_sent_again(kie, server):
    server.answer("createTask", Reply(hang_up=True))

    run = kie(["batch", hats(*TEN), "-o", "out/"])

    assert (9, 9, 10) == (run.code, len(files()), len(server.posts()))
    assert "Look at https://kie.ai/logs before repeating" in run.err
    assert 9 == kie("batch rows.jsonl -o out/").code
    assert {1} == set(Counter(paid(server)).values())


def test_three_lost_answers_in_a_row_stop_the_sending(kie, server):
    accepts(server, 1)
    server.answer("createTask", Reply(hang_up=True), Reply(hang_up=True))
    accepts(server, 2)
    refuses(server, Reply(hang_up=True))

    run = kie(["batch", hats(*TEN), "-o", "out/", "--concurrency", "1"])

    assert (9, 7, 2) == (run.code, len(server.posts()), len(files()))
    assert "10 rows: 2 done, 5 of unknown outcome, 3 not sent.\n" in run.err
    assert "3 rows were not sent, and cost nothing." in run.err


def test_an_unknown_outcome_is_worse_than_no_credits(kie, server):
    server.answer("createTask", Reply(hang_up=True), "create.402")

    run = kie(["batch", hats(*TEN), "--concurrency", "1", "--json"])

    assert (9, 2) == (run.code, len(server.posts()))
    assert 9 == json.loads(run.err.splitlines()[-1])["error"]["exit_code"]


@pytest.mark.parametrize(("trouble", "code"), [("fail", 3), ("create.422-validation", 2)])
def test_fail_fast_sends_no_more_and_saves_what_is_paid(kie, server, trouble, code):
    accepts(server, 1)
    server.plays(task_id(1), *["generating"] * 5, "success")
    if trouble == "fail":
        accepts(server, 2)
        server.plays(task_id(2), "fail")
    else:
        server.answer("createTask", trouble)

    run = kie(["batch", hats(*TEN), "-o", "out/", "--fail-fast", "--concurrency", "2"])

    assert (code, 2, 1) == (run.code, len(server.posts()), len(files()))
    assert "8 rows were not sent, and cost nothing." in run.err


def test_time_that_is_up_says_the_same_line_to_go_on(kie, server):
    for number in (0xA1, 0xA2):
        server.plays(f"{number:032x}", "generating")

    run = kie(["batch", hats("a", "b"), "--timeout", "5"])

    assert (8, "") == (run.code, run.out)
    assert "Come back with: kie batch rows.jsonl --timeout 5" in run.err
    assert "2 rows: 0 done, 2 still running; 10 credits." == run.err.splitlines()[-1]


def test_without_time_to_wait_all_is_sent_and_collected_later(kie, server):
    assert 8 == kie(["batch", hats(*TEN), "--timeout", "0"]).code
    assert 10 == len(server.posts())

    assert 0 == kie("batch rows.jsonl -o out/").code
    assert (10, 10) == (len(server.posts()), len(files()))


@pytest.mark.parametrize("most", [1, 2, 5])
def test_no_more_tasks_are_under_way_than_were_allowed(kie, server, most):
    """Counted by the server: from the create to the look that told the end."""
    assert 0 == kie(["batch", hats(*TEN), "--concurrency", f"{most}"]).code

    under_way, highest, looks = 0, 0, Counter()
    for asked in server.requests:
        if asked.path.endswith("/createTask"):
            under_way += 1
        elif asked.path.endswith("/recordInfo"):
            looks[asked.query["taskId"][0]] += 1
            under_way -= looks[asked.query["taskId"][0]] == 2  # generating, success
        highest = max(highest, under_way)
    assert (most, 0, 10) == (highest, under_way, len(server.posts()))


def test_the_account_s_pace_is_kept(kie, server):
    hats(*map(str, range(45)))

    assert 0 == kie("batch rows.jsonl").code
    assert 45 == len(server.posts())
    assert kie.clock.monotonic() >= 20  # 20 at once, 20 after 10 s, 5 after 20 s


def test_a_full_disk_keeps_what_is_paid_for_the_next_run(kie, server):
    Path("out").write_text("a file where the folder should be")

    run = kie(["batch", hats("a", "b"), "-o", "out/{key}.{ext}"])

    assert (10, "", 2) == (run.code, run.out, len(server.posts()))
    Path("out").unlink()
    assert (0, 2) == (kie("batch rows.jsonl -o 'out/{key}.{ext}'").code, len(server.posts()))
    assert ["a.png", "b.png"] == files()


# A standard output that is gone


@pytest.fixture
def shell(own_home, server):
    """Run a line of bash in which `$kie` is the program; return its exit code and stderr."""

    def run(line):
        done = subprocess.run(
            ["/bin/bash", "-c", line],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=environment(own_home, server, kie=shlex.quote(str(PROGRAM))),
        )
        return done.returncode, done.stderr

    return run


def test_a_reader_that_went_away_loses_no_paid_id(kie, shell, server, rows):
    hats("a", "b", "c")
    for number in (2, 3):
        server.plays(f"{0xA0 + number:032x}", *["generating"] * 4, "success")

    code, _ = shell("$kie batch rows.jsonl --interval 0.2 -q | head -1; exit ${PIPESTATUS[0]}")

    assert code == 141
    assert (3, 3) == (len(server.posts()), accepted(rows))
    run = kie("batch rows.jsonl")
    assert (0, 3, 3) == (run.code, len(run.lines), len(server.posts()))


def test_a_stdout_that_is_closed_from_the_start_sends_nothing(shell, server, rows):
    hats("a", "b")

    code, said = shell("$kie batch rows.jsonl >&-")

    assert code == 11
    assert "Standard output is closed, so results could not be printed. Nothing was sent." in said
    assert untouched(server, rows)
