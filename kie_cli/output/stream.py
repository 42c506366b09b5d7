"""One standard stream: judged for itself, written plainly, never with a secret in it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import TextIO

from kie_cli.core.secret import Secret
from kie_cli.output.text import paint

_BEARER = re.compile(r'(Bearer )[^\s"\\]{16,}')
_CI = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "TEAMCITY_VERSION")
# What a CI job takes as a command, on stdout and on stderr: `::name::` where a line begins, and
# anywhere in it `##[name]`, `##vso[`, `##teamcity[` (actions/runner, ActionCommand.cs).
_COMMAND = re.compile(r"^(\s*):(?=:)|##(?=\w*\[)", re.MULTILINE)


_ADDRESS = re.compile(r"(?:https?|file)://[\x21-\x7e]+")


class StreamLost(Exception):
    """The line `text` could not be written. `gone`: because the reader went away."""

    def __init__(self, reason: str, *, gone: bool, text: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.gone = gone
        self.text = text


class Stream:
    """Standard output or standard error. `color` is auto, always or never."""

    def __init__(self, raw: TextIO | None, environ: Mapping[str, str], color: str = "auto") -> None:
        self.raw = raw
        self.terminal = raw is not None and not raw.closed and raw.isatty()
        capable = self.terminal and environ.get("TERM") not in {"dumb", "unknown"}
        self._in_ci = any(environ.get(name, "").lower() not in {"", "0", "false"} for name in _CI)
        self.animated = capable and not self._in_ci  # also where a job has a terminal
        self.unicode = "utf" in (getattr(raw, "encoding", None) or "").lower()
        self.colored = color == "always" or (
            color == "auto"
            and not environ.get("NO_COLOR")
            and (capable or bool(environ.get("FORCE_COLOR")))
        )
        # Links are decoration, as colour is; the console of Linux has none.
        self._links = self.animated and self.colored and environ.get("TERM", "linux") != "linux"
        self.secrets: list[Secret] = []

    @property
    def usable(self) -> bool:
        """Whether there is anything to write to."""
        if self.raw is None or self.raw.closed:
            return False
        try:
            os.fstat(self.raw.fileno())
        except OSError as error:
            return error.errno is None  # a stream in memory has no file behind it
        return True

    @property
    def width(self) -> int:
        """The columns of the terminal; 80 where there is none."""
        try:
            return os.get_terminal_size(self.raw.fileno()).columns if self.raw else 80
        except OSError:
            return 80

    def line(self, text: str, style: str | None = None, link: str | None = None) -> None:
        """
        Write one line and flush it; raises StreamLost.

        The text has passed `safe()` already. On a terminal that can, a click on it opens `link`.
        """
        text = self.shown(text)
        if style and self.colored:
            text = paint(text, style)
        if link and self._links and _ADDRESS.fullmatch(link):
            text = f"\x1b]8;;{self.shown(link)}\x1b\\{text}\x1b]8;;\x1b\\"
        if self.raw is None or self.raw.closed:
            raise StreamLost("it is closed", gone=False, text=text)
        try:
            self.raw.write(text + "\n")
            self.raw.flush()
        except BrokenPipeError:
            raise StreamLost("its reader went away", gone=True) from None
        except (OSError, ValueError, RuntimeError) as error:  # the last: a signal amid a write
            reason = getattr(error, "strerror", None) or str(error)
            raise StreamLost(reason, gone=False, text=text) from None

    def shown(self, text: str) -> str:
        """Return `text` without any key, in signs that the stream's encoding has."""
        encoding = getattr(self.raw, "encoding", None) or "utf-8"
        text = self.without_keys(text).encode(encoding, "backslashreplace").decode(encoding)
        return _COMMAND.sub(_no_command, text) if self._in_ci else text

    def without_keys(self, text: str) -> str:
        """Return `text` with `[key]` in place of any key."""
        for secret in self.secrets:
            key = secret.reveal()
            text = text.replace(key, "[key]").replace(json.dumps(key)[1:-1], "[key]")
        return _BEARER.sub(r"\1[key]", text)


def _no_command(match: re.Match[str]) -> str:
    """Write one sign as its JSON escape: JSON means the same by it, a CI job nothing."""
    return r"#\u0023" if match[1] is None else rf"{match[1]}\u003a"
