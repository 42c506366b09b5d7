from __future__ import annotations

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_cli.core.media import (
    ENDINGS,
    HEAD,
    MIME,
    LocalFile,
    boxes_fit,
    ending,
    is_text,
    is_whole,
    mime,
    sniff,
    text_kind,
)
from kie_cli.sandbox.png import picture

PNG = picture(48, 32, "a seed")
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xdb\x00\x43\x00" + bytes(range(1, 65)) + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
    + b"\x12\x34\xff\x00\xd9" * 40 + b"\xff\xd9"
)  # fmt: skip
_VP8L = b"VP8L" + struct.pack("<I", 150) + b"\x2f" + bytes(149)
WEBP = b"RIFF" + struct.pack("<I", len(_VP8L) + 4) + b"WEBP" + _VP8L
WAV = b"RIFF" + struct.pack("<I", 136) + b"WAVEfmt " + bytes(128)
REAL = {"png": PNG, "jpeg": JPEG, "webp": WEBP, "wav": WAV}


def whole(content):
    return is_whole(sniff(content[:HEAD]), content[:HEAD], content[-HEAD:], len(content))


@pytest.mark.parametrize("kind", REAL)
def test_a_file_is_whole_at_its_last_byte_and_never_before(kind):
    content = REAL[kind]

    assert sniff(content[:HEAD]) == kind
    assert whole(content)
    recognised = [cut for cut in range(len(content)) if sniff(content[:cut][:HEAD]) == kind]
    assert len(recognised) > len(content) - 13
    assert not [cut for cut in recognised if whole(content[:cut])]


@pytest.mark.parametrize("kind", REAL)
def test_some_bytes_after_the_end_do_no_harm(kind):
    assert whole(REAL[kind] + b"\n\0\0")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xdb", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF87a", "gif"),
        (b"GIF89a", "gif"), (b"RIFF\0\0\0\0WEBP", "webp"), (b"RIFF\0\0\0\0WAVE", "wav"),
        (b"\x1aE\xdf\xa3", "webm"), (b"OggS", "ogg"), (b"fLaC", "flac"), (b"ID3\x04", "mp3"),
        (b"\xff\xfb\x90", "mp3"), (b"\xff\xf3\x90", "mp3"), (b"\xff\xf2\x90", "mp3"),
        (b"\xff\xf1P", "aac"), (b"\xff\xf9P", "aac"),
        (b"\0\0\0\x20ftypisom", "mp4"), (b"\0\0\0\x20ftypmp42", "mp4"),
        (b"\0\0\0\x14ftypqt  ", "mov"), (b"\0\0\0\x20ftypavif", "avif"),
        (b"\0\0\0\x20ftypavis", "avif"), (b"\0\0\0\x20ftypheic", "heic"),
        (b"\0\0\0\x20ftypheix", "heic"), (b"\0\0\0\x20ftypmif1", "heic"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", "m4a"), (b"\0\0\0\x20ftypM4B ", "m4a"),
        (b"RIFF\0\0\0\0AVI ", None), (b"RIFF", None), (b"", None), (b"\x89PNG", None),
        (b"\x1aE\xdf\xa3\xa3B\x86\x81\x01B\x82\x88matroska", "mkv"),
        (b"\x1aE\xdf\xa3\x9fB\x82\x84webm", "webm"),
        (b"\x1aE\xdf\xa3" + bytes(60) + b"matroska", "webm"),
        (b"0&\xb2u\x8ef\xcf\x11\xa6\xd9", "wma"), (b"MThd\0\0\0\x06", "mid"),
        (b"8BPS\0\x01", "psd"),
        (b"II*\0\x08", "tiff"), (b"MM\0*\0", "tiff"), (b"BM\x46\0\0\0\0\0\0\0\x36", "bmp"),
        (b"%PDF-1.7", "pdf"), (b"PK\x03\x04\x14", "zip"),
        (b"BMW drives by", None), (b"MM and I", None), (b"PK", None), (b"BM", None),
        (b"<html>", None), (b"<svg ", None), (b'{"code":200}', None),
        (b"MZ", None), (b"\xff\xd8", None), (b" \x89PNG\r\n\x1a\n", None),
    ],
)  # fmt: skip
def test_a_kind_is_told_by_its_first_bytes(head, kind):
    assert kind == sniff(head)


@given(st.binary(max_size=HEAD), st.binary(max_size=HEAD), st.integers(0, 2**40))
def test_arbitrary_bytes_are_a_kind_with_a_file_ending_or_none(head, tail, size):
    kind = sniff(head)

    assert kind is None or (kind in ENDINGS and kind in MIME)
    assert is_whole(kind, head, tail, size) in {True, False}


@pytest.mark.parametrize("kind", [None, "gif", "mp4", "mp3"])
def test_kinds_without_a_mark_at_their_end_count_as_whole(kind):
    assert is_whole(kind, b"", b"", 0)


