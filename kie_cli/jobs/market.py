"""The Market as kie.ai tells it live: asked for, kept in the cache, laid over the records."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from kie_cli.catalog.models import Model, aliases, ids, load, nearest_id
from kie_cli.context import Kie
from kie_cli.core.durations import spoken
from kie_cli.core.envelope import parse_json
from kie_cli.disk import private_file, private_folder
from kie_cli.errors import (
    BadKey,
    KieError,
    LocalFiles,
    Stopped,
    UnexpectedAnswer,
    Unreachable,
    WrongInput,
)

LIST_AGE, SCHEMA_AGE = 86400.0, 7 * 86400.0  # seconds
MOST = 5000  # models; kie.ai had 218 in October 2026
PATIENCE = 2.0  # seconds that a create waits for a description
GAP = 1.0  # seconds: an account may ask once a second, more is refused (429)
_WORD = "[A-Za-z0-9][A-Za-z0-9._-]*"
_ID = re.compile(f"(?=.{{1,200}}$){_WORD}(/{_WORD})*")


class Kept(NamedTuple):
    """What kie.ai told, and when (seconds since 1970)."""

    asked_at: float
    told: Any

    @property
    def date(self) -> str:
        return datetime.fromtimestamp(self.asked_at, UTC).date().isoformat()

    def is_newer_than(self, record: Model | None) -> bool:
        """Tell whether this is no older than the facts of a record: a new package knows better."""
        return record is None or self.date >= max(date[:10] for date in record.facts.values())


class Change(NamedTuple):
    """What is another thing than before; `model` may take or cost something else."""

    what: str
    model: str
    text: str


class Market:
    """
    kie.ai's own word on its models, as it was kept or as it is asked for.

    What cannot be kept is used once; `lost` says then why.
    """

    def __init__(self, kie: Kie) -> None:
        self._kie = kie
        self.lost: str | None = None

    def listing(self) -> Kept:
        """Return the list that is kept, entries by id; an empty one of 1970 where none is."""
        return _by_id(self._read("list") or Kept(0.0, []))

    def ask_listing(self) -> Kept:
        """Ask for the list, once."""
        entries = self._kie.client.models()
        if len(entries) > MOST:
            raise UnexpectedAnswer(f"kie.ai's list has {len(entries)} models, which cannot be.")
        return _by_id(self._keep("list", entries))

    def schema(self, model_id: str) -> Kept | None:
        """Return the OpenAPI document of a model that is kept; it may hold None."""
        return self._read(f"{model_id}.schema")

    def ask_schema(self, model_id: str, total: float | None = None) -> Kept:
        """
        Ask what a model takes; with `total` once, and for so many seconds at most.

        Raises WrongInput with code 404 when kie.ai has no such model.
        """
        if not _ID.fullmatch(model_id):
            raise no_model(model_id, self.listing())
        try:
            return self._keep(f"{model_id}.schema", self._kie.client.model_schema(model_id, total))
        except WrongInput as error:
            if error.code == 404:
                raise no_model(model_id, self.listing(), told=True) from None
            raise

    def is_fresh(self, kept: Kept | None, age: float) -> bool:
        """Tell whether `kept` is less than `age` seconds old."""
        return kept is not None and 0 <= self._kie.clock.now() - kept.asked_at < age

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is kept."""
        with suppress(OSError, LocalFiles):
            return not any(self._folder().glob("*.json"))
        return True

    def model(self, model_id: str, listing: Kept, schema: Kept | None) -> Model | None:
        """
        Return a model as its record, the list and its schema describe it; None if none does.

        Raises WrongInput for a model that kie.ai takes elsewhere than at createTask.
        """
        known = record = load(model_id)
        if not listing.asked_at and schema is None:
            return record
        from kie_cli.catalog.live import NotCreateTask, listed, model_from, priced

        if listing.is_newer_than(record):
            entry = listing.told.get(model_id)
            if entry and record:
                known = priced(record, entry.get("pricingDesc"), listing.date)
                known = known._replace(status="listed")
            elif entry:
                known = listed(entry, listing.date)
            elif record and record.status != "delisted":
                known = record._replace(status="gone")
        if schema and schema.is_newer_than(record):
            try:
                known = model_from(model_id, schema.told, known)
            except NotCreateTask as elsewhere:
                raise WrongInput(
                    f"{model_id} is not made by tasks: kie.ai takes it at {elsewhere}, "
                    "which kie cannot use.",
                    "kie models lists what kie can make.",
                ) from None
            known = known._replace(facts={**known.facts, "live_schema": schema.date})
        return known

    def models(self) -> list[Model]:
        """Return all models, by id: those of the package, and those that only the list has."""
        listing, own = self.listing(), {*ids()}
        found = []
        for model_id in sorted({*own, *listing.told}):
            schema = None if model_id in own else self.schema(model_id)
            with suppress(WrongInput):
                found.append(self.model(model_id, listing, schema))
        return [model for model in found if model]

    def refresh(self) -> list[Change]:
        """Ask for the list; return what is new, gone and priced anew since the last one."""
        return sorted(_listed_anew(self.listing(), self.ask_listing()))

    def refresh_schema(self, model_id: str) -> list[Change]:
        """Ask what a model takes; return what is another thing than before."""
        from kie_cli.catalog.live import differences

        listing, before = self.listing(), None
        with suppress(WrongInput):
            before = self.model(model_id, listing, self.schema(model_id))
        after = self.model(model_id, listing, self.ask_schema(model_id))
        if after and before and before.fields:
            return [Change("input", model_id, text) for text in differences(before, after)]
        names = ", ".join(field.name for field in after.fields) if after else ""
        return [Change("new", model_id, names or "kie.ai does not tell what it takes")]

    def refresh_schemas(self) -> Iterator[tuple[int, int, str]]:
        """
        Ask what every model takes, one a second; yield how many of how many are there, and the id.

        Those of the last 7 days are not asked for again. Raises LocalFiles when they cannot be
        kept.
        """
        listing, clock = self.listing(), self._kie.clock
        if not self.is_fresh(listing, LIST_AGE):
            listing = self.ask_listing()
        asked_at, every = listing.asked_at, listing.told
        left = [one for one in every if not self.is_fresh(self.schema(one), SCHEMA_AGE)]
        done = len(every) - len(left)
        for number, one in enumerate(left, 1):
            if (pause := asked_at + GAP - clock.now()) > 0:
                clock.sleep(min(pause, GAP))
            asked_at = clock.now()
            try:
                self.ask_schema(one)
            except KieError as error:
                if isinstance(error, BadKey | Unreachable):
                    raise
                self._kie.output.warn(f"{one}: {error.message}")  # the others may do better
            if self.lost:
                raise LocalFiles(f"kie.ai's answers cannot be kept: {self.lost}.")
            yield done + number, len(every), one

    def compare(self, model_id: str | None = None) -> list[Change]:
        """Return how the models of the package differ from what kie.ai told last."""
        from kie_cli.catalog.live import NotCreateTask, differences, model_from

        listing = self.listing()
        changes = [*_listed_anew(Kept(0.0, {}), listing)]
        for one in [model_id] if model_id else ids():
            record, schema = load(one), self.schema(one)
            if not (record or schema or one in listing.told):
                raise no_model(one, listing)
            if record and schema and schema.is_newer_than(record):
                try:
                    texts = differences(record, model_from(one, schema.told, record))
                except NotCreateTask as elsewhere:
                    texts = [f"no longer made by tasks: kie.ai takes it at {elsewhere}"]
                changes += [Change("input", one, text) for text in texts]
        fitting = (one for one in changes if model_id in {None, one.model})
        return sorted(fitting, key=lambda change: change.model)

    def _folder(self) -> Path:
        return self._kie.places.cache_dir / "models" / quote(self._kie.origin, safe="")

    def _read(self, name: str) -> Kept | None:
        """Return what is kept under a name; what cannot be read, or is another's, is not there."""
        with suppress(OSError, ValueError, LocalFiles):
            match parse_json((self._folder() / _file(name)).read_bytes()):
                case {"name": str(own), "asked_at": float(at), "told": told} if own == name:
                    return Kept(at, told) if 0 <= at < 2**35 else None
        return None

    def _keep(self, name: str, told: object) -> Kept:
        """Keep what kie.ai told under a name. A cache that fails is none."""
        kept = Kept(float(self._kie.clock.now()), told)
        try:
            folder = self._folder()
            private_folder(folder)
            draft = folder / f".{secrets.token_hex(8)}"
            try:
                private_file(draft, json.dumps({"name": name, **kept._asdict()}).encode())
                draft.replace(folder / _file(name))
            finally:
                draft.unlink(missing_ok=True)
        except (OSError, LocalFiles) as error:
            self.lost = str(error)
        return kept


