"""A secret: a value that cannot be shown by accident."""

from __future__ import annotations

import re
from typing import NoReturn

from kie_cli.errors import BadKey

SHORTEST, LONGEST = 8, 512
MASKED_FROM = 12


class Secret:
    """Holds a text that `str`, `repr`, `format` and pickling never give away."""

    __slots__ = ("_spellings", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._spellings: re.Pattern[bytes] | None = None  # made when it is needed

    def reveal(self) -> str:
        """Return the text itself: for the Authorization header and the config file alone."""
        return self._text

    @property
    def masked(self) -> str:
        """The last four characters, or nothing of a short text."""
        return f"…{self._text[-4:]}" if len(self._text) >= MASKED_FROM else "…"

    @property
    def fingerprint(self) -> str:
        """A salted hash, to tell whether two keys are the same one."""
        import hashlib  # loads OpenSSL, which a small answer does not need

        return hashlib.sha256(b"kie key fingerprint\0" + self._text.encode()).hexdigest()[:16]

    def blotted(self, text: bytes) -> bytes:
        """Return `text`, which came from outside, with `[key]` for this secret, JSON or not."""
        if self._spellings is None:
            signs = ((sign, re.escape(bytes([sign]))) for sign in self._text.encode())
            # Not with `?`: of alternatives that begin with a letter each, `re` is 4 x as fast.
            self._spellings = re.compile(
                b"".join(rb"(?:\\u00(?i:%02x)|\\%b|%b)" % (sign, one, one) for sign, one in signs)
            )
        return self._spellings.sub(b"[key]", text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __str__(self) -> str:
        return f"Secret({self.masked})"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret does not leave the process")


def clean_key(text: str, source: str) -> Secret:
    """
    Return the API key in `text`, cleaned of outer space and of one leading `Bearer `.

    Raises BadKey, which names the place of a wrong character and never the text: httpx
    would put a key that ends in a newline, whole, into an exception (measured, 0.28.1).
    """
    key = text.removeprefix("\ufeff").strip()
    if key[:7].lower() == "bearer ":
        key = key[7:].strip()
    advice = "Get a key at https://kie.ai/api-key, then: kie config set token"
    for position, character in enumerate(key, start=1):
        if not "\x21" <= character <= "\x7e":
            raise BadKey(
                f"The API key from {source} cannot be used: character {position} is "
                f"U+{ord(character):04X}. Nothing was sent.",
                advice,
            )
    if not SHORTEST <= len(key) <= LONGEST:
        raise BadKey(
            f"The API key from {source} cannot be used: it has {len(key)} characters, "
            f"a key has {SHORTEST} to {LONGEST}. Nothing was sent.",
            advice,
        )
    return Secret(key)
