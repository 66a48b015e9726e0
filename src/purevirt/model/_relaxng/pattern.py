"""Patterns of RELAX NG, interned: equal patterns are one object, so what was derived from one is kept on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, Literal

Name = tuple[str, str]
"""Namespace URI and local name."""
Kind = Literal[
    "empty", "not_allowed", "text", "choice", "interleave", "group", "one_or_more", "data", "value", "attribute", "element",
    "after",
]  # fmt: skip
ANY: Final[Name] = ("*", "*")


class Pattern:
    """One pattern. `parts` are the patterns it is made of; `name`, `test` and `content` belong to single kinds.

    `tags` and `attributes` are the names that can come next here, so that a derivative that must fail is not made.
    """

    __slots__ = ("attributes", "closed", "content", "kind", "name", "nullable", "opened", "parts", "tags", "test")

    def __init__(
        self,
        kind: Kind,
        parts: tuple[Pattern, ...] = (),
        *,
        name: Name | None = None,
        test: Callable[[str], bool] | None = None,
        content: Callable[[], Pattern] | None = None,
    ) -> None:
        self.kind = kind
        self.parts = parts
        self.name = name
        self.test = test
        self.content = content
        self.nullable = _nullable(kind, parts)
        self.tags = frozenset((name,)) if kind == "element" and name else _union(kind, parts, "tags")
        self.attributes = frozenset((name,)) if kind == "attribute" and name else _union(kind, parts, "attributes")
        self.opened: dict[Name, Pattern] = {}
        self.closed: Pattern | None = None

    def may_start(self, name: Name) -> bool:
        return name in self.tags or ANY in self.tags

    def may_have(self, name: Name) -> bool:
        return name in self.attributes or ANY in self.attributes


def _nullable(kind: Kind, parts: tuple[Pattern, ...]) -> bool:
    if kind == "choice":
        return any(p.nullable for p in parts)
    if kind in ("interleave", "group", "one_or_more"):
        return all(p.nullable for p in parts)
    return kind in ("empty", "text")


def _union(kind: Kind, parts: tuple[Pattern, ...], what: str) -> frozenset[Name]:
    if kind in ("attribute", "element"):
        return frozenset()
    found: frozenset[Name] = frozenset()
    for part in parts[:1] if kind == "after" else parts:
        found |= getattr(part, what)
    return found


EMPTY: Final = Pattern("empty")
NOT_ALLOWED: Final = Pattern("not_allowed")
TEXT: Final = Pattern("text")


class Patterns:
    """Makes patterns of one schema; each only once."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Pattern] = {}

    def _make(self, kind: Kind, parts: tuple[Pattern, ...]) -> Pattern:
        key = (kind, *map(id, parts))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Pattern(kind, parts)
        return found

    def choice(self, parts: Iterable[Pattern]) -> Pattern:
        flat: dict[int, Pattern] = {}
        for part in parts:
            for one in part.parts if part.kind == "choice" else (part,):
                if one is not NOT_ALLOWED:
                    flat[id(one)] = one
        if len(flat) > 1 and id(EMPTY) in flat and any(p.nullable for p in flat.values() if p is not EMPTY):
            del flat[id(EMPTY)]
        if len(flat) < 2:
            return next(iter(flat.values()), NOT_ALLOWED)
        return self._make("choice", tuple(flat.values()))

    def group(self, first: Pattern, second: Pattern) -> Pattern:
        if first is NOT_ALLOWED or second is NOT_ALLOWED:
            return NOT_ALLOWED
        if first is EMPTY:
            return second
        return first if second is EMPTY else self._make("group", (first, second))

    def interleave(self, parts: Iterable[Pattern]) -> Pattern:
        flat: list[Pattern] = []
        for part in parts:
            if part is NOT_ALLOWED:
                return NOT_ALLOWED
            if part is not EMPTY:
                flat.extend(part.parts if part.kind == "interleave" else (part,))
        if len(flat) < 2:
            return flat[0] if flat else EMPTY
        return self._make("interleave", tuple(flat))

    def one_or_more(self, part: Pattern) -> Pattern:
        return part if part in (NOT_ALLOWED, EMPTY) else self._make("one_or_more", (part,))

    def optional(self, part: Pattern) -> Pattern:
        return self.choice((part, EMPTY))

    def after(self, content: Pattern, rest: Pattern) -> Pattern:
        """`content` up to the end of the element that is open, `rest` behind it."""
        return NOT_ALLOWED if NOT_ALLOWED in (content, rest) else self._make("after", (content, rest))