def refresh_all(kie: Kie) -> None:
    """Fetch the description of every model; what is stopped amid it goes on at the next call."""
    from kie_cli.output.bar import Bar

    market, bar = Market(kie), Bar(kie.output, kie.clock)
    done = total = 0
    try:
        for done, total, one in market.refresh_schemas():
            bar.show(done, total, f"{spoken((total - done) * GAP)} left  {one}")
    except (Stopped, KieError) as error:
        kept = f"{done} of {total} descriptions are kept." if done else "Nothing was fetched."
        again = f"Go on with: {kie.again('models --refresh --all')}"
        if isinstance(error, Stopped):
            error.explain(f"Stopped. {kept}", f"  {again}")
        else:
            error.hints = (*error.hints, f"{kept} {again}")
        raise
    finally:
        bar.clear()
    kie.output.note(f"What all models take was asked in the last 7 days, {done} of them now.")


def find(kie: Kie, model_id: str) -> tuple[Model | None, list[str]]:
    """
    Return a model for a create, and what to warn of; None for one that nobody describes.

    Only a model that the package does not have, and that is no slip for one of its own, is
    asked for: once in 7 days, for 2 s. Raises WrongInput when kie.ai has no such model, or
    does not take it at createTask.
    """
    market = Market(kie)
    listing, schema = market.listing(), market.schema(model_id)
    if load(model_id) is None and not market.is_fresh(schema, SCHEMA_AGE):
        is_slip = model_id not in listing.told and nearest_id(model_id)
        if is_slip or not _ID.fullmatch(model_id):
            return None, []
        try:
            schema = _hurried(kie, market, model_id)
            kie.output.note(f"kie asked kie.ai what {model_id} takes.")
        except KieError as error:
            if error.code == 404:
                raise
            if schema is None:
                return None, [f"kie.ai could not be asked what {model_id} takes. {error.message}"]
    model = market.model(model_id, listing, schema)
    # Of a model that is gone a create has to warn as of one that went long ago.
    return model._replace(status="delisted") if model and model.status == "gone" else model, []


