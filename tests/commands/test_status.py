"""`kie status`: one look at each task."""

import json
from pathlib import Path

import pytest
from loopback import Reply, example


def looks(kie):
    return [request.query["taskId"][0] for request in kie.server.seen("recordInfo")]


def test_in_a_pipe_it_is_tab_separated_without_a_header(kie):
    kie.server.plays("t1", "success")
    kie.server.plays("t2", {"state": "generating", "completeTime": 1794726000418})
    kie.server.plays("t3", {"state": "fail", "failMsg": "No\tgo", "creditsConsumed": 0.5})
    run = kie("status t1 t2 t3")
    assert run.code == 0
    model = "flux-2/pro-image-to-image"
    assert run.out.split("\n") == [
        f"t1\tsuccess\t0:31\t\t{model}\t{kie.server.result}/r/t1.png",
        f"t2\tgenerating\t\t\t{model}\t",
        f"t3\tfail\t0:31\t0.5\t{model}\tNo\\tgo",
        "",
    ]
    assert run.err == ""
    assert looks(kie) == ["t1", "t2", "t3"]
    assert kie.clock.slept == []


def test_on_a_terminal_it_is_aligned_and_no_url_is_cut(kie):
    url = kie.server.file("x" * 300)
    kie.server.plays("t1", Reply(kie.server.record("t1", "success", [url])))
    kie.server.plays("a-longer-id", "fail")
    run = kie("status t1 a-longer-id", tty="out")
    head, first, second = run.lines
    assert head.replace("\x1b[1m", "").replace("\x1b[0m", "").split() == [
        "TASK", "STATE", "TIME", "CREDITS", "MODEL", "RESULT",
    ]  # fmt: skip
    assert first.endswith(url)
    assert "\x1b[32msuccess\x1b[0m" in first
    assert "\x1b[31mfail\x1b[0m" in second
    plain = [line.replace("\x1b[3", "").partition("m")[0] for line in (first, second)]
    assert plain[0].index("2") == plain[1].index("1") == len("a-longer-id  ")


@pytest.mark.parametrize("extra", ["--color never", "--no-input"])
def test_without_colour_there_is_no_escape_on_a_terminal(kie, extra):
    kie.server.plays("t1", "success")
    env = {} if "never" in extra else {"NO_COLOR": "1"}
    assert "\x1b" not in kie(f"status t1 {extra}", tty="out err", **env).out


@pytest.mark.parametrize(
    ("state", "code"),
    [("success", 0), ("fail", 3), ("waiting", 8), ("whatever", 8), ({"resultJson": ""}, 10)],
)
def test_exit_status_is_the_verdict_and_without_it_a_look_is_a_success(kie, state, code):
    kie.server.plays("t1", state)
    assert kie("status t1").code == 0
    run = kie("status t1 --exit-status -q")
    assert (run.code, run.err) == (code, "")
    assert len(run.lines) == 1


def test_exit_status_of_several_is_the_first_that_applies(kie):
    kie.server.plays("t1", "success")
    kie.server.plays("t2", "generating")
    kie.server.plays("t3", "fail")
    assert kie("status t1 t2 t3 --exit-status").code == 3
    assert kie("status t1 t2 gone --exit-status").code == 8
    assert kie("status t1 gone --exit-status").code == 6


def test_json_is_one_object_a_task(kie):
    kie.server.plays("t1", "success")
    kie.server.plays("t2", "waiting")
    run = kie("status t1 t2 --json")
    assert [(task["task_id"], task["state"]) for task in run.json] == [
        ("t1", "success"),
        ("t2", "waiting"),
    ]
    first = run.json[0]
    assert first["urls"] == [f"{kie.server.result}/r/t1.png"]
    assert (first["created_at"], first["elapsed_s"]) == ("2026-11-15T07:00:00Z", 31.388)
    assert run.err == ""


def test_raw_is_what_kie_ai_sent(kie):
    body = kie.server.record("t1", "success") | {"extra": ["\x1b[2J", "é", 1.5]}
    kie.server.plays("t1", Reply(body))
    for mode in ("", " --json"):
        run = kie(f"status t1 --raw{mode}")
        assert run.json == [body]
        assert "\x1b" not in run.out


