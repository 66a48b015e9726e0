"""What is refused before anything is filled in, because what is filled in would depend on it."""

from __future__ import annotations

from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine.place import blamed
from purevirt.model.domain.addresses_devices import iter_devices
from purevirt.model.domain.device import CcwAddress, PciAddress, UnassignedAddress
from purevirt.model.domain.validate_errors import unsupported, wrong

_MDEV_ADDRESSES: dict[str, tuple[type, ...]] = {"vfio-pci": (PciAddress,), "vfio-ccw": (CcwAddress,), "vfio-ap": ()}
_MAX_ZPCI_UID = 0xFFFF


def check_parsed(domain: Any) -> None:
    """Raise for the first device that cannot be completed."""
    for disk in domain.devices.disks:
        if not disk.dev:
            with blamed(disk):
                raise VirtError(ErrorCode.NO_TARGET, disk.source.path if disk.source is not None else None, ErrorDomain.DOMAIN)
    for kind, device in iter_devices(domain):
        with blamed(device):
            _check_device(domain, kind, device)


def _check_device(domain: Any, kind: str, device: Any) -> None:
    if isinstance(device.address, PciAddress):
        _check_zpci(device.address)
    if kind == "controllers":
        _check_root(device)
    elif kind == "inputs" and device.bus == "xen" and domain.os.type.value == "hvm":
        raise wrong("unsupported input bus xen", ErrorCode.INTERNAL_ERROR)
    elif kind == "hostdevs" and device.type == "mdev":
        _check_mdev(device)


def _check_zpci(address: PciAddress) -> None:
    uid = address.zpci.uid if address.zpci is not None else None
    if uid is not None and not 0 < uid <= _MAX_ZPCI_UID:
        raise wrong(f"Invalid PCI address uid='0x{uid:04x}', must be > 0x0000 and <= 0x{_MAX_ZPCI_UID:04x}")


def _check_root(controller: Any) -> None:
    """A root bus is where everything begins. pSeries has several, told apart by the target's index."""
    if controller.type != "pci" or controller.model not in ("pci-root", "pcie-root"):
        return
    target = controller.target.index if controller.target is not None else None
    if controller.index and target is None and controller.model == "pcie-root":
        raise wrong("pci-root and pcie-root controllers should have index 0")
    if controller.address is not None:
        raise unsupported("pci-root and pcie-root controllers should not have an address")


def _check_mdev(hostdev: Any) -> None:
    address = hostdev.address
    if address is None or isinstance(address, UnassignedAddress):
        return
    if not isinstance(address, _MDEV_ADDRESSES[hostdev.model]):
        raise wrong(f"Unsupported address type '{address.type}' with mediated device model '{hostdev.model}'")
