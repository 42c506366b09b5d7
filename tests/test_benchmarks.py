"""The benchmark beside other programs still runs; what it measures is never a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMPARE = ROOT / "tests/benchmarks/compare.py"
PAGE = ROOT / "docs/performance.md"


@pytest.fixture
def compare(own_home):
    """Run one round of what has one of these words in its name."""

    def run(*words):
        return subprocess.run(
            [sys.executable, COMPARE, "--rounds", "1", "--", *words],
            capture_output=True,
            text=True,
            timeout=240,
            env={"HOME": str(own_home), "PATH": f"{own_home}:/usr/local/bin:/usr/bin:/bin"},
            check=False,
        )

    return run


@pytest.fixture
def peer(own_home):
    """Put a program of another maker on PATH."""

    def make(name, script):
        (own_home / name).write_text(f"#!/bin/sh\n{script}\n")
        (own_home / name).chmod(0o755)

    return make


def cells(done):
    return [line.strip("| ").split(" | ") for line in done.stdout.splitlines() if line[:1] == "|"]


def test_one_round_of_some_rows_prints_ratios_and_leaves_the_page_alone(compare, peer):
    page = PAGE.read_text(encoding="utf-8")
    rows = ["kie status ID, 80 ms", "kie download 1 kB, TLS", "kie upload 1 kB"]
    peer(
        "kie-ai-mcp-server", 'read -r asked; echo "{\\"serverInfo\\":{\\"version\\":\\"5.0.0\\"}}"'
    )
    rows.append("kie-ai-mcp-server initialize")
    done = compare(*rows)
    assert 0 == done.returncode, done.stderr
    assert "skipped: hf is not on PATH" in done.stdout
    assert "kie-ai-mcp-server 5.0.0" in done.stdout
    found = [row for row in cells(done) if row[0].startswith("kie")]
    assert rows == [row[0] for row in found]
    assert all(float(row[2]) > 0 for row in found)
    assert page == PAGE.read_text(encoding="utf-8")


def test_a_command_that_fails_ends_the_run_and_is_named(compare, peer):
    peer("hf", "echo no cache >&2; exit 3")
    done = compare("hf version")
    assert 1 == done.returncode
    assert done.stderr.endswith("hf version: exit 3\nno cache\n\n")
    assert "| what |" not in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_tab_lateness_and_the_profile_are_measured_by_the_same_command(compare):
    done = compare("Tab in bash", "lateness", "profile")
    assert 0 == done.returncode, done.stderr
    found = {row[0]: row[1:] for row in cells(done)}
    assert "P" == found["Tab in bash"][0]
    assert {"holds"} == {row[-1] for name, row in found.items() if "seen late" in name}
    names = list(found)
    parts = names[names.index("interpreter") : names.index("**whole**")]
    assert {"kie_cli", "typer"} < set(parts)
    whole = sum(float(found[part][0]) for part in parts)
    assert whole == pytest.approx(float(found["**whole**"][0]), abs=0.3)
