"""What every guest device has in common: boot order, alias, ROM, ACPI index and its address on a bus.

`Device` is the base of all device classes, `BootDevice` of those that can boot a guest, `RomDevice` of those that can bring
the ROM for it. Their fields are written behind the device's own (`tail=True`). An address element tells its family by its
own `type` attribute; each family is one class, so `isinstance(disk.address, PciAddress)` asks what `address.type == "pci"`
would.
"""

from __future__ import annotations

import re
from typing import ClassVar
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import (
    ON_OFF,
    UINT,
    YES_NO,
    Element,
    FormatContext,
    Hex,
    ParseContext,
    XmlError,
    attr,
    child,
    choice,
)
from purevirt.model.schema_text import (
    ABSOLUTE_PATH,
    ALIAS_NAME,
    CSSID,
    DEVNO,
    LOWER_HEX,
    NOTHING,
    PCI_FUNCTION,
    PCI_SLOT,
    POSITIVE,
    SSID,
    UINT8,
    UINT16,
    UINT32,
    matching,
)
from purevirt.types.override import override

USER_ALIAS_PREFIX = "ua-"
_ALIAS = re.compile(r"[A-Za-z0-9_-]+\Z")


def is_user_alias(name: str) -> bool:
    """Whether an alias was chosen by the user, and so belongs to the inactive definition too."""
    return name.startswith(USER_ALIAS_PREFIX) and _ALIAS.match(name) is not None


_UINT_MAX = 2**32 - 1
_ULONG_MAX = 2**64 - 1


_DRIVE_RNG = matching("[0-9]{1,2}")
_REG_RNG = matching("(0x)?[0-9a-fA-F]{1,8}")
_USB_PORT = "(0x)?[0-9a-fA-F]{1,3}"


class Address(Element, tag="address"):
    """The base of all address families."""

    type: str = attr()


class ZpciAddress(Element, tag="zpci"):
    """The s390 identifiers of a PCI function."""

    uid: int | None = attr(Hex(4, _UINT_MAX), doc="1 to 0xffff, unique in the guest", rng=UINT16)
    fid: int | None = attr(Hex(8, _UINT_MAX), doc="unique in the guest", rng=UINT32)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """Both identifiers are written as soon as one is known; the one still to be assigned as 0."""
        if self.uid is not None or self.fid is not None:
            out.append(f"{pad}<zpci uid='0x{self.uid or 0:04x}' fid='0x{self.fid or 0:08x}'/>\n")


class PciAddress(Address, tag="address"):
    """domain:bus:slot.function; all four None means "on PCI, still to be placed"."""

    type: str = attr(default="pci", needed=True)

    domain: int | None = attr(Hex(4, _UINT_MAX), rng=UINT32)
    bus: int | None = attr(Hex(2, _UINT_MAX), rng=UINT8)
    slot: int | None = attr(Hex(2, _UINT_MAX), rng=PCI_SLOT)
    function: int | None = attr(Hex(1, _UINT_MAX), rng=PCI_FUNCTION)
    multifunction: bool | None = attr(ON_OFF)
    zpci: ZpciAddress | None = child(ZpciAddress)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Check the ranges; complete a partly given address, forget one that is all zero (not yet placed)."""
        if not (self.domain or self.bus or self.slot):
            self.domain = self.bus = self.slot = self.function = None
            return
        check_pci_ranges(self.bus or 0, self.slot or 0, self.function or 0)
        self.domain = self.domain or 0
        self.bus = self.bus or 0
        self.slot = self.slot or 0
        self.function = self.function or 0

    @property
    def is_placed(self) -> bool:
        """Whether the address names a place, as opposed to asking for one."""
        return bool(self.domain or self.bus or self.slot)

    @override
    def __str__(self) -> str:
        """0000:00:1f.2, as in libvirt's messages and sysfs."""
        return f"{self.domain or 0:04x}:{self.bus or 0:02x}:{self.slot or 0:02x}.{self.function or 0:x}"


def check_pci_ranges(bus: int, slot: int, function: int) -> None:
    """Raise XML_ERROR for a PCI address part that is out of range."""
    for name, value, limit, limit_text in (
        ("bus", bus, 0xFF, "0xFF"),
        ("slot", slot, 0x1F, "0x1F"),
    ):
        if value > limit:
            raise XmlError(f"Invalid PCI address {name}='0x{value:x}', must be <= {limit_text}", domain=ErrorDomain.NONE)
    if function > 7:
        raise XmlError(f"Invalid PCI address function=0x{function:x}, must be <= 7", domain=ErrorDomain.NONE)


