"""Connecting to a server's unix socket."""

from __future__ import annotations

import errno
import socket

from purevirt.errors import ErrorDomain, VirtError, system_error
from purevirt.rpc.link import time_left


def open_unix(path: str, deadline: float | None) -> socket.socket:
    """A connected socket. Raises VirtError SYSTEM_ERROR with the path in its text."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.settimeout(time_left(deadline))
        sock.connect(path)
    except OSError as e:
        sock.close()
        raise connect_error(path, e) from e
    return sock


def connect_error(path: str, cause: OSError) -> VirtError:
    number = cause.errno or (errno.ETIMEDOUT if isinstance(cause, TimeoutError) else errno.ECONNREFUSED)
    return system_error(number, f"Failed to connect socket to '{path}'", ErrorDomain.RPC)
