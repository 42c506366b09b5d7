"""`main`: help, did-you-mean, exit codes; and what may not be imported for a small answer."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import FakeStream

from kie_cli import __main__ as program
from kie_cli import __version__
from kie_cli.cli import main, names
from kie_cli.context import Kie

HEAVY = {"httpx", "rich", "pydantic", "platformdirs", "tomlkit", "sqlite3"}
GROUPS = {
    "config": ["set", "get", "unset", "list", "path"],
    "sandbox": ["serve"],
    "webhook": ["verify", "listen"],
}


def test_help_comes_after_each_command_and_group(kie):
    every = [[name] for name in names()]
    every += [[group, name] for group, found in GROUPS.items() for name in found]
    for words in every:
        for flag in ("-h", "--help"):
            run = kie([*words, flag])
            assert (run.code, run.err) == (0, "")
            assert run.out.startswith(f"Usage: kie {' '.join(words)} ")
        if len(words) == 2 or words[0] not in GROUPS:
            for option in ("--json", "--quiet", "--verbose", "--no-input", "--color", "--sandbox"):
                assert option in run.out
            assert "Examples:" in run.out


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_alone_is_its_help(kie, group):
    run = kie(group)
    assert (run.code, run.err) == (0, "")
    assert run.out == kie(f"{group} --help").out
    assert "\\n" not in run.out


@pytest.mark.parametrize("args", ["--version", "--version --help"])
def test_version(kie, args):
    assert f"kie {__version__}\n" == kie("--version").out
    assert kie(args).code == 0


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("craete", "create"),
        ("stauts", "status"),
        ("donwload", "download"),
        ("Wait", "wait"),
        ("lst", "list"),
    ],
)
def test_a_mistyped_command_is_guessed_and_never_run(kie, word, meant):
    run = kie(f"{word} -p hat")
    assert (run.code, run.out) == (2, "")
    assert run.err.splitlines() == [
        f"kie: There is no command '{word}'. Did you mean {meant}?",
        "  kie --help lists the commands.",
    ]
    assert kie.server.requests == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ("xyzzy", "There is no command 'xyzzy'.\n"),
        ("common", "There is no command 'common'."),
        ("create --promt hat", "--promt"),
        ("wait --json --nope", "--nope"),
        ("config bogus", "bogus"),
        ("config set --nope", "--nope"),
        ("credits extra", "extra"),
        ("list --color purple", "purple"),
        ("--nope", "--nope"),
        ("--json list", "flags stand after the command"),
        ("upload", "FILE"),
        ("create -p", "-p"),
    ],
)
def test_a_wrong_command_line_exits_2_with_the_way_to_the_help(kie, args, said):
    run = kie(args)
    assert (run.code, run.out) == (2, "")
    assert said in run.err.replace('\\"', '"')
    assert "--help" in run.err
    assert kie.server.requests == []
    if "--json" in args:
        assert json.loads(run.err)["error"]["kind"] == "wrong_input"


def test_a_hostile_command_line_is_shown_harmlessly(kie):
    for args in (
        ["\x1b[2Jx"],
        ["list", "--\x1b]0;x\x07"],
        ["wait", "a\nkie: done"],
        ["list", "--since", "\u202e"],
    ):
        run = kie(args)
        assert run.code == 2
        assert all(line.isprintable() for line in run.err.splitlines())
        assert "\nkie: done" not in run.err


def test_windows_signs_in_a_prompt_are_left_alone(kie):
    """No expansion of $NAME, ~ or *.png by the argument parser."""
    Path("a.png").touch()
    run = kie(["create", "-p", "$HOME ~ *.png %PATH%", "--dry-run"])
    assert json.loads(run.out)["input"]["prompt"] == "$HOME ~ *.png %PATH%"


def test_a_bug_is_told_in_a_sentence_with_exit_code_1(kie, monkeypatch):
    def broken(*_, **__):
        raise RecursionError(f"key {kie.env['KIE_API_KEY']} \x1b[2J")

    monkeypatch.setattr("kie_cli.api.client.Client.credits", broken)
    run = kie("credits")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith(
        "kie: kie broke off: RecursionError: key [key] \\x1b[2J. This is a bug"
    )
    assert "Traceback" not in run.err
    for more in ({"KIE_DEBUG": "1"}, {}):
        run = kie("credits" if more else "credits -v", **more)
        assert "Traceback" in run.err
        assert kie.env["KIE_API_KEY"] not in run.err
    error = json.loads(kie("credits --json").err)["error"]
    assert (error["kind"], error["exit_code"]) == ("unexpected", 1)


def test_ctrl_c_ends_with_130_wherever_it_comes(kie, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("kie_cli.api.client.Client.credits", stop)
    run = kie("credits")
    assert (run.code, run.out) == (130, "")
    assert "Traceback" not in run.err


def test_a_stopped_command_says_so(kie, monkeypatch):
    from kie_cli.errors import Stopped

    def stop(*_, **__):
        raise Stopped(15)

    monkeypatch.setattr("kie_cli.api.client.Client.credits", stop)
    run = kie("credits")
    assert (run.code, run.err) == (143, "kie: stopped. Nothing was charged.\n")


def test_main_works_with_the_surroundings_of_the_process(own_home, capsys, monkeypatch):
    monkeypatch.setenv("KIE_SANDBOX", "1")
    assert main(["credits"]) == 0
    assert capsys.readouterr().out == "1000\n"


def test_an_output_that_is_closed_or_full_is_never_a_success(own_home):
    class Full(FakeStream):
        def write(self, _):
            raise OSError(28, "No space left on device")

    err = FakeStream()
    for out in (None, Full(), FakeStream()):
        if isinstance(out, FakeStream) and not isinstance(out, Full):
            out.close()
        for command in ("--help", "credits"):
            kie = Kie({"HOME": str(own_home), "KIE_SANDBOX": "1"}, stdout=out, stderr=err)
            kie.stdout = out
            assert main([command], kie) == 10
    assert "No space left on device" in err.text
    assert "it is closed" in err.text


def test_a_stderr_that_is_gone_stops_nobody(own_home):
    class Gone(FakeStream):
        def write(self, _):
            raise BrokenPipeError

    out = FakeStream()
    kie = Kie({"HOME": str(own_home), "KIE_SANDBOX": "1"}, stdout=out, stderr=Gone())
    assert main(["create", "-p", "hats"], kie) == 0
    assert len(out.text) == 33


class Ended(BaseException):
    """In place of the end of this process."""


@pytest.fixture
def ended(monkeypatch):
    """Run the program's entry point in this process; return how it asked to end."""

    def end(*how):
        raise Ended(*how)

    def kill(_, signum):
        end("signal" if signal.getsignal(signum) is signal.SIG_DFL else "too early", signum)

    monkeypatch.setattr(os, "kill", kill)
    monkeypatch.setattr(os, "_exit", lambda code: end("at once", code))
    monkeypatch.setattr("kie_cli.signals.Signals.install", lambda _: None)

    def run(*argv):
        monkeypatch.setattr(sys, "argv", ["kie", *argv])
        handlers = {number: signal.getsignal(number) for number in (1, 2, 3, 13, 15)}
        try:
            program.run()
        except Ended as how:
            return how.args
        except SystemExit as exit_:
            return ("exit", exit_.code)
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        raise AssertionError("it did not end")

    return run


