"""Lint and types are part of the suite: what CI refuses fails here too."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.skipif(find_spec("ruff") is None, reason="ruff is not installed")
def test_ruff_is_content() -> None:
    assert _run("ruff", "check", "--no-cache", ".") == ""


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")
def test_types_are_strict() -> None:
    assert _run("mypy") == ""
