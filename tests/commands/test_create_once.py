"""`--once KEY`: one paid task for a key, however often the line is run."""

from __future__ import annotations

import json
import shlex
import subprocess
import threading
from pathlib import Path

import pytest
from conftest import PROGRAM, environment
from loopback import Loopback, Reply, example

from kie_cli.sandbox.png import picture

ONCE = "create -p hat --once k1"
FIRST = f"{0xA1:032x}"
TASK = example("create.ok")["data"]["taskId"]


def test_the_same_input_gives_the_recorded_id_and_sends_nothing(kie, server):
    first = kie(ONCE)
    again = kie(ONCE)

    assert (0, 0, FIRST, FIRST) == (first.code, again.code, *first.lines, *again.lines)
    assert "--once k1: this task was created on 2026-11-22. Nothing was sent." in again.err
    assert len(server.posts()) == 1


def test_label_callback_and_output_flags_do_not_count(kie, server):
    kie(ONCE)

    run = kie(f"{ONCE} --label x --callback-url https://example.org/x --wait --json")

    assert 0 == run.code
    assert ("success", FIRST) == (run.json[0]["state"], run.json[0]["task_id"])
    assert len(server.posts()) == 1


def test_files_count_by_their_content(kie, server, images):
    command = "create -i jar.png -p hat --once k1"
    kie(command)
    Path("renamed.png").write_bytes(Path("jar.png").read_bytes())
    Path("jar.png").write_bytes(picture(96, 64, "another"))

    assert [FIRST] == kie("create -i renamed.png -p hat --once k1").lines
    assert 2 == kie(command).code
    assert len(server.posts()) == 1
    assert len(server.seen("upload")) == 1


@pytest.mark.parametrize("state", ["generating", "success", "fail"])
def test_with_wait_it_goes_on_with_the_task_that_is_there(kie, server, state):
    server.answer("createTask", "create.ok")
    server.plays(TASK, state, "success" if state != "fail" else "fail")
    kie(ONCE)
    kie(f"status {TASK}")

    run = kie(f"{ONCE} --wait --download")

    assert (3 if state == "fail" else 0) == run.code
    assert ([] if state == "fail" else [f"./{TASK}-1.png"]) == run.lines
    assert len(server.posts()) == 1


def test_a_failed_task_stays_that_task(kie, server):
    server.answer("createTask", "create.ok")
    server.plays(TASK, "fail")
    kie(f"{ONCE} --wait")

    assert (0, [TASK]) == (kie(ONCE).code, kie(ONCE).lines)
    assert len(server.posts()) == 1


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ("create -p cat --once k1", "prompt differs"),
        ("create -p hat -a 4:3 --once k1", "input differs"),
        ("create -p hat --once k1 -m flux-2/flex-text-to-image", "model differs"),
    ],
)
def test_another_input_is_refused_with_what_differs(kie, server, other, what):
    kie(ONCE)

    run = kie(other)

    assert (2, "") == (run.code, run.out)
    assert (
        f"kie: --once k1 was used on 2026-11-22 for another input ({what}). Nothing was sent."
        in run.err.splitlines()
    )
    assert len(server.posts()) == 1


def test_what_differs_is_vague_where_prompts_are_not_recorded(kie, server):
    kie("config set record_prompts false")
    kie(ONCE)

    run = kie("create -p cat --once k1")

    assert (2, [FIRST]) == (run.code, kie(ONCE).lines)
    assert "(input differs)" in run.err
    assert len(server.posts()) == 1


@pytest.mark.parametrize("flags", ["", " --wait", " --json"])
def test_an_unknown_outcome_is_not_repeated(kie, server, rows, flags):
    server.answer("createTask", Reply(hang_up=True))
    kie(ONCE)

    run = kie(ONCE + flags)

    assert (9, "") == (run.code, run.out)
    assert "--once k1: the earlier try has an unknown outcome. Nothing was sent." in run.err
    assert "Look at https://kie.ai/logs before repeating" in run.err
    assert "Look for: flux-2/pro-text-to-image, sent 2026-11-22 10:40:00 UTC." in run.err
    assert len(server.posts()) == 1
    if "json" in flags:
        assert rows()[0]["intent"] == json.loads(run.err.splitlines()[-1])["error"]["intent"]