@pytest.mark.parametrize(
    ("code", "how"),
    [
        (0, ("exit", 0)),
        (9, ("exit", 9)),
        (130, ("signal", 2)),
        (143, ("signal", 15)),
        (129, ("signal", 1)),
        (141, ("signal", 13)),
    ],
)
def test_the_process_ends_by_the_signal_that_asked_for_it(ended, monkeypatch, code, how):
    monkeypatch.setattr("kie_cli.cli.main", lambda _, __: code)
    assert ended("list") == how


def test_the_version_that_cannot_be_written_is_no_success(ended, monkeypatch):
    class Broken(FakeStream):
        def write(self, _):
            raise self.error

        def flush(self):
            raise self.error

    for error, how in ((BrokenPipeError(), ("signal", 13)), (OSError(28, "full"), ("at once", 10))):
        out = Broken()
        out.error = error
        monkeypatch.setattr(sys, "stdout", out)
        assert ended("--version") == how
    monkeypatch.setattr(sys, "stdout", None)
    assert ended("--version") == ("exit", 10)


def test_python_m_kie_cli_is_kie(own_home, server):
    done = subprocess.run(
        [sys.executable, "-P", "-m", "kie_cli", "--version"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert done.stdout == f"kie {__version__}\n"


def test_the_installed_program_answers(real):
    assert real("--version").out == f"kie {__version__}\n"
    assert real("").out == real("--help").out
    assert real("nonsense").code == 2


@pytest.mark.parametrize(
    ("args", "walls"),
    [
        ("--version", HEAVY | {"typer", "signal"}),
        ("--help", HEAVY),
        ("create --help", HEAVY),
        ("config get model", HEAVY),
        ("create --dry-run -p hat", HEAVY - {"sqlite3"}),
        ("credits --sandbox", {"rich", "click", "pydantic", "anyio.abc"}),  # by httpx
        ("create --wait --download -p hat --sandbox", {"rich", "click", "pydantic"}),
    ],
)
def test_a_small_answer_imports_no_large_library(own_home, args, walls):
    """
    httpx, rich, pydantic and the like cost 30 to 200 ms each, on every run of a loop in a shell.

    One import at the head of a module that everybody uses is enough to pay that for --help;
    nobody sees it in a review, so this looks at what the process really loaded.
    """
    code = (
        "import sys; from kie_cli.__main__ import run\n"
        f"sys.argv = ['kie', *{args.split()!r}]\n"
        "try: run()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        env={"HOME": str(own_home), "PATH": os.environ["PATH"]},
    )
    loaded = set(done.stderr.split())
    assert "kie_cli" in loaded
    assert loaded & walls == set()
