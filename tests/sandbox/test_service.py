from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime

import pytest

from kie_cli.core.pixels import image_size
from kie_cli.errors import LocalFiles, WrongInput
from kie_cli.sandbox.png import picture
from kie_cli.sandbox.service import SCENARIOS, Sandbox

I2I = "flux-2/pro-image-to-image"
NO_CREDITS = {
    "code": 402,
    "msg": "Credits insufficient : Your current balance isn’t enough to run this request. "  # noqa: RUF001
    "Please top up to continue.",
    "data": None,
}
TOO_FAST = {"code": 429, "msg": "Rate limit exceeded", "data": None}


# Creating


def test_a_create_answers_with_one_id_of_32_hex_digits_twice(kie):
    answer = kie.create()

    assert {"code": 200, "msg": "success", "data": answer["data"]} == answer
    assert ["taskId", "recordId"] == list(answer["data"])
    assert answer["data"]["taskId"] == answer["data"]["recordId"]
    assert re.fullmatch("[0-9a-f]{32}", answer["data"]["taskId"])


@pytest.mark.parametrize(
    ("method", "path", "refusal"),
    [
        ("POST", "/api/v1/jobs/createTask", None),
        ("GET", "/api/v1/chat/credit", None),
        ("POST", "/api/v1/common/download-url", None),
        ("GET", "/api/v1/jobs/recordInfo?taskId=1", {"code": 401, "msg": "Unauthorized"}),
        (
            "POST",
            "/api/file-stream-upload",
            {"success": False, "code": 401, "msg": "Authentication failed: Invalid API Key"},
        ),
    ],
)
@pytest.mark.parametrize("key", [None, "", "Bearer", "Bearer short", "Basic not-a-real-key"])
def test_without_a_key_nothing_is_done(kie, method, path, refusal, key):
    headers = {} if key is None else {"authorization": key}

    answer = kie.send(method, kie.sandbox.api + path, headers=headers)

    assert 200 == answer.status
    text = (
        "Unauthorized – Authentication failed. Please check that your Authorization and "  # noqa: RUF001
        "Content-Type headers are correctly set."
    )
    assert (refusal or {"code": 401, "msg": text}) == json.loads(answer.body)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/api/v1/modelsX"), ("POST", "/api/v1/models"),
     ("GET", "/api/v1/jobs/createTask"), ("PUT", "/r/x")],
)  # fmt: skip
def test_an_unknown_route_is_a_real_404_page_key_or_not(kie, method, path):
    for headers in ({}, {"authorization": "Bearer not-a-real-key"}):
        answer = kie.send(method, kie.sandbox.api + path, headers=headers)
        assert 404 == answer.status
        assert answer.body.startswith(b"<!DOCTYPE html>")


def test_the_headers_are_those_of_kie_ai(kie, clock):
    headers = kie.send("GET", kie.sandbox.api + "/api/v1/chat/credit").headers

    assert "application/json;charset=UTF-8" == headers["content-type"]
    assert "cloudflare" == headers["server"]
    assert "DYNAMIC" == headers["cf-cache-status"]
    assert re.fullmatch("[0-9a-f]{16}-[A-Z]{3}", headers["cf-ray"])
    assert int(clock.time) == parsedate_to_datetime(headers["date"]).timestamp()


def test_an_unknown_model_is_refused_in_kie_ais_words(kie):
    answer = kie.create(model="flux-9/pro")
    assert answer == {
        "code": 422,
        "msg": "The model name you specified is not supported. Please verify your input and use "
        "one of the supported models provided by KIE.",
        "data": None,
    }


@pytest.mark.parametrize("model", ["../../etc/passwd", ["flux-2/pro-text-to-image"], 7])
def test_a_model_that_is_no_model_is_refused(kie, model):
    assert 422 == kie.create(model=model)["code"]


