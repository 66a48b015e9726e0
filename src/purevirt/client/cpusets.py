"""Sets of CPU numbers as C sees them: byte maps, least significant bit first."""

from __future__ import annotations

from collections.abc import Iterable

CPUSet = Iterable[int] | bytes
"""CPU numbers; or the C library's own byte map."""


def to_map(cpus: CPUSet) -> bytes:
    """The byte map, as short as it can be but never empty (an empty set is one zero byte)."""
    if isinstance(cpus, bytes | bytearray):
        return bytes(cpus)
    bits = 0
    for cpu in cpus:
        bits |= 1 << cpu
    return bits.to_bytes(max(1, (bits.bit_length() + 7) // 8), "little")


def from_map(cpumap: bytes) -> frozenset[int]:
    bits = int.from_bytes(cpumap, "little")
    return frozenset(i for i in range(bits.bit_length()) if bits >> i & 1)


def map_length(cpus: int) -> int:
    """Bytes of a map for that many CPUs (VIR_CPU_MAPLEN)."""
    return (cpus + 7) // 8
