"""The state machine of a create: each allowed step, and that no other step is possible."""

from __future__ import annotations

import re
from contextlib import closing, suppress

import pytest

from kie_cli.core.media import Leftover
from kie_cli.core.task import Failure, Task
from kie_cli.errors import LocalFiles
from kie_cli.ledger.database import Database
from kie_cli.ledger.store import Draft
from kie_cli.ledger.tasks import OnceTaken

NO_CREDITS = Failure("no_credits", 402, "too few credits")
STEPS = {
    "renew": lambda ledger, intent: ledger.renew(intent),
    "sending": lambda ledger, intent: ledger.sending(intent, b"{}"),
    "back_to_prepared": lambda ledger, intent: ledger.back_to_prepared(intent),
    "attempt_failed": lambda ledger, intent: ledger.attempt_failed(intent, "refused"),
    "not_sent": lambda ledger, intent: ledger.not_sent(intent, "stopped"),
    "accepted": lambda ledger, intent: ledger.accepted(intent, "t1", "yes"),
    "refused": lambda ledger, intent: ledger.refused(intent, NO_CREDITS, "no"),
    "unknown": lambda ledger, intent: ledger.unknown(intent, "no answer", ""),
}
WAY_TO = {
    "prepared": [],
    "sending": ["sending"],
    "waiting": ["sending", "accepted"],
    "refused": ["not_sent"],
    "unknown": ["sending", "unknown"],
}
AFTER = {
    ("prepared", "renew"): "prepared",
    ("prepared", "sending"): "sending",
    ("prepared", "attempt_failed"): "prepared",
    ("prepared", "not_sent"): "refused",
    ("sending", "back_to_prepared"): "prepared",
    ("sending", "accepted"): "waiting",
    ("sending", "refused"): "refused",
    ("sending", "unknown"): "unknown",
    ("unknown", "accepted"): "waiting",
    ("unknown", "refused"): "refused",
    # Another process came to the same end: nothing is left to do.
    ("unknown", "unknown"): "unknown",
    ("refused", "not_sent"): "refused",
    ("refused", "refused"): "refused",
    # Said twice: nobody may know whether the first time got to the disk.
    ("waiting", "accepted"): "waiting",
}


def rows(tmp_path, sql="SELECT * FROM creates"):
    from sqlite3 import connect

    with closing(connect(tmp_path / "state/tasks.sqlite3")) as db:
        cursor = db.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", WAY_TO)
def test_only_the_steps_of_the_design_move_a_create(ledger, draft, state, step):
    intent = ledger.prepare(draft())
    for earlier in WAY_TO[state]:
        STEPS[earlier](ledger, intent)
    before = ledger.by_intent(intent)

    if (state, step) in AFTER:
        STEPS[step](ledger, intent)
        assert AFTER[state, step] == ledger.by_intent(intent).state
    else:
        with pytest.raises(LocalFiles, match=f"{intent} is") as caught:
            STEPS[step](ledger, intent)
        assert before == ledger.by_intent(intent)
        assert intent == caught.value.intent


def test_an_ended_row_keeps_its_first_reason(ledger, draft):
    intent = ledger.prepare(draft())
    ledger.sending(intent, b"{}")
    ledger.refused(intent, NO_CREDITS, "no")

    ledger.not_sent(intent, "stopped")

    refused = ledger.by_intent(intent)
    assert (NO_CREDITS, "no") == (refused.error, refused.raw)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", WAY_TO)
def test_no_process_moves_the_create_of_another(opened, draft, state, step):
    mine, other = opened("host/a 1 1"), opened("host/a 2 2")
    intent = mine.prepare(draft())
    for earlier in WAY_TO[state]:
        STEPS[earlier](mine, intent)
    before = mine.by_intent(intent)

    with suppress(LocalFiles):
        STEPS[step](other, intent)

    assert before == mine.by_intent(intent)


def test_the_gate_lets_one_request_through_and_names_the_money(ledger, draft):
    intent = ledger.prepare(draft())
    ledger.sending(intent, b"{}")

    with pytest.raises(LocalFiles, match=rf"^Nothing was sent: .*{intent} is sending"):
        ledger.sending(intent, b"{}")


