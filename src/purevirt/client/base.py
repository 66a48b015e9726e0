"""What all client objects share: the link they call through, their wire identity, and how the sync face runs them.

All logic is `async def`, written once. The async face exposes the coroutines; the sync face drives each with one
`send(None)` over a link whose coroutines never suspend (`run`). Nothing here imports asyncio.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.types.override import override

if TYPE_CHECKING:
    from purevirt.client.aio_events import EventIterator
    from purevirt.client.channel import Channel
    from purevirt.client.objects import (
        AdmClient,
        AdmConnection,
        AdmServer,
        Connection,
        Domain,
        Interface,
        Network,
        NodeDevice,
        NWFilter,
        NWFilterBinding,
        Secret,
        StoragePool,
        StorageVol,
    )
    from purevirt.client.subscriptions import Subscriptions

T = TypeVar("T")
E = TypeVar("E", bound=IntEnum)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never suspends. A suspension is a bug of the link: RuntimeError."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise RuntimeError("a call suspended on the sync face")


def enum_of(kind: type[E], value: int) -> E:
    """The member, or the bare number where a newer peer sends one we do not know."""
    try:
        return kind(value)
    except ValueError:
        return value  # type: ignore[return-value]


class Link(Protocol):
    """What a connection calls through: the remote driver, or a local driver in this process.

    `deadline` is in seconds from the call; None takes the connection's default. Descriptors given stay the caller's;
    those returned are the caller's to close.
    """

    deadline: float | None
    on_close: Callable[[int], None] | None
    reports_close: bool
    """Whether the link can end by itself; where it cannot, close callbacks are taken and forgotten."""
    unknown_callback: str
    """What is said of a callback number ({}) that is not registered."""

    def set_keepalive(self, interval_s: int, count: int) -> None: ...

    async def invoke(
        self, procedure: str, args: tuple[Any, ...], deadline: float | None = None, program: str = "remote"
    ) -> Any: ...

    async def invoke_fds(
        self,
        procedure: str,
        args: tuple[Any, ...],
        fds: Sequence[int],
        deadline: float | None = None,
        program: str = "remote",
    ) -> tuple[Any, list[int]]: ...

    async def open_channel(
        self, procedure: str, args: tuple[Any, ...], deadline: float | None = None, *, sparse: bool = False
    ) -> tuple[Any, Channel]:
        """Run a procedure that has a stream; its result and our end of the stream."""
        ...

    def supports(self, procedure: str) -> bool: ...

    async def subscribe(
        self,
        scope: str,
        event_id: int,
        ref: Any,
        deliver: Callable[[Any], None],
        extra: tuple[Any, ...] = (),
        deadline: float | None = None,
    ) -> object:
        """Ask for events; `deliver` gets wire messages (without callback ids). The token is for `unsubscribe`."""
        ...

    async def unsubscribe(self, token: Any, deadline: float | None = None) -> None: ...

    @property
    def alive(self) -> bool: ...

    @property
    def encrypted(self) -> bool: ...

    @property
    def secure(self) -> bool: ...

    async def close(self) -> None: ...


class Reviver(Protocol):
    """Opens a lost connection again, once at a time, whoever asks."""

    def lost(self) -> None:
        """The link has ended; from here on it may be opened again."""
        ...

    async def revive(self) -> None:
        """Return when the connection stands again. Raises the error of the last attempt."""
        ...

    def stop(self) -> None:
        """The connection is being closed on purpose."""
        ...


async def call_here(function: Callable[..., T], *args: Any) -> T:
    """`_offload` of the sync face."""
    return function(*args)


class ConnectionCore:
    """The state every group of connection calls works on."""

    __slots__ = (
        "__weakref__",
        "_call",
        "_close_callback",
        "_iterators",
        "_link",
        "_offload",
        "_readonly",
        "_reviver",
        "_subscriptions",
    )

    _link: Link
    _readonly: bool
    _subscriptions: Subscriptions
    _iterators: list[EventIterator]
    _reviver: Reviver | None
    """Set on a connection that re-opens itself."""
    _offload: Callable[..., Coroutine[Any, Any, Any]]
    """`await _offload(function, *args)`: a call that may block, where the face's loop does not wait for it."""
    _close_callback: Callable[[Any, int], None] | None
    _call: Callable[..., Coroutine[Any, Any, Any]]
    """`await _call(procedure, args, deadline, program="remote")`: the link's `invoke`, bound."""

    if TYPE_CHECKING:
        async def _standing(self) -> Link: ...

        # Objects from wire identities; Connection defines them.
        def _domain(self, ref: Any) -> Domain: ...
        def _network(self, ref: Any) -> Network: ...
        def _interface(self, ref: Any) -> Interface: ...
        def _storage_pool(self, ref: Any) -> StoragePool: ...
        def _storage_vol(self, ref: Any) -> StorageVol: ...
        def _node_device(self, ref: Any) -> NodeDevice: ...
        def _secret(self, ref: Any) -> Secret: ...
        def _nwfilter(self, ref: Any) -> NWFilter: ...
        def _nwfilter_binding(self, ref: Any) -> NWFilterBinding: ...


class Base:
    """An object of a connection: `_ref` is its identity as the protocol has it (name, UUID, id …)."""

    __slots__ = ("_conn", "_ref")

    def __init__(self, conn: Connection, ref: Any) -> None:
        self._conn = conn
        self._ref = ref

    def get_connect(self) -> Connection:
        """The connection the object belongs to."""
        return self._conn

    @override
    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._conn is other._conn and self._identity() == other._identity()

    @override
    def __hash__(self) -> int:
        return hash((type(self), self._identity()))

    def _identity(self) -> object:
        """What makes two handles the same object: UUID where there is one, else the names."""
        uuid = getattr(self._ref, "uuid", None)
        return uuid if uuid is not None else repr(self._ref)

    @override
    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self._ref, 'name', self._ref)!r}>"


class AdmConnectionCore:
    """The state admin calls work on."""

    __slots__ = ("__weakref__", "_call", "_link")

    _link: Link
    _call: Callable[..., Coroutine[Any, Any, Any]]

    if TYPE_CHECKING:

        def _server(self, ref: Any) -> AdmServer: ...
        def _client(self, ref: Any) -> AdmClient: ...


class AdmBase:
    """An object of an admin connection."""

    __slots__ = ("_conn", "_ref")

    def __init__(self, conn: AdmConnection, ref: Any) -> None:
        self._conn = conn
        self._ref = ref

    def get_connect(self) -> AdmConnection:
        return self._conn


def closed_error(function: str) -> VirtError:
    """A call on a connection that was closed."""
    return VirtError(ErrorCode.INVALID_CONN, function, ErrorDomain.NONE)
