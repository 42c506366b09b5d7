"""Folders: private from their birth, and with names that survive a power cut."""

from __future__ import annotations

import os
from pathlib import Path

POSIX = os.name == "posix"  # Windows has no modes, and cannot open a folder


def private_folder(folder: Path) -> None:
    """Make a folder, and what it stands in, for its owner alone, whatever the umask."""
    for missing in (*reversed(folder.parents), folder):
        if not missing.exists():  # mkdir(parents=True) would give the parents the umask's mode
            missing.mkdir(mode=0o700, exist_ok=True)
            sync_folder(missing.parent)


def sync_folder(folder: Path) -> None:
    """Let a new name in `folder` survive a power cut."""
    if not POSIX:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
