"""Character devices: the host side (`-chardev`) of every device that has one."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.credentials import add_tls
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import escape_comma
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.domain.chardev import ChardevSource


def onoff(value: bool) -> str:
    """on or off."""
    return "on" if value else "off"


def _first(device: Any) -> Any:
    return device.sources[0] if device.sources else ChardevSource()


def _reconnect(source: Any) -> str:
    reconnect = source.reconnect
    if reconnect is None or reconnect.enabled is None:
        return ""
    return f",reconnect={reconnect.timeout or 0 if reconnect.enabled else 0}"


def _tls(command: Command, device: Any, name: str, context: CommandContext) -> str:
    """TLS of a TCP connection: as the source says, else as the driver's configuration does."""
    source, settings = _first(device), context.settings
    if not (settings.chardev_tls if source.tls is None else source.tls):
        return ""
    server = source.mode == "bind"
    alias = f"objchar{name}_tls0"
    directory = settings.chardev_tls_x509_cert_dir or settings.default_tls_x509_cert_dir
    add_tls(command, context, alias, directory=directory, server=server,
            verify=settings.chardev_tls_x509_verify if server else True,
            secret_uuid=settings.chardev_tls_x509_secret_uuid, secret_alias=f"char{name}-secret0")  # fmt: skip
    return f",tls-creds={alias}"


def _tcp(command: Command, device: Any, identity: str, name: str, context: CommandContext) -> str:
    source = _first(device)
    text = f"socket,id={identity},host={source.host},port={source.service}"
    if device.protocol is not None and device.protocol.type == "telnet":
        text += ",telnet=on"
    text += ",server=on,wait=off" if source.mode == "bind" else _reconnect(source)
    return text + _tls(command, device, name, context)


def _udp(device: Any, identity: str) -> str:
    send = next((source for source in device.sources if source.mode == "connect"), ChardevSource())
    bound = next((source for source in device.sources if source.mode == "bind"), None)
    text = f"udp,id={identity},host={send.host or ''},port={send.service or ''}"
    if bound is None:
        return text + ",localaddr=,localport=0"
    return text + f",localaddr={bound.host or ''},localport={bound.service or '0'}"


def _unix(command: Command, device: Any, identity: str, context: CommandContext) -> str:
    source = _first(device)
    if source.mode != "bind":
        return f"socket,id={identity},path={escape_comma(source.path)}" + _reconnect(source)
    fd = context.resources.listen_socket(source.path)
    if fd is None:
        return f"socket,id={identity},path={escape_comma(source.path)},server=on,wait=off"
    command.pass_fd(fd)
    return f"socket,id={identity},fd={fd},server=on,wait=off"


def _file(command: Command, device: Any, identity: str, name: str, context: CommandContext) -> str:
    source = _first(device)
    fd = context.resources.open_output(source.path, append=source.append, log=False)
    if fd is not None:
        # QEMU must not truncate what was opened for it.
        return f"file,id={identity},path={command.add_fdset([(fd, f'{name}-source')])},append=on"
    append = f",append={onoff(source.append)}" if source.append is not None else ""
    return f"file,id={identity},path={escape_comma(source.path)}{append}"


def _agent(device: Any, identity: str) -> str:
    source = _first(device)
    text = f"qemu-vdagent,id={identity},name=vdagent"
    if source.clipboard is not None:
        text += f",clipboard={onoff(source.clipboard.copypaste)}"
    if source.mouse is not None:
        text += f",mouse={onoff(source.mouse.mode == 'client')}"
    return text


def add_chardev(
    command: Command, device: Any, name: str, context: CommandContext, *, spice_name: str = "vdagent"
) -> str:
    """The -chardev of a device; returns its id. `spice_name`: which channel of the SPICE server."""
    identity, kind, source = f"char{name}", device.type, _first(device)
    match kind:
        case "null" | "vc" | "pty" | "stdio":
            text = f"{kind},id={identity}"
        case "dev":
            backend = "parport" if type(device).__name__ == "Parallel" else "serial"
            text = f"{backend},id={identity},path={escape_comma(source.path)}"
        case "pipe":
            text = f"pipe,id={identity},path={escape_comma(source.path)}"
        case "file":
            text = _file(command, device, identity, name, context)
        case "tcp":
            text = _tcp(command, device, identity, name, context)
        case "udp":
            text = _udp(device, identity)
        case "unix":
            text = _unix(command, device, identity, context)
        case "spicevmc":
            text = f"spicevmc,id={identity},name={spice_name}"
        case "spiceport" | "dbus":
            text = f"{kind},id={identity},name={escape_comma(source.channel)}"
        case "qemu-vdagent":
            text = _agent(device, identity)
        case _:
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"unsupported chardev type '{kind}'")
    log = device.log
    if log is not None and log.file:
        fd = context.resources.open_output(log.file, append=log.append, log=True)
        if fd is not None:
            text += f",logfile={command.add_fdset([(fd, f'{name}-log')])},logappend=on"
        else:
            text += f",logfile={escape_comma(log.file)}"
            if log.append is not None:
                text += f",logappend={onoff(log.append)}"
    command.add("-chardev", text)
    return identity
