"""Lists of names with wildcards, as libvirtd.conf has them: `*` any text, `?` one character, nothing else is special."""

from __future__ import annotations

import re
from collections.abc import Iterable


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns is the whole name."""
    return any(re.fullmatch(_expression(pattern), name, re.DOTALL) for pattern in patterns)


def _expression(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