@pytest.mark.parametrize("name", ["prompt", "aspect_ratio", "resolution", "input_urls"])
@pytest.mark.parametrize("nothing", [None, "", []])
def test_nothing_is_filled_in_for_a_missing_field(kie, name, nothing):
    given = {"input_urls": ["https://example.org/a.png"], name: nothing}
    assert {"code": 500, "msg": f"{name} is required"} == kie.create(model=I2I, **given)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"", "model"),
        (b"[]", "model"),
        (b"{", "model"),
        (b'{"model": "\\ud800"}', "model"),
        (b"[" * 100_000, "model"),
        (b'{"model": "flux-2/pro-text-to-image"}', "input"),
        (b'{"model": "flux-2/pro-text-to-image", "input": "A jar"}', "prompt"),
    ],
)
def test_a_body_that_is_no_request_lacks_its_fields(kie, body, name):
    answer = kie.send("POST", kie.sandbox.api + "/api/v1/jobs/createTask", body)
    assert {"code": 500, "msg": f"{name} is required"} == json.loads(answer.body)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"prompt": "x" * 5001}, "prompt is too long"),
        ({"prompt": ["A jar"]}, "prompt is invalid"),
        ({"input_urls": "https://example.org/a.png"}, "input_urls is invalid"),
        ({"input_urls": [7]}, "input_urls is invalid"),
        ({"input_urls": ["https://example.org/a.png"] * 9}, "input_urls has too many items"),
        ({"resolution": "8K"}, "resolution is not one of the allowed options"),
        ({"nsfw_checker": "yes"}, "nsfw_checker is invalid"),
    ],
)
def test_a_wrong_field_is_refused_and_costs_nothing(kie, given, reason):
    answer = kie.create(model=I2I, **{"input_urls": ["https://example.org/a.png"]} | given)

    assert {"code": 422, "msg": reason, "data": None} == answer
    assert 1000 == kie.balance()


def test_text_to_image_knows_no_auto(kie):
    assert 422 == kie.create(aspect_ratio="auto")["code"]


# Credits and limits


@pytest.mark.parametrize(
    ("model", "resolution", "price"),
    [
        ("flux-2/pro-text-to-image", "1K", 5),
        ("flux-2/pro-text-to-image", "2K", 7),
        ("flux-2/flex-text-to-image", "1K", 14),
        ("flux-2/flex-text-to-image", "2K", 24),
    ],
)
def test_credits_are_held_at_once_and_stay_spent_after_success(
    kie, clock, model, resolution, price
):
    task_id = kie.made(model=model, resolution=resolution)
    assert 1000 - price == kie.balance()
    assert price == kie.look(task_id)["data"]["creditsConsumed"]

    clock.sleep(100)
    assert 1000 - price == kie.balance()
    assert price == kie.look(task_id)["data"]["creditsConsumed"]


def test_the_account_can_be_emptied_but_not_overdrawn(kie, clock):
    for _ in range(41):
        kie.made(model="flux-2/flex-text-to-image", resolution="2K")
        clock.sleep(1)

    assert 16 == kie.balance()
    assert NO_CREDITS == kie.create(model="flux-2/flex-text-to-image", resolution="2K")
    assert 16 == kie.balance()
    kie.made(model="flux-2/flex-text-to-image", resolution="1K")


def test_twenty_creates_in_ten_seconds_are_taken_and_no_more(kie, clock):
    for _ in range(20):
        kie.made()
    assert TOO_FAST == kie.create()
    clock.sleep(9.9)
    assert TOO_FAST == kie.create()
    clock.sleep(0.2)
    kie.made()
    assert 1000 - 21 * 5 == kie.balance()


# Looking


def test_a_task_waits_for_one_second_runs_until_three_and_succeeds(kie, clock):
    task_id = kie.made()
    seen = []
    for pause in (0, 0.9, 0.2, 1.8, 0.2):
        clock.sleep(pause)
        seen.append(kie.look(task_id)["data"]["state"])
    assert ["waiting", "waiting", "generating", "generating", "success"] == seen


OLD = ["taskId", "model", "state", "param", "resultJson", "failCode", "failMsg", "costTime",
       "completeTime", "createTime", "creditsConsumed"]  # fmt: skip
EXTRAS = {"operationType", "successFlag", "paramJson"}


