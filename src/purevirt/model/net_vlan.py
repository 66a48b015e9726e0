"""`<vlan>`: the VLAN tags of a network, port group, network port or guest interface."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorDomain
from purevirt.model._engine import UINT, Element, ParseContext, XmlError, attr, children
from purevirt.model.schema_text import up_to
from purevirt.types.override import override

NativeMode = Literal["tagged", "untagged"]
MAX_TAG = 4095


class VlanTag(Element, tag="tag"):
    """One tag; on a trunk one of them may be native."""

    id: int = attr(UINT, required=True, rng=up_to(4095))
    native_mode: NativeMode | None = attr(NativeMode, name="nativeMode")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Tags have 12 bits."""
        if self.id > MAX_TAG:
            raise XmlError(f"vlan tag id {self.id} too large (maximum {MAX_TAG})")


class Vlan(Element, tag="vlan"):
    """A set of tags; more than one makes a trunk."""

    error_domain = ErrorDomain.NONE
    trunk: str | None = attr(rng="<value>yes</value>")
    tags: list[VlanTag] = children(VlanTag, needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Several tags or a native one mean a trunk, whether said or not."""
        if not self.tags:
            raise XmlError("missing tag id - each <vlan> must have at least one <tag id='n'/> subelement")
        if sum(tag.native_mode is not None for tag in self.tags) > 1:
            raise XmlError("duplicate native vlan setting")
        if self.trunk not in (None, "yes", "no"):
            raise XmlError(f"invalid \"trunk='{self.trunk}'\" in <vlan> - must be yes or no")
        if self.trunk == "no":
            if len(self.tags) > 1:
                raise XmlError("invalid \"trunk='no'\" in <vlan> - trunk='yes' is required for more than one vlan tag")
            if self.tags[0].native_mode is not None:
                raise XmlError(f"invalid configuration in <vlan> - \"trunk='{self.trunk}'\" is not allowed with native vlan id")
        self.trunk = "yes" if self.trunk == "yes" or len(self.tags) > 1 else None

    @property
    def is_trunk(self) -> bool:
        """Whether frames of several VLANs pass."""
        return self.trunk == "yes"
