from __future__ import annotations

import gzip
import json
import socket
import threading
import time
import tracemalloc
from email.utils import formatdate

import httpx  # noqa: TID253 (time-outs are its type)
import pytest
from fakes import FakeClock
from fault.server import chunked, full_backlog, http
from loopback import Loopback, Reply

from kie_cli.api import transport as transport_module
from kie_cli.api.transport import Transport
from kie_cli.core.clock import SystemClock
from kie_cli.core.exchange import Response
from kie_cli.core.verdict import Accepted, Answer, NotSent, Uncertain, create_verdict, next_try
from kie_cli.errors import LocalFiles, Unreachable, WrongInput

KEY = "key-for-tests-0123456789abcdef"
PATH = "/api/v1/jobs/createTask"
BODY = b'{"model":"flux-2/pro-image-to-image","input":{}}'
YES = b'{"code":200,"msg":"success","data":{"taskId":"t-1"}}'
DEAD = "http://127.0.0.1:9"  # the discard port: nobody listens
BROKE = "the connection to kie.ai broke after the request was sent"


ANSWER = http(YES)


class Gate:
    """Counts how often it was passed; `error` closes it."""

    def __init__(self, error=None):
        self.error = error
        self.passed = 0
        self.end_after = None

    def __call__(self, end_after):
        self.passed += 1
        self.end_after = end_after
        if self.error:
            raise self.error


@pytest.fixture
def gate():
    return Gate()


@pytest.fixture
def short(monkeypatch):
    """Limits of fractions of a second."""
    times = httpx.Timeout(connect=0.3, write=0.3, read=0.3, pool=0.3)
    for name in ("CREATE_TIMES", "FILE_TIMES"):
        monkeypatch.setattr(transport_module, name, times)
    return times


# the key


def test_the_key_goes_to_the_signed_origins_alone(transport, server):
    one = transport(server.api, server.upload)

    for url in (f"{server.api}/a", f"{server.upload}/b", f"{server.result}/c"):
        one.send("GET", url)
    one.send("GET", server.api.replace("http://", "http://user:pass@") + "/d")

    sent = {asked.path: asked.headers.get("authorization") for asked in server.requests}
    assert (sent["/a"], sent["/b"], sent["/c"]) == (f"Bearer {KEY}", f"Bearer {KEY}", None)
    assert KEY not in (sent["/d"] or "")
    assert {asked.headers["user-agent"] for asked in server.requests} == {"kie-cli/0"}


def test_without_a_key_nothing_is_signed(transport, server):
    transport(server.api, key=None).send("GET", f"{server.api}/a")

    assert "authorization" not in server.requests[0].headers


def test_a_download_carries_no_key_even_from_a_signed_origin(transport, server):
    with transport(server.api, server.result).download(server.file("a"), {}) as got:
        assert (got.status, b"".join(got.pieces)[:4]) == (200, b"\x89PNG")

    [asked] = server.requests
    assert "authorization" not in asked.headers
    assert KEY not in str(asked)
    assert asked.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(transport, server, gate, status):
    other = Loopback()
    to = {"Location": f"{other.api}/elsewhere"}
    server.answer("createTask", *[Reply(b"", status, to)] * 2)
    server.files["/r/moved.png"] = Reply(b"", status, to)
    one = transport(server.api, other.api)
    try:
        sent = one.send("GET", server.api + PATH)
        created = one.create(server.api + PATH, BODY, gate)
        with one.download(f"{server.result}/r/moved.png", {}) as got:
            downloaded = got.status
        assert other.requests == []
    finally:
        other.close()

    assert (sent.status, created.status, downloaded) == (status, status, status)
    verdict = create_verdict(created)
    assert isinstance(verdict, Uncertain)
    assert "redirect to 127.0.0.1," in verdict.hint


# proxies


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "[::1]"])
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"])
def test_plain_loopback_never_passes_a_proxy(transport, wire, gate, monkeypatch, variable, host):
    proxy = wire("read", http(YES), "close")
    monkeypatch.setenv(variable, proxy.url)
    port = DEAD.rsplit(":", 1)[1]
    url = f"http://{host}:{port}"
    one = transport(url)

    with pytest.raises(Unreachable):
        one.send("GET", url)
    outcome = one.create(url + PATH, BODY, gate)

    assert isinstance(outcome, NotSent)
    assert proxy.connections == []


def test_a_create_passes_a_proxy_inside_tls_alone(transport, https, gate):
    server, proxy = https("read", ANSWER)

    outcome = transport("https://api.kie.test").create(f"https://api.kie.test{PATH}", BODY, gate)

    assert create_verdict(outcome) == Accepted("t-1")
    assert gate.passed == 1  # not for CONNECT
    [asked] = server.asked
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert [(one.method, one.path) for one in proxy.asked] == [("CONNECT", "api.kie.test:443")]
    assert KEY.encode() not in b"".join(proxy.connections)


def test_the_limit_in_all_holds_behind_a_proxy_too(transport, https, gate, monkeypatch):
    monkeypatch.setattr(transport_module, "CREATE_TOTAL", 0.3)
    server, _ = https("read", "hold")
    started = time.monotonic()

    outcome = transport().create(f"https://api.kie.test{PATH}", BODY, gate)

    assert outcome == Uncertain("no answer from kie.ai after 0 s")
    assert time.monotonic() - started < 4
    assert server.charged == 1


