"""The scripts and the man page say what the program does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kie_cli.catalog.check import build
from kie_cli.catalog.models import aliases, ids, load
from kie_cli.catalog.offers import offers
from kie_cli.catalog.wishes import Wishes
from kie_cli.cli import names
from kie_cli.config.settings import FIELDS

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = {"bash": "kie.bash", "zsh": "_kie", "fish": "kie.fish", "powershell": "kie.ps1"}


@pytest.mark.parametrize("maker", ["make_completions.py", "make_man.py"])
def test_what_is_generated_is_what_the_program_says(maker):
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / maker, "--check"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ("", 0) == (done.stderr, done.returncode)


@pytest.mark.parametrize("shell", SCRIPTS)
def test_completion_prints_the_script(kie, shell):
    script = (ROOT / "completions" / SCRIPTS[shell]).read_text("ascii")
    run = kie(f"completion {shell}", KIE_API_KEY="")
    assert (0, script, "") == (run.code, run.out, run.err)
    assert {"shell": shell, "script": script} == kie(f"completion {shell} --json").json[0]


def test_completion_names_the_shells_that_there_are(kie):
    run = kie("completion csh")
    assert 2 == run.code
    assert "'bash', 'zsh', 'fish', 'powershell'" in run.err


@pytest.mark.parametrize("name", SCRIPTS.values())
def test_a_script_has_each_command_model_and_setting(name):
    words = set(re.findall(r"[\w./-]+", (ROOT / "completions" / name).read_text("ascii")))
    assert {*names(), *ids(), *aliases(), *FIELDS, "--aspect-ratio", "--prompt-file"} <= words


@pytest.mark.parametrize(
    ("model", "flag", "words"),
    [
        ("nano-banana-pro", "--resolution", ["1K", "2K", "4K"]),
        ("nano-banana-pro", "--param", ["output_format=png", "output_format=jpg"]),
        ("seedream/4.5-edit", "--resolution", ["2K", "4K"]),
    ],
)
def test_a_model_offers_the_words_that_create_takes(kie, model, flag, words):
    """Of `seedream` --resolution 2K means quality: basic."""
    assert words == offers(load(model))[flag]


def test_every_value_that_is_offered_is_taken():
    """Of each model each flag's words, as create judges them."""
    judged = 0
    for model in map(load, ids()):
        for flag, words in offers(model).items():
            for word in words if flag != "--param" else ():
                wishes = Wishes({flag.removeprefix("--").replace("-", "_"): word})
                problems = build(model.id, model, wishes, validate=True).problems
                assert not [line for line in problems if line.startswith(f"{flag} {word}:")]
                judged += 1
    assert judged > 1000
    strange = build("nano-banana-pro", load("nano-banana-pro"), Wishes({"resolution": "9K"}))
    assert [line for line in strange.problems if line.startswith("--resolution 9K:")]


def test_the_powershell_script_is_balanced():
    """It cannot be run here: at least each bracket and quote is closed."""
    text = (ROOT / "completions/kie.ps1").read_text("ascii")
    bare = re.sub(r"(?m)'(?:[^'\n]|'')*'|\"[^\"\n]*\"|#.*$", "", text)
    assert not set("'\"") & set(bare)
    open_ = []
    for sign in re.findall(r"[()\[\]{}]", bare):
        if sign in "([{":
            open_.append(sign)
        else:
            assert open_.pop() + sign in {"()", "[]", "{}"}
    assert [] == open_


def test_the_man_page_is_sound(program_of):
    done = subprocess.run(
        [program_of("mandoc"), "-Tlint", ROOT / "docs/kie.1"],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert ("", "", 0) == (done.stdout, done.stderr, done.returncode)
