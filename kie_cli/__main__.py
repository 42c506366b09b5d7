"""The program `kie`. Answers --version before anything heavy is imported."""

from __future__ import annotations

import os
import sys

from kie_cli import __version__

# What looks at kie.ai at once, unless one of these flags says otherwise.
EARLY, NO_NEED = {"status", "wait", "download", "credits"}, {"--sandbox", "--help", "-h"}


def program() -> None:
    """Run `kie`, and leave at once: Python would first give back memory piece by piece."""
    try:
        run()
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else end.code is not None)
    os._exit(0)


def run() -> None:
    """Run `kie` with the arguments of this process, and end the process."""
    if sys.argv[1:] == ["--version"]:
        code = _say(f"kie {__version__}")
        if code == 0:
            return  # all is written; not even `signal` is needed
    else:
        import signal

        # Nothing is under way while the rest is imported: Ctrl-C may simply end it.
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        code = _main()
    _end(code)


def _main() -> int:
    from kie_cli.context import Kie

    kie = Kie()
    if EARLY.intersection(sys.argv[1:2]) and NO_NEED.isdisjoint(sys.argv):
        kie.open_early()

    from kie_cli.cli import main
    from kie_cli.errors import Stopped

    kie.signals.install()
    try:
        return main(sys.argv[1:], kie)
    except Stopped as stopped:  # while `main` was saying its last words
        return 128 + stopped.signum


def _say(text: str) -> int:
    try:
        print(text, flush=True)  # noqa: T201 (before there is an output to say it)
    except BrokenPipeError:
        return 128 + 13
    except OSError:
        return 10
    return 0 if sys.stdout else 10


def _end(code: int) -> None:
    """
    End with `code`; by the signal itself where one asked to end.

    A shell sees the same 130, 143, 129, 131 or 141 either way; but only a death by SIGINT ends
    a loop in the shell as well, which would otherwise go on to its next paid command.
    """
    import signal

    signum = code - 128
    if os.name == "posix" and signum in {1, 2, 3, 13, 15}:
        import resource

        # Death by SIGQUIT would leave the memory in a file, and the key with it.
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        signal.signal(signum, signal.SIG_DFL)
        os.kill(os.getpid(), signum)
    # A key that is still pressed shall not take the place of the code.
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"):
        if number := getattr(signal, name, None):
            signal.signal(number, signal.SIG_IGN)
    # Python would end with 120 for either of them.
    for stream, otherwise in ((sys.stdout, 10), (sys.stderr, 0)):
        try:
            if stream:
                stream.flush()
        except OSError:
            os._exit(code or otherwise)
    sys.exit(code)


if __name__ == "__main__":
    program()
