from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import EXAMPLES, TASK, example

from kie_cli.core.secret import Secret
from kie_cli.core.signature import (
    SIGNATURE,
    TIMESTAMP,
    TOLERANCE,
    BadSignature,
    NotACallback,
    signature,
    signed_task,
)

VECTOR = example("callback.signature-vector")
KEY = Secret(VECTOR["webhookHmacKey"])
HEADERS = {name.lower(): value for name, value in VECTOR["headers"].items()}
BODY = (EXAMPLES / "callback.success.json").read_bytes()
SENT = int(VECTOR["headers"][TIMESTAMP])


def test_the_documented_example_is_right():
    assert TASK == VECTOR["taskId"] == signed_task(KEY, HEADERS, BODY, SENT)
    assert VECTOR["headers"][SIGNATURE] == signature(KEY, TASK, str(SENT))


@pytest.mark.parametrize("name", ["callback.success", "callback.fail", "callback.fail-older"])
def test_each_generation_of_the_body_names_its_task(name):
    assert TASK == signed_task(KEY, HEADERS, json.dumps(example(name)).encode(), SENT)


def test_the_id_may_be_spelled_as_in_the_sample_code():
    body = json.dumps({"data": {"task_id": TASK}}).encode()
    assert TASK == signed_task(KEY, HEADERS, body, SENT)


def test_of_two_ids_the_one_that_is_signed_is_given():
    body = json.dumps({"data": {"taskId": TASK, "task_id": "another"}}).encode()
    assert TASK == signed_task(KEY, HEADERS, body, SENT)
    body = json.dumps({"data": {"taskId": "another", "task_id": TASK}}).encode()
    with pytest.raises(BadSignature):
        signed_task(KEY, HEADERS, body, SENT)


@pytest.mark.parametrize("age", [-TOLERANCE, 0, TOLERANCE])
def test_five_minutes_either_way_are_tolerated(age):
    assert signed_task(KEY, HEADERS, BODY, SENT + age)


@pytest.mark.parametrize(
    ("age", "said"), [(301, "5 min 1 s old"), (-3601, "1 h ahead of this machine's clock")]
)
def test_what_is_older_or_from_the_future_is_refused_by_its_age(age, said):
    with pytest.raises(BadSignature, match=f"is right, but {said}.*: more than 5 min"):
        signed_task(KEY, HEADERS, BODY, SENT + age)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({SIGNATURE: ""}, "not signed"),
        ({TIMESTAMP: " "}, "not signed"),
        ({TIMESTAMP: str(SENT + 1)}, "signature is wrong"),
        ({TIMESTAMP: "٣"}, "no time"),
        ({TIMESTAMP: "-1"}, "no time"),
        ({TIMESTAMP: "9" * 5000}, "no time"),
        ({TIMESTAMP: "1e9"}, "no time"),
        ({SIGNATURE: HEADERS[SIGNATURE.lower()].rstrip("=")}, "signature is wrong"),
        ({SIGNATURE: HEADERS[SIGNATURE.lower()].swapcase()}, "signature is wrong"),
        ({SIGNATURE: "é\udc80"}, "signature is wrong"),
    ],
)
def test_any_other_header_is_refused(change, said):
    headers = HEADERS | {name.lower(): value for name, value in change.items()}
    with pytest.raises(BadSignature, match=said):
        signed_task(KEY, headers, BODY, SENT)


def test_another_key_is_refused():
    with pytest.raises(BadSignature, match="another webhook key"):
        signed_task(Secret("another-key"), HEADERS, BODY, SENT)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"null", b"[]", b"{}", b'{"data":null}', b'{"data":{}}', b"\xff\xfe"),
        *(b'{"data":{"taskId":7}}', b'{"data":{"taskId":"../x"}}', b'{"data":{"taskId":""}}'),
        *(b"[" * 100_000, b'{"data":{"taskId":"a","taskId":"b"}}'),
    ],
)
def test_a_body_without_a_task_is_no_callback(body):
    with pytest.raises(NotACallback):
        signed_task(KEY, HEADERS, body, SENT)


@given(st.binary(max_size=200), st.text(max_size=50), st.text(max_size=50))
def test_nothing_from_outside_passes_or_crashes(body, sent, given_signature):
    for content in (body, BODY):
        with pytest.raises((NotACallback, BadSignature)):
            signed_task(
                KEY, {TIMESTAMP.lower(): sent, SIGNATURE.lower(): given_signature}, content, SENT
            )
