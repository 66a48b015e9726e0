"""One device of a QEMU guest: its place, then what its kind can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.drivers.qemu.validate_chardevs import (
    validate_console,
    validate_parallel,
    validate_port,
    validate_redirdev,
    validate_serial,
    validate_smartcard,
)
from purevirt.drivers.qemu.validate_controllers import validate_controller
from purevirt.drivers.qemu.validate_disks import validate_disk
from purevirt.drivers.qemu.validate_displays import validate_audio, validate_graphics, validate_sound, validate_video
from purevirt.drivers.qemu.validate_guest import unsupported
from purevirt.drivers.qemu.validate_hostdevs import validate_hostdev
from purevirt.drivers.qemu.validate_interfaces import validate_interface
from purevirt.drivers.qemu.validate_memory import validate_module
from purevirt.drivers.qemu.validate_peripherals import (
    validate_filesystem,
    validate_hub,
    validate_input,
    validate_iommu,
    validate_memballoon,
    validate_nvram,
    validate_rng,
    validate_shmem,
    validate_tpm,
    validate_vsock,
    validate_watchdog,
)
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.device import CcwAddress, PciAddress, SpaprVioAddress, VirtioS390Address

_MAX_ZPCI_UID = 0xFFFF
_MAX_SPAPR_REG = 0xFFFFFFFF

_KINDS: dict[str, Callable[[Any, Any, PostParseContext], None]] = {
    "disks": validate_disk,
    "interfaces": validate_interface,
    "sounds": validate_sound,
    "hostdevs": validate_hostdev,
    "filesystems": validate_filesystem,
    "controllers": validate_controller,
    "smartcards": validate_smartcard,
    "serials": validate_serial,
    "parallels": validate_parallel,
    "channels": validate_port,
    "consoles": validate_console,
    "inputs": validate_input,
    "videos": validate_video,
    "watchdogs": validate_watchdog,
    "memballoons": validate_memballoon,
    "rngs": validate_rng,
    "nvrams": validate_nvram,
    "hubs": validate_hub,
    "shmems": validate_shmem,
    "memories": validate_module,
    "tpms": validate_tpm,
    "redirdevs": validate_redirdev,
    "vsocks": validate_vsock,
    "iommus": validate_iommu,
    "graphics": validate_graphics,
    "audios": validate_audio,
}


def validate_device(domain: Any, kind: str, device: Any, context: PostParseContext) -> None:
    """Raise for the first thing that is wrong with it."""
    if kind != "audios":
        _validate_address(domain, device, context.caps)
    check = _KINDS.get(kind)
    if check is not None:
        check(domain, device, context)


def _validate_address(domain: Any, device: Any, caps: QemuCaps) -> None:
    address = device.address
    if isinstance(address, PciAddress) and address.zpci is not None:
        if not caps.has("zpci"):
            raise unsupported("This QEMU binary doesn't support zPCI")
        uid = address.zpci.uid
        if uid is not None and not 0 < uid <= _MAX_ZPCI_UID:
            raise VirtError(
                ErrorCode.XML_ERROR,
                f"Invalid PCI address uid='0x{uid:04x}', must be > 0x0000 and <= 0x{_MAX_ZPCI_UID:04x}",
                ErrorDomain.QEMU,
            )
    elif isinstance(address, SpaprVioAddress) and (address.reg or 0) > _MAX_SPAPR_REG:
        raise unsupported(f"spapr-vio reg='0x{address.reg:x}' exceeds maximum possible value (0xffffffff)")
    elif isinstance(address, VirtioS390Address):
        raise unsupported("'virtio-s390' addresses are no longer supported")
    elif isinstance(address, CcwAddress) and not mt.is_s390_ccw(*mt.of(domain)):
        name = device.alias.name if device.alias is not None else "<null>"
        raise unsupported(
            f"cannot use CCW address type for device '{name}' using machine type '{domain.os.type.machine}'"
        )
    if device.acpi is not None and device.acpi.index:
        if not caps.has("acpi-index"):
            raise unsupported("ACPI index is not supported with this QEMU")
        if address is not None and not isinstance(address, PciAddress):
            raise unsupported("ACPI index is only supported for PCI devices")
