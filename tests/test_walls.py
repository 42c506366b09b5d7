"""Who may import what, who may print, who may send the paid request: read from the source."""

import ast
from pathlib import Path

import pytest

import kie_cli

PACKAGE = Path(kie_cli.__file__).parent
TREES = {
    path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
}
OWNERS = {
    "httpx": {"api/transport.py", "api/backend.py"},
    "httpcore": {"api/transport.py", "api/backend.py"},
    "truststore": {"api/early.py"},
    "rich": {"output/live.py", "output/picture.py"},
    "textual_image": {"output/picture.py"},
    "PIL": {"output/picture.py"},
    "pydantic": {"api/listing.py"},
    "platformdirs": {"config/places.py"},
    "tomlkit": {"config/file.py"},
    "sqlite3": {"ledger/database.py", "ledger/tasks.py", "sandbox/store.py"},
    "click": set(),
}


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def calls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), {key.arg: ast.unparse(key.value) for key in node.keywords}


@pytest.mark.parametrize("library", OWNERS)
def test_each_heavy_library_has_its_owners(library):
    """One owner a library: the swap stays one file, and nobody pays for what is not used."""
    users = {
        name
        for name, tree in TREES.items()
        if any(module.split(".")[0] == library for module in imports(tree))
    }
    assert OWNERS[library] == users


def test_typer_is_used_by_its_public_names_alone():
    modules = {module for tree in TREES.values() for module in imports(tree)}
    assert {"typer"} == {module for module in modules if module.split(".")[0] == "typer"}


def test_only_the_program_itself_prints():
    printers = {name for name, tree in TREES.items() if "print" in dict(calls(tree))}
    assert {"__main__.py"} == printers


def test_time_is_read_and_spent_in_one_place():
    users = {
        name
        for name, tree in TREES.items()
        if {"time.time", "time.sleep", "time.monotonic"} & set(dict(calls(tree)))
    }
    assert {"core/clock.py"} == users


def test_certificates_are_always_checked_and_redirects_never_followed():
    for name, tree in TREES.items():
        for function, keywords in calls(tree):
            assert keywords.get("verify", "trust") in {"trust", "self._trust"}, name
            assert "follow_redirects" not in keywords, name
            assert "_create_unverified_context" not in function, name


def test_one_function_sends_the_paid_request():
    """The path of createTask stands once, and `Transport.create` is called once."""
    texts = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("api/*.py")]
    assert 1 == sum(text.count("jobs/createTask") for text in texts)
    senders = [name for name, tree in TREES.items() for called, _ in calls(tree)
               if called.endswith("_transport.create")]  # fmt: skip
    assert ["api/client.py"] == senders


def test_no_flag_takes_the_key():
    """Other users of a machine can read the arguments of a process."""
    options = {
        argument.value
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"typer.Option", "_one", "_several"}
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }
    assert "--prompt" in options
    assert not {"--token", "--key", "--api-key"} & options
