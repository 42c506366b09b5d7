"""`kie models`: the list, one model, and what kie.ai tells live of them."""

from __future__ import annotations

import json
import re
import shlex
import signal
import threading
from pathlib import Path

import pytest
from loopback import Reply, example

from kie_cli.catalog.card import example as example_of
from kie_cli.catalog.models import ids, load
from kie_cli.sandbox.clips import film, sound
from kie_cli.sandbox.png import picture

CURRENT = [one for one in ids() if load(one).status != "delisted"]
CHECKED = [one for one in CURRENT if load(one).checked]
FLUX = "flux-2/pro-image-to-image"
NEW = "brand/new-model"
TOLD = "5 credits (about $0.025) at 1K, 7 credits (about $0.035) at 2K"


@pytest.fixture
def files():
    """What the ready command lines name."""
    Path("image.png").write_bytes(picture(1024, 1024, "a"))
    Path("video.mp4").write_bytes(film("a"))
    Path("audio.mp3").write_bytes(sound("a"))


def listing(kie, *changes, gone=()):
    """Let kie.ai's next list have all models of the package, but for these."""
    entries = {
        one: {"model": one, "pricingDesc": load(one).price["text"]}
        if load(one).price
        else {"model": one, "pricingDesc": None}
        for one in CURRENT
        if one not in gone
    }
    entries |= {change["model"]: change for change in changes}
    body = {"code": 200, "msg": "success", "data": {"models": list(entries.values())}}
    kie.server.answer("models", Reply(body))


def schema(kie, model_id=FLUX, **parts):
    """Let kie.ai describe a model next: as in the example, with these fields too."""
    body = example("models.schema")
    body["data"]["model"] = model_id
    body["data"]["openapi"]["components"]["schemas"]["Input"]["properties"] |= parts
    kie.server.answer("schema", Reply(body))


# The list


def test_the_list_needs_no_key_and_no_network(kie):
    run = kie("models", KIE_API_KEY="")
    rows = [line.split("\t") for line in run.lines]
    assert [row[0] for row in rows] == CURRENT
    assert [FLUX, "image", "image-to-image", "Black Forest Labs", load(FLUX).price["text"]] in rows
    assert run.err.startswith("180 models, by kie.ai's list of 2026-10-06")
    assert (run.code, kie.server.requests) == (0, [])


def test_the_list_fits_a_terminal_and_is_coloured_by_media(kie):
    run = kie("models", tty="out")
    plain = [re.sub(r"\x1b\[\d*m", "", line) for line in run.lines]
    assert re.match("MODEL +MEDIA +PRICE$", plain[0])
    assert max(map(len, plain)) <= 80
    assert "\x1b[36mvideo\x1b[0m" in run.out
    assert "\x1b[32mimage\x1b[0m" in run.out
    assert "\x1b" not in kie("models", tty="out", NO_COLOR="1").out


def test_as_json_each_model_is_an_object(kie):
    run = kie("models --json --vendor recraft")
    assert run.json[0] == {
        "id": "recraft/crisp-upscale",
        "family": "recraft",
        "vendor": "Recraft",
        "media": "image",
        "tasks": ["upscale"],
        "status": "listed",
        "price": load("recraft/crisp-upscale").price,
    }
    assert (len(run.json), run.err) == (2, "")


@pytest.mark.parametrize(
    ("args", "found"),
    [
        ("--media audio --task stem", ["ai-music-api/separate-vocals"]),
        ("--vendor topaz --media VIDEO", ["topaz/video-upscale"]),
        ("--search 'kling OMNI transform'", ["kling-3.0-omni/transformation"]),
        ("--search 'nano-banana 2-1'", ["nano-banana-2-1"]),
        ("--search lyrics --media text --vendor suno --task lyrics", [
            "ai-music-api/generate-lyrics", "ai-music-api/timeStamped-lyrics"]),
        ("--search sora-2-image-to-video", ["sora-2-image-to-video"]),
        ("--search 'no such thing'", []),
    ],
)  # fmt: skip
def test_filters_leave_what_was_asked_for(kie, args, found):
    run = kie(f"models -q {args}")
    assert (run.code, run.lines) == (0, found)


