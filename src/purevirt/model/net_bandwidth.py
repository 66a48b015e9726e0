"""`<bandwidth>`: traffic shaping of networks, port groups, network ports and guest interfaces."""

from __future__ import annotations

from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import UINT, ULONG, Element, ParseContext, XmlError, attr, child
from purevirt.model.schema_text import POSITIVE
from purevirt.types.override import override

_SPEED = '<data type="unsignedInt"><param name="pattern">[0-9]+</param><param name="minInclusive">1</param></data>'


class Rate(Element):
    """One direction: average, peak and floor in kilobytes per second, burst in kilobytes."""

    average: int | None = attr(
        ULONG,
        omit=0,
        error=(ErrorCode.CONFIG_UNSUPPORTED, "could not convert bandwidth average value '%s'"),
        live="now",
        rng=_SPEED,
    )
    peak: int | None = attr(
        ULONG, omit=0, error=(ErrorCode.CONFIG_UNSUPPORTED, "could not convert bandwidth peak value '%s'"), live="now", rng=_SPEED
    )
    floor: int | None = attr(
        ULONG,
        omit=0,
        error=(ErrorCode.CONFIG_UNSUPPORTED, "could not convert bandwidth floor value '%s'"),
        live="now",
        rng=_SPEED,
    )
    burst: int | None = attr(
        ULONG,
        omit=0,
        error=(ErrorCode.CONFIG_UNSUPPORTED, "could not convert bandwidth burst value '%s'"),
        live="now",
        rng=_SPEED,
    )


class Inbound(Rate, tag="inbound"):
    """Traffic towards the guest (or into the network)."""

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """An average or a guaranteed floor must be said."""
        if self.average is None and self.floor is None:
            raise XmlError("Missing mandatory average or floor attributes", ErrorCode.XML_DETAIL)


class Outbound(Rate, tag="outbound"):
    """Traffic from the guest; no floor can be promised for it."""

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """An average must be said."""
        if self.average is None and self.floor is None:
            raise XmlError("Missing mandatory average or floor attributes", ErrorCode.XML_DETAIL)
        if self.floor is not None:
            raise XmlError("'floor' attribute allowed only in <inbound> element", ErrorCode.CONFIG_UNSUPPORTED)


class Bandwidth(Element, tag="bandwidth"):
    """Both directions; `class_id` is the traffic class a running interface got on its bridge."""

    error_domain = ErrorDomain.NONE
    class_id: int | None = attr(UINT, name="classID", omit=0, only="live", rng=POSITIVE)
    inbound: Inbound | None = child(Inbound)
    outbound: Outbound | None = child(Outbound)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Each direction once."""
        for tag in ("inbound", "outbound"):
            if len(node.findall(tag)) > 1:
                raise XmlError(f"Only one child <{tag}> element allowed", ErrorCode.XML_DETAIL)

    @property
    def has_floor(self) -> bool:
        """Whether a minimum is promised, which only networks with a bridge of ours can keep."""
        return self.inbound is not None and bool(self.inbound.floor)
