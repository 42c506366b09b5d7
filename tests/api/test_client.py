from __future__ import annotations

import hashlib
import json
import threading
import time
from pathlib import Path

import pytest
from fakes import FakeClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loopback import Reply, example

from kie_cli.api.client import Client
from kie_cli.api.transport import Transport
from kie_cli.core.clock import SystemClock
from kie_cli.core.exchange import Response
from kie_cli.core.media import LocalFile
from kie_cli.core.verdict import Accepted, NotSent, Refused, Uncertain
from kie_cli.errors import BadKey, KieError, NoCredits, UnexpectedAnswer, Unreachable, WrongInput
from kie_cli.sandbox.png import picture

PNG = picture(96, 64, "a seed")


def local(name="jar.png", content=PNG, kind="png"):
    """A file of this machine, as the checks of a command leave it."""
    Path(name).write_bytes(content)
    return LocalFile(name, kind, len(content), hashlib.sha256(content).hexdigest())


def opened(_end_after):
    """A gate that is open."""


# createTask


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("create.ok", Accepted("addc9644bab1bc844d49d901a336b8db")),
        ("create.500-generic", Uncertain),
        ("create.402", Refused),
        (Reply("<html>", 502), Uncertain),
        (Reply(hang_up=True), Uncertain),
    ],
)
def test_a_create_is_one_post_and_one_outcome(client, server, reply, outcome):
    server.answer("createTask", reply)

    found, raw = client.create_task(b'{"model":"m","input":{}}', opened)

    assert found == outcome or isinstance(found, outcome)
    [sent] = server.requests
    assert (sent.method, sent.path) == ("POST", "/api/v1/jobs/createTask")
    assert sent.json == {"model": "m", "input": {}}
    if isinstance(reply, str):
        assert json.loads(raw) == example(reply)


def test_four_kilobytes_of_an_answer_are_kept(client, server):
    server.answer("createTask", Reply(b"\xff" + b"x" * 9999))

    _, raw = client.create_task(b"{}", opened)

    assert raw == "\N{REPLACEMENT CHARACTER}" + "x" * 4095


def test_what_was_not_sent_has_no_answer(transport):
    client = Client(transport(), FakeClock(), api="http://127.0.0.1:9", upload="http://127.0.0.1:9")

    assert client.create_task(b"{}", opened) == (NotSent("connection refused", again=True), "")


# upload


def test_an_upload_shows_the_server_content_and_nothing_of_the_user(client, server):
    name = "my secret, née “jar”\n.png"
    Path("../private").mkdir(exist_ok=True)
    file = local(f"../private/{name}")

    url = client.upload(file)

    [sent] = server.requests
    assert (sent.host, sent.method, sent.path) == ("upload", "POST", "/api/file-stream-upload")
    digest = hashlib.sha256(PNG).hexdigest()[:16]
    assert sent.form == {
        "uploadPath": b"images/kie-cli",
        "fileName": f"{digest}.png".encode(),
        "file": PNG,
    }
    assert url == f"{server.upload}/kieai/100042/images/kie-cli/{digest}.png"
    whole = sent.body + repr((sent.path, sent.query, sent.headers)).encode()
    for word in (b"secret", b"private", b"jar", str(Path.cwd().parent).encode()):
        assert word not in whole.replace(PNG, b"")
    assert f'filename="{digest}.png"\r\nContent-Type: image/png'.encode() in sent.body
    assert sent.headers["content-length"] == str(len(sent.body))
    assert "transfer-encoding" not in sent.headers


@pytest.mark.parametrize("size", [0, 1, 2**18 - 1, 2**18, 2**18 + 1, 2**20 + 7])
def test_a_file_of_any_size_arrives_whole(client, server, size):
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]

    client.upload(local("a.bin", content, None))

    [sent] = server.requests
    assert sent.body.count(content) or not content
    assert sent.body.endswith(content + sent.body[-40:])
    assert sent.headers["content-length"] == str(len(sent.body))


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(PNG[:-1] + b"x"),
        lambda path: path.write_bytes(PNG[:-1]),
        lambda path: path.write_bytes(PNG + b"x"),
        lambda path: path.unlink(),
    ],
    ids=["another byte", "shorter", "longer", "gone"],
)
def test_a_file_that_changed_since_it_was_checked_is_refused(client, server, change):
    file = local()
    change(Path("jar.png"))

    with pytest.raises(WrongInput, match=r"^jar\.png "):
        client.upload(file)
    assert not [sent for sent in server.requests if sent.body.endswith(b"--\r\n")]


