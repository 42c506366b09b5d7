from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_cli.core.task import TASK_ID
from kie_cli.core.verdict import (
    CREATE_WINDOW,
    NOTHING,
    Accepted,
    Answer,
    NotSent,
    Refused,
    Uncertain,
    create_verdict,
    next_try,
    read,
)
from kie_cli.errors import (
    BadKey,
    ExitCode,
    KieError,
    NoCredits,
    NoSuchTask,
    TaskFailed,
    UnexpectedAnswer,
    Unreachable,
    WrongInput,
)

EXAMPLES = Path(__file__).parent.parent / "examples"
HTTP = [200, 201, 300, 301, 400, 401, 402, 404, 413, 422, 429, 500, 502, 503]
REFUSALS = {
    400: 2, 401: 4, 402: 5, 404: 2, 422: 2, 429: 7, 430: 7, 433: 5, 455: 7, 505: 7,
}  # fmt: skip
CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"


def answer(code, msg="made-up words", status=200, **more):
    return Answer(status, json.dumps({"code": code, "msg": msg, **more}).encode())


def exit_code(outcome):
    """The exit code that an outcome of createTask leads to."""
    match outcome:
        case Accepted():
            return 0
        case Refused(error=error):
            assert NOTHING in error.message
            return error.exit_code
        case Uncertain():
            return 9


# createTask: codes


@pytest.mark.parametrize("status", HTTP)
@pytest.mark.parametrize(("code", "wanted"), REFUSALS.items())
def test_a_refusing_code_decides_whatever_http_says(code, wanted, status):
    for sent in (code, str(code)):
        outcome = create_verdict(answer(sent, status=status))

        assert wanted == exit_code(outcome)
        assert outcome.again == (code in {429, 430})
        assert outcome.error.code == code
        assert "made-up words" in outcome.error.message


@pytest.mark.parametrize("status", HTTP)
@pytest.mark.parametrize("code", [200, "200"])
def test_success_needs_http_2xx_besides(code, status):
    outcome = create_verdict(answer(code, status=status, data={"taskId": "t-1"}))

    assert outcome == Accepted("t-1") if status in {200, 201} else exit_code(outcome) == 9


@pytest.mark.parametrize("status", HTTP)
@pytest.mark.parametrize("code", [0, 1, 100, 199, 201, 204, 408, 451, 500, 501, 502, 999, -200])
def test_any_other_code_proves_nothing(code, status):
    outcome = create_verdict(answer(code, 'internal "error"', status, data={"taskId": "t-1"}))

    assert isinstance(outcome, Uncertain)
    assert outcome.what == f'kie.ai answered code {code}: "internal "error""'


@given(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["0200", " 200", "200.0", "0401", "2e2", 200.0, 401.0, 422.0, "२००"])
)  # fmt: skip
def test_no_other_scalar_is_a_success_or_a_refusal(code):
    known = {200, "200", *REFUSALS, *map(str, REFUSALS)}
    if code in known and not isinstance(code, (float, bool)):
        return
    assert isinstance(create_verdict(answer(code, data={"taskId": "t-1"})), Uncertain)


@given(
    st.integers(100, 599),
    st.one_of(st.sampled_from([200, *REFUSALS, 500, 501]), st.integers(0, 999)),
    st.text(max_size=40),
)
def test_http_and_code_together_follow_the_table(status, code, msg):
    wanted = 9 if code in {500, 501} else REFUSALS.get(code, 9)
    if code == 200 and 200 <= status < 300:
        wanted = 0
    if code in {500, 501} and msg.strip().lower().endswith("is required"):
        return  # the table of texts
    assert wanted == exit_code(create_verdict(answer(code, msg, status, data={"taskId": "t"})))


EXAMPLE_CODES = {
    "create.401": 4, "create.402": 5, "create.404": 2, "create.422-unknown-model": 2,
    "create.422-unpublished": 2, "create.422-validation": 2, "create.429": 7, "create.430": 7,
    "create.433": 5, "create.455": 7, "create.500-credits": 5, "create.500-generic": 9,
    "create.500-maintenance": 7, "create.500-paused": 7, "create.500-validation": 2,
    "create.501": 9, "create.505": 7, "create.ok-documented": 0, "create.ok": 0,
}  # fmt: skip


def test_there_is_a_verdict_for_each_example():
    assert set(EXAMPLE_CODES) == {path.stem for path in EXAMPLES.glob("create.*.json")}


@pytest.mark.parametrize("name", EXAMPLE_CODES)
def test_each_published_answer_has_its_exit_code(name):
    outcome = create_verdict(Answer(200, (EXAMPLES / f"{name}.json").read_bytes()))

    assert EXAMPLE_CODES[name] == exit_code(outcome)


