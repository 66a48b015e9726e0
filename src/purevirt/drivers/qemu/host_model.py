"""The host's processor as one QEMU can give it to guests, from what QEMU answered when it was probed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from purevirt.cpu import models, x86_update
from purevirt.cpu.description import Description
from purevirt.cpu.x86_data import X86Data
from purevirt.cpu.x86_decode import Allowed, decode
from purevirt.drivers.qemu.capabilities import CpuDefinition, HostCpu, QemuCaps
from purevirt.drivers.qemu.cpu_names import from_qemu

_X86 = "x86_64"


def data_of(host: HostCpu, *, migratable: bool) -> X86Data:
    """Features, vendor and signature of an expanded x86 model. `migratable`: only what a guest can be moved with."""
    known, data = models.x86().features, X86Data()
    numbers = {"family": 0, "model": 0, "stepping": 0}
    for item in host.properties:
        if item.value is True:
            if not migratable or item.migratable is not False:
                data.bits |= known.get(from_qemu(_X86, item.name), 0)
        elif item.name == "vendor" and isinstance(item.value, str):
            data.vendor = item.value
        elif item.name in numbers and isinstance(item.value, int):
            numbers[item.name] = item.value
    data.signature = (numbers["family"], numbers["model"], numbers["stepping"])
    return data


def allowed_models(arch: str, definitions: Iterable[CpuDefinition]) -> Allowed:
    """The models of a QEMU, with what keeps each from being used on this host."""
    return {cpu.name: [from_qemu(arch, name) for name in cpu.blockers] for cpu in definitions}


@dataclass(frozen=True, slots=True)
class HostModels:
    """The host's CPU as a guest may see it.

    `reported` is all that QEMU can give, `migratable` without what a guest cannot be moved with, `full` with what the
    processor has beside (a guest is checked against that, since not every feature has a name in QEMU).
    """

    reported: Description
    migratable: Description
    full: Description


_HOST_ONLY = frozenset(("cmt", "mbm_total", "mbm_local", "osxsave", "ospke"))
"""Features of the host that are no business of a guest's CPU: monitoring of caches, and what its own system enables."""


def host_models(caps: QemuCaps, virt_type: str, processor: Description | None) -> HostModels | None:
    """The models of an accelerator on x86. `processor`: the host's own CPU by its CPUID, None when that is not known."""
    host = caps.host_cpu(virt_type)
    allowed = allowed_models(_X86, caps.cpu_definitions(virt_type)) or None
    if host is None:
        if processor is None or processor.model is None:
            return None
        features = {name: policy for name, policy in processor.features.items() if name not in _HOST_ONLY}
        plain = replace(processor, is_host=False, features=features)
        return HostModels(plain, x86_update.copy_migratable(plain), plain)
    reported = _decoded(host, allowed, migratable=False)
    migratable = _decoded(host, allowed, migratable=True) if host.migratability else x86_update.copy_migratable(reported)
    full = reported
    if virt_type == "kvm" and processor is not None and processor.model is not None:
        full = processor.copy()
        full.features |= {name: "require" for name, policy in reported.features.items() if policy == "require"}
    return HostModels(reported, migratable, full)


def _decoded(host: HostCpu, allowed: Allowed | None, *, migratable: bool) -> Description:
    found = decode(data_of(host, migratable=migratable), allowed=allowed, migratable=migratable)
    found.arch, found.fallback = _X86, "forbid"
    return found
