"""A connected blocking transport for an address. The asyncio twin is dial_aio.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ssl import SSLContext

    from purevirt.drivers.remote.address import Address
    from purevirt.protocol.rows import Program
    from purevirt.rpc.blocking import BlockingTransport


def dial(address: Address, programs: Iterable[Program], deadline: float | None) -> BlockingTransport:
    """Connect. `deadline` is a moment (monotonic). Raises VirtError as the C library words it."""
    if address.transport == "unix":
        return _dial_unix(address, programs, deadline)
    if address.transport in ("tcp", "tls"):
        return _dial_ip(address, programs, deadline)
    raise VirtError(
        ErrorCode.INVALID_ARG, f"transport {address.transport} is not available", ErrorDomain.REMOTE
    )


def _dial_ip(address: Address, programs: Iterable[Program], deadline: float | None) -> BlockingTransport:
    from purevirt.rpc.blocking import BlockingTransport
    from purevirt.rpc.link import Link
    from purevirt.rpc.tcp import open_tcp

    assert address.port is not None
    if address.transport == "tcp":
        return BlockingTransport(Link(open_tcp(address.host, address.port, deadline)), programs)
    from purevirt.rpc.tls import open_tls

    context = tls_context(address)
    sock = open_tcp(address.host, address.port, deadline)
    return BlockingTransport(open_tls(sock, context, address.host, deadline), programs)


def tls_context(address: Address) -> SSLContext:
    """By the URI's parameters pkipath, no_verify, no_sanity and tls_priority. Raises VirtError."""
    from purevirt.rpc.pki import client_credentials
    from purevirt.rpc.tls import client_context

    files = client_credentials(address.param("pkipath"))
    context = client_context(files, not address.flag("no_verify"), address.param("tls_priority"))
    if not address.flag("no_sanity"):
        files.check_sanity()
    return context


def _dial_unix(address: Address, programs: Iterable[Program], deadline: float | None) -> BlockingTransport:
    from purevirt.rpc.blocking import connect_unix

    for path in address.sockets[:-1]:
        try:
            return connect_unix(path, deadline, programs)
        except VirtError:
            continue
    return connect_unix(address.sockets[-1], deadline, programs)