def test_the_two_published_ids_are_read():
    ids = [
        create_verdict(Answer(200, (EXAMPLES / f"create.{name}.json").read_bytes())).task_id
        for name in ("ok", "ok-documented")
    ]
    assert ids == ["addc9644bab1bc844d49d901a336b8db", "task_flux-2_1794726000417"]


def test_an_unfit_key_and_an_empty_account_name_what_to_do():
    assert any("kie config set token" in hint for hint in refusal(401).hints)
    assert any("kie credits" in hint for hint in refusal(402).hints)
    assert any("https://kie.ai/api-key" in hint for hint in refusal(433).hints)
    assert refusal(455).hints


def refusal(code):
    return create_verdict(answer(code)).error


def test_retry_after_goes_along_with_a_request_to_slow_down():
    for code in (429, 430):
        outcome = create_verdict(Answer(429, answer(code).body, retry_after=12.5))
        assert outcome.error.retry_after == 12.5


# createTask: the texts of code 500 and 501

MODEL = (
    "The model name you specified is not supported. Please verify your input and use one of the "
    "supported models provided by KIE."
)
TEXTS = [
    ("aspect_ratio is required", 2),
    ("input.image_urls[0] is required", 2),
    ("image-url is required", 2),
    ("This field is required", 2),
    ("x" * 80 + " is required", 2),
    ("  prompt is required\n", 2),
    (MODEL, 2),
    ("The page does not exist or is not published", 2),
    ("Sorry: the page does not exist or is not published.\nBye", 2),
    ("Credits insufficient : top up", 5),
    (f"Your current balance isn{CURLY}t enough to run this request.", 5),
    ("Your current balance isn't enough to run this request.", 5),
    ("The server is currently being maintained, please try again later~", 7),
    ("This interface is temporarily paused.", 7),
]
CHANGED = [
    "aspect_ratio was required", "aspect_ratio is required.", "aspect ratio is required",
    "the prompt is required", "the field is required", "is required", "a/b is required",
    "x" * 81 + " is required", "a login is required", "prompt is required, try again later",
    "The model name you specified is now supported", "The model you specified is not supported",
    "The page does not exist or is not public", "The page does not exist",
    "Credits sufficient", "credits may be insufficient", "Your balance isnt enough",
    "Your balance isn`t enough", "Your balance is enough",
    "The server is currently maintained", "The server is being restarted",
    "This interface is temporarily down", "This interface is paused",
    "Server exception, please try again later", "Internal Error, Please try again later", "",
]  # fmt: skip


@pytest.mark.parametrize("code", [500, 501, "500"])
@pytest.mark.parametrize(("text", "wanted"), TEXTS)
def test_a_known_text_decides_a_code_500(text, wanted, code):
    for said in (text, text.upper(), text.lower()):
        assert wanted == exit_code(create_verdict(answer(code, said)))


@pytest.mark.parametrize("code", [500, 501])
@pytest.mark.parametrize("text", CHANGED)
def test_a_text_with_a_word_changed_proves_nothing(text, code):
    assert isinstance(create_verdict(answer(code, text)), Uncertain)


@pytest.mark.parametrize("code", [0, 408, 451, 502, 503, 999])
@pytest.mark.parametrize(("text", "wanted"), TEXTS)
def test_the_texts_count_under_500_and_501_alone(text, wanted, code):
    assert isinstance(create_verdict(answer(code, text)), Uncertain)


def test_a_code_501_says_that_the_generation_failed():
    assert create_verdict(answer(501)).hint == "kie.ai says the generation failed."
    assert create_verdict(answer(500)).hint is None


# createTask: success without a usable id


@pytest.mark.parametrize(
    "data",
    [
        None, {}, [], "t-1", 7, {"taskId": None}, {"taskId": ""}, {"taskid": "t-1"},
        {"recordId": "t-1"}, {"taskId": 7}, {"taskId": ["t-1"]}, {"taskId": {"id": "t-1"}},
        {"taskId": True}, {"taskId": "a/b"}, {"taskId": "../a"}, {"taskId": ".a"},
        {"taskId": "-rf"}, {"taskId": "a b"}, {"taskId": "a\n"}, {"taskId": "a\x1b[2J"},
        {"taskId": "a\ud800"}, {"taskId": "é"}, {"taskId": "a" * 201}, {"taskId": "a" * 900_000},
        {"taskId": "a?b"}, {"taskId": "a%2e"}, {"taskId": "C:\\x"}, {"taskId": "a\0"},
    ],
)  # fmt: skip
def test_a_yes_without_a_usable_id_is_uncertain(data):
    wanted = Uncertain("kie.ai said yes but gave no usable task id")
    assert wanted == create_verdict(answer(200, "success", data=data))


