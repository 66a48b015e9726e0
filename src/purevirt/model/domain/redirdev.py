"""`<redirdev>` and `<redirfilter>`: USB devices of the client in the guest (formatdomain.html, "Redirected devices")."""

from __future__ import annotations

from typing import Literal
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode
from purevirt.model._engine import (
    YES_NO,
    Element,
    FormatContext,
    Int,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    write_element,
)
from purevirt.model.domain.chardev import (
    ChardevLog,
    ChardevProtocol,
    ChardevSource,
    ChardevType,
    check_source_nodes,
    normalise_sources,
)
from purevirt.model.domain.device import BootDevice
from purevirt.model.storage_encryption import open_close
from purevirt.types.override import override

RedirdevBus = Literal["usb"]


class Redirdev(BootDevice, tag="redirdev"):
    """A USB port of the guest whose device is at the end of a character device."""

    schema_hides = ("acpi", "master")

    bus: RedirdevBus = attr(
        RedirdevBus, default="usb", error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown redirdev bus '%s'"), needed=True
    )
    type: ChardevType = attr(
        ChardevType,
        required=True,
        missing=(ErrorCode.INTERNAL_ERROR, "missing type in redirdev"),
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown redirdev character device type '%s'"),
    )
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
        BootDevice.after_parse(self, ctx)
        normalise_sources(self, self.type)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """Always with an end tag."""
        mark = len(out)
        write_element(self, out, pad, ctx)
        open_close(out, mark)


class UsbId(Int):
    """A USB class, vendor or product number; negative means any, and is not written."""

    def __init__(self, digits: int) -> None:
        super().__init__(-(2**31), 2**31 - 1, "integer value", base=0)
        self.digits = digits
        self.rng = f'<data type="string"><param name="pattern">-1|(0x)?[0-9a-fA-F]{{1,{digits}}}</param></data>'

    @override
    def parse(self, text: str) -> int | None:  # type: ignore[override]
        """The number, or None for any."""
        value = super().parse(text)
        return None if value < 0 else value

    @override
    def format(self, value: int) -> str:
        """Upper-case hexadecimal."""
        return f"0x{value:0{self.digits}X}"


class UsbVersion:
    """Codec of a device release, binary coded decimal: `2.56`, or -1 for any."""

    safe = True
    rng = '<data type="string"><param name="pattern">[0-9]{1,2}\\.[0-9]{1,2}|-1</param></data>'

    def parse(self, value: str) -> str | None:
        """The canonical text: no leading zero in front of the dot, two digits behind it."""
        if value == "-1":
            return None
        major, dot, minor = value.partition(".")
        if not dot or not (1 <= len(major) <= 2 and 1 <= len(minor) <= 2) or not (major + minor).isdecimal():
            raise XmlError(f"Cannot parse USB device version {value}")
        return f"{int(major)}.{minor:0<2}"

    def format(self, value: str) -> str:
        """As it is."""
        return value


class RedirfilterUsbdev(Element, tag="usbdev"):
    """One rule; None matches any."""

    class_: int | None = attr(UsbId(2))
    vendor: int | None = attr(UsbId(4), rng=UsbId(4).rng)
    product: int | None = attr(UsbId(4), rng=UsbId(4).rng)
    version: str | None = attr(UsbVersion())
    allow: bool = attr(YES_NO, required=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Class codes of USB fit a byte."""
        if self.class_ is not None and self.class_ & ~0xFF:
            raise XmlError(f"Invalid USB Class code 0x{self.class_:x}", ErrorCode.INTERNAL_ERROR)


class Redirfilter(Element, tag="redirfilter"):
    """Which devices may be redirected: the first rule that matches decides."""

    usbdevs: list[RedirfilterUsbdev] = children(RedirfilterUsbdev)

    @override
    def shown(self, ctx: FormatContext) -> bool:
        """Without rules there is no filter."""
        return bool(self.usbdevs)
