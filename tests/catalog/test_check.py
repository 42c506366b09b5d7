from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kie_cli.catalog.check import build
from kie_cli.catalog.models import FLAGS, MEDIA_FLAGS, ids, load
from kie_cli.catalog.models import field_of as field
from kie_cli.catalog.rules import waived
from kie_cli.catalog.values import SHOWN, files_in, replace_files
from kie_cli.catalog.wishes import Wishes, brings_image, choose_model
from kie_cli.core.media import LocalFile

I2I, T2I = "flux-2/pro-image-to-image", "flux-2/pro-text-to-image"
URL = "https://example.com/a.png"
RATIOS = "1:1, 4:3, 3:4, 16:9, 9:16, 3:2, 2:3"
CASES = [
    case
    for name in ("cases.json", "more_cases.json")
    for case in json.loads(Path(__file__).with_name(name).read_text())
]


def png(name="jar.png", size=1000, kind="png"):
    return LocalFile(name, kind, size, f"{name:0<64}")


def wish(params=(), base=None, images=(), **flags):
    given = {"image": tuple(images), **flags}
    return Wishes(given, tuple(params), base or {})


def make(model_id=T2I, /, *, validate=True, **wishes):
    if model_id == I2I:
        wishes.setdefault("images", (URL,))
    if "prompt" not in wishes:
        wishes["prompt"] = "a hat"
    return build(model_id, load(model_id), wish(**wishes), validate=validate)


def param(*params):
    return tuple((name, value, not isinstance(value, str)) for name, value in params)


def widened(**facts):
    model = load(T2I)
    extra = field({"name": "extra", "type": "string", "required": False, "role": "option"} | facts)
    return model._replace(fields=(*model.fields, extra))


# The published cases


def said(value):
    match value:
        case {"repeat": text, "times": times}:
            return text * times
        case dict():
            return {name: said(inner) for name, inner in value.items()}
        case list():
            return [said(inner) for inner in value]
    return value


