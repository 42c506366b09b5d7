"""`kie open`: results in the system's viewer; never anything else than files and kie.ai's URLs."""

import json
from pathlib import Path

import pytest
from loopback import Reply

TASK = "addc9644bab1bc844d49d901a336b8db"


@pytest.fixture
def browser(own_home):
    """A browser that notes what it is asked to open."""
    program = own_home / "browser"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$#" "$1" >> {own_home}/opened\n')
    program.chmod(0o755)

    def opened():
        file = own_home / "opened"
        words = file.read_text().splitlines() if file.exists() else []
        assert all(count == "1" for count in words[::2]), "one argument each"
        return words[1::2]

    opened.env = {"BROWSER": f"{program} %s"}
    return opened


def test_opens_the_saved_file_with_what_browser_names_and_prints_it(kie, real, browser):
    task_id = kie("create -q -p hat -d --json").json[0]["task_id"]
    kie.server.requests.clear()
    run = real(f"open {task_id}", **browser.env)
    file = Path(f"{task_id}-1.png").absolute()
    assert (run.code, run.lines, run.err) == (0, [str(file)], "")
    assert browser() == [file.as_uri()]
    assert kie.server.requests == []


def test_opens_the_url_where_no_file_is_left(kie, real, browser):
    task = kie("create -q -p hat -d --json").json[0]
    Path(task["files"][0]).unlink()
    run = real(f"open {task['task_id']} --json", **browser.env)
    assert json.loads(run.out) == {"task_id": task["task_id"], "opened": task["urls"][0]}
    assert browser() == task["urls"]


def test_a_task_of_another_machine_is_looked_up(server, real, browser):
    server.plays(TASK, "success")
    run = real(f"open {TASK}", **browser.env)
    assert (run.code, browser()) == (0, [f"{server.result}/r/{TASK}.png"])


def test_opens_all_results_of_all_tasks_from_stdin(server, real, browser):
    urls = [server.file("one"), server.file("two")]
    server.plays(TASK, Reply(server.record(TASK, "success", urls)))
    run = real("open -", stdin=f"{TASK}\tmore\n", **browser.env)
    assert (run.lines, browser()) == (urls, urls)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "javascript:alert(1)", "--profile=x", "vscode://x", "/etc/passwd"]
)
def test_what_is_no_web_address_is_never_opened(server, real, browser, url):
    server.plays(TASK, Reply(server.record(TASK, "success", [url])))
    run = real(f"open {TASK}", **browser.env)
    assert (run.code != 0, run.out, browser()) == (True, "", [])


@pytest.mark.parametrize(
    ("state", "code", "said"),
    [("fail", 3, "The task failed"), ("generating", 8, f"kie wait {TASK}"), (None, 6, "")],
)
def test_a_task_without_results_says_why(kie, server, state, code, said):
    if state:
        server.plays(TASK, state)
    run = kie(f"open {TASK}")
    assert (run.code, run.out) == (code, "")
    assert said in run.err


def test_without_a_display_a_sentence_says_where_the_result_is(kie, server):
    server.plays(TASK, "success")
    run = kie(f"open {TASK}")
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines() == [
        "kie: It could not be opened: there is no display here, or no program for it.",
        f"  It is here: {server.result}/r/{TASK}.png",
        "  A program of your choice: BROWSER=NAME",
    ]


def test_a_browser_that_does_not_start_is_told_as_well(server, real):
    server.plays(TASK, "success")
    run = real(f"open {TASK}", BROWSER="/nowhere/at-all %s", PATH="/nowhere")
    assert (run.code, run.out) == (1, "")
    assert "It could not be opened" in run.err


def test_results_of_the_sandbox_are_opened_only_as_files(sandbox):
    task_id = sandbox("create -q -p hat --wait --json").json[0]["task_id"]
    run = sandbox(f"open {task_id}")
    assert run.code == 2
    assert f"kie download {task_id}" in run.err


def test_asks_which_task(kie):
    assert kie("open").code == 2
    assert kie("open ../x").code == 2


def test_create_open_that_cannot_open_is_no_failure_of_the_task(kie):
    run = kie("create -p hat --open")
    assert run.code == 0
    assert "It could not be opened" in run.err
    assert len(run.lines) == 1
