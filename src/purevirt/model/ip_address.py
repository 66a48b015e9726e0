"""IP addresses in documents: read as getaddrinfo reads numeric hosts, held as canonical text.

Nothing here asks the system: no sockets, no name service.
"""

from __future__ import annotations

from typing import Any, Literal

from purevirt.model import schema_text
from purevirt.model._engine import c_integer

Family = Literal["ipv4", "ipv6"]
BITS: dict[str, int] = {"ipv4": 32, "ipv6": 128}


def parse_ipv4(text: str) -> int | None:
    """The address as a number: one to four parts, each decimal, octal or hexadecimal (inet_aton); None when it is none."""
    parts = text.split(".")
    if not 1 <= len(parts) <= 4:
        return None
    numbers: list[int] = []
    for part in parts:
        number = c_integer(part, 0) if part[:1].isdigit() else None
        if number is None:
            return None
        numbers.append(number)
    last_bits = 8 * (5 - len(numbers))
    if any(n > 255 for n in numbers[:-1]) or numbers[-1] >= 1 << last_bits:
        return None
    value = 0
    for n in numbers[:-1]:
        value = value << 8 | n
    return value << last_bits | numbers[-1]


def parse_ipv6(text: str) -> int | None:
    """The address as a number; None when it is none. A zone index is not part of documents."""
    import ipaddress

    try:
        return int(ipaddress.IPv6Address(text)) if "%" not in text and ":" in text else None
    except ValueError:
        return None


def format_ip(family: str, value: int) -> str:
    """Canonical text, as getnameinfo writes it."""
    if family == "ipv4":
        return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))
    import ipaddress

    address = ipaddress.IPv6Address(value)
    mapped = address.ipv4_mapped
    return f"::ffff:{mapped}" if mapped is not None else str(address)


def read_ip(text: str, family: str | None = None) -> tuple[Family, int] | None:
    """(family, number) of an address, of the family given or of either; None when it is none."""
    if family in (None, "ipv4"):
        value = parse_ipv4(text)
        if value is not None:
            return "ipv4", value
    if family in (None, "ipv6"):
        value = parse_ipv6(text)
        if value is not None:
            return "ipv6", value
    return None


def family_of(text: str) -> Family:
    """The family of a canonical address."""
    return "ipv6" if ":" in text else "ipv4"


def as_number(text: str) -> int:
    """The number of a canonical address. ValueError when it is none."""
    found = read_ip(text)
    if found is None:
        raise ValueError(text)
    return found[1]


def mask_of(family: str, prefix: int) -> int:
    """The network mask of a prefix length."""
    bits = BITS[family]
    return ((1 << prefix) - 1) << (bits - prefix)


def prefix_of_mask(text: str) -> int | None:
    """The prefix length of an IPv4 netmask; None when its ones are not contiguous."""
    value = parse_ipv4(text)
    if value is None:
        return None
    ones = value.bit_count()
    return ones if value == mask_of("ipv4", ones) else None


class IpAddress:
    """Codec of an address: canonical text. ValueError for anything else."""

    safe = True

    def __init__(self, family: Family | None = None) -> None:
        self._family = family
        self.rng = {"ipv4": schema_text.IPV4, "ipv6": schema_text.IPV6, None: schema_text.IP_ADDRESS}[family]

    def parse(self, text: str) -> str:
        """The canonical text."""
        found = read_ip(text, self._family)
        if found is None:
            raise ValueError("")
        return format_ip(*found)

    def format(self, value: Any) -> str:
        """The text itself."""
        return str(value)


IP = IpAddress()
IPV4 = IpAddress("ipv4")


class IpText:
    """Codec for an address whose owner words the refusal itself: any text, with the schema of an address."""

    safe = False
    rng = IP.rng

    def parse(self, text: str) -> str:
        """The text itself."""
        return text

    def format(self, value: Any) -> str:
        """The text itself."""
        return str(value)


IP_TEXT = IpText()
