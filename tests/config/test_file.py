from __future__ import annotations

import fcntl
import os
import resource
import select
import signal
import socket
import stat
import string
import sys
import time
import tomllib
import types
from contextlib import suppress
from pathlib import Path

import pytest
from fakes import FakeClock
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from kie_cli.config import file as module
from kie_cli.config.file import ConfigFile
from kie_cli.errors import LocalFiles

ANOTHER_USER = 54321


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder):
    """The lock file stays, empty: it tells nothing."""
    return {path.name for path in folder.iterdir()} - {"config.toml.lock"}


# Reading


def test_a_missing_file_says_nothing(file):
    assert {} == file.read()


def test_a_home_that_is_no_folder_says_nothing(tmp_path):
    """HOME=/dev/null is common for service users."""
    assert {} == ConfigFile(Path("/dev/null/.config/kie/config.toml")).read()


def test_no_place_reads_as_empty_and_takes_nothing():
    nowhere = ConfigFile(None)

    assert {} == nowhere.read()
    assert not nowhere.unset("model")
    with pytest.raises(LocalFiles) as caught:
        nowhere.set({"model": "x"})
    assert "There is no folder for a config file. Nothing was saved." == caught.value.message
    assert ("Set KIE_CONFIG_DIR to a folder of yours.",) == caught.value.hints


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (b'model = "a"\ntoken = kie-0123456789\n', "line 2, column 9."),
        (b'model = "a"\n\nmodel = "b"\n', "line 3, column 12."),
        (b"a = [1,\n", "line 2, column 1."),
        (b"\na = 1\nb = [1, 2", "line 3, column 10."),
        (b'a = "x"\nb = "\xff"\n', "line 2, column 6."),
        (b'\na = "x"\nb = "\xff"\n', "line 3, column 6."),
        (b"\xff", "line 1, column 1."),
        (b"a = " + b"[" * 100_000, "line 1, column "),
    ],
)
def test_a_damaged_file_is_told_with_its_place_and_never_rewritten(file, write, damage, place):
    write(damage)

    for act in (file.read, lambda: file.set({"model": "x"}), lambda: file.unset("model")):
        with pytest.raises(LocalFiles) as caught:
            act()
        assert caught.value.message.startswith(f"{file.path} is damaged: it is no TOML at {place}")
        assert caught.value.message.endswith(". It was left as it is. Nothing was sent.")
        assert "0123" not in caught.value.message
        assert caught.value.hints[0].count(str(file.path)) == 2
    assert damage == file.path.read_bytes()
    assert {"config.toml"} == names(file.path.parent)


