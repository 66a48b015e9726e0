"""The document fuzz targets, one per kind, for a bounded number of rounds: no other exception, no hang, no growth."""

from __future__ import annotations

import time

import pytest
from fuzz.documents import growth, run
from fuzz.limits import deadline

from purevirt.model.documents import DOCUMENTS, TOLD_DOCUMENTS

KINDS = sorted({**DOCUMENTS, **TOLD_DOCUMENTS})


@pytest.mark.parametrize("kind", KINDS)
def test_any_text_is_read_or_refused(kind: str) -> None:
    assert run(kind, 100, seed=1) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_memory_does_not_grow(kind: str) -> None:
    kept, at_most = growth(kind, 40, seed=2)
    assert kept < 4 << 10
    assert at_most < 16 << 20


def busy() -> None:
    with deadline(0.02, "a busy loop"):
        while True:
            time.monotonic()


def test_what_hangs_is_found() -> None:
    with pytest.raises(AssertionError, match="a busy loop"):
        busy()
