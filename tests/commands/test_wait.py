"""`kie wait`, whole command lines against kie.ai on loopback, in fake time."""

import json
import signal
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import accumulate
from pathlib import Path

import pytest
from loopback import Reply, example

from kie_cli.errors import ExitCode, Stopped
from kie_cli.jobs.look import worst

T1, T2, T3 = "t1", "t2", "t3"


@pytest.fixture(autouse=True)
def waiting_never_pays(kie):
    """Whatever a wait meets, it makes no task: nothing but looks goes to the API."""
    yield
    made = len([run for run in kie.runs if run.args[0] == "create"])
    assert len(kie.server.posts()) == made
    others = {r.path.rsplit("/", 1)[-1] for r in kie.server.requests if r.method == "POST"}
    assert others <= {"createTask", "download-url"}


def looks(kie, task_id=None):
    asked = [request.query["taskId"][0] for request in kie.server.seen("recordInfo")]
    return [one for one in asked if task_id in {None, one}]


def error_codes(run):
    """The errors among the JSON lines on stderr; the others are warnings."""
    told = [json.loads(line) for line in run.err.splitlines()]
    return [one["error"]["exit_code"] for one in told if "warning" not in one]


def test_prints_the_url_on_stdout_and_how_it_went_on_stderr(kie):
    kie.server.plays(T1, "waiting", "generating", "success")
    run = kie("wait t1")
    assert run.code == 0
    assert run.out == f"{kie.server.result}/r/t1.png\n"
    words = [line.split("  ")[:2] for line in run.err.splitlines()]
    assert words == [[T1, "waiting"], [T1, "generating"], [T1, "success"], ["Done in 31 s."]]
    assert not list(Path().iterdir())


def test_exits_8_at_the_deadline_and_says_how_to_go_on(kie):
    """The last pause is cut to the deadline, and a last look is made there."""
    kie.server.plays(T1, "generating")
    run = kie("wait t1 --timeout 6")
    assert run.code == 8
    assert sum(kie.clock.slept) == pytest.approx(6)
    assert len(looks(kie)) == len(kie.clock.slept) + 1
    assert run.out == ""
    assert "Come back with: kie wait t1\n" in run.err


def test_a_task_that_ends_at_the_deadline_is_not_missed(kie):
    kie.server.plays(T1, "generating", "generating", "success")
    run = kie("wait t1 --timeout 6")
    assert len(looks(kie)) == 3
    assert run.code == 0
    assert run.lines == [f"{kie.server.result}/r/t1.png"]


def test_timeout_0_looks_once(kie):
    kie.server.plays(T1, "generating", "success")
    assert kie("wait t1 --timeout 0").code == 8
    assert looks(kie) == [T1]
    assert kie.clock.slept == []


def test_timeout_0_asks_again_only_when_there_was_no_answer(kie):
    """No later look would make up for it."""
    kie.server.plays(T1, Reply("<html>", 502), "success")
    assert kie("wait t1 --timeout 0").code == 0
    assert len(looks(kie)) == 2


def test_the_default_is_15_minutes_and_none_has_no_limit(kie):
    kie.server.plays(T1, "generating")
    assert kie("wait t1").code == 8
    assert sum(kie.clock.slept) == pytest.approx(900, abs=0.1)
    kie.server.plays(T2, *["generating"] * 300, "success")
    kie.clock.slept.clear()
    assert kie("wait t2 --timeout none").code == 0
    assert sum(kie.clock.slept) > 2000


def test_looks_get_rarer_and_come_each_half_minute_at_least(kie):
    kie.server.plays(T1, "generating")
    kie("wait t1 --timeout 4000")
    slept = kie.clock.slept
    assert max(slept) <= 33
    assert sum(slept[20:30]) < sum(slept[100:110]) < sum(slept[-12:-2])
    assert len(slept) < 600


