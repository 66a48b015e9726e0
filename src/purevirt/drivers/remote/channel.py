"""The client's end of a stream over a transport, as `client/` wants it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from purevirt.api.stream import Hole
from purevirt.errors import VirtError


def _until(deadline: float | None) -> float | None:
    return None if deadline is None else time.monotonic() + deadline


class RemoteChannel:
    """One stream. What was read but not wanted goes back with `unread` and is read next.

    `watched` is the connection's list of channels that somebody wants to hear of; deadlines are in seconds.
    """

    def __init__(self, transport: Any, stream: Any, watched: list[RemoteChannel]) -> None:
        self._transport = transport
        self._stream = stream
        self._held: list[bytes | Hole] = []
        self._callback: Callable[[], bool] | None = None
        self._watched = watched

    async def recv(self, limit: int, deadline: float | None = None) -> bytes | Hole | None:
        if self._held:
            piece = self._held.pop()
            if isinstance(piece, bytes) and len(piece) > limit:
                self._held.append(piece[limit:])
                return piece[:limit]
            return piece
        got: bytes | Hole | None = await self._stream.recv(limit, _until(deadline))
        return got

    async def recv_view(self, limit: int, deadline: float | None = None) -> bytes | memoryview | Hole | None:
        """As `recv`, perhaps as a view of what came."""
        if self._held:
            return await self.recv(limit, deadline)
        got: bytes | memoryview | Hole | None = await self._stream.recv_view(limit, _until(deadline))
        return got

    def unread(self, piece: bytes | Hole) -> None:
        self._held.append(piece)

    def recv_ready(self) -> bool:
        """Looks at the socket first where nobody else reads it."""
        state = self._stream.state
        if not self._held and not state.readable:
            pump = getattr(self._transport, "pump", None)
            if pump is not None:
                pump()
        return bool(self._held) or state.readable

    def send_ready(self) -> bool:
        return self._stream.state.error is None and self._stream.writable

    async def send(self, data: bytes | memoryview, deadline: float | None = None) -> None:
        await self._stream.send(data, _until(deadline))

    async def send_hole(self, length: int, deadline: float | None = None) -> None:
        await self._stream.send_hole(length, _until(deadline))

    async def finish(self, deadline: float | None = None) -> None:
        self.on_ready(None)
        await self._stream.finish(_until(deadline))

    async def abort(self, deadline: float | None = None) -> None:
        self.on_ready(None)
        await self._stream.abort(_until(deadline))

    def on_ready(self, callback: Callable[[], bool] | None) -> None:
        """Call back while the stream may be ready: from the event loop where there is one, else from `check`."""
        self._callback = callback
        watch = getattr(self._stream, "watch", None)
        if watch is not None:
            watch(callback)
        elif callback is not None and self not in self._watched:
            self._watched.append(self)
        elif callback is None and self in self._watched:
            self._watched.remove(self)

    def check(self) -> bool:
        """Tell the watcher, which finds out itself what the stream is ready for; whether it was for anything."""
        return self._callback is not None and self._callback()

    @property
    def error(self) -> VirtError | None:
        error: VirtError | None = self._stream.state.error
        return error
