"""
The life of a create, played at random with crashes: docs/ledger.md's arrows, and no others.

Each step is a whole command line in a process of its own as far as the ledger can tell; a
crash stops it at a commit, at the gate, at the answer or at a write to the screen, and from
there on it does nothing more, as after kill -9. The service counts the tasks it made.
"""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

from fakes import FakeClock, FakeStream
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kie_cli.cli import main
from kie_cli.context import Kie
from kie_cli.core.task import Failure, Task
from kie_cli.core.verdict import Accepted, NotSent, Refused, Uncertain
from kie_cli.errors import NoCredits, Unreachable
from kie_cli.ledger.owner import this_process
from kie_cli.ledger.store import Ledger

ORIGIN = "https://api.kie.ai"
WORLD = this_process().split(" ")[0]
DEAD = 2**31 - 1  # no Linux has a process of this number
PROCESSES = itertools.count(1)

REFUSED = Refused(NoCredits("out of credits", code=402))
BUSY = Refused(Unreachable("busy", code=429), again=True)
NEVER_LEFT = (NotSent("connection refused", again=True), NotSent("certificate"))
LEFT = ("task", "task", "task, answer lost", REFUSED, BUSY, BUSY, Uncertain("no answer"))
OUTCOMES = st.lists(st.sampled_from([*NEVER_LEFT, *LEFT]), min_size=3, max_size=3)
CRASHES = st.none() | st.integers(0, 14)  # after so many steps of the process
KEYS = st.sampled_from(["", "--once a", "--once b"])


class Killed(BaseException):
    """What kill -9 looks like from inside: nothing that follows has any effect."""


class Fate:
    """Lets a process die after `left` steps; what it does then is a step too late."""

    def __init__(self, left):
        self.left = left
        self.dead = False

    def step(self):
        if self.dead or self.left == 0:
            self.dead = True
            raise Killed
        if self.left:
            self.left -= 1


class Screen(FakeStream):
    """Standard output, which dies with the process."""

    fate = Fate(None)

    def write(self, text):
        if self.buffer.closed:
            return 0
        self.fate.step()
        return super().write(text)


class Service:
    """kie.ai as this machine plays it: `tasks` has each task it made, by the create's label."""

    def __init__(self):
        self.tasks = {}
        self.posts = []
        self.ids = (f"t{number}" for number in itertools.count(1))


class Client:
    """Stands for api.client: the same gate, answers from a script."""

    def __init__(self, service, label, outcomes, state, fate):
        self.service, self.label, self.fate = service, label, fate
        self.outcomes, self.state = iter(outcomes), state

    def create_task(self, body, gate):
        outcome = next(self.outcomes)
        if isinstance(outcome, NotSent):
            self.fate.step()
            return outcome, ""
        gate(lambda seconds: None)
        self.fate.step()
        self.service.posts.append(self.label)
        if str(outcome).startswith("task"):
            task_id = next(self.service.ids)
            self.service.tasks.setdefault(self.label, []).append(task_id)
            lost = outcome != "task"
            outcome = Uncertain("no answer") if lost else Accepted(task_id)
        self.fate.step()
        return outcome, '{"code":0}'

    def upload(self, file):
        raise AssertionError("nothing is uploaded here")

    def get_task(self, task_id):
        failure = Failure("task_failed", "500", "made up") if self.state == "fail" else None
        return Task(task_id, self.state, urls=("https://x.example/1.png",), error=failure)


