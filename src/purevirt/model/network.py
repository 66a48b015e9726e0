"""The virtual network document."""

from __future__ import annotations

from typing import Literal, Self
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine import (
    MAC,
    ON_OFF,
    UINT,
    ULONG,
    UUID,
    YES_NO,
    Element,
    FormatContext,
    ParseContext,
    RawTree,
    XmlError,
    attr,
    child,
    children,
    leaf,
    raw,
    write_element,
)
from purevirt.model.lenient import Silent
from purevirt.model.net_bandwidth import Bandwidth
from purevirt.model.net_vlan import Vlan
from purevirt.model.network_context import keeps_dnsmasq, network_name, unsupported, with_network
from purevirt.model.network_dns import Dns, NetworkDomain
from purevirt.model.network_forward import Forward
from purevirt.model.network_ip import NetworkIp, NetworkRoute, close_open_element
from purevirt.model.port_options import PortOptions
from purevirt.model.schema_text import DEVICE_NAME, UNICAST_MAC, UNSIGNED_SHORT, matching, words
from purevirt.model.virtual_port import VirtualPort
from purevirt.types.override import override

MacTableManager = Literal["default", "kernel", "libvirt"]
DNSMASQ_NAMESPACE = "http://libvirt.org/schemas/network/dnsmasq/1.0"

OWN_BRIDGE_MODES = ("none", "nat", "route", "open")
"""Forward modes whose bridge we make ourselves."""


class Bridge(Element, tag="bridge"):
    """The bridge: made by us (all attributes), or one of the host's (its name)."""

    name: str | None = attr(omit="", rng=DEVICE_NAME)
    zone: str | None = attr(parse=lambda text: text or None, rng=matching(r"[a-zA-Z0-9_\-]+"))
    stp: bool | None = attr(Silent(ON_OFF))
    delay: int | None = attr(Silent(ULONG), doc="seconds before a new port forwards")
    mac_table_manager: MacTableManager | None = attr(
        Silent(MacTableManager), name="macTableManager", omit="default", rng=words(MacTableManager, "default")
    )

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Bad numbers and words in the network's own messages."""
        network = network_name(ctx)
        if node.get("delay") and self.delay is None:
            raise XmlError(f"Invalid delay value in network '{network}'")
        word = node.get("macTableManager")
        if word is not None and self.mac_table_manager is None:
            raise XmlError(f"Invalid macTableManager setting '{word}' in network '{network}'")
        if self.stp is None and node.get("stp") is not None:
            self.stp = True
        self.name = self.name or None


