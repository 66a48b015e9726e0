"""The node device document: a device of the host and its capabilities."""

from __future__ import annotations

from typing import Literal, Self
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import (
    MAC,
    UINT,
    UUID,
    Element,
    FormatContext,
    Hex,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    choice,
    escape,
    leaf,
    text,
    write_element,
)
from purevirt.model.host_interface import HostLink
from purevirt.model.lenient import Silent
from purevirt.model.node_device_context import (
    OpenElement,
    device_name,
    internal,
    require_numbers,
    unsupported,
    with_device,
)
from purevirt.model.node_device_pci import MdevTypes, NamedId, PciCapability, check_ids
from purevirt.model.node_device_storage import (
    FcHost,
    ScsiCapability,
    ScsiGenericCapability,
    ScsiHostCapability,
    ScsiTargetCapability,
    StorageCapability,
    VportOps,
)
from purevirt.model.schema_text import CSSID, DEVNO, SSID, UINT8, WWN, hexadecimal, matching, one_of
from purevirt.types.override import override

_FEATURES = (
    *("rx", "tx", "sg", "tso", "gso", "gro", "lro", "rxvlan", "txvlan", "ntuple", "rxhash", "rdma"),
    *("txudptnl", "switchdev"),
)
_MAX_AP_DOMAIN = 255


class SystemHardware(OpenElement, tag="hardware"):
    """The machine."""

    vendor: str | None = leaf()
    version: str | None = leaf()
    serial: str | None = leaf()
    uuid: str | None = leaf(Silent(UUID), needed=True)


class SystemFirmware(OpenElement, tag="firmware"):
    """Its firmware."""

    vendor: str | None = leaf()
    version: str | None = leaf()
    release_date: str | None = leaf()


class SystemCapability(OpenElement, tag="capability"):
    """The host as a whole."""

    type: str = attr(default="system", needed=True)
    product: str | None = leaf()
    hardware: SystemHardware | None = child(SystemHardware, needed=True)
    firmware: SystemFirmware | None = child(SystemFirmware, needed=True)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """The UUID must be known."""
        if self.hardware is None or self.hardware.uuid is None:
            if node.find("hardware/uuid") is None:
                raise internal("no system UUID supplied", ctx)
            raise internal("malformed uuid element", ctx)
        self.firmware = self.firmware or SystemFirmware()


class UsbNamedId(NamedId):
    """A number and its name; without a name written with a blank before the end, as libvirt writes it."""

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """See above."""
        mark = len(out)
        write_element(self, out, pad, ctx)
        if out[mark].endswith("'/>\n"):
            out[mark] = out[mark][:-3] + " />\n"


class UsbDeviceProduct(UsbNamedId, tag="product"):
    """The product."""


class UsbDeviceVendor(UsbNamedId, tag="vendor"):
    """The vendor."""


class UsbDeviceCapability(OpenElement, tag="capability"):
    """A USB device."""

    type: str = attr(default="usb_device", needed=True)
    bus: int | None = leaf(Silent(UINT), needed=True)
    device: int | None = leaf(Silent(UINT), needed=True)
    product: UsbDeviceProduct | None = child(UsbDeviceProduct, needed=True)
    vendor: UsbDeviceVendor | None = child(UsbDeviceVendor, needed=True)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Address and identifiers must be numbers."""
        require_numbers(self, node, ctx, {"bus": "USB bus number", "device": "USB device number"})
        check_ids(self.vendor, self.product, node, ctx, "USB")


class UsbCapability(OpenElement, tag="capability"):
    """An interface of a USB device."""

    type: str = attr(default="usb", needed=True)
    number: int | None = leaf(Silent(UINT), needed=True)
    class_: int | None = leaf(Silent(UINT), needed=True)
    subclass: int | None = leaf(Silent(UINT), needed=True)
    protocol: int | None = leaf(Silent(UINT), needed=True)
    description: str | None = leaf()

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """All numbers must be said."""
        require_numbers(self, node, ctx, {"number": "USB interface number"})
        if self.class_ is None:
            word = "no" if node.find("class") is None else "invalid"
            raise internal(f"{word} USB interface class supplied", ctx)
        require_numbers(self, node, ctx, {"subclass": "USB interface subclass", "protocol": "USB interface protocol"})


class NetFeature(Element, tag="feature"):
    """Something the hardware does."""

    name: str | None = attr(needed=True, rng=matching(r"[a-zA-Z\-_]+"))

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """It is one of those known."""
        if self.name is None:
            raise XmlError("missing network device feature name")
        if self.name not in _FEATURES:
            raise XmlError(f"unknown network device feature '{self.name}'", hint=f"allowed: {', '.join(_FEATURES)}")


class NetKind(Element, tag="capability"):
    """Wired (80203) or wireless (80211)."""

    type: str | None = attr(rng="<choice><value>80203</value><value>80211</value></choice>", needed=True)


class NetCapability(OpenElement, tag="capability"):
    """A network interface."""

    type: str = attr(default="net", needed=True)
    interface: str | None = leaf(needed=True)
    address: str | None = leaf(rng=MAC.rng)
    link: HostLink | None = child(HostLink)
    features: list[NetFeature] = children(NetFeature)
    kind: NetKind | None = child(NetKind)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """It is named; features are kept in their usual order."""
        if not self.interface:
            raise internal("no network interface supplied", ctx)
        self.features.sort(key=lambda f: _FEATURES.index(f.name or ""))
        if self.kind is not None and self.kind.type not in ("80203", "80211"):
            raise unsupported("invalid network type supplied", ctx)


class DrmCapability(OpenElement, tag="capability"):
    """A graphics node."""

    type: str = attr(default="drm", needed=True)
    drm_type: str | None = leaf(name="type", needed=True, rng=one_of("primary", "control", "render"))

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """One of three kinds."""
        if self.drm_type not in ("primary", "control", "render"):
            raise unsupported(f"unknown drm type '{self.drm_type or '(null)'}'", ctx)


class MdevTypeRef(Element, tag="type"):
    """The kind of a mediated device."""

    id: str | None = attr(needed=True)


class MdevGroup(Element, tag="iommuGroup"):
    """The IOMMU group of a mediated device."""

    number: int = attr(Silent(UINT), default=0, needed=True)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """A number."""
        number: int | None = self.number
        if number is None:
            raise internal("invalid iommuGroup number attribute", ctx)


class MdevAttribute(Element, tag="attr"):
    """A vendor's attribute, written to sysfs when the device is made."""

    name: str | None = attr(needed=True)
    value: str | None = attr(needed=True)


