"""The driver's usual errors, each with libvirt's code and text."""

from __future__ import annotations

from purevirt.errors import ErrorCode, ErrorDomain, NotFound, VirtError
from purevirt.types import arguments
from purevirt.types import constants as C

FROM = ErrorDomain.TEST


def invalid(detail: str) -> VirtError:
    """OPERATION_INVALID: right operation, wrong moment."""
    return VirtError(ErrorCode.OPERATION_INVALID, detail, FROM)


def bad_argument(detail: str) -> VirtError:
    return VirtError(ErrorCode.INVALID_ARG, detail, FROM)


def failed(detail: str) -> VirtError:
    return VirtError(ErrorCode.OPERATION_FAILED, detail, FROM)


def internal(detail: str) -> VirtError:
    return VirtError(ErrorCode.INTERNAL_ERROR, detail, FROM)


def not_running() -> VirtError:
    return VirtError(ErrorCode.OPERATION_INVALID, "domain is not running", ErrorDomain.DOMAIN)


def not_found(code: ErrorCode, detail: str | None = None) -> NotFound:
    return NotFound(code, detail, FROM)


def unknown() -> VirtError:
    """A failure that says nothing: upstream's function returns -1 and sets no error."""
    error = VirtError(ErrorCode.INTERNAL_ERROR, message="An error occurred, but the cause is unknown", int1=0, int2=0)
    error.str1 = None
    return error


def check_getter(flags: int, allowed: int, function: str) -> int:
    """As `check_flags`, for functions that answer typed parameters: clients say that they know strings. The rest is returned."""
    check_flags(flags, allowed | C.VIR_TYPED_PARAM_STRING_OKAY, function)
    return flags & ~C.VIR_TYPED_PARAM_STRING_OKAY


def check_flags(flags: int, allowed: int, function: str) -> None:
    """INVALID_ARG for flags that the function does not take."""
    arguments.check_flags(flags, allowed, function, FROM)
