"""`--json`: every line on stdout is an object of the schema, every line on stderr is JSON."""

import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator
from loopback import Reply, example

from kie_cli import errors


def schema(name):
    found = json.loads((files("kie_cli") / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(found)
    return found


TASK, ERROR = Draft202012Validator(schema("task")), Draft202012Validator(schema("error"))


def checked(run):
    """Check all lines of a run; return its tasks."""
    for task in run.json:
        TASK.validate(task)
        assert set(task) == set(TASK.schema["properties"]) - {"line"}  # which batch alone has
    told = [json.loads(line) for line in run.err.splitlines()]
    problems = [one for one in told if "warning" not in one]
    for problem in problems:
        ERROR.validate(problem)
    assert [one["error"]["exit_code"] for one in problems] == [run.code] * (run.code > 0)
    return run.json


def kinds(error):
    return {error.kind}.union(*(kinds(child) for child in error.__subclasses__()))


def test_the_list_of_kinds_is_closed_and_complete():
    known = ERROR.schema["properties"]["error"]["properties"]["kind"]["enum"]
    assert set(known) == kinds(errors.KieError) | {"stopped"}


def test_the_schemas_refuse_what_no_task_and_no_error_is():
    assert not TASK.is_valid({})
    assert not ERROR.is_valid({"error": {"kind": "bad luck"}})


@pytest.mark.parametrize(
    "state",
    [
        "waiting",
        "success",
        "fail",
        "whatever",
        {"state": None, "createTime": 1e300},
        {"state": "fail", "failCode": 501, "failMsg": None, "creditsConsumed": 0.0},
        {"createTime": 5000, "completeTime": 1000},
        {"resultJson": "", "model": None, "param": "no json"},
        {"resultJson": json.dumps({"resultObject": {"text": "x"}})},
        {"resultJson": json.dumps({"resultUrls": ["HTTPS://example.org/A"]})},
    ],
)
def test_a_task_of_others_in_every_state(kie, state):
    kie.server.plays("t1", state)
    for line in (
        "status t1",
        "status t1 --exit-status -q",
        "wait t1 --timeout 2",
        "wait t1 gone -v",
    ):
        run = kie(f"{line} --json")
        if "-v" in line:
            assert all(task["task_id"] in {"t1", "gone"} for task in run.json)
        elif "--exit-status" not in line:
            assert len(checked(run)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        "create.ok", "create.ok-documented", "create.401", "create.402", "create.422-validation",
        "create.429", "create.455", "create.500-generic", "create.501",
        Reply(hang_up=True), Reply("<html>", 502), Reply({"code": 200, "data": None}),
    ],
)  # fmt: skip
def test_a_create_with_every_end(kie, answer):
    if answer == "create.ok":
        kie.server.plays(example(answer)["data"]["taskId"], "success")
    kie.server.answer("createTask", *[answer] * 3)
    run = kie("create -p hats --label shop --once k1 --json")
    tasks = checked(run)
    assert len(tasks) == (run.code == 0)
    if not tasks:
        assert json.loads(run.err)["error"]["intent"].startswith("i-")
    (row,) = checked(kie("list --json"))
    assert (row["label"], row["once"]) == ("shop", "k1")
    if answer == "create.ok":
        (task,) = checked(kie("wait --last -d --json"))
        assert (len(task["files"]), len(task["urls"]), task["elapsed_s"]) == (1, 1, 31.388)
        assert checked(kie("list --json"))[0]["files"]


def test_a_sandbox_task(sandbox):
    for line in ("create -p hats", "wait --last", "download --unsaved", "list", "list --unknown"):
        assert all(task["sandbox"] for task in checked(sandbox(f"{line} --json")))


@pytest.mark.parametrize(
    "line",
    [
        "wait", "wait a/b", "wait --last", "status gone", "download gone", "download",
        "create", "create -p hat -a 16x9", "create --nope", "nonsense", "list --since never",
        "config get nothing", "config set timeout soon", "upload none.png", "--nope",
        "sandbox serve --port 99999", "wait t1 -o - ",
    ],
)  # fmt: skip
def test_every_error_is_one_json_line(kie, line):
    run = kie(f"{line} --json")
    assert run.code != 0
    checked(run)


def test_no_key_and_no_network_are_json_too(kie):
    for env in ({"KIE_API_KEY": ""}, {"KIE_BASE_URL": "http://127.0.0.1:9"}, {"KIE_BASE_URL": "x"}):
        for line in ("credits", "status t1", "create -p hats"):
            run = kie(f"{line} --json", **env)
            assert run.code in {2, 4, 7}
            checked(run)


def test_values_are_objects_with_names(kie):
    kie.server.answer("credit", example("credit.ok"))
    assert set(kie("credits --json").json[0]) == {"credits"}
    for line in ("config get model", "config list"):
        assert all(set(row) == {"key", "value", "source"} for row in kie(f"{line} --json").json)
    assert set(kie("config path --json").json[0]) == {"path"}
