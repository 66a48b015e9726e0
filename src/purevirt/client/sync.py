"""The sync face's own parts: what the generated twins in `blocking/` inherit, and the calls that have no regular twin.

A twin holds its async object in `_a` and runs that one's coroutines to their end (`base.run`) over a link whose
coroutines never suspend. Any number of threads may use one connection.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from purevirt.client.base import run
from purevirt.client.records import DomainStats, Event
from purevirt.client.subscriptions import EventCallback
from purevirt.types.override import override

if TYPE_CHECKING:
    from purevirt.client import objects as aio
    from purevirt.client.blocking.of_admin import AdmConnection
    from purevirt.client.blocking.of_connection import Connection
    from purevirt.client.blocking.of_domain import Domain
    from purevirt.client.blocking.of_stream import Stream


class SyncBase:
    """A twin. Two twins are equal when their async objects are."""

    __slots__ = ("_a",)

    def __init__(self, twin: Any) -> None:
        self._a = twin

    def get_connect(self) -> Connection:
        """The connection the object belongs to."""
        from purevirt.client.blocking.of_connection import Connection

        return Connection(self._a.get_connect())

    @override
    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        equal: bool = self._a == other._a
        return equal

    @override
    def __hash__(self) -> int:
        return hash(self._a)

    @override
    def __repr__(self) -> str:
        return repr(self._a)


def _async(twin: Any) -> Any:
    """The async object of an argument (None stays None)."""
    return twin if twin is None else twin._a


def sync_object(scope: str, twin: Any) -> Any:
    """The twin for the object of an event."""
    from purevirt.client.blocking import of_domain, of_host, of_network, of_storage

    makers: dict[str, Callable[[Any], Any]] = {
        "domain": of_domain.Domain,
        "qemu_monitor": of_domain.Domain,
        "network": of_network.Network,
        "storage_pool": of_storage.StoragePool,
        "node_device": of_host.NodeDevice,
        "secret": of_host.Secret,
    }
    return None if twin is None else makers[scope](twin)


class _Callback:
    """An event callback of the sync face; equal to another one around the same function."""

    __slots__ = ("function",)

    def __init__(self, function: EventCallback) -> None:
        self.function = function

    def __call__(self, event: Event) -> None:
        self.function(event._replace(object=sync_object(event.scope, event.object)))

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Callback) and other.function == self.function

    @override
    def __hash__(self) -> int:
        return hash(self.function)


def event_callback(function: EventCallback) -> EventCallback:
    return _Callback(function) if function is not None else function


class SyncConnection(SyncBase):
    """Connection's hand-written sync half: life, events, statistics."""

    __slots__ = ()

    _a: aio.Connection

    def __enter__(self) -> Connection:
        return self  # type: ignore[return-value]

    def __exit__(self, *exc: object) -> None:
        run(self._a.close())

    @property
    def deadline(self) -> float | None:
        """Seconds every call may take unless it says otherwise; None: as long as it takes."""
        return self._a.deadline

    @deadline.setter
    def deadline(self, seconds: float | None) -> None:
        self._a.deadline = seconds

    def reopen(self) -> None:
        """Open the transport again; see the async twin."""
        run(self._a.reopen())

    def get_all_domain_stats(
        self, stats: int = 0, flags: int = 0, *, deadline: float | None = None
    ) -> list[DomainStats]:
        """virConnectGetAllDomainStats: `stats` are VIR_DOMAIN_STATS_* groups, 0 for all."""
        return _stats(run(self._a.get_all_domain_stats(stats, flags, deadline=deadline)))

    def domain_list_get_stats(
        self, doms: Sequence[Domain], stats: int = 0, flags: int = 0, *, deadline: float | None = None
    ) -> list[DomainStats]:
        """virDomainListGetStats."""
        return _stats(run(self._a.domain_list_get_stats([d._a for d in doms], stats, flags, deadline=deadline)))

    def register_close_callback(self, callback: Callable[[Connection, int], None]) -> None:
        """virConnectRegisterCloseCallback: called once, in the thread that notices, with VIR_CONNECT_CLOSE_REASON_*."""
        run(self._a.register_close_callback(_CloseCallback(self, callback) if callback is not None else callback))

    def unregister_close_callback(self, callback: Callable[[Connection, int], None]) -> None:
        """virConnectUnregisterCloseCallback."""
        run(self._a.unregister_close_callback(_CloseCallback(self, callback) if callback is not None else callback))

    # -- events -----------------------------------------------------------------------------------------------------------

    def fileno(self) -> int:
        """For select and poll: readable when `process_events` has something to do. -1 for in-process drivers."""
        fileno = getattr(self._a._link, "fileno", None)
        return fileno() if fileno is not None else -1

    def process_events(self, timeout: float = 0.0) -> int:
        """Run the callbacks of events that have come, waiting up to `timeout` seconds for the first; how many ran.

        Events that came during calls wait here too. Callbacks of streams run while the stream is ready (one of them ends
        the waiting, it does not count). Re-opens a connection made with `reconnect=True`.
        """
        subscriptions = self._a._subscriptions
        end = time.monotonic() + timeout
        while True:
            count = subscriptions.dispatch()
            if count:
                return count
            took, fired = self._pump(max(0.0, end - time.monotonic()))
            count = subscriptions.dispatch()
            if count or fired or not took or time.monotonic() >= end:
                return count

    def _pump(self, timeout: float) -> tuple[bool, bool]:
        """Let the link take in what has come: whether something did, and whether a stream's callback ran."""
        link = self._a._link
        if not link.alive and self._a._reviver is not None:
            run(self._a._reviver.revive())
            return True, False
        if self._check_streams():
            return True, True
        pump = getattr(link, "pump", None)
        took = pump is not None and pump(timeout)
        return took, self._check_streams()

    def _check_streams(self) -> bool:
        """Run the callbacks of streams that are ready; whether any did."""
        fired = False
        for channel in list(getattr(self._a._link, "watched", ())):
            fired = channel.check() or fired
        return fired

    def events(
        self, scope: str = "domain", event_id: int = 0, of: Any = None, *, timeout: float | None = None
    ) -> Iterator[Event]:
        """Events as they come, registered when the iteration starts; ends after `timeout` seconds without one.

        `of` is the Domain, Network … to watch, None for all.
        """
        arrived: list[Event] = []
        number = run(self._a._register(scope, event_id, _async(of)._ref if of is not None else None,
                                       event_callback(arrived.append)))
        try:
            while True:
                while arrived:
                    yield arrived.pop(0)
                self.process_events(3600.0 if timeout is None else timeout)
                if not arrived and timeout is not None:
                    return
        finally:
            if self._a.is_alive():
                run(self._a._deregister(number, scope))