def test_a_yes_without_data_is_uncertain():
    assert isinstance(create_verdict(answer(200)), Uncertain)


@given(st.text() | st.from_regex(TASK_ID, fullmatch=True))
def test_any_text_is_an_id_by_the_documented_alphabet_only(text):
    outcome = create_verdict(answer(200, data={"taskId": text, "recordId": "x", "new": [1]}))

    fits = (
        0 < len(text) <= 200
        and all(c.isascii() and (c.isalnum() or c in "._:-") for c in text)
        and text[0] not in ".-"
    )
    assert isinstance(outcome, Accepted) == fits
    if fits:
        assert outcome.task_id == text


# createTask: no envelope


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 404, 407, 429, 500, 502, 520, 530])
@pytest.mark.parametrize(
    "body",
    [
        b"<html>\n<h1>Bad  Gateway</h1></html>", b"", b'{"msg":"ok"}', b'{"code":429', b"[]",
        b'{"code":401,"code":401}',
    ],
)  # fmt: skip
def test_an_answer_that_is_no_envelope_proves_nothing(status, body):
    outcome = create_verdict(Answer(status, body))

    seen = " ".join(body.decode().split())
    assert isinstance(outcome, Uncertain)
    assert outcome.what == f'kie.ai\'s answer could not be read (HTTP {status}: "{seen}")'


@pytest.mark.parametrize("status", [413, 414, 431])
def test_too_large_is_said_as_a_hint_only(status):
    outcome = create_verdict(Answer(status, b"<html>"))

    seen = f'kie.ai\'s answer could not be read (HTTP {status}: "<html>")'
    assert Uncertain(seen, "The answer says that the request was too large.") == outcome


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 399])
@pytest.mark.parametrize(("target", "named"), [("evil.example", " to evil.example"), (None, "")])
def test_a_redirect_names_its_target_and_the_setting(status, target, named):
    outcome = create_verdict(Answer(status, b"", target=target))

    assert isinstance(outcome, Uncertain)
    assert outcome.hint == f"It was a redirect{named}, which kie never follows: see KIE_BASE_URL."


@pytest.mark.parametrize("status", [200, 299, 400, 401, 412, 415, 500])
def test_no_other_page_has_a_hint(status):
    assert create_verdict(Answer(status, b"<html>", target="a.example")).hint is None


# may it be sent again?

BUSY = Unreachable("busy")


def busy(retry_after):
    return Refused(Unreachable("busy", retry_after=retry_after), again=True)


@pytest.mark.parametrize(
    ("outcome", "attempt", "elapsed", "jitter", "pause"),
    [
        (NotSent("refused", again=True), 1, 0.0, 0.5, 0.25),
        (NotSent("refused", again=True), 2, 1.0, 0.5, 0.5),
        (NotSent("refused", again=True), 2, 1.0, 0.0, 0.0),
        (NotSent("refused", again=True), 3, 1.0, 0.5, None),
        (NotSent("refused", again=True), 2, 59.0, 0.5, 0.5),
        (NotSent("refused", again=True), 2, 59.6, 0.5, None),
        (NotSent("certificate"), 1, 0.0, 0.5, None),
        (busy(None), 1, 0.0, 0.0, 10.0),
        (busy(None), 1, 0.0, 0.5, 12.5),
        (busy(None), 2, 47.4, 0.5, 12.5),
        (busy(None), 2, 47.5, 0.5, None),
        (busy(None), 3, 0.0, 0.5, None),
        (busy(0.0), 1, 0.0, 0.5, 0.0),
        (busy(59.9), 1, 0.0, 0.5, 59.9),
        (busy(60.0), 1, 0.0, 0.5, None),
        (busy(30.0), 2, 31.0, 0.5, None),
        (busy(315360000.0), 1, 0.0, 0.5, None),
        (Refused(BUSY), 1, 0.0, 0.5, None),
        (Refused(WrongInput("bad", again=True)), 1, 0.0, 0.5, None),
        (Uncertain("no answer"), 1, 0.0, 0.5, None),
        (Accepted("t-1"), 1, 0.0, 0.5, None),
    ],
)
def test_the_closed_table_of_second_tries(outcome, attempt, elapsed, jitter, pause):
    assert pause == next_try(outcome, attempt, elapsed, jitter)


