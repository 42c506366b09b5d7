from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fakes import FakeClock
from fault.server import http, in_turn
from hypothesis import given
from hypothesis import strategies as st
from loopback import Loopback, Reply

from kie_cli.api import files as files_module
from kie_cli.api import transport as transport_module
from kie_cli.api.files import Downloads
from kie_cli.api.parts import Part, keep
from kie_cli.api.transport import Download
from kie_cli.core.exchange import Response
from kie_cli.core.media import Leftover
from kie_cli.errors import ExitCode, NotSaved
from kie_cli.sandbox.png import picture

PNG = picture(64, 48, "a seed")
FOLDER = Path()


class Fetching(Downloads):
    """Downloads whose parts can be looked at by others at once."""

    def fetch(self, *args, **more):
        part = super().fetch(*args, **more)
        part.lock.close()
        return part


def sha256(content):
    return hashlib.sha256(content).hexdigest()


SHA = sha256(PNG)


@pytest.fixture
def downloads(transport, client, clock, server):
    """Downloads beside a loopback API: results may be on loopback too."""
    return Fetching(transport(server.api, server.result), client, clock, loopback=True)


@pytest.fixture
def strict(transport, client, clock, server):
    """Downloads as they are with the real kie.ai."""
    return Fetching(transport(server.api), client, clock, loopback=False)


def left():
    return sorted(path.name for path in Path().iterdir())


def fails(downloads, url, match):
    """Fetch in vain: nothing is left behind, and the exit code is 10."""
    with pytest.raises(NotSaved, match=match) as caught:
        downloads.fetch(url, FOLDER)
    assert caught.value.exit_code == ExitCode.NOT_SAVED
    assert left() == []
    return caught.value


# fetching


def test_a_result_is_a_whole_hidden_part(downloads, server):
    part = downloads.fetch(server.file("a", PNG), FOLDER)

    assert (part.kind, part.size, part.sha256) == ("png", len(PNG), SHA)
    assert part.path.read_bytes() == PNG
    assert left() == [part.path.name]
    assert (part.path.name[:5], part.path.suffix) == (".kie.", ".part")
    [asked] = server.requests
    assert "authorization" not in asked.headers
    assert asked.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("length", [len(PNG) - 1, len(PNG) + 1])
def test_a_length_that_is_not_kept_is_seen_without_a_wire_too(transport, length):
    headers = {"content-length": str(length)}
    one = transport(handle=lambda _: Response(200, headers, PNG))

    fails(
        Downloads(one, None, FakeClock(), loopback=True), "http://127.0.0.1/a", "The transfer broke"
    )


def test_a_large_result_is_judged_by_its_two_ends(downloads, server):
    sound = b"RIFF" + (300_000).to_bytes(4, "little") + b"WAVE" + bytes(299_996)

    assert downloads.fetch(server.file("a", sound), FOLDER).sha256 == sha256(sound)
    Path(left()[0]).unlink()
    fails(downloads, server.file("b", sound[:-1]), "ends too early, after 300007 bytes")


@pytest.mark.parametrize(("umask", "mode"), [(0o027, 0o640), (0o000, 0o666)])
def test_a_part_is_as_private_as_the_umask_says(downloads, server, umask, mode):
    old = os.umask(umask)
    try:
        part = downloads.fetch(server.file("a", PNG), FOLDER)
    finally:
        os.umask(old)

    assert stat.S_IMODE(part.path.stat().st_mode) == mode


@pytest.mark.parametrize(
    "short",
    [
        Reply(PNG[:-1], headers={"Content-Length": str(len(PNG))}),
        Reply(PNG[:-1]),
        Reply(PNG[:20]),
        Reply(b""),
        Reply(PNG, headers={"Content-Length": str(len(PNG) - 1)}),
        Reply(PNG, headers={"Content-Length": str(len(PNG) + 1)}),
        Reply("<html>", 500),
        Reply("<html>", 503),
        Reply("slow down", 429),
        Reply(hang_up=True),
    ],
    ids=["cut line", "cut file", "head", "nothing", "less said", "more said", "500", "503", "429",
         "hang up"],
)  # fmt: skip
def test_a_broken_transfer_is_taken_up_five_times(downloads, server, clock, short):
    short.headers["Connection"] = "close"
    url = server.file("a", PNG)
    server.answer("a.png", *[short] * 5)
    assert downloads.fetch(url, FOLDER).path.read_bytes() == PNG
    assert len(server.requests) == 6
    assert [0.5, 1.0, 2.0, 4.0, 4.0] == clock.slept
    Path(left()[0]).unlink()

    server.answer("a.png", *[short] * 6)
    fails(downloads, url, r"transfer broke|ends too early|answered HTTP")
    assert len(server.requests) == 12


