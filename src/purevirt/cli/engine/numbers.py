"""Numbers as command lines spell them: decimal with C's leniency, and sizes with a unit."""

from __future__ import annotations

import re
from collections.abc import Callable

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

Reader = Callable[[str], "int | None"]

INT_MAX = 2**31 - 1
UINT_MAX = 2**32 - 1
LLONG_MAX = 2**63 - 1
ULLONG_MAX = 2**64 - 1
ULONG_MAX = ULLONG_MAX

_DECIMAL = re.compile(r"[ \t\n\v\f\r]*([+-]?)([0-9]+)\Z")
_SCALED = re.compile(r"[ \t\n\v\f\r]*(\+?)([0-9]+)(.*)\Z", re.DOTALL)
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5, "e": 6}


def signed(text: str, bits: int) -> int | None:
    """A decimal integer of `bits` bits; None when malformed or out of range."""
    match = _DECIMAL.match(text)
    if match is None:
        return None
    value = int(match[1] + match[2])
    return value if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else None


def unsigned(text: str, bits: int, *, wrap: bool = False) -> int | None:
    """A decimal integer without sign; with `wrap`, -1 means the greatest value and so on, as strtoul has it."""
    match = _DECIMAL.match(text)
    if match is None:
        return None
    value = int(match[2])
    if match[1] == "-":
        if not wrap:
            return None
        return (-value) % 2**bits if value < 2**bits else None
    return value if value < 2**bits else None


def scaled(text: str, default_scale: int, maximum: int) -> int | None:
    """A size such as 10, 10k, 10KiB (1024) or 10KB (1000), in bytes; None when it does not begin with a number.

    Raises VirtError (INVALID_ARG, OVERFLOW) for an unknown unit or a value above `maximum` bytes.
    """
    match = _SCALED.match(text)
    if match is None or int(match[2]) > ULLONG_MAX:
        return None
    value, suffix = int(match[2]), match[3]
    return scale(value, suffix, default_scale, maximum)


def scale(value: int, suffix: str, default_scale: int, maximum: int) -> int:
    """`value` times the unit of `suffix`, in bytes."""
    factor = _factor(suffix, default_scale)
    if factor is None:
        raise VirtError(ErrorCode.INVALID_ARG, f"unknown suffix '{suffix}'", ErrorDomain.NONE)
    if value and value > maximum // factor:
        raise VirtError(ErrorCode.OVERFLOW, f"value too large: {value}{suffix}", ErrorDomain.NONE)
    return value * factor


def _factor(suffix: str, default_scale: int) -> int | None:
    if not suffix:
        return default_scale
    low = suffix.lower()
    if low in ("b", "byte", "bytes"):
        return 1
    power = _POWERS.get(low[0])
    if power is None:
        return None
    rest = low[1:]
    if rest in ("", "ib"):
        return 1 << (10 * power)
    return int(10 ** (3 * power)) if rest == "b" else None


def pretty(value: int) -> tuple[float, str]:
    """A byte count as a number below 1024 and its unit, as virsh prints sizes."""
    amount = float(value)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if amount < 1024:
            return amount, unit
        amount /= 1024
    return amount, "EiB"