TIMES = st.floats(0, 1e9)
NEVER = st.one_of(
    st.builds(Uncertain, st.text(), st.none() | st.text()),
    st.builds(Accepted, st.text()),
    st.builds(NotSent, st.text(), st.just(value=False)),
    st.sampled_from([WrongInput, BadKey, NoCredits, Unreachable]).map(
        lambda kind: Refused(kind("no", again=True, retry_after=1.0))
    ),
)


@given(NEVER, st.integers(1, 9), TIMES, st.floats(0, 1, exclude_max=True))
def test_nothing_else_is_ever_sent_again(outcome, attempt, elapsed, jitter):
    assert next_try(outcome, attempt, elapsed, jitter) is None


@given(
    st.sampled_from([400, 401, 402, 404, 422, 433, 455, 505, 500, 501, 200, 408, 999]),
    st.sampled_from([text for text, _ in TEXTS] + CHANGED),
    st.integers(200, 599),
)
def test_no_answer_but_429_and_430_leads_to_a_second_try(code, msg, status):
    outcome = create_verdict(Answer(status, answer(code, msg).body, retry_after=1.0))

    assert next_try(outcome, 1, 0.0, 0.5) is None


@given(
    st.sampled_from([NotSent("refused", again=True)]) | st.builds(busy, st.none() | TIMES),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.floats(0, 30)), min_size=9),
)
def test_all_tries_are_three_at_most_and_start_within_a_minute(outcome, steps):
    elapsed, attempt = 0.0, 1
    for jitter, duration in steps:
        elapsed += duration
        pause = next_try(outcome, attempt, elapsed, jitter)
        if pause is None:
            break
        elapsed += pause
        attempt += 1
        assert elapsed < CREATE_WINDOW
    assert attempt <= 3


# requests that cost nothing

GO_ON = True
POLLS = [  # code, its text, error, exit code, whether waiting goes on
    (400, "taskId is required", WrongInput, 2, False),
    (401, "Unauthorized", BadKey, 4, False),
    (402, "no credits", NoCredits, 5, GO_ON),
    (404, "Task not found", NoSuchTask, 6, False),
    (408, "silent", TaskFailed, 3, False),
    (422, "recordInfo is null", NoSuchTask, 6, False),
    (422, "RECORDINFO IS NULL", NoSuchTask, 6, False),
    (422, "url is wrong", WrongInput, 2, False),
    (429, "slow down", Unreachable, 7, GO_ON),
    (430, "slow down", Unreachable, 7, GO_ON),
    (433, "cap", NoCredits, 5, GO_ON),
    (455, "maintenance", Unreachable, 7, GO_ON),
    (500, "Server exception", Unreachable, 7, GO_ON),
    (501, "generation failed", TaskFailed, 3, False),
    (505, "switched off", Unreachable, 7, GO_ON),
    (451, "no picture", UnexpectedAnswer, 1, GO_ON),
    (0, "", UnexpectedAnswer, 1, GO_ON),
    ("ok", "", UnexpectedAnswer, 1, GO_ON),
]
READS = [
    (400, "bad", WrongInput, 2, False),
    (401, "Unauthorized", BadKey, 4, False),
    (402, "no credits", NoCredits, 5, False),
    (404, "unknown model", WrongInput, 2, False),
    (408, "silent", UnexpectedAnswer, 1, False),
    (422, "recordInfo is null", WrongInput, 2, False),
    (429, "slow down", Unreachable, 7, True),
    (430, "slow down", Unreachable, 7, True),
    (433, "cap", NoCredits, 5, False),
    (455, "maintenance", Unreachable, 7, True),
    (500, "Server exception", Unreachable, 7, True),
    (501, "failed", UnexpectedAnswer, 1, False),
    (505, "switched off", Unreachable, 7, True),
    (451, "no picture", UnexpectedAnswer, 1, False),
    (True, "", UnexpectedAnswer, 1, False),
]


@pytest.mark.parametrize("status", [200, 404, 500])
@pytest.mark.parametrize(
    ("poll", "code", "msg", "kind", "wanted", "again"),
    [(True, *row) for row in POLLS] + [(False, *row) for row in READS],
)
def test_each_code_of_a_free_request_has_its_error(poll, code, msg, kind, wanted, again, status):
    with pytest.raises(kind) as caught:
        read(answer(code, msg, status), poll=poll)

    assert type(caught.value) is kind
    assert (caught.value.exit_code, caught.value.again) == (wanted, again)


