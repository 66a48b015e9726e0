"""The protocol elements of network filter rules, one class per protocol; all attributes are optional."""

from __future__ import annotations

from typing import Any

from purevirt.errors import ErrorCode
from purevirt.model._engine import Element, ParseContext, XmlError, attr, own_forms
from purevirt.model.nwfilter_values import (
    ARP_OPCODES,
    ETHERTYPES,
    PROTOCOLS,
    FilterBoolean,
    FilterIp,
    FilterIpMask,
    FilterMac,
    FilterNumber,
    FilterSetFlags,
    FilterSetName,
    FilterState,
    FilterTcpFlags,
    literal_number,
)
from purevirt.types.override import override

_U8 = FilterNumber(0xFF)
_U16 = FilterNumber(0xFFFF)
_U32 = FilterNumber(0xFFFFFFFF)
_DSCP = FilterNumber(63)
_VLAN = FilterNumber(4095)
_ETHERTYPE = FilterNumber(0xFFFF, 0x600, ETHERTYPES)
_PROTOCOL = FilterNumber(0xFF, 0, PROTOCOLS)
_OPCODE = FilterNumber(0xFFFF, 0, ARP_OPCODES)
_MAC = FilterMac()
_MAC_MASK = FilterMac(mask=True)
_IP4 = FilterIp("ipv4")
_IP6 = FilterIp("ipv6")
_MASK4 = FilterIpMask("ipv4")
_MASK6 = FilterIpMask("ipv6")
_STATE = FilterState()
_SET_NAME = FilterSetName()
_SET_FLAGS = FilterSetFlags()
_PORT_PROTOCOLS = (6, 17, 33, 132)


def _value(codec: Any, name: str) -> Any:
    """An attribute whose refusal is libvirt's "NAME has illegal value …"."""
    return attr(codec, name=name, error=(ErrorCode.INTERNAL_ERROR, f"{name} has illegal value %s"))


class ProtocolMatch(Element, tail=True):
    """The comment, which comes last everywhere."""

    comment: str | None = attr()


class MatchedProtocol(ProtocolMatch):
    """`match='no'` inverts the whole match."""

    match: str | None = attr(rng="<choice><value>yes</value><value>no</value></choice>")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Only a `no` that has something to invert says anything."""
        others = any(getattr(self, f.name) is not None for f in type(self)._fields if f.name not in ("match", "comment"))
        if self.match != "no" or not others:
            self.match = None


class EthernetMatch(MatchedProtocol):
    """Source and destination MAC address."""

    srcmacaddr: str | None = _value(_MAC, "srcmacaddr")
    srcmacmask: str | None = _value(_MAC_MASK, "srcmacmask")
    dstmacaddr: str | None = _value(_MAC, "dstmacaddr")
    dstmacmask: str | None = _value(_MAC_MASK, "dstmacmask")


class MacRule(EthernetMatch, tag="mac"):
    """Ethernet frames."""

    protocolid: str | None = _value(_ETHERTYPE, "protocolid")


class VlanRule(EthernetMatch, tag="vlan"):
    """802.1Q frames."""

    vlanid: str | None = _value(_VLAN, "vlanid")
    encap_protocol: str | None = _value(_ETHERTYPE, "encap-protocol")


class StpRule(MatchedProtocol, tag="stp"):
    """Spanning tree frames; each number may be the lower end of a range."""

    srcmacaddr: str | None = _value(_MAC, "srcmacaddr")
    srcmacmask: str | None = _value(_MAC_MASK, "srcmacmask")
    type: str | None = _value(_U8, "type")
    flags: str | None = _value(_U8, "flags")
    root_priority: str | None = _value(_U16, "root-priority")
    root_priority_hi: str | None = _value(_U16, "root-priority-hi")
    root_address: str | None = _value(_MAC, "root-address")
    root_address_mask: str | None = _value(_MAC_MASK, "root-address-mask")
    root_cost: str | None = _value(_U32, "root-cost")
    root_cost_hi: str | None = _value(_U32, "root-cost-hi")
    sender_priority: str | None = _value(_U16, "sender-priority")
    sender_priority_hi: str | None = _value(_U16, "sender-priority-hi")
    sender_address: str | None = _value(_MAC, "sender-address")
    sender_address_mask: str | None = _value(_MAC_MASK, "sender-address-mask")
    port: str | None = _value(_U16, "port")
    port_hi: str | None = _value(_U16, "port-hi")
    age: str | None = _value(_U16, "age")
    age_hi: str | None = _value(_U16, "age-hi")
    max_age: str | None = _value(_U16, "max-age")
    max_age_hi: str | None = _value(_U16, "max-age-hi")
    hello_time: str | None = _value(_U16, "hello-time")
    hello_time_hi: str | None = _value(_U16, "hello-time-hi")
    forward_delay: str | None = _value(_U16, "forward-delay")
    forward_delay_hi: str | None = _value(_U16, "forward-delay-hi")


class ArpRule(EthernetMatch, tag="arp"):
    """ARP."""

    schema_hides = ("arpsrcipmask", "arpdstipmask")

    hwtype: str | None = _value(_U16, "hwtype")
    protocoltype: str | None = _value(_U16, "protocoltype")
    opcode: str | None = _value(_OPCODE, "opcode")
    arpsrcmacaddr: str | None = _value(_MAC, "arpsrcmacaddr")
    arpdstmacaddr: str | None = _value(_MAC, "arpdstmacaddr")
    arpsrcipaddr: str | None = _value(_IP4, "arpsrcipaddr")
    arpsrcipmask: str | None = _value(_MASK4, "arpsrcipmask")
    arpdstipaddr: str | None = _value(_IP4, "arpdstipaddr")
    arpdstipmask: str | None = _value(_MASK4, "arpdstipmask")
    gratuitous: str | None = _value(FilterBoolean(), "gratuitous")


class RarpRule(ArpRule, tag="rarp"):
    """RARP."""


class IpRule(EthernetMatch, tag="ip"):
    """IPv4 on the bridge."""

    srcipaddr: str | None = _value(_IP4, "srcipaddr")
    srcipmask: str | None = _value(_MASK4, "srcipmask")
    dstipaddr: str | None = _value(_IP4, "dstipaddr")
    dstipmask: str | None = _value(_MASK4, "dstipmask")
    protocol: str | None = _value(_PROTOCOL, "protocol")
    srcportstart: str | None = _value(_U16, "srcportstart")
    srcportend: str | None = _value(_U16, "srcportend")
    dstportstart: str | None = _value(_U16, "dstportstart")
    dstportend: str | None = _value(_U16, "dstportend")
    dscp: str | None = _value(_DSCP, "dscp")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Ports need a protocol that has them."""
        super().after_parse(ctx)
        _check_ports("IP", self.protocol, self.srcportstart, self.srcportend, self.dstportstart, self.dstportend)


