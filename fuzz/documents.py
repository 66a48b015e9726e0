"""Invariant: any text, given to any document class, is read or raises VirtError. Nothing else, in bounded time and memory.

Time is bounded per document (`DEADLINE_S`), memory by `growth`, which CI asks of every kind.

`python -m fuzz.documents KIND [ROUNDS] [SEED]`
"""

from __future__ import annotations

import gc
import random
import re
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from fuzz.limits import deadline
from purevirt.errors import VirtError
from purevirt.model._engine import FormatContext, ParseContext
from purevirt.model.documents import document_class
from purevirt.testing.samples import samples

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden" / "documents"
DEADLINE_S = 5.0
"""More than a thousand times what any of these documents needs: what takes longer hangs, or grows with the square of the text."""

_VALUES = ("", "0", "-1", "99999999999999999999", "0x", "yes", "\u00e9", "a" * 300, "%s", "../..", "1-", "^", "NaN", "\n")


@cache
def seeds(kind: str) -> list[str]:
    """Documents of the kind: what its declarations can say, and whole ones (`tests/golden/documents`) where they are at hand."""
    cls = document_class(kind)
    texts = dict.fromkeys(element.to_xml(FormatContext(secure=True)) for _, element in samples(cls))
    directories = (GOLDEN / kind, GOLDEN / f"{kind}-status")
    whole = [path.read_text(encoding="utf-8") for directory in directories for path in sorted(directory.glob("*.xml"))]
    return [t for t in texts if t] + whole * 8 or [f"<{cls.tag}/>"]  # type: ignore[attr-defined]


def cut(rng: random.Random, text: str) -> str:
    a, b = sorted(rng.randrange(len(text) + 1) for _ in range(2))
    return text[:a] + text[b:]


def double(rng: random.Random, text: str) -> str:
    a, b = sorted(rng.randrange(len(text) + 1) for _ in range(2))
    return text[:b] + text[a:b] + text[b:]


def flip(rng: random.Random, text: str) -> str:
    if not text:
        return text
    i = rng.randrange(len(text))
    return text[:i] + chr(rng.randrange(1, 0x250)) + text[i + 1 :]


def revalue(rng: random.Random, text: str) -> str:
    """Another value in some attribute."""
    parts = text.split("'")
    if len(parts) < 3:
        return text
    i = rng.randrange(len(parts) // 2) * 2 + 1
    parts[i] = rng.choice(_VALUES)
    return "'".join(parts)


def swell(rng: random.Random, text: str) -> str:
    """One element many times over: what is quadratic shows."""
    found = list(_SMALL.finditer(text))
    if not found:
        return text
    one = rng.choice(found)
    return text[: one.end()] + one[0] * (_SWOLLEN // len(one[0])) + text[one.end() :]


_SMALL = re.compile(r"<(\w+)[^<>]*(?:/>|>[^<>]*</\1>)\n?")
_SWOLLEN = 20_000
MUTATIONS: tuple[Callable[[random.Random, str], str], ...] = (cut, double, flip, revalue, revalue, revalue)


def mutants(kind: str, rounds: int, seed: int) -> Iterator[str]:
    rng = random.Random(seed)
    texts = seeds(kind)
    for _ in range(rounds):
        text = rng.choice(texts)
        if rng.random() < 0.05:
            text = swell(rng, text)
        for _ in range(rng.randrange(1, 4)):
            text = rng.choice(MUTATIONS)(rng, text)
        yield text


def run(kind: str, rounds: int, seed: int) -> int:
    """The number of texts that were accepted. Anything but VirtError comes through, with the text that caused it."""
    cls = document_class(kind)
    accepted = 0
    for text in mutants(kind, rounds, seed):
        for ctx in (ParseContext(), ParseContext(inactive=True)):
            try:
                with deadline(DEADLINE_S, f"{kind}: {text[:2000]!r}"):
                    cls.from_xml(text, ctx).to_xml()  # type: ignore[attr-defined]
                accepted += 1
            except VirtError:
                pass
            except Exception as error:
                raise AssertionError(f"{kind}: {type(error).__name__}: {error} for {text!r}") from error
    return accepted


def growth(kind: str, rounds: int, seed: int) -> tuple[int, int]:
    """(bytes kept, bytes at most in use meanwhile) by documents that were all read before: what caches keep is kept already."""
    run(kind, rounds, seed)
    tracemalloc.start()
    try:
        run(kind, rounds, seed)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        run(kind, rounds, seed)
        gc.collect()
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return after - before, peak - before


if __name__ == "__main__":
    options = [*sys.argv[2:], "10000", "0"][: max(2, len(sys.argv) - 2)]
    sys.stdout.write(f"{run(sys.argv[1], int(options[0]), int(options[1]))} accepted\n")
