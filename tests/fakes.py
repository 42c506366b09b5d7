"""Time and streams for tests."""

from __future__ import annotations

import io

START = 1795344000.0  # 2026-11-22 10:40 UTC


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, now: float = START) -> None:
        self.start = self.time = now
        self.slept: list[float] = []
        self.while_sleeping = lambda: None

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time - self.start

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.time += seconds
        self.while_sleeping()

    def random(self) -> float:
        return 0.5


class FakeStream(io.TextIOWrapper):
    """A stream in memory that can say that it is a terminal."""

    def __init__(self, content: bytes = b"", *, tty: bool = False, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(content), encoding=encoding, newline="", write_through=True)
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty

    @property
    def text(self) -> str:
        return self.buffer.getvalue().decode(self.encoding, "backslashreplace")
