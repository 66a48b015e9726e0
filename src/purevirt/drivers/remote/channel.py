"""The client's end of a stream over a transport, as `client/` wants it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from purevirt.api.stream import Hole
from purevirt.errors import VirtError
from purevirt.rpc.stream_end import StreamEnd
from purevirt.types.override import override


def _until(deadline: float | None) -> float | None:
    return None if deadline is None else time.monotonic() + deadline


class RemoteChannel(StreamEnd):
    """One stream; deadlines are in seconds."""

    def __init__(self, transport: Any, stream: Any, watched: list[RemoteChannel]) -> None:
        super().__init__(watched)
        self._transport = transport
        self._stream = stream

    async def recv(self, limit: int, deadline: float | None = None) -> bytes | Hole | None:
        if self._held:
            return self._reread(limit)
        got: bytes | Hole | None = await self._stream.recv(limit, _until(deadline))
        return got

    async def recv_view(self, limit: int, deadline: float | None = None) -> bytes | memoryview | Hole | None:
        """As `recv`, perhaps as a view of what came."""
        if self._held:
            return await self.recv(limit, deadline)
        got: bytes | memoryview | Hole | None = await self._stream.recv_view(limit, _until(deadline))
        return got

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

    @override
    def on_ready(self, callback: Callable[[], bool] | None) -> None:
        """Call back while the stream may be ready: from the event loop where there is one, else from `check`."""
        watch = getattr(self._stream, "watch", None)
        if watch is None:
            super().on_ready(callback)
        else:
            watch(callback)

    @property
    def error(self) -> VirtError | None:
        error: VirtError | None = self._stream.state.error
        return error