def test_looks_are_made_when_tasks_of_the_model_usually_end(kie):
    """Five runs of a minute each are in the ledger; the sixth is asked about at that time."""
    for number in range(6):
        task_id = kie("create -q -p hat").out.strip()
        began = int(kie.clock.now() * 1000)
        kie.server.plays(task_id, {"createTime": began, "completeTime": began + 60_000})
        if number < 5:
            assert kie(["wait", task_id]).code == 0
    kie.server.plays(task_id, "generating")
    kie.clock.slept.clear()
    kie(["wait", task_id, "--timeout", "90"])
    moments = list(accumulate(kie.clock.slept))
    near = [moment for moment in moments if 45 <= moment <= 75]
    assert len(near) > 2 * len([moment for moment in moments if moment < 30])


def test_the_flag_beats_the_environment_and_that_beats_the_config(kie):
    kie.server.plays(T1, "generating")
    assert kie("config set timeout 4").code == 0
    for command, env, seconds in (
        ("wait t1", {}, 4),
        ("wait t1", {"KIE_TIMEOUT": "5"}, 5),
        ("wait t1 --timeout 1", {"KIE_TIMEOUT": "5"}, 1),
    ):
        kie.clock.slept.clear()
        assert kie(command, **env).code == 8
        assert sum(kie.clock.slept) == pytest.approx(seconds)


