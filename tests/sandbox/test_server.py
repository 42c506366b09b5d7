from __future__ import annotations

import gzip
import http.client
import json
import socket
import threading
from contextlib import closing

import pytest

from kie_cli.errors import LocalFiles, WrongInput
from kie_cli.sandbox.server import SandboxServer

KEY = {"Authorization": "Bearer not-a-real-key"}
CREATE = "/api/v1/jobs/createTask"


def body(prompt="A jar"):
    given = {"prompt": prompt, "aspect_ratio": "16:9", "resolution": "1K"}
    return json.dumps({"model": "flux-2/pro-text-to-image", "input": given}).encode()


@pytest.fixture
def server(tmp_path, clock):
    with closing(SandboxServer(tmp_path, clock)) as server:
        threading.Thread(target=server.run, daemon=True).start()
        yield server


@pytest.fixture
def connection(server):
    with closing(http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=5)) as c:
        yield c


def ask(connection, method, url, content=None, headers=KEY, **more):
    connection.request(method, url, content, headers, **more)
    answer = connection.getresponse()
    return answer, answer.read()


def raw_exchange(server, request):
    """Return all bytes that the server sends until it closes."""
    with socket.create_connection(("127.0.0.1", server._server.server_address[1]), 5) as raw:
        raw.sendall(request)
        return b"".join(iter(lambda: raw.recv(4096), b""))


def test_a_task_runs_from_create_to_picture_over_one_connection(server, connection, clock):
    _, data = ask(connection, "POST", CREATE, body())
    task_id = json.loads(data)["data"]["taskId"]
    clock.sleep(3)
    _, data = ask(connection, "GET", f"/api/v1/jobs/recordInfo?taskId={task_id}")
    url = json.loads(json.loads(data)["data"]["resultJson"])["resultUrls"][0]
    assert url.startswith(f"{server.url}/r/")

    answer, picture = ask(connection, "GET", url, headers={"Accept-Encoding": "gzip"})
    assert (200, "image/png") == (answer.status, answer.headers["content-type"])
    assert len(picture) == int(answer.headers["content-length"])
    assert answer.headers["content-encoding"] is None

    again = {"Range": "bytes=100-", "If-Range": answer.headers["etag"]}
    answer, rest = ask(connection, "GET", url, headers=again)
    assert (206, picture[100:]) == (answer.status, rest)
    assert f"bytes 100-{len(picture) - 1}/{len(picture)}" == answer.headers["content-range"]

    answer, text = ask(connection, "GET", url)
    assert 400 == answer.status
    assert b"the key must not be sent to result hosts" in text


def test_json_is_chunked_and_packed_for_who_takes_gzip(connection):
    answer, packed = ask(
        connection, "GET", "/api/v1/chat/credit", headers=KEY | {"Accept-Encoding": "gzip, br"}
    )
    assert "gzip" == answer.headers["content-encoding"]
    assert "chunked" == answer.headers["transfer-encoding"]
    assert answer.headers["content-length"] is None
    assert "application/json;charset=UTF-8" == answer.headers["content-type"]
    assert "cloudflare" == answer.headers["server"]
    assert {"code": 200, "msg": "success", "data": 1000.0} == json.loads(gzip.decompress(packed))

    answer, plain = ask(connection, "GET", "/api/v1/chat/credit")
    assert gzip.decompress(packed) == plain
    assert len(plain) == int(answer.headers["content-length"])


def test_an_unknown_route_is_a_404(connection):
    answer, _ = ask(connection, "GET", "/client/v1/tasks")
    assert 404 == answer.status


def test_a_lost_answer_closes_the_connection_without_a_byte(server, connection):
    content = body("sandbox:lost-answer")
    head = "POST %s HTTP/1.1\r\nAuthorization: Bearer not-a-real-key\r\nContent-Length: %d\r\n\r\n"
    assert b"" == raw_exchange(server, (head % (CREATE, len(content))).encode() + content)
    assert 995 == json.loads(ask(connection, "GET", "/api/v1/chat/credit")[1])["data"]


def test_a_chunked_upload_is_taken(server, connection):
    parts = [
        b'--cut\r\nContent-Disposition: form-data; name="uploadPath"\r\n\r\na\r\n',
        b'--cut\r\nContent-Disposition: form-data; name="fileName"\r\n\r\nb.bin\r\n',
        b'--cut\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n',
        bytes(range(256)) * 300,
        b"\r\n--cut--\r\n",
    ]
    headers = KEY | {"Content-Type": "multipart/form-data; boundary=cut"}
    url = "/api/file-stream-upload"
    _, data = ask(connection, "POST", url, iter(parts), headers, encode_chunked=True)
    link = json.loads(data)["data"]["downloadUrl"]
    assert f"{server.url}/kieai/100042/a/b.bin" == link
    assert parts[3] == ask(connection, "GET", link, headers={})[1]


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nmany\r\n",
        b"GET http://[ HTTP/1.1\r\n\r\n",
    ],
    ids=["length", "chunk", "target"],
)
def test_a_request_that_makes_no_sense_is_refused_quietly(server, request_bytes, capfd):
    assert raw_exchange(server, request_bytes).startswith(b"HTTP/1.1 400 ")
    assert ("", "") == capfd.readouterr()


@pytest.mark.parametrize(
    ("error", "told"), [(BrokenPipeError, False), (ConnectionResetError, False), (KeyError, True)]
)
def test_a_client_that_goes_away_is_no_news_but_a_bug_is(server, capfd, monkeypatch, error, told):
    def handle(_):
        raise error

    monkeypatch.setattr(server._server.sandbox, "handle", handle)
    assert b"" == raw_exchange(server, b"GET / HTTP/1.1\r\n\r\n")
    assert told == (error.__name__ in capfd.readouterr().err)


def test_nobody_else_can_reach_it(server):
    assert server.url.startswith("http://127.0.0.1:")
    assert "127.0.0.1" == server._server.server_address[0]


def test_a_taken_or_impossible_port_is_said_so(server, tmp_path, clock):
    taken = int(server.url.rpartition(":")[2])
    for port in (taken, 70_000):
        with pytest.raises(WrongInput, match=f"port {port}"):
            SandboxServer(tmp_path, clock, port)


def test_a_server_that_cannot_start_keeps_no_port(tmp_path, clock):
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongInput, match="no scenario"):
        SandboxServer(tmp_path, clock, scenario="never")
    with pytest.raises(LocalFiles):
        SandboxServer(tmp_path / "file", clock)


def test_run_serves_until_it_is_closed(tmp_path, clock):
    server = SandboxServer(tmp_path, clock, scenario="maintenance")
    thread = threading.Thread(target=server.run)
    thread.start()
    with closing(http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=5)) as c:
        assert 455 == json.loads(ask(c, "POST", CREATE, body())[1])["code"]
    server.close()
    thread.join(5)
    assert not thread.is_alive()


def test_a_server_that_never_ran_can_be_closed(tmp_path, clock):
    SandboxServer(tmp_path, clock).close()
