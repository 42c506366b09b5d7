"""The sandbox's films and sounds: whole files, as small as they get."""

from __future__ import annotations

import hashlib
import struct

from kie_cli.sandbox.png import picture

WIDTH, HEIGHT = 64, 36  # pixels of a film
RATE = 8000  # samples of a sound a second; it lasts for a tenth of one
_UNITY = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)


def film(seed: str) -> bytes:
    """Return an mp4 of one second whose only frame, a PNG, says SANDBOX."""
    frame = picture(WIDTH, HEIGHT, seed)
    kind = _box(b"ftyp", b"isom", bytes(4), b"isommp42")
    # The table of chunks says where the frame is: behind the boxes, whose size it does not change.
    start = len(kind) + len(_index(len(frame), 0)) + 8
    return kind + _index(len(frame), start) + _box(b"mdat", frame)


def sound(seed: str) -> bytes:
    """Return a wav of a tenth of a second: one tone."""
    half = 5 + hashlib.sha256(seed.encode()).digest()[0] % 20  # samples
    wave = (b"\x70" * half + b"\x90" * half) * (RATE // 10)
    data = wave[: RATE // 10]
    head = struct.pack("<IHHIIHH", 16, 1, 1, RATE, RATE, 1, 8)  # PCM, one channel, 8 bits
    body = b"WAVEfmt " + head + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _index(size: int, start: int) -> bytes:
    """Return the `moov` of one frame of `size` bytes at `start`. Times are in milliseconds."""
    entry = _box(
        b"png ", bytes(6), struct.pack(">H", 1), bytes(16), struct.pack(">HH", WIDTH, HEIGHT),
        struct.pack(">IIIH", 72 << 16, 72 << 16, 0, 1), bytes(32), struct.pack(">Hh", 24, -1),
    )  # fmt: skip
    table = _box(
        b"stbl",
        _box(b"stsd", _words(0, 1), entry),
        _box(b"stts", _words(0, 1, 1, 1000)),
        _box(b"stsc", _words(0, 1, 1, 1, 1)),
        _box(b"stsz", _words(0, size, 1)),
        _box(b"stco", _words(0, 1, start)),
    )
    data = _box(b"dinf", _box(b"dref", _words(0, 1), _box(b"url ", _words(1))))
    media = _box(
        b"mdia",
        _box(b"mdhd", _words(0, 0, 0, 1000, 1000, 0x55C40000)),
        _box(b"hdlr", _words(0, 0), b"vide", bytes(13)),
        _box(b"minf", _box(b"vmhd", _words(1, 0, 0)), data, table),
    )
    track = _box(
        b"tkhd", _words(7, 0, 0, 1, 0, 1000, 0, 0, 0, 0), _UNITY, _words(WIDTH << 16, HEIGHT << 16)
    )
    film = _words(0, 0, 0, 1000, 1000, 1 << 16, 0x0100 << 16, 0, 0)
    return _box(
        b"moov", _box(b"mvhd", film, _UNITY, bytes(24), _words(2)), _box(b"trak", track, media)
    )


def _words(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *numbers)


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I", 8 + len(content)) + kind + content
