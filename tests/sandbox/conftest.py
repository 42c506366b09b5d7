from __future__ import annotations

import json

import pytest
from fakes import FakeClock

from kie_cli.core.exchange import Request
from kie_cli.sandbox.service import Sandbox

NOON = 1_794_726_000.417
KEY = {"authorization": "Bearer not-a-real-key"}


class Caller:
    """Speaks to a sandbox as kie does, and remembers nothing."""

    def __init__(self, sandbox, clock):
        self.sandbox, self.clock = sandbox, clock

    def send(self, method, url, body=b"", headers=KEY):
        return self.sandbox.handle(Request(method, url, headers, body))

    def json(self, method, path, body=None):
        data = b"" if body is None else json.dumps(body).encode()
        answer = self.send(method, self.sandbox.api + path, data)
        assert 200 == answer.status
        return json.loads(answer.body)

    def create(self, prompt="A jar", model="flux-2/pro-text-to-image", **more):
        given = {"prompt": prompt, "aspect_ratio": "1:1", "resolution": "1K"} | more
        body = {"model": model, "input": {k: v for k, v in given.items() if v is not None}}
        return self.json("POST", "/api/v1/jobs/createTask", body)

    def made(self, *args, **more):
        answer = self.create(*args, **more)
        assert 200 == answer["code"], answer
        return answer["data"]["taskId"]

    def look(self, task_id):
        return self.json("GET", f"/api/v1/jobs/recordInfo?taskId={task_id}")

    def result(self, task_id):
        return json.loads(self.look(task_id)["data"]["resultJson"])["resultUrls"][0]

    def fetch(self, url, **headers):
        return self.send("GET", url, headers={n.replace("_", "-"): v for n, v in headers.items()})

    def balance(self):
        return self.json("GET", "/api/v1/chat/credit")["data"]

    def upload(self, content, name="a.png", folder="images/kie-cli"):
        parts = {"uploadPath": folder.encode(), "fileName": name.encode()} if name else {}
        parts = {"uploadPath": folder.encode(), **parts}
        lines = [
            b'--cut\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (n.encode(), v)
            for n, v in parts.items()
        ]
        file = (
            b'--cut\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n'
            b"Content-Type: image/png\r\n\r\n" + content + b"\r\n--cut--\r\n"
        )
        headers = KEY | {"content-type": 'multipart/form-data; boundary="cut"'}
        url = self.sandbox.upload + "/api/file-stream-upload"
        return json.loads(self.send("POST", url, b"".join(lines) + file, headers).body)


@pytest.fixture
def clock():
    return FakeClock(NOON)


@pytest.fixture
def caller(tmp_path, clock):
    def new(scenario=None, folder="sandbox", **hosts):
        return Caller(Sandbox(tmp_path / folder, clock, scenario=scenario, **hosts), clock)

    return new


@pytest.fixture
def kie(caller):
    return caller()
