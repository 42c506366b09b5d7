"""
What kie.ai tells live of its models, as Models: the list, and the OpenAPI document of one.

Pure, and safe for any JSON: what cannot be used is left out. Of one model live facts win for
fields, types, choices, limits and prices; the record of the package for all that kie.ai does
not tell, or labels wrongly: media, tasks, vendor, flags, rules, files, output.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from kie_cli.catalog.models import FLAGS, LIMITS, MEDIA_FLAGS, Field, Model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

CREATE = "/api/v1/jobs/createTask"
DEEPEST = 64  # references in a row
WORK = 5000  # schemas looked at in one document
LARGEST = 10**15  # no limit of a field is beyond it
# Field names that kie.ai uses, by what they mean; where a model has two, the first one counts.
NAMES = {
    role: names.split()
    for role, names in {
        "prompt": "prompt text content",
        "negative_prompt": "negative_prompt negative_tags",
        "image": "image_url image_urls input_urls image_input image input_image files_url file_url",
        "mask": "mask_url reference_mask_urls mask_indexs",
        "video": "video_url video_urls reference_video_urls video_list first_clip_url "
        "reference_video",
        "audio": "audio_url audio_urls reference_audio_urls upload_url driving_audio_url voice_url "
        "reference_voice verify_url upload_url_list",
        "first_frame": "first_frame_url first_frame first_frame_image_url",
        "last_frame": "last_frame_url end_image_url tail_image_url last_frame_image_url",
        "reference_image": "reference_image_urls reference_image image_references",
        "aspect_ratio": "aspect_ratio image_size ratio",
        "resolution": "resolution image_resolution output_resolution quality size mode",
        "duration": "duration n_frames",
        "count": "num_images n max_images",
        "seed": "seed seeds",
        "task_ref": "task_id taskId",
    }.items()
}
_ROLES = {name: role for role, names in NAMES.items() for name in names}
# What these mean is told by the look of their choices: 2K, 16:9.
_TIERS = {"quality", "size", "mode"}
_LOOKS = {"resolution": re.compile("[0-9]+[kKpP]"), "aspect_ratio": re.compile("[0-9]+:[0-9]+")}
_PRESET = re.compile("(landscape|portrait)_([0-9]+)_([0-9]+)")
_TYPES = ("string", "integer", "number", "boolean", "array", "object")
_BOUNDS = {
    "min": "minimum", "max": "maximum", "min_length": "minLength", "max_length": "maxLength",
    "min_items": "minItems", "max_items": "maxItems",
}  # fmt: skip
_MAKES = {
    word: media
    for media, words in {
        "image": "image images photo",
        "video": "video sync avatar animation",
        "audio": "audio music song speech voice sound effects",
        "text": "text chat lyrics",
    }.items()
    for word in words.split()
}
_MEDIA_ROLES = {"image", "first_frame", "last_frame", "reference_image", "mask", "video", "audio"}
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


class NotCreateTask(ValueError):
    """kie.ai takes this model at another place than createTask: `path`."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def model_from(model_id: str, openapi: object, bundled: Model | None = None) -> Model:
    """
    Return the model as its live document and its record describe it.

    Where the document says nothing of the input the record stays as it is; without one the
    model is not `checked`. Raises NotCreateTask.
    """
    known = bundled or Model(model_id, (), {}, status="new", checked=False)
    document = _Document(openapi)
    body = document.body()
    whole = document.whole(document.parts(body).get("input"))
    fields, branches = _read(document, whole, known)
    if not fields:
        return known
    names = _by_name(fields)
    flags = _flags([field for field in fields if known.field(field.name) is None])
    flags |= {
        flag: _reshaped(route, by_name)
        for flag, route in known.flags.items()
        if (by_name := names.get(route["field"]))
    }
    return replace(
        known,
        fields=fields,
        branches=branches,
        flags={flag: flags[flag] for flag in FLAGS if flag in flags},
        rules=tuple(rule for rule in known.rules if _names_in(rule) <= names.keys()),
        callback="callBackUrl" in document.parts(body),
        checked=True,
    )


