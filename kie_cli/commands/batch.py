"""`kie batch`: many tasks from a file, each of them paid for once."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from kie_cli.commands.asked import ASKED, REPEATABLE, altered
from kie_cli.commands.common import (
    ForceOption,
    IntervalOption,
    LabelOption,
    TimeoutOption,
    command_with_results,
    pace_of,
)
from kie_cli.context import SANDBOX_NOTE, Kie
from kie_cli.core.task import amount
from kie_cli.errors import ExitCode, LocalFiles, TooExpensive

ALL_ROWS = {
    "prompt": {"help": "What to make; {name} is the column of that name."},
    "prompt_file": {"metavar": "FILE", "help": "The prompt from a file, which may be {name}.txt."},
    "input": {"metavar": "FILE", "help": "The whole input as JSON; columns and flags win."},
}
AskedOfAll = Annotated[Mapping[str, Any], altered(ASKED, ALL_ROWS)]


@command_with_results
def run(
    kie: Kie,
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="The rows, as JSONL or CSV; - reads stdin.")
    ],
    asked: AskedOfAll,
    download: Annotated[
        bool, typer.Option("-d", "--download", help="Save the results (KEY-N.ext).")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR/|NAME",
            help="Where to save: a folder (ends in /), or a name with {key}, {task}, {index}, "
            "{model}, {date}, {ext}. Implies -d.",
        ),
    ] = None,
    force: ForceOption = False,
    concurrency: Annotated[
        int, typer.Option("--concurrency", min=1, help="How many tasks are under way at once.")
    ] = 100,
    fail_fast: Annotated[
        bool,
        typer.Option("--fail-fast/--keep-going", help="Send no more rows after a failure."),
    ] = False,
    shard: Annotated[
        str | None,
        typer.Option("--shard", metavar="N/M", help="Only the Nth of M parts of the rows."),
    ] = None,
    max_credits: Annotated[
        str | None,
        typer.Option(
            "--max-credits",
            metavar="N",
            help="Send nothing if all rows together cost more; an unknown price is too much.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask before paying.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check all rows, print the requests, send nothing.")
    ] = False,
    no_validate: Annotated[
        bool, typer.Option("--no-validate", help="Send values that kie would refuse.")
    ] = False,
    timeout: TimeoutOption = None,
    interval: IntervalOption = None,
    label: LabelOption = None,
) -> ExitCode:
    """
    Make many tasks from a file, and wait for all of them.

    A row is a JSON object, or a line of a CSV file with a header. Its columns are the flags
    of create (prompt, image, model, aspect_ratio, ...), and key, which names the row. Flags
    of the command line hold for all rows that do not have them, and may name columns:
    "A {animal}". All rows are checked before the first is sent. Run again, the same file
    makes only what is missing: what is paid is never paid twice.

    \b
    Examples:
      kie batch prompts.csv -o 'out/{key}-{index}.{ext}' --dry-run
      kie batch prompts.csv -o out/ --max-credits 500 --label nightly
      kie batch animals.csv -p "A {animal}, watercolour" -a 16:9 -d
      jq -c '.shots[]' film.json | kie batch - -m kling --json > done.jsonl
      kie batch prompts.csv -o out/ --shard 2/8      (the second of eight CI runners)
    """
    from kie_cli.jobs.batch import Batch
    from kie_cli.jobs.budget import check_batch
    from kie_cli.jobs.rows import read_sheet
    from kie_cli.jobs.save import target
    from kie_cli.jobs.submit import nothing_sent, warn_of_unknown

    with nothing_sent():
        where = target(kie, output, force=force) if download or output is not None else None
        pace = pace_of(kie, timeout, interval)
        repeatable = {name: name in REPEATABLE for name in ASKED if name not in {"param", "input"}}
        given = {**asked, "label": label}
        valid = not no_validate
        ledger = kie.ledger_if_usable if dry_run else kie.ledger
        rows = read_sheet(kie, ledger, file, given, repeatable, where, shard=shard, validate=valid)
        if not rows:
            kie.output.note(f"No row is in part {shard}. Nothing is to be made.")
            return ExitCode.OK
        new = [row for row in rows if row.task is None]
        prices: dict[str, list[Any]] = {}
        for row in new:
            prices.setdefault(row.order.model, []).append(row.order.price)
        price = check_batch(kie, prices, max_credits)
        kie.output.note(_plan_in_words(len(rows), len(new), price))
        if dry_run:
            for row in new:
                kie.output.document(row.order.shown())
            kie.output.note("Nothing was sent.")
            return ExitCode.OK
        if not kie.output.out.usable:
            raise LocalFiles(
                "Standard output is closed, so results could not be printed. Nothing was sent.",
                "To throw them away: > /dev/null",
            )
        if kie.use_sandbox:
            kie.output.note(SANDBOX_NOTE)
        if not (yes or max_credits or _agreed(kie, price, piped=file == "-")):
            raise TooExpensive("You did not agree to the price. Nothing was sent or charged.")
        warn_of_unknown(kie)

    again = f"kie {shlex.join(kie.argv)}"
    batch = Batch(kie, rows, pace, concurrency=concurrency, fail_fast=fail_fast, again=again)
    summary = batch.run()
    kie.output.note(_summary_in_words(len(rows), summary))
    if summary.unsent:
        were = "was" if summary.unsent == 1 else "were"
        kie.output.warn(
            f"{_rows(summary.unsent)} {were} not sent, and cost nothing.",
            f"To go on; what is paid is not paid again: {again}",
        )
    if summary.code != ExitCode.OK and kie.json and summary.why:
        kie.output.error(summary.why)
    return summary.code


def _plan_in_words(rows: int, new: int, price: Any) -> str:
    found = f", {rows - new} found in the record" if new < rows else ""
    cost = f" Price: {price.cost}." if new else " Nothing is to be paid."
    return f"{_rows(rows)}: {new} to make{found}.{cost}"


def _summary_in_words(rows: int, summary: Any) -> str:
    counts = {"done": 0, **summary.counts, "not sent": summary.unsent}
    told = ", ".join(f"{n} {word}" for word, n in counts.items() if n or word == "done")
    cost = "" if summary.credits is None else f"; {amount(summary.credits)} credits"
    return f"{_rows(rows)}: {told}{cost}."


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _agreed(kie: Kie, price: Any, *, piped: bool) -> bool:
    """Ask, where there is somebody to ask and the price is above `ask_above`."""
    cap = kie.settings.get("ask_above").value
    if kie.use_sandbox or (price.credits is not None and price.credits <= cap):
        return True
    if kie.no_input or not kie.output.err.terminal:
        return True
    if piped:
        raise TooExpensive(
            f"The price is {price.cost}, and nobody can be asked while stdin has the rows. "
            "Nothing was sent.",
            "To agree: --yes, or --max-credits N",
        )
    if not (kie.stdin and kie.stdin.isatty()):
        return True
    cost = "at an unknown price" if price.credits is None else f"for {price.cost}"
    kie.output.alert(f"Send them {cost}? [y/N]")
    return kie.stdin.readline().strip().lower() in {"y", "yes"}