def asked(flags):
    params = [(name, text, False) for name, text in flags.get("param", {}).items()]
    params += [(name, value, True) for name, value in flags.get("param_json", {}).items()]
    given = {
        flag: tuple(flags[flag]) if flag in MEDIA_FLAGS else str(flags[flag])
        for flag in FLAGS
        if flag in flags
    }
    assert {*flags} <= {*FLAGS, "param", "param_json", "input", "no_validate"}
    return Wishes(given, tuple(params), flags.get("input", {}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_published_case(case):
    flags, expect = said(case["flags"]), said(case["expect"])
    wishes = asked(flags)
    model_id, _ = choose_model(case["model"], I2I, wishes)

    checked = build(model_id, load(model_id), wishes, validate=not flags.get("no_validate", False))

    assert expect.get("model", model_id) == model_id
    if "input" in expect:
        assert json.dumps(expect["input"], sort_keys=True) == json.dumps(
            checked.input, sort_keys=True
        )
        assert [] == checked.problems
    else:
        assert checked.problems
    # A fault is named as it was typed: --aspect-ratio for aspect_ratio.
    problems, warnings = (
        " ".join(text.replace("-", "_") for text in texts)
        for texts in (checked.problems, checked.warnings)
    )
    assert all(name in problems for name in expect.get("error_fields", []))
    assert all(name in warnings for name in expect.get("warn_fields", []))


# Which model


def test_a_named_model_is_never_changed():
    assert (I2I, None) == choose_model(I2I, T2I, wish())


def test_the_default_without_an_image_gives_way_to_its_twin_and_says_so():
    assert (T2I, f"No image: using {T2I}.") == choose_model(None, I2I, wish())


@pytest.mark.parametrize(
    ("default", "has_image"), [(I2I, True), (T2I, False), (T2I, True), ("my/model", False)]
)
def test_any_other_default_stays(default, has_image):
    assert (default, None) == choose_model(None, default, wish(images=(URL,) * has_image))


@pytest.mark.parametrize(
    ("wishes", "brought"),
    [
        (wish(images=(URL,)), True),
        (wish(params=param(("input_urls", URL))), True),
        (wish(base={" input_urls": [URL]}), True),
        (wish(prompt="hat", base={"prompt": "hat"}), False),
    ],
)
def test_an_image_counts_wherever_it_is_named(wishes, brought):
    assert brought == brings_image(I2I, wishes)


def test_an_image_counts_for_an_unknown_model_when_it_is_a_flag():
    assert brings_image("my/model", wish(images=(URL,)))
    assert not brings_image("my/model", wish(params=param(("input_urls", URL))))


# Routing


def test_flags_win_over_the_input_object_and_params_over_flags():
    checked = make(
        prompt="flag", resolution="1K",
        base={"prompt": "base", "aspect_ratio": "3:2", "resolution": "1K"},
        params=param(("resolution", "2K")),
    )  # fmt: skip
    assert {"prompt": "flag", "aspect_ratio": "3:2", "resolution": "2K"} == checked.input
    assert [] == checked.problems
    assert ["--param resolution: it counts, and --resolution does not."] == checked.warnings


def test_the_input_object_is_left_as_it_was():
    base = {"prompt": "hat", "extra": {"a": {"b": 1}}}
    checked = make(T2I, prompt=None, base=base, params=param(("extra.a.c", 2)))
    assert {"a": {"b": 1, "c": 2}} == checked.input["extra"]
    assert {"prompt": "hat", "extra": {"a": {"b": 1}}} == base


def test_a_dotted_name_makes_objects_in_the_place_of_what_was_no_object():
    checked = make(T2I, params=param(("extra", "x"), ("extra.a.b", "1")))
    assert {"a": {"b": "1"}} == checked.input["extra"]


def test_blanks_around_names_are_dropped():
    checked = make(T2I, base={" resolution ": "2K"}, params=param((" aspect_ratio", "1:1")))
    assert {"prompt": "a hat", "aspect_ratio": "1:1", "resolution": "2K"} == checked.input


@pytest.mark.parametrize("name", ["", " ", ".a", "a.", "a..b"])
def test_a_param_without_a_name_is_refused(name):
    (problem,) = make(T2I, params=param((name, "v"))).problems
    assert f"--param {name}=v: a field needs a name." == problem


def test_a_param_that_is_given_twice_counts_once_and_says_so():
    checked = make(T2I, params=param(("resolution", "1K"), ("resolution", "2K")))
    assert "2K" == checked.input["resolution"]
    assert ["--param resolution: given more than once; the last one counts."] == checked.warnings


def test_what_is_required_is_filled_and_what_is_optional_is_not():
    checked = make(I2I)
    assert ["input_urls", "prompt", "aspect_ratio", "resolution"] == list(checked.input)
    assert ("1:1", "1K") == (checked.input["aspect_ratio"], checked.input["resolution"])
    assert "extra" not in build(T2I, widened(default="x"), wish(prompt="hat")).input


def test_an_image_where_none_is_taken_is_refused_with_the_twin():
    problems = make(T2I, images=(URL,)).problems
    assert [f"--image: {T2I} takes no image; {I2I} does."] == problems
    assert problems == make(T2I, images=(URL,), validate=False).problems


def test_a_flag_without_a_field_is_refused():
    model = load(T2I)._replace(flags={"prompt": {"field": "prompt"}})
    checked = build(T2I, model, wish(prompt="hat", aspect_ratio="1:1"), validate=False)
    assert [f"--aspect-ratio: {T2I} takes no aspect ratio; {I2I} does."] == checked.problems
    alone = build(T2I, model._replace(twin=None), wish(prompt="hat", resolution="1K"))
    has = f"(it has --prompt; all of it: kie models {T2I})"
    assert [f"--resolution: {T2I} takes no resolution {has}."] == alone.problems


def test_a_single_image_goes_into_a_text_field_as_it_is_and_two_do_not():
    model = widened(role="image")
    model = model._replace(flags={**model.flags, "image": {"field": "extra", "shape": "single"}})
    assert URL == build(T2I, model, wish(images=(URL,), prompt="hat")).input["extra"]
    (problem,) = build(T2I, model, wish(images=(URL, URL), prompt="hat")).problems
    assert problem.startswith("--image [...]: ")


# Values


def test_the_words_of_the_contract():
    assert [
        f"--aspect-ratio 16x9: {I2I} takes {RATIOS}, auto. Did you mean 16:9?"
    ] == make(I2I, aspect_ratio="16x9").problems  # fmt: skip


def test_all_faults_are_told_at_once():
    checked = make(
        I2I, images=("notes", *[URL] * 8), prompt=" ", aspect_ratio="x", resolution="8K",
        params=param(("nsfw_checker", "maybe"), ("promt", "x")),
    )  # fmt: skip
    assert 6 == len(checked.problems)
    assert 1 == len(checked.warnings)


@pytest.mark.parametrize(("typed", "sent"), [("1k", "1K"), (" 2K ", "2K")])
def test_a_choice_is_found_in_any_case(typed, sent):
    for checked in (make(resolution=typed), make(base={"resolution": typed})):
        assert sent == checked.input["resolution"]
        assert [] == checked.problems


@pytest.mark.parametrize("typed", ["auto", "AUTO"])
def test_auto_without_an_image_names_the_model_that_takes_it(typed):
    assert [
        f"--aspect-ratio {typed}: this needs an image; {I2I} takes it. {T2I} takes {RATIOS}."
    ] == make(T2I, aspect_ratio=typed).problems


def test_a_choice_that_only_goes_without_an_image_says_so():
    bare = load(I2I).field("aspect_ratio")._replace(enum=("auto",), default="auto")
    model = load(I2I)._replace(fields=(bare,), flags={"aspect_ratio": {"field": "aspect_ratio"}})
    (problem,) = build(I2I, model, wish(aspect_ratio="1:1")).problems
    assert "this goes without an image" in problem


def test_a_param_is_named_as_it_was_typed():
    choice = make(T2I, params=(("resolution", "3K", False),)).problems
    assert choice == [f"--param resolution=3K: {T2I} takes 1K, 2K."]
    assert ["--param resolution:={...}: " + f"{T2I} takes text here."] == make(
        T2I, params=(("resolution", {"a": 1}, True),)
    ).problems
    assert [f"--input resolution=true: {T2I} takes text here."] == make(
        T2I, base={"resolution": True}
    ).problems


@pytest.mark.parametrize(
    ("kind", "typed", "sent"),
    [
        *[("boolean", word, True) for word in ("true", "Yes", "ON", "1", 1, True)],
        *[("boolean", word, False) for word in ("false", "no", "off", "0", 0, False)],
        ("integer", "5", 5), ("integer", " -5 ", -5), ("integer", 5.0, 5), ("integer", "5.0", 5),
        ("number", "0.5", 0.5), ("number", "5", 5), ("number", "1e3", 1000.0), ("number", 2, 2),
        ("string", 10, "10"), ("string", 10.0, "10"), ("string", 0.5, "0.5"), ("string", "", ""),
        ("array", "one", ["one"]), ("array", [1, "x"], [1, "x"]), ("object", {"a": 1}, {"a": 1}),
    ],
)  # fmt: skip
def test_a_value_becomes_what_the_field_takes(kind, typed, sent):
    wishes = wish(prompt="hat", params=(("extra", typed, False),))
    checked = build(T2I, widened(type=kind), wishes)
    assert [] == checked.problems
    assert sent == checked.input["extra"]
    assert type(sent) is type(checked.input["extra"])


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        ("boolean", "maybe", "true or false"), ("boolean", 2, "true or false"),
        ("boolean", 1.0, "true or false"), ("boolean", None, "true or false"),
        ("integer", "5s", "a whole number"), ("integer", "5.5", "a whole number"),
        ("integer", 5.5, "a whole number"), ("integer", True, "a whole number"),
        ("number", "1e999", "a number"), ("number", "\u0665", "a number"),
        ("number", "9" * 5000, "a number"), ("number", [1], "a number"),
        ("string", None, "text"), ("string", False, "text"), ("string", ["x"], "text"),
        ("array", {"a": 1}, "a list"), ("array", 5, "a list"),
        ("object", "x", "an object (NAME:=JSON)"), ("object", [], "an object (NAME:=JSON)"),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused(kind, typed, words):
    wishes = wish(prompt="hat", params=(("extra", typed, True),))
    (problem,) = build(T2I, widened(type=kind), wishes).problems
    assert problem.endswith(f": {T2I} takes {words} here.")
    loose = build(T2I, widened(type=kind), wishes, validate=False)
    assert ([problem], [], typed) == (loose.warnings, loose.problems, loose.input["extra"])


def test_an_unknown_field_is_sent_with_a_warning():
    checked = make(T2I, params=param(("promt", "x")), base={"zzz": [1]})
    assert ("x", [1]) == (checked.input["promt"], checked.input["zzz"])
    assert [] == checked.problems
    tail = f"{T2I} has no such field that kie knows; sent as it is."
    assert [
        f"--input zzz=[...]: {tail}", f"--param promt=x: {tail} Did you mean prompt?",
    ] == checked.warnings  # fmt: skip


def test_what_is_missing_is_told_with_the_flag_that_gives_it():
    assert [
        f"input_urls is missing: {I2I} needs it (--image). Without an image: --model {T2I}",
        f"prompt is missing: {I2I} needs it (--prompt).",
    ] == make(I2I, images=(), prompt=None).problems
    (problem,) = build(T2I, widened(required=True), wish(prompt="hat")).problems
    assert problem == f"extra is missing: {T2I} needs it (--param extra=...)."


def test_an_empty_list_is_no_image():
    (problem,) = make(I2I, images=(), params=(("input_urls", [], True),)).problems
    assert problem.startswith("input_urls is missing")


# Prompts


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u00a0", "\ufeff "])
def test_a_blank_prompt_is_refused(blank):
    assert [f"--prompt: it is blank; {T2I} needs words."] == make(prompt=blank).problems


def test_a_prompt_is_counted_in_characters():
    assert [] == make(prompt="\U0001f3a9" * 5000).problems
    assert [f"--prompt: 5001 characters; {T2I} takes at most 5000."] == make(
        prompt="x" * 5001
    ).problems


@pytest.mark.parametrize(("prompt", "doubts"), [("hi", 1), ("hat", 0)])
def test_a_short_prompt_is_doubted_and_sent(prompt, doubts):
    checked = make(prompt=prompt)
    assert (prompt, [], doubts) == (
        checked.input["prompt"], checked.problems, len(checked.warnings),
    )  # fmt: skip


def test_a_prompt_goes_out_as_it_is():
    prompt = "\ufeff  a hat\u202e\x1b[0m \n"
    assert prompt == make(prompt=prompt).input["prompt"]


@pytest.mark.parametrize("validate", [True, False])
@pytest.mark.parametrize(
    ("prompt", "point"), [("a\0b", "U+0000"), ("a\ud800", "U+D800"), ("a\udcff", "U+DCFF")]
)
def test_what_no_request_can_carry_is_always_refused(prompt, point, validate):
    (problem,) = make(prompt=prompt, validate=validate).problems
    assert f"--prompt: character 2 is {point}, which cannot be sent." == problem


@pytest.mark.parametrize(
    "value", [float("nan"), [float("inf")], {"a": {"b\0": 1}}, ["\udfff"], {"a": float("-inf")}]
)
def test_numbers_and_texts_that_are_no_json_are_refused_at_any_depth(value):
    assert 1 == len(make(params=(("extra", value, True),), validate=False).problems)
    assert 1 == len(make(params=(("bad\0name", 1, True),), validate=False).problems)


def test_a_value_too_deep_to_send_is_refused():
    deep = []
    for _ in range(5000):
        deep = [deep]
    (problem,) = make(params=(("extra", deep, True),)).problems
    assert problem == "--param extra: lists and objects in it are nested more than 64 deep."
    assert 1 == len(make(params=((".".join("a" * 5000), 1, True),)).problems)


# Images


def test_files_and_urls_keep_their_order():
    files = png("a.png"), png("b.png")
    images = (files[0], URL, files[1], files[0])
    checked = make(I2I, images=images)
    assert list(images) == checked.input["input_urls"]
    assert [] == checked.problems + checked.warnings
    assert list(files) == files_in(checked.input)
    sent = replace_files(checked.input, lambda file: f"file://{file.path}")
    assert ["file://a.png", URL, "file://b.png", "file://a.png"] == sent["input_urls"]
    assert list(images) == checked.input["input_urls"]


def test_a_param_may_bring_the_file():
    checked = make(I2I, images=(), params=(("input_urls", png(), False),))
    assert [png()] == checked.input["input_urls"]
    assert [] == checked.problems


def test_nine_images_are_too_many_wherever_they_are_named():
    for wishes in ({"images": (URL,) * 9}, {"params": (("input_urls", [URL] * 9, True),)}):
        (problem,) = make(I2I, **wishes).problems
        assert problem.endswith(f": 9 given; {I2I} takes at most 8 (input_urls).")


@pytest.mark.parametrize(("kind", "said"), [(None, ""), ("gif", " (gif)")])
def test_a_file_that_is_no_fitting_image_is_refused_by_its_path(kind, said):
    path = "notes/" + "x" * 2 * SHOWN
    (problem,) = make(I2I, images=(URL, png(path, kind=kind))).problems
    assert (
        f"--image {path}: not an image that {I2I} takes{said}; it takes jpeg, png, webp." == problem
    )
    (by_param,) = make(I2I, params=(("input_urls", png(path, kind=kind), False),)).problems
    assert by_param.startswith(f"--param input_urls@{path}: ")


def test_a_sound_where_pictures_move_is_called_a_file():
    model = widened(role="video", file={"kinds": ["mp4"]})
    (problem,) = build(T2I, model, wish(prompt="hat", params=(("extra", png(), False),))).problems
    assert f"not a file that {T2I} takes (png); it takes mp4." in problem


@pytest.mark.parametrize(
    ("size", "problems", "warnings"),
    [(10_000_000, 0, 0), (10_000_001, 0, 1), (10_485_760, 0, 1), (10_485_761, 1, 0)],
)
def test_a_file_is_refused_when_no_reading_of_10_mb_takes_it(size, problems, warnings):
    checked = make(I2I, images=(png(size=size),))
    assert (problems, warnings) == (len(checked.problems), len(checked.warnings))
    for text in checked.problems + checked.warnings:
        assert f"--image jar.png: {size} bytes; {I2I} takes at most 10 MB" in text


@pytest.mark.parametrize(
    ("pixels", "said"),
    [
        ((1000, 1000), None),
        (None, None),
        ((299, 600), "299 x 600; at least 300 px a side are said to be wanted."),
        ((2000, 700), "2000 x 700; 0.4 to 2.5 times as wide as high are said to be wanted."),
        ((400, 1200), "400 x 1200; 0.4 to 2.5 times as wide as high are said to be wanted."),
    ],
)
def test_a_picture_of_a_size_that_is_not_wanted_is_doubted(pixels, said):
    file = replace(png(), pixels=pixels)
    checked = make("kling-3.0-omni/image-to-video", images=(file,))
    assert [] == checked.problems
    assert ([f"--image jar.png: {said}"] if said else []) == checked.warnings


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("data:image/png;base64,AAAA", "data: URI"),
        ("DATA:,x", "data: URI"),
        ("jar.png", "not an http(s) URL."),
        ("ftp://example.com/a.png", "not an http(s) URL."),
        ("https://", "not an http(s) URL."),
        ("https://[::1/a.png", "not an http(s) URL."),
        ("https://example.com/a b.png", "not an http(s) URL."),
        ("https://example.com/a.png\n", "not an http(s) URL."),
        ("", "not an http(s) URL."),
        ("https://me:secret@example.com/a.png", "user name or password"),
        (5, "neither a file nor a URL."),
        (None, "neither a file nor a URL."),
    ],
)
def test_what_kie_ai_cannot_fetch_is_refused(value, reason):
    (problem,) = make(I2I, images=(URL, value)).problems
    assert reason in problem
    assert problem.startswith("--image ")
    assert "secret" not in problem
    loose = make(I2I, images=(URL, value), validate=False)
    assert ([], [problem]) == (loose.problems, loose.warnings)
    assert [URL, value] == loose.input["input_urls"]


