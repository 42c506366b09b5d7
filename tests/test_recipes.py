"""Each recipe of docs/recipes.md is run as it stands, by bash, with the real program."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import PROGRAM

from kie_cli.sandbox.png import picture

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^## (.+?)$.*?^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
# What is there afterwards: files by pattern and how many; and how many tasks were paid for.
MAKES = {
    "One image, and its path in a variable": ({"*-1.png": 1}, 1),
    "Submit now, wait later": ({"*-1.png": 1}, 1),
    "A prompt a line": ({"out/*-1.png": 3}, 3),
    "A table of prompts, each paid for once": ({"out/*-1.png": 3, "requests.jsonl": 1}, 3),
    "Make failed rows anew": ({"out/*-1.png": 3}, 3),
    "The same words around many things": ({"things/hat-1.png": 1, "things/cup-1.png": 1}, 2),
    "Four versions of one prompt, the first that is ready": ({"*-1.png": 4}, 4),
    "Results as data": ({"*.png": 0, "table.tsv": 1}, 3),
    "What is not on this disk yet": ({"later/*-1.png": 1, "*-1.png": 0}, 1),
    "An image through several tasks": ({"jar-with-logo.png": 1, "*-1.png": 0}, 2),
    "xargs: four at a time": ({"xargs/*-1.png": 3}, 3),
    "GNU parallel, with a name for each that makes reruns safe": ({"parallel/*.png": 3}, 3),
    "Exit codes in a script": ({"*-1.png": 1}, 1),
    "A picture into a pipe": ({"size.txt": 1, "*.png": 0}, 1),
}
LINES = {"table.tsv": 3, "requests.jsonl": 3, "ids.txt": 4, "again.txt": 3, "urls.txt": 1}


def test_each_recipe_says_what_it_makes():
    assert set(MAKES) == set(RECIPES)
    assert TEXT.count("```sh\n") == len(RECIPES)


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_does_what_it_says(own_home, tmp_path, title):
    for name in ("jar.png", "logo.png"):
        (tmp_path / name).write_bytes(picture(96, 64, name))
    given = {name: (tmp_path / name).read_bytes() for name in ("jar.png", "logo.png")}
    (tmp_path / "prompts.txt").write_text("A hat\nA \"blue\" cup, $HOME\n'A' fox & a `hen`\n")
    (tmp_path / "prompts.csv").write_text('key,prompt\nhat,A hat\ncup,"A cup, blue"\nfox,A fox\n')
    environment = {
        "HOME": str(own_home),
        "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}",
        "KIE_SANDBOX": "1",
        "LC_ALL": "C.UTF-8",
    }

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", RECIPES[title]],
        cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert (done.returncode, "bug" in done.stderr) == (0, False), done.stderr
    files, paid = MAKES[title]
    for pattern, count in files.items():
        found = [path for path in tmp_path.glob(pattern) if path.name not in given]
        assert len(found) == count, (pattern, done.stdout, done.stderr)
        assert all(path.stat().st_size for path in found)
    for name, count in LINES.items():
        if (tmp_path / name).exists():
            assert len((tmp_path / name).read_text().splitlines()) == count, name
    listed = subprocess.run(
        [PROGRAM, "list", "-q"], env=environment, capture_output=True, text=True, check=True
    )
    assert len(listed.stdout.splitlines()) == paid
    assert {name: (tmp_path / name).read_bytes() for name in given} == given
