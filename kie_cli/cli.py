"""`main`: finds the command, runs it, and turns what went wrong into words and an exit code."""

from __future__ import annotations

import contextlib
import importlib
import io
import pkgutil
import signal
from collections.abc import Sequence

import typer

from kie_cli import __version__, commands
from kie_cli.context import Kie
from kie_cli.core.suggest import nearest
from kie_cli.errors import ExitCode, KieError, NotSaved, Stopped, WrongInput
from kie_cli.output.stream import StreamLost

ALIASES = {"ls": "list"}
NO_COMMANDS = {"common"}
ROOT_FLAGS = {"-h", "--help", "--version"}
HELP = """
Make images, video and sound with kie.ai: nothing paid is lost, nothing is paid twice.

\b
First steps:
  kie config set token                   save the API key (https://kie.ai/api-key)
  kie create -p "A red hat" --wait -d    make an image and save it
  kie create -p "A red hat" --sandbox    try it offline: no key, free
"""
SETTINGS = {"help_option_names": ["-h", "--help"]}


def names() -> list[str]:
    """Return the names of all commands: the modules of `kie_cli.commands`."""
    found = (module.name for module in pkgutil.iter_modules(commands.__path__))
    return [name for name in found if name not in NO_COMMANDS]


def main(argv: Sequence[str], kie: Kie | None = None) -> int:
    """
    Run one command line and return its exit code; the one place where errors become text.

    `kie` carries environment, streams and clock, so that a test can inject its own.
    """
    kie = kie or Kie()
    kie.json = "--json" in argv  # for what is wrong before the command has its flags
    try:
        return _dispatch(list(argv), kie)
    except KieError as error:
        error.hints = (*error.hints, *kie.about_key(error))
        kie.output.error(error)
        return error.exit_code
    except Stopped as stopped:
        code = 128 + stopped.signum
        stopped.explain(f"kie: stopped. {kie.signals.meaning}")
        kie.output.stopped(stopped.lines, code, stopped.task_id)
        return code
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except StreamLost as lost:
        if lost.gone:
            return 128 + getattr(signal, "SIGPIPE", 13)
        kie.output.error(_unwritten(lost))
        return ExitCode.NOT_SAVED
    except Exception as error:  # noqa: BLE001 (the last resort: a bug)
        return _bug(kie, error)
    finally:
        kie.signals.end()
        kie.close()


def _dispatch(argv: list[str], kie: Kie) -> int:
    """Build the app with the one command that was asked for (all of them for help), and run it."""
    first = argv[0] if argv else "--help"
    asked = None if first.startswith("-") else ALIASES.get(first, first)
    if asked is None:
        chosen = names()
        if first not in ROOT_FLAGS:
            raise WrongInput(
                f"{first}: flags stand after the command, as in: kie list --json",
                "kie --help lists the commands.",
            )
    elif asked in names():
        chosen = [asked]
    else:
        near = nearest(asked, [*names(), *ALIASES])
        raise WrongInput(
            f"There is no command {asked!r}.{f' Did you mean {near}?' if near else ''}",
            "kie --help lists the commands.",
        )
    app = typer.Typer(
        name="kie",
        help=HELP,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=SETTINGS,
    )
    app.callback(invoke_without_command=True)(_root)
    for name in chosen:
        module = importlib.import_module(f"kie_cli.commands.{name}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name, context_settings=SETTINGS)
        else:
            app.command(name=name)(module.run)
    if asked:
        group = len(argv) == 1 and hasattr(module, "app")
        argv = [asked, *argv[1:], *(["--help"] if group else [])]
    try:
        with contextlib.redirect_stdout(io.StringIO()) as help_:  # Typer writes it by itself
            code = app(
                argv, prog_name="kie", standalone_mode=False, obj=kie, windows_expand_args=False
            )
    except typer.TyperException as error:
        raise _usage(error) from None
    except typer.Abort:
        raise Stopped(signal.SIGINT) from None
    if text := help_.getvalue():
        more = getattr(module, "more_help", None) if asked else None
        if not (more and more(kie, argv[1:])):
            kie.output.out.line(text.rstrip("\n"))
    return int(code or 0)


def _root(
    ctx: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version."),
) -> None:
    if version:
        typer.echo(f"kie {__version__}")
    elif ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def _usage(error: typer.TyperException) -> WrongInput:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "kie"
    return WrongInput(error.format_message(), f"{path} --help shows how it is used.")


def _unwritten(lost: StreamLost) -> NotSaved:
    return NotSaved(
        f"The result could not be written to standard output: {lost.reason}.",
        *([f"It was: {lost.text}"] if lost.text else []),
        "Tasks and their results are not lost by it: kie list",
    )


def _bug(kie: Kie, error: Exception) -> int:
    found = KieError(
        f"kie broke off: {type(error).__name__}: {error}. This is a bug in kie.",
        "What was paid for is in kie list. KIE_DEBUG=1 shows where it happened.",
    )
    kie.output.error(found)
    if kie.verbose:
        import traceback

        for line in "".join(traceback.format_exception(error)).splitlines():
            kie.output.debug(line)
    return found.exit_code
