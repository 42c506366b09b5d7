"""What `kie create` sends, prints and records when all goes well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from loopback import example

from kie_cli.ledger.store import Ledger

FIRST = f"{0xA1:032x}"
PRO, FLEX = "flux-2/pro-image-to-image", "flux-2/flex-image-to-image"
PRO_TEXT, FLEX_TEXT = "flux-2/pro-text-to-image", "flux-2/flex-text-to-image"
WEB = "https://example.org/a.png"


def sent(server) -> dict:
    (post,) = server.posts()
    return post.json


def shape(value):
    """The names and types of a JSON value, without what it says."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return type(value)


def test_sends_two_images_as_the_documented_example_does(kie, server, images):
    wanted = example("create-flux2-pro-i2i.request")
    url = "https://example.org/notify"

    run = kie(f"create -i jar.png -i logo.png -p hat --callback-url {url}")

    (post,) = server.posts()
    assert (0, f"{FIRST}\n") == (run.code, run.out)
    assert shape(wanted) == shape(post.json)
    assert list(wanted) == list(post.json)
    assert list(wanted["input"]) == list(post.json["input"])
    assert ("api", "POST", "/api/v1/jobs/createTask") == (post.host, post.method, post.path)
    assert "application/json" == post.headers["content-type"]
    assert "Bearer key-for-tests-0123456789abcdef" == post.headers["authorization"]
    assert post.headers["user-agent"].startswith("kie-cli/")


def test_keeps_the_order_of_files_and_urls(kie, server, images):
    run = kie(["create", "-i", "logo.png", "-i", WEB, "-i", "jar.png", "-p", "hat"])

    urls = sent(server)["input"]["input_urls"]
    names = {
        request.form["file"]: request.form["fileName"].decode() for request in server.seen("upload")
    }
    assert 0 == run.code
    assert [names[Path(image).read_bytes()] for image in ("logo.png", "jar.png")] == [
        urls[0].rpartition("/")[2],
        urls[2].rpartition("/")[2],
    ]
    assert WEB == urls[1]


def test_tells_people_on_stderr_and_scripts_on_stdout(kie, images):
    run = kie("create -i jar.png -i logo.png -p hat")

    told = run.err.splitlines()
    assert [FIRST] == run.lines
    assert f"Next:  kie wait {FIRST} --download" == told[-1]
    assert {"jar.png", "logo.png"} == {line.split()[0] for line in told[:-1]}
    assert all(line.endswith("uploaded") for line in told[:-1])


def test_says_nothing_but_the_id_with_quiet(kie, images):
    run = kie("create -q -i jar.png -p hat")

    assert (f"{FIRST}\n", "") == (run.out, run.err)


def test_gives_the_documented_object_with_json(kie, rows):
    run = kie("create -p hat --json --label shop --once k1")

    (task,) = run.json
    assert "" == run.err
    assert {
        "task_id": FIRST,
        "intent": rows()[0]["intent"],
        "model": PRO_TEXT,
        "state": "waiting",
        "urls": [],
        "files": [],
        "error": None,
        "created_at": "2026-11-22T10:40:00Z",
        "completed_at": None,
        "elapsed_s": None,
        "credits": None,
        "label": "shop",
        "once": "k1",
        "result": None,
        "sandbox": False,
    } == task


def test_records_what_was_sent(kie, server, images, rows):
    kie("create -i jar.png -p hat --label shop")

    (row,) = rows()
    assert ("accepted", FIRST, "shop", PRO, "hat", 1) == tuple(
        row[name] for name in ("outcome", "task_id", "label", "model", "prompt", "attempts")
    )
    assert server.api == row["origin"]
    assert server.posts()[0].body == row["body"]
    assert ["prepared", "prepared", "sending", "accepted"] == [
        event["state"] for event in rows("events")
    ]


