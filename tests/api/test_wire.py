from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pytest
from fakes import FakeClock
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Reply, example

from kie_cli.api.client import Client
from kie_cli.api.transport import Transport
from kie_cli.api.wire import read_task, urls_in
from kie_cli.core.clock import SystemClock
from kie_cli.core.exchange import Response
from kie_cli.core.task import Failure, Task
from kie_cli.errors import KieError, UnexpectedAnswer, Unreachable

EXAMPLES = Path(__file__).parent.parent / "examples"
ID, DOCUMENTED = "addc9644bab1bc844d49d901a336b8db", "task_flux-2_1794726000417"
FLUX = "flux-2/pro-image-to-image"
PROMPT = "Put the label of image 2 on the glass bottle of image 1, keep the morning light as it is"
RESULT = (
    "https://tempfile.aiquickdraw.com/r/e9fb33371be34c094a812f4e966193e9_1794726031_4k7wq2zd.png"
)
GENERATED = (
    "https://tempfile.aiquickdraw.com/g/users/0b7e4c1a-5d2f-4f8e-9a36-2c1d70e8b954/generated/"
)
MASK = "https://tempfile.aiquickdraw.com/r/6a7d90c2976f4243950d2daea423d192_1794726004_p8x0c5va.png"
TRAIN = {
    "resultUrls": None,
    "resultObject": {
        "lyricsData": [{"text": "The slow train leaves at nine\nand nobody minds"}],
    },
}


def flux(state, **more):
    return Task(more.pop("task_id", ID), state, model=FLUX, prompt=PROMPT,
                created_at=1794726000.417, **more)  # fmt: skip


def other(task_id, model, completed, urls, result, prompt=None):
    return Task(task_id, "success", model=model, urls=urls, result=result, prompt=prompt,
                created_at=1794726000.417, completed_at=completed)  # fmt: skip


SUCCESS = {"urls": (RESULT,), "result": {"resultUrls": [RESULT]}, "completed_at": 1794726031.805}
TWO = tuple(
    f"{GENERATED}{name}/image.jpg"
    for name in ("6f1d92c4-83ab-4e57-b0c9-1e5a7d3f4b28", "e20b5a97-4c6d-4b13-8f7e-a95d0c6231fe")
)
TASKS = {
    "record.waiting": flux("waiting", credits=5.0),
    "record.queuing": flux("queuing", credits=5.0),
    "record.generating": flux("generating", credits=5.0),
    "record.success": flux("success", **SUCCESS),
    "record.success-with-response": flux("success", credits=5.0, **SUCCESS),
    "record.success-documented": flux("success", task_id=DOCUMENTED, **SUCCESS),
    "record.success-no-url": flux(
        "success", result={"resultUrls": []}, completed_at=1794726031.805
    ),
    "record.success-two-files": other(
        "0114329618e92bfaaa0834ae602003a8", "grok-imagine/image-to-image", 1794726024.947, TWO,
        {"resultUrls": list(TWO)}, "The bottle in a snow globe",
    ),
    "record.success-object-urls": other(
        "1b3be057a836c5d72b3b91f72133801e", "omnihuman-1-5/human-identification", 1794726004.627,
        (MASK,), {"resultObject": {"mask_urls": [MASK]}},
    ),
    "record.success-text": other(
        "680941f80b4b82ef99080d4c79142221", "ai-music-api/generate-lyrics", 1794726004.627, (),
        TRAIN, "A short song about a slow train",
    ),
    "record.fail": flux(
        "fail", credits=0.0, completed_at=1794726009.537,
        error=Failure("task_failed", "500", "Internal Error, Please try again later"),
    ),
    "record.fail-moderation": flux(
        "fail", task_id="task_flux-2_1794726000988", completed_at=1794726003.617,
        error=Failure("task_failed", "422", "Invalid prompt: prompt contains prohibited content"),
    ),
    "callback.success": flux("success", credits=5.0, **SUCCESS),
    "callback.fail": Task(
        ID, "fail", model=FLUX, prompt=PROMPT,
        error=Failure("task_failed", "GENERATION_FAILED", "The generation task failed."),
    ),
    "callback.fail-older": flux(
        "fail", completed_at=1794726009.537,
        error=Failure("task_failed", "500", "Internal server error"),
    ),
}  # fmt: skip


def read(data, asked=ID):
    return read_task(data, asked)


def test_there_is_a_task_for_each_example_that_tells_of_one():
    told = {
        path.stem
        for pattern in ("record.*.json", "callback.*.json")
        for path in EXAMPLES.glob(pattern)
        if (example(path.stem).get("data") or {}).get("taskId")
    }
    assert told == set(TASKS)


