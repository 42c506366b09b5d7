"""Local files of `kie create`: where they go, how often, under which names."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from pathlib import Path

import pytest
from loopback import Loopback, Reply

from kie_cli.sandbox.png import picture

HOUR = 3600.0
CREATE = "create -i jar.png -i logo.png -p hat"


def uploads(server):
    return server.seen("file-stream-upload")


def test_files_are_named_by_their_content(kie, server, images):
    hostile = "../a\n\"b';.html"
    Path(hostile.rpartition("/")[2]).write_bytes(Path("jar.png").read_bytes())

    run = kie(["create", "-i", hostile.rpartition("/")[2], "-p", "hat", "-v"])

    (upload,) = uploads(server)
    digest = hashlib.sha256(Path("jar.png").read_bytes()).hexdigest()
    assert 0 == run.code
    assert f"{digest[:16]}.png" == upload.form["fileName"].decode()
    assert b"images/kie-cli" == upload.form["uploadPath"]
    assert Path("jar.png").read_bytes() == upload.form["file"]
    assert b"html" not in upload.body
    assert "Bearer key-for-tests-0123456789abcdef" == upload.headers["authorization"]


@pytest.mark.parametrize(
    ("head", "ending"),
    [(b"\xff\xd8\xff\xe0", "jpg"), (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "webp")],
)
def test_the_ending_is_that_of_the_content(kie, server, head, ending):
    Path("picture.png").write_bytes(head + bytes(100))

    assert 0 == kie("create -i picture.png -p hat").code
    assert uploads(server)[0].form["fileName"].decode().endswith(f".{ending}")


def test_each_content_goes_up_once(kie, server, images):
    Path("copy.png").write_bytes(Path("jar.png").read_bytes())

    run = kie("create -i jar.png -i copy.png -i logo.png -i jar.png -p hat")

    urls = server.posts()[0].json["input"]["input_urls"]
    assert 0 == run.code
    assert len(uploads(server)) == 2
    assert urls[0] == urls[1] == urls[3] != urls[2]


def test_two_files_of_one_name_do_not_overwrite_each_other(kie, server, images):
    for folder in ("a", "b"):
        Path(folder).mkdir()
        Path(folder, "x.png").write_bytes(picture(32, 32, folder))

    kie("create -i a/x.png -i b/x.png -p hat")

    assert len({upload.form["fileName"] for upload in uploads(server)}) == 2


def test_at_most_four_go_up_at_once(kie, server):
    names = [f"{number}.png" for number in range(8)]
    for name in names:
        Path(name).write_bytes(picture(32, 32, name))
    at_work, most, lock = [], [], threading.Lock()
    four, five = threading.Event(), threading.Event()

    def meet():
        with lock:
            at_work.append(1)
            most.append(len(at_work))
            if len(at_work) >= 4:
                four.set()
            if len(at_work) >= 5:
                five.set()
        four.wait(5)
        five.wait(0.1)
        with lock:
            at_work.pop()

    body = {"code": 200, "data": {"downloadUrl": "https://example.org/a.png"}}
    server.answer("file-stream-upload", *[body] * 8, meanwhile=meet)

    run = kie(["create", "-p", "hat", *(word for name in names for word in ("-i", name))])

    assert (0, 8, 4) == (run.code, len(uploads(server)), max(most))


@pytest.mark.parametrize(
    ("later", "again"), [(0, 0), (20 * HOUR - 1, 0), (20 * HOUR, 2), (48 * HOUR, 2)]
)
def test_uploads_are_used_again_for_less_than_twenty_hours(kie, server, images, later, again):
    kie(CREATE)
    kie.clock.time += later

    run = kie(CREATE)

    first, second = server.posts()
    assert 0 == run.code
    assert 2 + again == len(uploads(server))
    assert first.json == second.json
    assert (2 if again == 0 else 0) == run.err.count("uploaded before")


@pytest.mark.parametrize("changed", ["KIE_API_KEY", "KIE_UPLOAD_URL"])
def test_uploads_of_another_key_or_host_are_not_used(kie, server, images, changed):
    other = Loopback()
    kie(CREATE)

    new = {"KIE_API_KEY": "another-key-0123456789", "KIE_UPLOAD_URL": other.upload}[changed]
    run = kie(CREATE, **{changed: new})
    other.close()

    assert 0 == run.code
    assert 4 == len(uploads(server)) + len(uploads(other))
    assert {"KIE_API_KEY": 0, "KIE_UPLOAD_URL": 2}[changed] == len(uploads(other))


def test_an_upload_survives_a_refused_create(kie, server, images):
    server.answer("createTask", "create.402")
    assert 5 == kie(CREATE).code

    assert 0 == kie(CREATE).code
    assert len(uploads(server)) == 2


@pytest.mark.parametrize(
    ("answer", "status", "code", "tries", "says"),
    [
        ("upload.400", 200, 2, 1, "refused the request"),
        ("upload.401", 200, 4, 1, "does not take this API key"),
        ("upload.401", 401, 4, 1, "…cdef"),
        ("upload.500", 200, 7, 3, "code 500"),
        ("<html>Bad Gateway</html>", 502, 7, 3, 'HTTP 502: "<html>Bad Gateway</html>"'),
        ({"code": 200, "data": None}, 200, 1, 1, "no usable URL"),
        ({"code": 200, "data": {"downloadUrl": "ftp://x/y"}}, 200, 1, 1, "no usable URL"),
        ({"code": 200, "data": {"downloadUrl": "javascript:1"}}, 200, 1, 1, "no usable URL"),
    ],
)
def test_without_its_upload_nothing_is_created(
    kie, server, images, rows, answer, status, code, tries, says
):
    server.answer("file-stream-upload", *[answer] * 3, status=status)

    run = kie("create -i jar.png -p hat --json")

    error = json.loads(run.err)["error"]
    (row,) = rows()
    assert (code, "") == (run.code, run.out)
    assert code == error["exit_code"]
    assert row["intent"] == error["intent"]
    assert says in error["message"] + (error["hint"] or "")
    assert tries == len(uploads(server))
    assert [] == server.posts()
    assert ("refused", "not_sent") == (row["outcome"], json.loads(row["error"])["kind"])


def test_an_upload_that_fails_once_is_tried_again(kie, server, images):
    server.answer("file-stream-upload", Reply(hang_up=True))

    assert 0 == kie("create -i jar.png -p hat").code
    assert len(uploads(server)) == 2
    assert len(server.posts()) == 1


def test_a_file_that_changes_meanwhile_is_not_sent(kie, server, images, rows):
    """The first upload meets a broken server; before the second the file is another one."""
    other = picture(96, 64, "another")
    size = max(len(other), len(Path("jar.png").read_bytes()))
    Path("jar.png").write_bytes(Path("jar.png").read_bytes().ljust(size, b"\0"))

    def change():
        Path("jar.png").write_bytes(other.ljust(size, b"\0"))

    server.answer("file-stream-upload", Reply(hang_up=True, meanwhile=change))

    run = kie("create -i jar.png -p hat")

    assert (2, "") == (run.code, run.out)
    assert "jar.png changed while it was uploaded. No task was created." in run.err
    assert [] == server.posts()
    assert "refused" == rows()[0]["outcome"]


def test_a_file_that_vanishes_meanwhile_is_told(kie, server, images, rows):
    vanish = Reply(hang_up=True, meanwhile=Path("jar.png").unlink)
    server.answer("file-stream-upload", vanish)

    run = kie("create -i jar.png -p hat")

    assert (2, "") == (run.code, run.out)
    assert "jar.png cannot be read" in run.err
    assert [] == server.posts()


def test_the_upload_host_gets_nothing_but_the_files(kie, server, images):
    kie("create -i jar.png -p very-secret-prompt --label secret-label")

    (upload,) = uploads(server)
    assert {"uploadPath", "fileName", "file"} == set(upload.form)
    assert b"secret" not in upload.body


@pytest.mark.parametrize(
    ("url", "strange"),
    [
        ("https://tempfile.redpandaai.co/a.png", None),
        ("https://cdn.kie.ai/a.png", None),
        ("http://127.0.0.1:9/a.png", None),
        ("https://example.org/a.png", "example.org"),
        ("https://kie.ai.example.org/a.png", "kie.ai.example.org"),
        ("https://notkie.ai/a.png", "notkie.ai"),
    ],
)
@pytest.mark.parametrize("command", ["create -i jar.png -p hat", "upload jar.png"])
def test_an_upload_that_ends_up_on_a_strange_host_is_warned_about(
    kie, server, images, command, url, strange
):
    server.answer("file-stream-upload", {"code": 200, "data": {"downloadUrl": url}})

    run = kie(command)

    warning = f"kie: jar.png: it was uploaded to {strange}, which is no host of kie.ai."
    assert 0 == run.code
    assert (strange is not None) == (warning in run.err)
    assert (strange is not None) == ("no host of kie.ai" in run.err)


def test_an_upload_host_that_is_not_there_is_tried_three_times_and_nothing_is_created(
    kie, server, images, rows
):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

        run = kie("create -i jar.png -p hat", KIE_UPLOAD_URL=url)

    assert (7, "") == (run.code, run.out)
    assert 2 == len(kie.clock.slept)
    assert "could not be reached (connection refused)" in run.err
    assert [] == server.requests
    assert "refused" == rows()[0]["outcome"]


def test_pictures_go_up_byte_for_byte_and_the_help_says_so(kie, server, images):
    """EXIF and GPS data are in the bytes, and the URL is public."""
    picture_with_place = Path("jar.png").read_bytes() + b"GPSLatitude 48.8584 N"
    Path("jar.png").write_bytes(picture_with_place)

    assert 0 == kie("create -i jar.png -p hat").code

    assert picture_with_place == uploads(server)[0].form["file"]
    for command in ("create", "upload"):
        told = " ".join(kie(f"{command} --help").out.replace("|", " ").split())
        assert "EXIF and GPS data" in told
        assert "public" in told
