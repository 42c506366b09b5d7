"""Looking at a file of this machine before anything is done with it."""

from __future__ import annotations

import hashlib
import os
import stat

from kie_cli.core.media import HEAD, LocalFile, sniff


def local_file(path: str, problems: list[str], flag: str) -> LocalFile | None:
    """
    Return what is at `path`: kind, size and hash; None with a line in `problems` if unusable.

    Only regular files are read, and opening one never blocks. `flag` is what named the file.
    """
    named = f"{flag} {path}".strip()
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no usable name"
        problems.append(f"{named}: {reason[:1].lower()}{reason[1:]}.")
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        problems.append(f"{named}: not a regular file.")
        return None
    with os.fdopen(handle, "rb") as stream:
        try:
            head = stream.read(HEAD)
            stream.seek(0)
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
        except OSError as error:
            problems.append(f"{named}: {error.strerror}.")
            return None
    if size == 0:
        problems.append(f"{named}: the file is empty.")
        return None
    return LocalFile(path, sniff(head), size, sha256)