@pytest.mark.parametrize("name", TASKS)
def test_each_example_is_read_as_its_task(name):
    assert TASKS[name] == read(example(name)["data"])._replace(input=None)


@pytest.mark.parametrize(
    "data",
    [
        {"param": {"input": {"prompt": "hat"}}},
        {"param": '{"input":{"prompt":"hat"}}'},
        {"param": '{"input":"{\\"prompt\\":\\"hat\\"}"}'},
        {"param": {"input": '{"prompt":"hat"}'}},
    ],
)
def test_the_input_may_have_been_put_into_text_once_or_twice(data):
    assert (read(data).prompt, read(data).input) == ("hat", {"prompt": "hat"})


A, B, C = ("https://example.org/a.png", "http://example.org/b.png", "HTTPS://example.org/c.png")


@pytest.mark.parametrize(
    ("data", "urls", "result"),
    [
        ({}, (), None),
        ({"resultJson": None}, (), None),
        ({"resultJson": ""}, (), None),
        ({"resultJson": "{}"}, (), None),
        ({"resultJson": "null"}, (), None),
        ({"resultJson": "not JSON"}, (), None),
        ({"resultJson": '{"resultUrls":["' + A}, (), None),
        ({"resultJson": "\ud800"}, (), None),
        ({"resultJson": 7}, (), 7),
        ({"resultJson": [A]}, (), [A]),
        ({"resultJson": {"resultUrls": [A]}}, (A,), {"resultUrls": [A]}),
        ({"resultJson": '{"resultUrls":"' + A + '"}'}, (A,), {"resultUrls": A}),
        ({"response": {"resultUrls": [A]}, "resultJson": "{}"}, (A,), {"resultUrls": [A]}),
        ({"response": {"x": 1}, "resultJson": {"resultUrls": [B]}}, (), {"x": 1}),
        ({"response": {}, "resultJson": {"resultUrls": [B]}}, (B,), {"resultUrls": [B]}),
        ({"response": "text", "resultJson": {"resultUrls": [B]}}, (B,), {"resultUrls": [B]}),
        ({"response": [A], "resultJson": {"resultUrls": [B]}}, (B,), {"resultUrls": [B]}),
    ],
)
def test_the_result_is_the_response_or_the_result_json(data, urls, result):
    found = read({"state": "success", **data})

    assert (found.urls, found.result) == (urls, result)


@pytest.mark.parametrize(
    ("result", "urls"),
    [
        ({"firstFrameUrl": B, "resultUrls": [A]}, [A, B]),
        ({"resultUrls": [A, B, A], "lastFrameUrl": [B, C]}, [A, B, C]),
        ({"data": [{"audio_url": A}, {"audio_url": B}]}, [A, B]),
        ({"deep": {"mask_urls": [B], "er": {"coverUrl": A}}, "thumbUrls": C}, [B, A, C]),
        ({"resultWaterMarkUrls": [A]}, [A]),
        ({"text": A, "url": B, "URLS": C, "Urlx": A}, []),
        ({"resultUrls": ["ftp://x/a", "data:image/png;base64,AA", "/a", "", 7, None, [A]]}, []),
        ({"resultUrls": {"imageUrl": A}}, [A]),
        ([{"imageUrl": A}], [A]),
        (A, []),
        (None, []),
    ],
)
def test_urls_are_found_in_order_without_repeats(result, urls):
    assert urls == urls_in(result)


@pytest.mark.parametrize(
    ("state", "shown"),
    [("done", "done"), ("SUCCESS", "SUCCESS"), ("", "(no state)"), (None, "(no state)"),
     (3, "3"), (0, "0"), (False, "false"), ([], "[]"), ({"a": 1}, '{"a": 1}'), (1.5, "1.5")],
)  # fmt: skip
def test_an_unknown_state_is_shown_as_it_came_and_runs_on(state, shown):
    found = read({"state": state, "completeTime": 1794726031805, "resultJson": {"aUrl": A}})

    assert (found.state, found.ended) == (shown, False)
    assert (found.completed_at, found.urls) == (None, ())


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"failCode": 500, "failMsg": "no"}, Failure("task_failed", "500", "no")),
        ({"failCode": 0, "failMsg": ""}, Failure("task_failed", "0", "kie.ai gave no reason")),
        (
            {"failCode": None, "failMsg": None},
            Failure("task_failed", None, "kie.ai gave no reason"),
        ),
        ({"failCode": "", "failMsg": {"a": 1}}, Failure("task_failed", None, '{"a": 1}')),
        ({"failCode": [], "failMsg": ["x"]}, Failure("task_failed", "[]", '["x"]')),
    ],
)
def test_a_failure_has_a_code_and_a_reason_of_any_kind(data, error):
    assert read({"state": "fail", **data}).error == error


