"""The driver's usual errors, each with libvirt's code and text."""

from __future__ import annotations

from purevirt.errors import ErrorCode, ErrorDomain, NotFound, VirtError
from purevirt.types import arguments
from purevirt.types.uuid import format_uuid


def invalid(detail: str) -> VirtError:
    """OPERATION_INVALID: right operation, wrong moment."""
    return VirtError(ErrorCode.OPERATION_INVALID, detail, ErrorDomain.QEMU)


def bad_argument(detail: str) -> VirtError:
    return VirtError(ErrorCode.INVALID_ARG, detail, ErrorDomain.QEMU)


def unsupported(detail: str) -> VirtError:
    return VirtError(ErrorCode.CONFIG_UNSUPPORTED, detail, ErrorDomain.QEMU)


def not_supported(detail: str) -> VirtError:
    return VirtError(ErrorCode.OPERATION_UNSUPPORTED, detail, ErrorDomain.QEMU)


def failed(detail: str) -> VirtError:
    return VirtError(ErrorCode.OPERATION_FAILED, detail, ErrorDomain.QEMU)


def internal(detail: str) -> VirtError:
    return VirtError(ErrorCode.INTERNAL_ERROR, detail, ErrorDomain.QEMU)


def not_running() -> VirtError:
    return invalid("domain is not running")


def no_domain(uuid: bytes, name: str) -> NotFound:
    return NotFound(ErrorCode.NO_DOMAIN, f"no domain with matching uuid '{format_uuid(uuid)}' ({name})", ErrorDomain.QEMU)


def plain_argument(text: str, name: str, function: str, domain: int = ErrorDomain.QEMU) -> VirtError:
    """INVALID_ARG as libvirt tells it of an argument by name: the text stands alone, without "invalid argument"."""
    return VirtError(ErrorCode.INVALID_ARG, function, domain, message=text, str1=text, str2=name)


def check_flags(flags: int, allowed: int, function: str, domain: int = ErrorDomain.QEMU) -> None:
    """INVALID_ARG for flags that the function does not take."""
    arguments.check_flags(flags, allowed, function, domain)


def exclusive(flags: int, first: int, second: int, names: tuple[str, str], function: str) -> None:
    """INVALID_ARG when both flags are set."""
    if flags & first and flags & second:
        raise VirtError(
            ErrorCode.INVALID_ARG,
            f"{names[0]} in {function} must be exclusive with {names[1]}"
            if not names[1]
            else f"flags '{names[0]}' and '{names[1]}' in {function} are mutually exclusive",
            ErrorDomain.QEMU,
        )
