"""Streams of in-process drivers: both ends in this process, with the driver's pump between them.

Without an event loop the pump is run by the client's own calls: each lets it go on until it waits for the stream again.
It may await nothing but its stream there. With a loop (`aio_local_stream.py`) it is a task.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from typing import Any

from purevirt.api.stream import Hole
from purevirt.errors import ErrorCode, ErrorDomain, Timeout, VirtError
from purevirt.rpc.session import StreamPacket
from purevirt.rpc.stream_end import StreamEnd
from purevirt.rpc.streams import StreamState, Taken

_ROW: Any = None  # packets in memory belong to no row


class Pipe:
    """What the two ends share: what is on its way in each direction, and the pump."""

    def __init__(self, on_change: Callable[[], None] | None = None) -> None:
        self.to_driver = StreamState()
        self.to_client = StreamState()
        self._on_change = on_change
        self._pump: Coroutine[Any, Any, None] | None = None
        self._running = False
        self.upload = False
        """Whether the client's end is the end of the data, so that the driver is to do the rest."""

    # -- the driver's end (api.stream.ServerStream)

    async def recv(self) -> bytes | Hole | None:
        while not self.to_driver.readable:
            await self.driver_waits()
        taken = self.to_driver.take()
        assert not isinstance(taken, str)
        self.changed()
        return bytes(taken) if isinstance(taken, memoryview) else taken

    async def send(self, data: bytes | memoryview) -> None:
        while self.to_client.full and not self.to_client.closed:
            await self.driver_waits()
        self._to_client(StreamPacket(0, _ROW, "data", bytes(data)) if data else None)

    async def send_hole(self, length: int) -> None:
        self._to_client(StreamPacket(0, _ROW, "hole", length=length))

    async def finish(self) -> None:
        self.to_client.eof = True
        self.changed()

    async def abort(self, error: VirtError) -> None:
        self._to_client(StreamPacket(0, _ROW, "abort", error=error))

    def _to_client(self, packet: StreamPacket | None) -> None:
        if packet is not None:
            self.to_client.put(packet)
            self.changed()

    def run(self, pump: Coroutine[Any, Any, None]) -> None:
        """Let the driver's pump move data; it goes on whenever the client does something."""
        self._pump = pump

    # -- how the ends wait

    async def driver_waits(self) -> None:
        """Until the client has done something."""
        await _Parked()

    async def client_waits(self, ready: Callable[[], bool], deadline: float | None) -> None:
        """Until `ready()`. Raises Timeout."""
        self.step()
        if not ready():
            raise Timeout("the in-process driver has nothing to say", ErrorDomain.STREAMS)

    def changed(self) -> None:
        """Something was put or taken."""
        if self._on_change is not None:
            self._on_change()

    def step(self) -> None:
        """Let the pump run until it waits for us or ends."""
        pump = self._pump
        if pump is None or self._running:
            return
        self._running = True
        try:
            pump.send(None)
        except StopIteration:
            self._ended(None)
        except VirtError as error:
            self._ended(error)
        finally:
            self._running = False

    def _ended(self, error: VirtError | None) -> None:
        self._pump = None
        if error is not None:
            self.to_client.fail(error)
        else:
            self.to_client.eof = True
        self.changed()

    @property
    def pumping(self) -> bool:
        return self._pump is not None

    async def stop(self) -> None:
        """The client has given the stream up."""
        pump, self._pump = self._pump, None
        if pump is not None:
            pump.close()


class _Parked:
    def __await__(self) -> Generator[None, None, None]:
        yield


class LocalChannel(StreamEnd):
    """The client's end (`client.channel.Channel`)."""

    def __init__(self, pipe: Pipe, watched: list[LocalChannel]) -> None:
        super().__init__(watched)
        self._pipe = pipe

    async def recv_view(self, limit: int, deadline: float | None = None) -> Taken:
        if self._held:
            return self._reread(limit)
        state = self._pipe.to_client
        if not state.readable:
            await self._pipe.client_waits(lambda: state.readable, deadline)
        taken = state.take_joined(limit)
        assert not isinstance(taken, str)
        self._pipe.changed()
        return taken

    async def recv(self, limit: int, deadline: float | None = None) -> bytes | Hole | None:
        taken = await self.recv_view(limit, deadline)
        return bytes(taken) if isinstance(taken, memoryview) else taken

    def recv_ready(self) -> bool:
        if not self._held and not self._pipe.to_client.readable:
            self._pipe.step()
        return bool(self._held) or self._pipe.to_client.readable

    def send_ready(self) -> bool:
        return self._pipe.to_client.error is None and not self._pipe.to_driver.full

    async def send(self, data: bytes | memoryview, deadline: float | None = None) -> None:
        await self._put(StreamPacket(0, _ROW, "data", bytes(data)), deadline)

    async def send_hole(self, length: int, deadline: float | None = None) -> None:
        await self._put(StreamPacket(0, _ROW, "hole", length=length), deadline)

    async def _put(self, packet: StreamPacket, deadline: float | None) -> None:
        pipe = self._pipe
        if pipe.to_client.error is not None:
            raise pipe.to_client.error
        pipe.to_driver.put(packet)
        pipe.changed()
        pipe.step()
        if pipe.to_driver.full:
            await pipe.client_waits(lambda: not pipe.to_driver.full or pipe.to_client.error is not None, deadline)

    async def finish(self, deadline: float | None = None) -> None:
        """The pump of an upload sees our end, does the rest and ends; any other is stopped."""
        self.on_ready(None)
        pipe = self._pipe
        pipe.to_driver.finished = True
        pipe.to_client.closed = True
        pipe.changed()
        pipe.step()
        if pipe.upload and pipe.pumping:
            await pipe.client_waits(lambda: not pipe.pumping, deadline)
        await pipe.stop()
        if pipe.to_client.error is not None:
            raise pipe.to_client.error

    async def abort(self, deadline: float | None = None) -> None:
        self.on_ready(None)
        pipe = self._pipe
        pipe.to_client.closed = True
        pipe.to_driver.fail(VirtError(ErrorCode.RPC, "stream aborted at client request", ErrorDomain.STREAMS))
        pipe.changed()
        pipe.step()
        await pipe.stop()

    @property
    def error(self) -> VirtError | None:
        return self._pipe.to_client.error
