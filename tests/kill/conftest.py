"""Children at named points, and what the next run says of them."""

from __future__ import annotations

import shlex

import pytest
from conftest import environment
from kill.harness import Child, large, ledger


@pytest.fixture
def child(own_home, server):
    """Start `kie WORDS` up to a point; it is killed with the test at the latest."""
    children = []

    def start(words, point="none", **more):
        env = environment(own_home, server)
        children.append(Child(shlex.split(words), env, point, **more))
        return children[-1] if point == "none" else children[-1].reached()

    yield start
    for one in children:
        one.close()


@pytest.fixture
def creates(own_home):
    """Read the creates on disk; each time the file is checked."""
    return lambda: ledger(own_home)


@pytest.fixture
def finished(kie):
    """Make a task whose large result is ready; return its id and the bytes."""
    content = large("result")
    task_id = kie("create -p hat").out.strip()
    kie.server.plays(task_id, "generating", "success")
    kie.server.file(task_id, content)
    return task_id, content
