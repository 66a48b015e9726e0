"""The PCI capability of a node device, its functions and vital product data; mediated device types of any parent."""

from __future__ import annotations

from typing import Literal
from xml.etree.ElementTree import Element as Node

from purevirt.model._engine import (
    INT,
    UINT,
    ULONG,
    Case,
    Element,
    FormatContext,
    Hex,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    choice,
    leaf,
    text,
)
from purevirt.model.lenient import Silent
from purevirt.model.node_device_context import OpenElement, internal, require_numbers
from purevirt.model.schema_text import LOWER_HEX, UNSIGNED, matching, one_of
from purevirt.model.storage_source import HostPciAddress
from purevirt.types.override import override

LinkValidity = Literal["cap", "sta"]
LinkSpeed = Literal["2.5", "5", "8", "16"]
FieldAccess = Literal["readonly", "readwrite"]


_ADDRESS: Case = {
    **dict.fromkeys(("domain", "bus", "slot", "function"), f"present{LOWER_HEX}"),
    "multifunction": "absent",
}
_VPD = matching("[0-9a-zA-F -_,.:;=]{0,255}")


class NamedId(Element):
    """A number and the name it stands for."""

    id: int | None = attr(Silent(Hex(4, 0xFFFFFFFF)), needed=True, rng=LOWER_HEX)
    name: str | None = text()


class PciProduct(NamedId, tag="product"):
    """The product."""


class PciVendor(NamedId, tag="vendor"):
    """The vendor."""


class MdevType(Element, tag="type"):
    """A kind of mediated device that can be made."""

    schema_ordered = True

    id: str | None = attr(needed=True)
    name: str | None = leaf()
    device_api: str | None = leaf(name="deviceAPI", needed=True, rng=one_of("vfio-pci", "vfio-ccw", "vfio-ap"))
    available_instances: int | None = leaf(
        UINT, name="availableInstances", error="invalid number of available instances for mediated device type",
        needed=True,
    )

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """All but the name is needed."""
        if not self.id:
            raise XmlError("missing 'id' attribute for mediated device's <type> element")
        if not self.device_api:
            raise XmlError(f"missing device API for mediated device type '{self.id}'")
        if self.available_instances is None:
            raise XmlError(f"missing number of available instances for mediated device type '{self.id}'")


class MdevTypes(Element, tag="capability"):
    """The kinds of mediated devices a parent offers."""

    type: str = attr(default="mdev_types", needed=True)
    types: list[MdevType] = children(MdevType, needed=True)

    @override
    def shown(self, ctx: FormatContext) -> bool:
        """Without a type there is nothing to offer."""
        return bool(self.types)


class PhysFunction(Element, tag="capability"):
    """The physical function that a virtual one belongs to."""

    type: str = attr(default="phys_function", needed=True)
    address: HostPciAddress | None = child(HostPciAddress, keep=True, here=_ADDRESS)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """It has an address."""
        if self.address is None:
            raise XmlError("Missing address in 'phys_function' capability")


class VirtFunctions(Element, tag="capability"):
    """The virtual functions of a physical one, and how many there can be."""

    type: str = attr(default="virt_functions", needed=True)
    max_count: int | None = attr(UINT, name="maxCount", omit=0, error="Malformed 'maxCount' parameter")
    addresses: list[HostPciAddress] = children(HostPciAddress, tag="address", here=_ADDRESS)


class PciBridge(Element, tag="capability"):
    """A PCI bridge."""

    type: str = attr(default="pci-bridge", needed=True)


class CardbusBridge(Element, tag="capability"):
    """A CardBus bridge."""

    type: str = attr(default="cardbus-bridge", needed=True)


class VendorField(Element, tag="vendor_field"):
    """A field of the vendor's own."""

    index: str | None = attr(rng=matching("[0-9A-Z]{1}"), needed=True)
    value: str | None = text(rng=_VPD)


class SystemField(Element, tag="system_field"):
    """A field of the system's owner."""

    index: str | None = attr(rng=matching("[0-9B-Z]{1}"), needed=True)
    value: str | None = text(rng=_VPD)