@pytest.mark.parametrize("way", ["plain", "TLS", "CONNECT"])
@pytest.mark.parametrize("error", [LocalFiles("disk full"), KeyboardInterrupt(), RuntimeError()])
def test_a_gate_that_stays_closed_sends_no_byte(transport, wire, https, way, error):
    server, _ = https("read") if way != "plain" else (wire("read"), None)
    url = "https://api.kie.test" if way == "CONNECT" else server.url

    with pytest.raises(type(error)):
        transport(url).create(url + PATH, BODY, Gate(error))

    server.settle()
    assert [bytes(received) for received in server.connections] == [b""]


def test_a_proxy_that_drops_the_line_means_not_sent(transport, wire, gate, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", wire("read").url)

    outcome = transport().create(f"https://api.kie.test{PATH}", BODY, gate)

    assert isinstance(outcome, NotSent)
    assert gate.passed == 0


# TLS


@pytest.mark.parametrize(("trusted", "name"), [(False, "api.kie.test"), (True, "another.kie.test")])
def test_a_certificate_that_does_not_fit_means_not_sent_and_no_second_try(
    transport, https, gate, trusted, name
):
    server, _ = https("read", trusted=trusted, names=[name])

    outcome = transport().create(f"https://api.kie.test{PATH}", BODY, gate)

    assert isinstance(outcome, NotSent)
    assert outcome.why.startswith("no secure connection: ")
    assert "certificate" in outcome.why.lower()
    hint = "kie trusts the system's certificates; SSL_CERT_FILE adds a company's own."
    assert hint == outcome.hint
    assert next_try(outcome, 1, 0.0, 0.5) is None
    assert (server.requests, gate.passed) == (0, 0)


def test_the_secrets_of_a_tls_line_are_written_nowhere(
    transport, https, gate, monkeypatch, tmp_path
):
    """SSLKEYLOGFILE would let whoever records the network read the key."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "secrets"))
    https("read", ANSWER)

    outcome = transport("https://api.kie.test").create(f"https://api.kie.test{PATH}", BODY, gate)

    assert create_verdict(outcome) == Accepted("t-1")
    assert not (tmp_path / "secrets").exists()


def test_plain_text_on_the_tls_port_means_not_sent_and_no_second_try(transport, wire, gate):
    server = wire(http(YES), "close")

    outcome = transport().create(server.url.replace("http:", "https:") + PATH, BODY, gate)

    assert isinstance(outcome, NotSent)
    assert not outcome.again
    assert gate.passed == 0


# the one POST


def test_a_create_is_one_post_on_a_connection_of_its_own(transport, wire, gate):
    server = wire("read", http(YES), "read", http(YES), "hold")
    one = transport(server.url)

    one.send("GET", server.url + "/warm")
    first, second = (one.create(server.url + PATH, BODY, gate) for _ in range(2))
    one.send("GET", server.url + "/again")

    assert create_verdict(first) == create_verdict(second) == Accepted("t-1")
    warm, *creates = map(bytes, server.connections)
    assert warm.count(b"GET ") == 2
    assert len(creates) == 2
    for sent in creates:
        head, _, body = sent.partition(b"\r\n\r\n")
        assert head.startswith(f"POST {PATH} HTTP/1.1\r\n".encode())
        assert f"\r\nAuthorization: Bearer {KEY}\r\n".encode().lower() in head.lower() + b"\r\n"
        assert b"content-type: application/json" in head.lower()
        assert f"content-length: {len(BODY)}".encode() in head.lower()
        assert b"transfer-encoding" not in head.lower()
        assert b"idempotency" not in head.lower()
        assert body == BODY


def test_the_bytes_of_a_head_on_the_wire(transport, wire, gate):
    """Some that stand in between look for a header in its usual spelling alone."""
    server = wire("read", http(YES))
    one = transport(server.url)

    one.create(server.url + PATH, BODY, gate)
    one.send("GET", server.url + "/a?b=c")

    host = server.url.removeprefix("http://")
    common = [
        f"Host: {host}", "Accept: */*", "Connection: keep-alive", "User-Agent: kie-cli/0",
        "Accept-Encoding: gzip", f"Authorization: Bearer {KEY}",
    ]  # fmt: skip
    own = ["Content-Type: application/json", f"Content-Length: {len(BODY)}"]
    for received, first, lines in zip(
        server.connections,
        (f"POST {PATH} HTTP/1.1", "GET /a?b=c HTTP/1.1"),
        (common + own, common),
        strict=True,
    ):
        found, *headers = bytes(received).partition(b"\r\n\r\n")[0].decode().split("\r\n")
        assert (first, sorted(lines)) == (found, sorted(headers))


def test_without_the_event_of_the_gate_no_body_is_sent(transport, wire, gate, monkeypatch):
    """A second lock: only headers leave, and from them no task can arise."""
    trace = transport_module._Line.trace
    monkeypatch.setattr(
        transport_module._Line, "trace", lambda line, _event, info: trace(line, "renamed", info)
    )
    real = httpx.Client.build_request

    def renamed(client, *args, extensions=None, **more):
        if extensions:
            hook = extensions["trace"]
            extensions = {"trace": lambda event, info: hook(f"v2.{event}", info)}
        return real(client, *args, extensions=extensions, **more)

    monkeypatch.setattr(httpx.Client, "build_request", renamed)
    server = wire("read", http(YES))

    with pytest.raises(RuntimeError, match=r"^the body of a create was asked for before the gate$"):
        transport(server.url).create(server.url + PATH, BODY, gate)

    assert gate.passed == 0
    assert BODY not in b"".join(map(bytes, server.connections))


def test_a_closed_port_means_not_sent_and_a_second_try(transport, gate):
    outcome = transport().create(DEAD + PATH, BODY, gate)

    assert outcome == NotSent("connection refused", again=True)
    assert gate.passed == 0


def test_a_name_that_does_not_resolve_means_not_sent_and_a_second_try(transport, gate):
    outcome = transport().create(f"https://kie.invalid{PATH}", BODY, gate)

    assert isinstance(outcome, NotSent)
    assert (outcome.again, gate.passed) == (True, 0)


def test_a_full_backlog_means_not_sent_and_a_second_try(transport, gate, short):
    with full_backlog() as url:
        outcome = transport().create(url + PATH, BODY, gate)

    assert outcome == NotSent("no answer in time", again=True)


@pytest.mark.parametrize("scheme", ["ftp://127.0.0.1", "127.0.0.1", "http://[", "http://"])
def test_an_unusable_address_means_not_sent(transport, gate, scheme):
    try:
        outcome = transport().create(scheme, BODY, gate)
    except ValueError:
        outcome = NotSent("refused while the headers were made")

    assert isinstance(outcome, NotSent)
    assert outcome.why
    assert (outcome.again, gate.passed) == (False, 0)


def cut(body, at):
    return http(body)[:at]


UNCERTAIN = {
    "closed before it is read": ((), BROKE),
    "closed after it is read": (("read",), BROKE),
    "reset after it is read": (("read", "reset"), BROKE),
    "silence": (("read", "hold"), "no answer from kie.ai after 0 s"),
    "half a status line": (("read", b"HTTP/1.1 20"), BROKE),
    "headers only": (("read", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), BROKE),
    "headers cut": (("read", b"HTTP/1.1 200 OK\r\nContent-Le"), BROKE),
    "a body that is cut": (("read", http(YES)[:-1]), BROKE),
    "a body that stops": (("read", http(YES)[:-1], "hold"), "no answer from kie.ai after 0 s"),
    "a body that is reset": (("read", http(YES)[:-9], 0.05, "reset"), BROKE),
    "a chunk that is cut": (
        ("read", http(b"40\r\n" + YES, Content_Length=None, Transfer_Encoding="chunked")), BROKE,
    ),
    "a chunk of no length": (
        ("read", http(b"zz\r\n" + YES, Content_Length=None, Transfer_Encoding="chunked")), BROKE,
    ),
    "two lengths": (
        ("read", http(YES).replace(b"\r\n\r\n", b"\r\nContent-Length: 7\r\n\r\n", 1)), BROKE,
    ),
    "a negative length": (("read", http(YES, Content_Length=-5)), BROKE),
    "headers of 200 kB": (("read", http(YES, X="x" * 200_000)), BROKE),
    "no HTTP": (("read", b"SSH-2.0-OpenSSH_9.2\r\n" * 9), BROKE),
    "bad gzip": (("read", http(YES, Content_Encoding="gzip")), "could not be read"),
    "a gzip bomb": (
        ("read", http(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")),
        "could not be read (an answer of over 1048576 bytes)",
    ),
    "over 1 MiB": (("read", http(YES + b" " * 2**20)), "an answer of over 1048576 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("fault", UNCERTAIN)
def test_after_the_first_byte_a_broken_line_is_uncertain_and_never_sent_again(
    transport, wire, gate, short, fault
):
    steps, what = UNCERTAIN[fault]
    server, started = wire(*steps), time.monotonic()

    outcome = transport(server.url).create(server.url + PATH, BODY, gate)

    assert time.monotonic() - started < 4
    assert isinstance(outcome, Uncertain)
    assert what in outcome.what
    assert "Bearer" not in str(outcome)
    assert next_try(outcome, 1, 0.0, 0.5) is None
    assert gate.passed == 1
    assert len(server.connections) == 1
    assert server.requests <= 1


def test_a_reset_line_is_judged_by_whether_sending_began(transport, wire, gate):
    """The class of the error is a matter of chance here."""
    server = wire("reset")

    for _ in range(20):
        before = gate.passed
        outcome = transport(server.url).create(server.url + PATH, BODY, gate)
        assert isinstance(outcome, Uncertain if gate.passed > before else NotSent)


ANSWERS = {
    "HTML": http(b"<html><h1>502 Bad Gateway</h1></html>", "502 Bad Gateway"),
    "HTML with 200": http(b"<html>Log in to Cafe Wifi</html>"),
    "a login that the network wants": http(b"<html>", "511 Network Authentication Required"),
    "nothing": http(b""),
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "JSON cut without a length": http(YES[:-9], Content_Length=None),
    "a redirect to nowhere": http(b"", "302 Found", Location="https://["),
    "too large": http(b"<html>", "413 Payload Too Large"),
    "a gzip that is cut": http(gzip.compress(YES)[:-20], Content_Encoding="gzip"),
}


@pytest.mark.parametrize("fault", ANSWERS)
def test_a_whole_answer_that_cannot_be_read_is_uncertain(transport, wire, gate, fault):
    server = wire("read", ANSWERS[fault])

    outcome = transport(server.url).create(server.url + PATH, BODY, gate)

    assert isinstance(create_verdict(outcome), Uncertain)
    assert (gate.passed, server.requests) == (1, 1)


@pytest.mark.parametrize(
    "answer",
    [
        http(YES),
        http(YES, Content_Length=None),
        http(gzip.compress(YES), Content_Encoding="gzip"),
        http(b"34\r\n" + YES + b"\r\n0\r\n\r\n", Content_Length=None, Transfer_Encoding="chunked"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + http(YES),
        b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" + http(YES),
        http(b"\xef\xbb\xbf" + YES),
    ],
    ids=["plain", "to the end", "gzip", "chunked", "100", "103", "BOM"],
)
def test_an_answer_arrives_in_each_form(transport, wire, gate, answer):
    server = wire("read", answer)

    outcome = transport(server.url).create(server.url + PATH, BODY, gate)

    assert create_verdict(outcome) == Accepted("t-1")


@pytest.mark.parametrize("at", range(0, len(http(YES)), 7))
def test_an_answer_that_is_cut_anywhere_is_uncertain(transport, wire, gate, at):
    server = wire("read", cut(YES, at))

    outcome = transport(server.url).create(server.url + PATH, BODY, gate)

    assert isinstance(outcome, Uncertain)
    assert server.requests == 1


def test_an_early_refusal_is_read_though_the_line_breaks(transport, wire, gate):
    refusal = b'{"code":422,"msg":"too long"}'
    server = wire(http(refusal, "422 Unprocessable"), 0.2)

    outcome = transport(server.url).create(server.url + PATH, BODY + b" " * 300_000, gate)

    assert isinstance(outcome, (Answer, Uncertain))
    assert create_verdict(outcome).error.code == 422 if isinstance(outcome, Answer) else True
    assert gate.passed == 1


def test_a_server_that_does_not_read_makes_it_uncertain(transport, wire, gate, short):
    server = wire("hold")

    outcome = transport(server.url).create(server.url + PATH, BODY + b" " * 20_000_000, gate)

    wanted = "the connection to kie.ai broke while the request was being sent"
    assert outcome == Uncertain(wanted)
    assert gate.passed == 1


@pytest.mark.parametrize("part", ["head", "body"])
def test_an_answer_that_trickles_in_is_cut_off(transport, wire, gate, monkeypatch, part):
    monkeypatch.setattr(transport_module, "CREATE_TOTAL", 0.3)
    answer = http(YES)
    start = 0 if part == "head" else len(answer) - len(YES)
    steps = [piece for at in range(start, len(answer)) for piece in (answer[at : at + 1], 0.02)]
    server = wire("read", answer[:start], *steps)
    started = time.monotonic()

    outcome = transport(server.url).create(server.url + PATH, BODY, gate)

    assert outcome == Uncertain("no answer from kie.ai after 0 s")
    assert time.monotonic() - started < 1
    assert gate.passed == 1


def test_the_gate_can_shorten_the_wait_for_an_answer(transport, wire):
    server, started = wire("read", "hold"), time.monotonic()

    outcome = transport().create(server.url + PATH, BODY, lambda end_after: end_after(0.1))

    assert isinstance(outcome, Uncertain)
    assert time.monotonic() - started < 4


# requests that cost nothing


@pytest.mark.parametrize(
    "steps",
    [(), ("read",), ("reset",), ("read", b"HTTP/1.1 20"), ("read", http(b"x", Content_Length=9)),
     ("read", http(YES, Content_Encoding="gzip"))],
)  # fmt: skip
def test_a_free_request_that_fails_may_be_made_again(transport, wire, steps):
    server = wire(*steps)
    told = []

    with pytest.raises(Unreachable) as caught:
        transport(server.url, log=told.append).send("GET", f"{server.url}/a?secret=1")

    assert caught.value.again
    assert caught.value.message.startswith("127.0.0.1 could not be reached (")
    assert told[0].startswith(f"GET {server.url}/a: ")
    assert "secret" not in told[0]


def test_a_free_answer_is_cut_off_at_its_limits(transport, wire, monkeypatch):
    monkeypatch.setattr(transport_module, "OTHER_LIMIT", 1000)
    large = wire("read", http(b"x" * 1001))
    slow = wire("read", http(YES)[:-9], *[b"x", 0.02] * 9)

    with pytest.raises(Unreachable, match="over 1000 bytes"):
        transport().send("GET", large.url)
    with pytest.raises(Unreachable, match=r"\(no whole answer in time\)"):
        transport().send("GET", slow.url, total=0.05)


def test_a_free_answer_that_never_begins_is_cut_off_too(transport, wire):
    server, started = wire("read", "hold"), time.monotonic()

    with pytest.raises(Unreachable, match=r"\(no whole answer in time\)"):
        transport().send("GET", server.url, total=0.1)

    assert time.monotonic() - started < 3


def test_a_limit_at_one_host_cuts_no_transfer_from_another(transport, wire):
    near, far = wire("read", http(YES)[:-9], 0.5, http(YES)[-9:]), wire("read", "hold")
    one, found = transport(), []
    beside = threading.Thread(target=lambda: found.append(one.send("GET", near.url).body))

    with one.download(near.url, {}) as got:
        beside.start()
        with pytest.raises(Unreachable, match=r"\(no whole answer in time\)"):
            one.send("GET", far.url, total=0.2)
        assert YES == b"".join(got.pieces)
    beside.join()
    assert [YES] == found


def test_silence_is_said_in_words(transport, wire, short):
    server, started = wire("read", "hold"), time.monotonic()

    with pytest.raises(Unreachable, match=r"\(no answer in time\)"):
        transport().send("GET", server.url, times=short)

    assert time.monotonic() - started < 3


def test_a_download_that_breaks_may_be_made_again(transport, wire):
    server = wire("read", http(b"x" * 10, Content_Length=99))

    with (
        pytest.raises(Unreachable, match="The transfer broke") as caught,
        transport().download(server.url, {}) as got,
    ):
        b"".join(got.pieces)
    assert caught.value.again


@pytest.fixture
def film(monkeypatch):
    """A body that counts as long."""
    monkeypatch.setattr(transport_module, "LONG", 2**18)
    return b"".join(number.to_bytes(4) for number in range(2**16))


KNOWN = [pytest.param(True, id="past h11"), pytest.param(False, id="by h11")]


@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("ahead", [0, 1, 16383, 65536, 200_000])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_long_download_is_whole_however_much_of_it_came_with_its_head(
    transport, wire, https, film, monkeypatch, ahead, known, scheme
):
    """What h11 has read already comes first, then what is still in the connection."""
    if not known:
        monkeypatch.setattr(transport_module, "READ_PAST", ())
    answer = http(film)
    at = len(answer) - len(film) + ahead
    steps = ("read", answer[:at], 0.05, answer[at:] + b"more")
    server = https(*steps)[0] if scheme == "https" else wire(*steps)

    with transport().download(server.url, {}) as got:
        assert film == b"".join(got.pieces)


@pytest.mark.parametrize(("size", "connections"), [(2**18 - 1, 1), (2**18, 2)])
def test_a_connection_ends_with_a_long_download_alone(transport, wire, film, size, connections):
    answer = http(film[:size])
    server, one = wire("read", answer, "read", answer), transport()

    for _ in range(2):
        with one.download(server.url, {}) as got:
            assert film[:size] == b"".join(got.pieces)
    assert connections == len(server.links)


@pytest.mark.parametrize(
    ("end", "reason"), [("reset", "connection reset by peer"), ("hold", "no answer in time")]
)
def test_a_long_download_that_breaks_is_said_to_be_broken(
    transport, wire, short, film, end, reason
):
    server, found = wire("read", http(film)[:-9], 0.1, end), []

    with (
        pytest.raises(Unreachable, match=rf"^The transfer broke \({reason}\)") as caught,
        transport().download(server.url, {}) as got,
    ):
        found += got.pieces
    assert caught.value.again


@pytest.mark.parametrize("said", [b"", b"Content-Length: 262144\r\n"])
def test_a_long_download_in_chunks_is_left_to_h11(transport, wire, film, said):
    first, answer = chunked(film, film[:7]).split(b"\n", 1)
    server = wire("read", first + b"\n" + said + answer)

    with transport().download(server.url, {}) as got:
        assert film + film[:7] == b"".join(got.pieces)


@pytest.mark.parametrize("url", ["https://kie.ai:99999/"])
def test_a_download_from_no_address_is_a_broken_one(transport, url):
    with pytest.raises(Unreachable), transport().download(url, {}):
        pass


def test_a_download_in_gzip_is_unpacked(transport, wire):
    server = wire("read", http(gzip.compress(b"picture"), Content_Encoding="gzip"))

    with transport().download(server.url, {}) as got:
        assert b"".join(got.pieces) == b"picture"


def test_each_exchange_is_told_in_one_line_without_its_query(transport, server):
    told = []
    server.answer("a", Reply(b"{}", headers={"cf-ray": "8f2-SIN"}))

    transport(server.api, log=told.append).send("GET", f"{server.api}/a?taskId=t-1")

    assert told[0].startswith(f"GET {server.api}/a -> 200, 2 bytes, ")
    assert told[0].endswith("cf-ray 8f2-SIN")


def test_a_key_that_is_echoed_goes_no_further(transport, wire, gate):
    server = wire("read", http(f'{{"code":422,"msg":"bad: Bearer {KEY}"}}'.encode()))

    for answer in (
        transport(server.url).send("GET", server.url),
        transport(server.url).create(server.url + PATH, BODY, gate),
    ):
        assert answer.body == b'{"code":422,"msg":"bad: Bearer [key]"}'


def test_a_wish_to_wait_is_read_from_the_headers(transport, server):
    server.answer("a", Reply(b"{}", 429, {"RETRY-AFTER": "7"}))

    assert transport().send("GET", f"{server.api}/a").retry_after == 7.0


# in this process


def test_an_answer_in_this_process_passes_the_same_gate(gate):
    asked = []

    def handle(request):
        assert gate.passed == 1
        asked.append(request)
        return Response(200, {"content-type": "application/json"}, YES)

    one = Transport(key=None, signed=(), user_agent="kie-cli/0", clock=SystemClock(), handle=handle)
    assert create_verdict(one.create(f"https://sandbox{PATH}", BODY, gate)) == Accepted("t-1")
    one.close()

    assert (asked[0].method, asked[0].body) == ("POST", BODY)
    assert json.loads(asked[0].body)["model"] == "flux-2/pro-image-to-image"


def test_a_lost_answer_in_this_process_is_uncertain(gate):
    one = Transport(
        key=None, signed=(), user_agent="kie-cli/0", clock=SystemClock(),
        handle=lambda _: Response(200, {}, YES, lost=True),
    )  # fmt: skip

    outcome = one.create(f"https://sandbox{PATH}", BODY, gate)

    assert outcome == Uncertain("no answer from kie.ai after 60 s")


def test_the_limit_in_all_holds_in_this_process_too():
    def handle(_request):
        time.sleep(0.05)  # noqa: TID251
        return Response(200, {}, YES)

    one = Transport(key=None, signed=(), user_agent="kie-cli/0", clock=SystemClock(), handle=handle)
    outcome = one.create(f"https://sandbox{PATH}", BODY, lambda end_after: end_after(0.01))

    assert outcome == Uncertain("no answer from kie.ai after 90 s")


# what is told, word by word


@pytest.fixture
def inside():
    """Make transports that are answered in this process, by a function or an error."""

    def make(answer=None, **more):
        def handle(request):
            if isinstance(answer, Exception):
                raise answer
            return answer(request) if callable(answer) else answer

        usual = {"key": None, "signed": (), "user_agent": "kie-cli/0", "clock": FakeClock()}
        return Transport(**(usual | more), handle=handle)

    return make


SAID = [
    (httpx.ConnectError("[Errno 111] Connection refused"), "connection refused"),
    (httpx.ConnectError("[Errno -2] Name or service not known."), "name or service not known"),
    (httpx.ReadError(" SSL: bad "), "SSL: bad"),
    (httpx.ReadError(""), "ReadError"),
    (httpx.ReadError("x"), "x"),
    (httpx.ReadError("A b"), "A b"),
    (httpx.PoolTimeout("oops"), "no answer in time"),
]


@pytest.mark.parametrize(("error", "reason"), SAID)
def test_why_a_free_request_failed_is_said_with_what_to_do(inside, error, reason):
    told = []

    with pytest.raises(Unreachable) as caught:
        inside(error, log=told.append).send("GET", "https://kie.test:8443/a?b=c#d")

    assert f"kie.test could not be reached ({reason})." == caught.value.message
    assert ("Check the network, then try again.",) == caught.value.hints
    assert caught.value.again
    assert [f"GET https://kie.test:8443/a: {type(error).__name__}"] == told


@pytest.mark.parametrize(("error", "reason"), SAID)
def test_why_a_download_failed_is_said(inside, error, reason):
    with pytest.raises(Unreachable) as caught, inside(error).download("https://kie.test/a", {}):
        pass

    assert (f"The transfer broke ({reason}).", True) == (caught.value.message, caught.value.again)


SENDING = "the connection to kie.ai broke while the request was being sent"


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (httpx.ReadTimeout("x"), "no answer from kie.ai after 60 s"),
        (httpx.WriteTimeout("x"), SENDING),
        (httpx.WriteError("x"), SENDING),
        (httpx.ReadError("x"), BROKE),
        (httpx.RemoteProtocolError("x"), BROKE),
        (httpx.PoolTimeout("x"), BROKE),
    ],
)
def test_what_is_uncertain_is_said_by_where_the_line_broke(inside, gate, error, what):
    told = []

    outcome = inside(error, log=told.append).create(f"https://kie.test{PATH}?a=b", BODY, gate)

    assert Uncertain(what) == outcome
    assert [f"POST https://kie.test{PATH}: {type(error).__name__}"] == told


@pytest.mark.parametrize(("headers", "ray"), [({}, "-"), ({"cf-ray": "8f2-SIN"}, "8f2-SIN")])
def test_each_answer_is_told_with_its_size_and_time(inside, gate, headers, ray):
    clock, told = FakeClock(), []

    def slowly(_request):
        clock.sleep(1.25)
        return Response(201, headers, b"12345")

    one = inside(slowly, clock=clock, log=told.append)
    clock.sleep(100)
    one.send("GET", "https://kie.test/a?b=c")
    one.create(f"https://kie.test{PATH}", BODY, gate)
    with one.download("https://kie.test/r/a.png?b=c", {}):
        pass

    rest = f" -> 201, 5 bytes, 1.25 s, cf-ray {ray}"
    assert [
        f"GET https://kie.test/a{rest}",
        f"POST https://kie.test{PATH}{rest}",
        "GET https://kie.test/r/a.png -> 201",
    ] == told


def test_a_free_request_brings_its_own_headers_and_body(inside):
    asked = []

    def handle(request):
        asked.append(request)
        return Response(302, {"location": "https://x.test/a"}, b"{}")

    answer = inside(handle).send(
        "PUT", "https://kie.test/a", body=[b"a", b"b"], headers={"X-One": "1"}
    )

    assert Answer(302, b"{}", None, "x.test") == answer
    (found,), headers = asked, asked[0].headers
    assert ("PUT", "https://kie.test/a", b"ab", "1") == (
        found.method, found.url, found.body, headers["x-one"],
    )  # fmt: skip
    assert ("kie-cli/0", "gzip") == (headers["user-agent"], headers["accept-encoding"])
    assert "authorization" not in headers


def test_a_create_says_what_it_is(inside, gate):
    asked = []
    inside(lambda request: asked.append(request) or Response(200, {}, YES)).create(
        f"https://kie.test{PATH}", BODY, gate
    )

    headers = asked[0].headers
    assert ("application/json", "kie-cli/0", "gzip") == (
        headers["content-type"], headers["user-agent"], headers["accept-encoding"],
    )  # fmt: skip


def test_a_download_asks_for_what_is_wished_and_never_for_a_packed_answer(inside):
    asked = []
    one = inside(lambda request: asked.append(request) or Response(206, {"etag": "x"}, b"abc"))
    wish = {"Range": "bytes=5-", "If-Range": '"v1"', "User-Agent": "x", "Accept-Encoding": "br"}

    with one.download("https://kie.test/a", wish) as got:
        assert (206, "x", b"abc", False) == (
            got.status, got.headers["etag"], b"".join(got.pieces), got.packed,
        )  # fmt: skip

    headers = asked[0].headers
    assert ("GET", "bytes=5-", '"v1"', "kie-cli/0", "identity") == (
        asked[0].method, headers["range"], headers["if-range"], headers["user-agent"],
        headers["accept-encoding"],
    )  # fmt: skip


PACKED = gzip.compress(YES, mtime=0)  # the same name of the test in each process


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("", YES), ("identity", YES), (" Identity ", YES), ("gzip", PACKED), (" GZIP ", PACKED)],
)
def test_an_answer_may_be_plain_or_in_gzip(inside, gate, encoding, body):
    one = inside(Response(200, {"content-encoding": encoding}, body))

    assert YES == one.send("GET", "https://kie.test/").body
    assert YES == one.create(f"https://kie.test{PATH}", BODY, gate).body
    with one.download("https://kie.test/", {}) as got:
        assert (YES, body != YES) == (b"".join(got.pieces), got.packed)


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "x" * 90])
def test_an_answer_that_is_packed_in_another_way_is_said(inside, gate, encoding):
    one = inside(Response(200, {"content-encoding": encoding}, b"?"))
    shown = encoding[:40]

    with pytest.raises(Unreachable, match=rf"\(it is packed as {shown}\)"):
        one.send("GET", "https://kie.test/")
    with (
        pytest.raises(Unreachable, match=f"^The result came packed as {shown}[.]$") as caught,
        one.download("https://kie.test/", {}),
    ):
        pass
    assert not caught.value.again
    wanted = f"kie.ai's answer could not be read (it is packed as {shown})"
    assert Uncertain(wanted) == one.create(f"https://kie.test{PATH}", BODY, gate)


def test_a_packed_answer_that_cannot_be_unpacked_is_said(inside):
    with pytest.raises(Unreachable, match=r"\(it cannot be unpacked\)"):
        inside(Response(200, {"content-encoding": "gzip"}, b"no gzip")).send(
            "GET", "https://kie.test/"
        )


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_answer_may_be_as_large_as_its_limit(inside, gate, monkeypatch, pack):
    monkeypatch.setattr(transport_module, "CREATE_LIMIT", 1000)
    monkeypatch.setattr(transport_module, "OTHER_LIMIT", 2000)
    how = {"content-encoding": "gzip"} if pack is gzip.compress else {}

    def answered(size):
        return inside(Response(200, how, pack(b"x" * size)))

    assert 2000 == len(answered(2000).send("GET", "https://kie.test/").body)
    with pytest.raises(Unreachable, match="an answer of over 2000 bytes"):
        answered(2001).send("GET", "https://kie.test/")
    assert 1000 == len(answered(1000).create("https://kie.test/", BODY, gate).body)
    wanted = "kie.ai's answer could not be read (an answer of over 1000 bytes)"
    assert Uncertain(wanted) == answered(1001).create("https://kie.test/", BODY, gate)


def test_a_small_answer_that_unpacks_to_much_takes_little_memory(inside, monkeypatch):
    monkeypatch.setattr(transport_module, "OTHER_LIMIT", 1000)
    bomb = gzip.compress(bytes(20_000_000))
    one = inside(Response(200, {"content-encoding": "gzip"}, bomb))
    tracemalloc.start()
    try:
        with pytest.raises(Unreachable, match="an answer of over 1000 bytes"):
            one.send("GET", "https://kie.test/")
        assert 5_000_000 > tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_wish_to_wait_may_be_a_date(inside):
    clock = FakeClock()
    date = formatdate(clock.now() + 60, usegmt=True)

    answer = inside(Response(429, {"retry-after": date}), clock=clock).send("GET", "https://k.test")

    assert 60 == answer.retry_after


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 Forbidden"])
def test_a_proxy_that_refuses_is_named(transport, wire, gate, monkeypatch, status):
    proxy = wire("read", f"HTTP/1.1 {status}\r\n\r\n".encode())
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    told = []

    outcome = transport(log=told.append).create(f"https://api.kie.test{PATH}", BODY, gate)

    why = f"the proxy {proxy.url.removeprefix('http://')} refused: {status}"
    hint = "See HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY."
    assert NotSent(why, hint=hint) == outcome
    assert ([f"POST https://api.kie.test{PATH}: ProxyError"], 0) == (told, gate.passed)


def test_a_proxy_that_keeps_quiet_means_no_connection_in_time(transport, wire, gate, monkeypatch):
    monkeypatch.setattr(transport_module, "CREATE_TOTAL", 0.1)
    monkeypatch.setenv("HTTPS_PROXY", wire("read", "hold").url)
    started = time.monotonic()

    outcome = transport().create(f"https://api.kie.test{PATH}", BODY, gate)

    assert NotSent("no connection in time") == outcome
    assert time.monotonic() - started < 4


@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1", "http://127.0.0.1:x"])
def test_proxy_settings_that_cannot_be_used_are_said(transport, gate, monkeypatch, proxy):
    monkeypatch.setenv("HTTPS_PROXY", proxy)

    with pytest.raises(WrongInput) as caught:
        transport().create(f"https://api.kie.test{PATH}", BODY, gate)

    assert (
        "The proxy settings of the environment cannot be used: look at HTTPS_PROXY, HTTP_PROXY, "
        "ALL_PROXY, NO_PROXY. Nothing was sent."
    ) == caught.value.message
    assert 0 == gate.passed


def test_nothing_is_watched_when_an_exchange_is_over(inside, gate):
    one = inside(Response(200, {}, YES))
    one.send("GET", "https://kie.test/")
    one.create(f"https://kie.test{PATH}", BODY, gate)
    with one.download("https://kie.test/", {}):
        assert not limits(), "only its beginning has a limit in all"
    gate.end_after(0.01)  # by a handler of a signal that comes late

    assert not limits()


def limits():
    """Return after how many seconds each line is to be shut."""
    times = list(transport_module._watchdog._times.values())
    return [round(at - time.monotonic()) for at in times]


def test_the_limits_in_all_are_those_of_the_design_and_keep_no_program_alive(inside):
    found = []

    def handle(request):
        (seconds,) = limits()
        (watchdog,) = [one for one in threading.enumerate() if one.name == "limits"]
        found.append((request.method, seconds, watchdog.daemon))
        return Response(200, {}, YES)

    one = inside(handle)
    one.send("GET", "https://kie.test/")
    one.send("PUT", "https://kie.test/", total=7)
    one.create(f"https://kie.test{PATH}", BODY, lambda _: None)
    with one.download("https://kie.test/", {}):
        pass

    assert [
        ("GET", 20, True), ("PUT", 7, True), ("POST", 90, True), ("GET", 60, True),
    ] == found  # fmt: skip


def test_each_line_is_shut_at_its_own_time_the_one_said_last():
    pairs = [socket.socketpair() for _ in range(3)]
    lines = [transport_module._Line({1: ours}) for ours, _ in pairs]
    try:
        for seconds in ((60, 60, 0.2), (0.3, 0.05, 60)):
            for line, some in zip(lines, seconds, strict=True):
                line.end_after(some)
        for (_, theirs), wait in zip(pairs, (5, 0.1, 0.1), strict=True):
            theirs.settimeout(wait)

        assert b"" == pairs[0][1].recv(1)
        assert b"" == pairs[1][1].recv(1), "earlier than the first"
        with pytest.raises(TimeoutError):
            pairs[2][1].recv(1)
        assert [True, True, False] == [line.cut for line in lines]
    finally:
        for line in lines:
            line.close()
        for ours, theirs in pairs:
            ours.close()
            theirs.close()


def test_a_limit_that_is_set_while_another_line_is_shut_is_kept():
    class Slow(transport_module._Line):
        def shut(self):
            late.end_after(0.01)

    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(5)
        late = transport_module._Line({1: ours})
        Slow({}).end_after(0.01)

        assert b"" == theirs.recv(1)


def test_idle_connections_are_closed_at_the_end(transport, wire):
    server = wire("read", http(YES), "read")
    one = transport()
    one.close()
    one.send("GET", server.url)
    one.close()

    server.settle()
    with pytest.raises(RuntimeError, match="closed"):
        one.send("GET", server.url)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "[SSL: WRONG_VERSION_NUMBER] wrong v"),
        (
            "\u201ckie.ai\u201d Certificate is not trusted",
            "\u201ckie.ai\u201d Certificate is not t",
        ),
    ],
)
def test_without_a_secure_line_the_way_to_trust_is_said_on_each_system(
    inside, gate, monkeypatch, error, outcome
):
    """macOS speaks of certificates and never of SSL."""

    def refuse(_self, request):
        raise httpx.ConnectError(error, request=request)

    monkeypatch.setattr(transport_module._InProcess, "handle_request", refuse)

    found = inside(Response(200, {}, YES)).create(f"https://kie.test{PATH}", BODY, gate)

    assert isinstance(found, NotSent)
    assert found.why.startswith(f"no secure connection: {outcome}")
    assert "SSL_CERT_FILE" in found.hint
    assert (False, 0) == (found.again, gate.passed)


def test_a_line_that_is_closed_already_keeps_no_other_from_being_cut():
    closed = socket.socket()
    closed.close()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(5)
        line = transport_module._Line({1: closed, 2: ours})
        line.end_after(0.01)

        assert b"" == theirs.recv(1)
        assert line.cut
