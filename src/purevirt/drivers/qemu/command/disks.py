"""Disks: block nodes and the guest devices on them."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.command.aliases import alias_of
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.device_address import (
    add_address,
    add_virtio_options,
    controller_alias_by,
    usb_bus_name,
    virtio_driver,
)
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import escape_comma
from purevirt.drivers.qemu.command.storage import CACHE_MODES, add_chain, chain_of
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.domain.device import UsbAddress


def is_empty(disk: Any) -> bool:
    """A drive without a medium."""
    return disk.source is None or disk.source.is_empty


def _boot_of_floppies(command: Command, domain: Any, disk: Any, indexes: dict[int, int]) -> None:
    index = indexes.get(id(disk))
    if index is None or disk.target.bus != "fdc":
        return
    drive = "A" if disk.address.unit == 0 else "B"
    if mt.is_q35(*mt.of(domain)):
        command.device({"driver": "isa-fdc", f"bootindex{drive}": index})
    else:
        command.add("-global", f"isa-fdc.bootindex{drive}={index}")


def add_disks(command: Command, domain: Any, context: CommandContext, indexes: dict[int, int]) -> None:
    """Every disk in order. Node numbers count down the list of disks from its end, as libvirt's do."""
    counts = [0 if is_empty(disk) or disk.type == "vhostuser" else len(chain_of(disk, 1)) for disk in domain.devices.disks]
    number = sum(counts)
    for disk, count in zip(domain.devices.disks, counts, strict=True):
        first = number - count + 1
        number -= count
        if disk.target.bus == "sd":
            _add_sd(command, disk)
            continue
        node = add_chain(command, disk, chain_of(disk, first), context) if count else None
        if disk.device == "floppy" or disk.target.bus == "fdc":
            _boot_of_floppies(command, domain, disk, indexes)
            indexes_for: dict[int, int] = {}
        else:
            indexes_for = indexes
        if disk.iotune is not None:
            _add_throttle(command, disk)
        command.device(disk_device(domain, disk, node, context, indexes_for))


def _add_throttle(command: Command, disk: Any) -> None:
    """Limits are set through the monitor once the guest's QEMU runs: block nodes have no option for them."""


def _add_sd(command: Command, disk: Any) -> None:
    from purevirt.model.domain.postparse_devices import disk_index

    path = escape_comma(disk.source.path or "")
    command.add("-drive", f"file={path},format={disk.driver.type},if=sd,index={disk_index(disk.target.dev)}")


def _scsi(device: dict[str, Any], domain: Any, disk: Any) -> None:
    address = disk.address
    name = controller_alias_by(domain, "scsi", address.controller)
    model = next(c.model for c in domain.devices.controllers if c.type == "scsi" and c.index == address.controller)
    device["bus"] = f"{name}.0"
    if model == "lsilogic":
        device["scsi-id"] = address.unit
    else:
        device["channel"] = address.bus
        device["scsi-id"] = address.target
        device["lun"] = address.unit
    if disk.device != "lun":
        device["device_id"] = disk.serial or f"drive-{alias_of(disk)}"


def disk_device(domain: Any, disk: Any, node: str | None, context: CommandContext, indexes: dict[int, int]) -> dict[str, Any]:
    """The -device of a disk."""
    bus, driver = disk.target.bus, disk.driver
    device: dict[str, Any] = {}
    match bus:
        case "ide" | "sata":
            device["driver"] = "ide-cd" if disk.device == "cdrom" else "ide-hd"
            address = disk.address
            name = controller_alias_by(domain, bus, address.controller)
            if bus == "ide":
                device["bus"] = f"{name}.{address.bus}"
                device["unit"] = address.unit
            else:
                device["bus"] = f"{name}.{address.unit}"
        case "scsi":
            device["driver"] = {"lun": "scsi-block", "cdrom": "scsi-cd"}.get(disk.device, "scsi-hd")
            _scsi(device, domain, disk)
        case "virtio":
            device["driver"] = virtio_driver("virtio-blk", disk, disk.model)
            if driver is not None and driver.iothread:
                device["iothread"] = f"iothread{driver.iothread}"
            if driver is not None:
                for field, name in (("ioeventfd", "ioeventfd"), ("event_idx", "event_idx")):
                    if getattr(driver, field) is not None:
                        device[name] = getattr(driver, field)
            add_virtio_options(device, driver)
            if driver is not None and driver.queues:
                device["num-queues"] = driver.queues
            if driver is not None and driver.queue_size:
                device["queue-size"] = driver.queue_size
            add_address(device, domain, disk)
        case "usb":
            device["driver"] = "usb-storage"
            if isinstance(disk.address, UsbAddress):
                device["bus"] = usb_bus_name(domain, disk.address.bus)
                if disk.address.port:
                    device["port"] = disk.address.port
        case "fdc":
            device["driver"] = "floppy"
            device["unit"] = disk.address.unit
        case _:
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"unsupported disk bus '{bus}' with device setup")
    if disk.shareable:
        device["share-rw"] = True
    if node is not None:
        device["drive"] = node
    device["id"] = alias_of(disk)
    if id(disk) in indexes:
        device["bootindex"] = indexes[id(disk)]
    if disk.blockio is not None:
        if disk.blockio.logical_block_size:
            device["logical_block_size"] = disk.blockio.logical_block_size
        if disk.blockio.physical_block_size:
            device["physical_block_size"] = disk.blockio.physical_block_size
    if disk.wwn:
        device["wwn"] = int(disk.wwn, 16)
    if disk.target.rotation_rate:
        device["rotation_rate"] = disk.target.rotation_rate
    if disk.vendor:
        device["vendor"] = disk.vendor
    if disk.product:
        device["product"] = disk.product
    if bus == "usb" and disk.target.removable is not None:
        device["removable"] = disk.target.removable
    _cache_and_errors(device, disk)
    return device


def _cache_and_errors(device: dict[str, Any], disk: Any) -> None:
    driver = disk.driver
    if driver is not None and driver.cache in CACHE_MODES:
        device["write-cache"] = "on" if CACHE_MODES[driver.cache][0] else "off"
    if driver is not None:
        werror, rerror = driver.error_policy, driver.rerror_policy
        if werror and not rerror and werror != "enospace":
            rerror = werror
        if werror:
            device["werror"] = {"enospace": "enospc"}.get(werror, werror)
        if rerror:
            device["rerror"] = rerror
    if disk.serial:
        device["serial"] = disk.serial
