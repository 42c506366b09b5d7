"""What each answer to createTask means for exit code, words, ledger and further requests."""

from __future__ import annotations

import json
import socket

import pytest
from loopback import EXAMPLES, Reply, example

MAY = ". A task may exist and be charged."
UNPAID = "Nothing was created, nothing was charged."
CREATED = {"create.ok", "create.ok-documented"}
REFUSED = {
    "create.401": (4, "bad_key", 401),
    "create.402": (5, "no_credits", 402),
    "create.404": (2, "wrong_input", 404),
    "create.422-unknown-model": (2, "wrong_input", 422),
    "create.422-unpublished": (2, "wrong_input", 422),
    "create.422-validation": (2, "wrong_input", 422),
    "create.433": (5, "no_credits", 433),
    "create.455": (7, "unreachable", 455),
    "create.500-credits": (5, "no_credits", 500),
    "create.500-maintenance": (7, "unreachable", 500),
    "create.500-paused": (7, "unreachable", 500),
    "create.500-validation": (2, "wrong_input", 500),
    "create.505": (7, "unreachable", 505),
}
BUSY = {"create.429": 429, "create.430": 430}
UNCLEAR = {"create.500-generic": 500, "create.501": 501}
HOSTILE_IDS = [
    *(None, "", 7, True, ["t1"], {"id": "t1"}, "-rf", ".hidden", "a/b", "../x", "a b", "t\n1"),
    *("t\x1b[2J", "\u202eid", "\ud800", "ü", "x" * 201),
]


def test_every_example_has_its_row():
    known = CREATED | REFUSED.keys() | BUSY.keys() | UNCLEAR.keys()

    assert known == {file.stem for file in EXAMPLES.glob("create.*.json")}


def tail(intent):
    """Return what every unknown outcome ends with."""
    sent = "2026-11-22 10:40:00 UTC"
    return [
        "  Look at https://kie.ai/logs before repeating; kie list --unknown shows what was sent.",
        f"  Look for: flux-2/pro-text-to-image, sent {sent}. kie did not send it twice.",
        f"  It is there:      kie adopt TASK_ID --for {intent}",
        f"  It is not there:  kie forget {intent}, then create again",
    ]


@pytest.mark.parametrize("name", sorted(CREATED))
@pytest.mark.parametrize("code", [200, "200"])
def test_a_yes_with_an_id_is_a_task(kie, server, rows, name, code):
    body = {**example(name), "code": code, "unknown": {"more": 1}}
    server.answer("createTask", body, status=201)

    run = kie("create -p hat")

    assert (0, [body["data"]["taskId"]]) == (run.code, run.lines)
    assert len(server.posts()) == 1
    assert ("accepted", run.lines[0]) == (rows()[0]["outcome"], rows()[0]["task_id"])
    assert json.loads(rows()[0]["answer"]) == body


@pytest.mark.parametrize("status", [200, 402, 500])
@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_ends_with_its_code_whatever_the_http_status(kie, server, rows, name, status):
    code, kind, said = REFUSED[name]
    server.answer("createTask", name, status=status)

    run = kie("create -p hat")

    assert (code, "") == (run.code, run.out)
    assert example(name)["msg"] in run.err
    assert UNPAID in run.err
    assert len(server.posts()) == 1
    (row,) = rows()
    assert ("refused", None) == (row["outcome"], row["task_id"])
    assert (kind, said) == tuple(json.loads(row["error"])[part] for part in ("kind", "code"))


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_one_json_object_with_json(kie, server, rows, name):
    code, kind, said = REFUSED[name]
    server.answer("createTask", name)

    run = kie("create -p hat --json")

    (line,) = [line for line in run.err.splitlines() if "error" in line]
    error = json.loads(line)["error"]
    assert ["kind", "exit_code", "code", "message", "hint", "task_id", "intent"] == list(error)
    assert (kind, code, said, None, rows()[0]["intent"]) == tuple(
        error[part] for part in ("kind", "exit_code", "code", "task_id", "intent")
    )


@pytest.mark.parametrize(("name", "code"), [("401", 4), ("402", 5), ("433", 5)])
def test_a_key_that_is_not_taken_or_used_up_is_named_by_source_and_end(kie, server, name, code):
    server.answer("createTask", f"create.{name}")

    run = kie("create -p hat")

    assert code == run.code
    assert "ending in …cdef came from: environment (KIE_API_KEY)." in run.err


def test_out_of_credits_points_to_the_balance(kie, server):
    server.answer("createTask", "create.402")

    assert "kie credits shows the balance" in kie("create -p hat").err


