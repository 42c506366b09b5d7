"""From what was asked for to the `input` of a task, with every fault in it; pure."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from kie_cli.catalog.models import load, nearest_id
from kie_cli.core.hosts import is_private
from kie_cli.core.media import LocalFile
from kie_cli.core.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kie_cli.catalog.models import Field, Model

SHOWN = 80  # characters of a value in a message
DEEPEST = 64  # levels of lists and objects in a value; kie reads no deeper answers either
_USUAL = {name: {"field": name} for name in ("prompt", "aspect_ratio", "resolution")}
_TRUTH = dict.fromkeys(("true", "yes", "on", "1"), True)
_TRUTH |= dict.fromkeys(("false", "no", "off", "0"), False)
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?")
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object (NAME:=JSON)",
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """
    What was asked for, before any model is looked at.

    `base` is the --input object; flags win over it, and params (name, value, is JSON) over
    both. A file stands in `images` and in a param's value as a LocalFile.
    """

    images: tuple[str | LocalFile, ...] = ()
    prompt: str | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    params: tuple[tuple[str, object, bool], ...] = ()
    base: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Checked:
    """The `input` to send, LocalFiles still in it. Nothing may be sent while there are problems."""

    input: dict[str, object] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class _Source(NamedTuple):
    """Where a value was written, in the words of the person who wrote it."""

    name: str
    sign: str

    def of(self, value: object) -> str:
        """Return `--aspect-ratio 16x9`."""
        sign = "@" if isinstance(value, LocalFile) and self.sign != " " else self.sign
        return f"{self.name}{sign}{_show(value)}"


class _Fault(NamedTuple):
    text: str
    refused: bool = True


def choose_model(named: str | None, default: str, has_image: bool) -> tuple[str, str | None]:
    """
    Return the id to use, and what to say when the default gave way to its twin.

    A model that was named is never changed.
    """
    model = None if named is not None or has_image else load(default)
    if model and model.twin and (image := model.route("image")) and image.required:
        return model.twin, f"No image: using {model.twin}."
    return default if named is None else named, None


def brings_image(model_id: str, wishes: Wishes) -> bool:
    """Tell whether an image comes along, be it by --image, --param or --input."""
    model = load(model_id)
    target = model.route("image") if model else None
    names = {_path(name)[0] for name, _, _ in wishes.params} | {key.strip() for key in wishes.base}
    return bool(wishes.images) or (target is not None and target.name in names)


def build(model_id: str, model: Model | None, wishes: Wishes, *, validate: bool = True) -> Checked:
    """
    Put every wish into its field, fill what is required, and check all of it at once.

    Without `validate` refused values are sent as they were typed, with a warning. What has no
    field to go to, and what no JSON can carry, is refused even so.
    """
    near = nearest_id(model_id) if model is None else None
    if near and validate:  # what else is wrong is most likely what is wrong with the right id
        checked = build(near, load(near), wishes)
        checked.problems.insert(0, f"--model {_show(model_id)}: no such model.{_mean(near)}")
        return checked
    checked = Checked()
    if not model_id.strip() or _unsendable(model_id):
        checked.problems.append(f"--model {_show(model_id)}: not the name of a model.")
    elif model is None:
        checked.warnings.append(
            f"kie does not know {_show(model_id)}: its input is not checked.{_mean(near)}"
        )
    values, sources = _place(model_id, model, wishes, checked)
    faults: list[_Fault] = []
    for name, value in values.items():
        known = model.field(name) if model else None
        if reason := _unsendable({name: value}):
            checked.problems.append(f"{sources[name].name}: {reason}")
        elif model and known:
            coerced = _coerce(known.type, value)
            values[name] = value if coerced is None else _respell(coerced, known.enum)
            faults.extend(_faults(model, known, values[name], sources[name]))
        elif model:
            hint = _mean(nearest(name, (known.name for known in model.fields)))
            text = f"{model.id} has no such field that kie knows; sent as it is.{hint}"
            checked.warnings.append(f"{sources[name].of(value)}: {text}")
    if model:
        for known in model.fields:
            if known.required and values.get(known.name, []) == []:
                if known.default is None:
                    faults.append(_Fault(_missing(model, known)))
                else:
                    values[known.name] = known.default
        values = {
            known.name: values[known.name] for known in model.fields if known.name in values
        } | values
    checked.input = values
    for fault in faults:
        (checked.problems if fault.refused and validate else checked.warnings).append(fault.text)
    return checked


def files_in(value: object) -> list[LocalFile]:
    """Return the files in `value`, in order, each content once."""
    files: dict[str, LocalFile] = {}
    for leaf in _leaves(value):
        if isinstance(leaf, LocalFile):
            files.setdefault(leaf.sha256, leaf)
    return list(files.values())


def replace_files(value: Any, url: Callable[[LocalFile], str]) -> Any:
    """Return `value` with `url(file)` in the place of each file in it."""
    match value:
        case LocalFile():
            return url(value)
        case dict():
            return {key: replace_files(inner, url) for key, inner in value.items()}
        case list():
            return [replace_files(inner, url) for inner in value]
    return value


def _place(
    model_id: str, model: Model | None, wishes: Wishes, checked: Checked
) -> tuple[dict[str, object], dict[str, _Source]]:
    """Return each field's value and where it was written; a flag without a field is refused."""
    values = {key.strip(): value for key, value in wishes.base.items()}
    sources = {name: _Source(f"--input {_show(name)}", "=") for name in values}
    routes: Mapping[str, Mapping[str, Any]] = model.flags if model else _USUAL
    for wish in ("image", "prompt", "aspect_ratio", "resolution"):
        source = _Source(f"--{wish.replace('_', '-')}", " ")
        value = list(wishes.images) or None if wish == "image" else getattr(wishes, wish)
        if value is not None and wish not in routes:
            checked.problems.append(f"{source.name}: {_nowhere(model_id, model, wish)}")
        elif value is not None:
            target = routes[wish]["field"]
            alone = wish == "image" and len(value) == 1 and routes[wish].get("shape") != "list"
            values[target] = value[0] if alone else value
            sources[target] = source
    given = set()
    for name, value, is_json in wishes.params:
        path = _path(name)
        source = _Source(f"--param {_show(name)}", ":=" if is_json else "=")
        if not all(path):
            checked.problems.append(f"{source.of(value)}: a field needs a name.")
            continue
        if name in given:
            checked.warnings.append(f"{source.name}: given more than once; the last one counts.")
        elif path[0] in sources and len(path) == 1 and sources[path[0]].sign == " ":
            flag = sources[path[0]].name
            checked.warnings.append(f"{source.name}: it counts, and {flag} does not.")
        given.add(name)
        sources[path[0]] = source
        inner = values
        for step in path[:-1]:
            old = inner.get(step)
            new: dict[str, object] = dict(old) if isinstance(old, dict) else {}
            inner[step] = new
            inner = new
        inner[path[-1]] = value
    return values, sources


