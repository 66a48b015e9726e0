"""One CPU, a guest's or a host's, as the comparing code sees it: model, vendor and features, without the document around."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from purevirt.cpu.models import Signature
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.cpu import (
    Cpu,
    CpuFallback,
    CpuFeature,
    CpuFeaturePolicy,
    CpuMatch,
    CpuModel,
    CpuSignature,
    HostCpu,
    HostCpuFeature,
)

Policy = CpuFeaturePolicy
Mode = Literal["custom", "host-model", "host-passthrough", "maximum"]
ADDING: frozenset[Policy] = frozenset(("force", "require"))
"""Policies that give the feature to the guest."""
REMOVING: frozenset[Policy] = frozenset(("disable", "forbid"))


def cpu_error(code: ErrorCode, message: str | None) -> VirtError:
    """An error of the CPU driver."""
    return VirtError(code, message, ErrorDomain.CPU)


@dataclass(slots=True)
class Description:
    """`features` keeps the document's order. A host's features are all `require`; a host has no mode and no match."""

    arch: str | None = None
    is_host: bool = False
    mode: Mode = "custom"
    match: CpuMatch = "exact"
    fallback: CpuFallback = "allow"
    model: str | None = None
    vendor: str | None = None
    features: dict[str, Policy] = field(default_factory=dict)
    signature: Signature | None = None

    @classmethod
    def of_guest(cls, cpu: Cpu, arch: str | None = None) -> Description:
        """A guest's `<cpu>`."""
        fallback = cpu.model.fallback if cpu.model is not None else None
        return cls(
            arch=arch,
            mode=cpu.mode or "custom",
            match=cpu.match or "exact",
            fallback=fallback or "allow",
            model=cpu.model_name,
            vendor=cpu.vendor,
            features={feature.name or "": feature.policy for feature in cpu.features},
        )

    @classmethod
    def of_host(cls, cpu: HostCpu) -> Description:
        """The `<cpu>` of host capabilities."""
        found = cpu.signature
        return cls(
            arch=cpu.arch,
            is_host=True,
            model=cpu.model,
            vendor=cpu.vendor,
            features={feature.name: "require" for feature in cpu.features},
            signature=(found.family, found.model, found.stepping) if found is not None else None,
        )

    def copy(self) -> Description:
        """Independent of this one."""
        return Description(
            self.arch, self.is_host, self.mode, self.match, self.fallback, self.model, self.vendor, dict(self.features),
            self.signature,
        )  # fmt: skip

    def store(self, cpu: Cpu) -> None:
        """Write mode, model, vendor and features into a guest's document; all else of it stays."""
        named = self.model is not None
        cpu.mode = self.mode if self.mode != "custom" or named else None
        cpu.match = self.match if self.mode == "custom" and named else None
        vendor_id = cpu.model.vendor_id if cpu.model is not None else None
        cpu.model = None
        if named or vendor_id is not None:
            cpu.model = CpuModel(fallback=self.fallback if named else None, vendor_id=vendor_id, value=self.model)
        cpu.vendor = self.vendor
        cpu.features = [CpuFeature(policy=policy, name=name) for name, policy in self.features.items()]

    def to_guest(self) -> Cpu:
        """A guest's document of its own."""
        cpu = Cpu()
        self.store(cpu)
        return cpu

    def to_host(self) -> HostCpu:
        """A host's document; features that are switched off are not said."""
        cpu = HostCpu(arch=self.arch, model=self.model, vendor=self.vendor)
        if self.signature is not None:
            family, model, stepping = self.signature
            cpu.signature = CpuSignature(family=family, model=model, stepping=stepping)
        cpu.features = [HostCpuFeature(name=name) for name, policy in self.features.items() if policy not in REMOVING]
        return cpu
