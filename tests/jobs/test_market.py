"""The live Market from inside: what is kept where, whose word counts, what a create asks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes import FakeStream
from loopback import Reply, example

from kie_cli.catalog.models import load
from kie_cli.context import Kie
from kie_cli.errors import LocalFiles, UnexpectedAnswer, WrongInput
from kie_cli.jobs.market import Market, find

NEW = "brand/new-model"
DAY = 86400.0
FLUX = "flux-2/pro-image-to-image"


@pytest.fixture
def near(kie):
    """What a command of this program works with."""
    made = []

    def make(**env):
        streams = {name: FakeStream() for name in ("stdin", "stdout", "stderr")}
        made.append(Kie({**kie.env, **env}, clock=kie.clock, **streams))
        return made[-1]

    yield make
    for one in made:
        one.close()


def schema(model_id=NEW, **parts):
    """An answer that describes a model."""
    body = example("models.schema")
    document = body["data"]["openapi"]
    body["data"]["model"] = model_id
    document["components"]["schemas"]["Input"]["properties"] |= parts
    return Reply(body)


def elsewhere(model_id=NEW):
    body = example("models.schema")
    body["data"]["model"] = model_id
    paths = body["data"]["openapi"]["paths"]
    body["data"]["openapi"]["paths"] = {"/chat/completions": paths.popitem()[1]}
    return Reply(body)


def listing(*entries):
    return Reply({"code": 200, "msg": "success", "data": {"models": list(entries)}})


def kept(kie, name):
    [file] = (kie.home / ".cache/kie/models").rglob(f"{name}.json")
    return file


# A create


def test_a_model_of_the_package_is_never_asked_about(near, server):
    assert find(near(), FLUX) == (load(FLUX), [])
    assert server.requests == []


def test_a_model_of_the_package_is_as_kie_ai_last_told(kie, near, server):
    server.answer("schema", schema(FLUX, seed={"type": "integer"}))
    Market(near()).ask_schema(FLUX)
    kie.clock.time += 300 * DAY
    model, warnings = find(near(), FLUX)
    assert model.route("seed").type == "integer"
    assert (model.vendor, warnings) == ("Black Forest Labs", [])
    assert model.facts["live_schema"] == "2026-11-22"
    assert len(server.requests) == 1


def test_a_newer_package_knows_better_than_an_old_answer(kie, near, server):
    kie.clock.time -= 60 * DAY
    server.answer("schema", schema(FLUX, seed={"type": "integer"}))
    server.answer("models", listing({"model": "a"}))
    Market(near()).ask_schema(FLUX)
    Market(near()).ask_listing()
    assert find(near(), FLUX)[0] == load(FLUX)
    assert Market(near()).compare(FLUX) == []


def test_a_new_model_is_asked_about_once_in_seven_days(kie, near, server):
    server.answer("schema", schema())
    first = near()
    model, warnings = find(first, NEW)
    assert (NEW, "input_urls", []) == (model.id, model.route("image").name, warnings)
    assert first.stderr.text == f"kie asked kie.ai what {NEW} takes.\n"
    kie.clock.time += 7 * DAY - 1
    again = near()
    assert find(again, NEW)[0] == model
    assert (again.stderr.text, len(server.requests)) == ("", 1)
    kie.clock.time += 1
    server.answer("schema", schema(seed={"type": "integer"}))
    assert find(near(), NEW)[0].route("seed")
    assert len(server.requests) == 2


@pytest.mark.parametrize("reply", ["models.429", Reply(hang_up=True), Reply("<html>", 502)])
def test_an_old_answer_is_better_than_none(kie, near, server, reply):
    server.answer("schema", schema(), reply, reply)
    before = find(near(), NEW)
    kie.clock.time += 30 * DAY
    assert find(near(), NEW) == before
    assert len(server.requests) == 2 + (reply == "models.429")


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("models.429", "Rate limit"),
        (Reply(hang_up=True), "could not be reached"),
        (Reply("<html>", 502), "no proper answer"),
        (Reply(example("record.401")), "API key"),
        (Reply({"code": 200, "data": None}), "did not tell"),
        (Reply({"code": 422, "msg": "not supported"}), "not supported"),
    ],
)
def test_a_create_goes_on_with_a_warning_when_nobody_tells(near, server, reply, why):
    server.answer("schema", reply, reply)
    model, [warning] = find(near(), NEW)
    assert model is None
    assert warning.startswith(f"kie.ai could not be asked what {NEW} takes. ")
    assert why in warning
    assert len(server.requests) == 1 + (reply == "models.429")


def test_without_a_key_nobody_is_asked(near, server):
    model, [warning] = find(near(KIE_API_KEY=""), NEW)
    assert (model, server.requests) == (None, [])
    assert "no API key" in warning


def test_a_model_that_kie_ai_does_not_have_is_refused_with_those_like_it(near, server):
    server.answer("models", listing({"model": "brand/new-models"}))
    Market(near()).ask_listing()
    server.answer("schema", "models.404-unknown")
    with pytest.raises(WrongInput) as refused:
        find(near(), NEW)
    assert refused.value.message == f"{NEW}: kie.ai has no such model."
    assert refused.value.hints[0] == "Did you mean brand/new-models?"
    assert "kie models --refresh" in refused.value.hints[1]


def test_a_model_that_is_no_task_is_refused_with_its_place(near, server):
    server.answer("schema", elsewhere())
    for _ in range(2):
        with pytest.raises(WrongInput) as refused:
            find(near(), NEW)
        assert "/chat/completions" in refused.value.message
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "model_id", ["flux-2/pro-image-to-imag", "", "a b", "../credit", "a?b", "é"]
)
def test_a_slip_and_what_is_no_id_is_asked_nowhere(near, server, model_id):
    assert find(near(), model_id) == (None, [])
    assert server.requests == []


def test_a_model_that_is_like_another_is_no_slip_when_it_is_listed(near, server):
    server.answer("models", listing({"model": "flux-2/pro-image-to-images"}))
    Market(near()).ask_listing()
    server.answer("schema", schema("flux-2/pro-image-to-images"))
    assert find(near(), "flux-2/pro-image-to-images")[0].checked


def test_a_model_without_a_description_is_not_checked(near, server):
    server.answer("schema", Reply({"code": 200, "data": {"model": NEW, "openapi": None}}))
    model, warnings = find(near(), NEW)
    assert (model.checked, warnings) == (False, [])


def test_the_price_of_the_list_counts_and_a_model_that_is_gone_is_warned_of(near, server):
    server.answer(
        "models", listing({"model": FLUX, "pricingDesc": "6 credits at 1K, 9 credits at 2K"})
    )
    Market(near()).ask_listing()
    assert find(near(), FLUX)[0].price == {
        "text": "6 credits at 1K, 9 credits at 2K",
        "seen": "2026-11-22",
        "certainty": "live listing",
    }
    assert find(near(), "z-image")[0].status == "delisted"


# The cache


def test_what_is_kept_says_when_and_whose_word_it_is(kie, near, server):
    server.answer("schema", schema())
    find(near(), NEW)
    file = kept(kie, "brand%2Fnew-model.schema")
    content = json.loads(file.read_text())
    assert (f"{NEW}.schema", kie.clock.time) == (content["name"], content["asked_at"])
    assert file.stat().st_mode & 0o777 == 0o600
    assert [file] == list(file.parent.iterdir())


def test_another_kie_ai_has_a_cache_of_its_own(kie, near, server):
    server.answer("schema", schema())
    find(near(), NEW)
    assert Market(near()).schema(NEW)
    assert Market(near(KIE_BASE_URL="http://127.0.0.1:9")).schema(NEW) is None


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff", b"{", b"[]", b"null", b'{"asked_at": 1.0}', b"[" * 100_000,
        b'{"name": "list", "asked_at": "1", "told": [{"model": "x"}]}',
        b'{"name": "list", "asked_at": 1e300, "told": [{"model": "x"}]}',
        b'{"name": "list", "asked_at": -1.0, "told": [{"model": "x"}]}',
        b'{"name": "other", "asked_at": 1.0, "told": [{"model": "x"}]}',
    ],
)  # fmt: skip
def test_a_damaged_cache_is_no_cache(kie, near, server, content):
    server.answer("models", listing({"model": "a"}), listing({"model": "b"}))
    Market(near()).ask_listing()
    kept(kie, "list").write_bytes(content)
    assert Market(near()).listing().told == {}
    Market(near()).ask_listing()
    assert [*Market(near()).listing().told] == ["b"]


def test_what_stands_in_a_list_is_not_trusted(near, server):
    server.answer("models", listing({"model": "../../x"}, {"model": "a\x1b[2J"}, {"model": "ok/1"}))
    assert [*Market(near()).ask_listing().told] == ["ok/1"]
    assert [*Market(near()).listing().told] == ["ok/1"]


def test_without_a_cache_folder_everything_goes_on(kie, near, server):
    Path(kie.home / ".cache").write_text("no folder")
    server.answer("schema", schema())
    assert find(near(), NEW)[0].checked
    market = Market(near())
    server.answer("models", listing({"model": "a"}))
    assert [*market.ask_listing().told] == ["a"]
    assert market.lost
    server.answer("models", listing({"model": "a"}))
    server.answer("schema", schema("a"))
    with pytest.raises(LocalFiles):
        list(market.refresh_schemas())


def test_a_clock_that_was_set_back_makes_nothing_fresh(kie, near, server):
    server.answer("models", listing({"model": "a"}))
    market = Market(near())
    answer = market.ask_listing()
    kie.clock.time -= 5 * DAY
    assert not market.is_fresh(answer, DAY)
    assert not market.is_fresh(None, DAY)


# All schemas


def test_every_schema_is_asked_for_once_a_second(kie, near, server):
    server.answer("models", listing(*({"model": one} for one in ("a", "b", "c"))))
    server.answer("schema", schema("a"), "models.404-unknown", elsewhere("c"))
    run = near()
    assert [(1, 3, "a"), (2, 3, "b"), (3, 3, "c")] == list(Market(run).refresh_schemas())
    assert kie.clock.slept == [1.0, 1.0, 1.0]
    assert "b: kie.ai has no such model." in run.stderr.text
    assert ["models", "a/schema", "b/schema", "c/schema"] == [
        request.path.removeprefix("/api/v1/models/").removeprefix("/api/v1/")
        for request in server.requests
    ]


def test_what_is_there_already_is_not_asked_for_again(kie, near, server):
    server.answer("models", listing(*({"model": one} for one in ("a", "b"))))
    server.answer("schema", schema("a"), *[Reply({"code": 505, "msg": "paused"})] * 3)
    steps = Market(near()).refresh_schemas()
    assert next(steps) == (1, 2, "a")
    with pytest.raises(Exception, match="paused"):
        next(steps)
    server.requests.clear()
    kie.clock.time += DAY - 60
    server.answer("schema", schema("b"))
    assert [(2, 2, "b")] == list(Market(near()).refresh_schemas())
    assert ["/api/v1/models/b/schema"] == [request.path for request in server.requests]
    assert [] == list(Market(near()).refresh_schemas())


def test_who_asked_in_the_same_second_is_asked_again_a_second_later(kie, near, server):
    server.answer("schema", "models.429", schema(seed={"type": "integer"}))
    assert find(near(), NEW)[0].route("seed")
    assert kie.clock.slept == [1.0]


def test_one_bad_model_does_not_keep_the_others_from_being_fetched(kie, near, server):
    odd = Reply({"code": 200, "data": {"openapi": "no schema"}})
    server.answer("models", listing({"model": "a"}, {"model": "b"}, {"model": "c"}))
    server.answer("schema", odd, schema("b"), schema("c"))
    assert [(1, 3, "a"), (2, 3, "b"), (3, 3, "c")] == list(Market(near()).refresh_schemas())
    assert [None, True, True] == [Market(near()).schema(one) and True for one in "abc"]


def test_a_list_that_cannot_be_is_not_kept(near, server):
    entries = [{"model": f"m/{number}"} for number in range(5001)]
    server.answer("models", Reply({"code": 200, "data": {"models": entries}}))
    with pytest.raises(UnexpectedAnswer):
        Market(near()).ask_listing()
    assert not Market(near()).listing().told
