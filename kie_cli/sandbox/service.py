"""What kie.ai answers, imitated: a request goes in, a response comes out, nothing is sent."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from kie_cli.catalog.models import load
from kie_cli.core.exchange import Request, Response
from kie_cli.core.media import ending, mime, sniff
from kie_cli.core.pixels import image_size
from kie_cli.core.suggest import nearest
from kie_cli.errors import WrongInput
from kie_cli.sandbox.discovery import current, facts, listing
from kie_cli.sandbox.intake import cost, fault
from kie_cli.sandbox.results import content, endings, told
from kie_cli.sandbox.store import DAY, Job, Store

if TYPE_CHECKING:
    from pathlib import Path

    from kie_cli.catalog.models import Model
    from kie_cli.core.clock import Clock

SCENARIOS = {
    "fail": "the task fails with kie.ai's internal error; the credits come back",
    "moderated": "the task fails because of its prompt; the credits come back",
    "slow": "the task takes two minutes",
    "no-credits": "the balance is too low for any task",
    "rate-limit": "the first try of a create is refused as too fast, the next one is taken",
    "maintenance": "kie.ai is closed for maintenance: no task is created",
    "expired-link": "the result's URL is refused; a fresh link works",
    "lost-answer": "the task is created and charged, but the answer never arrives",
    "flaky": "the first and the third look at the task meet a broken server",
}
FAILURES = {
    "fail": ("500", "Internal Error, Please try again later"),
    "moderated": ("422", "Invalid prompt: prompt contains prohibited content"),
}
# Seconds: a task waits for 1, runs until 3 (or 120); a link of download-url lives for 20 minutes.
WAITING, DONE, SLOW, LINK_LIFE = 1.0, 3.0, 120.0, 1200
MARKET = "/api/v1/models"
ACCOUNT = 100042
SHORTEST_KEY = 8

_UPLOADS = {
    "/api/file-stream-upload": "file",
    "/api/file-base64-upload": "base64Data",
    "/api/file-url-upload": "fileUrl",
}
_REFUSALS = {
    401: "Unauthorized \u2013 Authentication failed. Please check that your Authorization and "
    "Content-Type headers are correctly set.",
    402: "Credits insufficient : Your current balance isn\u2019t enough to run this request. "
    "Please top up to continue.",
    422: "The model name you specified is not supported. Please verify your input and use one of "
    "the supported models provided by KIE.",
    429: "Rate limit exceeded",
    455: "The system is under maintenance",
}


class Sandbox:
    """
    An offline kie.ai whose memory is `folder`; any number of them may share one folder.

    `scenario` is one of SCENARIOS and shapes every create; the words `sandbox:NAME` in a
    prompt do the same for one create. Raises WrongInput for an unknown scenario and
    LocalFiles when the folder cannot be used.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        api: str = "https://api.sandbox.invalid",
        upload: str = "https://upload.sandbox.invalid",
        files: str = "https://files.sandbox.invalid",
        scenario: str | None = None,
    ) -> None:
        if scenario and scenario not in SCENARIOS:
            likely = nearest(scenario, SCENARIOS)
            raise WrongInput(
                f"The sandbox has no scenario {scenario}. Nothing was sent.",
                *([f"Did you mean {likely}?"] if likely else []),
                f"Scenarios: {', '.join(SCENARIOS)}.",
            )
        self.api, self.upload, self.files = api, upload, files
        self._scenario = scenario or None
        self._clock = clock
        self._store = Store(folder)
        self._routes: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("POST", "/api/v1/jobs/createTask"): self._create,
            ("GET", "/api/v1/jobs/recordInfo"): self._look,
            ("GET", "/api/v1/chat/credit"): self._credit,
            ("POST", "/api/v1/common/download-url"): self._link,
            **{("POST", path): self._upload for path in _UPLOADS},
        }

    def handle(self, request: Request) -> Response:
        """Answer one request; the path of its URL alone says where it goes."""
        path = _path(request.url)
        action = self._routes.get((request.method, path))
        if request.method == "GET" and f"{path}/".startswith(f"{MARKET}/"):
            action = self._market
        if request.method == "GET" and path.startswith(("/r/", "/kieai/")):
            answer = self._file(request)
        elif action is None:
            answer = _page(404, "Not Found")
        elif _has_key(request):
            answer = action(request)
        elif path in _UPLOADS:
            answer = _upload_answer(401, "Authentication failed: Invalid API Key")
        else:
            look = action == self._look
            answer = _json({"code": 401, "msg": "Unauthorized" if look else _REFUSALS[401]})
        headers = {
            "date": formatdate(self._clock.now(), usegmt=True),
            "server": "cloudflare",
            "cf-ray": f"{secrets.token_hex(8)}-SBX",
            "cf-cache-status": "DYNAMIC",
        }
        return replace(answer, headers=headers | answer.headers)

    def _create(self, request: Request) -> Response:
        body = _object(request.body)
        name, given = body.get("model"), body.get("input")
        if not name or given is None:
            return _required("input" if name else "model")
        model = current(name)
        if model is None:
            return _refusal(422)
        given = given if isinstance(given, dict) else {}
        if wrong := fault(model, given):
            code, text = wrong
            return _json({"code": 500, "msg": text}) if code == 500 else _envelope(code, text)
        job = self._job(model, given, body.get("callBackUrl"))
        digest = hashlib.sha256(request.body).hexdigest()
        if job.scenario == "rate-limit" and self._store.begins_burst(digest, job.created):
            return _refusal(429)
        closed = {"no-credits": 402, "maintenance": 455}.get(job.scenario or "")
        code = closed or self._store.add(job)
        if code != 200:
            return _refusal(code)
        answer = _envelope(200, "success", {"taskId": job.id, "recordId": job.id})
        return replace(answer, lost=job.scenario == "lost-answer")

    def _job(self, model: Model, given: dict[str, Any], callback: object) -> Job:
        words = re.findall(r"sandbox:([a-z-]+)", _dumps(given))
        scenario = next((word for word in words if word in SCENARIOS), self._scenario)
        ratio, resolution, images = (
            _meant(model, flag, given) for flag in ("aspect_ratio", "resolution", "image")
        )
        width, height = self._pixels(ratio, resolution, images)
        now = self._clock.now()
        done = now + (SLOW if scenario == "slow" else DONE)
        param = {"input": _dumps(given), "callBackUrl": callback, "model": model.id}
        return Job(
            id=secrets.token_hex(16),
            file=f"{secrets.token_hex(16)}_{int(done)}",
            model=model.id,
            param=_dumps({name: value for name, value in param.items() if value}),
            price=cost(model, given),
            scenario=scenario,
            width=width,
            height=height,
            created=now,
            done=done,
            refunded=done if scenario in FAILURES else None,
        )

    def _pixels(self, ratio: object, resolution: object, images: object) -> tuple[int, int]:
        """Return the largest size of exactly the ratio; kie.ai's own sizes are not published."""
        side = {"2K": 2048, "4K": 4096}.get(str(resolution), 1024)
        if ratio == "auto":
            url = images[0] if isinstance(images, list) and images else images
            content = self._store.upload(self._own_path(url), self._clock.now())
            wide, high = image_size(content or b"") or (1, 1)
            longest = max(wide, high)
            return max(1, round(side * wide / longest)), max(1, round(side * high / longest))
        found = re.fullmatch(r"([1-9]\d?):([1-9]\d?)", str(ratio))
        wide, high = map(int, found.groups()) if found else (1, 1)
        unit = side // max(wide, high)
        return wide * unit, high * unit

    def _look(self, request: Request) -> Response:
        task_id = _query(request, "taskId")
        if not task_id:
            return _json({"code": 400, "msg": "taskId parameter is required"})
        job = self._store.job(task_id)
        if job is None:
            return _envelope(422, "recordInfo is null")
        if job.scenario == "flaky" and job.polls == 1:
            return _page(502, "Bad Gateway")
        if job.scenario == "flaky" and job.polls == 3:
            return _envelope(500, "Server exception, please try again later")
        return _envelope(200, "success", self._record(job))

    def _record(self, job: Job) -> dict[str, Any]:
        """Return recordInfo's `data`, in one of the two shapes that kie.ai uses side by side."""
        now = self._clock.now()
        ended = now >= job.done
        failure = FAILURES.get(job.scenario or "") if ended else None
        result = self._result(job) if ended and not failure else None
        running = "waiting" if now < job.created + WAITING else "generating"
        code, message = failure or (None, None)
        record: dict[str, Any] = {
            "taskId": job.id,
            "model": job.model,
            "state": "fail" if failure else "success" if result else running,
            "param": job.param,
            "resultJson": _dumps(result) if result else "",
            "failCode": code,
            "failMsg": message,
            "costTime": int(job.done - job.created) if ended else None,
            "completeTime": int(job.done * 1000) if ended else None,
            "createTime": int(job.created * 1000),
            "creditsConsumed": 0.0 if failure else job.price,
        }
        if int(job.id, 16) % 2 or (result and "data" in result):
            flag = 3 if failure else int(ended)
            record |= {"operationType": job.model, "successFlag": flag, "paramJson": job.param}
            record |= {"response": result} if result else {}
        return record

    def _credit(self, _: Request) -> Response:
        return _envelope(200, "success", self._store.balance(self._clock.now()))

    def _market(self, request: Request) -> Response:
        if not self._store.may_ask(self._clock.now()):
            return _refusal(429)
        path = _path(request.url)
        if path == MARKET:
            names = ("taskType", "provider", "q")
            return _envelope(200, "success", listing({n: _query(request, n) for n in names}))
        model_id, _, what = path.removeprefix(f"{MARKET}/").rpartition("/")
        model = current(model_id)
        if model is None:
            return _envelope(404, _REFUSALS[422])
        data = facts(model, what)
        return _envelope(200, "success", data) if data else _page(404, "Not Found")

    def _link(self, request: Request) -> Response:
        path = self._own_path(_object(request.body).get("url"))
        if self._finished(path) is None:
            return _envelope(422, "url is wrong")
        expires = str(int(self._clock.now()) + LINK_LIFE)
        proof = f"?expires={expires}&token={_token(path, expires)}"
        return _envelope(200, "success", f"{self.files}{path}{proof}")

    def _file(self, request: Request) -> Response:
        if "authorization" in request.headers:
            return _page(400, "the key must not be sent to result hosts")
        path, now = _path(request.url), self._clock.now()
        if uploaded := self._store.upload(path, now):
            return _bytes(request, uploaded, mime(sniff(uploaded)))
        job = self._finished(path)
        if job is None:
            return _page(404, "Not Found")
        expires, token = _query(request, "expires"), _query(request, "token")
        if token:
            refused = token != _token(path, expires) or now >= int(expires)
        else:
            refused = job.scenario == "expired-link"
        if refused:
            return _page(403, "Forbidden")
        kind = path.rpartition(".")[2]
        return _bytes(request, *content(kind, job.width, job.height, f"{job.id} {path}"))

    def _upload(self, request: Request) -> Response:
        source = _UPLOADS[_path(request.url)]
        fields = _form(request) if source == "file" else _texts(request)
        for name in (source, "uploadPath"):
            if not fields.get(name):
                return _upload_answer(400, f"Missing required parameter: {name}")
        content = self._content(source, fields[source])
        if isinstance(content, str):
            return _upload_answer(400, content)
        kind, now = sniff(content), self._clock.now()
        folder = fields["uploadPath"].decode("utf-8", "replace").strip("/")
        name = fields.get("fileName", b"").decode("utf-8", "replace")
        name = name or f"{secrets.token_hex(8)}.{ending(kind)}"
        path = f"kieai/{ACCOUNT}/{folder}/{name}"
        self._store.keep(f"/{path}", content, now)
        moment = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
        data = {
            "success": True,
            "fileName": name,
            "filePath": path,
            "downloadUrl": f"{self.files}/{quote(path)}",
            "fileSize": len(content),
            "mimeType": mime(kind),
            "uploadedAt": moment.replace("+00:00", "Z"),
        }
        return _upload_answer(200, "File uploaded successfully", data=data)

    def _content(self, source: str, value: bytes) -> bytes | str:
        """Return the file that an upload brings or names; a text says why there is none."""
        if source == "base64Data":
            try:
                return base64.b64decode(value.rpartition(b";base64,")[2], validate=True)
            except ValueError:
                return "Base64 decoding failed: Invalid Base64 format"
        if source == "fileUrl":
            own = self._file(Request("GET", quote(self._own_path(value.decode()))))
            return own.body if own.status == 200 else "the sandbox fetches nothing"
        return value

    def _finished(self, path: str) -> Job | None:
        """Return the job whose result lies at `path`, unless it is not there (any more)."""
        job = self._store.job_of(path.removeprefix("/r/").rpartition("-")[0])
        if job is None or path not in _made(job)[1]:
            return None
        return job if job.done <= self._clock.now() < job.done + DAY else None

    def _result(self, job: Job) -> dict[str, Any]:
        model, paths = _made(job)
        return told(model, [f"{self.files}{path}" for path in paths]) if model else {}

    def _own_path(self, url: object) -> str:
        """Return the path of a URL that this sandbox gave out; `` for any other."""
        own = isinstance(url, str) and url.startswith(f"{self.files}/")
        return _path(str(url)) if own else ""


