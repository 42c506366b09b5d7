"""The hidden part of a result: who may write to it, what stays of it, and when it is whole."""

from __future__ import annotations

import hashlib
import os
import re
import tracemalloc
from pathlib import Path

import pytest

from kie_cli.api import parts
from kie_cli.api.parts import Growing, Part, discard, holds, keep
from kie_cli.core.media import Leftover
from kie_cli.errors import NotSaved
from kie_cli.sandbox.png import picture

PNG = picture(64, 48, "a seed")
SHA = hashlib.sha256(PNG).hexdigest()
URL = "https://a.test/1.png"


def names(folder="."):
    return sorted(path.name for path in Path(folder).iterdir())


@pytest.fixture
def growing():
    """Make parts in the current folder; what was noted of each is in `growing.noted`."""
    made = []

    def make(*, note=True, answer=True, url=URL, folder=Path()):
        def take(left):
            make.noted.append((left, Path(left.path).exists()))
            return answer

        made.append(Growing(url, folder, "hat", take if note else None))
        return made[-1]

    make.noted = []
    yield make
    for one in made:
        one.leave(resume=False)


@pytest.fixture
def left():
    """What another process left: the first half of a picture."""
    path = Path(".hat.0123456789abcdef.part")
    path.write_bytes(PNG[:500])
    return Leftover(str(path), URL, '"v1"')


# a new one


def test_a_part_is_noted_before_it_exists(growing):
    one = growing()
    one.restart('"v1"')

    assert re.fullmatch(r"\.hat\.[0-9a-f]{16}\.part", one.path.name)
    assert [(Leftover(str(one.path), URL, '"v1"'), False)] == growing.noted
    assert [one.path.name] == names()


def test_a_restart_empties_the_part_and_notes_the_new_mark(growing):
    one = growing()
    one.restart('"v1"')
    one.add(b"old")
    path = one.path

    one.restart('"v2"')
    assert (0, '"v2"', path) == (one.size, one.validator, one.path)
    assert (Leftover(str(path), URL, '"v2"'), True) == growing.noted[-1]
    one.restart()
    assert "" == one.validator
    one.add(PNG)
    part = one.whole()

    assert (PNG, SHA) == (part.path.read_bytes(), part.sha256)


def test_a_part_that_another_kie_locked_first_is_its_own(growing, monkeypatch):
    """It read the note, and found the file before it was locked."""
    lock, tries = parts._lock, []

    def late(stream):
        tries.append(stream.name)
        if len(tries) == 1:
            raise BlockingIOError
        lock(stream)

    monkeypatch.setattr(parts, "_lock", late)
    one = growing()
    one.restart()

    assert 2 == len(tries) == len(growing.noted) == len(names())
    assert str(one.path) == growing.noted[-1][0].path != growing.noted[0][0].path


def test_a_part_never_takes_a_name_that_is_there(growing, monkeypatch):
    monkeypatch.setattr(parts.secrets, "token_hex", lambda count: "ab" * count)
    taken = Path(f".hat.{'ab' * 8}.part")
    taken.write_text("mine")

    with pytest.raises(FileExistsError):
        growing().restart()

    assert "mine" == taken.read_text()


def test_where_nothing_can_be_locked_no_part_is_left(growing, monkeypatch):
    def never(_stream):
        raise OSError

    monkeypatch.setattr(parts, "_lock", never)
    one = growing()
    one.restart('"v1"')
    one.add(b"some")

    assert not one.leave(resume=True)
    assert [] == names()


def test_a_part_under_work_is_locked(growing):
    one = growing()
    one.restart('"v1"')

    discard(Leftover(str(one.path), URL, ""))

    assert [one.path.name] == names()


