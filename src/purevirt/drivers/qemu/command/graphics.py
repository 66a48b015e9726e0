"""Displays: -vnc, -spice, -display. Passwords never stand here; `graphics_passwords` says what the monitor is told."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.credentials import add_tls
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import escape_comma
from purevirt.drivers.qemu.command.settings import QemuSettings
from purevirt.errors import ErrorCode, VirtError


def add_graphics(command: Command, domain: Any, context: CommandContext) -> None:
    """Every display in order."""
    add = {"vnc": _vnc, "spice": _spice, "sdl": _sdl, "egl-headless": _egl_headless, "dbus": _dbus}
    for item in domain.devices.graphics:
        if item.type not in add:
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"unsupported graphics type '{item.type}'")
        add[item.type](command, domain, item, context)


def wanted_ports(item: Any, settings: QemuSettings) -> tuple[bool, bool]:
    """Whether a plain and an encrypted port are to be chosen for a display that leaves the choice to us."""
    if not item.autoport or item.type not in ("vnc", "spice") or (item.listens and item.listens[0].type != "address"):
        return False, False
    if item.type == "vnc":
        return True, False
    modes = {channel.mode for channel in item.channels} | {item.default_mode or "any"}
    plain = "insecure" in modes or item.default_mode in (None, "any")
    secure = "secure" in modes or (settings.spice_tls and item.default_mode in (None, "any"))
    return plain, secure


def password_of(item: Any, settings: QemuSettings) -> str | None:
    """The password that clients of a VNC or SPICE server must give; None = none is asked for."""
    default = settings.vnc_password if item.type == "vnc" else settings.spice_password
    password: str | None = item.passwd if item.passwd is not None else default
    return password


def _settled(item: Any) -> Any:
    if not item.listens:
        raise VirtError(ErrorCode.INTERNAL_ERROR, "missing listen element")
    return item.listens[0]


def _onoff(value: bool) -> str:
    return "on" if value else "off"


def _rendernode(item: Any, context: CommandContext) -> str | None:
    chosen = item.gl.rendernode if item.gl is not None else None
    return chosen or context.render_node


# -- VNC -------------------------------------------------------------------------------------------------------------
def _vnc_audio(domain: Any, item: Any) -> str:
    audios = domain.devices.audios
    if item.audio is not None:
        if not any(audio.id == item.audio.id for audio in audios):
            raise VirtError(ErrorCode.INTERNAL_ERROR, f"unable to find audio backend for VNC ID {item.audio.id}")
        return f",audiodev=audio{item.audio.id}"
    return f",audiodev=audio{audios[0].id}" if audios else ""


def _vnc_where(item: Any, context: CommandContext) -> str:
    listen = _settled(item)
    if listen.type == "none":
        return "none"
    if listen.type == "socket" or (context.settings.vnc_auto_unix_socket and not listen.address):
        return f"vnc=unix:{escape_comma(listen.socket or f'{context.lib_dir}/vnc.sock')}"
    port = item.port or 5900
    if port < 5900:
        raise VirtError(ErrorCode.INTERNAL_ERROR, "vnc port must be in range [5900,65535]")
    host = listen.address or context.settings.vnc_listen
    return f"[{host}]:{port - 5900}" if ":" in host else f"{host}:{port - 5900}"


def _vnc(command: Command, domain: Any, item: Any, context: CommandContext) -> None:
    settings = context.settings
    text = _vnc_where(item, context)
    if text[:1] not in ("n", "v") and item.websocket:
        text += f",websocket={item.websocket}" if item.websocket > 0 else ",websocket=on"
    if item.share_policy:
        text += f",share={item.share_policy}"
    if password_of(item, settings) is not None:
        text += ",password=on"
    if settings.vnc_tls:
        directory = settings.vnc_tls_x509_cert_dir or settings.default_tls_x509_cert_dir
        add_tls(command, context, "vnc-tls-creds0", directory=directory, server=True, verify=settings.vnc_tls_x509_verify,
                secret_uuid=settings.vnc_tls_x509_secret_uuid)  # fmt: skip
        text += ",tls-creds=vnc-tls-creds0"
    if settings.vnc_sasl:
        text += ",sasl=on"
        _sasl_configuration(command, settings.vnc_sasl_dir)
    if item.power_control is not None:
        text += f",power-control={_onoff(item.power_control)}"
    command.add("-vnc", text + _vnc_audio(domain, item))
    if item.keymap:
        command.add("-k", item.keymap)


def _sasl_configuration(command: Command, directory: str | None) -> None:
    if directory:
        command.env.append(("SASL_CONF_PATH", directory))


# -- SPICE -----------------------------------------------------------------------------------------------------------
def _spice_ports(item: Any, context: CommandContext) -> tuple[list[str], bool, bool]:
    """The address, and whether there are a plain and an encrypted channel."""
    settings, listen = context.settings, _settled(item)
    if listen.type == "socket" or (settings.spice_auto_unix_socket and listen.type == "address" and not listen.address):
        path = listen.socket or f"{context.lib_dir}/spice.sock"
        return ["unix", f"addr={escape_comma(path)}"], False, False
    if listen.type == "none":
        return ["port=0"], False, False
    plain = bool(item.port and item.port > 0)
    secure = bool(item.tls_port and item.tls_port > 0)
    parts = []
    if plain or not secure:
        parts.append(f"port={item.port if plain else 0}")
    if secure:
        if not settings.spice_tls:
            raise VirtError(
                ErrorCode.CONFIG_UNSUPPORTED, "spice TLS port set in XML configuration, but TLS is disabled in qemu.conf"
            )
        parts.append(f"tls-port={item.tls_port}")
    if plain or secure:
        parts.append(f"addr={listen.address or settings.spice_listen}")
    return parts, plain, secure


def _no_channel(what: str, kind: str) -> VirtError:
    return VirtError(
        ErrorCode.CONFIG_UNSUPPORTED, f"spice {what} in XML configuration, but {kind} connection is not available"
    )


def _spice_channels(item: Any, plain: bool, secure: bool) -> list[str]:
    parts = []
    if item.default_mode == "secure":
        if not secure:
            raise _no_channel("defaultMode secure requested", "TLS")
        parts.append("tls-channel=default")
    elif item.default_mode == "insecure":
        if not plain:
            raise _no_channel("defaultMode insecure requested", "plaintext")
        parts.append("plaintext-channel=default")
    for channel in item.channels:
        if channel.mode == "secure":
            if not secure:
                raise _no_channel("secure channels set", "TLS")
            parts.append(f"tls-channel={channel.name}")
        elif channel.mode == "insecure":
            if not plain:
                raise _no_channel("insecure channels set", "plaintext")
            parts.append(f"plaintext-channel={channel.name}")
    return parts


def _spice(command: Command, domain: Any, item: Any, context: CommandContext) -> None:
    settings = context.settings
    parts, plain, secure = _spice_ports(item, context)
    if settings.spice_sasl:
        parts.append("sasl=on")
        _sasl_configuration(command, settings.spice_sasl_dir)
    if item.mouse is not None:
        parts.append(f"agent-mouse={'off' if item.mouse.mode == 'server' else 'on'}")
    if password_of(item, settings) is None:
        parts.append("disable-ticketing=on")
    if secure:
        directory = settings.spice_tls_x509_cert_dir or settings.default_tls_x509_cert_dir
        parts.append(f"x509-dir={escape_comma(directory or '')}")
    parts += _spice_channels(item, plain, secure)
    if item.image is not None:
        parts.append(f"image-compression={item.image.compression}")
    if item.jpeg is not None:
        parts.append(f"jpeg-wan-compression={item.jpeg.compression}")
    if item.zlib is not None:
        parts.append(f"zlib-glz-wan-compression={item.zlib.compression}")
    if item.playback is not None:
        parts.append(f"playback-compression={_onoff(item.playback.compression)}")
    if item.streaming is not None:
        parts.append(f"streaming-video={item.streaming.mode}")
    if item.clipboard is not None and not item.clipboard.copypaste:
        parts.append("disable-copy-paste=on")
    if item.filetransfer is not None and not item.filetransfer.enable:
        parts.append("disable-agent-file-xfer=on")
    if item.gl is not None and item.gl.enable:
        parts.append("gl=on")
        node = _rendernode(item, context)
        if node:
            parts.append(f"rendernode={escape_comma(node)}")
    parts.append("seamless-migration=on")
    command.add("-spice", ",".join(parts))
    if item.keymap:
        command.add("-k", item.keymap)


# -- others ----------------------------------------------------------------------------------------------------------
def _sdl(command: Command, domain: Any, item: Any, context: CommandContext) -> None:
    if item.xauth:
        command.env.append(("XAUTHORITY", item.xauth))
    if item.display:
        command.env.append(("DISPLAY", item.display))
    gl = f",gl={_onoff(item.gl.enable)}" if item.gl is not None and item.gl.enable is not None else ""
    command.add("-display", "sdl" + gl)
    if item.fullscreen:
        command.add("-full-screen")


def _egl_headless(command: Command, domain: Any, item: Any, context: CommandContext) -> None:
    text, node = "egl-headless", _rendernode(item, context)
    if node:
        text += f",rendernode={escape_comma(node)}"
    command.add("-display", text)


def _dbus(command: Command, domain: Any, item: Any, context: CommandContext) -> None:
    text = "dbus"
    if item.p2p:
        text += ",p2p=on"
    else:
        text += f",addr={escape_comma(item.bus_address or f'unix:path={context.dbus_socket}')}"
    if item.gl is not None and item.gl.enable is not None:
        text += f",gl={_onoff(item.gl.enable)}"
        node = _rendernode(item, context) if item.gl.enable else None
        if node:
            text += f",rendernode={escape_comma(node)}"
    if item.audio is not None:
        if not any(audio.id == item.audio.id for audio in domain.devices.audios):
            raise VirtError(ErrorCode.INTERNAL_ERROR, f"unable to find audio backend for D-Bus ID {item.audio.id}")
        text += f",audiodev=audio{item.audio.id}"
    command.add("-display", text)


# -- passwords -------------------------------------------------------------------------------------------------------
def graphics_passwords(domain: Any, settings: QemuSettings) -> list[tuple[str, dict[str, Any]]]:
    """Monitor commands that put the passwords in force, before the guest runs."""
    commands: list[tuple[str, dict[str, Any]]] = []
    for item in domain.devices.graphics:
        if item.type not in ("vnc", "spice"):
            continue
        password = password_of(item, settings)
        if password is None:
            continue
        arguments: dict[str, Any] = {"protocol": item.type, "password": password}
        if item.connected:
            arguments["connected"] = item.connected
        commands.append(("set_password", arguments))
        commands.append(("expire_password", {"protocol": item.type, "time": _expiry(item)}))
    return commands


def _expiry(item: Any) -> str:
    """When the password ends: seconds since 1970, "never", or "now" for an empty default."""
    from datetime import UTC, datetime

    if item.passwd is not None and item.passwd_valid_to:
        when = datetime.strptime(item.passwd_valid_to, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
        return str(int(when.timestamp()))
    return "never"
