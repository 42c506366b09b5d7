"""The command lines of README and docs/ are run as they stand, by bash, against the sandbox."""

import base64
import hashlib
import hmac
import json
import os
import re
import socket
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import PROGRAM

from kie_cli.sandbox.png import picture

ROOT = Path(__file__).parent.parent
WITH_TESTS_OF_THEIR_OWN = {"docs/recipes.md", "docs/ci.md", "docs/cli.md"}
DOCUMENTS = {
    name: path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if (name := path.relative_to(ROOT).as_posix()) not in WITH_TESTS_OF_THEIR_OWN
}
NOT_RUN = {
    "pipx install .": "installs; .ci/run installs the wheel",
    "uv tool install .": "the same",
    "python3 -m pip install .": "the same",
    "kie config set token": "asks a person; tests/commands/test_config.py",
    "kie webhook listen --port 8484": "a server without an end; tests/commands/test_webhook.py",
    "kie webhook listen --count 3 --timeout 1h --json": "the same",
    """kie webhook listen --exec 'sh -c "kie download $KIE_TASK_ID -o out/"'""": "the same",
}
KEY = "example-hmac-key-0001"


def command_of(line):
    return re.sub(r"(^|\s+)#.*", "", line.removeprefix("$ ")).strip()


def blocks():
    """Yield the name and the lines of each block that has commands."""
    for name, text in DOCUMENTS.items():
        found = re.findall(r"^```([a-z ]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        for number, (kind, block) in enumerate(found, 1):
            lines = block.splitlines()
            if kind == "console":
                lines = [line for line in lines if line.startswith("$ ")]
            if kind in {"sh", "console"} or (not kind and re.search("^kie ", block, re.MULTILINE)):
                yield f"{name} {number}", [command_of(line) for line in lines]


BLOCKS = dict(blocks())


@pytest.fixture
def place(tmp_path, own_home):
    """A folder with what the documents speak of, and the environment of a shell there."""
    for name in ("jar.png", "logo.png", "first.png"):
        (tmp_path / name).write_bytes(picture(400, 400, name))
    (tmp_path / "prompts.csv").write_text("key,prompt\nhat,A hat\ncup,A cup\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {
        "HOME": str(own_home),
        "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "KIE_SANDBOX": "1",
        "PORT": str(port),
    }
    made = subprocess.run(
        [PROGRAM, "create", "-q", "-p", "A hat"], env=env, stdout=subprocess.PIPE, check=True
    )
    env["TASK_ID"] = made.stdout.decode().strip()
    return tmp_path, env


def signed(folder, env):
    """Put a callback of kie.ai there: body.json, headers.txt, $T and $S."""
    now = str(int(datetime.now(UTC).timestamp()))
    code = hmac.new(KEY.encode(), f"{env['TASK_ID']}.{now}".encode(), hashlib.sha256).digest()
    sign = base64.b64encode(code).decode()
    (folder / "body.json").write_text(json.dumps({"data": {"taskId": env["TASK_ID"]}}))
    (folder / "headers.txt").write_text(
        f"X-Webhook-Timestamp: {now}\nX-Webhook-Signature: {sign}\n"
    )
    env |= {"T": now, "S": sign, "KIE_WEBHOOK_KEY": KEY}


@pytest.mark.parametrize("name", BLOCKS)
def test_a_command_line_of_a_document_works(place, name):
    folder, env = place
    signed(folder, env)
    script = "\n".join(line for line in BLOCKS[name] if line not in NOT_RUN)
    script = script.replace("TASK_ID", "$TASK_ID").replace("8484/", "$PORT/")
    script = script.replace("--count 1 &", "--count 1 --port $PORT &")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder, env=env, input=KEY, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, "bug" in done.stderr) == (0, False), script + done.stderr


def test_what_is_not_run_stands_in_a_document():
    assert set(NOT_RUN) <= {line for lines in BLOCKS.values() for line in lines}


def test_the_two_commands_to_try_and_test_are_run_as_printed_before_each_landing():
    checks = (ROOT / ".ci/run").read_text(encoding="utf-8")
    for kind in ("sh try", "sh test"):
        assert DOCUMENTS["README.md"].count(f"```{kind}\n") == 1
        assert f"/^```{kind}$/" in checks


def test_commands_and_flags_in_running_text_exist(kie):
    spans = {span for text in DOCUMENTS.values() for span in re.findall(r"`(kie [^`\n]+)`", text)}
    parts = [part.strip() for span in spans for part in span.split(" | ")]
    assert len(parts) > 40
    for part in parts:
        words = re.match(r"kie ?((?:config|webhook|sandbox) [a-z]+|[a-z]*)", part)[1]
        told = kie(f"{words} --help")
        assert told.code == 0, part
        for flag in re.findall(r"(?<=\s)--[a-z][a-z-]+", part):
            assert flag in told.out, part