@pytest.mark.parametrize("cost", [31, 31000, None, "31", -1])
def test_the_cost_time_is_not_believed(cost):
    found = read({"state": "success", "costTime": cost, "createTime": 1000, "completeTime": 9000})

    assert found.elapsed == 8.0


@pytest.mark.parametrize("value", ["5", True, None, [], {}, 10**400, ""])
def test_a_number_of_another_type_is_not_there(value):
    found = read({"createTime": value, "completeTime": value, "creditsConsumed": value})

    assert (found.created_at, found.completed_at, found.credits) == (None, None, None)


# through the client


def look(body: bytes, status: int = 200, task_id: str = ID) -> Task:
    transport = Transport(
        key=None, signed=(), user_agent="kie-cli/0", clock=SystemClock(),
        handle=lambda _: Response(status, {}, body),
    )  # fmt: skip
    return Client(transport, FakeClock(), api="https://api", upload="https://up").get_task(task_id)


ODD = [None, "", "text", 0, 1, -1, 3.5, 10**400, True, False, [], ["a"], {}, {"a": None}, "{",
       "[[[", '"', "\ud800", "x" * 5000]  # fmt: skip


@pytest.mark.parametrize("name", TASKS)
def test_an_example_with_any_member_spoiled_is_a_task_or_a_known_error(name):
    sound = {**example(name), "code": 200}
    bodies = []
    for member in sound["data"]:
        missing = deepcopy(sound)
        del missing["data"][member]
        bodies.append(missing)
        bodies += [{**sound, "data": {**sound["data"], member: value}} for value in ODD]
    bodies += [{**sound, "data": {**sound["data"], "new": value}} for value in ODD]
    bodies += [{**sound, "data": value} for value in ODD]
    bodies += [{**sound, "code": value} for value in ODD]
    asked, tasks = sound["data"]["taskId"], 0
    for body in bodies:
        try:
            found = look(json.dumps(body).encode(), task_id=asked)
        except KieError:
            continue
        tasks += 1
        assert found.task_id == asked
        assert all(isinstance(url, str) for url in found.urls)
        json.dumps(found.as_json())
    assert tasks > len(bodies) * 0.7


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
MEMBERS = st.sampled_from(
    [
        "taskId", "model", "state", "param", "resultJson", "response", "failCode", "failMsg",
        "createTime", "completeTime", "creditsConsumed", "progress", "costTime",
    ]
)  # fmt: skip


@settings(deadline=None)
@given(
    VALUES
    | st.dictionaries(MEMBERS, VALUES | VALUES.map(json.dumps))
    | st.dictionaries(MEMBERS, VALUES).map(lambda data: {**data, "state": "success", "taskId": ID})
)
def test_arbitrary_json_is_a_task_or_a_known_error(data):
    try:
        found = look(json.dumps({"code": 200, "data": data}).encode())
    except (UnexpectedAnswer, Unreachable):
        return
    assert found.task_id == ID
    assert json.loads(found.raw)["code"] == 200
    json.dumps(found.as_json())


@settings(deadline=None)
@given(VALUES)
def test_urls_in_arbitrary_json_are_distinct_web_addresses(value):
    urls = urls_in({"resultUrls": value, "xUrl": value})

    assert len(urls) == len(set(urls))
    assert all(url.lower().startswith(("http://", "https://")) for url in urls)


def test_an_answer_about_another_task_says_nothing(client, server):
    server.plays(ID, Reply(server.record("another", "success")), "success")

    with pytest.raises(UnexpectedAnswer) as caught:
        client.get_task(ID)

    assert caught.value.again
    assert client.get_task(ID).state == "success"


@pytest.mark.parametrize("data", [None, [], "text", 7])
def test_a_success_without_data_says_nothing(data):
    with pytest.raises(UnexpectedAnswer) as caught:
        look(json.dumps({"code": 200, "data": data}).encode())

    assert caught.value.again


def test_kie_ais_own_answer_is_kept(client, server):
    body = json.dumps(example("record.success"), indent=1)
    server.answer("recordInfo", b"\xef\xbb\xbf" + body.encode())

    assert client.get_task(ID).raw == body
    [asked] = server.requests
    assert (asked.method, asked.path, asked.query) == (
        "GET",
        "/api/v1/jobs/recordInfo",
        {"taskId": [ID]},
    )


def test_an_id_cannot_add_to_the_query(client, server):
    with pytest.raises(KieError):
        client.get_task("a&b=c#d/é ?")

    assert server.requests[0].query == {"taskId": ["a&b=c#d/é ?"]}
