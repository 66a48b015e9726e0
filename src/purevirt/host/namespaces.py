"""Entering other processes' namespaces."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Sequence

from purevirt.errors import ErrorDomain, system_error

KINDS = ("user", "ipc", "uts", "net", "pid", "mnt")


def enter_namespaces(fds: Sequence[int]) -> list[int]:
    """Move the calling thread; descriptors of the namespaces it was in, for the way back. Raises VirtError SYSTEM_ERROR."""
    before = []
    for kind in KINDS:
        with contextlib.suppress(OSError):  # a kernel without that kind
            before.append(os.open(f"/proc/thread-self/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC))
    libc = ctypes.CDLL(None, use_errno=True)
    for fd in fds:
        if libc.setns(fd, 0) < 0:
            number = ctypes.get_errno()
            for old in before:
                os.close(old)
            raise system_error(number, "Unable to join domain namespace", ErrorDomain.NONE)
    return before


def enter_label(text: str) -> None:
    """Give the calling process another security context. Raises OSError."""
    with open("/proc/thread-self/attr/current", "w", encoding="utf-8") as file:
        file.write(text)
