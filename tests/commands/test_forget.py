"""`kie forget`: settle what made no task, drop what is done and saved, lose nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

DAY = 86400


def test_an_unknown_create_is_settled_and_kept_as_what_it_was(kie, lost, rows):
    intent = lost()
    kie.clock.time += 60

    run = kie(f"forget {intent}")

    assert (0, [intent]) == (run.code, run.lines)
    assert "" == kie("list --unknown").out
    assert ("unknown", kie.clock.now()) == (rows()[0]["outcome"], rows()[0]["settled_at"])
    assert "unknown outcome" not in kie("create -p hat").err


def test_the_once_key_is_free_again_and_only_then(kie, lost, server):
    intent = lost("create -p hat --once k1")
    assert 9 == kie("create -p hat --once k1").code
    assert len(server.posts()) == 1

    kie(f"forget {intent}")

    assert 0 == kie("create -p hat --once k1").code
    assert len(server.posts()) == 2


def test_a_task_that_ended_and_is_saved_is_dropped_and_its_file_stays(kie, rows):
    (path,) = kie("create -p hat --wait -d").lines
    (task_id,) = kie("list -q").lines

    assert [task_id] == kie(f"forget {task_id}").lines

    assert [] == rows() == rows("events") == rows("files")
    assert Path(path).exists()
    assert "" == kie("list").out


def test_unsaved_results_are_dropped_only_by_force(kie, rows):
    kie("create -p hat --wait")
    (task_id,) = kie("list -q").lines

    run = kie(f"forget {task_id}")

    assert (2, "") == (run.code, run.out)
    assert f"{task_id} has results that are not saved (kie download {task_id})" in run.err
    assert len(rows()) == 1
    assert 0 == kie(f"forget {task_id} --force").code
    assert [] == rows()


def test_a_running_task_is_never_dropped(kie, rows):
    (task_id,) = kie("create -p hat").lines

    run = kie(f"forget {task_id} --force")

    assert 2 == run.code
    assert f"{task_id} still runs as far as is known (kie wait {task_id})" in run.err
    assert len(rows()) == 1


def test_one_name_that_cannot_be_forgotten_keeps_all(kie, lost, rows):
    intent = lost()

    run = kie(f"forget {intent} nothing-like-it")

    assert 2 == run.code
    assert "nothing-like-it is not in the list of this machine. Nothing was forgotten." in run.err
    assert rows()[0]["settled_at"] is None


def test_a_failed_task_and_a_refused_create_are_dropped(kie, server, rows):
    (task_id,) = kie("create -p hat").lines
    server.plays(task_id, "fail")
    kie(f"status {task_id}")
    server.answer("createTask", "create.402")
    kie("create -p hat")
    intent = rows()[-1]["intent"]

    assert 0 == kie(f"forget {task_id} {intent}").code
    assert [] == rows()


def test_before_prunes_what_is_settled_and_saved_and_nothing_else(kie, lost, server, rows):
    kie("create -p saved -w -d")
    kie("create -p unsaved -w")
    kie("create -p running")
    server.answer("createTask", "create.402")
    kie("create -p refused")
    lost("create -p unknown")
    settled = lost("create -p settled")
    kie(f"forget {settled}")
    kie.clock.time += 100 * DAY
    kie("create -p new -w -d")

    run = kie("forget --before 90d")

    assert (0, 3) == (run.code, len(run.lines))
    assert ["unsaved", "running", "unknown", "new"] == [row["prompt"] for row in rows()]
    assert "None." in kie("forget --before 90d").err
    assert "" == kie("forget --before 90d").out


def test_json_names_what_was_forgotten(kie, lost):
    intent = lost()
    assert [{"forgotten": intent}] == kie(f"forget {intent} --json").json


@pytest.mark.parametrize("words", ["", "i-aaaaaaaaaa --before 1d", "--before soon"])
def test_what_to_forget_must_be_said_once(kie, words):
    assert 2 == kie(f"forget {words}").code


def test_nothing_is_sent(kie, lost, server):
    intent = lost()
    server.requests.clear()
    kie(f"forget {intent}")
    kie("forget --before today")
    assert [] == server.requests


def test_a_task_of_today_counts_for_the_limit_of_the_day_and_stays(kie):
    assert kie("config set max_credits_per_day 12").code == 0
    task_id = kie("create -q -p hat").out.strip()
    kie.server.plays(task_id, "success")
    assert kie(["wait", task_id, "--download"]).code == 0
    run = kie(["forget", task_id])
    assert run.code == 2
    assert "counts for max_credits_per_day until midnight (--force)" in run.err
    kie.clock.time += 2 * 86400
    assert kie(["forget", task_id]).code == 0
