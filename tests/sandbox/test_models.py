"""Every model of the Market in the sandbox: taken, priced, made; and what is wrong is refused."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from inputs import broken, smallest
from loopback import example

from kie_cli.catalog.models import ids, load
from kie_cli.core.media import HEAD, boxes_fit, is_whole, sniff
from kie_cli.sandbox.clips import film, sound
from kie_cli.sandbox.intake import fault

CURRENT = [model for model in map(load, ids()) if model.status != "delisted"]
CHECKED = [model for model in CURRENT if model.checked]
KINDS = {"image": "png", "video": "mp4", "audio": "wav"}
VOICE = "google/gemini-3-8-flash-tts"
named = pytest.mark.parametrize("model", CURRENT, ids=lambda model: model.id)


def create(kie, model, given):
    body = {"model": model if isinstance(model, str) else model.id, "input": given}
    return kie.json("POST", "/api/v1/jobs/createTask", body)


def finished(kie, clock, model, given):
    """Return recordInfo's data of a task that was made and done."""
    answer = create(kie, model, given)
    assert 200 == answer["code"], (given, answer)
    clock.sleep(3)
    return kie.look(answer["data"]["taskId"])["data"]


def given_to(model):
    return next(smallest(model))


def urls_of(result):
    """Return the URLs of a result where kie.ai puts them."""
    if "data" in result:
        return [song[key] for song in result["data"] for key in ("audio_url", "image_url")]
    return result.get("resultUrls") or result["resultObject"].get("mask_urls", [])


@named
def test_each_current_model_is_taken_and_gives_its_kind_of_result(kie, clock, model):
    for given in smallest(model) if model.checked else [{"whatever": 1}]:
        data = finished(kie, clock, model, given)
        assert "success" == data["state"]
        result = data.get("response") or json.loads(data["resultJson"])
        kinds = [sniff(kie.fetch(url).body) for url in urls_of(result)]
        if model.media == "text":
            assert [] == kinds
            assert result["resultObject"]
        elif model.output["at"].startswith("response"):
            assert ["wav", "png"] * 2 == kinds
        else:
            assert {KINDS[model.media]} == set(kinds)
            assert model.output["at"].rpartition(".")[2] in {
                *result,
                *result.get("resultObject", ()),
            }
        clock.sleep(3)


@named
def test_each_wrong_field_of_each_model_is_refused_and_costs_nothing(kie, model):
    for name, given in broken(model) if model.checked else ():
        answer = create(kie, model, given)
        assert answer["code"] in {422, 500}, (name, given)
    assert 1000 == kie.balance()


def test_there_are_as_many_models_as_kie_ai_lists():
    assert 180 == len(CURRENT)
    assert [VOICE] == [model.id for model in CURRENT if not model.checked]


@pytest.mark.parametrize("model", ["sora-2-text-to-video", "elevenlabs/speech-to-text"])
def test_a_delisted_model_is_unknown(kie, clock, model):
    assert 422 == create(kie, model, {"prompt": "a hat"})["code"]
    assert example("models.404-unknown") == kie.json("GET", f"/api/v1/models/{model}/schema")
    clock.sleep(1)
    listed = kie.json("GET", "/api/v1/models")["data"]["models"]
    assert model not in {entry["model"] for entry in listed}


@pytest.mark.parametrize("given", [{"x": [1]}, {}])
def test_a_model_without_a_description_takes_anything(kie, given):
    assert 200 == create(kie, VOICE, given)["code"]


URL = "https://example.org/a.png"
TEMPLATE = load("pixverse-v6/image-to-video").field("template_id").enum[0]


