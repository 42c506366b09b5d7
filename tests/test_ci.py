"""`kie` in imitated jobs of GitHub Actions and GitLab, and the examples of docs/ci.md in them."""

import json
import os
import re
import signal
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import KEY, PROGRAM, environment
from loopback import Reply

from kie_cli.errors import LocalFiles, Stopped
from kie_cli.ledger.store import Ledger

yaml = pytest.importorskip("yaml")
DOCUMENT = (Path(__file__).parent.parent / "docs/ci.md").read_text(encoding="utf-8")
GITHUB, GITLAB, MATRIX = (
    yaml.safe_load(block)
    for block in re.findall(r"^```yaml\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
)
ROWS = 'key,prompt\nhat,A hat\ncup,"A cup ::add-mask::x | <b>"\nfox,##[error]A fox\n'


def told(file):
    """Read $GITHUB_OUTPUT as actions/runner does (FileCommandManager.cs)."""
    found, lines = {}, iter(Path(file).read_text(encoding="utf-8").split("\n"))
    for line in lines:
        if line:
            name, _, end = line.partition("<<")
            found[name] = "\n".join(iter(lambda: next(lines), end))
    return found


@pytest.fixture
def step(tmp_path):
    """The environment of a step: its files for outputs and summary."""
    files = {"GITHUB_OUTPUT": tmp_path / "output", "GITHUB_STEP_SUMMARY": tmp_path / "page.md"}
    for file in files.values():
        file.write_text("")
    names = {name: str(file) for name, file in files.items()}
    return {"CI": "true", "GITHUB_ACTIONS": "true", **names}


def outputs(step):
    return told(step["GITHUB_OUTPUT"])


# The flag, by whole command lines.


def test_a_create_tells_its_task(kie, step):
    run = kie("create -p hat --github-output", **step)
    task_id = run.out.strip()
    found = outputs(step)
    assert (found["task_id"], found["task_ids"], found["exit_code"]) == (task_id, task_id, "0")
    assert f"<code>{task_id}</code>" in Path(step["GITHUB_STEP_SUMMARY"]).read_text()


def test_a_wait_tells_results_and_files(kie, step):
    kie.server.plays("t1", "success")
    kie.server.plays("t2", "success")
    run = kie("wait t1 t2 -d --github-output", **step)
    found = outputs(step)
    assert found["files"].splitlines() == run.lines == ["./t1-1.png", "./t2-1.png"]
    assert found["urls"].splitlines() == [f"{kie.server.result}/r/t{n}.png" for n in (1, 2)]
    assert found["task_ids"] == "t1\nt2"


def test_a_download_tells_its_file(kie, step):
    kie.server.plays("t1", "success")
    run = kie("download t1 --github-output", **step)
    assert outputs(step)["file"] == run.out.strip()


@pytest.mark.parametrize(
    ("command", "code"),
    [("wait t1", 3), ("wait t1 --timeout 0", 3), ("wait --last", 2), ("wait t1 --interval 1ms", 2)],
)
def test_a_failure_tells_its_exit_code(kie, step, command, code):
    kie.server.plays("t1", "fail")
    assert code == kie(f"{command} --github-output", **step).code
    found = outputs(step)
    assert (found["exit_code"], found["task_id"]) == (str(code), "t1" * (code == 3))


def test_a_task_that_still_runs_is_told(kie, step):
    kie.server.plays("t1", "generating")
    assert 8 == kie("wait t1 --timeout 6 --github-output", **step).code
    assert (outputs(step)["task_id"], outputs(step)["exit_code"]) == ("t1", "8")


def test_an_unknown_outcome_is_on_the_page_of_the_run(kie, server, step, rows):
    server.answer("createTask", Reply(hang_up=True))
    assert 9 == kie("create -p hat --wait --github-output", **step).code
    assert outputs(step)["exit_code"] == "9"
    page = Path(step["GITHUB_STEP_SUMMARY"]).read_text()
    assert f"<code>{rows()[-1]['intent']}</code></td><td><code>unknown</code>" in page


def test_a_paid_task_that_could_not_be_recorded_is_told(kie, step, monkeypatch):
    def full(*_):
        raise LocalFiles("The disk is full.")

    monkeypatch.setattr(Ledger, "accepted", full)
    run = kie("create -p hat --wait --github-output", **step)
    assert (run.code, outputs(step)["exit_code"]) == (9, "9")
    assert outputs(step)["task_id"] == run.out.strip() != ""


@pytest.mark.parametrize(
    ("command", "place"),
    [("create -p hat --wait", "follow"), ("wait t1", "watch"), ("wait t1 t2 --any", "watch")],
)
def test_a_stop_before_the_first_look_tells_what_is_paid(
    kie, step, rows, monkeypatch, command, place
):
    def stopped(*_, **__):
        raise Stopped(signal.SIGTERM)

    monkeypatch.setattr(f"kie_cli.jobs.follow.{place}", stopped)
    assert 143 == kie(f"{command} --github-output", **step).code
    ids = re.findall(r"\bt\d", command) or [rows()[-1]["task_id"]]
    assert (outputs(step)["task_ids"].split(), outputs(step)["exit_code"]) == (ids, "143")


def test_no_key_is_told(kie, step):
    kie.server.plays("t1", Reply(kie.server.record("t1", "success", [f"https://a/?k={KEY}"])))
    for command in ("wait t1", f"create -p 'hat {KEY}'"):
        kie(f"{command} --github-output", **step)
    page = Path(step["GITHUB_STEP_SUMMARY"]).read_text()
    assert "<code>hat [key]</code>" in page
    assert KEY not in page + Path(step["GITHUB_OUTPUT"]).read_text()


def test_without_github_nothing_is_sent(kie, server, rows):
    for command in ("create -p hat", "wait t1", "download t1", "batch rows.csv"):
        run = kie(f"{command} --github-output")
        assert (run.code, run.out) == (2, "")
        assert "GITHUB_OUTPUT is not set" in run.err
    assert server.requests == []


def test_outputs_that_cannot_be_written_are_exit_10_after_a_success_alone(kie, step):
    file = Path(step["GITHUB_OUTPUT"])

    def break_it(*_):
        file.unlink(missing_ok=True)
        file.mkdir(exist_ok=True)

    kie.clock.while_sleeping = break_it
    kie.server.plays("t1", "generating", "success")
    assert 10 == kie("wait t1 --github-output", **step).code
    file.rmdir()
    kie.server.plays("t2", "generating", "fail")
    run = kie("wait t2 --github-output", **step)
    assert (run.code, "could not be written" in run.err) == (3, True)


def test_without_the_flag_nothing_is_told(kie, step):
    kie("create -p hat", **step)
    assert outputs(step) == {}
    assert Path(step["GITHUB_STEP_SUMMARY"]).read_text() == ""


# The log.


def test_kie_ai_gives_the_job_no_commands(kie, step):
    text = "::add-mask::x ##[error]x ##vso[task.complete]x"
    for name, command in {"t1": "wait t1", "t2": "wait t2 --json", "::t3": "status ::t3"}.items():
        failed = kie.server.record(name, {"state": "fail", "failMsg": text})
        kie.server.plays(name, Reply(failed))
        run = kie(f"{command} -v", **step)
        log = run.out + run.err
        assert not re.search(r"##\w*\[|^\s*::", log, re.MULTILINE), log
        if "--json" in command:
            assert run.json[0]["error"]["message"] == text


def test_a_terminal_of_a_job_gets_lines_and_a_heartbeat(kie, step):
    kie.server.plays("t1", *["generating"] * 40, "success")
    run = kie("wait t1", tty="out err", **step)
    assert run.code == 0
    assert re.search(r"\x1b\[\?25l|\r", run.err) is None
    seconds = [
        int(minutes) * 60 + int(seconds)
        for minutes, seconds in re.findall(r"t1  generating  (\d+):(\d\d)", run.err)
    ]
    assert len(seconds) >= 2
    assert all(later - sooner <= 90 for sooner, later in pairwise(seconds))


# Real processes.


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_job_has_what_was_paid(own_home, server, step, number):
    env = environment(own_home, server, KIE_SANDBOX="1", KIE_SANDBOX_SCENARIO="slow", **step)
    line = [PROGRAM, "create", "-p", "A hat", "--wait", "--github-output"]
    with subprocess.Popen(line, env=env, stderr=subprocess.PIPE, text=True) as process:
        for said in process.stderr:
            if "submitted" in said:
                process.send_signal(number)
                break
        process.stderr.read()
        assert process.wait(30) == -number
    found = outputs(step)
    (paid,) = subprocess.run(
        [PROGRAM, "list", "-q"], env=env, capture_output=True, text=True, check=True
    ).stdout.split()[:1]
    assert (found["task_id"], found["exit_code"]) == (paid, str(128 + number))


class Job:
    """A runner's machine: a folder of its own; `pipx`, `pip` and `apt-get` that do nothing."""

    def __init__(self, folder, home, more):
        self.folder = folder / "work"
        tools = folder / "tools"
        for path in (self.folder, tools):
            path.mkdir()
        for name in ("pipx", "pip", "apt-get"):
            (tools / name).write_text("#!/bin/sh\n")
            (tools / name).chmod(0o755)
        (self.folder / "prompts.csv").write_text(ROWS)
        path = f"{tools}:{PROGRAM.parent}:{os.environ['PATH']}"
        coverage = {name: value for name, value in os.environ.items() if name.startswith("COV")}
        self.env = {"HOME": str(home), "PATH": path, "LC_ALL": "C.UTF-8", "CI": "true", **coverage}
        self.env |= {"KIE_SANDBOX": "1", **more}
        self.log = ""

    def run(self, script, options="-e", **env):
        done = subprocess.run(
            ["bash", *options.split(), "-c", script],
            cwd=self.folder, env={**self.env, **env}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False,
        )  # fmt: skip
        self.log += done.stdout
        return done.returncode

    def paid(self):
        self.run("kie list -q | sort > ../paid")
        return (self.folder.parent / "paid").read_text().split()


def run_on_github(steps, job, step, known):
    """Run the steps of a workflow that are not of other projects; return how each ended."""

    def value(text):
        return re.sub(
            r"\$\{\{ (.*?) \}\}",
            lambda match: known[match[1].removeprefix("steps.kie.outputs.")],
            text,
        )

    codes = []
    for one in steps:
        condition = one.get("if", "")
        only = re.search(r"exit_code == '(\d+)'", condition)
        if "run" not in one or (only and only[1] != known.get("exit_code")):
            continue
        if any(codes) and "always()" not in condition:
            continue
        env = {name: value(text) for name, text in one.get("env", {}).items()}
        codes.append(job.run(value(one["run"]), **env))
        if one.get("id") == "kie":
            known |= outputs(step)
            for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
                Path(step[name]).write_text("")
    return codes


def test_the_examples_are_for_both():
    assert set(GITHUB) == {"name", True, "permissions", "concurrency", "env", "jobs"}  # `on` is yes
    assert set(GITLAB) == set(MATRIX["jobs"]) == {"pictures"}


@pytest.mark.parametrize("scenario", ["", "slow"])
def test_the_github_example_makes_what_it_says_and_pays_once(own_home, tmp_path, step, scenario):
    (steps,) = [job["steps"] for job in GITHUB["jobs"].values()]
    job = Job(tmp_path, own_home, {**step, "KIE_SANDBOX_SCENARIO": scenario})
    known = {"github.workspace": str(job.folder), "secrets.KIE_API_KEY": KEY}
    job.env["KIE_STATE_DIR"] = GITHUB["env"]["KIE_STATE_DIR"].replace(
        "${{ github.workspace }}", known["github.workspace"]
    )
    if scenario:  # the batch gives up at once; the step after it is cut short as well
        steps = [{**one, "run": re.sub(r"--timeout \S+", "--timeout 0", one.get("run", ""))}
                 if "run" in one else one for one in steps]  # fmt: skip
        assert run_on_github(steps, job, step, known) == [0, 8, 8]
        assert len(job.paid()) == len(known["task_ids"].split()) == 3
        return
    assert run_on_github(steps, job, step, known) == [0, 0, 0], job.log
    first = job.paid()
    assert sorted(known["task_ids"].split()) == first
    assert {path.name for path in (job.folder / "out").iterdir()} == {
        "hat-1.png", "cup-1.png", "fox-1.png"
    }  # fmt: skip
    assert "15 credits" in job.log
    assert not re.search(r"##\w*\[|^\s*::", job.log, re.MULTILINE), job.log
    assert KEY not in job.log

    for path in (job.folder / "out").iterdir():  # the next runner has the cache alone
        path.unlink()
    assert run_on_github(steps, job, step, known) == [0, 0, 0], job.log
    assert job.paid() == first
    assert len(list((job.folder / "out").iterdir())) == 3


def test_the_gitlab_example_makes_what_it_says_and_pays_once(own_home, tmp_path):
    pictures = GITLAB["pictures"]
    job = Job(tmp_path, own_home, {"GITLAB_CI": "true", "KIE_API_KEY": KEY})
    place = pictures["variables"]["KIE_STATE_DIR"]
    job.env["KIE_STATE_DIR"] = place.replace("$CI_PROJECT_DIR", str(job.folder))
    script = "\n".join([*pictures["before_script"], *pictures["script"]])
    for _ in range(2):
        assert 0 == job.run(script, "-eo pipefail"), job.log
        values = dict(
            line.split("=", 1) for line in (job.folder / "kie.env").read_text().splitlines()
        )
        assert sorted(values.pop("KIE_TASK_IDS").split(",")) == job.paid()
        assert values == {"KIE_CREDITS": "15"}
        results = (job.folder / "results.jsonl").read_text().splitlines()
        found = [json.loads(line) for line in results]
        assert all((job.folder / task["files"][0]).is_file() for task in found)
    assert len(job.paid()) == 3
    assert KEY not in job.log
    assert pictures["retry"]["exit_codes"] == [7, 8]

    (job.folder / "prompts.csv").write_text("key,prompt\nhen,A hen\n")
    assert 8 == job.run(script.replace("--json", "--json --timeout 0"), "-eo pipefail")
    assert (job.folder / "kie.env").read_text().count("\n") == 2


def test_the_shards_of_the_matrix_make_all_rows_once(own_home, tmp_path, step):
    matrix = MATRIX["jobs"]["pictures"]["strategy"]["matrix"]["shard"]
    job = Job(tmp_path, own_home, step)
    made = []
    for shard in matrix:  # each runner has a record of its own
        job.env["KIE_STATE_DIR"] = str(tmp_path / f"state-{shard}")
        known = {"matrix.shard": str(shard), "secrets.KIE_API_KEY": KEY}
        steps = [one for one in MATRIX["jobs"]["pictures"]["steps"] if "run" in one]
        assert run_on_github(steps, job, step, known) == [0, 0], job.log
        made += job.paid()
    assert len(made) == 3
    assert len(list((job.folder / "out").iterdir())) == 3
