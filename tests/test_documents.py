"""The documents say what the program does."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from kie_cli import __version__
from kie_cli.cli import names
from kie_cli.errors import ExitCode, KieError
from kie_cli.sandbox.service import SCENARIOS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
RECORDING = ROOT / "docs/recording.svg"
SANDBOX = (ROOT / "docs/sandbox.md").read_text(encoding="utf-8")
JSON = (ROOT / "docs/json.md").read_text(encoding="utf-8")


def rows(text, first):
    """Return the cells of the table rows whose first cell matches."""
    lines = re.findall(rf"^\| ({first}) \|(.*)\|$", text, re.MULTILINE)
    return {head: [cell.strip() for cell in rest.split("|")] for head, rest in lines}


def test_the_command_page_is_what_help_prints():
    done = subprocess.run(
        [sys.executable, ROOT / "docs/make_cli.py", "--check"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "" == done.stderr
    assert 0 == done.returncode


def test_readme_has_every_exit_code():
    assert {str(int(code)) for code in ExitCode} == set(rows(README, r"\d+"))


def test_readme_has_every_command():
    told = {word for cell in rows(README, r"`[a-z ]+`") for word in cell.strip("`").split()}
    assert set(names()) <= told


def test_json_page_has_every_kind_of_error():
    def kinds(error):
        return {error.kind}.union(*(kinds(child) for child in error.__subclasses__()))

    assert kinds(KieError) <= set(re.findall(r"`([a-z_]+)`", JSON))


def test_sandbox_page_has_every_scenario():
    assert set(SCENARIOS) == {name.strip("`") for name in rows(SANDBOX, r"`[a-z-]+`")}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_ends_as_the_sandbox_page_says(sandbox, scenario):
    said = rows(SANDBOX, f"`{scenario}`")[f"`{scenario}`"][-1]
    run = sandbox("create -p hat --wait --download", KIE_SANDBOX_SCENARIO=scenario)
    assert int(said.split(",")[0]) == run.code


def test_each_promise_names_tests_that_exist_or_says_not_yet():
    promises = (ROOT / "docs/promises.md").read_text(encoding="utf-8")
    found = rows(promises, r"\d+")
    assert {str(number) for number in range(1, 17)} == set(found)
    tests = "".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py")
    )
    for _, proof, *_ in found.values():
        names = re.findall(r"`(test_\w+)`", proof)
        assert names or proof.startswith("not yet: ")
        assert all(f"def {name}(" in tests for name in names), proof


def test_the_changelog_knows_this_version_or_what_is_not_released():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[(Unreleased|{re.escape(__version__)})\]", changes, re.MULTILINE)


def test_the_chinese_readme_has_the_same_commands_tables_and_links():
    def bones(text):
        fences = re.findall(r"^```(.*)\n([^`]*)^```$", text, re.MULTILINE)
        text = re.sub(r"^```[^`]*^```$", "", text, flags=re.MULTILINE)
        cells = [cell.strip() for cell in re.findall(r"^\| (.*?) \|", text, re.MULTILINE)]
        return {
            "commands": [(kind, re.sub(r"\s+#.*", "", block)) for kind, block in fences],
            "headings": re.findall(r"^#+(?= )", text, re.MULTILINE),
            "points": len(re.findall(r"^- ", text, re.MULTILINE)),
            "rows": [re.findall(r"`[^`]+`|\d+", cell) for cell in cells],
            "code": Counter(re.findall(r"`[^`\n]+`", text)),
            "links": Counter(re.findall(r"\]\((?!README)(.*?)\)|<(https:.*?)>", text)),
        }

    chinese = bones(CHINESE)
    for name, found in bones(README).items():
        assert chinese[name] == found, name


def test_each_document_is_in_the_index_and_each_link_leads_somewhere():
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in index
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            assert "://" in link or (page.parent / link).exists(), f"{page}: {link}"


def test_the_recording_loads_nothing_and_is_small():
    film = RECORDING.read_text(encoding="utf-8")
    assert len(film) < 200_000
    tags = {tag.tag.rpartition("}")[2] for tag in ET.fromstring(film).iter()}  # noqa: S314
    assert tags <= {"svg", "style", "rect", "g", "use", "text", "desc"}
    assert not re.search(r"url\(|@import|@font-face|href=\"[^#]", film)
    assert "prefers-color-scheme: dark" in film
    assert "prefers-reduced-motion" in film


def test_the_recording_ends_as_the_program_does_today():
    done = subprocess.run(
        [sys.executable, ROOT / "docs/make_recording.py", "--check"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