def _hurried(kie: Kie, market: Market, model_id: str) -> Kept:
    """Ask what a model takes within PATIENCE; a second time if another kie asked just now."""
    until = kie.clock.monotonic() + PATIENCE
    try:
        return market.ask_schema(model_id, PATIENCE)
    except KieError as error:
        left = until - kie.clock.monotonic() - GAP
        if error.code != 429 or left <= 0:
            raise
    kie.clock.sleep(GAP)
    return market.ask_schema(model_id, left)


def no_model(model_id: str, listing: Kept, *, told: bool = False) -> WrongInput:
    """Return the error for an id that nobody knows; `told`: kie.ai itself said so."""
    near = get_close_matches(model_id[:100], {*ids(), *aliases(), *listing.told}, 3)
    return WrongInput(
        f"{model_id}: {'kie.ai has' if told else 'kie knows'} no such model.",
        *([f"Did you mean {' or '.join(near)}?"] if near else []),
        "kie models --refresh shows what there is, kie models --search WORD finds one.",
        code=404 if told else None,
    )


def _listed_anew(before: Kept, after: Kept) -> Iterator[Change]:
    """Yield how a list differs from the one before, or from the records where none was kept."""
    from kie_cli.catalog.live import same_price

    for one in {*ids(), *before.told, *after.told}:
        record, was, entry = load(one), before.told.get(one), after.told.get(one)
        there, price, now = was is not None, _price(was), _price(entry)
        same = price == now
        if not before.told and record:  # its price is in words of its own: compare the numbers
            if not after.is_newer_than(record):
                continue
            there, price = record.status != "delisted", (record.price or {}).get("text", "")
            same = same_price(record, now)
        if entry and not there:
            yield Change("new", one, now)
        elif there and not entry:
            yield Change("gone", one, f"not in the list of {after.date}")
        elif now and not same:
            yield Change("price", one, f"{now} (was: {price or 'unknown'})")


def _by_id(kept: Kept) -> Kept:
    """Return a list with what has an id in it, by that."""
    told = kept.told if isinstance(kept.told, list) else []
    named = [(one.get("model"), one) for one in told if isinstance(one, dict)]
    return kept._replace(
        told={n: one for n, one in named if isinstance(n, str) and _ID.fullmatch(n)}
    )


def _price(entry: dict[str, Any] | None) -> str:
    text = (entry or {}).get("pricingDesc")
    return text if isinstance(text, str) else ""


def _file(name: str) -> str:
    return f"{quote(name, safe='')}.json"
