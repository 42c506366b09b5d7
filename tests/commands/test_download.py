"""`kie download` (and `-d`, `-o` of `wait`): what lands on the disk, and under which name."""

import json
import os
import sqlite3  # noqa: TID253 (to break a record)
import stat
from contextlib import closing
from pathlib import Path

import pytest
from fakes import FakeStream
from loopback import Reply, example

from kie_cli.cli import main
from kie_cli.context import Kie
from kie_cli.errors import LocalFiles
from kie_cli.sandbox.png import picture

PNG = picture(64, 64, "t1")


def files(folder="."):
    return sorted(path.name for path in Path(folder).iterdir())


def results(kie, *urls, task_id="t1"):
    kie.server.plays(task_id, Reply(kie.server.record(task_id, "success", list(urls))))


def fetched(kie):
    return [request.path for request in kie.server.requests if request.host == "result"]


def test_saves_the_bytes_under_the_task_s_name(kie):
    kie.server.plays("t1", "success")
    run = kie("download t1")
    assert (run.code, run.out) == (0, "./t1-1.png\n")
    assert Path("t1-1.png").read_bytes() == PNG
    assert files() == ["t1-1.png"]
    assert f"{kie.server.result}/r/t1.png" in run.err
    assert "Done in 31 s." in run.err
    (request,) = [one for one in kie.server.requests if one.host == "result"]
    assert "authorization" not in request.headers
    assert request.headers["accept-encoding"] == "identity"


HEADS = {
    "png": PNG,
    "jpg": b"\xff\xd8\xff\xe0" + b"x" * 99 + b"\xff\xd9",
    "webp": b"RIFF\x0c\x00\x00\x00WEBPVP8 wxyz",
    "gif": b"GIF89a" + b"x" * 20,
    "mp4": b"\x00\x00\x00\x18ftypisom" + b"x" * 12 + b"\x00\x00\x00\x09moovx",
    "mp3": b"ID3" + b"x" * 20,
    "bin": b"\x00nobody knows this",
}


@pytest.mark.parametrize("ending", HEADS)
def test_the_ending_comes_from_the_bytes_not_from_the_server(kie, ending):
    url = kie.server.file("x", HEADS[ending], headers={"Content-Type": "image/tiff"})
    results(kie, url)
    run = kie("download t1")
    assert run.lines == [f"./t1-1.{ending}"]
    assert Path(run.lines[0]).read_bytes() == HEADS[ending]
    assert ("saved as .bin" in run.err) == (ending == "bin")


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2fevil",
        "%2e%2e/%2e%2e/evil",
        "CON",
        "-rf",
        "a%00b",
        "x" * 4000,
        "%E2%80%AEgnp.exe",
        "$(id)",
    ],
)
def test_a_hostile_name_is_never_used(kie, name):
    kie.server.files[f"/r/{name}"] = Reply(PNG)
    results(kie, f"{kie.server.result}/r/{name}")
    run = kie(
        "download t1 -o out/",
    )
    assert (run.code, run.lines) == (0, ["out/t1-1.png"])
    assert files() == ["out"]
    assert files("out") == ["t1-1.png"]


def test_two_results_get_two_names(kie):
    results(kie, kie.server.file("image"), kie.server.file("b/image"))
    assert kie("download t1").lines == ["./t1-1.png", "./t1-2.png"]
    assert kie("download t1 -o pair.png").lines == ["./pair-1.png", "./pair-2.png"]
    assert files() == ["pair-1.png", "pair-2.png", "t1-1.png", "t1-2.png"]


def test_output_can_be_a_file_or_a_folder_that_is_made(kie):
    kie.server.plays("t1", "success")
    assert kie("download t1 -o cap.png").lines == ["./cap.png"]
    assert kie("download t1 -o new/deep/cap.png").lines == ["new/deep/cap.png"]
    assert kie("download t1 -o other/").lines == ["other/t1-1.png"]
    Path("there").mkdir()
    assert kie("download t1 -o there").lines == ["there/t1-1.png"]
    assert Path("new/deep/cap.png").read_bytes() == Path("there/t1-1.png").read_bytes() == PNG


