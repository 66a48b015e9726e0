"""Opening async connections: `purevirt.aio.open` and its kin."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from purevirt.client.base import Link
from purevirt.client.connect import VIR_CONNECT_RO, open_connection
from purevirt.client.connect import open_admin as _open_admin
from purevirt.client.objects import AdmConnection, Connection

if TYPE_CHECKING:
    from purevirt.client.channel import Channel
    from purevirt.client.local import LocalLink
    from purevirt.client.local_stream import Pipe
    from purevirt.drivers.remote.address import Address
    from purevirt.drivers.remote.credentials import Credential, Credentials
    from purevirt.rpc.aio import AsyncTransport
    from purevirt.rpc.blocking import BlockingTransport
    from purevirt.rpc.uri import Uri

C = TypeVar("C", bound=Connection | AdmConnection)


class Opening(Generic[C]):
    """A connection to be: `conn = await open(…)`, or `async with open(…) as conn:` to close it at the end."""

    __slots__ = ("_conn", "_work")

    def __init__(self, work: Callable[[], Awaitable[C]]) -> None:
        self._work = work
        self._conn: C | None = None

    def __await__(self) -> Generator[Any, None, C]:
        return self._work().__await__()

    async def __aenter__(self) -> C:
        self._conn = await self._work()
        return self._conn

    async def __aexit__(self, *exc: object) -> None:
        assert self._conn is not None
        await self._conn.close()


def open(
    name: str | None = None,
    *,
    readonly: bool = False,
    flags: int = 0,
    deadline: float | None = None,
    reconnect: bool = False,
) -> Opening[Connection]:
    """Connect to `name` (see purevirt.client.connect for what None means); virConnectOpen.

    `deadline` in seconds bounds the opening and then is the default of every call. With `reconnect` a connection that
    was lost is opened again by itself, and callbacks and iterators of events get one gap event.
    """
    return Opening(partial(_open, name, flags | (VIR_CONNECT_RO if readonly else 0), None, deadline, reconnect))


def open_read_only(
    name: str | None = None, *, flags: int = 0, deadline: float | None = None, reconnect: bool = False
) -> Opening[Connection]:
    """virConnectOpenReadOnly: nothing can be changed through it."""
    return open(name, readonly=True, flags=flags, deadline=deadline, reconnect=reconnect)


def open_auth(
    name: str | None,
    credential_types: Iterable[int],
    ask: Callable[[list[Credential]], int] | None,
    flags: int = 0,
    *,
    deadline: float | None = None,
    reconnect: bool = False,
) -> Opening[Connection]:
    """virConnectOpenAuth: `ask` is called from the loop with the credentials (of the VIR_CRED_* types it can fill in)
    that are needed and not in auth.conf; a negative answer gives up.
    """
    from purevirt.drivers.remote.credentials import Credentials

    return Opening(partial(_open, name, flags, Credentials(credential_types, ask), deadline, reconnect))


def open_admin(name: str | None = None, flags: int = 0, *, deadline: float | None = None) -> Opening[AdmConnection]:
    """virAdmConnectOpen: the admin interface of `libvirtd:///system`, `virtqemud:///session` …"""
    return Opening(partial(_open_admin, name, flags, deadline, _dial))


async def _open(
    name: str | None, flags: int, credentials: Credentials | None, deadline: float | None, reconnect: bool
) -> Connection:
    conn = await open_connection(name, flags, credentials, deadline, _dial, _local, reconnect)
    conn.deadline = deadline
    conn._subscriptions.inline = True
    conn._offload = asyncio.to_thread
    if reconnect and conn._opener is not None:
        from purevirt.client.aio_revive import TaskReviver

        conn._reviver = TaskReviver(conn)
    return conn


async def _dial(address: Address, programs: list[Any], deadline: float | None) -> AsyncTransport:
    """Connecting (names, handshakes, helper programs) happens in a thread; from then on the loop has the link."""
    from purevirt.drivers.remote.dial import dial
    from purevirt.rpc.aio import AsyncTransport

    connecting = asyncio.get_running_loop().run_in_executor(None, dial, address, programs, deadline)
    try:
        blocking = await asyncio.shield(connecting)
    except asyncio.CancelledError:
        connecting.add_done_callback(_let_go)
        raise
    return AsyncTransport(blocking.link, programs)


def _let_go(connecting: asyncio.Future[BlockingTransport]) -> None:
    """Nobody waits any more for the connection that a thread was making."""
    if not connecting.cancelled() and connecting.exception() is None:
        connecting.result().close()


async def _local(uri: Uri, readonly: bool) -> Link:
    from purevirt.client.local import open_local

    return await open_local(uri, readonly, _loop_channel)


def _loop_channel(link: LocalLink) -> tuple[Pipe, Channel]:
    from purevirt.client.aio_local_stream import LoopChannel, LoopPipe

    pipe = LoopPipe()
    return pipe, LoopChannel(pipe)