def test_both_generations_of_bodies_are_spoken(kie, clock):
    ids = [kie.made() for _ in range(20)]
    seen = set()
    for pause in (0, 4):
        clock.sleep(pause)
        for task_id in ids:
            data = kie.look(task_id)["data"]
            new, done = int(task_id, 16) % 2, data["state"] == "success"
            extras = EXTRAS | ({"response"} if done else set()) if new else set()
            assert set(OLD) | extras == set(data)
            if new:
                assert data["successFlag"] == int(done)
                assert data["paramJson"] == data["param"]
                assert data["operationType"] == data["model"]
            if new and done:
                assert data["response"] == json.loads(data["resultJson"])
            seen.add((new, done))
    assert 4 == len(seen)


def test_a_running_task_has_no_times_and_no_result(kie, clock):
    data = kie.look(kie.made())["data"]
    assert "" == data["resultJson"]
    assert {None} == {data[name] for name in ("failCode", "failMsg", "costTime", "completeTime")}
    assert int(clock.time * 1000) == data["createTime"]
    assert "progress" not in data


def test_a_finished_task_counts_its_cost_time_in_seconds(kie, clock):
    task_id = kie.made()
    clock.sleep(50)
    data = kie.look(task_id)["data"]
    assert 3 == data["costTime"]
    assert 3000 == data["completeTime"] - data["createTime"]


def test_param_is_the_request_encoded_twice(kie):
    given = {"prompt": "Ein Löffel 🥄", "aspect_ratio": "3:2", "resolution": "1K"}
    body = {"model": "flux-2/pro-text-to-image", "callBackUrl": "https://e.org/x", "input": given}
    task_id = kie.json("POST", "/api/v1/jobs/createTask", body)["data"]["taskId"]

    param = json.loads(kie.look(task_id)["data"]["param"])

    assert ["input", "callBackUrl", "model"] == list(param)
    assert "https://e.org/x" == param["callBackUrl"]
    assert given == json.loads(param["input"])
    assert "callBackUrl" not in kie.look(kie.made())["data"]["param"]


def test_an_unknown_id_is_null_and_a_missing_one_is_named(kie):
    assert {"code": 422, "msg": "recordInfo is null", "data": None} == kie.look("0" * 32)
    assert {"code": 400, "msg": "taskId parameter is required"} == kie.look("")


# Results


@pytest.mark.parametrize(
    ("ratio", "size"),
    [
        ("1:1", (1024, 1024)),
        ("4:3", (1024, 768)),
        ("3:4", (768, 1024)),
        ("16:9", (1024, 576)),
        ("9:16", (576, 1024)),
        ("3:2", (1023, 682)),
        ("2:3", (682, 1023)),
    ],
)
def test_a_1k_picture_has_exactly_the_ratio(kie, clock, ratio, size):
    task_id = kie.made(aspect_ratio=ratio)
    clock.sleep(3)
    answer = kie.fetch(kie.result(task_id))
    assert 200 == answer.status
    assert "image/png" == answer.headers["content-type"]
    assert size == image_size(answer.body)


@pytest.mark.parametrize(
    ("ratio", "size"), [("1:1", (2048, 2048)), ("16:9", (2048, 1152)), ("3:2", (2046, 1364))]
)
def test_a_2k_picture_is_as_large_as_2k_allows(kie, clock, ratio, size):
    task_id = kie.made(aspect_ratio=ratio, resolution="2K")
    clock.sleep(3)
    assert size == image_size(kie.fetch(kie.result(task_id)).body)


def test_auto_follows_the_first_uploaded_image(kie, clock):
    first = kie.upload(picture(300, 100, "a"), "a.png")["data"]["downloadUrl"]
    second = kie.upload(picture(10, 10, "b"), "b.png")["data"]["downloadUrl"]
    foreign = "https://example.org/kieai/100042/images/kie-cli/a.png"
    text = kie.upload(b"no picture", "c.png")["data"]["downloadUrl"]
    sizes = []
    for urls in ([first, second], [second, first], [foreign], [text]):
        task_id = kie.made(model=I2I, input_urls=urls, aspect_ratio="auto")
        clock.sleep(3)
        sizes.append(image_size(kie.fetch(kie.result(task_id)).body))
    assert [(1024, 341), (1024, 1024), (1024, 1024), (1024, 1024)] == sizes


