"""What `kie` writes for the shells: fresh after each run, harmless, for its owner alone."""

from pathlib import Path

import pytest
from loopback import Reply, example

from kie_cli.ledger import tasks

FOLDER = ".cache/kie/completion"


@pytest.fixture
def offered(own_home):
    """Return the lines of an index file, cut at the tab."""

    def read(name="tasks"):
        text = (own_home / FOLDER / name).read_text("utf-8")
        return [line.split("\t") for line in text.removesuffix("\n").split("\n") if line]

    return read


def test_a_task_is_offered_with_state_and_prompt_the_newest_first(sandbox, offered):
    (older,) = sandbox("create -p hat --wait -q --json").json
    newer = sandbox("create -p jar -q").lines[0]
    assert [[newer, "waiting  jar"], [older["task_id"], "success  hat"]] == offered("sandbox/tasks")
    sandbox(f"wait {newer}")
    assert [newer, "success  jar"] == offered("sandbox/tasks")[0]


def test_tasks_of_the_sandbox_and_real_ones_stand_apart(kie, offered):
    kie("create --sandbox -p sand")
    (task_id,) = kie("create -p hat").lines
    assert [[task_id, "waiting  hat"]] == offered()
    assert ["waiting  sand"] == [meaning for _, meaning in offered("sandbox/tasks")]


def test_a_create_of_unknown_outcome_is_offered_by_its_intent_till_it_is_settled(
    kie, lost, offered
):
    intent = lost()
    assert ([], [[intent, "unknown  hat"]]) == (offered(), offered("intents"))
    kie(f"forget {intent}")
    assert [] == offered("intents")


@pytest.mark.parametrize(
    ("prompt", "shown"),
    [
        ("two\nlines\t and\x1b[2J", r"two lines and\x1b[2J"),
        ("x" * 80, "x" * 35 + "…"),
        ("帽" * 40, "帽" * 17 + "…"),
        ("$(touch x) `y` 100% *", "$(touch x) `y` 100% *"),
        ("\u202eevil\u200b", r"\u{202e}evil\u{200b}"),
    ],
)
def test_a_prompt_is_one_harmless_line_of_36_columns(kie, offered, prompt, shown):
    kie(["create", "-p", prompt])
    assert [f"waiting  {shown}"] == [meaning for _, meaning in offered()]


def test_prompts_that_are_not_to_be_recorded_are_not_in_the_index(kie, offered):
    kie("create -p hat")
    kie("config set record_prompts false")
    kie("create -p secret")
    assert ["waiting", "waiting"] == [meaning for _, meaning in offered()]


def test_only_the_newest_tasks_are_offered(sandbox, offered, monkeypatch):
    assert 100 == tasks.MOST
    monkeypatch.setattr(tasks, "MOST", 2)
    for prompt in ("first", "second", "third"):
        sandbox(f"create -p {prompt}")
    assert ["waiting  third", "waiting  second"] == [line for _, line in offered("sandbox/tasks")]


def test_the_index_is_for_its_owner_alone_and_is_not_written_without_need(kie, own_home):
    kie("create -p hat")
    file = own_home / FOLDER / "tasks"
    assert (0o600, 0o700) == (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777)
    before = file.stat()
    kie("list")
    assert before.st_ino == file.stat().st_ino
    assert {"tasks", "intents"} == {path.name for path in file.parent.iterdir()}


def test_a_command_does_not_mind_an_index_that_cannot_be_written(kie, own_home):
    (own_home / ".cache").write_text("no folder")
    run = kie("create -p hat")
    assert (0, 1) == (run.code, len(run.lines))
    assert "cache" not in run.err


def test_a_model_that_only_the_live_list_has_is_offered_with_its_values(kie, offered):
    new = "brand/new-model"
    listing = {"code": 200, "msg": "", "data": {"models": [{"model": new}, {"model": "z-image"}]}}
    kie.server.answer("models", Reply(listing))
    kie("models --refresh")
    body = example("models.schema")
    body["data"]["model"] = new
    fields = body["data"]["openapi"]["components"]["schemas"]["Input"]["properties"]
    fields |= {
        "magic": {"type": "string", "enum": ["a", "b c", "$(x)"]},
        "x y": {"type": "boolean"},
    }
    kie.server.answer("schema", Reply(body))
    kie(f"models {new} --refresh")

    assert 0 == kie("completion bash").code
    assert [[new, ""]] == offered("models")
    values = dict(offered("values"))
    assert "magic=a" in values[f"--param {new}"].split()
    assert not {"c", "x", "magic=b"} & set(values[f"--param {new}"].split())
    assert "16:9" in values[f"--aspect-ratio {new}"].split()


def test_the_real_program_writes_it_too(real, own_home):
    run = real("create --sandbox -p hat")
    assert (own_home / FOLDER / "sandbox/tasks").read_text().startswith(f"{run.lines[0]}\twaiting")
    assert not list(Path().iterdir())
