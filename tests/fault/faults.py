"""What can come back from a create, as scripts of bytes: one entry a fault, by row."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass

from fault.server import CREATED, Step, chunked, http, packed, slices, take

# What gateways and networks say in place of kie.ai.
CLOUDFLARE = """<!DOCTYPE html>
<!--[if lt IE 7]> <html class="no-js ie6 oldie" lang="en-US"> <![endif]-->
<head><title>api.kie.ai | {0}</title><meta charset="UTF-8" /></head>
<body><div id="cf-wrapper"><h1><span>Error code {0}</span></h1>
<p>Cloudflare Ray ID: 8f2c1d0e9a7b6543</p></div></body></html>"""
PAGES = {
    "nginx-502": http(
        "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center>"
        "<h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.24.0</center>\r\n</body></html>",
        "502 Bad Gateway", Server="nginx", Content_Type="text/html",
    ),
    "cloudflare-520": http(CLOUDFLARE.format("520: Web server is returning an unknown error"),
                           "520 <none>", Server="cloudflare", CF_RAY="8f2c1d0e9a7b6543-SIN"),
    "cloudflare-524": http(CLOUDFLARE.format("524: A timeout occurred"), "524 <none>",
                           Server="cloudflare", CF_RAY="8f2c1d0e9a7b6543-SIN"),
    "cloudflare-530": http("error code: 1016", "530 <none>", Server="cloudflare"),
    "envoy-503": http("upstream connect error or disconnect/reset before headers. reset reason: "
                      "connection termination", "503 Service Unavailable", Server="envoy"),
    "captive-200": http("<html><head><title>Cafe Wifi</title></head><body><form action=/login>"
                        "Accept our terms to go online</form></body></html>"),
    "captive-511": http("<html><head><meta http-equiv='refresh' content='0; url=https://login.exam"
                        "ple/'></head></html>", "511 Network Authentication Required"),
    "nginx-413": http("<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n"
                      "<body><center>nginx</center></body></html>", "413 Payload Too Large"),
}  # fmt: skip

YES = http(CREATED)
BROKE = "the connection to kie.ai broke after the request was sent"
CUT = "the connection to kie.ai broke while the request was being sent"
NO_ID = "kie.ai said yes but gave no usable task id"
TOO_MUCH = "kie.ai's answer could not be read (an answer of over 1048576 bytes)"
SILENT = "no answer from kie.ai after 0 s"  # at the limit of one read
TRICKLED = "no answer from kie.ai after 1 s"  # at the limit in all
TOO_LARGE = "The answer says that the request was too large."


@dataclass(frozen=True)
class Unknown:
    """A create that may have been charged: the script, what is said of it, and a hint."""

    steps: tuple[Step, ...]
    what: str
    hint: str | None = None
    short: bool = False  # needs short limits
    narrow: bool = False  # needs a long request and a network that takes in few bytes


def said(*answer: Step) -> tuple[Step, ...]:
    return ("read", *answer)


def yes(data: object) -> tuple[Step, ...]:
    return said(http(json.dumps({"code": 200, "msg": "success", "data": data})))


def code(value: object, msg: str = "hm", status: str = "200 OK") -> tuple[Step, ...]:
    return said(http({"code": value, "msg": msg, "data": {"taskId": "t-1"}}, status))


def unreadable(answer: bytes, hint: str | None = None) -> Unknown:
    """An answer whose status and beginning are shown, as 160 characters on one line."""
    head, _, body = answer.partition(b"\r\n\r\n")
    text = " ".join(body.decode("utf-8", "replace").split())
    shown = text if len(text) <= 160 else f"{text[:159]}…"
    what = f'kie.ai\'s answer could not be read (HTTP {head.split()[1].decode()}: "{shown}")'
    return Unknown(said(answer), what, hint)


def redirect(status: str) -> Unknown:
    hint = "It was a redirect to login.example, which kie never follows: see KIE_BASE_URL."
    return unreadable(http("", status, Location="https://login.example/secret?x=1"), hint)


BOMB = bytes(2**26)
UNKNOWN = {
    "A2-null": Unknown(yes(None), NO_ID),
    "A2-nothing": Unknown(said(http({"code": 200, "msg": "success"})), NO_ID),
    "A2-object": Unknown(yes({}), NO_ID),
    "A2-list": Unknown(yes([]), NO_ID),
    "A2-text": Unknown(yes("t-1"), NO_ID),
    "A2-empty-id": Unknown(yes({"taskId": "", "recordId": "t-1"}), NO_ID),
    "A3-number": Unknown(yes({"taskId": 7}), NO_ID),
    "A3-list": Unknown(yes({"taskId": ["t-1"]}), NO_ID),
    "A3-path": Unknown(yes({"taskId": "../t-1"}), NO_ID),
    "A3-control": Unknown(yes({"taskId": "t\x1b[2J"}), NO_ID),
    "A3-surrogate": Unknown(yes({"taskId": "\ud800"}), NO_ID),
    "A3-10-MB": Unknown(yes({"taskId": "x" * 10_000_000}), TOO_MUCH),
    "A10-generic": Unknown(
        code(500, "Server exception, please try again later"),
        'kie.ai answered code 500: "Server exception, please try again later"',
    ),
    "A10-credits-changed": Unknown(
        code(500, "credits sufficient"), 'kie.ai answered code 500: "credits sufficient"'
    ),
    "A10-balance-changed": Unknown(
        code(500, "balance is enough"), 'kie.ai answered code 500: "balance is enough"'
    ),
    "A10-paused-changed": Unknown(
        code(500, "briefly paused"), 'kie.ai answered code 500: "briefly paused"'
    ),
    "A10-required-changed": Unknown(
        code(500, "no field is required"), 'kie.ai answered code 500: "no field is required"'
    ),
    "A11-501": Unknown(
        code(501, "boom"), 'kie.ai answered code 501: "boom"', "kie.ai says the generation failed."
    ),
    "A12-true": Unknown(code(True), 'kie.ai answered code True: "hm"'),
    "A12-float": Unknown(code(200.0), 'kie.ai answered code 200.0: "hm"'),
    "A12-999": Unknown(code(999), 'kie.ai answered code 999: "hm"'),
    "A12-null": unreadable(http({"code": None, "data": {"taskId": "t-1"}})),
    "A12-missing": unreadable(http({"data": {"taskId": "t-1"}})),
    "A12-200-under-500": Unknown(
        code(200, status="500 Oops"), "kie.ai answered code 200 under HTTP 500"
    ),
    **{
        f"{'A15' if 'captive' in name else 'A13'}-{name}": unreadable(
            page, TOO_LARGE if "413" in name else None
        )
        for name, page in PAGES.items()
    },
    "A14-414": unreadable(http("<html>", "414 URI Too Long"), TOO_LARGE),
    "A14-431": unreadable(http("<html>", "431 Request Header Fields Too Large"), TOO_LARGE),
    **{f"A16-{status}": redirect(f"{status} Moved") for status in (301, 302, 303, 307, 308)},
    "A16-302-says-yes": Unknown(
        code(200, status="302 Found"), "kie.ai answered code 200 under HTTP 302"
    ),
    "A17-truncated": unreadable(http(CREATED[:-1])),
    "A17-trailing": unreadable(http(CREATED + b"}")),
    "A17-latin-1": unreadable(http(CREATED.replace(b"success", b"\xe9"))),
    "A17-utf-16": Unknown(
        said(http('{"code":200}'.encode("utf-16-le"))),
        r"""kie.ai's answer could not be read (HTTP 200: "{\x00"\x00c\x00o\x00d\x00e\x00"\x00"""
        r""":\x002\x000\x000\x00}\x00")""",
    ),
    "A17-nan": unreadable(http(CREATED.replace(b'"success"', b"NaN"))),
    "A17-twice": unreadable(http(b'{"code":402,"code":200,"data":{"taskId":"t-1"}}')),
    "A17-deep": unreadable(http(b'{"code":200,"data":' + b"[" * 100_000)),
    "A17-empty": unreadable(http("")),
    "A18-huge": Unknown(said(http(CREATED + b" " * 2**20)), TOO_MUCH),
    "A18-gzip-bomb": Unknown(said(packed(BOMB)), TOO_MUCH),
    "A18-gzip-in-gzip": Unknown(
        said(packed(BOMB, 2)), "kie.ai's answer could not be read (it is packed as gzip, gzip)"
    ),
    "A18-brotli": Unknown(
        said(http(CREATED, Content_Encoding="br")),
        "kie.ai's answer could not be read (it is packed as br)",
    ),
    "A18-no-gzip": Unknown(
        said(http(CREATED, Content_Encoding="gzip")),
        "kie.ai's answer could not be read (it cannot be unpacked)",
    ),
    "A18-gzip-cut": Unknown(
        said(http(gzip.compress(CREATED, mtime=0)[:-20], Content_Encoding="gzip")),
        'kie.ai\'s answer could not be read (HTTP 200: "{"code":200,"msg":"success","data":{"tas")',
    ),
    "A19-head": Unknown(said(*slices(YES, 1, 0.02)), TRICKLED, short=True),
    "A19-body": Unknown(
        said(YES[: -len(CREATED)], *slices(CREATED, 1, 0.02)), TRICKLED, short=True
    ),
    "A19-interim": Unknown(
        said(*[b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.02] * 99), TRICKLED, short=True
    ),
    "B3-closed-unread": Unknown((), BROKE),
    "B3-closed": Unknown(said(), BROKE),
    "B3-reset-unread": Unknown((take(1), "reset"), BROKE),
    "B3-reset": Unknown(said("reset"), BROKE),
    "B3-garbage": Unknown(said(b"SSH-2.0-OpenSSH_9.2\r\n" * 9), BROKE),
    "B3-length-longer": Unknown(said(http(CREATED, Content_Length=99)), BROKE),
    "B3-length-negative": Unknown(said(http(CREATED, Content_Length=-5)), BROKE),
    "B3-length-of-words": Unknown(said(http(CREATED, Content_Length="many")), BROKE),
    "B3-two-lengths": Unknown(
        said(YES.replace(b"\r\n\r\n", b"\r\nContent-Length: 7\r\n\r\n")), BROKE
    ),
    "B3-length-shorter": unreadable(http(CREATED, Content_Length=9)[: -len(CREATED) + 9]),
    "B3-chunk-cut": Unknown(said(chunked(CREATED)[:-9]), BROKE),
    "B3-chunk-without-end": Unknown(said(chunked(CREATED, end=b"")), BROKE),
    "B3-chunk-of-words": Unknown(said(chunked(CREATED, end=b"zz\r\n")), BROKE),
    "B3-chunk-too-long": Unknown(
        said(chunked(CREATED).replace(b"\r\n34\r\n", b"\r\n35\r\n")), BROKE
    ),
    "B3-huge-headers": Unknown(said(http(CREATED, X="x" * 200_000)), BROKE),
    "B4-silence": Unknown(said("hold"), SILENT, short=True),
    "B4-stops-in-head": Unknown(said(YES[:20], "hold"), SILENT, short=True),
    "B4-stops-in-body": Unknown(said(YES[:-1], "hold"), SILENT, short=True),
    "B5-server-does-not-read": Unknown(("hold",), CUT, short=True, narrow=True),
    "B8-goes-away": Unknown(said(bytes.fromhex("000008070000000000") + bytes(8)), BROKE),
    "B8-switches": Unknown(
        said(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"),
        BROKE,
    ),
}