def test_a_result_is_the_same_bytes_each_time_and_lives_for_a_day(kie, clock):
    task_id = kie.made()
    clock.sleep(3)
    url = kie.result(task_id)
    first = kie.fetch(url)
    clock.sleep(86_399)
    again = kie.fetch(url)
    assert first.body == again.body
    assert first.headers["etag"] == again.headers["etag"]
    clock.sleep(1)
    assert 404 == kie.fetch(url).status
    assert 404 == kie.fetch(kie.sandbox.files + "/r/no.png").status


def test_a_result_host_refuses_the_key_loudly(kie, clock):
    task_id = kie.made()
    clock.sleep(3)
    answer = kie.send("GET", kie.result(task_id))
    assert 400 == answer.status
    assert b"the key must not be sent to result hosts" in answer.body


@pytest.mark.parametrize(
    ("asked", "span"),
    [("0-0", (0, 1)), ("10-19", (10, 20)), ("5-", (5, None)), ("-7", (-7, None)),
     ("0-999999999", (0, None)), ("-999999999", (0, None))],
)  # fmt: skip
def test_a_range_is_that_part_of_the_file(kie, clock, asked, span):
    task_id = kie.made()
    clock.sleep(3)
    url = kie.result(task_id)
    whole = kie.fetch(url)

    part = kie.fetch(url, range=f"bytes={asked}", if_range=whole.headers["etag"])

    assert 206 == part.status
    assert whole.body[slice(*span)] == part.body
    begin, end, size = map(int, re.findall(r"\d+", part.headers["content-range"]))
    assert whole.body[begin:] == part.body + whole.body[end + 1 :]
    assert len(part.body) == end + 1 - begin
    assert len(whole.body) == size
    assert whole.headers["etag"] == part.headers["etag"]


def test_an_impossible_range_is_a_416_and_no_range_is_the_whole_file(kie, clock):
    task_id = kie.made()
    clock.sleep(3)
    url = kie.result(task_id)
    size = len(kie.fetch(url).body)
    for asked in (f"bytes={size}-", "bytes=5-4", "bytes=-0"):
        answer = kie.fetch(url, range=asked)
        assert (416, b"") == (answer.status, answer.body)
        assert f"bytes */{size}" == answer.headers["content-range"]
    for headers in (
        {"range": "bytes=0-1,4-5"}, {"range": "bytes=-"}, {"range": "lines=1-2"},
        {"range": "bytes=0-1", "if_range": '"another"'},
    ):  # fmt: skip
        answer = kie.fetch(url, **headers)
        assert (200, size) == (answer.status, len(answer.body))


def fresh_link(kie, url):
    return kie.json("POST", "/api/v1/common/download-url", {"url": url})


def test_a_download_link_lives_for_twenty_minutes(kie, clock):
    task_id = kie.made()
    clock.sleep(3)
    url = kie.result(task_id)
    link = fresh_link(kie, url)["data"]
    assert re.fullmatch(re.escape(url) + r"\?expires=\d+&token=[0-9a-f]{32}", link)
    assert kie.fetch(url).body == kie.fetch(link).body
    assert 403 == kie.fetch(link[:-1] + "x").status
    assert 403 == kie.fetch(link.replace("expires=1", "expires=2")).status
    clock.sleep(1200)
    assert 403 == kie.fetch(link).status
    assert 200 == kie.fetch(url).status


def test_a_download_link_is_for_kie_ais_own_results(kie, clock):
    task_id = kie.made()
    clock.sleep(3)
    url = kie.result(task_id)
    upload = kie.upload(b"x")["data"]["downloadUrl"]
    clock.sleep(86_400)
    for wrong in ("https://example.org/r/a.png", upload, url, None, 5, ""):
        assert {"code": 422, "msg": "url is wrong", "data": None} == fresh_link(kie, wrong)


# Uploads


