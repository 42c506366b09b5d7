"""Whether file locks keep other processes out: on some network disks they do nothing."""

from __future__ import annotations

import os
import sys

PATIENCE = 20.0  # seconds; a disk that answers no sooner is none to lean on
OTHER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], uri=True, isolation_level=None, timeout=0)
try:
    db.execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as error:
    sys.exit(error.sqlite_errorcode & 0xFF)
"""
KEPT_OUT = 5  # SQLITE_BUSY


def hold(uri: str) -> bool:
    """Tell whether a second process is kept out of a database that this one is writing to."""
    import subprocess  # only where it is needed: it is slow to load

    environment = {name: word for name, word in os.environ.items() if not name.startswith("KIE_")}
    try:
        other = subprocess.run(
            [sys.executable, "-I", "-c", OTHER, uri],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return other.returncode == KEPT_OUT
