"""Downloads over broken wires: a file with its final name is whole, or is not there."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import PROGRAM, environment
from fakes import FakeClock
from fault.ranges import ETAG, ranges, serve
from fault.server import NO_LIMIT, chunked, http, in_turn, slices
from loopback import Reply

from kie_cli.api import files as files_module
from kie_cli.api.files import Downloads
from kie_cli.core.clock import SystemClock
from kie_cli.sandbox.png import picture

KEY = "key-for-tests-0123456789abcdef"
PNG = picture(8, 8, "small")
OTHER = picture(8, 8, "other")
assert len(PNG) > 200
FORMER = "Wed, 21 Oct 2026 07:28:00 GMT"


def wav(size):
    """A whole file of so many bytes, none like its neighbours."""
    noise = b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(size // 32 + 1))
    return b"RIFF" + (size - 8).to_bytes(4, "little") + b"WAVE" + noise[: size - 12]


def names(folder="."):
    return sorted(path.name for path in Path(folder).iterdir())


@pytest.fixture
def downloads():
    """Fetches over loopback, with pauses that take no time."""
    from kie_cli.api.transport import Transport

    made = []

    def make(clock=None):
        clock = clock or FakeClock()
        transport = Transport(key=None, signed=(), user_agent="kie-cli/0", clock=SystemClock())
        made.append(transport)
        return Downloads(transport, None, clock, loopback=True)

    yield make
    for transport in made:
        transport.close()


@pytest.fixture
def result(kie, wire):
    """Let task t1 have its result on a host that plays one script a connection."""

    def make(*scripts, name="r/a.png"):
        host = wire(in_turn(*scripts))
        record = kie.server.record("t1", "success", [f"{host.url}/{name}"])
        kie.server.plays("t1", Reply(record))
        return host

    return make


# the wire cut


def test_a_final_name_means_a_whole_file(wire, downloads):
    """Cut after each byte of the answer: what is resumed is the same, byte for byte."""
    wire = wire(in_turn(serve(PNG, upto=0)))
    fetch = downloads()
    head = len(wire_head(PNG))
    for cut in range(len(PNG)):
        wire.steps = (in_turn(serve(PNG, upto=cut), serve(PNG)),)
        part = fetch.fetch(wire.url, Path())
        found = part.path.read_bytes()
        part.drop()
        assert PNG == found
    assert [None, *(f"bytes={cut}-" for cut in range(1, len(PNG)))] == ranges(wire)[1::2]
    for cut in range(0, head, 5):  # in the head of the answer
        wire.steps = (in_turn(["read", wire_head(PNG)[:cut]], serve(PNG)),)
        part = fetch.fetch(wire.url, Path())
        assert PNG == part.path.read_bytes()
        part.drop()
    assert [] == names()


def wire_head(content):
    return http(content, ETag=ETAG).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def test_a_wire_that_is_always_cut_there_leaves_nothing_at_any_offset(wire, downloads, monkeypatch):
    monkeypatch.setattr(files_module, "RESUMES", 1)
    wire = wire(in_turn(serve(PNG, upto=0)))
    fetch = downloads()
    for cut in range(len(PNG)):
        wire.steps = (in_turn(serve(PNG, etag=None, upto=cut)),)
        with pytest.raises(files_module.NotSaved):
            fetch.fetch(wire.url, Path())
        assert [] == names()


RESUMED = {
    "honest": ({}, {}, PNG, 2),
    "date in place of an ETag": ({"etag": None, "modified": FORMER}, None, PNG, 2),
    "range ignored": ({}, {"lie": "ignore"}, PNG, 2),
    "another range": ({}, {"lie": "shift"}, PNG, 3),
    "416": ({}, {"lie": "416"}, PNG, 3),
    "another picture, said": ({}, {"content": OTHER, "etag": '"v2"'}, OTHER, 2),
    "another picture, unsaid": ({}, {"content": OTHER, "etag": '"v2"', "lie": "blind"}, OTHER, 3),
    "another picture, no ETag": ({}, {"content": OTHER, "etag": None, "lie": "blind"}, OTHER, 3),
}  # fmt: skip


@pytest.mark.parametrize("case", RESUMED)
def test_a_cut_transfer_goes_on_or_begins_anew_cleanly(kie, result, case):
    first, then, expected, connections = RESUMED[case]
    then = {"content": PNG} | (first if then is None else then)
    last = dict(then)
    last.pop("lie", None)
    host = result(serve(PNG, upto=200, **first), serve(**then), serve(**last))
    run = kie("download t1")

    assert (0, ["./t1-1.png"]) == (run.code, run.lines)
    assert expected == Path("t1-1.png").read_bytes()
    assert ["t1-1.png"] == names()
    assert [None, "bytes=200-", None][:connections] == ranges(host)
    assert (first.get("modified") or ETAG) == host.asked[1].headers["if-range"]


def test_a_range_that_is_answered_in_part_is_gone_on_with(kie, result):
    host = result(serve(PNG, upto=200), serve(PNG, lie="less"), serve(PNG))

    assert 0 == kie("download t1").code
    assert PNG == Path("t1-1.png").read_bytes()
    assert [None, "bytes=200-", "bytes=250-"] == ranges(host)


@pytest.mark.parametrize("marks", [{"etag": None}, {"etag": 'W/"v1"'}])
def test_without_a_strong_mark_nothing_is_resumed(kie, result, marks):
    host = result(serve(PNG, upto=200, **marks), serve(PNG, lie="blind", **marks))

    assert 0 == kie("download t1").code
    assert PNG == Path("t1-1.png").read_bytes()
    assert [None, None] == ranges(host)


def test_a_packed_answer_is_never_resumed(kie, result):
    packed = gzip.compress(PNG, mtime=0)
    cut = http(packed, ETag=ETAG, Content_Encoding="gzip")[:-60]
    host = result(["read", cut], serve(PNG))

    assert 0 == kie("download t1").code
    assert PNG == Path("t1-1.png").read_bytes()
    assert [None, None] == ranges(host)
    assert {"identity"} == {one.headers["accept-encoding"] for one in host.asked}


@pytest.mark.parametrize("packing", ["br", "gzip, gzip", "zstd"])
def test_an_answer_packed_in_an_unknown_way_is_not_saved(kie, result, packing):
    result(["read", http(PNG, Content_Encoding=packing)])
    run = kie("download t1")

    assert 10 == run.code
    assert f"packed as {packing}" in run.err
    assert [] == names()


def test_five_resumes_are_counted_anew_on_progress(kie, result):
    content = wav(1_000_000)
    pieces = [serve(content, upto=80_000)] * 12
    host = result(*pieces, serve(content), name="a.wav")
    run = kie("download t1")

    assert (0, ["./t1-1.wav"]) == (run.code, run.lines)
    assert content == Path("t1-1.wav").read_bytes()
    assert [f"bytes={80_000 * n}-" for n in range(1, 13)] == ranges(host)[1:]
    assert all(0 < pause <= 8 for pause in kie.clock.slept)


def test_without_progress_five_resumes_are_made_and_the_next_run_goes_on(kie, result):
    content = wav(1_000_000)
    cut = [serve(content, upto=500_000), *[serve(content, upto=10)] * 5]
    host = result(*cut, serve(content))
    run = kie("download t1")

    assert 10 == run.code
    assert 6 == len(host.asked)
    (part,) = names()
    assert part.startswith(".t1-1.")
    assert part.endswith(".part")
    assert content[:500_050] == Path(part).read_bytes()
    assert "Try again: kie download t1" in run.err

    assert 0 == kie("download t1").code
    assert "bytes=500050-" == ranges(host)[-1]
    assert content == Path("t1-1.wav").read_bytes()
    assert ["t1-1.wav"] == names()


def test_without_a_ledger_nothing_is_left_to_go_on_from(kie, result):
    host = result(serve(PNG, upto=200), *[["read"]] * 5)
    run = kie("download t1", KIE_STATE_DIR="/dev/null/no")

    assert 10 == run.code
    assert 6 == len(host.asked)
    assert [] == names()


# slow, long, large


class Leaping(FakeClock):
    """A clock that goes on 20 s with each look at it."""

    def monotonic(self):
        self.time += 20
        return super().monotonic()


def test_less_than_1_kb_a_second_for_60_s_is_a_stall_which_is_resumed(wire, downloads):
    trickle = slices(PNG[100:200], 10, gap=0.02)
    host = wire(in_turn(serve(PNG, upto=100, after=[*trickle, "hold"]), serve(PNG)))
    clock = Leaping()
    part = downloads(clock).fetch(host.url, Path())
    part.lock.close()

    assert PNG == part.path.read_bytes()
    assert 2 == len(host.asked)
    assert 100 < int(ranges(host)[1].strip("bytes=-")) < 200


def test_a_transfer_that_is_slow_and_not_stalled_goes_on(wire, downloads):
    content = wav(400_000)
    host = wire(*serve(content, upto=0, after=slices(content, 100_000, gap=0.02)))
    part = downloads(Leaping()).fetch(host.url, Path())
    part.lock.close()

    assert content == part.path.read_bytes()
    assert 1 == len(host.asked)


def test_a_trickle_that_always_stalls_ends(wire, downloads, monkeypatch):
    monkeypatch.setattr(files_module, "RESUMES", 2)
    host = wire(*serve(PNG, etag=None, upto=0, after=[*slices(PNG[:20], 1, gap=0.02), "hold"]))

    with pytest.raises(files_module.NotSaved, match="stalled after"):
        downloads(Leaping()).fetch(host.url, Path())
    assert 3 == len(host.asked)
    assert [] == names()


def test_a_host_that_does_not_begin_is_given_up(wire, downloads, monkeypatch):
    monkeypatch.setattr("kie_cli.api.transport.HEAD_TOTAL", 0.15)
    monkeypatch.setattr(files_module, "RESUMES", 0)
    host = wire("read", *slices(wire_head(PNG), 1, gap=0.04), "hold")

    with pytest.raises(files_module.NotSaved, match="no answer in time"):
        downloads().fetch(host.url, Path())
    assert [] == names()


def test_more_than_2_gib_is_refused_by_its_announcement(kie, result):
    host = result(["read", http(PNG, Content_Length=2**31 + 1), "hold"])
    run = kie("download t1")

    assert 10 == run.code
    assert "larger than 2 GiB" in run.err
    assert f"  {host.url}/r/a.png\n" in run.err
    assert [] == names()
    assert 1 == len(host.asked)


def test_more_than_2_gib_in_all_is_refused_though_each_answer_is_less(kie, result, monkeypatch):
    monkeypatch.setattr(files_module, "LARGEST", 300)
    result(["read", chunked(PNG[:200], PNG[200:])])

    assert 10 == kie("download t1").code
    assert [] == names()


def test_space_that_the_disk_does_not_have_is_asked_for_first(kie, result, monkeypatch):
    free = shutil.disk_usage(".").free
    spare = 1_000_000
    monkeypatch.setattr(files_module, "LARGEST", NO_LIMIT)
    host = result(["read", http(PNG, Content_Length=free - spare), "hold"])
    run = kie("download t1")

    assert 10 == run.code
    needed = (free - spare) / 2**20 + 16
    assert f"the result needs {needed:.0f} MiB of space" in run.err
    assert "MiB are free" in run.err
    assert [] == names()
    assert 1 == len(host.asked)


# what is no result


@pytest.mark.parametrize(
    "text",
    ["Not Found", '["no"]', '"expired"', "error: gone\n" * 90, "\ufeff\n <html>", "é" * 200,
     '{"code":404,"msg":"gone"}', "<!DOCTYPE html><title>Sign in</title>" + "x" * 5000],
)  # fmt: skip
def test_a_text_in_place_of_the_result_is_discarded_and_80_characters_are_shown(kie, result, text):
    host = result(["read", http(text, Content_Type="image/png", ETag=ETAG)])
    run = kie("download t1")

    assert (10, "") == (run.code, run.out)
    shown = run.err.partition("in place of the result: ")[2].partition("\n")[0]
    assert text.lstrip("\ufeff\n ")[:7] in shown
    assert len(shown) <= 82
    assert [] == names()
    assert 1 == len(host.asked)
    assert run.err.count(f"{host.url}/r/a.png") >= 1


# results that are gone


def test_a_new_link_goes_on_where_the_old_one_broke_if_it_is_the_same_result(kie, result, wire):
    gone = ["read", http(b"", "403 Forbidden")]
    host = result(serve(PNG, upto=200), gone)
    fresh = wire(in_turn(serve(PNG)))
    kie.server.answer("download-url", {"code": 200, "data": f"{fresh.url}/new"})

    assert 0 == kie("download t1").code
    assert PNG == Path("t1-1.png").read_bytes()
    assert [None, "bytes=200-"] == ranges(host)
    assert ["bytes=200-"] == ranges(fresh)
    assert 1 == len(kie.server.seen("download-url"))


def test_a_new_link_to_another_result_begins_anew(kie, result, wire):
    result(serve(PNG, upto=200), ["read", http(b"", "410 Gone")])
    fresh = wire(in_turn(serve(OTHER, etag='"v2"', lie="blind"), serve(OTHER, etag='"v2"')))
    kie.server.answer("download-url", {"code": 200, "data": f"{fresh.url}/new"})

    assert 0 == kie("download t1").code
    assert OTHER == Path("t1-1.png").read_bytes()


def test_a_result_that_stays_gone_is_asked_for_once_and_its_age_is_told(kie, result):
    gone = ["read", http(b"", "404 Not Found")]
    host = result(gone)
    kie.server.answer("download-url", {"code": 200, "data": f"{host.url}/new"})
    record = kie.server.record("t1", "success", [f"{host.url}/r/a.png"])
    record["data"]["completeTime"] = int((kie.clock.now() - 15 * 86400) * 1000)
    kie.server.plays("t1", Reply(record))
    run = kie("download t1")

    assert 10 == run.code
    assert "It was made 15 d ago; kie.ai keeps results for 24 hours to 14 days." in run.err
    assert ["/r/a.png", "/new"] == [one.path for one in host.asked]
    assert 1 == len(kie.server.seen("download-url"))


# where the key goes


def test_the_key_is_in_no_byte_that_a_result_host_receives(kie, result, wire):
    """Over redirects, resumes and new links."""
    gone = ["read", http(b"", "403 Forbidden")]
    fresh = wire(in_turn(serve(PNG, upto=100), serve(PNG)))
    second = wire(in_turn(gone))
    moved = ["read", http(b"", "302 Found", Location=f"{second.url}/b")]
    host = result(moved)
    kie.server.answer("download-url", {"code": 200, "data": f"{fresh.url}/new"})

    assert 0 == kie("download t1").code
    received = b"".join(bytes(one) for at in (host, second, fresh) for one in at.connections)
    assert 4 == received.count(b"GET /")
    assert KEY.encode() not in received
    assert b"authorization" not in received.lower()
    assert b"cookie" not in received.lower()
    assert all(KEY in one.headers["authorization"] for one in kie.server.requests)


# what happens to the folder meanwhile


@pytest.mark.parametrize("when", ["before the first byte", "before the last"])
def test_a_folder_that_vanishes_exits_10(kie, result, when):
    def vanish(_link):
        shutil.rmtree("out")

    half = 0 if "first" in when else 200
    if half:
        result(serve(PNG, upto=half, after=[0.3, vanish, PNG[half:]]))
    else:
        result(["read", vanish, http(PNG)])
    run = kie("download t1 -o out/")

    assert (10, "") == (run.code, run.out)
    assert "No such file or directory" in run.err
    assert "Try again: kie download t1 -o out/\n" in run.err
    assert [] == names()


def test_a_working_folder_that_is_gone_exits_10(kie, result):
    result(serve(PNG))
    gone = Path.cwd() / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    try:
        run = kie("download t1")
    finally:
        os.chdir("/")

    assert (10, "") == (run.code, run.out)
    assert "No such file or directory" in run.err


TMPFS = "mount -t tmpfs -o size={size} kie out && {command}; code=$?; ls -A out; exit $code"


@pytest.mark.parametrize("said", [True, False], ids=["length said", "length unsaid"])
def test_a_disk_that_is_too_small_exits_10_and_is_left_empty(kie, result, said):
    """A real one of 2 MiB, in a mount namespace of its own."""
    content = wav(4_000_000)
    host = result(["read", http(content) if said else chunked(content)])
    Path("out").mkdir()
    command = TMPFS.format(size="2m", command=f"{PROGRAM} download t1 -o out/")
    run = subprocess.run(
        ["unshare", "-rm", "sh", "-c", command], env=environment(Path(kie.env["HOME"]), kie.server),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (10, ""), run.stderr
    assert ("MiB of space" if said else "No space left on device") in run.stderr
    assert host.url in run.stderr
