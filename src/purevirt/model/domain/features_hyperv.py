"""`<hyperv>`: enlightenments for Windows guests."""

from __future__ import annotations

from typing import Literal
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import ON_OFF, UINT, Element, FormatContext, ParseContext, XmlError, attr, child
from purevirt.model.domain.blocks import write_block
from purevirt.model.schema_text import matching
from purevirt.types.override import override

HypervMode = Literal["custom", "passthrough"]
_UNSUPPORTED = ErrorCode.CONFIG_UNSUPPORTED
_LEAST_RETRIES = 0xFFF


class Enlightenment(Element):
    """An enlightenment that has only a state."""

    state: bool = attr(ON_OFF, required=True)


class Spinlocks(Element, tag="spinlocks"):
    """Notification after `retries` failed attempts to take a lock; at least 4095."""

    state: bool = attr(ON_OFF, required=True)
    retries: int | None = attr(UINT)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if not self.state:
            self.retries = None
        elif self.retries is None:
            raise XmlError("Missing required attribute 'retries' in element 'spinlocks'", domain=ErrorDomain.XML)
        elif self.retries < _LEAST_RETRIES:
            raise XmlError("HyperV spinlock retry count must be at least 4095")


class SynthTimer(Element, tag="stimer"):
    """Synthetic timers, and whether their messages are delivered directly."""

    state: bool = attr(ON_OFF, required=True, needed=False)
    direct: Enlightenment | None = child(Enlightenment, tag="direct")

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        for c in node:
            if self.state and isinstance(c.tag, str) and c.tag != "direct":
                raise XmlError(f"unsupported Hyper-V stimer feature: {c.tag}", _UNSUPPORTED, node=c)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if not self.state or (self.direct is not None and not self.direct.state):
            self.direct = None


class VendorId(Element, tag="vendor_id"):
    """The vendor string shown to the guest: up to 12 characters, no comma."""

    state: bool = attr(ON_OFF, required=True)
    value: str | None = attr(rng=matching("[^,]{0,12}"))

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if not self.state:
            self.value = None
        elif not self.value:
            raise XmlError("missing 'value' attribute for HyperV feature 'vendor_id'")
        elif len(self.value) > 12:
            raise XmlError("HyperV vendor_id value must not be more than 12 characters.")
        elif "," in self.value:
            raise XmlError("HyperV vendor_id value is invalid")


class Hyperv(Element, tag="hyperv"):
    """All enlightenments, or those of the host (`passthrough`)."""

    mode: HypervMode = attr(HypervMode, default="custom")
    relaxed: Enlightenment | None = child(Enlightenment, tag="relaxed")
    vapic: Enlightenment | None = child(Enlightenment, tag="vapic")
    spinlocks: Spinlocks | None = child(Spinlocks)
    vpindex: Enlightenment | None = child(Enlightenment, tag="vpindex")
    runtime: Enlightenment | None = child(Enlightenment, tag="runtime")
    synic: Enlightenment | None = child(Enlightenment, tag="synic")
    stimer: SynthTimer | None = child(SynthTimer)
    reset: Enlightenment | None = child(Enlightenment, tag="reset")
    vendor_id: VendorId | None = child(VendorId)
    frequencies: Enlightenment | None = child(Enlightenment, tag="frequencies")
    reenlightenment: Enlightenment | None = child(Enlightenment, tag="reenlightenment")
    tlbflush: Enlightenment | None = child(Enlightenment, tag="tlbflush")
    ipi: Enlightenment | None = child(Enlightenment, tag="ipi")
    evmcs: Enlightenment | None = child(Enlightenment, tag="evmcs")
    avic: Enlightenment | None = child(Enlightenment, tag="avic")

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        known = {f.xml or f.cls.tag for f in type(self)._fields}
        for c in node:
            if isinstance(c.tag, str) and c.tag not in known:
                raise XmlError(f"unsupported HyperV Enlightenment feature: {c.tag}", _UNSUPPORTED, node=c)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        write_block(self, out, pad, ctx)
