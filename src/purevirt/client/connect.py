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
from purevirt.rpc.uri import Uri, parse_uri

if TYPE_CHECKING:
    from purevirt.client.objects import AdmConnection, Connection
    from purevirt.drivers.remote.address import Address
    from purevirt.drivers.remote.credentials import Credentials

VIR_CONNECT_RO = 1
VIR_CONNECT_NO_ALIASES = 2
IN_PROCESS = frozenset({"test"})
"""Drivers that run in the caller's process when the URI names neither host nor transport."""

Dial = Callable[["Address", "list[Any]", "float | None"], Awaitable[Any]]
"""Makes a transport of the face's kind."""
LocalLink = Callable[[Uri, bool], Awaitable[Link]]
"""Opens an in-process driver for the face."""


def config_dirs() -> list[str]:
    """Where libvirt.conf may be: a user's own file counts alone for ordinary users."""
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
        return [f"{home}/libvirt/libvirt.conf"]
    return ["/etc/libvirt/libvirt.conf"]


def read_client_conf() -> dict[str, Any]:
    """`uri_default` and `uri_aliases` of libvirt.conf; {} where there is none. Raises CONF_SYNTAX."""
    for path in config_dirs():
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        except OSError:
            continue
        return _settings(text)
    return {}


def _settings(text: str) -> dict[str, Any]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        return {}  # the usual file: nothing but comments
    from purevirt.client.conf import parse_settings

    return parse_settings("\n".join(lines))


def resolve_name(name: str | None, flags: int) -> str | None:
    """The URI that a caller's name means; None: whatever runs here."""
    settings: dict[str, Any] | None = None
    if not name:
        name = os.environ.get("LIBVIRT_DEFAULT_URI") or None
        if name is None:
            settings = read_client_conf()
            name = settings.get("uri_default")
    if name is None:
        return None
    if not flags & VIR_CONNECT_NO_ALIASES and ":" not in name:
        if settings is None:
            settings = read_client_conf()
        for alias in settings.get("uri_aliases", ()):
            key, _, target = str(alias).partition("=")
            if key == name:
                name = target
                break
    return "xen:///system" if name.lower() == "xen" else name


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
    from purevirt.client.objects import Connection

    text = resolve_name(name, flags)
    uri = None
    if text is not None:
        uri = parse_uri(text)
        if uri is None:
            raise _no_driver(f"URI '{text}' does not include a driver name")
    readonly = bool(flags & VIR_CONNECT_RO)
    if uri is not None and _runs_here(uri):
        return Connection(await local(uri, readonly), text or "", readonly)

    async def opener() -> Link:
        return await _open_remote(uri, readonly, credentials, deadline, dial)

    link = await opener()
    if text is None:
        text = await link.invoke("connect_get_uri", (), deadline)
    return Connection(link, text, readonly, opener if reconnect else None)


def _runs_here(uri: Uri) -> bool:
    if uri.transport is not None or uri.server:
        return False
    return uri.driver in IN_PROCESS or uri.path == "/embed"


async def _open_remote(
    uri: Uri | None, readonly: bool, credentials: Credentials | None, deadline: float | None, dial: Dial
) -> Link:
    from purevirt.drivers.remote.address import resolve
    from purevirt.drivers.remote.credentials import Credentials
    from purevirt.drivers.remote.handshake import open_driver, programs

    address = resolve(uri, readonly)
    if credentials is None:
        credentials = Credentials()
    credentials.authfile = address.param("authfile")
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
