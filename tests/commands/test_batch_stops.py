"""`kie batch` when not all goes well: what is paid comes first, and every end says why."""

from __future__ import annotations

import pytest
from loopback import Reply
from sheets import files, hats, paid, sheet

from kie_cli.core.media import LocalFile
from kie_cli.jobs.aside import SHARED, Uploads

BUSY = "create.455"


def test_rows_that_are_paid_are_saved_though_the_credits_are_gone(kie, server):
    """They stand behind 30 rows that cannot be sent."""
    late = kie("create -q --once late -p 'hat late'").lines[0]
    server.plays(late, "generating", "success")
    server.answer("createTask", *["create.402"] * 30)

    run = kie(["batch", hats(*map(str, range(30)), "late"), "-o", "out/"])

    assert run.code == 5
    assert files() == ["late-1.png"]
    assert "not sent, and cost nothing" in run.err


def test_a_row_that_kie_ai_has_no_room_for_holds_none_of_the_others(kie, server):
    server.answer("createTask", BUSY)

    run = kie(["batch", hats("a", "b", "c"), "-o", "out/", "--concurrency", "1"])

    assert run.code == 0
    sent = [post.json["input"]["prompt"] for post in server.posts()]
    assert sent == ["hat a", "hat b", "hat c", "hat a"]
    assert len(files()) == 3


def test_while_kie_ai_has_no_room_one_create_a_pause_is_tried(kie, server, rows):
    server.answer("createTask", *[BUSY] * 25)

    run = kie(["batch", hats(*map(str, range(30)))])

    assert run.code == 0
    tried = [row for row in rows() if row["outcome"] == "refused"]
    assert len(tried) == 25
    pauses = [line for line in run.err.splitlines() if "Sending goes on in" in line]
    assert len(pauses) >= 5, "the first 20 were on their way; then it is one at a time"


def test_a_wish_of_kie_ai_to_wait_is_obeyed(kie, server):
    slow = Reply({"code": 429, "msg": "slow down", "data": None}, headers={"Retry-After": "90"})
    server.answer("createTask", *[slow] * 3)

    run = kie(["batch", hats("a")])

    assert run.code == 0
    assert "Sending goes on in 90 s." in run.err


@pytest.mark.parametrize(("flags", "many"), [("--fail-fast", 3), ("", 1000)])
def test_an_end_for_want_of_room_says_why(kie, server, flags, many):
    server.answer("createTask", *[BUSY] * many)

    run = kie(["batch", hats("a"), *flags.split()])

    assert run.code == 7
    (said,) = [line for line in run.err.splitlines() if "Nothing more is sent." in line]
    assert "kie.ai takes no tasks now" in said
    assert "1 row was not sent, and cost nothing." in run.err


def test_a_bad_key_is_told_though_an_earlier_outcome_is_unknown(kie, server):
    server.answer("createTask", Reply(hang_up=True))
    assert kie(["batch", hats("a")]).code == 9
    server.answer("recordInfo", *["record.401"] * 5)

    run = kie(["batch", hats("a", "b")])

    assert run.code == 4
    assert "config set token" in run.err


def test_rows_from_a_pipe_are_not_paid_for_unasked_on_a_terminal(kie, server):
    kie("config set ask_above 9")
    rows = '{"prompt": "hat a"}\n{"prompt": "hat b"}\n'

    run = kie("batch -", stdin=rows, tty="err", TERM="dumb")

    assert (run.code, server.posts()) == (5, [])
    assert "To agree: --yes, or --max-credits N" in run.err
    for flag in ("--yes", "--max-credits 10", "--no-input"):
        assert kie(f"batch - {flag}", stdin=rows, tty="err", TERM="dumb").code == 0
    assert len(server.posts()) == 2


def test_a_rerun_tells_what_it_cost_itself(kie, server):
    first = kie(["batch", hats("a", "b")])
    again = kie("batch rows.jsonl")

    assert "2 rows: 2 done; 10 credits." in first.err
    assert "2 rows: 2 done; 0 credits." in again.err


def test_a_rerun_with_another_key_says_so(kie, server):
    kie(["batch", hats("a", "b")])

    run = kie("batch rows.jsonl", KIE_API_KEY="another-key-0123456789")

    assert "created with another API key than the one in use" in run.err


def test_an_id_that_is_given_twice_is_no_result_of_two_rows(kie, server):
    twice = {"code": 200, "msg": "ok", "data": {"taskId": "same"}}
    server.answer("createTask", twice, twice)
    server.plays("same", "generating", "success")

    run = kie(["batch", hats("a", "b"), "-o", "out/"])

    assert run.code == 1
    assert "kie.ai gave this row the task of another one" in run.err
    assert len(files()) == 1


@pytest.mark.parametrize("words", ["wait", "download"])
def test_names_by_template_are_those_of_wait_and_download_too(kie, server, words):
    made = kie("create -q --once hat -p 'a red hat'").lines[0]
    server.plays(made, "success")

    run = kie([words, made, "-o", "{date}/{key}-{index}.{ext}"])

    assert run.code == 0
    (path,) = [line for line in run.lines if line.endswith("/hat-1.png")]
    assert files(path.removesuffix("/hat-1.png")) == ["hat-1.png"]


def test_a_part_without_rows_is_no_fault(kie, server):
    sheet({"key": "a", "prompt": "hat a"})
    codes = [kie(f"batch rows.jsonl --shard {n}/50").code for n in range(1, 51)]

    assert set(codes) == {0}
    assert paid(server) == ["hat a"]


def test_a_dry_run_needs_no_record(kie, server):
    (kie.home / ".local").write_text("no folder")

    run = kie(["batch", hats("a"), "--dry-run"])

    assert run.code == 0
    assert [one["input"]["prompt"] for one in run.json] == ["hat a"]


def test_a_text_file_is_told_that_line_1_names_the_columns(kie, server):
    (path := kie.home / "prompts.txt").write_text("a red hat\na blue cup\n")

    run = kie(["batch", str(path)])

    assert run.code == 2
    assert "line 1: a red hat: no flag of create" in run.err
    assert "Line 1 names the columns." in run.err


def test_a_file_is_shared_while_it_is_new_and_then_looked_up_in_the_record(clock):
    class Client:
        sent = 0

        def upload(self, file):
            self.sent += 1
            return f"https://kie.ai/{self.sent}"

    client, file = Client(), LocalFile("a.png", "png", 3, "0" * 64, None)
    uploads = Uploads(client, clock, 4)
    assert uploads.upload(file) == uploads.upload(file) == "https://kie.ai/1"
    clock.time += SHARED + 1
    assert uploads.upload(file) == "https://kie.ai/2"
