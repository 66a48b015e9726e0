"""Invariant: any text, given to any document class, is read or raises VirtError. Nothing else, in bounded time and memory.

`python -m fuzz.documents KIND [ROUNDS] [SEED]`
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator

from purevirt.errors import VirtError
from purevirt.model._engine import FormatContext, ParseContext
from purevirt.model.documents import document_class
from purevirt.testing.samples import samples

_VALUES = ("", "0", "-1", "99999999999999999999", "0x", "yes", "\u00e9", "a" * 300, "%s", "../..", "1-", "^", "NaN", "\n")


def seeds(kind: str) -> list[str]:
    """Documents of the kind: what its declarations can say."""
    cls = document_class(kind)
    texts = dict.fromkeys(element.to_xml(FormatContext(secure=True)) for _, element in samples(cls))
    return [t for t in texts if t] or [f"<{cls.tag}/>"]  # type: ignore[attr-defined]


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


MUTATIONS: tuple[Callable[[random.Random, str], str], ...] = (cut, double, flip, revalue, revalue, revalue)


def mutants(kind: str, rounds: int, seed: int) -> Iterator[str]:
    rng = random.Random(seed)
    texts = seeds(kind)
    for _ in range(rounds):
        text = rng.choice(texts)
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
                cls.from_xml(text, ctx).to_xml()
                accepted += 1
            except VirtError:
                pass
            except Exception as error:
                raise AssertionError(f"{kind}: {type(error).__name__}: {error} for {text!r}") from error
    return accepted


if __name__ == "__main__":
    options = [*sys.argv[2:], "10000", "0"][: max(2, len(sys.argv) - 2)]
    sys.stdout.write(f"{run(sys.argv[1], int(options[0]), int(options[1]))} accepted\n")
