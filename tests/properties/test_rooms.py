"""Whatever comes in, from files, servers or disks: each room keeps its word."""

from __future__ import annotations

import itertools
import json
import tomllib
from contextlib import closing

from fakes import FakeClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kie_cli.api.files import Downloads
from kie_cli.config.file import ConfigFile
from kie_cli.core.envelope import NotAnEnvelope, parse_envelope
from kie_cli.core.media import ENDINGS, HEAD, is_whole, sniff
from kie_cli.core.retry import retry_after
from kie_cli.core.secret import Secret, clean_key
from kie_cli.core.task import Failure, Task, valid_task_id
from kie_cli.core.verdict import Accepted, Answer, Refused, Uncertain, create_verdict
from kie_cli.errors import BadKey, LocalFiles, NotSaved
from kie_cli.ledger.store import Draft, Ledger

bounded = settings(
    derandomize=True,
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
FILES = itertools.count()
ANY = st.text(st.characters() | st.sampled_from("\x00\x1b\ud800\udfff\\\"'\n=[]{}#"), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3),
    max_leaves=6,
)

# Answers

REFUSING = {400, 401, 402, 404, 422, 429, 430, 433, 455, 505}
CODES = st.sampled_from([200, "200", 200.0, True, None, "0200", 500, 501, "401", 401.0, *REFUSING])


def bodies():
    """Envelopes, nearly envelopes, and envelopes with some bytes changed."""
    whole = st.fixed_dictionaries(
        {}, optional={"code": CODES | VALUES, "msg": VALUES, "data": VALUES | st.fixed_dictionaries(
            {"taskId": VALUES | st.sampled_from(["t-1", "../x", "-x", "a" * 201])})},
    ).map(lambda value: json.dumps(value).encode())  # fmt: skip

    def changed(parts):
        body, at, piece, cut = parts
        at = at % (len(body) + 1)
        return body[:at] + piece + body[at + cut :]

    return whole | st.binary(max_size=200) | st.tuples(
        whole, st.integers(0, 300), st.binary(max_size=3), st.integers(0, 3)
    ).map(changed)  # fmt: skip


@settings(bounded, max_examples=200)
@given(status=st.integers(100, 599), body=bodies())
def test_only_proof_is_a_yes_or_a_no(status, body):
    """By a second reading of the body, which shares no line with the first."""
    outcome = create_verdict(Answer(status, body))
    try:
        read = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        read = None
    code = read.get("code") if isinstance(read, dict) else None
    digits = type(code) is int or (isinstance(code, str) and code.isascii() and code.isdigit())
    if isinstance(outcome, Accepted):
        assert 200 <= status < 300
        assert code in {200, "200"}
        assert type(code) in {int, str}
        assert valid_task_id(outcome.task_id)
        assert outcome.task_id == read["data"]["taskId"]
    elif isinstance(outcome, Refused):
        assert digits
        assert int(code) in REFUSING or int(code) in {500, 501}
        assert outcome.again == (int(code) in {429, 430})
    else:
        assert isinstance(outcome, Uncertain)


@settings(bounded, max_examples=200)
@given(body=bodies())
def test_bytes_are_an_envelope_or_none(body):
    try:
        found = parse_envelope(body)
    except NotAnEnvelope:
        return
    assert len(found.message) <= 500
    assert found.code is None or type(found.code) is int
    assert "code" in json.loads(body.decode("utf-8-sig"))


NUMBERS = st.floats().map(str) | st.sampled_from(
    ["nan", "inf", "-inf", "1e999", "-1", "1_0", "٣", " 5 ", "Sun, 22 Nov 2026 10:40:30 GMT"]
)


@settings(bounded, max_examples=200)
@given(
    texts=st.dictionaries(
        st.sampled_from(["retry-after", "retry-after-ms", "date"]), NUMBERS | ANY, max_size=3
    ),
    now=st.floats(-1e12, 1e12),
)
def test_a_wish_to_wait_is_finite_and_not_negative(texts, now):
    wish = retry_after(texts, now)
    assert wish is None or 0 <= wish < float("inf")


@bounded
@given(head=st.binary(max_size=HEAD) | st.sampled_from([b"RIFF", b"\0\0\0 ftyp"]), more=st.binary())
def test_any_bytes_are_a_known_kind_or_none(head, more):
    kind = sniff(head + more)
    assert kind is None or kind in ENDINGS
    assert is_whole(kind, (head + more)[:HEAD], more[-HEAD:], len(head + more)) in {True, False}


# The key


