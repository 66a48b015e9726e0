"""Who is at the other end of a unix socket, as the kernel tells."""

from __future__ import annotations

import grp
import os
import pwd
import socket
import struct
from dataclasses import dataclass

_UCRED = struct.Struct("iII")
_SO_PEERSEC = 31


@dataclass(frozen=True, slots=True)
class PeerCredentials:
    """As of the moment of connecting. `start_time` (clock ticks since boot) tells a process from a later one of the
    same number; None when it is gone already, and for root: whoever gets root's number later gains nothing by it."""

    pid: int
    uid: int
    gid: int
    start_time: int | None
    selinux: str | None


def peer_credentials(sock: socket.socket, proc: str = "/proc") -> PeerCredentials:
    """Raises OSError when the kernel does not say."""
    raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    pid, uid, gid = _UCRED.unpack(raw)
    return PeerCredentials(pid, uid, gid, process_start_time(pid, proc) if uid else None, _label(sock))


def _label(sock: socket.socket) -> str | None:
    try:
        raw = sock.getsockopt(socket.SOL_SOCKET, _SO_PEERSEC, 4096)
    except OSError:
        return None
    return raw.rstrip(b"\0").decode(errors="replace") or None


def process_start_time(pid: int, proc: str = "/proc") -> int | None:
    """Field 22 of /proc/PID/stat; None when there is no such process."""
    try:
        fd = os.open(f"{proc}/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)  # asked at every connection: the short way
        try:
            text = os.read(fd, 4096)
        finally:
            os.close(fd)
        return int(text.rpartition(b")")[2].split(None, 20)[19])
    except (OSError, IndexError, ValueError):
        return None


def user_name(uid: int) -> str | None:
    """The account's name; None when it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


def group_name(gid: int) -> str | None:
    """The group's name; None when it has none."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return None
