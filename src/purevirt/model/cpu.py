"""`<cpu>`: the CPU of a guest (formatdomain.html, "CPU model and topology") and of a host (capabilities).

Comparing CPUs, expanding models and choosing one for a host is the business of purevirt.cpu; here is what documents say.
"""

from __future__ import annotations

from typing import Literal
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import (
    INT,
    ON_OFF,
    UINT,
    ULONG,
    YES_NO,
    Element,
    FormatContext,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    flag,
    leaf,
    text,
    write_element,
)
from purevirt.model.arch import Arch
from purevirt.model.cpu_numa import GuestNuma
from purevirt.model.schema_text import ARCHITECTURE, POSITIVE, UNIT, UNSIGNED, matching, one_of
from purevirt.types.override import override

CpuMode = Literal["custom", "host-model", "host-passthrough", "maximum"]
CpuMatch = Literal["minimum", "exact", "strict"]
CpuCheck = Literal["none", "partial", "full"]
CpuFallback = Literal["allow", "forbid"]
CpuFeaturePolicy = Literal["force", "require", "optional", "disable", "forbid"]
CpuCacheMode = Literal["emulate", "passthrough", "disable"]
MaxPhysAddrMode = Literal["emulate", "passthrough"]

_UNSUPPORTED = ErrorCode.CONFIG_UNSUPPORTED
_VENDOR_LENGTH = 12


def cpu_error(detail: str, code: int = ErrorCode.XML_ERROR, node: Node | None = None) -> XmlError:
    """An error of the CPU driver (VIR_FROM_CPU)."""
    return XmlError(detail, code, node=node, domain=ErrorDomain.CPU)


class CpuModel(Element, tag="model"):
    """The name of a CPU model, what to do when the host cannot give it, and the vendor shown to the guest."""

    fallback: CpuFallback | None = attr(CpuFallback, error=(_UNSUPPORTED, "Invalid fallback attribute"))
    vendor_id: str | None = attr(rng=matching("[^,]{12}"))
    value: str | None = text()

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if self.vendor_id is not None:
            if len(self.vendor_id) != _VENDOR_LENGTH:
                raise cpu_error(f"vendor_id must be exactly {_VENDOR_LENGTH} characters long")
            if "," in self.vendor_id:
                raise cpu_error("vendor id is invalid")

    @override
    def shown(self, ctx: FormatContext) -> bool:
        return self.value is not None or self.vendor_id is not None


class CpuTopology(Element, tag="topology"):
    """Sockets of dies of cores of threads."""

    sockets: int = attr(UINT, required=True, nonzero=True, rng=POSITIVE)
    dies: int = attr(UINT, default=1, nonzero=True, rng=POSITIVE)
    cores: int = attr(UINT, required=True, nonzero=True, rng=POSITIVE)
    threads: int = attr(UINT, required=True, nonzero=True, rng=POSITIVE)


