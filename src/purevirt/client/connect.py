"""Opening connections: which URI is meant, and which driver serves it.

`name` None or "" takes $LIBVIRT_DEFAULT_URI, then `uri_default` of libvirt.conf, then whatever daemon runs here.
Aliases of libvirt.conf are followed unless VIR_CONNECT_NO_ALIASES is given.
"""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from purevirt.client.base import Link
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.rpc.uri import Uri, canonical, parse_uri

if TYPE_CHECKING:
    from purevirt.client.objects import AdmConnection, Connection
    from purevirt.drivers.remote.address import Address
    from purevirt.drivers.remote.credentials import Credentials
    from purevirt.model.virconf import Conf

VIR_CONNECT_RO = 1
VIR_CONNECT_NO_ALIASES = 2
IN_PROCESS = frozenset({"test"})
"""Drivers that run in the caller's process when the URI names neither host nor transport."""

Dial = Callable[["Address", "list[Any]", "float | None"], Awaitable[Any]]
"""Makes a transport of the face's kind."""
LocalLink = Callable[[Uri, bool], Awaitable[Link]]
"""Opens an in-process driver for the face."""


def resolve_name(name: str | None, flags: int, settings: Conf | None) -> str | None:
    """The URI that a caller's name means; None: whatever runs here. `settings` is libvirt.conf. Raises CONF_SYNTAX for
    a bad alias in it."""
    if not name:
        name = os.environ.get("LIBVIRT_DEFAULT_URI") or (settings.get_string("uri_default") if settings else None)
    if name is None:
        return None
    if settings is not None and not flags & VIR_CONNECT_NO_ALIASES:
        from purevirt.client.conf import follow_alias

        name = follow_alias(settings, name)
    return "xen:///system" if name.lower() == "xen" else name


def read_uri(text: str) -> Uri:
    """The URI's parts. Raises NO_CONNECT for a word, INTERNAL_ERROR for what is no URI at all."""
    uri = parse_uri(text)
    if uri is None:
        if text and not any(c in ":%" or c.isspace() for c in text):
            raise _no_driver(f"URI '{text}' does not include a driver name")
        raise VirtError(ErrorCode.INTERNAL_ERROR, f"Unable to parse URI {text}", ErrorDomain.URI)
    if uri.path == "/embed" and not uri.server and uri.param("root") is None:
        raise VirtError(ErrorCode.INVALID_ARG, "Missing URI parameter 'root'", ErrorDomain.URI)
    return uri


def _no_driver(text: str) -> VirtError:
    return VirtError(ErrorCode.NO_CONNECT, text, ErrorDomain.NONE)


async def open_connection(
    name: str | None,
    flags: int,
    credentials: Credentials | None,
    deadline: float | None,
    dial: Dial,
    local: LocalLink,
    reconnect: bool = False,
) -> Connection:
    """The async object for a name. `deadline` bounds the opening, in seconds."""
    from purevirt.client import conf
    from purevirt.client.objects import Connection

    settings = conf.read()
    text = resolve_name(name, flags, settings)
    uri = read_uri(text) if text is not None else None
    readonly = bool(flags & VIR_CONNECT_RO)
    if text is not None:
        text = canonical(text)
    if uri is not None and _runs_here(uri):
        from purevirt.api.asking import asked

        token = asked.set(credentials)
        try:
            return Connection(await local(uri, readonly), text or "", readonly)
        finally:
            asked.reset(token)

    async def opener() -> Link:
        return await _open_remote(uri, readonly, settings, credentials, deadline, dial)

    link = await opener()
    if text is None:
        text = await link.invoke("connect_get_uri", (), deadline)
    return Connection(link, text, readonly, opener if reconnect else None)


def _runs_here(uri: Uri) -> bool:
    if uri.transport is not None or uri.server:
        return False
    return uri.driver in IN_PROCESS or uri.path == "/embed"


async def _open_remote(
    uri: Uri | None,
    readonly: bool,
    settings: Conf | None,
    credentials: Credentials | None,
    deadline: float | None,
    dial: Dial,
) -> Link:
    from purevirt.drivers.remote.address import resolve
    from purevirt.drivers.remote.credentials import Credentials
    from purevirt.drivers.remote.handshake import open_driver, programs

    address = resolve(uri, readonly, settings)
    if credentials is None:
        credentials = Credentials()
    credentials.authfile = uri.param("authfile") if uri is not None else None
    address.credentials = credentials
    until = None if deadline is None else time.monotonic() + deadline
    transport = await dial(address, list(programs().values()), until)
    return await open_driver(transport, address, credentials, deadline)


async def open_admin(name: str | None, flags: int, deadline: float | None, dial: Dial) -> AdmConnection:
    """The admin connection for `libvirtd:///system`, `virtqemud:///session` … (None: $LIBVIRT_ADMIN_DEFAULT_URI)."""
    from purevirt.client.objects import AdmConnection
    from purevirt.drivers.remote.admin_open import open_admin_driver, resolve_admin

    text, address = resolve_admin(name)
    link = await open_admin_driver(address, flags, deadline, dial)
    return AdmConnection(link, text)
