"""`kie webhook`: who may tell of a task, what is done with it, and what a stranger gets."""

from __future__ import annotations

import http.client
import json
import re
import shlex
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from conftest import PROGRAM, environment
from loopback import EXAMPLES, TASK, Reply, example

from kie_cli.core.clock import SystemClock
from kie_cli.core.secret import Secret
from kie_cli.core.signature import LIMIT, SIGNATURE, TIMESTAMP, signature
from kie_cli.errors import Stopped

VECTOR = example("callback.signature-vector")
HOOK_KEY = VECTOR["webhookHmacKey"]
BODY = str(EXAMPLES / "callback.success.json")
ARGS = [word for name, value in VECTOR["headers"].items() for word in ("-H", f"{name}: {value}")]
SENT = int(VECTOR["headers"][TIMESTAMP])


@pytest.fixture
def hook(kie):
    """The program with a webhook key, at the time of the documented example."""
    kie.env["KIE_WEBHOOK_KEY"] = HOOK_KEY
    return kie


# verify


def test_verify_prints_the_task_of_the_documented_example(hook):
    hook.clock.time = SENT + 299
    run = hook(["webhook", "verify", BODY, *ARGS])
    assert (0, f"{TASK}\n", "") == (run.code, run.out, run.err)
    as_json = hook(["webhook", "verify", "-", *ARGS, "--json"], stdin=Path(BODY).read_bytes())
    assert [{"valid": True, "task_id": TASK}] == as_json.json
    assert [] == hook.server.requests


def test_verify_takes_the_headers_from_a_file_as_a_server_logs_them(hook):
    hook.clock.time = SENT
    lines = [f"{name.lower()}:{value}" for name, value in VECTOR["headers"].items()]
    Path("headers.txt").write_text("\r\n".join(["POST /hook HTTP/1.1", *lines, ""]))
    assert 0 == hook(["webhook", "verify", BODY, "--headers", "headers.txt"]).code


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"age": 301}, "Its signature is right, but 5 min 1 s old"),
        ({"args": ARGS[:2]}, "It is not signed"),
        ({"args": [*ARGS, "-H", "x-webhook-signature: AAAA"]}, "Its signature is wrong"),
        ({"key": "another-key"}, "Its signature is wrong"),
        ({"body": b"<html>"}, "It is no JSON"),
        ({"body": b"{}"}, "It names no task"),
        ({"body": b" " * (LIMIT + 1)}, "it is no callback"),
    ],
)
def test_verify_exits_2_with_the_reason(hook, change, said):
    hook.clock.time = SENT + change.get("age", 0)
    hook.env["KIE_WEBHOOK_KEY"] = change.get("key", HOOK_KEY)
    Path("body").write_bytes(change.get("body", Path(BODY).read_bytes()))
    args = ["webhook", "verify", "body", *change.get("args", ARGS)]
    run = hook(args)
    assert (2, "") == (run.code, run.out)
    assert said in run.err
    assert said in json.loads(hook([*args, "--json"]).err)["error"]["message"]


def test_a_file_that_is_not_there_is_said(hook):
    run = hook("webhook verify nowhere.json")
    assert (2, "kie: nowhere.json cannot be read: No such file or directory.\n") == (
        run.code,
        run.err,
    )


@pytest.mark.parametrize("command", ["webhook verify -", "webhook listen --port 0"])
def test_without_a_webhook_key_nothing_is_believed(kie, command):
    run = kie(command, stdin="{}")
    assert (2, "") == (run.code, run.out)
    assert "There is no webhook key" in run.err
    assert "https://kie.ai/settings" in run.err
    assert "KIE_WEBHOOK_KEY" in run.err


def test_the_webhook_key_is_saved_from_stdin_and_never_shown(kie):
    assert 0 == kie("config set webhook_key -", stdin=f"{HOOK_KEY}\n").code
    assert ["webhook_key", "…0001", "config file"] in [
        line.split("\t") for line in kie("config list").lines
    ]
    kie.clock.time = SENT
    assert 0 == kie(["webhook", "verify", BODY, *ARGS]).code
    kie(["webhook", "verify", f"{HOOK_KEY}.json", *ARGS])
    assert not [run for run in kie.runs if HOOK_KEY in run.out + run.err]


# listen