def _made(job: Job) -> tuple[Model | None, list[str]]:
    """Return the model of a job and the paths of its results."""
    model, given = load(job.model), json.loads(json.loads(job.param)["input"])
    kinds = endings(model, given) if model else []
    return model, [f"/r/{job.file}-{n}.{kind}" for n, kind in enumerate(kinds, start=1)]


def _meant(model: Model, flag: str, given: dict[str, Any]) -> object:
    """Return the value of a flag in the words of `kie create`: 16:9 for landscape_16_9."""
    field = model.route(flag)
    if field is None:
        return None
    value = given.get(field.name, field.default)
    words = model.flags[flag].get("map", {}).items()
    return next((word for word, own in words if own == value), value)


def _has_key(request: Request) -> bool:
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return kind == "Bearer" and len(key.strip()) >= SHORTEST_KEY


def _token(file: str, expires: str) -> str:
    return hashlib.sha256(f"{file} until {expires}".encode()).hexdigest()[:32]


def _path(url: str) -> str:
    return unquote(urlsplit(url).path)


def _query(request: Request, name: str) -> str:
    return parse_qs(urlsplit(request.url).query).get(name, [""])[0]


def _object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`; an empty one when there is none."""
    try:
        value = json.loads(body)
        _dumps(value).encode()  # a lone surrogate has no UTF-8
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _texts(request: Request) -> dict[str, bytes]:
    fields = _object(request.body).items()
    return {name: text.encode() for name, text in fields if isinstance(text, str)}


def _form(request: Request) -> dict[str, bytes]:
    """Return the parts of a multipart body by name; an empty dict when it is none."""
    kind = request.headers.get("content-type", "").encode()
    boundary = message_from_bytes(b"Content-Type: " + kind).get_boundary("")
    mark = b"\r\n--" + boundary.encode("ascii", "surrogateescape")
    fields = {}
    for part in (b"\r\n" + request.body).split(mark)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = message_from_bytes(head.lstrip()).get_param("name", "", "content-disposition")
        fields[str(name)] = content
    return fields


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _json(value: object) -> Response:
    kind = "application/json;charset=UTF-8"
    return Response(200, {"content-type": kind}, _dumps(value).encode())


def _envelope(code: int, message: str, data: object = None) -> Response:
    return _json({"code": code, "msg": message, "data": data})


def _required(field: str) -> Response:
    return _json({"code": 500, "msg": f"{field} is required"})


def _refusal(code: int) -> Response:
    return _envelope(code, _REFUSALS[code])


def _upload_answer(code: int, message: str, **data: object) -> Response:
    answer = _json({"success": code == 200, "code": code, "msg": message, **data})
    return replace(answer, headers={"content-type": "application/json"})


def _page(status: int, title: str) -> Response:
    text = f"<!DOCTYPE html><title>{status} {title}</title><h1>{status} {title}</h1>\n"
    return Response(status, {"content-type": "text/html; charset=utf-8"}, text.encode())


def _bytes(request: Request, content: bytes, media_type: str) -> Response:
    """Serve a file: all of it, or the one range that was asked for."""
    etag, size = f'"{hashlib.sha256(content).hexdigest()[:32]}"', len(content)
    headers = {"content-type": media_type, "etag": etag, "accept-ranges": "bytes"}
    asked = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", request.headers.get("range", ""))
    if not asked or not any(asked.groups()) or request.headers.get("if-range", etag) != etag:
        return Response(200, headers, content)
    first, last = asked.groups()  # without a first byte, `last` counts from the end
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1, size) if first and last else size
    if start >= end:
        return Response(416, headers | {"content-range": f"bytes */{size}"})
    part = {"content-range": f"bytes {start}-{end - 1}/{size}"}
    return Response(206, headers | part, content[start:end])
