"""The host interface document: ethernet devices, bridges, bonds and VLANs of the host as its distribution configures them."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from purevirt.errors import ErrorDomain
from purevirt.model._engine import (
    INT,
    MAC,
    UINT,
    YES_NO,
    Case,
    Element,
    FormatContext,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    flag,
    own_forms,
    write_element,
)
from purevirt.model.lenient import Blank
from purevirt.model.schema_text import DEVICE_NAME, IPV4, IPV6, UNSIGNED, matching, up_to
from purevirt.types.override import override

HostInterfaceType = Literal["ethernet", "bridge", "bond", "vlan"]
StartMode = Literal["onboot", "none", "hotplug"]
BondMode = Literal["balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb"]
LinkStateName = Literal["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"]


class _Stp:
    """Codec of a bridge's stp: on or off; any other word says nothing."""

    safe = True
    rng = "<choice><value>on</value><value>off</value></choice>"

    def parse(self, text: str) -> bool | None:
        """True, False, or None for another word."""
        return {"on": True, "off": False}.get(text)

    def format(self, value: Any) -> str:
        """on or off."""
        return "on" if value else "off"


class OpenElement(Element):
    """An element that is always written with an end tag, as libvirt writes these."""

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """Never self-closed."""
        mark = len(out)
        write_element(self, out, pad, ctx)
        if len(out) == mark + 1 and out[mark].endswith("/>\n"):
            out[mark] = out[mark][:-3] + ">\n"
            out.append(f"{pad}</{self.tag}>\n")


class InterfaceStart(Element, tag="start"):
    """When the interface is started."""

    mode: StartMode | None = attr(Blank(StartMode), error="unknown interface startmode %s", needed=True)


class InterfaceMtu(Element, tag="mtu"):
    """The MTU, bytes."""

    size: int | None = attr(UINT, omit=0, needed=True, rng=UNSIGNED)


class ProtocolDhcp(Element, tag="dhcp", empty=True):
    """Addresses by DHCP; `peerdns`: name servers too."""

    peerdns: bool | None = attr(YES_NO)


class ProtocolIp(Element, tag="ip"):
    """A static address."""

    address: str | None = attr(needed=True)
    prefix: int | None = attr(INT, omit=0)

    @override
    def shown(self, ctx: FormatContext) -> bool:
        """Without an address there is nothing to say."""
        return self.address is not None


class ProtocolRoute(Element, tag="route"):
    """The default route."""

    gateway: str | None = attr(Blank(None), needed=True)


class InterfaceProtocol(OpenElement, tag="protocol"):
    """The addresses of one family."""

    schema_cases = (
        {
            "family": ("ipv4",),
            "autoconf": "absent",
            "ips": {"address": IPV4, "prefix": up_to(32)},
            "route": {"gateway": IPV4},
        },
        {"family": ("ipv6",), "ips": {"address": IPV6, "prefix": up_to(128)}, "route": {"gateway": IPV6}},
    )

    family: str | None = attr(rng="<choice><value>ipv4</value><value>ipv6</value></choice>", needed=True)
    autoconf: bool = flag()
    dhcp: ProtocolDhcp | None = child(ProtocolDhcp)
    ips: list[ProtocolIp] = children(ProtocolIp)
    route: ProtocolRoute | None = child(ProtocolRoute)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """IPv4 or IPv6; only IPv6 configures itself."""
        if self.family is None:
            raise XmlError("protocol misses the family attribute")
        if self.family not in ("ipv4", "ipv6"):
            raise XmlError(f"unsupported protocol family '{self.family}'", hint="allowed: ipv4, ipv6")
        if self.family != "ipv6":
            self.autoconf = False


class HostLink(Element, tag="link"):
    """Speed (Mbit/s) and state of the link as it is now."""

    speed: int | None = attr(UINT, omit=0, rng=UNSIGNED)
    state: LinkStateName | None = attr(Blank(LinkStateName))


class HostMac(Element, tag="mac"):
    """The MAC address."""

    address: str | None = attr(Blank(None), needed=True, rng=MAC.rng)


class VlanLower(Element, tag="interface"):
    """The interface that carries the VLAN."""

    name: str | None = attr(needed=True, rng=DEVICE_NAME)