def test_interval_sets_the_pause(kie):
    kie.server.plays(T1, "generating")
    assert kie("wait t1 --interval 7 --timeout 20s").code == 8
    assert kie.clock.slept == [7.0, 7.0, 6.0]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ("t1 --interval 0.1", "--interval"),
        ("t1 --interval none", "--interval"),
        ("t1 --interval soon", "--interval"),
        ("t1 --timeout soon", "soon"),
        ("t1 --timeout -5", "-5"),
        ("", "Wait for which task?"),
        ("../t1", "no task id"),
        ("t1 .t2", "no task id"),
        ("t1 --bogus", "--bogus"),
        ("--last", "no task yet"),
        ("t1 -o ''", "folder"),
        ("t1 t2 -o one.png", "one file"),
        ("t1 t2 -o -", "one file"),
        ("t1 --json -o -", "--json"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_asked(kie, args, said):
    run = kie(f"wait {args}")
    assert run.code == 2
    assert said in run.err
    assert "Traceback" not in run.err
    assert run.out == ""
    assert kie.server.requests == []


# which tasks


def test_results_come_as_each_task_ends(kie):
    kie.server.plays(T1, "generating", "generating", "success")
    kie.server.plays(T2, "success")
    kie.server.plays(T3, "generating", "success")
    run = kie("wait t1 t2 t3 t1")
    assert run.code == 0
    assert [line.rsplit("/", 1)[1] for line in run.lines] == ["t2.png", "t3.png", "t1.png"]
    assert len(looks(kie, T1)) == 3


def test_ids_come_from_stdin(kie):
    """The first word of a line, so that the rows of `kie list` do as well."""
    for task_id in (T1, T2, T3):
        kie.server.plays(task_id, "success")
    run = kie("wait t3 -", stdin="t1\tSat 16:05\tsuccess\n\n  t2  \nt1\n")
    assert run.code == 0
    assert [line.rsplit("/", 1)[1] for line in run.lines] == ["t3.png", "t1.png", "t2.png"]


def test_no_ids_on_stdin_are_nothing_to_wait_for(kie):
    run = kie("wait -", stdin="\n")
    assert (run.code, run.out) == (0, "")
    assert "nothing to wait for" in run.err


@pytest.mark.parametrize("content", [b"\xff\xfe\x00t1\n", b"not/an/id\n", b'{"task_id": "t1"}\n'])
def test_other_things_on_stdin_are_refused(kie, content):
    run = kie("wait -", stdin=content)
    assert run.code == 2
    assert "bug" not in run.err
    assert kie.server.requests == []


def test_stdin_that_is_a_terminal_is_announced_or_with_no_input_refused(kie):
    kie.server.plays(T1, "success")
    run = kie("wait -", stdin="t1\n", tty="in")
    assert run.code == 0
    assert "Reading task ids from the terminal" in run.err
    assert kie("wait - --no-input", stdin="t1\n", tty="in").code == 2


def test_last_is_the_newest_task_and_pending_all_that_run(kie):
    first, second, third = (
        kie(["create", "-q", "-p", word]).lines[0] for word in ("a b c d" * 2, "hats", "jars")
    )
    for task_id in (first, second, third):
        kie.server.plays(task_id, "success")
    assert kie("wait --last").lines == [f"{kie.server.result}/r/{third}.png"]
    run = kie("wait --pending")
    assert run.lines == [f"{kie.server.result}/r/{name}.png" for name in (first, second)]
    run = kie("wait --pending")
    assert (run.code, run.out) == (0, "")
    assert "nothing to wait for" in run.err


def test_any_returns_with_the_first_that_ends(kie):
    kie.server.plays(T1, "generating")
    kie.server.plays(T2, "generating", "success")
    run = kie("wait t1 t2 --any")
    assert run.code == 0
    assert run.lines == [f"{kie.server.result}/r/t2.png"]


def test_any_is_not_ended_by_an_id_that_does_not_exist(kie):
    kie.server.plays(T2, *["generating"] * 9, "success")
    run = kie("wait gone t2 --any")
    assert run.code == 0
    assert run.lines == [f"{kie.server.result}/r/t2.png"]


def test_any_looks_at_all_when_the_time_is_up(kie):
    kie.server.plays(T1, "generating")
    kie.server.plays(T2, "generating", "success")
    assert kie("wait t1 t2 --any --timeout 1").lines == [f"{kie.server.result}/r/t2.png"]


def test_any_ends_with_3_when_the_first_that_ends_failed(kie):
    kie.server.plays(T1, "generating")
    kie.server.plays(T2, "fail")
    assert kie("wait t1 t2 --any").code == 3
    assert len(looks(kie, T1)) == 1


def test_fail_fast_ends_at_the_first_failure_only(kie):
    kie.server.plays(T1, *["generating"] * 5, "success")
    kie.server.plays(T2, "success")
    kie.server.plays(T3, "generating", "fail")
    run = kie("wait t1 t2 t3 --fail-fast")
    assert run.code == 3
    assert run.lines == [f"{kie.server.result}/r/t2.png"]
    assert len(looks(kie, T1)) < 5
    run = kie("wait t1 t2 t3")
    assert run.code == 3
    assert [line.rsplit("/", 1)[1] for line in run.lines] == ["t2.png", "t1.png"]


# how tasks end

ENDS = {
    "ok": ("success", 0),
    "failed": ("fail", 3),
    "empty": ({"resultJson": ""}, 10),
    "running": ("generating", 8),
    "gone": (None, 6),
}


@pytest.mark.parametrize("name", ENDS)
@pytest.mark.parametrize("mode", ["", " --json"])
def test_one_task_one_exit_code(kie, name, mode):
    state, code = ENDS[name]
    if state:
        kie.server.plays(name, state)
    run = kie(f"wait {name} --timeout 20{mode}")
    assert run.code == code
    if mode:
        assert [task["task_id"] for task in run.json] == [name]
        assert error_codes(run) == [code] * (code > 0)
    else:
        assert len(run.lines) == (code == 0)


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ("ok ok2", 0),
        ("ok gone", 6),
        ("gone running ok", 8),
        ("running empty gone", 10),
        ("empty failed running gone ok", 3),
    ],
)
def test_several_tasks_end_with_the_first_code_that_applies(kie, names, code):
    """Of 3, 10, 8, 6, 0; with --json the one error line is about that code."""
    for name in names.split():
        state = ENDS[name.rstrip("2")][0]
        if state:
            kie.server.plays(name, state)
    assert kie(f"wait {names} --timeout 20").code == code
    run = kie(f"wait {names} --timeout 20 --json")
    assert run.code == code
    assert sorted(task["task_id"] for task in run.json) == sorted(names.split())
    assert error_codes(run) == [code] * (code > 0)