@pytest.mark.parametrize(
    ("model", "more", "code", "text"),
    [
        ("nano-banana-2", {"of_tomorrow": 1}, 200, "success"),
        ("kling-3.0/video", {"multi_prompt": [{"prompt": "one", "duration": 13}]}, 422,
         "multi_prompt.duration is too large"),
        ("kling-3.0/video", {"multi_prompt": [{"prompt": "one"}]}, 422,
         "multi_prompt.duration is required"),
        ("kling-3.0/video", {"multi_prompt": ["one"]}, 422, "multi_prompt is invalid"),
        ("kling-3.0/video", {"multi_prompt": []}, 200, "success"),
        ("kling-3.0/video", {"sound": 1}, 422, "sound is invalid"),
        ("elevenlabs/text-to-speech-turbo-2-5", {"voice": "Rachel"}, 200, "success"),
        ("bytedance/seedance-2", {"last_frame_url": URL}, 422,
         "first_frame_url: last_frame_url needs first_frame_url (bytedance/seedance-2)."),
        ("gpt-image-2-text-to-image", {"aspect_ratio": "1:1", "resolution": "4K"}, 422,
         "aspect_ratio, resolution: 1:1 is refused at 4K (gpt-image-2-text-to-image)."),
        ("grok-imagine-image-2-0/segment-map", {"task_id": "t1", "image_url": URL}, 422,
         "image_url does not go with the other fields"),
        ("wan/2-7-image", {"n": 5}, 422, "n: n above 4 needs enable_sequential (wan/2-7-image)."),
        ("wan/2-7-image", {"n": 5, "enable_sequential": True}, 200, "success"),
        ("wan/2-7-image", {"n": True}, 422, "n is invalid"),
        ("pixverse-v6/image-to-video", {"duration": None, "template_id": TEMPLATE}, 200, "success"),
        ("pixverse-v6/image-to-video", {"duration": None}, 500, "duration is required"),
    ],
)  # fmt: skip
def test_closed_facts_are_kept_and_open_ones_pass(kie, model, more, code, text):
    answer = create(kie, model, given_to(load(model)) | more)
    assert (code, text) == (answer["code"], answer["msg"])


@pytest.mark.parametrize(
    ("model", "more", "price"),
    [
        ("nano-banana-pro", {"resolution": "4K"}, 24),
        ("nano-banana-pro", {}, 18),
        ("kling-3.0/video", {"mode": "std", "sound": True, "duration": "10"}, 200),
        ("kling-3.0/video", {"mode": "4K", "sound": False, "duration": "3"}, 201),
        ("bytedance/seedance-2", {"resolution": "480p", "duration": 4}, 76),
        ("bytedance/seedream-v4-text-to-image", {"max_images": 3}, 15),
        ("elevenlabs/text-to-speech-turbo-2-5", {"text": "x" * 500}, 3),
        ("ai-music-api/generate", {}, 12),
        ("ai-music-api/generate-persona", {}, 0),
        ("omnihuman-1-5/subject-detection", {}, 1),
    ],
)
def test_a_task_costs_what_the_price_list_says(kie, clock, model, more, price):
    data = finished(kie, clock, model, given_to(load(model)) | more)
    assert price == data["creditsConsumed"]
    assert 1000 - price == kie.balance()


def test_a_special_value_is_taken_beside_the_range():
    model = load("bytedance/seedance-2-5")
    fields = tuple(
        field._replace(limits={"min": 4}) if field.name == "duration" else field
        for field in model.fields
    )
    model = model._replace(fields=fields)
    assert fault(model, given_to(model) | {"duration": -1}) is None
    assert (422, "duration is too small") == fault(model, given_to(model) | {"duration": 3})


# Results


def test_as_many_pictures_come_as_were_asked_for_each_its_own(kie, clock):
    given = given_to(load("bytedance/seedream-v4-text-to-image")) | {"max_images": 3}
    data = finished(kie, clock, "bytedance/seedream-v4-text-to-image", given)
    urls = json.loads(data["resultJson"])["resultUrls"]
    answers = [kie.fetch(url) for url in urls]
    assert (
        3 == len({answer.body for answer in answers}) == len({a.headers["etag"] for a in answers})
    )
    part = kie.fetch(urls[2], range="bytes=5-")
    assert (206, answers[2].body[5:]) == (part.status, part.body)
    for wrong in (urls[2].replace("-3.png", "-4.png"), urls[2].replace("-3.png", "-3.mp4")):
        assert 404 == kie.fetch(wrong).status


