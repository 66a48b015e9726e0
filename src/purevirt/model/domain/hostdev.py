"""`<hostdev>`: devices of the host handed to the guest: USB, PCI, SCSI, vhost-SCSI, mediated; container capabilities."""

from __future__ import annotations

import re
from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import (
    ON_OFF,
    UINT,
    ULONG,
    UUID,
    YES_NO,
    Case,
    Element,
    FormatContext,
    Int,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    choice,
    flag,
    leaf,
    own_forms,
    write_element,
)
from purevirt.model.domain.device import DriveAddress, RomDevice, UnassignedAddress
from purevirt.model.domain.interface import InterfaceHostdevDriver, Teaming
from purevirt.model.domain.interface_source import GuestIp, UsbProduct, UsbVendor
from purevirt.model.ip_route import Route
from purevirt.model.lenient import Silent
from purevirt.model.schema_text import ABSOLUTE_PATH, DEVICE_NAME, PORT, USB_NUMBER, matching, one_of, words
from purevirt.model.storage_network import Auth, Initiator, SourceHost
from purevirt.model.storage_source import HostPciAddress, SourcePrivateData
from purevirt.types.override import override

HostdevMode = Literal["subsystem", "capabilities"]
SubsystemType = Literal["usb", "pci", "scsi", "scsi_host", "mdev"]
CapabilitiesType = Literal["storage", "misc", "net"]
HostdevType = Literal[SubsystemType, CapabilitiesType]
HostdevModel = Literal["vfio-pci", "vfio-ccw", "vfio-ap", "virtio", "virtio-transitional", "virtio-non-transitional"]
StartupPolicy = Literal["default", "mandatory", "requisite", "optional"]
GuestReset = Literal["default", "off", "uninitialized", "on"]
SgIo = Literal["filtered", "unfiltered"]

_WWPN = re.compile(r"naa\.[0-9a-fA-F]{16}\Z")
_MDEV_MODELS = ("vfio-pci", "vfio-ccw", "vfio-ap")
_SCSI_HOST_MODELS = ("virtio", "virtio-transitional", "virtio-non-transitional")


_ANY_BASE = Int(0, 2**32 - 1, "non-negative integer value", base=0)


class UsbDeviceAddress(Element, tag="address"):
    """Where the device is plugged now; `port` follows it over re-plugging in live documents."""

    bus: int = attr(_ANY_BASE, required=True, rng=USB_NUMBER)
    device: int = attr(_ANY_BASE, required=True, rng=USB_NUMBER)


class UsbSource(Element, tag="source"):
    """A USB device by vendor and product, or by bus and device."""

    schema_hides = ("missing",)
    schema_cases = (
        {"vendor": "present", "product": "present"},
        {"vendor": "absent", "product": "absent", "address": "present"},
    )

    startup_policy: StartupPolicy | None = attr(
        StartupPolicy, name="startupPolicy", omit="default", rng=words(StartupPolicy, "default")
    )
    guest_reset: GuestReset | None = attr(GuestReset, name="guestReset", omit="default", rng=words(GuestReset, "default"))
    missing: bool | None = attr(Silent(YES_NO), only="live", omit=False)
    vendor: UsbVendor | None = child(UsbVendor)
    product: UsbProduct | None = child(UsbProduct)
    address: UsbDeviceAddress | None = child(UsbDeviceAddress)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Vendor and product go together."""
        if self.vendor is not None and self.product is None:
            raise XmlError("missing product", ErrorCode.INTERNAL_ERROR)
        if self.vendor is None and self.product is not None:
            raise XmlError("missing vendor", ErrorCode.INTERNAL_ERROR)


class OriginalStates(Element, tag="origstates"):
    """What must be undone when a managed PCI device comes back; status documents only."""

    unbind: bool = flag()
    removeslot: bool = flag()
    reprobe: bool = flag()


class PciSource(Element, tag="source"):
    """A PCI function of the host."""

    startup_policy: StartupPolicy | None = attr(
        StartupPolicy, name="startupPolicy", omit="default", rng=words(StartupPolicy, "default")
    )
    write_filtering: bool | None = attr(YES_NO, name="writeFiltering")
    address: HostPciAddress = child(HostPciAddress, keep=True, needed=True)
    origstates: OriginalStates | None = child(OriginalStates, only="status")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Without an address the first function of the first bus is meant, as libvirt reads it."""
        given: HostPciAddress | None = self.address
        if given is None:
            self.address = HostPciAddress()


class ScsiAdapter(Element, tag="adapter"):
    """A SCSI host adapter by name (scsi_host0)."""

    schema_also = {"type": attr(rng=one_of("scsi_host"))}

    name: str | None = attr(needed=True)