def test_the_order_of_codes_is_the_documented_one():
    order = [9, 3, 10, 8, 6, 0]
    for place, code in enumerate(order):
        assert worst([ExitCode(each) for each in reversed(order[place:])]) == code
    assert worst([]) == 0
    assert all(worst([code, ExitCode.OK]) == code for code in ExitCode)


def test_a_failed_task_is_told_with_reason_code_and_cost(kie):
    kie.server.plays(
        T1, {"state": "fail", "failCode": 500, "failMsg": "Nope", "creditsConsumed": 1234567.5}
    )
    run = kie("wait t1")
    assert run.code == 3
    assert "kie: The task failed: Nope (code 500). It cost 1234567.5 credits.\n" in run.err
    assert "A new task costs anew" in run.err
    assert len(looks(kie)) == 1


@pytest.mark.parametrize("code", [None, "", "GENERATION_FAILED", 422])
def test_any_kind_of_fail_code_is_shown(kie, code):
    kie.server.plays(T1, {"state": "fail", "failCode": code, "failMsg": None})
    run = kie("wait t1 --json")
    assert run.code == 3
    error = run.json[0]["error"]
    assert error["code"] == (None if code in {None, ""} else str(code))
    assert error["message"] == "kie.ai gave no reason"


def test_a_refused_prompt_is_told_from_other_failures(kie):
    kie.server.plays(T1, {"state": "fail", "failMsg": "NSFW content detected"})
    assert "content check" in kie("wait t1").err


@pytest.mark.parametrize("name", ["record.408", "record.501"])
def test_a_task_that_kie_ai_gave_up_has_failed_but_may_be_asked_again(kie, name):
    kie.server.answer("recordInfo", name)
    kie.server.plays(T1, "success")
    run = kie("wait t1 --json")
    assert run.code == 3
    assert (run.json[0]["state"], run.json[0]["error"]["kind"]) == ("fail", "task_failed")
    assert kie("wait t1").code == 0


@pytest.mark.parametrize(
    "result",
    [
        None,
        "",
        "{}",
        "no json",
        '{"resultUrls":[]}',
        '{"resultUrls":null,"resultObject":null}',
        [],
    ],
)
def test_success_without_anything_exits_10_and_says_where_the_answer_is(kie, result):
    kie.server.plays(T1, {"resultJson": result})
    run = kie("wait t1 -d")
    assert (run.code, run.out) == (10, "")
    assert "kie status t1 --raw" in run.err


@pytest.mark.parametrize("extra", ["", " --json"])
def test_a_result_without_urls_is_printed_as_json(kie, extra):
    made = {"resultUrls": None, "resultObject": {"persona": "p1", "steps": [1, 2]}}
    kie.server.plays(T1, {"resultJson": json.dumps(made)})
    run = kie(f"wait t1{extra}")
    assert run.code == 0
    (told,) = run.json
    assert told["result"] == made if extra else told == made["resultObject"]


def test_urls_in_an_object_are_results_too(kie):
    data = example("record.success-object-urls")["data"]
    kie.server.plays(T1, {"resultJson": data["resultJson"]})
    assert kie("wait t1").lines == json.loads(data["resultJson"])["resultObject"]["mask_urls"]


def test_what_was_saved_before_does_not_change_what_wait_prints(kie):
    """Without --download it is the URLs."""
    kie(["create", "-p", "hats", "-d"])
    run = kie("wait --last")
    assert run.lines[0].startswith(kie.server.result)
    assert kie("wait --last --json").json[0]["files"]


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("queueing", "queueing"),
        ("SUCCESS", "SUCCESS"),
        (3, "3"),
        ("", "(no state)"),
        (None, "(no state)"),
        ([1], "[1]"),
    ],
)
def test_a_state_that_nobody_knows_runs_on_and_is_shown_as_it_came(kie, state, shown):
    kie.server.plays(T1, {"state": state})
    run = kie("wait t1 --timeout 3")
    assert run.code == 8
    assert run.err.startswith(f"t1  {shown}  ")
    assert kie("wait t1 --timeout 3 --json").json[0]["state"] == shown


