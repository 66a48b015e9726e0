"""`<cachetune>` and `<memorytune>`: shares of the last-level cache and of memory bandwidth, through resctrl.

Both speak of groups of vCPUs. A group may stand in one of each, but two different groups must not share a vCPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine import (
    BITMAP,
    LIVE,
    UINT,
    ULONG,
    Element,
    FormatContext,
    ParseContext,
    XmlError,
    attr,
    children,
    scale,
)
from purevirt.model.domain.blocks import pretty_size
from purevirt.model.schema_text import UNIT
from purevirt.types.override import override

CacheKind = Literal["both", "code", "data"]
_LAST_LEVEL = 3


def _vcpus(owner: str) -> object:
    def parse(text: str) -> frozenset[int]:
        try:
            numbers: frozenset[int] = BITMAP.parse(text)
        except VirtError:
            raise XmlError(f"Invalid {owner} attribute 'vcpus' value '{text}'") from None
        return numbers

    return attr(BITMAP, parse=parse, required=True, missing=f"Missing {owner} attribute 'vcpus'")


class Cache(Element, tag="cache"):
    """A part of one cache, `size` in bytes; written in the largest unit that divides it."""

    id: int = attr(UINT, required=True)
    level: int = attr(UINT, required=True)
    type: CacheKind = attr(CacheKind, required=True)
    size: int = attr(
        ULONG,
        required=True,
        error="Invalid value '%s' for element or attribute './@size'",
        missing="missing element or attribute './@size'",
    )
    unit: str | None = attr(rng=UNIT)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        self.size = scale(self.size, self.unit, 1024)
        self.unit = "B"

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        size, unit = pretty_size(self.size)
        unit = "B" if unit == "bytes" or not size else unit
        out.append(f"{pad}<cache id='{self.id}' level='{self.level}' type='{self.type}' size='{size}' unit='{unit}'/>\n")


class CacheMonitor(Element, tag="monitor"):
    """Counts the cache use of some of the group's vCPUs."""

    level: int = attr(UINT, required=True)
    vcpus: frozenset[int] = _vcpus("monitor")  # type: ignore[assignment]

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if self.level != _LAST_LEVEL:
            raise XmlError(f"Invalid monitor cache level '{self.level}'")


class Cachetune(Element, tag="cachetune"):
    """Cache of a group of vCPUs."""

    vcpus: frozenset[int] = _vcpus("cachetune")  # type: ignore[assignment]
    id: str | None = attr(only=LIVE)
    caches: list[Cache] = children(Cache)
    monitors: list[CacheMonitor] = children(CacheMonitor)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        taken: dict[tuple[int, int], set[str]] = {}
        for cache in self.caches:
            kinds = taken.setdefault((cache.level, cache.id), set())
            if cache.type in kinds or "both" in kinds or (cache.type == "both" and kinds):
                where = f"cache level '{cache.level}' id '{cache.id}', type '{cache.type}'"
                raise XmlError(f"Colliding cache allocations for {where}", domain=ErrorDomain.RESCTRL)
            kinds.add(cache.type)
        order = ("both", "code", "data")
        self.caches.sort(key=lambda cache: (cache.level, order.index(cache.type), cache.id))
        _check_monitors(self.vcpus, [monitor.vcpus for monitor in self.monitors])

    @override
    def shown(self, ctx: FormatContext) -> bool:
        return bool(self.caches or self.monitors)


class BandwidthNode(Element, tag="node"):
    """Percent of one node's memory bandwidth."""

    id: int = attr(UINT, required=True)
    bandwidth: int = attr(UINT, required=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if self.bandwidth > 100:
            raise XmlError("Memory Bandwidth value exceeding 100 is invalid.", domain=ErrorDomain.RESCTRL)


class BandwidthMonitor(Element, tag="monitor"):
    """Counts the memory bandwidth of some of the group's vCPUs."""

    vcpus: frozenset[int] = _vcpus("monitor")  # type: ignore[assignment]


class Memorytune(Element, tag="memorytune"):
    """Memory bandwidth of a group of vCPUs."""

    schema_hides = ("id",)

    vcpus: frozenset[int] = _vcpus("memorytune")  # type: ignore[assignment]
    id: str | None = attr(only=LIVE)
    nodes: list[BandwidthNode] = children(BandwidthNode)
    monitors: list[BandwidthMonitor] = children(BandwidthMonitor)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        seen: set[int] = set()
        for node in self.nodes:
            if node.id in seen:
                raise XmlError(f"Memory Bandwidth already defined for node {node.id}", domain=ErrorDomain.RESCTRL)
            seen.add(node.id)
        self.nodes.sort(key=lambda node: node.id)
        _check_monitors(self.vcpus, [monitor.vcpus for monitor in self.monitors])

    @override
    def shown(self, ctx: FormatContext) -> bool:
        return bool(self.nodes or self.monitors)


def _check_monitors(group: frozenset[int], monitors: Sequence[frozenset[int]]) -> None:
    """Monitors lie in the group and apart from one another; one over the whole group may come before the others."""
    earlier: list[frozenset[int]] = []
    for vcpus in monitors:
        if not vcpus:
            raise XmlError("vcpus is empty", ErrorCode.INVALID_ARG)
        if not vcpus <= group:
            raise XmlError("Monitor vcpus conflicts with allocation", ErrorCode.INVALID_ARG)
        for other in earlier:
            if vcpus == other:
                raise XmlError("Identical vcpus found in same type monitors", ErrorCode.INVALID_ARG)
            if other != group and vcpus & other:
                raise XmlError("vcpus overlaps in resctrl groups", ErrorCode.INVALID_ARG)
        earlier.append(vcpus)


def check_groups(cachetunes: Sequence[Cachetune], memorytunes: Sequence[Memorytune]) -> None:
    """No vCPU in two groups; a group at most once in each kind."""
    groups: list[frozenset[int]] = []
    for tunes, kind in ((cachetunes, "cachetunes"), (memorytunes, "memorytunes")):
        own: list[frozenset[int]] = []
        for tune in tunes:
            if tune.vcpus in own:
                raise XmlError(f"Identical vcpus in {kind} found")
            if any(tune.vcpus & group and tune.vcpus != group for group in groups):
                raise XmlError("Overlapping vcpus in resctrls")
            own.append(tune.vcpus)
            groups.append(tune.vcpus)


__all__ = ["BandwidthMonitor", "BandwidthNode", "Cache", "CacheMonitor", "Cachetune", "Memorytune", "check_groups"]
