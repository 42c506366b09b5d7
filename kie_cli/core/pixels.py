"""The size of a picture, told from its first bytes."""

from __future__ import annotations

import struct


def image_size(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) in pixels of a PNG, JPEG or WebP; None when `data` tells no size."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
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
