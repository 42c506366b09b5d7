"""Real processes in real pipes: readers that go away, disks that are full, closed streams."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import PROGRAM, Run, environment
from loopback import Reply

from kie_cli.sandbox.png import picture

A1 = f"{0xA1:032x}"


@pytest.fixture
def shell(own_home, server):
    """Run a line of bash in which `kie` is the program; `codes` are those of its last pipe."""

    def run(line, **env):
        done = subprocess.run(
            ["/bin/bash", "-c", f'{line}\necho "${{PIPESTATUS[@]}}" >codes.txt'],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=environment(
                own_home, server, PATH=f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}", **env
            ),
        )
        codes = [int(code) for code in Path("codes.txt").read_text().split()]
        Path("codes.txt").unlink()
        return Run([line], codes[0], done.stdout, done.stderr), codes

    return run


def test_a_loop_of_creates_pipes_into_one_wait(shell, server):
    Path("prompts.txt").write_text("a red hat\na blue hat\n")
    run, codes = shell(
        'while IFS= read -r p; do kie create -q -p "$p" || exit; done < prompts.txt'
        " | kie wait - -d -o out/ --interval 0.3"
    )
    assert codes == [0, 0]
    assert sorted(run.lines) == [f"out/{number:032x}-1.png" for number in (0xA1, 0xA2)]
    assert sorted(map(str, Path("out").iterdir())) == sorted(run.lines)
    assert [post.json["input"]["prompt"] for post in server.posts()] == ["a red hat", "a blue hat"]


def test_the_list_pipes_into_download(shell, server):
    server.plays(A1, "success")
    run, codes = shell(
        "kie create -q -p hat >id; kie wait -q - <id;"
        "kie list --state success -q | kie download - -o out/"
    )
    assert codes == [0, 0]
    assert run.lines == [f"{server.result}/r/{A1}.png", f"out/{A1}-1.png"]


def test_the_bytes_of_a_result_go_through_a_pipe(shell, server):
    server.plays("t1", "success")
    _, codes = shell("kie wait t1 -o - | cat >got.png; test ! -e t1-1.png")
    assert Path("got.png").read_bytes() == picture(64, 64, "t1")
    assert codes == [0]


@pytest.mark.parametrize(
    "line",
    ["wait t1", "wait t1 --json", "status t1", "credits", "--help", "--version", "wait t1 -o -"],
)
def test_a_reader_that_went_away_ends_it_quietly_by_sigpipe(shell, server, line):
    server.plays("t1", "success")
    run, codes = shell(f"kie {line} 2>err.txt | exec 0<&-")
    assert codes[0] == 141, (codes, Path("err.txt").read_text())
    told = Path("err.txt").read_text()
    assert "Traceback" not in told
    assert "kie:" not in told
    assert run.out == ""


def test_a_create_whose_reader_went_away_is_recorded_first(shell, server):
    _, codes = shell("kie create -q -p hat 2>err.txt | exec 0<&-")
    assert codes[0] == 141
    assert len(server.posts()) == 1
    run, _ = shell("kie list --json")
    assert run.json[0]["task_id"] == A1


def test_a_create_with_a_closed_stdout_sends_nothing(shell, server):
    run, codes = shell("kie create -p hat >&-")
    assert codes == [11]
    assert "Nothing was sent" in run.err
    assert server.requests == []


@pytest.mark.parametrize(
    "line", ["wait t1", "status t1", "wait t1 -o -", "list", "--help", "--version"]
)
def test_a_closed_stdout_is_never_a_success(shell, server, line):
    server.plays("t1", "success")
    shell("kie create -q -p hat")
    run, codes = shell(f"kie {line} >&-")
    assert codes == [10]
    assert "Traceback" not in run.err
    assert "bug" not in run.err


@pytest.mark.parametrize(
    "line",
    [
        "create -p hat",
        "wait t1",
        "wait t1 --json",
        "status t1",
        "wait t1 -o -",
        "--help",
        "--version",
    ],
)
def test_a_full_disk_behind_stdout_is_never_a_success(shell, server, line):
    server.plays("t1", "success")
    run, codes = shell(f"kie {line} >/dev/full")
    assert codes == [10]
    assert "Traceback" not in run.err
    assert "bug" not in run.err
    if line != "--version":
        assert "No space left on device" in run.err
    if line.startswith("create"):
        assert "kie list" in run.err
        assert shell("kie list -q")[0].lines == [A1]
        assert len(server.posts()) == 1


@pytest.mark.parametrize("closed", ["2>&-", "2>/dev/full", "<&-"])
def test_other_streams_may_be_closed(shell, server, closed):
    run, codes = shell(f"kie create -p hat -d --interval 0.3 {closed}")
    assert codes == [0]
    assert run.lines == [f"./{A1}-1.png"]
    assert Path(run.lines[0]).exists()


@pytest.mark.parametrize("source", ["<&-", "<binary"])
def test_ids_from_a_closed_or_binary_stdin_are_refused(shell, server, source):
    Path("binary").write_bytes(bytes(range(256)))
    run, codes = shell(f"kie wait - {source}")
    assert codes == [2]
    assert "bug" not in run.err
    assert server.requests == []


def test_off_a_terminal_there_is_no_colour_unless_it_is_forced(shell, server):
    server.plays("t1", "fail")
    run, _ = shell("kie wait t1; kie status t1")
    assert "\x1b" not in run.out + run.err
    run, _ = shell("kie wait t1", FORCE_COLOR="1")
    assert "\x1b[31mkie: The task failed" in run.err
    assert "\x1b[?" not in run.err
    run, _ = shell("kie wait t1 --color never", FORCE_COLOR="1")
    assert "\x1b" not in run.err


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_wait_by_that_signal(own_home, server, signum):
    """So that a loop in a shell ends as well, and does not go on to its next paid command."""
    started = Reply(server.record("t1", "generating"))
    process = subprocess.Popen(
        [PROGRAM, "wait", "t1", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(own_home, server),
    )
    started.meanwhile = lambda: process.send_signal(signum)
    server.plays("t1", started)
    out, err = process.communicate(timeout=20)
    assert process.returncode == -signum
    assert out == ""
    error = json.loads(err)["error"]
    assert (error["kind"], error["exit_code"]) == ("stopped", 128 + signum)
    assert "kie wait t1" in error["hint"]


def test_a_signal_that_is_ignored_stays_ignored(shell, server):
    """nohup"""
    server.plays("t1", "generating", "success")
    run, codes = shell("trap '' HUP; kie wait t1 --interval 0.5 & sleep 0.6; kill -HUP $!; wait $!")
    assert codes == [0]
    assert run.lines == [f"{server.result}/r/t1.png"]