class VpdFields(OpenElement, tag="fields"):
    """The fields that can only be read, or also written."""

    schema_cases = (
        {"access": ("readonly",), "asset_tag": "absent", "system_fields": "absent"},
        {
            "access": ("readwrite",),
            **dict.fromkeys(("change_level", "manufacture_id", "part_number", "serial_number"), "absent"),
        },
    )

    access: str | None = attr(rng="<choice><value>readonly</value><value>readwrite</value></choice>")
    change_level: str | None = leaf(rng=_VPD)
    manufacture_id: str | None = leaf(rng=_VPD)
    part_number: str | None = leaf(rng=_VPD)
    serial_number: str | None = leaf(rng=_VPD)
    asset_tag: str | None = leaf(rng=_VPD)
    vendor_fields: list[VendorField] = children(VendorField)
    system_fields: list[SystemField] = children(SystemField)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Fields have one letter or digit and a value; empty ones are none."""
        if self.access not in (None, "readonly", "readwrite"):
            raise XmlError(f"Unsupported VPD field access type specified {self.access}")
        for name in ("change_level", "manufacture_id", "part_number", "serial_number", "asset_tag"):
            setattr(self, name, getattr(self, name) or None)
        self.vendor_fields = [f for f in self.vendor_fields if f.value and f.index is not None and len(f.index) == 1]
        self.system_fields = [f for f in self.system_fields if f.value and f.index is not None and len(f.index) == 1]
        if self.access == "readonly":
            self.asset_tag = None
            self.system_fields = []
        else:
            self.change_level = self.manufacture_id = self.part_number = self.serial_number = None


class Vpd(Element, tag="capability"):
    """Vital product data."""

    schema_ordered = True

    type: str = attr(default="vpd", needed=True)
    name: str | None = leaf(rng=_VPD, needed=True)
    fields: list[VpdFields] = children(VpdFields)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """The name must be said; read-only fields come first."""
        if not self.name:
            raise XmlError("Could not read a device name from the <name> element")
        self.fields = [f for access in ("readonly", "readwrite") for f in self.fields if f.access == access]


class IommuGroup(Element, tag="iommuGroup"):
    """The devices that can only be assigned together."""

    number: int = attr(UINT, required=True)
    addresses: list[HostPciAddress] = children(HostPciAddress, tag="address", here=_ADDRESS, needed=True)

    @override
    def shown(self, ctx: FormatContext) -> bool:
        """A group without devices is none."""
        return bool(self.addresses)


class PciNuma(Element, tag="numa"):
    """The NUMA node near the device."""

    node: int | None = attr(Silent(INT))

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """A number; a negative one is no node."""
        if node.get("node") is not None and self.node is None:
            raise internal("invalid NUMA node ID supplied", ctx)
        if self.node is not None and self.node < 0:
            self.node = None


class PciLink(Element, tag="link"):
    """What the link can do (cap) and does (sta); the speed in GT/s."""

    validity: str | None = attr(rng="<choice><value>cap</value><value>sta</value></choice>", needed=True)
    port: int | None = attr(INT, rng=UNSIGNED)
    speed: LinkSpeed | None = attr(LinkSpeed, rng=matching("[0-9]+(.[0-9]+)?"))
    width: int = attr(UINT, required=True)


class PciExpress(Element, tag="pci-express", empty=True):
    """The PCI Express link."""

    links: list[PciLink] = children(PciLink)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Links of unknown validity say nothing."""
        self.links = [link for validity in ("cap", "sta") for link in self.links if link.validity == validity]


class PciCapability(OpenElement, tag="capability"):
    """A PCI function."""

    type: str = attr(default="pci", needed=True)
    class_: int | None = leaf(Silent(Hex(6, 0xFFFFFFFF)), rng=matching("0x[0-9a-fA-F]{6}"))
    domain: int | None = leaf(Silent(ULONG), needed=True)
    bus: int | None = leaf(Silent(ULONG), needed=True)
    slot: int | None = leaf(Silent(ULONG), needed=True)
    function: int | None = leaf(Silent(ULONG), needed=True)
    product: PciProduct | None = child(PciProduct, needed=True)
    vendor: PciVendor | None = child(PciVendor, needed=True)
    phys_function: PhysFunction | None = choice("@type", {"phys_function": PhysFunction, None: None}, tag="capability")
    virt_functions: VirtFunctions | None = choice("@type", {"virt_functions": VirtFunctions, None: None}, tag="capability")
    header: PciBridge | CardbusBridge | None = choice(
        "@type", {"pci-bridge": PciBridge, "cardbus-bridge": CardbusBridge, None: None}, tag="capability"
    )
    mdev_types: MdevTypes | None = choice("@type", {"mdev_types": MdevTypes, None: None}, tag="capability")
    vpd: Vpd | None = choice("@type", {"vpd": Vpd, None: None}, tag="capability")
    iommu_group: IommuGroup | None = child(IommuGroup)
    numa: PciNuma | None = child(PciNuma)
    pci_express: PciExpress | None = child(PciExpress)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Address and identifiers must be numbers."""
        if node.find("class") is not None and self.class_ is None:
            raise internal("invalid PCI class supplied", ctx)
        require_numbers(
            self,
            node,
            ctx,
            {
                "domain": "PCI domain ID",
                "bus": "PCI bus ID",
                "slot": "PCI slot ID",
                "function": "PCI function ID",
            },
        )
        check_ids(self.vendor, self.product, node, ctx, "PCI")
        if any(c.get("type") is None for c in node.findall("capability")):
            raise XmlError("Missing capability type")


def check_ids(vendor: NamedId | None, product: NamedId | None, node: Node, ctx: ParseContext, bus: str) -> None:
    """Raise INTERNAL_ERROR unless vendor and product have a number."""
    for tag, found in (("vendor", vendor), ("product", product)):
        if found is None or found.id is None:
            given = node.find(tag)
            word = "no" if given is None or given.get("id") is None else "invalid"
            raise internal(f"{word} {bus} {tag} ID supplied", ctx)