class VlanDevice(Element, tag="vlan"):
    """A VLAN of another interface."""

    tag_: str | None = attr(name="tag", rng=up_to(4095), needed=True)
    interface: VlanLower | None = child(VlanLower, needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Tag and interface must be said."""
        if self.tag_ is None:
            raise XmlError("vlan interface misses the tag attribute")
        if self.interface is None or not self.interface.name:
            raise XmlError("vlan interface misses name attribute")


class MiiMonitor(Element, tag="miimon"):
    """Link monitoring by MII; times in milliseconds."""

    freq: int | None = attr(INT, error="bond interface miimon freq missing or invalid", needed=True, rng=UNSIGNED)
    downdelay: int | None = attr(INT, omit=0, error="bond interface miimon downdelay invalid", rng=UNSIGNED)
    updelay: int | None = attr(INT, omit=0, error="bond interface miimon updelay invalid", rng=UNSIGNED)
    carrier: Literal["ioctl", "netif"] | None = attr(Literal["ioctl", "netif"], error="unknown mii bonding carrier %s")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """The interval must be said."""
        if self.freq is None:
            raise XmlError("bond interface miimon freq missing or invalid")


class ArpMonitor(Element, tag="arpmon"):
    """Link monitoring by ARP; the interval in milliseconds."""

    interval: int | None = attr(INT, error="bond interface arpmon interval missing or invalid", needed=True, rng=UNSIGNED)
    target: str | None = attr(needed=True, rng=IPV4)
    validate: Literal["none", "active", "backup", "all"] | None = attr(
        Literal["none", "active", "backup", "all"], error="unknown arp bonding validate %s"
    )

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Interval and target must be said."""
        if self.interval is None:
            raise XmlError("bond interface arpmon interval missing or invalid")
        if not self.target:
            raise XmlError("bond interface arpmon target missing")


_MEMBER: Case = dict.fromkeys(("start", "mtu", "protocols"), "absent")


class Bond(OpenElement, tag="bond"):
    """Several interfaces joined."""

    schema_cases = ({"miimon": "absent"}, {"miimon": "present", "arpmon": "absent"})

    mode: BondMode | None = attr(Blank(BondMode), error="unknown bonding mode %s")
    miimon: MiiMonitor | None = child(MiiMonitor)
    arpmon: ArpMonitor | None = child(ArpMonitor)
    interfaces: list[HostInterface] = children(
        lambda: HostInterface, needed=True, here={**_MEMBER, "type": ("ethernet",)}
    )

    MEMBERS: ClassVar[tuple[str, ...]] = ("ethernet",)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Only ethernet devices are joined; one kind of monitoring is enough."""
        check_members(self.interfaces, self.MEMBERS)
        if self.miimon is not None:
            self.arpmon = None


class HostBridge(OpenElement, tag="bridge"):
    """A bridge and its ports; `delay` is seconds, as text."""

    stp: bool | None = attr(_Stp())
    delay: str | None = attr(rng=matching(r"\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+\-]?[0-9]+)?"))
    interfaces: list[HostInterface] = children(
        lambda: HostInterface, here={**_MEMBER, "type": ("ethernet", "vlan", "bond")}
    )

    MEMBERS: ClassVar[tuple[str, ...]] = ("ethernet", "bond", "vlan")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A bridge is no port of a bridge."""
        check_members(self.interfaces, self.MEMBERS)


class HostInterface(OpenElement, tag="interface"):
    """An interface of the host; inside a bridge or bond it has neither start mode nor addresses of its own."""

    schema_cases = own_forms(
        {"type": ("ethernet",), "name": "present", "link": "optional", "mac": "optional"},
        {"type": ("vlan",), "name": "optional", "link": "optional", "vlan": "present"},
        {"type": ("bridge",), "name": "present", "bridge": "present"},
        {"type": ("bond",), "name": "present", "link": "optional", "bond": "present"},
    )
    document = "interface_definition"
    error_domain = ErrorDomain.INTERFACE

    type: HostInterfaceType = attr(HostInterfaceType, required=True)
    name: str = attr(required=True, missing="interface has no name", rng=DEVICE_NAME, needed=False)
    start: InterfaceStart | None = child(InterfaceStart)
    mtu: InterfaceMtu | None = child(InterfaceMtu)
    protocols: list[InterfaceProtocol] = children(InterfaceProtocol)
    link: HostLink | None = child(HostLink)
    mac: HostMac | None = child(HostMac)
    bridge: HostBridge | None = child(HostBridge)
    bond: Bond | None = child(Bond)
    vlan: VlanDevice | None = child(VlanDevice)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Each type has its element, and no other."""
        for kind in ("bridge", "bond", "vlan"):
            if kind != self.type:
                setattr(self, kind, None)
            elif getattr(self, kind) is None:
                raise XmlError(f"{kind} interface misses the {kind} element")


def check_members(members: list[HostInterface], allowed: tuple[str, ...]) -> None:
    """Raise XML_ERROR for a member of another type; forget what members do not have."""
    for member in members:
        if member.type not in allowed:
            raise XmlError(f"interface has unsupported type '{member.type}'", hint=f"allowed: {', '.join(allowed)}")
        member.start = member.mtu = None
        member.protocols = []
