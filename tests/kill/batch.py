"""
A batch that is killed again and again: SIGKILL, the same command once more, until all is made.

    python tests/kill/batch.py --rows 200 --kills 50
    python tests/kill/batch.py --rows 200 --kills 50 --signal INT

The server answers after 20-100 ms, its tasks take 0.3-2 s, and it counts each create by the
prompt of its row. Each kill comes at a random moment: in the first second of a run, or right
after one of its first creates, looks or downloads. Prints counts; exits with 1 if anything was
lost, paid twice, or torn. A signal that can be heard must not even leave an unknown outcome.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from conftest import PROGRAM, environment
from kill.harness import large, ledger, sql
from loopback import Loopback, Reply

from kie_cli.core.clock import SystemClock
from kie_cli.disk import private_file

now = SystemClock().now
ANSWERS, TASKS = (0.02, 0.1), (0.3, 2.0)  # seconds
WITHIN = 0.12  # seconds from a request to the kill: some answers come first
LONGEST_RUN, LONGEST_END = 3.0, 180.0  # seconds: of a run that is killed, and of the last one
STAGES = {"createTask": "creates", "recordInfo": "looks", "png": "downloads"}
WORDS = ["batch", "rows.jsonl", "-o", "out/", "--interval", "0.3", "--concurrency", "8"]


@dataclass
class Killed:
    """What became of the rows; `twice`, `lost`, `torn`, `parts` and `failed` must stay 0."""

    rows: int
    kills: int = 0
    during: Counter[str] = field(default_factory=Counter)  # what was under way at the kills
    paid: int = 0  # once
    twice: int = 0
    saved: int = 0  # whole, byte by byte what the server gave
    unknown: int = 0  # listed by `list --unknown`
    charged: int = 0  # of those: the server took the create, and only its answer was lost
    lost: int = 0  # neither saved nor unknown, or an id that was on disk is gone
    torn: int = 0  # a final name that is not whole, after any kill
    parts: int = 0  # left behind after the last run
    failed: int = 0  # runs that ended otherwise than killed, 0, or 9 with unknown rows; or lied
    seconds: float = 0.0

    @property
    def kept(self) -> bool:
        return self.rows == self.saved + self.unknown and not (
            self.twice or self.lost or self.torn or self.parts or self.failed
        )


class Slow(Loopback):
    """A kie.ai that takes its time; `prepare` lets it call back after a request."""

    def __init__(self) -> None:
        self.charged: dict[str, list[str]] = defaultdict(list)  # task ids by prompt
        self.contents: dict[str, bytes] = {}  # by task id
        self.under_way: Counter[str] = Counter()
        self.was_asked = False  # since `prepare`
        self._ready: dict[str, tuple[float, float]] = {}
        self._trap = ("", 0, print)
        self._counting = threading.Lock()
        super().__init__()

    def prepare(self, stage, number, call):
        """Call back a little after the `number`th request of a stage from now on."""
        with self._lock:
            self.was_asked, self._trap = False, (stage, number, call)

    def _reply(self, request):
        self.was_asked = True
        stage = STAGES.get(request.path.rsplit("/", 1)[-1].rpartition(".")[2], "")
        reply = self._told(request) if stage == "looks" else super()._reply(request)
        if stage == "creates":
            self._charge(request.json["input"]["prompt"], reply.body["data"]["taskId"])
        reply = Reply(reply.body, reply.status, reply.headers)  # a file's own is kept
        self._count(stage, 1)
        caught, left, call = self._trap
        if stage == caught:
            self._trap = (caught, left - 1, call)
            if left == 1:
                threading.Timer(random.uniform(0, WITHIN), call).start()

        def wait():
            threading.Event().wait(random.uniform(*ANSWERS))
            self._count(stage, -1)

        reply.meanwhile = wait
        return reply

    def _charge(self, prompt, task_id):
        self.charged[prompt].append(task_id)
        self._ready[task_id] = (now(), now() + random.uniform(*TASKS))
        self.contents[task_id] = large(task_id)
        self.file(task_id, self.contents[task_id])

    def _told(self, request):
        task_id = request.query["taskId"][0]
        began, ready = self._ready[task_id]
        is_done = now() >= ready
        url = f"{self.result}/r/{task_id}.png"
        body = self.record(task_id, "success" if is_done else "generating", [url])
        body["data"]["createTime"] = int(began * 1000)
        if is_done:
            body["data"]["completeTime"] = int(ready * 1000)
        return Reply(body)

    def _count(self, stage, change):
        with self._counting:
            self.under_way[stage] += change


class Batch:
    """One batch in a home of its own, run as often as it takes."""

    def __init__(self, home: Path, server: Slow, rows: int, signum: int) -> None:
        self.home, self.server, self.count = home, server, Killed(rows)
        self._signum = signum
        self.known: dict[str, str] = {}  # the ids that were on disk after any run
        self._env = environment(home, server)
        (home / ".config/kie").mkdir(mode=0o700, parents=True)
        config = home / ".config/kie/config.toml"
        private_file(config, b"rate_limit = 100000\n")  # kills, not pace
        keys = [f"row-{number:03}" for number in range(rows)]
        lines = [json.dumps({"key": key, "prompt": key}) + "\n" for key in keys]
        (home / "rows.jsonl").write_text("".join(lines))

    def kill(self, stage: str) -> bool:
        """Run it until the kill comes; False if it ended before."""
        with self._started() as process:
            over = threading.Event()

            def kill() -> None:
                if not over.is_set() and process.poll() is None:
                    self._under_way()
                    process.send_signal(self._signum)
                over.set()

            paid = len(self.server.charged)
            self.server.prepare(stage, random.randint(1, 6), kill)
            later = random.uniform(0, 1) if stage == "start" else LONGEST_RUN
            timer = threading.Timer(later, kill)
            timer.start()
            code = process.wait(LONGEST_END)
            over.set()
            timer.cancel()
        said = self._look(code)
        self.count.failed += "Nothing was charged" in said and len(self.server.charged) > paid
        self.count.kills += code == -self._signum
        return code == -self._signum

    def end(self) -> str:
        """Run it to its end, see what is left, and return what it said."""
        with self._started() as process:
            code = process.wait(LONGEST_END)
        said = self._look(code)
        listed = self._kie("list", "--unknown").stdout.splitlines()
        unknown = {line.split("\t")[-1] for line in listed}
        saved = {path.name.removesuffix("-1.png") for path in self._results()}
        count, charged = self.count, self.server.charged
        count.paid = sum(len(ids) == 1 for ids in charged.values())
        count.twice = sum(len(ids) > 1 for ids in charged.values())
        count.saved, count.unknown = len(saved), len(unknown)
        count.charged = len(unknown & charged.keys())
        count.lost = len((charged.keys() - saved - unknown) | (self.known.keys() - saved))
        count.parts = len(list(self.home.rglob("*.part")))
        count.failed += (code == 9) != bool(unknown) or not all(key in said for key in unknown)
        assert [{"integrity_check": "ok"}] == sql(self.home, "PRAGMA integrity_check")
        return said

    def _started(self):
        with (self.home / "said").open("w") as said:
            return subprocess.Popen(
                [PROGRAM, *WORDS], env=self._env, cwd=self.home,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
            )  # fmt: skip

    def _kie(self, *words):
        return subprocess.run(
            [PROGRAM, *words], env=self._env, capture_output=True, text=True, check=True
        )

    def _under_way(self):
        busy = [stage for stage in STAGES.values() if self.server.under_way[stage] > 0]
        self.count.during.update(busy or ["between" if self.server.was_asked else "start"])

    def _look(self, code) -> str:
        said = (self.home / "said").read_text()
        if code not in {-self._signum, 0, 9}:
            self.count.failed += 1
            print(said, file=sys.stderr)
        for row in ledger(self.home):
            if row["task_id"]:
                was = self.known.setdefault(row["prompt"], row["task_id"])
                self.count.lost += was != row["task_id"]
        for path in self._results():
            ids = self.server.charged[path.name.removesuffix("-1.png")]
            whole = [self.server.contents[task_id] for task_id in ids]
            self.count.torn += path.read_bytes() not in whole
        return said

    def _results(self):
        return (self.home / "out").glob("row-*")


def batch(rows: int, kills: int, signum: int = signal.SIGKILL) -> Killed:
    """Kill a batch so many times, let it end, and count what is left."""
    began, server = time.monotonic(), Slow()
    with tempfile.TemporaryDirectory() as home:
        one = Batch(Path(home), server, rows, signum)
        stages, is_over = ["start", *STAGES.values()], False
        while one.count.kills < kills:
            is_over |= not one.kill("start" if is_over else random.choice(stages))
        said = one.end()
        if not one.count.kept:
            print(said, file=sys.stderr)
    server.close()
    one.count.seconds = round(time.monotonic() - began, 1)
    return one.count


def main() -> int:
    """Run it and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--signal", default="KILL", choices=("KILL", "INT", "TERM"))
    given = parser.parse_args()
    signum = signal.Signals[f"SIG{given.signal}"]
    counted = batch(given.rows, given.kills, signum)
    during = ", ".join(f"{stage} {count}" for stage, count in counted.during.most_common())
    told = asdict(counted) | {"during": f"({during})"}
    print("batch:  " + "  ".join(f"{name} {value}" for name, value in told.items()))
    return 0 if counted.kept and (given.signal == "KILL" or not counted.unknown) else 1


if __name__ == "__main__":
    sys.exit(main())
