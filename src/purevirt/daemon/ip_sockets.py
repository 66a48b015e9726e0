"""Sockets for clients from other hosts."""

from __future__ import annotations

import contextlib
import errno
import socket

from purevirt.daemon.listeners import BACKLOG
from purevirt.errors import ErrorCode, ErrorDomain, VirtError, system_error


def bind_ip(host: str | None, service: str) -> list[socket.socket]:
    """Listening sockets on every address of `host` (None: all of this machine), port or service name. Raises VirtError."""
    try:
        addresses = socket.getaddrinfo(host, service, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as e:
        text = f"Unable to resolve address '{host or '*'}' service '{service}': {e.strerror}"
        raise VirtError(ErrorCode.SYSTEM_ERROR, text, ErrorDomain.RPC) from e
    sockets: list[socket.socket] = []
    last = errno.EADDRNOTAVAIL
    for family, kind, protocol, _, address in addresses:
        try:
            sock = socket.socket(family, kind, protocol)
        except OSError as e:  # a family that the kernel has not
            last = e.errno or last
            continue
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind(address)
            sock.listen(BACKLOG)
        except OSError as e:
            sock.close()
            last = e.errno or last
            if last == errno.EADDRINUSE:
                break
            continue
        sockets.append(sock)
    if last == errno.EADDRINUSE or not sockets:
        for sock in sockets:
            with contextlib.suppress(OSError):
                sock.close()
        raise system_error(last, "Unable to bind to port", ErrorDomain.RPC)
    return sockets
