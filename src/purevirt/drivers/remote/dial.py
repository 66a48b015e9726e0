"""A connected blocking transport for an address. The asyncio twin is dial_aio.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from purevirt.drivers.remote.address import Address
    from purevirt.protocol.rows import Program
    from purevirt.rpc.blocking import BlockingTransport


def dial(address: Address, programs: Iterable[Program], deadline: float | None) -> BlockingTransport:
    """Connect. `deadline` is a moment (monotonic). Raises VirtError as the C library words it."""
    if address.transport == "unix":
        return _dial_unix(address, programs, deadline)
    if address.transport == "tcp":
        from purevirt.rpc.blocking import BlockingTransport
        from purevirt.rpc.link import Link
        from purevirt.rpc.tcp import open_tcp

        assert address.port is not None
        return BlockingTransport(Link(open_tcp(address.host, address.port, deadline)), programs)
    raise VirtError(
        ErrorCode.INVALID_ARG, f"transport {address.transport} is not available", ErrorDomain.REMOTE
    )


def _dial_unix(address: Address, programs: Iterable[Program], deadline: float | None) -> BlockingTransport:
    from purevirt.rpc.blocking import connect_unix

    for path in address.sockets[:-1]:
        try:
            return connect_unix(path, deadline, programs)
        except VirtError:
            continue
    return connect_unix(address.sockets[-1], deadline, programs)