@dataclass(frozen=True)
class Known:
    """A create whose outcome is known: the script, the exit code, and how often it was sent."""

    steps: tuple[Step, ...]
    exit: int
    posts: int = 1


REFUSED = {
    **{
        f"{row}-{said}-{status[:3]}": Known(code(said, status=status), exit_code)
        for row, said, exit_code in [
            ("A4", 401, 4), ("A5", 402, 5), ("A6", 400, 2), ("A6", 404, 2), ("A6", 422, 2),
            ("A6", 505, 7), ("A9", 433, 5), ("A9", 455, 7),
        ]
        for status in ("200 OK", f"{said} Refused", "302 Found", "500 Oops")
    },
    **{
        f"A10-{words.replace(' ', '-')}": Known(code(500, words), exit_code)
        for words, exit_code in [
            ("prompt is required", 2), ("The model name you specified is not supported.", 2),
            ("This page does not exist or is not published", 2), ("Credits insufficient", 5),
            ("Your balance isn't enough", 5), ("Your balance isn\u2019t enough", 5),
            ("It is being maintained", 7), ("temporarily paused", 7),
        ]
    },
    "A7-429": Known(code(429, status="429 Too Many Requests"), 7, posts=3),
    "A7-430": Known(code(430), 7, posts=3),
    "A8-an-hour": Known(said(http({"code": 429, "msg": "hm"}, Retry_After="3600")), 7),
    "A8-past": Known(
        said(http({"code": 429, "msg": "hm"}, Retry_After="Wed, 01 Jan 2020 00:00:00 GMT")), 7, 3
    ),
    "B6-refused-before-it-was-read": Known((http({"code": 422, "msg": "hm"}), "fin"), 2),
}  # fmt: skip
DONE = {
    "A1": Known(said(YES), 0),
    "A12-digits": Known(code("200", status="201 Created"), 0),
    "A17-byte-order-mark": Known(said(http(b"\xef\xbb\xbf" + CREATED)), 0),
    "A18-gzip": Known(said(packed(CREATED)), 0),
    "A20-more-fields": Known(said(http(CREATED[:-1] + b',"new":[{"x":1}]}')), 0),
    "B6-accepted-before-it-was-read": Known((YES, "fin"), 0),
    "B9-100": Known(said(b"HTTP/1.1 100 Continue\r\n\r\n", YES), 0),
    "B9-103": Known(said(b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" * 3, YES), 0),
    "B3-slices": Known(said(*slices(YES, 1)), 0),
    "B3-chunks": Known(said(chunked(CREATED[:9], CREATED[9:])), 0),
    "B3-ends-without-a-length": Known(said(http(CREATED, Content_Length=None)), 0),
    "B3-reset-after-all": Known(said(YES, "reset"), 0),
}
