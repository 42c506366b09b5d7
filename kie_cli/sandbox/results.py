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
        return picture(width, height, seed), mime(ending)
    return film(seed) if ending == "mp4" else sound(seed), mime(ending)


def told(model: Model, urls: list[str]) -> dict[str, Any]:
    """Return the parsed `resultJson` of a task that made the files at `urls`."""
    if model.output["at"] == SONGS:
        more = {"title": "Sandbox", "duration": 0.1}
        songs = zip(urls[::2], urls[1::2], strict=True)
        return {"data": [{"id": a, "audio_url": a, "image_url": b, **more} for a, b in songs]}
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
