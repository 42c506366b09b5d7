"""The flags that say what to make: those of `create`, which `batch` takes for all of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Annotated, Any

import typer

from kie_cli.commands.common import Options


def _one(*names: str, metavar: str | None = None, help: str) -> Any:
    return Annotated[str | None, typer.Option(*names, metavar=metavar, help=help)]


def _several(*names: str, metavar: str = "FILE|URL", help: str) -> Any:
    return Annotated[list[str] | None, typer.Option(*names, metavar=metavar, help=help)]


ASKED = Options(
    prompt=_one("-p", "--prompt", metavar="TEXT", help="What to make; - reads stdin."),
    prompt_file=_one("-f", "--prompt-file", metavar="FILE|-", help="The prompt from a file."),
    negative_prompt=_one("--negative-prompt", metavar="TEXT", help="What to keep out."),
    image=_several(
        "-i",
        "--image",
        help="An input image; repeat it: image 1, image 2. Local files are uploaded unchanged "
        "(EXIF and GPS data too) and get public URLs.",
    ),
    mask=_several("--mask", help="Where to change the image."),
    video=_several("--video", help="An input video; repeat it."),
    audio=_several("--audio", help="An input sound; repeat it."),
    first_frame=_several("--first-frame", help="The image that a video begins with."),
    last_frame=_several("--last-frame", help="The image that a video ends with."),
    reference=_several("--reference", help="An image to take people or style from; repeat it."),
    model=_one(
        "-m",
        "--model",
        help="An id or a short name (kie models lists them). "
        "Default flux-2/pro-image-to-image, without images its twin.",
    ),
    aspect_ratio=_one("-a", "--aspect-ratio", help="1:1, 16:9, ..."),
    resolution=_one("-r", "--resolution", help="1K, 2K, 720p, ..."),
    duration=_one("--duration", metavar="SECONDS", help="How long a video is."),
    count=_one("--count", metavar="N", help="How many images one task makes."),
    seed=_one("--seed", metavar="N", help="The same seed: a like result."),
    param=_several(
        "-P",
        "--param",
        metavar="NAME=TEXT",
        help="Any field of the model: NAME=TEXT, NAME:=JSON, or NAME@FILE to upload one.",
    ),
    input=_one("--input", metavar="FILE|-", help="The whole input as JSON; flags win."),
    callback_url=_one("--callback-url", metavar="URL", help="kie.ai calls it at the end."),
)


def altered(options: Options, changes: Mapping[str, Mapping[str, str]]) -> Options:
    """Return options of which some have another help or metavar."""
    found = Options(options)
    for name, change in changes.items():
        kind, option = options[name].__origin__, copy(options[name].__metadata__[0])
        option.__dict__.update(change)
        found[name] = Annotated[kind, option]
    return found


Asked = Annotated[Mapping[str, Any], ASKED]
REPEATABLE = {"image", "mask", "video", "audio", "first_frame", "last_frame", "reference", "param"}
