"""`<features>`: what the hypervisor offers to the guest (formatdomain.html, "Hypervisor features").

A feature is a flag, or an element with a state; an element that libvirt 9.0 does not know is an error. The order of the
fields is libvirt's, which is the order of output.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode
from purevirt.model._engine import (
    ON_OFF,
    UINT,
    ULONG,
    Element,
    FormatContext,
    ParseContext,
    Size,
    XmlError,
    attr,
    child,
    flag,
    leaf,
    scale,
    text,
)
from purevirt.model.domain.blocks import pretty_size, write_block
from purevirt.model.domain.features_caps import Capabilities
from purevirt.model.domain.features_hyperv import Hyperv
from purevirt.model.schema_text import UNIT
from purevirt.types.override import override

GicVersion = Literal["host", "2", "3"]
IoapicDriver = Literal["qemu", "kvm"]
HptResizing = Literal["enabled", "disabled", "required"]
UnknownMsrs = Literal["ignore", "fault"]
CfpcValue = Literal["broken", "workaround", "fixed"]
SbbcValue = Literal["broken", "workaround", "fixed"]
IbsValue = Literal["broken", "workaround", "fixed-ibs", "fixed-ccd", "fixed-na"]
XenPassthroughMode = Literal["sync_pt", "share_pt"]

_UNSUPPORTED = ErrorCode.CONFIG_UNSUPPORTED


class Switch(Element):
    """A feature that is on or off; without a state it is on."""

    state: bool = attr(ON_OFF, default=True)


class Feature(Element):
    """A feature whose state must be said."""

    state: bool = attr(ON_OFF, required=True)


class Apic(Element, tag="apic"):
    """The APIC, and whether the paravirtual end of interrupt is on."""

    eoi: bool | None = attr(ON_OFF)


class KvmDirtyRing(Element, tag="dirty-ring"):
    """The dirty page ring; `size` in entries, a power of two of 1024 to 65536."""

    state: bool = attr(ON_OFF, required=True)
    size: int | None = attr(UINT)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if not self.state:
            self.size = None
            return
        if self.size is None:
            raise XmlError("Missing required attribute 'size' in element 'dirty-ring'", domain=5)
        if self.size & (self.size - 1) or not 1024 <= self.size <= 65536:
            raise XmlError("dirty ring must be power of 2 and ranges [1024, 65536]")


class _Group(Element):
    """A group of features: its children are known or an error, and it is written as a block even when empty."""

    UNKNOWN: ClassVar[str] = ""

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        known = {f.xml or f.cls.tag for f in type(self)._fields}
        for c in node:
            if isinstance(c.tag, str) and c.tag not in known:
                raise XmlError(self.UNKNOWN.replace("%s", c.tag), _UNSUPPORTED, node=c)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        write_block(self, out, pad, ctx)


class Kvm(_Group, tag="kvm"):
    """Features of KVM towards the guest."""

    UNKNOWN = "unsupported KVM feature: %s"

    hidden: Feature | None = child(Feature, tag="hidden")
    hint_dedicated: Feature | None = child(Feature, tag="hint-dedicated")
    poll_control: Feature | None = child(Feature, tag="poll-control")
    pv_ipi: Feature | None = child(Feature, tag="pv-ipi")
    dirty_ring: KvmDirtyRing | None = child(KvmDirtyRing)


class XenPassthrough(Element, tag="passthrough"):
    """PCI passthrough and how IOMMU page tables are kept."""

    state: bool = attr(ON_OFF, required=True)
    mode: XenPassthroughMode | None = attr(XenPassthroughMode)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if not self.state:
            self.mode = None


class Xen(_Group, tag="xen"):
    """Features of Xen towards the guest."""

    UNKNOWN = "unsupported Xen feature: %s"

    e820_host: Feature | None = child(Feature, tag="e820_host")
    passthrough: XenPassthrough | None = child(XenPassthrough)


class Gic(Element, tag="gic"):
    """The ARM interrupt controller."""

    version: GicVersion | None = attr(GicVersion, abi=True)


class Tseg(Element, tag="tseg"):
    """Memory set aside for system management mode, in bytes; written in the largest unit that divides it."""

    unit: str | None = attr(rng=UNIT)
    value: int | None = text(
        ULONG, needed=True, error="Invalid value '%s' for element or attribute 'string(./features/smm/tseg)'"
    )

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if self.value is not None:
            self.value = scale(self.value, self.unit, 2**20)
            self.unit = None

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        value, unit = pretty_size(self.value or 0)
        out.append(f"{pad}<tseg unit='{unit}'>{value}</tseg>\n")


class Smm(Element, tag="smm"):
    """System management mode."""

    schema_cases = ({"state": "present"}, {"state": "absent", "tseg": "absent"})

    state: bool = attr(ON_OFF, default=True, needed=False)
    tseg: Tseg | None = child(Tseg)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if not self.state or (self.tseg is not None and self.tseg.value is None):
            self.tseg = None


class Ioapic(Element, tag="ioapic"):
    """Who emulates the I/O APIC."""

    driver: IoapicDriver | None = attr(IoapicDriver, abi=True, needed=True)


class Hpt(Element, tag="hpt"):
    """The hash page table of POWER guests."""

    resizing: HptResizing | None = attr(HptResizing)
    maxpagesize: int | None = leaf(
        Size("KiB", "B"), error=(_UNSUPPORTED, "Unable to parse HPT maxpagesize setting"), doc="KiB"
    )


class Msrs(Element, tag="msrs"):
    """What happens when the guest uses an unknown model-specific register."""

    unknown: UnknownMsrs = attr(UnknownMsrs, required=True)


class Cfpc(Element, tag="cfpc"):
    """Cache flush on privilege change (POWER)."""

    value: CfpcValue | None = attr(CfpcValue, needed=True)


class Sbbc(Element, tag="sbbc"):
    """Speculation barrier bounds checking (POWER)."""

    value: SbbcValue | None = attr(SbbcValue, needed=True)


class Ibs(Element, tag="ibs"):
    """Indirect branch speculation (POWER)."""

    value: IbsValue | None = attr(IbsValue, needed=True)


class Tcg(Element, tag="tcg"):
    """Options of QEMU's translator. `tb_cache` in KiB."""

    tb_cache: int | None = leaf(Size("KiB"), name="tb-cache")