@pytest.mark.parametrize(
    ("resume", "note", "answer", "validator", "content", "stays"),
    [
        (True, True, True, '"v1"', b"some", True),
        (False, True, True, '"v1"', b"some", False),
        (True, False, True, '"v1"', b"some", False),
        (True, True, False, '"v1"', b"some", False),
        (True, True, True, "", b"some", False),
        (True, True, True, '"v1"', b"", False),
    ],
)
def test_a_part_stays_if_it_is_noted_and_can_be_gone_on_with(
    growing, resume, note, answer, validator, content, stays
):
    one = growing(note=note, answer=answer)
    one.restart(validator)
    one.add(content)

    assert stays is one.leave(resume=resume)

    assert [content] * stays == [Path(name).read_bytes() for name in names()]


def test_a_part_that_never_began_leaves_nothing(growing):
    assert not growing().leave(resume=True)
    assert ([], []) == (growing.noted, names())


def test_a_part_whose_last_bytes_the_disk_does_not_take_stays_with_the_others(growing):
    import resource

    one = growing()
    one.restart('"v1"')
    one.add(b"some")
    one._stream.flush()
    one.add(b"more")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, limit[1]))
    try:
        assert one.leave(resume=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)

    assert b"some" == one.path.read_bytes()


# one that is left


def test_what_is_left_is_gone_on_with_where_it_ends(growing, left):
    one = growing()

    assert not one.go_on_from(left)
    assert (500, '"v1"', left.path) == (one.size, one.validator, str(one.path))
    one.add(PNG[500:])
    part = one.whole()
    part.lock.close()

    assert (PNG, SHA, len(PNG)) == (part.path.read_bytes(), part.sha256, part.size)
    assert [] == growing.noted, "the note of the process before still holds"


def test_what_is_left_and_gone_on_with_stays_at_the_next_stop(growing, left):
    one = growing()
    one.go_on_from(left)

    assert one.leave(resume=True)
    assert [Path(left.path).name] == names()


def test_what_is_left_may_be_whole(growing, left):
    Path(left.path).write_bytes(PNG)

    assert growing().go_on_from(Leftover(left.path, left.url, left.validator, SHA))


def test_what_is_left_of_another_result_or_place_is_removed(growing, left):
    Path("elsewhere").mkdir()

    for changes in ({"url": URL + "?2"}, {"note": False}, {"folder": Path("elsewhere")}):
        Path(left.path).write_bytes(PNG)
        one = growing(**changes)
        assert not one.go_on_from(left)
        assert (0, "") == (one.size, one.validator)
        assert ["elsewhere"] == names()


def test_a_part_with_a_second_name_is_a_final_file_and_is_not_written_to(growing, left):
    Path("final.png").hardlink_to(left.path)
    one = growing()

    assert not one.go_on_from(left)
    one.restart()
    one.add(b"other")

    assert PNG[:500] == Path("final.png").read_bytes()
    assert not Path(left.path).exists()


def locked(path):
    stream = path.open("r+b")
    parts._lock(stream)
    return stream


def missing(path):
    path.unlink()


def linked(path):
    path.rename("target")
    path.symlink_to("target")


def folder(path):
    path.unlink()
    path.mkdir()


def pipe(path):
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("how", [locked, missing, linked, folder, pipe])
def test_what_is_at_work_or_no_file_of_ours_is_left_alone(growing, left, how):
    path = Path(left.path)
    busy = how(path)
    before = names()
    one = growing()

    assert not one.go_on_from(left)
    discard(left)

    assert before == names()
    assert (0, "", []) == (one.size, one.validator, growing.noted)
    if busy:
        busy.close()


def test_a_file_of_another_user_is_left_alone(growing, left, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4711)

    discard(left)
    one = growing()
    assert not one.go_on_from(left)
    assert 0 == one.size

    assert [Path(left.path).name] == names()


def test_a_part_that_got_its_final_name_just_now_is_left_alone(growing, left, monkeypatch):
    lock = parts._lock

    def finished(stream):
        lock(stream)
        Path(left.path).replace("final.png")
        Path(left.path).write_bytes(b"another's")

    monkeypatch.setattr(parts, "_lock", finished)

    assert not growing().go_on_from(left)
    assert [Path(left.path).name, "final.png"] == names()


