"""Write completions/ from the program itself and docs/completions/; with --check only compare."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import typer

from kie_cli.catalog.models import aliases, ids, load
from kie_cli.catalog.offers import offers
from kie_cli.cli import ALIASES, SETTINGS, names
from kie_cli.commands.help import TOPICS
from kie_cli.config.settings import FIELDS

HERE = Path(__file__).parent
SCRIPTS = ("kie.bash", "_kie", "kie.fish", "kie.ps1")
MADE = "Made from the program by docs/make_completions.py; do not edit."
# By the words of a metavar; a flag of create that has choices depends on the model.
KINDS = {"FILE": "@files", "PATH": "@files", "MODEL": "@models"}
TASKS = {"TASK_ID": "@tasks", "INTENT": "@intents"}
_CHOICES = re.compile(r"[^:]*: ((?:[\w-]+, )+[\w-]+)\.")

Table = list[tuple[list[str], list[str]]]  # keys, and what is offered for any of them


class Command(NamedTuple):
    """A command, as Typer has it, by the words that call it."""

    words: tuple[str, ...]
    typed: Any

    @property
    def key(self) -> str:
        return " ".join(self.words)

    @property
    def summary(self) -> str:
        """The first sentence of its help, without the full stop."""
        first = (self.typed.help or "").strip().split("\n\n")[0]
        return " ".join(first.split()).rstrip(".")

    def params(self, kind: str) -> list[Any]:
        """Return its options or its arguments."""
        return [one for one in self.typed.params if one.param_type_name == kind]


def program() -> list[Command]:
    """Return all commands, groups before what is in them."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=SETTINGS)
    app.callback()(lambda: None)
    for name in names():
        module = importlib.import_module(f"kie_cli.commands.{name}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name=name)(module.run)
    return list(_walk((), typer.main.get_command(app)))


def _walk(words: tuple[str, ...], typed: Any) -> Iterator[Command]:
    if words:
        yield Command(words, typed)
    for name, inner in getattr(typed, "commands", {}).items():
        yield from _walk((*words, name), inner)


def words_table(commands: list[Command]) -> Table:
    """Return what is offered where, the models' values apart."""
    table: Table = []
    groups: dict[str, list[str]] = {}
    for one in commands:
        groups.setdefault(" ".join(one.words[:-1]), []).append(_line(one.words[-1], one.summary))
    groups[""] += [_line(alias, f"the same as {name}") for alias, name in ALIASES.items()]
    table += [([f"commands {key}"], lines) for key, lines in groups.items()]
    also = {name: alias for alias, name in ALIASES.items()}
    options: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for one in commands:
        if one.key in groups:
            continue
        keys = [one.key, *([also[one.key]] if one.key in also else [])]
        flags = [
            _line(flag, option.help or "")
            for option in one.params("option")
            for flag in sorted((*option.opts, *option.secondary_opts), key=len, reverse=True)
        ]
        shown = "Show the help."
        table.append(([f"flags {key}" for key in keys], [*flags, _line("--help", shown)]))
        for option in one.params("option"):
            if kind := _of_option(one, option):
                for flag in option.opts:
                    by_kind = options.setdefault(flag, {})
                    by_kind.setdefault(tuple(kind), []).extend(keys)
        for place, argument in enumerate(one.params("argument")):
            many = argument.nargs != 1
            table.append(([f"argument {key} {'*' if many else place}" for key in keys],
                          _of_argument(argument)))  # fmt: skip
    by_offer: dict[tuple[str, ...], list[str]] = {}
    for flag, by_kind in options.items():
        same = len(by_kind) == 1 and not _has_other_meaning(commands, flag)
        for kind, keys in by_kind.items():
            by_offer.setdefault(kind, []).extend(f"option {k} {flag}" for k in "*" * same or keys)
    table += [(keys, list(kind)) for kind, keys in by_offer.items()]
    table.append((["keys"], [_line(name, field.help) for name, field in FIELDS.items()]))
    table.append((["models"], [*map(_model_line, ids()), *map(_alias_line, aliases())]))
    return table


def values_table() -> dict[str, Table]:
    """Return the values of each flag, by model; of all models where none is named."""
    per_flag: dict[str, dict[tuple[str, ...], list[str]]] = {}
    every: dict[str, dict[str, None]] = {}
    for name, models in {**{one: [one] for one in ids()}, **aliases()}.items():
        found: dict[str, dict[str, None]] = {}
        for model in filter(None, map(load, models)):
            for flag, words in offers(model).items():
                found.setdefault(flag, {}).update(dict.fromkeys(words))
        for flag, unique in found.items():
            every.setdefault(flag, {}).update(unique)
            per_flag.setdefault(flag, {}).setdefault(tuple(unique), []).append(name)
    tables = {
        flag: [(names, list(words)) for words, names in by_words.items()]
        for flag, by_words in sorted(per_flag.items())
    }
    for flag, table in tables.items():
        if flag != "--param":
            table.append(([""], sorted(every[flag], key=_natural)))
    return tables


def _of_option(command: Command, option: Any) -> list[str]:
    """Return what is offered for a flag's value; nothing for a flag that takes none."""
    if option.is_flag:
        return []
    flag = max(option.opts, key=len)
    if flag in VALUES and any("--model" in other.opts for other in command.params("option")):
        return ["@values", flag]
    if flag == "--model":
        return ["@models"]
    return _known(option) or ["@none"]


def _of_argument(argument: Any) -> list[str]:
    return ["@keys"] if argument.metavar == "KEY" else _known(argument) or ["@none"]


def _known(param: Any) -> list[str]:
    choices = getattr(param.type, "choices", None)
    if choices:
        return [str(getattr(one, "value", one)) for one in choices]
    words = set(re.findall(r"[A-Z_]+", param.metavar or ""))
    tasks = [kind for word, kind in TASKS.items() if word in words]
    if tasks:
        return tasks
    for word, kind in KINDS.items():
        if word in words:
            return [kind]
    if "TOPIC" in words:
        return [*TOPICS, *names()]
    told = _CHOICES.fullmatch(param.help or "")
    return told[1].split(", ") if told else []


def _has_other_meaning(commands: list[Command], flag: str) -> bool:
    """Tell whether some command has this flag without a value."""
    every = (option for one in commands for option in one.params("option"))
    return any(flag in option.opts and option.is_flag for option in every)


def _natural(word: str) -> tuple[object, ...]:
    return (*(int(part) if part.isdigit() else -1 for part in re.split(r"\D+", word)), word)


def _model_line(model_id: str) -> str:
    model = load(model_id)
    return _line(model_id, f"{model.media}, {model.vendor}" if model else "")


def _alias_line(alias: str) -> str:
    return _line(alias, f"short for {aliases()[alias][0]}")


def _line(word: str, meaning: str) -> str:
    plain = " ".join(meaning.split()).rstrip(".")
    return f"{word}\t{plain}" if plain else word


# One dialect each.


def _quoted(text: str, escape: Callable[[str], str]) -> str:
    return text if re.fullmatch(r"[\w./:@,+-]*[\w/:,+]", text) else f"'{escape(text)}'"


def _posix(text: str) -> str:
    return _quoted(text, lambda raw: raw.replace("'", "'\\''"))


def _in_fish(text: str) -> str:
    return _quoted(text, lambda raw: raw.replace("\\", "\\\\").replace("'", "\\'"))


def _pattern(key: str) -> str:
    return "*".join(f"'{part}'" if part else "" for part in key.split("*")) or "''"


def _posix_cases(table: Table, *, meanings: bool) -> Iterator[str]:
    for keys, found in table:
        # Of more than 100 words zsh shows none, and to cut them off would be half of a Tab.
        bare = not meanings or len(found) > 100
        shown = [line.split("\t")[0] for line in found] if bare else found
        yield f"    {'|'.join(map(_pattern, keys))}) offers=({' '.join(map(_posix, shown))}) ;;"
    yield "    *) offers=() ;;"


def posix(table: Table, values: dict[str, Table], *, meanings: bool) -> str:
    """Return the two functions for bash (which shows no meanings) and zsh."""
    lines = ["_kie_offers() {", "  case $1 in"]
    lines += _posix_cases(table, meanings=meanings)
    lines += ["  esac", "}", "_kie_values() {", "  offers=()", "  case $1 in"]
    for flag, per_model in values.items():
        lines += [f"    {flag}) case $2 in"]
        lines += (f"  {line}" for line in _posix_cases(per_model, meanings=False))
        lines += ["    esac ;;"]
    return "\n".join([*lines, "  esac", "}"])


def _fish_cases(table: Table, step: str) -> Iterator[str]:
    for keys, found in table:
        yield f"{step}case {' '.join(repr(key) for key in keys)}"
        yield f"{step}    string join \\n -- {' '.join(map(_in_fish, found))}"


def fish(table: Table, values: dict[str, Table]) -> str:
    """Return the two functions for fish."""
    step = "        "
    lines = ["function __kie_offers", '    switch "$argv[1]"', *_fish_cases(table, step)]
    lines += ["    end", "end", "function __kie_values", '    switch "$argv[1]"']
    for flag, per_model in values.items():
        lines += [f"{step}case {flag}", f'{step}    switch "$argv[2]"']
        lines += [*_fish_cases(per_model, step + "        "), f"{step}    end"]
    return "\n".join([*lines, "    end", "end"])


def _in_powershell(words: Iterable[str]) -> str:
    return ", ".join("'{}'".format(word.replace("'", "''").replace("\t", "`t")) for word in words)


def powershell(table: Table, values: dict[str, Table]) -> str:
    """Return the two script blocks for PowerShell: the meaning stands behind a tab."""
    tabbed = [[line.replace("\t", "\\t") for line in found] for _, found in table]
    lines = ["$KieOffers = {", "    param($key)", "    $found = @(switch -Wildcard ($key) {"]
    for (keys, _), found in zip(table, tabbed, strict=True):
        lines += [f"        '{key}' {{ {_in_powershell(found)}; break }}" for key in keys[:1]]
        lines += [f"        '{key}' {{ & $KieOffers '{keys[0]}'; break }}" for key in keys[1:]]
    lines += ["    })", "    $found | ForEach-Object { $_.Replace('\\t', \"`t\") }", "}"]
    lines += ["$KieTable = @{}", "foreach ($row in @("]
    rows = [
        f"    @('{flag}', '{' '.join(keys)}', '{' '.join(found)}')"
        for flag, per_model in values.items()
        for keys, found in per_model
    ]
    lines += [",\n".join(rows), ")) {"]
    lines += ["    foreach ($model in $row[1].Split(' ')) {"]
    lines += ['        $KieTable["$($row[0]) $model"] = $row[2]', "    }", "}"]
    lines += [
        "$KieValues = {",
        "    param($flag, $model)",
        '    $found = $KieTable["$flag $model"]',
    ]
    return "\n".join([*lines, "    if ($found) { $found.Split(' ') }", "}"])


VALUES = values_table()


def scripts() -> dict[str, str]:
    """Return the text of each script by its name."""
    table = words_table(program())
    tables = {
        "kie.bash": posix(table, VALUES, meanings=False),
        "_kie": posix(table, VALUES, meanings=True),
        "kie.fish": fish(table, VALUES),
        "kie.ps1": powershell(table, VALUES),
    }
    return {
        name: (HERE / "completions" / name)
        .read_text("ascii")
        .replace("@made@", MADE)
        .replace("@tables@", tables[name])
        for name in SCRIPTS
    }


if __name__ == "__main__":
    for name, text in scripts().items():
        file = HERE.parent / "completions" / name
        if "--check" not in sys.argv:
            file.write_text(text, encoding="ascii")
        elif not file.exists() or file.read_text("ascii") != text:
            sys.exit(f"{file} is not what the program says: python docs/make_completions.py")
