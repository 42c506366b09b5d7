from __future__ import annotations

import struct
import time
import zlib

import pytest

from kie_cli.core.pixels import image_size
from kie_cli.sandbox.png import NOTE, SHADES, WORD, picture


def chunks(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, found = 8, {}
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (crc,) = struct.unpack_from(">I", data, at + 8 + length)
        assert crc == zlib.crc32(kind + content), kind
        found[kind] = content
        at += 12 + length
    assert at == len(data)
    assert kind == b"IEND"
    return found


def pixels(data):
    found = chunks(data)
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", found[b"IHDR"])
    assert [8, 3, 0, 0, 0] == [depth, colour, *rest]
    raw = zlib.decompress(found[b"IDAT"])
    assert (width + 1) * height == len(raw)
    rows = [raw[n : n + width + 1] for n in range(0, len(raw), width + 1)]
    assert {0} == {row[0] for row in rows}
    return [row[1:] for row in rows]


SIZES = [(1024, 1024), (1024, 576), (576, 1024), (1023, 682), (2048, 2048), (2046, 1364)]


@pytest.mark.parametrize(("width", "height"), [*SIZES, (1, 1), (50, 9), (1000, 3), (7, 400)])
def test_a_picture_is_a_whole_png_of_exactly_the_size_asked_for(width, height):
    data = picture(width, height, "seed")

    rows = pixels(data)

    assert height == len(rows)
    assert {width} == {len(row) for row in rows}
    assert (width, height) == image_size(data)
    assert 3 * (SHADES + 1) == len(chunks(data)[b"PLTE"])
    assert max(max(row) for row in rows) <= SHADES


def test_the_word_sandbox_can_be_read_in_the_picture():
    rows = pixels(picture(1024, 576, "seed"))
    cell = 1024 * 8 // 10 // len(WORD[0])
    left, top = (1024 - cell * len(WORD[0])) // 2, (576 - cell * len(WORD)) // 2

    seen = [
        "".join(
            "#" if rows[top + cell * y + cell // 2][left + cell * x + cell // 2] == SHADES else " "
            for x in range(len(WORD[0]))
        )
        for y in range(len(WORD))
    ]

    assert list(WORD) == seen


def test_the_file_itself_says_that_it_was_made_offline():
    assert b"Comment\0" + NOTE.encode() == chunks(picture(64, 64, "s"))[b"tEXt"]


def test_the_seed_alone_decides_the_colours():
    assert picture(64, 64, "a") == picture(64, 64, "a")
    assert picture(64, 64, "a") != picture(64, 64, "b")


def test_the_largest_picture_is_made_at_once():
    begin = time.perf_counter()
    picture(2048, 2048, "seed")
    assert time.perf_counter() - begin < 0.5  # 0.15 on a calm machine


def jpeg(frame=0xC2):
    app = b"\xff\xe0\x00\x10JFIF\x00" + bytes(9)
    tables = b"\xff\xc4\x00\x05abc"
    return (
        b"\xff\xd8"
        + app
        + tables
        + bytes([0xFF, frame])
        + b"\0\x0b\x08\x02\x58\x03\x20"
        + b"\0" * 9
    )


def webp(kind, content):
    return b"RIFF" + struct.pack("<I", len(content) + 12) + b"WEBP" + kind + bytes(4) + content


@pytest.mark.parametrize(
    "data",
    [
        jpeg(0xC0),
        jpeg(0xC2),
        webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 800 | 0x4000, 600)),
        webp(b"VP8L", b"\x2f" + struct.pack("<I", 799 | 599 << 14)),
        webp(b"VP8X", bytes(4) + (799).to_bytes(3, "little") + (599).to_bytes(3, "little")),
    ],
    ids=["jpeg", "progressive jpeg", "lossy webp", "lossless webp", "extended webp"],
)
def test_the_size_of_an_uploaded_picture_is_read(data):
    assert (800, 600) == image_size(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", jpeg()[:-14], webp(b"VP8 ", b""),
     b"\xff\xd8\xff\xd9\0\0\0\0", picture(1, 1, "")[:16] + bytes(8), webp(b"ALPH", b"a" * 30)],
)  # fmt: skip
def test_what_tells_no_size_has_none(data):
    assert image_size(data) is None
