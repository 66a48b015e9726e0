"""What comparing two CPUs says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Comparison(IntEnum):
    """virCPUCompareResult."""

    ERROR = -1
    INCOMPATIBLE = 0
    IDENTICAL = 1
    SUPERSET = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reason` says why the CPUs do not fit."""

    result: Comparison
    reason: str | None = None