def test_models_that_are_gone_for_long_are_shown_when_they_are_asked_for(kie):
    gone = kie("models -q --status delisted").lines
    assert len(gone) == 14
    assert not {*gone} & {*kie("models -q").lines}
    assert "\t(delisted)" in kie("models --status delisted").out


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ("--media vidoe", "--media vidoe: there is audio, image, text, video."),
        ("--media vidoe", "Did you mean video?"),
        ("--task dance", "lip-sync"),
        ("--vendor nobody", "Black Forest Labs"),
        ("--status lost", "delisted, listed, newer"),
        ("veo --media video", "--media: for the list alone"),
        ("--refresh --search a", "--search: for the list alone"),
        ("--all", "kie models --refresh --all"),
        ("veo --refresh --all", "--all goes with --refresh alone"),
    ],
)
def test_a_word_that_fits_nothing_is_told_what_there_is(kie, args, says):
    run = kie(f"models {args}")
    assert (run.code, run.out) == (2, "")
    assert says in run.err


# One model


def test_a_model_is_shown_with_all_that_it_takes(kie):
    run = kie(f"models {FLUX}", KIE_API_KEY="")
    assert run.code == 0
    for line in (
        "  makes   image: image-to-image",
        "  by      Black Forest Labs",
        "          5 credits per image: resolution 1K",
        "  short   flux, flux-2",
        "  twin    flux-2/pro-text-to-image",
        "          listing 2026-10-06; what it takes is documented",
        "  docs    https://docs.kie.ai/market/flux2/pro-image-to-image",
        "Input",
        "  FIELD         FLAG            TYPE    NEEDED       LIMITS",
        "  input_urls    --image         files   yes          1 to 8 files; jpeg png",
        "  resolution    --resolution    choice  default 1K   1K 2K",
        "  nsfw_checker  -P              yes/no  no",
        "  -P: -P FIELD=TEXT, -P FIELD:=JSON, -P FIELD@FILE",
        f"  kie create -m {FLUX} --image image.png --prompt 'A paper lighthouse on a cliff'",
    ):
        assert line in run.lines


def test_branches_and_rules_are_sentences(kie):
    out = kie("models kling-3.0-omni/reference-to-video").out
    assert "  -  with video: give aspect_ratio, audio, prompt, video_urls" in out
    assert "  -  customize_multi_shots true needs multi_prompt" in out


@pytest.mark.parametrize("model_id", ids())
def test_every_model_fits_80_columns_and_has_all_its_fields(kie, model_id):
    run = kie(f"models {model_id}", tty="out", NO_COLOR="1")
    assert run.code == 0
    long = [line for line in run.lines if len(line) > 80 and not line.startswith("  kie create")]
    assert [line for line in long if len(line.split()[-1]) < 14] == []  # a word is never broken
    for field in load(model_id).fields:
        assert re.search(rf"^  {re.escape(field.name)} +-", run.out, re.MULTILINE)
        if flag := load(model_id).flag_of(field.name):
            assert flag in run.out


@pytest.mark.parametrize("model_id", CHECKED)
def test_the_ready_command_line_is_one_that_create_takes(kie, files, model_id):
    run = kie([*example_of(load(model_id)), "--dry-run"])
    assert run.code == 0
    assert "no such field" not in run.err
    assert json.loads(run.out)["model"] == model_id


def test_as_json_a_model_is_one_object_with_everything(kie):
    [model] = kie(f"models {FLUX} --json").json
    assert model["short_names"] == ["flux", "flux-2"]
    assert shlex.split(model["example"]) == ["kie", *example_of(load(FLUX))]
    assert model["flags"]["image"] == {"field": "input_urls", "shape": "list"}
    assert model["fields"][0]["flag"] == "--image"
    assert model["fields"][3]["default"] == "1K"


def test_a_short_name_is_said_to_stand_for_its_models(kie):
    run = kie("models flux")
    assert run.lines[0] == "flux-2/pro-text-to-image"
    assert run.err == f"flux is flux-2/pro-text-to-image, with an image {FLUX}.\n"
    assert kie("models flux -q").out == "flux-2/pro-text-to-image\n"


@pytest.mark.parametrize("asked", ["nano-banana-prp", "fluks-2", "veo-3-1 "])
def test_a_slip_is_told_what_was_meant(kie, asked):
    run = kie(["models", asked])
    assert (run.code, run.out) == (2, "")
    assert "Did you mean " in run.err


def test_a_model_that_the_package_does_not_have_is_asked_about(kie):
    schema(kie, NEW, magic={"type": "string", "enum": ["\x1b[2J", "b"]})
    run = kie(f"models {NEW}")
    assert (run.code, run.lines[0]) == (0, NEW)
    assert re.search(r"magic +-P +choice +no +\\x1b\[2J b$", run.out, re.MULTILINE)
    assert kie(f"models {NEW}").out == run.out
    assert len(kie.server.requests) == 1


