"""Serial and parallel ports, consoles, channels, redirected devices, smart cards."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.postparse_context import PostParseContext
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


_SPICE = ("spicevmc", "spiceport")
_SOURCE_FLAGS = {"spicevmc": "spice", "spiceport": "spice", "qemu-vdagent": "chardev.qemu-vdagent", "dbus": "display-dbus"}


def _validate_source(domain: Any, device: Any, caps: QemuCaps) -> None:
    """The host side: a kind that QEMU has, and the display that it goes through."""
    kind = device.type
    for source in device.sources if kind in ("tcp", "unix") else ():
        reconnect = source.reconnect
        if reconnect is not None and reconnect.enabled and reconnect.timeout == 0:
            raise VirtError(ErrorCode.INVALID_ARG, "chardev reconnect source timeout cannot be '0'", ErrorDomain.QEMU)
    flag = _SOURCE_FLAGS.get(kind)
    if flag is not None and not caps.has(flag):
        raise unsupported(f"chardev '{kind}' not supported in this QEMU binary")
    if kind in _SPICE and all(item.type != "spice" for item in domain.devices.graphics):
        raise unsupported(f"chardev '{kind}' not supported without spice graphics")


def validate_port(domain: Any, device: Any, context: PostParseContext) -> None:
    """A channel, or any character device with nothing of its own."""
    _validate_source(domain, device, context.caps)


def validate_console(domain: Any, device: Any, context: PostParseContext) -> None:
    """A console."""
    _validate_source(domain, device, context.caps)


def validate_parallel(domain: Any, device: Any, context: PostParseContext) -> None:
    """A parallel port."""
    _validate_source(domain, device, context.caps)
    arch, machine = mt.of(domain)
    if mt.is_s390(arch) or mt.is_pseries(arch, machine):
        raise unsupported("parallel ports are not supported")


def validate_redirdev(domain: Any, device: Any, context: PostParseContext) -> None:
    """A redirected USB device."""
    if not context.caps.has("usb-redir"):
        raise unsupported("USB redirection is not supported by this version of QEMU")
    _validate_source(domain, device, context.caps)


def validate_smartcard(domain: Any, card: Any, context: PostParseContext) -> None:
    """A smart card reader; there is one at most."""
    caps = context.caps
    if len(domain.devices.smartcards) > 1:
        raise unsupported("this QEMU binary lacks multiple smartcard support")
    if card.mode != "passthrough":
        if not caps.has("ccid-emulated"):
            raise unsupported("this QEMU binary lacks smartcard host mode support")
        return
    if not caps.has("ccid-passthru"):
        raise unsupported("this QEMU binary lacks smartcard passthrough mode support")
    _validate_source(domain, card, caps)


def validate_entropy_source(domain: Any, backend: Any, caps: QemuCaps) -> None:
    """An entropy daemon."""
    _validate_source(domain, backend, caps)


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


def validate_serial(domain: Any, serial: Any, context: PostParseContext) -> None:
    """A serial port: target, model and place fit one another and the machine."""
    _validate_source(domain, serial, context.caps)
    target = serial.target
    type_ = target.type if target is not None else None
    model = target.model.name if target is not None and target.model is not None else None
    if type_ in (None, "none"):
        return
    expected = _ADDRESSES.get(type_)
    if serial.address is not None:
        if expected is None:
            raise unsupported(f"Target type '{type_}' cannot have an associated address")
        if not isinstance(serial.address, expected[0]):
            raise unsupported(f"Target type '{type_}' requires address type '{expected[1]}'")
    if model is not None and _TYPE_OF_MODEL.get(model, type_) != type_:
        raise unsupported(f"Target model '{model}' requires target type '{_TYPE_OF_MODEL[model]}'")
    if not _fits(model, *mt.of(domain)):
        raise unsupported(
            f"Serial device with target type '{type_}' and target model '{model or 'none'}' not compatible with guest "
            "architecture or machine type"
        )
