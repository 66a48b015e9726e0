"""The client's end of a stream over a transport, as `client/` wants it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from purevirt.api.stream import Hole
from purevirt.errors import VirtError


class RemoteChannel:
    """One stream. What was read but not wanted goes back with `unread` and is read next."""

    def __init__(self, transport: Any, stream: Any) -> None:
        self._transport = transport
        self._stream = stream
        self._held: list[bytes | Hole] = []
        self._callback: Callable[[], None] | None = None

    async def recv(self, limit: int) -> bytes | Hole | None:
        if self._held:
            piece = self._held.pop()
            if isinstance(piece, bytes) and len(piece) > limit:
                self._held.append(piece[limit:])
                return piece[:limit]
            return piece
        got: bytes | Hole | None = await self._stream.recv(limit)
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
        return self._stream.state.error is None

    async def send(self, data: bytes | memoryview) -> None:
        await self._stream.send(data)

    async def send_hole(self, length: int) -> None:
        await self._stream.send_hole(length)

    async def finish(self) -> None:
        await self._stream.finish()

    async def abort(self) -> None:
        await self._stream.abort()

    def on_ready(self, callback: Callable[[], None] | None) -> None:
        """The callback runs after each time the connection was read (`check`)."""
        self._callback = callback
        watched = self._transport.__dict__.setdefault("watched_channels", [])
        if callback is not None and self not in watched:
            watched.append(self)
        elif callback is None and self in watched:
            watched.remove(self)

    def check(self) -> None:
        """Tell the watcher; it finds out itself what the stream is ready for."""
        if self._callback is not None:
            self._callback()

    @property
    def error(self) -> VirtError | None:
        error: VirtError | None = self._stream.state.error
        return error