@pytest.mark.parametrize(
    "bad",
    ["upload.500", Reply("<html>Bad Gateway</html>", 502), Reply("<html>", 200),
     Reply(hang_up=True), Reply({"code": 429, "msg": "slow down"})],
)  # fmt: skip
def test_an_upload_is_tried_three_times(client, server, bad):
    server.answer("file-stream-upload", bad, bad)
    assert client.upload(local()).endswith(".png")
    assert len(server.requests) == 3
    assert len({sent.form["file"] for sent in server.requests}) == 1

    server.answer("file-stream-upload", *[bad] * 4)
    with pytest.raises(Unreachable):
        client.upload(local())
    assert len(server.requests) == 6


@pytest.mark.parametrize("status", [200, 401, 400])
@pytest.mark.parametrize(
    ("reply", "error", "code"),
    [("upload.401", BadKey, 4), ("upload.400", WrongInput, 2), ("upload.400-base64", WrongInput, 2),
     ({"success": False, "code": 402, "msg": "no credits"}, NoCredits, 5),
     ({"success": False, "code": 405, "msg": "no such method"}, UnexpectedAnswer, 1)],
)  # fmt: skip
def test_a_refused_upload_is_not_tried_again(client, server, reply, error, code, status):
    server.answer("file-stream-upload", reply, status=status)

    with pytest.raises(error) as caught:
        client.upload(local())

    assert caught.value.exit_code == code
    assert len(server.requests) == 1


def told(url):
    return {"code": 200, "success": True, "data": {"downloadUrl": url}}


@pytest.mark.parametrize(
    "body",
    [
        told(None), told(""), told(7), told(["https://a/b"]), told("ftp://a/b"), told("a/b"),
        told("//a/b"), told("file:///etc/passwd"), told("javascript:alert(1)"), told("https://"),
        told("https:///b"), told("https://["), told("https://user@a/b"), told("https://u:p@a/b"),
        told("https://a/b\n"), told("https://a/b c"), told("https://a/\x1b[2J"), told("https://é/b"),
        told("https://a/\ud800"), {"code": 200, "data": {}}, {"code": 200, "data": None},
        {"code": 200, "data": "https://a/b"}, {"code": 200},
    ],
    ids=lambda body: json.dumps(body)[13:60],
)  # fmt: skip
def test_an_upload_without_a_usable_address_is_an_unexpected_answer(client, server, body):
    server.answer("file-stream-upload", Reply(json.dumps(body)))

    with pytest.raises(UnexpectedAnswer, match="Nothing was charged") as caught:
        client.upload(local())
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    "data",
    [{"downloadUrl": "https://a.example/b.png"}, {"fileUrl": "https://a.example/b.png"},
     {"downloadUrl": "", "fileUrl": "https://a.example/b.png"}],
)  # fmt: skip
def test_the_address_may_stand_under_two_names(client, server, data):
    server.answer("file-stream-upload", {"code": 200, "data": data})

    assert client.upload(local()) == "https://a.example/b.png"


def at(upload, url):
    """What a client with this upload host makes of an upload's URL."""
    transport = Transport(
        key=None, signed=(), user_agent="kie-cli/0", clock=SystemClock(),
        handle=lambda _: Response(200, {}, json.dumps(told(url)).encode()),
    )  # fmt: skip
    return Client(transport, FakeClock(), api=upload, upload=upload).upload(local())


def test_plain_http_is_for_a_loopback_upload_host_alone():
    assert at("http://127.0.0.1:1", "http://127.0.0.1:1/a.png") == "http://127.0.0.1:1/a.png"
    with pytest.raises(UnexpectedAnswer):
        at("https://kieai.redpandaai.co", "http://tempfile.redpandaai.co/a.png")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.text().map("https://{}".format))
def test_any_text_as_an_address_is_https_or_refused(url):
    try:
        found = at("https://kieai.redpandaai.co", url)
    except UnexpectedAnswer:
        return
    assert found == url
    assert url.isascii()
    assert url.startswith("https://")
    assert "@" not in url.split("/")[2]


# the balance, and a link to a result


def test_the_balance_is_read(client, server):
    assert client.credits() == 1482.5
    assert server.requests[0].path == "/api/v1/chat/credit"
    assert server.requests[0].headers["authorization"].startswith("Bearer ")

    server.answer("credit", {"code": 200, "data": 7})
    assert client.credits() == 7.0


@pytest.mark.parametrize("data", [None, "1482.5", True, [], {}, {"credit": 5}, 10**400, -(10**400)])
def test_a_balance_that_is_no_number_is_an_unexpected_answer(client, server, data):
    server.answer("credit", {"code": 200, "data": data})

    with pytest.raises(UnexpectedAnswer):
        client.credits()


