"""The sandbox's pictures: real PNG files that say SANDBOX, and the size of uploaded ones."""

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


def image_size(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) in pixels of a PNG, JPEG or WebP; None when `data` tells no size."""
    try:
        if data.startswith(_SIGNATURE):
            size = struct.unpack_from(">II", data, 16)
        elif data.startswith(b"\xff\xd8\xff"):
            size = _jpeg_size(data)
        elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            size = _webp_size(data)
        else:
            return None
    except (struct.error, IndexError):
        return None  # cut off before the size
    return (size[0], size[1]) if all(size) else None


def _palette(seed: str) -> bytes:
    hue = hashlib.sha256(seed.encode()).digest()[0] / 256
    steps = [step / SHADES for step in range(SHADES)]
    shades = [hls_to_rgb(hue + 0.15 * step, 0.85 - 0.25 * step, 0.4) for step in steps]
    colours = [*shades, hls_to_rgb(hue + 0.5, 0.25, 0.4)]
    return bytes(round(255 * part) for colour in colours for part in colour)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _jpeg_size(data: bytes) -> tuple[int, ...]:
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        # A frame header is one of C0 to CF; C4, C8 and CC mean other things.
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return struct.unpack_from(">HH", data, at + 5)[::-1]
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return (0, 0)


def _webp_size(data: bytes) -> tuple[int, ...]:
    if data[12:16] == b"VP8 ":
        return tuple(side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    if data[12:16] == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if data[12:16] != b"VP8X":
        return (0, 0)
    wide, wider, high, higher = struct.unpack_from("<HBHB", data, 24)
    return 1 + wide + (wider << 16), 1 + high + (higher << 16)