@pytest.mark.parametrize("reply", ["models.404-unknown", "models.429", Reply(hang_up=True)])
def test_a_model_that_nobody_knows_is_refused(kie, reply):
    kie.server.answer("schema", reply)
    run = kie(f"models {NEW}")
    assert (run.code, run.out) == (2, "")
    assert "no such model" in run.err
    assert "kie models --refresh" in run.err


def test_a_model_without_a_description_says_how_it_is_used(kie):
    run = kie("models google/gemini-3-8-flash-tts")
    assert "Input" not in run.out
    assert run.err == "kie.ai does not tell what it takes: give it with -P FIELD=VALUE.\n"


# Refresh


def test_a_refresh_is_one_request_and_shows_what_is_new_gone_and_priced_anew(kie):
    new = {"model": NEW, "taskType": ["Image to Video"], "provider": "Brand", "pricingDesc": "3"}
    dear = {"model": FLUX, "pricingDesc": "6 credits at 1K, 9 credits at 2K"}
    same = {"model": "flux-2/pro-text-to-image", "pricingDesc": TOLD}
    listing(kie, new, dear, same, gone=["z-image"])
    run = kie("models --refresh")
    was = load(FLUX).price["text"]
    assert [line.split("\t") for line in run.lines] == [
        ["gone", "z-image", "not in the list of 2026-11-22"],
        ["new", NEW, "3"],
        ["price", FLUX, f"6 credits at 1K, 9 credits at 2K (was: {was})"],
    ]
    assert (run.code, run.err) == (0, "3 changes in the list.\n")
    assert ["/api/v1/models"] == [request.path for request in kie.server.requests]

    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in kie("models").lines}
    assert rows[NEW] == ["video", "image-to-video", "Brand", "(new) 3"]
    assert rows["z-image"][3].startswith("(gone) ")
    assert rows[FLUX][3] == "6 credits at 1K, 9 credits at 2K"
    assert kie("models -q --status new").lines == [NEW]

    assert {line.split("\t")[1] for line in kie("models --diff").lines} == {"z-image", NEW, FLUX}
    listing(kie, dear | {"pricingDesc": "7"}, same)
    run = kie("models --refresh --json")
    assert [
        {"what": "gone", "model": NEW, "text": "not in the list of 2026-11-22"},
        {"what": "new", "model": "z-image", "text": load("z-image").price["text"]},
        {"what": "price", "model": FLUX, "text": "7 (was: 6 credits at 1K, 9 credits at 2K)"},
    ] == run.json


def test_a_list_as_the_package_has_it_is_no_change(kie):
    listing(kie)
    run = kie("models --refresh")
    assert (run.out, run.err) == ("", "No changes in the list.\n")
    assert "by kie.ai's list of 2026-11-22" in kie("models").err


def test_one_model_refreshed_shows_how_its_input_changed(kie):
    schema(kie, seed={"type": "integer"})
    run = kie(f"models {FLUX} --refresh")
    assert run.out == f"input\t{FLUX}\tseed: new (integer)\n"
    assert run.err == f"1 change in what {FLUX} takes.\n"
    assert "seed          --seed          integer" in kie(f"models {FLUX}").out
    assert kie(f"models --diff {FLUX}").out == run.out
    schema(kie)
    assert kie(f"models {FLUX} --refresh").out == f"input\t{FLUX}\tseed: gone\n"
    assert kie("models --diff").out == ""


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(example("record.401")), 4),
        ("models.429", 7),
        (Reply(hang_up=True), 7),
        (Reply({"code": 200, "data": {"models": []}}), 1),
    ],
)
@pytest.mark.parametrize("args", ["--refresh", "--refresh --all", f"{FLUX} --refresh"])
def test_a_refresh_that_fails_changes_nothing(kie, reply, code, args):
    kie.server.answer("models", *[reply] * 3)
    kie.server.answer("schema", *[reply] * 3)
    run = kie(f"models {args}")
    assert (run.code, run.out) == (code, "")
    assert len(kie("models").lines) == 180


def test_a_refresh_without_a_key_says_how_to_get_one(kie):
    run = kie("models --refresh", KIE_API_KEY="")
    assert run.code == 4
    assert "kie config set token" in run.err


def test_what_cannot_be_kept_is_shown_with_a_warning(kie):
    (kie.home / ".cache").write_text("no folder")
    listing(kie)
    run = kie("models --refresh")
    assert (run.code, "could not be kept" in run.err) == (0, True)
    listing(kie)
    schema(kie, CURRENT[0])
    assert kie("models --refresh --all").code == 11


