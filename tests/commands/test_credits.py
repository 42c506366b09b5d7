"""`kie credits`: the balance, and the cheapest test of a key."""

import json

import pytest
from loopback import Reply, example


@pytest.mark.parametrize(
    ("balance", "shown"),
    [(100, "100"), (99.5, "99.5"), (0, "0"), (1234567.5, "1234567.5"), (-3, "-3"), (0.1, "0.1")],
)
def test_prints_the_balance(kie, balance, shown):
    body = example("credit.ok") | {"data": balance}
    kie.server.answer("credit", body, body)
    run = kie("credits")
    assert (run.code, run.out, run.err) == (0, f"{shown}\n", "")
    assert kie("credits --json").json == [{"credits": balance}]
    assert kie.server.requests[0].headers["authorization"] == f"Bearer {kie.env['KIE_API_KEY']}"


@pytest.mark.parametrize(
    ("reply", "code", "asked"),
    [
        (Reply(example("record.401")), 4, 1),
        (Reply({"code": 402, "msg": "Credits insufficient"}), 5, 1),
        (Reply({"code": 422, "msg": "no"}), 2, 1),
        (Reply({"code": 200, "msg": "success", "data": None}), 1, 1),
        (Reply({"code": 200, "msg": "success", "data": True}), 1, 1),
        (Reply({"code": 999, "msg": "what?"}), 1, 1),
        (Reply({"code": 455, "msg": "maintenance"}), 7, 3),
        (Reply("<html>", 503), 7, 3),
        (Reply(hang_up=True), 7, 3),
    ],
)
def test_each_failure_has_its_exit_code(kie, reply, code, asked):
    kie.server.answer("credit", *[reply] * 6)
    run = kie("credits")
    assert (run.code, run.out) == (code, "")
    assert len(kie.server.requests) == asked
    error = json.loads(kie("credits --json").err)["error"]
    assert error["exit_code"] == code
    assert error["task_id"] is None


def test_a_bad_minute_is_got_over(kie):
    kie.server.answer("credit", Reply("<html>", 502), Reply(hang_up=True))
    assert kie("credits").code == 0


def test_the_sandbox_begins_with_1000(sandbox):
    assert sandbox("credits").out == "1000\n"
    sandbox("create -q -p hats")
    assert sandbox("credits").out == "995\n"
