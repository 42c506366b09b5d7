"""`--dry-run` and `--print-curl`: the request as it would be sent, and nothing is."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from conftest import KEY
from loopback import example

SHOWS = ["--dry-run", "--print-curl"]
IMAGES = "-i jar.png -i https://example.org/a.png"


@pytest.fixture
def bare(kie):
    """The program without a key, and with no place for a ledger."""
    del kie.env["KIE_API_KEY"]
    Path("file").touch()
    kie.env["KIE_STATE_DIR"] = str(Path("file").absolute())
    return kie


def curl_body(run) -> dict:
    words = shlex.split(run.out)
    return json.loads(words[words.index("-d") + 1])


def test_a_dry_run_prints_the_body_with_files_as_urls(bare, server, images):
    url = "https://ci.example.org/kie/done"

    run = bare(f"create {IMAGES} -p hat -r 2K --callback-url {url} --dry-run")

    wanted = example("create-flux2-pro-i2i.request")
    assert 0 == run.code
    assert [] == server.requests
    assert json.loads(run.out) == {
        **wanted,
        "callBackUrl": url,
        "input": {
            "input_urls": [Path("jar.png").absolute().as_uri(), "https://example.org/a.png"],
            "prompt": "hat",
            "aspect_ratio": "1:1",
            "resolution": "2K",
        },
    }
    assert (
        "Nothing was sent. Price: 7 credits (exact, price list of 2026-10-06)."
        in run.err.splitlines()
    )
    assert "Local files are shown as file:// URLs; they would be uploaded first." in run.err


@pytest.mark.parametrize("show", SHOWS)
def test_the_body_that_is_shown_is_the_one_that_is_sent(kie, server, show):
    args = ["create", "-p", 'it\'s "ü"\\ $HOME\n`x` \u202e', "-P", "more:=[1.5, null, true]"]

    shown = kie([*args, show])
    kie(args)

    body = curl_body(shown) if show == "--print-curl" else json.loads(shown.out)
    assert server.posts()[0].json == body


def test_with_json_a_dry_run_is_one_line(bare, images):
    run = bare(f"create {IMAGES} -p hat --dry-run --json")

    assert (0, "") == (run.code, run.err)
    assert ["model", "input"] == list(run.json[0])
    assert 1 == len(run.lines)


def test_the_curl_line_leaves_the_key_to_the_shell(kie, server, images):
    run = kie(f'create {IMAGES} -p "it\'s" --print-curl')

    (line,) = run.lines
    words = shlex.split(line)
    assert 0 == run.code
    assert ["curl", "-X", "POST", f"{server.api}/api/v1/jobs/createTask"] == words[:4]
    assert ["Authorization: Bearer $KIE_API_KEY", "Content-Type: application/json"] == [
        words[number + 1] for number, word in enumerate(words) if word == "-H"
    ]
    assert '"Authorization: Bearer $KIE_API_KEY"' in line, "in quotes where a shell fills it in"
    assert KEY not in run.out + run.err
    assert [] == server.requests
    assert "it's" == curl_body(run)["input"]["prompt"]


@pytest.mark.parametrize("show", SHOWS)
def test_both_need_neither_key_nor_ledger(bare, server, images, show):
    assert 0 == bare(f"create {IMAGES} -p hat {show}").code
    assert [] == server.requests
    assert "" == Path("file").read_text()


@pytest.mark.parametrize("show", SHOWS)
def test_both_check_first(bare, server, show):
    run = bare(f"create -p hat -a 16x9 {show}")

    assert (2, "") == (run.code, run.out)
    assert "Did you mean 16:9?" in run.err


@pytest.mark.parametrize("depth", [60, 61, 62, 63, 64])
def test_a_deep_value_is_shown_or_refused(bare, depth):
    run = bare(["create", "-p", "hat", "-P", f"x:={'[' * depth}{']' * depth}", "--dry-run"])

    assert run.code in {0, 2}
    assert (run.code == 0) == bool(run.out)


def test_stdin_of_a_process_is_taken_as_it_is(real):
    run = real("create -p - --dry-run", stdin="a\r\nb\r\n")

    assert "a\r\nb" == json.loads(run.out)["input"]["prompt"]


def test_the_price_of_an_unknown_model_is_unknown(bare):
    run = bare("create -p hat -m new/model --dry-run")

    no_key = "There is no API key. Nothing was sent."
    assert [
        f"kie: kie.ai could not be asked what new/model takes. {no_key}",
        "kie: kie does not know new/model: its input is not checked.",
        "Nothing was sent. Price: unknown (kie knows no price of this model).",
    ] == run.err.splitlines()
    assert {"model": "new/model", "input": {"prompt": "hat"}} == json.loads(run.out)


def test_a_text_that_ascii_lacks_is_still_json(real):
    run = real(["create", "-p", "ü\u202e", "--dry-run"], PYTHONIOENCODING="ascii")

    assert 0 == run.code
    assert run.out.isascii()
    assert "ü\u202e" == json.loads(run.out)["input"]["prompt"]
