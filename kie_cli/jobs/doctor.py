"""What kie needs, looked at piece by piece: nothing is created, uploaded or charged."""

from __future__ import annotations

import os
import platform
import shlex
import ssl
import stat
import threading
import urllib.request
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from kie_cli import __version__
from kie_cli.api.client import CREDIT
from kie_cli.api.probe import steps
from kie_cli.api.transport import PROXY_VARIABLES, Transport
from kie_cli.config.settings import FIELDS
from kie_cli.context import Kie
from kie_cli.core.durations import spoken
from kie_cli.core.task import amount
from kie_cli.core.verdict import TOP_UP
from kie_cli.disk import POSIX, is_local
from kie_cli.errors import BadKey, ExitCode, KieError, Unreachable, WrongInput
from kie_cli.ledger.database import Database
from kie_cli.ledger.store import FILE

FINE, WARNING, FAULT = "ok", "warning", "fault"
PATIENCE = 10.0  # seconds for one check
SKEW = 60.0  # seconds that a clock may be wrong
PACKAGES = ("typer", "httpx", "rich", "pydantic", "platformdirs", "truststore", "tomlkit")
PROXIES = {"http", "https", "socks5", "socks5h"}


@dataclass(frozen=True, slots=True)
class Check:
    """What was found out about one piece. `code` is what a fault lets commands end with."""

    name: str
    detail: str
    state: str = FINE
    hint: str | None = None
    code: ExitCode = ExitCode.OK

    def as_json(self) -> dict[str, object]:
        """Return the documented JSON object (docs/json.md)."""
        return {
            "check": self.name,
            "ok": self.state != FAULT,
            "state": self.state,
            "detail": self.detail,
            "hint": self.hint,
        }


def examine(kie: Kie) -> list[Check]:
    """
    Return what was found, in a fixed order; takes half a minute at most, and costs nothing.

    In the sandbox only what is on this machine is looked at.
    """
    checks = [_program(), _within("config", partial(_config, kie))]
    settings = checks[-1].code != ExitCode.LOCAL_FILES
    if settings:
        # Its own limit of time: a token_command may ask a person for a password.
        checks.append(_guarded("key", partial(_key, kie)))
    key = checks[-1].name == "key" and checks[-1].state == FINE
    if settings and not kie.use_sandbox:
        checks += [_proxies(), _certificates(), *_network(kie)]
    for name in ("config_dir", "state_dir", "cache_dir"):
        checks.append(_within(name, partial(_folder, kie, name)))
    if settings:
        checks.append(_within("ledger", partial(_ledger, kie)))
    if key:
        checks.append(_within("balance", partial(_balance, kie)))
    return checks


def _guarded(name: str, look: Callable[[], Check]) -> Check:
    """Return what `look` found; of an error what it says."""
    try:
        return look()
    except KieError as error:
        return Check(name, error.message, FAULT, "\n".join(error.hints) or None, error.exit_code)
    except OSError as error:
        found = f"{error.filename}: {error.strerror}"
        return Check(name, found, FAULT, code=ExitCode.LOCAL_FILES)


def _begin(name: str, look: Callable[[], Check]) -> Callable[[], Check]:
    """Start a check; return what waits for it."""
    box: SimpleQueue[Check | Exception] = SimpleQueue()

    def work() -> None:
        try:
            box.put(_guarded(name, look))
        except Exception as error:  # noqa: BLE001 (raised again in the caller's thread)
            box.put(error)

    def wait() -> Check:
        try:
            found = box.get(timeout=PATIENCE)
        except Empty:
            late = f"no answer within {spoken(PATIENCE)}"
            return Check(name, late, FAULT, "Try again later.", ExitCode.UNREACHABLE)
        if isinstance(found, Exception):
            raise found
        return found

    threading.Thread(target=work, daemon=True).start()
    return wait


def _within(name: str, look: Callable[[], Check]) -> Check:
    return _begin(name, look)()


