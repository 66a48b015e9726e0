"""Opening a daemon's admin socket."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from purevirt.drivers.remote.address import Address, runtime_dir
from purevirt.drivers.remote.driver import RemoteDriver
from purevirt.errors import ErrorCode, ErrorDomain, VirtError

if TYPE_CHECKING:
    from purevirt.rpc.uri import Uri

Dial = Callable[[Address, list[Any], float | None], Awaitable[Any]]

ADMIN_RUN = "/run/libvirt"
"""The C library names the other sockets through /var/run, this one directly."""


def resolve_admin(name: str | None) -> tuple[str, Address]:
    """The URI meant and its socket. Raises CONFIG_UNSUPPORTED for a scheme, path or parameter that no daemon has."""
    from purevirt.rpc.uri import parse_uri

    text = name or os.environ.get("LIBVIRT_ADMIN_DEFAULT_URI") or _default()
    uri = parse_uri(text)
    if uri is None:
        raise _unsupported("No URI scheme specified")
    unknown = next((name for name, _ in uri.params if name != "socket"), None)
    if unknown is not None:
        raise _unsupported(f"Unknown URI parameter '{unknown}'")
    address = Address("unix", False, uri)
    address.sockets = [uri.param("socket") or _socket(uri)]
    return text, address


def _unsupported(detail: str) -> VirtError:
    return VirtError(ErrorCode.CONFIG_UNSUPPORTED, detail, ErrorDomain.ADMIN)


def _default() -> str:
    return "libvirtd:///session" if hasattr(os, "geteuid") and os.geteuid() != 0 else "libvirtd:///system"


def _socket(uri: Uri) -> str:
    scheme = uri.scheme
    if scheme == "libvirtd":
        prefix = "libvirt"
    elif scheme.startswith("virt") and scheme.endswith("d"):
        prefix = scheme
    else:
        raise _unsupported(f"Unsupported URI scheme '{scheme}'")
    if uri.path == "/system":
        return f"{ADMIN_RUN}/{prefix}-admin-sock"
    if uri.path == "/session":
        return f"{runtime_dir()}/{prefix}-admin-sock"
    raise _unsupported(f"Invalid URI path '{uri.path}', try '/system'")


async def open_admin_driver(address: Address, flags: int, deadline: float | None, dial: Dial) -> RemoteDriver:
    """Connect and open; the driver's rows are those of the admin program."""
    import time

    from purevirt.protocol import admin

    until = None if deadline is None else time.monotonic() + deadline
    transport = await dial(address, [admin.PROGRAM], until)
    driver = RemoteDriver(transport, {"admin": admin.PROGRAM}, encrypted=False, secure=True)
    try:
        await driver.invoke("connect_open", (flags,), deadline, "admin")
    except BaseException:
        closing = transport.close()
        if closing is not None:
            await closing
        raise
    return driver