def test_a_long_result_is_gone_on_with_where_it_broke(transport, clock, wire, monkeypatch):
    monkeypatch.setattr(transport_module, "LONG", 100)
    half, size = len(PNG) // 2, len(PNG)
    first = http(PNG[:half], Content_Length=size, ETag='"v1"')
    span = f"bytes {half}-{size - 1}/{size}"
    rest = http(PNG[half:], "206 Partial Content", Content_Range=span, ETag='"v1"')
    server = wire(
        in_turn(("read", first[:-9], 0.05, first[-9:]), ("read", rest[:-9], 0.05, rest[-9:]))
    )
    one = Fetching(transport(), None, clock, loopback=True)

    part = one.fetch(server.url, FOLDER)

    assert (PNG, SHA) == (part.path.read_bytes(), part.sha256)
    ranges = [asked.headers.get("range") for asked in server.asked]
    assert [None, f"bytes={half}-"] == ranges


@pytest.mark.parametrize("at", range(9, len(PNG), 41))
def test_a_picture_cut_anywhere_gets_no_part(downloads, server, at):
    url = server.file("a", PNG[:at])

    fails(downloads, url, "ends too early")


@pytest.mark.parametrize(
    "page",
    [b"<!DOCTYPE html><title>Expired</title>", b"\r\n  <html>", b"\xef\xbb\xbf<html>Expired",
     b'{"code":404,"msg":"gone"}', b"<?xml version='1.0'?><Error><Code>AccessDenied</Code>"],
)  # fmt: skip
def test_a_text_in_place_of_a_picture_is_discarded_and_shown(downloads, server, page):
    error = fails(downloads, server.file("a", page), "a text in place of the result")

    assert len(error.message) < 200
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [201, 204, 206, 304, 400, 401, 402, 418])
def test_another_status_is_no_result(downloads, server, status):
    fails(downloads, server.file("a", PNG, status=status), f"HTTP {status}")

    assert len(server.requests) == 1


def test_a_kind_that_nobody_knows_is_kept(downloads, server):
    assert downloads.fetch(server.file("a", b"\x00\x01 raw"), FOLDER).kind is None


def test_a_packed_answer_is_unpacked(downloads, server):
    import gzip

    packed = {"Content-Encoding": "gzip"}
    part = downloads.fetch(server.file("a", gzip.compress(PNG), headers=packed), FOLDER)

    assert part.path.read_bytes() == PNG


def test_a_result_that_never_ends_is_refused(downloads, server, monkeypatch):
    monkeypatch.setattr(files_module, "LARGEST", 1000)

    fails(downloads, server.file("a", PNG * 9), "larger than")
    assert len(server.requests) == 1


# results that are gone


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_result_that_is_gone_is_asked_for_anew_once(downloads, server, status):
    old = server.file("old", b"gone", status=status)
    server.answer("download-url", {"code": 200, "data": server.file("new", PNG)})

    assert downloads.fetch(old, FOLDER).sha256 == SHA
    assert [asked.path for asked in server.requests] == [
        "/r/old.png", "/api/v1/common/download-url", "/r/new.png",
    ]  # fmt: skip
    assert server.seen("download-url")[0].json == {"url": old}
    assert "authorization" in server.seen("download-url")[0].headers
    assert "authorization" not in server.seen("new.png")[0].headers


@pytest.mark.parametrize("status", [403, 404, 410])
@pytest.mark.parametrize(
    "reply",
    ["download-url.422", "record.401", "record.500", Reply("<html>", 502), Reply(hang_up=True),
     {"code": 200, "data": None}, {"code": 200, "data": "ftp://a/b"}, {"code": 200, "data": "old"}],
)  # fmt: skip
def test_a_result_that_stays_gone_is_not_saved(downloads, server, reply, status):
    old = server.file("old", b"gone", status=status)
    server.answer("download-url", {"code": 200, "data": old} if "old" in str(reply) else reply)

    error = fails(downloads, old, rf"no longer there \(HTTP {status}\)")

    assert len(server.seen("download-url")) == 1
    assert any("24 hours" in hint for hint in error.hints)


