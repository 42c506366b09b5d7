"""Completion in real shells, by keystrokes; no program can be found while a Tab is answered."""

import os
import re
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

SHELLS = ["bash", "zsh", "fish"]
BUDGET = 0.9  # of the processor time of `python -c pass`
NANO = "kie create -m nano-banana-pro"
ONE = {
    "kie ado": "kie adopt",
    "kie config uns": "kie config unset",
    "kie create --asp": "kie create --aspect-ratio",
    "kie create -m nano-banana-p": NANO,
    f"{NANO} -a 16": f"{NANO} -a 16:9",
    f"{NANO} -a 16:": f"{NANO} -a 16:9",
    f"{NANO} --aspect-ratio=16": f"{NANO} --aspect-ratio=16:9",
    "kie create --model=nano-banana-pro -r 4": "kie create --model=nano-banana-pro -r 4K",
    f"{NANO} -p 'a -m b' -r 4": f"{NANO} -p 'a -m b' -r 4K",
    f"{NANO} -P output_format=p": f"{NANO} -P output_format=png",
    "kie config set record": "kie config set record_prompts",
    "kie ls --state s": "kie ls --state success",
    "kie list --color al": "kie list --color always",
    "kie wait 2a": "kie wait 2aeff425",
    "kie wait 2b": "kie wait 2bd1:7",
    "kie status 2aeff425 2b": "kie status 2aeff425 2bd1:7",
    "kie wait --sandbox 5": "kie wait --sandbox 5a5a",
    "kie adopt --for i": "kie adopt --for i-7q2m9x4kd0",
    "kie adopt --for=i": "kie adopt --for=i-7q2m9x4kd0",
    "kie forget i": "kie forget i-7q2m9x4kd0",
    "kie create -m brand": "kie create -m brand/new-model",
    "kie create -m brand/new-model -r 9": "kie create -m brand/new-model -r 9K",
    "kie create -m brand/new-model -P mag": "kie create -m brand/new-model -P magic=",
    "kie create -i jar": "kie create -i jar.png",
}


@pytest.mark.parametrize("name", SHELLS)
def test_a_tab_completes_the_one_word_that_fits(shell, index, name):
    Path("jar.png").touch()
    one = shell(name)
    for typed, whole in ONE.items():
        assert one.type(f"{typed}\t", rf"{re.escape(whole)}(?!\S)").endswith(whole)


@pytest.mark.parametrize("name", SHELLS)
def test_a_model_offers_its_own_values_and_no_others(shell, index, name):
    screen = shell(name).type(f"{NANO} -r \t\t", "4K")
    assert {"1K", "2K", "4K"} == set(re.findall(r"\b\d+[KkPp]\b", screen))


@pytest.mark.parametrize("name", SHELLS)
def test_task_ids_stand_with_state_and_prompt_and_no_prompt_does_anything(shell, index, name):
    screen = shell(name).type("kie wait 2\t" + "\t" * (name == "bash"), "waiting")
    assert re.search(r"2aeff425 .*success\W+A red hat", screen)
    assert re.search(r"2bd1:7 .*waiting\W+100% \*\[jar\] \$\(touch x\) `touch y`", screen)
    assert "unknown" not in screen
    assert "5a5a" not in screen
    assert [] == list(Path().iterdir())


@pytest.mark.parametrize("name", SHELLS)
def test_tasks_of_the_sandbox_are_offered_where_the_sandbox_is_in_use(shell, index, name):
    assert shell(name, KIE_SANDBOX="1").type("kie wait \t", "5a5a").endswith("kie wait 5a5a")


@pytest.mark.parametrize("name", SHELLS)
@pytest.mark.parametrize("variable", ["KIE_CACHE_DIR", "XDG_CACHE_HOME"])
def test_the_index_is_looked_for_where_kie_keeps_it(sandbox, shell, name, variable):
    """A whole way: kie makes a task, the shell completes its id."""
    place = {variable: str(Path("cache").absolute()), "KIE_SANDBOX": "1"}
    (task_id,) = sandbox("create -p hat", **place).lines
    assert shell(name, **place).type("kie wait \t", task_id).endswith(task_id)


@pytest.mark.parametrize("name", SHELLS)
def test_without_an_index_the_words_are_still_there(shell, name):
    one = shell(name)
    assert one.type("kie wait \t").endswith("kie wait")
    assert one.type("kie create -m nano-banana-p\t", "-pro").endswith(NANO)


def test_bash_that_does_not_split_words_at_colons_completes_them_too(shell):
    one = shell("bash")
    one.type("COMP_WORDBREAKS=' '\r")
    for typed in (f"{NANO} -a ", f"{NANO} --aspect-ratio="):
        assert one.type(f"{typed}16\t", "16:").endswith(f"{typed}16:9")


# What a Tab costs in a shell that has 100 tasks: time on a processor, of all threads of the shell.

LINES = ["kie create --", "kie create -m ", f"{NANO} -P ", "kie wait "]
TIMES = 1


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("name", SHELLS)
def test_a_tab_starts_no_python(shell, index, name):
    """On a quiet machine it is under 0.3 of one; here others may be at work."""
    tasks = (f"{n:032x}\tsuccess  {'A red hat ' * 4}\n" for n in range(100))
    (index / "tasks").write_text("".join(tasks))
    one = shell(name)
    shares = {
        line: median(_cost_of_tab(one, line) / _cost_of_python() for _ in range(TIMES))
        for line in LINES
    }
    print(shares)
    assert max(shares.values()) <= BUDGET


def _cost_of_tab(one, line):
    one.type(line)
    before = _on_cpu(one.child.pid)
    one.child.send("\t")
    one.settle()
    return _on_cpu(one.child.pid) - before


def _on_cpu(pid):
    """Return the seconds that a process and its ended children have run."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    children = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
    ticks = sum(map(int, children)) / os.sysconf("SC_CLK_TCK")
    return sum(int(file.read_text().split()[0]) for file in threads) / 1e9 + ticks


def _cost_of_python():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