class Features(Element, tag="features"):
    """All features in libvirt's order."""

    acpi: bool = flag(abi=True)
    apic: Apic | None = child(Apic, keep=True)
    pae: bool = flag(abi=True)
    hap: Switch | None = child(Switch, tag="hap")
    viridian: bool = flag(abi=True)
    privnet: bool = flag(abi=True)
    hyperv: Hyperv | None = child(Hyperv, keep=True)
    kvm: Kvm | None = child(Kvm, keep=True)
    pvspinlock: Switch | None = child(Switch, tag="pvspinlock")
    capabilities: Capabilities | None = child(Capabilities)
    pmu: Switch | None = child(Switch, tag="pmu")
    vmport: Switch | None = child(Switch, tag="vmport")
    gic: Gic | None = child(Gic, keep=True)
    smm: Smm | None = child(Smm)
    ioapic: Ioapic | None = child(Ioapic)
    hpt: Hpt | None = child(Hpt)
    vmcoreinfo: Switch | None = child(Switch, tag="vmcoreinfo")
    htm: Feature | None = child(Feature, tag="htm")
    nested_hv: Feature | None = child(Feature, tag="nested-hv")
    msrs: Msrs | None = child(Msrs)
    ccf_assist: Feature | None = child(Feature, tag="ccf-assist")
    xen: Xen | None = child(Xen, keep=True)
    cfpc: Cfpc | None = child(Cfpc)
    sbbc: Sbbc | None = child(Sbbc)
    ibs: Ibs | None = child(Ibs)
    tcg: Tcg | None = child(Tcg)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        for c in node:
            if isinstance(c.tag, str) and c.tag not in _KNOWN:
                raise XmlError(f"unexpected feature '{c.tag}'", _UNSUPPORTED, node=c)


def _tag(field: Any) -> str:
    return str(field.xml or field.cls.tag)


_KNOWN = frozenset(_tag(f) for f in Features._fields)
