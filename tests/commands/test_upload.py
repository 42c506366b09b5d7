"""`kie upload`: the URL of each file, in order."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from loopback import Reply


def test_prints_the_url_of_each_file_in_order(kie, server, images):
    run = kie("upload logo.png jar.png logo.png")

    names = [f"{hashlib.sha256(Path(name).read_bytes()).hexdigest()[:16]}.png" for name in images]
    folder = f"{server.upload}/kieai/100042/images/kie-cli/"
    assert 0 == run.code
    assert [folder + names[1], folder + names[0], folder + names[1]] == run.lines
    assert ["jar.png", "logo.png"] == sorted(line.split()[0] for line in run.err.splitlines())
    assert len(server.seen("file-stream-upload")) == 2, "each content once"
    assert [] == server.posts()


def test_gives_one_object_a_file_with_json(kie, server, images):
    run = kie("upload jar.png --json")

    digest = hashlib.sha256(Path("jar.png").read_bytes()).hexdigest()
    assert "" == run.err
    (found,) = run.json
    assert ("jar.png", digest) == (found["file"], found["sha256"])
    assert found["url"].endswith(f"{digest[:16]}.png")


def test_takes_any_regular_file(kie, server):
    Path("notes.txt").write_text("words")

    run = kie("upload -q notes.txt")

    (upload,) = server.seen("file-stream-upload")
    assert (0, "") == (run.code, run.err)
    assert b"words" == upload.form["file"]
    assert upload.form["fileName"].endswith(b".bin")
    assert b"notes" not in upload.body


def test_all_faults_are_told_before_anything_goes_up(kie, server, images):
    os.mkfifo("pipe")
    Path("empty").touch()

    run = kie("upload jar.png pipe missing empty .")

    assert (2, "") == (run.code, run.out)
    assert [
        "kie: pipe: not a regular file.",
        "kie: missing: no such file or directory.",
        "kie: empty: the file is empty.",
        "kie: .: not a regular file.",
    ] == run.err.splitlines()
    assert [] == server.requests


def test_needs_a_file_and_a_key(kie, server, images):
    assert 2 == kie("upload").code
    assert 4 == kie("upload jar.png", KIE_API_KEY="").code
    assert [] == server.requests


@pytest.mark.parametrize(
    ("answer", "status", "code", "tries"),
    [
        ("upload.400", 200, 2, 1),
        ("upload.401", 401, 4, 1),
        ("upload.500", 200, 7, 3),
        ("<html/>", 502, 7, 3),
        ({"code": 200, "data": {}}, 200, 1, 1),
    ],
)
def test_what_the_host_says_decides(kie, server, images, answer, status, code, tries):
    server.answer("file-stream-upload", *[answer] * 3, status=status)

    run = kie("upload jar.png --json")

    assert (code, "") == (run.code, run.out)
    assert code == json.loads(run.err)["error"]["exit_code"]
    assert tries == len(server.requests)


def test_a_broken_connection_is_tried_again(kie, server, images):
    server.answer("file-stream-upload", Reply(hang_up=True), Reply(hang_up=True))

    assert 0 == kie("upload jar.png").code
    assert len(server.requests) == 3


def test_leaves_no_row_and_works_without_a_ledger(kie, images):
    Path("file").touch()

    assert 0 == kie("upload jar.png", KIE_STATE_DIR=str(Path("file").absolute())).code
    assert not list(kie.home.rglob("*.sqlite3"))


def test_goes_to_the_sandbox_alone_when_asked(sandbox, server, images):
    run = sandbox("upload jar.png logo.png")

    assert 0 == run.code
    assert 2 == len(run.lines)
    assert [] == server.requests
