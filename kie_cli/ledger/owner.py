"""Who owns a row: tells a create that still runs from one whose process is gone."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

PROC = Path("/proc")
MACHINE_ID = Path("/etc/machine-id")


def this_process() -> str:
    """Return a name that no other process, on any machine, has or will have."""
    pid = os.getpid()
    return f"{_world()} {pid} {_start(pid) or '-'}"


def is_alive(owner: str) -> bool | None:
    """Tell whether the process of that name runs; None when that cannot be seen from here."""
    world, *process = owner.split(" ")
    if world != _world() or not world.startswith("linux/"):
        return None
    try:
        pid, start = process
        os.kill(int(pid), 0)
    except (ValueError, OverflowError):
        return None  # a damaged row
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # another user's, perhaps hidden in /proc
    now = _start(int(pid))
    return None if now is None else now == start


def _world() -> str:
    """Name the machine, its boot and the pid namespace: where a pid means one process."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = (PROC / "self/ns/pid").readlink().name
        # A new pid namespace may still see the old one's /proc: the pids there are not ours.
        seen = (PROC / "self").readlink().name == str(os.getpid())
    except OSError:
        seen = False
    if not seen:
        name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
        return f"host/{name.replace(' ', '-')}"
    try:
        machine = MACHINE_ID.read_bytes()
    except OSError:
        machine = b""
    # machine-id(5) asks not to spread the id itself.
    return f"linux/{hashlib.sha256(b'kie' + machine).hexdigest()[:16]}/{boot}/{namespace}"


def _start(pid: int) -> str | None:
    """Return the start of a process in ticks since boot, "ended" for a zombie, None if unseen."""
    try:
        # The name, in parentheses, may hold anything: count from its end.
        fields = (PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return "ended" if fields[0] in {b"Z", b"X"} else fields[19].decode()