def check_multifunction(node: Node) -> None:
    """Raise XML_ERROR for a bad `multifunction`, which is read past where a PCI address of the host stands."""
    word = node.get("multifunction")
    if word is not None and word not in ("on", "off"):
        text = f"Invalid value for attribute 'multifunction' in element 'address': '{word}'."
        raise XmlError(text, hint="allowed: on, off", domain=ErrorDomain.XML)


class DriveAddress(Address, tag="address"):
    """A place on a disk controller."""

    type: str = attr(default="drive", needed=True)

    controller: int = attr(UINT, default=0, rng=_DRIVE_RNG)
    bus: int = attr(UINT, default=0, rng=_DRIVE_RNG)
    target: int = attr(UINT, default=0, rng=_DRIVE_RNG)
    unit: int = attr(UINT, default=0, rng=matching("[0-9]{1,5}"))


class VirtioSerialAddress(Address, tag="address"):
    """A port of a virtio-serial controller."""

    type: str = attr(default="virtio-serial", needed=True)

    controller: int = attr(UINT, default=0, needed=True, rng=_DRIVE_RNG)
    bus: int = attr(UINT, default=0, rng=_DRIVE_RNG)
    port: int = attr(UINT, default=0, rng=_DRIVE_RNG)


class CcidAddress(Address, tag="address"):
    """A slot of a smart card reader."""

    type: str = attr(default="ccid", needed=True)

    controller: int = attr(UINT, default=0, needed=True, rng=_DRIVE_RNG)
    slot: int = attr(UINT, default=0, rng=_DRIVE_RNG)


class UsbPort:
    """Codec of a USB port path: up to four numbers below 256, joined by dots (`1.2.3`)."""

    safe = True
    rng = matching(rf"({_USB_PORT}\.){{0,3}}{_USB_PORT}")
    _MAX_DEPTH = 4

    def parse(self, text: str) -> str:
        """The canonical path; ValueError when it is none."""
        parts = text.split(".")
        if len(parts) > self._MAX_DEPTH or not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError(text)
        return ".".join(str(int(part)) for part in parts)

    def format(self, value: str) -> str:
        """The path as it is."""
        return value


class UsbAddress(Address, tag="address"):
    """A port on a USB bus; without a port the bus alone is asked for."""

    type: str = attr(default="usb", needed=True)

    bus: int = attr(UINT, default=0, needed=True, rng=matching(_USB_PORT))
    port: str | None = attr(UsbPort(), error=(ErrorCode.INTERNAL_ERROR, "Cannot parse <address> 'port' attribute"))


class SpaprVioAddress(Address, tag="address"):
    """A register on the sPAPR virtual I/O bus."""

    type: str = attr(default="spapr-vio", needed=True)

    reg: int | None = attr(Hex(8, _ULONG_MAX), rng=_REG_RNG)


class CcwAddress(Address, tag="address"):
    """An s390 channel subsystem address: all three parts, or none while it is still to be placed."""

    schema_cases = (
        dict.fromkeys(("cssid", "ssid", "devno"), "present"),
        dict.fromkeys(("cssid", "ssid", "devno"), "absent"),
    )

    type: str = attr(default="ccw", needed=True)

    cssid: int | None = attr(Hex(1, _UINT_MAX), rng=CSSID)
    ssid: int | None = attr(Hex(1, _UINT_MAX), rng=SSID)
    devno: int | None = attr(Hex(4, _UINT_MAX), rng=DEVNO)

    MAX_CSSID: ClassVar[int] = 0xFE
    MAX_SSID: ClassVar[int] = 3
    MAX_DEVNO: ClassVar[int] = 0xFFFF

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Refuse a partial or out-of-range address."""
        given = [part for part in (self.cssid, self.ssid, self.devno) if part is not None]
        if not given:
            return
        if len(given) < 3:
            raise XmlError(
                "Invalid partial specification for virtio ccw address", ErrorCode.INTERNAL_ERROR, domain=ErrorDomain.DEVICE
            )
        cssid, ssid, devno = given
        if cssid > self.MAX_CSSID or ssid > self.MAX_SSID or devno > self.MAX_DEVNO:
            raise XmlError(
                f"Invalid specification for virtio ccw address: cssid='0x{cssid:x}' ssid='0x{ssid:x}' devno='0x{devno:04x}'",
                ErrorCode.INTERNAL_ERROR,
            )

    @override
    def __str__(self) -> str:
        """fe.0.0001, as in QEMU's devno property."""
        return f"{self.cssid or 0:x}.{self.ssid or 0:x}.{self.devno or 0:04x}"


class VirtioMmioAddress(Address, tag="address"):
    """On the memory-mapped virtio transport; the place is the machine's."""

    type: str = attr(default="virtio-mmio", needed=True)