def test_raw_is_whole_however_long_it_is(kie):
    """The record of tasks keeps 4 KiB of it; `--raw` is not that copy."""
    task_id = kie(["create", "-q", "-p", "hats"]).lines[0]
    kie.server.plays(task_id, {"extra": "x" * 9000})
    assert kie(["status", task_id, "--raw"]).json[0]["data"]["extra"] == "x" * 9000


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(example("record.null")), 6),
        (Reply(example("record.404")), 6),
        (Reply(example("record.400")), 2),
        (Reply(example("record.401")), 4),
        (Reply(example("record.408")), 3),
        (Reply(example("record.501")), 3),
        (Reply({"code": 402, "msg": "Credits insufficient"}), 5),
        (Reply({"code": 433, "msg": "cap"}), 5),
        (Reply(example("record.429")), 7),
        (Reply({"code": 455, "msg": "maintenance"}), 7),
        (Reply(example("record.500")), 7),
        (Reply({"code": 999, "msg": "what?"}), 1),
        (Reply("<html>", 502), 7),
        (Reply(hang_up=True), 7),
    ],
)
def test_a_look_that_tells_nothing_has_its_exit_code(kie, reply, code):
    """No grace for ids that are not there: `status` reports at once."""
    kie.server.plays("t1", reply)
    run = kie("status t1")
    assert (run.code, run.out) == (code, "")
    assert run.err.startswith("kie: ")
    run = kie("status t1 --json")
    error = json.loads(run.err)["error"]
    assert (run.code, error["exit_code"], error["task_id"]) == (code, code, "t1")


def test_one_bad_answer_is_asked_again_and_a_clear_one_is_not(kie):
    kie.server.plays("t1", Reply("<html>", 502), Reply(hang_up=True), "success")
    assert kie("status t1").code == 0
    assert kie("status gone").code == 6
    assert looks(kie) == ["t1", "t1", "t1", "gone"]


def test_one_bad_id_does_not_hide_the_others(kie):
    kie.server.plays("t1", "success")
    kie.server.plays("t2", Reply({"code": 999, "msg": "what?"}))
    run = kie("status gone t1 t2")
    assert run.code == 6
    assert [line.split("\t")[0] for line in run.lines] == ["t1"]
    assert "kie: gone: kie.ai knows no such task" in run.err
    assert "kie: t2: kie.ai answered code 999" in run.err
    run = kie("status gone t1 t2 --json")
    error = json.loads(run.err)["error"]
    assert (error["exit_code"], error["task_id"]) == (6, "gone")


def test_ids_come_from_stdin_too(kie):
    kie.server.plays("t1", "waiting")
    assert kie("status -", stdin="t1\n").lines[0].startswith("t1\twaiting\t")


@pytest.mark.parametrize(("args", "stdin"), [("", ""), ("-", "\n"), ("a/b", ""), ("--nope", "")])
def test_without_an_id_it_is_refused(kie, args, stdin):
    run = kie(f"status {args}", stdin=stdin)
    assert (run.code, run.out) == (2, "")
    assert kie.server.requests == []


def test_it_works_without_a_usable_state_folder(kie):
    Path("file").write_text("in the way")
    kie.server.plays("t1", "success")
    run = kie("status t1", KIE_STATE_DIR="file/state")
    assert run.code == 0
    assert run.lines[0].startswith("t1\tsuccess")
    assert "The record of tasks is not used" in run.err
    run = kie("status t1 --json", KIE_STATE_DIR="file/state")
    assert run.json[0]["state"] == "success"
    assert "not used" in json.loads(run.err)["warning"]["message"]


def test_what_a_look_tells_is_remembered_and_final(kie):
    """The first final state stays, whatever a later answer says."""
    task_id = kie(["create", "-q", "--label", "cap", "-p", "hats"]).lines[0]
    kie.server.plays(task_id, "success", "generating")
    for _ in range(2):
        (task,) = kie(["status", task_id, "--json"]).json
        assert (task["state"], task["label"]) == ("success", "cap")
    assert kie("list --json").json[0]["state"] == "success"


def test_without_a_key_nothing_is_begun_on_this_machine(kie, own_home, server):
    run = kie(f"status {'0' * 32}", KIE_API_KEY="")

    assert 4 == run.code
    assert not list(own_home.rglob("tasks.sqlite3*"))
    assert [] == server.requests


def test_a_damaged_config_is_told_once(kie, own_home):
    config = own_home / ".config/kie/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("token = ")

    run = kie(f"status {'0' * 32}", KIE_API_KEY="")

    assert 11 == run.code
    assert 1 == run.err.count("is damaged")
