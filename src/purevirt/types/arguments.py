"""What every function does to its arguments first: refuse flag bits and typed parameters that it does not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.types.typed_params import TYPE_NAMES, TypedParam


def check_flags(flags: int, allowed: int, function: str, domain: int = ErrorDomain.NONE) -> None:
    """INVALID_ARG for bits that the function does not know; the text stands alone, as libvirt tells it."""
    extra = flags & ~allowed
    if extra:
        text = f"unsupported flags (0x{extra:x}) in function {function}"
        raise VirtError(
            ErrorCode.INVALID_ARG, function, domain, message=text, str1=function, str2="flags", int1=0, int2=0
        )


def require_value(value: bytes) -> None:
    """A secret's value has bytes: libvirt's server takes none for no value at all."""
    if not value:
        text = "value in virSecretSetValue must not be NULL"
        raise VirtError(
            ErrorCode.INVALID_ARG, domain=ErrorDomain.SECRET, message=text, str1="virSecretSetValue", str2="value", int1=0, int2=0
        )


def check_params(params: Iterable[TypedParam], types: Mapping[str, int]) -> None:
    """ARGUMENT_UNSUPPORTED for a name that is not taken, INVALID_ARG for a wrong type or one said twice."""
    seen: set[str] = set()
    for param in params:
        if param.field not in types:
            raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, f"parameter '{param.field}' not supported")
        if param.type != types[param.field]:
            text = (
                f"invalid type '{TYPE_NAMES[param.type]}' for parameter '{param.field}', "
                f"expected '{TYPE_NAMES[types[param.field]]}'"
            )
            raise VirtError(ErrorCode.INVALID_ARG, text)
        if param.field in seen:
            raise VirtError(ErrorCode.INVALID_ARG, f"parameter '{param.field}' occurs multiple times")
        seen.add(param.field)