class MdevCapability(OpenElement, tag="capability"):
    """A mediated device."""

    schema_ordered = False

    type: str = attr(default="mdev", needed=True)
    mdev_type: MdevTypeRef | None = child(MdevTypeRef, needed=True)
    uuid: str | None = leaf(UUID, error=(ErrorCode.INTERNAL_ERROR, "Invalid uuid '%s' for new mdev device"))
    parent_addr: str | None = leaf()
    iommu_group: MdevGroup | None = child(MdevGroup)
    attributes: list[MdevAttribute] = children(MdevAttribute)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """The kind must be said; an attribute has name and value."""
        if self.mdev_type is None or not self.mdev_type.id:
            raise unsupported("missing type id attribute", ctx)
        self.iommu_group = self.iommu_group or MdevGroup(number=0)
        self.attributes = [a for a in self.attributes if a.name is not None and a.value is not None]


def _require_hex(element: Element, node: Node, ctx: ParseContext, fields: dict[str, str]) -> None:
    for field, tag in fields.items():
        if getattr(element, field) is None:
            given = node.findtext(tag)
            if given is None:
                raise unsupported(f"missing {tag} value", ctx)
            raise unsupported(f"invalid {tag} value '{given}'", ctx)


_CCW_FIELDS = {"cssid": "cssid", "ssid": "ssid", "devno": "devno"}


class ChannelAddress(OpenElement, tag="channel_dev_addr"):
    """The channel device behind a subchannel."""

    cssid: int | None = leaf(Silent(Hex(1, 0xFFFFFFFF)), rng=CSSID, needed=True)
    ssid: int | None = leaf(Silent(Hex(1, 0xFFFFFFFF)), rng=SSID, needed=True)
    devno: int | None = leaf(Silent(Hex(4, 0xFFFFFFFF)), rng=DEVNO, needed=True)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """The whole address."""
        _require_hex(self, node, ctx, _CCW_FIELDS)


class CcwCapability(OpenElement, tag="capability"):
    """An s390 channel device."""

    type: str = attr(default="ccw", needed=True)
    cssid: int | None = leaf(Silent(Hex(1, 0xFFFFFFFF)), rng=CSSID, needed=True)
    ssid: int | None = leaf(Silent(Hex(1, 0xFFFFFFFF)), rng=SSID, needed=True)
    devno: int | None = leaf(Silent(Hex(4, 0xFFFFFFFF)), rng=DEVNO, needed=True)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """The whole address."""
        _require_hex(self, node, ctx, _CCW_FIELDS)


class CssCapability(OpenElement, tag="capability"):
    """An s390 subchannel."""

    type: str = attr(default="css", needed=True)
    cssid: int | None = leaf(Silent(Hex(1, 0xFFFFFFFF)), rng=CSSID, needed=True)
    ssid: int | None = leaf(Silent(Hex(1, 0xFFFFFFFF)), rng=SSID, needed=True)
    devno: int | None = leaf(Silent(Hex(4, 0xFFFFFFFF)), rng=DEVNO, needed=True)
    channel_dev_addr: ChannelAddress | None = child(ChannelAddress)
    mdev_types: MdevTypes | None = choice("@type", {"mdev_types": MdevTypes, None: None}, tag="capability")

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """The whole address."""
        _require_hex(self, node, ctx, _CCW_FIELDS)


class VdpaCapability(OpenElement, tag="capability"):
    """A vhost-vdpa device."""

    type: str = attr(default="vdpa", needed=True)
    chardev: str | None = leaf(needed=True, rng=matching(r"/[a-zA-Z0-9_\+\-/%]+"))


