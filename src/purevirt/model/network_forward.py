"""`<forward>` of a virtual network: how its guests reach the outside."""

from __future__ import annotations

from typing import Literal
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode
from purevirt.model._engine import (
    ON_OFF,
    UINT,
    YES_NO,
    Element,
    FormatContext,
    Hex,
    Int,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    write_element,
)
from purevirt.model.domain.device import check_multifunction, check_pci_ranges
from purevirt.model.ip_address import IP_TEXT, format_ip, read_ip
from purevirt.model.lenient import Silent
from purevirt.model.network_context import detail_error, network_name, unsupported
from purevirt.model.network_ip import check_range
from purevirt.model.schema_text import DEVICE_NAME, IPV4, PCI_FUNCTION, PCI_SLOT, UINT8, UINT32, up_to, words
from purevirt.types.override import override

ForwardMode = Literal["none", "nat", "route", "open", "bridge", "private", "vepa", "passthrough", "hostdev"]
ForwardDriverName = Literal["default", "kvm", "vfio"]
_UINT_MAX = 2**32 - 1
_PORT = Silent(Int(0, 65535))


class ForwardDriver(Element, tag="driver"):
    """How a host device of the pool is assigned."""

    name: str | None = attr(omit="default", rng="<choice><value>kvm</value><value>vfio</value></choice>", needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Only two drivers are known."""
        if self.name not in (None, "default", "kvm", "vfio"):
            raise unsupported(f"Unknown forward <driver name='{self.name}'/> in network {network_name(ctx)}")


class ForwardPf(Element, tag="pf"):
    """The physical function whose virtual functions make the pool."""

    dev: str | None = attr(needed=True, rng=DEVICE_NAME)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """It must be named."""
        if self.dev is None:
            raise XmlError(f"Missing required dev attribute in <pf> element of network '{network_name(ctx)}'")


class NatAddress(Element, tag="address"):
    """The public addresses."""

    start: str | None = attr(IP_TEXT, needed=True, rng=IPV4)
    end: str | None = attr(IP_TEXT, needed=True, rng=IPV4)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Both ends, IPv4, in order."""
        network = network_name(ctx)
        for name, value in (("start", self.start), ("end", self.end)):
            if value is None:
                raise XmlError(f"missing '{name}' attribute in <address> element in <nat> in <forward> in network {network}")
        self.start = self._ipv4("start", self.start or "", network)
        self.end = self._ipv4("end", self.end or "", network)
        check_range(self.start, self.end)

    @staticmethod
    def _ipv4(which: str, text: str, network: str) -> str:
        found = read_ip(text, "ipv4")
        if found is None:
            raise XmlError(f"Bad ipv4 {which} address '{text}' in <nat> in <forward> in network '{network}'")
        return format_ip(*found)


class NatPort(Element, tag="port"):
    """The ports used for masquerading."""

    start: int | None = attr(_PORT, needed=True, rng=up_to(65535, 1))
    end: int | None = attr(_PORT, needed=True, rng=up_to(65535, 1))

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Both ends, in order."""
        where = f"attribute in <port> in <nat> in <forward> in network {network_name(ctx)}"
        if self.start is None:
            raise detail_error(f"Missing or invalid 'start' {where}")
        if self.end is None or self.end < self.start:
            raise detail_error(f"Missing or invalid 'end' {where}")


class Nat(Element, tag="nat"):
    """Details of address translation."""

    ipv6: bool | None = attr(YES_NO)
    address: NatAddress | None = child(NatAddress)
    port: NatPort | None = child(NatPort)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Each part once."""
        for tag in ("address", "port"):
            if len(node.findall(tag)) > 1:
                raise XmlError(f"Only one <{tag}> element is allowed in <nat> in <forward> in network {network_name(ctx)}")


class ForwardInterface(Element, tag="interface"):
    """A host interface of the pool; `connections` counts the guests that use it now."""

    dev: str | None = attr(needed=True, rng=DEVICE_NAME)
    connections: int | None = attr(Silent(UINT), only="live", omit=0)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """It must be named."""
        if not ctx.status:
            self.connections = None
        if self.dev is None:
            raise XmlError(f"Missing required dev attribute in <forward> <interface> element of network {network_name(ctx)}")


class ForwardAddress(Element, tag="address"):
    """A host PCI device of the pool."""

    schema_also = {"multifunction": attr(ON_OFF)}

    type: str | None = attr(rng="<value>pci</value>", needed=True)
    domain: int = attr(Hex(4, _UINT_MAX), default=0, rng=UINT32)
    bus: int = attr(Hex(2, _UINT_MAX), default=0, rng=UINT8)
    slot: int = attr(Hex(2, _UINT_MAX), default=0, rng=PCI_SLOT)
    function: int = attr(Hex(1, _UINT_MAX), default=0, rng=PCI_FUNCTION)
    connections: int | None = attr(Silent(UINT), only="live", omit=0)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """What only guest addresses have is read past, but not anyhow."""
        check_multifunction(node)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Only PCI devices."""
        network = network_name(ctx)
        if not ctx.status:
            self.connections = None
        if self.type is None:
            raise XmlError(f"missing address type in network {network}")
        if self.type != "pci":
            raise unsupported(f"unknown address type '{self.type}' in network {network}")
        check_pci_ranges(self.bus, self.slot, self.function)

    @override
    def __str__(self) -> str:
        """0000:03:00.1."""
        return f"{self.domain:04x}:{self.bus:02x}:{self.slot:02x}.{self.function:x}"


class Forward(Element, tag="forward"):
    """The connection to the outside. `dev` always repeats the first interface."""

    schema_cases = ({"addresses": "absent"}, {"interfaces": "absent", "addresses": "present"})

    dev: str | None = attr(rng=DEVICE_NAME)
    mode: ForwardMode = attr(
        ForwardMode,
        default="nat",
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown forwarding type '%s'"),
        omit="none",
        rng=words(ForwardMode, "none"),
    )
    managed: bool | None = attr(Silent(YES_NO))
    driver: ForwardDriver | None = child(ForwardDriver)
    pf: ForwardPf | None = child(ForwardPf)
    nat: Nat | None = child(Nat)
    interfaces: list[ForwardInterface] = children(ForwardInterface)
    addresses: list[ForwardAddress] = children(ForwardAddress, tag="address")

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """One physical function, one `<nat>`."""
        for tag in ("pf", "nat"):
            if len(node.findall(tag)) > 1:
                raise XmlError(f"Only one <{tag}> element is allowed in <forward> of network {network_name(ctx)}")
        if self.nat is not None and self.mode != "nat":
            raise XmlError(f"The <nat> element can only be used when <forward> 'mode' is 'nat' in network {network_name(ctx)}")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Interfaces come before addresses, those before a physical function; nothing is listed twice."""
        network = network_name(ctx)
        self.managed = bool(self.managed) if self.mode == "hostdev" else None
        self.dev = self.dev or None
        if self.dev is not None:
            if self.addresses or self.pf is not None:
                raise XmlError(
                    "the <forward> 'dev' attribute cannot be used when <address> or <pf> sub-elements "
                    "are present in network %s"  # the network's name is missing in libvirt's message too
                )
            if self.interfaces and self.interfaces[0].dev != self.dev:
                raise XmlError(
                    f"<forward dev='{self.dev}'> must match first <interface dev='{self.interfaces[0].dev}'/> "
                    f"in network {network}"
                )
            if not self.interfaces:
                self.interfaces = [ForwardInterface(dev=self.dev)]
        if self.interfaces:
            self.addresses = []
            self.pf = self.pf if ctx.status else None
        elif self.addresses:
            self.pf = self.pf if ctx.status else None
        self.dev = self.interfaces[0].dev if self.interfaces else None
        self._check_duplicates(network)

    def _check_duplicates(self, network: str) -> None:
        seen: set[str] = set()
        for interface in self.interfaces:
            if interface.dev in seen:
                raise XmlError(f"interface '{interface.dev}' can only be listed once in network {network}")
            seen.add(interface.dev or "")
        for address in self.addresses:
            if str(address) in seen:
                raise XmlError(f"PCI device '{address}' can only be listed once in network {network}")
            seen.add(str(address))

    @override
    def shown(self, ctx: FormatContext) -> bool:
        """An isolated network forwards nothing."""
        return self.mode != "none"

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """A pool made from a physical function is written as that in an inactive definition."""
        written = self.copy()
        if ctx.inactive and self.pf is not None:
            written.interfaces = []
            written.addresses = []
        written.dev = written.interfaces[0].dev if written.interfaces else None
        if written.mode == "hostdev" and written.managed is None:
            written.managed = False
        write_element(written, out, pad, ctx)
