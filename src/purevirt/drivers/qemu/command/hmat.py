"""Heterogeneous memory attributes: how fast each NUMA cell reaches each other's memory, and memory-side caches."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.line import Command

_LEVELS = ("memory", "first-level", "second-level", "third-level")
_ASSOCIATIVITY = {"none": "none", "direct": "direct", "full": "complex"}
_POLICY = {"none": "none", "writeback": "write-back", "writethrough": "write-through"}


def _links(numa: Any) -> list[tuple[Any, str]]:
    if numa.interconnects is None:
        return []
    return [(link, "latency") for link in numa.interconnects.latencies] + [
        (link, "bandwidth") for link in numa.interconnects.bandwidths
    ]


def has_hmat(numa: Any) -> bool:
    """Is anything of it described."""
    return numa is not None and (bool(_links(numa)) or any(cell.caches for cell in numa.cells))


def initiator_of(numa: Any, node: int) -> int | None:
    """The cell that reaches the memory of `node` best: lowest latency, highest bandwidth; None when not described."""
    if not numa.cells[node].memory:
        return None
    best: int | None = None
    latency, bandwidth = 2**64, 0
    for link, kind in _links(numa):
        if link.target != node:
            continue
        if kind == "latency" and link.value < latency:
            latency, best = link.value, link.initiator
        elif kind == "bandwidth" and link.value > bandwidth:
            bandwidth, best = link.value, link.initiator
    return best


def add_hmat(command: Command, numa: Any) -> None:
    """-numa hmat-lb for every link, -numa hmat-cache for every cache."""
    for link, kind in _links(numa):
        value = f"{link.value}" if kind == "latency" else f"{link.value}K"
        command.add(
            "-numa",
            f"hmat-lb,initiator={link.initiator},target={link.target},hierarchy={_LEVELS[link.cache or 0]},"
            f"data-type={link.type}-{kind},{kind}={value}",
        )
    for node, cell in enumerate(numa.cells):
        for cache in cell.caches:
            command.add(
                "-numa",
                f"hmat-cache,node-id={node},size={cache.size.value}K,level={cache.level},"
                f"associativity={_ASSOCIATIVITY[cache.associativity]},policy={_POLICY[cache.policy]},"
                f"line={cache.line.value}",
            )
