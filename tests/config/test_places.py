from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from kie_cli.config.places import Places
from kie_cli.errors import LocalFiles


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_the_folders_are_those_of_xdg_on_linux_and_macos(platform):
    places = Places({"HOME": "/home/ada"}, platform)

    assert Path("/home/ada/.config/kie") == places.config_dir
    assert Path("/home/ada/.config/kie/config.toml") == places.config_file
    assert Path("/home/ada/.local/state/kie") == places.state_dir
    assert Path("/home/ada/.cache/kie") == places.cache_dir


def test_xdg_variables_are_honoured():
    environ = {
        "HOME": "/home/ada",
        "XDG_CONFIG_HOME": "/c",
        "XDG_STATE_HOME": "/s",
        "XDG_CACHE_HOME": "/k",
    }
    places = Places(environ)

    assert (Path("/c/kie"), Path("/s/kie"), Path("/k/kie")) == (
        places.config_dir,
        places.state_dir,
        places.cache_dir,
    )


@pytest.mark.parametrize("value", ["", "relative/path", "~/x", "."])
def test_relative_xdg_paths_are_ignored(value):
    places = Places({"HOME": "/home/ada", "XDG_CONFIG_HOME": value})

    assert Path("/home/ada/.config/kie") == places.config_dir


def test_kies_own_variables_win():
    environ = {"HOME": "/home/ada", "XDG_STATE_HOME": "/s", "KIE_STATE_DIR": "/mine"}

    assert Path("/mine") == Places(environ).state_dir


def test_an_empty_variable_of_kie_is_no_folder():
    assert Path("/h/.cache/kie") == Places({"HOME": "/h", "KIE_CACHE_DIR": ""}).cache_dir


def test_the_passed_environment_counts_and_not_the_processs(monkeypatch):
    monkeypatch.setenv("KIE_CONFIG_DIR", "/wrong")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/wrong")

    assert Path("/home/ada/.config/kie") == Places({"HOME": "/home/ada"}).config_dir


def test_windows_has_one_local_folder():
    places = Places({"LOCALAPPDATA": "/Users/ada/AppData/Local"}, "win32")

    assert Path("/Users/ada/AppData/Local/kie") == places.config_dir == places.state_dir
    assert Path("/Users/ada/AppData/Local/kie/Cache") == places.cache_dir


def test_windows_itself_is_asked_without_the_variable():
    assert "kie" == Places({}, "win32").config_dir.name


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"HOME": "relative"}])
def test_without_home_the_user_database_is_asked(environ):
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)

    assert home / ".config" / "kie" == Places(environ).config_dir


def test_a_user_without_any_home_is_told_what_to_set_when_a_folder_is_asked_for(in_child):
    def act():
        if os.getuid() == 0:
            os.setuid(54321)
        places = Places({"KIE_STATE_DIR": "/given"})
        assert Path("/given") == places.state_dir
        with pytest.raises(LocalFiles) as caught:
            _ = places.config_file
        assert caught.value.message == (
            "There is no folder for kie's files: HOME is not set and this user has no home folder. "
            "Nothing was sent."
        )
        hint = (
            "Set KIE_STATE_DIR (the record of paid tasks) and KIE_CONFIG_DIR (the config) to "
            "folders of yours."
        )
        assert caught.value.hints == (hint,)

    if os.getuid() != 0:
        pytest.skip("only root can become a user that nobody knows")
    assert 0 == in_child(act)


def test_importing_the_room_loads_nothing_heavy():
    """A wall: each of these would slow down every command."""
    heavy = ["tomlkit", "platformdirs", "pydantic", "subprocess", "tomllib", "difflib"]
    code = (
        "import sys; before = set(sys.modules);"
        "import kie_cli.config.key, kie_cli.config.places, kie_cli.config.file;"
        f"print(sorted(set({heavy}) & (set(sys.modules) - before)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]\n" == run.stdout
