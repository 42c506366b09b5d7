"""`kie models`: what kie.ai can make, what each model takes, and what is new."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kie_cli.catalog.card import example, kind, limits, needed, shown, ways
from kie_cli.catalog.models import aliases
from kie_cli.commands.common import command
from kie_cli.context import Kie
from kie_cli.core.suggest import nearest
from kie_cli.core.task import amount
from kie_cli.errors import WrongInput

if TYPE_CHECKING:
    from kie_cli.catalog.models import Model
    from kie_cli.jobs.market import Change, Market

Text = str | None
HEAD = ("MODEL", "MEDIA", "FOR", "VENDOR", "PRICE")
SUMMARY = ("id", "family", "vendor", "media", "tasks", "status", "price")
NARROW = 120  # columns of a terminal below which the list leaves out FOR and VENDOR
FIELDS = ("FIELD", "FLAG", "TYPE", "NEEDED", "LIMITS")
NEEDED_WIDTH, LEAST = 13, 11  # columns of NEEDED at most, of LIMITS at least


@command
def run(
    kie: Kie,
    model_id: Annotated[
        Text, typer.Argument(metavar="[MODEL]", help="Show one model: an id or short name.")
    ] = None,
    media: Annotated[Text, typer.Option(help="That make this: image, video, audio, text.")] = None,
    task: Annotated[Text, typer.Option(help="For this task: text-to-image, lip-sync, ...")] = None,
    vendor: Annotated[Text, typer.Option(help="Of this maker.")] = None,
    search: Annotated[Text, typer.Option(metavar="WORDS", help="With all these words.")] = None,
    status: Annotated[
        Text, typer.Option(help="With this status: listed, new, gone, delisted.")
    ] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask kie.ai; show what is new, gone, priced anew.")
    ] = False,
    all_: Annotated[
        bool, typer.Option("--all", help="With --refresh: every model's input, one a second.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="How kie.ai's last word differs from kie's own facts.")
    ] = False,
) -> None:
    """
    List the models of kie.ai, or show what one of them takes.

    The facts come with kie, and need no key and no network. --refresh asks kie.ai (free of
    charge; with a key) and keeps the answer: the list for the list, and with a MODEL what that
    one takes. -q prints ids alone. In a pipe the list is tab-separated without a header.

    \b
    Examples:
      kie models --media video --search kling
      kie models nano-banana                 what it takes, costs, and a command to run
      kie models --refresh                   what is new, gone, priced anew
      kie models seedream/5-pro-text-to-image --refresh
    """
    from kie_cli.jobs.index import keep_models
    from kie_cli.jobs.market import Market, refresh_all

    market = Market(kie)
    filters = {"media": media, "task": task, "vendor": vendor, "search": search, "status": status}
    if (model_id or refresh or diff) and any(filters.values()):
        named = ", ".join(f"--{name}" for name, value in filters.items() if value)
        raise WrongInput(f"{named}: for the list alone, as in: kie models {named} ...")
    if all_ and (not refresh or model_id):
        raise WrongInput("--all goes with --refresh alone: kie models --refresh --all")
    one = _known(kie, model_id) if model_id and (diff or refresh) else None
    if diff:
        _tell(kie, market, market.compare(one), "against the facts that came with kie.")
    elif refresh and all_:
        refresh_all(kie)
    elif refresh and one:
        _tell(kie, market, market.refresh_schema(one), f"in what {one} takes.")
    elif refresh:
        _tell(kie, market, market.refresh(), "in the list.")
        keep_models(kie)
    elif model_id:
        show(kie, model_id)
    else:
        _list(kie, market, filters)


def _list(kie: Kie, market: Market, filters: dict[str, str | None]) -> None:
    every = market.models()
    models = _filtered(every, filters)
    if kie.quiet and not kie.json:
        for model in models:
            kie.output.value(model.id, None)
        return
    narrow = kie.output.out.terminal and kie.output.out.width < NARROW
    chosen = (0, 1, 4) if narrow else range(len(HEAD))
    kie.output.table(
        [HEAD[n] for n in chosen],
        [
            ([_row(model)[n] for n in chosen], {name: getattr(model, name) for name in SUMMARY})
            for model in models
        ],
        cut_last=True,
    )
    listing = market.listing()
    date = max(listing.date, *(one.facts.get("live_listing", "") for one in every))
    count = f"{len(models)} models" if len(models) != 1 else "1 model"
    again = kie.again("models --refresh")
    kie.output.note(f"{count}, by kie.ai's list of {date} (newer: {again}).")
    kie.output.note(f"What one takes: {kie.again('models MODEL')}")


def _filtered(models: list[Model], filters: dict[str, str | None]) -> list[Model]:
    """Return the models that were asked for; raises WrongInput for a word that none has."""
    for name in ("media", "task", "vendor", "status"):
        if not (wish := (filters[name] or "").strip().casefold()):
            continue
        there = sorted({value for model in models for value in _values(model, name) if value})
        if not any(wish in value.casefold() for value in there):
            near = nearest(wish, there)
            hints = [f"Did you mean {near}?"] if near else []
            raise WrongInput(f"--{name} {wish}: there is {', '.join(there)}.", *hints)
        models = [m for m in models if any(wish in one.casefold() for one in _values(m, name))]
    if not filters["status"] and filters["search"] not in {model.id for model in models}:
        models = [model for model in models if model.status != "delisted"]
    words = (filters["search"] or "").casefold().split()
    return [model for model in models if all(word in _told(model) for word in words)]


def _told(model: Model) -> str:
    """Return all that --search looks through."""
    return " ".join([*_row(model), model.family, *model.notes, *_short(model)]).casefold()


def _short(model: Model) -> list[str]:
    return [name for name, both in aliases().items() if model.id in both]


def _values(model: Model, name: str) -> tuple[str, ...]:
    return model.tasks if name == "task" else (getattr(model, name),)


def _row(model: Model) -> tuple[str, ...]:
    price = (model.price or {}).get("text", "")
    mark = "" if model.status in {"listed", "newer"} else f"({model.status}) "
    return (model.id, model.media, ", ".join(model.tasks), model.vendor, f"{mark}{price}".strip())


def _known(kie: Kie, asked: str) -> str:
    """Return the id that a short name stands for."""
    model_id, *with_image = aliases().get(asked, [asked])
    if model_id != asked:
        other = f", with an image {with_image[0]}" if with_image else ""
        kie.output.note(f"{asked} is {model_id}{other}.")
    return model_id


def show(kie: Kie, asked: str) -> None:
    """Print what a model makes, takes and costs, and a command line to try."""
    from kie_cli.jobs.market import Market, find, no_model

    model, warnings = find(kie, _known(kie, asked))
    if model is None:
        error = no_model(asked, Market(kie).listing())
        error.hints = (*warnings, *error.hints)
        raise error
    line = shlex.join(["kie", *example(model)]) if model.checked else None
    if kie.quiet or kie.json:
        kie.output.value(model.id, _everything(model, line))
        return
    width = kie.output.out.width
    for text in (model.id, *_about(model, width)):
        kie.output.value(text, None)
    together = [row for way in ways(model) for row in _cells(["-", way], [1, width - 5])]
    for title, lines in (
        ("Input", _input(model, width)),
        ("Together", together),
        ("Try it", [f"  {line}"] if line else []),
    ):
        if lines:
            kie.output.value("", None)
            kie.output.out.line(title, "bold")
        for text in lines:
            kie.output.value(text, None)
    if not model.checked:
        kie.output.note("kie.ai does not tell what it takes: give it with -P FIELD=VALUE.")


def _everything(model: Model, line: str | None) -> dict[str, Any]:
    fields = [{**field._asdict(), "flag": model.flag_of(field.name)} for field in model.fields]
    return {**model._asdict(), "fields": fields, "short_names": _short(model), "example": line}


def _about(model: Model, width: int) -> list[str]:
    price = model.price or {}
    dated = ", ".join(price[key] for key in ("certainty", "seen") if key in price)
    seen = ", ".join(f"{name.replace('_', ' ')} {date}" for name, date in model.facts.items())
    told = [
        ("makes", f"{model.media or 'unknown'}: {', '.join(model.tasks)}"),
        ("by", model.vendor),
        ("status", "" if model.status == "listed" else model.status),
        ("price", f"{price['text']} ({dated})" if price else "unknown"),
        *(("", _rate(rate, price.get("per"))) for rate in price.get("rates", ())),
        ("short", ", ".join(_short(model))),
        ("twin", model.twin or ""),
        ("facts", f"{seen}; what it takes is {model.confidence}"),
        *(("note", note) for note in model.notes),
        ("docs", model.docs_url or ""),
    ]
    return [line for name, text in told if text for line in _cells([name, text], [6, width - 10])]


def _rate(rate: dict[str, Any], per: str | None) -> str:
    """Return `19 credits a second: resolution 480p, without reference_video_urls`."""
    said = []
    for name, values in rate.get("when", {}).items():
        words = [shown(value) for value in values if value not in {None, "*"}]
        signs = {None: f"without {name}", "*": f"with {name}"}
        said += [signs[value] for value in values if value in signs]
        said += [f"{name} {' or '.join(words)}"] if words else []
    unit = f" per {per}" if per else ""
    return f"{amount(rate['credits'])} credits{unit}{': ' * bool(said)}{', '.join(said)}"


def _input(model: Model, width: int) -> list[str]:
    """Return the fields as a table that is `width` columns wide, if it can be."""
    rows = [
        [one.name, model.flag_of(one.name) or "-P", kind(one), needed(one), limits(one)]
        for one in model.fields
    ]
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(FIELDS, *rows, strict=True)]
    widths[3] = min(widths[3], NEEDED_WIDTH)
    widths[4] = max(LEAST, width - 2 - sum(widths[:4]) - 2 * 4)
    lines = [line for row in [FIELDS, *rows] for line in _cells(row, widths)]
    by_name = any(row[1] == "-P" for row in rows)
    return lines + ["  -P: -P FIELD=TEXT, -P FIELD:=JSON, -P FIELD@FILE"] * by_name


def _cells(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return a row of a table as lines: what is too long goes on below, in its own column."""
    parts = [
        wrap(cell, width, break_long_words=False, break_on_hyphens=False) or [""]
        for cell, width in zip(row, widths, strict=True)
    ]
    return [
        "  " + "  ".join(f"{one:<{size}}" for one, size in zip(line, widths, strict=True)).rstrip()
        for line in zip_longest(*parts, fillvalue="")
    ]


def _tell(kie: Kie, market: Market, changes: list[Change], where: str) -> None:
    rows = [(list(change), change._asdict()) for change in changes]
    kie.output.table(("CHANGE", "MODEL", "WHAT"), rows, cut_last=False)
    if market.lost:
        kie.output.warn(f"kie.ai's answer could not be kept: {market.lost}.")
    elif market.is_empty:
        kie.output.note(f"Nothing was asked yet: {kie.again('models --refresh')}")
        return
    kie.output.note(f"{len(changes) or 'No'} change{'s' * (len(changes) != 1)} {where}")
