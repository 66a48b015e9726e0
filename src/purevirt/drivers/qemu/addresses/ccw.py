"""s390: channel subsystem addresses of virtio devices and vfio-ccw, and zPCI identifiers."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.addresses.virtio_transport import prime_virtio
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.addresses_ccw import CcwAddressSet, ZpciIdSet
from purevirt.model.domain.addresses_devices import iter_devices
from purevirt.model.domain.device import CcwAddress, PciAddress, ZpciAddress


def assign_ccw(domain: Any, caps: QemuCaps) -> None:
    """Give virtio devices of a s390-ccw machine their device numbers."""
    if not mt.is_s390_ccw(*mt.of(domain)):
        return
    prime_virtio(domain, CcwAddress)
    addresses = CcwAddressSet()
    for _, device in iter_devices(domain):
        address = device.address
        if isinstance(address, CcwAddress) and address.devno is not None:
            addresses.reserve((address.cssid or 0, address.ssid or 0, address.devno))
    for _, device in iter_devices(domain):
        address = device.address
        if isinstance(address, CcwAddress) and address.devno is None:
            address.cssid, address.ssid, address.devno = addresses.assign()


def wants_zpci(domain: Any, caps: QemuCaps) -> bool:
    """Do PCI functions of this guest carry zPCI identifiers."""
    return mt.is_s390(mt.of(domain)[0]) and caps.has("zpci")


def assign_zpci(domain: Any, caps: QemuCaps) -> None:
    """Fill in uid and fid of every PCI device of an s390 guest; those given first."""
    if not wants_zpci(domain, caps):
        return
    ids = ZpciIdSet()
    functions = []
    for kind, device in iter_devices(domain):
        address = device.address
        if not isinstance(address, PciAddress) or (not address.is_placed and not _is_functional(kind, device)):
            continue
        if kind == "controllers" and device.type == "pci" and device.model in ("pci-root", "pcie-root"):
            continue
        functions.append(address)
    for address in functions:
        zpci = address.zpci
        if zpci is None:
            continue
        if zpci.uid is not None:
            ids.reserve_uid(zpci.uid)
        if zpci.fid is not None:
            ids.reserve_fid(zpci.fid)
    # Those that say one of the two are completed before those that say nothing.
    for address in sorted(functions, key=lambda address: address.zpci is None):
        if address.zpci is None:
            address.zpci = ZpciAddress()
        if address.zpci.uid is None:
            address.zpci.uid = ids.next_uid()
        if address.zpci.fid is None:
            address.zpci.fid = ids.next_fid()


def _is_functional(kind: str, device: Any) -> bool:
    return kind == "controllers" and device.type == "pci" and device.model not in ("pci-root", "pcie-root")


def check_zpci(address: PciAddress) -> None:
    """Raise XML_ERROR for a uid of 0 or out of range."""
    if address.zpci is not None and address.zpci.uid is not None and not 0 < address.zpci.uid <= 0xFFFF:
        raise VirtError(
            ErrorCode.XML_ERROR,
            f"Invalid PCI address uid='0x{address.zpci.uid:04x}', must be > 0x0000 and <= 0xffff", ErrorDomain.QEMU,
        )