def callback(task_id=TASK, *, name="callback.success", now, key=HOOK_KEY):
    """Return headers and body of a call about a task, as kie.ai makes it."""
    body = example(name)
    body["data"]["taskId"] = task_id
    headers = {TIMESTAMP: str(int(now)), SIGNATURE: signature(Secret(key), task_id, str(int(now)))}
    return headers, json.dumps(body).encode()


def post(port, headers, body, method="POST"):
    """Return the status and the body of what the listener answers."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, "/any/path", body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


@pytest.fixture
def listening(hook):
    """
    Run `kie webhook listen` and make these calls, one whenever it is idle; then Ctrl-C.

    Returns the run and what was answered to each call.
    """

    def run(args, *calls):
        answers, left = [], list(calls)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]

        def next_call():
            if not left:
                raise Stopped(signal.SIGINT)
            answers.append(left.pop(0)(port))

        hook.clock.while_sleeping = next_call
        found = hook(["webhook", "listen", "--port", str(port), *shlex.split(args)])
        hook.clock.while_sleeping = lambda: None
        return found, answers

    def call(*given, **more):
        return lambda port: post(port, *callback(*given, now=hook.clock.now(), **more))

    run.call = call
    return run


def test_a_result_is_acknowledged_looked_up_recorded_and_printed(hook, listening, rows):
    task_id = hook("create -q -p hat --callback-url https://hooks.example.org/kie").lines[0]
    hook.server.plays(task_id, "success")

    run, answers = listening("--count 1", listening.call(task_id))

    assert [(200, example("callback.ack"))] == answers
    assert (0, [f"{hook.server.result}/r/{task_id}.png"]) == (run.code, run.lines)
    assert "success" == rows()[-1]["state"]
    assert 1 == len(hook.server.posts())


def test_what_the_body_says_besides_the_id_is_not_believed(hook, listening):
    """Only id and time are signed: the URL in the body may be anybody's."""
    hook.server.plays(TASK, "success")
    run, _ = listening("--count 1 --json", listening.call())
    assert [f"{hook.server.result}/r/{TASK}.png"] == run.json[0]["urls"]


def test_a_task_that_is_called_about_twice_counts_once(hook, listening):
    hook.server.plays(TASK, "success")
    hook.server.plays("other", "success")
    told = Path("told")
    program = f'{sys.executable} -c \'open("told", "a").write("x")\''

    run, answers = listening(
        f"--count 2 --json --exec {shlex.quote(program)}",
        *[listening.call()] * 3,
        listening.call("other"),
    )

    assert [200] * 4 == [status for status, _ in answers]
    assert [TASK, "other"] == [task["task_id"] for task in run.json]
    assert "xx" == told.read_text()
    assert 0 == run.code


def test_a_failed_task_is_told_and_decides_the_exit_code(hook, listening):
    hook.server.plays(TASK, "fail")
    hook.server.plays("other", "success")
    calls = [listening.call(name="callback.fail"), listening.call("other")]
    run, _ = listening("--count 2", *calls)
    assert (3, 1) == (run.code, len(run.lines))
    assert f"kie: {TASK}: The task failed: " in run.err


def test_a_record_that_is_behind_its_callback_is_waited_for(hook, listening):
    hook.server.plays(TASK, "generating")
    hook.clock.while_sleeping = lambda: None

    def call(port):
        answer = listening.call()(port)
        hook.clock.while_sleeping = lambda: hook.server.plays(TASK, "success")
        return answer

    run, _ = listening("--count 1 --timeout 90", call)
    assert (0, 1) == (run.code, len(run.lines))
    assert 2 == len(hook.server.seen("recordInfo"))


def test_a_task_that_cannot_be_looked_up_is_taken_when_it_is_called_about_again(hook, listening):
    hook.server.answer("recordInfo", Reply({"code": 422, "msg": "taskId is bad"}))
    hook.server.plays(TASK, "success")
    run, answers = listening("--count 1", listening.call(), listening.call())
    assert [200, 200] == [status for status, _ in answers]
    assert (0, 1) == (run.code, len(run.lines))
    assert f"kie: {TASK}: " in run.err
    hook.server.answer("recordInfo", Reply({"code": 422, "msg": "taskId is bad"}))
    assert 2 == listening("--timeout 5", listening.call(), *[lambda port: None] * 100)[0].code


def test_a_key_that_kie_ai_does_not_take_ends_it(hook, listening):
    hook.server.answer("recordInfo", "record.401")
    assert 4 == listening("--count 1", listening.call())[0].code


