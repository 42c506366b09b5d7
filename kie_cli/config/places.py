"""Where kie keeps its files: the folders for the config, the state and the cache."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kie_cli.errors import LocalFiles

if TYPE_CHECKING:
    from collections.abc import Mapping


class Places:
    """
    The folders of this user, told from `environ` alone; nothing is created.

    Each raises LocalFiles, when it is asked for, if no home folder is known.
    """

    def __init__(self, environ: Mapping[str, str], platform: str = sys.platform) -> None:
        self._environ = environ
        self._platform = platform

    @property
    def config_dir(self) -> Path:
        return self._place("CONFIG", ".config")

    @property
    def state_dir(self) -> Path:
        return self._place("STATE", ".local/state")

    @property
    def cache_dir(self) -> Path:
        return self._place("CACHE", ".cache")

    @property
    def config_file(self) -> Path:
        return self.config_dir / "config.toml"

    def _place(self, kind: str, under_home: str) -> Path:
        if chosen := self._environ.get(f"KIE_{kind}_DIR"):
            return Path(chosen)
        if self._platform == "win32":
            return self._local_app_data() / ("Cache" if kind == "CACHE" else "")
        # The XDG specification: a path that is not absolute is to be ignored.
        xdg = Path(self._environ.get(f"XDG_{kind}_HOME", ""))
        return (xdg if xdg.is_absolute() else self._home() / under_home) / "kie"

    def _local_app_data(self) -> Path:
        if folder := self._environ.get("LOCALAPPDATA"):
            return Path(folder) / "kie"
        # Only here: platformdirs reads os.environ, but it can ask Windows itself.
        import platformdirs

        return Path(platformdirs.user_data_dir("kie", appauthor=False))

    def _home(self) -> Path:
        home = Path(self._environ.get("HOME", ""))
        if not home.is_absolute():
            import pwd  # not on Windows

            try:
                home = Path(pwd.getpwuid(os.getuid()).pw_dir)
            except KeyError:
                raise LocalFiles(
                    "There is no folder for kie's files: HOME is not set and this user has no "
                    "home folder. Nothing was sent.",
                    "Set KIE_STATE_DIR (the record of paid tasks) and KIE_CONFIG_DIR (the "
                    "config) to folders of yours.",
                ) from None
        return home
