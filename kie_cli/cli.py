"""`main`: finds the command, runs it, and turns what went wrong into words and an exit code."""

from __future__ import annotations

import contextlib
import importlib
import io
import signal
from collections.abc import Sequence
from pathlib import Path

import typer

from kie_cli import __version__, commands
from kie_cli.commands.help import TOPICS, page
from kie_cli.context import Kie
from kie_cli.core.suggest import nearest
from kie_cli.errors import ExitCode, KieError, NotSaved, Stopped, WrongInput
from kie_cli.output.stream import StreamLost

ALIASES = {"ls": "list"}
NO_COMMANDS = {"__init__", "asked", "common"}
ROOT_FLAGS = {"-h", "--help", "--version"}
SETTINGS = {"help_option_names": ["-h", "--help"]}


def names() -> list[str]:
    """Return the names of all commands: the modules of `kie_cli.commands`."""
    found = {path.stem for path in Path(commands.__path__[0]).glob("*.py")}
    return sorted(found - NO_COMMANDS)


def main(argv: Sequence[str], kie: Kie | None = None) -> int:
    """
    Run one command line and return its exit code; the one place where errors become text.

    `kie` carries environment, streams and clock, so that a test can inject its own.
    """
    kie = kie or Kie()
    kie.argv = argv
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
    """Build the app with the one command that was asked for, and run it."""
    first = argv[0] if argv else "--help"
    if first in ROOT_FLAGS:
        kie.output.out.line(_about_kie(first))
        return ExitCode.OK
    if first.startswith("-"):
        raise WrongInput(
            f"{first}: flags stand after the command, as in: kie list --json",
            "kie --help lists the commands.",
        )
    about = argv[1] if first == "help" and argv[1:] else ""
    if about not in TOPICS and ALIASES.get(about, about) in names():
        first, argv = about, [*argv[1:], "--help"]
    asked = ALIASES.get(first, first)
    if asked not in names():
        near = nearest(asked, [*names(), *ALIASES])
        raise WrongInput(
            f"There is no command {asked!r}.{f' Did you mean {near}?' if near else ''}",
            "kie --help lists the commands.",
        )
    app = typer.Typer(
        name="kie",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=SETTINGS,
    )
    app.callback()(lambda: None)  # so that one command is a command still, with its name
    module = importlib.import_module(f"kie_cli.commands.{asked}")
    is_group = hasattr(module, "app")
    if is_group:
        app.add_typer(module.app, name=asked, context_settings=SETTINGS)
    else:
        app.command(name=asked)(module.run)
    argv = [asked, *argv[1:], *(["--help"] if is_group and len(argv) == 1 else [])]
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
        more = getattr(module, "more_help", None)
        if not (more and more(kie, argv[1:])):
            kie.output.out.line(text.rstrip("\n"))
    return int(code or 0)


def _about_kie(flag: str) -> str:
    if flag == "--version":
        return f"kie {__version__}"
    return page("kie").rstrip("\n")


def _usage(error: typer.TyperException) -> WrongInput:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "kie"
    message = error.format_message()
    if (wrong := getattr(error, "option_name", None)) and hasattr(error, "possibilities"):
        near = nearest(wrong, error.possibilities or (), likeness=0.75)
        message = f"There is no flag {wrong}.{f' Did you mean {near}?' if near else ''}"
    return WrongInput(message, f"{path} --help shows how it is used.")


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
