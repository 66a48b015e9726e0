"""`<virtualport>`: what a switch beyond the host must know about an interface (802.1Qbg, 802.1Qbh, Open vSwitch, MidoNet)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import UINT, UUID, Element, ParseContext, XmlError, attr, child
from purevirt.model.schema_text import UINT8, UINT24
from purevirt.types.override import override

VirtualPortType = Literal["802.1Qbg", "802.1Qbh", "openvswitch", "midonet"]

_MAX_BYTE = 255
_MAX_TYPE_ID = 0xFFFFFF
_MAX_PROFILE_ID = 39
_NEEDS: dict[str, tuple[str, ...]] = {
    "802.1Qbg": ("managerid", "typeid", "typeidversion", "instanceid"),
    "802.1Qbh": ("profileid",),
    "openvswitch": ("interfaceid",),
    "midonet": ("interfaceid",),
}
_ALLOWS: dict[str, tuple[str, ...]] = {
    "802.1Qbg": ("managerid", "typeid", "typeidversion", "instanceid"),
    "802.1Qbh": ("profileid",),
    "openvswitch": ("profileid", "interfaceid"),
    "midonet": ("interfaceid",),
}


class VirtualPortParameters(Element, tag="parameters"):
    """Which of these a port has depends on its type."""

    managerid: int | None = attr(UINT, error="cannot parse value of managerid parameter", rng=UINT8)
    typeid: int | None = attr(UINT, error="cannot parse value of typeid parameter", rng=UINT24)
    typeidversion: int | None = attr(UINT, error="cannot parse value of typeidversion parameter", rng=UINT8)
    instanceid: str | None = attr(UUID, error="cannot parse instanceid parameter as a uuid")
    interfaceid: str | None = attr(UUID, error="cannot parse interfaceid parameter as a uuid")
    profileid: str | None = attr(rng='<data type="string"><param name="maxLength">39</param></data>')

    NAMES: ClassVar[tuple[str, ...]] = (*("managerid", "typeid", "typeidversion", "instanceid", "interfaceid", "profileid"),)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Check the ranges."""
        if self.managerid is not None and self.managerid > _MAX_BYTE:
            raise XmlError("value of managerid out of range")
        if self.typeid is not None and self.typeid > _MAX_TYPE_ID:
            raise XmlError("value for typeid out of range")
        if self.typeidversion is not None and self.typeidversion > _MAX_BYTE:
            raise XmlError("value of typeidversion out of range")
        if self.profileid is not None and len(self.profileid.encode()) > _MAX_PROFILE_ID:
            raise XmlError("profileid parameter too long")
        self.profileid = self.profileid or None


_QBG = _NEEDS["802.1Qbg"]


class VirtualPort(Element, tag="virtualport"):
    """A port profile; without a type the network decides what it is."""

    error_domain = ErrorDomain.NONE
    schema_cases = (
        {"type": ("802.1Qbg",), "parameters": dict.fromkeys(("interfaceid", "profileid"), "absent")},
        {"type": ("802.1Qbh",), "parameters": dict.fromkeys((*_QBG, "interfaceid"), "absent")},
        {"type": ("openvswitch",), "parameters": dict.fromkeys(_QBG, "absent")},
        {"type": ("midonet",), "parameters": {**dict.fromkeys((*_QBG, "profileid"), "absent"), "interfaceid": "present"}},
        {"type": "absent"},
    )

    type: VirtualPortType | None = attr(VirtualPortType, error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown virtualport type %s"))
    parameters: VirtualPortParameters | None = child(VirtualPortParameters)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A parameter that the type does not have is an error."""
        if self.type is None or self.parameters is None:
            return
        for name in VirtualPortParameters.NAMES:
            if getattr(self.parameters, name) is not None and name not in _ALLOWS[self.type]:
                raise XmlError(f"extra {name} unsupported in <virtualport type='{self.type}'>")

    def require_type(self) -> None:
        """Raise XML_ERROR where a port without a type makes no sense (every place but a network interface)."""
        if self.type is None:
            raise XmlError("missing required virtualport type")

    def complete(self, make_uuid: Callable[[], str]) -> None:
        """Fill in the identifiers that a guest interface gets when none is given."""
        given = self.parameters or VirtualPortParameters()
        if self.type in (None, "802.1Qbg") and given.instanceid is None:
            given.instanceid = make_uuid()
        if self.type in (None, "openvswitch") and given.interfaceid is None:
            given.interfaceid = make_uuid()
        self.parameters = given

    def require_complete(self) -> None:
        """Raise XML_ERROR for the first parameter that the type needs and that is missing."""
        if self.type is None:
            return
        for name in _NEEDS[self.type]:
            if self.parameters is None or getattr(self.parameters, name) is None:
                raise XmlError(f"missing {name} in <virtualport type='{self.type}'>")
