"""What can be shown here of systems that are not here: docs/platforms.md."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROGRAM

LIKE_WINDOWS = Path(__file__).with_name("like_windows.py")
LINES = (
    "config set model veo",
    "config unset model",
    "create -p 'A hat' -i jar.png --wait -o hat.png",
    "create -p 'A hat' -i jar.png --wait -o hat.png",
    "wait --last -d",
    "list",
    "spend",
    "gallery",
    "doctor",
)


def test_nothing_that_windows_has_not_is_needed(own_home, images):
    """All modules are imported; a create is sent, waited for and saved, and overwrites nothing."""
    env = {name: word for name, word in os.environ.items() if name.startswith(("COV", "PATH"))}
    env |= {"HOME": str(own_home), "LOCALAPPDATA": str(own_home / "AppData"), "KIE_SANDBOX": "1"}
    done = subprocess.run(
        [sys.executable, LIKE_WINDOWS, *LINES],
        env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    told = done.stdout + done.stderr
    codes = [line.split()[0] for line in done.stdout.splitlines() if line.endswith(LINES)]
    expected = ["0"] * len(LINES)
    expected[3] = "2"  # the name is taken
    assert codes == expected, told
    assert "Traceback" not in told
    assert Path("hat.png").stat().st_size
    places = {path.name for path in (own_home / "AppData/kie").iterdir()}
    assert {"config.toml", "tasks.sqlite3", "Cache"} <= places


@pytest.mark.parametrize("encoding", ["cp936", "ascii", "latin-1"])
def test_a_stream_of_any_encoding_takes_all_that_is_said(own_home, encoding):
    env = {
        "HOME": str(own_home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "KIE_SANDBOX": "1",
        "PYTHONIOENCODING": f"{encoding}:strict",
    }  # fmt: skip
    prompt = "狐狸 🦊 é €"

    def run(*args):
        done = subprocess.run(
            [PROGRAM, *args], env=env, capture_output=True, timeout=60, check=False
        )
        assert b"Traceback" not in done.stderr
        return done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding)

    assert run("create", "-p", prompt, "--label", prompt)[0] == 0
    shown = "".join(
        char if char.encode(encoding, "ignore") else char.encode("unicode_escape").decode()
        for char in prompt
    )
    for command in ("list", "spend --by label", "gallery -o 狐狸.html", "help create"):
        code, out, _ = run(*command.split())
        assert (code, bool(out)) == (0, True), command
        if "list" in command:
            assert shown in out
    code, _, err = run("create", "-p", "hat", "-a", prompt)
    assert (code, shown in err) == (2, True)
    code, out, _ = run("list", "--json")
    assert (code, out.isascii()) == (0, True)
