"""
Deliberately broken builds are caught, each by the test that names what it breaks.

builds.toml has one entry a build: a line of the package, what it is broken to, and the tests
that must fail then. Alone: python -m pytest tests/broken
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import kie_cli

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BUILDS = tomllib.loads((HERE / "builds.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", BUILDS)
def test_a_broken_build_is_caught_by_name(name, tmp_path):
    build = BUILDS[name]
    package = tmp_path / "kie_cli"
    shutil.copytree(Path(kie_cli.__file__).parent, package)
    for change in build["change"]:
        file = tmp_path / change["file"]
        source = file.read_text(encoding="utf-8")
        assert 1 == source.count(change["old"]), f"{change['file']} has changed: {change['old']}"
        file.write_text(source.replace(change["old"], change["new"]), encoding="utf-8")

    for test in build["caught_by"]:
        run = subprocess.run(
            [sys.executable, "-P", "-m", "pytest", "-x", "-p", "no:cacheprovider", "-p", "no:xdist",
             "-p", "no:cov", "-o", "addopts=--import-mode=importlib -q", test],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )  # fmt: skip
        assert 1 == run.returncode, f"{test} did not notice: {run.stdout[-3000:]}"
        assert " failed" in run.stdout, run.stdout[-3000:]
