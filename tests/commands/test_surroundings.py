"""What lies around kie: `.env` files, modules in the folder, children that hang, encodings."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import KEY, PROGRAM, environment

from kie_cli.config import key as key_module

# Written into the process by a `sitecustomize` of its own: what it opens.
WITNESS = """
import os, sys
log = os.open(os.environ["WITNESS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def seen(event, args):
    if event == "open":
        os.write(log, f"{args[0]}\\n".encode("utf-8", "backslashreplace"))
sys.addaudithook(seen)
"""


@pytest.fixture
def witnessed(own_home, server, tmp_path):
    """Run the real program; return what it did, and the files that it opened."""
    (tmp_path / "sitecustomize.py").write_text(WITNESS)

    def run(*args, program=(str(PROGRAM),), **env):
        log = tmp_path / f"{len(list(tmp_path.iterdir()))}.log"
        whole = environment(own_home, server, PYTHONPATH=str(tmp_path), WITNESS=str(log), **env)
        done = subprocess.run(
            [*program, *args],
            env=whole,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done, set(log.read_text().splitlines())

    return run


def test_a_dotenv_or_a_config_in_the_current_folder_is_never_read(witnessed, server):
    for name in (".env", ".env.local", "kie.toml", "config.toml", ".kie", ".kierc"):
        Path(name).write_text(f"KIE_API_KEY={KEY}\ntoken = '{KEY}'\n")
    here = {path.name for path in Path.cwd().iterdir()}

    done, opened = witnessed("create", "-p", "hat", KIE_API_KEY="")

    assert (4, "") == (done.returncode, done.stdout)
    assert "There is no API key. Nothing was sent." in done.stderr
    assert [] == server.requests
    assert any("config.toml" in path for path in opened), "its own, in the home"
    assert set() == {path for path in opened if path in here or path.startswith(str(Path.cwd()))}


@pytest.mark.parametrize("program", [[str(PROGRAM)], [sys.executable, "-P", "-m", "kie_cli"]])
def test_modules_in_the_current_folder_shadow_none_of_ours(witnessed, server, program):
    for name in ["json", "typing", "typer", "httpx", "pydantic", "sqlite3", "ssl", "kie_cli"]:
        Path(f"{name}.py").write_text("raise SystemExit(99)\n")

    done, opened = witnessed("create", "-q", "-p", "hat", program=program)

    assert (0, 1) == (done.returncode, len(server.posts()))
    assert not [path for path in opened if path.startswith(str(Path.cwd()))]


def test_a_token_command_that_hangs_with_its_children_is_given_up(kie, monkeypatch):
    """A child that keeps the pipes open is not waited for either."""
    monkeypatch.setattr(key_module, "COMMAND_SECONDS", 0.3)
    del kie.env["KIE_API_KEY"]
    kie(["config", "set", "token_command", "echo asking >&2; sleep 7 & sleep 7 | cat"])
    began = time.monotonic()

    run = kie("create -p hat")

    assert time.monotonic() - began < 3
    assert (4, "", []) == (run.code, run.out, kie.server.requests)
    assert "token_command did not end within 0.3 s, so there is no API key." in run.err
    assert "It said: asking" in run.err


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ({"PYTHONIOENCODING": "ascii"}, rb"\xe9 \u20ac \u6771 \U0001f642"),
        ({"PYTHONIOENCODING": "latin-1"}, "é".encode("latin-1") + rb" \u20ac \u6771 \U0001f642"),
        ({"PYTHONIOENCODING": "cp1252"}, "é €".encode("cp1252") + rb" \u6771 \U0001f642"),
        ({"LC_ALL": "C"}, "é € 東 🙂".encode()),  # Python itself turns to UTF-8 here
        ({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, rb"\xe9 \u20ac \u6771"),
    ],
)
def test_no_encoding_lets_a_paid_task_end_in_a_crash(own_home, server, encoding, shown):
    task_id = f"{0xA1:032x}"
    server.plays(task_id, {"state": "fail", "failCode": "500", "failMsg": "nein: é € 東 🙂"})

    def run(*args):
        env = environment(own_home, server, **encoding)
        done = subprocess.run(
            [PROGRAM, *args], env=env, capture_output=True, timeout=60, check=False
        )
        return done.returncode, done.stdout, done.stderr

    assert (0, f"{task_id}\n".encode()) == run("create", "-p", "hat")[:2]
    code, _, err = run("wait", task_id)
    assert 3 == code
    assert b"The task failed: nein: " + shown in err
    code, out, err = run("status", "--json", task_id)
    assert (0, b"") == (code, err)
    assert "nein: é € 東 🙂" == json.loads(out)["error"]["message"]
