from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_cli.core.suggest import LONGEST, nearest

RATIOS = ("1:1", "4:3", "3:4", "16:9", "9:16", "3:2", "2:3", "auto")
MODELS = ("flux-2/flex-image-to-image", "flux-2/pro-image-to-image", "flux-2/pro-text-to-image")


@pytest.mark.parametrize(
    ("word", "choices", "meant"),
    [
        ("16x9", RATIOS, "16:9"),
        ("16 X 9", RATIOS, "16:9"),
        ("16\u00d79", RATIOS, "16:9"),
        ("9/16", RATIOS, "9:16"),
        ("1920x1080", RATIOS, "16:9"),
        ("1024*1024", RATIOS, "1:1"),
        ("Auto", RATIOS, "auto"),
        ("2k", ("1K", "2K"), "2K"),
        ("720", ("720p", "1080p"), "720p"),
        ("aspect-ratio", ("prompt", "aspect_ratio"), "aspect_ratio"),
        ("promt", ("prompt", "aspect_ratio"), "prompt"),
        ("flux-2/pro-image-2-image", MODELS, "flux-2/pro-image-to-image"),
        ("flux-2/pro-text2image", MODELS, "flux-2/pro-text-to-image"),
        ("flux2/pro-image-to-image", MODELS, "flux-2/pro-image-to-image"),
    ],
)
def test_a_slip_finds_what_was_meant(word, choices, meant):
    assert meant == nearest(word, choices)


@pytest.mark.parametrize(
    ("word", "choices"),
    [
        ("16:10", RATIOS),
        ("21:9", RATIOS),
        ("0:0", RATIOS),
        ("landscape", RATIOS),
        ("8K", ("1K", "2K")),
        ("nano-banana", MODELS),
        ("", RATIOS),
        ("a", ()),
        ("16:9" + "0" * LONGEST, RATIOS),
    ],
)
def test_what_is_like_nothing_finds_nothing(word, choices):
    assert nearest(word, choices) is None


@pytest.mark.parametrize(
    ("word", "choice"),
    [
        ("image2image", "image-to-image"),
        ("Image-2-Image", "image-to-image"),
        ("image 2 image", "image_to image"),
        ("aspect  ratio", "aspect_ratio"),
        ("4:3", "16x12"),
    ],
)
def test_two_spellings_of_one_word_are_the_same(word, choice):
    assert choice == nearest(word, [choice], likeness=1.0)


def test_a_word_of_100_characters_is_looked_up_and_a_longer_one_is_not():
    choice = "a" * 100

    assert choice == nearest("a" * 100, [choice])
    assert nearest("a" * 101, [choice]) is None


def test_a_greater_likeness_may_be_asked_for():
    assert nearest("promtt", ["prompt"]) == "prompt"
    assert nearest("promtt", ["prompt"], likeness=0.99) is None


@given(st.text(), st.lists(st.text(), max_size=5))
def test_any_words_are_safe_and_only_a_choice_is_returned(word, choices):
    assert nearest(word, choices) in {None, *choices}


@given(st.lists(st.sampled_from(RATIOS), min_size=1))
def test_a_choice_finds_itself(choices):
    assert choices[0] == nearest(choices[0], choices)
