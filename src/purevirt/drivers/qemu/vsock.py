"""Guests' vsock devices: the kernel's side of one is an open /dev/vhost-vsock that has got an address (CID) of its own."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from collections.abc import Callable
from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.vsock import FIRST_GUEST_CID

DEVICE = "/dev/vhost-vsock"
SET_GUEST_CID = 0x4008AF60
"""VHOST_VSOCK_SET_GUEST_CID: _IOW(VHOST_VIRTIO, 0x60, __u64) of linux/vhost.h."""
LAST_CID = 0xFFFFFFFE


def open_vsock(vsock: Any, set_cid: Callable[[int, int], None] | None = None) -> tuple[int, int]:
    """An open device and its address: the one that the definition names, or the first free one when it leaves the choice.

    The chosen address is written into the document. SYSTEM_ERROR when the device or the address cannot be had.
    """
    set_cid = set_cid or _set_cid
    try:
        fd = os.open(DEVICE, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise _failed(f"unable to open '{DEVICE}'", error) from error
    try:
        vsock.cid.address = choose_cid(fd, None if vsock.cid.auto else vsock.cid.address, set_cid)
    except VirtError:
        os.close(fd)
        raise
    return fd, vsock.cid.address


def choose_cid(fd: int, wanted: int | None, set_cid: Callable[[int, int], None]) -> int:
    """Give the open device the wanted address, or the first one that no other guest has."""
    for cid in (wanted,) if wanted is not None else range(FIRST_GUEST_CID, LAST_CID):
        try:
            set_cid(fd, cid)
        except OSError as error:
            if wanted is not None:
                raise _failed("Failed to set guest cid", error) from error
            if error.errno != errno.EADDRINUSE:
                raise _failed("Failed to acquire guest cid", error) from error
        else:
            return cid
    raise VirtError(ErrorCode.INTERNAL_ERROR, "Failed to acquire guest cid", ErrorDomain.QEMU)


def _set_cid(fd: int, cid: int) -> None:
    fcntl.ioctl(fd, SET_GUEST_CID, struct.pack("=Q", cid))


def _failed(what: str, error: OSError) -> VirtError:
    return VirtError(ErrorCode.SYSTEM_ERROR, f"{what}: {error.strerror}", ErrorDomain.QEMU, int1=error.errno or 0)
