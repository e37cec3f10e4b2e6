"""The rules of the house that a machine can see. Limits are for the worst case; taste stays with people."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src" / "canopy"
FILES = sorted(SOURCE.rglob("*.py"))

SUPERVISED = {
    "edge/http.py": 1,
    "log/judge.py": 1,
    "log/db/writer.py": 2,
    "mesh/links.py": 1,
    "node.py": 1,
    "cli/main.py": 1,
}
"""Where a broad `except` may stand: a request, one object's projection, the writer's jobs and thread, a peer's link,
the sweep, and the command line's translation of usage errors. `except BaseException` that only cleans up and raises
again is free."""


def _trees() -> Iterator[tuple[str, ast.Module, str]]:
    for path in FILES:
        text = path.read_text("utf-8")
        yield str(path.relative_to(SOURCE)), ast.parse(text), text


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_files_and_functions_stay_small() -> None:
    long_files = [name for name, _, text in _trees() if text.count("\n") > 400]
    lengths = {
        f"{name}:{f.name}": (f.end_lineno or 0) - f.lineno + 1 for name, tree, _ in _trees() for f in _functions(tree)
    }
    assert long_files == []
    assert {name: length for name, length in lengths.items() if length > 60} == {}
    assert sorted(lengths.values())[len(lengths) // 2] <= 10


def test_broad_excepts_stand_only_where_they_are_supervised() -> None:
    found: dict[str, int] = {}
    for name, tree, _ in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node):
                found[name] = found.get(name, 0) + 1
    assert found == SUPERVISED


def _is_broad(handler: ast.ExceptHandler) -> bool:
    broad = handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException")
    )
    raises = bool(handler.body) and isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None
    return broad and not raises


def test_imports_inside_functions_say_why() -> None:
    for name, tree, text in _trees():
        lines = text.splitlines()
        for function in _functions(tree):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    assert "# noqa: PLC0415 - " in lines[node.lineno - 1], f"{name}:{node.lineno}"


def test_tasks_have_owners() -> None:
    for name, _, text in _trees():
        assert not re.search(r"asyncio\.(create_task|ensure_future)|loop\.create_task", text), name


def test_only_the_node_reads_the_clock() -> None:
    for name, tree, _ in _trees():
        if name == "node.py":
            continue
        imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        assert "time" not in imported, name


def test_only_the_door_inserts_events() -> None:
    users = [name for name, _, text in _trees() if "INSERT_EVENT" in text]
    assert users == ["log/append.py", "log/store.py"]


def test_every_module_says_what_it_is_for() -> None:
    missing = [name for name, tree, _ in _trees() if not ast.get_docstring(tree)]
    assert missing == []


@pytest.mark.parametrize("word", ["Manager", "Helper", "Util", "Service"])
def test_empty_words_name_nothing(word: str) -> None:
    named = [
        f"{name}:{node.name}"
        for name, tree, _ in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and word in node.name
    ]
    assert named == []


def test_no_path_of_a_machine_is_written_down() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".js", ".txt", ".json", ".lock", ".in", ""} and path.is_file():
            text = path.read_text("utf-8", errors="replace")
            assert not re.search(r"(?<![\w.])/(?:work|farm|root)/", text), name
