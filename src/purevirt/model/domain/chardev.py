"""Character devices: `<serial>`, `<parallel>`, `<console>`, `<channel>`, and the host side they share with other devices.

formatdomain.html, "Consoles, serial, parallel & channel devices". The `type` of the device says what the host sees;
`sources` describe it (two for udp: where we bind and where we send), `target` is what the guest sees.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Literal, Protocol
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import (
    INT,
    LIVE,
    ON_OFF,
    STATUS,
    UINT,
    YES_NO,
    Element,
    FormatContext,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    choice,
    own_forms,
    write_element,
)
from purevirt.model.domain.device import Device
from purevirt.model.ip_address import format_ip, read_ip
from purevirt.model.schema_text import ABSOLUTE_PATH, either, words
from purevirt.model.storage_network import VhostReconnect
from purevirt.model.storage_source import DeviceSeclabel, check_seclabels
from purevirt.types.override import override

ChardevType = Literal[
    "null", "vc", "pty", "dev", "file", "pipe", "stdio", "udp", "tcp", "unix", "spicevmc", "spiceport", "nmdm",
    "qemu-vdagent", "dbus",
]  # fmt: skip
SourceMode = Literal["connect", "bind"]
ChardevProtocolType = Literal["raw", "telnet", "telnets", "tls"]
MouseMode = Literal["server", "client"]
SerialTargetType = Literal[
    "none", "isa-serial", "usb-serial", "pci-serial", "spapr-vio-serial", "system-serial", "sclp-serial", "isa-debug"
]
SerialTargetModel = Literal[
    "none", "isa-serial", "usb-serial", "pci-serial", "spapr-vty", "pl011", "16550a", "sclpconsole", "sclplmconsole",
    "isa-debugcon",
]  # fmt: skip
ConsoleTargetType = Literal["none", "serial", "xen", "uml", "virtio", "lxc", "openvz", "sclp", "sclplm"]
ChannelState = Literal["connected", "disconnected"]

BAD_TYPE = (ErrorCode.CONFIG_UNSUPPORTED, "unknown type presented to host for character device: %s")
BAD_TARGET = (ErrorCode.CONFIG_UNSUPPORTED, "unknown target type '%s' specified for character device")
BAD_PORT = (ErrorCode.XML_ERROR, "Invalid port number: %s")

_WITH_PATH = ("pty", "dev", "file", "pipe")


class Clipboard(Element, tag="clipboard"):
    """Whether the guest's clipboard is shared."""

    copypaste: bool = attr(YES_NO, required=True)


class MouseSetting(Element, tag="mouse"):
    """Who moves the pointer."""

    mode: MouseMode = attr(MouseMode, required=True)


class ChardevSource(Element, tag="source"):
    """One end on the host; which attributes mean something depends on the device's `type`."""

    mode: SourceMode | None = attr(SourceMode, doc="tcp, udp, unix", rng="<text/>")
    host: str | None = attr(doc="tcp, udp")
    service: str | None = attr(doc="tcp, udp")
    tls: bool | None = attr(YES_NO, doc="tcp")
    tls_from_config: int | None = attr(UINT, name="tlsFromConfig", only=STATUS)
    path: str | None = attr(doc="dev, file, pipe, pty, unix")
    append: bool | None = attr(ON_OFF, doc="file")
    channel: str | None = attr(doc="spiceport, dbus")
    master: str | None = attr(doc="nmdm")
    slave: str | None = attr(doc="nmdm")
    seclabels: list[DeviceSeclabel] = children(DeviceSeclabel)
    reconnect: VhostReconnect | None = child(VhostReconnect, doc="tcp, unix")
    clipboard: Clipboard | None = child(Clipboard, doc="qemu-vdagent")
    mouse: MouseSetting | None = child(MouseSetting, doc="qemu-vdagent")


class ChardevProtocol(Element, tag="protocol"):
    """What is spoken over a tcp connection."""

    type: ChardevProtocolType = attr(
        ChardevProtocolType, default="raw", error=(ErrorCode.CONFIG_UNSUPPORTED, "Unknown protocol '%s'")
    )


class ChardevLog(Element, tag="log"):
    """A file that gets a copy of the output."""

    file: str | None = attr(rng=ABSOLUTE_PATH, needed=True)
    append: bool | None = attr(ON_OFF)


class HasSources(Protocol):
    """What the host side of a character device is made of, in whatever element it stands."""

    type: Any
    sources: list[ChardevSource]
    protocol: ChardevProtocol | None
    log: ChardevLog | None


def check_source_nodes(kind: str | None, node: Node) -> None:
    """Refuse more sources, protocols or logs than the type can use."""
    allowed = 2 if kind == "udp" else 1
    if len(node.findall("source")) > allowed:
        many = "only two source elements are" if allowed == 2 else "only one source element is"
        raise XmlError(f"{many} allowed for character device", node=node)
    for tag in ("protocol", "log"):
        if len(node.findall(tag)) > 1:
            raise XmlError(f"only one {tag} element is allowed for character device", node=node)


