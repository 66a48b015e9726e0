"""The XML Schema datatypes and facets that our schemas use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

Check = Callable[[str], bool]

_UNSIGNED: Final = {"unsignedByte": 8, "unsignedShort": 16, "unsignedInt": 32, "unsignedLong": 64}
_SIGNED: Final = {"byte": 8, "short": 16, "int": 32, "long": 64}
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,40}")
_DOUBLE: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|-?INF|NaN")


def collapse(text: str) -> str:
    """White space as tokens have it."""
    return " ".join(text.split())


def _bounds(name: str) -> tuple[int | None, int | None]:
    if name in _UNSIGNED:
        return 0, 2 ** _UNSIGNED[name] - 1
    if name in _SIGNED:
        return -(2 ** (_SIGNED[name] - 1)), 2 ** (_SIGNED[name] - 1) - 1
    if name == "positiveInteger":
        return 1, None
    if name == "nonNegativeInteger":
        return 0, None
    if name == "integer":
        return None, None
    raise ValueError(f"no datatype {name}")


def _expression(pattern: str) -> re.Pattern[str]:
    """XML Schema's regular expressions match whole texts, so `^` and `$` outside of sets are plain characters."""
    out, inside, escaped = [], False, False
    for c in pattern:
        if not escaped and not inside and c in "^$":
            c = "\\" + c
        inside = (c == "[" or inside) and c != "]" if not escaped else inside
        escaped = c == "\\" and not escaped
        out.append(c)
    return re.compile("".join(out))


def datatype(name: str, facets: Iterable[tuple[str, str]]) -> Check:
    """A test of a text. ValueError for a type or facet that is not known here."""
    given = list(facets)
    patterns = [_expression(value).fullmatch for facet, value in given if facet == "pattern"]
    if name == "string":
        longest = min((int(v) for f, v in given if f == "maxLength"), default=None)
        return lambda text: (longest is None or len(text) <= longest) and all(match(text) for match in patterns)
    if name == "double":
        return lambda text: _DOUBLE.fullmatch(collapse(text)) is not None
    low, high = _bounds(name)
    for facet, value in given:
        if facet == "minInclusive":
            low = int(value)
        elif facet == "maxInclusive":
            high = int(value)
        elif facet != "pattern":
            raise ValueError(f"no facet {facet}")

    def whole(text: str) -> bool:
        said = collapse(text)
        if _INTEGER.fullmatch(said) is None or not all(match(said) for match in patterns):
            return False
        return (low is None or int(said) >= low) and (high is None or int(said) <= high)

    return whole
