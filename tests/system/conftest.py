"""What system tests share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def open_root() -> Iterator[Path]:
    """A directory that every user may enter, as the users of guests must.

    Not pytest's `tmp_path`: each further run of pytest on the host shuts the parent of all those against others.
    """
    with tempfile.TemporaryDirectory(prefix="purevirt-") as directory:
        root = Path(directory)
        root.chmod(0o755)
        yield root
