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
        self.animated = self.terminal and environ.get("TERM") not in {"dumb", "unknown"}
        self.unicode = "utf" in (getattr(raw, "encoding", None) or "").lower()
        self.colored = color == "always" or (
            color == "auto"
            and not environ.get("NO_COLOR")
            and (self.animated or bool(environ.get("FORCE_COLOR")))
        )
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

    def line(self, text: str, style: str | None = None) -> None:
        """
        Write one line and flush it; raises StreamLost.

        The text has passed `safe()` already.
        """
        text = self.shown(text)
        if style and self.colored:
            text = paint(text, style)
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
        for secret in self.secrets:
            key = secret.reveal()
            text = text.replace(key, "[key]").replace(json.dumps(key)[1:-1], "[key]")
        text = _BEARER.sub(r"\1[key]", text)
        encoding = getattr(self.raw, "encoding", None) or "utf-8"
        return text.encode(encoding, "backslashreplace").decode(encoding)
