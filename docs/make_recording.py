"""Write docs/recording.svg: a real run on a terminal, as a film; --check compares its end."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path

import pexpect
import pyte

FILM = Path(__file__).with_name("recording.svg")
COMMANDS = (
    'kie create -p "A paper lighthouse" -a 16:9 --wait --download',
    "kie batch prompts.csv -o out/",
    "kie list",
)
ROWS = "key,prompt\nhat,A red hat\ncup,A blue cup\nfox,A fox in the snow\nhen,A hen on a bicycle\n"
COLUMNS, LINES = 92, 25
WIDTH, HEIGHT, EDGE = 8.4, 18, 16  # of a character and around the screen, in pixels
WORD, THINK, READ, LAST = 0.15, 0.8, 1.6, 6.0  # seconds
TICK = 0.2  # seconds: the least that a picture stands

HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" \
width="{width:.0f}" height="{height}" role="img" aria-label="kie in a terminal">
<style>
svg {{ --paper: #fbfbfa; --edge: #d5d5d0; --ink: #24292f; --green: #1a7f37; --red: #cf222e; \
--yellow: #8a6100; --blue: #0b5fc0; --cyan: #0f6f7c; --magenta: #8250df; --dim: #6a737d }}
@media (prefers-color-scheme: dark) {{ svg {{ --paper: #16191d; --edge: #3a4047; --ink: #dde2e7; \
--green: #56c271; --red: #ff7b72; --yellow: #e0b341; --blue: #6cb0ff; --cyan: #5cc9d6; \
--magenta: #c297ff; --dim: #8d96a0 }} }}
text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; \
white-space: pre; fill: var(--ink) }}
.b {{ font-weight: 700 }}
.film {{ transform: translateY(-{last}px); animation: film {seconds:.1f}s step-end infinite }}
@media (prefers-reduced-motion: reduce) {{ .film {{ animation: none }} }}
@keyframes film {{
{steps}
}}
</style>
<rect x="1" y="1" width="{inner_width:.0f}" height="{inner_height}" rx="10" fill="var(--paper)" \
stroke="var(--edge)"/>
<svg x="{edge}" y="{edge}" width="{screen:.0f}" height="{picture}"><g class="film">
"""


class Film:
    """The pictures of a terminal, each with the moment it came up."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.Stream(self.screen)
        self.now = 0.0
        self.pictures: list[tuple[float, list[str]]] = []

    def feed(self, text: str) -> None:
        """Draw `text` now; pictures that stood for less than a tick are left out."""
        self._stream.feed(text)
        picture = [_line(self.screen, y) for y in range(LINES)]
        if self.pictures and self.pictures[-1][1] == picture:
            return
        if self.pictures and self.now - self.pictures[-1][0] < TICK:
            self.pictures[-1] = (self.pictures[-1][0], picture)
        else:
            self.pictures.append((self.now, picture))


def _line(screen: pyte.Screen, y: int) -> str:
    cells = [screen.buffer[y][x] for x in range(COLUMNS)]
    runs = []
    x = 0
    for (color, bold), group in groupby(cells, lambda cell: (cell.fg, cell.bold)):
        text = "".join(cell.data for cell in group)
        bare = text.strip()
        if bare:
            start = x + len(text) - len(text.lstrip())
            fill = "" if color == "default" else f' style="fill:var(--{_name(color)})"'
            weight = ' class="b"' if bold else ""
            runs.append(
                f'<text x="{start * WIDTH:.1f}" textLength="{len(bare) * WIDTH:.1f}"'
                f"{weight}{fill}>{escape(bare, quote=False)}</text>"
            )
        x += len(text)
    return "".join(runs)


def _name(color: str) -> str:
    return {"brown": "yellow", "brightblack": "dim"}.get(color, color.removeprefix("bright"))


def record() -> Film:
    """Run the commands in a folder of their own and film them."""
    film = Film()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "prompts.csv").write_text(ROWS, encoding="utf-8")
        env = {
            "HOME": folder,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
            "KIE_SANDBOX": "1",
        }
        for command in COMMANDS:
            film.feed("\x1b[32m$\x1b[0m ")
            film.now += THINK
            for word in re.findall(r"\S+\s*", command):
                film.feed(word)
                film.now += WORD
            film.feed("\r\n")
            _run(film, command, env, folder)
            film.now += READ
    film.feed("\x1b[32m$\x1b[0m ")
    return film


def _run(film: Film, command: str, env: dict[str, str], folder: str) -> None:
    child = pexpect.spawn(
        "bash", ["-c", command], env=env, cwd=folder, dimensions=(LINES, COLUMNS),
        encoding="utf-8", timeout=60,
    )  # fmt: skip
    start, began = film.now, time.monotonic()
    while True:
        try:
            text = child.read_nonblocking(4096, timeout=60)
        except pexpect.EOF:
            break
        film.now = start + time.monotonic() - began
        film.feed(text)
    child.close()
    if child.exitstatus:
        sys.exit(f"{command} ended with {child.exitstatus}: {film.screen.display}")


def drawn(film: Film) -> Iterator[str]:
    """Yield the parts of the film as SVG: all pictures below each other, one of them seen."""
    seconds = film.now + LAST
    screen, picture = COLUMNS * WIDTH, LINES * HEIGHT
    width, height = screen + 2 * EDGE, picture + 2 * EDGE
    yield HEAD.format(
        width=width, height=height, inner_width=width - 2, inner_height=height - 2,
        edge=EDGE, screen=screen, picture=picture, seconds=seconds,
        last=(len(film.pictures) - 1) * picture,
        steps="\n".join(
            f"{100 * moment / seconds:.2f}% {{ transform: translateY(-{n * picture}px) }}"
            for n, (moment, _) in enumerate(film.pictures)
        ),
    )  # fmt: skip
    known: dict[str, str] = {}
    for n, (_, lines) in enumerate(film.pictures):
        for y, line in enumerate(lines):
            place = f'y="{n * picture + y * HEIGHT}"'
            if line in known:
                yield f'<use href="#{known[line]}" {place}/>\n'
            elif line:
                known[line] = f"l{len(known)}"
                yield f'<svg {place} overflow="visible"><g id="{known[line]}" '
                yield f'transform="translate(0 14)">{line}</g></svg>\n'
    end = "\n".join(escape(line.rstrip(), quote=False) for line in film.screen.display)
    yield f"</g></svg>\n<desc>{end}</desc>\n</svg>\n"


def last_words(film: str) -> list[str]:
    """Return what stands on the screen at the end, without what is new in each run."""
    end = film[film.index("<desc>") :]
    same = re.sub(r"[0-9a-f]{32}|\d+(:\d+)*|\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b", "", end)
    return sorted(" ".join(line.split()) for line in same.splitlines())


if __name__ == "__main__":
    made = "".join(drawn(record()))
    if "--check" in sys.argv:
        if last_words(made) != last_words(FILM.read_text(encoding="utf-8")):
            sys.exit("docs/recording.svg is not what the program shows: docs/make_recording.py")
    else:
        FILM.write_text(made, encoding="utf-8")
