"""Batches that are killed, stopped, and started side by side: each row is paid for once."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import threading
from collections import deque
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest
from conftest import PROGRAM, environment
from fakes import FakeStream
from kill.batch import Slow, batch
from loopback import TASK, Loopback, Reply, example

from kie_cli.cli import main
from kie_cli.context import Kie
from kie_cli.disk import private_file

INT, TERM, PIPE = signal.SIGINT, signal.SIGTERM, signal.SIGPIPE
WORDS = "batch rows.jsonl -o out/ --interval 0.3 --concurrency 3"
GO_ON = "  To go on; what is paid is not paid again: kie "


class Kieai(Slow):
    """Its answers to creates can be `held`, and it refuses more than `limit` in 10 s."""

    def __init__(self):
        self.held, self.let_go, self.limit = False, threading.Event(), None
        self.arrived = threading.Semaphore(0)
        self.refused, self._taken = 0, deque(maxlen=1000)
        super().__init__()

    def _reply(self, request):
        if not request.path.endswith("/createTask"):
            return super()._reply(request)
        if self.limit is not None:
            self._taken.append(monotonic())
            if sum(moment > monotonic() - 10 for moment in self._taken) > self.limit:
                self.refused += 1
                return Reply(example("create.429"), 429)
        reply = super()._reply(request)
        if self.held:
            reply.meanwhile = lambda: (self.arrived.release(), self.let_go.wait(20))
        return reply


@pytest.fixture
def server():
    with closing(Kieai()) as kieai:
        yield kieai
        kieai.let_go.set()


@pytest.fixture
def sheet(own_home):
    """Write so many rows, and let pace be no matter; return their keys."""
    (own_home / ".config/kie").mkdir(mode=0o700, parents=True)
    private_file(own_home / ".config/kie/config.toml", b"rate_limit = 100000\n")

    def write(rows, name="rows"):
        keys = [f"{name}-{number}" for number in range(rows)]
        lines = [json.dumps({"key": key, "prompt": key}) for key in keys]
        Path(f"{name}.jsonl").write_text("\n".join(lines))
        return keys

    return write


@pytest.fixture
def settled(server, creates):
    """See that each row was paid once, and that its whole file alone is there."""

    def check(keys):
        assert dict.fromkeys(keys, 1) == {
            key: len(ids) for key, ids in sorted(server.charged.items())
        }
        assert sorted(ids[0] for ids in server.charged.values()) == sorted(
            row["task_id"] for row in creates() if row["outcome"] == "accepted"
        )
        assert {f"{key}-1.png" for key in keys} == {path.name for path in Path("out").iterdir()}
        for key in keys:
            content = server.contents[server.charged[key][0]]
            assert content == Path(f"out/{key}-1.png").read_bytes()

    return check


def accepted(creates):
    return [row["task_id"] for row in creates() if row["outcome"] == "accepted"]


def way_back(run):
    """Return the command that a stopped batch ends with."""
    assert run.told[-1].startswith(GO_ON), run
    return run.told[-1].removeprefix(GO_ON)


def test_rows_of_a_batch_that_is_killed_again_and_again_are_paid_once():
    found = batch(rows=30, kills=5)

    assert found.kept, found
    assert 5 == found.kills
    assert found.saved >= 10, found  # what a kill leaves unknown are the creates of that moment


def test_rows_of_a_batch_that_is_stopped_again_and_again_are_all_known():
    found = batch(rows=12, kills=4, signum=INT)

    assert found.kept, found
    assert (4, 0) == (found.kills, found.unknown), found


@pytest.mark.parametrize(("signum", "seconds"), [(INT, 15), (TERM, 5)], ids=["INT", "TERM"])
def test_a_stop_sends_no_more_and_waits_for_the_answers(
    child, real, server, sheet, settled, creates, signum, seconds
):
    keys = sheet(5)
    server.held = True
    stopped = child(WORDS)
    for _ in range(3):
        assert server.arrived.acquire(timeout=20)

    line = stopped.signal(signum).hears("Stopping.")
    server.let_go.set()
    run = stopped.end()

    assert f"3 requests are at kie.ai already: waiting up to {seconds} s" in line
    assert (-signum, "") == (run.code, run.out)
    assert "Stopped. 3 tasks go on at kie.ai." == run.told[-2]
    assert 3 == len(server.posts())
    assert sorted(accepted(creates)) == sorted(ids[0] for ids in server.charged.values())
    assert 0 == real(way_back(run)).code
    settled(keys)


def test_a_stop_before_the_first_create_sends_nothing(child, kie, server, sheet, creates):
    sheet(3)

    run = child(WORDS, "K1").signal(INT).end()

    assert (-INT, "") == (run.code, run.out)
    assert ["Stopped. No task goes on at kie.ai.", GO_ON + WORDS] == run.told[-2:]
    assert [] == server.posts()
    assert "" == kie("list --unknown").out


def test_a_stop_right_after_the_gate_leaves_nothing_unknown(child, kie, server, sheet, creates):
    """The create is on disk as being sent; it is not sent, and says so before kie ends."""
    sheet(1)
    stopped = child(WORDS, "K4").signal(INT)
    threading.Event().wait(0.3)

    run = stopped.release().end()

    assert -INT == run.code
    assert [] == server.posts()
    assert ["refused"] == [row["outcome"] for row in creates()]
    assert "" == kie("list --unknown").out


def test_a_second_stop_gives_up_and_its_rows_are_unknown(child, real, server, sheet, creates):
    keys = sheet(5)
    server.held = True
    stopped = child(WORDS)
    for _ in range(3):
        assert server.arrived.acquire(timeout=20)
    stopped.signal(INT).hears("Stopping.")

    run = stopped.presses(INT).end()

    sent = set(server.charged)
    assert (9, "") == (run.code, run.out)
    assert (
        "kie: kie was stopped. Nobody knows the outcome of 3 creates: a task may exist and be "
        "charged."
    ) in run.told
    assert way_back(run) == WORDS
    listed = real("list --unknown")
    assert sent == {line.split("\t")[-1] for line in listed.lines}
    assert 3 == len(sent)

    server.held = False
    again = real(WORDS)

    assert 9 == again.code
    assert all(f"{key}: " in again.err for key in sent)
    assert dict.fromkeys(keys, 1) == {key: len(server.charged[key]) for key in keys}
    assert {f"{key}-1.png" for key in set(keys) - sent} == {
        path.name for path in Path("out").iterdir()
    }


@pytest.mark.parametrize("point", ["download", "saving", "saved"])
def test_a_stop_amid_saving_is_made_up_for_by_the_rerun(child, real, server, sheet, settled, point):
    keys = sheet(3)

    run = child(WORDS, point).signal(INT).end()

    assert -INT == run.code
    assert 0 == real(way_back(run)).code
    settled(keys)


@pytest.mark.parametrize("mode", ["", " --json"], ids=["plain", "json"])
def test_a_reader_that_is_gone_ends_it_with_all_ids_on_disk(
    real, own_home, server, sheet, settled, creates, mode
):
    keys = sheet(9)
    with subprocess.Popen(
        [PROGRAM, *shlex.split(WORDS + mode)], env=environment(own_home, server),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as program:  # fmt: skip
        assert program.stdout.readline()
        program.stdout.close()
        assert -PIPE == program.wait(30)

    assert sorted(accepted(creates)) == sorted(ids[0] for ids in server.charged.values())
    assert {"accepted"} == {row["outcome"] for row in creates()} - {"refused"}
    assert 0 == real(WORDS).code
    settled(keys)


def test_a_refusal_that_nobody_reads_keeps_no_other_answer_from_the_disk(kie, sheet, rows):
    """The reader goes with the first result; then a refusal comes, and then an id."""
    sheet(3)
    gone, refused = threading.Event(), threading.Event()

    def last():
        assert refused.wait(20)
        refused.clear()
        refused.wait(0.5)  # time to take the refusal

    class Gone(FakeStream):
        def write(self, _):
            gone.set()
            raise BrokenPipeError

    with closing(Loopback()) as server:
        server.answer(
            "createTask",
            "create.ok",
            Reply(
                example("create.422-validation"), meanwhile=lambda: gone.wait(20) and refused.set()
            ),
            Reply({"code": 200, "data": {"taskId": "b" * 32}}, meanwhile=last),
        )
        server.plays(TASK, "success")
        told = Kie({**kie.env, "KIE_BASE_URL": server.api}, stdout=Gone(), stderr=FakeStream())
        code = main(shlex.split("batch rows.jsonl --json --interval 0.3"), told)

    assert 128 + PIPE == code
    assert ["accepted", "accepted", "refused"] == sorted(row["outcome"] for row in rows())


def test_two_batches_of_one_file_make_each_row_once(child, server, sheet, settled):
    keys = sheet(10)
    runs = [one.end() for one in [child(WORDS), child(WORDS)]]

    assert [0, 0] == [run.code for run in runs], runs
    files = [{Path(line).resolve() for line in run.out.splitlines()} for run in runs]
    assert [len(keys)] * 2 == [len(found) for found in files]
    assert files[0] == files[1]
    settled(keys)


def test_two_batches_together_keep_to_the_limit_of_the_account(
    child, own_home, server, sheet, creates
):
    keys = [*sheet(15, "one"), *sheet(15, "two")]
    (own_home / ".config/kie/config.toml").write_text("rate_limit = 20\n")
    server.limit = 20

    both = [child(f"batch {name}.jsonl --interval 0.3") for name in ("one", "two")]
    runs = [one.end() for one in both]

    assert ([0, 0], 0) == ([run.code for run in runs], server.refused), runs
    assert dict.fromkeys(keys, 1) == {key: len(server.charged[key]) for key in keys}
