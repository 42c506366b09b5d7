"""
Run command lines of `kie` in a Python that has less: what Windows has not is taken away.

    python tests/like_windows.py LINE...

It shows that nothing of POSIX is needed, no more: disks, terminals and the network are those of
the machine it runs on. Prints each exit code.
"""

import builtins
import importlib
import os
import pathlib
import pkgutil
import re
import shlex
import signal
import sys
from types import ModuleType

# What others than kie do at their import is theirs to know: they are here before.
OTHERS = ("httpx", "platformdirs", "pydantic", "rich.console", "tomlkit", "truststore", "typer")
MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "termios", "tty"}
CALLS = re.findall(
    r"\w+",
    """
    O_CLOEXEC O_DIRECTORY O_NOCTTY O_NOFOLLOW O_NONBLOCK O_SYNC chown fchmod fchown fork forkpty
    getegid geteuid getgid getgroups getpgid getuid killpg lchown mkfifo mknod nice pipe2
    posix_fadvise pread pwrite sched_getaffinity sendfile setsid sysconf ttyname uname wait
    """,
)
SIGNALS = ("ALRM", "CHLD", "CONT", "HUP", "KILL", "PIPE", "QUIT", "TSTP", "USR1", "USR2", "WINCH")


def take_away():
    """Let modules of kie find neither MODULES nor CALLS, and a rename that overwrites nothing."""
    usual_import, usual_rename = builtins.__import__, os.rename

    def limited(name, globals=None, *rest, **more):
        if name in MODULES and (globals or {}).get("__name__", "").startswith("kie_cli"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return usual_import(name, globals, *rest, **more)

    def rename(source, target, **more):
        if os.path.lexists(target):
            raise FileExistsError(17, "File exists", str(target))
        usual_rename(source, target, **more)

    builtins.__import__, os.rename = limited, rename
    for place, names in ((os, CALLS), (signal, [f"SIG{name}" for name in SIGNALS])):
        for name in names:
            if hasattr(place, name):
                delattr(place, name)
    locks = sys.modules["msvcrt"] = ModuleType("msvcrt")
    locks.LK_NBLCK, locks.locking = 2, lambda *_: None
    for holder in filter(None, map(sys.modules.get, ("pathlib", "pathlib._local"))):
        holder.WindowsPath = pathlib.PosixPath
    sys.platform, os.name = "win32", "nt"


if __name__ == "__main__":
    for other in OTHERS:
        importlib.import_module(other)
    take_away()
    import kie_cli

    for module in pkgutil.walk_packages(kie_cli.__path__, "kie_cli."):
        importlib.import_module(module.name)
    from kie_cli.cli import main
    from kie_cli.context import Kie

    for line in sys.argv[1:]:
        kie = Kie()
        kie.signals.install()
        print(main(shlex.split(line), kie), line, flush=True)
