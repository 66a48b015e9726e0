"""The client's end of a stream on an asyncio loop: the methods of rpc/blocking.py's stream, as coroutines that wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from purevirt.api.stream import Hole
from purevirt.errors import VirtError
from purevirt.protocol.header import STREAM_DATA_MAX
from purevirt.rpc.session import StreamPacket, StreamWriter
from purevirt.rpc.streams import StreamState, Taken

if TYPE_CHECKING:
    from purevirt.rpc.aio import AsyncTransport


class AsyncStream:
    """Made by the transport, which puts in what comes for it."""

    def __init__(self, transport: AsyncTransport, writer: StreamWriter) -> None:
        self._transport = transport
        self._writer = writer
        self.state = StreamState()
        self._waiting: list[asyncio.Future[None]] = []
        self._watcher: Callable[[], bool] | None = None
        self._look_soon = False

    # -- from the transport

    def put(self, packet: StreamPacket) -> None:
        self.state.put(packet)
        self._changed()

    def fail(self, error: VirtError) -> None:
        self.state.fail(error)
        self._changed()

    def _changed(self) -> None:
        waiting = self._waiting
        while waiting:
            future = waiting.pop()
            if not future.done():
                future.set_result(None)
        self.poke()

    def watch(self, callback: Callable[[], bool] | None) -> None:
        """Call back from the loop now and after every change, and again as long as it answers True; None stops that."""
        self._watcher = callback
        self.poke()

    def poke(self) -> None:
        """Something may have changed for the watcher."""
        if self._watcher is not None and not self._look_soon:
            self._look_soon = True
            self._transport.loop.call_soon(self._look)

    def _look(self) -> None:
        self._look_soon = False
        if self._watcher is not None and self._watcher():
            self.poke()

    # -- for the user

    @property
    def writable(self) -> bool:
        return self._transport.writable

    async def send(self, data: bytes | memoryview, deadline: float | None = None) -> int:
        """Send all of it, in packets. Raises the stream's error when the server has ended it."""
        view = memoryview(data)
        if not isinstance(view.obj, bytes):
            view = memoryview(bytes(view))  # what waits to be sent must not change
        for at in range(0, len(view), STREAM_DATA_MAX):
            self._raise_error()
            piece = view[at : at + STREAM_DATA_MAX]
            self._transport.write_data(self._writer.data_head(len(piece)), piece)
            if not self._transport.writable:
                await self._transport.drain(deadline)
        self._raise_error()
        return len(view)

    async def send_hole(self, length: int, deadline: float | None = None) -> None:
        self._raise_error()
        self._transport.write(self._writer.hole(length))
        await self._transport.drain(deadline)

    def _raise_error(self) -> None:
        if self.state.error is not None:
            raise self.state.error

    async def recv(self, limit: int = STREAM_DATA_MAX, deadline: float | None = None) -> bytes | Hole | None:
        """The next data (at most `limit` bytes) or hole; None at the end. Raises the stream's error, or Timeout."""
        taken = await self.recv_view(limit, deadline)
        return bytes(taken) if isinstance(taken, memoryview) else taken

    async def recv_view(self, limit: int = STREAM_DATA_MAX, deadline: float | None = None) -> Taken:
        """As `recv`, perhaps as a view of what was received, which saves a copy."""
        while not self.state.readable:
            await self._transport.wait_in(self._waiting, deadline, "no stream data in time")
        taken = self.state.take_joined(limit)
        assert not isinstance(taken, str)
        self._transport.resume_if_drained()
        return taken

    async def finish(self, deadline: float | None = None) -> None:
        """The regular end: tell the server and wait until it has done everything. Raises the stream's error."""
        await self._end(self._writer.finish(), deadline)

    async def abort(self, deadline: float | None = None) -> None:
        """End without caring for the rest; an error of the server is not raised."""
        self.state.closed = True
        if self._transport.is_open and self.state.error is None:
            try:
                await self._end(self._writer.abort(), deadline)
            except VirtError:
                if self.state.error is None:
                    raise

    async def _end(self, packet: bytes, deadline: float | None) -> None:
        state = self.state
        self._transport.resume_if_drained()
        try:
            self._raise_error()
            self._transport.write(packet)
            while not (state.finished or state.error is not None):
                await self._transport.wait_in(self._waiting, deadline, "the server did not end the stream in time")
            self._raise_error()
        finally:
            self._transport.drop_stream(self._writer.serial)
