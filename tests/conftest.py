"""What all tests share: the corpus directory, and the rule that a test leaves nothing behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None)  # how long an example takes is the machine's affair
settings.load_profile("house")

ROOT = Path(__file__).resolve().parent.parent


def corpus_directory() -> Path | None:
    """The external corpus (PUREVIRT_CORPUS, default ../shared/corpus beside the project), or None."""
    given = Path(os.environ.get("PUREVIRT_CORPUS", "../shared/corpus"))
    path = given if given.is_absolute() else ROOT / given
    return path if (path / "index.json").exists() else None


@pytest.fixture(scope="session")
def corpus() -> Path:
    path = corpus_directory()
    if path is None:
        pytest.skip("no corpus directory (set PUREVIRT_CORPUS)")
    return path
