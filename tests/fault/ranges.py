"""A result host that knows ranges, and some that do it wrong: steps for fault.server.Wire."""

from __future__ import annotations

import re

from fault.server import NO_LIMIT, http

ETAG = '"v1"'


def serve(content, *, etag=ETAG, modified=None, lie=None, upto=NO_LIMIT, after=()):
    """
    Answer one request, honestly unless told otherwise.

    `lie`: "ignore" ranges, "blind" to If-Range, refuse with "416", "shift" the range, send
    "less" of it. The body stops after `upto` bytes; `after` are the steps that follow then,
    else the line ends.
    """

    def step(link):
        link.read()
        headers = link.asked[-1].headers
        marks = {"ETag": etag, "Last-Modified": modified, "Connection": "close"}
        asked = re.fullmatch(r"bytes=(\d+)-", headers.get("range", ""))
        first = int(asked[1]) if asked else 0
        fits = headers.get("if-range") in {etag, modified} or lie == "blind"
        if asked and lie == "416":
            answer = http(b"", "416 Range Not Satisfiable", **marks)
        elif asked and fits and lie != "ignore":
            body, last = content[first:], len(content) - 1
            if lie == "less":
                body, last = body[:50], first + 49
            elif lie == "shift":  # as long as asked for, and with the right end
                first, last = first - 50, last - 50
                body = content[first : last - 49] + content[-50:]
            span = f"bytes {first}-{last}/{len(content)}"
            answer = http(body, "206 Partial Content", **marks, Content_Range=span)
        else:
            answer = http(content, **marks)
        head, _, body = answer.partition(b"\r\n\r\n")
        link.socket.sendall(head + b"\r\n\r\n" + body[:upto])
        link.play(after)

    return [step]


def ranges(wire):
    """Return the Range header of each request, None where there was none."""
    return [one.headers.get("range") for one in wire.asked]