def test_before_anything_was_asked_there_is_no_difference(kie):
    run = kie("models --diff")
    assert (run.code, run.out) == (0, "")
    assert run.err == "Nothing was asked yet: kie models --refresh\n"
    assert kie("models --diff nonsense").code == 2


def test_all_models_are_asked_for_one_a_second_and_stopped_amid(kie):
    """Ctrl-C keeps what is there; the next run goes on; 429 is waited out."""
    listing(kie, gone=CURRENT[4:])
    for one in CURRENT[:2]:
        schema(kie, one)
    kie.signals = True
    before = signal.getsignal(signal.SIGINT)
    kie.clock.while_sleeping = lambda: (
        len(kie.clock.slept) == 3
        and signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    )
    try:
        run = kie("models --refresh --all")
    finally:
        signal.signal(signal.SIGINT, before)
    assert run.code == 130
    assert run.err.splitlines() == [
        "Stopped. 2 of 4 descriptions are kept.",
        "  Go on with: kie models --refresh --all",
    ]
    kie.signals = False
    kie.clock.while_sleeping = lambda: None
    kie.server.requests.clear()
    kie.server.answer("schema", "models.429")
    for one in CURRENT[2:4]:
        schema(kie, one)
    run = kie("models --refresh --all", tty="err")
    assert run.code == 0
    assert "[##########          ] 2 of 4" not in run.err
    assert "[###############     ] 3 of 4  1 s left" in run.err
    paths = [request.path for request in kie.server.requests]
    assert [f"/api/v1/models/{one}/schema" for one in (*CURRENT[2:3] * 2, CURRENT[3])] == paths
    assert kie("models --refresh --all").err.endswith("0 of them now.\n")


def test_a_long_refresh_says_each_minute_how_far_it_is(kie):
    listing(kie, gone=CURRENT[65:])
    for one in CURRENT[:65]:
        schema(kie, one)
    run = kie("models --refresh --all")
    assert [line.split("  ")[0] for line in run.err.splitlines()] == [
        "60 of 65",
        "What all models take was asked in the last 7 days, 65 of them now.",
    ]


# End to end


def test_the_sandbox_serves_the_market(sandbox):
    run = sandbox("models --refresh")
    assert (run.code, run.out) == (0, "")
    run = sandbox("models --refresh --all")
    assert run.code == 0
    assert sandbox("models --diff").out == ""
    assert sandbox.clock.slept == [1.0] * len(CURRENT)
    assert sandbox("models flux -q").code == 0
    assert "by kie.ai's list of 2026-10-06" in sandbox("models", KIE_SANDBOX="").err


@pytest.mark.parametrize("asked", ["-m veo --help", "--model=veo-3-1 -h", "-mveo -p hat --help"])
def test_the_help_of_create_for_a_model_shows_its_flags_and_choices(kie, asked):
    run = kie(f"create {asked}")
    assert run.code == 0
    assert run.lines[0] == "veo-3-1"
    assert ["resolution", "--resolution", "choice", "no", "720p", "1080p", "4k"] in [
        line.split() for line in run.lines
    ]
    assert "All flags: kie create --help" in run.err
    assert "--negative-prompt" in kie("create --help").out


def test_the_help_of_create_for_a_model_that_nobody_knows_says_so(kie):
    run = kie("create -m nano-bananna --help", KIE_API_KEY="")
    assert (run.code, run.out) == (2, "")
    assert "Did you mean nano-banana" in run.err


@pytest.mark.parametrize(
    ("args", "chosen"),
    [
        ("-m seedream -p hat", "seedream/5-pro-text-to-image"),
        ("-m seedream -p hat -i https://a.test/a.png", "seedream/5-pro-image-to-image"),
        ("-m hailuo -p hat --first-frame https://a.test/a.png", "minimax-h3/image-to-video"),
        ("-m nano-banana -p hat", "nano-banana-2"),
    ],
)
def test_a_short_name_is_the_model_with_or_without_an_image_and_says_so(kie, args, chosen):
    run = kie(f"create {args} --dry-run")
    assert run.code == 0
    assert json.loads(run.out)["model"] == chosen
    assert f"using {chosen}." in run.err


def test_a_short_name_may_be_the_default(kie):
    run = kie("create -p hat --dry-run", KIE_MODEL="seedream")
    assert json.loads(run.out)["model"] == "seedream/5-pro-text-to-image"
