"""`<ip>` of a virtual network: the host's address on it, DHCP and TFTP."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import (
    UINT,
    ULONG,
    YES_NO,
    Element,
    FormatContext,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    own_forms,
    write_element,
)
from purevirt.model.ip_address import BITS, IP_TEXT, as_number, family_of, format_ip, mask_of, prefix_of_mask, read_ip
from purevirt.model.ip_route import Route
from purevirt.model.network_context import is_partial, network_name, socket_address, unsupported
from purevirt.model.schema_text import ANY_PATH, DNS_NAME, DUID, IP_ADDRESS, IPV4, UNICAST_MAC, up_to
from purevirt.types.override import override

LeaseUnit = Literal["seconds", "minutes", "hours"]
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}
_MIN_LEASE_S = 120
_MAX_RANGE = 65535


class Lease(Element, tag="lease"):
    """How long an address is given; 0 is for ever."""

    expiry: int | None = attr(ULONG, needed=True)
    unit: LeaseUnit | None = attr(LeaseUnit)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Minutes unless said otherwise, and two of them at least."""
        if not self.expiry:
            self.unit = None
            return
        self.unit = self.unit or "minutes"
        if self.expiry * _SECONDS[self.unit] < _MIN_LEASE_S:
            raise unsupported("The minimum lease time should be greater than 2 minutes")


class DhcpRange(Element, tag="range"):
    """Addresses to give away."""

    start: str | None = attr(IP_TEXT, needed=True, rng=IP_ADDRESS)
    end: str | None = attr(IP_TEXT, needed=True, rng=IP_ADDRESS)
    lease: Lease | None = child(Lease)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Both ends, as addresses."""
        if self.start is None:
            raise XmlError(f"Missing 'start' attribute in dhcp range for network '{network_name(ctx)}'")
        if self.end is None:
            raise XmlError(f"Missing 'end' attribute in dhcp range for network '{network_name(ctx)}'")
        self.start = socket_address(self.start)
        self.end = socket_address(self.end)

    def check(self, ip: NetworkIp) -> None:
        """Raise INTERNAL_ERROR unless the range lies in the network of `ip` and leaves its special addresses alone."""
        check_range(self.start or "", self.end or "", ip)


def _outside(text: str) -> XmlError:
    """Of no error domain: so libvirt's socket address functions report."""
    return XmlError(text, ErrorCode.INTERNAL_ERROR, domain=ErrorDomain.NONE)


def check_range(start: str, end: str, ip: NetworkIp | None = None) -> None:
    """Raise INTERNAL_ERROR for a range of canonical addresses that is mixed, reversed, too large or outside `ip`."""
    family = family_of(start)
    said = f"range {start} - {end}"
    if family != family_of(end):
        raise _outside(f"mismatch of address family in {said}")
    first, last = as_number(start), as_number(end)
    if ip is not None and ip.address is not None:
        prefix = ip.prefix_length
        net = f"network {ip.address}/{prefix}"
        if family_of(ip.address) != family:
            raise _outside(f"mismatch of address family in {said} for network {ip.address}")
        mask = mask_of(family, prefix)
        base = as_number(ip.address) & mask
        if first & mask != base or last & mask != base:
            raise _outside(f"{said} is not entirely within {net}")
        if family == "ipv4":
            if first == base:
                raise _outside(f"start of {said} in {net} is the network address")
            if last == base | (~mask & 0xFFFFFFFF):
                raise _outside(f"end of {said} in {net} is the broadcast address")
    if first > last:
        raise _outside(f"{said} is reversed ")
    if last - first >= _MAX_RANGE:
        raise _outside(f"{said} is too large (> {_MAX_RANGE})")


