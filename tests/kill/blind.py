"""
Blind kills: SIGKILL at moments that nobody chose, then a look at what is left.

    python tests/kill/blind.py --runs 1000

Each create is killed 0-50 ms after the server took its request, each `kie config set` 0-5 ms
after it began to write. Prints counts; exits with 1 if anything was lost, paid twice, or torn.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from conftest import PROGRAM, environment
from kill.harness import LIMIT, Child, ledger
from loopback import Loopback

from kie_cli.disk import private_file

CREATE_WITHIN, CONFIG_WITHIN = 0.05, 0.005  # seconds
AT_ONCE = 2
Kill = Callable[[], None]
CUT_OFF = "kie: an earlier kie create was cut off while it was sending."


@dataclass
class Creates:
    """What became of the creates; `lost`, `twice` and `unrecorded` must stay 0."""

    runs: int
    killed: int  # the others ended before the signal came
    failed: int  # ended otherwise, which would be a fault of the experiment
    on_disk: int  # its row has the id that the server gave
    unknown: int  # the next run says that its outcome is unknown
    shown: int  # its id was on stdout
    warned: int  # later runs that said at once that a create was cut off
    lost: int  # neither on disk nor unknown
    twice: int  # sent more than once
    unrecorded: int  # shown, and not on disk
    seconds: float

    @property
    def kept(self) -> bool:
        return self.runs == self.on_disk + self.unknown and not (
            self.failed or self.lost or self.twice or self.unrecorded
        )


@dataclass
class Configs:
    """What became of the config; `torn` and `open` must stay 0."""

    runs: int
    killed: int
    old: int
    new: int
    torn: int  # neither the old file nor the new one
    open: int  # a file that others could read, at any moment
    seconds: float

    @property
    def kept(self) -> bool:
        return self.runs == self.old + self.new and not (self.torn or self.open)


class Nursery:
    """Starts kies one after the other, without the time that Python and the imports take."""

    def __init__(self, home: str, env: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("nursery.py"))], env=env, cwd=home,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, umask=0,
        )  # fmt: skip

    def run(self, words: list[str], started: Callable[[Kill], object]) -> tuple[int, str, str]:
        """Run kie to its end; `started` gets the function that kills it."""
        self._process.stdin.write(json.dumps(words).encode())
        self._process.stdin.flush()
        handle = os.pidfd_open(int(self._process.stdout.readline()))

        def kill() -> None:
            with suppress(OSError):  # it has ended
                signal.pidfd_send_signal(handle, signal.SIGKILL)

        started(kill)
        ended = json.loads(self._process.stdout.readline())
        os.close(handle)
        return tuple(ended)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(LIMIT)
        self._process.stdout.close()


class Killing(Loopback):
    """A kie.ai that kills its client a little after it has charged it."""

    def __init__(self) -> None:
        self.clients: dict[str, Future[Kill]] = defaultdict(Future)
        self.charged: dict[str, list[str]] = defaultdict(list)
        super().__init__()

    def _reply(self, request):
        reply = super()._reply(request)
        if request.path.endswith("/createTask"):
            prompt = request.json["input"]["prompt"]
            self.charged[prompt].append(reply.body["data"]["taskId"])
            reply.meanwhile = lambda: soon(self.clients[prompt].result(LIMIT), CREATE_WITHIN)
        return reply


def soon(kill: Kill, within: float) -> None:
    """Kill at a random moment of the next `within` seconds."""
    threading.Timer(within * random.random(), kill).start()


def creates(runs: int) -> Creates:
    """Kill so many creates, that share one ledger, and count what is left of them."""
    began, server = time.monotonic(), Killing()
    with tempfile.TemporaryDirectory() as home:
        env = environment(Path(home), server)
        settings = Path(home) / ".config/kie"
        settings.mkdir(mode=0o700, parents=True)
        private_file(settings / "config.toml", b"rate_limit = 999999\n")  # kills, not pace

        def some(first: int) -> list[tuple[str, int, str, str]]:
            with closing(Nursery(home, env)) as nursery:
                return [
                    (
                        prompt,
                        *nursery.run(["create", "-p", prompt], server.clients[prompt].set_result),
                    )
                    for prompt in (f"run {number}" for number in range(first, runs, AT_ONCE))
                ]

        with ThreadPoolExecutor(AT_ONCE) as pool:
            ended = [run for found in pool.map(some, range(AT_ONCE)) for run in found]
        recorded = {row["prompt"]: row["task_id"] for row in ledger(home)}
        following = subprocess.run(
            [PROGRAM, "list", "--unknown"], env=env, capture_output=True, text=True, check=True
        )
        unknown = {line.split("\t")[-1] for line in following.stdout.splitlines()}
    server.close()
    for _, code, _, err in ended:
        if code not in {0, -9}:
            print(err, file=sys.stderr)
    known = {prompt for prompt, *_ in ended if [recorded.get(prompt)] == server.charged[prompt]}
    return Creates(
        runs=runs,
        killed=sum(code == -9 for _, code, _, _ in ended),
        failed=sum(code not in {0, -9} for _, code, _, _ in ended),
        on_disk=len(known),
        unknown=len(unknown),
        shown=sum(bool(out) for _, _, out, _ in ended),
        warned=sum(CUT_OFF in err for *_, err in ended) + (CUT_OFF in following.stderr),
        lost=len(server.charged.keys() - known - unknown),
        twice=sum(len(ids) > 1 for ids in server.charged.values()),
        unrecorded=sum(
            bool(out) and out.strip() != recorded.get(prompt) for prompt, _, out, _ in ended
        ),
        seconds=round(time.monotonic() - began, 1),
    )


def configs(runs: int) -> Configs:
    """Kill so many `kie config set token`, one after the other, and count what is left."""
    began, server = time.monotonic(), Loopback()
    killed = old = new = torn = 0
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / ".config/kie"
        before = None
        env = environment(Path(home), server)
        with Watch(folder) as watch:
            for number in range(runs):
                key = f"key-number-{number:04}-of-the-kills"
                words = ["config", "set", "token", "-"]
                with closing(Child(words, env, "locked", stdin=f"{key}\n")) as child:
                    soon(child.reached().release().kill, CONFIG_WITHIN)
                    end = child.end()
                assert end.code in {0, -9}, end
                killed += end.code == -9
                found = _token(folder / "config.toml")
                torn += found not in {before, key}
                old, new = old + (found == before), new + (found == key)
                before = found
    server.close()
    seconds = round(time.monotonic() - began, 1)
    return Configs(runs, killed, old, new, torn, len(watch.open), seconds)


class Watch:
    """Looks at the modes in a folder all the time; `open` has what others could have read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.open: set[str] = set()
        self.looks = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _look(self):
        while not self._over.wait(0.0002):
            self.looks += 1
            for name in (".", "config.toml", "config.toml.part", "config.toml.lock"):
                try:
                    mode = stat.S_IMODE((self._folder / name).stat().st_mode)
                except FileNotFoundError:
                    continue
                if mode & 0o077:
                    self.open.add(f"{name} {mode:o}")


def _token(file: Path) -> str | None:
    """Return the key in a config file that is whole; None without a file."""
    try:
        return tomllib.loads(file.read_text())["token"]
    except FileNotFoundError:
        return None
    except (ValueError, KeyError):
        return "torn"


def main() -> int:
    """Run both and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000, help="creates; a fifth as many configs")
    runs = parser.parse_args().runs
    kept = True
    for counted in (creates(runs), configs(max(1, runs // 5))):
        kept &= counted.kept
        told = "  ".join(f"{name} {value}" for name, value in asdict(counted).items())
        print(f"{type(counted).__name__.lower()}:  {told}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
