"""What the sandbox makes for a model: the files of a task, and what recordInfo says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kie_cli.core.media import mime
from kie_cli.sandbox.clips import film, sound
from kie_cli.sandbox.intake import count
from kie_cli.sandbox.png import NOTE, picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kie_cli.catalog.models import Model

SONGS = "response.data[].audio_url"
_ENDINGS = {"image": "png", "video": "mp4", "audio": "wav"}
_VERSE = "A box of sand\nand nothing real"


def endings(model: Model, given: Mapping[str, Any]) -> list[str]:
    """Return the file endings of all results of a task; none for a text."""
    if model.output["at"] == SONGS:
        return ["wav", "png"] * 2
    ending = _ENDINGS.get(model.media)
    return [ending] * count(model, given) if ending else []


def content(ending: str, width: int, height: int, seed: str) -> tuple[bytes, str]:
    """Return the bytes of a result and their MIME type; a picture has `width` x `height` pixels."""
    if ending == "png":
        made = picture(width, height, seed)
    else:
        made = film(seed) if ending == "mp4" else sound(seed)
    return made, mime(ending)


def told(model: Model, urls: list[str]) -> dict[str, Any]:
    """Return the parsed `resultJson` of a task that made the files at `urls`."""
    if model.output["at"] == SONGS:
        songs = zip(urls[::2], urls[1::2], strict=True)
        return {
            "data": [
                {"id": f"song-{n}", "audio_url": audio, "image_url": image, "title": "Sandbox",
                 "duration": 0.1}
                for n, (audio, image) in enumerate(songs, start=1)
            ]
        }  # fmt: skip
    if model.output["at"] == "resultJson.resultUrls":
        return {"resultUrls": urls}
    made: dict[str, Any] = {"status": "success", "note": NOTE}
    if urls:
        made = {"mask_urls": urls}
    elif "lyrics" in model.tasks:
        made = {"lyricsData": [{"text": _VERSE}, {"text": f"{_VERSE}\nat all"}]}
    elif {"prompt-rewrite", "speech-to-text"} & {*model.tasks}:
        made = {"text": _VERSE}
    return {"resultUrls": None, "resultObject": made}
