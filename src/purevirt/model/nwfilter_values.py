"""Values in network filter rules: each may be a variable instead, and keeps the notation (decimal, hex, name) it has.

All are held as canonical text. `literal_number` gives the number of one that is no variable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from purevirt.model._engine import MAC, c_integer
from purevirt.model.ip_address import BITS, format_ip, mask_of, read_ip
from purevirt.model.schema_text import matching
from purevirt.types.override import override

_VARIABLE = re.compile(r"\$([a-zA-Z0-9_]+)(?:\[ *(@?)([0-9]+) *\])? *\Z")
_VARIABLE_RNG = '<data type="string"><param name="pattern">$[ ]*[a-zA-Z0-9_]+(\\[[ ]*[@]?[0-9]+[ ]*\\])?[ ]*</param></data>'

PROTOCOLS: dict[str, int] = {
    "tcp": 6,
    "udp": 17,
    "udplite": 136,
    "esp": 50,
    "ah": 51,
    "icmp": 1,
    "igmp": 2,
    "sctp": 132,
    "icmpv6": 58,
}
ETHERTYPES: dict[str, int] = {"ipv4": 0x800, "arp": 0x806, "rarp": 0x8035, "ipv6": 0x86DD, "vlan": 0x8100}
ARP_OPCODES: dict[str, int] = {
    "Request": 1,
    "Reply": 2,
    "Request_Reverse": 3,
    "Reply_Reverse": 4,
    "DRARP_Request": 5,
    "DRARP_Reply": 6,
    "DRARP_Error": 7,
    "InARP_Request": 8,
    "ARP_NAK": 9,
}
_STATES = ("NEW", "ESTABLISHED", "RELATED", "INVALID")
_TCP_FLAGS = ("FIN", "SYN", "RST", "PSH", "ACK", "URG")
_MAX_SET_FLAGS = 6


def variable(text: str) -> str | None:
    """The canonical reference of a variable (`$A`, `$A[2]`, `$A[@1]`); None when the text is no such reference."""
    match = _VARIABLE.match(text)
    if match is None:
        return None
    name, iterator, number = match.groups()
    if number is None or (iterator and int(number) == 0):
        return f"${name}"
    return f"${name}[{iterator}{int(number)}]"


def literal_number(text: str, names: Mapping[str, int] | None = None) -> int | None:
    """The number of a literal value (decimal, hex or one of `names`); None for a variable."""
    if text.startswith("$"):
        return None
    if names is not None and text in names:
        return names[text]
    return c_integer(text, 16 if text[:2] == "0x" else 10)


class FilterValue:
    """A value or a variable; subclasses say what a value is."""

    safe = False
    rng = "<text/>"

    def parse(self, text: str) -> str:
        """Canonical text; ValueError when it is neither."""
        if text.startswith("$"):
            found = variable(text)
            if found is None:
                raise ValueError("")
            return found
        return self.literal(text)

    def literal(self, text: str) -> str:
        """The canonical text of a value."""
        return text

    def format(self, value: Any) -> str:
        """The text itself."""
        return str(value)


_HEX_PATTERNS: dict[tuple[int, int], str] = {
    (0, 63): "[0-3][0-9a-fA-F]|[0-9a-fA-F]",
    (0x600, 0xFFFF): "[6-9a-fA-F][0-9a-fA-F]{2}|[0-9a-fA-F]{4}",
}
"""Hexadecimal digits of ranges that the number of digits alone does not describe, for the schema."""


def _integers(minimum: int, maximum: int) -> str:
    return (
        f'<data type="unsignedInt"><param name="minInclusive">{minimum}</param>'
        f'<param name="maxInclusive">{maximum}</param></data>'
    )


def _with_variable(pattern: str) -> str:
    return f"<choice>{_VARIABLE_RNG}{pattern}</choice>"


class FilterNumber(FilterValue):
    """A number of [minimum, maximum], or one of `names`; a number that has a name is written as that."""

    def __init__(self, maximum: int, minimum: int = 0, names: Mapping[str, int] | None = None) -> None:
        self._minimum = minimum
        self._maximum = maximum
        self._names = dict(names or {})
        self._by_lower = {name.lower(): name for name in self._names}
        self._by_number = {number: name for name, number in self._names.items()}
        words = "".join(f"<value>{name}</value>" for name in self._names)
        digits = _HEX_PATTERNS.get((minimum, maximum), f"[0-9a-fA-F]{{1,{(maximum.bit_length() + 3) // 4}}}")
        self.rng = _with_variable(
            f'<data type="string"><param name="pattern">0x({digits})</param></data>{_integers(minimum, maximum)}{words}'
        )

    @override
    def literal(self, text: str) -> str:
        """Hexadecimal stays hexadecimal."""
        named = self._by_lower.get(text.lower())
        if named is not None:
            return named
        is_hex = text[:2] in ("0x", "0X")
        number = c_integer(text, 16 if is_hex else 10)
        if number is None or not self._minimum <= number <= self._maximum:
            raise ValueError("")
        if number in self._by_number:
            return self._by_number[number]
        return f"0x{number:x}" if is_hex else str(number)


class FilterMac(FilterValue):
    """A MAC address; as a mask, ones followed by zeroes."""

    def __init__(self, *, mask: bool = False) -> None:
        self._mask = mask
        self.rng = _with_variable(
            '<data type="string"><param name="pattern">([a-fA-F0-9]{1,2}:){5}[a-fA-F0-9]{1,2}</param></data>'
        )

    @override
    def literal(self, text: str) -> str:
        """Two digits a byte, lower case."""
        mac: str = MAC.parse(text)
        if self._mask:
            bits = f"{int(mac.replace(':', ''), 16):048b}"
            if "01" in bits:
                raise ValueError("")
        return mac


class FilterIp(FilterValue):
    """An address of one family."""

    def __init__(self, family: str) -> None:
        self._family = family
        pattern = "([0-2]?[0-9]?[0-9]\\.){3}[0-2]?[0-9]?[0-9]" if family == "ipv4" else "[0-9a-fA-F:.]*:[0-9a-fA-F:.]*"
        self.rng = _with_variable(f'<data type="string"><param name="pattern">{pattern}</param></data>')

    @override
    def literal(self, text: str) -> str:
        """Canonical text."""
        found = read_ip(text, self._family)
        if found is None:
            raise ValueError("")
        return format_ip(*found)


class FilterIpMask(FilterValue):
    """A prefix length, or a mask of ones followed by zeroes that is turned into one."""

    def __init__(self, family: str) -> None:
        self._family = family
        dotted = "([0-2]?[0-9]?[0-9]\\.){3}[0-2]?[0-9]?[0-9]" if family == "ipv4" else "[0-9a-fA-F:.]*:[0-9a-fA-F:.]*"
        self.rng = _with_variable(
            f'{_integers(0, BITS[family])}<data type="string"><param name="pattern">{dotted}</param></data>'
        )

    @override
    def literal(self, text: str) -> str:
        """The prefix length."""
        number = c_integer(text, 10)
        if number is None:
            found = read_ip(text, self._family)
            if found is None:
                raise ValueError("")
            number = found[1].bit_count()
            if found[1] != mask_of(self._family, number):
                raise ValueError("")
        if not 0 <= number <= BITS[self._family]:
            raise ValueError("")
        return str(number)


class FilterState(FilterValue):
    """Connection states; NONE turns connection tracking off for the rule."""

    rng = matching(f"({'|'.join(_STATES)})(,({'|'.join(_STATES)}))*|NONE")

    @override
    def literal(self, text: str) -> str:
        """The states in their usual order."""
        words = [word.strip().upper() for word in text.split(",")] if text else []
        if any(word not in (*_STATES, "NONE") for word in words):
            raise ValueError("")
        return "NONE" if "NONE" in words else ",".join(state for state in _STATES if state in words)


_FLAG_SET = f"(({'|'.join(_TCP_FLAGS)})(,({'|'.join(_TCP_FLAGS)}))*|ALL|NONE)"


class FilterTcpFlags(FilterValue):
    """`MASK/FLAGS`: which flags are looked at, which of them must be set."""

    rng = matching(f"{_FLAG_SET}/{_FLAG_SET}")

    @override
    def literal(self, text: str) -> str:
        """Both sets in their usual order."""
        mask, slash, flags = text.partition("/")
        if not slash:
            raise ValueError("")
        return f"{self._set(mask)}/{self._set(flags)}"

    @staticmethod
    def _set(text: str) -> str:
        words = [word.strip().upper() for word in text.split(",")] if text else []
        if any(word not in (*_TCP_FLAGS, "ALL", "NONE") for word in words):
            raise ValueError("")
        if "ALL" in words or all(flag in words for flag in _TCP_FLAGS):
            return "ALL"
        return ",".join(flag for flag in _TCP_FLAGS if flag in words) or "NONE"


class FilterSetName(FilterValue):
    """The name of an ipset."""

    _NAME = re.compile(r"[a-zA-Z0-9_.:\-+ ]{1,31}\Z")
    rng = _with_variable('<data type="string"><param name="pattern">[a-zA-Z0-9_\\.:\\-\\+ ]{1,31}</param></data>')

    @override
    def literal(self, text: str) -> str:
        """The name itself."""
        if not self._NAME.match(text):
            raise ValueError("")
        return text


class FilterSetFlags(FilterValue):
    """Which addresses are looked up in the set, one word per dimension."""

    rng = '<data type="string"><param name="pattern">[SsDd][RrSs][CcTt](,[SsDd][RrSs][CcTt]){0,5}</param></data>'

    @override
    def literal(self, text: str) -> str:
        """In lower case."""
        words = text.lower().split(",")
        if len(words) > _MAX_SET_FLAGS or any(word not in ("src", "dst") for word in words):
            raise ValueError("")
        return ",".join(words)


class FilterBoolean(FilterValue):
    """yes, true and 1 are true, all else is false."""

    rng = _with_variable("".join(f"<value>{word}</value>" for word in ("yes", "no", "true", "false", "1", "0")))

    @override
    def literal(self, text: str) -> str:
        """`true` or `false`."""
        return "true" if text.lower() in ("yes", "true", "1") else "false"