class NetworkMac(Element, tag="mac"):
    """The bridge's own MAC address."""

    address: str | None = attr(Silent(MAC), needed=True, rng=UNICAST_MAC)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Unicast, in six bytes."""
        given = node.get("address")
        if given is not None and self.address is None:
            raise XmlError(f"Invalid bridge mac address '{given}' in network '{network_name(ctx)}'")
        if self.address is not None and int(self.address[:2], 16) & 1:
            raise XmlError(f"Invalid multicast bridge mac address '{given}' in network '{network_name(ctx)}'")


class NetworkMtu(Element, tag="mtu"):
    """The MTU of the bridge, bytes."""

    size: int | None = attr(Silent(UINT), omit=0, needed=True, rng=UNSIGNED_SHORT)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """A number."""
        given = node.get("size")
        if given is not None and self.size is None:
            raise XmlError(f"Invalid mtu size '{given}' in network '{network_name(ctx)}'")


class PortGroup(Element, tag="portgroup"):
    """Settings that interfaces of a kind share; the default group is for those that name none."""

    name: str | None = attr(needed=True, rng=DEVICE_NAME)
    default: bool | None = attr(Silent(YES_NO), omit=False)
    trust_guest_rx_filters: bool | None = attr(YES_NO, name="trustGuestRxFilters")
    vlan: Vlan | None = child(Vlan)
    virtualport: VirtualPort | None = child(VirtualPort)
    bandwidth: Bandwidth | None = child(Bandwidth)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """It has a name."""
        if not self.name:
            raise XmlError("Missing required name attribute in portgroup")

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """Always with an end tag, as libvirt writes it."""
        mark = len(out)
        write_element(self, out, pad, ctx)
        close_open_element(out, mark, pad, "portgroup")


class DnsmasqOption(Element, tag="dnsmasq:option"):
    """A line of dnsmasq's configuration."""

    value: str | None = attr(needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """It has a value."""
        if self.value is None:
            raise XmlError("No dnsmasq options value specified", ErrorCode.INTERNAL_ERROR)


class DnsmasqOptions(Element, tag="dnsmasq:options"):
    """Options handed to dnsmasq as they are."""

    options: list[DnsmasqOption] = children(DnsmasqOption)


class Network(Element, tag="network"):
    """A virtual network."""

    document = "network_definition"
    error_domain = ErrorDomain.NETWORK

    xmlns_dnsmasq: str | None = attr(name="xmlns:dnsmasq")
    connections: int | None = attr(Silent(UINT), only="live", omit=0)
    ipv6: bool | None = attr(Silent(YES_NO), omit=False, doc="IPv6 between guests without an address of ours")
    trust_guest_rx_filters: bool | None = attr(YES_NO, name="trustGuestRxFilters")
    name: str = leaf(required=True, missing=(ErrorCode.NO_NAME, ""))
    uuid: str | None = leaf(UUID, error=(ErrorCode.INTERNAL_ERROR, "malformed uuid element"))
    metadata: RawTree | None = raw()
    forward: Forward | None = child(Forward)
    bridge: Bridge | None = child(Bridge)
    mtu: NetworkMtu | None = child(NetworkMtu)
    mac: NetworkMac | None = child(NetworkMac)
    domain: NetworkDomain | None = child(NetworkDomain)
    dns: Dns | None = child(Dns)
    vlan: Vlan | None = child(Vlan)
    bandwidth: Bandwidth | None = child(Bandwidth)
    port: PortOptions | None = child(PortOptions)
    ips: list[NetworkIp] = children(NetworkIp)
    routes: list[NetworkRoute] = children(NetworkRoute)
    virtualport: VirtualPort | None = child(VirtualPort)
    portgroups: list[PortGroup] = children(PortGroup)
    options: DnsmasqOptions | None = child(DnsmasqOptions)

    @override
    @classmethod
    def from_node(cls, node: Node, ctx: ParseContext | None = None) -> Self:
        """Build from a node; the parts are told the network's name first, their messages say it."""
        if not node.findtext("name"):
            error = VirtError(ErrorCode.NO_NAME, domain=ErrorDomain.NETWORK)
            error.node = node  # type: ignore[attr-defined]
            raise error
        return super().from_node(node, with_network(ctx or ParseContext(), node.findtext("name") or ""))

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Attributes of the root, the name."""
        if "/" in self.name:
            raise XmlError("invalid char in name: /", ErrorCode.XML_DETAIL)
        word = node.get("ipv6")
        if word is not None and self.ipv6 is None:
            raise XmlError(f"Invalid ipv6 setting '{word}' in network '{self.name}'")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Make the bridge complete, check what goes with what."""
        if not ctx.status:
            self.connections = None
        if not keeps_dnsmasq(ctx) or (self.options is not None and not self.options.options):
            self.options = None
        self.xmlns_dnsmasq = DNSMASQ_NAMESPACE if self.options is not None else None
        if self.domain is not None and self.domain.name is None:
            self.domain = None
        self._check_bridge()
        self._check_forward()
        self._check_routes()
        if self.virtualport is not None:
            self.virtualport.require_type()
        if self.bandwidth is not None and self.bandwidth.has_floor:
            raise unsupported("floor attribute is not supported for this config")

    @property
    def mode(self) -> str:
        """The forward mode; `none` is an isolated network."""
        return self.forward.mode if self.forward is not None else "none"

    @property
    def has_own_bridge(self) -> bool:
        """Whether the bridge is made (and removed) by us."""
        return self.mode in OWN_BRIDGE_MODES

    def _check_bridge(self) -> None:
        bridge = self.bridge
        if self.has_own_bridge:
            bridge = self.bridge = bridge or Bridge()
            bridge.stp = True if bridge.stp is None else bridge.stp
            bridge.delay = bridge.delay or 0
            return
        if bridge is not None and (bridge.delay or bridge.stp is not None or bridge.zone):
            raise XmlError(
                "bridge delay/stp/zone options only allowed in route, nat, and isolated mode, "
                f"not in {self.mode} (network '{self.name}')"
            )
        if self.mtu is not None and self.mtu.size:
            raise XmlError(
                f"mtu size only allowed in open, route, nat, and isolated mode, not in {self.mode} (network '{self.name}')"
            )
        if bridge is None:
            return
        bridge.delay = None
        if not bridge.name:
            return
        if self.mode == "bridge":
            if self.forward is not None and self.forward.interfaces:
                raise XmlError(
                    "A network with forward mode='bridge' can specify a bridge name or a forward dev, "
                    f"but not both (network '{self.name}')"
                )
        else:
            raise XmlError(f"bridge name not allowed in {self.mode} mode (network '{self.name}')")

    def _check_forward(self) -> None:
        if self.mode not in ("nat", "route", "open") or self.forward is None:
            return
        if not self.ips:
            raise XmlError(f"{self.mode} forwarding requested, but no IP address provided for network '{self.name}'")
        if len(self.forward.interfaces) > 1:
            raise XmlError(f"multiple forwarding interfaces specified for network '{self.name}', only one is supported")
        if self.mode == "open" and self.forward.interfaces:
            raise XmlError(f"forward dev not allowed for network '{self.name}' with forward mode='open'")

    def _check_routes(self) -> None:
        for route in self.routes:
            if route.gateway is not None and not any(ip.contains(route.gateway) for ip in self.ips):
                raise unsupported(f"unreachable static route gateway '{route.gateway}' specified for network '{self.name}'")
