"""Serial and parallel ports, consoles, channels, redirected devices, smart cards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.validate_guest import unsupported
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.device import IsaAddress, PciAddress, SpaprVioAddress, UsbAddress

_TYPE_OF_MODEL = {
    "isa-serial": "isa-serial", "usb-serial": "usb-serial", "pci-serial": "pci-serial", "spapr-vty": "spapr-vio-serial",
    "pl011": "system-serial", "16550a": "system-serial", "sclpconsole": "sclp-serial", "sclplmconsole": "sclp-serial",
    "isa-debugcon": "isa-debug",
}  # fmt: skip
_ADDRESSES: dict[str, tuple[type, str]] = {
    "isa-serial": (IsaAddress, "isa"), "isa-debug": (IsaAddress, "isa"), "usb-serial": (UsbAddress, "usb"),
    "pci-serial": (PciAddress, "pci"), "spapr-vio-serial": (SpaprVioAddress, "spapr-vio"),
}  # fmt: skip


def validate_chardevs(domain: Any, caps: QemuCaps) -> None:
    """Every character device."""
    arch, machine = mt.of(domain)
    for device in _with_sources(domain):
        for source in device.sources:
            reconnect = source.reconnect
            if reconnect is not None and reconnect.enabled and reconnect.timeout == 0:
                raise VirtError(
                    ErrorCode.INVALID_ARG, "chardev reconnect source timeout cannot be '0'", ErrorDomain.QEMU
                )
    if domain.devices.parallels and (mt.is_s390(arch) or mt.is_pseries(arch, machine)):
        raise unsupported("parallel ports are not supported")
    for console in domain.devices.consoles:
        kind = console.target.type if console.target is not None else None
        if kind not in (None, "serial", "virtio", "sclp", "sclplm"):
            raise unsupported(f"unsupported console target type {kind}")
    for serial in domain.devices.serials:
        _validate_serial(domain, serial)
    for card in domain.devices.smartcards:
        if card.mode == "passthrough" and not caps.has("ccid-passthru"):
            raise unsupported("this QEMU binary lacks smartcard passthrough mode support")
        if card.mode != "passthrough" and not caps.has("ccid-emulated"):
            raise unsupported("this QEMU binary lacks smartcard host mode support")
    if len(domain.devices.smartcards) > 1:
        raise unsupported("this QEMU binary lacks multiple smartcard support")
    if domain.devices.redirdevs and not caps.has("usb-redir"):
        raise unsupported("USB redirection is not supported by this version of QEMU")


def _with_sources(domain: Any) -> Iterator[Any]:
    devices = domain.devices
    for kind in (devices.serials, devices.parallels, devices.consoles, devices.channels, devices.redirdevs):
        yield from kind
    yield from devices.smartcards
    yield from (rng.backend for rng in devices.rngs if hasattr(rng.backend, "sources"))


def _fits(model: str | None, arch: str, machine: str) -> bool:
    """Is there such a device on the machine."""
    match model:
        case "isa-serial" | "isa-debugcon":
            return mt.is_x86(arch)
        case "spapr-vty":
            return mt.is_pseries(arch, machine)
        case "pl011":
            return mt.is_arm_virt(arch, machine)
        case "16550a":
            return mt.is_riscv_virt(arch, machine)
        case "sclpconsole" | "sclplmconsole":
            return mt.is_s390(arch)
    return True


def _validate_serial(domain: Any, serial: Any) -> None:
    target = serial.target
    type_ = target.type if target is not None else None
    model = target.model.name if target is not None and target.model is not None else None
    if type_ in (None, "none"):
        return
    if model is not None and _TYPE_OF_MODEL.get(model, type_) != type_:
        raise unsupported(f"Target model '{model}' requires target type '{_TYPE_OF_MODEL[model]}'")
    if not _fits(model, *mt.of(domain)):
        raise unsupported(
            f"Serial device with target type '{type_}' and target model '{model or 'none'}' not compatible with guest "
            "architecture or machine type"
        )
    expected = _ADDRESSES.get(type_)
    if serial.address is not None:
        if expected is None:
            raise unsupported(f"Target type '{type_}' cannot have an associated address")
        if not isinstance(serial.address, expected[0]):
            raise unsupported(f"Target type '{type_}' requires address type '{expected[1]}'")