class DhcpHost(Element, tag="host"):
    """An address kept for one guest."""

    schema_cases = own_forms({"mac": "present", "name": "optional"}, {"id": "present", "name": "optional"}, {"name": "present"})

    mac: str | None = attr(rng=UNICAST_MAC)
    id: str | None = attr(rng=DUID)
    name: str | None = attr()
    ip: str | None = attr(IP_TEXT, needed=True, rng=IP_ADDRESS)
    lease: Lease | None = child(Lease)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Check each part by itself; what must be there depends on the family (`check`)."""
        network = network_name(ctx)
        if self.mac is not None:
            self.mac = _mac(self.mac, network)
        if self.id is not None:
            for c in self.id:
                if c not in "0123456789abcdefABCDEF:":
                    raise XmlError(f"Invalid character '{c}' in id '{self.id}' of network '{network}'")
        if self.name is not None and not (self.name[:1].isascii() and self.name[:1].isalnum()):
            raise XmlError(f"Cannot use host name '{self.name}' in network '{network}'")
        if self.ip is not None:
            found = read_ip(self.ip)
            if found is None:
                raise XmlError(f"Invalid IP address in static host definition for network '{network}'")
            self.ip = format_ip(*found)

    def check(self, family: str, ctx: ParseContext) -> None:
        """Raise XML_ERROR when the host cannot be told or has no address."""
        network = network_name(ctx)
        if family == "ipv6" and self.mac is not None:
            raise XmlError(f"Invalid to specify MAC address '{self.mac}' in network '{network}' IPv6 static host definition")
        if is_partial(ctx):
            if not (self.mac or self.name or self.ip):
                raise XmlError(
                    "At least one of name, mac, or ip attribute must be specified for static host definition "
                    f"in network '{network}' "
                )
            return
        if family == "ipv6":
            if not (self.id or self.name):
                raise XmlError(f"Static host definition in IPv6 network '{network}' must have id or name attribute")
        elif not (self.mac or self.name):
            if self.id is not None:
                raise XmlError(f"Static host definition in IPv4 network '{network}' must have mac or name attribute")
            raise XmlError(f"Static host definition in IPv4 network '{network}' must have mac or name attribute")
        if not self.ip:
            raise XmlError(f"Missing IP address in static host definition for network '{network}'")


def _mac(text: str, network: str) -> str:
    from purevirt.model._engine import MAC

    try:
        mac: str = MAC.parse(text)
    except ValueError:
        raise XmlError(f"Cannot parse MAC address '{text}' in network '{network}'") from None
    if int(mac[:2], 16) & 1:
        raise XmlError(f"expected unicast mac address, found multicast '{text}' in network '{network}'")
    return mac


class Bootp(Element, tag="bootp"):
    """The boot file and the TFTP server that has it."""

    file: str | None = attr(needed=True, rng=ANY_PATH)
    server: str | None = attr(rng=DNS_NAME)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """The server is an address."""
        if self.server is not None:
            self.server = socket_address(self.server)


class Dhcp(Element, tag="dhcp"):
    """The DHCP server."""

    ranges: list[DhcpRange] = children(DhcpRange)
    hosts: list[DhcpHost] = children(DhcpHost)
    bootp: Bootp | None = child(Bootp)

    @override
    def shown(self, ctx: FormatContext) -> bool:
        """A server without addresses is none."""
        return bool(self.ranges or self.hosts)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A boot server without a file is nothing."""
        if self.bootp is not None and not self.bootp.file:
            self.bootp = None


class Tftp(Element, tag="tftp"):
    """The directory served by TFTP."""

    root: str | None = attr(needed=True)


