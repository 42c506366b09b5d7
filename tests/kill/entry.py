"""
The real `kie` with one barrier: `entry.py POINT TOLD GO -- WORDS`.

At the named point it writes a byte to the pipe TOLD and stands still until a byte comes
through GO. The program itself is `kie_cli.__main__.run`, and knows nothing of this.
"""

from __future__ import annotations

import importlib
import os
import sys
from functools import wraps

point, told, go = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sys.argv[1:] = sys.argv[5:]
met = False


def barrier():
    """Stop here, once; a signal that ends kie raises from here."""
    global met  # noqa: PLW0603 (the only state of this process's barrier)
    if not met:
        met = True
        os.write(told, b".")
        os.read(go, 1)


def wrap(place, make):
    """Replace `module:Owner.name` (or `module:name`) by what `make` makes of it."""
    module, _, path = place.partition(":")
    owner = importlib.import_module(module)
    *classes, name = path.split(".")
    for part in classes:
        owner = getattr(owner, part)
    plain = getattr(owner, name)
    setattr(owner, name, wraps(plain)(make(plain)))


def before(place):
    def make(plain):
        def call(*args, **more):
            barrier()
            return plain(*args, **more)

        return call

    wrap(place, make)


def after(place):
    def make(plain):
        def call(*args, **more):
            found = plain(*args, **more)
            barrier()
            return found

        return call

    wrap(place, make)


def commit(state):
    """Stop with the row already at `state` in a transaction that is not committed."""

    def make(plain):
        states = []

        def run(self, sql, **values):
            if sql == "BEGIN IMMEDIATE":
                states.clear()
            if sql == "COMMIT" and state in states:
                barrier()
            states.append(values.get("to"))
            return plain(self, sql, **values)

        return run

    wrap("kie_cli.ledger.database:Database._run", make)


def tables(_):
    """Stop with the tables made in a transaction that is not committed."""

    def make(plain):
        def run(self, sql, **values):
            found = plain(self, sql, **values)
            if sql.startswith("PRAGMA user_version ="):
                barrier()
            return found

        return run

    wrap("kie_cli.ledger.database:Database._run", make)


def event(name):
    """Stop at a trace event of createTask's connection, before kie acts on it."""

    def make(plain):
        def trace(self, found, info):
            if found.endswith(name):
                barrier()
            plain(self, found, info)

        return trace

    wrap("kie_cli.api.transport:_Line.trace", make)


def piece(_):
    """Stop when the first bytes of a result are written, and not flushed."""

    def make(plain):
        def read(self, *args, **more):
            for number, found in enumerate(plain(self, *args, **more)):
                if number:
                    barrier()
                yield found

        return read

    wrap("httpx:Response.iter_raw", make)


POINTS = {
    "check": (before, "kie_cli.jobs.wishes:local_file"),
    "K1": (before, "kie_cli.ledger.store:Ledger.prepare"),
    "upload": (before, "kie_cli.api.client:Client.upload"),
    "connect": (event, ".connect_tcp.started"),
    "K3": (commit, "sending"),
    "K4": (after, "kie_cli.ledger.store:Ledger.sending"),
    "sending": (event, ".send_request_body.started"),
    "awaiting": (event, ".receive_response_headers.started"),
    "reading": (event, ".receive_response_body.started"),
    "K6": (commit, "accepted"),
    "K7": (commit, "refused"),
    "sleep": (before, "kie_cli.core.clock:SystemClock.sleep"),
    "K9": (after, "kie_cli.ledger.store:Ledger.accepted"),
    "looked": (commit, "success"),
    "download": (piece, ""),
    "saving": (after, "kie_cli.ledger.store:Ledger.saving"),
    "saved": (before, "kie_cli.ledger.store:Ledger.saved"),
    "locked": (before, "kie_cli.config.file:_replace"),
    "written": (before, "pathlib:Path.replace"),
    "replaced": (after, "pathlib:Path.replace"),
    "tables": (tables, ""),
}

if __name__ == "__main__":
    if point != "none":
        how, where = POINTS[point]
        how(where)
    from kie_cli.__main__ import run

    run()
