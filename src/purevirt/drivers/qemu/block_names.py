"""How QEMU names the device that owns a disk's block backend: by a QOM path that depends on the kind of device."""

from __future__ import annotations

from typing import Any


def _virtio(alias: str) -> str:
    return f"/machine/peripheral/{alias}/virtio-backend"


def _usb(alias: str) -> str:
    return f"/machine/peripheral/{alias}/{alias}.0/legacy[0]"  # the SCSI disk inside usb-storage


def qom_name(disk: Any) -> str:
    """For commands about the disk."""
    make = {"virtio": _virtio, "usb": _usb}.get(disk.target.bus, str)
    return make(disk.alias.name)


def qom_paths(alias: str) -> tuple[str, ...]:
    """Every name under which lists of block devices may have it."""
    return (_virtio(alias), _usb(alias), f"/machine/peripheral/{alias}", alias, f"drive-{alias}")
