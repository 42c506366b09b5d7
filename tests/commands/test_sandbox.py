"""The sandbox through whole command lines: `--sandbox`, its scenarios, and `sandbox serve`."""

import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from conftest import PROGRAM, environment

from kie_cli.core.media import sniff
from kie_cli.errors import Stopped


def test_a_create_makes_a_picture_without_key_and_network(sandbox, images):
    run = sandbox("create -i jar.png -i logo.png -p hat -a 16:9 -d")
    assert run.code == 0
    (path,) = run.lines
    assert sniff(Path(path).read_bytes()) == "png"
    assert "Sandbox: nothing real" in run.err
    assert sandbox.server.requests == []
    (task,) = sandbox("list --json").json
    assert (task["sandbox"], task["credits"]) == (True, 5.0)


def test_the_flag_does_the_same_and_is_part_of_the_way_back(kie):
    run = kie("create --sandbox -p hat", KIE_API_KEY="")
    assert f"kie wait {run.lines[0]} --download --sandbox" in run.err
    run = kie(["wait", run.lines[0], "--sandbox", "--timeout", "0"])
    assert run.code == 8
    assert run.err.endswith("--sandbox\n")
    assert kie.server.requests == []


def test_a_real_key_is_not_needed_not_asked_for_and_not_used(sandbox):
    run = sandbox("credits", KIE_API_KEY="bad key")
    assert run.code == 0


# scenario: what `create` ends with, its words; then what `wait -d` of the task ends with
SCENARIOS = {
    "fail": (0, "", 3, "Internal Error, Please try again later (code 500). It cost 0 credits."),
    "moderated": (0, "", 3, "content check"),
    "slow": (0, "", 0, "Done in 2 min"),
    "no-credits": (5, "The account is out of credits", None, ""),
    "rate-limit": (0, "trying again", 0, "Done in 3 s"),
    "maintenance": (7, "kie.ai takes no tasks now", None, ""),
    "expired-link": (0, "", 0, "Done in 3 s"),
    "lost-answer": (9, "A task may exist and be charged", None, ""),
    "flaky": (0, "", 0, "Done in 3 s"),
}


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("by", ["environment", "prompt"])
def test_each_scenario_has_its_exit_code_and_message(sandbox, name, by):
    created, said, waited, told = SCENARIOS[name]
    env = {"KIE_SANDBOX_SCENARIO": name} if by == "environment" else {}
    prompt = "hat" if by == "environment" else f"a hat sandbox:{name}"
    run = sandbox(["create", "-p", prompt], **env)
    assert run.code == created
    assert said in run.err
    assert bool(run.out) == (created == 0)
    if waited is None:
        balance = 995 if name == "lost-answer" else 1000
        assert sandbox("credits").out == f"{balance}\n"
        return
    run = sandbox(["wait", run.lines[0], "-d"], **env)
    assert run.code == waited
    assert told in run.err
    assert len(list(Path().iterdir())) == (waited == 0)
    assert sandbox("credits").out == ("1000\n" if waited else "995\n")


@pytest.mark.parametrize("name", SCENARIOS)
def test_create_and_wait_in_one_line_end_alike(sandbox, name):
    created, _, waited, _ = SCENARIOS[name]
    run = sandbox("create -p hat -d", KIE_SANDBOX_SCENARIO=name)
    assert run.code == (created or waited)


def test_a_download_of_an_expired_link_comes_to_its_file(sandbox):
    task_id = sandbox("create -q -p sandbox:expired-link").lines[0]
    assert sandbox("wait --last").code == 0
    run = sandbox("download --unsaved -v")
    assert (run.code, run.lines) == (0, [f"./{task_id}-1.png"])
    assert "download-url -> 200" in run.err


def test_after_a_day_the_result_is_gone(sandbox):
    sandbox("create -q -p hats -w")
    sandbox.clock.time += 2 * 86400
    run = sandbox("download --unsaved")
    assert (run.code, run.out) == (10, "")
    assert "24 hours to 14 days" in run.err


def test_an_unknown_scenario_is_refused_with_the_nearest(sandbox):
    run = sandbox("create -p hat", KIE_SANDBOX_SCENARIO="slo")
    assert run.code == 2
    assert "Did you mean slow?" in run.err


@pytest.mark.parametrize("args", ["--port 70000", "--port x", "extra"])
def test_serve_refuses_what_makes_no_sense(kie, args):
    assert kie(f"sandbox serve {args}").code == 2


def test_serve_refuses_a_port_that_is_taken(kie):
    port = kie.server.api.rsplit(":", 1)[1]
    run = kie(f"sandbox serve --port {port}")
    assert (run.code, run.out) == (2, "")
    assert "--port 0" in run.err


@pytest.mark.parametrize("mode", ["", " --json"])
def test_serve_gives_its_port_back_however_it_ends(kie, monkeypatch, mode):
    def stop(_):
        raise Stopped(signal.SIGTERM)

    monkeypatch.setattr("kie_cli.sandbox.server.SandboxServer.run", stop)
    run = kie(f"sandbox serve{mode}")
    assert run.code == 143
    names = [line.split("=")[0] for line in run.lines] if not mode else [*run.json[0], *run.json[1]]
    assert names == ["KIE_BASE_URL", "KIE_UPLOAD_URL"]
    port = int(re.search(r"127\.0\.0\.1:(\d+)", run.out)[1])
    with socket.socket() as free:
        free.bind(("127.0.0.1", port))


@pytest.fixture
def served(own_home, server):
    """`kie sandbox serve` as a process; gives the variables it printed."""
    process = subprocess.Popen(
        [PROGRAM, "sandbox", "serve"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(own_home, server),
    )
    lines = [process.stdout.readline().strip() for _ in range(2)]
    yield process, dict(line.split("=", 1) for line in lines)
    process.kill()
    process.communicate(timeout=10)


def test_serve_is_a_kie_ai_for_real_processes_until_ctrl_c(served, real, server, images):
    """The state is shared with `--sandbox` of the same user: one folder."""
    process, env = served
    assert list(env) == ["KIE_BASE_URL", "KIE_UPLOAD_URL"]
    run = real("create -i jar.png -i logo.png -p hat --wait -d --interval 0.5", **env)
    assert run.code == 0, run
    assert sniff(Path(run.lines[0]).read_bytes()) == "png"
    assert real("credits", **env).out == "995\n"
    assert real("credits --sandbox").out == "995\n"
    (task,) = real("list --json", **env).json
    assert real(["status", task["task_id"], "--sandbox"]).lines[0].split("\t")[1] == "success"
    assert task["urls"][0].startswith(env["KIE_BASE_URL"])
    assert server.requests == []

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert process.returncode == -signal.SIGINT
    assert out == ""
    assert "Stop with Ctrl-C" in err
    assert "Traceback" not in err
    assert real("credits", **env).code == 7
