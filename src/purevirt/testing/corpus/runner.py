"""The frame of the corpus runner: find suites, run cases, compare, count."""

from __future__ import annotations

import difflib
import importlib
import json
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from purevirt.errors import VirtError

Case = dict[str, Any]
Run = Callable[[Case, Path], str]


@runtime_checkable
class Checker(Protocol):
    """A suite with a comparison of its own."""

    def check(self, case: Case, directory: Path) -> str | None: ...


Suite = Run | Checker


@dataclass(frozen=True, slots=True)
class Result:
    """One case; `reason` is None when it passed."""

    suite: str
    name: str
    reason: str | None


def suites() -> dict[str, Suite]:
    """Every suite that some module of this package registers."""
    found: dict[str, Suite] = {}
    package = importlib.import_module("purevirt.testing.corpus")
    for module in pkgutil.iter_modules(package.__path__):
        if module.name not in ("runner", "__main__"):
            found.update(getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "SUITES", {}))
    return found


def joined(text: str) -> str:
    """Expected files break long lines with a backslash before the newline; both go."""
    return text.replace("\\\n", "")


def read(directory: Path, relative: str) -> str:
    return (directory / relative).read_text(encoding="utf-8")


def run_suite(name: str, suite: Suite, corpus: Path) -> Iterator[Result]:
    """Every case of the suite's manifest, in its order."""
    directory = corpus / name
    manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    for case in manifest["cases"]:
        yield Result(name, case["name"], _outcome(case, directory, suite))


def _outcome(case: Case, directory: Path, suite: Suite) -> str | None:
    try:
        if isinstance(suite, Checker):
            return suite.check(case, directory)
        return _compare(case, directory, suite)
    except VirtError as error:
        return f"error: {error.explain()}"
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"


def _compare(case: Case, directory: Path, run: Run) -> str | None:
    try:
        produced = run(case, directory)
    except VirtError as error:
        if case["expect"] == "ok":
            raise
        wanted = case.get("expected_error_file")
        if wanted is None:
            return None
        return difference(read(directory, wanted), error.message + "\n")
    if case["expect"] != "ok":
        return f"expected {case['expect']}, got a result"
    if "expected_value" in case:
        return None if produced == str(case["expected_value"]) else f"expected {case['expected_value']}, got {produced}"
    expected = case["expected_text"] if "expected_text" in case else joined(read(directory, case["expected"]))
    if expected.endswith("\n") and not produced.endswith("\n"):
        produced += "\n"
    return difference(expected, produced)


def difference(expected: str, produced: str) -> str | None:
    """None when equal, else the first lines of a diff."""
    if expected == produced:
        return None
    lines = difflib.unified_diff(expected.splitlines(), produced.splitlines(), "expected", "produced", n=1, lineterm="")
    return "\n".join([*lines][:24]) or "differs in line ends"
