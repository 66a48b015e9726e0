"""A connected blocking transport for an address. The asyncio twin is dial_aio.py."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from purevirt.drivers.remote.address import bad_argument
from purevirt.errors import VirtError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ssl import SSLContext

    from purevirt.drivers.remote.address import Address
    from purevirt.protocol.rows import Program
    from purevirt.rpc.blocking import BlockingTransport
    from purevirt.rpc.ssh import SshTarget


def dial(address: Address, programs: Iterable[Program], deadline: float | None) -> BlockingTransport:
    """Connect. `deadline` is a moment (monotonic). Raises VirtError as the C library words it."""
    if address.transport == "unix":
        return _dial_unix(address, programs, deadline)
    if address.transport in ("tcp", "tls"):
        return _dial_ip(address, programs, deadline)
    from purevirt.rpc.blocking import BlockingTransport
    from purevirt.rpc.ssh import open_program, open_ssh

    if address.transport == "ext":
        command = address.param("command")
        if command is None:
            raise bad_argument("remote_open: for 'ext' transport, command is required")
        return BlockingTransport(open_program([command]), programs)
    answer = None
    if address.credentials is not None:
        from purevirt.drivers.remote.ssh_prompts import answers

        answer = answers(address.credentials, address.host)
    return BlockingTransport(open_ssh(ssh_target(address), answer), programs)


def ssh_target(address: Address) -> SshTarget:
    """The URI's parameters for ssh. Naming a socket or a netcat means using it."""
    from purevirt.rpc.ssh import SshTarget

    named = address.param("netcat") or address.param("socket")
    command = address.param("command")
    return SshTarget(
        host=address.host,
        uri=address.name or "",
        socket=address.sockets[0],
        readonly=address.readonly,
        proxy="netcat" if named and address.proxy == "auto" else address.proxy,
        user=address.user,
        port=address.port,
        command="ssh" if command is None else command,
        keyfile=address.param("keyfile"),
        netcat=address.param("netcat") or "nc",
        no_tty=address.flag("no_tty"),
        no_verify=address.flag("no_verify"),
        sshauth=address.param("sshauth"),
        known_hosts=address.param("known_hosts"),
        known_hosts_verify=address.param("known_hosts_verify"),
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
    path = address.sockets[-1]
    try:
        return connect_unix(path, deadline, programs)
    except VirtError as e:
        if not address.session or address.param("socket") is not None or e.int1 not in (errno.ENOENT, errno.ECONNREFUSED):
            raise
        from purevirt.host import session_daemon

        if not session_daemon.is_wanted():
            raise
        return session_daemon.connected(os.path.dirname(path), lambda: connect_unix(path, deadline, programs))
