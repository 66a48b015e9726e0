"""Registers on the pSeries virtual I/O bus."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.addresses_devices import devices_of, iter_devices
from purevirt.model.domain.device import SpaprVioAddress

# QEMU's own defaults, so that a definition without registers keeps what older guests had.
NET, SCSI, NVRAM, SERIAL = 0x1000, 0x2000, 0x3000, 0x30000000
_STEP = 0x1000


def _assign(domain: Any, device: Any, default: int) -> None:
    address = device.address
    if not isinstance(address, SpaprVioAddress):
        return
    given = address.reg is not None
    if address.reg is None:
        address.reg = default
    while _taken(domain, device):
        if given:
            raise VirtError(ErrorCode.XML_ERROR, f"spapr-vio address 0x{address.reg:x} already in use", ErrorDomain.QEMU)
        address.reg += _STEP


def _taken(domain: Any, device: Any) -> bool:
    for _, other in iter_devices(domain):
        if other is not device and isinstance(other.address, SpaprVioAddress) and other.address.reg == device.address.reg:
            return True
    return False


def _prime(device: Any) -> None:
    if not isinstance(device.address, SpaprVioAddress):
        device.address = SpaprVioAddress()


def assign_spapr(domain: Any, caps: QemuCaps) -> None:
    """Give the pSeries devices on the virtual I/O bus a register."""
    devices = domain.devices
    for interface in devices.interfaces:
        if interface.model is not None and interface.model.type == "spapr-vlan":
            _prime(interface)
        _assign(domain, interface, NET)
    for controller in devices.controllers:
        if controller.type == "scsi" and controller.model == "ibmvscsi":
            _prime(controller)
        _assign(domain, controller, SCSI)
    for serial in devices.serials:
        if serial.target is not None and serial.target.type == "spapr-vio-serial":
            _prime(serial)
        _assign(domain, serial, SERIAL)
    for nvram in devices_of(domain, "nvrams"):
        _prime(nvram)
        _assign(domain, nvram, NVRAM)