def test_output_dash_writes_the_bytes_to_stdout_and_nothing_else(kie):
    kie.server.plays("t1", "success")
    run = kie("download t1 -o -")
    assert (run.code, run.raw_out) == (0, PNG)
    assert "Done in 31 s." in run.err
    assert files() == []


def test_output_dash_takes_one_result(kie):
    results(kie, kie.server.file("a"), kie.server.file("b"))
    run = kie("download t1 -o -")
    assert (run.code, run.raw_out) == (10, b"")
    assert "takes a single result" in run.err
    assert fetched(kie) == []


@pytest.mark.parametrize("command", ["download t1", "wait t1", "create -p hats"])
def test_an_existing_file_is_refused_before_anything_is_asked(kie, command):
    Path("cap.png").write_text("mine")
    run = kie(f"{command} -o cap.png")
    assert run.code == 2
    assert "cap.png: the file exists" in run.err
    assert "--force" in run.err
    assert Path("cap.png").read_text() == "mine"
    assert kie.server.requests == []


def test_a_file_that_appears_meanwhile_is_not_overwritten_either(kie):
    kie.server.plays("t1", "generating", "success")
    kie.clock.while_sleeping = lambda: Path("cap.png").write_text("mine")
    run = kie("wait t1 -o cap.png")
    assert run.code == 10
    assert "the name is taken" in run.err
    assert f"{kie.server.result}/r/t1.png" in run.err
    assert Path("cap.png").read_text() == "mine"
    assert files() == ["cap.png"]


def test_force_overwrites(kie):
    Path("cap.png").write_text("mine")
    kie.server.plays("t1", "success")
    assert kie("download t1 -o cap.png --force").code == 0
    assert Path("cap.png").read_bytes() == PNG
    Path("t1-1.png").write_text("mine")
    assert kie("download t1 --force").lines == ["./t1-1.png"]
    assert Path("t1-1.png").read_bytes() == PNG
    assert files() == ["cap.png", "t1-1.png"]


def test_a_name_that_is_taken_gets_a_number(kie):
    for name in ("t1-1.png", "t1-1.1.png"):
        Path(name).write_text("mine")
    Path("t1-1.2.png").symlink_to("/nowhere/at/all")
    kie.server.plays("t1", "success")
    assert kie("download t1").lines == ["./t1-1.3.png"]
    assert Path("t1-1.png").read_text() == "mine"
    assert Path("t1-1.2.png").is_symlink()


def test_what_is_saved_already_is_told_again_and_not_fetched(kie):
    kie.server.plays("t1", "success")
    kie("download t1")
    where = str(Path("t1-1.png").absolute())
    run = kie("download t1")
    assert (run.code, run.lines) == (0, [where])
    assert kie("wait t1 -d --json").json[0]["files"] == [where]
    assert len(fetched(kie)) == 1
    Path("t1-1.png").write_bytes(b"cut")
    assert kie("download t1").lines == ["./t1-1.1.png"]
    assert len(fetched(kie)) == 2


def test_a_folder_that_is_asked_for_gets_its_own_copy(kie):
    kie.server.plays("t1", "success")
    kie("download t1")
    assert kie("download t1 -o out/").lines == ["out/t1-1.png"]
    assert kie("download t1 -o out/").lines == [str(Path("out/t1-1.png").absolute())]
    assert len(fetched(kie)) == 2


def test_output_dir_comes_from_the_environment_before_the_config(kie):
    kie.server.plays("t1", "success")
    kie.server.plays("t2", "success")
    kie("config set output_dir shots")
    assert kie("download t1").lines == ["shots/t1-1.png"]
    assert kie("download t2", KIE_OUTPUT_DIR="other").lines == ["other/t2-1.png"]
    assert kie("download t2 -o here/", KIE_OUTPUT_DIR="other").lines == ["here/t2-1.png"]


