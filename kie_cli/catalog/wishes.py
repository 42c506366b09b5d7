"""From what was asked for to the fields of one model: which model, which field, in which shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from kie_cli.catalog.models import FLAGS, MEDIA_FLAGS, aliases, load
from kie_cli.catalog.values import show
from kie_cli.core.media import LocalFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kie_cli.catalog.models import Model

IMAGE_FLAGS = ("image", "first_frame", "last_frame", "reference")
_USUAL = {name: {"field": name} for name in FLAGS if name not in (*MEDIA_FLAGS, "count")}


class Wishes(NamedTuple):
    """
    What was asked for, before any model is looked at.

    `base` is the --input object; `flags` (words of catalog/models.py FLAGS; a tuple for those
    that take files) win over it, and `params` (name, value, is JSON) over both. A file stands
    in a value as a LocalFile.
    """

    flags: Mapping[str, Any] = {}
    params: tuple[tuple[str, object, bool], ...] = ()
    base: Mapping[str, object] = {}


class Source(NamedTuple):
    """Where a value was written, in the words of the person who wrote it."""

    name: str
    sign: str

    def of(self, value: object) -> str:
        """Return `--aspect-ratio 16x9`."""
        sign = "@" if isinstance(value, LocalFile) and self.sign != " " else self.sign
        return f"{self.name}{sign}{show(value)}"


@dataclass(slots=True)
class Placed:
    """Each field's value, where it was written, and what found no place."""

    values: dict[str, object]
    sources: dict[str, Source]
    problems: list[str]
    warnings: list[str]


def choose_model(named: str | None, default: str, wishes: Wishes) -> tuple[str, str | None]:
    """
    Return the id to use, and what to say when it is not the one that was given.

    A short name is the newest of its family, with or without an image as the wishes bring one;
    the default without an image gives way to its twin; an id that was named is never changed.
    """
    asked = default if named is None else named
    if asked in aliases():
        plain, with_image = (aliases()[asked] * 2)[:2]
        chosen = with_image if brings_image(with_image, wishes) else plain
        return chosen, f"{asked}: using {chosen}."
    model = None if named is not None or brings_image(default, wishes) else load(default)
    if model and model.twin and (image := model.route("image")) and image.required:
        return model.twin, f"No image: using {model.twin}."
    return asked, None


def brings_image(model_id: str, wishes: Wishes) -> bool:
    """Tell whether an image comes along, be it by a flag, --param or --input."""
    model = load(model_id)
    flags = model.flags if model else {}
    fields = {flags[flag]["field"] for flag in IMAGE_FLAGS if flag in flags}
    names = {path_of(name)[0] for name, _, _ in wishes.params}
    names |= {key.strip() for key in wishes.base}
    return any(wishes.flags.get(flag) for flag in IMAGE_FLAGS) or bool(fields & names)


def place(model_id: str, model: Model | None, wishes: Wishes) -> Placed:
    """Put every wish into its field; a flag without a field to go to is a problem."""
    values = {key.strip(): value for key, value in wishes.base.items()}
    sources = {name: Source(f"--input {show(name)}", "=") for name in values}
    twice = sorted({show(key) for key in wishes.base if key != key.strip() in wishes.base})
    placed = Placed(values, sources, [f"--input {key}: it is given twice." for key in twice], [])
    routes: Mapping[str, Mapping[str, Any]] = model.flags if model and model.checked else _USUAL
    for flag in FLAGS:
        value = wishes.flags.get(flag)
        if value is None or value == ():
            continue
        source = Source(as_typed(flag), " ")
        route = routes.get(flag)
        if route is None:
            placed.problems.append(f"{source.name}: {_nowhere(model_id, model, flag)}")
        elif route.get("ambiguous"):
            placed.problems.append(f"{source.name}: {_ambiguous(model_id, model, route)}")
        elif (other := sources.get(route["field"])) and other.sign == " ":
            both = f"{other.name} and {source.name} both fill {route['field']}"
            placed.problems.append(f"{both} of {model_id}: give one of them.")
        else:
            values[route["field"]] = _shaped(model, route, value)
            sources[route["field"]] = source
    _place_params(wishes, placed)
    return placed


def _shaped(model: Model | None, route: Mapping[str, Any], value: Any) -> object:
    """Return the value of a flag as its field wants it: one, a list, objects, its own word."""
    if isinstance(value, tuple):
        if route.get("shape") == "objects":
            return [{route["object_key"]: one} for one in value]
        return value[0] if len(value) == 1 and route.get("shape") != "list" else list(value)
    known = model.field(route["field"]) if model else None
    if known and value in (known.enum or ()):
        return value
    words = {word.casefold(): own for word, own in route.get("map", {}).items()}
    return words.get(str(value).strip().casefold(), value)


def _place_params(wishes: Wishes, placed: Placed) -> None:
    given = set()
    for name, value, is_json in wishes.params:
        path = path_of(name)
        source = Source(f"--param {show(name)}", ":=" if is_json else "=")
        if not all(path):
            placed.problems.append(f"{source.of(value)}: a field needs a name.")
            continue
        if name in given:
            placed.warnings.append(f"{source.name}: given more than once; the last one counts.")
        elif path[0] in placed.sources and len(path) == 1 and placed.sources[path[0]].sign == " ":
            flag = placed.sources[path[0]].name
            placed.warnings.append(f"{source.name}: it counts, and {flag} does not.")
        given.add(name)
        placed.sources[path[0]] = source
        inner = placed.values
        for step in path[:-1]:
            old = inner.get(step, {})
            if not isinstance(old, dict):
                text = f"{source.name}: it would replace {step}, which was given as {show(old)}."
                placed.problems.append(text)
            new: dict[str, object] = dict(old) if isinstance(old, dict) else {}
            inner[step] = new
            inner = new
        inner[path[-1]] = value


def _nowhere(model_id: str, model: Model | None, flag: str) -> str:
    """Return why a flag leads nowhere, and what to do instead."""
    if model is None or not model.checked:
        return (
            f"which field of {show(model_id)} takes that is not known. "
            "Name it: --param FIELD@FILE or --param FIELD=URL"
        )
    what = {"first_frame": "first frame", "reference": "reference image"}.get(flag)
    takes = f"{model.id} takes no {what or flag.replace('_', ' ')}"
    twin = model.other()
    if twin and flag in twin.flags:
        return f"{takes}; {twin.id} does."
    has = ", ".join(as_typed(other) for other in FLAGS if other in model.flags) or "--param only"
    return f"{takes} (it has {has}; all of it: kie models {model.id})."


def _ambiguous(model_id: str, model: Model | None, route: Mapping[str, Any]) -> str:
    names = [route["field"], *route.get("alternatives", ())]
    flags = [(model.flag_of(name) if model else None) or "--param" for name in names]
    ways = [f"{name} ({flag})" for name, flag in zip(names, flags, strict=True)]
    return f"{model_id} takes an image as {' or as '.join(ways)}: say which."


def as_typed(flag: str) -> str:
    """Return `--first-frame` for first_frame."""
    return f"--{flag.replace('_', '-')}"


def path_of(name: str) -> list[str]:
    """Return the steps of a dotted name."""
    return [step.strip() for step in name.split(".")]