@pytest.mark.parametrize(
    ("flags", "model"),
    [
        ("", PRO_TEXT),
        (f"-i {WEB}", PRO),
        (f"-m {PRO} -i {WEB}", PRO),
        (f"-m {FLEX} -i {WEB}", FLEX),
        (f"-m {PRO_TEXT}", PRO_TEXT),
        (f"-m {FLEX_TEXT}", FLEX_TEXT),
    ],
)
def test_always_sends_ratio_and_resolution(kie, server, flags, model):
    assert 0 == kie(f"create -p hat {flags}").code

    body = sent(server)
    assert model == body["model"]
    assert ("1:1", "1K") == (body["input"]["aspect_ratio"], body["input"]["resolution"])
    assert ([WEB] if WEB in flags else None) == body["input"].get("input_urls")


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("create-flux2-pro-t2i.request", f"-m {PRO_TEXT}"),
        ("create-flux2-flex-t2i.request", f"-m {FLEX_TEXT}"),
        ("create-flux2-flex-i2i.request", f"-m {FLEX}"),
    ],
)
def test_the_other_examples_can_be_said_with_flags(kie, server, name, flags):
    wanted = example(name)
    words = wanted["input"]
    args = ["create", *flags.split(), "-p", words["prompt"], "-a", words["aspect_ratio"]]
    args += ["-r", words["resolution"]]
    for url in words.get("input_urls", []):
        args += ["-i", url]
    if "nsfw_checker" in words:
        args += ["-P", f"nsfw_checker={str(words['nsfw_checker']).lower()}"]
    if "callBackUrl" in wanted:
        args += ["--callback-url", wanted["callBackUrl"]]

    assert 0 == kie(args).code
    assert wanted == sent(server)


def test_takes_the_twin_without_an_image_and_says_so(kie, server):
    run = kie("create -p hat")

    assert PRO_TEXT == sent(server)["model"]
    assert f"No image: using {PRO_TEXT}." in run.err.splitlines()


def test_takes_the_twin_of_the_default_that_is_set(kie, server):
    kie("create -p hat", KIE_MODEL=FLEX)

    assert FLEX_TEXT == sent(server)["model"]


def test_never_changes_a_model_that_was_named(kie, server):
    run = kie(f"create -m {PRO} -p hat")

    assert 2 == run.code
    assert "input_urls is missing" in run.err
    assert f"--model {PRO_TEXT}" in run.err
    assert [] == server.requests


@pytest.mark.parametrize(
    ("flag", "env", "config", "arrives"),
    [
        ("https://flag.example/x", "https://env.example", "https://config.example", "flag"),
        ("", "https://env.example/x", "https://config.example", "env"),
        ("", "", "https://config.example/x", "config"),
    ],
)
def test_the_callback_url_is_the_flags_then_the_environments_then_the_configs(
    kie, server, flag, env, config, arrives
):
    kie(["config", "set", "callback_url", config])

    kie(["create", "-p", "hat", *(["--callback-url", flag] if flag else [])], KIE_CALLBACK_URL=env)

    assert f"https://{arrives}.example/x" == sent(server)["callBackUrl"]


def test_sends_no_callback_url_unasked(kie, server):
    kie("create -p hat")

    assert ["model", "input"] == list(sent(server))


LITERAL = [
    "@/etc/passwd",
    "-x",
    "--wait",
    "$HOME `id` *",
    "[red]x[/red]",
    " two  lines\n ",
    "ü\u202e",
]


@pytest.mark.parametrize("prompt", LITERAL)
@pytest.mark.parametrize("way", ["-p", "--prompt=", "stdin", "file"])
def test_a_prompt_arrives_as_it_was_written(kie, server, prompt, way):
    if way == "stdin":
        run = kie("create -p -", stdin=prompt)
    elif way == "file":
        Path("prompt.txt").write_bytes(b"\xef\xbb\xbf" + prompt.encode() + b"\n")
        run = kie("create -f prompt.txt")
    else:
        args = [way, prompt] if way == "-p" else [f"{way}{prompt}"]
        run = kie(["create", *args])

    assert 0 == run.code
    assert prompt == sent(server)["input"]["prompt"]


