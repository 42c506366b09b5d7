"""Every current model, by whole command lines against the sandbox: taken, taken whole, refused."""

from __future__ import annotations

import json
import shutil

import inputs
import pytest

from kie_cli.catalog.models import ids, load

CURRENT = [model_id for model_id in ids() if load(model_id).status != "delisted"]
CHECKED = [model_id for model_id in CURRENT if load(model_id).checked]


def created(sandbox, model_id, given):
    shutil.rmtree(sandbox.home / ".local/state/kie/sandbox", ignore_errors=True)  # a full purse
    run = sandbox(["create", "-m", model_id, "--input", "-"], stdin=json.dumps(given))
    assert run.code == 0, (given, run.err)
    return run


@pytest.mark.parametrize("model_id", CURRENT)
def test_the_smallest_input_and_those_with_every_field_are_taken(sandbox, model_id):
    model = load(model_id)
    if not model.checked:
        created(sandbox, model_id, {"anything": 1})
        return
    created(sandbox, model_id, next(inputs.smallest(model)))
    named = set()
    for given in inputs.fullest(model):
        created(sandbox, model_id, given)
        named |= {*given}
    assert {field.name for field in model.fields} == named


@pytest.mark.parametrize("model_id", CHECKED)
def test_a_broken_field_is_refused_before_anything_is_sent(sandbox, model_id):
    every = list(inputs.broken(load(model_id)))
    name, given = every[len(model_id) % len(every)]
    run = sandbox(["create", "-m", model_id, "--input", "-"], stdin=json.dumps(given))
    assert (run.code, run.out) == (2, "")
    assert name in run.err
    assert sandbox("list").out == ""


@pytest.mark.parametrize("model_id", CHECKED)
def test_no_broken_field_passes_and_each_is_named(model_id):
    model = load(model_id)
    for name, given in inputs.broken(model):
        problems = " ".join(inputs.checked(model, given).problems)
        assert name in problems, given