def normalise_sources(device: HasSources, kind: str | None) -> None:
    """Keep what the type uses, fill in what it implies: the mode `connect`, the protocol `raw`."""
    kept: list[ChardevSource] = []
    for source in device.sources:
        check_seclabels(source.seclabels)
        plain = _kept(source, kind)
        if plain is not None:
            kept.append(plain)
    if kind == "udp":
        kept = _bind_first(kept)
    device.sources = kept
    if kind != "tcp":
        device.protocol = None
    elif device.protocol is None and kept:
        device.protocol = ChardevProtocol()
    if device.log is not None and device.log.file is None:
        device.log = None


def _kept(source: ChardevSource, kind: str | None) -> ChardevSource | None:
    mode = source.mode or "connect"
    if kind in _WITH_PATH:
        if source.path is None:
            return None
        return ChardevSource(path=source.path, append=source.append, seclabels=source.seclabels)
    if kind == "unix":
        if source.path is None:
            return None
        return ChardevSource(mode=mode, path=source.path, seclabels=source.seclabels, reconnect=source.reconnect)
    if kind == "tcp":
        return ChardevSource(
            mode=mode, host=source.host, service=source.service, tls=source.tls, tls_from_config=source.tls_from_config,
            reconnect=source.reconnect,
        )  # fmt: skip
    if kind == "udp":
        if source.host is None and source.service is None:
            return None
        return ChardevSource(mode=mode, host=source.host, service=source.service)
    if kind in ("spiceport", "dbus"):
        return ChardevSource(channel=source.channel)
    if kind == "nmdm":
        return ChardevSource(master=source.master, slave=source.slave)
    if kind == "qemu-vdagent":
        return ChardevSource(clipboard=source.clipboard, mouse=source.mouse)
    return None


def _bind_first(sources: list[ChardevSource]) -> list[ChardevSource]:
    bound = [s for s in sources if s.mode == "bind"][:1]
    return bound + [s for s in sources if s.mode != "bind"][:1]


def source_problem(device: HasSources) -> tuple[int, str] | None:
    """What is missing for the type to work, as (code, text); None when complete. The validation stage asks."""
    kind = device.type
    source = device.sources[0] if device.sources else ChardevSource()
    if kind in ("dev", "file", "pipe", "unix") and source.path is None:
        return ErrorCode.INTERNAL_ERROR, "Missing source path attribute for char device"
    if kind == "nmdm" and (source.master is None) != (source.slave is None):
        return ErrorCode.INTERNAL_ERROR, "Should define both master and slave path attributes for nmdm device"
    if kind == "tcp" and source.host is None:
        return ErrorCode.INTERNAL_ERROR, "Missing source host attribute for char device"
    if kind == "tcp" and source.service is None:
        return ErrorCode.INTERNAL_ERROR, "Missing source service attribute for char device"
    if kind in ("tcp", "unix") and source.mode == "bind" and source.reconnect and source.reconnect.enabled is not None:
        return ErrorCode.INTERNAL_ERROR, "chardev reconnect is possible only for connect mode"
    if kind == "udp" and not any(s.mode == "connect" and s.service for s in device.sources):
        return ErrorCode.INTERNAL_ERROR, "Missing source service attribute for char device"
    if kind in ("spiceport", "dbus") and source.channel is None:
        return ErrorCode.CONFIG_UNSUPPORTED, "Missing source channel attribute for char device"
    return None


class Chardev(Device):
    """The host side, common to all character devices of their own; subclasses add the target."""

    type: ChardevType = attr(ChardevType, default="pty", error=BAD_TYPE)
    tty: str | None = attr(only=LIVE, doc="the path of a console's pty, for old readers", rng=ABSOLUTE_PATH)
    sources: list[ChardevSource] = children(ChardevSource, keep=False)
    protocol: ChardevProtocol | None = child(ChardevProtocol)
    log: ChardevLog | None = child(ChardevLog)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """As many sources as the type can use."""
        check_source_nodes(self.type, node)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Keep what the type uses."""
        Device.after_parse(self, ctx)
        tty, self.tty = self.tty, None
        if self.type == "pty" and tty and not any(s.path for s in self.sources):
            self.sources = [ChardevSource(path=tty)]
        normalise_sources(self, self.type)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """A pty's path belongs to the running guest alone; a console repeats it as `tty`."""
        write_element(self._as_written(ctx), out, pad, ctx)

    def _as_written(self, ctx: FormatContext) -> Chardev:
        if self.type != "pty" or not self.sources:
            return self
        twin = copy.copy(self)
        if ctx.inactive:
            twin.sources = []
        else:
            twin.tty = self._written_tty()
        return twin

    def _written_tty(self) -> str | None:
        return None

    @property
    def source(self) -> ChardevSource | None:
        """The first source; the only one, but for udp."""
        return self.sources[0] if self.sources else None

    @source.setter
    def source(self, value: ChardevSource | None) -> None:
        self.sources = [] if value is None else [value]


