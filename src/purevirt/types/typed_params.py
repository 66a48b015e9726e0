"""Typed parameters (virTypedParameter): named values with one of seven C types.

On the wire a list of them is `TypedParam<>`; in Python code a list of `TypedParam` where the C type matters, and a
plain dict where it does not. `ParamList` builds the former with the type spelt in the method name, as drivers do:

    stats = ParamList().ullong("cpu.time", 12).string("block.0.name", "vda")
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from purevirt.types.override import override

INT, UINT, LLONG, ULLONG, DOUBLE, BOOLEAN, STRING = range(1, 8)
FIELD_LENGTH = 80
"""Size of the C field buffer; a name has at most one byte less."""

TYPE_NAMES = {
    INT: "int",
    UINT: "uint",
    LLONG: "llong",
    ULLONG: "ullong",
    DOUBLE: "double",
    BOOLEAN: "boolean",
    STRING: "string",
}

Value = int | float | bool | str
_Int = int
"""`int` inside ParamList is its method."""


class TypedParam:
    """One named value. `type` is a VIR_TYPED_PARAM_* number; a BOOLEAN's value is a bool, a DOUBLE's a float."""

    __slots__ = ("field", "type", "value")
    __match_args__: ClassVar[tuple[str, ...]] = ("field", "type", "value")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, field: str, type: int, value: Value) -> None:
        self.field = field
        self.type = type
        self.value = value

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TypedParam):
            return NotImplemented
        return self.field == other.field and self.type == other.type and self.value == other.value

    @override
    def __repr__(self) -> str:
        return f"TypedParam({self.field!r}, {TYPE_NAMES.get(self.type, self.type)}, {self.value!r})"


class ParamList(list[TypedParam]):
    """A list with one adding method per C type; each returns the list."""

    def int(self, field: str, value: _Int) -> ParamList:
        self.append(TypedParam(field, INT, value))
        return self

    def uint(self, field: str, value: _Int) -> ParamList:
        self.append(TypedParam(field, UINT, value))
        return self

    def llong(self, field: str, value: _Int) -> ParamList:
        self.append(TypedParam(field, LLONG, value))
        return self

    def ullong(self, field: str, value: _Int) -> ParamList:
        self.append(TypedParam(field, ULLONG, value))
        return self

    def double(self, field: str, value: float) -> ParamList:
        self.append(TypedParam(field, DOUBLE, value))
        return self

    def boolean(self, field: str, value: bool) -> ParamList:
        self.append(TypedParam(field, BOOLEAN, value))
        return self

    def string(self, field: str, value: str) -> ParamList:
        self.append(TypedParam(field, STRING, value))
        return self


class KeptParams(list[TypedParam]):
    """Parameters that are sent again and again and do not change any more: their encoding is kept with them."""

    __slots__ = ("encoded",)

    def __init__(self, params: Iterable[TypedParam]) -> None:
        super().__init__(params)
        self.encoded: bytes | None = None


def to_dict(params: Iterable[TypedParam]) -> dict[str, Value]:
    """Names to values; of a repeated name the last one counts (use `to_multidict` where repeats carry meaning)."""
    return {p.field: p.value for p in params}


def to_multidict(params: Iterable[TypedParam]) -> dict[str, list[Value]]:
    """Names to all their values, in order: migration parameters repeat `migrate_disks`."""
    out: dict[str, list[Value]] = {}
    for p in params:
        out.setdefault(p.field, []).append(p.value)
    return out


def guess_type(value: Value) -> int:
    """The C type a bare Python value gets, as libvirt-python chooses: whole numbers are LLONG, or ULLONG above it."""
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, float):
        return DOUBLE
    if isinstance(value, str):
        return STRING
    return LLONG if value < 1 << 63 else ULLONG


def from_dict(values: Mapping[str, Value | list[Value]], types: Mapping[str, int] | None = None) -> list[TypedParam]:
    """Parameters from a dict: each name's C type from `types`, otherwise guessed; a list repeats the name.

    Raises ValueError when a value does not fit the type asked for, naming the parameter.
    """
    out: list[TypedParam] = []
    for field, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            kind = (types or {}).get(field) or guess_type(one)
            out.append(TypedParam(field, kind, _coerce(field, kind, one)))
    return out


_RANGES = {
    INT: (-(1 << 31), (1 << 31) - 1),
    UINT: (0, (1 << 32) - 1),
    LLONG: (-(1 << 63), (1 << 63) - 1),
    ULLONG: (0, (1 << 64) - 1),
}


def _coerce(field: str, kind: int, value: Value) -> Value:
    if kind == STRING:
        if not isinstance(value, str):
            raise ValueError(f"parameter {field!r} takes a string, not {value!r}")
        return value
    if isinstance(value, str):
        raise ValueError(f"parameter {field!r} takes {TYPE_NAMES[kind]}, not a string")
    if kind == DOUBLE:
        return float(value)
    if kind == BOOLEAN:
        return bool(value)
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(f"parameter {field!r} takes a whole number, not {value!r}")
    low, high = _RANGES[kind]
    if not low <= value <= high:
        raise ValueError(f"parameter {field!r}: {value} is outside {TYPE_NAMES[kind]}")
    return int(value)
