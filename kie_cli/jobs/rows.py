"""The rows of a batch: read, checked, named, and found in the record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from kie_cli.context import Kie
from kie_cli.core.rows import (
    Problem,
    Unfilled,
    duplicates,
    fill,
    group,
    keys,
    literal,
    names_in,
    parse_shard,
    read_rows,
    shard_of,
    values_of,
)
from kie_cli.core.rows import Row as Read
from kie_cli.core.task import rfc3339
from kie_cli.errors import InputProblems, KieError, WrongInput
from kie_cli.jobs.batch import Row
from kie_cli.jobs.files import local_file
from kie_cli.jobs.market import find
from kie_cli.jobs.plan import plan
from kie_cli.jobs.save import Target
from kie_cli.jobs.wishes import read_text
from kie_cli.ledger.store import Ledger

Result = TypeVar("Result")
FROM_STDIN = ("prompt", "prompt_file", "input")


def read_sheet(
    kie: Kie,
    ledger: Ledger | None,
    file: str,
    asked: Mapping[str, Any],
    repeatable: Mapping[str, bool],
    where: Target | None,
    *,
    shard: str | None,
    validate: bool,
) -> list[Row]:
    """
    Return the rows that `file` holds (of one shard, if `shard` is `2/8`), ready to be sent.

    `asked` are the flags that hold for all rows, `repeatable` tells which of them are lists.
    Raises InputProblems with everything that is wrong, each with its line. Sends nothing.
    """
    faults: list[str] = []
    part = None
    if shard is not None:
        try:
            part = parse_shard(shard)
        except ValueError as error:
            faults.append(f"--shard: {error}")
    faults += [
        f"--{name.replace('_', '-')} -: a batch reads stdin for its rows alone."
        for name in FROM_STDIN
        if asked.get(name) == "-"
    ]
    text = read_text(kie, file, "FILE" if file == "-" else "", faults)
    if text is None or faults:
        raise InputProblems(faults)
    ending = file.lower().rpartition(".")[2]
    found, problems = read_rows(text, csv={"csv": True, "jsonl": False}.get(ending))
    look_up, look = _remembering(partial(find, kie)), _Looked()
    rows: list[tuple[Row, str | None]] = []
    warnings: list[Problem] = []
    hints: list[str] = []
    own_keys: list[tuple[int, str | None]] = []
    flags = (flag if isinstance(flag, list) else [flag] for flag in asked.values())
    templates = [text for texts in flags for text in texts if isinstance(text, str)]
    for one in found:
        values, wrong = _values(one, asked, repeatable, templates)
        problems += wrong
        own, label = values.pop("key", None), values.pop("label", None)
        own_keys.append((one.line, own))
        try:
            planned = plan(kie, values, validate=validate, look=look, find=look_up)
            with planned.noting():
                chosen = kie.settings.get("callback_url", flag=values.get("callback_url"))
        except WrongInput as error:
            told = error.problems if isinstance(error, InputProblems) else [error.message]
            problems += [(one.line, text) for text in told]
            hints += error.hints
            continue
        problems += [(one.line, text) for text in planned.problems]
        warnings += [(one.line, text) for text in planned.warnings]
        hints += planned.hints
        if not planned.problems:
            order = planned.priced(kie)._replace(label=label, callback_url=chosen.value)
            rows.append((Row(one.line, own or f"line {one.line}", order, where), own))
    problems += duplicates(own_keys)
    for warning in group(warnings):
        kie.output.warn(warning)
    if not problems:
        problems += _name(kie, ledger, rows, where)
    if not found and not problems:
        problems.append((1, "there is no row."))
    if problems:
        raise InputProblems(group(problems), *dict.fromkeys(hints))
    number, count = part or (1, 1)
    return [row for row, _ in rows if shard_of(row.order.once or "", count) == number - 1]


def _values(
    row: Read,
    asked: Mapping[str, Any],
    repeatable: Mapping[str, bool],
    templates: Sequence[str],
) -> tuple[dict[str, Any], list[Problem]]:
    """Return what one row asks for: its own values, and the flags that it does not have."""
    own, problems = values_of(row, repeatable, templates)
    values: dict[str, Any] = {}
    for name, flag in asked.items():
        either = {"prompt", "prompt_file"} if name in {"prompt", "prompt_file"} else {name}
        if flag is None or either & own.keys():
            continue
        try:
            values[name] = (
                [fill(one, row) for one in flag] if isinstance(flag, list) else fill(flag, row)
            )
        except Unfilled as error:
            problems.append((row.line, f"--{name.replace('_', '-')}: {error}"))
    for name in FROM_STDIN:
        if own.get(name) == "-":
            problems.append((row.line, f"{name}: a row cannot read stdin."))
            del own[name]
    return values | own, problems


def _name(
    kie: Kie,
    ledger: Ledger | None,
    rows: Sequence[tuple[Row, str | None]],
    where: Target | None,
) -> list[Problem]:
    """Give each row its key and the names of its files, and find its task in the record."""
    problems: list[Problem] = []
    pattern = names_in(where.pattern or "") if where else []
    if where and len(rows) > 1:
        if where.exact:
            hint = "Give a folder, or a name with {key}: -o 'out/{key}.{ext}'"
            several = f"--output {where.exact}: one file, and these are {len(rows)} rows."
            raise InputProblems([several], hint)
        if where.pattern and not {"key", "task"} & set(pattern):
            all_one = f"--output {where.pattern}: all rows would get one name."
            raise InputProblems([all_one], "Put {key} or {task} into it.")
    contents = [row.order.canonical() for row, _ in rows]
    own_keys = [own for _, own in rows]
    for (row, own), key, content in zip(
        rows, keys(zip(own_keys, contents, strict=True)), contents, strict=True
    ):
        row.order = row.order._replace(once=key)
        if where and own and not (where.pattern or where.exact):
            folder = literal(str(where.folder))
            row.where = where._replace(pattern=f"{folder}/{{key}}-{{index}}.{{ext}}")
        if earlier := ledger and ledger.once(key):
            task, input_hash, _ = earlier
            if input_hash != hashlib.sha256(content.encode()).hexdigest():
                day = (rfc3339(task.created_at) or "an unknown date")[:10]
                what = "another model" if task.model != row.order.model else "another input"
                problems.append((row.line, f"key {key}: used on {day} for {what}."))
            elif task.task_id or task.ended:
                row.task, row.is_new = task._replace(sandbox=kie.use_sandbox), False
    return problems


class _Looked:
    """`local_file` that reads each file once, however many rows name it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[Any, list[str]]] = {}

    def __call__(self, path: str, problems: list[str], flag: str) -> Any:
        if (path, flag) not in self._known:
            told: list[str] = []
            self._known[path, flag] = (local_file(path, told, flag), told)
        file, told = self._known[path, flag]
        problems += told
        return file


def _remembering(function: Callable[[str], Result]) -> Callable[[str], Result]:
    """Return a function that does its work once for each text, also if it only raises."""
    known: dict[str, Result | KieError] = {}

    def remembered(text: str) -> Result:
        if text not in known:
            try:
                known[text] = function(text)
            except KieError as error:
                known[text] = error
        result = known[text]
        if isinstance(result, KieError):
            raise result
        return result

    return remembered