def test_what_is_left_is_removed_when_it_is_no_longer_of_use(left):
    discard(left)
    discard(left)

    assert [] == names()


def test_what_is_left_and_cannot_be_removed_stops_nothing(left, monkeypatch):
    def forbidden(*_, **__):
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", forbidden)
        discard(left)

    assert [Path(left.path).name] == names()


# whole


def grown(growing, content):
    one = growing()
    one.restart('"v1"')
    one.add(content)
    return one


def test_a_whole_part_is_told_with_all_that_is_known_of_it(growing):
    one = grown(growing, PNG)
    part = one.whole()

    assert (one.path, "png", len(PNG), SHA) == (part.path, part.kind, part.size, part.sha256)
    discard(Leftover(str(part.path), URL, ""))
    assert [part.path.name] == names(), "it is still locked"
    part.drop()
    assert (True, []) == (part.lock.closed, names())
    part.drop()


@pytest.mark.parametrize("at", [8, 100, len(PNG) - 1])
def test_a_file_that_ends_too_early_is_begun_anew(growing, at):
    one = grown(growing, PNG[:at])

    with pytest.raises(NotSaved) as caught:
        one.whole()

    assert f"The result ends too early, after {at} bytes." == caught.value.message
    assert caught.value.again
    assert (0, "", 0) == (one.size, one.validator, one.path.stat().st_size)
    one.add(PNG)
    part = one.whole()
    assert (PNG, SHA) == (part.path.read_bytes(), part.sha256)


@pytest.mark.parametrize("missing", [0, 1])
def test_a_film_is_whole_when_its_boxes_end_with_the_file(growing, missing):
    film = (16).to_bytes(4) + b"ftypisom" + bytes(4) + (5000).to_bytes(4) + b"mdat" + bytes(4992)
    one = grown(growing, film[: len(film) - missing])

    if missing:
        with pytest.raises(NotSaved, match=r"^The result ends too early, after 5015 bytes\.$"):
            one.whole()
    else:
        assert ("mp4", 5016) == (one.whole().kind, one.size)


def test_a_large_result_takes_little_memory(growing):
    one = grown(growing, PNG[:-12])
    for _ in range(20):
        one.add(bytes(2**20))
    one.add(PNG[-12:])
    tracemalloc.start()
    try:
        assert "png" == one.whole().kind
        assert 5 * 2**20 > tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_disk_begins_to_write_long_before_the_last_byte(growing, monkeypatch):
    told = []
    monkeypatch.setattr(parts, "STRETCH", 1000)
    monkeypatch.setattr(os, "posix_fadvise", lambda _, start, *__: told.append(start))
    one = growing()
    one.restart()

    for size in (999, 1, 999, 2500, 400):
        one.add(bytes(size))

    assert [0, 1000] == told


@pytest.mark.parametrize("able", [True, False])
def test_a_disk_that_cannot_be_told_to_begin_gets_the_whole_file(growing, monkeypatch, able):
    def refused(*_):
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(parts, "STRETCH", 100)
    monkeypatch.setattr(os, "posix_fadvise", refused)
    if not able:
        monkeypatch.delattr(os, "posix_fadvise")

    part = grown(growing, PNG).whole()

    assert (PNG, SHA) == (part.path.read_bytes(), part.sha256)


def test_of_a_text_in_place_of_the_result_80_characters_are_shown(growing):
    with pytest.raises(NotSaved) as caught:
        grown(growing, b"Sorry " * 100).whole()

    begin, _, shown = caught.value.message.partition(": ")
    assert "The result host sent a text in place of the result" == begin
    assert shown.startswith("'Sorry Sorry ")
    assert 82 == len(shown)
    assert not caught.value.again


def test_a_short_text_is_shown_whole(growing):
    with pytest.raises(NotSaved, match=r"^The result host sent a text .*: 'Not here'$"):
        grown(growing, b"Not here").whole()


# the final name