def _program() -> Check:
    found = [f"kie {__version__}", f"Python {platform.python_version()}", platform.platform()]
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} of an unknown version")
    return Check("program", ", ".join(found))


def _config(kie: Kie) -> Check:
    file, wrong = kie.settings.file, []
    for name in FIELDS:
        try:
            kie.settings.get(name)
        except WrongInput as error:
            wrong.append(error.message)
        except BadKey:
            pass  # the next check tells of it
    if wrong:
        hint = "Mend it: kie config set KEY VALUE, or the variable in the environment."
        return Check("config", " ".join(wrong), FAULT, hint, ExitCode.WRONG_INPUT)
    if file.warnings:
        return Check("config", " ".join(file.warnings), WARNING)
    if file.path is None:
        return Check("config", "there is no folder for a config file", WARNING,
                     "Set KIE_CONFIG_DIR to a folder of yours.")  # fmt: skip
    return Check("config", f"{file.path}{'' if file.path.exists() else ' (not there: defaults)'}")


def _key(kie: Kie) -> Check:
    return Check("key", f"{kie.key.secret.masked} from: {kie.key.source}")


def _proxies() -> Check:
    found, wrong = [], []
    # httpx asks the same function.
    for scheme, address in urllib.request.getproxies().items():
        if scheme == "no":
            found.append(f"none for {address}")
        elif scheme in {"http", "https", "all"}:
            kind, shown = _proxy(address)
            found.append(f"{scheme}: {shown}")
            if kind not in PROXIES:
                wrong.append(f"{scheme.upper()}_PROXY is a {kind} proxy.")
    if wrong:
        hint = f"kie can use http, https, socks5 and socks5h: mend {', '.join(PROXY_VARIABLES)}."
        return Check("proxies", " ".join(wrong), FAULT, hint, ExitCode.WRONG_INPUT)
    return Check("proxies", ", ".join(found) or "none")


def _proxy(address: str) -> tuple[str, str]:
    """Return kind and address of a proxy, the address without user and password."""
    kind, _, rest = address.rpartition("://")
    kind = kind.lower() or "http"
    return kind, f"{kind}://{rest.rpartition('@')[2]}"


def _certificates() -> Check:
    names = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
    for name in names:
        path = Path(os.environ[name])
        try:
            if name == "SSL_CERT_FILE":
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
            elif not path.is_dir():
                raise NotADirectoryError(None, "not a folder")
        except OSError as error:
            why = "no certificates in it" if isinstance(error, ssl.SSLError) else error.strerror
            wrong = f"{name} is {path}: {why}"
            hint = f"Name a {'folder' if name.endswith('DIR') else 'PEM file'}, or unset it."
            return Check("certificates", wrong, FAULT, hint, ExitCode.WRONG_INPUT)
    found = [f"{name} is {os.environ[name]}" for name in names]
    return Check("certificates", ", ".join(found) or "those of the system")


def _network(kie: Kie) -> list[Check]:
    """Ask both hosts at the same time; their own time against this machine's clock."""
    transport = Transport(
        key=None,
        signed=(),
        user_agent=f"kie-cli/{__version__}",
        clock=kie.clock,
        log=kie.output.debug,
    )
    leads: SimpleQueue[float] = SimpleQueue()
    hosts = {"api": lambda: kie.api_url + CREDIT, "upload": lambda: f"{kie.upload_url}/"}
    with closing(transport):
        waits = [
            _begin(name, partial(_host, kie, transport, name, url, leads))
            for name, url in hosts.items()
        ]
        return [*(wait() for wait in waits), _clock(leads)]