class CpuCache(Element, tag="cache"):
    """How the guest sees CPU caches."""

    level: int | None = attr(INT, rng=one_of("1", "2", "3"))
    mode: CpuCacheMode = attr(CpuCacheMode, required=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if self.level is not None and not 1 <= self.level <= 3:
            raise cpu_error("invalid CPU cache level, must be in range [1,3]")


class MaxPhysAddr(Element, tag="maxphysaddr"):
    """Bits of physical addresses."""

    mode: MaxPhysAddrMode = attr(MaxPhysAddrMode, required=True)
    bits: int | None = attr(INT, rng=UNSIGNED)


class CpuFeature(Element, tag="feature"):
    """One feature of the guest's CPU."""

    policy: CpuFeaturePolicy = attr(
        CpuFeaturePolicy, default="require", error=(_UNSUPPORTED, "Invalid CPU feature policy"), needed=True
    )
    name: str | None = attr(needed=True, rng=matching(r"[a-zA-Z0-9\-_\.]+"))

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if not self.name:
            raise cpu_error("Invalid CPU feature name")


class Cpu(Element, tag="cpu"):
    """The guest's CPU. Without mode and model only the topology or NUMA layout is asked for."""

    error_domain = ErrorDomain.CPU
    mode: CpuMode | None = attr(CpuMode, error=(_UNSUPPORTED, "Invalid mode attribute '%s'"))
    match: CpuMatch | None = attr(CpuMatch)
    check: CpuCheck | None = attr(CpuCheck)
    migratable: bool | None = attr(ON_OFF)
    model: CpuModel | None = child(CpuModel)
    vendor: str | None = leaf()
    topology: CpuTopology | None = child(CpuTopology, abi=True)
    cache: CpuCache | None = child(CpuCache)
    maxphysaddr: MaxPhysAddr | None = child(MaxPhysAddr)
    features: list[CpuFeature] = children(CpuFeature)
    numa: GuestNuma | None = child(GuestNuma)

    @property
    def model_name(self) -> str | None:
        """The model's name, None where none is given."""
        return self.model.value if self.model is not None else None

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        mode = self.mode or "custom"
        if self.migratable is not None and mode not in ("host-passthrough", "maximum"):
            text = "Attribute migratable is only allowed for 'host-passthrough' / 'maximum' CPU mode"
            raise cpu_error(text, _UNSUPPORTED)
        self._check_model()
        self._check_features(mode)
        if mode in ("host-passthrough", "maximum"):
            self.model = None
            self.vendor = None
        elif self.model is not None:
            self._settle_fallback(mode)
        self._settle_mode(mode)

    def _check_model(self) -> None:
        if self.vendor is not None and not self.vendor:
            raise cpu_error("Invalid CPU vendor name")
        if self.vendor is not None and self.model_name is None:
            raise cpu_error("CPU vendor specified without CPU model")

    def _settle_fallback(self, mode: str) -> None:
        """Without a name, what to do when the host cannot give the model matters to host-model only, and is not shown."""
        assert self.model is not None
        if self.model.value:
            self.model.fallback = self.model.fallback or "allow"
        elif self.model.vendor_id is not None:
            self.model.fallback = None
        elif mode != "host-model" or self.model.fallback != "forbid":
            self.model = None

    def _check_features(self, mode: str) -> None:
        if self.features and self.model_name is None and mode == "custom":
            raise cpu_error("Non-empty feature list specified without CPU model")
        seen: set[str | None] = set()
        for feature in self.features:
            if feature.name in seen:
                raise cpu_error(f"CPU feature '{feature.name}' specified more than once")
            seen.add(feature.name)

    def _settle_mode(self, mode: CpuMode) -> None:
        """Mode and match are said only where they mean something."""
        named = self.model_name is not None
        self.mode = mode if mode != "custom" or named else None
        if mode == "custom" and named:
            self.match = self.match or "exact"
        else:
            self.match = None

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        write_element(self, out, pad, ctx, keep=False)


class HostCpuFeature(Element, tag="feature"):
    """A feature that the host's CPU has beyond its model."""

    name: str = attr(required=True, rng=matching(r"[a-zA-Z0-9\-_]+"))


class Microcode(Element, tag="microcode"):
    """Version of the microcode that is loaded."""

    version: int = attr(UINT, required=True, rng=POSITIVE)


class CpuSignature(Element, tag="signature"):
    """Family, model and stepping of the host's CPU."""

    family: int = attr(UINT, required=True, rng=POSITIVE)
    model: int = attr(UINT, required=True)
    stepping: int = attr(UINT, required=True)


class CpuCounter(Element, tag="counter"):
    """A counter of the CPU; `frequency` in Hz."""

    name: str = attr(required=True)
    frequency: int = attr(ULONG, required=True, rng=POSITIVE)
    scaling: bool | None = attr(YES_NO, needed=True)


class PageSize(Element, tag="pages"):
    """A size of memory pages that the host supports."""

    unit: str = attr(default="KiB", rng=UNIT)
    size: int = attr(ULONG, required=True, rng=UNSIGNED)


class HostCpuFlags(Element, tag="features"):
    """Features named by the hypervisor and not by a CPU model."""

    pae: bool = flag()
    nonpae: bool = flag()
    vmx: bool = flag()
    svm: bool = flag()


class HostCpu(Element, tag="cpu"):
    """The host's CPU in capabilities, and in the input of comparing and baseline calls."""

    arch: str | None = leaf(Arch, needed=True, rng=ARCHITECTURE)
    flags: HostCpuFlags | None = child(HostCpuFlags)
    model: str | None = leaf()
    vendor: str | None = leaf()
    microcode: Microcode | None = child(Microcode)
    signature: CpuSignature | None = child(CpuSignature)
    counter: CpuCounter | None = child(CpuCounter)
    topology: CpuTopology | None = child(CpuTopology)
    maxphysaddr: MaxPhysAddr | None = child(MaxPhysAddr)
    features: list[HostCpuFeature] = children(HostCpuFeature)
    pages: list[PageSize] = children(PageSize)


__all__ = [
    "Cpu", "CpuCache", "CpuCounter", "CpuFeature", "CpuModel", "CpuSignature", "CpuTopology", "HostCpu", "HostCpuFeature",
    "HostCpuFlags",
    "MaxPhysAddr", "Microcode", "PageSize", "cpu_error",
]  # fmt: skip
