"""`<capabilities>`: what the host is and which guests it can run (formatcaps.html).

Numbers stand as in the document, in the unit the attribute beside them names.
"""

from __future__ import annotations

from typing import Literal

from purevirt.model._engine import (
    BITMAP,
    ON_OFF,
    UINT,
    ULONG,
    UUID,
    YES_NO,
    Element,
    FormatContext,
    attr,
    child,
    children,
    flag,
    leaf,
    text,
    write_child,
    write_element,
)
from purevirt.model.arch import Arch
from purevirt.model.cpu import HostCpu
from purevirt.model.cpu_numa import Interconnects, NumaCache, Sibling
from purevirt.model.domain.blocks import write_block
from purevirt.types.override import override

CacheType = Literal["both", "code", "data"]


class PowerManagement(Element, tag="power_management"):
    """Sleep states of the host."""

    suspend_mem: bool = flag()
    suspend_disk: bool = flag()
    suspend_hybrid: bool = flag()


class IommuSupport(Element, tag="iommu"):
    """Whether devices can be assigned safely."""

    support: bool | None = attr(YES_NO)


class MigrationFeatures(Element, tag="migration_features"):
    """Live migration and its transports."""

    live: bool = flag()
    uri_transports: list[str] = leaf(name="uri_transport", many=True, inside="uri_transports")

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        write_block(self, out, pad, ctx)


class CellMemory(Element, tag="memory"):
    """Memory of a node in KiB."""

    unit: str = attr(default="KiB")
    value: int | None = text(ULONG)


class CellPages(Element, tag="pages"):
    """How many pages of a size a node has."""

    unit: str = attr(default="KiB")
    size: int = attr(ULONG, required=True)
    value: int | None = text(ULONG)


class CellCpu(Element, tag="cpu"):
    """A logical CPU and its place."""

    id: int = attr(UINT, required=True)
    socket_id: int | None = attr(UINT)
    die_id: int | None = attr(UINT)
    core_id: int | None = attr(UINT)
    siblings: frozenset[int] | None = attr(BITMAP)


class CellCpus(Element, tag="cpus"):
    """CPUs of a node."""

    num: int | None = attr(UINT, needed=True)
    cpus: list[CellCpu] = children(CellCpu)


class HostCell(Element, tag="cell"):
    """A NUMA node of the host."""

    id: int = attr(UINT, required=True)
    memory: CellMemory | None = child(CellMemory)
    pages: list[CellPages] = children(CellPages)
    distances: list[Sibling] = children(Sibling, inside="distances")
    caches: list[NumaCache] = children(NumaCache)
    cpus: CellCpus | None = child(CellCpus)


class HostCells(Element, tag="cells"):
    """All NUMA nodes."""

    num: int | None = attr(UINT, needed=True)
    cells: list[HostCell] = children(HostCell)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        write_block(self, out, pad, ctx)


class HostTopology(Element, tag="topology"):
    """NUMA nodes and what lies between them."""

    cells: HostCells | None = child(HostCells, needed=True)
    interconnects: Interconnects | None = child(Interconnects)


class CacheControl(Element, tag="control"):
    """How a cache can be divided."""

    granularity: int = attr(ULONG, required=True)
    min: int | None = attr(ULONG)
    unit: str | None = attr(needed=True)
    type: CacheType | None = attr(CacheType, needed=True)
    max_allocs: int | None = attr(UINT, name="maxAllocs", needed=True)


class CacheBank(Element, tag="bank"):
    """One cache."""

    id: int = attr(UINT, required=True)
    level: int | None = attr(UINT, needed=True)
    type: CacheType | None = attr(CacheType, needed=True)
    size: int | None = attr(ULONG, needed=True)
    unit: str | None = attr(needed=True)
    cpus: frozenset[int] | None = attr(BITMAP, needed=True)
    controls: list[CacheControl] = children(CacheControl)


class MonitorFeature(Element, tag="feature"):
    """Something that can be counted."""

    name: str = attr(required=True)


class ResourceMonitor(Element, tag="monitor"):
    """How many groups can be counted, and what."""

    level: int | None = attr(UINT)
    reuse_threshold: int | None = attr(UINT, name="reuseThreshold")
    max_monitors: int | None = attr(UINT, name="maxMonitors", needed=True)
    features: list[MonitorFeature] = children(MonitorFeature)


class HostCache(Element, tag="cache"):
    """Caches and their monitor."""

    banks: list[CacheBank] = children(CacheBank)
    monitor: ResourceMonitor | None = child(ResourceMonitor)


class BandwidthControl(Element, tag="control"):
    """How memory bandwidth can be divided, in percent."""

    granularity: int = attr(UINT, required=True)
    min: int | None = attr(UINT)
    max_allocs: int | None = attr(UINT, name="maxAllocs", needed=True)


