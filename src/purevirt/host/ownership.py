"""DAC ownership of files that a guest uses: given to its user at start, given back at the end.

The original owner and the number of users are remembered in the extended attributes libvirt uses
(`trusted.libvirt.security.dac`, `ref_dac`, `timestamp_dac`), so either daemon can undo what the other one did.
Where the file system has no such attributes, or we may not write them, the owner goes back to root.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from functools import cache
from pathlib import Path

_OWNER = "trusted.libvirt.security.dac"
_COUNT = "trusted.libvirt.security.ref_dac"
_BOOT = "trusted.libvirt.security.timestamp_dac"
_UNSUPPORTED = {errno.ENOTSUP, errno.ENOSYS, errno.EPERM, errno.EOPNOTSUPP}


@cache
def boot_time(proc: Path = Path("/proc")) -> str:
    """Seconds since the epoch when this machine booted: a remembered owner from before it is stale."""
    for line in (proc / "stat").read_text().splitlines():
        if line.startswith("btime "):
            return line.split()[1]
    return "0"


def _get(fd: int, name: str) -> str | None:
    try:
        return os.getxattr(fd, name).rstrip(b"\0").decode()
    except OSError as error:
        if error.errno in {errno.ENODATA, *_UNSUPPORTED}:
            return None
        raise


def _open(path: str) -> int:
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def give(path: str, uid: int, gid: int, *, remember: bool = True) -> None:
    """Let `uid`:`gid` own the file and count one more user. OSError when the file is missing or the change refused.

    A read-only file system is accepted when the user can read the file anyway.
    """
    fd = _open(path)
    try:
        status = os.fstat(fd)
        if remember:
            _remember(fd, status)
        if (status.st_uid, status.st_gid) == (uid, gid):
            return
        try:
            os.fchown(fd, uid, gid)
        except OSError as error:
            readable = status.st_mode & stat.S_IROTH
            if error.errno not in {errno.EROFS, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP} or not readable:
                raise
    finally:
        os.close(fd)


def _remember(fd: int, status: os.stat_result) -> None:
    with suppress(OSError):
        known = _get(fd, _OWNER) if _get(fd, _BOOT) == boot_time() else None
        if known is None:
            os.setxattr(fd, _OWNER, f"+{status.st_uid}:+{status.st_gid}".encode())
            os.setxattr(fd, _COUNT, b"1")
            os.setxattr(fd, _BOOT, boot_time().encode())
        else:
            os.setxattr(fd, _COUNT, str(int(_get(fd, _COUNT) or 0) + 1).encode())


def take_back(path: str, *, remember: bool = True) -> None:
    """Count one user less; with the last one the owner is what it was, root where nothing is remembered.

    A file that is gone is no error.
    """
    try:
        fd = _open(path)
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return
    try:
        uid, gid = 0, 0
        if remember:
            owner = _get(fd, _OWNER)
            if owner is not None:
                left = int(_get(fd, _COUNT) or 1) - 1
                if left > 0:
                    os.setxattr(fd, _COUNT, str(left).encode())
                    return
                for name in (_OWNER, _COUNT, _BOOT):
                    with suppress(OSError):
                        os.removexattr(fd, name)
                uid, gid = (int(part.lstrip("+")) for part in owner.split(":"))
        with suppress(OSError):
            os.fchown(fd, uid, gid)
    finally:
        os.close(fd)