# bad weather

WEATHER = {
    "429": Reply(example("record.429")),
    "HTTP 429": Reply("slow down", 429),
    "430": Reply({"code": 430, "msg": "busy"}),
    "HTML 502": Reply("<html><h1>Bad Gateway</h1></html>", 502),
    "HTML 200": Reply("<html>log in here</html>"),
    "500": Reply(example("record.500")),
    "455": Reply({"code": 455, "msg": "maintenance"}),
    "402": Reply({"code": 402, "msg": "Credits insufficient"}),
    "433": Reply({"code": 433, "msg": "cap"}),
    "999": Reply({"code": 999, "msg": "what?"}),
    "reset": Reply(hang_up=True),
    "empty": Reply(b""),
    "no JSON": Reply(b'{"code":200,'),
    "no data": Reply({"code": 200, "msg": "success", "data": None}),
    "redirect": Reply(b"", 302, {"Location": "https://example.org/"}),
    "another task": Reply({"code": 200, "data": {"taskId": "other", "state": "success"}}),
}
LEFT_WITH = {"402": 5, "433": 5, "999": 1, "no data": 1, "another task": 1}


@pytest.mark.parametrize("name", WEATHER)
def test_an_answer_that_tells_nothing_never_ends_the_wait(kie, name):
    kie.server.plays(T1, *[WEATHER[name]] * 3, "generating", WEATHER[name], "success")
    run = kie("wait t1")
    assert run.code == 0
    assert run.lines == [f"{kie.server.result}/r/t1.png"]
    assert [request.host for request in kie.server.requests] == ["api"] * 6


@pytest.mark.parametrize("name", WEATHER)
def test_with_no_answer_at_all_the_budget_ends_it(kie, name):
    kie.server.plays(T1, WEATHER[name])
    run = kie("wait t1 --timeout 200")
    assert run.code == LEFT_WITH.get(name, 7)
    assert run.out == ""
    assert sum(kie.clock.slept) == pytest.approx(200)
    assert "failed" not in run.err


def test_half_an_hour_without_kie_ai_is_no_failure(kie):
    """Exit 8 since a state was seen; one warning after three bad looks, then one a minute."""
    kie.server.plays(T1, "generating", Reply(hang_up=True))
    run = kie("wait t1 --timeout 30m")
    assert run.code == 8
    warnings = [line for line in run.err.splitlines() if "goes on asking" in line]
    assert 25 <= len(warnings) <= 30
    assert warnings[0].startswith("kie: t1: ")
    assert "kie wait t1" in run.err


def test_two_bad_looks_are_not_worth_a_word(kie):
    kie.server.plays(T1, Reply(hang_up=True), Reply(hang_up=True), "success")
    assert "kie:" not in kie("wait t1").err


def test_a_closed_port_is_tolerated_like_a_broken_answer(kie):
    kie.env["KIE_BASE_URL"] = "http://127.0.0.1:9"
    run = kie("wait t1 --timeout 30")
    assert run.code == 7
    assert "could not be reached" in run.err


@pytest.mark.parametrize(
    ("asked", "slept"),
    [
        ("45", [45.0, 155.0]),
        ("999999", [120.0, 80.0]),
        ("1e999", [5.526, 194.474]),
        ("-3", [5.526, 194.474]),
    ],
)
def test_retry_after_is_honoured_within_two_minutes(kie, asked, slept):
    reply = Reply(example("record.429"), 429, {"Retry-After": asked})
    long = Reply(example("record.429"), 429, {"Retry-After": "119"})
    kie.server.plays(T1, reply, long)
    kie("wait t1 --timeout 200")
    assert kie.clock.slept[0] == slept[0]
    assert sum(kie.clock.slept) == pytest.approx(200)