def test_an_upload_answers_in_the_recorded_shape_and_can_be_fetched(kie, clock):
    content = picture(3, 2, "x") + b"\r\n--cu\r\n\r\n"
    answer = kie.upload(content, name="3f57c22da7552610.png")
    path = "kieai/100042/images/kie-cli/3f57c22da7552610.png"
    assert answer == {
        "success": True,
        "code": 200,
        "msg": "File uploaded successfully",
        "data": {
            "success": True,
            "fileName": "3f57c22da7552610.png",
            "filePath": path,
            "downloadUrl": f"https://files.sandbox.invalid/{path}",
            "fileSize": len(content),
            "mimeType": "image/png",
            "uploadedAt": "2026-11-15T07:00:00.417Z",
        },
    }
    got = kie.fetch(answer["data"]["downloadUrl"])
    assert (200, content) == (got.status, got.body)
    assert "image/png" == got.headers["content-type"]
    assert content[4:9] == kie.fetch(answer["data"]["downloadUrl"], range="bytes=4-8").body
    assert 1000 == kie.balance()


def test_the_same_path_overwrites_and_after_a_day_the_file_is_gone(kie, clock):
    kie.upload(b"old")
    url = kie.upload(b"new", folder="/images/kie-cli/")["data"]["downloadUrl"]
    assert b"new" == kie.fetch(url).body
    clock.sleep(86_399)
    assert 200 == kie.fetch(url).status
    clock.sleep(1)
    assert 404 == kie.fetch(url).status
    kie.upload(b"other", "b.png")
    with kie.sandbox._store._open() as db:
        assert [(b"other",)] == db.execute("SELECT content FROM uploads").fetchall()


def test_a_file_without_a_name_gets_one_by_its_kind(kie):
    data = kie.upload(picture(1, 1, ""), name="")["data"]
    assert re.fullmatch(r"[0-9a-f]{16}\.png", data["fileName"])
    data = kie.upload(b"?", name="")["data"]
    assert re.fullmatch(r"[0-9a-f]{16}\.bin", data["fileName"])
    assert "application/octet-stream" == data["mimeType"]


def test_an_odd_name_is_no_path_of_this_machine(kie, tmp_path):
    data = kie.upload(b"x", name="../../ü ?.png", folder="..")["data"]
    assert b"x" == kie.fetch(data["downloadUrl"]).body
    assert ["sandbox"] == [path.name for path in tmp_path.iterdir()]


PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNQSFgAAAHEASFiX4r9AAAAAElFTkSuQmCC"
)


@pytest.mark.parametrize("text", [PIXEL, f"data:image/png;base64,{PIXEL}"])
def test_base64_is_uploaded_bare_or_as_a_data_url(kie, text):
    body = {"base64Data": text, "uploadPath": "images/kie-cli", "fileName": "p.png"}
    data = kie.json("POST", "/api/file-base64-upload", body)["data"]
    assert (69, "image/png") == (data["fileSize"], data["mimeType"])
    assert base64.b64decode(PIXEL) == kie.fetch(data["downloadUrl"]).body


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("stream", {}, "Missing required parameter: file"),
        ("base64", {}, "Missing required parameter: base64Data"),
        ("base64", {"base64Data": 5, "uploadPath": "x"}, "Missing required parameter: base64Data"),
        ("base64", {"base64Data": PIXEL}, "Missing required parameter: uploadPath"),
        ("base64", {"base64Data": "=?=", "uploadPath": "x"},
         "Base64 decoding failed: Invalid Base64 format"),
        ("url", {"uploadPath": "x"}, "Missing required parameter: fileUrl"),
        ("url", {"fileUrl": "https://example.org/a.png", "uploadPath": "x"},
         "the sandbox fetches nothing"),
    ],
)  # fmt: skip
def test_an_upload_that_lacks_something_says_what(kie, path, body, reason):
    answer = kie.json("POST", f"/api/file-{path}-upload", body)
    assert {"success": False, "code": 400, "msg": reason} == answer


def test_a_url_upload_copies_the_sandboxs_own_files(kie, clock):
    task_id = kie.made()
    clock.sleep(3)
    url = kie.result(task_id)
    body = {"fileUrl": url, "uploadPath": "x", "fileName": "copy.png"}
    data = kie.json("POST", "/api/file-url-upload", body)["data"]
    assert kie.fetch(url).body == kie.fetch(data["downloadUrl"]).body


