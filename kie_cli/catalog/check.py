"""From what was asked for to the `input` of a task, with every fault in it; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from kie_cli.catalog.models import ids, load, nearest_id
from kie_cli.catalog.rules import broken_rules, choose_branch, waived
from kie_cli.catalog.values import TYPES, coerce, conform, files_in, respell, show, unsendable
from kie_cli.catalog.wishes import Source, as_typed, choose_model, place
from kie_cli.core.hosts import is_private
from kie_cli.core.media import LocalFile
from kie_cli.core.suggest import nearest
from kie_cli.core.task import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kie_cli.catalog.models import Field, Model
    from kie_cli.catalog.wishes import Wishes

MB = 1_000_000  # bytes; kie.ai says "10 MB" and not which: 1024 * 1024 is its other reading
FEW = 24  # choices that a message lists


@dataclass(slots=True)
class Checked:
    """The `input` to send, LocalFiles still in it. Nothing may be sent while there are problems."""

    input: dict[str, object] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class _Fault(NamedTuple):
    text: str
    refused: bool = True


def build(model_id: str, model: Model | None, wishes: Wishes, *, validate: bool = True) -> Checked:
    """
    Put every wish into its field, fill what is required, and check all of it at once.

    Without `validate` refused values are sent as they were typed, with a warning. What has no
    field to go to, and what no JSON can carry, is refused even so.
    """
    near = nearest_id(model_id) if model is None else None
    if near and validate:  # what else is wrong is most likely what is wrong with the right id
        likely = choose_model(near, near, wishes)[0]
        checked = build(likely, load(likely), wishes)
        checked.problems.insert(0, f"--model {show(model_id)}: no such model.{_mean(near)}")
        return checked
    checked = Checked()
    if not model_id.strip() or unsendable(model_id):
        checked.problems.append(f"--model {show(model_id)}: not the name of a model.")
    elif kin := _kin(model_id) if model is None and validate else None:
        checked.problems.append(f"--model {model_id}: no such model. There are {', '.join(kin)}.")
    elif doubt := _doubt(model_id, model, near):
        checked.warnings.append(doubt)
    placed = place(model_id, model, wishes)
    values, sources = placed.values, placed.sources
    checked.problems += placed.problems
    checked.warnings += placed.warnings
    reasons = {name: unsendable({name: value}) for name, value in values.items()}
    for name, reason in reasons.items():
        if reason:
            checked.problems.append(f"{sources[name].name}: {reason}")
    if model and model.checked:
        faults = list(_settle(model, values, sources, {n for n in reasons if not reasons[n]}))
        order = [known.name for known in model.fields if known.name in values]
        values = {name: values[name] for name in order} | values
        for fault in faults:
            refused = fault.refused and validate
            (checked.problems if refused else checked.warnings).append(fault.text)
    checked.input = values
    return checked


def _kin(model_id: str) -> list[str]:
    """Return the models whose ids begin with a name that is none itself: kling-2.6."""
    return [known for known in ids() if known.startswith(f"{model_id}/")]


def _doubt(model_id: str, model: Model | None, near: str | None) -> str | None:
    """Return what makes it doubtful that kie.ai takes this model as kie knows it."""
    if model is None:
        return f"kie does not know {show(model_id)}: its input is not checked.{_mean(near)}"
    if not model.checked:
        return f"kie.ai does not tell what {model.id} takes: its input is not checked."
    if model.status == "delisted":
        return f"{model.id} is no longer in kie.ai's list; it may be refused."
    if model.status == "newer":
        when = model.facts.get("reported", "")
        return f"{model.id} was reported {when}, and is not in the list that kie knows."
    return None


def _settle(
    model: Model, values: dict[str, object], sources: Mapping[str, Source], sendable: set[str]
) -> Iterator[_Fault]:
    """Coerce, fill and check `values` in place, those that are `sendable`; yield what is wrong."""
    for name, value in values.items():
        known = model.field(name)
        if known is None:
            hint = _mean(nearest(name, (known.name for known in model.fields)))
            text = f"{model.id} has no such field that kie knows; sent as it is.{hint}"
            yield _Fault(f"{sources[name].of(value)}: {text}", refused=False)
        elif name in sendable:
            coerced = coerce(known.type, value)
            values[name] = value if coerced is None else respell(coerced, known.enum)
            if known.items and isinstance(coerced, list):
                values[name] = [conform(known.items, item) for item in coerced]
    fields, fault = choose_branch(model, values)
    free = waived(model, values)
    for known in fields:
        if known.name in sendable:
            yield from _faults(model, known, values[known.name], sources[known.name])
    for known in fields:
        if not known.required or known.name in free or _is_given(known, values):
            continue
        only = known.enum[0] if known.enum and len(known.enum) == 1 else None
        filler = known.default if known.default is not None else only
        if filler is None or known.role == "prompt":
            if known.name not in values or known.role != "prompt":
                yield _Fault(_missing(model, known))
        else:
            values[known.name] = filler
    if fault:
        yield _Fault(fault)
    for text, refused in broken_rules(model, values):
        yield _Fault(text, refused)


def _is_given(known: Field, values: Mapping[str, object]) -> bool:
    """Tell whether a required field has a value; no text and no files are none."""
    value = values.get(known.name, "")
    return value != "" and not (known.is_media and value == [])


def _faults(model: Model, known: Field, value: object, source: Source) -> Iterator[_Fault]:
    """Find what is wrong with the value of one field."""
    chosen = bool(known.enum) and not known.is_open and isinstance(value, str)
    if coerce(known.type, value) is None and not chosen:  # of choices it is no choice
        single = isinstance(value, list) and known.is_media
        takes = f"one file here ({known.name})" if single else f"{TYPES[known.type]} here"
        yield _Fault(f"{source.of(value)}: {model.id} takes {takes}.")
        return
    if known.enum and value not in known.enum:
        yield _Fault(
            f"{source.of(value)}: {_not_one_of(model, known, value, source)}", not known.is_open
        )
    elif known.role == "prompt" and isinstance(value, str) and _is_blank(value):
        if known.required:
            yield _Fault(f"{source.name}: it is blank; {model.id} needs words.")
    else:
        yield from _limit_faults(model, known, value, source)
    if known.items and isinstance(value, list):
        for number, item in enumerate(value):
            for place, reason in _item_faults(known.items, item, f"{known.name}[{number}]"):
                whole = f" Say it whole: --param {known.name}:=[...]" if source.sign == " " else ""
                yield _Fault(f"{source.name}: {place} {reason}.{whole}")
    if not known.is_media:
        for file in files_in(value) if known.type not in {"array", "object"} else ():
            yield _Fault(f"{source.of(file)}: {known.name} takes no file.")
        return
    for item in value if isinstance(value, list) else [value]:
        for one in _links(item, known):
            for fault in (
                _file_faults(model, known, one)
                if isinstance(one, LocalFile)
                else _url_faults(one, known.schemes)
            ):
                yield fault._replace(text=f"{source.of(one)}: {fault.text}")
    if (most := known.file.get("total_mb")) and (total := _size(value)) > most * MB:
        text = f"{source.name}: {total} bytes together; {model.id} takes at most {amount(most)} MB."
        yield _Fault(text, refused=total > most * 1024 * 1024)


def _choice(choice: object) -> str:
    return choice if isinstance(choice, str) else show(choice)


def _not_one_of(model: Model, known: Field, value: object, source: Source) -> str:
    words = model.flags.get(source.name[2:].replace("-", "_"), {}).get("map", {})
    choices = [*words, *(_choice(one) for one in known.enum or () if one not in words)]
    named = known.name in source.name or as_typed(known.name) in source.name
    if len(choices) > FEW:
        listed = f"one of {len(choices)} (kie models {model.id})"
    else:
        listed = ", ".join(choices)
    takes = f"{model.id} takes {listed}{'' if named else f' ({known.name})'}."
    if known.is_open:
        takes = f"{takes} It may take others: sent as it is."
    twin = model.other()
    other = twin.field(known.name) if twin else None
    if twin and other and respell(value, other.enum) in (other.enum or ()):
        needs = "this needs an image" if twin.route("image") else "this goes without an image"
        return f"{needs}; {twin.id} takes it. {takes}"
    return takes + _mean(nearest(value, choices) if isinstance(value, str) else None)


def _limit_faults(model: Model, known: Field, value: object, source: Source) -> Iterator[_Fault]:
    match value:
        case str() if not known.limits.keys() & {"min_described", "max_described"}:
            measure, unit, ending = len(value), "characters", "_length"
        case list():
            measure, unit, ending = len(value), "given", "_items"
        case bool() | dict() | LocalFile():
            return
        case _ if value in known.special:
            return
        case _:  # a number, or a text that is to hold one
            measure, unit, ending = coerce("number", value), "", ""  # type: ignore[assignment]
            if measure is None:
                return
    limits = known.limits
    shown = f"{measure} {unit}".strip()
    head = f"{source.name}: {shown}" if unit else source.of(value)
    tail = f" ({known.name})" if not unit or ending == "_items" else ""
    for word, sign, most in ((f"max{ending}", 1, "most"), (f"min{ending}", -1, "least")):
        limit, told = limits.get(word), limits.get(f"{word}_described")
        if limit is not None and sign * measure > sign * limit:
            yield _Fault(f"{head}; {model.id} takes at {most} {amount(limit)}{tail}.")
        elif told is not None and sign * measure > sign * told:
            text = f"{head}; {model.id} is said to want at {most} {amount(told)}{tail}."
            yield _Fault(text, refused=False)
    step = limits.get("multiple_of_described")
    if step and not ending and measure % step:
        text = f"{head}; {model.id} is said to want a multiple of {amount(step)}{tail}."
        yield _Fault(text, refused=False)


def _item_faults(schema: Mapping[str, Any], value: object, place: str) -> Iterator[tuple[str, str]]:
    """Find what in one item of a list breaks its JSON Schema, the few words of it that are used."""
    kind = schema.get("type")
    if kind and (value is None or coerce(kind, value) is None):
        yield place, f"must be {TYPES[kind].partition(' (')[0]}"
        return
    if (choices := schema.get("enum")) and value not in choices:
        yield (
            place,
            f"must be one of {_list(choices)}{_mean(nearest(str(value), map(str, choices)))}",
        )
    measure = len(value) if isinstance(value, str | list) else value
    unit = " characters long" if isinstance(value, str) else " long" * isinstance(value, list)
    if isinstance(measure, int | float):
        for word in ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"):
            sign, bound = (1, "most") if word.startswith("max") else (-1, "least")
            if word in schema and sign * measure > sign * schema[word]:
                yield (
                    place,
                    f"is {amount(measure)}{unit}; at {bound} {amount(schema[word])} is taken",
                )
    if isinstance(value, dict):
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{place}.{name}", "is missing"
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield from _item_faults(inner, value[name], f"{place}.{name}")
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            yield from _item_faults(schema["items"], item, f"{place}[{number}]")


def _list(choices: Sequence[Any]) -> str:
    return ", ".join(map(str, choices[:FEW])) + (" ..." if len(choices) > FEW else "")


def _links(item: object, known: Field) -> Iterable[object]:
    """Return what in one item of a media field has to be a file or a URL."""
    if not isinstance(item, dict):
        return [item]
    links = {
        name
        for name, inner in (known.items or {}).get("properties", {}).items()
        if inner.get("format") == "uri"
    }
    return [value for name, value in item.items() if name in links]


def _size(value: object) -> int:
    items = value if isinstance(value, list) else [value]
    return sum(item.size for item in items if isinstance(item, LocalFile))


def _is_blank(text: str) -> bool:
    return not text.replace("\ufeff", "").strip()


def _file_faults(model: Model, known: Field, file: LocalFile) -> Iterator[_Fault]:
    kinds, most = known.file.get("kinds"), known.file.get("max_mb")
    if kinds and file.kind not in kinds:
        what = "an image" if known.role == "image" else "a file"
        but = f" ({file.kind})" if file.kind else ""
        yield _Fault(f"not {what} that {model.id} takes{but}; it takes {', '.join(kinds)}.")
    if most is not None and file.size > most * MB:
        size = f"{file.size} bytes; {model.id} takes at most {amount(most)} MB"
        if file.size > most * 1024 * 1024:
            yield _Fault(f"{size}.")
        else:
            yield _Fault(f"{size}; kie.ai may count 1000000 bytes as one.", refused=False)
    if file.pixels:
        yield from _pixel_faults(known.file, file.pixels)


def _pixel_faults(limits: Mapping[str, Any], pixels: tuple[int, int]) -> Iterator[_Fault]:
    """Find how a picture differs from what kie.ai's pages say of its size: prose, so a warning."""
    width, height = pixels
    for word, least, most, said in (
        ("px", min(pixels), max(pixels), "px a side"),
        ("pixels", width * height, width * height, "pixels in all"),
        ("ratio", width / height, width / height, "times as wide as high"),
    ):
        low, high = limits.get(word, (None, None))
        if (low is not None and least < low) or (high is not None and most > high):
            span = " to ".join(f"{amount(end)}" for end in (low, high) if end is not None)
            bound = "" if None not in {low, high} else "at least " if high is None else "at most "
            yield _Fault(
                f"{width} x {height}; {bound}{span} {said} are said to be wanted.", refused=False
            )