def test_retry_after_beyond_the_budget_means_one_last_look(kie):
    reply = Reply(example("record.429"), 429, {"Retry-After": "3600"})
    kie.server.plays(T1, reply, "success")
    assert kie("wait t1 --timeout 20").code == 0
    assert kie.clock.slept == [20.0]


@pytest.mark.parametrize("status", [200, 401])
def test_a_key_that_is_not_taken_stops_at_once_and_the_task_goes_on(kie, status):
    kie.server.plays(T1, "generating", Reply(example("record.401"), status), "success")
    run = kie("wait t1 t2 -d")
    assert run.code == 4
    assert len(looks(kie, T1)) == 2
    assert "The task goes on at kie.ai. Come back with: kie wait t1 t2 --download" in run.err
    assert "KIE_API_KEY" in run.err
    assert "cdef" in run.err
    assert kie.env["KIE_API_KEY"] not in run.err


def test_without_a_key_nothing_is_asked(kie):
    del kie.env["KIE_API_KEY"]
    run = kie("wait t1")
    assert run.code == 4
    assert "kie config set token" in run.err
    assert kie.server.requests == []


@pytest.mark.parametrize("name", ["record.null", "record.404"])
def test_an_unknown_id_of_others_has_10_seconds_to_appear(kie, name):
    kie.server.plays(T1, Reply(example(name)))
    run = kie("wait t1")
    assert run.code == 6
    assert 10 <= sum(kie.clock.slept) < 20
    kie.server.plays(T2, Reply(example(name)), "success")
    assert kie("wait t2").code == 0


def test_an_unknown_id_of_our_own_has_90_seconds_to_appear(kie):
    task_id = kie(["create", "-q", "-p", "hats"]).lines[0]
    kie.server.plays(task_id, Reply(example("record.null")))
    run = kie("wait --last")
    assert run.code == 6
    assert 90 <= sum(kie.clock.slept) < 125


def test_a_wait_needs_no_record_of_tasks(kie, own_home):
    """A folder that cannot be used is worth a warning."""
    Path("file").write_text("in the way")
    kie.server.plays(T1, "success")
    run = kie("wait t1 -d", KIE_STATE_DIR="file/state")
    assert run.code == 0
    assert run.lines == ["./t1-1.png"]
    assert run.err.count("The record of tasks is not used") == 1


# how it is shown


def test_one_line_a_change_and_a_heartbeat_a_minute_off_a_terminal(kie):
    kie.server.plays(T1, *["waiting"] * 10, "generating")
    run = kie("wait t1 --timeout 240")
    lines = [line.split("  ")[:2] for line in run.err.splitlines() if line.startswith("t1  ")]
    assert lines == [[T1, "waiting"]] + [[T1, "generating"]] * 4


def test_the_heartbeat_of_many_tasks_counts_them(kie):
    kie.server.plays(T1, "success")
    kie.server.plays(T2, "generating")
    run = kie("wait t1 t2 --timeout 100")
    assert sum("1 of 2 tasks ended" in line for line in run.err.splitlines()) == 1
    assert "t2: The task is still running" in run.err


def test_quiet_says_results_and_errors_only(kie):
    kie.server.plays(T1, "generating", "success")
    run = kie("wait t1 -q")
    assert (run.err, len(run.lines)) == ("", 1)
    kie.server.plays(T2, "fail")
    assert kie("wait t2 -q").err.startswith("kie: The task failed: ")


