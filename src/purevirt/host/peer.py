"""Who is at the other end of a unix socket, as the kernel tells."""

from __future__ import annotations

import grp
import pwd
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

_UCRED = struct.Struct("iII")
_SO_PEERSEC = 31


@dataclass(frozen=True, slots=True)
class PeerCredentials:
    """As of the moment of connecting. `start_time` (clock ticks since boot) tells a process from a later one of the
    same number; None when it is gone already."""

    pid: int
    uid: int
    gid: int
    start_time: int | None
    selinux: str | None


def peer_credentials(sock: socket.socket, proc: Path = Path("/proc")) -> PeerCredentials:
    """Raises OSError when the kernel does not say."""
    raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    pid, uid, gid = _UCRED.unpack(raw)
    return PeerCredentials(pid, uid, gid, process_start_time(pid, proc), _label(sock))


def _label(sock: socket.socket) -> str | None:
    try:
        raw = sock.getsockopt(socket.SOL_SOCKET, _SO_PEERSEC, 4096)
    except OSError:
        return None
    return raw.rstrip(b"\0").decode(errors="replace") or None


def process_start_time(pid: int, proc: Path = Path("/proc")) -> int | None:
    """Field 22 of /proc/PID/stat; None when there is no such process."""
    try:
        text = (proc / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    try:
        return int(text.rpartition(")")[2].split()[19])
    except (IndexError, ValueError):
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