class SerialModel(Element, tag="model"):
    """The device the hypervisor emulates."""

    name: SerialTargetModel | None = attr(
        SerialTargetModel,
        omit="none",
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown target model '%s' specified for character device"),
        needed=True,
        rng=words(SerialTargetModel, "none"),
    )


_TARGET_WORDS = either(words(SerialTargetType, "none"), words(ConsoleTargetType, "none"))
"""The schema does not tell serial ports from consoles."""


class SerialTarget(Element, tag="target"):
    """A serial port: kind, number, model."""

    type: SerialTargetType | None = attr(SerialTargetType, omit="none", error=BAD_TARGET, rng=_TARGET_WORDS)
    port: int | None = attr(INT, error=BAD_PORT, rng="<text/>")
    model: SerialModel | None = child(SerialModel)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """No number is None, however it is said."""
        self.port = None if self.port == -1 else self.port


class Serial(Chardev, tag="serial"):
    """An emulated serial port."""

    schema_cases = ({"type": "present"},)

    target: SerialTarget | None = child(SerialTarget)


class ParallelTarget(Element, tag="target"):
    """The number of a parallel port."""

    port: int | None = attr(INT, error=BAD_PORT)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """No number is None, however it is said."""
        self.port = None if self.port == -1 else self.port


class Parallel(Chardev, tag="parallel"):
    """An emulated parallel port."""

    schema_cases = ({"type": "present"},)

    target: ParallelTarget | None = child(ParallelTarget, looks=SerialTarget)


class ConsoleTarget(Element, tag="target"):
    """Which console: kind and number."""

    type: ConsoleTargetType | None = attr(ConsoleTargetType, omit="none", error=BAD_TARGET)
    port: int | None = attr(INT, error=BAD_PORT)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """No number is None, however it is said."""
        self.port = None if self.port == -1 else self.port


class Console(Chardev, tag="console"):
    """A console of the guest; of target type `serial` it is the first serial port seen as one."""

    schema_cases = own_forms(
        {"tty": "optional"},
        {"type": "present", "tty": "optional", **dict.fromkeys(("sources", "protocol", "log", "target"), "optional")},
    )

    target: ConsoleTarget | None = child(ConsoleTarget, looks=SerialTarget)

    @override
    def _written_tty(self) -> str | None:
        port = self.target.port if self.target is not None else None
        return self.sources[0].path if not port else None


class ChannelTarget(Element, tag="target"):
    """The base of all channel targets; `TYPE` is their `type` attribute."""

    TYPE = ""


class NoChannelTarget(ChannelTarget):
    """No target yet."""

    TYPE = "none"


class GuestfwdTarget(ChannelTarget):
    """TCP traffic that the guest sends to an IPv4 address and port."""

    TYPE = "guestfwd"

    address: str | None = attr(needed=True)
    port: int | None = attr(UINT, needed=True, rng="<text/>")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """An IPv4 address and a port."""
        if self.address is None:
            raise XmlError("guestfwd channel does not define a target address")
        self.address = _ipv4(self.address)
        if self.port is None:
            raise XmlError("Missing required attribute 'port' in element 'target'", domain=ErrorDomain.XML)


def _ipv4(text: str) -> str:
    found = read_ip(text)
    if found is None:
        detail = f"Cannot parse socket address '{text}': Name or service not known"
        raise XmlError(detail, ErrorCode.SYSTEM_ERROR, domain=ErrorDomain.NONE)
    if found[0] != "ipv4":
        raise XmlError("guestfwd channel only supports IPv4 addresses", ErrorCode.CONFIG_UNSUPPORTED)
    return format_ip(*found)


class VirtioTarget(ChannelTarget):
    """A virtio-serial port; `state` tells whether somebody in the guest has it open."""

    TYPE = "virtio"

    name: str | None = attr()
    state: ChannelState | None = attr(ChannelState, only=LIVE)


class XenTarget(ChannelTarget):
    """A Xen channel."""

    TYPE = "xen"

    name: str | None = attr()


CHANNEL_TARGETS: Mapping[str | None, type[ChannelTarget]] = {
    cls.TYPE: cls for cls in (NoChannelTarget, GuestfwdTarget, VirtioTarget, XenTarget)
}


class Channel(Chardev, tag="channel"):
    """A private line between host and guest."""

    schema_hides = ("master", "acpi", "tty")
    schema_cases = ({"type": "present"},)

    target: ChannelTarget | None = choice(
        "@type",
        CHANNEL_TARGETS,
        tag="target",
        error=BAD_TARGET,
        missing=(ErrorCode.CONFIG_UNSUPPORTED, "unknown target type '(null)' specified for character device"),
        needed=True,
    )

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A channel has a target."""
        Chardev.after_parse(self, ctx)
        if self.target is None:
            raise XmlError("target type must be specified for channel device")