def test_verbose_names_each_request_and_never_the_key(kie):
    kie.server.plays(T1, "success")
    run = kie("wait t1 -v")
    assert f"GET {kie.server.api}/api/v1/jobs/recordInfo -> 200" in run.err
    assert kie.env["KIE_API_KEY"] not in run.err + run.out


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ("", "kie wait t1"),
        ("-d", "kie wait t1 --download"),
        ("-o out/", "kie wait t1 -o out/"),
        ("-o 'my file.png'", "kie wait t1 -o 'my file.png'"),
        ("-o 'a b/'", "kie wait t1 -o 'a b/'"),
        ("-o -", "kie wait t1 -o -"),
    ],
)
def test_the_line_to_come_back_by_says_what_was_asked_for(kie, args, line):
    kie.server.plays(T1, "generating")
    run = kie(f"wait t1 --timeout 3 {args}")
    assert run.code == 8
    assert f"Come back with: {line}\n" in run.err
    if args == "-o -":
        return
    run = kie(f"wait t1 --timeout 3 --json {args}")
    assert json.loads(run.err)["error"]["hint"] == f"Come back with: {line}"
    assert (run.json[0]["task_id"], run.json[0]["state"]) == (T1, "generating")


def stop(signum):
    def now():
        raise Stopped(signum)

    return now


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_wait_and_says_how_to_come_back(kie, signum):
    kie.server.plays(T1, "generating")
    kie.clock.while_sleeping = stop(signum)
    run = kie("wait t1 -d")
    assert run.code == 128 + signum
    assert run.err.endswith(
        "Stopped waiting. The task goes on at kie.ai. Come back with:\n  kie wait t1 --download\n"
    )
    told = json.loads(kie("wait t1 --json").err)["error"]
    assert (told["kind"], told["exit_code"]) == ("stopped", 128 + signum)
    assert told["hint"] == "  kie wait t1"


def test_only_what_still_runs_is_come_back_for(kie):
    kie.server.plays(T1, "success")
    kie.server.plays(T2, "generating")
    kie.server.plays(T3, "generating")
    kie.clock.while_sleeping = lambda: stop(2)() if len(looks(kie)) >= 3 else None
    run = kie("wait t1 t2 t3")
    assert run.code == 130
    assert "The tasks go on at kie.ai. Come back with:\n  kie wait t2 t3\n" in run.err


def test_a_label_stands_for_all_of_its_tasks_the_oldest_first(kie):
    ids = [kie(f"create -q -p hat{n} --label {label}").lines[0] for n, label in enumerate("aba")]
    for one in ids:
        kie.server.plays(one, "success")
    kie(["wait", ids[0]])

    assert kie("wait --label a").code == 0
    assert looks(kie) == [ids[0], ids[0], ids[2]]
    assert kie("wait --label b --pending --json").json[0]["task_id"] == ids[1]
    assert looks(kie)[3:] == [ids[1]]


def test_a_label_with_nothing_left_to_wait_for_is_no_slip_of_the_pen(kie):
    made = kie("create -q -p hat --label nightly").lines[0]
    kie.server.plays(made, "success")
    kie("wait --label nightly")

    assert kie("wait --label nightly --pending").code == 0
    run = kie("wait --label nigthly")
    assert (run.code, run.out) == (2, "")
    assert "kie: No task of this machine has the label nigthly.\n" in run.err


def test_many_own_tasks_are_come_back_for_as_pending_and_foreign_ones_by_id(kie):
    own = [kie(["create", "-q", "-p", f"hat {n}"]).lines[0] for n in range(4)]
    for task_id in (*own, "x1"):
        kie.server.plays(task_id, "generating")
    kie.clock.while_sleeping = stop(2)
    assert kie(["wait", *own]).err.endswith("  kie wait --pending\n")
    run = kie(["wait", *own, "x1"])
    assert run.err.endswith(f"  kie wait {' '.join(own)} x1\n")


# a hundred tasks, an old one, another key


