"""Devices of the host."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.drivers.qemu.validate_disks import validate_place
from purevirt.drivers.qemu.validate_guest import unsupported
from purevirt.model.domain.device import DriveAddress

_MDEV_FLAGS = {"vfio-ap": ("vfio-ap", "VFIO AP"), "vfio-ccw": ("vfio-ccw", "VFIO CCW")}


def validate_hostdev(domain: Any, hostdev: Any, context: PostParseContext) -> None:
    """One device of the host."""
    caps = context.caps
    if hostdev.mode != "subsystem":
        raise unsupported(f"hostdev mode 'capabilities' is not supported in {domain.type}")
    match hostdev.type:
        case "scsi":
            if isinstance(hostdev.address, DriveAddress):
                validate_place(domain, "scsi", hostdev.address)
        case "usb":
            if hostdev.source.guest_reset is not None and not caps.has("usb-host.guest-resets-all"):
                raise unsupported("guestReset is not supported with this version of QEMU")
        case "pci":
            _validate_pci(hostdev)
        case "scsi_host":
            if hostdev.boot is not None and hostdev.boot.order:
                raise unsupported("booting from assigned devices is not supported by vhost SCSI devices")
            if not caps.has("vhost-scsi"):
                raise unsupported("This QEMU doesn't support vhost-scsi devices")
        case "mdev":
            _validate_mdev(domain, hostdev, caps)


def _validate_pci(hostdev: Any) -> None:
    if hostdev.source.write_filtering is not None:
        raise unsupported("Write filtering of PCI device configuration space is not supported by qemu")


def _validate_mdev(domain: Any, hostdev: Any, caps: QemuCaps) -> None:
    model = hostdev.model
    if model in _MDEV_FLAGS and not caps.has(_MDEV_FLAGS[model][0]):
        raise unsupported(f"{_MDEV_FLAGS[model][1]} device assignment is not supported by this version of QEMU")
    if model != "vfio-ccw" and hostdev.boot is not None and hostdev.boot.order:
        raise unsupported(f"booting from assigned devices is not supported by mediated devices of model {model}")
    if model == "vfio-ap" and sum(1 for item in domain.devices.hostdevs if item.type == "mdev" and item.model == model) > 1:
        raise unsupported("Only one hostdev of model vfio-ap is supported")
    if hostdev.display is not None and model != "vfio-pci":
        raise unsupported("<hostdev> attribute 'display' is only supported with model='vfio-pci'")
    if hostdev.display:
        if not caps.has("vfio-pci.display"):
            raise unsupported("display property of device vfio-pci is not supported by this version of QEMU")
        if not domain.devices.graphics:
            raise unsupported("graphics device is needed for attribute value 'display=on' in <hostdev>")
