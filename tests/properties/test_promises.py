"""Promises that no list of cases can show: of the key, the terminal, paths and scripts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyte
import pytest
from conftest import PROGRAM, environment
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from loopback import Reply

from kie_cli.api.client import Client
from kie_cli.core.task import Task, valid_task_id
from kie_cli.jobs.save import Target

# The same examples in each run; a `kie` serves all of them.
bounded = settings(
    derandomize=True,
    deadline=None,
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],  # to shrink whole command lines takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
HOSTILE = st.text(
    st.sampled_from("\x1b\x9b\x9d\x07\x08\r\n\t\x00\x7f\u202e\u2066\u200b\U000e0041\ud83d[]();?:/\\")
    | st.sampled_from("0123456789hlmHJKABCDcnsr<=>#%@$&")
    | st.characters(),
    max_size=60,
) | st.sampled_from(
    [
        "\x1b[2J\x1b[1;1Howned", "\x1b]0;title\x07", "\x1b]52;c;cm0gLXJm\x07", "\x1b[?1049h",
        "\x1bc", "\x1b[6n", "\x9b31m", "\x9d0;x\x9c", "\x1b]8;;http://x\x1b\\y\x1b]8;;\x1b\\",
        "\x1b(0lqqk", "done\r\nkie: Saved ./x.png", "\x1b[?25l", "\x0e\x0f", "\x1bP+q\x1b\\",
    ]
)  # fmt: skip

# The key


def sentinel():
    """Keys of all signs that a key may have, long enough to stand in no other text."""
    signs = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
    return st.text(signs, min_size=24, max_size=60).filter(lambda key: len(set(key)) > 12)


def spellings(key):
    """The ways in which a text or JSON may hold a key."""
    quoted = json.dumps(key)[1:-1]
    return {key.encode(), quoted.encode(), quoted.replace("/", r"\/").encode()}


def escaped(key):
    return "".join(f"\\u{ord(sign):04X}" for sign in key)


def kept(*folders):
    """The bytes of all files but the config file."""
    files = (file for folder in folders for file in Path(folder).rglob("*") if file.is_file())
    return b"\n".join(file.read_bytes() for file in files if file.name != "config.toml")


@bounded
@given(key=sentinel(), saved=st.booleans())
def test_sentinel_key_is_nowhere(kie, server, real_key_process, monkeypatch, key, saved):
    del kie.runs[:]
    kie.env["KIE_API_KEY"] = key
    if saved:
        assert 0 == kie("config set token -", stdin=key).code
        del kie.env["KIE_API_KEY"]
    told = f"Bearer {key} is no key, {key}"
    server.plays("t1", {"state": "fail", "failMsg": told, "failCode": key})
    server.plays("t2", {"state": key, "resultJson": json.dumps({"resultUrls": [key]})})
    server.plays("t3", Reply(server.record("t3", "success", [f"{server.result}/{key}"])))
    for answer in (
        {"code": 401, "msg": told},
        {"code": 500, "msg": told},
        {"code": 200, "data": {"taskId": key}},
        Reply(f'{{"code":422,"msg":"{escaped(key)}"}}'),
        Reply(f"<html>{told}</html>", 502),
    ):
        server.answer("createTask", answer)
        kie("create -v -p hat --label shop")
    server.answer("credit", {"code": 401, "msg": told}, Reply(told, 403), Reply(told, 404))
    for line in (
        "credits --json", "status t1 t2 t3 --json", "status t1 --raw", "wait t1 -v",
        "wait t2 --timeout 0 -v", "wait t3 -d", "list --json", "list", "config list",
        "config get token", "config list --json",
    ):  # fmt: skip
        kie(line, KIE_DEBUG="1")
        kie(line, tty="out err")

    def bug(self):
        raise RuntimeError(told)

    with monkeypatch.context() as patch:
        patch.setattr(Client, "credits", bug)
        assert "Traceback" in kie("credits", KIE_DEBUG="1").err

    real_key_process(key, saved=saved)
    seen = "\n".join(run.out + run.err for run in kie.runs).encode() + kept(kie.home, ".")
    for spelling in spellings(key):
        assert spelling not in seen


@pytest.fixture
def real_key_process(kie, server, own_home):
    """Run the real program with a key; see its command line and what its children are given."""
    import subprocess

    def run(key, *, saved):
        looking = (
            'cat /proc/$PPID/cmdline /proc/$$/cmdline > children; env >> children; printf "%s"'
        )
        command = f"{looking} 0123456789abcdef"
        env = environment(own_home, server, KIE_DEBUG="1")
        del env["KIE_API_KEY"]
        folder = own_home / "other"
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(f"token_command = {json.dumps(command)}\n")
        (folder / "config.toml").chmod(0o600)
        secret = {"KIE_AI_API_KEY": key}
        for more in ({"KIE_CONFIG_DIR": str(folder)}, {} if saved else secret):
            server.answer("credit", {"code": 401, "msg": f"Bearer {key}"})
            done = subprocess.run(
                [PROGRAM, "credits", "-v"],
                env={**env, **more}, input=b"", capture_output=True, timeout=60, check=False,
            )  # fmt: skip
            assert 4 == done.returncode, done
            Path("process").write_bytes(done.stdout + done.stderr)

    ran = []

    def once(key, *, saved):
        if saved not in ran:  # a process takes its time
            ran.append(saved)
            run(key, saved=saved)

    return once


@bounded
@given(other=st.from_regex(r"[A-Za-z0-9._~+/=!#$&-]{16,80}", fullmatch=True))
def test_whatever_looks_like_an_authorization_is_not_shown(kie, server, other):
    """A key that kie does not know: of another account, of a proxy."""
    server.answer(
        "credit", *[{"code": 401, "msg": f"header was Authorization: Bearer {other}"}] * 2
    )
    for run in (kie("credits --json"), kie("credits")):
        assert 4 == run.code
        assert "Bearer [key]" in run.err
        assert other not in run.err
    assert json.loads(kie.runs[0].err)
    del kie.runs[:]


# The terminal


class Watched(pyte.Screen):
    """A screen that notes what it is told to do, apart from drawing."""

    def __init__(self):
        self.told = set()
        super().__init__(200, 50)

    def __getattribute__(self, name):
        found = super().__getattribute__(name)
        if name not in pyte.Stream.events or name == "draw":
            return found
        return lambda *args, **more: (self.told.add(name), found(*args, **more))[1]


def commands(text):
    """What a terminal does when it reads this besides drawing, and the titles of its window."""
    screen = Watched()
    stream = pyte.Stream(screen)
    screen.told.clear()  # what an empty screen begins with
    stream.feed(text.replace("\n", "\r\n"))  # as the line discipline of a terminal does
    return screen.told, (screen.title, screen.icon_name)


def played(kie, text):
    """Let the server say `text` everywhere, and return what reached a terminal."""
    server = kie.server
    fail = {"state": "fail", "failMsg": text, "failCode": text, "model": text}
    server.plays("t1", Reply(json.dumps(server.record("t1", fail))))
    server.plays("t2", Reply(json.dumps(server.record("t2", {"state": text}))))
    url = server.record("t3", "success", [f"https://example.org/{text}.png"])
    server.plays("t3", Reply(json.dumps(url)))
    server.answer("createTask", Reply(json.dumps({"code": 402, "msg": text})))
    server.answer("createTask", Reply(text.encode("utf-8", "replace"), 502))
    server.answer("createTask", Reply(json.dumps({"code": 200, "data": {"taskId": text}})))
    lines = (
        "status t1 t2 t3", "status t1 --raw", "wait t1", "wait t3", "wait t2 --timeout 0",
        "create -p a", "create -p b", "create -p c", "list", "list --json",
    )  # fmt: skip
    found = [kie(line, tty="out err") for line in lines]
    del kie.runs[:]
    return "".join(run.out + run.err for run in found)


@bounded
@given(text=HOSTILE)
def test_server_text_cannot_move_the_terminal(kie, text):
    """Whatever a server says, the terminal does what it does for harmless words."""
    usual, title = commands(played(kie, "made-up words"))
    found, titled = commands(played(kie, text))
    assert found <= usual
    assert ("", "") == title == titled


# Paths

IDS = st.text(st.sampled_from("aZ09._:-"), min_size=1, max_size=200) | st.text(max_size=20)


@settings(bounded, max_examples=100)
@given(task_id=IDS, position=st.integers(1, 99), number=st.integers(0, 999))
def test_the_name_of_a_result_is_one_component_inside_its_folder(task_id, position, number):
    if not valid_task_id(task_id):
        return
    name = Target(Path("out")).name(Task(task_id, "success"), position, "png", number)
    assert Path("out") == name.parent
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*\.png", name.name)
    assert ".." not in name.parts


NAMES = st.sampled_from(
    [
        "../../x", "%2e%2e%2fx", "..\\..\\x", "/etc/passwd", "C:\\x", "CON", "-rf", "a\0b", "~/x",
        "x" * 4000, "\u202egnp.exe", ".bashrc", "a/b/c.png", "x.png/../../y", "?x=../y", "#/../y",
    ]
) | st.text(max_size=30)  # fmt: skip


@bounded
@given(name=NAMES)
def test_server_text_cannot_choose_a_path(kie, server, name):
    """Not by an id, a URL, a header or a redirect: the name is the asked id, a number, the kind."""
    work = Path("work")
    work.mkdir(exist_ok=True)
    before = everything()
    header = "".join(sign for sign in name if " " <= sign <= "\xff" and sign != "\x7f")
    path = "".join(sign for sign in name if "!" <= sign <= "~" and sign not in "?#")
    from kie_cli.sandbox.png import picture

    disposition = {"Content-Disposition": f'attachment; filename="{header}"', "X-Filename": header}
    server.files[f"/r/{path}"] = Reply(picture(8, 8, "x"), headers=disposition)
    urls = [f"{server.result}/r/{path}", f"{server.result}/r/{name}", name]
    server.plays("t1", Reply(json.dumps(server.record("t1", "success", urls))))
    server.plays("t2", Reply(json.dumps(server.record("t2", {"taskId": name, "state": "success"}))))
    run = kie("wait t1 -d -o work/")
    kie("wait t2 -d -o work/ --timeout 0")
    answer = {"code": 200, "data": {"taskId": name}}
    server.answer("createTask", Reply(json.dumps(answer)))
    made = kie(["create", "-p", "hat"])
    assert (0 if valid_task_id(name) else 9) == made.code
    new = everything() - before
    assert all(re.fullmatch(r"work/t1-[123](\.[0-9]+)?\.(png|bin)", one) for one in new), (new, run)
    for one in new:
        Path(one).unlink()
    del kie.runs[:]


def everything():
    return {str(file) for file in Path().rglob("*")}


# What scripts rely on

CONTRACT = Path(__file__).with_name("contract.txt")
LINES = (
    "create -p hat", "create -p hat --json", "create -p hat --wait", "create -p hat -w -d",
    "wait 000000000000000000000000000000a1 --json", "status gone", "wait failed",
    "wait failed --json", "wait running --timeout 0", "wait running --timeout 0 --json",
    "create -p hat -a 16x9", "create -p hat -a 16x9 --json", "create -p refused",
    "create -p unknown", "create -p unknown --json", "list", "list --unknown", "credits",
    "config get model", "download failed", "nonsense",
)  # fmt: skip


def test_script_contract(kie, server):
    """
    Streams and exit codes of common command lines, to the letter: tests/properties/contract.txt.

    After a change that is wanted: remove that file, run this twice, read the difference.
    """
    server.plays("failed", "fail")
    server.plays("running", "generating")
    found = []
    for line in LINES:
        if "refused" in line:
            server.answer("createTask", "create.402")
        if "unknown" in line and line.startswith("create"):
            server.answer("createTask", "create.500-generic")
        kie.clock.sleep(60)
        run = kie(line)
        found.append(f"$ kie {line}\n{run.out}--- stderr\n{run.err}--- exit {int(run.code)}\n")
    text = "\n".join(found)
    for name in ("api", "upload", "result"):
        text = text.replace(getattr(server, name), f"http://{name}")
    text = re.sub(r"\bi-[a-z2-7]{10}\b", "i-xxxxxxxxxx", text)
    if not CONTRACT.exists():
        CONTRACT.write_text(text, encoding="utf-8")
        pytest.fail(f"{CONTRACT} was written: read it, then run this again")
    assert CONTRACT.read_text(encoding="utf-8") == text
