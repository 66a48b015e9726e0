"""How much memory the guest has and how the host backs it: `<memory>`, `<maxMemory>`, `<memoryBacking>`, `<memtune>`.

All sizes are held in KiB and rounded up to it.
"""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode, VirtError
from purevirt.model._engine import (
    BITMAP,
    ON_OFF,
    UINT,
    ULONG,
    Element,
    ParseContext,
    Size,
    XmlError,
    attr,
    child,
    children,
    flag,
    leaf,
    scale,
    text,
)
from purevirt.model.schema_text import UNIT, words
from purevirt.types.override import override

MemorySource = Literal["none", "file", "anonymous", "memfd"]
MemoryAccess = Literal["shared", "private"]
AllocationMode = Literal["immediate", "ondemand"]

UNLIMITED_KIB = 9007199254740991
"""VIR_DOMAIN_MEMORY_PARAM_UNLIMITED: no limit at all; never written."""

_UNSUPPORTED = ErrorCode.CONFIG_UNSUPPORTED
_MOST_BYTES = (2**63 - 1) // 1024 * 1024 + 1023


def to_kib(value: int, unit: str | None, default: int = 1024) -> int:
    """A number with its unit in KiB, rounded up (virDomainParseMemory)."""
    return -(-scale(value, unit, default, _MOST_BYTES) // 1024)


class Memory(Element, tag="memory"):
    """The guest's memory at boot, in KiB, and whether it goes into a core dump."""

    dump_core: bool | None = attr(ON_OFF, name="dumpCore")
    unit: str = attr(default="KiB", rng=UNIT)
    value: int | None = text(
        ULONG, needed=True, error=(ErrorCode.XML_ERROR, "Invalid value '%s' for element or attribute './memory[1]'")
    )

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        unit, self.unit = self.unit, "KiB"
        if self.value is not None:
            self.value = to_kib(self.value, unit)


class MaxMemory(Element, tag="maxMemory"):
    """The most that can be plugged, in KiB, and in how many pieces."""

    slots: int | None = attr(UINT, error="Failed to parse memory slot count", abi=True, needed=True)
    unit: str = attr(default="KiB", rng=UNIT)
    value: int | None = text(ULONG, needed=True, error="Invalid value '%s' for element or attribute './maxMemory[1]'", abi=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        unit, self.unit = self.unit, "KiB"
        if self.value is not None:
            self.value = to_kib(self.value, unit)
        if not self.slots or not self.value:
            if self.slots or self.value:
                raise XmlError("both maximum memory size and memory slot count must be specified")
            self.slots = self.value = None


class CurrentMemory(Element, tag="currentMemory"):
    """The balloon's target, in KiB."""

    unit: str = attr(default="KiB", rng=UNIT)
    value: int | None = text(ULONG, needed=True, error="Invalid value '%s' for element or attribute './currentMemory[1]'")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        unit, self.unit = self.unit, "KiB"
        if self.value is not None:
            self.value = to_kib(self.value, unit)


class HugePage(Element, tag="page"):
    """A size of huge pages, in KiB, and the guest nodes it backs (absent: all others)."""

    size: int = attr(
        ULONG,
        required=True,
        error="Invalid value '%s' for element or attribute './@size'",
        missing="missing element or attribute './@size'",
        abi=True,
    )
    unit: str = attr(default="KiB", rng=UNIT)
    nodeset: frozenset[int] | None = attr(BITMAP, abi=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        unit, self.unit = self.unit, "KiB"
        self.size = to_kib(self.size, unit)
        if not self.size:
            raise XmlError("hugepage size can't be zero", ErrorCode.XML_DETAIL)


class HugePages(Element, tag="hugepages"):
    """Huge pages of the sizes listed; of the host's default size when none is."""

    pages: list[HugePage] = children(HugePage)


class BackingSource(Element, tag="source"):
    """What kind of host memory backs the guest's."""

    type: MemorySource | None = attr(
        MemorySource,
        omit="none",
        error=(_UNSUPPORTED, "unknown memoryBacking/source/type '%s'"),
        needed=True,
        rng=words(MemorySource, "none"),
    )


class BackingAccess(Element, tag="access"):
    """Whether others may map the guest's memory."""

    mode: MemoryAccess | None = attr(MemoryAccess, error=(_UNSUPPORTED, "unknown memoryBacking/access/mode '%s'"), needed=True)


class Allocation(Element, tag="allocation"):
    """When memory is allocated, and by how many threads."""

    mode: AllocationMode | None = attr(AllocationMode, error=(_UNSUPPORTED, "unknown memoryBacking/allocation/mode '%s'"))
    threads: int | None = attr(UINT, omit=0, error="Failed to parse memory allocation threads")


class MemoryBacking(Element, tag="memoryBacking"):
    """How the host backs the guest's memory."""

    hugepages: HugePages | None = child(HugePages, keep=True)
    nosharepages: bool = flag()
    locked: bool = flag()
    source: BackingSource | None = child(BackingSource)
    access: BackingAccess | None = child(BackingAccess)
    allocation: Allocation | None = child(Allocation)
    discard: bool = flag()


class _MemorySize(Size):
    """A size that may not exceed what a signed 64-bit number of bytes holds (virDomainParseMemory)."""

    @override
    def parse_scaled(self, text: str, unit: str | None) -> int:
        value = super().parse_scaled(text, unit)
        if value > _MOST_BYTES // 1024:
            raise VirtError(ErrorCode.OVERFLOW, f"value too large: {text}{unit or ''}")
        return value


class Memtune(Element, tag="memtune"):
    """Limits of the host's memory controller, in KiB."""

    hard_limit: int | None = leaf(
        _MemorySize("KiB"), omit=UNLIMITED_KIB, error="Invalid value '%s' for element or attribute './memtune/hard_limit[1]'"
    )
    soft_limit: int | None = leaf(
        _MemorySize("KiB"), omit=UNLIMITED_KIB, error="Invalid value '%s' for element or attribute './memtune/soft_limit[1]'"
    )
    min_guarantee: int | None = leaf(
        _MemorySize("KiB"),
        omit=0,
        error="Invalid value '%s' for element or attribute './memtune/min_guarantee[1]'",
        live="next",
    )
    swap_hard_limit: int | None = leaf(
        _MemorySize("KiB"), omit=UNLIMITED_KIB, error="Invalid value '%s' for element or attribute './memtune/swap_hard_limit[1]'"
    )