class NetworkIp(Element, tag="ip"):
    """An address of the host on the network."""

    schema_cases = ({"netmask": "absent"}, {"netmask": "present", "prefix": "absent"})

    family: str | None = attr(rng="<choice><value>ipv4</value><value>ipv6</value></choice>")
    address: str | None = attr(IP_TEXT, rng=IP_ADDRESS)
    netmask: str | None = attr(IP_TEXT, rng=IPV4)
    prefix: int | None = attr(UINT, rng=up_to(128))
    local_ptr: bool | None = attr(YES_NO, name="localPtr")
    tftp: Tftp | None = child(Tftp)
    dhcp: Dhcp | None = child(Dhcp)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Address, mask and family agree; what is served lies in the network."""
        network = network_name(ctx)
        if self.address is None:
            raise XmlError(f"Missing required address attribute in network '{network}'")
        found = read_ip(self.address)
        if found is None:
            raise XmlError(f"Invalid address '{self.address}' in network '{network}'")
        self._check_family(found[0], network)
        self._check_mask(network)
        self.address = format_ip(*found)
        if self.tftp is not None and not self.tftp.root:
            self.tftp = None
        if self.dhcp is not None:
            for r in self.dhcp.ranges:
                r.check(self)
            for host in self.dhcp.hosts:
                host.check(found[0], ctx)
        if found[0] == "ipv6" and self.tftp is not None:
            raise unsupported(f"Unsupported <tftp> element in an IPv6 element in network '{network}'")

    def _check_family(self, found: str, network: str) -> None:
        if self.family in (None, "ipv4"):
            if found != "ipv4":
                said = "no family specified" if self.family is None else "ipv4 family specified"
                raise unsupported(f"{said} for non-IPv4 address '{self.address}' in network '{network}'")
        elif self.family == "ipv6":
            if found != "ipv6":
                raise unsupported(f"Family 'ipv6' specified for non-IPv6 address '{self.address}' in network '{network}'")
        else:
            raise XmlError(f"Unrecognized family '{self.family}' in network '{network}'")

    def _check_mask(self, network: str) -> None:
        if self.netmask is not None:
            found = read_ip(self.netmask)
            if found is None:
                raise XmlError(f"Invalid netmask '{self.netmask}' in network '{network}'")
            if self.family == "ipv6":
                raise unsupported(f"netmask not allowed for IPv6 address '{self.address}' in network '{network}'")
            if self.prefix is not None:
                raise unsupported(f"Network '{network}' IP address cannot have both a prefix and a netmask")
            if found[0] != "ipv4":
                raise unsupported(
                    f"Network '{network}' has invalid netmask '{self.netmask}' for address '{self.address}' (both must be IPv4)"
                )
            self.netmask = format_ip(*found)
        elif self.prefix is not None:
            family = "ipv6" if self.family == "ipv6" else "ipv4"
            if self.prefix > BITS[family]:
                name = "IPv6" if family == "ipv6" else "IPv4"
                raise unsupported(f"Invalid {name} prefix '{self.prefix}' in network '{network}'")

    @property
    def prefix_length(self) -> int:
        """The prefix: as given, from the netmask, else the usual one of the address (its class, or 64)."""
        if self.prefix is not None:
            return self.prefix
        if self.netmask is not None:
            return prefix_of_mask(self.netmask) or 0
        if self.address is None or as_number(self.address) == 0:
            return 0
        if family_of(self.address) == "ipv6":
            return 64
        top = as_number(self.address) >> 24
        return 8 if top < 128 else 16 if top < 192 else 24

    def contains(self, address: str) -> bool:
        """Whether a canonical address lies in the network."""
        if self.address is None or family_of(address) != family_of(self.address):
            return False
        mask = mask_of(family_of(address), self.prefix_length)
        return as_number(address) & mask == as_number(self.address) & mask

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """Always with an end tag, as libvirt writes it."""
        mark = len(out)
        write_element(self, out, pad, ctx)
        close_open_element(out, mark, pad, "ip")


def close_open_element(out: list[str], mark: int, pad: str, tag: str) -> None:
    """Turn `<x/>` written at `mark` into `<x>` and `</x>`: some old elements are never written self-closed."""
    if len(out) == mark + 1 and out[mark].endswith("/>\n"):
        out[mark] = out[mark][:-3] + ">\n"
        out.append(f"{pad}</{tag}>\n")


class NetworkRoute(Route, tag="route"):
    """A static route of the host through the network."""

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """The network's name begins the messages."""
        self.check(network_name(ctx))
