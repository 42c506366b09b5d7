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
Draft202012Validator.check_schema(SCHEMA)
VALIDATOR = Draft202012Validator(SCHEMA)
FLUX = [
    "flux-2/flex-image-to-image",
    "flux-2/flex-text-to-image",
    "flux-2/pro-image-to-image",
    "flux-2/pro-text-to-image",
]


def record(model_id):
    return json.loads((ROOM / "data" / f"{model_id}.json").read_text())


def test_the_ids_are_the_paths_of_the_records():
    assert {*FLUX} < {*models.ids()}
    assert (194, 180) == (
        len(models.ids()),
        sum(models.load(model_id).status != "delisted" for model_id in models.ids()),
    )


def test_one_model_is_found_without_a_look_at_any_other(monkeypatch):
    monkeypatch.setattr(Path, "rglob", lambda *_: pytest.fail("the folder was walked"))
    read, seen = Path.read_text, []
    monkeypatch.setattr(Path, "read_text", lambda path, *a: seen.append(path) or read(path, *a))
    models.load.cache_clear()
    assert models.load("veo-3-1").id == models.load("veo-3-1").id == "veo-3-1"
    assert len(seen) == 1


def test_the_ids_are_told_without_reading_a_record(monkeypatch):
    monkeypatch.setattr(Path, "read_text", lambda *_: pytest.fail("a record was read"))
    assert "veo-3-1" in models.ids()


@pytest.mark.parametrize("model_id", models.ids())
def test_every_record_keeps_the_schema_and_loads(model_id):
    VALIDATOR.validate(record(model_id))
    model = models.load(model_id)
    assert model is not None
    assert model_id == model.id
    assert [f["name"] for f in record(model_id)["fields"]] == [f.name for f in model.fields]


@pytest.mark.parametrize("model_id", models.ids())
def test_every_record_agrees_with_itself(model_id):
    model = models.load(model_id)
    names = {field.name for field in model.fields}
    for flag, route in model.flags.items():
        known = model.route(flag)
        assert known is not None, route
        if flag in models.MEDIA_FLAGS:
            assert (known.type == "array") == (route["shape"] != "single")
            assert (route["shape"] == "objects") == ("object_key" in route)
        for word in route.get("map", {}).values():
            assert word in known.enum
        assert {*route.get("alternatives", ())} <= names
    for field in model.fields:
        if field.enum and not field.is_open and field.default is not None:
            assert field.default in field.enum
    for branch in model.branches:
        assert {*branch["required"], *branch.get("fields", ()), *branch.get("limits", ())} <= names
    for rule in model.rules:
        parts = (rule.get(key, ()) for key in ("when", "fields", "others", "all_of"))
        named = {rule.get("field", rule.get("fields", [""])[0] if "fields" in rule else None)}
        assert {name for part in parts for name in part} | (named - {None}) <= names
    for rate in (model.price or {}).get("rates", ()):
        assert {*rate.get("when", {})} <= names
        for name, values in rate.get("when", {}).items():
            enum = model.field(name).enum
            assert enum is None or {*values} - {None, "*"} <= {*enum}
    if model.twin:
        assert model_id == model.other().twin


def test_a_short_name_stands_for_models_that_are_there():
    for name, chosen in models.aliases().items():
        assert models.load(name) is None, "an id is never a short name"
        for model_id in chosen:
            assert models.load(model_id).status != "delisted"
        assert 1 <= len(chosen) <= 2


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


def test_a_field_tells_its_limits_and_files():
    images = models.load("flux-2/pro-image-to-image").field("input_urls")
    assert {"kinds": ["jpeg", "png", "webp"], "max_mb": 10} == images.file
    assert {"max_items": 8, "min_items_described": 1} == images.limits
    assert ("array", True, True) == (images.type, images.required, images.is_media)
    prompt = models.load("flux-2/pro-image-to-image").field("prompt")
    assert {"max_length": 5000, "min_length_described": 3} == prompt.limits
    assert not prompt.is_media


def test_a_field_tells_the_flag_that_fills_it():
    model = models.load("bytedance/seedance-2")
    assert "--first-frame" == model.flag_of("first_frame_url")
    assert "--reference" == model.flag_of("reference_image_urls")
    assert model.flag_of("web_search") is None


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
    ["flux-2/max-text-to-image", "flux-3/pro-text-to-image", "qwen4/pro-text-to-image",
     "flux-2/pro-image-to-video", "seedream/6-pro-image-to-image", "nano-banana-ultra"],
)  # fmt: skip
def test_another_model_is_no_slip(other):
    assert models.nearest_id(other) is None