@pytest.mark.parametrize(
    ("call", "status", "said"),
    [
        (lambda port, now: post(port, {}, callback(now=now)[1]), 401, "It is not signed"),
        (lambda port, now: post(port, *callback(now=now, key="wrong-key")), 401, "is wrong"),
        (lambda port, now: post(port, *callback(now=now - 301)), 401, "5 min 1 s old"),
        (lambda port, now: post(port, {}, b"<html>"), 400, "It is no JSON"),
        (lambda port, now: post(port, {}, b""), 400, "It is no JSON"),
        (lambda port, now: post(port, {"Content-Length": str(LIMIT + 1)}, b""), 413, "more than"),
        (lambda port, now: post(port, {"Content-Length": "-1"}, b""), 400, "length"),
        (lambda port, now: post(port, {"Content-Length": "x"}, b""), 400, "length"),
        (lambda port, now: post(port, {}, b"", "GET"), 501, ""),
    ],
)  # fmt: skip
def test_a_stranger_is_refused_and_nothing_is_asked_or_recorded(
    hook, listening, call, status, said
):
    run, answers = listening("--exec 'touch ran'", lambda port: call(port, hook.clock.now()))
    assert status == answers[0][0]
    assert said in run.err
    assert "" == run.out
    assert [] == hook.server.requests
    assert not Path("ran").exists()


def test_a_flood_of_refused_calls_does_not_fill_memory_or_screen(hook, listening, monkeypatch):
    monkeypatch.setattr("kie_cli.jobs.webhook.MOST_WAITING", 2)
    flood = [lambda port: [post(port, {}, b"") for _ in range(5)]]
    run, answers = listening("", *flood)
    assert [400] * 5 == [status for status, _ in answers[0]]
    assert 2 == run.err.count("A callback was refused.")