def test_the_gate_is_shut_for_an_intent_nobody_prepared(ledger):
    with pytest.raises(LocalFiles, match=r"^Nothing was sent: .*: i-aaaaaaaaaa is lost\)\.$"):
        ledger.sending("i-aaaaaaaaaa", b"{}")


def test_after_the_gate_a_ledger_fault_says_that_money_may_be_gone(ledger, draft):
    intent = ledger.prepare(draft())

    for name, state in ((intent, "prepared"), ("i-aaaaaaaaaa", "lost")):
        said = rf"^A task may exist and be charged, .*: {name} is {state}\)\.$"
        with pytest.raises(LocalFiles, match=said):
            ledger.accepted(name, "t1", "")
    assert ledger.by_intent("i-aaaaaaaaaa") is None


def test_a_late_answer_beside_an_adopted_task_has_a_row_of_its_own(ledger, draft):
    intent = ledger.prepare(draft(label="ad"))
    ledger.sending(intent, b"{}")
    ledger.unknown(intent, "no answer", "")
    ledger.adopt(intent, "adopted")

    ledger.accepted(intent, "late", "yes")

    assert 30_000 == ledger._db.rows("PRAGMA busy_timeout")[0][0]
    late, adopted = ledger.tasks()
    assert ("adopted", intent) == (adopted.task_id, adopted.intent)
    assert ("late", "waiting", "ad", "yes") == (late.task_id, late.state, late.label, late.raw)
    assert re.fullmatch(r"i-[a-z2-7]{10}", late.intent)
    assert intent != late.intent


@pytest.mark.parametrize("kept_back", [True, False])
def test_on_a_full_disk_the_space_that_is_kept_back_takes_the_paid_id(
    ledger, draft, monkeypatch, tmp_path, kept_back
):
    ballast = tmp_path / "state/tasks.sqlite3-ballast"
    make_room = Database.make_room

    def made(db, error):
        found = make_room(db, error)
        db._run("PRAGMA max_page_count = 100000")
        return found

    monkeypatch.setattr(Database, "make_room", made)
    intent = ledger.prepare(draft())
    ledger.sending(intent, b"{}")
    if not kept_back:
        ballast.unlink()
    ledger._db._run("PRAGMA max_page_count = 1")

    if kept_back:
        ledger.accepted(intent, "t1", "yes" * 2000)
        assert (intent, ("yes" * 2000)[:4096]) == (
            ledger.find("t1").intent, ledger.find("t1").raw,
        )  # fmt: skip
    else:
        with pytest.raises(LocalFiles, match=r"^A task may exist and be charged, .* full\)\.$"):
            ledger.accepted(intent, "t1", "yes" * 2000)
    assert not ballast.exists()


