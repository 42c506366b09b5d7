"""The settings: what there is to set, and which of flag, environment, file and default wins."""

from __future__ import annotations

import ipaddress
import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from kie_cli.core.durations import parse_duration
from kie_cli.core.secret import SHORTEST, Secret, clean_key
from kie_cli.errors import BadKey, WrongInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kie_cli.config.file import ConfigFile

CONFIG_FILE = "config file"
DEFAULT = "default"
_KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number"}


class Setting(NamedTuple):
    """A value in force, and where it comes from, as a piece of a sentence."""

    value: Any
    source: str


class Field(NamedTuple):
    """One thing to set. `check` turns its text into its value; its ValueError is a sentence."""

    help: str
    check: Callable[[str], object]
    variables: tuple[str, ...] = ()
    default: str | None = None
    flag: str | None = None
    takes: tuple[type, ...] = (str,)


def _text(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("it must be one line of text")
    return text.strip()


def _folder(text: str) -> str:
    if not text or "\0" in text:
        raise ValueError("it must be the name of a folder")
    return os.path.expanduser(text)  # noqa: PTH111 - Path would drop a last slash


def _yes_or_no(text: str) -> bool:
    answers = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if (answer := answers.get(text.strip().lower())) is None:
        raise ValueError("write true or false")
    return answer


def _callback(text: str) -> str:
    url = text.strip()
    if not re.fullmatch(r"https?://[^\s/?#]+[^\s]*", url, re.IGNORECASE) or not url.isprintable():
        raise ValueError("write a whole address: https://...")
    return url


def _count(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text.strip()):
        raise ValueError("it must be a whole number, 1 or more")
    return int(text)


def _webhook_key(text: str) -> Secret:
    if len(key := _text(text)) < SHORTEST:
        raise ValueError(f"it must have {SHORTEST} characters or more")
    return Secret(key)


def _credits(text: str) -> float:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text.strip()):
        raise ValueError("it must be a number of credits, 0 or more")
    return float(text)


def check_url(text: str) -> str:
    """
    Return a base URL as scheme, host, port and path, in one spelling.

    Raises ValueError with a sentence that never quotes the URL: it may hold a password.
    """
    url = text.strip()
    if not re.fullmatch(r"[\x21-\x7e]+", url) or "\\" in url:
        raise ValueError("an address has no blanks and no signs beyond ASCII")
    if "@" in url:
        raise ValueError("an address with a user name, password or key in it is refused")
    if "?" in url or "#" in url:
        raise ValueError("an address that ends in a ?query or #fragment is refused")
    origin = origin_of(url)
    if origin.startswith("http://") and not _is_loopback(urlsplit(origin).hostname or ""):
        raise ValueError("http:// is for this machine itself (localhost); write https://")
    return origin + urlsplit(url).path.rstrip("/")