def _stats(rows: list[DomainStats]) -> list[DomainStats]:
    from purevirt.client.blocking.of_domain import Domain

    return [DomainStats(Domain(row.domain), row.params) for row in rows]  # type: ignore[arg-type]


class _CloseCallback:
    """A close callback of the sync face; equal to another one around the same function."""

    __slots__ = ("connection", "function")

    def __init__(self, connection: Any, function: Callable[[Any, int], None]) -> None:
        self.connection = connection
        self.function = function

    def __call__(self, _: Any, reason: int) -> None:
        self.function(self.connection, reason)

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, _CloseCallback) and other.function == self.function

    @override
    def __hash__(self) -> int:
        return hash(self.function)


class SyncStream(SyncBase):
    """Stream's hand-written sync half."""

    __slots__ = ()

    _a: aio.Stream

    def event_add_callback(self, events: int, callback: Callable[[Stream, int], None]) -> None:
        """virStreamEventAddCallback: `callback(stream, events)` from `Connection.process_events`."""
        me: Any = self

        def ready(_: object, now: int) -> None:
            callback(me, now)

        self._a.event_add_callback(events, ready)

    def __enter__(self) -> Stream:
        return self  # type: ignore[return-value]

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        if self._a._channel is None:
            return
        run(self._a.finish() if kind is None else self._a.abort_quietly())


class SyncAdmConnection(SyncBase):
    """AdmConnection's hand-written sync half."""

    __slots__ = ()

    _a: aio.AdmConnection

    def __enter__(self) -> AdmConnection:
        return self  # type: ignore[return-value]

    def __exit__(self, *exc: object) -> None:
        run(self._a.close())

    def register_close_callback(self, callback: Callable[[AdmConnection, int], None]) -> None:
        """virAdmConnectRegisterCloseCallback."""
        self._a.register_close_callback(_CloseCallback(self, callback))

    def unregister_close_callback(self, callback: Callable[[AdmConnection, int], None]) -> None:
        """virAdmConnectUnregisterCloseCallback."""
        self._a.unregister_close_callback(_CloseCallback(self, callback))