@pytest.mark.parametrize("answer", ["create.402", "create.422-validation", "create.455"])
def test_a_refusal_frees_the_key(kie, server, answer):
    server.answer("createTask", answer)
    assert 0 != kie(ONCE).code

    assert (0, [FIRST]) == (kie(ONCE).code, kie(ONCE).lines)
    assert len(server.posts()) == 2


def test_what_was_never_sent_frees_the_key(kie, server, images):
    server.answer("file-stream-upload", "upload.400")
    assert 2 == kie("create -i jar.png -p hat --once k1").code

    assert [FIRST] == kie("create -i logo.png -p other --once k1").lines


def test_another_api_key_is_told(kie, server):
    kie(ONCE)

    run = kie(ONCE, KIE_API_KEY="another-key-0123456789")

    assert (0, [FIRST]) == (run.code, run.lines)
    assert "kie: --once k1: it was used with another API key" in run.err
    assert "another API key" not in kie(ONCE).err
    assert len(server.posts()) == 1


def test_each_host_and_the_sandbox_have_keys_of_their_own(kie, server):
    other = Loopback()
    kie(ONCE)

    assert 0 == kie(ONCE, KIE_BASE_URL=other.api).code
    assert 0 == kie(f"{ONCE} --sandbox").code
    other.close()

    assert (1, 1) == (len(server.posts()), len(other.posts()))


@pytest.fixture
def twin(own_home, server):
    """The same line in another process, which waits for its answer until `answered` is set."""
    arrived, answered = threading.Event(), threading.Event()

    def start(answer):
        def meanwhile():
            arrived.set()
            answered.wait(30)

        if isinstance(answer, str):
            answer = Reply(example(answer))
        answer.meanwhile = meanwhile
        server.answer("createTask", answer)
        child = subprocess.Popen(
            [PROGRAM, *shlex.split(ONCE)],
            env=environment(own_home, server),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert arrived.wait(30)
        started.append(child)
        return child

    started: list[subprocess.Popen] = []
    yield start, answered
    answered.set()
    for child in started:
        child.kill()
        child.communicate()


@pytest.mark.parametrize(
    ("answer", "code", "posts"),
    [("create.ok", 0, 1), (Reply(hang_up=True), 9, 1), ("create.402", 0, 2)],
)
def test_a_twin_that_runs_is_waited_for(kie, server, twin, answer, code, posts):
    start, answered = twin
    child = start(answer)

    def while_sleeping():
        if len(kie.clock.slept) == 3:
            answered.set()
            child.wait(30)

    kie.clock.while_sleeping = while_sleeping
    run = kie(ONCE)

    assert code == run.code
    assert [2.0, 2.0, 2.0] == kie.clock.slept
    assert 1 == run.err.count("--once k1: another kie sends it just now; waiting for it.")
    assert posts == len(server.posts())
    if code == 0:
        assert [TASK if posts == 1 else FIRST] == run.lines


def test_a_twin_that_dies_meanwhile_is_seen_to_be_gone(kie, server, twin):
    start, _ = twin
    child = start("create.ok")

    def while_sleeping():
        if len(kie.clock.slept) == 3:
            child.kill()
            child.wait(30)

    kie.clock.while_sleeping = while_sleeping
    run = kie(ONCE)

    assert (9, [2.0, 2.0, 2.0]) == (run.code, kie.clock.slept)
    assert len(server.posts()) == 1


def test_a_twin_that_does_not_end_is_waited_for_two_minutes(kie, server, twin):
    start, _ = twin
    start("create.ok")

    run = kie(ONCE)

    assert (9, "") == (run.code, run.out)
    assert 120.0 == sum(kie.clock.slept)
    assert "--once k1: the earlier try has an unknown outcome. Nothing was sent." in run.err
    assert len(server.posts()) == 1


def test_a_twin_that_was_killed_leaves_an_unknown_outcome(kie, server, twin):
    start, _ = twin
    child = start("create.ok")
    child.kill()
    child.wait(30)

    run = kie(ONCE)

    assert (9, []) == (run.code, kie.clock.slept)
    assert "kie: 1 earlier create has an unknown outcome: kie list --unknown" in run.err
    assert len(server.posts()) == 1
    assert "an earlier kie create was cut off while it was sending" in kie("list --unknown").out