@settings(bounded, max_examples=200)
@given(text=ANY | st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40))
def test_a_key_is_usable_or_refused_and_masked_to_its_end(text):
    try:
        key = clean_key(text, "the input")
    except BadKey as error:
        said = error.message
        runs = {text[at : at + 5] for at in range(len(text) - 4)}
        assert not any(run in said for run in runs if not run.isascii() or "!" in run)
        return
    shown = key.reveal()
    assert 8 <= len(shown) <= 512
    assert all("!" <= sign <= "~" for sign in shown)
    assert key.masked.removeprefix("…") == (shown[-4:] if len(shown) >= 12 else "")
    assert Secret(shown) == key


# Results


@settings(bounded, max_examples=250)
@given(
    scheme=st.sampled_from(["https", "http", "HTTPS", "ftp", "file", "", "javascript"]),
    user=st.sampled_from(["", "u@", "u:p@", "@"]),
    host=st.sampled_from(
        ["files.example.org", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "10.0.0.1", "[::1]",
         "[::ffff:127.0.0.1]", "localhost", "a.localhost", "localhost.",
         "169.254.169.254", "8.8.8.8",
         "[fe80::1]", "0", "", "192.168.0.1.", "["]
    ),
    path=st.sampled_from(["", "/x.png", ":80/x", ":99999/", "\\@evil"]) | ANY.map("/{}".format),
)  # fmt: skip
def test_only_public_https_results_are_fetched(scheme, user, host, path):
    check = Downloads(None, None, FakeClock(), loopback=False)._check
    url = f"{scheme}://{user}{host}{path}"
    try:
        check(url)
    except NotSaved:
        return
    assert "https" == scheme.lower()
    assert "" == user
    assert host == "files.example.org"


# Files of ours

LINES = st.sampled_from(
    ["# a comment", "unknown = 1",
     'model = "x" # mine', "timeout = 90", "[later]", "deep = {a = 1}",
     "list = [1, # two\n 2]", "'quoted key' = true", "day = 2026-11-22", 'label = """\na\n"""', ""]
)  # fmt: skip


@bounded
@given(lines=st.lists(LINES, max_size=6, unique=True), value=st.text(max_size=20), tail=ANY)
def test_a_written_config_keeps_all_else(tmp_path, lines, value, tail):
    """Unknown keys and comments stay; what cannot be understood is left as it is."""
    path = tmp_path / str(next(FILES)) / "config.toml"
    path.parent.mkdir(mode=0o700)
    before = "\n".join([*lines, tail if tail.startswith("#") else "", ""])
    path.write_bytes(before.encode(errors="replace"))
    path.chmod(0o600)
    file = ConfigFile(path, FakeClock())
    try:
        known = file.read()
        file.set({"callback_url": value, "model": None})
    except LocalFiles:
        assert path.read_bytes() == before.encode(errors="replace")
        return
    wanted = {**known, "callback_url": value}
    wanted.pop("model", None)
    assert wanted == file.read() == tomllib.loads(path.read_text(encoding="utf-8"))
    for comment in ("# a comment", "# two"):
        assert before.count(comment) == path.read_text(encoding="utf-8").count(comment)
    assert 0o600 == path.stat().st_mode & 0o777


def clean(text):
    """A lone surrogate has no UTF-8: the ledger keeps its escape."""
    return text.encode(errors="backslashreplace").decode()


@settings(bounded, max_examples=25)
@given(prompt=ANY, label=ANY, answer=ANY, words=ANY, made=VALUES)
def test_a_row_comes_back_as_it_was(tmp_path, prompt, label, answer, words, made):
    folder = tmp_path / str(next(FILES))
    made = json.loads(json.dumps(made).replace("NaN", "0").replace("Infinity", "1"))
    with closing(Ledger(folder, "https://api.kie.ai", FakeClock(), owner="host/a 1 1")) as ledger:
        intent = ledger.prepare(Draft("m", "{}", "h", prompt, label))
        ledger.sending(intent, b"{}")
        ledger.accepted(intent, "t1", answer)
        failure = Failure("task_failed", words, words)
        ledger.record(
            Task("t1", "fail", urls=("https://x.example/" + words,), error=failure, result=made)
        )
    with closing(Ledger(folder, "https://api.kie.ai", FakeClock(), owner="host/a 1 2")) as ledger:
        found = ledger.find("t1")
    assert (clean(prompt), clean(label)) == (found.prompt, found.label)
    assert ("fail", intent) == (found.state, found.intent)
    assert failure == found.error
    assert ("https://x.example/" + words,) == found.urls
    assert made == found.result
    json.dumps(found.as_json())