def listed(entry: Mapping[str, Any], seen: str) -> Model:
    """Return what an entry of the live list, seen on the date `seen`, tells of a new model."""
    labels = entry.get("taskType")
    labels = labels if isinstance(labels, list) else [labels]
    tasks = tuple("-".join(label.lower().split()) for label in labels if isinstance(label, str))
    words = [word for task in tasks for word in reversed(task.split("-"))]
    model = Model(
        entry["model"],
        (),
        {},
        vendor=entry["provider"] if isinstance(entry.get("provider"), str) else "",
        media=next((_MAKES[word] for word in words if word in _MAKES), ""),
        tasks=tasks,
        status="new",
        facts={"live_listing": seen},
        checked=False,
    )
    return priced(model, entry.get("pricingDesc"), seen)


def priced(model: Model, text: object, seen: str) -> Model:
    """Return the model with the price that the live list of the date `seen` tells."""
    if not isinstance(text, str) or not text.strip():
        return model
    price = {"text": text, "seen": seen, "certainty": "live listing"}
    return replace(
        model, price={**(model.price or {}), **price} if same_price(model, text) else price
    )


def same_price(model: Model, text: str) -> bool:
    """Tell whether the known rates may be those of a price text: it has their numbers."""
    price = model.price or {}
    told = _numbers(price.get("text", ""))
    rates = {float(rate["credits"]) for rate in price.get("rates", ())}
    return not rates or (rates & told or told) <= _numbers(text)


def _numbers(text: str) -> set[float]:
    return set(map(float, _NUMBER.findall(text.replace(",", ""))))


def differences(old: Model, new: Model) -> list[str]:
    """Return what changed in a model's input, a line each: "resolution: now takes 4K"."""
    lines = [line for field in old.fields for line in _changes(field, new.field(field.name))]
    before, now = _needed(old), _needed(new)
    names = [field.name for field in old.fields if new.field(field.name)]
    lines += [f"{name}: now required" for name in names if name in now - before]
    lines += [f"{name}: no longer required" for name in names if name in before - now]
    lines += [
        f"{field.name}: new{', required' * (field.name in now)} ({field.type})"
        for field in new.fields
        if old.field(field.name) is None
    ]
    if _shapes(old.branches, _by_name(old.fields)) != _shapes(new.branches, _by_name(new.fields)):
        lines.append("which fields go together has changed")
    if old.checked and not new.checked:
        lines.append("kie.ai no longer tells what it takes")
    return lines


def _needed(model: Model) -> set[str]:
    """Return the fields that the model requires in any case."""
    return {field.name for field in model.fields if field.required} | _common(model.branches)


def _changes(old: Field, new: Field | None) -> Iterator[str]:
    if new is None:
        yield f"{old.name}: gone"
        return
    if new.type != old.type:
        yield f"{old.name}: {new.type}, was {old.type}"
    if new.enum is None or old.enum is None:
        if new.enum != old.enum:
            choices = ", ".join(map(str, new.enum or ())) or "any value"
            yield f"{old.name}: now takes {choices}"
    else:
        for words, left, right in (
            ("now takes", new.enum, old.enum),
            ("no longer takes", old.enum, new.enum),
        ):
            if changed := [str(one) for one in left if one not in right]:
                yield f"{old.name}: {words} {', '.join(changed)}"
    for limit in LIMITS:
        before, now = old.limits.get(limit), new.limits.get(limit)
        if before != now:
            told = ["none" if value is None else str(value) for value in (now, before)]
            yield f"{old.name}: {limit} {told[0]}, was {told[1]}"
    if new.items != old.items:
        yield f"{old.name}: what its items are has changed"


