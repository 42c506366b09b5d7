"""What kie.ai tells live of its models, read without trusting it."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inputs import checked, smallest
from loopback import example

from kie_cli.catalog import card
from kie_cli.catalog.check import build
from kie_cli.catalog.live import (
    NotCreateTask,
    differences,
    listed,
    model_from,
    priced,
    same_price,
)
from kie_cli.catalog.models import ids, load
from kie_cli.catalog.wishes import Wishes
from kie_cli.sandbox.discovery import facts

FLUX = load("flux-2/pro-image-to-image")
CURRENT = [one for one in ids() if load(one).status != "delisted" and load(one).checked]


def told(input_, components=None, *, path="/api/v1/jobs/createTask", **properties):
    """An OpenAPI document as kie.ai writes them, with this schema as `input`."""
    body = {"type": "object", "properties": {"input": input_, **properties}}
    post = {"requestBody": {"content": {"application/json": {"schema": body}}}}
    return {"paths": {path: {"post": post}}, "components": {"schemas": components or {}}}


def fields(document, bundled=None):
    """The fields of a model by name."""
    return {field.name: field for field in model_from("new/model", document, bundled).fields}


def one(schema):
    """The field `thing` with this schema, of a model that the package does not have."""
    return fields(told({"properties": {"thing": schema}}))["thing"]


# Documents


def test_the_example_document_is_read_as_the_record_has_it():
    document = example("models.schema")["data"]["openapi"]
    assert differences(FLUX, model_from(FLUX.id, document, FLUX)) == []
    alone = model_from(FLUX.id, document)
    assert [field.name for field in FLUX.fields] == [field.name for field in alone.fields]
    assert FLUX.flags == alone.flags
    assert (True, "new") == (alone.checked, alone.status)


@pytest.mark.parametrize("model_id", CURRENT)
def test_a_document_made_of_a_record_is_that_record_again(model_id):
    model = load(model_id)
    document = json.loads(json.dumps(facts(model, "schema")["openapi"]))
    live = model_from(model_id, document, model)
    assert differences(model, live) == []
    assert (model.flags, model.rules, model.branches, model.callback) == (
        live.flags,
        live.rules,
        live.branches,
        live.callback,
    )
    for field in model.fields:
        again = live.field(field.name)._replace(required=field.required)
        if model.branches:  # each has its own default, and its own order of choices
            assert {*(again.enum or ())} == {*(field.enum or ())}
            again = again._replace(enum=field.enum, default=field.default)
        assert again == field


@pytest.mark.parametrize("model_id", CURRENT)
def test_a_model_that_only_kie_ai_knows_can_be_made(model_id):
    """By its own document alone: flags by the names of its fields, files known as files."""
    model = load(model_id)
    alone = model_from(model_id, json.loads(json.dumps(facts(model, "schema")["openapi"])))
    for flag, route in model.flags.items():
        if flag != "resolution" or "map" not in route:  # what `basic` means stands nowhere
            plain = {key: value for key, value in route.items() if key != "meaning"}
            told_ = {key: alone.flags.get(flag, {}).get(key) for key in plain}
            unclear = {"files_url", "quality"} & {route["field"]}
            assert plain == told_ or unclear, (flag, route, alone.flags.get(flag))
    for field in model.fields:
        assert field.is_media == alone.field(field.name).is_media
    for way in smallest(model):
        assert checked(alone, way).problems == []


def test_references_are_followed_whatever_their_names_look_like():
    components = {
        "Input Of%20It ": {"properties": {"a": {"$ref": "#/components/schemas/x~1y%2Fz"}}},
        "x/y/z": {"allOf": [{"$ref": "#/components/schemas/Base"}, {"maxLength": 7}]},
        "Base": {"type": "string", "minLength": 2, "maxLength": 9},
    }
    found = fields(told({"$ref": "#/components/schemas/Input%20Of%20It"}, components))["a"]
    assert ("string", {"min_length": 2, "max_length": 7}) == (found.type, found.limits)


def test_what_all_of_has_together_counts():
    components = {"Base": {"properties": {"a": {"type": "string"}}, "required": ["a"]}}
    input_ = {
        "allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"b": {"type": "number"}}}],
        "required": ["b"],
    }
    assert [("a", True), ("b", True)] == [
        (field.name, field.required) for field in fields(told(input_, components)).values()
    ]


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    "components",
    [
        {"A": ref("A")},
        {"A": ref("B"), "B": {"allOf": [ref("A")]}},
        {"A": {"allOf": [ref("A")] * 40}},
        {"A": {"properties": {"a": ref("A")}}},
        {"A": {"properties": {f"p{n}": {"type": "array", "items": ref("A")} for n in range(60)}}},
        {f"A{n or ''}": ref(f"A{n + 1}") for n in range(20000)},
        {f"A{n or ''}": {"allOf": [ref(f"A{n + 1}")] * 9} for n in range(60)},
    ],
)
def test_references_without_end_come_to_one(components):
    began = time.process_time()
    model_from("new/model", told(ref("A"), components))
    assert time.process_time() - began < 2


def test_a_model_that_is_taken_elsewhere_says_where():
    with pytest.raises(NotCreateTask) as elsewhere:
        model_from("gpt-9", told({"properties": {"a": {}}}, path="/gpt-9/v1/chat/completions"))
    assert str(elsewhere.value) == "/gpt-9/v1/chat/completions"


@pytest.mark.parametrize("document", [None, {}, {"paths": {}}, told({}), told({"type": "object"})])
def test_without_a_description_nothing_is_checked(document):
    assert model_from("new/model", document).checked is False
    assert model_from(FLUX.id, document, FLUX) == FLUX


def test_a_model_takes_no_callback_where_its_document_has_none():
    assert model_from("m", told({"properties": {"a": {}}})).callback is False
    assert model_from("m", told({"properties": {"a": {}}}, callBackUrl={})).callback is True


# Fields


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, "string"),
        ({"type": ["null", "integer"]}, "integer"),
        ({"anyOf": [{"type": "null"}, {"type": "number"}]}, "number"),
        ({"oneOf": [{"type": "boolean"}, {"type": "string"}]}, "boolean"),
        ({"enum": [1, 2]}, "integer"),
        ({"enum": [True, False]}, "boolean"),
        ({"const": "one"}, "string"),
        ({"items": {"type": "string"}}, "array"),
        ({"properties": {"a": {}}}, "object"),
        ({"type": "file"}, "string"),
        ({}, "string"),
        (True, "string"),
    ],
)
def test_the_type_of_a_field_is_found_where_it_stands(schema, kind):
    assert kind == one(schema).type


def test_blanks_around_a_name_are_nobodys_wish():
    input_ = {"properties": {"image_urls ": {"type": "array"}}, "required": [" image_urls"]}
    assert [("image_urls", True)] == [
        (field.name, field.required) for field in fields(told(input_)).values()
    ]


def test_limits_choices_and_items_are_read():
    found = one(
        {
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {
                "type": "object",
                "required": ["url "],
                "properties": {"url": {"type": "string", "format": "uri", "maxLength": 9}},
            },
        }
    )
    assert {"min_items": 1, "max_items": 3} == found.limits
    inner = {"url": {"type": "string", "format": "uri", "maxLength": 9}}
    assert {"type": "object", "required": ["url"], "properties": inner} == found.items
    number = one({"type": "number", "minimum": 0.5, "maximum": 2, "default": 1})
    assert ({"min": 0.5, "max": 2}, 1) == (number.limits, number.default)


def test_what_is_no_choice_of_an_item_is_left_out():
    parts = {"thing": {"type": "array", "items": {"enum": [1, "a", None, {}]}}}
    model = model_from("m", told({"properties": parts}))
    assert model.fields[0].items == {"enum": [1, "a"]}
    [problem] = checked(model, {"thing": ["b"]}).problems
    assert "must be one of 1, a" in problem


def test_choices_beside_free_text_are_open():
    free = one({"anyOf": [{"enum": ["a", "b"]}, {"type": "string"}]})
    assert (("a", "b"), True) == (free.enum, free.is_open)
    closed = one({"anyOf": [{"enum": ["a", "b"]}, {"type": "null"}]})
    assert (("a", "b"), False) == (closed.enum, closed.is_open)


@pytest.mark.parametrize("least", [10**15, 2.5, -1])
def test_an_example_stays_short_however_much_is_asked_for(least):
    parts = {"a": {"type": "array", "minItems": least}, "image_urls": {"type": "array"}}
    parts["image_urls"]["minItems"] = least
    model = model_from("m", told({"properties": parts, "required": [*parts]}))
    assert len(card.example(model)) < 30


@pytest.mark.parametrize("limit", [True, "9", None, [], 1e300, -(10**400)])
def test_a_limit_that_is_none_is_none(limit):
    assert one({"type": "string", "maxLength": limit}).limits == {}


def test_live_facts_win_and_what_kie_ai_does_not_tell_stays():
    record = load("bytedance/seedance-2")
    parts = {
        "first_frame_url": {"type": "array", "items": {"type": "string"}},
        "resolution": {"type": "string", "enum": ["480p", "8k"]},
        "prompt": {"type": "string"},
        "duration": {"type": "integer", "maximum": 30},
        "seed": {"type": "integer"},
    }
    live = model_from(record.id, told({"properties": parts, "required": ["seed"]}), record)
    assert [*parts] == [field.name for field in live.fields]
    assert live.field("resolution").enum == ("480p", "8k")
    assert live.field("prompt").limits == {}
    assert live.field("duration").limits == {"min_described": 4, "max": 30}
    assert live.field("first_frame_url").role == "first_frame"
    assert live.field("first_frame_url").schemes == ("http", "https", "asset")
    assert live.flags["first_frame"] == {"field": "first_frame_url", "shape": "list"}
    assert live.flags["seed"] == {"field": "seed"}
    assert not {"last_frame", "reference", "video", "audio"} & {*live.flags}
    assert live.rules == ()
    same = ("vendor", "media", "tasks", "status", "twin", "output", "price", "notes")
    assert [getattr(record, name) for name in same] == [getattr(live, name) for name in same]


def test_a_default_that_is_no_choice_any_more_is_not_filled_in():
    parts = {"aspect_ratio": {"type": "string", "enum": ["5:7"]}}
    assert model_from(FLUX.id, told({"properties": parts}), FLUX).fields[0].default is None


def test_choices_that_are_open_in_truth_stay_open():
    record = load("elevenlabs/text-to-speech-turbo-2-5")
    field = next(field for field in record.fields if field.is_open and field.enum)
    parts = {field.name: {"type": "string", "enum": ["a"]}}
    found = model_from(record.id, told({"properties": parts}), record).field(field.name)
    assert (("a",), True) == (found.enum, found.is_open)


@pytest.mark.parametrize(
    ("name", "schema", "role"),
    [
        ("pose_image_url", {"type": "string"}, "image"),
        ("driving", {"type": "string", "format": "uri"}, "option"),
        ("my_video", {"type": "string", "format": "uri"}, "video"),
        ("image", {"type": "boolean"}, "option"),
        ("text", {"type": "array"}, "option"),
        ("quality", {"enum": ["low", "high"]}, "option"),
        ("quality", {"enum": ["720p", "1080p"]}, "resolution"),
        ("size", {"enum": ["1:1", "3:2"]}, "aspect_ratio"),
    ],
)
def test_what_a_field_is_for_is_told_by_its_name_and_its_type(name, schema, role):
    assert role == fields(told({"properties": {name: schema}}))[name].role


def test_words_for_ratios_are_found_among_the_choices():
    choices = ["square_hd", "portrait_16_9", "landscape_4_3", "adaptive"]
    live = model_from("m", told({"properties": {"image_size": {"enum": choices}}}))
    assert live.flags["aspect_ratio"]["map"] == {
        "1:1": "square_hd",
        "auto": "adaptive",
        "9:16": "portrait_16_9",
        "4:3": "landscape_4_3",
    }


def test_an_image_that_may_be_a_frame_or_a_reference_is_ambiguous():
    parts = {"first_frame_url": {"type": "string"}, "reference_image_urls": {"type": "array"}}
    assert model_from("m", told({"properties": parts})).flags["image"] == {
        "field": "first_frame_url",
        "shape": "single",
        "ambiguous": True,
        "alternatives": ["reference_image_urls"],
    }


# Branches


def branch(name, **more):
    parts = {"prompt": {"type": "string"}, name: {"type": "string"}}
    return {"title": f"By {name}", "properties": parts, "required": ["prompt", name], **more}


def test_branches_that_no_record_tells_of_are_one_shape_that_refuses_none_of_them():
    left, right = branch("image_url"), branch("task_id")
    left["properties"]["n"] = {"enum": ["1"], "maxLength": 5}
    right["properties"]["n"] = {"enum": ["1", "2"]}
    live = model_from("m", told({"oneOf": [left, right]}))
    assert {"prompt": True, "image_url": False, "n": False, "task_id": False} == {
        field.name: field.required for field in live.fields
    }
    n = live.field("n")
    assert ((), ("1", "2"), True, {}) == (live.branches, n.enum, n.is_open, n.limits)
    assert checked(live, {"prompt": "a", "image_url": "https://example.com/a.png"}).problems == []
    assert checked(live, {"prompt": "a", "task_id": "t", "n": "2"}).problems == []
    assert len(checked(live, {"task_id": "t"}).problems) == 1


def test_branches_of_a_record_that_kie_ai_has_changed_are_checked_no_more():
    record = load("kling-3.0-omni/reference-to-video")
    document = facts(record, "schema")["openapi"]
    given_ = document["components"]["schemas"]["Input"]["oneOf"]
    given_[0]["properties"]["image_urls"]["maxItems"] = 9
    live = model_from(record.id, document, record)
    assert (live.branches, live.field("image_urls").limits) == ((), {})
    assert "which fields go together has changed" in differences(record, live)
    assert checked(live, next(smallest(record))).problems == []


# The list


ENTRY = example("models.list")["data"]["models"][0]


def test_an_entry_of_the_list_is_a_model_to_show():
    model = listed(ENTRY | {"model": "new/one"}, "2026-11-22")
    assert ("new/one", "new", "image", ("text-to-image",), "Black Forest Labs") == (
        model.id,
        model.status,
        model.media,
        model.tasks,
        model.vendor,
    )
    assert model.price["text"] == ENTRY["pricingDesc"]
    assert model.checked is False


@pytest.mark.parametrize(
    ("labels", "media"),
    [
        (["Image to Video", "Text to Image"], "video"),
        (["Text to Speech"], "audio"),
        (["Speech to Text"], "text"),
        ("Lip Sync", "video"),
        (["Something"], ""),
        (None, ""),
        ([None, 7, {}], ""),
    ],
)
def test_what_a_new_model_makes_is_told_by_its_labels(labels, media):
    assert media == listed({"model": "m", "taskType": labels, "provider": 5}, "2026-11-22").media


def test_a_price_is_another_when_a_known_number_is_not_in_it():
    assert same_price(FLUX, "5 credits (about $0.025) at 1K, 7 credits (about $0.035) at 2K")
    assert not same_price(FLUX, "5 credits at 1K, 8 credits at 2K")
    assert same_price(load("veo/extend"), "30 credits lite, 60 credits fast, 250 credits quality")
    assert not same_price(load("veo/extend"), "30 credits lite, 60 credits fast")
    assert not same_price(load("google/imagen4-fast"), "9 credits per image, up to 4 images")
    assert not same_price(load("kling/v2-1-standard"), "25 credits per second; before 50, for 5 s")
    made_of_others = load("hailuo/02-text-to-video-pro")  # 57 credits: 6 s at 9.5
    assert not same_price(made_of_others, "12 per second (6 s, 1080p)")
    for one in CURRENT:
        if price := load(one).price:
            assert same_price(load(one), price["text"])


def test_rates_go_with_the_price_that_they_belong_to():
    same = priced(FLUX, "5 credits at 1K, 7 credits at 2K", "2026-11-22")
    assert (same.price["rates"], same.price["seen"]) == (FLUX.price["rates"], "2026-11-22")
    other = priced(FLUX, "6 credits at 1K, 9 credits at 2K", "2026-11-22")
    assert "rates" not in other.price
    assert priced(FLUX, None, "2026-11-22") == priced(FLUX, " ", "2026-11-22") == FLUX


# Differences


def test_differences_are_a_line_each_in_the_order_of_the_fields():
    parts = {
        "input_urls": {"type": "array", "maxItems": 10, "items": {"type": "string"}},
        "prompt": {"type": "string", "maxLength": 5000},
        "aspect_ratio": {"type": "string"},
        "resolution": {"type": "integer", "enum": ["1K", "4K"]},
        "seed": {"type": "integer"},
    }
    needed = ["input_urls", "prompt", "aspect_ratio", "seed"]
    live = model_from(FLUX.id, told({"properties": parts, "required": needed}), FLUX)
    assert differences(FLUX, live) == [
        "input_urls: max_items 10, was 8",
        "aspect_ratio: now takes any value",
        "resolution: integer, was string",
        "resolution: now takes 4K",
        "resolution: no longer takes 2K",
        "resolution: no longer required",
        "nsfw_checker: gone",
        "seed: new, required (integer)",
    ]


def test_other_items_are_a_difference():
    parts = {"a": {"type": "array", "items": {"type": "integer"}}}
    assert differences(
        model_from("m", told({"properties": {"a": {"type": "array"}}})),
        model_from("m", told({"properties": parts})),
    ) == ["a: what its items are has changed"]


# Strangers' JSON

WORDS = st.sampled_from(
    ["type", "enum", "const", "default", "properties", "required", "items", "anyOf", "oneOf",
     "allOf", "$ref", "minimum", "maxLength", "maxItems", "format", "title",
     "string", "array", "object", "integer", "uri", "prompt", "image_urls", "task_id", "size",
     "first_frame_url", "reference_image_urls", "#/components/schemas/A", "#/", "1:1", " ", "",
     "\x1b[2J", "720p", "a" * 300, "minItems"]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=25,
)


@settings(deadline=None, max_examples=300, derandomize=True)
@given(
    document=st.one_of(
        JSON,
        st.builds(told, JSON, st.dictionaries(WORDS, JSON)),
        st.builds(lambda parts, a: told({"properties": parts}, {"A": a}), JSON, JSON),
        st.builds(
            lambda kind, options: told({kind: options}), st.sampled_from(["oneOf", "anyOf"]), JSON
        ),
    ),
    entry=JSON,
    wish=JSON,
)
def test_no_json_at_all_breaks_what_is_made_of_it(document, entry, wish):
    base = FLUX._replace(fields=FLUX.fields[:2])
    for bundled in (None, base):
        try:
            model = model_from("new/model", document, bundled)
        except NotCreateTask:
            continue
        assert all(line.strip() for line in differences(base, model))
        build(model.id, model, Wishes(flags={"prompt": "a", "image": ("https://a.de/b.png",)}))
        build(model.id, model, Wishes(base={field.name: wish for field in model.fields}))
        for field in model.fields:
            assert isinstance(f"{card.kind(field)}{card.needed(field)}{card.limits(field)}", str)
        assert card.example(model)[:2] == ["create", "-m"]
        card.ways(model)
    assert listed({"model": "m", "taskType": entry, "provider": entry, "pricingDesc": entry}, "").id
