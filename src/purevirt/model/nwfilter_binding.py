"""The filter binding document: the network filter of one running interface."""

from __future__ import annotations

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import MAC, UUID, Element, ParseContext, XmlError, attr, child, leaf
from purevirt.model.filter_ref import FilterRef
from purevirt.model.schema_text import UNICAST_MAC
from purevirt.types.override import override


def _internal(text: str) -> tuple[int, str]:
    return (ErrorCode.INTERNAL_ERROR, text)


class BindingOwner(Element, tag="owner"):
    """The guest."""

    name: str = leaf(required=True, missing=_internal("filter binding has no owner name"))
    uuid: str = leaf(
        UUID,
        required=True,
        missing=_internal("filter binding has no owner UUID"),
        error=_internal("Unable to parse UUID '%s'"),
    )


class PortDevice(Element, tag="portdev"):
    """The tap device."""

    name: str | None = attr(needed=True)


class LinkDevice(Element, tag="linkdev"):
    """The device under a macvtap."""

    name: str | None = attr(needed=True)


class BindingMac(Element, tag="mac"):
    """The guest's MAC address."""

    address: str | None = attr(MAC, error=_internal("Unable to parse MAC '%s'"), needed=True, rng=UNICAST_MAC)


class NwFilterBinding(Element, tag="filterbinding"):
    """A binding."""

    document = "nwfilterbinding_definition"
    error_domain = ErrorDomain.NWFILTER

    owner: BindingOwner = child(BindingOwner, required=True, missing=_internal("filter binding has no owner name"))
    portdev: PortDevice = child(PortDevice, required=True, missing=_internal("filter binding has no port dev name"))
    linkdev: LinkDevice | None = child(LinkDevice)
    mac: BindingMac = child(BindingMac, required=True, missing=_internal("filter binding has no MAC address"))
    filterref: FilterRef = child(FilterRef, required=True, missing=_internal("filter binding has no filter reference"))

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Device, address and filter have values."""
        if not self.portdev.name:
            raise XmlError("filter binding has no port dev name", ErrorCode.INTERNAL_ERROR)
        if self.mac.address is None:
            raise XmlError("filter binding has no MAC address", ErrorCode.INTERNAL_ERROR)
        if not self.filterref.filter:
            raise XmlError("filter binding has no filter reference", ErrorCode.INTERNAL_ERROR)
