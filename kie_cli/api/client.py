"""kie.ai's endpoints as calls: tasks in, tasks out."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from kie_cli.api.transport import FILE_TIMES, Gate, Transport
from kie_cli.api.wire import read_task
from kie_cli.core.clock import Clock
from kie_cli.core.media import LocalFile, mime
from kie_cli.core.retry import steady
from kie_cli.core.task import Task
from kie_cli.core.verdict import Answer, Outcome, create_verdict, read
from kie_cli.errors import UnexpectedAnswer, WrongInput

CREDIT = "/api/v1/chat/credit"
LINK = "/api/v1/common/download-url"
MARKET = "/api/v1/models"
STREAM_UPLOAD = "/api/file-stream-upload"
ANSWER_KEPT = 4096  # bytes
UPLOAD_FOLDER = "images/kie-cli"
UPLOAD_TOTAL = 600.0  # seconds
PIECE = 2**18  # bytes of an upload handed over at a time


class Client:
    """kie.ai at the base URLs `api` and `upload`."""

    def __init__(self, transport: Transport, clock: Clock, *, api: str, upload: str) -> None:
        self._transport = transport
        self._clock = clock
        self._api = api
        self._upload = upload

    def create_task(self, body: bytes, gate: Gate) -> tuple[Outcome, str]:
        """
        POST createTask once; return what came of it, and the answer's own text.

        Never raises for what the network or kie.ai does.
        """
        answer = self._transport.create(f"{self._api}/api/v1/jobs/createTask", body, gate)
        if isinstance(answer, Answer):
            return create_verdict(answer), answer.body[:ANSWER_KEPT].decode("utf-8", "replace")
        return answer, ""

    def get_task(self, task_id: str) -> Task:
        """
        Look at a task once, in one request.

        Raises NoSuchTask, BadKey, TaskFailed (kie.ai gave it up), WrongInput; and errors with
        `again` set when the answer says nothing about the task.
        """
        url = f"{self._api}/api/v1/jobs/recordInfo?taskId={quote(task_id, safe='')}"
        answer = self._transport.send("GET", url)
        data = read(answer, poll=True).data
        if not isinstance(data, dict):
            raise UnexpectedAnswer("kie.ai told nothing about the task.", again=True)
        task = read_task(data, task_id)
        if task.task_id != task_id:
            raise UnexpectedAnswer("kie.ai answered about another task.", again=True)
        return task._replace(raw=answer.body.decode("utf-8-sig"))

    def credits(self) -> float:
        """Return the balance in credits (1 credit is 0.005 USD; docs.kie.ai/common-api)."""
        ask = partial(self._transport.send, "GET", self._api + CREDIT)
        balance = steady(lambda: read(ask()), self._clock).data
        if isinstance(balance, (int, float)) and not isinstance(balance, bool):
            with suppress(OverflowError):
                return float(balance)
        raise UnexpectedAnswer("kie.ai gave no balance.")

    def download_link(self, url: str) -> str:
        """Return a link of 20 minutes to a result that its own URL no longer gives."""
        body = json.dumps({"url": url}).encode()
        headers = {"Content-Type": "application/json"}
        answer = self._transport.send("POST", self._api + LINK, body=body, headers=headers)
        link = read(answer).data
        if not isinstance(link, str) or not link:
            raise UnexpectedAnswer("kie.ai gave no download link.")
        return link

    def models(self) -> list[dict[str, Any]]:
        """Return kie.ai's list of models: each entry has its id as `model`, the rest is as told."""
        # pydantic takes longer to load than all else that a look at a task needs.
        from kie_cli.api.listing import read_models

        return read_models(self._discover(""))

    def model_schema(self, model_id: str, total: float | None = None) -> dict[str, Any] | None:
        """
        Return the OpenAPI document of a model, or None where kie.ai has none.

        With `total` it is asked once, and for so many seconds at most (DNS not counted). Raises
        WrongInput with code 404 for a model that kie.ai does not have; Unreachable.
        """
        data = self._discover(f"/{quote(model_id, safe='/')}/schema", total)
        found = data if isinstance(data, dict) else {}
        schema = found.get("openapi", "")
        if found.get("model", model_id) != model_id or not isinstance(schema, dict | None):
            raise UnexpectedAnswer(f"kie.ai did not tell what {model_id} takes.")
        return schema

    def _discover(self, path: str, total: float | None = None) -> object:
        ask = partial(self._transport.send, "GET", self._api + MARKET + path)
        if total is not None:
            return read(ask(times=type(FILE_TIMES)(total), total=total)).data
        return steady(lambda: read(ask()), self._clock).data

    def upload(self, file: LocalFile) -> str:
        """
        Upload a file under a name made of its content; return its public URL.

        Free of charge, so it is tried up to 3 times. Raises WrongInput when the file changed
        since it was checked, BadKey, Unreachable.
        """
        data = steady(lambda: read(self._send_file(file)), self._clock).data
        found = data if isinstance(data, dict) else {}
        url = found.get("downloadUrl") or found.get("fileUrl")
        if not isinstance(url, str) or not self._may_be_upload(url):
            raise UnexpectedAnswer("The upload gave no usable URL. Nothing was charged.")
        return url

    def _may_be_upload(self, url: str) -> bool:
        """Tell whether `url` can go into a task: https (http only beside a loopback host)."""
        try:
            parts = urlsplit(url)
            plain = bool(parts.hostname) and parts.username is None
        except ValueError:
            return False
        allowed = {"https", urlsplit(self._upload).scheme}
        return plain and parts.scheme in allowed and re.fullmatch(r"[\x21-\x7e]+", url) is not None

    def _send_file(self, file: LocalFile) -> Answer:
        boundary = secrets.token_hex(16)
        head, tail = _multipart(file, boundary)
        return self._transport.send(
            "POST",
            self._upload + STREAM_UPLOAD,
            body=_pieces(file, head, tail),
            headers={
                "Content-Type": f"multipart/form-data; boundary={boundary}",
                "Content-Length": str(len(head) + file.size + len(tail)),
            },
            times=FILE_TIMES,
            total=UPLOAD_TOTAL,
        )


def _multipart(file: LocalFile, boundary: str) -> tuple[bytes, bytes]:
    """Return what stands before and after the bytes of the file; no name of the user's is in it."""
    fields = {"uploadPath": UPLOAD_FOLDER, "fileName": file.upload_name}
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; '
        f'filename="{file.upload_name}"\r\nContent-Type: {mime(file.kind)}\r\n\r\n'
    )
    return head.encode(), f"\r\n--{boundary}--\r\n".encode()


def _pieces(file: LocalFile, head: bytes, tail: bytes) -> Iterator[bytes]:
    yield head
    digest = hashlib.sha256()
    try:
        with Path(file.path).open("rb") as stream:
            while piece := stream.read(PIECE):
                digest.update(piece)
                yield piece
    except OSError as error:
        raise WrongInput(f"{file.path} cannot be read: {error.strerror}.") from None
    if digest.hexdigest() != file.sha256:
        raise WrongInput(f"{file.path} changed while it was uploaded. No task was created.")
    yield tail