@pytest.mark.parametrize(
    ("given", "arrives"),
    [("hat\n", "hat"), ("hat\r\n", "hat"), ("a\r\nb\n\n", "a\r\nb\n"), ("\ufeffhat", "hat")],
)
@pytest.mark.parametrize("flag", ["-p", "-f"])
def test_of_a_prompt_on_stdin_only_the_last_line_end_and_the_bom_go(
    kie, server, given, arrives, flag
):
    assert 0 == kie(f"create {flag} -", stdin=given).code
    assert arrives == sent(server)["input"]["prompt"]


@pytest.mark.parametrize("flag", ["-p", "-f", "--input"])
def test_says_that_it_reads_from_a_terminal(kie, server, flag):
    given = '{"prompt": "hat"}'

    run = kie(f"create {flag} -", stdin=given, tty="in")

    assert 0 == run.code
    assert "from the terminal; end with Ctrl-D." in run.err
    assert len(server.posts()) == 1


@pytest.mark.parametrize(
    ("params", "fields"),
    [
        (["nsfw_checker=true"], {"nsfw_checker": True}),
        (["nsfw_checker:=false"], {"nsfw_checker": False}),
        (["prompt=@/etc/passwd"], {"prompt": "@/etc/passwd"}),
        (["prompt=a=b@c:=d"], {"prompt": "a=b@c:=d"}),
        (["new_field=7"], {"new_field": "7"}),
        (["new_field:=7"], {"new_field": 7}),
        (['new_field:=[1, {"a": null}]'], {"new_field": [1, {"a": None}]}),
        (["new.deep:=1", "new.other=x"], {"new": {"deep": 1, "other": "x"}}),
        (["aspect_ratio=16:9", "resolution=2k"], {"aspect_ratio": "16:9", "resolution": "2K"}),
        ([f"input_urls={WEB}"], {"input_urls": [WEB]}),
    ],
)
def test_a_param_fills_any_field_and_wins_over_flags(kie, server, params, fields):
    flags = [word for param in params for word in ("-P", param)]

    run = kie(["create", "-p", "hat", "-a", "1:1", "-r", "1K", *flags])

    assert 0 == run.code
    assert fields == {name: sent(server)["input"][name] for name in fields}


def test_a_param_with_an_at_sign_is_uploaded(kie, server, images):
    run = kie("create -p hat -P input_urls@jar.png")

    (upload,) = server.seen("upload")
    assert 0 == run.code
    assert Path("jar.png").read_bytes() == upload.form["file"]
    assert PRO == sent(server)["model"]
    assert [upload.form["fileName"].decode()] == [
        url.rpartition("/")[2] for url in sent(server)["input"]["input_urls"]
    ]


@pytest.mark.parametrize("source", ["input.json", "-"])
def test_flags_win_over_the_input_object_and_params_over_both(kie, server, source):
    base = {"prompt": "base", "aspect_ratio": "3:4", "resolution": "2K", "input_urls": [WEB]}
    Path("input.json").write_text(json.dumps(base))

    run = kie(f"create --input {source} -p flag -a 4:3 -P aspect_ratio=2:3", stdin=json.dumps(base))

    assert 0 == run.code
    assert sent(server) == {
        "model": PRO,
        "input": {
            "input_urls": [WEB],
            "prompt": "flag",
            "aspect_ratio": "2:3",
            "resolution": "2K",
        },
    }


def test_passes_on_another_model_with_a_warning(kie, server):
    wanted = example("create-other-model.request") | {"model": "new/model"}
    args = ["create", "-m", wanted["model"], "--input", "-"]

    run = kie(args, stdin=json.dumps(wanted["input"]))

    assert 0 == run.code
    assert f"kie: kie does not know {wanted['model']}: its input is not checked." in run.err
    assert wanted["input"] == sent(server)["input"]


