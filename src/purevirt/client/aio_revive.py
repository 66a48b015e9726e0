"""Opening a lost connection again on the async face: at once and by itself, so that events go on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from purevirt.errors import VirtError

if TYPE_CHECKING:
    from purevirt.client.objects.connection import Connection

FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 5.0


class TaskReviver:
    """`purevirt.aio.open(reconnect=True)`: after a loss attempts follow one another, with pauses that double, until one
    succeeds or the connection is closed. A call made meanwhile waits for the attempt that runs and gets its error."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._attempt: asyncio.Task[None] | None = None
        self._pause = FIRST_PAUSE_S
        self._timer: asyncio.TimerHandle | None = None

    def lost(self) -> None:
        self._pause = FIRST_PAUSE_S
        self._again()

    def _again(self) -> None:
        if self._conn._opener is None or self._conn.is_alive():
            return
        if self._attempt is None:
            # Owned by this object: `_done` takes its result, `revive` hands its errors on.
            self._attempt = asyncio.get_running_loop().create_task(self._conn.reopen(), name="purevirt reconnect")
            self._attempt.add_done_callback(self._done)

    def _done(self, attempt: asyncio.Task[None]) -> None:
        self._attempt = None
        if attempt.cancelled():
            return
        error = attempt.exception()
        if error is None:
            self._pause = FIRST_PAUSE_S
            if not self._conn.is_alive():
                self._again()
            return
        loop = asyncio.get_running_loop()
        if not isinstance(error, VirtError):
            loop.call_exception_handler({"message": "purevirt: reconnect failed", "exception": error})
        self._timer = loop.call_later(self._pause, self._again)
        self._pause = min(self._pause * 2, LONGEST_PAUSE_S)

    async def revive(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._again()
        if self._attempt is not None:
            await asyncio.shield(self._attempt)

    def stop(self) -> None:
        """The connection is being closed."""
        if self._timer is not None:
            self._timer.cancel()
        if self._attempt is not None:
            self._attempt.cancel()