@pytest.mark.parametrize("name", BUSY)
def test_a_busy_kie_ai_is_asked_three_times(kie, server, rows, name):
    seen = []
    kie.clock.while_sleeping = lambda: seen.append(rows()[0]["outcome"])
    server.answer("createTask", name, name, name)

    run = kie("create -p hat")

    assert (7, "") == (run.code, run.out)
    assert [12.5, 12.5] == kie.clock.slept
    assert ["prepared", "prepared"] == seen, "on disk before the sleep"
    assert len({post.body for post in server.posts()}) == 1
    assert 3 == len(server.posts()) == rows()[0]["attempts"]
    assert ("refused", "unreachable") == (
        rows()[0]["outcome"],
        json.loads(rows()[0]["error"])["kind"],
    )
    assert f"(code {BUSY[name]}). {UNPAID}" in run.err
    assert "trying again in 12.5 s. Nothing was charged." in run.err


def test_a_create_that_gets_through_in_the_end_is_one_task(kie, server, rows):
    server.answer("createTask", "create.429", "create.430", "create.ok")

    run = kie("create -p hat")

    assert (0, [example("create.ok")["data"]["taskId"]]) == (run.code, run.lines)
    assert 1 == len(rows())
    assert "accepted" == rows()[0]["outcome"]


@pytest.mark.parametrize(("header", "slept"), [("3", [3.0]), ("0", [0.0]), ("59", [59.0])])
def test_a_pause_that_kie_ai_asks_for_is_kept(kie, server, header, slept):
    busy = Reply(example("create.429"), 429, {"Retry-After": header})
    server.answer("createTask", busy, "create.ok")

    assert 0 == kie("create -p hat").code
    assert slept == kie.clock.slept


@pytest.mark.parametrize(
    ("header", "when"), [("60", "1 min"), ("3600", "1 h"), ("1e300", "3660 d")]
)
def test_a_pause_that_does_not_fit_ends_it_and_says_when(kie, server, header, when):
    server.answer("createTask", Reply(example("create.429"), 429, {"Retry-After": header}))

    run = kie("create -p hat")

    assert (7, []) == (run.code, kie.clock.slept)
    assert len(server.posts()) == 1
    assert f"Try again in {when}." in run.err


def test_the_tries_stay_within_a_minute(kie, server):
    slow = Reply(example("create.429"), 429, {"Retry-After": "40"})
    server.answer("createTask", slow, slow)

    assert 7 == kie("create -p hat").code
    assert [40.0] == kie.clock.slept
    assert len(server.posts()) == 2


def unclear(kie, server, rows, what, *hints, command="create -p hat"):
    """Run a create whose outcome nobody can know, and look at all that must be true of it."""
    run = kie(command)
    (row,) = rows()
    assert (9, "") == (run.code, run.out)
    told = [line for line in run.err.splitlines() if not line.startswith("No image")]
    assert [f"kie: {what}{MAY}", *hints, *tail(row["intent"])] == told
    assert len(server.posts()) == 1
    assert [] == kie.clock.slept
    assert ("unknown", None) == (row["outcome"], row["task_id"])
    assert what == json.loads(row["error"])["message"]
    return row


@pytest.mark.parametrize("name", UNCLEAR)
def test_an_answer_that_proves_nothing_is_unknown(kie, server, rows, name):
    server.answer("createTask", name)
    hints = ["  kie.ai says the generation failed."] if UNCLEAR[name] == 501 else []
    what = f'kie.ai answered code {UNCLEAR[name]}: "{example(name)["msg"]}"'

    row = unclear(kie, server, rows, what, *hints)

    assert example(name) == json.loads(row["answer"])


@pytest.mark.parametrize("code", [True, 200.0, 999, -1, "ok", "0200"])
def test_a_code_that_nobody_knows_is_unknown(kie, server, rows, code):
    server.answer("createTask", {"code": code, "msg": "hm", "data": {"taskId": "t1"}})

    unclear(kie, server, rows, f'kie.ai answered code {code}: "hm"')


@pytest.mark.parametrize("task_id", HOSTILE_IDS, ids=repr)
def test_a_yes_without_a_usable_id_is_unknown(kie, server, rows, task_id):
    body = json.dumps({"code": 200, "msg": "success", "data": {"taskId": task_id}})
    server.answer("createTask", Reply(body))

    row = unclear(kie, server, rows, "kie.ai said yes but gave no usable task id")

    assert body == row["answer"]


@pytest.mark.parametrize("data", [None, [], {}, "t1", {"recordId": "t1"}])
def test_a_yes_without_any_id_is_unknown(kie, server, rows, data):
    server.answer("createTask", {"code": 200, "msg": "success", "data": data})

    unclear(kie, server, rows, "kie.ai said yes but gave no usable task id")


