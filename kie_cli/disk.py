"""Folders and files: private from their birth, and with names that survive a power cut."""

from __future__ import annotations

import errno
import os
import re
import sys
from pathlib import Path

POSIX = os.name == "posix"  # Windows has no modes, and cannot open a folder
MOUNTS = Path("/proc/self/mountinfo")
# Where file locks and shared memory are known to work; not so over a network.
LOCAL = {
    "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "jfs", "ntfs3", "overlay",
    "ramfs", "tmpfs", "ufs", "vfat", "xfs", "zfs",
}  # fmt: skip


def private_folder(folder: Path) -> None:
    """Make a folder, and what it stands in, for its owner alone, whatever the umask."""
    for missing in (*reversed(folder.parents), folder):
        if not missing.exists():  # mkdir(parents=True) would give the parents the umask's mode
            missing.mkdir(mode=0o700, exist_ok=True)
            sync_folder(missing.parent)


def private_file(file: Path, content: bytes = b"") -> None:
    """Make a new file with `content` for its owner alone, on disk when this returns."""
    # O_EXCL follows no link either.
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(descriptor)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Let a new name in `folder` survive a power cut."""
    if not POSIX:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:  # some disks have no such thing
            raise
    finally:
        os.close(descriptor)


def is_local(folder: Path) -> bool:
    """Tell whether a folder is on a disk of this machine; where nobody can say so, it is."""
    if sys.platform != "linux":
        return True
    try:
        return filesystem(os.fsencode(folder.resolve()), MOUNTS.read_bytes()) in LOCAL
    except OSError:
        return False


def filesystem(path: bytes, mounts: bytes) -> str:
    """Return the kind of filesystem that `path` is on, by the lines of proc(5)'s mountinfo."""
    found, longest = "", b""
    for line in mounts.splitlines():
        place, _, rest = line.partition(b" - ")
        point = re.sub(rb"\\(\d{3})", lambda code: bytes([int(code[1], 8)]), place.split(b" ")[4])
        inside = path == point or path.startswith(point.rstrip(b"/") + b"/")
        if inside and len(point) >= len(longest):  # a later mount hides an earlier one
            found, longest = rest.split(b" ")[0].decode(), point
    return found