def origin_of(url: str) -> str:
    """Return `scheme://host[:port]`, in lower case, without a default port. Raises ValueError."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.scheme not in {"http", "https"}:
        raise ValueError("write a whole address: https://...")
    shown = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{shown}" + (f":{port}" if port not in {None, usual} else "")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


FIELDS: dict[str, Field] = {
    "token": Field(
        "the API key (https://kie.ai/api-key)", _text, ("KIE_API_KEY", "KIE_AI_API_KEY")
    ),
    "token_command": Field("a command whose first output line is the API key", _text),
    "model": Field(
        "the model of create", _text, ("KIE_MODEL",), default="flux-2/pro-image-to-image"
    ),
    "timeout": Field(
        "how long to wait for a task: 90s, 15m, 1h30m, seconds, none",
        parse_duration, ("KIE_TIMEOUT",), default="15m", takes=(str, float, int),
    ),
    "output_dir": Field(
        "the folder for results", _folder, ("KIE_OUTPUT_DIR",), default=".", flag="--output"
    ),
    "callback_url": Field(
        "the URL that kie.ai calls when a task has ended", _callback, ("KIE_CALLBACK_URL",)
    ),
    "webhook_key": Field(
        "the key that kie.ai signs its calls with (https://kie.ai/settings)",
        _webhook_key, ("KIE_WEBHOOK_KEY",),
    ),
    "base_url": Field("the API host", check_url, ("KIE_BASE_URL",), default="https://api.kie.ai"),
    "upload_url": Field(
        "the upload host", check_url, ("KIE_UPLOAD_URL",), default="https://kieai.redpandaai.co"
    ),
    "record_prompts": Field(
        "whether the ledger keeps prompts; false: only a hash",
        _yes_or_no, default="true", takes=(str, bool),
    ),
    "rate_limit": Field(
        "the creates that kie.ai takes from the account in 10 s", _count, default="20",
        takes=(str, int),
    ),
    "ask_above": Field(
        "the credits above which batch asks on a terminal before it sends anything",
        _credits, default="100", takes=(str, float, int),
    ),
    "max_credits_per_task": Field(
        "the credits that one task may cost; an unknown price is too much",
        _credits, flag="--max-credits", takes=(str, float, int),
    ),
    "max_credits_per_day": Field(
        "the credits that all creates of a day may cost, by this machine's record",
        _credits, takes=(str, float, int),
    ),
}  # fmt: skip


class Settings:
    """What is set, by flag > environment (empty = unset) > config file > default."""

    def __init__(self, environ: Mapping[str, str], file: ConfigFile) -> None:
        self.environ = environ
        self.file = file

    def get(self, name: str, flag: str | None = None) -> Setting:
        """
        Return the value of `name` in force; None when nothing sets it.

        A timeout is in seconds, None for no limit; the token is a Secret. Raises WrongInput
        for an unknown name or a wrong value, BadKey for a wrong token.
        """
        if flag is None:
            raw, source = self._raw(name)
            return Setting(_checked(name, raw, source, f"{name} from the {source}"), source)
        option = _field(name).flag or f"--{name.replace('_', '-')}"
        return Setting(_checked(name, flag, option, option), option)

    def shown(self, name: str) -> tuple[str, str]:
        """Return the value to show (of the key its end alone) and its source; raises as `get`."""
        setting = self.get(name)
        value = setting.value
        if isinstance(value, Secret):
            return value.masked, setting.source
        if isinstance(value, bool):
            return str(value).lower(), setting.source
        text = value if isinstance(value, str) else self._raw(name)[0]  # as it was written
        return "" if text is None else str(text), setting.source

    def everything(self) -> list[tuple[str, str, str]]:
        """Return (name, value to show, source) of all settings; a wrong value says why it is."""
        return [(name, *self._shown(name)) for name in FIELDS]

    def _shown(self, name: str) -> tuple[str, str]:
        try:
            return self.shown(name)
        except (WrongInput, BadKey) as error:
            return f"not usable: {error.message}", self._raw(name)[1]

    def _raw(self, name: str) -> tuple[object, str]:
        field = _field(name)
        for variable in field.variables:
            if text := self.environ.get(variable):
                return text, f"environment ({variable})"
        value = self.file.read().get(name, "")
        return (field.default, DEFAULT) if value == "" else (value, CONFIG_FILE)


def check_value(name: str, text: str) -> str | bool:
    """
    Return the value of `name` as the config file keeps it.

    Raises WrongInput; for `token` always: `save_key` saves it, with its hosts.
    """
    if name == "token":
        raise WrongInput("The key is never an argument.", "kie config set token asks for it.")
    value = _checked(name, text, name, name)
    return value if isinstance(value, (str, bool)) else text.strip()


def _field(name: str) -> Field:
    if name in FIELDS:
        return FIELDS[name]
    from kie_cli.core.suggest import nearest  # only a mistake needs it

    # The name itself stays unsaid: it may be a key in the wrong place.
    near = nearest(name, FIELDS)
    raise WrongInput(
        "There is no such setting." + (f" Did you mean {near}?" if near else ""),
        f"Settings: {', '.join(FIELDS)}",
    )


def _checked(name: str, raw: object, source: str, where: str) -> Any:
    """Return the value in `raw`; a mistake is told with its place, `where`."""
    if raw is None:
        return None
    field = _field(name)
    if type(raw) not in field.takes:
        kinds = " or ".join(dict.fromkeys(_KINDS[kind] for kind in field.takes))
        raise WrongInput(f"{where}: it must be {kinds}.")
    if name == "token":
        return clean_key(str(raw), source)
    try:
        return field.check(str(raw))
    except ValueError as error:
        raise WrongInput(f"{where}: {str(error).removesuffix('.')}.") from None