def test_ids_come_from_stdin_and_from_what_is_unsaved(kie):
    made = [kie(["create", "-q", "-p", f"hat {n}"]).lines[0] for n in range(3)]
    for task_id in made[:2]:
        kie.server.plays(task_id, "success")
    assert kie("download -", stdin=f"{made[0]}\n").lines == [f"./{made[0]}-1.png"]
    assert kie(["status", *made]).code == 0
    assert kie("download --unsaved").lines == [f"./{made[1]}-1.png"]
    run = kie("download --unsaved")
    assert (run.code, run.out) == (0, "")
    assert "nothing to save" in run.err


@pytest.mark.parametrize("args", ["", "a/b", "t1 t2 -o one.png", "t1 t2 -o -"])
def test_what_makes_no_sense_is_refused(kie, args):
    run = kie(f"download {args}")
    assert (run.code, run.out) == (2, "")
    assert kie.server.requests == []


@pytest.mark.parametrize(
    ("state", "code"), [("generating", 8), ("fail", 3), (None, 6), ({"resultJson": ""}, 10)]
)
def test_a_task_without_a_result_has_its_exit_code_at_once(kie, state, code):
    if state:
        kie.server.plays("t1", state)
    run = kie("download t1")
    assert run.code == (code if state else 6)
    assert (run.out, files()) == ("", [])
    assert sum(kie.clock.slept) <= 0 or state is None


def test_a_bad_answer_about_the_task_is_asked_again(kie):
    kie.server.plays("t1", Reply("<html>", 502), Reply(hang_up=True), "success")
    assert kie("download t1").code == 0


# what can go wrong with the bytes


def broken(kie, how):
    url = kie.server.file("t1")
    path = "/r/t1.png"
    kie.server.files[path] = {
        "html": Reply("<!DOCTYPE html><h1>Sign in</h1>"),
        "json": Reply({"error": "no"}),
        "empty": Reply(b""),
        "cut": Reply(PNG[:-20]),
        "cut jpeg": Reply(HEADS["jpg"][:-2]),
        "cut webp": Reply(HEADS["webp"][:-2]),
        "short": Reply(PNG[:50], headers={"Content-Length": str(len(PNG))}),
        "500": Reply("oops", 500),
        "418": Reply("oops", 418),
        "reset": Reply(hang_up=True),
        "loop": Reply(b"", 302, {"Location": url}),
        "away": Reply(b"", 302, {"Location": "ftp://example.org/x"}),
    }[how]
    results(kie, url)
    return url


@pytest.mark.parametrize(
    ("how", "tries"),
    [
        ("html", 1),
        ("json", 1),
        ("418", 1),
        ("away", 1),
        ("empty", 6),
        ("cut", 6),
        ("cut jpeg", 6),
        ("cut webp", 6),
        ("500", 6),
        ("reset", 6),
        ("loop", 6),
    ],
)
def test_a_broken_result_exits_10_with_its_url_and_leaves_nothing(kie, how, tries):
    url = broken(kie, how)
    run = kie("download t1")
    assert (run.code, run.out, files()) == (10, "", [])
    assert f"  {url}\n" in run.err
    assert "Try again: kie download t1\n" in run.err
    assert len(fetched(kie)) == tries
    told = json.loads(kie("download t1 --json").err.splitlines()[-1])["error"]
    assert (told["kind"], told["task_id"]) == ("not_saved", "t1")
    assert url in told["hint"]


def test_a_transfer_that_breaks_once_is_tried_again(kie):
    results(kie, kie.server.file("t1"))
    kie.server.answer("t1.png", Reply(PNG[:-20]), Reply(hang_up=True))
    assert kie("download t1").code == 0
    assert Path("t1-1.png").read_bytes() == PNG