def test_a_link_to_one_result_opens_no_other(kie, clock):
    model = load("bytedance/seedream-v4-text-to-image")
    data = finished(kie, clock, model, given_to(model) | {"max_images": 2})
    first, second = json.loads(data["resultJson"])["resultUrls"]
    link = kie.json("POST", "/api/v1/common/download-url", {"url": second})["data"]
    assert link.startswith(f"{second}?")
    assert kie.fetch(link).body == kie.fetch(second).body
    assert 403 == kie.fetch(link.replace(second, first)).status


def test_presets_and_sizes_of_other_names_shape_the_picture_too(kie, clock):
    from kie_cli.core.pixels import image_size

    for model, more, size in (
        ("ideogram/character", {"image_size": "landscape_16_9"}, (1024, 576)),
        ("seedream/5-pro-text-to-image", {"quality": "high", "aspect_ratio": "1:1"}, (2048, 2048)),
    ):
        data = finished(kie, clock, model, given_to(load(model)) | more)
        url = json.loads(data["resultJson"])["resultUrls"][0]
        assert size == image_size(kie.fetch(url).body)


@pytest.mark.parametrize(("make", "kind"), [(film, "mp4"), (sound, "wav")])
def test_films_and_sounds_are_whole_small_and_tell_seeds_apart(make, kind):
    content = make("a seed")
    assert kind == sniff(content[:HEAD])
    assert is_whole(kind, content[:HEAD], content[-HEAD:], len(content))
    assert len(content) < 1500
    assert make("a seed") == content != make("another")
    if kind == "mp4":
        assert boxes_fit(BytesIO(content), len(content))
        assert not boxes_fit(BytesIO(content), len(content) - 1)
        frame = content.index(b"\x89PNG")
        assert int.from_bytes(content[content.index(b"stco") + 12 :][:4]) == frame


def test_a_song_comes_with_its_cover_and_title_in_the_response(kie, clock):
    model = load("ai-music-api/generate")
    for _ in range(12):  # both generations of recordInfo
        data = finished(kie, clock, model, given_to(model))
        assert data["response"] == json.loads(data["resultJson"])
        for song in data["response"]["data"]:
            assert {"id", "audio_url", "image_url", "title", "duration"} == set(song)


def test_lyrics_are_texts_in_the_recorded_shape(kie, clock):
    model = load("ai-music-api/generate-lyrics")
    result = json.loads(finished(kie, clock, model, given_to(model))["resultJson"])
    recorded = json.loads(example("record.success-text")["data"]["resultJson"])
    assert list(recorded) == list(result)
    assert [["text"]] * 2 == [list(verse) for verse in result["resultObject"]["lyricsData"]]


# Discovery


def test_the_list_is_the_current_models_in_the_recorded_shape(kie):
    answer = kie.json("GET", "/api/v1/models")
    recorded = example("models.list")
    assert {**answer, "data": 0} == {**recorded, "data": 0}
    data = answer["data"]
    assert (180, list(recorded["data"])) == (data["total"], list(data))
    assert sorted(model.id for model in CURRENT) == [entry["model"] for entry in data["models"]]
    flux = next(e for e in data["models"] if e["model"] == "flux-2/pro-text-to-image")
    known = recorded["data"]["models"][0]
    assert {**known, "pricingDesc": flux["pricingDesc"]} == flux


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("taskType=Text+to+Image&provider=black+forest+labs",
         {"flux-2/flex-text-to-image", "flux-2/pro-text-to-image", "flux1-kontext"}),
        ("q=Flux-2%2Fpro", {"flux-2/pro-text-to-image", "flux-2/pro-image-to-image"}),
        ("provider=Nobody", set()),
    ],
)  # fmt: skip
def test_the_list_is_filtered(kie, query, wanted):
    data = kie.json("GET", f"/api/v1/models?{query}")["data"]
    assert wanted == {entry["model"] for entry in data["models"]}
    assert len(wanted) == data["total"]


