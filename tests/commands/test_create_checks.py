"""What `kie create` refuses before anything is uploaded or sent: all of it in one go."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

PRO, PRO_TEXT = "flux-2/pro-image-to-image", "flux-2/pro-text-to-image"
ANYWAY = "  To send it anyway: --no-validate"
WEB = "https://example.org/a.png"


def refused(kie, server, command, **more):
    """Run a command line that must not reach any host; return what it said."""
    run = kie(command, **more)
    assert (2, "") == (run.code, run.out)
    free = ("GET", "/api/v1/models/new/model/schema")  # what a model takes may be asked
    assert {(one.method, one.path) for one in server.requests} <= {free}
    assert not list(kie.home.rglob("*.sqlite3")), "no row for what was never sent"
    return run.err.splitlines()


def test_a_wrong_ratio_is_told_with_what_fits(kie, server, images):
    assert "\n".join(refused(kie, server, "create -i jar.png -p hat -a 16x9")) == (
        f"kie: --aspect-ratio 16x9: {PRO} takes 1:1, 4:3, 3:4, 16:9, 9:16, 3:2, 2:3, auto. "
        "Did you mean 16:9?\n"
        "  To send it anyway: --no-validate"
    )


def test_all_problems_are_told_at_once(kie, server):
    Path("page.png").write_text("<html>not a picture</html>")
    Path("empty.png").touch()

    told = refused(
        kie,
        server,
        [
            *("create", "-i", "page.png", "-i", "empty.png", "-i", "missing.png", "-i", "data:x"),
            *("-p", " ", "-a", "16x9", "-r", "4K", "--once", "a\nb", "--param", "nonsense"),
            *("--callback-url", "nowhere", "--timeout", "soon", "-o", "page.png", "-P", "x:={"),
        ],
    )

    problems = [line for line in told if line.startswith("kie: ")]
    hints = [line for line in told if line.startswith("  ")]
    assert [*problems, *hints] == told
    assert ["  To overwrite it: --force"] == hints  # --no-validate would not be enough
    assert [
        "--image empty.png",
        "--image missing.png",
        "--param nonsense",
        "--param x:=",
        "--image page.png",
        "--image data",
        "--prompt",
        "--aspect-ratio 16x9",
        "--resolution 4K",
        "--once",
        "--callback-url",
        "--timeout",
        "--output page.png",
    ] == [line.removeprefix("kie: ").split(": ")[0].removesuffix(":x") for line in problems]


def test_with_json_all_problems_are_one_object(kie, server):
    (line,) = refused(kie, server, "create -p ' ' -a 16x9 -r 3K --json")

    error = json.loads(line)["error"]
    assert ("wrong_input", 2, None) == (error["kind"], error["exit_code"], error["code"])
    assert all(word in error["message"] for word in ("--prompt", "16x9", "3K"))
    assert "--no-validate" in error["hint"]


def bound(path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def sparse(path):
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    os.truncate(path, 10 * 2**20 + 1)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "no such file or directory."),
        (lambda path: path.mkdir(), "not a regular file."),
        (os.mkfifo, "not a regular file."),
        (lambda path: path.symlink_to("/dev/zero"), "not a regular file."),
        (lambda path: path.symlink_to("gone"), "no such file or directory."),
        (lambda path: path.symlink_to("/proc/self/mem"), "Input/output error."),
        (bound, "no such device or address."),
        (lambda path: path.touch(), "the file is empty."),
        (lambda path: path.write_text("<html></html>"), "not an image that"),
        (lambda path: path.write_text("<svg xmlns='x'/>"), "not an image that"),
        (lambda path: path.write_bytes(b"GIF89a" + bytes(50)), "(gif); it takes jpeg, png, webp."),
        (sparse, f"10485761 bytes; {PRO} takes at most 10 MB."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_image_that_is_none_is_refused(kie, server, make, says):
    make(Path("jar.png"))

    (told, *_) = refused(kie, server, "create -i jar.png -p hat")

    assert told.startswith("kie: --image jar.png: ")
    assert says in told


def test_up_to_eight_images_are_taken(kie, server):
    flags = [word for number in range(9) for word in ("-i", f"https://example.org/{number}.png")]
    (told, _) = refused(kie, server, ["create", "-p", "hat", *flags])
    assert f"kie: --image: 9 given; {PRO} takes at most 8 (input_urls)." == told

    assert 0 == kie(["create", "-p", "hat", *flags[2:]]).code


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://example.org/a.png", "not an http(s) URL."),
        ("file:///etc/passwd", "not an http(s) URL."),
        ("https://", "not an http(s) URL."),
        ("https://[::1/a", "not an http(s) URL."),
        ("https://example.org/a b.png", "not an http(s) URL."),
        ("https://me:secret@example.org/a.png", "no URL with a user name or password"),
        ("data:image/png;base64,AAAA", "not a data: URI"),
    ],
)
def test_a_url_that_kie_ai_could_not_fetch_is_refused(kie, server, url, says):
    told = refused(kie, server, ["create", "-p", "hat", "-i", url])

    assert says in told[0]
    assert "secret" not in told[0]


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ("", "--prompt: it is blank"),
        (" \n\t", "--prompt: it is blank"),
        ("\ufeff", "--prompt: it is blank"),
        ("a\0b", "character 2 is U+0000"),
        ("x\udc80", "character 2 is U+DC80"),
        ("x" * 5001, "5001 characters"),
        ("x" * 10**6, "1000000 characters"),
    ],
)
def test_a_prompt_that_cannot_be_meant_is_refused(kie, server, prompt, says):
    told = refused(kie, server, ["create", f"--prompt={prompt}"])

    assert says in told[0]
    assert (ANYWAY in told) == ("U+" not in says)
    assert len(told[0]) < 300


def test_the_longest_prompt_is_taken_and_a_short_one_warned_about(kie, server):
    assert 0 == kie(["create", "-q", "-p", "ä" * 5000]).code

    run = kie(["create", "-p", "hi"])
    assert 0 == run.code
    assert f"kie: --prompt: 2 characters; {PRO_TEXT} is said to want at least 3." in run.err


def test_a_prompt_is_needed_and_given_once(kie, server):
    assert "kie: prompt is missing" in refused(kie, server, "create")[0]

    (told,) = refused(kie, server, "create -p hat -f missing.txt")[:1]
    assert "kie: --prompt and --prompt-file: give one of them." == told


@pytest.mark.parametrize("flags", ["-p - -f -", "-p - --input -", "-f - --input -"])
def test_stdin_is_read_for_one_flag(kie, server, flags):
    assert ["kie: Only one of --prompt, --prompt-file and --input can read stdin."] == refused(
        kie, server, f"create {flags}", stdin="hat"
    )


@pytest.mark.parametrize("flag", ["-p", "-f", "--input"])
def test_a_terminal_is_not_asked_with_no_input(kie, server, flag):
    (told, *_) = refused(kie, server, f"create {flag} - --no-input", stdin="{}", tty="in")

    assert told.endswith("-: stdin is a terminal, and --no-input was given.")


@pytest.mark.parametrize("flag", ["-p", "-f", "--input"])
def test_a_text_that_is_no_utf8_is_refused(kie, server, flag):
    (told, *_) = refused(kie, server, f"create {flag} -", stdin=b"\xff\xfeh\0a\0t\0")
    assert "-: the text is not utf-8." in told

    if flag != "-p":
        Path("text").write_bytes(b"\xff\xfeh\0a\0t\0")
        (told, *_) = refused(kie, server, f"create {flag} text")
        assert "text: the file is not UTF-8 text." in told


@pytest.mark.parametrize("flag", ["--prompt-file ", "--input ", "--param input_urls@"])
def test_files_of_every_flag_are_looked_at_first(kie, server, flag):
    os.mkfifo("pipe")

    told = refused(kie, server, f"create {flag}pipe")

    assert f"kie: {flag}{' ' * flag.endswith('@')}pipe: not a regular file." in told


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("[1]", "not a JSON object."),
        ("{", "not a JSON object (Expecting"),
        ('{"a":1,"a":2}', "not a JSON object (a key stands twice)"),
        ('{"a":NaN}', "not a JSON object (NaN is no JSON)"),
    ],
)
def test_an_input_that_is_no_object_is_refused(kie, server, given, says):
    (told, *_) = refused(kie, server, "create -p hat --input -", stdin=given)

    assert says in told


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ("-r 4K", f"--resolution 4K: {PRO_TEXT} takes 1K, 2K."),
        ("-a auto", f"--aspect-ratio auto: this needs an image; {PRO} takes it."),
        ("-P nsfw_checker=perhaps", f"nsfw_checker=perhaps: {PRO_TEXT} takes true or false here."),
        ("-m flux-2/pro-image2image -i https://example.org/a", "no such model. Did you mean"),
        (f"-m {PRO_TEXT} -i {WEB}", f"--image: {PRO_TEXT} takes no image; {PRO} does."),
        (f"-m new/model -i {WEB}", "--image: which field of new/model takes that is not known."),
        ("-m ' '", "not the name of a model."),
        ("-P =x", "write NAME=TEXT, NAME:=JSON or NAME@FILE."),
        ("-P prompt@jar.png", "prompt takes no file."),
        ("--once ''", "--once: a key has 1 to 200 printable characters."),
        (f"--once {'k' * 201}", "--once: a key has 1 to 200 printable characters."),
        ("--interval 0", "--interval"),
        ("-o - --json", "both want standard output"),
    ],
)
def test_other_faults(kie, server, images, flags, says):
    told = refused(kie, server, f"create -p hat {flags}")

    assert says in "\n".join(told)


def test_no_validate_sends_what_was_typed_with_a_warning(kie, server):
    run = kie("create -p hat -a 16x9 -r 4K -m flux-2/pro-text2image --no-validate")

    assert 0 == run.code
    assert {"prompt": "hat", "aspect_ratio": "16x9", "resolution": "4K"} == server.posts()[0].json[
        "input"
    ]
    assert "Did you mean" in run.err

    run = kie("create -p hat -a 16x9 --no-validate")
    assert 0 == run.code
    assert "kie: --aspect-ratio 16x9:" in run.err
    assert "To send it anyway" not in run.err


@pytest.mark.parametrize("flags", ["-i missing.png", "--once ''", "-P x", "--callback-url x"])
def test_no_validate_cannot_send_what_nobody_can(kie, server, flags):
    told = refused(kie, server, f"create -p hat {flags} --no-validate")

    assert "--no-validate" not in "\n".join(told)


def test_a_request_of_over_a_megabyte_goes_nowhere(kie, server, images):
    """Before the uploads: they would be in vain."""
    Path("big.json").write_text(json.dumps({"more": "x" * 2**20}))

    run = kie("create -p hat -i jar.png --input big.json")

    assert (2, "") == (run.code, run.out)
    assert "bytes, and kie sends 1048576 at most. Nothing was created, nothing was charged." in (
        run.err
    )
    assert [] == server.requests


@pytest.mark.parametrize("value", ["http://example.org", "https://k:p@example.org", "nowhere"])
def test_a_base_url_that_is_no_safe_place_for_the_key_is_refused(kie, server, value):
    refused(kie, server, "create -p hat", KIE_BASE_URL=value)


def test_an_unknown_flag_or_command_is_told(kie, server):
    assert "There is no flag --token." in refused(kie, server, "create --token x")[0]
    assert "Did you mean create?" in refused(kie, server, "craete -p hat")[0]


def test_a_whole_request_is_no_input(kie, server):
    whole = {"model": "nano-banana-pro", "callBackUrl": "https://a.test", "input": {"prompt": "x"}}
    run = kie("create --input - -p hat --dry-run", stdin=json.dumps(whole))
    assert (run.code, run.out) == (2, "")
    assert "--input -: a whole request; give its `input` alone, and --model nano-banana-pro." in (
        run.err
    )


@pytest.mark.parametrize(
    ("args", "given", "says"),
    [
        ("-P foo.x=1", {"foo": [1, 2]}, "--param foo.x: it would replace foo, which was given as"),
        ("-P zz=1 -P zz.b=2", {}, "--param zz.b: it would replace zz, which was given as 1."),
        ("-a 1:1", {"prompt": "a", "prompt ": "b"}, "--input prompt : it is given twice."),
    ],
)
def test_nothing_that_was_given_is_dropped_without_a_word(kie, server, args, given, says):
    run = kie(f"create --input - {args} --dry-run", stdin=json.dumps({"prompt": "hat", **given}))
    assert (run.code, run.out) == (2, "")
    assert says in run.err


def test_a_dry_run_tells_that_the_real_one_would_be_refused(kie, server):
    run = kie("create -p hat --dry-run --max-credits 1")
    assert run.code == 5
    assert json.loads(run.out)["model"] == PRO_TEXT
    assert "--max-credits allows 1" in run.err