def test_a_redirect_is_followed_without_the_key(kie):
    target = kie.server.file("moved")
    url = kie.server.file("t1", b"", status=302, headers={"Location": target})
    results(kie, url)
    assert kie("download t1").code == 0
    assert len(fetched(kie)) == 2


def test_partial_success_says_what_is_saved_and_what_is_not(kie):
    """All are tried; exit 10; the next run fetches only what is missing."""
    urls = [kie.server.file(name) for name in "abc"]
    kept = kie.server.files["/r/b.png"]
    kie.server.files["/r/b.png"] = Reply("oops", 500)
    results(kie, *urls)
    run = kie("download t1")
    assert run.code == 10
    assert run.lines == ["./t1-1.png", "./t1-3.png"]
    assert "1 of 3 results of t1 could not be saved" in run.err
    assert all(url in run.err for url in urls)
    kie.server.files["/r/b.png"] = kept
    before = len(fetched(kie))
    run = kie("download t1")
    assert (run.code, len(run.lines)) == (0, 3)
    assert fetched(kie)[before:] == ["/r/b.png"]
    assert files() == ["t1-1.png", "t1-2.png", "t1-3.png"]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_expired_url_is_asked_anew_once(kie, status):
    url = kie.server.file("t1", b"", status=status)
    results(kie, url)
    link = example("download-url.ok") | {"data": kie.server.file("fresh", PNG)}
    kie.server.answer("download-url", link)
    run = kie("download t1")
    assert (run.code, run.out) == (0, "./t1-1.png\n")
    (asked,) = kie.server.seen("download-url")
    assert asked.json == {"url": url}


@pytest.mark.parametrize(
    "answer",
    [
        Reply(example("download-url.422")),
        Reply(example("record.500")),
        Reply("<html>", 502),
        Reply({"code": 200, "msg": "success", "data": None}),
        "gone too",
        "not https",
    ],
)
def test_a_link_that_does_not_help_exits_10_with_the_retention(kie, answer):
    url = kie.server.file("t1", b"", status=404)
    results(kie, url)
    data = {"gone too": f"{kie.server.result}/r/none.png", "not https": "http://192.0.2.1/x.png"}
    reply = answer if isinstance(answer, Reply) else Reply({"code": 200, "data": data[answer]})
    kie.server.answer("download-url", reply)
    run = kie("download t1")
    assert (run.code, files()) == (10, [])
    assert "24 hours to 14 days" in run.err
    assert url in run.err
    assert len(kie.server.seen("download-url")) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://tempfile.example.org/x.png",
        "https://user:pw@example.org/x.png",
        "https://192.168.0.1/x.png",
        "https://169.254.169.254/latest",
        "https://[::1/x.png",
        "https:///x.png",
    ],
)
def test_a_url_that_no_result_has_is_not_fetched(kie, url):
    results(kie, url)
    run = kie("download t1")
    assert (run.code, files()) == (10, [])
    assert url in run.err
    assert fetched(kie) == []


def test_an_unusable_folder_exits_10_and_the_result_is_not_lost(kie):
    Path("file").write_text("in the way")
    kie.server.plays("t1", "success")
    run = kie("download t1 -o file/out/")
    assert (run.code, run.out) == (10, "")
    assert f"{kie.server.result}/r/t1.png" in run.err


def test_a_full_disk_exits_10_and_leaves_no_part(kie, monkeypatch):
    def full(_):
        raise OSError(28, os.strerror(28))

    kie.server.plays("t1", "success")
    monkeypatch.setattr(os, "fsync", full)
    run = kie("download t1", KIE_STATE_DIR="/dev/null/no")
    assert run.code == 10
    assert "No space left on device" in run.err
    assert files() == []


