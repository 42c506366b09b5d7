"""Files of this machine: looked at before anything is done with them; where they went."""

from __future__ import annotations

import hashlib
import os
import stat
from urllib.parse import urlsplit

from kie_cli.context import Kie
from kie_cli.core.hosts import is_kie_ai
from kie_cli.core.media import LocalFile, sniff
from kie_cli.core.pixels import image_size

ENOUGH = 2**18  # bytes in which a picture tells its size, even behind a long EXIF part


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
            head = stream.read(ENOUGH)
            stream.seek(0)
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
        except OSError as error:
            problems.append(f"{named}: {error.strerror}.")
            return None
    if size == 0:
        problems.append(f"{named}: the file is empty.")
        return None
    return LocalFile(path, sniff(head), size, sha256, image_size(head))


def warn_of_strange_host(kie: Kie, file: LocalFile, url: str) -> None:
    """Say so where an upload ended up on a host that is neither kie.ai's nor the upload host."""
    host = urlsplit(url).hostname or ""
    if not kie.use_sandbox and not is_kie_ai(host) and host != urlsplit(kie.upload_url).hostname:
        kie.output.warn(f"{file.path}: it was uploaded to {host}, which is no host of kie.ai.")
