"""libvirt-python's errors over ours: the exception, the thread's last error, the handler that is told first.

A call is wrapped in `failing("virDomainCreate")`: a VirtError inside becomes this thread's last error, goes to the
registered handler (without one to stderr, as the C library does), and is raised as `libvirtError`.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeGuard

from purevirt.compat.error_domains import DOMAIN_TEXTS
from purevirt.compat.handle import ClosedHandle
from purevirt.errors import ErrorCode, ErrorDomain, ErrorLevel, VirtError
from purevirt.protocol.xdr import XdrError

ErrorTuple = tuple[int, int, str, int, str | None, str | None, str | None, int, int]
_LEVELS = {ErrorLevel.WARNING: "warning", ErrorLevel.ERROR: "error"}


class _LastError(threading.local):
    error: ErrorTuple | None = None


_last = _LastError()
_handler: tuple[Callable[[Any, list[Any]], None], Any] | None = None


class libvirtError(Exception):
    """What every failing call raises. Made with a text for the case that no error is on record in this thread."""

    def __init__(self, defmsg: str) -> None:
        self.err = _last.error
        super().__init__(self.err[2] if self.err is not None else defmsg)

    def get_error_code(self) -> int | None:
        return None if self.err is None else self.err[0]

    def get_error_domain(self) -> int | None:
        return None if self.err is None else self.err[1]

    def get_error_message(self) -> str | None:
        return None if self.err is None else self.err[2]

    def get_error_level(self) -> int | None:
        return None if self.err is None else self.err[3]

    def get_str1(self) -> str | None:
        return None if self.err is None else self.err[4]

    def get_str2(self) -> str | None:
        return None if self.err is None else self.err[5]

    def get_str3(self) -> str | None:
        return None if self.err is None else self.err[6]

    def get_int1(self) -> int | None:
        return None if self.err is None else self.err[7]

    def get_int2(self) -> int | None:
        return None if self.err is None else self.err[8]


libvirtError.__module__ = "libvirt"


def error_tuple(e: VirtError) -> ErrorTuple:
    return (int(e.code), int(e.domain), e.message, int(e.level), e.str1, e.str2, e.str3, e.int1, e.int2)


def last_error() -> ErrorTuple | None:
    return _last.error


def reset_last_error() -> None:
    _last.error = None


def set_handler(function: Callable[[Any, list[Any]], None] | None, context: Any) -> None:
    global _handler
    _handler = None if function is None else (function, context)


def record(e: VirtError) -> None:
    """Make it this thread's last error and tell the handler."""
    error = _last.error = error_tuple(e)
    if _handler is not None:
        function, context = _handler
        function(context, list(error))
        return
    where = DOMAIN_TEXTS.get(error[1], "")
    sys.stderr.write(f"libvirt: {where} {_LEVELS.get(ErrorLevel(error[3]), '')} : {error[2]}\n")


def uuid16(value: Any, function: str) -> bytes:
    """A raw UUID. Of another length the binding does not even call the library: the error on record stays the last one."""
    raw: bytes = value.encode() if isinstance(value, str) else bytes(value)
    if len(raw) != 16:
        raise libvirtError(f"{function}() failed")
    return raw


def misfit(value: BaseException | None) -> TypeGuard[VirtError]:
    """Whether an argument was of a type that the call cannot carry: the binding refuses it before any call."""
    return isinstance(value, VirtError) and isinstance(value.__cause__, XdrError)


def _compatible(value: BaseException | None, function: str) -> VirtError | None:
    """What the C library would report for it; None for what is not an error of the library."""
    if isinstance(value, ClosedHandle):
        from purevirt.compat.calls.function_domains import FUNCTION_DOMAINS

        return VirtError(ErrorCode.INVALID_CONN, function, FUNCTION_DOMAINS.get(function, ErrorDomain.DOMAIN))
    return value if isinstance(value, VirtError) else None


class failing:
    """`with failing("virDomainCreate"):` around the calls that do what the C function does."""

    __slots__ = ("_function",)

    def __init__(self, function: str) -> None:
        self._function = function

    def __enter__(self) -> None:
        _last.error = None

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if misfit(value):
            raise TypeError(str(value.__cause__)) from value
        error = _compatible(value, self._function)
        if error is None:
            return
        record(error)
        raise libvirtError(f"{self._function}() failed") from None


class answering:
    """For the functions whose binding does not raise: the block ends, the caller goes on to return its failure value."""

    __slots__ = ("_function",)

    def __init__(self, function: str) -> None:
        self._function = function

    def __enter__(self) -> None:
        _last.error = None

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if misfit(value):
            raise TypeError(str(value.__cause__)) from value
        error = _compatible(value, self._function)
        if error is not None:
            record(error)
        return error is not None
