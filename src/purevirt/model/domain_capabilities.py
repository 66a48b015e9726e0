"""`<domainCapabilities>`: what one emulator can do for one kind of guest (formatdomaincaps.html).

Most of it is lists of words: each says whether the thing is supported, and which values an attribute of it may take.
"""

from __future__ import annotations

from typing import Literal

from purevirt.model._engine import (
    UINT,
    ULONG,
    YES_NO,
    Element,
    attr,
    child,
    children,
    leaf,
    text,
)
from purevirt.model.arch import Arch
from purevirt.model.cpu import CpuFeature, MaxPhysAddr

Usable = Literal["yes", "no", "unknown"]
CpuModeName = Literal["host-passthrough", "maximum", "host-model", "custom"]


class CapsEnum(Element, tag="enum"):
    """Values that an attribute may take."""

    name: str = attr(required=True)
    values: list[str] = leaf(name="value", many=True)


class Supported(Element):
    """Something that is there or not, with its choices."""

    supported: bool = attr(YES_NO, required=True)
    enums: list[CapsEnum] = children(CapsEnum)

    def values(self, name: str) -> list[str]:
        """What the attribute may be; empty when nothing is known."""
        return next((enum.values for enum in self.enums if enum.name == name), [])


class CapsVcpu(Element, tag="vcpu"):
    """The most vCPUs of a guest."""

    max: int = attr(UINT, required=True)


class CapsLoader(Element, tag="loader"):
    """Firmware images known, and how they may be mapped."""

    supported: bool = attr(YES_NO, required=True)
    values: list[str] = leaf(name="value", many=True)
    enums: list[CapsEnum] = children(CapsEnum)


class CapsOs(Element, tag="os"):
    """Boot options."""

    supported: bool = attr(YES_NO, required=True)
    enums: list[CapsEnum] = children(CapsEnum)
    loader: CapsLoader | None = child(CapsLoader)


class CapsCpuModel(Element, tag="model"):
    """A CPU model: in `host-model` the one of the host, in `custom` one that may be chosen."""

    fallback: Literal["allow", "forbid"] | None = attr(Literal["allow", "forbid"])
    usable: Usable | None = attr(Usable)
    deprecated: bool | None = attr(YES_NO, omit=False)
    vendor: str | None = attr()
    value: str | None = text()


class CapsCpuMode(Element, tag="mode"):
    """One way to choose the CPU."""

    name: CpuModeName = attr(CpuModeName, required=True)
    supported: bool = attr(YES_NO, required=True)
    enums: list[CapsEnum] = children(CapsEnum)
    models: list[CapsCpuModel] = children(CapsCpuModel)
    vendor: str | None = leaf()
    maxphysaddr: MaxPhysAddr | None = child(MaxPhysAddr)
    features: list[CpuFeature] = children(CpuFeature)


class CapsCpu(Element, tag="cpu"):
    """All ways to choose the CPU."""

    modes: list[CapsCpuMode] = children(CapsCpuMode)


class CapsDevices(Element, tag="devices"):
    """Kinds of devices."""

    disk: Supported | None = child(Supported, tag="disk")
    graphics: Supported | None = child(Supported, tag="graphics")
    video: Supported | None = child(Supported, tag="video")
    hostdev: Supported | None = child(Supported, tag="hostdev")
    rng: Supported | None = child(Supported, tag="rng")
    filesystem: Supported | None = child(Supported, tag="filesystem")
    tpm: Supported | None = child(Supported, tag="tpm")
    redirdev: Supported | None = child(Supported, tag="redirdev")
    channel: Supported | None = child(Supported, tag="channel")


class CapsSev(Element, tag="sev"):
    """AMD SEV: position of the encryption bit, lost address bits, and how many guests there may be."""

    supported: bool = attr(YES_NO, required=True)
    cbitpos: int | None = leaf(UINT)
    reduced_phys_bits: int | None = leaf(UINT, name="reducedPhysBits")
    max_guests: int | None = leaf(UINT, name="maxGuests")
    max_es_guests: int | None = leaf(UINT, name="maxESGuests")


class SgxSectionSize(Element, tag="section_size"):
    """Size of all SGX memory."""

    unit: str = attr(default="KiB", needed=True)
    value: int | None = text(ULONG)


class SgxSection(Element, tag="section"):
    """SGX memory of a node."""

    node: int = attr(UINT, required=True)
    size: int = attr(ULONG, required=True)
    unit: str = attr(default="KiB", needed=True)


class CapsSgx(Element, tag="sgx"):
    """Intel SGX."""

    supported: bool = attr(YES_NO, required=True)
    flc: bool | None = leaf(YES_NO)
    sgx1: bool | None = leaf(YES_NO)
    sgx2: bool | None = leaf(YES_NO)
    section_size: SgxSectionSize | None = child(SgxSectionSize)
    sections: list[SgxSection] = children(SgxSection, inside="sections")


class CapsFeatures(Element, tag="features"):
    """Features of the guest and of the driver."""

    gic: Supported | None = child(Supported, tag="gic")
    vmcoreinfo: Supported | None = child(Supported, tag="vmcoreinfo")
    genid: Supported | None = child(Supported, tag="genid")
    backing_store_input: Supported | None = child(Supported, tag="backingStoreInput")
    backup: Supported | None = child(Supported, tag="backup")
    s390_pv: Supported | None = child(Supported, tag="s390-pv")
    sev: CapsSev | None = child(CapsSev)
    sgx: CapsSgx | None = child(CapsSgx)
    hyperv: Supported | None = child(Supported, tag="hyperv")


class DomainCapabilities(Element, tag="domainCapabilities"):
    """Abilities of one emulator for one domain type, machine and architecture."""

    document = "domain_capabilities"

    path: str | None = leaf(needed=True)
    domain: str | None = leaf(needed=True)
    machine: str | None = leaf()
    arch: str | None = leaf(Arch, needed=True)
    vcpu: CapsVcpu | None = child(CapsVcpu)
    iothreads: Supported | None = child(Supported, tag="iothreads")
    os: CapsOs | None = child(CapsOs)
    cpu: CapsCpu | None = child(CapsCpu)
    memory_backing: Supported | None = child(Supported, tag="memoryBacking")
    devices: CapsDevices | None = child(CapsDevices)
    features: CapsFeatures | None = child(CapsFeatures)