MONEY = {
    "prepare": "Nothing was sent: ",
    "renew": "Nothing was sent: ",
    "sending": "Nothing was sent: ",
    "attempt_failed": "Nothing was sent: ",
    "not_sent": "Nothing was sent: ",
    "accepted": "A task may exist and be charged, and ",
    "unknown": "A task may exist and be charged, and ",
}
CHANGES = {
    **STEPS,
    "prepare": lambda ledger, _: ledger.prepare(Draft("m", "{}", "h")),
    "adopt": lambda ledger, intent: ledger.adopt(intent, "t1"),
    "forget": lambda ledger, intent: ledger.forget([intent]),
    "record": lambda ledger, _: ledger.record(Task("t0", "success")),
    "saving": lambda ledger, _: ledger.saving("t0", 1, "a.png", 1, "a", "https://a.test/"),
    "saved": lambda ledger, _: ledger.saved("t0", 1),
    "growing": lambda ledger, _: ledger.growing("t0", 1, Leftover("/a", "https://a.test/", "")),
    "gone": lambda ledger, _: ledger.gone("t0", 1),
    "upload": lambda ledger, _: ledger.remember_upload("s", "host", "f", "https://a.test/"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_cannot_be_written_says_first_what_became_of_the_money(
    ledger, accepted, draft, change
):
    accepted(ledger, "t0")
    intent = ledger.prepare(draft())
    ledger._db._run("PRAGMA query_only = 1")

    with pytest.raises(LocalFiles) as caught:
        CHANGES[change](ledger, intent)

    said = "the record of paid tasks cannot be written ("
    said = MONEY[change] + said if change in MONEY else said.capitalize()
    assert caught.value.message.startswith(said)


def test_a_late_answer_beside_an_adopted_task_that_cannot_be_written_may_have_cost_money(
    ledger, draft
):
    intent = ledger.prepare(draft())
    ledger.sending(intent, b"{}")
    ledger.unknown(intent, "no answer", "")
    ledger.adopt(intent, "adopted")
    ledger._db._run(
        "CREATE TRIGGER full BEFORE INSERT ON creates BEGIN SELECT raise(FAIL, 'no'); END"
    )

    with pytest.raises(LocalFiles, match=r"^A task may exist and be charged, and .*\(.*: no\)"):
        ledger.accepted(intent, "late", "")


def test_a_task_is_adopted_once_and_an_intent_too(ledger, draft):
    def lost():
        intent = ledger.prepare(draft())
        ledger.sending(intent, b"{}")
        ledger.unknown(intent, "no answer", "")
        return intent

    one, two = lost(), lost()
    ledger.adopt(one, "t1")

    for intent, task_id in ((one, "t2"), (two, "t1")):
        with pytest.raises(LocalFiles, match=f"^{intent} or {task_id} was settled") as caught:
            ledger.adopt(intent, task_id)
        assert ("kie list",) == caught.value.hints
    assert ["unknown", "waiting"] == [task.state for task in ledger.tasks()]


def test_the_gate_stores_what_was_sent_and_when(ledger, draft, clock, tmp_path):
    intent = ledger.prepare(draft(callback_url="https://x.test/", key_fingerprint="f1"))
    clock.sleep(7)
    ledger.sending(intent, b'{"a":1}')

    (found,) = rows(tmp_path)
    assert b'{"a":1}' == found["body"]
    assert (
        "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862" == (found["body_sha256"])
    )
    assert (clock.now(), 1, clock.now() + 150) == (
        found["sent_at"], found["attempts"], found["lease"],
    )  # fmt: skip
    assert ("1.2.3", "https://x.test/", "f1", "host/a 1 1") == (
        found["version"], found["callback_url"], found["key_fingerprint"], found["owner"],
    )  # fmt: skip
    assert clock.now() == ledger.by_intent(intent).created_at


def test_without_recorded_prompts_no_word_of_the_input_is_stored(ledger, draft, tmp_path):
    intent = ledger.prepare(draft(prompt=None, input_json=None))
    ledger.sending(intent, b'{"prompt":"purple unicorn"}')
    ledger.close()

    files = list((tmp_path / "state").iterdir())
    assert files
    assert not any(b"unicorn" in file.read_bytes() for file in files)


def test_attempts_and_the_history_are_kept(ledger, draft, tmp_path):
    intent = ledger.prepare(draft())
    ledger.attempt_failed(intent, "no route")
    ledger.sending(intent, b"{}")
    ledger.back_to_prepared(intent)
    ledger.sending(intent, b"{}")
    ledger.unknown(intent, "no answer", "")
    ledger.accepted(intent, "t1", "")

    assert 3 == rows(tmp_path)[0]["attempts"]
    assert [
        ("prepared", None),
        ("prepared", "no route"),
        ("sending", None),
        ("prepared", "kie.ai was too busy"),
        ("sending", None),
        ("unknown", "no answer"),
        ("accepted", None),
    ] == [(event["state"], event["why"]) for event in rows(tmp_path, "SELECT * FROM events")]


def test_a_prepared_create_has_20_minutes_from_each_sign_of_life(ledger, draft, clock, tmp_path):
    intent = ledger.prepare(draft())
    assert clock.now() + 1200 == rows(tmp_path)[0]["lease"]

    clock.sleep(100)
    ledger.renew(intent)

    assert clock.now() + 1200 == rows(tmp_path)[0]["lease"]


def test_the_outcome_is_told_as_an_error_and_taken_back_by_a_late_answer(ledger, draft):
    intent = ledger.prepare(draft())
    ledger.sending(intent, b"{}")
    ledger.unknown(intent, "no answer after 60 s", "")
    assert Failure("unknown_outcome", None, "no answer after 60 s") == (
        ledger.by_intent(intent).error
    )

    ledger.accepted(intent, "t1", "late")

    task = ledger.find("t1")
    assert (intent, None, "late", "waiting") == (task.intent, task.error, task.raw, task.state)


def test_a_create_that_was_not_sent_says_so(ledger, draft):
    intent = ledger.prepare(draft())
    ledger.not_sent(intent, "no route")

    assert Failure("not_sent", None, "no route") == ledger.by_intent(intent).error


def test_four_kib_of_the_answer_are_kept_whole_characters_only(ledger, draft):
    intent = ledger.prepare(draft())
    ledger.sending(intent, b"{}")
    ledger.unknown(intent, "strange", "x" + "é" * 5000)

    assert "x" + "é" * 2047 == ledger.by_intent(intent).raw


def test_a_lone_surrogate_of_a_server_is_escaped_not_fatal(ledger, draft):
    intent = ledger.prepare(draft())
    ledger.sending(intent, b"{}")
    ledger.unknown(intent, "code \ud800", "\ud800")

    assert "code \ud800" == ledger.by_intent(intent).error.message
    assert r"\ud800" == ledger.by_intent(intent).raw
    assert ledger.find("\ud800") is None


def test_an_intent_id_is_short_random_and_never_taken_twice(ledger, draft, monkeypatch):
    drawn = iter([b"\0" * 7, b"\0" * 7, b"\xff" * 7])
    monkeypatch.setattr("kie_cli.ledger.store.secrets.token_bytes", lambda _: next(drawn))

    assert "i-aaaaaaaaaa" == ledger.prepare(draft())
    assert "i-7777777777" == ledger.prepare(draft())
    monkeypatch.undo()
    assert re.fullmatch(r"i-[a-z2-7]{10}", ledger.prepare(draft()))


@pytest.mark.parametrize("state", ["prepared", "sending", "waiting", "unknown"])
def test_a_once_key_is_taken_while_its_create_may_have_cost_money(ledger, draft, state):
    intent = ledger.prepare(draft(once="k", key_fingerprint="f1"))
    for step in WAY_TO[state]:
        STEPS[step](ledger, intent)

    with pytest.raises(OnceTaken) as caught:
        ledger.prepare(draft(once="k", input_hash="h2", key_fingerprint="f2"))

    taken = (caught.value.task, caught.value.input_hash, caught.value.key_fingerprint)
    assert (ledger.by_intent(intent), "h1", "f1") == taken == ledger.once("k")
    assert 1 == len(ledger.tasks())


def test_a_once_key_whose_row_is_damaged_is_not_free_and_the_way_out_is_said(ledger, draft):
    ledger.prepare(draft(once="k"))
    ledger._db._run("UPDATE creates SET urls = '{'")

    damaged = r"^The record of paid tasks cannot be read \(.*: the row of --once k is damaged\)\.$"
    with pytest.raises(LocalFiles, match=damaged) as caught:
        ledger.prepare(draft(once="k"))

    hint = "Look at https://kie.ai/logs before repeating it without --once."
    assert (hint,) == caught.value.hints


def test_a_refusal_frees_the_once_key(ledger, draft):
    ledger.not_sent(ledger.prepare(draft(once="k")), "no route")
    assert ledger.once("k") is None

    intent = ledger.prepare(draft(once="k"))

    assert intent == ledger.once("k")[0].intent


def test_a_once_key_belongs_to_its_origin(ledger, opened, draft):
    ledger.prepare(draft(once="k"))

    assert opened(origin="sandbox").once("k") is None
    opened(origin="sandbox").prepare(draft(once="k"))


def test_the_same_task_id_twice_is_recorded_twice(ledger, accepted):
    """The sandbox starts anew at its first id; a second paid answer must never be lost."""
    first, second = accepted(ledger), accepted(ledger)

    assert {first, second} == {task.intent for task in ledger.tasks()}
    assert second == ledger.find("t1").intent