def _faults(model: Model, known: Field, value: object, source: _Source) -> Iterator[_Fault]:
    """Find what is wrong with the value of one field."""
    if _coerce(known.type, value) is None:
        yield _Fault(f"{source.of(value)}: {model.id} takes {_TYPES[known.type]} here.")
        return
    if known.enum and value not in known.enum:
        yield _Fault(f"{source.of(value)}: {_not_one_of(model, known, value)}")
    if isinstance(value, str):
        yield from _text_faults(model, known, value, source)
    if isinstance(value, list) and known.max_items and len(value) > known.max_items:
        yield _Fault(
            f"{source.name}: {len(value)} given; {model.id} takes at most "
            f"{known.max_items} ({known.name})."
        )
    if not known.is_media:
        for file in files_in(value):
            yield _Fault(f"{source.of(file)}: {known.name} takes no file.")
        return
    for item in value if isinstance(value, list) else [value]:
        for fault in (
            _file_faults(model, known, item) if isinstance(item, LocalFile) else _url_faults(item)
        ):
            yield fault._replace(text=f"{source.of(item)}: {fault.text}")


def _not_one_of(model: Model, known: Field, value: object) -> str:
    choices = [str(choice) for choice in known.enum or ()]
    takes = f"{model.id} takes {', '.join(choices)}."
    twin = model.other()
    other = twin.field(known.name) if twin else None
    if twin and other and _respell(value, other.enum) in (other.enum or ()):
        needs = "this needs an image" if twin.route("image") else "this goes without an image"
        return f"{needs}; {twin.id} takes it. {takes}"
    return takes + _mean(nearest(value, choices) if isinstance(value, str) else None)


def _text_faults(model: Model, known: Field, text: str, source: _Source) -> Iterator[_Fault]:
    length, least, most = len(text), known.min_length_described, known.max_length
    if known.role == "prompt" and not text.replace("\ufeff", "").strip():
        yield _Fault(f"{source.name}: it is blank; {model.id} needs words.")
    elif least and length < least:
        said = f"{length} characters; {model.id} is said to want at least {least}."
        yield _Fault(f"{source.name}: {said}", refused=False)
    if most and length > most:
        yield _Fault(f"{source.name}: {length} characters; {model.id} takes at most {most}.")


