"""What bytes are, told from the bytes: kinds of media, file endings, whether they are whole."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

HEAD = 64  # bytes that `sniff` wants to see
UNSAID = 0x7FFFF000  # from here on a RIFF size stands for "written as it came, length not known"

MIME = {
    "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif",
    "avif": "image/avif", "heic": "image/heic", "mp4": "video/mp4", "mov": "video/quicktime",
    "webm": "video/webm", "mp3": "audio/mpeg", "wav": "audio/wav", "ogg": "audio/ogg",
    "flac": "audio/flac", "m4a": "audio/mp4", "aac": "audio/aac", "wma": "audio/x-ms-wma",
    "mid": "audio/midi", "mkv": "video/matroska", "bmp": "image/bmp", "tiff": "image/tiff",
    "psd": "image/vnd.adobe.photoshop", "pdf": "application/pdf", "zip": "application/zip",
    "txt": "text/plain", "json": "application/json", "srt": "application/x-subrip",
    "vtt": "text/vtt", "lrc": "text/plain", "csv": "text/csv", "md": "text/markdown",
    "svg": "image/svg+xml",
}  # fmt: skip
TEXTS = {"txt", "json", "srt", "vtt", "lrc", "csv", "md", "svg"}
ENDINGS = {kind: kind for kind in MIME} | {"jpeg": "jpg"}

BOXED = {"mp4", "mov", "m4a", "avif", "heic"}
_BRANDS = {b"avif": "avif", b"avis": "avif", b"heic": "heic", b"heix": "heic", b"mif1": "heic",
           b"qt  ": "mov", b"M4A ": "m4a", b"M4B ": "m4a"}  # fmt: skip
_STARTS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b"ID3", "mp3"),
    (b"0&\xb2u\x8ef\xcf\x11", "wma"),
    (b"MThd", "mid"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"8BPS", "psd"),
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
)
# Of an error: a page, S3's XML, an envelope of kie.ai or of a gateway.
_ERROR = re.compile(
    rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*"
    rb"(<(!doctype\s+html|html|head|body|error)\b|\{\s*\"(code|error|msg|message|success)\"\s*:)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class LocalFile:
    """
    A file of this machine that an input field names: checked, hashed, not yet uploaded.

    `pixels` is (width, height) of a picture, as far as it tells them.
    """

    path: str
    kind: str | None
    size: int
    sha256: str
    pixels: tuple[int, int] | None = None

    @property
    def upload_name(self) -> str:
        """A name made of the content: the user's own file name never leaves the machine."""
        return f"{self.sha256[:16]}.{ending(self.kind)}"


class Leftover(NamedTuple):
    """
    What a transfer that was cut off left on this disk: the first bytes of the result at `url`.

    `validator` is the ETag or date that tells whether the rest still belongs to them, if there
    is one; `sha256` is of the whole result, if it is known.
    """

    path: str
    url: str
    validator: str
    sha256: str | None = None


def ending(kind: str | None) -> str:
    """Return the file ending of a kind of media, without its dot."""
    return ENDINGS.get(kind or "", "bin")


def mime(kind: str | None) -> str:
    """Return the MIME type of a kind of media."""
    return MIME.get(kind or "", "application/octet-stream")


def sniff(head: bytes) -> str | None:
    """Return the kind of media that begins with `head`, or None when it is none that kie knows."""
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "mp4")
    if head[:4] == b"\x1aE\xdf\xa3":  # EBML, which says its kind a little later
        return "mkv" if b"matroska" in head[:HEAD] else "webm"
    if head[:2] == b"BM" and head[6:10] == bytes(4):  # two letters alone are a text, too
        return "bmp"
    if head[4:8] in {b"moov", b"mdat", b"wide", b"free", b"skip"}:
        return "mov"
    if head[:1] == b"\xff" and len(head) > 1:  # a frame of sound: AAC, or MPEG layer III
        kinds = {0xF0: "aac"} | dict.fromkeys((0xE2, 0xF2), "mp3")
        if kind := kinds.get(head[1] & 0xF6):
            return kind
    return next((kind for start, kind in _STARTS if head.startswith(start)), None)


def is_whole(kind: str | None, head: bytes, tail: bytes, size: int) -> bool:
    """
    Tell whether a file of `size` bytes ends as its kind must; True for kinds without a mark.

    `head` is its first, `tail` its last 64 bytes.
    """
    if kind == "png":
        return b"IEND\xaeB`\x82" in tail
    if kind == "jpeg":
        return b"\xff\xd9" in tail
    if kind in {"webp", "wav"}:
        said = int.from_bytes(head[4:8], "little")
        return said >= UNSAID or size >= said + 8
    return True


def boxes_fit(file: BinaryIO, size: int) -> bool:
    """Tell whether the boxes of a file like mp4 (ISO 14496-12) end within its `size` bytes."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4])
        if length == 1:
            length = int.from_bytes(head[8:])
        if length < 8:  # 0: to the end of the file
            return True
        at += length
    return at <= size


def text_kind(url: str, head: bytes) -> str | None:
    """Return the kind of text that `url` names, or None: a page or an error is no result."""
    named = url.partition("?")[0].partition("#")[0].rpartition(".")[2].lower()
    looks = {
        "json": head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["},
        "svg": b"<svg" in head,
    }
    fits = named in TEXTS and looks.get(named, True)
    return named if fits and not _ERROR.match(head) else None


def is_text(head: bytes) -> bool:
    """Tell whether a file that begins with `head` is text: an error page, say."""
    try:
        # Incremental, since the last character may be cut.
        text = getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return False
    return bool(text) and all(char.isprintable() or char in "\t\r\n\f" for char in text)