class _Document:
    """An OpenAPI document of any quality; what is not where it should be is empty."""

    def __init__(self, root: object) -> None:
        self._root = root
        self._left = WORK

    def body(self) -> dict[str, Any]:
        """Return the schema of the body of createTask; raises NotCreateTask."""
        paths = _dict(_dict(self._root).get("paths"))
        if paths and CREATE not in paths:
            raise NotCreateTask(str(next(iter(paths))))
        post = _dict(_dict(paths.get(CREATE)).get("post"))
        content = _dict(self.whole(post.get("requestBody")).get("content"))
        return self.whole(_dict(content.get("application/json")).get("schema"))

    def parts(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return the properties of a schema, by their names without stray blanks."""
        found = _dict(schema.get("properties"))
        return {name.strip(): part for name, part in found.items() if name.strip()}

    def whole(self, schema: object, deep: int = 0) -> dict[str, Any]:
        """Return a schema with what it refers to and what it is made of (allOf) put into it."""
        self._left -= 1
        if not isinstance(schema, dict) or deep > DEEPEST or self._left < 0:
            return {}
        made_of = [self._find(schema.get("$ref")), *_list(schema.get("allOf"))]
        parts = [self.whole(part, deep + 1) for part in made_of if part is not None]
        if not parts:
            return schema
        parts.append({key: value for key, value in schema.items() if key not in {"$ref", "allOf"}})
        return {
            **_merged(parts),
            "properties": _merged(_dict(part.get("properties")) for part in parts),
            "required": [name for part in parts for name in _names(part)],
        }

    def options(self, schema: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
        """Return the alternatives of a schema, without null: `kind` is oneOf or anyOf."""
        found = [self.whole(option) for option in _list(schema.get(kind))]
        return [option for option in found if option and option.get("type") != "null"]

    def item(self, schema: object, deep: int = 0) -> dict[str, Any]:
        """Return the JSON Schema of an item, in the words that kie checks."""
        whole = self.whole(schema)
        found = {word: whole[word] for word in _BOUNDS.values() if _is_limit(whole.get(word))}
        if kind := _type(whole, ()):
            found["type"] = kind
        if choices := [one for one in _list(whole.get("enum")) if isinstance(one, str)]:
            found["enum"] = choices
        found |= {word: whole[word] for word in ("format", "default") if word in whole}
        if deep < 5:  # the deepest of kie.ai's own are lists of lists of lists
            if parts := self.parts(whole):
                found["properties"] = {n: self.item(part, deep + 1) for n, part in parts.items()}
            if "items" in whole:
                found["items"] = self.item(whole["items"], deep + 1)
        if needed := _names(whole):
            found["required"] = needed
        return found

    def _find(self, ref: object) -> object:
        if not isinstance(ref, str) or not ref.startswith("#/"):
            return None
        node = self._root
        for step in ref[2:].split("/"):
            # Keys are percent-encoded, or end in a blank, often on one side only.
            by_name = {_plain(key): inner for key, inner in _dict(node).items()}
            node = _dict(node).get(step, by_name.get(_plain(step)))
        return node


def _read(
    document: _Document, whole: dict[str, Any], known: Model
) -> tuple[tuple[Field, ...], tuple[Mapping[str, Any], ...]]:
    """Return the fields of an input, and the branches that it has."""
    kind, options = "oneOf", document.options(whole, "oneOf")
    if not options:
        kind, options = "anyOf", document.options(whole, "anyOf")
    base, own = document.parts(whole), [document.parts(option) for option in options]

    def field(name: str, schema: object) -> Field:
        return _field(document, name, document.whole(schema), known.field(name))

    versions = [{name: field(name, part) for name, part in parts.items()} for parts in own]
    fields = {name: field(name, part) for name, part in base.items()}
    for name in dict.fromkeys(name for version in versions for name in version):
        fields.setdefault(name, _widest([one[name] for one in versions if name in one]))
    branches: tuple[Mapping[str, Any], ...] = tuple(
        _branch(kind, number, option, version, fields, base)
        for number, (option, version) in enumerate(zip(options, versions, strict=True), 1)
    )
    needed = set(_names(whole)) | _common(branches)
    if _shapes(branches, fields) == _shapes(known.branches, _by_name(known.fields)):
        branches = known.branches
    elif not _tellable(branches, fields.values()):
        branches = ()
    return tuple(replace(one, required=one.name in needed) for one in fields.values()), branches


def _field(document: _Document, name: str, schema: dict[str, Any], old: Field | None) -> Field:
    """Return a field; `old` gives what the live schema does not tell."""
    ways = [*document.options(schema, "anyOf"), *document.options(schema, "oneOf")]
    if len(ways) == 1:
        schema, ways = {**ways[0], **schema}, []
    every = [schema, *ways]
    choices = tuple(choice for way in every for choice in _choices(way))
    kind = next((kind for way in every if (kind := _type(way, choices))), "")
    kind = kind or (old.type if old else "string")
    item = document.item(schema.get("items")) if kind == "array" else {}
    plain = item.keys() <= {"type", "format"} and item.get("type", "string") == "string"
    limits = {ours: schema[word] for ours, word in _BOUNDS.items() if _is_limit(schema.get(word))}
    known = old or Field(name, kind, False, _role(name, kind, schema, choices))
    told = {key: value for key, value in known.limits.items() if key.endswith("_described")}
    enum = choices or (known.enum if known.is_open else None)
    default = schema.get("default")
    if default is None and (not enum or known.default in enum):
        default = known.default
    return replace(
        known,
        type=kind,
        enum=enum,
        is_open=known.is_open if known.enum or not enum else any(not _choices(w) for w in ways),
        default=default,
        limits={k: v for k, v in told.items() if k.removesuffix("_described") not in limits}
        | limits,
        items=None if plain else item,
    )


def _type(schema: Mapping[str, Any], choices: Sequence[Any]) -> str | None:
    said = schema.get("type")
    for kind in said if isinstance(said, list) else [said]:
        if kind in _TYPES:
            return str(kind)
    if "properties" in schema or "items" in schema:
        return "object" if "properties" in schema else "array"
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    return kinds[type(choices[0])] if choices else None


def _role(name: str, kind: str, schema: Mapping[str, Any], choices: Sequence[Any]) -> str:
    if name in _TIERS:
        looks = (r for r, look in _LOOKS.items() if any(look.fullmatch(str(c)) for c in choices))
        return next(looks, "option")
    role = _ROLES.get(name, "option")
    if role == "option" and (schema.get("format") == "uri" or name.endswith(("url", "urls"))):
        role = next((one for one in ("mask", "video", "audio", "image") if one in name), role)
    holds = ("string", "array") if role in _MEDIA_ROLES else _TYPES
    return role if kind in holds and (role, kind) != ("prompt", "array") else "option"


def _widest(found: list[Field]) -> Field:
    """Return a field of several branches, as wide as all of them together."""
    first = found[0]
    enums = [one.enum for one in found if one.enum]
    every = dict.fromkeys(choice for enum in enums for choice in enum)
    ends = {word: min if word.startswith("min") else max for word in first.limits}
    return replace(
        first,
        enum=tuple(every) if len(enums) == len(found) else None,
        is_open=any(one.is_open for one in found),
        default=first.default if all(one.default == first.default for one in found) else None,
        limits={
            word: end(one.limits[word] for one in found)
            for word, end in ends.items()
            if all(word in one.limits for one in found)
        },
    )


def _branch(
    kind: str,
    number: int,
    option: Mapping[str, Any],
    version: Mapping[str, Field],
    fields: Mapping[str, Field],
    base: Iterable[str],
) -> dict[str, Any]:
    title = option.get("title")
    branch: dict[str, Any] = {
        "kind": kind,
        "name": title if isinstance(title, str) and title else f"way {number}",
        "required": [name for name in _names(option) if name in fields],
    }
    if version:
        branch["fields"] = sorted({*base, *version})
        narrow = {name: _narrowing(field, fields[name]) for name, field in version.items()}
        branch["limits"] = {name: limits for name, limits in narrow.items() if limits}
    return branch


def _narrowing(field: Field, wide: Field) -> dict[str, Any]:
    limits: dict[str, Any] = {
        k: v for k, v in field.limits.items() if wide.limits.get(k) != v and k in LIMITS
    }
    if field.enum and field.enum != wide.enum:
        limits["enum"] = list(field.enum)
    if field.default is not None and field.default != wide.default:
        limits["default"] = field.default
    return limits


def _tellable(branches: Iterable[Mapping[str, Any]], fields: Iterable[Field]) -> bool:
    """Tell whether files and earlier tasks say which branch is meant."""
    telling = {field.name for field in fields if field.is_media or field.role == "task_ref"}
    keys = [frozenset(telling & set(branch["required"])) for branch in branches]
    return len(set(keys)) == len(keys) and all(keys)


def _common(branches: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the fields that every branch requires."""
    needed = [set(branch["required"]) for branch in branches]
    return set.intersection(*needed) if needed else set()


def _shapes(branches: Iterable[Mapping[str, Any]], fields: Mapping[str, Field]) -> list[object]:
    """Return what counts of branches: no names, no order, no limits that their fields have."""
    common = _common(branches)
    return [
        (
            branch["kind"],
            set(branch["required"]) - common,
            fields.keys() - branch.get("fields", fields),
            {
                (name, word, str(limit))
                for name, limits in branch.get("limits", {}).items()
                for word, limit in limits.items()
                if word != "default" and (own := fields.get(name)) and own.limits.get(word) != limit
            },
        )
        for branch in branches
    ]


def _flags(fields: Iterable[Field]) -> dict[str, Mapping[str, Any]]:
    """Return the flags of fields that no record tells about, by the names they have."""
    found: dict[str, Mapping[str, Any]] = {}
    for flag in FLAGS:
        role = {"reference": "reference_image"}.get(flag, flag)
        order = [*NAMES[role], *(field.name for field in fields)]
        if fits := [field for field in fields if field.role == role]:
            found[flag] = _route(flag, min(fits, key=lambda field: order.index(field.name)))
    frames = [found[flag] for flag in ("first_frame", "reference") if flag in found]
    if frames and "image" not in found:
        other = [frame["field"] for frame in frames[1:]]
        found["image"] = {
            **frames[0],
            **({"ambiguous": True, "alternatives": other} if other else {}),
        }
    return found


def _route(flag: str, field: Field) -> dict[str, Any]:
    route: dict[str, Any] = {"field": field.name}
    inner = (field.items or {}).get("properties", {})
    if flag in MEDIA_FLAGS and inner:
        key = next((name for name in inner if name.endswith("url")), next(iter(inner)))
        return {**route, "shape": "objects", "object_key": key}
    if flag in MEDIA_FLAGS:
        return {**route, "shape": "list" if field.type == "array" else "single"}
    if flag == "aspect_ratio" and (words := _presets(field.enum or ())):
        route["map"] = words
    return route


def _presets(choices: Iterable[Any]) -> dict[str, str]:
    """Return the ratios that words stand for: {"9:16": "portrait_16_9"}."""
    words = {"square_hd": "1:1", "adaptive": "auto"}
    found = {words[choice]: choice for choice in choices if choice in words}
    for choice in choices:
        if match := _PRESET.fullmatch(str(choice)):
            way, long, short = match.groups()
            found[f"{long}:{short}" if way == "landscape" else f"{short}:{long}"] = choice
    return found


def _reshaped(route: Mapping[str, Any], field: Field) -> dict[str, Any]:
    """Return a flag of the record, with the shape that the field has now."""
    plain = route.get("shape") in {"list", "single"}
    return {**route, **({"shape": "list" if field.type == "array" else "single"} if plain else {})}


def _names_in(rule: Mapping[str, Any]) -> set[str]:
    """Return the fields that a rule is about."""
    lists = [rule.get(key, ()) for key in ("fields", "others", "all_of", "when", "when_present")]
    named = [*lists, *rule.get("sets", ()), [rule["field"]] if "field" in rule else []]
    return {name for names in named for name in names}


def _by_name(fields: Iterable[Field]) -> dict[str, Field]:
    return {field.name: field for field in fields}


def _choices(schema: Mapping[str, Any]) -> list[Any]:
    found = [schema["const"]] if "const" in schema else _list(schema.get("enum"))
    return [one for one in found if isinstance(one, str | int | float)]


def _names(schema: Mapping[str, Any]) -> list[str]:
    """Return the required names of a schema."""
    found = _list(schema.get("required"))
    return [name.strip() for name in found if isinstance(name, str) and name.strip()]


def _is_limit(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and -LARGEST <= value <= LARGEST  # type: ignore[operator]


def _merged(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {key: value for part in parts for key, value in part.items()}


def _plain(key: str) -> str:
    return unquote(key).replace("~1", "/").replace("~0", "~").strip()


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
