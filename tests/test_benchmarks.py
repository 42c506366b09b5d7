"""The benchmark beside other programs still runs; what it measures is never a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMPARE = ROOT / "tests/benchmarks/compare.py"


def test_one_round_of_some_rows_prints_ratios_and_leaves_the_page_alone(own_home):
    page = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    rows = ["kie status ID, 80 ms", "kie download 1 kB, TLS", "kie upload 1 kB"]
    done = subprocess.run(
        [sys.executable, COMPARE, "--rounds", "1", "--", *rows],
        capture_output=True,
        text=True,
        timeout=240,
        env={"HOME": str(own_home), "PATH": "/usr/local/bin:/usr/bin:/bin"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "skipped: hf is not on PATH" in done.stdout
    cells = [line.split(" | ") for line in done.stdout.splitlines() if line.startswith("| kie")]
    assert rows == [line[0].removeprefix("| ") for line in cells]
    assert all(float(line[2]) > 0 for line in cells)
    assert page == (ROOT / "docs/performance.md").read_text(encoding="utf-8")
