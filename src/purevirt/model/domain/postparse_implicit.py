"""Devices that others imply: controllers for drives, ports and readers; the console of a serial port; a video device."""

from __future__ import annotations

from typing import Any

from purevirt.model.domain.addresses_devices import is_serial_alias
from purevirt.model.domain.chardev import Console, ConsoleTarget, Serial, SerialTarget, VirtioTarget
from purevirt.model.domain.device import CcidAddress, DriveAddress, VirtioSerialAddress
from purevirt.model.domain.postparse_controllers import ensure_controller
from purevirt.model.domain.video import Video, VideoModel

_DRIVE_BUSES = (("scsi", "scsi"), ("fdc", "fdc"), ("ide", "ide"), ("sata", "sata"))


def _need(domain: Any, type_: str, highest: int) -> None:
    for index in range(highest + 1):
        ensure_controller(domain, type_, index)


def _highest_drive(domain: Any, bus: str) -> int:
    highest = -1
    for disk in domain.devices.disks:
        if disk.target is not None and disk.target.bus == bus and isinstance(disk.address, DriveAddress):
            highest = max(highest, disk.address.controller)
    return highest


def add_implicit_controllers(domain: Any) -> None:
    """Controllers up to the highest index any device's address names."""
    devices = domain.devices
    for bus, type_ in _DRIVE_BUSES:
        _need(domain, type_, _highest_drive(domain, bus))
    highest = -1
    for channel in devices.channels:
        if not isinstance(channel.target, VirtioTarget):
            continue
        index = channel.address.controller if isinstance(channel.address, VirtioSerialAddress) else 0
        highest = max(highest, index)
    for console in devices.consoles:
        if console.target is not None and console.target.type == "virtio":
            index = console.address.controller if isinstance(console.address, VirtioSerialAddress) else 0
            highest = max(highest, index)
    _need(domain, "virtio-serial", highest)
    highest = -1
    for smartcard in devices.smartcards:
        index = smartcard.address.controller if isinstance(smartcard.address, CcidAddress) else 0
        highest = max(highest, index)
    _need(domain, "ccid", highest)
    for smartcard in devices.smartcards:
        if smartcard.address is None:
            _place_smartcard(domain, smartcard)
    highest = -1
    for hostdev in devices.hostdevs:
        if hostdev.mode == "subsystem" and hostdev.type == "scsi" and isinstance(hostdev.address, DriveAddress):
            highest = max(highest, hostdev.address.controller)
    _need(domain, "scsi", highest)


def _place_smartcard(domain: Any, smartcard: Any) -> None:
    taken = {
        (other.address.controller, other.address.slot)
        for other in domain.devices.smartcards
        if isinstance(other.address, CcidAddress)
    }
    controller = 0
    while (controller, 0) in taken:
        controller += 1
    ensure_controller(domain, "ccid", controller)
    smartcard.address = CcidAddress(controller=controller, slot=0)


def add_implicit_video(domain: Any) -> None:
    """Graphics without a video device imply one of the hypervisor's choice."""
    devices = domain.devices
    if devices.graphics and not devices.videos:
        devices.videos.append(Video(model=VideoModel()))


_CONSOLE_SERIALS = (None, "none", "isa-serial", "system-serial", "spapr-vio-serial", "sclp-serial")


def add_console_compat(domain: Any) -> None:
    """The first console of a HVM guest is its first serial port: copy whichever is missing from the other."""
    devices = domain.devices
    if devices.consoles:
        type_ = devices.consoles[0].target.type if devices.consoles[0].target is not None else None
        if type_ not in (None, "none", "serial"):
            return
        if not devices.serials:
            devices.serials.append(_as_serial(devices.consoles[0]))
        devices.consoles[0] = _as_console(devices.serials[0])
    elif devices.serials:
        serial = devices.serials[0]
        if (serial.target.type if serial.target is not None else None) in _CONSOLE_SERIALS:
            devices.consoles.append(_as_console(serial))


def _copied(value: Any) -> Any:
    return value.copy() if value is not None else None


def _as_console(serial: Any) -> Console:
    port = serial.target.port if serial.target is not None else None
    return Console(
        type=serial.type,
        sources=[source.copy() for source in serial.sources],
        protocol=_copied(serial.protocol),
        log=_copied(serial.log),
        target=ConsoleTarget(type="serial", port=port or 0),
        alias=_copied(serial.alias),
        address=_copied(serial.address),
    )


def _as_serial(console: Any) -> Serial:
    return Serial(
        type=console.type,
        sources=[source.copy() for source in console.sources],
        protocol=_copied(console.protocol),
        log=_copied(console.log),
        target=SerialTarget(port=0),
        alias=_copied(console.alias),
        address=_copied(console.address),
    )


def refresh_console_alias(domain: Any) -> None:
    """Show in the console what its serial port has become since."""
    devices = domain.devices
    if devices.consoles and devices.serials and is_serial_alias(domain, devices.consoles[0]):
        devices.consoles[0] = _as_console(devices.serials[0])
