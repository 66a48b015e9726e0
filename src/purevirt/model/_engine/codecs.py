"""Values in XML text: how one is read, written and described in a schema.

A codec has `parse(text) -> value` (ValueError when bad; the exception's text is what stands behind "Expected "),
`format(value) -> str` and `rng`, the RELAX NG pattern of the text. `safe` says that the formatted text never needs
escaping. Leaf codecs that also use attributes of the element (Size) say so with `unit`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, Protocol, get_args, runtime_checkable

from purevirt.errors import ErrorCode, VirtError
from purevirt.types.override import override


@runtime_checkable
class Codec(Protocol):
    safe: bool
    rng: str

    def parse(self, text: str) -> Any: ...

    def format(self, value: Any) -> str: ...


class _Str:
    safe = False
    rng = "<text/>"

    def parse(self, text: str) -> str:
        return text

    def format(self, value: Any) -> str:
        return str(value)


_DECIMAL = re.compile(r"\s*[+-]?[0-9]+\Z")


class Int:
    """A decimal integer of [minimum, maximum]; `what` is the text that libvirt's error names.

    `base=0` also reads 0x and 0 prefixes as C does. `digits` writes hexadecimal of at least so many digits.
    """

    safe = True

    def __init__(self, minimum: int, maximum: int, what: str = "integer value", *, base: int = 10) -> None:
        self.minimum = minimum
        self.maximum = maximum
        self.what = what
        self.base = base
        wide = "unsignedLong" if maximum >= 2**32 else "unsignedInt"
        unsigned = f'<data type="{wide}"><param name="pattern">[0-9]+</param></data>'
        decimal = unsigned if minimum >= 0 else '<data type="long"/>'
        hexadecimal = '<data type="string"><param name="pattern">0[xX][0-9a-fA-F]+</param></data>'
        self.rng = decimal if base == 10 else f"<choice>{decimal}{hexadecimal}</choice>"

    def parse(self, text: str) -> int:
        value = c_integer(text, self.base)
        if value is None or not self.minimum <= value <= self.maximum:
            raise ValueError(self.what)
        return value

    def format(self, value: Any) -> str:
        return str(value)


class Hex(Int):
    """An unsigned integer read in any base and written as 0x with `digits` digits."""

    def __init__(self, digits: int, maximum: int | None = None) -> None:
        super().__init__(0, maximum if maximum is not None else 16**digits - 1, "non-negative integer value", base=0)
        self.digits = digits
        most = len(f"{self.maximum:x}")
        hexadecimal = f'<data type="string"><param name="pattern">(0x)?[0-9a-fA-F]{{1,{most}}}</param></data>'
        self.rng = f'<choice>{hexadecimal}<data type="unsignedInt"/></choice>'

    @override
    def format(self, value: Any) -> str:
        return f"0x{value:0{self.digits}x}"


def c_integer(text: str, base: int) -> int | None:
    """strtol's reading of the whole text (leading blanks, sign, prefix when base is 0 or 16); None when it is not one."""
    text = text.lstrip(" \t\n\r\f\v")
    if len(text) > 64:
        return None
    if base == 10:
        return int(text) if _DECIMAL.match(text) else None
    negative = text[:1] == "-"
    digits = text[1:] if text[:1] in ("-", "+") else text
    if base in (0, 16) and digits[:2] in ("0x", "0X"):
        digits, base = digits[2:], 16
    elif base == 0:
        base = 8 if len(digits) > 1 and digits[0] == "0" else 10
    if not digits or not digits.isalnum() or not digits.isascii():
        return None
    try:
        value = int(digits, base)
    except ValueError:
        return None
    return -value if negative else value


class _Bool:
    safe = True

    def __init__(self, yes: str, no: str) -> None:
        self.yes = yes
        self.no = no
        self.rng = f"<choice><value>{yes}</value><value>{no}</value></choice>"

    def parse(self, text: str) -> bool:
        if text == self.yes:
            return True
        if text == self.no:
            return False
        raise ValueError("")

    def format(self, value: Any) -> str:
        return self.yes if value else self.no


class Enum:
    """A closed set of words, made from a Literal alias."""

    safe = True

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(words)
        self.known = {word: word for word in self.words}
        self.safe = not any(c in word for word in self.words for c in "<>&'\"")
        self.rng = "<choice>" + "".join(f"<value>{word}</value>" for word in self.words) + "</choice>"

    def parse(self, text: str) -> str:
        try:
            return self.known[text]
        except KeyError:
            raise ValueError("") from None

    def format(self, value: Any) -> str:
        return str(value)


_UUID_RNG = (
    '<choice><data type="string"><param name="pattern">[a-fA-F0-9]{32}</param></data><data type="string">'
    '<param name="pattern">[a-fA-F0-9]{8}\\-([a-fA-F0-9]{4}\\-){3}[a-fA-F0-9]{12}</param></data></choice>'
)


class _Uuid:
    """Canonical lower-case text; dashes may stand anywhere between bytes, as virUUIDParse reads it."""

    safe = True
    rng = _UUID_RNG

    def parse(self, text: str) -> str:
        digits = text.strip().replace("-", "").replace(" ", "").lower()
        if len(digits) != 32 or any(c not in "0123456789abcdef" for c in digits):
            raise ValueError("UUID")
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def format(self, value: Any) -> str:
        return str(value)


