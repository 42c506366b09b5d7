"""Whether a task at kie.ai can be the one that a create of unknown outcome made."""

from __future__ import annotations

from collections.abc import Mapping

from kie_cli.core.task import Task

EARLIEST, LATEST = -120.0, 600.0  # seconds of kie.ai's createTime after the send


def differences(sent: Mapping[str, object] | None, sent_at: float | None, task: Task) -> list[str]:
    """
    Return what speaks against it, as phrases; nothing when all that can be compared fits.

    `sent` is the request body as it left, None where inputs are not recorded. Fields that
    kie.ai added do not count; the order of members neither.
    """
    found = []
    if sent is None:
        found.append("the input was not recorded (record_prompts is false)")
    else:
        if task.model != sent.get("model"):
            found.append(f"the model is {task.model or 'not told'}")
        fields = sent.get("input")
        told = task.input or {}
        found += [
            f"{name} differs" if name in told else f"{name} is missing"
            for name, value in (fields.items() if isinstance(fields, Mapping) else ())
            if not _same(value, told.get(name))
        ]
    if task.created_at is None or sent_at is None:
        found.append("kie.ai does not tell when it was created")
    elif not EARLIEST <= task.created_at - sent_at <= LATEST:
        way = "after" if task.created_at > sent_at else "before"
        found.append(f"it was created {abs(task.created_at - sent_at) / 60:.0f} min {way} the send")
    return found


def _same(one: object, other: object) -> bool:
    """Compare JSON values: true is not 1, as it is to Python."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other
