"""Pictures drawn in the terminal: the only importer of textual-image and Pillow (an extra)."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import TextIO

LARGEST = 80_000_000  # pixels: a picture of 8K has 33 million
SHARP = (4096, 4096)  # pixels: more than a window shows
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF")
FREE = 2  # lines left below the picture, for the prompt of the shell


class NoLibrary(Exception):
    """The packages of the extra `preview` are not installed."""


class NoPicture(Exception):
    """A file that is not drawn; its text says why."""


def draw(path: Path, stream: TextIO | None) -> None:
    """
    Draw a picture as large as the window allows, by sixel, kitty's protocol or half blocks.

    Standard input must be the terminal, too, which is asked what it can. Raises NoLibrary, and
    NoPicture for any other file, a damaged one, and more than 80 million pixels.
    """
    # Else it tells tracebacks of terminals that do not answer.
    logging.getLogger("textual_image").addHandler(logging.NullHandler())
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
        from rich.console import Console
        from textual_image.renderable import Image as Drawing
    except ImportError:
        raise NoLibrary from None

    Image.MAX_IMAGE_PIXELS = LARGEST
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(path, formats=FORMATS)
        with opened:
            opened.thumbnail(SHARP)
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise NoPicture(f"it has more than {LARGEST // 10**6} million pixels") from None
    except UnidentifiedImageError:
        raise NoPicture("no kind of picture that kie draws") from None
    except (OSError, SyntaxError, ValueError) as error:  # Pillow's words for damage
        raise NoPicture(f"the picture is damaged ({error})") from None
    console = Console(file=stream)
    height = max(1, console.height - FREE)
    console.print(Drawing(picture, "auto", "auto"), end="", height=height)