def test_a_hundred_tasks_are_looked_at_five_times_a_second_at_most(kie):
    ids = [f"task{number}" for number in range(100)]
    for task_id in ids:
        kie.server.plays(task_id, "generating", "success")

    run = kie(["wait", *ids])

    assert 0 == run.code
    assert 200 == len(looks(kie))
    assert set(ids) == {line.rpartition("/")[2].removesuffix(".png") for line in run.lines}
    assert 0.2 * 199 <= sum(kie.clock.slept) <= 0.2 * 199 + 5


@pytest.mark.parametrize("command", ["wait", "status", "download"])
def test_a_task_that_kie_ai_has_forgotten_has_the_age_that_the_ledger_knows(kie, command):
    task_id = kie("create -q -p hats").lines[0]
    kie.clock.time += 63 * 86400
    kie.server.plays(task_id, Reply(example("record.null")))

    run = kie(f"{command} {task_id}")

    assert 6 == run.code
    assert "kie.ai keeps tasks for 2 months" in run.err
    assert "This machine created it 63 d ago." in run.err
    assert "This machine created it" not in kie(f"{command} anothers").err


def test_a_wait_under_another_key_than_the_create_says_so(kie):
    task_id = kie("create -q -p hats").lines[0]

    run = kie(f"wait {task_id}", KIE_API_KEY="another-key-0123456789")

    assert 0 == run.code
    assert (
        f"kie: {task_id}: created with another API key than the one in use, which ends in …6789 "
        "and came from: environment (KIE_API_KEY)."
    ) in run.err
    assert "another API key" not in kie(f"wait {task_id}").err
    assert "another-key" not in run.err


@pytest.mark.parametrize("command", ["wait t1", "wait t1 --timeout 0", "status t1", "download t1"])
@pytest.mark.parametrize(("answer", "code"), [("record.401", 4), ("create.402", 5)])
def test_each_401_and_402_names_the_source_of_the_key_once(kie, command, answer, code):
    kie.server.plays(T1, Reply(example(answer)))

    run = kie(command)

    assert code == run.code
    assert 1 == run.err.count("ending in …cdef came from: environment (KIE_API_KEY).")


def test_a_key_that_is_revoked_in_a_wait_ends_it_and_the_task_goes_on(kie):
    kie.server.plays(T1, "generating", Reply(example("record.401")))

    run = kie("wait t1")

    assert 4 == run.code
    assert [T1, T1] == looks(kie)
    assert "ending in …cdef came from: environment (KIE_API_KEY)." in run.err
    assert "The task goes on at kie.ai. Come back with: kie wait t1" in run.err
    kie.server.plays(T1, "success")
    assert 0 == kie("wait t1").code


@pytest.mark.parametrize("progress", [250, -1, "abc", None, 1e400, {"a": 1}])
def test_a_progress_that_nobody_knows_changes_nothing(kie, progress):
    text = json.dumps(kie.server.record(T1, {"state": "generating", "progress": progress}))
    kie.server.plays(T1, Reply(text), "success")

    run = kie("wait t1")

    # Infinity is no JSON: that answer tells nothing, and the wait goes on.
    assert 0 == run.code
    assert [T1, T1] == looks(kie)


@pytest.mark.parametrize(("first", "then"), [("success", "fail"), ("fail", "generating")])
def test_the_first_final_state_stays_whatever_kie_ai_says_later(kie, first, then):
    task_id = kie("create -q -p hats").lines[0]
    kie.server.plays(task_id, first, then)
    assert {"success": 0, "fail": 3}[first] == kie(f"wait {task_id}").code

    run = kie(f"status {task_id} --json")

    assert first == run.json[0]["state"]
    assert first == kie("list --json").json[0]["state"]


def test_a_retry_after_date_counts_from_the_date_of_its_answer(kie):
    """The fake clock of this machine is years away from the real one of the server."""
    kie.clock.start -= 365 * 86400
    kie.clock.time -= 365 * 86400
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    busy = Reply(example("record.429"), 429, {"Retry-After": until})
    kie.server.plays(T1, busy, "success")

    assert 0 == kie("wait t1").code
    assert 35 <= kie.clock.slept[0] <= 40
