"""The driver's end of a stream over a client connection (`api.stream.ServerStream`)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from logging import getLogger
from typing import TYPE_CHECKING, Any

from purevirt.api.stream import Hole
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol.header import STREAM_DATA_MAX
from purevirt.rpc.session import StreamPacket, StreamWriter
from purevirt.rpc.streams import StreamState

if TYPE_CHECKING:
    from purevirt.daemon.client import ServedClient

log = getLogger("purevirt.daemon.stream")


class ClientStream:
    """Data in both directions, and the two ends: ours (`finish`, `abort`, the pump's end) and the client's.

    The client's regular end reaches an upload's pump as None from `recv`; whatever else runs (a console, a download) is
    cancelled by it. Either way the client's end is confirmed once the pump has ended.
    """

    def __init__(self, client: ServedClient, writer: StreamWriter) -> None:
        self._client = client
        self._writer = writer
        self._state = StreamState()
        self._arrived: asyncio.Event = asyncio.Event()
        self._pump: Coroutine[Any, Any, None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._over = False
        self._sent_eof = False
        self._client_ended = False

    @property
    def full(self) -> bool:
        """Whether the client has to be slowed down."""
        return self._state.full

    @property
    def _is_upload(self) -> bool:
        return self._writer.row.stream == "write"

    # -- for the driver

    async def recv(self) -> bytes | memoryview | Hole | None:
        while not self._state.readable:
            self._arrived.clear()
            await self._arrived.wait()
        was_full = self._state.full
        taken = self._state.take_joined(STREAM_DATA_MAX)
        if was_full and not self._state.full:
            self._client.reconsider_reading()
        assert not isinstance(taken, str)
        return taken

    async def send(self, data: bytes | memoryview) -> None:
        link = self._client.link
        for at in range(0, len(data), STREAM_DATA_MAX):
            self._require_open()
            piece = data[at : at + STREAM_DATA_MAX] if len(data) > STREAM_DATA_MAX else data
            link.write_parts(self._writer.data_head(len(piece)), piece)
            if link.buffered:
                await link.drain()

    async def send_hole(self, length: int) -> None:
        self._require_open()
        self._client.link.write(self._writer.hole(length))
        await self._client.link.drain()

    async def finish(self) -> None:
        if self._over:
            return
        if self._state.finished:
            self._end(self._writer.finish())
        elif not self._sent_eof and not self._is_upload:
            self._sent_eof = True
            self._client.link.write(self._writer.data(b""))

    async def abort(self, error: VirtError) -> None:
        if not self._client_ended:
            self._end(self._writer.abort(error))

    def run(self, pump: Coroutine[Any, Any, None]) -> None:
        self._pump = pump

    def _require_open(self) -> None:
        if self._state.error is not None:
            raise self._state.error
        if self._over or self._client.link.closing:
            raise VirtError(ErrorCode.RPC, "stream is not open", ErrorDomain.STREAMS)

    # -- for the connection

    def start(self) -> None:
        """The reply is out: data may move."""
        if self._pump is not None:
            pump, self._pump = self._pump, None
            self._task = self._client.tasks.spawn(self._drive(pump), f"stream {self._writer.serial}")

    async def _drive(self, pump: Coroutine[Any, Any, None]) -> None:
        try:
            await pump
        except VirtError as e:
            await self.abort(e)
        except asyncio.CancelledError:
            raise
        except Exception:
            if self._client_ended or self._over:
                return
            log.exception("stream of %s failed", self._writer.row.name)
            await self.abort(VirtError(ErrorCode.INTERNAL_ERROR, "stream had I/O failure", ErrorDomain.STREAMS))
        else:
            await self.finish()

    def packet(self, packet: StreamPacket) -> None:
        """Something came from the client."""
        self._state.put(packet)
        self._arrived.set()
        running = self._task is not None and not self._task.done()
        if packet.kind == "abort" or (packet.kind == "finish" and not (running and self._is_upload)):
            self._end_after_pump()
        elif self._state.full:
            self._client.reconsider_reading()

    def _end(self, packet: bytes) -> None:
        if not self._over:
            self._over = True
            self._client.link.write(packet)
            self._client.stream_over(self._writer.serial)

    def _end_after_pump(self) -> None:
        """Confirm the client's end (an abort too is confirmed, not answered with an error) once nothing runs for it."""
        task = self._task
        self._client_ended = True
        self._cancel()
        if task is None or task.done():
            self._end(self._writer.finish())
        else:
            task.add_done_callback(lambda _: self._end(self._writer.finish()))

    def _cancel(self) -> None:
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
        if self._pump is not None:
            self._pump.close()
            self._pump = None

    def lost(self) -> None:
        """The connection is gone."""
        self._over = True
        self._state.fail(VirtError(ErrorCode.RPC, "client socket is closed", ErrorDomain.STREAMS))
        self._arrived.set()
        self._cancel()
