"""Devices that others imply: controllers for drives, ports and readers; the console of a serial port; a video device."""

from __future__ import annotations

from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.addresses_devices import is_serial_alias
from purevirt.model.domain.chardev import Console, ConsoleTarget, Serial, SerialTarget, VirtioTarget
from purevirt.model.domain.device import CcidAddress, DriveAddress, VirtioSerialAddress
from purevirt.model.domain.postparse_controllers import ensure_controller, find
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
    ports = [channel for channel in devices.channels if isinstance(channel.target, VirtioTarget)]
    ports += [console for console in devices.consoles if console.target is not None and console.target.type == "virtio"]
    for port in ports:
        # Just the one it names: the lower ones need not exist.
        index = port.address.controller if isinstance(port.address, VirtioSerialAddress) else 0
        ensure_controller(domain, "virtio-serial", index)
    for smartcard in devices.smartcards:
        index = smartcard.address.controller if isinstance(smartcard.address, CcidAddress) else 0
        ensure_controller(domain, "ccid", index)
    for smartcard in devices.smartcards:
        if smartcard.address is None:
            _place_smartcard(domain, smartcard)
    add_hostdev_controllers(domain)


def add_hostdev_controllers(domain: Any) -> None:
    """SCSI controllers for host devices, of the model that other host devices already sit on.

    A device that has no place yet counts for the first controller.
    """
    highest, model = -1, None
    for hostdev in domain.devices.hostdevs:
        if hostdev.mode != "subsystem" or hostdev.type != "scsi":
            continue
        if hostdev.address is not None and not isinstance(hostdev.address, DriveAddress):
            continue
        number = hostdev.address.controller if hostdev.address is not None else 0
        highest = max(highest, number)
        found = find(domain, "scsi", number)
        if found is not None and found.model is not None:
            model = found.model
    for index in range(highest + 1):
        ensure_controller(domain, "scsi", index, model)


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
    if any(_target_type(console) in (None, "none", "serial") for console in devices.consoles[1:]):
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, "Only the first console can be a serial port", ErrorDomain.DOMAIN)
    if devices.consoles and _target_type(devices.consoles[0]) in (None, "none", "serial"):
        if not devices.serials:
            devices.serials.append(_as_serial(devices.consoles[0]))
        devices.consoles[0] = _as_console(devices.serials[0])
    elif devices.serials:
        serial = devices.serials[0]
        if _target_type(serial) in _CONSOLE_SERIALS:
            devices.consoles.insert(0, _as_console(serial))


def _target_type(device: Any) -> str | None:
    return device.target.type if device.target is not None else None


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
