"""A process without a home: a user without a passwd entry, nothing in its environment."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from conftest import KEY, environment

NOBODY = 54321  # a uid that no passwd file knows
# Everything is imported before: the folder of Python may be closed to that user.
CODE = f"""
import encodings.idna, encodings.utf_8_sig, importlib, os, pkgutil, pwd, resource, sys
import kie_cli
for module in pkgutil.walk_packages(kie_cli.__path__, "kie_cli."):
    importlib.import_module(module.name)
os.setgroups([]), os.setgid({NOBODY}), os.setuid({NOBODY})
from kie_cli.__main__ import run
run()
"""
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


@pytest.fixture
def homeless(own_home, server):
    """Run kie with only what is given in its environment, as a user that nobody knows."""

    def run(words, **env):
        needed = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
        hosts = environment(own_home, server)
        return subprocess.run(
            [sys.executable, "-c", CODE, *words.split()],
            env={**needed, "KIE_BASE_URL": hosts["KIE_BASE_URL"], "KIE_API_KEY": KEY, **env},
            cwd="/", stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip

    return run


@pytest.mark.parametrize(
    "home", [{}, {"HOME": "/nowhere"}, {"HOME": "/proc"}, {"HOME": "relative"}]
)
def test_a_create_without_a_place_for_its_record_sends_nothing(homeless, server, home):
    run = homeless("create -p hat", **home)

    assert (11, "") == (run.returncode, run.stdout), run.stderr
    assert "othing was sent" in run.stderr
    assert "KIE_STATE_DIR" in run.stderr.splitlines()[-1]
    assert "Traceback" not in run.stderr
    assert [] == server.requests


@pytest.mark.parametrize("home", [{}, {"HOME": "/nowhere"}])
@pytest.mark.parametrize("command", ["status", "wait"])
def test_looking_at_a_task_needs_no_folder(homeless, server, home, command):
    server.plays("t1", "success")

    run = homeless(f"{command} t1", **home)

    assert 0 == run.returncode, run.stderr
    assert f"{server.result}/r/t1.png" in run.stdout
    assert "The record of tasks is not used" in run.stderr


def test_a_state_folder_of_its_own_is_enough(homeless, server):
    """And it stays private, whoever the user is."""
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, NOBODY, NOBODY)

        run = homeless("create -p hat", KIE_STATE_DIR=folder)

        assert (0, 1) == (run.returncode, len(server.posts())), run.stderr
        assert 0o600 == (Path(folder) / "tasks.sqlite3").stat().st_mode & 0o777