def _file_faults(model: Model, known: Field, file: LocalFile) -> Iterator[_Fault]:
    if known.kinds and file.kind not in known.kinds:
        what = "an image" if known.role == "image" else "a file"
        but = f" ({file.kind})" if file.kind else ""
        kinds = ", ".join(known.kinds)
        yield _Fault(f"not {what} that {model.id} takes{but}; it takes {kinds}.")
    size = f"{file.size} bytes; {model.id} takes at most {known.max_mb} MB"
    if known.max_bytes is not None and file.size > known.max_bytes:
        yield _Fault(f"{size}.")
    elif known.safe_bytes is not None and file.size > known.safe_bytes:
        yield _Fault(f"{size}; kie.ai may count 1000000 bytes as one.", refused=False)


def _url_faults(value: object) -> Iterator[_Fault]:
    if not isinstance(value, str):
        yield _Fault("neither a file nor a URL.")
        return
    try:
        url = urlsplit(value)
        plain = url.scheme in {"http", "https"} and bool(url.hostname)
    except ValueError:
        plain = False
    if value[:5].casefold() == "data:":
        yield _Fault("a URL is needed, not a data: URI. Name the file itself: it is uploaded.")
    elif not plain or re.search(r"[\x00-\x20\x7f]", value):
        yield _Fault("not an http(s) URL.")
    elif "@" in url.netloc:
        yield _Fault("kie passes on no URL with a user name or password in it.")
    elif is_private(url.hostname or ""):
        yield _Fault(
            "kie.ai cannot reach that host. Name the file itself: it is uploaded.", refused=False
        )


def _coerce(kind: str, value: object) -> object:
    """Return `value` as the type `kind`, or None when it is nothing of that kind."""
    match kind, value:
        case ("string", str() | LocalFile()) | ("array", list()) | ("object", dict()):
            return value
        case "array", str() | LocalFile():
            return [value]
        case "boolean", str() | int():
            return _TRUTH.get(str(value).strip().casefold())
        case "string" | "integer" | "number", _:
            number = _number(value)
            if number is None or kind == "number":
                return number
            whole = int(number) if number % 1 == 0 else None
            if kind == "integer":
                return whole
            return str(number if whole is None else whole)
    return None


def _number(value: object) -> int | float | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value) if re.search("[.eE]", value) else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return None if value in {math.inf, -math.inf} else value


def _respell(value: object, choices: tuple[Any, ...] | None) -> object:
    """Return `value` in the spelling of `choices` (1k -> 1K), or as it is."""
    if not choices or value in choices or not isinstance(value, str):
        return value
    folded = {str(choice).casefold(): choice for choice in choices}
    return folded.get(value.strip().casefold(), value)


def _missing(model: Model, known: Field) -> str:
    flag = next((flag for flag, route in model.flags.items() if route["field"] == known.name), None)
    how = f"--{flag.replace('_', '-')}" if flag else f"--param {known.name}=..."
    twin = model.other() if known.role == "image" else None
    without = f" Without an image: --model {twin.id}" if twin else ""
    return f"{known.name} is missing: {model.id} needs it ({how}).{without}"


def _nowhere(model_id: str, model: Model | None, wish: str) -> str:
    """Return why the flag for `wish` leads nowhere, and what to do instead."""
    if model is None:
        return (
            f"which field of {_show(model_id)} takes images is not known. "
            "Name it: --param FIELD@FILE or --param FIELD=URL"
        )
    twin = model.other()
    does = f"; {twin.id} does" if twin and wish in twin.flags else ""
    return f"{model.id} takes no {wish.replace('_', ' ')}{does}."


def _path(name: str) -> list[str]:
    return [step.strip() for step in name.split(".")]


def _mean(hint: str | None) -> str:
    return f" Did you mean {hint}?" if hint else ""


def _show(value: object) -> str:
    """Return `value` as part of one line: paths whole, texts cut, without a URL's password."""
    match value:
        case LocalFile():
            return value.path
        case list():
            return "[...]"
        case dict():
            return "{...}"
        case str():
            text = re.sub("(?<=//)[^/?#]*@", "...@", value)
            return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
    return json.dumps(value)


def _unsendable(value: object) -> str | None:
    """Return why no request can carry `value`, whatever the model, or None."""
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inner(outer)]
    if level:
        return f"lists and objects in it are nested more than {DEEPEST} deep."
    for leaf in _leaves(value):
        if isinstance(leaf, float) and not math.isfinite(leaf):
            return f"{leaf} is no number that JSON can carry."
        if isinstance(leaf, str) and (bad := re.search("[\x00\ud800-\udfff]", leaf)):
            return f"character {bad.start() + 1} is U+{ord(bad[0]):04X}, which cannot be sent."
    return None


def _leaves(value: object) -> Iterator[object]:
    """Walk through lists and objects, keys included, in order."""
    if not isinstance(value, list | dict):
        yield value
    for inner in _inner(value):
        yield from _leaves(inner)


def _inner(value: object) -> list[Any]:
    if isinstance(value, dict):
        return [part for pair in value.items() for part in pair]
    return value if isinstance(value, list) else []