@pytest.mark.parametrize(
    "bad", ["record.500", Reply("<html>", 502), {"code": 429, "msg": "slow"}, Reply(hang_up=True)]
)
def test_the_balance_is_asked_for_three_times(client, server, bad):
    server.answer("credit", bad, bad)
    assert client.credits() == 1482.5
    assert len(server.requests) == 3

    server.answer("credit", *[bad] * 3)
    with pytest.raises(Unreachable):
        client.credits()
    assert len(server.requests) == 6


def test_a_bad_key_is_asked_about_once(client, server):
    server.answer("credit", "record.401")

    with pytest.raises(BadKey):
        client.credits()
    assert len(server.requests) == 1


def test_a_new_link_to_a_result_is_asked_for(client, server):
    asked = example("download-url.request")
    server.answer("download-url", "download-url.ok")

    assert client.download_link(asked["url"]) == example("download-url.ok")["data"]
    [sent] = server.requests
    assert (sent.method, sent.path, sent.json) == ("POST", "/api/v1/common/download-url", asked)
    assert sent.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "reply",
    ["download-url.422", "record.401", "record.429", "record.500", Reply("<html>", 502),
     Reply(hang_up=True), {"code": 200, "data": None}, {"code": 200, "data": ""},
     {"code": 200, "data": {"url": "https://a"}}],
)  # fmt: skip
def test_a_link_is_asked_for_once(client, server, reply):
    server.answer("download-url", reply, reply)

    with pytest.raises(KieError):
        client.download_link("https://example.org/a.png")
    assert len(server.requests) == 1


def test_a_look_is_one_request_whatever_comes(client, server):
    for reply in ("record.500", Reply("<html>", 502), Reply(hang_up=True)):
        server.answer("recordInfo", reply)
        with pytest.raises(Unreachable) as caught:
            client.get_task("t-1")
        assert caught.value.again
    assert len(server.requests) == 3


# the Market


def test_the_list_of_models_is_asked_for_with_the_key(client, server):
    server.answer("models", "models.list")

    entries = client.models()

    assert example("models.list")["data"]["models"] == entries
    [sent] = server.requests
    assert (sent.method, sent.path) == ("GET", "/api/v1/models")
    assert "authorization" in sent.headers


@pytest.mark.parametrize(
    "data", [None, [], {}, {"models": None}, {"models": []}, {"models": [7, {"model": 7}]}]
)
def test_a_list_without_a_model_is_no_list(client, server, data):
    server.answer("models", Reply({"code": 200, "msg": "success", "data": data}))
    with pytest.raises(UnexpectedAnswer):
        client.models()


def test_the_slash_of_a_model_stands_in_the_path_as_it_is(client, server):
    server.answer("schema", "models.schema", "models.schema-null")

    document = client.model_schema("flux-2/pro-image-to-image")

    assert example("models.schema")["data"]["openapi"] == document
    assert server.requests[0].path == "/api/v1/models/flux-2/pro-image-to-image/schema"
    assert client.model_schema("google/gemini-3-8-flash-tts") is None


@pytest.mark.parametrize(
    ("reply", "error", "code"),
    [
        ("models.404-unknown", WrongInput, 404),
        (Reply(example("record.401")), BadKey, 401),
        (Reply({"code": 200, "data": {"model": "m"}}), UnexpectedAnswer, None),
        (Reply({"code": 200, "data": {"model": "m", "openapi": "no"}}), UnexpectedAnswer, None),
        (Reply({"code": 200, "data": {"model": "other", "openapi": {}}}), UnexpectedAnswer, None),
        (Reply({"code": 200, "data": None}), UnexpectedAnswer, None),
    ],
)
def test_an_answer_that_describes_no_model_is_an_error(client, server, reply, error, code):
    server.answer("schema", reply)
    with pytest.raises(error) as found:
        client.model_schema("m")
    assert found.value.code == code
    assert len(server.requests) == 1


def test_a_busy_market_is_asked_again_three_times(client, server):
    server.answer("schema", *["models.429"] * 3)
    with pytest.raises(Unreachable):
        client.model_schema("m")
    assert len(server.requests) == 3
    server.answer("schema", "models.429", Reply({"code": 200, "data": {"openapi": {"a": 1}}}))
    assert client.model_schema("m") == {"a": 1}


def test_who_is_in_a_hurry_asks_once_and_waits_no_longer(client, server):
    server.answer("schema", "models.429")
    with pytest.raises(Unreachable):
        client.model_schema("m", total=2.0)
    assert len(server.requests) == 1
    released = threading.Event()
    server.answer("schema", Reply({}, meanwhile=lambda: released.wait(10)))
    began = time.monotonic()
    with pytest.raises(Unreachable):
        client.model_schema("m", total=0.1)
    assert time.monotonic() - began < 5
    released.set()