# Scenarios


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("fail", "500", "Internal Error, Please try again later"),
        ("moderated", "422", "Invalid prompt: prompt contains prohibited content"),
    ],
)
def test_a_failed_task_says_why_and_gives_the_credits_back(kie, clock, name, code, message):
    ids = [kie.made(f"A jar sandbox:{name}.") for _ in range(8)]
    assert "waiting" == kie.look(ids[0])["data"]["state"]
    assert 960 == kie.balance()
    clock.sleep(3)
    assert 1000 == kie.balance()
    for data in (kie.look(task_id)["data"] for task_id in ids):
        assert ["fail", code, message] == [data[n] for n in ("state", "failCode", "failMsg")]
        assert ("", 0.0) == (data["resultJson"], data["creditsConsumed"])
        assert 3 == data.get("successFlag", 3)
        assert "response" not in data


def test_slow_takes_two_minutes(kie, clock):
    task_id = kie.made("sandbox:slow")
    clock.sleep(119)
    assert "generating" == kie.look(task_id)["data"]["state"]
    clock.sleep(1)
    assert "success" == kie.look(task_id)["data"]["state"]
    assert 120 == kie.look(task_id)["data"]["costTime"]


@pytest.mark.parametrize("by", ["prompt", "constructor"])
@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("no-credits", NO_CREDITS),
        ("maintenance", {"code": 455, "msg": "The system is under maintenance", "data": None}),
    ],
)
def test_a_closed_door_creates_nothing(caller, by, name, answer):
    kie = caller(name if by == "constructor" else None)
    prompt = f"sandbox:{name}" if by == "prompt" else "A jar"
    assert answer == kie.create(prompt)
    assert answer == kie.create(prompt)
    assert 1000 == kie.balance()


@pytest.mark.parametrize("by", ["prompt", "constructor"])
def test_rate_limit_refuses_the_first_of_a_burst(caller, clock, by):
    kie = caller("rate-limit" if by == "constructor" else None)
    word = " sandbox:rate-limit" if by == "prompt" else ""
    for _ in range(2):
        assert TOO_FAST == kie.create("A jar" + word)
        assert TOO_FAST == kie.create("Another jar" + word)
        clock.sleep(10)
        kie.made("A jar" + word)
        kie.made("Another jar" + word)
        clock.sleep(60)
    assert 980 == kie.balance()


def test_an_expired_link_can_be_made_anew(kie, clock):
    task_id = kie.made("sandbox:expired-link")
    clock.sleep(3)
    url = kie.result(task_id)
    assert 403 == kie.fetch(url).status
    assert 403 == kie.fetch(url + "?expires=9999999999").status
    answer = kie.fetch(fresh_link(kie, url)["data"])
    assert (200, (1024, 1024)) == (answer.status, image_size(answer.body))


def test_a_lost_answer_leaves_a_paid_task(caller, tmp_path, clock):
    kie = caller("lost-answer")
    given = {"prompt": "A jar", "aspect_ratio": "1:1", "resolution": "1K"}
    body = json.dumps({"model": "flux-2/pro-text-to-image", "input": given}).encode()
    answer = kie.send("POST", kie.sandbox.api + "/api/v1/jobs/createTask", body)
    assert answer.lost
    assert 995 == kie.balance()
    assert "waiting" == kie.look(json.loads(answer.body)["data"]["taskId"])["data"]["state"]
    assert not kie.send("GET", kie.sandbox.api + "/api/v1/chat/credit").lost


def test_a_flaky_server_breaks_the_first_and_the_third_look(kie):
    steady, flaky = kie.made(), kie.made("sandbox:flaky")
    url = f"{kie.sandbox.api}/api/v1/jobs/recordInfo?taskId={flaky}"
    looks = []
    for _ in range(5):
        answer = kie.send("GET", url)
        html = answer.body.startswith(b"<!DOCTYPE")
        looks.append((answer.status, None if html else json.loads(answer.body)["code"]))
        assert 200 == kie.look(steady)["code"]
    assert [(502, None), (200, 200), (200, 500), (200, 200), (200, 200)] == looks


