"""Which fields go together: the branches of a model's input, and its rules across fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kie_cli.catalog.models import narrowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kie_cli.catalog.models import Field, Model

_EMPTY: tuple[object, ...] = (None, "", [])


class Chosen(NamedTuple):
    """The fields as the branch that was chosen limits them, or the fault that none was."""

    fields: tuple[Field, ...]
    fault: str | None = None


def choose_branch(model: Model, values: Mapping[str, object]) -> Chosen:
    """
    Return the fields of `model` for input like `values`.

    A branch is chosen by its media and earlier tasks: exactly those that are given (oneOf), or
    some of them (anyOf); where two branches take the same ones, by how many.
    """
    if not model.branches:
        return Chosen(model.fields)
    choosing = {field.name for field in model.fields if field.is_media or field.role == "task_ref"}
    keys = [choosing & set(branch["required"]) for branch in model.branches]
    given = {name for name in set().union(*keys) if values.get(name, None) not in _EMPTY}
    if model.branches[0]["kind"] == "anyOf":
        fits = [b for b, key in zip(model.branches, keys, strict=True) if key <= given]
        return Chosen(as_in(model, fits[0]) if fits else model.fields)
    fits = [b for b, key in zip(model.branches, keys, strict=True) if key == given]
    if len(fits) > 1:
        fits = [branch for branch in fits if _counts_fit(branch, values)]
        if not fits:
            counts = _spoken(_counts(model.branches, name) for name in sorted(given))
            named = ", ".join(sorted(given))
            return Chosen(model.fields, f"{named}: {model.id} takes {counts}.")
    if len(fits) != 1:
        ways = _spoken(f"{' and '.join(b['required'])} ({b['name']})" for b in model.branches)
        named = f"{', '.join(sorted(given))}: they do not go together; " if given else ""
        return Chosen(model.fields, f"{named}{model.id} takes {ways}.")
    fields, known = as_in(model, fits[0]), fits[0].get("fields")
    if known and (strange := [n for n in values if model.field(n) and n not in known]):
        text = f"{', '.join(strange)}: {model.id} takes no such field with {fits[0]['name']}."
        return Chosen(fields, text)
    return Chosen(fields)


def as_in(model: Model, branch: Mapping[str, Any]) -> tuple[Field, ...]:
    """Return all fields of a model as one of its branches limits them; {} limits none."""
    limits, required = branch.get("limits", {}), branch.get("required", ())
    return tuple(
        narrowed(field, limits.get(field.name, {}), required=field.name in required)
        for field in model.fields
    )


def broken_rules(model: Model, values: Mapping[str, object]) -> list[tuple[str, bool]]:
    """Return a sentence for each rule that `values` break, and whether it is a refusal."""
    found = []
    for rule in model.rules:
        # Branches of which one fits say the same in more detail.
        if rule["kind"] == "exactly_one" and any(b["kind"] == "oneOf" for b in model.branches):
            continue
        if names := _broken(rule, values, model):
            text = f"{', '.join(names)}: {rule['text']} ({model.id})."
            found.append((text, rule["level"] == "refuse"))
    return found


def waived(model: Model, values: Mapping[str, object]) -> set[str]:
    """Return the fields that are not required beside what is given."""
    return {
        rule["field"]
        for rule in model.rules
        if rule["kind"] == "waives" and _present(rule["when_present"], values)
    }


def holds(when: Mapping[str, Sequence[object]], values: Mapping[str, object]) -> bool:
    """Tell whether `values` are as `when` says: null for absent, "*" for any value."""
    return all(_is_one_of(values.get(name), wanted) for name, wanted in when.items())


def _is_one_of(value: object, wanted: Sequence[object]) -> bool:
    if value in _EMPTY:
        return None in wanted
    truth = isinstance(value, bool)  # True is no 1 here
    return "*" in wanted or any(value == one and truth == isinstance(one, bool) for one in wanted)


def _broken(rule: Mapping[str, Any], values: Mapping[str, object], model: Model) -> list[str]:
    """Return the fields that a broken rule is about; none when it is kept."""
    name = rule.get("field", "")
    value = values.get(name)
    match rule["kind"]:
        case "forbid":
            return [*rule["when"]] if holds(rule["when"], values) else []
        case "not_with":
            left, right = _present(rule["fields"], values), _present(rule["others"], values)
            return left + right if left and right else []
        case "needs":
            return [n for n in rule["all_of"] if value not in _EMPTY and values.get(n) in _EMPTY]
        case "at_least_one":
            return [] if _present(rule["fields"], values) else [*rule["fields"]]
        case "exactly_one":
            return _not_exactly_one(rule["sets"], values, model)
        case "max_total_items":
            lists = [values.get(field) for field in rule["fields"]]
            total = sum(len(items) if isinstance(items, list) else 1 for items in lists if items)
            return _present(rule["fields"], values) if total > rule["max"] else []
        case "max_items_when":
            over = isinstance(value, list) and len(value) > rule["max"]
            return [name, *rule["when"]] if over and holds(rule["when"], values) else []
        case "max_when":
            over = isinstance(value, (int, float)) and value > rule["max"]
            return [name] if over and holds(rule["when"], values) else []
        case "required_when":
            return [name] if value in _EMPTY and holds(rule["when"], values) else []
        case "empty_when":
            return [name] if value not in _EMPTY and holds(rule["when"], values) else []
        case "max_total_chars":
            items = value if isinstance(value, list) else []
            texts = (item.get(rule["key"]) for item in items if isinstance(item, dict))
            return [name] if sum(len(str(text or "")) for text in texts) > rule["max"] else []
    return []  # waives, or a kind that this kie does not know yet


def _not_exactly_one(
    sets: Sequence[Sequence[str]], values: Mapping[str, object], model: Model
) -> list[str]:
    common = set(sets[0]).intersection(*sets[1:])
    known = {field.name for field in model.fields if field.default is not None} | common
    telling = [[name for name in names if name not in known] for names in sets]
    touched = [names for names in telling if _present(names, values)]
    if len(touched) == 1:
        return [name for name in touched[0] if values.get(name) in _EMPTY]
    return [name for names in touched or telling for name in names]


def _present(names: Iterable[str], values: Mapping[str, object]) -> list[str]:
    return [name for name in names if values.get(name) not in _EMPTY]


def _counts_fit(branch: Mapping[str, Any], values: Mapping[str, object]) -> bool:
    for name, limits in branch.get("limits", {}).items():
        value = values.get(name)
        count = len(value) if isinstance(value, list) else 1
        if value is not None and not (
            limits.get("min_items", 0) <= count <= limits.get("max_items", count)
        ):
            return False
    return True


def _counts(branches: Iterable[Mapping[str, Any]], name: str) -> str:
    told = ((b.get("limits", {}).get(name, {}).get("max_items"), b["name"]) for b in branches)
    return _spoken(f"{most or 'any number'} ({branch})" for most, branch in told)


def _spoken(ways: Iterable[str]) -> str:
    return ", or ".join(ways)
