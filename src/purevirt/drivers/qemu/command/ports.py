"""The guest side of serial and parallel ports, consoles and channels."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.command.aliases import alias_of
from purevirt.drivers.qemu.command.chardev import add_chardev
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.device_address import add_address
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import Props
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.domain.addresses_devices import is_serial_alias
from purevirt.model.domain.chardev import ChardevSource, GuestfwdTarget, VirtioTarget
from purevirt.model.domain.device import VirtioSerialAddress

_ON_BOARD = ("pl011", "16550a")
"""Models that are part of the board: the back end is all there is to say."""


def prepare_channels(domain: Any, context: CommandContext) -> None:
    """A socket of the guest's own for every unix channel that names none."""
    for channel in domain.devices.channels:
        if channel.type != "unix" or not isinstance(channel.target, VirtioTarget):
            continue
        if channel.source is not None and channel.source.path:
            continue
        name = channel.target.name
        if not name:
            a = channel.address
            name = f"vioser-{a.controller:02d}-{a.bus:02d}-{a.port:02d}.sock"
        channel.sources = [ChardevSource(mode="bind", path=f"{context.channel_target_dir}/{name}")]


def add_ports(command: Command, domain: Any, context: CommandContext) -> None:
    """Serial ports, parallel ports, channels, consoles."""
    for serial in domain.devices.serials:
        _add_serial(command, domain, serial, context)
    for parallel in domain.devices.parallels:
        chardev = add_chardev(command, parallel, alias_of(parallel), context)
        device: Props = {"driver": "isa-parallel", "chardev": chardev, "id": alias_of(parallel)}
        add_address(device, domain, parallel)
        command.device(device, parallel)
    for channel in domain.devices.channels:
        _add_channel(command, domain, channel, context)
    for index, console in enumerate(domain.devices.consoles):
        if index == 0 and is_serial_alias(domain, console):
            continue
        _add_console(command, domain, console, context)


def _add_serial(command: Command, domain: Any, serial: Any, context: CommandContext) -> None:
    chardev = add_chardev(command, serial, alias_of(serial), context)
    model = serial.target.model.name if serial.target.model is not None else None
    if model is None or model in _ON_BOARD:
        command.add("-serial", f"chardev:{chardev}")
        return
    device: Props = {"driver": model, "chardev": chardev, "id": alias_of(serial)}
    if serial.target.type == "isa-serial":
        device["index"] = serial.target.port
    add_address(device, domain, serial)
    command.device(device, serial)


def _add_channel(command: Command, domain: Any, channel: Any, context: CommandContext) -> None:
    chardev = add_chardev(command, channel, alias_of(channel), context)
    target = channel.target
    if isinstance(target, GuestfwdTarget):
        forward = f"tcp:{target.address}:{target.port}-chardev:{chardev}"
        command.netdev({"type": "user", "guestfwd": [{"str": forward}], "id": alias_of(channel)})
        return
    command.device(_port(domain, channel, "virtserialport", chardev), channel)


_CONSOLES = {"sclp": "sclpconsole", "sclplm": "sclplmconsole"}


def _add_console(command: Command, domain: Any, console: Any, context: CommandContext) -> None:
    kind = console.target.type
    if kind == "serial":
        return
    if kind != "virtio" and kind not in _CONSOLES:
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"unsupported console target type {kind}")
    chardev = add_chardev(command, console, alias_of(console), context)
    if kind == "virtio":
        command.device(_port(domain, console, "virtconsole", chardev), console)
    else:
        command.device({"driver": _CONSOLES[kind], "chardev": chardev, "id": alias_of(console)}, console)


def _port(domain: Any, device: Any, driver: str, chardev: str) -> Props:
    """A port of a virtio-serial controller."""
    result: Props = {"driver": driver}
    address = device.address
    if isinstance(address, VirtioSerialAddress):
        owner = next(
            (c for c in domain.devices.controllers if c.type == "virtio-serial" and c.index == address.controller), None
        )
        if owner is None:
            raise VirtError(
                ErrorCode.INTERNAL_ERROR, f"Could not find virtio-serial controller with index {address.controller}"
            )
        result |= {"bus": f"{alias_of(owner)}.{address.bus}", "nr": address.port}
    elif mt.is_s390(mt.of(domain)[0]):
        add_address(result, domain, device)
    result |= {"chardev": chardev, "id": alias_of(device)}
    if driver == "virtserialport":
        name = device.target.name
        if name is None and device.type == "spicevmc":
            name = "com.redhat.spice.0"
        if name is not None:
            result["name"] = name
    return result