@pytest.mark.parametrize(
    ("chunks", "status"),
    [
        (None, b"200"),
        (b"fffff\r\n" + b" " * 0xFFFFF + b"\r\n2\r\n", b"413"),
        (b"-1\r\n", b"400"),
        (b"nonsense\r\n", b"400"),
    ],
)
def test_a_body_in_chunks_is_read_and_bounded_too(hook, listening, chunks, status):
    hook.server.plays(TASK, "success")

    def call(port):
        headers, body = callback(now=hook.clock.now())
        lines = [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(["POST / HTTP/1.1", "Transfer-Encoding: chunked", *lines, "", ""])
        pieces = b"5\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (body[:5], len(body) - 5, body[5:])
        with socket.create_connection(("127.0.0.1", port), 10) as sender:
            sender.sendall(head.encode() + (chunks or pieces))
            return sender.makefile("rb").readline().split()[1]

    assert [status] == listening("", call)[1]


def test_garbage_on_the_port_does_no_harm(hook, listening):
    def call(port):
        with socket.create_connection(("127.0.0.1", port), 10) as sender:
            sender.sendall(b"\x16\x03\x01\x1b[2J\r\n\r\n")
            return sender.makefile("rb").read()

    hook.server.plays(TASK, "success")
    run, answers = listening("--count 1", call, listening.call())
    assert b"Traceback" not in answers[0]
    assert 0 == run.code
    assert "\x1b" not in run.err


def test_a_sender_that_never_ends_is_cut_off(hook, listening, monkeypatch):
    monkeypatch.setattr("kie_cli.jobs.webhook.WHOLE", 0.2)

    def call(port):
        with socket.create_connection(("127.0.0.1", port), 10) as sender:
            sender.sendall(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n{")
            return sender.recv(100)

    hook.server.plays(TASK, "success")
    run, answers = listening("--count 1", call, listening.call())
    assert b"200" not in answers[0]
    assert 0 == run.code


def test_more_senders_at_a_time_than_any_service_needs_are_sent_away(hook, listening, monkeypatch):
    monkeypatch.setattr("kie_cli.jobs.webhook.MOST_THREADS", 0)

    def call(port):
        with pytest.raises(OSError):
            listening.call()(port)
        monkeypatch.setattr("kie_cli.jobs.webhook.MOST_THREADS", 64)

    hook.server.plays(TASK, "success")
    assert 0 == listening("--count 1", call, listening.call())[0].code


def test_the_command_gets_the_result_by_its_environment_alone(hook, listening):
    evil = 'x"; touch ran; $(touch ran) `touch ran` {url}'
    url = f"{hook.server.result}/r/$(touch ran).png"
    record = {"resultJson": json.dumps({"resultUrls": [url, "https://a/\n", "https://a/b"]})}
    hook.server.plays(TASK, record)
    Path("tell.py").write_text(
        "import json, os, sys\n"
        "names = ('KIE_TASK_ID', 'KIE_STATE', 'KIE_URLS')\n"
        "open('told', 'w').write(json.dumps([sys.argv[1:], *map(os.environ.get, names)]))\n"
    )
    words = shlex.join([sys.executable, "tell.py", "$KIE_URLS", evil])

    run, _ = listening(f"--count 1 --exec {shlex.quote(words)}", listening.call())

    assert 0 == run.code
    argv, *told = json.loads(Path("told").read_text())
    assert ["$KIE_URLS", evil] == argv
    assert [TASK, "success", f"{url}\nhttps://a/b"] == told
    assert not Path("ran").exists()


def test_a_command_that_fails_is_said_and_the_result_is_still_given(hook, listening):
    hook.server.plays(TASK, "success")
    run, _ = listening("--count 1 --exec 'sh -c \"exit 7\"'", listening.call())
    assert (1, 1) == (run.code, len(run.lines))
    assert f"--exec ended with 7 for {TASK}. Its result is recorded." in run.err


@pytest.mark.parametrize("words", ["no-such-program-anywhere", "", "'unclosed"])
def test_a_command_that_cannot_be_run_is_refused_before_anything(hook, words):
    run = hook(["webhook", "listen", "--exec", words])
    assert (2, "") == (run.code, run.out)
    assert "there is no such program. Nothing was started." in run.err


def test_when_the_time_is_up_before_the_count_it_exits_8(hook, listening):
    hook.server.plays(TASK, "success")
    pause = [lambda port: None] * 100
    run, _ = listening("--count 2 --timeout 5", listening.call(), *pause)
    assert (8, 1) == (run.code, len(run.lines))
    assert "The time was up after 1 of 2 results." in run.err
    assert 0 == listening("--timeout 5", *pause)[0].code


def test_ctrl_c_ends_it_and_gives_the_port_back(hook, listening):
    ports = []
    run, _ = listening("", ports.append)
    assert (130, "") == (run.code, run.out)
    assert "Stopped listening." in run.err
    assert run.err.endswith("  kie wait --pending\n")
    assert 0 == len(hook.server.requests)
    with socket.socket() as free:
        free.bind(("127.0.0.1", ports[0]))


@pytest.mark.parametrize("args", ["--port 70000", "--count 0", "--timeout soon", "extra"])
def test_listen_refuses_what_makes_no_sense(hook, args):
    assert 2 == hook(f"webhook listen {args}").code


def test_listen_refuses_a_port_that_is_taken(hook):
    run = hook(f"webhook listen --port {hook.server.api.rsplit(':', 1)[1]}")
    assert (2, "") == (run.code, run.out)
    assert "--port 0" in run.err


def test_listen_asks_for_the_key_before_it_listens(hook):
    assert 4 == hook("webhook listen --port 0", KIE_API_KEY="").code


def test_it_works_offline_with_the_sandbox(hook, listening):
    for name in ("KIE_API_KEY", "KIE_BASE_URL", "KIE_UPLOAD_URL"):
        del hook.env[name]
    task_id = hook("create -q -p hat --sandbox").lines[0]
    hook.clock.time += 10
    run, _ = listening("--count 1 --json --sandbox", listening.call(task_id))
    assert (0, "success") == (run.code, run.json[0]["state"])
    assert [] == hook.server.requests


def test_the_real_program_receives_runs_and_ends_by_ctrl_c(own_home, server):
    server.plays(TASK, "success")
    process = subprocess.Popen(
        [PROGRAM, "webhook", "listen", "--port", "0", "--exec", "sh -c 'echo $KIE_STATE'"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(own_home, server, KIE_WEBHOOK_KEY=HOOK_KEY),
    )
    try:
        port = int(re.search(r":(\d+)", process.stderr.readline())[1])
        assert 200 == post(port, *callback(now=SystemClock().now()))[0]
        assert f"{server.result}/r/{TASK}.png\n" == process.stdout.readline()
        assert "success\n" in [process.stderr.readline() for _ in range(2)]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    finally:
        process.kill()
        process.communicate()
    assert (-signal.SIGINT, "") == (process.returncode, out)
    assert "Stopped listening." in err
    assert "Traceback" not in err
