"""`kie help`: what it teaches is what the program does."""

import re
import shlex

import pytest

from kie_cli.cli import names
from kie_cli.commands.help import TOPICS, page
from kie_cli.config.settings import FIELDS
from kie_cli.errors import ExitCode
from kie_cli.output.text import cells
from kie_cli.sandbox.service import SCENARIOS

PAGES = ["kie", *TOPICS]


@pytest.mark.parametrize("args", ["", "--help", "-h", "help"])
def test_the_first_page_names_every_command_and_where_to_begin(kie, args):
    run = kie(args)
    assert (run.code, run.err, run.out) == (0, "", page("kie"))
    told = re.findall(r"^  ([a-z]+) {2,}\S", run.out, re.MULTILINE)
    assert sorted(told) == sorted({*names()} - {"help"})
    assert 3 == len(re.findall(r"^  kie ", run.out, re.MULTILINE)), "three commands to start with"


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_is_a_page(kie, topic):
    run = kie(f"help {topic}")
    assert (run.code, run.err, run.out) == (0, "", page(topic))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_small_terminal(name):
    assert max(map(cells, page(name).splitlines())) <= 80


def test_of_a_command_it_is_the_help(kie):
    assert kie("help create").out == kie("create --help").out
    assert kie("help ls").out == kie("list --help").out


@pytest.mark.parametrize(
    ("word", "meant"), [("exit-code", "exit-codes"), ("enviroment", "environment")]
)
def test_a_slip_is_met_with_the_near_topic(kie, word, meant):
    run = kie(f"help {word}")
    assert run.code == 2
    assert f"Did you mean {meant}" in run.err


def test_the_exit_codes_are_all_there():
    told = {int(code) for code in re.findall(r"^ +(\d+)  \S", page("exit-codes"), re.MULTILINE)}
    assert told == {int(code) for code in ExitCode} | {129, 130, 131, 143}


def test_the_variables_of_all_settings_are_there():
    for field in FIELDS.values():
        for name in field.variables:
            assert re.search(rf"\b{name}\b", page("environment")), name


def test_the_scenarios_are_all_there_with_their_ends(sandbox):
    told = re.findall(
        r"^  ([a-z-]+)  +\S.*? (?:exit )?(\d+)(?: or \d)?$", page("sandbox"), re.MULTILINE
    )
    assert sorted(name for name, _ in told) == sorted(SCENARIOS)
    for scenario, code in told:
        run = sandbox("create -p hat --wait --download", KIE_SANDBOX_SCENARIO=scenario)
        assert run.code == int(code), scenario


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("create --promt hat", "There is no flag --promt. Did you mean --prompt?"),
        ("create -p hat --aspectratio 1:1", "Did you mean --aspect-ratio?"),
        ("wait --timout 3", "Did you mean --timeout?"),
        ("list --zzz", "There is no flag --zzz.\n"),
        ("creat -p hat", "There is no command 'creat'. Did you mean create?"),
    ],
)
def test_a_slip_of_the_keyboard_is_met_with_what_was_meant(kie, line, meant):
    run = kie(shlex.split(line))
    assert (run.code, run.out) == (2, "")
    assert meant in run.err
    assert len(run.err.splitlines()) <= 3


def test_whole_names_of_options_are_shown_on_a_narrow_terminal(kie, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    text = kie("create --help").out
    options = text.partition("Options:\n")[2].splitlines()
    for flag in ("--negative-prompt", "--aspect-ratio", "--callback-url", "--max-credits"):
        assert any(re.search(rf"^  (-\w, )?{flag}\b", line) for line in options), flag
    assert all(cells(line) <= 60 for line in options)
