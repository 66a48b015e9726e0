"""The document fuzz targets for a bounded number of rounds, with a bound on memory growth."""

from __future__ import annotations

import tracemalloc

import pytest
from fuzz.documents import run

from purevirt.model.documents import DOCUMENTS


@pytest.mark.parametrize("kind", sorted(DOCUMENTS))
def test_any_text_is_read_or_refused(kind: str) -> None:
    run(kind, 150, seed=1)


def test_memory_does_not_grow() -> None:
    run("network", 100, seed=2)
    tracemalloc.start()
    run("network", 100, seed=2)
    before, _ = tracemalloc.get_traced_memory()
    run("network", 300, seed=3)
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 1 << 20
    assert peak - before < 16 << 20