def test_waits_and_gives_the_result_with_wait(kie, server):
    run = kie("create -p hat --wait")

    assert (0, [server.result + f"/r/{FIRST}.png"]) == (run.code, run.lines)
    assert f"submitted {FIRST}" in run.err.splitlines()
    assert [9] == [round(pause) for pause in kie.clock.slept][:1]  # as long as images take
    assert len(server.posts()) == 1


def test_waits_with_a_live_line_on_a_terminal(kie, server):
    run = kie("create -p hat --wait", tty="err", TERM="xterm")

    assert (0, [server.result + f"/r/{FIRST}.png"]) == (run.code, run.lines)
    assert "\x1b[?25h" in run.err, "the cursor is back"


@pytest.mark.parametrize("download", [True, False])
def test_opens_the_result_in_the_browser(kie, server, download):
    import webbrowser

    Path("browser").write_text('#!/bin/sh\necho "$1" >> opened\n')
    Path("browser").chmod(0o755)
    browser = webbrowser.GenericBrowser([str(Path("browser").absolute()), "%s"])
    webbrowser.register("kie-test", None, browser, preferred=True)

    run = kie(f"create -p hat --open {'-d' if download else ''}", BROWSER="kie-test")

    saved = Path(f"{FIRST}-1.png")
    assert 0 == run.code
    assert download == saved.exists()
    wanted = saved.absolute().as_uri() if download else f"{server.result}/r/{FIRST}.png"
    assert wanted == Path("opened").read_text().strip()


def test_opens_nothing_when_the_task_failed(kie, server):
    server.answer("createTask", "create.ok")
    server.plays(example("create.ok")["data"]["taskId"], "fail")

    assert 3 == kie("create -p hat --open").code
    assert len(server.posts()) == 1


def test_the_sandbox_needs_no_key_and_says_that_nothing_is_real(sandbox, server, images):
    run = sandbox("create -i jar.png -p hat", KIE_SANDBOX="")
    assert (4, "") == (run.code, run.out)

    run = sandbox("create --sandbox -i jar.png -p hat", KIE_SANDBOX="")

    assert 0 == run.code
    assert 1 == len(run.lines)
    assert "Sandbox: nothing real is made or charged." in run.err.splitlines()
    assert f"Next:  kie wait {run.lines[0]} --download --sandbox" in run.err
    assert [] == server.requests
    assert sandbox("create -p hat --json").json[0]["sandbox"] is True


def test_the_pace_that_kie_ai_takes_is_kept_from_run_to_run(kie, server):
    kie("config set rate_limit 2")
    began, sent, told = kie.clock.now(), [], []
    for _ in range(5):
        run = kie("create -p hat")
        assert run.code == 0
        sent.append(kie.clock.now() - began)
        told.append("kie.ai takes 2 creates in 10 s: waiting for this one's turn." in run.err)
    assert [0, 0, 10, 10, 20] == [round(moment, 1) for moment in sent]
    assert [False, False, True, False, True] == told
    assert len(server.posts()) == 5


def test_when_another_process_takes_the_turn_at_the_gate_kie_waits_for_the_next(
    kie, server, monkeypatch
):
    kie("config set rate_limit 1")
    kie("create -p hat")
    real, asked = Ledger.turn, []

    def turn(ledger, intent, rate):
        asked.append(intent)
        return 0.0 if len(asked) == 1 else real(ledger, intent, rate)  # free, and then it is not

    monkeypatch.setattr(Ledger, "turn", turn)
    before = kie.clock.now()
    run = kie("create -p hat")
    assert run.code == 0
    assert kie.clock.now() - before == pytest.approx(10, abs=0.1)
    assert (len(server.posts()), run.err.count("trying again")) == (2, 0)
