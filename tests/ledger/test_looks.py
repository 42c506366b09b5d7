"""What polls and downloads add to a row, and what the ledger answers when asked."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kie_cli.core.media import Leftover
from kie_cli.core.task import Failure, Task
from kie_cli.ledger.tasks import FEW

DONE = Task("t1", "success", urls=("https://a.test/1.png", "https://a.test/2.png"))


def test_a_look_is_merged_into_the_row(ledger, accepted):
    intent = accepted(ledger, label="ad", once="k")

    seen = ledger.record(
        Task(
            "t1",
            "success",
            model="theirs",
            urls=("https://a.test/1.png",),
            created_at=5.0,
            completed_at=9.5,
            credits=5,
            result={"resultUrls": ["https://a.test/1.png"]},
            raw="{}",
        )
    )

    assert ("success", intent, "flux-2/pro-text-to-image", "ad", "k", "hat") == (
        seen.state, seen.intent, seen.model, seen.label, seen.once, seen.prompt,
    )  # fmt: skip
    assert (5.0, 9.5, 5, 4.5) == (seen.created_at, seen.completed_at, seen.credits, seen.elapsed)
    assert {"resultUrls": ["https://a.test/1.png"]} == seen.result
    assert seen == ledger.find("t1")


@pytest.mark.parametrize("later", ["fail", "waiting", "success"])
def test_the_first_final_state_wins(ledger, accepted, later):
    accepted(ledger)
    first = ledger.record(DONE)

    seen = ledger.record(Task("t1", later, error=Failure("task_failed", "500", "oops"), raw="new"))

    assert (first.state, first.urls, None) == (seen.state, seen.urls, seen.error)
    assert "new" == seen.raw
    assert first.urls == ledger.find("t1").urls


def test_the_first_final_state_wins_between_two_that_wait(opened, accepted, monkeypatch):
    """The one read the row while the other had not written yet."""
    one, two = opened("host/a 1 1"), opened("host/a 2 2")
    accepted(one)
    before = two._row("t1")
    one.record(DONE)
    monkeypatch.setattr(two, "_row", lambda task_id: before)

    assert "success" == two.record(Task("t1", "fail")).state


def test_a_failed_task_keeps_its_reason(ledger, accepted):
    intent = accepted(ledger)
    failure = Failure("task_failed", 501, "no")

    ledger.record(Task("t1", "fail", error=failure))

    assert failure == ledger.find("t1").error
    event = ledger._db.rows("SELECT intent, state, why FROM events ORDER BY rowid DESC LIMIT 1")[0]
    assert (intent, "fail", "no") == tuple(event)


def test_states_that_nobody_knows_are_not_final(ledger, accepted):
    accepted(ledger)
    for state in ("generating", "", "dreaming"):
        assert state == ledger.record(Task("t1", state)).state
        assert [state] == [task.state for task in ledger.pending()]


def test_a_look_without_news_writes_nothing_and_waits_for_nobody(
    ledger, opened, accepted, tmp_path
):
    accepted(ledger)
    ledger.record(Task("t1", "waiting"))
    other = opened("host/a 2 2")
    before = (tmp_path / "state/tasks.sqlite3-wal").read_bytes()

    with other._db.writing(""):
        ledger.record(Task("t1", "waiting"))

    assert before == (tmp_path / "state/tasks.sqlite3-wal").read_bytes()


def test_the_raw_answer_of_a_look_is_whole_and_its_copy_short(ledger, accepted):
    accepted(ledger)

    assert "x" * 9000 == ledger.record(Task("t1", "fail", raw="x" * 9000)).raw
    assert "x" * 4096 == ledger.find("t1").raw


def test_a_look_without_an_answer_leaves_that_of_the_create(ledger, accepted):
    accepted(ledger)

    ledger.record(Task("t1", "success"))

    assert '{"code":200}' == ledger.find("t1").raw


def test_a_task_of_another_machine_stays_as_it_is_but_for_its_files(ledger):
    ledger.saving("t9", 1, "out/t9-1.png", 3, "abc", "https://a.test/1.png")
    ledger.saved("t9", 1)
    task = Task("t9", "success", raw="{}")

    seen = ledger.record(task)

    assert ("success", ("out/t9-1.png",), None, "{}") == (
        seen.state, seen.files, seen.intent, seen.raw,
    )  # fmt: skip
    assert ledger.find("t9") is None


def test_a_task_without_an_id_passes_through(ledger):
    assert Task(None, "waiting") == ledger.record(Task(None, "waiting"))


def test_a_file_counts_once_it_has_its_final_name(ledger, accepted):
    accepted(ledger)
    ledger.record(DONE)
    ledger.saving("t1", 2, "b.png", 3, "abc", DONE.urls[1])
    ledger.saving("t1", 1, "a.png", 4, "def", DONE.urls[0])
    assert () == ledger.find("t1").files

    ledger.saved("t1", 2)
    assert ["t1"] == [task.task_id for task in ledger.unsaved()]
    ledger.saved("t1", 1)

    assert ("a.png", "b.png") == ledger.find("t1").files
    assert [] == ledger.unsaved()
    first = ledger.saved_files("t1")[1]
    assert ("a.png", 4, "def", "saved", DONE.urls[0]) == (
        first.path, first.size, first.sha256, first.state, first.url,
    )  # fmt: skip


def test_a_path_that_is_no_text_comes_back_byte_for_byte(ledger):
    ledger.saving("t1", 1, "out/\udcff.png", 1, "a", "https://a.test/")

    assert "out/\udcff.png" == ledger.saved_files("t1")[1].path


def test_a_task_without_results_is_not_unsaved(ledger, accepted):
    accepted(ledger)
    ledger.record(Task("t1", "success", result={"text": "hello"}))

    assert [] == ledger.unsaved()


def test_only_what_is_settled_and_saved_may_be_pruned_once_it_is_old(
    ledger, opened, accepted, draft, clock
):
    def unknown():
        intent = ledger.prepare(draft())
        ledger.sending(intent, b"{}")
        ledger.unknown(intent, "no answer", "")
        return intent

    old = [accepted(ledger, "failed"), accepted(ledger, "text"), accepted(ledger, "saved")]
    ledger.record(Task("failed", "fail"))
    ledger.record(Task("text", "success"))
    ledger.record(Task("saved", "success", urls=("https://a.test/1",)))
    ledger.saving("saved", 1, "a.png", 1, "a", "https://a.test/1")
    ledger.saved("saved", 1)
    accepted(ledger, "unsaved")
    ledger.record(Task("unsaved", "success", urls=("https://a.test/1",)))
    accepted(ledger, "running")
    accepted(ledger, "damaged")
    ledger.record(Task("damaged", "fail"))
    ledger._db._run("UPDATE creates SET urls = '{' WHERE task_id = 'damaged'")
    old += [unknown(), ledger.prepare(draft())]
    ledger.forget(unknown=old[-2:-1])
    ledger.not_sent(old[-1], "stopped")
    unknown()
    accepted(opened(origin="sandbox"))
    ledger.prepare(draft())
    clock.sleep(1)

    assert old == [task.intent for task in ledger.prunable(clock.now())]
    assert [] == ledger.prunable(clock.now() - 1)


def test_the_time_of_sending_counts_for_pruning(ledger, accepted, clock):
    intent = accepted(ledger)
    sent = clock.now()
    ledger.record(Task("t1", "fail", created_at=sent + 100))

    assert [intent] == [task.intent for task in ledger.prunable(sent + 1)]


def test_a_forgotten_create_is_noted_once_and_never_an_accepted_one(
    ledger, accepted, draft, clock, tmp_path
):
    intents = [accepted(ledger), ledger.prepare(draft())]
    ledger.sending(intents[1], b"{}")
    ledger.unknown(intents[1], "no answer", "")
    clock.sleep(5)

    for _ in range(2):
        ledger.forget(unknown=intents)

    rows = ledger._db.rows("SELECT intent, at, state, why FROM events WHERE why = 'forgotten'")
    assert [(intents[1], clock.now(), "unknown", "forgotten")] == [tuple(row) for row in rows]
    settled = ledger._db.rows("SELECT settled_at FROM creates ORDER BY seq")
    assert [None, clock.now()] == [row[0] for row in settled]


def test_what_left_and_when_is_told_of_a_create_if_it_was_recorded(ledger, draft, clock):
    private, waiting = ledger.prepare(draft(input_json=None)), ledger.prepare(draft())
    clock.sleep(5)
    ledger.sending(private, b'{"model":"m"}')
    assert (None, clock.now()) == ledger.sent(private)
    assert (None, None) == ledger.sent(waiting)

    ledger.sending(waiting, b'{"model":"m"}')

    assert ({"model": "m"}, clock.now()) == ledger.sent(waiting)


def test_the_key_of_a_task_is_known_by_its_fingerprint(ledger, accepted):
    accepted(ledger, "t1", key_fingerprint="f1")
    accepted(ledger, "t2", key_fingerprint="f2")

    assert ["f1", "f2", None] == [ledger.key_of(task_id) for task_id in ("t1", "t2", "t3")]


def test_an_adoption_is_noted_and_takes_the_error_back(ledger, draft, clock):
    intent = ledger.prepare(draft())
    ledger.sending(intent, b"{}")
    ledger.unknown(intent, "no answer", "")
    clock.sleep(5)

    ledger.adopt(intent, "t1")

    found = ledger.find("t1")
    assert (intent, "waiting", None) == (found.intent, found.state, found.error)
    event = ledger._db.rows("SELECT * FROM events ORDER BY rowid DESC LIMIT 1")[0]
    assert (intent, clock.now(), "accepted", "adopted") == tuple(event)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("urls", "{"), ("urls", "[1]"), ("urls", "[" * 100_000), ("error", "[]"),
        ("error", '{"kind":"x","code":1,"message":2}'), ("result", "{"), ("task_id", "../x"),
        ("created_at", "soon"), ("completed_at", float("inf")), ("model", b"m"), ("prompt", b"x"),
    ],
)  # fmt: skip
def test_of_a_row_that_is_damaged_the_names_are_told(ledger, accepted, column, value):
    intent = accepted(ledger)
    sql = f"UPDATE creates SET {column} = :value WHERE intent = :intent"  # noqa: S608
    ledger._db._run(sql, value=value, intent=intent)

    task_id = None if column == "task_id" else "t1"
    assert [Task(task_id, "unreadable", intent)] == ledger.tasks()


def test_a_look_at_a_damaged_row_is_told_as_kie_ai_said_it(ledger, accepted):
    intent = accepted(ledger, "t1")
    ledger.saving("t1", 1, "a.png", 1, "a", "https://a.test/")
    ledger.saved("t1", 1)
    ledger._db._run("UPDATE creates SET model = x'00' WHERE intent = :intent", intent=intent)

    assert Task("t1", "success", files=("a.png",), raw="{}") == ledger.record(
        Task("t1", "success", raw="{}")
    )


def test_what_is_forgotten_takes_its_own_files_and_parts_along(ledger, opened, accepted, draft):
    sandbox = opened(origin="sandbox")
    part = Leftover("/out/.a.part", "https://a.test/", "")
    intents = [accepted(ledger, "t1"), ledger.prepare(draft()), "i-gone-already"]
    accepted(ledger, "t2")
    for one, task_id in ((ledger, "t1"), (ledger, "t2"), (sandbox, "t1")):
        one.saving(task_id, 1, "a.png", 1, "a", part.url)
        one.growing(task_id, 1, part)

    ledger.forget(rows=intents)

    assert ["t2"] == [task.task_id for task in ledger.tasks()]
    assert ({}, None) == (ledger.saved_files("t1"), ledger.leftover("t1", 1))
    for one, task_id in ((ledger, "t2"), (sandbox, "t1")):
        assert [1] == list(one.saved_files(task_id))
        assert part.path == one.leftover(task_id, 1).path


def test_lists_are_newest_first_whatever_the_clock_says(ledger, accepted, clock):
    for task_id in ("t1", "t2", "t3"):
        accepted(ledger, task_id)
        clock.sleep(-60)

    assert ["t3", "t2", "t1"] == [task.task_id for task in ledger.tasks()]
    assert "t3" == ledger.last().task_id
    assert ["t1", "t2", "t3"] == [task.task_id for task in ledger.pending()]


def test_last_is_an_accepted_task(ledger, accepted, draft):
    assert ledger.last() is None
    accepted(ledger)
    ledger.prepare(draft())

    assert "t1" == ledger.last().task_id


def test_an_ended_task_is_not_pending(ledger, accepted):
    for task_id, state in (("t1", "success"), ("t2", "fail"), ("t3", "generating")):
        accepted(ledger, task_id)
        ledger.record(Task(task_id, state))

    assert ["t3"] == [task.task_id for task in ledger.pending()]


def test_a_list_is_filtered_by_all_that_is_asked(ledger, accepted, draft, clock):
    accepted(ledger, "t1", label="ad")
    clock.sleep(100)
    accepted(ledger, "t2", label="ad", model="veo3")
    ledger.record(Task("t2", "generating"))
    ledger.prepare(draft())

    def ids(**filters):
        return [task.task_id for task in ledger.tasks(**filters)]

    assert [None, "t2", "t1"] == ids()
    assert [None, "t2"] == ids(since=clock.now())
    assert ["t2"] == ids(state="generating")
    assert ["t1"] == ids(state="waiting")
    assert [None] == ids(state="prepared")
    assert ["t2", "t1"] == ids(label="ad")
    assert ["t2"] == ids(model="veo3")
    assert [] == ids(model="veo3", state="waiting")
    assert [None] == ids(limit=1)
    assert [None, "t2", "t1"] == ids(limit=10**30)


def test_unknown_outcomes_are_listed_and_counted_until_settled(ledger, accepted, draft, clock):
    accepted(ledger)
    intent = ledger.prepare(draft())
    ledger.sending(intent, b"{}")
    ledger.unknown(intent, "no answer", "")

    assert [intent] == [task.intent for task in ledger.tasks(unknown=True)]
    assert 1 == ledger.unsettled(clock.now() - 1)
    assert 0 == ledger.unsettled(clock.now() + 1)

    with ledger._db.writing("") as run:
        run("UPDATE creates SET settled_at = 1 WHERE intent = :intent", intent=intent)
    assert [] == ledger.tasks(unknown=True)
    assert 0 == ledger.unsettled(clock.now() - 1)


def test_each_origin_sees_its_own_tasks_alone(ledger, opened, accepted, clock):
    sandbox = opened(origin="sandbox")
    accepted(ledger, once="k")
    ledger.record(DONE)
    ledger.saving("t1", 1, "a.png", 1, "a", "https://a.test/")

    assert [] == sandbox.tasks() == sandbox.pending() == sandbox.unsaved()
    assert None is sandbox.find("t1") is sandbox.last() is sandbox.once("k")
    assert {} == sandbox.saved_files("t1")
    accepted(sandbox)
    assert sandbox.find("t1").sandbox
    assert not ledger.find("t1").sandbox


def test_run_times_are_those_of_the_models_successes(ledger, accepted):
    for number, took in enumerate([30, 10, -9]):
        accepted(ledger, f"t{number}", model="veo3")
        ledger.record(Task(f"t{number}", "success", created_at=100.0, completed_at=100.0 + took))
    accepted(ledger, "other")
    ledger.record(Task("other", "success", created_at=1.0, completed_at=2.0))
    accepted(ledger, "failed", model="veo3")
    ledger.record(Task("failed", "fail", created_at=1.0, completed_at=2.0))

    assert [0, 10, 30] == ledger.run_times("veo3")


def test_run_times_of_long_ago_are_forgotten(ledger, accepted):
    for number in range(41):
        accepted(ledger, f"t{number}")
        ledger.record(
            Task(f"t{number}", "success", created_at=0.5, completed_at=1.5 if number < 21 else 9.5)
        )

    assert [9.0] * 20 == ledger.run_times("flux-2/pro-text-to-image")


def test_an_upload_is_found_by_bytes_host_and_key_while_it_is_young(ledger, clock):
    before = clock.now() - 1
    ledger.remember_upload("s1", "up.test", "f1", "https://up.test/old")
    ledger.remember_upload("s1", "up.test", "f1", "https://up.test/new")

    assert "https://up.test/new" == ledger.upload_url("s1", "up.test", "f1", before)
    assert ledger.upload_url("s1", "up.test", "f1", clock.now()) is None
    assert ledger.upload_url("s2", "up.test", "f1", before) is None
    assert ledger.upload_url("s1", "x.test", "f1", before) is None
    assert ledger.upload_url("s1", "up.test", "f2", before) is None


text = st.text(st.characters(exclude_categories=["Cs"]))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
times = st.none() | st.floats(allow_nan=False, allow_infinity=False)
failures = st.builds(Failure, st.text(), st.none() | st.integers() | st.text(), st.text())


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    label=st.none() | text,
    prompt=st.none() | text,
    task=st.builds(
        Task,
        task_id=st.uuids().map(str),
        state=text,
        urls=st.lists(st.text()).map(tuple),
        error=st.none() | failures,
        created_at=times,
        completed_at=times,
        credits=st.none() | st.floats(allow_nan=False, allow_infinity=False),
        result=json_values,
        raw=st.none() | text.filter(lambda raw: len(raw) < 1000),
    ),
)
def test_what_is_recorded_comes_back(ledger, accepted, label, prompt, task):
    intent = accepted(ledger, task.task_id, label=label, prompt=prompt)

    seen = ledger.record(task)

    assert (intent, label, prompt) == (seen.intent, seen.label, seen.prompt)
    for name in ("state", "urls", "error", "completed_at", "credits", "result", "raw"):
        assert getattr(task, name) == getattr(seen, name)
    if task.created_at is not None:
        assert task.created_at == seen.created_at
    found = ledger.find(task.task_id)
    assert (seen.as_json(), seen.prompt) == (found.as_json(), found.prompt)


def test_credits_that_are_told_after_the_end_are_kept_once(ledger, accepted):
    accepted(ledger, "t1")
    ledger.record(Task("t1", "success", created_at=1.0, completed_at=2.0))
    assert ledger.spent(0.0) == (0, 1)
    ledger.record(Task("t1", "success", created_at=1.0, completed_at=2.0, credits=60.0))
    ledger.record(Task("t1", "success", created_at=1.0, completed_at=2.0, credits=99.0))
    assert ledger.spent(0.0) == (60, 0)


def test_each_of_many_tasks_has_its_own_files_in_order(ledger, accepted):
    ids = [f"t{number}" for number in range(FEW + 1)]
    for task_id in ids:
        accepted(ledger, task_id)
    for task_id in (ids[3], ids[1]):
        for position in (2, 1, 3):
            ledger.saving(task_id, position, f"/out/{task_id}-{position}.png", 5, "s", "u")
        for position in (2, 1):
            ledger.saved(task_id, position)

    tasks = {task.task_id: task.files for task in ledger.tasks()}

    assert [*reversed(ids)] == [*tasks]
    assert {ids[3], ids[1]} == {task_id for task_id in tasks if tasks[task_id]}
    assert tasks == {task_id: ledger.find(task_id).files for task_id in ids}
    assert ("/out/t3-1.png", "/out/t3-2.png") == tasks["t3"]
