"""Opening a lost connection again on the sync face: at the next call, by one thread while the others wait."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from purevirt.client.objects.connection import Connection


class ThreadReviver:
    """`purevirt.open(reconnect=True)`: nothing happens until somebody calls or processes events."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._lock = threading.Lock()

    def lost(self) -> None:
        return None

    def stop(self) -> None:
        return None

    async def revive(self) -> None:
        with self._lock:
            if not self._conn.is_alive():
                await self._conn.reopen()
