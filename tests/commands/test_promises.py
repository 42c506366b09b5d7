"""Bad input is refused before anything is sent: every kind of it, in whole command lines."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from kie_cli.sandbox.png import picture

WEB = "https://example.org/a.png"
IMAGE = ["create", "-p", "hat", "-i", "jar.png"]


def bound(path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def sparse(path):
    path.write_bytes(picture(8, 8, "x"))
    os.truncate(path, 10 * 2**20 + 1)


def text(content):
    return lambda path: path.write_text(content)


# fault: (what is made as jar.png, command line, words of the message)
BAD = {
    # images that are none
    "missing": (lambda path: None, IMAGE, "no such file"),
    "folder": (Path.mkdir, IMAGE, "not a regular file"),
    "fifo": (os.mkfifo, IMAGE, "not a regular file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), IMAGE, "not a regular file"),
    "terminal": (lambda path: path.symlink_to("/dev/ptmx"), IMAGE, "not a regular file"),
    "socket": (bound, IMAGE, "no such device or address"),
    "unreadable": (lambda path: path.symlink_to("/proc/self/mem"), IMAGE, "Input/output error"),
    "dangling link": (lambda path: path.symlink_to("gone"), IMAGE, "no such file"),
    "link to itself": (lambda path: path.symlink_to("jar.png"), IMAGE, "too many levels"),
    "empty": (Path.touch, IMAGE, "the file is empty"),
    "too large": (sparse, IMAGE, "at most 10 MB"),
    "html": (text("<!DOCTYPE html><p>no</p>"), IMAGE, "not an image"),
    "svg": (text("<svg xmlns='http://www.w3.org/2000/svg'/>"), IMAGE, "not an image"),
    "gif": (lambda path: path.write_bytes(b"GIF89a" + bytes(90)), IMAGE, "it takes jpeg, png"),
    "too many": (None, ["create", "-p", "hat", *(9 * ["-i", WEB])], "takes at most 8"),
    "long name": (None, ["create", "-p", "hat", "-i", "x" * 5000], "name too long"),
    # the same checks wherever a file can be named
    "prompt file": (os.mkfifo, ["create", "-f", "jar.png"], "not a regular file"),
    "input file": (os.mkfifo, ["create", "--input", "jar.png"], "not a regular file"),
    "param file": (os.mkfifo, ["create", "-p", "x", "-P", "input_urls@jar.png"], "not a regular"),
    "file upload": (os.mkfifo, ["upload", "jar.png"], "not a regular file"),
    # URLs
    "password": (None, ["create", "-p", "x", "-i", "https://a:b@example.org/a"], "password"),
    "ftp": (None, ["create", "-p", "x", "-i", "ftp://example.org/a"], "not an http(s) URL"),
    "file url": (None, ["create", "-p", "x", "-i", "file:///etc/passwd"], "not an http(s) URL"),
    "data url": (None, ["create", "-p", "x", "-i", "data:image/png;base64,AA"], "data: URI"),
    # prompts
    "no prompt": (None, ["create"], "prompt is missing"),
    "empty prompt": (None, ["create", "-p", ""], "blank"),
    "blank prompt": (None, ["create", "-p", " \n"], "blank"),
    "only a BOM": (None, ["create", "-p", "\ufeff"], "blank"),
    "NUL": (None, ["create", "-p", "a\0b"], "U+0000"),
    "surrogate": (None, ["create", "-p", "a\udcffb"], "U+DCFF"),
    "megabyte": (None, ["create", "-p", "x" * 10**6], "at most 5000"),
    "two prompts": (text("hat"), ["create", "-p", "x", "-f", "jar.png"], "give one of them"),
    # values
    "ratio": (None, ["create", "-p", "hat", "-a", "16x9"], "Did you mean 16:9?"),
    "resolution": (None, ["create", "-p", "hat", "-r", "4K"], "takes 1K, 2K"),
    "near model": (None, ["create", "-p", "x", "-m", "flux-2/pro-image2image"], "Did you mean"),
    "no model": (None, ["create", "-p", "x", "-m", " "], "not the name of a model"),
    "param": (None, ["create", "-p", "x", "-P", "nonsense"], "NAME=TEXT"),
    "JSON": (None, ["create", "-p", "x", "-P", "a:={"], "not JSON"),
    "NaN": (None, ["create", "-p", "x", "-P", "a:=NaN"], "not JSON"),
    "once": (None, ["create", "-p", "x", "--once", "a\nb"], "1 to 200 printable"),
    "label": (None, ["create", "-p", "x", "--timeout", "soon"], "--timeout"),
    "callback": (None, ["create", "-p", "x", "--callback-url", "here"], "--callback-url"),
    "name taken": (text("mine"), ["create", "-p", "x", "-o", "jar.png"], "--force"),
    "base URL": (None, ["create", "-p", "x"], "password"),
    "flag": (None, ["create", "-p", "x", "--key", "k"], "There is no flag --key"),
}


@pytest.mark.parametrize("fault", BAD)
def test_bad_input_makes_no_request(kie, server, fault):
    make, command, words = BAD[fault]
    if make:
        make(Path("jar.png"))
    if fault == "base URL":
        kie.env["KIE_BASE_URL"] = "https://user:secret@api.kie.ai"

    run = kie(command)

    assert (2, "") == (run.code, run.out)
    assert words.lower() in run.err.lower()
    assert "secret" not in run.err
    assert [] == server.requests
    assert not list(kie.home.rglob("*.sqlite3")), "no row for what was never sent"


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST.", "nas", "printer.local", "127.0.0.1", "10.1.2.3", "127.1"),
        *("2130706433", "0x7f.1", "169.254.169.254", "[::1]", "[fe80::1]", "[::]", "192.168.1.5"),
    ],
)
def test_an_image_that_kie_ai_cannot_fetch_is_warned_about_and_never_asked_for(kie, server, host):
    url = f"http://{host}:{server.result.rpartition(':')[2]}/a.png"

    run = kie(["create", "-p", "hat", "-i", url])

    assert 0 == run.code
    assert (
        f"kie: --image {url}: kie.ai cannot reach that host. Name the file itself: it is uploaded."
        in run.err
    )
    assert [url] == server.posts()[0].json["input"]["input_urls"]
    assert {"api"} == {request.host for request in server.requests}


@pytest.mark.parametrize(
    "host", ["example.org", "8.8.8.8", "[2606:4700::1]", "nas.example.org", "localhost.example.org"]
)
def test_a_public_image_is_passed_on_without_a_word(kie, server, host):
    run = kie(["create", "-p", "hat", "-i", f"https://{host}/a.png"])

    assert 0 == run.code
    assert "kie.ai cannot reach" not in run.err


def test_a_value_that_looks_like_a_file_stays_a_text(kie, server):
    """A prompt that a script passes on cannot name a file of this machine."""
    Path("secret.txt").write_text("the content of a file")
    at = "@secret.txt"

    run = kie(
        ["create", "-p", at, "--label", at, "--once", at, "-P", f"note={at}", "-v"],
        KIE_MODEL="flux-2/pro-text-to-image",
    )

    assert 0 == run.code
    assert (at, at) == tuple(server.posts()[0].json["input"][name] for name in ("prompt", "note"))
    assert at == kie("list --json").json[0]["label"]
    assert 2 == kie("create -p hat", KIE_MODEL=" @secret.txt\0").code
    kie.env.pop("KIE_API_KEY")
    assert 4 == kie("create -p hat", KIE_API_KEY="@secret.txt\0").code
    sent = b"".join(request.body for request in server.requests)
    told = "".join(run.out + run.err for run in kie.runs)
    assert "content of a file" not in sent.decode() + told
    assert not [path for path in kie.home.rglob("*") if b"content of" in _bytes(path)]


def _bytes(path):
    return path.read_bytes() if path.is_file() else b""
