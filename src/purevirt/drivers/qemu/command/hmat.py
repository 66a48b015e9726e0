"""The heterogeneous memory attribute table: -numa hmat-lb (latency and bandwidth) and hmat-cache (memory-side caches).

QEMU wants the caches of a node by rising level, and hmat-lb before hmat-cache.
"""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.line import Command

_HIERARCHY = ("memory", "first-level", "second-level", "third-level")
"""Which cache of the target an access ends in; 0 is memory itself."""
_POLICY = {"writeback": "write-back", "writethrough": "write-through"}


def add_hmat(command: Command, domain: Any) -> None:
    """Everything the definition says about access times and memory-side caches."""
    numa = domain.cpu.numa
    if numa.interconnects is not None:
        for latency in numa.interconnects.latencies:
            command.add("-numa", f"{_access(latency)}-latency,latency={latency.value}")
        for bandwidth in numa.interconnects.bandwidths:
            command.add("-numa", f"{_access(bandwidth)}-bandwidth,bandwidth={bandwidth.value}K")
    for index, cell in enumerate(numa.cells):
        for cache in sorted(cell.caches, key=lambda cache: cache.level or 0):
            command.add(
                "-numa",
                f"hmat-cache,node-id={index},size={cache.size.value}K,level={cache.level or 0}"
                f",associativity={cache.associativity or 'none'},policy={_POLICY.get(cache.policy, 'none')}"
                f",line={cache.line.value}",
            )


def _access(entry: Any) -> str:
    hierarchy = _HIERARCHY[entry.cache or 0]
    return f"hmat-lb,initiator={entry.initiator},target={entry.target},hierarchy={hierarchy},data-type={entry.type}"