class IsaAddress(Address, tag="address"):
    """ISA resources."""

    type: str = attr(default="isa", needed=True)

    iobase: int | None = attr(Hex(1, _UINT_MAX), rng=matching("0x[a-fA-F0-9]{1,4}"))
    irq: int | None = attr(Hex(1, _UINT_MAX), rng=matching("0x[a-fA-F0-9]"))


class DimmAddress(Address, tag="address"):
    """A memory module's slot and, once plugged, its guest physical address."""

    type: str = attr(default="dimm", needed=True)

    slot: int = attr(UINT, required=True, needed=False)
    base: int | None = attr(Hex(1, _ULONG_MAX), omit=0, rng=LOWER_HEX)


class UnassignedAddress(Address, tag="address"):
    """A host device kept out of the guest (allowed for hostdevs only)."""

    type: str = attr(default="unassigned", needed=True)


class VirtioS390Address(Address, tag="address"):
    """The retired s390 virtio bus."""

    type: str = attr(default="virtio-s390", needed=True, rng=NOTHING)


ADDRESS_TYPES: dict[str | None, type[Address]] = {
    "pci": PciAddress,
    "drive": DriveAddress,
    "virtio-serial": VirtioSerialAddress,
    "ccid": CcidAddress,
    "usb": UsbAddress,
    "spapr-vio": SpaprVioAddress,
    "virtio-s390": VirtioS390Address,
    "ccw": CcwAddress,
    "virtio-mmio": VirtioMmioAddress,
    "isa": IsaAddress,
    "dimm": DimmAddress,
    "unassigned": UnassignedAddress,
}


class Boot(Element, tag="boot"):
    """The device's place in the boot order (1 is first) and, on s390, its boot menu entry."""

    order: int = attr(UINT, required=True, nonzero=True, rng=POSITIVE)
    loadparm: str | None = attr(rng=matching(r"[a-zA-Z0-9.\s]{1,8}"))

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """One to eight capital letters, digits, dots and blanks."""
        if self.loadparm is None:
            return
        parameter = self.loadparm = self.loadparm.upper()
        if not 1 <= len(parameter) <= 8:
            raise XmlError(f"loadparm value '{parameter}' must be between 1 and 8 characters", ErrorCode.INTERNAL_ERROR)
        if not all(c.isascii() and (c.isalnum() or c in ". ") for c in parameter):
            raise XmlError(
                f"invalid loadparm value '{parameter}', expecting chars in set of [a-zA-Z0-9.] and blank spaces",
                ErrorCode.INTERNAL_ERROR,
            )


class Alias(Element, tag="alias"):
    """The device's name in the running guest; names that start with `ua-` are the user's."""

    name: str | None = attr(needed=True, rng=ALIAS_NAME)

    @override
    def shown(self, ctx: FormatContext) -> bool:
        """A generated alias belongs to the running guest alone."""
        return bool(self.name) and (not ctx.inactive or is_user_alias(self.name or ""))


class UsbMaster(Element, tag="master"):
    """Companion controllers of one USB bus: the first port of this one."""

    startport: int | None = attr(UINT, needed=True, rng=UsbPort.rng)


class Rom(Element, tag="rom"):
    """The PCI option ROM."""

    enabled: bool | None = attr(YES_NO)
    bar: bool | None = attr(ON_OFF)
    file: str | None = attr(rng=ABSOLUTE_PATH)


class AcpiIndex(Element, tag="acpi"):
    """The onboard instance number by which a guest names its interfaces."""

    index: int | None = attr(UINT, omit=0)


class Device(Element, tail=True):
    """What the information part of every device holds; subclasses put their own fields before these."""

    schema_hides: ClassVar[tuple[str, ...]] = ("master",)

    # A device that is there can be plugged in or out; what it is like is settled until the next start.
    changes = "next"

    alias: Alias | None = child(Alias)
    master: UsbMaster | None = child(UsbMaster)
    acpi: AcpiIndex | None = child(AcpiIndex)
    address: Address | None = choice(
        "@type",
        ADDRESS_TYPES,
        tag="address",
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown address type '%s'"),
        missing=(ErrorCode.INTERNAL_ERROR, "No type specified for device address"),
    )

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Keep only what this kind of definition may have."""
        if self.alias is not None and (not self.alias.name or (ctx.inactive and not is_user_alias(self.alias.name))):
            self.alias = None


class BootDevice(Device, tail=True):
    """A device that a guest can boot from; `<boot>` of any other is ignored."""

    boot: Boot | None = child(Boot)


class RomDevice(BootDevice, tail=True):
    """A device that can bring an option ROM; `<rom>` of any other is ignored."""

    rom: Rom | None = child(Rom)


# The ROM stands behind the alias.
_PLACES = ("boot", "alias", "master", "rom", "acpi", "address")
RomDevice._fields = tuple(sorted(RomDevice._fields, key=lambda field: _PLACES.index(field.name)))
