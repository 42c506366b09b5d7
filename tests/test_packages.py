"""What kie is built on, read from pyproject.toml: few packages, with floors, from known places."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUN_TIME = {"typer", "httpx", "rich", "pydantic", "platformdirs", "truststore", "tomlkit"}
# Each of them was the way into somebody's machine, or would be a second one for what kie does.
UNWANTED = {"filelock", "portalocker", "fasteners", "keyring", "python-dotenv", "click", "requests"}


def name_of(requirement: str) -> str:
    return re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower()


def test_the_run_time_packages_are_the_ones_with_a_reason():
    assert RUN_TIME == {name_of(line) for line in PROJECT["dependencies"]}
    decisions = (ROOT / "docs/decisions/0007-packages.md").read_text(encoding="utf-8")
    for name in RUN_TIME:
        assert re.search(rf"^\| {name}\b", decisions, re.MULTILINE), name


@pytest.mark.parametrize("requirement", PROJECT["dependencies"])
def test_each_has_a_floor_that_is_tested_and_no_address_of_its_own(requirement):
    floor = re.search(r">=([0-9.]+)", requirement)[1]
    lowest = (ROOT / ".ci/lowest.txt").read_text(encoding="utf-8")

    assert re.search(rf"^{name_of(requirement)}\b.*=={re.escape(floor)}", lowest, re.MULTILINE)
    assert "@" not in requirement
    assert "://" not in requirement


def test_no_package_for_locks_keys_or_dotenv_files_comes_along():
    """Through what the packages themselves need, too, as it is installed here."""
    seen, left = set(), [name_of(line) for line in PROJECT["dependencies"]]
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            lines = [line for line in _requires(name) if "extra ==" not in line]
            left += [name_of(line) for line in lines]

    assert len(seen) > len(RUN_TIME)
    assert set() == seen & UNWANTED


def _requires(name: str) -> list[str]:
    try:
        return requires(name) or []
    except ModuleNotFoundError:  # for another system
        return []


def test_the_name_to_install_is_written_in_one_way():
    """A look-alike is one letter away."""
    assert "kie-cli" == PROJECT["name"]
    install = re.compile(r"(?:pip|pipx|uv tool) install (?:-\S+ )*([^\s`]+)")
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    named = {name for page in pages for name in install.findall(page.read_text(encoding="utf-8"))}
    peers = {"httpie"}  # docs/performance.md compares with it
    assert named <= {".", "'.[dev]'", "./wheels/kie_cli-*.whl", *peers}
    assert "." in named


def test_no_file_of_this_folder_is_installed_by_its_address():
    for listed in (ROOT / ".ci").glob("*.txt"):
        assert "://" not in listed.read_text(encoding="utf-8"), listed
