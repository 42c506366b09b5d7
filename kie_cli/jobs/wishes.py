"""Reading what a create asks for: flags, files, stdin."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kie_cli.catalog.values import show
from kie_cli.catalog.wishes import Wishes, as_typed
from kie_cli.context import Kie
from kie_cli.core.envelope import NotAnEnvelope, parse_json
from kie_cli.core.media import LocalFile
from kie_cli.errors import InputProblems
from kie_cli.jobs.files import local_file

PARAM = re.compile(r"([^=@]+?)(:=|=|@)(.*)", re.DOTALL)
Look = Callable[[str, list[str], str], LocalFile | None]
URL = re.compile(r"(?i)[a-z][a-z0-9+.-]*://|data:")


def read_wishes(
    kie: Kie,
    flags: Mapping[str, Any],
    prompt_file: str | None,
    params: Sequence[str | tuple[str, object]] | None,
    input_: str | Mapping[str, object] | None,
    look: Look | None = None,
) -> tuple[Wishes, list[str]]:
    """
    Return what the flags of `create` ask for, files looked at, and what is wrong so far.

    A param may be (name, JSON value) already, and `input_` the object itself. `-` stands for
    stdin in the prompt, `prompt_file` and `input_`. Raises InputProblems when two of them want
    it.
    """
    look = look or local_file
    prompt = flags.get("prompt")
    problems: list[str] = []
    if sum([prompt == "-", prompt_file == "-", input_ == "-"]) > 1:
        raise InputProblems(["Only one of --prompt, --prompt-file and --input can read stdin."])
    if prompt is not None and prompt_file is not None:
        problems.append("--prompt and --prompt-file: give one of them.")
    if prompt == "-":
        prompt_file = "-"
    if prompt_file is not None:
        text = read_text(
            kie, prompt_file, "--prompt" if prompt == "-" else "--prompt-file", problems
        )
        prompt = text.removesuffix("\n").removesuffix("\r") if text is not None else None

    given: dict[str, object] = {"prompt": prompt}
    for flag, wish in flags.items():
        if isinstance(wish, list):
            files = (v if URL.match(v) else look(v, problems, as_typed(flag)) for v in wish)
            given[flag] = tuple(one for one in files if one)
        elif flag != "prompt":
            given[flag] = wish

    fields: list[tuple[str, object, bool]] = []
    for param in params or []:
        if not isinstance(param, str):
            fields.append((*param, not isinstance(param[1], str)))
            continue
        match = PARAM.fullmatch(param)
        if not match:
            problems.append(f"--param {param}: write NAME=TEXT, NAME:=JSON or NAME@FILE.")
            continue
        name, sign, value = match.groups()
        if sign == "@":
            if file := look(value, problems, f"--param {name}@"):
                fields.append((name, file, False))
        elif sign == ":=":
            parsed, fault = _json(value.encode("utf-8", "surrogateescape"))
            if fault:
                problems.append(f"--param {name}:=: not JSON ({fault}).")
            else:
                fields.append((name, parsed, True))
        else:
            fields.append((name, value, False))

    base: Mapping[str, object] = {} if isinstance(input_, str | None) else input_
    if (
        isinstance(input_, str)
        and (text := read_text(kie, input_, "--input", problems)) is not None
    ):
        parsed, fault = _json(text.encode("utf-8", "surrogatepass"))
        if isinstance(parsed, dict) and isinstance(parsed.get("input"), dict):
            named = f", and --model {show(parsed['model'])}" if parsed.get("model") else ""
            problems.append(f"--input {input_}: a whole request; give its `input` alone{named}.")
        elif isinstance(parsed, dict):
            base = parsed
        else:
            problems.append(f"--input {input_}: not a JSON object{f' ({fault})' if fault else ''}.")
    return Wishes(given, tuple(fields), base), problems


def read_text(kie: Kie, path: str, flag: str, problems: list[str]) -> str | None:
    """Return the text of a file, or of stdin for `-`; None with a line in `problems`."""
    if path == "-":
        if kie.stdin is None:
            problems.append(f"{flag} -: stdin is closed.")
            return None
        if kie.stdin.isatty():
            if kie.no_input:
                problems.append(f"{flag} -: stdin is a terminal, and --no-input was given.")
                return None
            kie.output.note(f"Reading {flag} from the terminal; end with Ctrl-D.")
        try:
            return kie.stdin.buffer.read().decode(kie.stdin.encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            problems.append(f"{flag} -: the text is not {kie.stdin.encoding}.")
            return None
    if local_file(path, problems, flag) is None:
        return None
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:  # noqa: PTH123
            return stream.read()
    except UnicodeDecodeError:
        problems.append(f"{flag} {path}: the file is not UTF-8 text.")
        return None


def _json(text: bytes) -> tuple[Any, str | None]:
    try:
        return parse_json(text), None
    except NotAnEnvelope as error:
        return None, str(error)