@pytest.mark.parametrize("status", [200, 401, 404, 429, 500, 502, 520, 503])
def test_a_page_in_place_of_an_answer_is_unknown(kie, server, rows, status):
    server.answer("createTask", Reply("<html>\n  Bad\x1b[31m Gateway</html>", status))
    page = r'"<html> Bad\x1b[31m Gateway</html>"'
    what = f"kie.ai's answer could not be read (HTTP {status}: {page})"

    run = kie("create -p hat")

    assert (9, "") == (run.code, run.out)
    assert f"kie: {what}{MAY}" in run.err.splitlines()
    assert len(server.posts()) == 1
    assert "unknown" == rows()[0]["outcome"]


@pytest.mark.parametrize(
    "body", ["", "{", "null", "[]", '{"msg":"x"}', '{"code":200,"code":402}', b"\xff\xfe{\0}\0"]
)
def test_an_answer_that_two_could_read_differently_is_unknown(kie, server, rows, body):
    server.answer("createTask", Reply(body))

    assert 9 == kie("create -p hat").code
    assert len(server.posts()) == 1
    assert "unknown" == rows()[0]["outcome"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(kie, server, rows, status):
    to = {"Location": f"{server.upload.replace('127.0.0.1', 'localhost')}/secret/path"}
    server.answer("createTask", Reply("", status, to))
    hint = "  It was a redirect to localhost, which kie never follows: see KIE_BASE_URL."

    unclear(kie, server, rows, f'kie.ai\'s answer could not be read (HTTP {status}: "")', hint)

    assert ["createTask"] == [request.path.rpartition("/")[2] for request in server.requests]


def test_too_large_a_request_is_unknown_with_a_hint(kie, server, rows):
    server.answer("createTask", Reply("<html/>", 413))

    assert "The answer says that the request was too large." in kie("create -p hat").err


def test_an_answer_that_never_comes_is_unknown(kie, server, rows):
    server.answer("createTask", Reply(hang_up=True))

    unclear(kie, server, rows, "the connection to kie.ai broke after the request was sent")


def test_an_answer_without_end_is_unknown(kie, server, rows):
    server.answer("createTask", Reply("x" * (2**20 + 1)))

    run = kie("create -p hat")

    assert 9 == run.code
    assert "could not be read (an answer of over 1048576 bytes)" in run.err
    assert "unknown" == rows()[0]["outcome"]


def test_no_answer_in_time_is_unknown(sandbox, rows):
    run = sandbox("create -p hat", KIE_SANDBOX_SCENARIO="lost-answer")

    assert (9, "") == (run.code, run.out)
    assert f"kie: no answer from kie.ai after 60 s{MAY}" in run.err
    look = "  Nothing real was charged: it was the sandbox. kie list --unknown shows what was sent."
    assert [look, *tail(rows()[0]["intent"])[1:]] == run.err.splitlines()[-4:]


def test_an_unknown_outcome_is_one_json_object_with_json(kie, server, rows):
    server.answer("createTask", Reply(hang_up=True))

    run = kie("create -p hat --json")

    error = json.loads(run.err)["error"]
    assert ("unknown_outcome", 9, None, None, rows()[0]["intent"]) == tuple(
        error[part] for part in ("kind", "exit_code", "code", "task_id", "intent")
    )
    assert [line.strip() for line in tail(error["intent"])] == error["hint"].split("\n")


def test_an_unknown_outcome_is_named_by_the_next_creates_of_the_day(kie, server):
    warning = "kie: 1 earlier create has an unknown outcome: kie list --unknown"
    server.answer("createTask", Reply(hang_up=True), Reply(hang_up=True))
    kie("create -p hat")

    assert warning in kie("create -p hat").err.splitlines()
    run = kie("create -p hat")
    assert 0 == run.code
    assert "kie: 2 earlier creates have an unknown outcome: kie list --unknown" in run.err

    kie.clock.time += 86401
    assert "unknown outcome" not in kie("create -p hat").err


def test_a_kie_ai_that_is_not_there_is_tried_three_times(kie, server, rows):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    run = kie("create -p hat", KIE_BASE_URL=f"http://127.0.0.1:{port}")

    assert (7, "") == (run.code, run.out)
    assert [0.25, 0.5] == kie.clock.slept
    assert (
        "kie: kie.ai could not be reached (connection refused, 3 tries). "
        "Nothing was sent, nothing was charged."
    ) in run.err.splitlines()
    (row,) = rows()
    assert ("refused", "not_sent", None) == (
        row["outcome"],
        json.loads(row["error"])["kind"],
        row["sent_at"],
    )
    assert "sending" not in [event["state"] for event in rows("events")]
