"""`<features>` and timers against architecture, machine and capabilities."""

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
        _validate_smm(domain, features.smm, caps)
        if features.vmport is not None and not (mt.is_x86(domain.os.type.arch) and caps.has("machine-vmport-opt")):
            raise unsupported("vmport is not available with this QEMU binary")
        if features.vmcoreinfo is not None and features.vmcoreinfo.state and not caps.has("vmcoreinfo"):
            raise unsupported("vmcoreinfo is not available with this QEMU binary")
    _validate_timers(domain, caps)


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
    if hpt is not None:
        if hpt.maxpagesize and not caps.has("machine.pseries.cap-hpt-max-page-size"):
            raise unsupported("Configuring the page size for HPT guests is not supported by this QEMU binary")
        if hpt.resizing is not None and not caps.has("machine.pseries.resize-hpt"):
            raise unsupported("HTP resizing is not supported by this QEMU binary")


def _validate_smm(domain: Any, smm: Any, caps: QemuCaps) -> None:
    if smm is None:
        return
    if smm.tseg is None or not smm.tseg.value:
        return
    if not mt.is_q35(*mt.of(domain)):
        raise unsupported("SMM TSEG is only supported with q35 machine type")
    if not caps.has("mch.extended-tseg-mbytes"):
        raise unsupported("Setting TSEG size is not supported with this QEMU binary")
    if smm.tseg.value & ((1 << 20) - 1):
        raise unsupported("SMM TSEG size must be divisible by 1 MiB")


def _validate_timers(domain: Any, caps: QemuCaps) -> None:
    arch = domain.os.type.arch
    for timer in domain.clock.timers if domain.clock is not None else ():
        name = timer.name
        if name == "platform":
            raise unsupported(f"unsupported timer type (name) '{name}'")
        if name in ("kvmclock", "hypervclock", "tsc") and not mt.is_x86(arch) and timer.present is not False:
            raise unsupported(f"Configuring the '{name}' timer is not supported for virtType={domain.type} arch={arch} "
                              f"machine={domain.os.type.machine} guests")  # fmt: skip
        if name == "pit" and timer.tickpolicy in ("delay", "discard", "catchup", "merge"):
            known = caps.has("kvm-pit-lost-tick-policy")
            if timer.tickpolicy == "merge" or (timer.tickpolicy == "discard" and not known):
                raise unsupported(f"unsupported pit tickpolicy '{timer.tickpolicy}'")
        if name == "rtc" and timer.tickpolicy in ("discard", "merge"):
            raise unsupported(f"unsupported rtc timer tickpolicy '{timer.tickpolicy}'")
        if name == "armvtimer":
            if arch not in ("aarch64", "armv7l"):
                raise unsupported(f"Configuring the '{name}' timer is not supported for virtType={domain.type} arch={arch} "
                                  f"machine={domain.os.type.machine} guests")  # fmt: skip
            if timer.tickpolicy is not None and not caps.has("cpu.kvm-no-adjvtime"):
                raise unsupported(f"Configuring the '{name}' timer is not supported with this QEMU binary")
