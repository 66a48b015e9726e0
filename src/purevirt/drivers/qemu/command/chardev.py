"""Character devices: host side (`-chardev`) and guest side of serial ports, consoles and channels."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.aliases import alias_of
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.device_address import add_address
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import escape_comma
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.domain.addresses_devices import is_serial_alias
from purevirt.model.domain.chardev import GuestfwdTarget


def _source(device: Any, mode: str | None = None) -> Any:
    if mode is None:
        return device.source
    return next((source for source in device.sources if source.mode == mode), None)


def add_chardev(command: Command, device: Any, name: str, context: CommandContext) -> str:
    """The -chardev of a device; returns its id."""
    identity, kind, source = f"char{name}", device.type, device.source
    text = ""
    if kind in ("null", "vc", "pty", "stdio"):
        text = f"{kind},id={identity}"
    elif kind == "dev":
        backend = "parport" if device.__class__.__name__ == "Parallel" else "serial"
        text = f"{backend},id={identity},path={escape_comma(source.path)}"
    elif kind == "pipe":
        text = f"pipe,id={identity},path={escape_comma(source.path)}"
    elif kind == "file":
        fd = context.resources.open_output(source.path, append=source.append, log=False)
        path = command.add_fdset([(fd, f"{name}-source")]) if fd is not None else escape_comma(source.path)
        append = "on" if fd is not None or source.append else None
        text = f"file,id={identity},path={path}" + (f",append={append}" if append else "")
    elif kind == "tcp":
        text = f"socket,id={identity},host={source.host},port={source.service}"
        if device.protocol is not None and device.protocol.type == "telnet":
            text += ",telnet=on"
        text += ",server=on,wait=off" if source.mode == "bind" else _reconnect(source)
    elif kind == "udp":
        send, bound = _source(device, "connect"), _source(device, "bind")
        text = f"udp,id={identity},host={(send.host if send else '') or ''},port={send.service if send else ''}"
        text += f",localaddr={(bound.host if bound else '') or ''},localport={(bound.service if bound else '0') or '0'}"
    elif kind == "unix":
        fd = context.resources.listen_socket(source.path) if source.mode == "bind" else None
        if fd is not None:
            command.pass_fd(fd)
            text = f"socket,id={identity},fd={fd}"
        else:
            text = f"socket,id={identity},path={escape_comma(source.path)}"
        text += ",server=on,wait=off" if source.mode == "bind" else _reconnect(source)
    elif kind == "spicevmc":
        text = f"spicevmc,id={identity},name=vdagent"
    elif kind == "spiceport":
        text = f"spiceport,id={identity},name={source.channel}"
    else:
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"unsupported chardev type '{kind}'")
    if device.log is not None and device.log.file:
        fd = context.resources.open_output(device.log.file, append=device.log.append, log=True)
        path = command.add_fdset([(fd, f"{name}-log")]) if fd is not None else escape_comma(device.log.file)
        text += f",logfile={path},logappend=on"
    command.add("-chardev", text)
    return identity


def _reconnect(source: Any) -> str:
    reconnect = source.reconnect
    if reconnect is None or reconnect.enabled is None:
        return ""
    return f",reconnect={reconnect.timeout or 0 if reconnect.enabled else 0}"


def add_chardevs(command: Command, domain: Any, context: CommandContext) -> None:
    """Serial and parallel ports, channels, consoles."""
    devices = domain.devices
    for serial in devices.serials:
        chardev = add_chardev(command, serial, alias_of(serial), context)
        model = serial.target.model.name if serial.target.model is not None else None
        if serial.target.type == "system-serial" or model is None:
            command.add("-serial", f"chardev:{chardev}")
            continue
        device: dict[str, Any] = {"driver": model, "chardev": chardev, "id": alias_of(serial)}
        if serial.target.type == "isa-serial":
            device["index"] = serial.target.port
        add_address(device, domain, serial)
        command.device(device)
    for parallel in devices.parallels:
        chardev = add_chardev(command, parallel, alias_of(parallel), context)
        command.device({"driver": "isa-parallel", "chardev": chardev, "id": alias_of(parallel)})
    for channel in devices.channels:
        chardev = add_chardev(command, channel, alias_of(channel), context)
        target = channel.target
        if isinstance(target, GuestfwdTarget):
            forward = f"tcp:{target.address}:{target.port}-chardev:{chardev}"
            command.netdev({"type": "user", "guestfwd": [{"str": forward}], "id": alias_of(channel)})
        else:
            command.device(_port(domain, channel, "virtserialport", chardev, target.name))
    for index, console in enumerate(devices.consoles):
        if index == 0 and is_serial_alias(domain, console):
            continue
        chardev = add_chardev(command, console, alias_of(console), context)
        if console.target.type == "virtio":
            command.device(_port(domain, console, "virtconsole", chardev, None))
        else:
            driver = {"sclp": "sclpconsole", "sclplm": "sclplmconsole"}[console.target.type]
            command.device({"driver": driver, "chardev": chardev, "id": alias_of(console)})


def _port(domain: Any, device: Any, driver: str, chardev: str, name: str | None) -> dict[str, Any]:
    result: dict[str, Any] = {"driver": driver}
    address = device.address
    if address is not None and hasattr(address, "port"):
        owner = next(
            (c for c in domain.devices.controllers if c.type == "virtio-serial" and c.index == address.controller), None
        )
        result["bus"] = f"{alias_of(owner) if owner else 'virtio-serial0'}.{address.bus}"
        result["nr"] = address.port
    result |= {"chardev": chardev, "id": alias_of(device)}
    if driver == "virtserialport":
        result["name"] = name or ("com.redhat.spice.0" if device.type == "spicevmc" else None)
        if result["name"] is None:
            del result["name"]
    return result
