from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable

import pytest

from kie_cli.config.file import ConfigFile
from kie_cli.config.settings import Settings


@pytest.fixture
def file(tmp_path):
    """A config file that is not there yet, nor is its folder."""
    return ConfigFile(tmp_path / "home" / "kie" / "config.toml")


@pytest.fixture
def write(file):
    """Put a text into the config file as its owner would."""

    def write(text: str | bytes, mode: int = 0o600) -> None:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        file.path.write_bytes(text if isinstance(text, bytes) else text.encode())
        file.path.chmod(mode)

    return write


@pytest.fixture
def settings(file):
    """Settings over that file: `settings(KIE_MODEL="x")`."""
    return lambda **environ: Settings({"PATH": os.environ["PATH"], **environ}, file)


@pytest.fixture
def in_child():
    """Run a function in a forked process and return its exit code: 0, 1 for an exception."""

    def run(act: Callable[[], object]) -> int:
        sys.stdout.flush()
        if (pid := os.fork()) == 0:
            code = 1
            try:
                act()
                code = 0
            except BaseException:  # noqa: BLE001 - a failed claim too, in a process that ends here
                traceback.print_exc()
            finally:
                os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    return run