class ScsiAddress(Element, tag="address"):
    """A logical unit of the adapter."""

    bus: int = attr(UINT, required=True, rng=matching("[0-9]{1,2}"))
    target: int = attr(UINT, required=True, rng=matching("[0-9]{1,10}"))
    unit: int = attr(ULONG, required=True, rng=matching("[0-9]{1,20}"))


class ScsiSource(Element, tag="source"):
    """A SCSI device of an adapter of the host, or of an iSCSI target."""

    schema_cases = own_forms(
        {"protocol": ("adapter", None), "adapter": "present", "address": "present"},
        {"protocol": ("iscsi",), "name": "present", "hosts": "present", "auth": "optional", "initiator": "optional"},
    )

    protocol: str | None = attr(omit="adapter", rng="<choice><value>adapter</value><value>iscsi</value></choice>")
    name: str | None = attr()
    adapter: ScsiAdapter | None = child(ScsiAdapter)
    address: ScsiAddress | None = child(ScsiAddress)
    hosts: list[SourceHost] = children(
        SourceHost, here={"name": "<text/>", "transport": "absent", "socket": "absent", "port": PORT}
    )
    private_data: SourcePrivateData | None = child(SourcePrivateData, only="status")
    auth: Auth | None = child(Auth)
    initiator: Initiator | None = child(Initiator)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Check what each protocol needs, forget the other's."""
        if self.protocol not in (None, "adapter", "iscsi"):
            raise XmlError(f"Unknown SCSI subsystem protocol '{self.protocol}'", ErrorCode.CONFIG_UNSUPPORTED)
        if self.protocol == "iscsi":
            self.adapter = self.address = None
            self._check_iscsi()
            return
        self.name = self.auth = self.initiator = None
        self.hosts = []
        if self.address is None:
            raise XmlError("'address' must be specified for scsi hostdev source")
        if self.adapter is None or not self.adapter.name:
            raise XmlError("'adapter' name must be specified for scsi hostdev source")

    def _check_iscsi(self) -> None:
        if not self.name:
            raise XmlError("missing iSCSI hostdev source path name")
        if not self.hosts:
            raise XmlError("missing the host address for the iSCSI hostdev")
        if len(self.hosts) > 1:
            raise XmlError("only one source host address may be specified for the iSCSI hostdev")
        if self.name is not None and "/" not in self.name:
            self.name += "/0"


