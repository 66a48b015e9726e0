"""Events of a connection as an async iterator: bounded, with gaps that can be seen."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from purevirt.client.records import Event
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.types.constants import VIR_CONNECT_CLOSE_REASON_CLIENT

if TYPE_CHECKING:
    from purevirt.client.base import ConnectionCore
    from purevirt.client.objects.connection_events import ConnectionEvents


class EventIterator:
    """See `Connection.events`. One reader; `aclose` (or the end of the `async with`) deregisters."""

    def __init__(self, conn: ConnectionEvents, scope: str, event_id: int, ref: Any, limit: int) -> None:
        if limit < 1:
            raise ValueError("limit must be at least 1")
        self._conn: ConnectionCore = conn
        self._register = conn._register
        self._deregister = conn._deregister
        self._scope, self._event_id, self._ref = scope, event_id, ref
        self._limit = limit
        self._queue: deque[Event] = deque()
        self._dropped = False
        self._number: int | None = None
        self._over = False
        self._error: VirtError | None = None
        self._reader: asyncio.Future[None] | None = None

    # -- from the connection

    def _arrived(self, event: Event) -> None:
        if len(self._queue) >= self._limit:
            self._queue.popleft()
            self._dropped = True
        self._queue.append(event)
        self._wake()

    def ended(self, reason: int) -> None:
        """The connection has ended for good."""
        self._over = True
        if reason != VIR_CONNECT_CLOSE_REASON_CLIENT:
            self._error = VirtError(ErrorCode.INTERNAL_ERROR, "client socket is closed", ErrorDomain.RPC)
        self._wake()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    # -- for the reader

    async def start(self) -> EventIterator:
        """Register; events are kept from here on. Iterating does it where it was not done."""
        if self._number is None and not self._over:
            self._conn._iterators.append(self)
            try:
                self._number = await self._register(self._scope, self._event_id, self._ref, self._arrived)
            except BaseException:
                self._conn._iterators.remove(self)
                raise
        return self

    async def aclose(self) -> None:
        """Deregister. Safe to call twice and on a dead connection."""
        self._over = True
        self._wake()
        number, self._number = self._number, None
        if number is not None:
            self._conn._iterators.remove(self)
            if self._conn._link.alive:
                await self._deregister(number, self._scope)
            else:
                self._conn._subscriptions.take(number)

    async def __aenter__(self) -> EventIterator:
        return await self.start()

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    def __aiter__(self) -> EventIterator:
        return self

    async def __anext__(self) -> Event:
        """The next event. Raises StopAsyncIteration after `aclose` or our `close`, VirtError when the connection broke."""
        await self.start()
        while True:
            if self._dropped:
                self._dropped = False
                return Event("gap", self._event_id, None, ())
            if self._queue:
                return self._queue.popleft()
            if self._over:
                if self._error is not None:
                    raise self._error
                raise StopAsyncIteration
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
