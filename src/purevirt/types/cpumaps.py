"""CPU maps as the protocol has them: a bit per processor, lowest first."""

from __future__ import annotations

from collections.abc import Iterable


def to_map(cpus: Iterable[int], length: int) -> bytes:
    """`length` bytes; processors that do not fit are left out."""
    out = bytearray(length)
    for cpu in cpus:
        if cpu < 8 * length:
            out[cpu // 8] |= 1 << cpu % 8
    return bytes(out)


def from_map(data: bytes) -> frozenset[int]:
    """The processors whose bits are set."""
    return frozenset(8 * i + bit for i, byte in enumerate(data) for bit in range(8) if byte >> bit & 1)
