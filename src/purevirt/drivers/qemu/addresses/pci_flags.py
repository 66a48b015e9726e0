"""Which PCI bus a device needs.

Devices fall in three groups: conventional PCI only, Express only, and those that follow the machine (virtio, xhci). What
the groups mean for a guest is in `BusWishes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.model.domain.addresses_pci import CONTROLLER_NEEDS, Connect

PCI = Connect.PCI_DEVICE | Connect.HOTPLUGGABLE
_PCIE = Connect.PCIE_DEVICE | Connect.HOTPLUGGABLE


@dataclass(slots=True, frozen=True)
class BusWishes:
    """The flags of Express-capable devices and of virtio devices in this guest."""

    pcie: Connect
    virtio: Connect
    arch: str
    machine: str


def wishes_of(domain: Any, caps: QemuCaps) -> BusWishes:
    """Express devices go to Express buses where the root is one; virtio too when it may be non-legacy."""
    arch, machine = mt.of(domain)
    if any(c.type == "pci" and c.model == "pcie-root" for c in domain.devices.controllers):
        pcie = _PCIE
        virtio = _PCIE if caps.has("virtio-pci-non-transitional") else PCI
    else:
        pcie = virtio = PCI
    return BusWishes(pcie, virtio, arch, machine)


_CONTROLLER_SCSI_PCI = frozenset(
    {"auto", "buslogic", "lsilogic", "lsisas1068", "vmpvscsi", "lsisas1078", "ncr53c90", "am53c974", "dc390"}
)
_NET_PCIE = frozenset({"e1000e", "igb"})
_NET_NONE = frozenset({"usb-net"})
_SOUND_PCI = frozenset({"es1370", "ac97", "ich6", "ich9"})
_VIDEO_NONE = frozenset({"ramfb", "none"})


def _virtio_by_model(model: str | None, wishes: BusWishes) -> Connect:
    if model == "virtio-transitional":
        return PCI
    if model == "virtio-non-transitional":
        return wishes.pcie
    return wishes.virtio


def _controller(device: Any, wishes: BusWishes) -> Connect:
    match device.type:
        case "usb":
            if device.model in ("nec-xhci", "qemu-xhci"):
                return wishes.pcie
            return Connect.NONE if device.model in ("none", "qusb1", "qusb2") else PCI
        case "ide" | "sata":
            return PCI
        case "scsi":
            model = device.model
            if model in ("virtio-scsi", "virtio-transitional", "virtio-non-transitional"):
                return _virtio_by_model(model, wishes)
            return PCI if model in _CONTROLLER_SCSI_PCI else Connect.NONE
        case "virtio-serial":
            return _virtio_by_model(device.model, wishes)
        case "pci":
            return CONTROLLER_NEEDS.get(device.model or "", Connect.NONE)
    return Connect.NONE


def _interface(device: Any, wishes: BusWishes) -> Connect:
    if device.type == "hostdev":
        return _hostdev_pci(device, wishes)
    model = device.model.type if device.model is not None else None
    if model is None:
        return PCI
    if model in ("virtio", "virtio-transitional", "virtio-non-transitional"):
        return _virtio_by_model(model, wishes)
    if model in _NET_PCIE:
        return wishes.pcie
    if model in _NET_NONE:
        return Connect.NONE
    return PCI


def _hostdev_pci(device: Any, wishes: BusWishes) -> Connect:
    """A host PCI device: Express where the guest has it, unless it is known to be conventional.

    What the host device is cannot be asked here (the definition may come from another host), so it is taken for Express;
    an explicitly given address may differ.
    """
    return wishes.pcie


def _hostdev(device: Any, wishes: BusWishes) -> Connect:
    if device.mode != "subsystem":
        return Connect.NONE
    if device.type == "pci":
        return _hostdev_pci(device, wishes)
    if device.type == "mdev":
        return wishes.pcie if (device.model or "vfio-pci") == "vfio-pci" else Connect.NONE
    if device.type == "scsi_host":
        return _virtio_by_model(device.model, wishes)
    return Connect.NONE


def _video(device: Any, wishes: BusWishes) -> Connect:
    model = device.model.type if device.model is not None else None
    if model == "virtio":
        return wishes.virtio
    return Connect.NONE if model in _VIDEO_NONE else PCI


def needs_of(kind: str, device: Any, wishes: BusWishes) -> Connect:
    """What the device asks of a PCI bus; NONE = it is not a PCI device. `kind` is the device's list in <devices>."""
    match kind:
        case "controllers":
            return _controller(device, wishes)
        case "interfaces":
            return _interface(device, wishes)
        case "hostdevs":
            return _hostdev(device, wishes)
        case "videos":
            return _video(device, wishes)
        case "filesystems":
            if device.driver is not None and device.driver.type in ("loop", "nbd", "ploop"):
                return Connect.NONE
            return _virtio_by_model(device.model, wishes)
        case "sounds":
            return PCI if device.model in _SOUND_PCI else Connect.NONE
        case "disks":
            if device.target is None or device.target.bus != "virtio":
                return Connect.NONE
            return _virtio_by_model(device.model, wishes)
        case "memballoons" | "rngs":
            if device.model in (None, "none", "xen"):
                return Connect.NONE
            return _virtio_by_model(device.model, wishes)
        case "watchdogs":
            return PCI if device.model == "i6300esb" else Connect.NONE
        case "shmems":
            return PCI
        case "inputs":
            return _virtio_by_model(device.model, wishes) if device.bus == "virtio" else Connect.NONE
        case "serials":
            return PCI if device.target is not None and device.target.type == "pci-serial" else Connect.NONE
        case "memories":
            return wishes.virtio if device.model in ("virtio-pmem", "virtio-mem") else Connect.NONE
        case "iommus":
            return (wishes.pcie & ~Connect.HOTPLUGGABLE) | Connect.INTEGRATED if device.model == "virtio" else Connect.NONE
        case "vsocks":
            return _virtio_by_model(device.model, wishes)
        case "cryptos":
            return wishes.virtio
    return Connect.NONE