class _Mac:
    """Six hexadecimal bytes, written in lower case with two digits each."""

    safe = True
    rng = '<data type="string"><param name="pattern">[a-fA-F0-9]{2}(:[a-fA-F0-9]{2}){5}</param></data>'

    def parse(self, text: str) -> str:
        parts = text.split(":")
        if len(parts) != 6 or any(not 1 <= len(p) <= 2 or c_integer(p, 16) is None for p in parts):
            raise ValueError("MAC address")
        return ":".join(f"{int(p, 16):02x}" for p in parts)

    def format(self, value: Any) -> str:
        return str(value)


class _Bitmap:
    """A set of numbers: "0-3,^2,8" (virBitmapParse), written as sorted ranges."""

    safe = True
    rng = (
        '<data type="string"><param name="pattern">([0-9]+(-[0-9]+)?|\\^[0-9]+)(,([0-9]+(-[0-9]+)?|\\^[0-9]+))*'
        "</param></data>"
    )

    def __init__(self, limit: int = 16384) -> None:
        self.limit = limit

    def parse(self, text: str) -> frozenset[int]:
        found: set[int] = set()
        for part in text.replace(" ", "").replace("\n", "").split(","):
            negative = part.startswith("^")
            low, dash, high = part.lstrip("^").partition("-")
            if not low.isdecimal() or (dash and not high.isdecimal()) or (negative and dash):
                raise _bad_bitmap(text)
            first, last = int(low[:9]), int((high or low)[:9])
            if last < first or last >= self.limit:
                raise _bad_bitmap(text)
            if negative:
                found.discard(first)
            else:
                found.update(range(first, last + 1))
        return frozenset(found)

    def format(self, value: Any) -> str:
        return format_bitmap(value)


def _bad_bitmap(text: str) -> VirtError:
    return VirtError(ErrorCode.INVALID_ARG, f"Failed to parse bitmap '{text}'")


def format_bitmap(numbers: Iterable[int]) -> str:
    """Sorted ranges: {0,1,2,5} → "0-2,5"."""
    ranges: list[list[int]] = []
    for n in sorted(numbers):
        if ranges and ranges[-1][1] == n - 1:
            ranges[-1][1] = n
        else:
            ranges.append([n, n])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)


_SUFFIX: Final[dict[str, int]] = {"": 1, "b": 1, "byte": 1, "bytes": 1}
for _power, _letter in enumerate("kmgtpe", start=1):
    _SUFFIX[_letter] = _SUFFIX[f"{_letter}ib"] = 1024**_power
    _SUFFIX[f"{_letter}b"] = 1000**_power


def scale(value: int, unit: str | None, default: int, limit: int = 2**64 - 1) -> int:
    """`value` of `unit` in bytes (virScaleInteger): INVALID_ARG for an unknown suffix, OVERFLOW above `limit` bytes."""
    factor = default if not unit else _SUFFIX.get(unit.lower())
    if factor is None:
        raise VirtError(ErrorCode.INVALID_ARG, f"unknown suffix '{unit}'")
    if value * factor > limit:
        raise VirtError(ErrorCode.OVERFLOW, f"value too large: {value}{unit or ''}")
    return value * factor


class Size:
    """A number with a unit attribute, held in `unit` and rounded up to it; `assume` is the unit when none is given."""

    safe = True
    rng = '<data type="unsignedLong"/>'

    def __init__(self, unit: str = "KiB", assume: str | None = None, *, write_unit: bool = True) -> None:
        self.unit = unit
        self.factor = _SUFFIX[unit.lower()]
        self.assume = _SUFFIX[(assume or unit).lower()]
        self.write_unit = write_unit

    def parse(self, text: str) -> int:
        return self.parse_scaled(text, None)

    def parse_scaled(self, text: str, unit: str | None) -> int:
        value = c_integer(text, 10)
        if value is None or not 0 <= value < 2**64:
            raise ValueError("size")
        return -(-scale(value, unit, self.assume) // self.factor)

    def format(self, value: Any) -> str:
        return str(value)


STR: Final = _Str()
INT: Final = Int(-(2**31), 2**31 - 1, "integer value")
UINT: Final = Int(0, 2**32 - 1, "non-negative integer value")
LONG: Final = Int(-(2**63), 2**63 - 1, "long long integer value")
ULONG: Final = Int(0, 2**64 - 1, "non-negative integer value")
YES_NO: Final = _Bool("yes", "no")
ON_OFF: Final = _Bool("on", "off")
UUID: Final = _Uuid()
MAC: Final = _Mac()
BITMAP: Final = _Bitmap()

_ENUMS: dict[Any, Enum] = {}


def as_codec(given: Any) -> Codec:
    """The codec itself, or the closed set of a Literal alias (made once per alias)."""
    if given is None:
        return STR
    if hasattr(given, "parse"):
        codec: Codec = given
        return codec
    known = _ENUMS.get(given)
    if known is None:
        words = _words(given)
        known = _ENUMS[given] = Enum(words)
    return known


def _words(alias: Any) -> list[str]:
    words: list[str] = []
    for arg in get_args(alias):
        words.extend([arg] if isinstance(arg, str) else _words(arg))
    if not words:
        raise TypeError(f"not a codec or a Literal of words: {alias!r}")
    return words