def _host(
    kie: Kie,
    transport: Transport,
    name: str,
    url_of: Callable[[], str],
    leads: SimpleQueue[float],
) -> Check:
    """Make one request without the key; any answer at all shows that the host is there."""
    url = url_of()
    parts = urlsplit(url)
    way = [f"{parts.scheme}://{parts.netloc}"]
    hint = (
        "Check the network, the proxy (HTTPS_PROXY, NO_PROXY) and the certificates "
        "(SSL_CERT_FILE adds a company's own)."
    )
    proxies = urllib.request.getproxies()
    proxy = proxies.get("https") or proxies.get("all")
    if parts.scheme == "https" and proxy and not urllib.request.proxy_bypass(parts.netloc):
        way.append(f"through {_proxy(proxy)[1]}")
    else:
        way += steps(url, kie.clock)
        if way[-1].startswith(("DNS:", "TCP:")):
            return Check(name, "; ".join(way), FAULT, hint, ExitCode.UNREACHABLE)
    began = kie.clock.monotonic()
    try:
        with transport.download(url, {}) as answer:
            status, sent = answer.status, answer.headers.get("date", "")
    except Unreachable as error:
        why = error.message.replace("The transfer broke", "no answer")
        return Check(name, "; ".join([*way, why]), FAULT, hint, error.exit_code)
    with suppress(ValueError, TypeError, OverflowError):
        leads.put(kie.clock.now() - parsedate_to_datetime(sent).timestamp())
    way.append(f"answered {status} in {(kie.clock.monotonic() - began) * 1000:.0f} ms")
    if status > 500:
        return Check(name, "; ".join(way), WARNING, "It is there, but busy: try again later.")
    return Check(name, "; ".join(way))


def _clock(leads: SimpleQueue[float]) -> Check:
    if leads.empty():
        return Check("clock", "no host told the time", WARNING)
    lead = leads.get()
    told = f"{spoken(abs(lead))} {'ahead of' if lead > 0 else 'behind'} kie.ai's"
    if abs(lead) <= SKEW:
        return Check("clock", told)
    hint = "Set this machine's clock: signatures of callbacks and ages of links go by it."
    return Check("clock", told, WARNING, hint)


def _folder(kie: Kie, name: str) -> Check:
    folder: Path = getattr(kie.places, name)
    fault, quoted = ExitCode.LOCAL_FILES, shlex.quote(str(folder))
    other = f"Set KIE_{name.upper()} to a folder of your own."
    try:
        found = folder.stat()
    except FileNotFoundError:
        return Check(name, f"{folder} (not there yet)")
    if not (stat.S_ISDIR(found.st_mode) and os.access(folder, os.R_OK | os.W_OK | os.X_OK)):
        return Check(name, f"{folder} is no folder that kie can write to", FAULT, other, fault)
    if POSIX and found.st_uid != os.geteuid():
        return Check(name, f"{folder} belongs to another user", FAULT, other, fault)
    if POSIX and found.st_mode & 0o022:
        hint = f"chmod 700 {quoted}"
        return Check(name, f"others can write to {folder}", FAULT, hint, fault)
    if name == "state_dir" and not is_local(folder):
        return Check(name, f"{folder} is not on a disk of this machine", WARNING,
                     f"Set KIE_{name.upper()} to a local folder.")  # fmt: skip
    if POSIX and found.st_mode & 0o077:
        return Check(name, f"others can read {folder}", WARNING, f"chmod 700 {quoted}")
    return Check(name, str(folder))


def _ledger(kie: Kie) -> Check:
    file = kie.places.state_dir / FILE
    if not file.exists():
        return Check("ledger", f"{file} (not there yet)")
    with closing(Database(file)) as database:
        database.check()
    ledger = kie.ledger
    tasks, unknown, unsaved = ledger.tasks(), ledger.tasks(unknown=True), ledger.unsaved()
    told = f"{file} is sound: {len(tasks)} creates, {len(unknown)} unknown, {len(unsaved)} unsaved"
    if unknown:
        return Check("ledger", told, WARNING, f"See {kie.again('list --unknown')}")
    return Check("ledger", told)


def _balance(kie: Kie) -> Check:
    try:
        credits = kie.client.credits()
    except KieError as error:
        error.hints = (*error.hints, *kie.about_key(error))
        raise
    found = f"{amount(credits)} credits"
    return Check("balance", found) if credits > 0 else Check("balance", found, WARNING, TOP_UP)
