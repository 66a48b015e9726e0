"""Where the frozen facts lie; tests that compare with them are skipped where there are none."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(os.environ.get("PUREVIRT_FACTS", Path(__file__).parents[3] / "shared/facts"))


def load(name: str) -> Any:
    """The facts file as JSON; skips the calling test (or module) when it is not there."""
    path = ROOT / name
    if not path.exists():
        pytest.skip(f"no facts at {path}", allow_module_level=True)
    return json.loads(path.read_text())
