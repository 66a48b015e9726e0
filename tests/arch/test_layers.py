"""The house's structure, walked rather than believed: import directions, forbidden modules, sizes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "purevirt"
FILES = sorted(p for p in SOURCE.rglob("*.py"))

LEVELS = {
    "errors": 0, "types": 0,
    "model": 1, "protocol": 1, "host": 1,
    "core": 2, "api": 2, "rpc": 2, "cpu": 2,
    "drivers": 3,
    "daemon": 4, "client": 4,
    "cli": 5, "dbus": 5, "compat": 5, "testing": 5,
}  # fmt: skip


def package_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(path: Path, *, top_level_only: bool = False) -> list[tuple[str, int]]:
    """Modules a file imports, with line numbers; blocks under TYPE_CHECKING do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            skipped.update(n for child in node.body for n in ast.walk(child))
        if top_level_only and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            skipped.update(n for child in node.body for n in ast.walk(child))
    found: list[tuple[str, int]] = []
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.append((node.module, node.lineno))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_point_down(path: Path) -> None:
    mine = LEVELS.get(package_of(path))
    if mine is None:
        return
    for module, line in imports(path):
        parts = module.split(".")
        if parts[0] == "purevirt" and len(parts) > 1 and parts[1] in LEVELS:
            assert LEVELS[parts[1]] <= mine, f"{path}:{line} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_drivers_do_not_know_one_another(path: Path) -> None:
    parts = path.relative_to(SOURCE).parts
    if parts[0] != "drivers" or len(parts) < 3:
        return
    for module, line in imports(path):
        names = module.split(".")
        if names[:2] == ["purevirt", "drivers"] and len(names) > 2:
            assert names[2] in (parts[1], "registry"), f"{path}:{line} imports {module}"


PURE = {"os", "socket", "asyncio", "time", "subprocess", "threading", "ctypes", "select"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_pure_parts_do_no_io(path: Path) -> None:
    relative = str(path.relative_to(SOURCE))
    if not relative.startswith(("model/", "protocol/", "cpu/")) and relative not in ("rpc/session.py", "rpc/streams.py"):
        return
    for module, line in imports(path):
        assert module.split(".")[0] not in PURE, f"{path}:{line} imports {module}"


BLOCKING_ONLY = ("drivers/remote/", "rpc/blocking.py", "cli/engine/", "cli/virsh/", "client/")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_the_sync_path_imports_no_event_loop(path: Path) -> None:
    relative = str(path.relative_to(SOURCE))
    if not relative.startswith(BLOCKING_ONLY) or "aio" in path.name:
        return
    for module, line in imports(path, top_level_only=True):
        assert module.split(".")[0] != "asyncio", f"{path}:{line} imports {module}"
        assert not module.startswith("purevirt.core"), f"{path}:{line} imports {module}"


LONG = {
    "client/blocking/connection.py": "generated from the async classes",
    "protocol/remote.py": "one table: the 443 rows of one program",
    "types/constants.py": "one table: libvirt's public constants",
}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_modules_stay_small(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 800 or str(path.relative_to(SOURCE)) in LONG, f"{path} has {lines} lines"


def test_no_module_is_a_drawer() -> None:
    assert not [p for p in FILES if p.stem in ("utils", "helpers", "common", "misc")]
