"""`kie adopt`: a create whose answer was lost gets the task that it made."""

from __future__ import annotations

import json

import pytest
from loopback import Reply, example

TASK = "2aeff425a5f21580d2f225c4129e63ab"
INPUT = {"prompt": "hat", "aspect_ratio": "1:1", "resolution": "1K"}
MODEL = "flux-2/pro-text-to-image"


@pytest.fixture
def told(kie, server):
    """Let recordInfo tell of TASK: what it was asked, and when it was made."""

    def tell(input_=INPUT, model=MODEL, after=1.0, state="generating"):
        param = json.dumps({"model": model, "input": json.dumps(input_), "callBackUrl": ""})
        created = round((kie.clock.now() + after) * 1000)
        data = {"model": model, "param": param, "createTime": created, "state": state}
        server.plays(TASK, {**data, "resultJson": ""})

    return tell


def test_the_one_create_that_fits_is_found_by_itself(kie, lost, told, rows, server):
    intent = lost()
    told({"resolution": "1K", **INPUT, "seed": 7})

    run = kie(f"adopt {TASK}")

    assert (0, [TASK]) == (run.code, run.lines)
    assert f"Next:  kie wait {TASK} --download" in run.err
    (row,) = rows()
    assert (intent, "accepted", TASK, None) == (
        row["intent"], row["outcome"], row["task_id"], row["error"],
    )  # fmt: skip
    assert "" == kie("list --unknown").out
    assert len(server.posts()) == 1


def test_an_adopted_task_is_waited_for_and_saved_like_any_other(kie, lost, told, server):
    lost()
    told()
    kie(f"adopt {TASK}")
    server.plays(TASK, "success")

    run = kie("wait --last --download")

    assert (0, [f"./{TASK}-1.png"]) == (run.code, run.lines)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"input_": {**INPUT, "prompt": "cat"}}, "prompt differs"),
        ({"input_": {"prompt": "hat", "resolution": "1K"}}, "aspect_ratio is missing"),
        ({"model": "z-image"}, "the model is z-image"),
        ({"after": 601}, "it was created 10 min after the send"),
        ({"after": -121}, "it was created 2 min before the send"),
        ({"input_": []}, "prompt is missing"),
    ],
)
def test_what_does_not_fit_changes_nothing(kie, lost, told, rows, other, why):
    intent = lost()
    told(**other)
    before = rows()

    for command in (f"adopt {TASK}", f"adopt {TASK} --for {intent}"):
        run = kie(command)

        assert (2, "") == (run.code, run.out)
        assert f"kie: {TASK} fits no create of unknown outcome. Nothing was changed." in run.err
        assert f"  {intent}: " in run.err
        assert why in run.err
        assert f"kie adopt {TASK} --for INTENT --force" in run.err
    assert before == rows()


def test_a_person_who_knows_better_can_force_it(kie, lost, told, rows):
    intent = lost()
    told(model="z-image")

    assert 2 == kie(f"adopt {TASK} --force").code
    assert "unknown" == rows()[0]["outcome"]
    assert [TASK] == kie(f"adopt {TASK} --for {intent} --force").lines
    assert "accepted" == rows()[0]["outcome"]


def test_among_several_that_fit_a_person_chooses(kie, lost, told, rows):
    first, second = lost(), lost()
    told()

    run = kie(f"adopt {TASK}")

    assert 2 == run.code
    assert "fits several creates" in run.err
    assert f"  {first}: fits\n" in run.err
    assert f"  {second}: fits\n" in run.err
    assert 0 == kie(f"adopt {TASK} --for {second}").code
    assert ["unknown", "accepted"] == [row["outcome"] for row in rows()]


def test_among_several_the_one_that_fits_is_found(kie, lost, told, rows):
    lost("create -p cat")
    lost()
    told()

    assert 0 == kie(f"adopt {TASK}").code
    assert ["unknown", "accepted"] == [row["outcome"] for row in rows()]


def test_a_known_task_is_named_and_nothing_is_asked(kie, server):
    (task_id,) = kie("create -p hat").lines
    asked = len(server.requests)

    run = kie(f"adopt {task_id}")

    assert (0, [task_id]) == (run.code, run.lines)
    assert "is in the list already. Nothing was changed." in run.err
    assert len(server.requests) == asked


