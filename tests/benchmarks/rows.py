"""What compare.py runs: kie, curl, and floors of the same libraries, with their budgets."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import kie_cli
from kie_cli.core.clock import SystemClock
from kie_cli.ledger.store import Draft, Ledger

SMALL, LARGE = 1000, 200_000_000
FILES = {"1 kB": SMALL, "20 MB": 20_000_000, "200 MB": LARGE}
TASKS = 1000  # of the ledger
P = "python -c pass"
BUDGETS = {"download plain": 1.3, "download TLS": 1.7, "upload": 4.0}
# What a large transfer takes more than a small one is the transfer itself.
TRANSFERS = {
    "download plain": ("kie download {}, plain", "curl {}, plain"),
    "floor, download plain": ("floor: curl, sync, sha256sum {}, plain", "curl {}, plain"),
    "download TLS": ("kie download {}, TLS", "curl {}, TLS"),
    "floor, download TLS": ("floor: curl, sync, sha256sum {}, TLS", "curl {}, TLS"),
    "upload": ("kie upload {}", "curl {}, upload"),
}

BARE_TYPER = """
import typer
app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
@app.command()
def get(name: str, json: bool = False): print(name)
app()
"""
BARE_STATUS = """
import ssl
import httpx, truststore, typer
app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
@app.command()
def status(url: str):
    with httpx.Client(verify=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as client:
        print(client.get(url).json()["data"]["state"])
app()
"""
BARE_FETCH = """
import http.client, json, ssl, sys
scheme, _, host, path = sys.argv[1].split("/", 3)
line = http.client.HTTPSConnection(host) if scheme == "https:" else http.client.HTTPConnection(host)
line.request("GET", "/" + path)
answer = line.getresponse()
if len(sys.argv) == 2:
    json.loads(answer.read())
else:
    with open(sys.argv[2], "wb") as file:
        while piece := answer.read(2**16):
            file.write(piece)
"""
SAFE_CURL = 'curl -sf -o got "$0" && sync got && sha256sum got'  # what kie promises of a file


class Used(NamedTuple):
    wall: float  # seconds
    cpu: float  # seconds, user and system


class Row(NamedTuple):
    """
    A command, or a function that measures by itself, once a round.

    `base` names the row that it is measured by, `budget` is in its medians.
    """

    name: str
    words: Sequence[str | Path] | Callable[[Path, Mapping[str, str]], Used]
    base: str = ""
    budget: float | None = None
    env: Mapping[str, str] = {}
    before: Callable[[], None] = lambda: None


def there(program):
    """Return where a program is; say so if it is not there."""
    found = shutil.which(program)
    if found is None:
        print(f"skipped: {program} is not on PATH")
    return found


def startup(python, mark, cache):
    """Return the rows that need no server, of the kie beside `python`."""
    kie, base = Path(python).with_name("kie"), P + mark
    purelib = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    packages = [Path(purelib), Path(kie_cli.__file__).parent]

    def forget():
        for folder in packages:
            shutil.rmtree(cache / str(folder.resolve()).lstrip("/"), ignore_errors=True)

    def local(words, budget=8.0, **more):
        return Row(f"kie {words}{mark}", [kie, *words.split()], base, budget, **more)

    return [
        Row(base, [python, "-c", "pass"]),
        local("--version", 1.3),
        local("--help"),
        local("help exit-codes"),
        local("config get model"),
        local("list"),
        local("create --dry-run -p hat"),
        Row(f"kie --help, never run before{mark}", [kie, "--help"], base,
            env={"PYTHONPYCACHEPREFIX": str(cache)}, before=forget),
        Row(f"floor: bare Typer --help{mark}", [python, "-c", BARE_TYPER, "--help"], base),
    ]  # fmt: skip


def task(size, tls=False):
    """Return the id of a task whose result has `size` bytes (tls.py)."""
    return f"{'b' if tls else 'a'}{size:031}"


RECORD = f"/api/v1/jobs/recordInfo?taskId={task(SMALL)}"


def online(python, mark, tls):
    """Return the rows of one look at a task."""
    kie = [Path(python).with_name("kie"), "status", task(SMALL)]
    floor = [python, "-c", BARE_STATUS, tls + RECORD]
    return [
        Row(f"floor: bare Typer + httpx, TLS{mark}", floor, P + mark),
        Row(f"kie status ID, TLS{mark}", kie, P + mark, 15.0, {"KIE_BASE_URL": tls}),
    ]


def wire(python, plain, tls, slow):
    """Return the rows that need servers."""
    kie = Path(python).with_name("kie")
    distant = {"KIE_BASE_URL": slow}
    fetch, status = [python, "-c", BARE_FETCH], [python, "-c", BARE_STATUS]
    rows = [
        Row("curl, TLS", ["curl", "-sf", tls + RECORD], P),
        Row("floor: http.client, TLS", [*fetch, tls + RECORD], P),
        *online(python, "", tls),
        Row("curl, 80 ms", ["curl", "-sf", slow + RECORD]),
        Row("floor: http.client, 80 ms", [*fetch, slow + RECORD], "curl, 80 ms"),
        Row("floor: bare Typer + httpx, 80 ms", [*status, slow + RECORD], "curl, 80 ms"),
        Row("kie status ID, 80 ms", [kie, "status", task(SMALL)], "curl, 80 ms", 1.35, distant),
    ]
    if http := shutil.which("http"):
        words = [http, "--ignore-stdin"]
        rows += [Row("httpie, TLS", [*words, tls + RECORD], P),
                 Row("httpie, 80 ms", [*words, slow + RECORD], "curl, 80 ms")]  # fmt: skip
    download, upload = [kie, "download", "--force", "-o", "got.mp4"], "/api/file-stream-upload"
    safe = there("sha256sum")
    for size, label in ((LARGE, "200 MB"), (SMALL, "1 kB")):
        for name, host in (("plain", plain), ("TLS", tls)):
            base, url = f"curl {label}, {name}", f"{host}/{size}.mp4"
            budget = BUDGETS[f"download {name}"] if size == LARGE else None
            rows += [
                Row(base, ["curl", "-sf", "-o", "got", url]),
                Row(f"floor: http.client {label}, {name}", [*fetch, url, "got"], base),
                *[Row(f"floor: curl, sync, sha256sum {label}, {name}",
                      ["sh", "-c", SAFE_CURL, url], base)] * bool(safe),
                Row(f"kie download {label}, {name}", [*download, task(size, host == tls)], base,
                    budget),
            ]  # fmt: skip
    for label in FILES:
        base, file = f"curl {label}, upload", f"{label}.mp4"
        budget = BUDGETS["upload"] if label == "20 MB" else None
        rows += [
            Row(base, ["curl", "-sf", "-F", f"file=@{file}", plain + upload]),
            Row(f"kie upload {label}", [kie, "upload", file], base, budget),
        ]
    return rows


def fill(folder, origin):
    """Write a ledger of TASKS tasks."""
    with closing(Ledger(folder, origin, SystemClock())) as ledger:
        for number in range(TASKS):
            sent = f'{{"input":{{"prompt":"a red hat, {number}"}},"model":"nano-banana-pro"}}'
            intent = ledger.prepare(Draft("nano-banana-pro", sent, f"{number:064x}", "a red hat"))
            ledger.sending(intent, sent.encode())
            ledger.accepted(intent, f"{number:032x}", "{}")