class MemoryBandwidthNode(Element, tag="node"):
    """One memory controller."""

    id: int = attr(UINT, required=True)
    cpus: frozenset[int] | None = attr(BITMAP, needed=True)
    controls: list[BandwidthControl] = children(BandwidthControl)


class MemoryBandwidth(Element, tag="memory_bandwidth"):
    """Memory controllers and their monitor."""

    nodes: list[MemoryBandwidthNode] = children(MemoryBandwidthNode)
    monitor: ResourceMonitor | None = child(ResourceMonitor)


class BaseLabel(Element, tag="baselabel"):
    """The label that guests of a type get by default."""

    type: str = attr(required=True)
    value: str | None = text()


class SecurityModel(Element, tag="secmodel"):
    """A security model in force."""

    model: str | None = leaf(needed=True)
    doi: str | None = leaf(needed=True)
    baselabels: list[BaseLabel] = children(BaseLabel)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """An empty domain of interpretation is written with both tags."""
        mark = len(out)
        write_element(self, out, pad, ctx)
        out[mark:] = [line.replace("<doi/>", "<doi></doi>") for line in out[mark:]]


class CapabilitiesHost(Element, tag="host"):
    """The host."""

    uuid: str | None = leaf(UUID)
    cpu: HostCpu | None = child(HostCpu, needed=True)
    power_management: PowerManagement | None = child(PowerManagement, keep=True)
    iommu: IommuSupport | None = child(IommuSupport)
    migration_features: MigrationFeatures | None = child(MigrationFeatures, keep=True)
    topology: HostTopology | None = child(HostTopology)
    cache: HostCache | None = child(HostCache)
    memory_bandwidth: MemoryBandwidth | None = child(MemoryBandwidth)
    secmodels: list[SecurityModel] = children(SecurityModel)


class GuestMachine(Element, tag="machine"):
    """A machine type; `canonical` is what an alias stands for."""

    canonical: str | None = attr()
    max_cpus: int | None = attr(UINT, name="maxCpus", omit=0)
    deprecated: bool | None = attr(YES_NO, omit=False)
    value: str | None = text()


class GuestDomain(Element, tag="domain"):
    """A domain type, with what differs from the architecture's own."""

    type: str = attr(required=True)
    emulator: str | None = leaf()
    loader: str | None = leaf()
    machines: list[GuestMachine] = children(GuestMachine)


class GuestArch(Element, tag="arch"):
    """An architecture that guests may have."""

    name: str = attr(Arch, required=True)
    wordsize: int | None = leaf(UINT, needed=True)
    emulator: str | None = leaf()
    loader: str | None = leaf()
    machines: list[GuestMachine] = children(GuestMachine)
    domains: list[GuestDomain] = children(GuestDomain, needed=True)


class FeatureToggle(Element):
    """A feature's default, and whether the guest's definition may change it."""

    default: bool = attr(ON_OFF, required=True)
    toggle: bool = attr(YES_NO, required=True)


class GuestFeatures(Element, tag="features"):
    """What a guest of the kind can have."""

    pae: bool = flag()
    nonpae: bool = flag()
    ia64_be: bool = flag()
    acpi: FeatureToggle | None = child(FeatureToggle, tag="acpi")
    apic: FeatureToggle | None = child(FeatureToggle, tag="apic")
    cpuselection: bool = flag()
    deviceboot: bool = flag()
    disksnapshot: FeatureToggle | None = child(FeatureToggle, tag="disksnapshot")
    hap: FeatureToggle | None = child(FeatureToggle, tag="hap")
    externalsnapshot: bool = flag(name="externalSnapshot")

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        write_block(self, out, pad, ctx)


class CapabilitiesGuest(Element, tag="guest"):
    """A kind of guest that can be run."""

    os_type: str | None = leaf(needed=True)
    arch: GuestArch | None = child(GuestArch, needed=True)
    features: GuestFeatures | None = child(GuestFeatures)


class Capabilities(Element, tag="capabilities"):
    """Host and guests, with libvirt's blank lines between them."""

    document = "capabilities"

    host: CapabilitiesHost | None = child(CapabilitiesHost, needed=True)
    guests: list[CapabilitiesGuest] = children(CapabilitiesGuest)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        out.append(f"{pad}<capabilities>\n\n")
        parts: list[CapabilitiesHost | CapabilitiesGuest] = [self.host] if self.host is not None else []
        for part in [*parts, *self.guests]:
            write_child(part, out, pad + "  ", ctx, part.tag, True)
            out.append("\n")
        out.append(f"{pad}</capabilities>\n")
