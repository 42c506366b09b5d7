"""`kie config`: the settings that are kept."""

from __future__ import annotations

from typing import Annotated

import typer

from kie_cli.commands.common import command
from kie_cli.context import Kie
from kie_cli.errors import WrongInput

HEAD = ("KEY", "VALUE", "SOURCE")
SECRETS = {"token": "https://kie.ai/api-key", "webhook_key": "https://kie.ai/settings"}
Key = Annotated[str, typer.Argument(metavar="KEY", help="A setting; kie config list shows all.")]

app = typer.Typer(help="Keep the API key and other settings.", no_args_is_help=True)


@app.command(name="set")
@command
def set_(
    kie: Kie,
    key: Key,
    value: Annotated[
        str | None, typer.Argument(metavar="[VALUE|-]", help="Its value; - reads it from stdin.")
    ] = None,
) -> None:
    """
    Save a setting.

    `kie config set token` asks for the API key without showing it; `-` takes it from
    stdin. The key is never an argument: other users of a machine can see those. It is
    saved for the host in use, in a file that only you can read.

    \b
    Examples:
      kie config set token
      pass show kie | kie config set token -
      kie config set token_command "pass show kie"
      kie config set model flux-2/flex-image-to-image
    """
    from kie_cli.config.key import origins_in_use, save_key
    from kie_cli.config.settings import FIELDS, check_value

    file = kie.settings.file
    if key in SECRETS:
        if value not in {None, "-"}:
            raise WrongInput(
                "The key is never an argument: it would stand in the history of your shell. "
                "Nothing was saved.",
                f"kie config set {key}    asks for it without showing it",
                f"If it was a real key, reset it at {SECRETS[key]}",
            )
        piped = value == "-" and not (kie.stdin and kie.stdin.isatty())
        value = _line(kie) if piped else _ask(kie, key)
    if key == "token":
        saved = save_key(kie.settings, file, value or "")
        masked = saved.secret.masked.strip("…")
        ending = f" ending in {masked}" if masked else ""
        kie.output.note(f"Saved the key{ending} to {file.path} (only you can read it)")
        return
    if value is None:
        meaning = [f"{key}: {FIELDS[key].help}"] if key in FIELDS else []
        raise WrongInput(f"Which value for {key}?", *meaning, f"kie config set {key} VALUE")
    text = _line(kie) if value == "-" else value
    values: dict[str, object] = {key: check_value(key, text)}
    if key == "token_command":
        values["token_command_for"] = origins_in_use(kie.settings)
    file.set(values)
    kie.output.note(f"Saved {key} to {file.path}")


@app.command()
@command
def get(kie: Kie, key: Key) -> None:
    """
    Print one setting that is in force; of the key only the end.

    \b
    Examples:
      kie config get model
    """
    value, source = kie.settings.shown(key)
    kie.output.value(value, {"key": key, "value": value or None, "source": source})


@app.command()
@command
def unset(kie: Kie, key: Key) -> None:
    """
    Remove a setting from the config file.

    \b
    Examples:
      kie config unset token
    """
    from kie_cli.config.settings import FIELDS

    if key not in FIELDS:
        kie.settings.get(key)  # says which there are; a wrong value may be removed
    removed = kie.settings.file.unset(key)
    kie.output.note(f"Removed {key}." if removed else f"{key} was not set in the config file.")


@app.command(name="list")
@command
def list_(kie: Kie) -> None:
    """
    List all settings with their values and where each comes from.

    \b
    Examples:
      kie config list
      kie config list --json
    """
    rows = [
        ((name, value, source), {"key": name, "value": value or None, "source": source})
        for name, value, source in kie.settings.everything()
    ]
    kie.output.table(HEAD, rows, cut_last=False)


@app.command()
@command
def path(kie: Kie) -> None:
    """
    Print where the config file is.

    \b
    Examples:
      kie config path
    """
    file = str(kie.places.config_file)
    kie.output.value(file, {"path": file})


def _line(kie: Kie) -> str:
    if kie.stdin is None:
        raise WrongInput("stdin is closed. Nothing was saved.")
    return kie.stdin.buffer.readline().decode(errors="replace").rstrip("\r\n")


def _ask(kie: Kie, key: str) -> str:
    if kie.no_input or not (kie.stdin and kie.stdin.isatty()):
        raise WrongInput(
            "There is no terminal to ask for the key. Nothing was saved.",
            f"From a pipe: pass show kie | kie config set {key} -",
        )
    from getpass import getpass

    try:
        name = "API key" if key == "token" else "Webhook key"
        return getpass(f"{name} (not shown): ", stream=kie.stderr)
    except EOFError:
        return ""