def test_a_long_value_is_cut_in_a_message():
    (problem,) = make(I2I, images=("x" * 5000,)).problems
    assert len(problem) < 2 * SHOWN


def test_a_file_for_a_field_of_text_is_refused():
    assert ["--param prompt@jar.png: prompt takes no file."] == make(
        params=(("prompt", png(), False),)
    ).problems


def test_a_file_for_an_unknown_field_is_sent():
    checked = make(params=(("mask", png(), False), ("deep.er", png("b.png"), False)))
    assert [] == checked.problems
    assert [png(), png("b.png")] == files_in(checked.input)
    assert checked.warnings[0].startswith("--param mask@jar.png: ")


# Models that kie does not know


def test_a_slip_in_the_id_is_refused_together_with_the_other_faults():
    checked = make("flux-2/pro-image-2-image", images=(URL,), aspect_ratio="16x9")
    assert [
        f"--model flux-2/pro-image-2-image: no such model. Did you mean {I2I}?",
        f"--aspect-ratio 16x9: {I2I} takes {RATIOS}, auto. Did you mean 16:9?",
    ] == checked.problems


def test_a_slip_in_the_id_is_sent_when_asked_to():
    checked = make("flux-2/pro-text-2-image", validate=False)
    assert ({"prompt": "a hat"}, []) == (checked.input, checked.problems)
    assert [
        f"kie does not know flux-2/pro-text-2-image: its input is not checked. Did you mean {T2I}?"
    ] == checked.warnings