@given(data=st.binary() | st.text().map(str.encode))
@profile(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused(file, write, data):
    write(data)
    with suppress(LocalFiles):
        assert isinstance(file.read(), dict)


def test_a_byte_order_mark_is_no_damage(file, write):
    write(b'\xef\xbb\xbfmodel = "a"\r\n')

    assert {"model": "a"} == file.read()


@pytest.mark.parametrize("loose", [0o644, 0o640, 0o602])
def test_a_file_that_others_can_open_is_read_with_a_warning(file, write, loose):
    write('model = "a"', loose)

    assert {"model": "a"} == file.read()
    assert {"model": "a"} == file.read()
    assert file.warnings == [
        f"{file.path} is open to other users of this machine. Close it: chmod 600 {file.path}"
    ]


def test_a_warning_ends_with_its_cause(file, write):
    write('model = "a"', 0o644)
    file.read()
    file.path.chmod(0o600)
    file.read()

    assert [] == file.warnings


def test_another_users_file_is_neither_trusted_nor_written(file, write):
    write('model = "a"')
    if os.getuid() == 0:
        os.chown(file.path, ANOTHER_USER, -1)
    else:
        file.path.unlink()
        file.path.symlink_to("/etc/passwd")
    before = file.path.read_bytes()

    for act in (file.read, lambda: file.set({"model": "x"})):
        with pytest.raises(LocalFiles) as caught:
            act()
        owner = file.path.stat().st_uid
        assert caught.value.message == (
            f"{file.path} belongs to another user (uid {owner}): kie neither trusts it nor "
            "writes to it. Nothing was sent."
        )
        assert caught.value.hints == (
            f"If it is yours: chown {os.geteuid()} {file.path}",
            "Or set KIE_CONFIG_DIR to a folder of yours.",
        )
    assert before == file.path.read_bytes()


@pytest.fixture
def hurry():
    """A test that blocks fails."""

    def blocked(number, frame):
        pytest.fail("it blocks")

    before = signal.signal(signal.SIGALRM, blocked)
    signal.alarm(5)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize("kind", ["folder", "fifo", "socket"])
def test_what_is_no_regular_file_is_refused_at_once(file, kind, monkeypatch):
    file.path.parent.mkdir(parents=True)
    monkeypatch.chdir(file.path.parent)  # a socket's name is short
    if kind == "folder":
        file.path.mkdir()
    elif kind == "fifo":
        os.mkfifo(file.path)
    else:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("config.toml")

    with pytest.raises(LocalFiles, match=str(file.path)):
        file.read()


def as_nobody(folder: Path) -> None:
    """Become another user, as root may, with `folder` as the way in: those above are closed."""
    os.chdir(folder)
    if os.getuid() == 0:
        os.setuid(ANOTHER_USER)


def test_a_folder_that_cannot_be_searched_is_passed_by_with_a_warning(file, write, in_child):
    """A container that runs as another user still gets on with KIE_API_KEY alone."""
    write('model = "a"')
    file.path.parent.parent.chmod(0o755)
    file.path.parent.chmod(0o000)

    def act():
        as_nobody(file.path.parent.parent)
        here = ConfigFile(Path("kie/config.toml"))
        assert {} == here.read()
        assert ["kie is closed to this user: no config file is used."] == here.warnings

    try:
        assert 0 == in_child(act)
    finally:
        file.path.parent.chmod(0o700)


def test_a_file_that_cannot_be_opened_is_named_with_the_reason(file, write, in_child):
    write('model = "a"', 0o000)
    file.path.parent.chmod(0o755)

    def act():
        as_nobody(file.path.parent)
        with pytest.raises(LocalFiles, match=r"config\.toml cannot be read: Permission denied"):
            ConfigFile(Path("config.toml")).read()

    assert 0 == in_child(act)


# Writing


def test_a_value_that_was_set_is_read_back(file):
    file.set({"model": "flux"})
    file.set({"record_prompts": False, "token_for": ["https://a", "https://b"]})

    wanted = {"model": "flux", "record_prompts": False, "token_for": ["https://a", "https://b"]}
    assert wanted == file.read()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_whatever_the_umask_only_the_owner_can_open_file_and_folders(file, umask):
    old = os.umask(umask & 0o077)
    try:
        file.path.parent.parent.mkdir(0o700)
        os.umask(umask)
        if umask != 0o777:
            file.set({"model": "flux"})
        else:  # such a umask makes folders that nobody but root can enter
            os.umask(0)
            file.path.parent.mkdir(0o700)
            os.umask(umask)
            file.set({"model": "flux"})
    finally:
        os.umask(old)

    assert 0o600 == mode(file.path)
    assert 0o700 == mode(file.path.parent)


def test_new_folders_above_are_closed_too(tmp_path):
    file = ConfigFile(tmp_path / "a" / "b" / "config.toml")
    old = os.umask(0)
    try:
        file.set({"model": "flux"})
    finally:
        os.umask(old)

    assert [0o700, 0o700] == [mode(tmp_path / "a"), mode(tmp_path / "a" / "b")]


def test_nothing_is_ever_open_to_others_while_it_is_written(file):
    """A second process looks at every file of the folder as fast as it can."""
    file.path.parent.mkdir(parents=True, mode=0o700)
    watcher = os.fork()
    if watcher == 0:
        os.umask(0)
        end = time.monotonic() + 20
        seen = 0
        while time.monotonic() < end and not (file.path.parent / "stop").exists():
            for entry in os.scandir(file.path.parent):
                try:
                    if entry.name != "stop" and entry.stat().st_mode & 0o077:
                        os._exit(2)
                    seen += 1
                except FileNotFoundError:
                    continue
        os._exit(0 if seen else 3)
    old = os.umask(0)
    try:
        for count in range(60):
            file.set({"token": f"kie-{count:020}"})
    finally:
        os.umask(old)
        (file.path.parent / "stop").touch()
        code = os.waitstatus_to_exitcode(os.waitpid(watcher, 0)[1])

    assert 0 == code


def test_a_file_is_closed_from_its_first_moment(file, monkeypatch):
    """Closing it later would not do: somebody could have opened it by then."""
    monkeypatch.setattr(os, "fchmod", lambda number, wanted: None)
    old = os.umask(0)
    try:
        file.set({"model": "flux"})
    finally:
        os.umask(old)

    assert 0o600 == mode(file.path)


def test_a_loose_file_is_closed_by_the_next_write(file, write):
    write('model = "a"\n', 0o644)
    file.set({"timeout": "5m"})

    assert 0o600 == mode(file.path)


def test_comments_blanks_order_and_unknown_keys_survive(file, write):
    before = (
        "# mine\n\nfuture_key = [1, 2] # later\nmodel = 'a'  # the model\n\n"
        "[future.table]\nx = 1979-05-27T07:32:00Z\n"
    )
    write(before)
    file.set({"model": "b"})
    file.set({"timeout": "5m"})

    after = file.path.read_text()
    for line in ("# mine", "future_key = [1, 2] # later", "# the model", "[future.table]"):
        assert line in after
    assert {"b", "5m"} == {file.read()["model"], file.read()["timeout"]}
    assert tomllib.loads(before)["future"] == file.read()["future"]


def test_windows_line_ends_survive(file, write):
    write(b"# mine\r\nmodel = 'a'\r\n")
    file.set({"model": "b"})

    assert b'# mine\r\nmodel = "b"\r\n' == file.path.read_bytes()


TOML = st.recursive(
    st.text(st.characters(codec="utf-8")) | st.booleans() | st.integers(-(2**63), 2**63 - 1),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(string.ascii_letters, min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(others=st.dictionaries(st.text(string.ascii_lowercase, min_size=1), TOML, max_size=5),
       model=st.text(st.characters(codec="utf-8")))  # fmt: skip
@profile(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None
)
def test_setting_one_key_keeps_all_others(file, others, model):
    import tomlkit

    file.path.parent.mkdir(parents=True, exist_ok=True)
    file.path.write_text(tomlkit.dumps(others), newline="", encoding="utf-8")
    file.path.chmod(0o600)
    file.set({"model": model})

    assert {**others, "model": model} == file.read()


def test_unset_removes_one_key_and_tells_whether_it_was_there(file, write):
    write("# mine\nmodel = 'a'\ntimeout = '5m'\n")

    assert file.unset("model")
    assert not file.unset("model")
    assert {"timeout": "5m"} == file.read()
    assert "# mine" in file.path.read_text()


def test_a_key_that_is_not_there_can_be_removed_together_with_one_that_is(file, write):
    write("model = 'a'\ntimeout = '5m'\n")
    file.set({"model": None, "token": None})

    assert {"timeout": "5m"} == file.read()


def test_unset_of_nothing_makes_no_file(file):
    assert not file.unset("model")
    assert not file.path.parent.exists()


def test_what_the_editor_gets_wrong_is_not_written(file, write, monkeypatch):
    """The result is read back before it takes the place of the file."""
    import tomlkit

    write("model = 'a'\n")
    for result in ("model = 'other'\n", "", tomlkit.exceptions.NonExistentKey("model")):

        def dumps(document, result=result):
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(tomlkit, "dumps", dumps)
        with pytest.raises(LocalFiles, match="too unusual") as caught:
            file.set({"model": "b"})
        hint = "Change it with an editor: kie config path prints where it is."
        assert (hint,) == caught.value.hints
    assert "model = 'a'\n" == file.path.read_text()


def test_a_symlinked_config_stays_a_link_and_its_target_is_written(file, tmp_path):
    target = tmp_path / "dotfiles" / "kie.toml"
    target.parent.mkdir()
    target.write_text("# mine\n")
    target.chmod(0o600)
    file.path.parent.mkdir(parents=True)
    file.path.symlink_to(target)
    file.set({"model": "b"})

    assert file.path.is_symlink()
    assert '# mine\nmodel = "b"\n' == target.read_text()
    assert 0o600 == mode(target)
    assert {"kie.toml"} == names(target.parent)


def test_a_dangling_link_is_filled(file, tmp_path):
    file.path.parent.mkdir(parents=True)
    file.path.symlink_to(tmp_path / "real.toml")
    file.set({"model": "b"})

    assert 'model = "b"\n' == (tmp_path / "real.toml").read_text()


def test_a_link_into_nowhere_is_told(file, tmp_path):
    file.path.parent.mkdir(parents=True)
    file.path.symlink_to(tmp_path / "missing" / "real.toml")

    with pytest.raises(LocalFiles, match="cannot be written: No such file") as caught:
        file.set({"model": "b"})
    assert ("Mend that, or set KIE_CONFIG_DIR to another folder.",) == caught.value.hints


def test_a_link_in_a_circle_is_told(file):
    file.path.parent.mkdir(parents=True)
    file.path.symlink_to(file.path)

    for act in (file.read, lambda: file.set({"model": "b"})):
        with pytest.raises(LocalFiles, match=r"cannot be (read|written): Too many levels"):
            act()


def test_a_link_into_another_users_folder_is_refused(file, tmp_path):
    if os.getuid() == 0:
        folder = tmp_path / "theirs"
        folder.mkdir()
        os.chown(folder, ANOTHER_USER, -1)
    else:
        folder = Path("/usr")
    file.path.parent.mkdir(parents=True)
    file.path.symlink_to(folder / "real.toml")

    with pytest.raises(LocalFiles, match=f"{folder} belongs to another user"):
        file.set({"token": "kie-0123456789"})
    assert not (folder / "real.toml").exists()


def test_a_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "kie").write_text("")

    with pytest.raises(LocalFiles, match=r"kie/config\.toml cannot be written: "):
        ConfigFile(tmp_path / "kie" / "config.toml").set({"model": "b"})


def test_a_full_disk_leaves_the_old_file_whole(file, write, in_child):
    before = "# " + "x" * 3000 + "\nmodel = 'a'\n"
    write(before)

    def act():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        with pytest.raises(LocalFiles, match=r"config.toml cannot be written: File too large"):
            file.set({"model": "b"})

    assert 0 == in_child(act)
    assert before == file.path.read_text()
    assert {"config.toml"} == names(file.path.parent)


def test_a_kill_at_any_moment_leaves_a_whole_file_and_a_way_on(file):
    """50 writers are killed; each time the file is whole and the next writer gets its lock."""
    file.set({"token": "kie-" + "0" * 400})
    for count in range(50):
        if (pid := os.fork()) == 0:
            try:
                while True:
                    file.set({"token": f"kie-{count:0400}"})
            finally:
                os._exit(1)
        select.select([], [], [], 0.001 * (count % 25))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        assert 404 == len(ConfigFile(file.path).read()["token"])
        assert 0o600 == mode(file.path)
    ConfigFile(file.path, FakeClock()).set({"model": "b"})

    assert {"config.toml"} == names(file.path.parent)
    assert "b" == file.read()["model"]


def test_sixteen_writers_lose_no_key(file):
    children = []
    for count in range(16):
        if (pid := os.fork()) == 0:
            code = 1
            try:
                for turn in range(3):
                    file.set({f"key_{count}": turn})
                code = 0
            finally:
                os._exit(code)
        children.append(pid)

    assert {0} == {os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children}
    assert {f"key_{count}": 2 for count in range(16)} == file.read()


# The lock


@pytest.fixture
def lock(file):
    file.path.parent.mkdir(parents=True)
    return file.path.with_name("config.toml.lock")


def test_a_held_lock_is_waited_for_10_s(file, lock):
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        clock = FakeClock()
        with pytest.raises(LocalFiles, match=r"by another kie since 10 s\. Nothing was saved\."):
            ConfigFile(file.path, clock).set({"model": "b"})

    assert 10 <= clock.monotonic() < 10.1
    assert not file.path.exists()


def test_a_killed_writers_lock_is_free_at_once(file, lock):
    """The kernel holds it for the process alone: nothing has to be judged dead."""
    if (pid := os.fork()) == 0:
        module._take(os.open(lock, os.O_RDWR | os.O_CREAT, 0o600))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    clock = FakeClock()
    ConfigFile(file.path, clock).set({"model": "b"})

    assert 0 == clock.monotonic()
    assert {"model": "b"} == file.read()


def test_a_failed_write_gives_the_lock_back(file, write):
    write("damaged")
    with pytest.raises(LocalFiles):
        file.set({"model": "b"})
    write("")
    clock = FakeClock()
    ConfigFile(file.path, clock).set({"model": "b"})

    assert 0 == clock.monotonic()


def test_what_a_killed_writer_left_is_cleared_away(file, lock):
    part = file.path.with_name("config.toml.part")
    part.write_text("token = 'half")
    part.chmod(0o644)
    file.set({"model": "b"})

    assert {"config.toml"} == names(file.path.parent)


def test_windows_needs_none_of_the_calls_it_does_not_have(file, monkeypatch):
    """Its lock is msvcrt's, imitated here."""
    taken = []

    def lock(number, *how):
        assert os.fstat(number).st_size == 0
        taken.append(how)

    locking = types.SimpleNamespace(LK_NBLCK=2, locking=lock)
    monkeypatch.setitem(sys.modules, "msvcrt", locking)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr("kie_cli.disk.POSIX", False)
    for name in ("geteuid", "fchmod", "O_NONBLOCK"):
        monkeypatch.delattr(os, name)
    file.set({"model": "b"})

    assert {"model": "b"} == file.read()
    assert [(2, 1)] == taken
    file.path.chmod(0o666)  # what Windows says of every file
    file.read()
    assert [] == file.warnings
