"""The sandbox's pictures: real PNG files that say SANDBOX."""

from __future__ import annotations

import hashlib
import struct
import zlib
from colorsys import hls_to_rgb

WORD = (
    " ####  ###  #   # ####  ####   ###  #   #",
    "#     #   # ##  # #   # #   # #   # #   #",
    "#     #   # # # # #   # #   # #   #  # # ",
    " ###  ##### #  ## #   # ####  #   #   #  ",
    "    # #   # #   # #   # #   # #   #  # # ",
    "    # #   # #   # #   # #   # #   # #   #",
    "####  #   # #   # ####  ####   ###  #   #",
)
NOTE = "Made offline by kie's sandbox: no model ran, nothing was paid."
SHADES = 64  # steps of the background, from top to bottom; the colour of the word comes after them
_FILL = 0.8  # of the picture's width, or height, that the word takes at most
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture(width: int, height: int, seed: str) -> bytes:
    """Return a PNG of `width` x `height` pixels; the same `seed` gives the same colours."""
    cell = min(int(width * _FILL) // len(WORD[0]), int(height * _FILL) // len(WORD))
    margin = (width - cell * len(WORD[0])) // 2
    top = (height - cell * len(WORD)) // 2
    rows: dict[tuple[int, int], bytes] = {}

    def row(y: int) -> bytes:
        shade = y * SHADES // height
        line = (y - top) // cell if cell and top <= y < top + cell * len(WORD) else -1
        if (shade, line) not in rows:
            text = WORD[line] if line >= 0 else ""
            ink = b"".join(bytes([SHADES if dot == "#" else shade]) * cell for dot in text)
            edge = bytes([shade])
            # 0: no filter; then one byte a pixel, an index into the palette.
            rows[shade, line] = b"\0" + (edge * margin + ink).ljust(width, edge)
        return rows[shade, line]

    return _SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", _palette(seed)),
            _chunk(b"tEXt", b"Comment\0" + NOTE.encode("latin-1")),
            _chunk(b"IDAT", zlib.compress(b"".join(map(row, range(height))), 1)),
            _chunk(b"IEND", b""),
        )
    )


def _palette(seed: str) -> bytes:
    hue = hashlib.sha256(seed.encode()).digest()[0] / 256
    steps = [step / SHADES for step in range(SHADES)]
    shades = [hls_to_rgb(hue + 0.15 * step, 0.85 - 0.25 * step, 0.4) for step in steps]
    colours = [*shades, hls_to_rgb(hue + 0.5, 0.25, 0.4)]
    return bytes(round(255 * part) for colour in colours for part in colour)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
