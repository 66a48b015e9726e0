"""Errors that a call raises before anything goes to the wire, with the C library's codes and texts.

The domain of such an error is that of the C file the function lives in (measured with the distribution's client).
"""

from __future__ import annotations

import os
import stat

from purevirt.errors import Denied, ErrorCode, ErrorDomain, VirtError, system_error

FROM_NONE = ErrorDomain.NONE
FROM_DOMAIN = ErrorDomain.DOMAIN
FROM_NETWORK = ErrorDomain.NETWORK
FROM_STORAGE = ErrorDomain.STORAGE
FROM_SECRET = ErrorDomain.SECRET
FROM_NWFILTER = ErrorDomain.NWFILTER
FROM_INTERFACE = ErrorDomain.INTERFACE
FROM_NODEDEV = ErrorDomain.NODEDEV
FROM_DOMAIN_SNAPSHOT = ErrorDomain.DOMAIN_SNAPSHOT
FROM_DOMAIN_CHECKPOINT = ErrorDomain.DOMAIN_CHECKPOINT
FROM_STREAMS = ErrorDomain.STREAMS
FROM_ADMIN = ErrorDomain.ADMIN


def read_only(function: str, domain: int) -> VirtError:
    """The connection was opened read-only and `function` changes something."""
    return Denied(ErrorCode.OPERATION_DENIED, f"read only access prevents {function}", domain)


def secure_flag(function: str, domain: int) -> VirtError:
    """A read-only connection asked for security-sensitive parts of a document."""
    return Denied(ErrorCode.OPERATION_DENIED, f"{function} with secure flag", domain)


def _invalid(text: str, argument: str, function: str, domain: int) -> VirtError:
    return VirtError(
        ErrorCode.INVALID_ARG, domain=domain, message=text, str1=function, str2=argument, int1=0, int2=0
    )


def invalid_arg(text: str, argument: str, function: str, domain: int) -> VirtError:
    """virReportInvalidArg: the text stands alone, function and argument are in str1 and str2."""
    return _invalid(text, argument, function, domain)


def null_arg(argument: str, function: str, domain: int) -> VirtError:
    return _invalid(f"{argument} in {function} must not be NULL", argument, function, domain)


def not_null_arg(argument: str, function: str, domain: int) -> VirtError:
    return _invalid(f"{argument} in {function} must be NULL", argument, function, domain)


def empty_arg(argument: str, function: str, domain: int) -> VirtError:
    return _invalid(f"string {argument} in {function} must not be empty", argument, function, domain)


def zero_arg(argument: str, function: str, domain: int) -> VirtError:
    return _invalid(f"{argument} in {function} must not be zero", argument, function, domain)


def negative_arg(argument: str, function: str, domain: int) -> VirtError:
    return _invalid(f"{argument} in {function} must be zero or greater", argument, function, domain)


def positive_arg(argument: str, function: str, domain: int) -> VirtError:
    return _invalid(f"{argument} in {function} must be greater than zero", argument, function, domain)


def exclusive_flags(one: str, other: str, function: str, domain: int) -> VirtError:
    return _invalid(f"Flags '{one}' and '{other}' are mutually exclusive", "ctl", function, domain)


def required_flag(flag: str, needed: str, function: str, domain: int) -> VirtError:
    return _invalid(f"Flag '{needed}' is required by flag '{flag}'", "ctl", function, domain)


def absolute(path: str) -> str:
    """The name of a file as the driver is told it: relative ones are of the client's directory."""
    return path if path.startswith("/") else os.path.abspath(path)


def check_socket(fd: int, function: str, domain: int) -> None:
    """Raise unless the descriptor is a socket's."""
    try:
        mode = os.fstat(fd).st_mode
    except OSError as error:
        raise system_error(error.errno or 0, f"Unable to access file descriptor {fd}", domain) from None
    if not stat.S_ISSOCK(mode):
        raise invalid_arg(f"fd {fd} must be a socket", "fd", function, domain)
