from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import kie_cli.catalog
from kie_cli.catalog import models

ROOM = Path(kie_cli.catalog.__file__).parent
SCHEMA = json.loads((ROOM / "record.schema.json").read_text())
FLUX = [
    "flux-2/flex-image-to-image",
    "flux-2/flex-text-to-image",
    "flux-2/pro-image-to-image",
    "flux-2/pro-text-to-image",
]


def record(model_id):
    return json.loads((ROOM / "data" / f"{model_id}.json").read_text())


def test_the_ids_are_the_paths_of_the_records():
    assert FLUX == models.ids()


def test_the_ids_are_told_without_reading_a_record(monkeypatch):
    monkeypatch.setattr(Path, "read_text", lambda *_: pytest.fail("a record was read"))
    assert FLUX == models.ids()


@pytest.mark.parametrize("model_id", models.ids())
def test_every_record_keeps_the_schema_and_loads(model_id):
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(record(model_id))
    model = models.load(model_id)
    assert model is not None
    assert model_id == model.id
    assert [f["name"] for f in record(model_id)["fields"]] == [f.name for f in model.fields]


@pytest.mark.parametrize("model_id", models.ids())
def test_every_record_agrees_with_itself(model_id):
    model = models.load(model_id)
    for flag, route in model.flags.items():
        assert model.route(flag) is not None, route
        listed = model.route(flag).type == "array"
        assert listed == (route.get("shape") == "list")
    for field in model.fields:
        assert field.default is None or field.enum is None or field.default in field.enum
    if model.twin:
        assert model_id == model.other().twin
    size = model.route("resolution")
    assert {*model.price.get("by_resolution", {})} <= {*size.enum}


@pytest.mark.parametrize(
    "hostile",
    ["../../x", "../catalog/data/flux-2/pro-text-to-image", "/etc/passwd", "flux-2", "", ".", "..",
     "flux-2/pro-text-to-image\0", "flux-2/./pro-text-to-image", "flux-2//pro-text-to-image",
     "FLUX-2/PRO-TEXT-TO-IMAGE", "flux-2/pro-text-to-image.json", "\ud800", "a" * 100_000],
)  # fmt: skip
def test_no_text_reaches_a_file_that_is_no_record(hostile):
    assert models.load(hostile) is None


@given(st.text())
def test_any_text_may_be_asked_for(text):
    assert models.load(text) is None
    models.nearest_id(text)


def test_a_field_tells_its_limits_in_words_and_bytes():
    images = models.load("flux-2/pro-image-to-image").field("input_urls")
    assert ("jpeg", "png", "webp") == images.kinds
    assert (10_485_760, 10_000_000) == (images.max_bytes, images.safe_bytes)
    assert (8, "array", True, True) == (
        images.max_items, images.type, images.required, images.is_media,
    )  # fmt: skip
    prompt = models.load("flux-2/pro-image-to-image").field("prompt")
    assert (5000, 3, None, None) == (
        prompt.max_length, prompt.min_length_described, prompt.max_bytes, prompt.safe_bytes,
    )  # fmt: skip
    assert not prompt.is_media


def test_a_field_or_route_that_is_not_there_is_none():
    model = models.load("flux-2/pro-text-to-image")
    assert model.field("input_urls") is None
    assert model.route("image") is None


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("flux-2/pro-image-2-image", "flux-2/pro-image-to-image"),
        ("flux2/pro-text-to-image", "flux-2/pro-text-to-image"),
        ("flux-2/flex-img2img", "flux-2/flex-image-to-image"),
        ("Flux-2/Pro-Text-To-Image", "flux-2/pro-text-to-image"),
    ],
)
def test_a_slip_in_an_id_finds_the_model(slip, meant):
    assert meant == models.nearest_id(slip)


@pytest.mark.parametrize(
    "other",
    ["flux-2/max-text-to-image", "flux-3/pro-text-to-image", "qwen3/pro-text-to-image",
     "flux-2/pro-image-to-video", "seedream/5-pro-image-to-image", "nano-banana-pro"],
)  # fmt: skip
def test_another_model_is_no_slip(other):
    assert models.nearest_id(other) is None


@pytest.mark.parametrize(
    ("model_id", "given_", "credits_"),
    [
        ("flux-2/pro-image-to-image", {"resolution": "1K"}, 5),
        ("flux-2/flex-text-to-image", {"resolution": "2K"}, 24),
        ("flux-2/pro-image-to-image", {"resolution": "4K"}, None),
        ("flux-2/pro-image-to-image", {"resolution": ["1K"]}, None),
        ("flux-2/pro-image-to-image", {}, None),
    ],
)
def test_the_price_of_a_task_follows_its_resolution(model_id, given_, credits_):
    assert credits_ == models.estimate(models.load(model_id), given_)
