"""The rows of `kie batch`: JSONL and CSV, the flags that a row sets, templates, keys, shards."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from csv import Error, reader
from hashlib import sha256
from io import StringIO
from itertools import groupby
from typing import NamedTuple

from kie_cli.core.envelope import NotAnEnvelope, clip, parse_json
from kie_cli.core.suggest import nearest

Problem = tuple[int, str]  # a line of the file, and what is wrong there

LONGEST_KEY = 200  # characters
LONGEST_PART = 120  # bytes of a value in a file's name, which may have 255
FEW = 5  # places that a message lists

_UNSENDABLE = re.compile("[\0\ud800-\udfff]")
_WHERE = re.compile(r"line 1 (column \d+) \(char \d+\)")
_NAMES = re.compile(r"(?<!\{)(\{++)([A-Za-z_][A-Za-z0-9_.-]*+)(\}++)")
_REFUSED = frozenset('<>:"/\\|?*')  # by Windows
_EDGES = re.compile(r"^[-.~ ]+|[. ]+$")  # an option, a parent, a home; ends that Windows drops
_DEVICE = re.compile(r"(?i)^(con|prn|aux|nul|(?:com|lpt)[0-9¹²³]|conin\$|conout\$)(?= *(?:\.|$))")


class Row(NamedTuple):
    """
    One task to make: `cells` by column; None, like an empty cell of CSV, is not given.

    `line` is where the row begins; `header`, of CSV alone, where its columns were named.
    """

    line: int
    cells: Mapping[str, object]
    header: int | None = None


class Unfilled(LookupError):
    """A template wants the value `name`, which is not there; the text says so to the user."""

    def __init__(self, name: str, why: str = "no value of this name") -> None:
        super().__init__(f"{{{name}}}: {why}. To write it as it stands: {{{{{name}}}}}")
        self.name = name


def read_rows(text: str, *, csv: bool | None) -> tuple[list[Row], list[Problem]]:
    """
    Return the rows of a file, and everything that is wrong with it; never raises.

    `csv` None: JSONL where the first sign is {, else CSV. JSONL is one object a line. CSV has a
    header, and commas; a column that stands there twice gives several values, in their order.
    """
    text = text.removeprefix("\ufeff")
    first = text.lstrip()[:1]
    if first == "[" and not csv:
        return [], [(1, "a list in brackets. Write one object a line: jq -c '.[]' FILE")]
    problems: list[Problem] = []
    read = _csv if csv or (csv is None and first != "{") else _jsonl
    return list(read(text, problems)), problems


def _jsonl(text: str, problems: list[Problem]) -> Iterator[Row]:
    for line, body in enumerate(text.split("\n"), start=1):
        if not body.strip():
            continue
        try:
            value = parse_json(body.encode("utf-8", "backslashreplace"))
        except NotAnEnvelope as error:
            reason = _WHERE.sub(r"\1", str(error)).partition(";")[0]
            problems.append((line, f"not JSON ({reason}). Write one object a line."))
            continue
        if not isinstance(value, dict):
            problems.append((line, "not a JSON object. Write one object a line."))
            continue
        times = Counter(map(_column, value))
        faults = [f"{_shown(name)}: given twice." for name in times if times[name] > 1]
        faults += _unsendable(_strings(value))
        problems += [(line, fault) for fault in faults]
        if not faults:
            yield Row(line, {_column(name): cell for name, cell in value.items()})


def _csv(text: str, problems: list[Problem]) -> Iterator[Row]:
    records = reader(StringIO(text, newline=""), strict=True)
    columns: list[str] = []
    header = 0
    while True:
        line = records.line_num + 1
        try:
            record = next(records)
        except StopIteration:
            return
        except Error as error:
            if not columns or "expected after" not in str(error):  # no telling where the next is
                problems.append((line, "a quoted cell does not end, or a cell is too long."))
                return
            problems.append((line, 'text after a closing quote. A quote in a cell is written "".'))
            continue
        if not any(map(str.strip, record)):
            continue
        faults = _unsendable(record)
        if not columns:
            columns, header = [_column(name) for name in record], line
            if len(record) == 1 and re.search("[;\t]", record[0]):
                problems.append((line, "no comma in the header. Save the file as CSV with commas."))
                return
            faults += [f"column {i} has no name." for i, c in enumerate(columns, 1) if not c]
        elif len(record) != len(columns):
            text = f"{len(record)} cells under {len(columns)} columns."
            faults.append(f"{text} A cell with a comma needs quotes.")
        elif not faults:
            cells: dict[str, list[str]] = {column: [] for column in columns}
            for column, cell in zip(columns, record, strict=True):
                cells[column] += [cell] if cell else []
            values = {c: v if v[1:] else "".join(v) or None for c, v in cells.items()}
            yield Row(line, values, header)
        problems += [(line, fault) for fault in faults]


def values_of(
    row: Row, flags: Mapping[str, bool], templates: Iterable[str]
) -> tuple[dict[str, object], list[Problem]]:
    """
    Return what a row sets, and what is wrong with it.

    `flags` are those of create that a row may set (`aspect_ratio`), and whether they repeat.
    Values are texts, lists of texts for those that repeat; also `key` and `label`; `input` is an
    object, `param` a list of (name, JSON value) and of texts as after -P, of columns `param`,
    `param.NAME`, `param.NAME:=` and `param.NAME@`. In one cell of CSV a `|`, with or without
    blanks around it, stands between the values of a flag that repeats. A column that is neither
    a flag nor named in one of the `templates` is a problem: a slip shall not be paid for.
    """
    values: dict[str, object] = {}
    problems: list[Problem] = []
    params: list[object] = []
    single = {"key", "label", *flags}
    used = {name for template in templates for name in names_in(template)}
    value: object
    for column, cell in row.cells.items():
        if column == "input":
            value, takes = cell if isinstance(cell, dict) else None, "an object, in JSONL"
        elif column == "param":
            value = [_param(*f) for f in cell.items()] if isinstance(cell, dict) else _texts(cell)
            takes = "an object, or texts as after -P"
        elif column.startswith("param."):
            value, takes = [_param(column[6:], cell)], ""
        elif flags.get(column):
            value = _texts(cell, apart=row.header is not None)
            takes = "a text or a list of texts, none of them empty"
        elif column in single:
            value, takes = _text(cell), "one text, or one number"
            if column == "key" and not _is_key(value):
                value, takes = None, f"1 to {LONGEST_KEY} printable characters"
        else:
            if column not in used:
                near = nearest(column, [*single, "input", "param", *used])
                text = "no flag of create that a row takes, and no template uses it."
                hint = f" Did you mean {near}?" if near else ""
                if row.header and not hint:
                    hint = f" Line {row.header} names the columns."
                problems.append((row.header or row.line, f"{_shown(column)}: {text}{hint}"))
            continue
        if cell is None:
            continue
        if value is None:
            problems.append((row.line, f"{_shown(column)}: it takes {takes}."))
        elif column.startswith("param") and isinstance(value, list):
            values["param"] = params = [*params, *value]
        else:
            values[column] = value
    return values, problems


def names_in(template: str) -> list[str]:
    """Return the columns that a template names, each once."""
    found: dict[str, str] = {}
    _expand(template, lambda name: found.setdefault(name, ""))
    return list(found)


def fill(template: str, row: Row, extra: Mapping[str, str] | None = None) -> str:
    """
    Return a template with values for its `{name}`s: those of `extra`, else of the row.

    `{{name}}` gives {name}; braces that do not stand around a name, as in JSON, stay as they
    are, and so does all that is in a value. Raises Unfilled.
    """
    cells = {**row.cells, **(extra or {})}

    def value_of(name: str) -> str:
        if cells.get(name) is None:
            raise Unfilled(name)
        if (text := _text(cells[name])) is None:
            raise Unfilled(name, "not one text or number")
        return text

    return _expand(template, value_of)


def literal(text: str) -> str:
    """Return the template that gives `text` as it is."""

    def double(match: re.Match[str]) -> str:
        pairs = _pairs(match)
        return f"{'{' * pairs}{match[0]}{'}' * pairs}"

    return _NAMES.sub(double, text)


def file_name(template: str, values: Mapping[str, str]) -> str:
    """
    Return the name of a result by a template as `out/{key}/{index}.{ext}`. Raises Unfilled.

    Only the template makes folders: a value is a part of one name, without what any system
    refuses, in at most 120 bytes. What was cut, and a key that was changed at all, ends in a
    hash of the whole, so that different keys stay different (on a disk that tells a from A).
    """

    def part_of(field: str) -> str:
        if field not in values:
            raise Unfilled(field)
        value = values[field]
        part = "".join(c if c.isprintable() and c not in _REFUSED else "_" for c in value)
        part = _DEVICE.sub(r"\1_", _EDGES.sub("_", part)) or "_"
        if len(part.encode()) > LONGEST_PART or (field == "key" and part != value):
            ending = f"-{_hash(value)[:8]}"
            part = part.encode()[: LONGEST_PART - len(ending)].decode(errors="ignore") + ending
        return part

    return _expand(template, part_of)


def keys(rows_and_inputs: Iterable[tuple[str | None, str]]) -> list[str]:
    """
    Return the key of each row, from (its own key or None, its model and input as JSON).

    Without an own key it is made of the input, and a number for the second and later equals:
    the same in each run, wherever in the file the row stands.
    """
    rows = list(rows_and_inputs)
    taken = {own for own, _ in rows}
    found, times = [], Counter[str]()
    for own, content in rows:
        key = own
        while key is None or (own is None and key in taken):
            times[content] += 1
            number = f".{times[content]}" if times[content] > 1 else ""
            key = f"row-{_hash(content)[:20]}{number}"
        found.append(key)
    return found


def duplicates(own_keys: Iterable[tuple[int, str | None]]) -> list[Problem]:
    """Return a problem for each own key, given with its line, that an earlier row has too."""
    first: dict[str, int] = {}
    return [
        (line, f"key {_shown(key)}: line {first[key]} has it too.")
        for line, key in own_keys
        if key is not None and first.setdefault(key, line) != line
    ]


def shard_of(key: str, count: int) -> int:
    """Return which of `count` shards a key belongs to, from 0; the same for ever."""
    return int(_hash(key), 16) % count


def parse_shard(text: str) -> tuple[int, int]:
    """Return (2, 8) for `2/8`; raises ValueError with a sentence."""
    match = re.fullmatch("([1-9][0-9]{0,4})/([1-9][0-9]{0,4})", text)
    if not match or int(match[1]) > int(match[2]):
        raise ValueError(f'not a shard: "{_shown(text)}". Write 2/8 for the second of eight.')
    return int(match[1]), int(match[2])


def group(problems: Iterable[Problem]) -> list[str]:
    """Return `lines 3-4: x` for what is wrong on several lines, in the order of the first."""
    places: dict[str, list[int]] = {}
    for line, text in sorted(set(problems)):
        places.setdefault(text, []).append(line)
    return [f"{_places(lines)}: {text}" for text, lines in places.items()]


def _places(lines: list[int]) -> str:
    runs = groupby(enumerate(lines), key=lambda numbered: numbered[1] - numbered[0])
    spans = [[line for _, line in run] for _, run in runs]
    few = ", ".join(f"{s[0]}-{s[-1]}" if len(s) > 1 else f"{s[0]}" for s in spans[:FEW])
    more = f" and {len(spans) - FEW} other places" if len(spans) > FEW else ""
    return f"line{'s' if len(lines) > 1 else ''} {few}{more}"


def _column(name: str) -> str:
    """Return a column's name in its one spelling; what stands after `param.` is kie.ai's."""
    name = name.strip()
    if name[:6].lower() == "param.":
        return f"param.{name[6:].strip()}"
    return name.lower().replace("-", "_")


def _shown(text: str) -> str:
    return clip(text, 80)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in (*value, *value.values()) if isinstance(value, dict) else value:
            yield from _strings(part)


def _unsendable(texts: Iterable[str]) -> list[str]:
    found = any(map(_UNSENDABLE.search, texts))
    return ["a NUL or half a character, which no request can carry."] if found else []


def _is_key(value: str | None) -> bool:
    return value is not None and value.isprintable() and 1 <= len(value) <= LONGEST_KEY


def _text(cell: object) -> str | None:
    if isinstance(cell, bool | int | float):
        return json.dumps(cell)
    return cell if isinstance(cell, str) else None


def _texts(cell: object, *, apart: bool = False) -> list[str] | None:
    found: list[str] = []
    for one in cell if isinstance(cell, list) else [cell]:
        if not isinstance(one, str):
            return None
        found += map(str.strip, one.split("|")) if apart else [one]
    return found if all(found) else None


def _param(name: str, cell: object) -> str | tuple[str, object]:
    """Return a field and its value; as typed after -P if the name ends in the sign for that."""
    typed = cell if isinstance(cell, str) else json.dumps(cell)
    return f"{name}{typed}" if name.endswith((":=", "@")) else (name, cell)


def _expand(template: str, value_of: Callable[[str], str]) -> str:
    """Fill in the names in an odd number of braces; two around that are one to be written."""

    def put(match: re.Match[str]) -> str:
        left, name, right = match.groups()
        pairs = _pairs(match)
        inner = value_of(_column(name)) if pairs % 2 else name
        around = pairs // 2
        return f"{left[pairs:]}{'{' * around}{inner}{'}' * around}{right[pairs:]}"

    return _NAMES.sub(put, template)


def _pairs(match: re.Match[str]) -> int:
    return min(len(match[1]), len(match[3]))


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
