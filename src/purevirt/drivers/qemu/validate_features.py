"""`<features>` against architecture, machine and capabilities."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.validate_guest import unsupported

_PSERIES = (
    # field, name in texts, flag, text when this QEMU cannot
    ("hpt", "hpt", None, ""),
    ("htm", "htm", "machine.pseries.cap-htm", "HTM configuration is not supported by this QEMU binary"),
    ("nested_hv", "nested-hv", "machine.pseries.cap-nested-hv",
     "Nested HV configuration is not supported by this QEMU binary"),
    ("ccf_assist", "ccf-assist", "machine.pseries.cap-ccf-assist",
     "ccf-assist configuration is not supported by this QEMU binary"),
    ("cfpc", "cfpc", "machine.pseries.cap-cfpc", "cfpc configuration is not supported by this QEMU binary"),
    ("sbbc", "sbbc", "machine.pseries.cap-sbbc", "sbbc configuration is not supported by this QEMU binary"),
    ("ibs", "ibs", "machine.pseries.cap-ibs", "ibs configuration is not supported by this QEMU binary"),
)  # fmt: skip


def validate_features(domain: Any, caps: QemuCaps) -> None:
    """Every feature that is mentioned."""
    features = domain.features
    if features is not None:
        _validate_machine_features(domain, features)
        _validate_pseries(domain, features, caps)
        if features.vmport is not None and not (mt.is_x86(domain.os.type.arch) and caps.has("machine-vmport-opt")):
            raise unsupported("vmport is not available with this QEMU binary")
        if features.vmcoreinfo is not None and features.vmcoreinfo.state and not caps.has("vmcoreinfo"):
            raise unsupported("vmcoreinfo is not available with this QEMU binary")
        cache = features.tcg.tb_cache if features.tcg is not None else None
        if features.tcg is not None and domain.type != "qemu":
            raise unsupported(f"TCG features are incompatible with domain type '{domain.type}'")
        if cache and cache & 0x3FF:
            raise unsupported("tb-cache size must be an integer multiple of MiB")


def _not_here(domain: Any, name: str, what: str = "The '{}' feature is") -> None:
    arch, machine = mt.of(domain)
    raise unsupported(f"{what.format(name)} not supported for architecture '{arch}' or machine type '{machine}'")


def _validate_machine_features(domain: Any, features: Any) -> None:
    arch, machine = mt.of(domain)
    if features.ioapic is not None and features.ioapic.driver is not None and not mt.is_x86(arch):
        _not_here(domain, "ioapic")
    if features.gic is not None and not mt.is_arm_virt(arch, machine):
        _not_here(domain, "gic")
    if features.apic is not None and features.apic.eoi is not None and not mt.is_x86(arch):
        _not_here(domain, "apic", "The 'eoi' attribute of the '{}' feature is")
    if features.pvspinlock is not None and not mt.is_x86(arch):
        _not_here(domain, "pvspinlock")
    if features.hyperv is not None and not (mt.is_x86(arch) or arch == "aarch64"):
        _not_here(domain, "", "Hyperv features are")
    if features.pmu is not None and not (mt.is_x86(arch) or mt.is_arm(arch)):
        _not_here(domain, "pmu")


def _validate_pseries(domain: Any, features: Any, caps: QemuCaps) -> None:
    for field, name, flag, text in _PSERIES:
        value = getattr(features, field)
        if value is None:
            continue
        if not mt.is_pseries(*mt.of(domain)):
            _not_here(domain, name)
        if flag is not None and not caps.has(flag):
            raise unsupported(text)
    hpt = features.hpt
    if hpt is not None and hpt.maxpagesize and not caps.has("machine.pseries.cap-hpt-max-page-size"):
        raise unsupported("Configuring the page size for HPT guests is not supported by this QEMU binary")