@pytest.mark.parametrize(
    ("kind", "wanted_ending", "wanted_type"),
    [
        ("jpeg", "jpg", "image/jpeg"),
        ("mov", "mov", "video/quicktime"),
        ("unheard of", "bin", "application/octet-stream"),
        (None, "bin", "application/octet-stream"),
    ],
)
def test_a_kind_has_a_file_ending_and_a_type(kind, wanted_ending, wanted_type):
    assert (wanted_ending, wanted_type) == (ending(kind), mime(kind))


@given(st.text(), st.sampled_from([None, "unheard of", *ENDINGS]))
def test_an_upload_is_named_by_content_alone(path, kind):
    file = LocalFile(path, kind, 7, "0123456789abcdef" * 4)

    assert file.upload_name == f"0123456789abcdef.{ENDINGS.get(kind, 'bin')}"


@pytest.mark.parametrize("said", [0xFFFFFFFF, 0x7FFFF024, 0x7FFFF000])
def test_sound_that_was_written_as_it_came_has_no_length_to_keep(said):
    """ffmpeg and SoX write such sizes into a pipe."""
    assert whole(b"RIFF" + struct.pack("<I", said) + WAV[8:])


def test_a_length_just_below_is_kept():
    assert not whole(b"RIFF" + struct.pack("<I", 0x7FFFEFFF) + WAV[8:])


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), st.integers(0, 3))
def test_text_is_told_also_where_its_last_character_is_cut(text, cut):
    content = f"\ufeff{text}\r\n\té".encode() + "😀".encode()[:cut]

    assert is_text(content)


@pytest.mark.parametrize(
    ("url", "head", "kind"),
    [
        ("https://a.example/r/a.srt", b"1\n", "srt"),
        ("https://a.example/r/a.JSON?name=b.png", b"{}", "json"),
        ("https://a.example/r/a.svg#b.png", b"<?xml?><svg/>", "svg"),
        ("https://a.example/r/a.txt", b"<htm> and html", "txt"),
        ("https://a.example/r/a.txt", b"\n <!DocType\thtml>", None),
        ("https://a.example/r/a.md", b"\xef\xbb\xbf<HTML>", None),
        ("https://a.example/r/a.png?b.txt", b"hi", None),
        ("https://a.example/r/txt", b"hi", None),
        ("", b"hi", None),
    ],
)
def test_a_text_is_a_result_if_its_url_says_so_and_it_is_no_page(url, head, kind):
    assert kind == text_kind(url, head)


@pytest.mark.parametrize("content", [*REAL.values(), b"", b"\0text", b"\xff\xfe<\0", b"abc\x80def"])
def test_what_is_no_text_is_told_so(content):
    assert not is_text(content)


def box(size, kind=b"mdat", content=b"x" * 8):
    return size.to_bytes(4) + kind + content


@pytest.mark.parametrize(
    ("boxes", "fits"),
    [
        (box(16) + box(16), True),
        (box(16) + box(17), False),
        (box(16) + box(16)[:9], False),
        (box(16) + box(16)[:8], False),
        (box(8, content=b"") + box(16), True),
        (box(8, content=b"") + box(17), False),
        (box(16) + b"junk", True),
        (box(0), True),
        (box(16) + box(0), True),
        (box(1, content=(24).to_bytes(8)) + b"x" * 8, True),
        (box(1, content=(25).to_bytes(8)) + b"x" * 8, False),
        (box(1, content=(1 << 56).to_bytes(8)), False),
        (box(16) + box(7), True),
        (b"", True),
    ],
)
def test_a_video_whose_last_box_is_cut_is_not_whole(boxes, fits):
    assert fits is boxes_fit(BytesIO(boxes), len(boxes))


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xfa\x90", "mp3"), (b"\xff\xe3\x18", "mp3"), (b"\xff\xf8\x50", "aac"),
        (b"\xff\xfe\x68", None), (b"\0\0\0\x08wide\0\0", "mov"), (b"\0\0\0\x20moov", "mov"),
    ],
)  # fmt: skip
def test_sound_and_films_without_the_usual_head_are_known(head, kind):
    assert kind == sniff(head)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.json", b'{"code":404,"msg":"file not found"}'), ("a.json", b"not json at all"),
        ("a.json", b' {"error": "x"}'), ("a.srt", b'{"code":500}'),
        ("a.txt", b"<head><title>404"), ("a.txt", b"<!-- x --><html>"),
        ("a.txt", b'<?xml version="1.0"?>\n<Error><Code>NoSuchKey'),
        ("a.svg", b'<?xml version="1.0"?><!DOCTYPE html>'), ("a.svg", b"<Error><Code>AccessDenied"),
        ("a.svg", b"plain error"),
    ],
)  # fmt: skip
def test_an_error_under_the_name_of_a_text_is_no_result(name, head):
    assert text_kind(f"https://files.test/{name}?x=1", head) is None


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.json", b'{"words": []}'), ("a.json", b"[1]"), ("a.srt", b"1\n00:00:01"),
        ("a.svg", b'<?xml version="1.0"?><svg'), ("a.txt", b"{braces} and <angles>"),
    ],
)  # fmt: skip
def test_a_text_is_a_result_under_its_own_name(name, head):
    assert name[2:] == text_kind(f"https://files.test/{name}", head)