@pytest.mark.parametrize("poll", [True, False])
@pytest.mark.parametrize("body", [b"<html>Bad\nGateway</html>", b"", b'{"code":200', b"[]"])
@pytest.mark.parametrize("status", [200, 302, 404, 502])
def test_no_envelope_says_nothing_and_may_be_asked_again(status, body, poll):
    with pytest.raises(Unreachable) as caught:
        read(Answer(status, body, retry_after=3.0), poll=poll)

    error = caught.value
    assert (error.exit_code, error.again, error.retry_after) == (ExitCode.UNREACHABLE, True, 3.0)
    assert f'HTTP {status}: "{" ".join(body.decode().split())}"' in error.message


@pytest.mark.parametrize("poll", [True, False])
def test_a_success_is_returned_and_needs_http_2xx(poll):
    assert read(answer(200, data=[1]), poll=poll).data == [1]
    assert read(answer("200", data=[1], status=201), poll=poll).data == [1]
    for status in (199, 300, 500):
        with pytest.raises(UnexpectedAnswer, match=f"HTTP {status}"):
            read(answer(200, data=[1], status=status), poll=poll)


def test_only_a_poll_reads_its_answer_as_one_about_a_task():
    with pytest.raises(WrongInput):
        read(answer(404))


def test_a_busy_answer_hands_its_retry_after_on():
    with pytest.raises(Unreachable) as caught:
        read(Answer(429, answer(429).body, retry_after=9.0))

    assert caught.value.retry_after == 9.0


@given(st.binary(), st.integers(100, 599), st.booleans())
def test_arbitrary_answers_end_in_known_errors_only(body, status, poll):
    outcome = create_verdict(Answer(status, body))
    assert isinstance(outcome, (Accepted, Refused, Uncertain))
    try:
        read(Answer(status, body), poll=poll)
    except (Unreachable, UnexpectedAnswer, WrongInput, BadKey, NoCredits, TaskFailed, NoSuchTask):
        return
    assert 200 <= status < 300


# the sentences, whole: they are what people act on


def sentences():
    """Each code with words, with a sentence, and with none: what createTask, a look, a poll say."""
    for code in (*REFUSALS, 200, 408, 500, 501, 999):
        for msg in ("made-up words", "A sentence!", ""):
            sent = Answer(500, answer(code, msg).body, retry_after=None)
            outcome = create_verdict(sent)
            error = getattr(outcome, "error", None)
            said = [error.message, *error.hints] if error else [outcome.what, outcome.hint]
            yield [f"create {code}", *said, error and error.code]
            for poll in (True, False):
                with pytest.raises(Exception) as caught:
                    read(sent, poll=poll)
                error = caught.value
                yield [
                    f"{'poll' if poll else 'read'} {code}",
                    error.message,
                    *error.hints,
                    error.code,
                ]
    for wait in (0.0, 75.0, 4e9):
        yield [f"wait {wait}", *create_verdict(Answer(429, answer(429).body, wait)).error.hints]
    for code in (402, 433, 455, 500):
        yield [f"busy {code}", code in {402, 433} or read_error(code).retry_after]
    with pytest.raises(Unreachable) as caught:
        read(Answer(502, b"<html>Bad  Gateway"))
    yield ["page", caught.value.message, *caught.value.hints]


@pytest.mark.parametrize("code", [400, 401, 402, 429, 433, 455])
def test_where_kie_ai_says_nothing_that_is_said(code):
    for nothing in ("", " ", "\n"):
        sent = answer(code, nothing)
        with pytest.raises(KieError) as caught:
            read(sent)
        for message in (create_verdict(sent).error.message, caught.value.message):
            assert ": (no message)" in message


@pytest.mark.parametrize("end", ".!?…")
def test_a_sentence_of_kie_ai_gets_no_second_full_stop(end):
    message = create_verdict(answer(401, f"No such key{end}")).error.message
    assert message == f"kie.ai does not take this API key: No such key{end} {NOTHING}"


def test_blanks_around_words_are_not_shown():
    message = create_verdict(answer(400, " prompt is wrong\n")).error.message
    assert message == f"kie.ai refused the input: prompt is wrong (code 400). {NOTHING}"


def read_error(code):
    with pytest.raises(Unreachable) as caught:
        read(Answer(200, answer(code).body, retry_after=7.0))
    return caught.value


def test_each_sentence_is_the_one_that_was_agreed():
    """tests/core/sentences.txt; to change it on purpose: remove it and run this twice."""
    agreed = Path(__file__).with_name("sentences.txt")
    found = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in sentences())
    if not agreed.exists():
        agreed.write_text(found, encoding="utf-8")
        pytest.fail(f"{agreed} was written: read it, then run this again")
    assert agreed.read_text(encoding="utf-8") == found
