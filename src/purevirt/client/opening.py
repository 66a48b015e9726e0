"""Opening sync connections."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from purevirt.client.base import Link, run
from purevirt.client.blocking.of_connection import Connection
from purevirt.client.connect import VIR_CONNECT_RO, open_connection
from purevirt.client.connect import open_admin as _open_admin

if TYPE_CHECKING:
    from purevirt.client.blocking.of_admin import AdmConnection
    from purevirt.drivers.remote.address import Address
    from purevirt.drivers.remote.credentials import Credential, Credentials
    from purevirt.rpc.uri import Uri


def open(
    name: str | None = None,
    *,
    readonly: bool = False,
    flags: int = 0,
    deadline: float | None = None,
    reconnect: bool = False,
) -> Connection:
    """Connect to `name` (see purevirt.client.connect for what None means); virConnectOpen.

    `deadline` in seconds bounds the opening and then is the default of every call. With `reconnect` a connection that
    was lost is opened again at the next call, and event callbacks get one gap event.
    """
    return _open(name, flags | (VIR_CONNECT_RO if readonly else 0), None, deadline, reconnect)


def open_read_only(name: str | None = None, *, flags: int = 0, deadline: float | None = None) -> Connection:
    """virConnectOpenReadOnly: nothing can be changed through it."""
    return _open(name, flags | VIR_CONNECT_RO, None, deadline, False)


def open_auth(
    name: str | None,
    credential_types: Iterable[int],
    ask: Callable[[list[Credential]], int] | None,
    flags: int = 0,
    *,
    deadline: float | None = None,
    reconnect: bool = False,
) -> Connection:
    """virConnectOpenAuth: `ask` is called with the credentials (of the VIR_CRED_* types it can fill in) that are
    needed and not in auth.conf; a negative answer gives up.
    """
    from purevirt.drivers.remote.credentials import Credentials

    return _open(name, flags, Credentials(credential_types, ask), deadline, reconnect)


def _open(
    name: str | None, flags: int, credentials: Credentials | None, deadline: float | None, reconnect: bool
) -> Connection:
    twin = run(open_connection(name, flags, credentials, deadline, _dial, _local, reconnect))
    twin.deadline = deadline
    if reconnect:
        from purevirt.client.revive import ThreadReviver

        twin._reviver = ThreadReviver(twin)
    return Connection(twin)


def open_admin(name: str | None = None, flags: int = 0, *, deadline: float | None = None) -> AdmConnection:
    """virAdmConnectOpen: the admin interface of `libvirtd:///system`, `virtqemud:///session` …"""
    from purevirt.client.blocking.of_admin import AdmConnection

    return AdmConnection(run(_open_admin(name, flags, deadline, _dial)))


async def _dial(address: Address, programs: list[Any], deadline: float | None) -> Any:
    from purevirt.drivers.remote.dial import dial

    return dial(address, programs, deadline)


async def _local(uri: Uri, readonly: bool) -> Link:
    from purevirt.client.local import open_local

    return await open_local(uri, readonly)
