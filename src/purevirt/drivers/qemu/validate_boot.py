"""How the guest boots, and which sleep states it has."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.validate_guest import unsupported


def validate_power(domain: Any, caps: QemuCaps) -> None:
    """ACPI S3 and S4 where they can be switched."""
    pm = domain.pm
    if pm is None:
        return
    q35 = mt.is_q35(*mt.of(domain))
    for element, name, flag in ((pm.suspend_to_mem, "S3", "disable-s3"), (pm.suspend_to_disk, "S4", "disable-s4")):
        if element is None or element.enabled is None:
            continue
        if not (q35 and caps.has(f"ich9-{flag}")) and not caps.has(flag):
            raise unsupported(f"setting ACPI {name} not supported")


def validate_boot(domain: Any) -> None:
    """Secure boot and the store of variables."""
    _validate_secure(domain)
    nvram = domain.os.nvram
    if nvram is not None and nvram.source is not None:
        _validate_nvram(nvram)


def _validate_secure(domain: Any) -> None:
    loader = domain.os.loader
    if loader is None or not loader.secure:
        return
    arch, machine = mt.of(domain)
    if not mt.is_q35(arch, machine):
        raise unsupported("Secure boot is supported with q35 machine types only")
    if arch != "x86_64":
        raise unsupported("Secure boot is supported for x86_64 architecture only")
    smm = domain.features.smm if domain.features is not None else None
    if domain.os.firmware is None and (smm is None or not smm.state):
        raise unsupported("Secure boot requires SMM feature enabled")


def _validate_nvram(nvram: Any) -> None:
    if nvram.type not in (None, "file", "block", "network"):
        raise unsupported(f"unsupported nvram disk type '{nvram.type}'")
    if nvram.source.slices:
        raise unsupported("slices are not supported with NVRAM")
    if nvram.source.reservations is not None:
        raise unsupported("persistent reservations are not supported with NVRAM")