def test_an_unknown_model_gets_the_usual_fields_as_typed_and_nothing_filled():
    checked = make("my/model", aspect_ratio="16x9", resolution="8k", base={"seed": 1})
    assert {
        "prompt": "a hat", "aspect_ratio": "16x9", "resolution": "8k", "seed": 1,
    } == checked.input  # fmt: skip
    assert [] == checked.problems
    assert ["kie does not know my/model: its input is not checked."] == checked.warnings


@pytest.mark.parametrize("validate", [True, False])
def test_an_image_for_an_unknown_model_needs_the_name_of_its_field(validate):
    (problem,) = make("my/model", images=(png(),), validate=validate).problems
    assert "--param FIELD@FILE" in problem
    checked = make("my/model", params=(("image_url", png(), False),))
    assert (png(), []) == (checked.input["image_url"], checked.problems)


@pytest.mark.parametrize("name", ["", " ", "a\0b", "a\ud800"])
def test_what_is_no_name_of_a_model_is_always_refused(name):
    (problem,) = make(name, validate=False).problems
    assert problem.endswith("not the name of a model.")


# Any input

FILES = st.builds(
    LocalFile, st.text(), st.sampled_from([None, "png", "gif"]), st.integers(0, 2**40), st.text()
)
TEXTS = st.text(st.characters(codec=None), max_size=20) | st.sampled_from([URL, "1k", "auto", ""])
NAMES = TEXTS | st.sampled_from(
    ["prompt", "input_urls", "aspect_ratio", "resolution", "nsfw_checker", "prompt.a", "a.b"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | FILES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=10,
)
WISHES = st.builds(
    Wishes,
    flags=st.fixed_dictionaries(
        {flag: st.lists(TEXTS | FILES, max_size=10).map(tuple) for flag in MEDIA_FLAGS}
        | {flag: st.none() | TEXTS for flag in FLAGS if flag not in MEDIA_FLAGS}
    ),
    params=st.lists(st.tuples(NAMES, JSON, st.booleans()), max_size=4).map(tuple),
    base=st.dictionaries(NAMES, JSON, max_size=4),
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(ids()) | TEXTS, WISHES, st.booleans())
def test_any_wishes_are_safe_and_what_passes_is_complete(model_id, wishes, validate):
    model = load(model_id)
    checked = build(model_id, model, wishes, validate=validate)
    choose_model(None, model_id, wishes)
    sent = replace_files(checked.input, lambda file: f"file://{file.sha256[:9]}")
    assert [] == files_in(sent)
    if not checked.problems:
        json.dumps(sent, allow_nan=False)
        if model and validate:
            missing = {f.name for f in model.fields if f.required} - {*checked.input}
            assert missing <= waived(model, checked.input)
