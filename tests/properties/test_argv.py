"""Command lines put together at random: always a known exit code, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kie_cli.errors import ExitCode

bounded = settings(
    derandomize=True,
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)
COMMANDS = st.sampled_from(
    ["create", "status", "wait", "download", "list", "ls", "config", "credits", "upload", "adopt",
     "forget", "sandbox", "create -p hat", "create -p hat -w -d", "wait --last", "config get"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["-p", "--prompt", "hat", "-f", "-", "-i", "jar.png", "http://x/y.png", "-m", "flux-2/pro",
     "nano-banana", "-a", "16:9", "1x1", "-r", "1K", "-P", "seed:=1", "n=x", "k:={", "f@jar.png",
     "--input", "-w", "--wait", "-d", "-o", "out/", "new.png", "--timeout", "0", "5s", "none",
     "--interval", "--label", "shop", "--once", "k", "--dry-run", "--no-validate", "--json", "-q",
     "-v", "--no-input", "--color", "never", "--last", "--pending", "--unknown", "--since", "1d",
     "-n", "3", "--state", "success", "--raw", "--exit-status", "--unsaved", "--force", "--for",
     "i-aaaaaaaaaa", "--before", "set", "get", "unset", "list", "path", "model", "token",
     "timeout", "--help", "-h", "--version", "--", "", "é", "\ud800", "\x1b[2J", "--nope", "-x"]
) | st.text(max_size=8)  # fmt: skip
RESULT_DUE = {"create", "wait", "status", "credits", "download", "upload", "adopt"}
CODES = {int(code) for code in ExitCode} - {int(ExitCode.UNEXPECTED)}


@bounded
@given(first=COMMANDS, words=st.lists(WORDS, max_size=7))
def test_any_command_line_ends_in_a_known_way(sandbox, images, first, words):
    argv = [*first.split(), *words]
    if "sandbox" in argv:
        return  # `sandbox serve` goes on until it is stopped

    run = sandbox(argv)

    assert run.code in CODES, run
    assert "Traceback" not in run.err
    assert "bug in kie" not in run.err
    if run.code == 0 and argv[0] in RESULT_DUE:
        assert run.out
    if run.code not in {0, 3, 8, 9, 10}:
        assert "" == run.out or argv[0] in {"status", "wait", "download"}, run
    if "--json" in argv and not {"--help", "-h"} & set(argv):
        for stream in (run.out, run.err):
            assert all(isinstance(json.loads(line), (dict, str)) for line in stream.splitlines())
    del sandbox.runs[:]
    for file in Path().glob("*-[0-9]*.*"):
        file.unlink()
