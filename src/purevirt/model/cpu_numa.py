"""`<numa>` of `<cpu>`: the NUMA cells that the guest sees, their distances, caches, latencies and bandwidths."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import (
    BITMAP,
    UINT,
    ULONG,
    YES_NO,
    Element,
    FormatContext,
    Int,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    scale,
    write_element,
)
from purevirt.model.schema_text import UNIT, UNSIGNED, up_to
from purevirt.types.override import override

MemAccess = Literal["shared", "private"]
CacheAssociativity = Literal["none", "direct", "full"]
CachePolicy = Literal["none", "writeback", "writethrough"]
InterconnectType = Literal["access", "read", "write"]

LOCAL_DISTANCE = 10
REMOTE_DISTANCE = 20
UNREACHABLE = 255


class Sibling(Element, tag="sibling"):
    """The distance to another cell; 10 is local, 255 unreachable."""

    id: int = attr(UINT, required=True)
    value: int = attr(UINT, required=True, rng=up_to(255, 10))


class Distances(Element, tag="distances"):
    """Distances to other cells, by their number."""

    siblings: list[Sibling] = children(Sibling, needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if not self.siblings:
            raise XmlError("NUMA distances defined without siblings")


class CacheSize(Element, tag="size"):
    """The size of a memory-side cache in KiB."""

    value: int | None = attr(ULONG, required=True, missing="missing element or attribute './size/@value'", rng=UNSIGNED)
    unit: str = attr(default="KiB", needed=True, rng=UNIT)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        self.unit = "KiB"


class CacheLine(Element, tag="line"):
    """The line size of a memory-side cache in bytes."""

    value: int | None = attr(ULONG, required=True, missing="missing element or attribute './line/@value'", rng=UNSIGNED)
    unit: str = attr(default="B", needed=True, rng=UNIT)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        self.unit = "B"


class NumaCache(Element, tag="cache"):
    """A memory-side cache of a cell."""

    level: int | None = attr(UINT, needed=True)
    associativity: CacheAssociativity | None = attr(
        CacheAssociativity, omit="none", error="Invalid cache associativity '%s'", needed=True
    )
    policy: CachePolicy | None = attr(CachePolicy, omit="none", error="Invalid cache policy '%s'", needed=True)
    size: CacheSize | None = child(CacheSize, required=True, missing="missing element or attribute './size/@value'")
    line: CacheLine | None = child(CacheLine, required=True, missing="missing element or attribute './line/@value'")


class NumaCell(Element, tag="cell"):
    """One guest node. `memory` in KiB; `cpus` absent: a node of memory alone."""

    id: int | None = attr(UINT)
    cpus: frozenset[int] | None = attr(BITMAP, abi=True)
    memory: int = attr(
        ULONG,
        required=True,
        error="Invalid value '%s' for element or attribute './@memory'",
        missing="missing element or attribute './@memory'",
        abi=True,
    )
    unit: str = attr(default="KiB", rng=UNIT)
    mem_access: MemAccess | None = attr(MemAccess, name="memAccess", abi=True)
    discard: bool | None = attr(YES_NO)
    distances: Distances | None = child(Distances)
    caches: list[NumaCache] = children(NumaCache)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        unit, self.unit = self.unit, "KiB"
        self.memory = -(-scale(self.memory, unit, 1024) // 1024)

    def check_caches(self) -> None:
        """Every cache says its level, associativity and policy; the error names the cell."""
        for cache in self.caches:
            for name in ("level", "associativity", "policy"):
                if getattr(cache, name) is None:
                    raise XmlError(f"Missing '{name}' attribute in cache element for NUMA node {self.id}")
                if getattr(cache, name) == 0:
                    raise XmlError(f"Invalid '{name}' attribute in cache element for NUMA node {self.id}")


class Latency(Element, tag="latency"):
    """Delay of memory access between two nodes, in nanoseconds."""

    initiator: int = attr(UINT, required=True)
    target: int = attr(UINT, required=True)
    cache: int | None = attr(UINT, omit=0)
    type: InterconnectType = attr(InterconnectType, required=True)
    value: int = attr(Int(0, 2**64 - 1, "non-negative integer value"), required=True, rng=UNSIGNED)


class Bandwidth(Element, tag="bandwidth"):
    """Bandwidth between two nodes, in KiB per second."""

    initiator: int = attr(UINT, required=True)
    target: int = attr(UINT, required=True)
    cache: int | None = attr(UINT, omit=0)
    type: InterconnectType = attr(InterconnectType, required=True)
    value: int = attr(ULONG, required=True, rng=UNSIGNED)
    unit: str = attr(default="KiB", needed=True, rng=UNIT)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        unit, self.unit = self.unit, "KiB"
        self.value = -(-scale(self.value, unit, 1024) // 1024)


class Interconnects(Element, tag="interconnects"):
    """Latencies and bandwidths between nodes (HMAT)."""

    latencies: list[Latency] = children(Latency)
    bandwidths: list[Bandwidth] = children(Bandwidth)


class GuestNuma(Element, tag="numa"):
    """The guest's cells, numbered from 0 without gaps, kept in that order."""

    cells: list[NumaCell] = children(NumaCell, needed=True)
    interconnects: Interconnects | None = child(Interconnects)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if not self.cells:
            raise XmlError("NUMA topology defined without NUMA cells")
        self._number_cells()
        for cell in self.cells:
            cell.check_caches()
        self._complete_distances()
        if self.interconnects is not None:
            self._check_interconnects(self.interconnects)

    def _number_cells(self) -> None:
        seen: set[int] = set()
        for index, cell in enumerate(self.cells):
            if cell.id is None:
                cell.id = index
            if cell.id >= len(self.cells):
                raise XmlError(
                    "Exactly one 'cell' element per guest NUMA cell allowed, "
                    "non-contiguous ranges or ranges not starting from 0 are not allowed"
                )
            if cell.id in seen:
                raise XmlError(f"Duplicate NUMA cell info for cell id '{cell.id}'")
            seen.add(cell.id)
        self._check_cpus()
        self.cells.sort(key=lambda cell: cell.id or 0)

    def _check_cpus(self) -> None:
        with_cpus = [cell for cell in self.cells if cell.cpus]
        for index, cell in enumerate(with_cpus):
            for other in with_cpus[:index]:
                if cell.cpus and other.cpus and cell.cpus & other.cpus:
                    text = f"NUMA cells {cell.id} and {other.id} have overlapping vCPU ids"
                    raise XmlError(text, ErrorCode.CONFIG_UNSUPPORTED)

    def _complete_distances(self) -> None:
        """A distance said in one direction holds in the other, unless that one is said as well."""
        known: dict[int, dict[int, int]] = {}
        for cell in self.cells:
            for sibling in cell.distances.siblings if cell.distances is not None else ():
                here = cell.id or 0
                _check_distance(here, sibling, len(self.cells))
                own = known.setdefault(here, {})
                own.setdefault(here, LOCAL_DISTANCE)
                own[sibling.id] = sibling.value
                back = known.setdefault(sibling.id, {})
                back.setdefault(sibling.id, LOCAL_DISTANCE)
                back.setdefault(here, sibling.value)
        for cell in self.cells:
            found = known.get(cell.id or 0)
            if found is not None:
                cell.distances = Distances(siblings=[Sibling(id=i, value=found[i]) for i in sorted(found)])

    def _check_interconnects(self, links: Interconnects) -> None:
        both: list[Latency | Bandwidth] = [*links.latencies, *links.bandwidths]
        for link in both:
            if link.initiator >= len(self.cells):
                raise XmlError("'initiator' refers to a non-existent NUMA node")
            if link.target >= len(self.cells):
                raise XmlError("'target' refers to a non-existent NUMA node")
            levels = {cache.level for cache in self.cells[link.target].caches}
            if link.cache and link.cache not in levels:
                raise XmlError("'cache' refers to a non-existent NUMA node cache")

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        write_element(self, out, pad, ctx, keep=False)


def _check_distance(cell: int, sibling: Sibling, count: int) -> None:
    if sibling.id >= count:
        raise XmlError(f"'sibling_id {sibling.id}' does not refer to a valid cell within NUMA 'cell id {cell}'")
    valid = LOCAL_DISTANCE <= sibling.value <= UNREACHABLE
    if sibling.id == cell and sibling.value != LOCAL_DISTANCE:
        raise XmlError(f"'value {sibling.value}' is invalid")
    if not valid or (sibling.id != cell and sibling.value == LOCAL_DISTANCE):
        text = f"'value {sibling.value}' is invalid for 'sibling id {sibling.id}' under NUMA 'cell id {cell}'"
        raise XmlError(text)