# redirects and addresses


def test_five_redirects_are_followed_and_six_are_not(downloads, server):
    def chain(name, length):
        for step in range(length):
            to = (
                f"/r/{name}{step + 1}.png"
                if step % 2
                else f"{server.result}/r/{name}{step + 1}.png"
            )
            server.files[f"/r/{name}{step}.png"] = Reply(b"", 302, {"Location": to})
        server.file(f"{name}{length}", PNG)
        return f"{server.result}/r/{name}0.png"

    assert downloads.fetch(chain("a", 5), FOLDER).sha256 == SHA
    Path(left()[0]).unlink()
    fails(downloads, chain("b", 6), "redirects more than 5 times")
    assert not [asked for asked in server.requests if "authorization" in asked.headers]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_each_way_to_redirect_is_followed(scripted, status):
    part, asked = scripted(
        Response(status, {"location": "https://b.test/2.png"}), Response(200, WHOLE, PNG)
    )

    assert PNG == part.path.read_bytes()
    assert ["https://a.test/1.png", "https://b.test/2.png"] == [url for url, *_ in asked]


def test_a_redirect_carries_no_key_to_another_host(downloads, server):
    other = Loopback()
    try:
        to = {"Location": other.file("b", PNG)}
        assert downloads.fetch(server.file("a", b"", status=307, headers=to), FOLDER).sha256 == SHA
        assert "authorization" not in other.requests[0].headers
    finally:
        other.close()


@pytest.mark.parametrize(
    "to",
    ["ftp://127.0.0.1/a", "file:///etc/passwd", "http://example.org/a.png", "https://[", "//[",
     "https://a]b/", "data:image/png;base64,AA", "https://10.0.0.1:99999/"],
)  # fmt: skip
def test_a_redirect_elsewhere_is_not_followed(downloads, server, to):
    url = server.file("a", b"", status=302, headers={"Location": to})
    fails(downloads, url, "not a public https one|no address|The transfer broke")
    assert {asked.path for asked in server.requests} == {"/r/a.png"}


def test_a_redirect_to_nowhere_ends(downloads, server):
    fails(downloads, server.file("a", b"", status=302, headers={}), "redirects more than 5 times")


