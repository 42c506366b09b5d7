"""Write docs/kie.1, the man page, from the program's own help; --check only compares."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from textwrap import wrap
from typing import Any

from make_completions import Command, program

from kie_cli.commands.common import COMMON
from kie_cli.commands.help import page as help_page
from kie_cli.config.settings import FIELDS

PAGE = Path(__file__).with_name("kie.1")
NAME = "make images, video and sound with kie.ai"
MADE = '.\\" Made from the program by docs/make_man.py; do not edit.'


def page() -> Iterator[str]:
    """Yield the lines of the page in mdoc(7), the date apart."""
    yield from [".Dt KIE 1", ".Os", ".Sh NAME", ".Nm kie", f".Nd {NAME}"]
    yield from [".Sh SYNOPSIS", ".Nm", ".Ar command", ".Op Ar options", ".Nm", ".Fl -version"]
    yield ".Sh DESCRIPTION"
    promise, steps = help_page("kie").split("\n\n")[:2]
    yield from _prose(f"{promise}\n\n\b\n{steps}")
    commands = [one for one in program() if not hasattr(one.typed, "commands")]
    yield ".Sh OPTIONS OF EVERY COMMAND"
    yield from _options([o for o in commands[0].params("option") if o.name in COMMON])
    yield ".Sh COMMANDS"
    for one in commands:
        yield from _command(one)
    yield ".Sh SETTINGS"
    yield from _text("They are kept by kie config; the environment and flags win over them.")
    yield from _list((name, field.help) for name, field in FIELDS.items())
    yield ".Sh ENVIRONMENT"
    yield from _topic("environment")
    yield ".Sh EXIT STATUS"
    yield from _topic("exit-codes")
    for name in ("scripting", "sandbox"):
        yield f".Sh {name.upper()}"
        yield from _topic(name)
    yield from [".Sh SEE ALSO", _line("https://docs.kie.ai, https://kie.ai/logs")]


def _command(one: Command) -> Iterator[str]:
    yield f".Ss kie {one.key}"
    usage = " ".join(_metavar(argument) for argument in one.params("argument"))
    yield from [f".Nm kie {one.key}", *([f".Ar {_word(usage)}"] if usage else []), ".Op Ar options"]
    yield ".Pp"
    yield from _prose(one.typed.help or "")
    yield from _options([o for o in one.params("option") if o.name not in COMMON])


def _options(options: list[Any]) -> Iterator[str]:
    """Yield a list of flags."""
    found = [
        (
            " , ".join(f"Fl {flag[1:]}" for flag in sorted(option.opts, key=len))
            + ("" if option.is_flag else f" Ar {_word(_metavar(option))}"),
            option.help or "",
        )
        for option in options
    ]
    if found:
        yield ".Bl -tag -width Ds"
        for head, text in found:
            yield from [f".It {head}", *_text(text)]
        yield ".El"


def _list(rows: Iterator[tuple[str, str]]) -> Iterator[str]:
    yield ".Bl -tag -width Ds"
    for head, text in rows:
        yield from [f".It {_word(head)}", *_text(text)]
    yield ".El"


def _metavar(param: Any) -> str:
    choices = getattr(param.type, "choices", None)
    if choices:
        return "|".join(str(getattr(one, "value", one)) for one in choices)
    return param.metavar or param.name.upper()


def _prose(text: str) -> Iterator[str]:
    r"""Yield a help text: its paragraphs, and as they are those that begin with \b."""
    paragraphs = [one for one in text.strip().split("\n\n") if one.strip()]
    for number, paragraph in enumerate(paragraphs):
        head, _, rest = paragraph.partition("\b\n")
        if rest:
            yield from _literal(rest)
        else:
            yield from [".Pp"] * (number > 0 and "\b" not in paragraphs[number - 1])
            yield from _text(head)


def _topic(name: str) -> Iterator[str]:
    """Yield a page of kie help without its title."""
    yield from _literal(help_page(name).partition("\n")[2])


def _literal(text: str) -> Iterator[str]:
    yield from [".Bd -literal", *map(_line, text.strip("\n").splitlines()), ".Ed"]


def _text(text: str) -> Iterator[str]:
    """Yield running text: a sentence begins on a line of its own."""
    for sentence in re.split(r"(?<=[.!?])\s+", text.strip()):
        yield from map(_line, wrap(sentence, 70, break_long_words=False, break_on_hyphens=False))


def _line(text: str) -> str:
    """Return one line of text: no macro, no escape."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("\N{EN DASH}", "\\(en")
    plain = plain.replace("\N{MULTIPLICATION SIGN}", "\\(mu")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain


def _word(text: str) -> str:
    """Return one argument of a macro: no blank, bracket or macro in it means anything."""
    return '"\\&{}"'.format(_line(text).replace('"', "\\(dq"))


if __name__ == "__main__":
    body = "\n".join([MADE, *page(), ""])
    old, _, kept = PAGE.read_text("ascii").partition("\n") if PAGE.exists() else ("", "", "")
    if "--check" in sys.argv:
        if kept != body:
            sys.exit("docs/kie.1 is not what the program says: python docs/make_man.py")
    elif kept != body:  # the date is that of the last change
        today = datetime.now(UTC)
        PAGE.write_text(f".Dd {today:%B} {today.day}, {today.year}\n{body}", encoding="ascii")