def test_a_file_system_without_links_still_overwrites_nothing(kie, monkeypatch):
    def no_links(*_):
        raise OSError(95, os.strerror(95))

    monkeypatch.setattr(os, "link", no_links)
    Path("t1-1.png").write_text("mine")
    kie.server.plays("t1", "success")
    assert kie("download t1").lines == ["./t1-1.1.png"]
    assert Path("t1-1.png").read_text() == "mine"
    assert Path("t1-1.1.png").read_bytes() == PNG


def test_json_has_the_urls_and_the_files(kie):
    kie.server.plays("t1", "success")
    run = kie("download t1 -o out/ --json")
    assert run.json[0]["files"] == ["out/t1-1.png"]
    assert run.json[0]["urls"] == [f"{kie.server.result}/r/t1.png"]
    assert run.err == ""


def test_files_are_as_private_as_the_umask_says(kie):
    kie.server.plays("t1", "success")
    before = os.umask(0o027)
    try:
        kie("download t1")
    finally:
        os.umask(before)
    assert Path("t1-1.png").stat().st_mode & 0o777 == 0o640


def test_a_saved_file_that_is_gone_is_fetched_anew(kie):
    kie.server.plays("t1", "success")
    for _ in range(2):
        assert kie("download t1").lines == ["./t1-1.png"]
        Path("t1-1.png").unlink()
    assert len(fetched(kie)) == 2


@pytest.mark.parametrize("command", ["download t1", "wait t1", "create -p hats"])
def test_bytes_are_not_written_to_a_terminal(kie, command):
    run = kie(f"{command} -o -", tty="out")
    assert run.code == 2
    assert "terminal" in run.err
    assert kie.server.requests == []


@pytest.mark.parametrize(
    ("error", "code"),
    [(OSError(28, "No space left on device"), 10), (BrokenPipeError(), 141)],
)
def test_bytes_that_cannot_be_written_to_stdout_are_never_a_success(kie, error, code):
    class Broken(FakeStream):
        @property
        def buffer(self):
            raise error

    kie.server.plays("t1", "success")
    err = FakeStream()
    program = Kie(kie.env, stdout=Broken(), stderr=err, clock=kie.clock)
    assert main(["wait", "t1", "-o", "-"], program) == code
    assert ("No space left on device" in err.text) == (code == 10)
    program = Kie(kie.env, stderr=err, clock=kie.clock)
    program.stdout = None
    assert main(["wait", "t1", "-o", "-"], program) == 10
    assert files() == []


def test_a_record_that_cannot_be_written_keeps_no_result_from_the_disk(kie, own_home):
    task_id = kie("create -q -p hats").lines[0]
    kie.server.plays(task_id, "success")
    with closing(sqlite3.connect(own_home / ".local/state/kie/tasks.sqlite3")) as ledger:
        for change in ("UPDATE ON creates", "INSERT ON files"):
            name = change.split()[0].lower()
            ledger.execute(
                f"CREATE TRIGGER no_{name} BEFORE {change} "
                "BEGIN SELECT RAISE(FAIL, 'it is broken'); END"
            )
    run = kie(["wait", task_id, "-d"])
    assert (run.code, run.lines) == (0, [f"./{task_id}-1.png"])
    assert "it is broken" in run.err


def test_a_ledger_that_cannot_be_read_keeps_no_result_from_the_disk(kie, monkeypatch):
    kie.server.plays("t1", "success")

    def broken(*_):
        raise LocalFiles("The record of paid tasks cannot be read (disk: input/output error).")

    monkeypatch.setattr("kie_cli.ledger.store.Ledger.saved_files", broken)
    run = kie("download t1")

    assert 0 == run.code
    assert ["./t1-1.png"] == run.lines
    assert Path("t1-1.png").read_bytes().endswith(b"IEND\xaeB`\x82")
    assert "cannot be read" in run.err


