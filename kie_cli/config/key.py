"""The API key: where it comes from, and which hosts a saved one may go to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kie_cli.config.settings import CONFIG_FILE, FIELDS, origin_of
from kie_cli.core.secret import Secret, clean_key
from kie_cli.errors import BadKey

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from kie_cli.config.file import ConfigFile
    from kie_cli.config.settings import Settings

    Runner = Callable[..., subprocess.CompletedProcess[bytes]]

COMMAND_SECONDS = 30
_HOSTS = ("base_url", "upload_url")


class Key(NamedTuple):
    """A usable API key and its source, as a piece of a sentence."""

    secret: Secret
    source: str


def find_key(settings: Settings, *, run: Runner | None = None) -> Key:
    """
    Return the API key: from the environment, else the saved one, else of `token_command`.

    Raises BadKey when there is none, when it is wrong, and when a saved one was not saved for
    the hosts in use. `run` is `subprocess.run`.
    """
    found = settings.get("token")
    if found.value is not None:
        if found.source == CONFIG_FILE:
            _check_hosts(settings, "token")
        return Key(found.value, found.source)
    command = settings.get("token_command").value
    if command is None:
        raise BadKey(
            "There is no API key. Nothing was sent.",
            "Get one: https://kie.ai/api-key",
            "Save it: kie config set token   (asks for it; in scripts: set KIE_API_KEY)",
            "To try without a key: add --sandbox",
        )
    _check_hosts(settings, "token_command")
    return Key(clean_key(_ask(command, settings, run), "token_command"), "token_command")


def save_key(settings: Settings, file: ConfigFile, text: str) -> Key:
    """Save the key in `text` to `file`, bound to the hosts in use. Raises BadKey, LocalFiles."""
    secret = clean_key(text, "the input")
    file.set({"token": secret.reveal(), "token_for": origins_in_use(settings)})
    return Key(secret, CONFIG_FILE)


def origins_in_use(settings: Settings) -> list[str]:
    """Return the origins that a key is sent to: the API's and the upload host's."""
    return list(dict.fromkeys(origin_of(settings.get(name).value) for name in _HOSTS))


def _check_hosts(settings: Settings, saved: str) -> None:
    """Refuse to use the setting `saved` for other hosts than it was saved for."""
    usual = [FIELDS[name].default for name in _HOSTS]
    saved_for = settings.file.read().get(f"{saved}_for", usual)
    known = saved_for if isinstance(saved_for, list) else []
    for name in _HOSTS:
        setting = settings.get(name)
        origin = origin_of(setting.value)
        if origin not in known:
            raise BadKey(
                f"The saved API key is for {' and '.join(map(str, known)) or 'no host'}; "
                f"{name} from the {setting.source} is {origin}. Nothing was sent.",
                "To use a key there: set KIE_API_KEY",
                f"Or save it again, for this host: kie config set {saved}",
            )


def _ask(command: str, settings: Settings, run: Runner | None) -> str:
    """Return the first line that `token_command` prints."""
    import subprocess  # slow to import, and few need it

    # The command may want settings of its own, but never another key.
    environ = {k: v for k, v in settings.environ.items() if k not in FIELDS["token"].variables}
    try:
        done = (run or subprocess.run)(  # noqa: S604 - `pass show kie | head -1`, in their own file
            command,
            shell=True,
            stdin=subprocess.DEVNULL,  # stdin may be the prompt
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environ,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _failed(
            f"did not end within {error.timeout:g} s", error.stdout, error.stderr
        ) from None
    except OSError as error:
        raise _failed(f"cannot be run ({error.strerror})", b"", b"") from None
    if done.returncode:
        raise _failed(f"failed (exit code {done.returncode})", done.stdout, done.stderr)
    line = _first_line(done.stdout)
    if not line:
        raise _failed("printed no key in its first line", b"", done.stderr)
    return line


def _first_line(output: bytes | None) -> str:
    return (output or b"").decode(errors="replace").partition("\n")[0].strip()


def _failed(what: str, stdout: Any, stderr: Any) -> BadKey:
    said = " ".join((stderr or b"").decode(errors="replace").split())
    if key := _first_line(stdout):
        said = said.replace(key, "…")
    hints = [f"It said: {said[:500]}"] if said else []
    return BadKey(
        f"token_command {what}, so there is no API key. Nothing was sent.",
        *hints,
        "Mend it: kie config set token_command ...   Or set KIE_API_KEY",
    )
