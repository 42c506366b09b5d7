"""Folders and files: private from their birth, and on disk under their names."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kie_cli import disk


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def synced(monkeypatch):
    """What was synced, by the name that the system knows it under."""
    found = []
    fsync = os.fsync

    def seen(descriptor):
        found.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    return found


linux = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads /proc")


@linux
@pytest.mark.parametrize("umask", [0o000, 0o077, 0o022])
def test_each_new_folder_is_private_and_synced_and_the_others_stay(tmp_path, synced, umask):
    (tmp_path / "mine").mkdir(mode=0o755)
    old = os.umask(umask)
    try:
        disk.private_folder(tmp_path / "mine/a/b")
    finally:
        os.umask(old)

    made = [tmp_path / "mine/a", tmp_path / "mine/a/b"]
    assert [0o755, 0o700, 0o700] == [mode(path) for path in (tmp_path / "mine", *made)]
    assert [tmp_path / "mine", tmp_path / "mine/a"] == synced
    disk.private_folder(tmp_path / "mine/a/b")
    assert 2 == len(synced)


def test_a_folder_that_another_process_makes_meanwhile_is_fine(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: path.name != "a" and exists(path))

    disk.private_folder(tmp_path / "a")


@linux
def test_a_new_file_is_private_whole_and_synced_with_its_name(tmp_path, synced):
    old = os.umask(0)
    try:
        disk.private_file(tmp_path / "a", b"content")
        disk.private_file(tmp_path / "b")
    finally:
        os.umask(old)

    assert (b"content", b"") == ((tmp_path / "a").read_bytes(), (tmp_path / "b").read_bytes())
    assert [0o600, 0o600] == [mode(tmp_path / name) for name in "ab"]
    assert [tmp_path / "a", tmp_path, tmp_path / "b", tmp_path] == synced


@linux
def test_the_content_is_written_before_it_is_synced(tmp_path, monkeypatch):
    sizes = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: sizes.append(os.fstat(descriptor).st_size))

    disk.private_file(tmp_path / "a", b"content")

    assert 7 == sizes[0]


@pytest.mark.parametrize("content", ["mine", None])
def test_a_name_that_is_there_is_not_written_to(tmp_path, content):
    path = tmp_path / "a"
    if content:
        path.write_text(content)
    else:
        path.symlink_to(tmp_path / "nowhere")

    with pytest.raises(FileExistsError):
        disk.private_file(path, b"new")

    assert not (tmp_path / "nowhere").exists()
    assert content == (path.read_text() if content else None)


@linux
def test_a_folder_that_cannot_be_synced_says_so_and_stays_open_nowhere(tmp_path, monkeypatch):
    opened = []

    def broken(descriptor):
        opened.append(descriptor)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)

    with pytest.raises(OSError, match="Input/output error"):
        disk.sync_folder(tmp_path)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])


@linux
def test_a_disk_that_cannot_sync_folders_is_no_fault(tmp_path, monkeypatch):
    def broken(_):
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(os, "fsync", broken)

    disk.sync_folder(tmp_path)


def test_a_system_that_cannot_open_folders_syncs_none(monkeypatch):
    monkeypatch.setattr(disk, "POSIX", False)

    disk.sync_folder(Path("nowhere"))


def test_a_path_that_goes_through_a_link_is_judged_by_where_it_ends(tmp_path, monkeypatch):
    (tmp_path / "far").mkdir()
    (tmp_path / "near").symlink_to("far")
    mounts = tmp_path / "mounts"
    mounts.write_text(f"1 1 0:1 / / rw - ext4 x rw\n2 1 0:2 / {tmp_path}/far rw - nfs4 s:/ rw\n")
    monkeypatch.setattr(disk, "MOUNTS", mounts)

    assert [True, False] == [disk.is_local(path) for path in (tmp_path, tmp_path / "near")]
