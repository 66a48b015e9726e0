"""`<route>`: static routes of networks, guest interfaces and container hostdevs."""

from __future__ import annotations

from typing import ClassVar, Literal

from purevirt.model._engine import UINT, Element, ParseContext, XmlError, attr
from purevirt.model.ip_address import BITS, IP_TEXT, format_ip, mask_of, parse_ipv4, read_ip
from purevirt.model.schema_text import IP_ADDRESS, IPV4, up_to
from purevirt.types.override import override

AddressFamily = Literal["ipv4", "ipv6"]


class Route(Element, tag="route"):
    """A route to a network by a gateway. `OWNER` starts the text of its errors; a network puts its name there."""

    schema_cases = ({"netmask": "absent"}, {"netmask": "present", "prefix": "absent"})

    OWNER: ClassVar[str] = "guest interface"

    family: str | None = attr(rng="<choice><value>ipv4</value><value>ipv6</value></choice>")
    address: str | None = attr(IP_TEXT, needed=True, rng=IP_ADDRESS)
    netmask: str | None = attr(IP_TEXT, rng=IPV4)
    prefix: int | None = attr(UINT, rng=up_to(128))
    gateway: str | None = attr(IP_TEXT, needed=True, rng=IP_ADDRESS)
    metric: int | None = attr(UINT, nonzero=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Check all against the family, and that the address is one of a network."""
        self.check(self.OWNER)

    def check(self, owner: str) -> None:
        """Canonical addresses. Raises XML_ERROR; `owner` is what its text begins with."""
        if self.address is None:
            raise XmlError(f"{owner}: Missing required address attribute in route definition")
        if self.gateway is None:
            raise XmlError(f"{owner}: Missing required gateway attribute in route definition")
        if self.netmask is not None and self.prefix is not None:
            raise XmlError(f"{owner}: Route definition cannot have both a prefix and a netmask")
        address = read_ip(self.address)
        if address is None:
            raise XmlError(f"{owner}: Bad network address '{self.address}' in route definition")
        gateway = read_ip(self.gateway)
        if gateway is None:
            raise XmlError(f"{owner}: Bad gateway address '{self.gateway}' in route definition")
        self._check_family(owner, address[0], gateway[0])
        self._check_network(owner, address)
        self.address = format_ip(*address)
        self.gateway = format_ip(*gateway)

    def _check_family(self, owner: str, address: str, gateway: str) -> None:
        if self.family not in (None, "ipv4", "ipv6"):
            raise XmlError(f"{owner}: Unrecognized family '{self.family}' in route definition")
        if self.family == "ipv6":
            if address != "ipv6":
                raise XmlError(f"{owner}: ipv6 family specified for non-IPv6 address '{self.address}' in route definition")
            if self.netmask is not None:
                raise XmlError(f"{owner}: Specifying netmask invalid for IPv6 address '{self.address}' in route definition")
            if gateway != "ipv6":
                raise XmlError(f"{owner}: ipv6 specified for non-IPv6 gateway address '{self.gateway}' in route definition")
            return
        if address != "ipv4":
            said = "No family specified" if self.family is None else "ipv4 family specified"
            raise XmlError(f"{owner}: {said} for non-IPv4 address '{self.address}' in route definition")
        if gateway != "ipv4":
            said = "No family specified" if self.family is None else "ipv4 specified"
            what = f"gateway '{self.address}'" if self.family is None else f"gateway address '{self.address}'"
            raise XmlError(f"{owner}: {said} for non-IPv4 {what} in route definition")

    def _check_network(self, owner: str, address: tuple[str, int]) -> None:
        family, value = address
        if self.netmask is not None:
            mask = parse_ipv4(self.netmask)
            if mask is None:
                raise XmlError(f"{owner}: Bad netmask address '{self.netmask}' in route definition")
        else:
            prefix = self.prefix or 0
            if prefix > BITS[family]:
                raise XmlError(f"{owner}: Invalid prefix {prefix} specified in route definition, must be 0 - {BITS[family]}")
            mask = mask_of(family, prefix)
        if value & mask != value:
            raise XmlError(f"{owner}: Address '{self.address}' in route definition is not a network address")