def test_without_a_recorded_input_a_person_must_name_the_create(kie, lost, told, rows):
    kie("config set record_prompts false")
    intent = lost()
    told()

    run = kie(f"adopt {TASK} --for {intent}")

    assert 2 == run.code
    assert "the input was not recorded (record_prompts is false)" in run.err
    assert 0 == kie(f"adopt {TASK} --for {intent} --force").code


@pytest.mark.parametrize(("answer", "code"), [("record.null", 6), ("record.401", 4)])
def test_what_kie_ai_does_not_tell_is_an_error_that_changes_nothing(
    kie, lost, rows, server, answer, code
):
    lost()
    server.answer("recordInfo", Reply(example(answer)))

    assert code == kie(f"adopt {TASK}").code
    assert "unknown" == rows()[0]["outcome"]


def test_kie_ai_out_of_reach_is_7(kie, lost, server, rows):
    lost()
    server.answer("recordInfo", *[Reply(hang_up=True)] * 3)

    assert 7 == kie(f"adopt {TASK}").code
    assert "unknown" == rows()[0]["outcome"]


def test_a_wrong_intent_or_none_at_all_is_an_error(kie, lost, server):
    run = kie(f"adopt {TASK}")
    assert 2 == run.code
    assert "There is no create of unknown outcome on this machine." in run.err
    lost()
    (task_id,) = kie("create -p hat -q").lines
    asked = len(server.requests)

    assert "is not in the list of this machine" in kie(f"adopt {TASK} --for i-aaaaaaaaaa").err
    accepted = kie("list --json -n 1").json[0]["intent"]
    run = kie(f"adopt {TASK} --for {accepted}")
    assert (2, True) == (run.code, "this create is waiting" in run.err)
    assert 2 == kie("adopt ../x").code
    assert len(server.requests) == asked
    assert task_id


def test_an_intent_in_the_place_of_the_id_is_told_apart(kie, lost):
    intent = lost()

    run = kie(f"adopt {intent}")

    assert 2 == run.code
    assert f"kie: {intent} is an INTENT" in run.err
    assert f"kie adopt TASK_ID --for {intent}" in run.err


def test_an_adopted_create_holds_its_once_key_again_though_it_was_forgotten(
    kie, lost, told, server
):
    intent = lost("create -p hat --once k1")
    told()
    kie(f"forget {intent}")
    kie(f"adopt {TASK} --for {intent}")

    run = kie("create -p hat --once k1")

    assert (0, [TASK]) == (run.code, run.lines)
    assert len(server.posts()) == 1


def test_a_key_that_a_later_create_holds_stays_with_it(kie, lost, told, server):
    intent = lost("create -p hat --once k1")
    kie(f"forget {intent}")
    (later,) = kie("create -p hat --once k1").lines
    told()

    assert 0 == kie(f"adopt {TASK} --for {intent}").code
    assert [later] == kie("create -p hat --once k1").lines


def test_a_late_answer_after_an_adoption_gets_a_row_of_its_own(kie, server, rows, told):
    """The process was stopped for long, a person settled its create, and then it answers."""
    late = example("create.ok")["data"]["taskId"]

    def meanwhile():
        (row,) = rows()
        kie.last.ledger.unknown(row["intent"], "cut off", "")
        told()
        kie.last.ledger.adopt(row["intent"], TASK)

    server.answer("createTask", Reply(example("create.ok"), meanwhile=meanwhile))

    run = kie("create -p hat")

    assert (0, [late]) == (run.code, run.lines)
    assert [("accepted", TASK), ("accepted", late)] == [
        (row["outcome"], row["task_id"]) for row in rows()
    ]
    assert 2 == len({row["intent"] for row in rows()})


def test_a_late_answer_with_the_adopted_id_is_the_same_task(kie, server, rows):
    late = example("create.ok")["data"]["taskId"]

    def meanwhile():
        (row,) = rows()
        kie.last.ledger.unknown(row["intent"], "cut off", "")
        kie.last.ledger.adopt(row["intent"], late)

    server.answer("createTask", Reply(example("create.ok"), meanwhile=meanwhile))

    assert [late] == kie("create -p hat").lines
    assert len(rows()) == 1


def test_an_adopted_once_key_gives_its_task(kie, lost, told, server):
    lost("create -p hat --once k1")
    told()
    kie(f"adopt {TASK}")

    run = kie("create -p hat --once k1")

    assert (0, [TASK]) == (run.code, run.lines)
    assert len(server.posts()) == 1