class CreateLife(RuleBasedStateMachine):
    """All that people and crashes do to creates, and the five invariants of their life."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = FakeClock()
        self.service = Service()
        self.labels = (f"l{number}" for number in itertools.count(1))
        self.shown = set()
        self.settled = {}
        self.book = self.opened(None)

    def teardown(self):
        self.book.close()
        self.folder.cleanup()

    def opened(self, fate):
        """Open the ledger as another process, which dies by `fate`."""
        owner = f"{WORLD} {DEAD} {next(PROCESSES)}"
        ledger = Ledger(Path(self.folder.name) / "state", ORIGIN, self.clock, owner=owner)
        if fate:
            run = ledger._db._run

            def mortal(sql, **values):
                if sql in {"COMMIT", "ROLLBACK"}:
                    fate.step()
                found = run(sql, **values)
                if sql == "COMMIT":
                    fate.step()
                return found

            ledger._db._run = mortal
        return ledger

    def kie(self, command, *, label="", outcomes=(), state="waiting", crash=None):
        """Run a command line, perhaps to an early end, and note what it put on the screen."""
        fate = Fate(None)
        stdout, stderr = Screen(), FakeStream()
        kie = Kie(
            {"HOME": self.folder.name, "KIE_API_KEY": "key-for-tests-0123456789"},
            stdin=FakeStream(), stdout=stdout, stderr=stderr, clock=self.clock,
        )  # fmt: skip
        kie.__dict__["ledger"] = ledger = self.opened(fate)
        kie.__dict__["client"] = Client(self.service, label, outcomes, state, fate)
        stdout.fate, fate.left = fate, crash
        try:
            code = main(command.split(), kie)
        except Killed:
            code = "killed"
        ledger._db._connection.close()
        self.shown |= {word for word in stdout.text.split() if word.startswith("t")}
        assert 1 != code, stderr.text
        return code

    def rows(self):
        return [dict(row) for row in self.book._db.rows("SELECT * FROM creates ORDER BY seq")]

    @rule(outcomes=OUTCOMES, crash=CRASHES, once=KEYS)
    def create(self, outcomes, crash, once):
        label = next(self.labels)
        key = once.removeprefix("--once ")
        taken = [
            row
            for row in self.rows()
            if key
            and row["once"] == key
            and row["outcome"] != "refused"
            and (row["outcome"] == "accepted" or not row["settled_at"])
        ]
        before = len(self.service.posts)
        # Seconds apart, so that each is found by its time.
        self.clock.sleep(1)
        code = self.kie(
            f"create -p hat --label {label} {once}", label=label, outcomes=outcomes, crash=crash
        )
        sent, made = self.service.posts[before:], self.service.tasks.get(label, [])
        if taken and taken[0]["outcome"] in {"unknown", "sending", "accepted"}:
            assert [] == sent, "V4"
        assert len(made) <= 1
        if code in {7, 11, 5, 2}:
            assert [] == made, "these exit codes promise that nothing was created"
        if code == 0 and not taken:
            assert made, "exit 0 promises a task"

    @rule(state=st.sampled_from(["waiting", "generating", "success", "fail"]), pick=st.randoms())
    @precondition(lambda self: any(row["task_id"] for row in self.rows()))
    def look(self, state, pick):
        task_id = pick.choice([row["task_id"] for row in self.rows() if row["task_id"]])
        assert 0 == self.kie(f"status {task_id}", state=state)

    @rule()
    @precondition(
        lambda self: any(row["outcome"] in {"prepared", "sending"} for row in self.rows())
    )
    def list(self):
        assert 0 == self.kie("list")
        assert not {"prepared", "sending"} & {row["outcome"] for row in self.rows()}

    @rule(pick=st.randoms(), there=st.booleans())
    @precondition(lambda self: any(row["outcome"] == "unknown" for row in self.rows()))
    def settle(self, pick, there):
        """A person looks at kie.ai's logs, and tells what is there."""
        unknown = [row for row in self.rows() if row["outcome"] == "unknown"]
        row = pick.choice(unknown)
        made = self.service.tasks.get(row["label"])
        if made and there:
            self.book.adopt(row["intent"], made[0])
        else:
            self.book.forget([row["intent"]])

    @invariant()
    def v1_no_byte_left_without_a_commit(self):
        gates = self.book._db.rows("SELECT * FROM events WHERE state = 'sending'")
        assert len(self.service.posts) <= len(gates)

    @invariant()
    def v2_no_paid_task_is_lost(self):
        rows = {row["label"]: row for row in self.rows()}
        for label, made in self.service.tasks.items():
            row = rows[label]
            assert row["task_id"] in made or row["outcome"] in {"sending", "unknown"}, row

    @invariant()
    def v3_nothing_leaves_a_final_state(self):
        for row in self.rows():
            now = (row["outcome"], row["task_state"])
            before = self.settled.setdefault(row["intent"], now)
            if before[0] == "refused" or before[1] in {"success", "fail"}:
                assert before == now
            if before[0] == "accepted":
                assert "accepted" == now[0]
            if before[0] == "unknown":
                assert now[0] in {"unknown", "accepted"}, "V4"
            self.settled[row["intent"]] = now

    @invariant()
    def v5_what_is_on_screen_is_on_disk(self):
        assert self.shown <= {row["task_id"] for row in self.rows()}


CreateLife.TestCase.settings = settings(
    derandomize=True,
    deadline=None,
    max_examples=30,
    stateful_step_count=20,
    suppress_health_check=list(HealthCheck),
)
TestCreateLife = CreateLife.TestCase