def test_the_word_in_the_prompt_wins_and_an_unknown_one_is_ignored(caller, clock):
    kie = caller("maintenance")
    failing = kie.made("A jar sandbox:nothing sandbox:fail")
    assert 455 == kie.create("A jar sandbox:nothing")["code"]
    clock.sleep(3)
    assert "fail" == kie.look(failing)["data"]["state"]


def test_a_scenario_stays_with_its_task(caller, clock):
    task_id = caller("fail").made()
    clock.sleep(3)
    assert "fail" == caller().look(task_id)["data"]["state"]


def test_an_unknown_scenario_is_refused_with_the_likely_one(tmp_path, clock):
    with pytest.raises(WrongInput) as caught:
        Sandbox(tmp_path, clock, scenario="lost-anwser")
    assert "Did you mean lost-answer?" in caught.value.hints
    assert all(name in caught.value.hints[-1] for name in SCENARIOS)
    with pytest.raises(WrongInput) as caught:
        Sandbox(tmp_path, clock, scenario="zzzzzz")
    assert 1 == len(caught.value.hints)
    assert not list(tmp_path.iterdir())


def test_an_empty_scenario_is_none(caller):
    caller("").made()


# Memory


def test_two_sandboxes_on_one_folder_share_everything(caller, clock):
    one, other = caller(), caller()
    task_id = one.made()
    assert 200 == other.look(task_id)["code"]
    assert 995 == other.balance()
    assert 1000 == caller(folder="another").balance()


def test_a_sandbox_that_is_founded_twice_keeps_its_memory(kie, tmp_path):
    kie.made()
    kie.sandbox._store._found()  # as a second process does that saw no file yet
    assert 995 == kie.balance()
    assert ["sandbox.sqlite3"] == [path.name for path in (tmp_path / "sandbox").iterdir()]


def test_the_memory_is_for_its_owner_alone(kie, tmp_path):
    kie.upload(b"x")
    assert 0o700 == (tmp_path / "sandbox").stat().st_mode & 0o777
    files = list((tmp_path / "sandbox").iterdir())
    assert ["sandbox.sqlite3"] == [file.name for file in files]
    assert {0o600} == {file.stat().st_mode & 0o777 for file in files}


def test_a_folder_that_cannot_be_used_is_said_so(tmp_path, clock):
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalFiles, match="Nothing was sent"):
        Sandbox(tmp_path / "file", clock)
    (tmp_path / "sandbox.sqlite3").write_bytes(b"no database" * 100)
    sandbox = Sandbox(tmp_path, clock)
    with pytest.raises(LocalFiles, match="not a database"):
        sandbox._store.balance(0)


PROCESS = """
import json, sys
from pathlib import Path
from kie_cli.core.exchange import Request
from kie_cli.sandbox.service import Sandbox

class Clock:
    time = float(sys.argv[2])
    def now(self):
        self.time += 1
        return self.time

sandbox = Sandbox(Path(sys.argv[1]), Clock())
body = json.dumps({"model": "flux-2/pro-text-to-image",
    "input": {"prompt": "A jar", "aspect_ratio": "1:1", "resolution": "1K"}}).encode()
for _ in range(10):
    request = Request("POST", sandbox.api + "/api/v1/jobs/createTask",
        {"authorization": "Bearer not-a-real-key"}, body)
    print(json.loads(sandbox.handle(request).body)["data"]["taskId"])
"""


def test_four_processes_at_once_lose_nothing(caller, tmp_path, clock):
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, tmp_path / "sandbox", str(clock.time + 100 * n)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(4)
    ]
    ids = [task_id for process in started for task_id in process.communicate(timeout=60)[0].split()]

    clock.sleep(1000)
    kie = caller()
    assert 40 == len(set(ids))
    assert {"success"} == {kie.look(task_id)["data"]["state"] for task_id in ids}
    assert 1000 - 40 * 5 == kie.balance()


def test_threads_at_once_never_pass_the_limit(kie):
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda n: kie.create(f"Jar {n}")["code"], range(40)))
    assert [200] * 20 + [429] * 20 == sorted(codes)
    assert 900 == kie.balance()