def schema(kie, clock, model):
    clock.sleep(1)
    return kie.json("GET", f"/api/v1/models/{model}/schema")["data"]["openapi"]


def parts(openapi):
    """Return the request's body and its `input`, with the references followed."""
    post = openapi["paths"]["/api/v1/jobs/createTask"]["post"]
    body = post["requestBody"]["content"]["application/json"]["schema"]
    name = body["properties"]["input"]["$ref"].rpartition("/")[2]
    return body, openapi["components"]["schemas"][name]


def test_a_schema_is_the_recorded_one(kie, clock):
    body, given = parts(schema(kie, clock, "flux-2/pro-image-to-image"))
    known_body, known_given = parts(example("models.schema")["data"]["openapi"])
    assert known_body == body
    assert known_given["required"] == given["required"]
    for name, known in known_given["properties"].items():
        assert known == {**given["properties"][name], **known}


def test_a_schema_with_branches_says_what_each_narrows(kie, clock):
    _, given = parts(schema(kie, clock, "kling-3.0-omni/reference-to-video"))
    images, video, both = given["oneOf"]
    assert ["image_urls", "prompt"] == sorted(images["required"])
    assert (7, 4) == tuple(s["properties"]["image_urls"]["maxItems"] for s in (images, both))
    assert ["auto"] == video["properties"]["aspect_ratio"]["enum"]
    assert "image_urls" not in video["properties"]
    _, given = parts(schema(kie, clock, "minimax-h3/image-to-video"))
    assert ["anyOf"] == list(given)


def test_every_schema_is_json_schema(kie, clock):
    from jsonschema import Draft202012Validator

    for model in CHECKED:
        openapi = schema(kie, clock, model.id)
        given = parts(openapi)[1]
        Draft202012Validator.check_schema(given)
        for each in smallest(model):
            shapes = given.get("oneOf") or given.get("anyOf") or [given]
            assert model.rules or any(Draft202012Validator(s).is_valid(each) for s in shapes)


def test_facts_of_one_model_come_in_the_recorded_shapes(kie, clock):
    paths = {
        f"{VOICE}/schema": example("models.schema-null"),
        "flux-2/pro-image-to-image/price": example("models.price"),
        "flux-2/pro-image-to-image/success-rate": example("models.success-rate"),
        "flux-9/schema": example("models.404-unknown"),
        "..%2Fpasswd/price": example("models.404-unknown"),
    }
    for path, known in paths.items():
        answer = kie.json("GET", f"/api/v1/models/{path}")
        for changing in ("pricingDesc", "points"):
            if changing in (known["data"] or {}):
                known["data"][changing] = answer["data"][changing]
        assert known == answer
        clock.sleep(1)
    assert 404 == kie.send("GET", kie.sandbox.api + "/api/v1/models/z-image/secrets").status


def test_discovery_answers_one_question_a_second_and_remembers(caller, clock):
    caller().json("GET", "/api/v1/models/z-image/price")
    other = caller()
    assert example("models.429") == other.json("GET", "/api/v1/models")
    clock.sleep(0.9)
    assert 429 == other.json("GET", "/api/v1/models/z-image/schema")["code"]
    clock.sleep(0.1)
    assert 200 == other.json("GET", "/api/v1/models")["code"]
    clock.time -= 3600
    assert 200 == other.json("GET", "/api/v1/models")["code"]


def test_discovery_needs_the_key(kie):
    answer = kie.send("GET", kie.sandbox.api + "/api/v1/models", headers={})
    assert 401 == json.loads(answer.body)["code"]