class ApCardCapability(OpenElement, tag="capability"):
    """An s390 crypto card."""

    type: str = attr(default="ap_card", needed=True)
    ap_adapter: int | None = leaf(Silent(Hex(2, 0xFFFFFFFF)), name="ap-adapter", needed=True, rng=UINT8)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Its number."""
        _require_hex(self, node, ctx, {"ap_adapter": "ap-adapter"})


class ApQueueCapability(OpenElement, tag="capability"):
    """A queue of an s390 crypto card."""

    type: str = attr(default="ap_queue", needed=True)
    ap_adapter: int | None = leaf(Silent(Hex(2, 0xFFFFFFFF)), name="ap-adapter", needed=True, rng=UINT8)
    ap_domain: int | None = leaf(
        Silent(Hex(4, 0xFFFFFFFF)), name="ap-domain", needed=True, rng=hexadecimal("[0-9a-fA-F]{1,4}", 255, prefix="0x")
    )

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Both numbers."""
        _require_hex(self, node, ctx, {"ap_adapter": "ap-adapter", "ap_domain": "ap-domain"})
        if self.ap_domain is not None and self.ap_domain > _MAX_AP_DOMAIN:
            raise unsupported(f"ap-domain value '{node.findtext('ap-domain')}' is out of range", ctx)


class ApMatrixCapability(OpenElement, tag="capability"):
    """The parent of s390 crypto mediated devices."""

    type: str = attr(default="ap_matrix", needed=True)
    mdev_types: MdevTypes | None = choice("@type", {"mdev_types": MdevTypes, None: None}, tag="capability")


CAPABILITIES: dict[str | None, type[Element]] = {
    "system": SystemCapability,
    "pci": PciCapability,
    "usb_device": UsbDeviceCapability,
    "usb": UsbCapability,
    "net": NetCapability,
    "scsi_host": ScsiHostCapability,
    "scsi_target": ScsiTargetCapability,
    "scsi": ScsiCapability,
    "storage": StorageCapability,
    "fc_host": FcHost,
    "vports": VportOps,
    "scsi_generic": ScsiGenericCapability,
    "drm": DrmCapability,
    "mdev_types": MdevTypes,
    "mdev": MdevCapability,
    "ccw": CcwCapability,
    "css": CssCapability,
    "vdpa": VdpaCapability,
    "ap_card": ApCardCapability,
    "ap_queue": ApQueueCapability,
    "ap_matrix": ApMatrixCapability,
}


class DevNode(Element, tag="devnode"):
    """The device's node in /dev (dev), or a link to it."""

    type: Literal["dev", "link"] = attr(Literal["dev", "link"], required=True)
    path: str | None = text()


class DeviceParent(Element, tag="parent"):
    """The parent by name; to create a device also by world wide names."""

    schema_cases = (
        {"wwnn": f"present{WWN}", "wwpn": f"present{WWN}", "fabric_wwn": "absent", "name": "absent"},
        {"wwnn": "absent", "wwpn": "absent", "fabric_wwn": f"present{WWN}", "name": "absent"},
        {"wwnn": "absent", "wwpn": "absent", "fabric_wwn": "absent"},
    )

    wwnn: str | None = attr()
    wwpn: str | None = attr()
    fabric_wwn: str | None = attr()
    name: str | None = text()

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """World wide names come in pairs."""
        for given, other in (("wwnn", "wwpn"), ("wwpn", "wwnn")):
            if getattr(self, given) and not getattr(self, other):
                text = f"when providing parent {given}='{getattr(self, given)}', the {other} must also be provided"
                raise XmlError(text, domain=ErrorDomain.NODEDEV)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """Only the name is written."""
        if self.name:
            out.append(f"{pad}<parent>{escape(self.name)}</parent>\n")


class DeviceDriver(Element, tag="driver"):
    """The kernel driver bound to the device, a fact of the host."""

    name: str | None = leaf(needed=True)


class NodeDevice(Element, tag="device"):
    """A device of the host."""

    schema_ordered = True
    document = "node_device_definition"
    error_domain = ErrorDomain.NODEDEV

    name: str | None = leaf(needed=True)
    path: str | None = leaf()
    devnodes: list[DevNode] = children(DevNode)
    parent: DeviceParent | None = child(DeviceParent)
    driver: DeviceDriver | None = child(DeviceDriver)
    capabilities: list[Element] = children("@type", CAPABILITIES, tag="capability")

    @override
    @classmethod
    def from_node(cls, node: Node, ctx: ParseContext | None = None) -> Self:
        """Build from a node; the capabilities are told the device's name first, their messages say it."""
        ctx = ctx or ParseContext()
        name = ctx.extra.get("new_device_name") or node.findtext("name") or ""
        return super().from_node(node, with_device(ctx, name))

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A name (a device to be made gets one: extra["new_device_name"]) and at least one capability."""
        if not self.name:
            self.name = device_name(ctx) or None
        if not self.name:
            raise XmlError(None, ErrorCode.NO_NAME)
        if not self.capabilities:
            raise internal("no device capabilities", ctx)
        if not ctx.status:
            self.driver = None
        self.devnodes.sort(key=lambda node: node.type != "dev")