class ScsiHostSource(Element, tag="source"):
    """A vhost-SCSI target by its world wide port name."""

    protocol: str = attr(required=True, missing="Missing scsi_host subsystem protocol", rng="<value>vhost</value>")
    wwpn: str = attr(required=True, missing="missing vhost-scsi hostdev source wwpn", rng=matching(r"(naa\.)[0-9a-fA-F]{16}"))

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Only vhost is known; the name is `naa.` and 16 hexadecimal digits."""
        if self.protocol != "vhost":
            raise XmlError(f"Unknown scsi_host subsystem protocol '{self.protocol}'", ErrorCode.CONFIG_UNSUPPORTED)
        if not _WWPN.match(self.wwpn):
            raise XmlError("malformed 'wwpn' value")


class MdevAddress(Element, tag="address"):
    """A mediated device of the host."""

    uuid: str = attr(
        UUID,
        required=True,
        missing=(ErrorCode.CONFIG_UNSUPPORTED, "Missing 'uuid' attribute for element <address>"),
        error=(ErrorCode.INTERNAL_ERROR, "Cannot parse uuid attribute of element <address>"),
    )


class MdevSource(Element, tag="source"):
    """A mediated device."""

    address: MdevAddress = child(MdevAddress, required=True, missing=(ErrorCode.CONFIG_UNSUPPORTED, "Missing <address> element"))


class StorageCapsSource(Element, tag="source"):
    """A block device a container may use."""

    block: str = leaf(required=True, missing="Missing <block> element in hostdev storage device", rng=ABSOLUTE_PATH)


class MiscCapsSource(Element, tag="source"):
    """A character device a container may use."""

    char: str = leaf(required=True, missing="Missing <char> element in hostdev character device", rng=ABSOLUTE_PATH)


class NetCapsSource(Element, tag="source"):
    """A network interface moved into a container."""

    interface: str = leaf(required=True, missing="Missing <interface> element in hostdev net device", rng=DEVICE_NAME)


class HostdevRoute(Route, tag="route"):
    """A route of a moved interface."""

    OWNER = "Domain hostdev device"


HostdevSource = (
    UsbSource | PciSource | ScsiSource | ScsiHostSource | MdevSource | StorageCapsSource | MiscCapsSource | NetCapsSource
)
_SOURCES: dict[str | None, type[Element]] = {
    "usb": UsbSource,
    "pci": PciSource,
    "scsi": ScsiSource,
    "scsi_host": ScsiHostSource,
    "mdev": MdevSource,
    "storage": StorageCapsSource,
    "misc": MiscCapsSource,
    "net": NetCapsSource,
}
_TYPES: dict[str, tuple[str, ...]] = {
    "subsystem": ("usb", "pci", "scsi", "scsi_host", "mdev"),
    "capabilities": ("storage", "misc", "net"),
}


_SUBSYSTEM: Case = {"mode": ("subsystem", None), "managed": "optional"}
_CAPABILITIES: Case = {"mode": ("capabilities",)}


class Hostdev(RomDevice, tag="hostdev"):
    """A device of the host."""

    schema_cases = own_forms(
        {**_SUBSYSTEM, "type": ("pci",), "driver": "optional", "teaming": "optional"},
        {**_SUBSYSTEM, "type": ("usb",)},
        {**_SUBSYSTEM, "type": ("scsi",), "sgio": "optional", "rawio": "optional"},
        {**_SUBSYSTEM, "type": ("scsi_host",), "model": (*_SCSI_HOST_MODELS, None)},
        {**_SUBSYSTEM, "type": ("mdev",), "model": _MDEV_MODELS, "ramfb": "optional", "display": "optional"},
        {**_CAPABILITIES, "type": ("storage", "misc")},
        {**_CAPABILITIES, "type": ("net",), "ips": "optional", "routes": "optional"},
    )

    mode: HostdevMode = attr(
        HostdevMode, default="subsystem", error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown hostdev mode '%s'"), abi=True
    )
    type: HostdevType = attr(
        HostdevType,
        required=True,
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown host device source address type '%s'"),
        missing="missing source address type",
        abi=True,
    )
    managed: bool | None = attr(Silent(YES_NO))
    sgio: SgIo | None = attr(SgIo)
    rawio: bool | None = attr(YES_NO)
    model: HostdevModel | None = attr(HostdevModel)
    display: bool | None = attr(ON_OFF)
    ramfb: bool | None = attr(ON_OFF)
    driver: InterfaceHostdevDriver | None = child(InterfaceHostdevDriver)
    source: HostdevSource = choice(
        "type", _SOURCES, tag="source", required=True, missing="Missing <source> element in hostdev device"
    )
    ips: list[GuestIp] = children(GuestIp)
    routes: list[Route] = children(HostdevRoute)
    teaming: Teaming | None = child(Teaming)
    readonly: bool = flag()
    shareable: bool = flag()

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Check that type, model and options go together; forget what this type does not have."""
        super().after_parse(ctx)
        if self.type not in _TYPES[self.mode]:
            raise XmlError(
                f"unknown host device source address type '{self.type}'",
                ErrorCode.CONFIG_UNSUPPORTED,
                hint=f"allowed: {', '.join(_TYPES[self.mode])}",
            )
        if self.mode == "subsystem":
            self.managed = bool(self.managed)
            self.ips = []
            self.routes = []
            self._check_subsystem()
        else:
            self.managed = self.sgio = self.rawio = self.model = self.display = self.ramfb = None
            self.driver = self.teaming = None
        if self.type != "net":
            self.ips = []
            self.routes = []
        if self.type != "pci":
            self.driver = None
        if self.type != "scsi":
            self.readonly = self.shareable = False
        if self.teaming is not None and self.teaming.type is None:
            self.teaming = None

    def _check_subsystem(self) -> None:
        if self.type != "scsi":
            if self.sgio is not None:
                raise XmlError("sgio is only supported for scsi host device")
            if self.rawio is not None:
                raise XmlError("rawio is only supported for scsi host device")
        if self.type not in ("mdev", "scsi_host") and self.model is not None:
            raise XmlError("'model' attribute in <hostdev> is only supported when type='pci'")
        if self.type == "mdev":
            if self.model is None:
                raise XmlError("Missing required attribute 'model' in element 'hostdev'")
            self._require_model(_MDEV_MODELS)
        elif self.type == "scsi_host":
            self._require_model(_SCSI_HOST_MODELS)
        if self.type != "mdev":
            self.display = self.ramfb = None
        address = self.address
        if self.type == "scsi" and address is not None and not isinstance(address, (DriveAddress, UnassignedAddress)):
            raise XmlError("SCSI host device must use 'drive' address type", ErrorCode.CONFIG_UNSUPPORTED)

    def _require_model(self, allowed: tuple[str, ...]) -> None:
        if self.model is not None and self.model not in allowed:
            raise XmlError(
                f"Invalid value for attribute 'model' in element 'hostdev': '{self.model}'.",
                hint=f"allowed: {', '.join(allowed)}",
            )

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """A USB device without any identification is written with an empty body, as libvirt writes it."""
        mark = len(out)
        write_element(self, out, pad, ctx)
        if self.type == "usb" and len(out) == mark + 1 and out[mark].endswith("/>\n"):
            out[mark] = out[mark][:-3] + ">\n"
            out.append(f"{pad}</hostdev>\n")


__all__ = ["Hostdev", "HostdevSource", "MdevSource", "PciSource", "ScsiSource", "UsbSource"]
