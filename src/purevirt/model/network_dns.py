"""`<dns>` of a virtual network."""

from __future__ import annotations

from typing import ClassVar
from xml.etree.ElementTree import Element as Node

from purevirt.model._engine import YES_NO, Element, Int, ParseContext, XmlError, attr, children, leaf
from purevirt.model.ip_address import IP_TEXT, format_ip, read_ip
from purevirt.model.lenient import Silent
from purevirt.model.network_context import detail_error, is_partial, network_name
from purevirt.model.schema_text import DNS_NAME, IP_ADDRESS, UNSIGNED_SHORT, one_of
from purevirt.types.override import override

_MAX_SHORT = 65535
_SHORT = Silent(Int(0, _MAX_SHORT))
_PORT = Silent(Int(1, _MAX_SHORT))


class DnsForwarder(Element, tag="forwarder"):
    """Another server, for all names or those of one domain."""

    domain: str | None = attr(rng=DNS_NAME)
    addr: str | None = attr(IP_TEXT, rng=IP_ADDRESS)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """One of both must be said."""
        if self.addr is None and self.domain is None:
            raise XmlError("Invalid forwarder element, must contain at least one of addr or domain")
        if self.addr is not None:
            found = read_ip(self.addr)
            if found is None:
                raise XmlError(f"Invalid forwarder IP address '{self.addr}' in network '{network_name(ctx)}'")
            self.addr = format_ip(*found)


class DnsTxt(Element, tag="txt"):
    """A TXT record."""

    name: str | None = attr(needed=True, rng=DNS_NAME)
    value: str | None = attr(needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Name and value; the name without blanks."""
        network = network_name(ctx)
        if not self.name:
            raise detail_error(f"missing required name attribute in DNS TXT record of network {network}")
        if " " in self.name:
            raise detail_error(f"prohibited character in DNS TXT record name '{self.name}' of network {network}")
        if self.value is None and not is_partial(ctx):
            raise detail_error(f"missing required value attribute in DNS TXT record named '{self.name}' of network {network}")


class DnsSrv(Element, tag="srv"):
    """A service record; without a target the service is said not to exist."""

    service: str | None = attr(needed=True)
    protocol: str | None = attr(rng=one_of("tcp", "udp"), needed=True)
    domain: str | None = attr(rng=DNS_NAME)
    target: str | None = attr()
    port: int | None = attr(_PORT, omit=0, rng=UNSIGNED_SHORT)
    priority: int | None = attr(_SHORT, omit=0, rng=UNSIGNED_SHORT)
    weight: int | None = attr(_SHORT, omit=0, rng=UNSIGNED_SHORT)

    _NUMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("port", "invalid"),
        ("priority", "Invalid"),
        ("weight", "invalid"),
    )

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Numbers are 16 bits wide and need a target."""
        network = network_name(ctx)
        if not self.service and not is_partial(ctx):
            raise detail_error(f"missing required service attribute in DNS SRV record of network '{network}'")
        if not self.protocol and not is_partial(ctx):
            raise detail_error(f"missing required protocol attribute in DNS SRV record '{self.service}' of network '{network}'")
        where = f"for service '{self.service}' in network '{network}'"
        for name, word in self._NUMBERS:
            if node.get(name) is None:
                continue
            if getattr(self, name) is None:
                raise detail_error(f"{word} DNS SRV {name} attribute {where}")
            if self.target is None:
                raise detail_error(f"DNS SRV {name} attribute not permitted without target {where}")


class DnsHost(Element, tag="host"):
    """An address and its names."""

    ip: str | None = attr(IP_TEXT, needed=True, rng=IP_ADDRESS)
    hostnames: list[str] = leaf(name="hostname", many=True, needed=True, rng=DNS_NAME)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """An address and at least one name, or, to delete one, either."""
        network = network_name(ctx)
        partial = is_partial(ctx)
        self.hostnames = [name for name in self.hostnames if name]
        if not self.ip and not partial:
            raise detail_error(f"Missing IP address in network '{network}' DNS HOST record")
        if self.ip:
            found = read_ip(self.ip)
            if found is None:
                raise detail_error(f"Invalid IP address in network '{network}' DNS HOST record")
            self.ip = format_ip(*found)
        if not self.hostnames and not partial:
            raise detail_error(f"Missing hostname in network '{network}' DNS HOST record")
        if not self.hostnames and not self.ip:
            raise detail_error(f"Missing ip and hostname in network '{network}' DNS HOST record")


class Dns(Element, tag="dns"):
    """The name server of the network."""

    enable: bool | None = attr(YES_NO)
    forward_plain_names: bool | None = attr(YES_NO, name="forwardPlainNames")
    forwarders: list[DnsForwarder] = children(DnsForwarder)
    txts: list[DnsTxt] = children(DnsTxt)
    srvs: list[DnsSrv] = children(DnsSrv)
    hosts: list[DnsHost] = children(DnsHost)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A disabled server has no records."""
        if self.enable is False and (self.forwarders or self.txts or self.srvs or self.hosts):
            raise XmlError(f"Extra data in disabled network '{network_name(ctx)}'")


class NetworkDomain(Element, tag="domain"):
    """The DNS domain of the guests."""

    name: str | None = attr(needed=True, rng=DNS_NAME)
    local_only: bool | None = attr(YES_NO, name="localOnly")
