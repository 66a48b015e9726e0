"""Ports on which displays listen: a free one of a range is found by binding it, and kept until its guest ends."""

from __future__ import annotations

import socket
from pathlib import Path

from purevirt.drivers.qemu import errors


class PortAllocator:
    """Ports by owner (a guest's own directory)."""

    def __init__(self) -> None:
        self._owner: dict[int, Path] = {}

    def acquire(self, owner: Path, first: int, last: int, what: str) -> int:
        """The first free port of the range. INTERNAL_ERROR when none is left."""
        for port in range(first, last + 1):
            if port not in self._owner and _is_free(port):
                self._owner[port] = owner
                return port
        raise errors.internal(f"Unable to find an unused port in range '{what}' ({first}-{last})")

    def claim(self, owner: Path, port: int) -> None:
        """A port that a definition names or that a running guest has."""
        self._owner.setdefault(port, owner)

    def release(self, owner: Path) -> None:
        self._owner = {port: o for port, o in self._owner.items() if o != owner}


def _is_free(port: int) -> bool:
    for family, address in ((socket.AF_INET6, "::"), (socket.AF_INET, "0.0.0.0")):
        try:
            with socket.socket(family, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                sock.bind((address, port))
        except OSError as error:
            if family == socket.AF_INET6 and error.errno in (97, 99):  # no IPv6 here
                continue
            return False
    return True
