"""Connecting to a server over TCP."""

from __future__ import annotations

import errno
import socket

from purevirt.errors import ErrorCode, ErrorDomain, Timeout, VirtError, system_error
from purevirt.rpc.link import time_left


def open_tcp(host: str, port: int, deadline: float | None, family: int = 0) -> socket.socket:
    """A connected socket: the first of the host's addresses that answers. Raises VirtError SYSTEM_ERROR, or Timeout."""
    try:
        addresses = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    except socket.gaierror as e:
        text = f"Unable to resolve address '{host}' service '{port}': {e.strerror}"
        raise VirtError(ErrorCode.SYSTEM_ERROR, text, ErrorDomain.RPC) from e
    last: OSError = OSError(errno.ECONNREFUSED, "no address")
    for address_family, kind, protocol, _, address in addresses:
        left = time_left(deadline)
        if left == 0:  # to a socket that would mean not to wait at all
            raise Timeout(f"no connection to '{host}:{port}' in time", ErrorDomain.RPC)
        sock = socket.socket(address_family, kind, protocol)
        try:
            sock.settimeout(left)
            sock.connect(address)
        except OSError as e:
            sock.close()
            last = e
            continue
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock
    number = last.errno or (errno.ETIMEDOUT if isinstance(last, TimeoutError) else errno.ECONNREFUSED)
    raise system_error(number, f"unable to connect to server at '{host}:{port}'", ErrorDomain.RPC) from last
