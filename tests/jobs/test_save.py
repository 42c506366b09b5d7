"""Where results go: names are made of the task id, never of what a server calls a file."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kie_cli.core.media import ENDINGS
from kie_cli.core.task import TASK_ID, Task, valid_task_id
from kie_cli.jobs.save import Target

FOLDER = Path("out")
IDS = st.from_regex(TASK_ID, fullmatch=True) | st.text(max_size=300)


@given(IDS, st.integers(1, 999), st.sampled_from([*ENDINGS.values(), "bin"]), st.integers(0, 999))
def test_server_text_cannot_choose_a_path(task_id, position, ending, number):
    if not valid_task_id(task_id):
        return
    task = Task(task_id, "success", urls=("https://host.example/../../etc/passwd",))

    name = Target(FOLDER).name(task, position, ending, number)

    assert name.parent == FOLDER
    assert name.name.startswith(task_id.replace(":", "_"))
    assert not name.name.startswith((".", "-"))
    assert name.name.isascii()
    assert len(name.name.encode()) <= 255
    assert not set(name.name) & set('/\\:\0"<>|?*\n')


@given(st.integers(2, 9), st.integers(0, 99))
def test_several_results_of_one_task_have_several_names(count, number):
    task = Task("t1", "success", urls=tuple(f"https://a.example/{n}" for n in range(count)))
    for target in (Target(FOLDER), Target(FOLDER, FOLDER / "hat.png")):
        names = {target.name(task, position, "png", number) for position in range(1, count + 1)}
        assert count == len(names)
