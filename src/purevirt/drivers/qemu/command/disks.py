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
    drive_bus_name,
    virtio_driver,
)
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import Props, escape_comma
from purevirt.drivers.qemu.command.storage import CACHE_MODES, Image, add_chain, chain_of, reserve_fdsets
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.domain.postparse_devices import disk_index


def is_empty(disk: Any) -> bool:
    """A drive without a medium."""
    return disk.source is None or disk.source.is_empty


def add_floppy_boot(command: Command, domain: Any, indexes: dict[int, int]) -> None:
    """Boot indexes of floppies are the controller's properties; Q35 has no such controller of its own."""
    found: Props = {}
    floppies = [disk for disk in domain.devices.disks if disk.target.bus == "fdc"]
    for disk in floppies:
        if id(disk) in indexes:
            found[f"bootindex{'B' if disk.address.unit else 'A'}"] = indexes[id(disk)]
    if floppies and mt.is_q35(*mt.of(domain)):
        command.device({"driver": "isa-fdc"} | found)
        return
    for name, value in found.items():
        command.add("-global", f"isa-fdc.{name}={value}")


def chains_of(domain: Any) -> list[list[Image]]:
    """The images of every disk. Numbers count up from the last disk to the first, as libvirt's do."""
    chains: list[list[Image]] = []
    number = 1
    for disk in reversed(domain.devices.disks):
        backed = not is_empty(disk) and disk.type != "vhostuser" and disk.target.bus != "sd"
        chains.append(chain_of(disk, number) if backed else [])
        # An empty drive keeps a number for the medium that may come.
        number += 1 if is_empty(disk) else len(chains[-1])
    chains.reverse()
    return chains


def add_disks(command: Command, domain: Any, context: CommandContext, indexes: dict[int, int]) -> int:
    """Every disk in order; returns the highest number of a node that is taken."""
    add_floppy_boot(command, domain, indexes)
    chains = chains_of(domain)
    for images in reversed(chains):
        reserve_fdsets(command, images)
    for disk, images in zip(domain.devices.disks, chains, strict=True):
        if disk.target.bus == "sd":
            _add_sd(command, disk)
            continue
        if disk.type == "vhostuser":
            _add_vhost_user(command, disk)
        node = add_chain(command, disk, images, context) if images else None
        command.device(disk_device(domain, disk, node, context, {} if disk.target.bus == "fdc" else indexes), disk)
    return sum(1 if is_empty(disk) else len(images) for disk, images in zip(domain.devices.disks, chains, strict=True))


def _add_sd(command: Command, disk: Any) -> None:
    path = escape_comma(disk.source.path or "")
    command.add("-drive", f"file={path},format={disk.driver.type},if=sd,index={disk_index(disk.target.dev)}")


def _add_vhost_user(command: Command, disk: Any) -> None:
    source = disk.source
    text = f"socket,id=chr-vu-{alias_of(disk)},path={escape_comma(source.socket_path)}"
    if source.reconnect is not None and source.reconnect.enabled is not None:
        text += f",reconnect={source.reconnect.timeout or 0}"
    command.add("-chardev", text)


def _scsi(device: Props, domain: Any, disk: Any) -> None:
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


def _virtio(device: Props, domain: Any, disk: Any, context: CommandContext) -> None:
    driver, caps = disk.driver, context.caps
    base = "vhost-user-blk" if disk.type == "vhostuser" else "virtio-blk"
    device["driver"] = virtio_driver(base, disk, disk.model)
    add_virtio_options(device, driver)
    if driver is not None:
        if driver.iothread:
            device["iothread"] = f"iothread{driver.iothread}"
        for field in ("ioeventfd", "event_idx"):
            if getattr(driver, field) is not None:
                device[field] = getattr(driver, field)
    if disk.device == "lun":
        device["scsi"] = True
    elif disk.type != "vhostuser" and caps.has("virtio-blk-pci.scsi") and not caps.has("virtio-blk-pci.scsi.default.disabled"):
        # SCSI passthrough was once on unless switched off.
        device["scsi"] = False
    if driver is not None:
        if driver.queues:
            device["num-queues"] = driver.queues
        if driver.queue_size:
            device["queue-size"] = driver.queue_size
    add_address(device, domain, disk)


def _bus(domain: Any, disk: Any, context: CommandContext) -> Props:
    """The driver and the place of the disk on its bus."""
    bus, address = disk.target.bus, disk.address
    device: Props = {}
    match bus:
        case "ide" | "sata":
            device["driver"] = "ide-cd" if disk.device == "cdrom" else "ide-hd"
            name = drive_bus_name(domain, bus, address.controller)
            if bus == "ide":
                device |= {"bus": f"{name}.{address.bus}", "unit": address.unit}
            else:
                device["bus"] = f"{name}.{address.unit}"
        case "scsi":
            device["driver"] = {"lun": "scsi-block", "cdrom": "scsi-cd"}.get(disk.device, "scsi-hd")
            _scsi(device, domain, disk)
        case "virtio":
            _virtio(device, domain, disk, context)
        case "usb":
            device["driver"] = "usb-storage"
            add_address(device, domain, disk)
        case "fdc":
            device |= {"driver": "floppy", "unit": address.unit}
        case _:
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"unsupported disk bus '{bus}' with device setup")
    return device


def disk_device(domain: Any, disk: Any, node: str | None, context: CommandContext, indexes: dict[int, int]) -> Props:
    """The -device of a disk."""
    device = _bus(domain, disk, context)
    if disk.shareable:
        device["share-rw"] = True
    if disk.type == "vhostuser":
        device["chardev"] = f"chr-vu-{alias_of(disk)}"
    elif node is not None:
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
    if disk.target.bus == "usb" and context.caps.has("usb-storage.removable"):
        device["removable"] = bool(disk.target.removable)
    _cache_and_errors(device, disk)
    return device


def _cache_and_errors(device: Props, disk: Any) -> None:
    driver = disk.driver
    if driver is not None and driver.cache in CACHE_MODES:
        device["write-cache"] = "on" if CACHE_MODES[driver.cache][0] else "off"
    if disk.serial:
        device["serial"] = disk.serial.replace("\\", "\\\\").replace(" ", "\\ ")
    if driver is not None:
        werror, rerror = driver.error_policy, driver.rerror_policy
        if werror and not rerror and werror != "enospace":
            rerror = werror
        if werror:
            device["werror"] = {"enospace": "enospc"}.get(werror, werror)
        if rerror:
            device["rerror"] = rerror