@pytest.mark.parametrize(
    ("content", "size", "same"),
    [(PNG, len(PNG), True), (PNG, 9, False), (PNG[:-1] + b"x", len(PNG), False), (None, 0, False)],
)
def test_the_same_bytes_are_known_by_size_and_hash(content, size, same):
    if content:
        Path("a").write_bytes(content)

    assert same is holds(Path("a"), size, SHA)


def test_a_folder_or_a_file_that_cannot_be_read_holds_nothing(monkeypatch):
    Path("a").mkdir()
    assert holds(Path("a"), Path("a").stat().st_size, SHA) is False

    def forbidden(*_):
        raise PermissionError

    Path("b").write_bytes(PNG)
    monkeypatch.setattr(Path, "open", forbidden)
    assert holds(Path("b"), len(PNG), SHA) is False


def test_a_name_that_has_the_same_bytes_already_is_as_good(growing):
    Path("hat.png").write_bytes(PNG)
    born = Path("hat.png").stat().st_ino
    part = grown(growing, PNG).whole()

    found = keep(part, lambda *_: Path("hat.png"), force=False, before=lambda _: None)

    assert (Path("hat.png"), born) == (found, found.stat().st_ino)
    assert (["hat.png"], True) == (names(), part.lock.closed)


def test_a_name_is_numbered_from_zero_by_the_kind(growing):
    asked = []

    def name(ending, number):
        asked.append((ending, number))
        return Path(f"{number}.{ending}")

    Path("0.png").write_text("mine")
    part = grown(growing, PNG).whole()

    assert Path("1.png") == keep(part, name, force=False, before=lambda _: None)
    assert [("png", 0), ("png", 1)] == asked


def test_an_exact_name_is_the_only_one_that_is_tried(growing):
    Path("0.png").write_text("mine")
    part = grown(growing, PNG).whole()

    with pytest.raises(NotSaved, match=r"^0\.png: the name is taken\.$"):
        keep(
            part,
            lambda ending, number: Path(f"{number}.{ending}"),
            force=False,
            before=lambda _: None,
            numbered=False,
        )
    assert ["0.png"] == names()


def test_the_folder_of_a_final_name_is_synced(growing, monkeypatch):
    synced = []
    monkeypatch.setattr(parts, "sync_folder", synced.append)
    Path("out").mkdir()
    part = grown(growing, PNG).whole()

    keep(part, lambda *_: Path("out/a.png"), force=False, before=lambda _: None)

    assert [Path("out")] == synced


def test_an_error_without_words_of_the_system_is_told_by_its_own(monkeypatch):
    def broken(*_):
        raise OSError("oops")

    Path("p").write_bytes(PNG)
    monkeypatch.setattr(Path, "replace", broken)

    with pytest.raises(NotSaved, match=r"^a\.png: oops\.$"):
        keep(Part(Path("p"), "png", 1, ""), lambda *_: Path("a.png"), force=True, before=print)
    assert [] == names()


def no_links(*_):
    raise PermissionError(1, "Operation not permitted")


@pytest.mark.parametrize(("umask", "mode"), [(0o027, 0o640), (0o000, 0o666)])
def test_a_reserved_name_is_as_private_as_the_umask_says(growing, monkeypatch, umask, mode):
    reserved = []
    replace = Path.replace

    def seen(path, final):
        reserved.append((final.stat().st_size, final.stat().st_mode & 0o777))
        return replace(path, final)

    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(Path, "replace", seen)
    part = grown(growing, PNG).whole()
    old = os.umask(umask)
    try:
        keep(part, lambda *_: Path("a.png"), force=False, before=lambda _: None)
    finally:
        os.umask(old)

    assert [(0, mode)] == reserved


def test_a_reserved_name_that_another_process_removed_hides_no_reason(growing, monkeypatch):
    def broken(_path, final):
        final.unlink()
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(Path, "replace", broken)
    part = grown(growing, PNG).whole()

    with pytest.raises(NotSaved, match=r"^a\.png: Input/output error\.$"):
        keep(part, lambda *_: Path("a.png"), force=False, before=lambda _: None)