TARGETS = {
    "a name that is too long": "x" * 300,
    "a path through a file": "mine/cap.png",
    "another person's home that is not there": "~nobody-of-this-name/cap.png",
    "a loop of links": "loop/cap.png",
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("command", ["download t1", "create -p hats"])
def test_a_target_that_cannot_be_is_refused_before_anything_is_asked(kie, command, target):
    Path("mine").write_text("mine")
    Path("loop").symlink_to("loop")
    run = kie([*command.split(), "-o", TARGETS[target]])
    assert (run.code, run.out) == (2, "")
    assert "kie: --output" in run.err
    assert kie.server.requests == []


@pytest.fixture
def odd_targets():
    """A device, a FIFO, and links: to a file, to a device, to nothing."""
    os.mknod("device", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    os.mkfifo("fifo")
    Path("mine").write_text("mine")
    Path("link").symlink_to("mine")
    Path("null").symlink_to("device")
    Path("dangling").symlink_to("nothing")


def what_is_there():
    found = {path.name: path.lstat() for path in Path().iterdir()}
    return {name: (one.st_ino, one.st_mode, one.st_size) for name, one in found.items()}


@pytest.mark.parametrize("target", ["device", "fifo", "link", "null", "dangling"])
@pytest.mark.parametrize("force", ["", " --force"])
def test_a_target_that_is_no_plain_file_is_refused_also_with_force(kie, odd_targets, target, force):
    before = what_is_there()
    run = kie(f"download t1 -o {target}{force}")
    assert (run.code, run.out) == (2, "")
    assert f"--output {target}: " in run.err
    assert kie.server.requests == []
    assert before == what_is_there()


def test_names_in_the_folder_that_are_no_plain_files_are_passed_over(kie, odd_targets):
    Path("device").rename("t1-1.png")
    Path("fifo").rename("t1-1.1.png")
    Path("link").rename("t1-1.2.png")
    Path("dangling").rename("t1-1.3.png")
    kie.server.plays("t1", "success")
    assert kie("download t1").lines == ["./t1-1.4.png"]
    assert Path("mine").read_text() == "mine"


@pytest.mark.parametrize(("mask", "mode"), [(0o000, 0o666), (0o022, 0o644), (0o077, 0o600)])
def test_no_file_is_executable_and_the_umask_is_kept(kie, mask, mode):
    kie.server.plays("t1", "success")
    before = os.umask(mask)
    try:
        kie("download t1")
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("t1-1.png").stat().st_mode) == mode


def test_unsaved_fetches_only_what_is_missing(kie):
    task_id = kie("create -q -p hats").lines[0]
    urls = [kie.server.file(name, picture(64, 64, name)) for name in "abc"]
    kept = kie.server.files.pop("/r/b.png")
    results(kie, *urls, task_id=task_id)
    assert kie(["wait", task_id, "-d"]).code == 10
    assert files() == [f"{task_id}-1.png", f"{task_id}-3.png"]
    kie.server.files["/r/b.png"] = kept
    before = len(fetched(kie))
    run = kie("download --unsaved")
    assert (run.code, len(run.lines)) == (0, 3)
    assert fetched(kie)[before:] == ["/r/b.png"]
    assert Path(f"{task_id}-2.png").read_bytes() == picture(64, 64, "b")
    assert kie("download --unsaved").out == ""


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"resultJson": "{}"}, 10),
        ({"resultJson": "no JSON"}, 10),
        ({"resultJson": None}, 10),
        ({"resultJson": '{"resultUrls": []}'}, 10),
        ({"resultJson": '{"resultUrls": [null, 7, "", "../../x"]}'}, 10),
        ({"resultJson": '{"code": 500, "msg": "internal error"}'}, 10),
        ({"resultJson": '"a text"'}, 10),
    ],
)
def test_a_success_without_a_usable_url_saves_nothing_and_says_so(kie, told, code):
    kie.server.plays("t1", told)
    run = kie("download t1")
    assert run.code == code
    assert run.out == ""
    assert "Traceback" not in run.err
    assert "bug" not in run.err
    assert files() == []
    assert fetched(kie) == []
