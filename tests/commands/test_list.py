"""`kie list`: what this machine made, from its own record; kie.ai is never asked."""

import json
from pathlib import Path

import pytest
from loopback import Reply, example

DAY = 86400.0


@pytest.fixture
def made(kie):
    """Four creates over three days: done, failed, running, and one whose answer was lost."""
    made = {}
    for name, options, state in (
        ("done", ["--label", "shop"], "success"),
        ("failed", ["-m", "flux-2/flex-text-to-image"], "fail"),
        ("runs", ["--label", "shop"], None),
    ):
        run = kie(["create", "-q", "-p", f"A {name} hat", *options])
        made[name] = run.lines[0]
        if state:
            now = kie.clock.time * 1000
            body = kie.server.record(made[name], state)
            body["data"] |= {"createTime": now, "completeTime": now + 31000, "creditsConsumed": 5}
            kie.server.plays(made[name], Reply(body))
            kie(["status", made[name]])
        kie.clock.time += DAY
    kie.server.answer("createTask", Reply(hang_up=True))
    assert kie(["create", "-q", "-p", "A lost hat"]).code == 9
    kie.server.requests.clear()
    yield made
    assert kie.server.requests == []


def names(kie, args=""):
    """The creates that `list ARGS` tells, by a word of their prompt."""
    run = kie(f"list {args}")
    assert run.code == 0
    return [line.split("\t")[-1].split()[1] for line in run.lines]


def test_the_newest_comes_first_tab_separated_without_a_header(kie, made):
    run = kie("list")
    cells = [line.split("\t") for line in run.lines]
    assert [row[0] for row in cells[1:]] == [made["runs"], made["failed"], made["done"]]
    assert cells[0][0].startswith("i-")
    assert [row[2] for row in cells] == ["unknown", "waiting", "fail", "success"]
    assert cells[3] == [
        made["done"], "Sun 10:40", "success", "5", "flux-2/pro-text-to-image", "A done hat",
    ]  # fmt: skip
    assert run.err == ""


def test_ls_is_list(kie, made):
    assert kie("ls").out == kie("list").out != ""


@pytest.mark.parametrize(
    ("args", "found"),
    [
        ("--state success", ["done"]),
        ("--state fail", ["failed"]),
        ("--state unknown", ["lost"]),
        ("--state nonsense", []),
        ("--label shop", ["runs", "done"]),
        ("--label sho", []),
        ("-m flux-2/flex-text-to-image", ["failed"]),
        ("-n 2", ["lost", "runs"]),
        ("-n 1 --label shop", ["runs"]),
        ("--unknown", ["lost"]),
        ("--since 1h", ["lost"]),
        ("--since 25h", ["lost", "runs"]),
        ("--since today", ["lost"]),
        ("--since yesterday", ["lost", "runs"]),
        ("--since 2026-11-23", ["lost", "runs", "failed"]),
        ("--since 2026-11-22T10:40:00Z", ["lost", "runs", "failed", "done"]),
        ("--since 2027-01-01", []),
    ],
)
def test_the_flags_choose(kie, made, args, found):
    assert names(kie, args) == found


@pytest.mark.parametrize("args", ["--since soon", "-n 0", "-n x", "--since ''", "extra"])
def test_what_makes_no_sense_is_refused(kie, args):
    run = kie(f"list {args}")
    assert (run.code, run.out) == (2, "")


def test_nothing_made_is_no_error(kie):
    run = kie("list")
    assert (run.code, run.out, run.err) == (0, "", "None.\n")
    assert kie("list -q").err == ""
    assert kie("list", tty="out").out == ""


def test_quiet_is_ids_alone_which_pipe_into_download(kie, made):
    run = kie("list -q")
    assert run.lines == [made["runs"], made["failed"], made["done"]]
    run = kie("list --state success -q")
    saved = kie("download - -o out/", stdin=run.out)
    assert saved.lines == [f"out/{made['done']}-1.png"]
    assert kie("list --unknown -q").out.startswith("i-")
    kie.server.requests.clear()


def test_unknown_shows_the_intent_when_what_and_why(kie, made):
    (row,) = [line.split("\t") for line in kie("list --unknown").lines]
    intent, when, model, why, prompt = row
    assert intent.startswith("i-")
    assert (when, model, prompt) == ("Wed 10:40", "flux-2/pro-text-to-image", "A lost hat")
    assert "broke after the request was sent" in why
    (task,) = kie("list --unknown --json").json
    assert (task["task_id"], task["state"], task["intent"]) == (None, "unknown", intent)
    assert task["error"]["kind"] == "unknown_outcome"


def test_a_terminal_cuts_the_prompt_and_nothing_before_it(kie):
    prompt = "word " * 100
    task_id = kie(["create", "-q", "-p", prompt]).lines[0]
    head, row = kie("list --color never", tty="out").lines
    assert head.split()[:5] == ["TASK", "WHEN", "STATE", "CREDITS", "MODEL"]
    assert row.startswith(f"{task_id}  ")
    assert row.endswith("…")
    assert len(head) <= 80
    assert len(row) <= 80
    assert head.index("WHEN") == row.index("Sun")
    assert kie("list").lines[0].endswith(prompt.strip() + " ")
    assert kie("list --json").json[0]["task_id"] == task_id


def test_an_old_task_has_its_date(kie, made):
    kie.clock.time += 9 * DAY
    assert {line.split("\t")[1] for line in kie("list").lines} == {
        "2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25",
    }  # fmt: skip


@pytest.mark.parametrize("moment", [1e300, -1e18, 1e15])
def test_a_date_that_is_none_hurts_nobody(kie, moment):
    task_id = kie("create -q -p hats").lines[0]
    kie.server.plays(task_id, {"createTime": moment})
    assert kie(["wait", task_id]).code == 0
    assert kie("list").lines[0].split("\t")[1] == ""
    assert kie("list --json").json[0]["created_at"] is None


def test_the_prompt_is_left_out_where_it_is_not_recorded(kie):
    kie("config set record_prompts false")
    kie("create -q -p secret-hats")
    assert "secret" not in kie("list").out


def test_the_sandbox_has_a_list_of_its_own(kie, made):
    assert kie("create -q --sandbox -p sand", KIE_API_KEY="").code == 0
    (task,) = kie("list --sandbox --json").json
    assert task["sandbox"] is True
    assert all(not task["sandbox"] for task in kie("list --json").json)


def test_without_a_usable_state_folder_it_exits_11(kie):
    Path("file").write_text("in the way")
    run = kie("list --json", KIE_STATE_DIR="file/state")
    assert (run.code, run.out) == (11, "")
    assert json.loads(run.err)["error"]["kind"] == "local_files"


def test_a_refused_create_is_listed_with_its_state(kie):
    kie.server.answer("createTask", "create.402")
    kie("create -q -p hats")
    (task,) = kie("list --json").json
    assert (task["state"], task["error"]["code"]) == ("refused", 402)
    assert example("create.402")["msg"] in task["error"]["message"]