class Ipv6Rule(EthernetMatch, tag="ipv6"):
    """IPv6 on the bridge."""

    srcipaddr: str | None = _value(_IP6, "srcipaddr")
    srcipmask: str | None = _value(_MASK6, "srcipmask")
    dstipaddr: str | None = _value(_IP6, "dstipaddr")
    dstipmask: str | None = _value(_MASK6, "dstipmask")
    protocol: str | None = _value(_PROTOCOL, "protocol")
    srcportstart: str | None = _value(_U16, "srcportstart")
    srcportend: str | None = _value(_U16, "srcportend")
    dstportstart: str | None = _value(_U16, "dstportstart")
    dstportend: str | None = _value(_U16, "dstportend")
    type: str | None = _value(_U8, "type")
    typeend: str | None = _value(_U8, "typeend")
    code: str | None = _value(_U8, "code")
    codeend: str | None = _value(_U8, "codeend")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Ports need a protocol that has them."""
        super().after_parse(ctx)
        _check_ports("IPv6", self.protocol, self.srcportstart, self.srcportend, self.dstportstart, self.dstportend)


def _check_ports(family: str, protocol: str | None, *ports: str | None) -> None:
    if all(port is None for port in ports):
        return
    if protocol is None or literal_number(protocol, PROTOCOLS) not in _PORT_PROTOCOLS:
        raise XmlError(
            f"{family} rule with port specification requires protocol specification with protocol to be either one "
            "of tcp(6), udp(17), dccp(33), or sctp(132)",
            ErrorCode.INTERNAL_ERROR,
        )


class Ipv4Match(MatchedProtocol):
    """What all rules on the host's IPv4 stack have."""

    schema_cases = own_forms({}, {"ipset": "present", "ipsetflags": "present"})

    srcmacaddr: str | None = _value(_MAC, "srcmacaddr")
    srcipaddr: str | None = _value(_IP4, "srcipaddr")
    srcipmask: str | None = _value(_MASK4, "srcipmask")
    dstipaddr: str | None = _value(_IP4, "dstipaddr")
    dstipmask: str | None = _value(_MASK4, "dstipmask")
    srcipfrom: str | None = _value(_IP4, "srcipfrom")
    srcipto: str | None = _value(_IP4, "srcipto")
    dstipfrom: str | None = _value(_IP4, "dstipfrom")
    dstipto: str | None = _value(_IP4, "dstipto")
    dscp: str | None = _value(_DSCP, "dscp")
    connlimit_above: str | None = _value(_U16, "connlimit-above")
    state: str | None = _value(_STATE, "state")
    ipset: str | None = _value(_SET_NAME, "ipset")
    ipsetflags: str | None = _value(_SET_FLAGS, "ipsetflags")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A set needs flags. libvirt 9.0 loses a set that has them, except for `all`; so do we."""
        super().after_parse(ctx)
        settle_set(self)


class Ipv6Match(MatchedProtocol):
    """What all rules on the host's IPv6 stack have. The end of a destination range is read as IPv4, as in libvirt 9.0."""

    # The page and the parser know these of IPv6 too, the schema does not.
    schema_hides = ("connlimit_above", "state", "ipset", "ipsetflags")

    srcmacaddr: str | None = _value(_MAC, "srcmacaddr")
    srcipaddr: str | None = _value(_IP6, "srcipaddr")
    srcipmask: str | None = _value(_MASK6, "srcipmask")
    dstipaddr: str | None = _value(_IP6, "dstipaddr")
    dstipmask: str | None = _value(_MASK6, "dstipmask")
    srcipfrom: str | None = _value(_IP6, "srcipfrom")
    srcipto: str | None = _value(_IP6, "srcipto")
    dstipfrom: str | None = _value(_IP6, "dstipfrom")
    dstipto: str | None = _value(_IP4, "dstipto")
    dscp: str | None = _value(_DSCP, "dscp")
    connlimit_above: str | None = _value(_U16, "connlimit-above")
    state: str | None = _value(_STATE, "state")
    ipset: str | None = _value(_SET_NAME, "ipset")
    ipsetflags: str | None = _value(_SET_FLAGS, "ipsetflags")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A set needs flags. libvirt 9.0 loses a set that has them, except for `all`; so do we."""
        super().after_parse(ctx)
        settle_set(self)


def settle_set(rule: Ipv4Match | Ipv6Match) -> None:
    """What becomes of `ipset` and `ipsetflags` (see `after_parse` of the matches)."""
    if rule.tag in ("all", "all-ipv6"):
        return
    if rule.ipset is not None and rule.ipsetflags is None:
        rule.ipsetflags = "src"
    else:
        rule.ipset = rule.ipsetflags = None


class Ipv4PortMatch(Ipv4Match):
    """IPv4 protocols with ports."""

    srcportstart: str | None = _value(_U16, "srcportstart")
    srcportend: str | None = _value(_U16, "srcportend")
    dstportstart: str | None = _value(_U16, "dstportstart")
    dstportend: str | None = _value(_U16, "dstportend")


class Ipv6PortMatch(Ipv6Match):
    """IPv6 protocols with ports."""

    srcportstart: str | None = _value(_U16, "srcportstart")
    srcportend: str | None = _value(_U16, "srcportend")
    dstportstart: str | None = _value(_U16, "dstportstart")
    dstportend: str | None = _value(_U16, "dstportend")


class TcpRule(Ipv4PortMatch, tag="tcp"):
    """TCP over IPv4."""

    flags: str | None = _value(FilterTcpFlags(), "flags")


class TcpIpv6Rule(Ipv6PortMatch, tag="tcp-ipv6"):
    """TCP over IPv6."""

    flags: str | None = _value(FilterTcpFlags(), "flags")


class UdpRule(Ipv4PortMatch, tag="udp"):
    """UDP over IPv4."""


class UdpIpv6Rule(Ipv6PortMatch, tag="udp-ipv6"):
    """UDP over IPv6."""


class SctpRule(Ipv4PortMatch, tag="sctp"):
    """SCTP over IPv4."""


class SctpIpv6Rule(Ipv6PortMatch, tag="sctp-ipv6"):
    """SCTP over IPv6."""


class IcmpRule(Ipv4Match, tag="icmp"):
    """ICMP."""

    type: str | None = _value(_U8, "type")
    code: str | None = _value(_U8, "code")


class Icmpv6Rule(Ipv6Match, tag="icmpv6"):
    """ICMPv6."""

    type: str | None = _value(_U8, "type")
    code: str | None = _value(_U8, "code")


class IgmpRule(Ipv4Match, tag="igmp"):
    """IGMP."""


class UdpliteRule(Ipv4Match, tag="udplite"):
    """UDP-Lite over IPv4."""


class UdpliteIpv6Rule(Ipv6Match, tag="udplite-ipv6"):
    """UDP-Lite over IPv6."""


class EspRule(Ipv4Match, tag="esp"):
    """ESP over IPv4."""


class EspIpv6Rule(Ipv6Match, tag="esp-ipv6"):
    """ESP over IPv6."""


class AhRule(Ipv4Match, tag="ah"):
    """AH over IPv4."""


class AhIpv6Rule(Ipv6Match, tag="ah-ipv6"):
    """AH over IPv6."""


class AllRule(Ipv4Match, tag="all"):
    """Any protocol over IPv4."""


class AllIpv6Rule(Ipv6Match, tag="all-ipv6"):
    """Any protocol over IPv6."""


RULES: dict[str | None, type[MatchedProtocol]] = {
    cls.tag: cls
    for cls in (
        *(MacRule, VlanRule, StpRule, ArpRule, RarpRule, IpRule, Ipv6Rule, TcpRule, UdpRule, SctpRule, IcmpRule),
        *(IgmpRule, AllRule, EspRule, AhRule, UdpliteRule, TcpIpv6Rule, UdpIpv6Rule, SctpIpv6Rule, Icmpv6Rule),
        *(AllIpv6Rule, EspIpv6Rule, AhIpv6Rule, UdpliteIpv6Rule),
    )
}
