"""How much a definition gives its guest, and the clock that the made-up statistics grow with."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from purevirt.model.domain.document import Domain


def now_us() -> int:
    """Wall time in microseconds."""
    return time.time_ns() // 1000


def memory_kib(document: Domain) -> tuple[int, int]:
    """The most it may have and what it has."""
    most = (document.memory.value if document.memory else None) or 0
    return most, (document.current_memory.value if document.current_memory else None) or most


def vcpus(document: Domain) -> tuple[int, int]:
    """The most it may have and how many are there."""
    vcpu = document.vcpu
    most = vcpu.value if vcpu is not None else 1
    return most, (vcpu.current if vcpu is not None and vcpu.current else most)