def _url_faults(value: object, schemes: Sequence[str]) -> Iterator[_Fault]:
    if not isinstance(value, str):
        yield _Fault("neither a file nor a URL.")
        return
    try:
        url = urlsplit(value)
        plain = url.scheme in schemes and bool(url.hostname)
    except ValueError:
        plain = False
    if value[:5].casefold() == "data:":
        yield _Fault("a URL is needed, not a data: URI. Name the file itself: it is uploaded.")
    elif not plain or re.search(r"[\x00-\x20\x7f]", value):
        more = [f"{scheme}://" for scheme in schemes if scheme not in {"http", "https"}]
        yield _Fault(f"not an http(s){' or '.join(['', *more])} URL.")
    elif "@" in url.netloc:
        yield _Fault("kie passes on no URL with a user name or password in it.")
    elif url.scheme in {"http", "https"} and is_private(url.hostname or ""):
        yield _Fault(
            "kie.ai cannot reach that host. Name the file itself: it is uploaded.", refused=False
        )


def _missing(model: Model, known: Field) -> str:
    form = {"array": ":=[...] or :=[]", "object": ":={...}", "boolean": "=true or =false"}
    how = model.flag_of(known.name) or f"--param {known.name}{form.get(known.type, '=...')}"
    twin = model.other() if known.role == "image" else None
    without = f" Without an image: --model {twin.id}" if twin else ""
    choices = f": {_list(known.enum)}" if known.enum else ""
    return f"{known.name} is missing: {model.id} needs it ({how}{choices}).{without}"


def _mean(hint: object) -> str:
    return f" Did you mean {hint}?" if hint else ""