REFUSED = [
    "http://example.org/a.png", "ftp://example.org/a.png", "file:///etc/passwd", "a.png", "",
    "//example.org/a.png", "https:///a.png", "https://", "https://[", "https://a]b/",
    "https://user@example.org/a.png", "https://user:pw@example.org/a.png", "https://@example.org/",
    "https://localhost/a.png", "https://LOCALHOST/a", "https://localhost./a", "https://x.localhost/",
    "https://127.0.0.1/", "https://127.0.0.1:8443/", "https://127.1/", "https://2130706433/",
    "https://0x7f.1/", "https://0177.0.0.1/", "https://127.0.0.1./", "https://0.0.0.0/",
    "https://10.1.2.3/", "https://172.16.0.1/", "https://192.168.1.1/", "https://169.254.169.254/",
    "https://100.64.0.1/", "https://[::1]/", "https://[::]/", "https://[fe80::1]/",
    "https://[fd00::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:10.0.0.1]/",
    "https://8.8.8.8/a.png", "https://[2606:4700::1111]/a.png", "http://127.0.0.1/a.png",
    "HTTP://example.org/a.png", "javascript:alert(1)",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_only_a_public_https_host_is_fetched_from(strict, server, url, monkeypatch):
    monkeypatch.setattr(strict._transport, "download", lambda *_: pytest.fail("it was fetched"))

    fails(strict, url, "not a public https one|cannot be used")
    assert server.requests == []


@pytest.mark.parametrize(
    "url",
    ["https://tempfile.aiquickdraw.com/r/a.png", "HTTPS://file.kie.ai/a", "https://xn--p1b6ci4b.xn/",
     "https://example.org:8443/a?b=c#d", "https://localhost.example.org/", "https://1.example/"],
)  # fmt: skip
def test_a_public_https_host_is_fetched_from(strict, url):
    strict._check(url)


@pytest.mark.parametrize(
    "url",
    ["http://localhost:8/a", "https://localhost/a", "http://LOCALHOST./a", "http://127.0.0.1/a",
     "https://127.0.0.1./a", "http://[::1]:8/a", "https://file.kie.ai/a"],
)  # fmt: skip
def test_beside_a_loopback_api_results_on_loopback_are_fetched_too(downloads, url):
    downloads._check(url)


@pytest.mark.parametrize(
    "url", ["http://file.kie.ai/a", "ftp://localhost/a", "http://10.0.0.1/a", "http://nas/a"]
)
def test_beside_a_loopback_api_nothing_else_is_fetched(downloads, url):
    with pytest.raises(NotSaved, match="not a public https one"):
        downloads._check(url)


@given(st.text() | st.text().map("https://{}".format) | st.ip_addresses().map("https://{}/".format))
def test_any_text_as_a_url_is_checked_without_a_crash(url):
    downloads = Downloads(None, None, None, loopback=False)
    try:
        downloads._check(url)
    except NotSaved:
        return
    assert urlsplit(url).scheme == "https"


# what the disk does


def test_a_folder_that_is_not_there_is_named(downloads, server):
    with pytest.raises(NotSaved, match=r"^nowhere: No such file or directory\.$"):
        downloads.fetch(server.file("a", PNG), Path("nowhere"))


def test_a_folder_that_is_a_file_is_named(downloads, server):
    Path("file").write_text("mine")

    with pytest.raises(NotSaved, match=r"^file: Not a directory\.$"):
        downloads.fetch(server.file("a", PNG), Path("file"))
    assert Path("file").read_text() == "mine"


def test_a_stop_leaves_no_part(downloads, server, monkeypatch):
    def stop(_handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stop)

    with pytest.raises(KeyboardInterrupt):
        downloads.fetch(server.file("a", PNG), FOLDER)
    assert left() == []


FULL_DISK = """
import resource, sys
from pathlib import Path
from kie_cli.api.files import Downloads
from kie_cli.api.transport import Transport
from kie_cli.core.clock import SystemClock
from kie_cli.errors import NotSaved

before = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
transport = Transport(key=None, signed=(), user_agent="kie-cli/0", clock=SystemClock())
try:
    Downloads(transport, None, SystemClock(), loopback=True).fetch(sys.argv[1], Path())
except NotSaved as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, before)
"""


def test_a_full_disk_leaves_nothing_behind(server):
    url = server.file("a", picture(900, 900, "large"))

    run = subprocess.run(
        [sys.executable, "-c", FULL_DISK, url],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == ".: File too large.\n"
    assert left() == []


# giving names


@pytest.fixture
def part():
    path = Path(".kie-0123456789abcdef.part")
    path.write_bytes(PNG)
    return Part(path, "png", len(PNG), SHA)


def named(ending, number):
    return Path(f"t-1-1{f'.{number}' if number else ''}.{ending}")


def ignore(_saved):
    """No record is kept."""


def test_a_name_is_recorded_before_it_exists(part):
    told = []

    def before(saved):
        told.append((saved, saved.exists(), part.path.exists()))

    saved = keep(part, named, force=False, before=before)

    assert told == [(saved, False, True)]
    assert saved == Path("t-1-1.png")
    assert saved.read_bytes() == PNG
    assert left() == ["t-1-1.png"]


def test_a_name_that_cannot_be_recorded_is_not_taken(part):
    def before(_saved):
        raise NotSaved("disk full")

    with pytest.raises(NotSaved):
        keep(part, named, force=False, before=before)
    assert left() == []


def test_the_next_free_name_is_taken_and_nothing_is_overwritten(part):
    Path("t-1-1.png").write_text("mine")
    Path("t-1-1.1.png").mkdir()
    Path("t-1-1.2.png").symlink_to("dangling")
    told = []

    saved = keep(part, named, force=False, before=lambda saved: told.append(saved.name))

    assert saved.name == "t-1-1.3.png"
    assert told == ["t-1-1.png", "t-1-1.1.png", "t-1-1.2.png", "t-1-1.3.png"]
    assert Path("t-1-1.png").read_text() == "mine"
    assert not Path("dangling").exists()
    assert left() == ["t-1-1.1.png", "t-1-1.2.png", "t-1-1.3.png", "t-1-1.png"]


def test_an_exact_name_that_is_taken_is_refused(part):
    Path("hat.png").write_text("mine")

    with pytest.raises(NotSaved, match=r"^hat\.png: the name is taken\.$") as caught:
        keep(part, lambda *_: Path("hat.png"), force=False, before=ignore, numbered=False)

    assert caught.value.hints == ("To overwrite it: --force",)
    assert Path("hat.png").read_text() == "mine"
    assert left() == ["hat.png"]


def test_force_replaces_the_file_and_not_what_a_link_points_to(part):
    Path("target").write_text("mine")
    Path("hat.png").symlink_to("target")

    keep(part, lambda *_: Path("hat.png"), force=True, before=ignore)

    assert Path("hat.png").read_bytes() == PNG
    assert not Path("hat.png").is_symlink()
    assert Path("target").read_text() == "mine"
    assert left() == ["hat.png", "target"]


def test_force_does_not_replace_a_folder(part):
    Path("hat.png").mkdir()

    with pytest.raises(NotSaved, match=r"^hat\.png: Is a directory"):
        keep(part, lambda *_: Path("hat.png"), force=True, before=ignore)
    assert left() == ["hat.png"]


def test_a_thousand_names_are_enough(part, monkeypatch):
    monkeypatch.setattr(os, "link", taken)

    with pytest.raises(NotSaved, match=r"t-1-1\.999\.png: the name is taken"):
        keep(part, named, force=False, before=ignore)
    assert left() == []


def taken(*_):
    raise FileExistsError


@pytest.mark.parametrize("name", ["nowhere/a.png", "x" * 300 + ".png"])
def test_a_name_that_cannot_be_made_is_not_saved(part, name):
    for force in (True, False):
        part.path.write_bytes(PNG)
        with pytest.raises(NotSaved):
            keep(part, lambda *_: Path(name), force=force, before=ignore)
        assert left() == []


@pytest.mark.parametrize(("kind", "ending"), [("jpeg", "jpg"), ("mp4", "mp4"), (None, "bin")])
def test_the_ending_is_told_by_the_content(part, kind, ending):
    saved = keep(Part(part.path, kind, 1, SHA), named, force=False, before=ignore)

    assert saved.name == f"t-1-1.{ending}"


def no_links(*_):
    raise PermissionError(1, "Operation not permitted")


def test_a_disk_without_links_overwrites_nothing_either(part, monkeypatch):
    monkeypatch.setattr(os, "link", no_links)
    Path("t-1-1.png").write_text("mine")

    saved = keep(part, named, force=False, before=ignore)

    assert saved.name == "t-1-1.1.png"
    assert saved.read_bytes() == PNG
    assert Path("t-1-1.png").read_text() == "mine"
    assert left() == ["t-1-1.1.png", "t-1-1.png"]


def test_a_name_that_was_reserved_in_vain_is_given_back(part, monkeypatch):
    monkeypatch.setattr(os, "link", no_links)
    part.path.unlink()

    with pytest.raises(NotSaved, match="No such file"):
        keep(part, named, force=False, before=ignore)
    assert left() == []


@pytest.mark.parametrize("number", [5, 22])
def test_a_folder_that_cannot_be_synced_holds_the_file_all_the_same(part, monkeypatch, number):
    def no_sync(_handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", no_sync)

    assert keep(part, named, force=False, before=ignore).read_bytes() == PNG


RACE = """
import os, sys
from pathlib import Path
from kie_cli.api.parts import Part, keep
from kie_cli.errors import NotSaved

numbered, pipe = sys.argv[1] == "numbered", os.pipe()
for number in range(16):
    if os.fork() == 0:
        own = Path(f".kie-{number}.part")
        own.write_text(f"{number:02}" * 5000)
        os.close(pipe[1])
        os.read(pipe[0], 1)  # all of them go on at once when the parent closes its end
        name = lambda ending, n: Path(f"t-1-1.{n}.{ending}")
        try:
            keep(Part(own, "png", 10000, ""), name, force=False, before=print, numbered=numbered)
        except NotSaved as error:
            os._exit(10 if "the name is taken" in error.message else 1)
        os._exit(0)
os.close(pipe[0])
os.close(pipe[1])
print(sorted(os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(16)))
"""


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
@pytest.mark.parametrize("numbered", [True, False], ids=["numbered", "exact"])
def test_nothing_is_overwritten(numbered, links):
    """16 processes, one name: each file is whole, or its process says that the name is taken."""
    how = (
        ""
        if links
        else "import os\ndef no_links(*_): raise PermissionError(1, 'no')\nos.link = no_links\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", how + RACE, "numbered" if numbered else "exact"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    saved = 16 if numbered else 1

    assert (0, "") == (run.returncode, run.stderr)
    assert str([0] * saved + [10] * (16 - saved)) == run.stdout.splitlines()[-1]
    assert sorted(f"t-1-1.{number}.png" for number in range(saved)) == left()
    contents = {Path(name).read_text() for name in left()}
    assert saved == len(contents)
    assert contents <= {f"{number:02}" * 5000 for number in range(16)}


# an answer in parts, without a wire


HALF = len(PNG) // 2
WHOLE = {"content-length": str(len(PNG)), "etag": '"v1"'}
REST = {"content-range": f"bytes {HALF}-{len(PNG) - 1}/{len(PNG)}", "etag": '"v1"'}


@pytest.fixture
def scripted(transport, clock):
    """Fetch with these answers in turn, in this process; return what was asked for."""

    def fetch(*answers, url="https://a.test/1.png", **more):
        asked, turn = [], iter(answers)

        def handle(request):
            wish = [request.headers.get(name) for name in ("range", "if-range")]
            asked.append((request.url, *wish))
            return next(turn)

        one = Fetching(transport(handle=handle), more.pop("client", None), clock, loopback=False)
        try:
            part = one.fetch(url, FOLDER, **more)
        except NotSaved as error:
            return error, asked
        return part, asked

    return fetch


@pytest.mark.parametrize(
    ("marks", "used"),
    [
        ({"etag": '"v1"'}, '"v1"'),
        ({"etag": '"v1"', "last-modified": "then"}, '"v1"'),
        ({"etag": 'W/"v1"', "last-modified": "then"}, "then"),
        ({"last-modified": "then"}, "then"),
        ({"etag": 'W/"v1"'}, None),
        ({"etag": f'"{"x" * 198}"'}, f'"{"x" * 198}"'),
        ({"etag": f'"{"x" * 199}"'}, None),
        ({"etag": '"a\tb"'}, None),
        ({}, None),
    ],
)
def test_a_broken_transfer_is_gone_on_with_by_a_mark_that_if_range_may_hold(scripted, marks, used):
    first = Response(200, {"content-length": str(len(PNG)), **marks}, PNG[:HALF])
    second = (
        Response(206, REST | {"etag": ""} | marks, PNG[HALF:]) if used else Response(200, {}, PNG)
    )

    part, asked = scripted(first, second)

    assert PNG == part.path.read_bytes()
    url = "https://a.test/1.png"
    assert [(url, None, None), (url, used and f"bytes={HALF}-", used)] == asked


@pytest.mark.parametrize(
    ("second", "requests"),
    [
        (Response(206, REST, PNG[HALF:]), 2),
        (Response(200, WHOLE, PNG), 2),
        (Response(206, REST | {"content-range": ""}, PNG[HALF:]), 3),
        (Response(206, REST | {"content-range": f"bytes 0-9/{len(PNG)}"}, PNG[:10]), 3),
        (Response(206, REST | {"content-range": f"bytes {HALF}-/{len(PNG)}"}, PNG[HALF:]), 3),
        (Response(206, REST | {"etag": '"v2"'}, PNG[HALF:]), 3),
        (Response(206, {"content-range": REST["content-range"]}, PNG[HALF:]), 3),
        (Response(206, REST | {"content-encoding": "gzip"}, PNG[HALF:]), 3),
        (Response(416, {"content-range": f"bytes */{len(PNG)}"}), 3),
        (Response(416, REST), 3),
    ],
)
def test_only_the_rest_of_the_same_result_is_added(scripted, clock, second, requests):
    part, asked = scripted(Response(200, WHOLE, PNG[:HALF]), second, Response(200, WHOLE, PNG))

    assert PNG == part.path.read_bytes()
    ranges = [None, f"bytes={HALF}-", None]
    assert ranges[:requests] == [range_ for _, range_, _ in asked]
    assert [0.5, 1.0][: requests - 1] == clock.slept


@pytest.mark.parametrize("status", [206, 416])
def test_a_part_that_was_not_asked_for_is_no_result(scripted, status):
    error, asked = scripted(Response(status, REST, PNG[HALF:]))

    assert f"The result host answered HTTP {status}." == error.message
    assert (1, False) == (len(asked), error.again)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_a_host_that_is_busy_is_asked_again_five_times(scripted, clock, status):
    error, asked = scripted(*[Response(status)] * 6)

    assert f"The result host answered HTTP {status}." == error.message
    assert 6 == len(asked)
    assert [0.5, 1.0, 2.0, 4.0, 4.0] == clock.slept
    assert [] == left()


@pytest.mark.parametrize("said", ["x", "-5", "5.0", ""])
def test_a_length_that_is_no_number_is_none(scripted, said):
    part, _ = scripted(Response(200, {"content-length": said}, PNG))

    assert PNG == part.path.read_bytes()


def test_nothing_is_told_as_broken_after_0_bytes(scripted):
    error, asked = scripted(*[Response(200)] * 6)

    assert "The transfer broke after 0 bytes." == error.message
    assert 6 == len(asked)


def test_more_than_was_announced_begins_anew(scripted):
    part, asked = scripted(
        Response(200, WHOLE | {"content-length": str(HALF)}, PNG), Response(200, WHOLE, PNG)
    )

    assert PNG == part.path.read_bytes()
    assert [None, None] == [range_ for _, range_, _ in asked]


def test_a_length_of_2_gib_is_the_largest(scripted, monkeypatch):
    most = 2 * 2**30
    monkeypatch.setattr(files_module.shutil, "disk_usage", lambda _: Disk(2**60))

    error, _ = scripted(Response(200, WHOLE | {"content-length": str(most + 1)}, PNG))
    assert "The result is larger than 2 GiB." == error.message
    error, _ = scripted(*[Response(200, {"content-length": str(most)}, b"")] * 6)
    assert "The transfer broke after 0 bytes." == error.message


class Disk:
    def __init__(self, free):
        self.free = free


@pytest.mark.parametrize(("missing", "saved"), [(0, True), (1, False)])
def test_a_result_leaves_16_mib_of_the_disk_free(scripted, monkeypatch, missing, saved):
    needed = len(PNG) + 16 * 2**20
    monkeypatch.setattr(files_module.shutil, "disk_usage", lambda _: Disk(needed - missing))

    found, asked = scripted(Response(200, WHOLE, PNG))

    assert 1 == len(asked)
    if saved:
        assert PNG == found.path.read_bytes()
    else:
        assert ".: the result needs 16 MiB of space, 16 MiB are free." == found.message
        assert [] == left()


def test_without_a_length_no_space_is_asked_for(scripted, monkeypatch):
    monkeypatch.setattr(files_module.shutil, "disk_usage", lambda _: Disk(0))

    part, _ = scripted(Response(200, {}, PNG))

    assert PNG == part.path.read_bytes()


def test_the_rest_of_a_result_needs_space_for_the_rest_alone(scripted, monkeypatch):
    free = iter([2**60, len(PNG) - HALF + 16 * 2**20])
    monkeypatch.setattr(files_module.shutil, "disk_usage", lambda _: Disk(next(free)))

    part, _ = scripted(Response(200, WHOLE, PNG[:HALF]), Response(206, REST, PNG[HALF:]))

    assert PNG == part.path.read_bytes()


def test_a_result_that_stays_gone_is_told_with_both_reasons(scripted, client, server):
    server.answer("download-url", {"code": 200, "data": "https://a.test/2.png"})

    error, asked = scripted(Response(403), Response(410), client=client)

    assert (
        "The result is no longer there (HTTP 403), and a new link did not help: HTTP 410."
    ) == error.message
    assert ("kie.ai keeps results for 24 hours to 14 days.",) == error.hints
    assert ["https://a.test/1.png", "https://a.test/2.png"] == [url for url, *_ in asked]


def test_what_is_left_of_an_earlier_run_is_asked_for_no_more(scripted):
    path = Path(".kie.0123456789abcdef.part")
    path.write_bytes(PNG)
    whole = Leftover(str(path), "https://a.test/1.png", '"v1"', SHA)

    part, asked = scripted(left=whole, note=lambda _: True)

    assert (path, SHA, []) == (part.path, part.sha256, asked)


def test_what_is_left_of_an_earlier_run_is_gone_on_with(scripted):
    path = Path(".kie.0123456789abcdef.part")
    path.write_bytes(PNG[:HALF])
    half = Leftover(str(path), "https://a.test/1.png", '"v1"')

    part, asked = scripted(Response(206, REST, PNG[HALF:]), left=half, note=lambda _: True)

    assert PNG == part.path.read_bytes()
    assert [("https://a.test/1.png", f"bytes={HALF}-", '"v1"')] == asked


def test_a_transfer_that_stays_broken_leaves_a_part_only_where_it_is_noted(scripted):
    broken = [Response(200, WHOLE, PNG[:HALF]), *[Response(503)] * 5]

    error, _ = scripted(*broken)
    assert (False, []) == (error.again, left())
    error, _ = scripted(*broken, note=lambda _: True)
    assert (True, 1) == (error.again, len(left()))
    assert PNG[:HALF] == Path(left()[0]).read_bytes()


BROKEN = Response(200, WHOLE, PNG[:HALF])


def test_a_full_disk_leaves_no_part_though_it_is_noted(scripted, monkeypatch):
    add = files_module.Growing.add

    def full(growing, piece):
        add(growing, piece)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files_module.Growing, "add", full)

    error, _ = scripted(BROKEN, note=lambda _: True)

    assert (".: No space left on device.", False) == (error.message, error.again)
    assert [] == left()


def test_a_stop_leaves_a_part_that_is_noted(scripted, clock):
    def stop():
        raise KeyboardInterrupt

    clock.while_sleeping = stop

    with pytest.raises(KeyboardInterrupt):
        scripted(BROKEN, note=lambda _: True)

    (name,) = left()
    assert PNG[:HALF] == Path(name).read_bytes()


def test_a_result_that_changed_at_the_last_try_is_told(scripted):
    changed = Response(206, REST | {"etag": '"v2"'}, PNG[HALF:])

    error, asked = scripted(BROKEN, *[Response(503)] * 4, changed)

    assert "The result changed while it was fetched." == error.message
    assert 6 == len(asked)


def test_the_reason_of_a_link_that_stays_gone_ends_in_one_full_stop(scripted, client, server):
    server.answer("download-url", "download-url.422")

    error, _ = scripted(Response(404), client=client)

    assert "a new link did not help: " in error.message
    assert error.message.endswith(" 422).")


class Slowly:
    """A transport whose answers arrive piece by piece: (seconds to wait, bytes)."""

    def __init__(self, clock, *answers):
        self.clock = clock
        self.answers = iter(answers)
        self.asked = []

    @contextmanager
    def download(self, url, wish):
        self.asked.append(wish.get("Range"))
        yield Download(200, WHOLE | {"content-length": ""}, self.pieces(next(self.answers)))

    def pieces(self, steps):
        for seconds, size in steps:
            self.clock.time += seconds
            yield bytes(size)


@pytest.mark.parametrize(
    ("steps", "after"),
    [
        ([(59.5, 1), (0.5, 59_999)], None),
        ([(30, 1), (30, 59_999)], None),
        ([(30, 1), (30, 59_998)], 59_999),
        ([(59, 1), (0.5, 1)], None),
        ([(60, 1)], 1),
        ([(90, 89_999)], 89_999),
        ([(90, 90_000)], None),
        ([(60, 60_000), (30, 1), (30, 59_999)], None),
        ([(60, 900_000), (59, 1), (1, 59_998)], 959_999),
        ([(61, 61_000), (59, 1)], None),
        ([(61, 61_000), (60, 59_999)], 120_999),
    ],
)
def test_a_transfer_of_less_than_60_kb_in_60_seconds_is_broken_off(clock, steps, after):
    one = Slowly(clock, *[steps] * 6)
    downloads = Fetching(one, None, clock, loopback=False)

    if after is None:
        part = downloads.fetch("https://a.test/1", FOLDER)
        assert sum(size for _, size in steps) == part.size
        assert [None] == one.asked
    else:
        error = fails(downloads, "https://a.test/1", "stalled")
        assert f"The transfer stalled after {after} bytes." == error.message
        assert len(one.asked) > 1, "it is tried again"
