"""Streams: bytes beside the calls, both ways, with holes (virStream)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from purevirt.api.stream import Hole
from purevirt.client.channel import PACKET, Channel
from purevirt.client.checks import FROM_STREAMS, null_arg
from purevirt.errors import ErrorCode, ErrorDomain, NoSupport, VirtError
from purevirt.types.constants import (
    VIR_STREAM_EVENT_READABLE,
    VIR_STREAM_EVENT_WRITABLE,
    VIR_STREAM_NONBLOCK,
    VIR_STREAM_RECV_STOP_AT_HOLE,
)

if TYPE_CHECKING:
    from purevirt.client.objects.connection import Connection

WOULD_BLOCK = -2
"""What `send` answers on a non-blocking stream that has no room; `recv` answers None for the same."""
AT_HOLE = -3


class Stream:
    """A stream, attached to its data by the call it is given to (`open_console`, `download` …).

    A stream made with VIR_STREAM_NONBLOCK never waits. Closing the connection kills it. Use as a context manager:
    leaving the block finishes a stream in good order and aborts it after an exception.
    """

    __slots__ = ("_attached", "_channel", "_conn", "_events", "_flags", "_watch")

    def __init__(self, conn: Connection, flags: int = 0) -> None:
        self._conn = conn
        self._flags = flags
        self._channel: Channel | None = None
        self._attached = False
        self._watch: Callable[[Stream, int], None] | None = None
        self._events = 0

    def get_connect(self) -> Connection:
        return self._conn

    async def _attach(
        self, procedure: str, args: tuple[Any, ...], deadline: float | None, *, sparse: bool = False
    ) -> Any:
        link = await self._conn._standing()
        ret, channel = await link.open_channel(procedure, args, deadline, sparse=sparse)
        self._channel, self._attached = channel, True
        if self._watch is not None:
            channel.on_ready(self._ready)
        return ret

    def _need(self, function: str) -> Channel:
        if self._channel is None:
            raise NoSupport(function, FROM_STREAMS)
        return self._channel

    @property
    def nonblocking(self) -> bool:
        return bool(self._flags & VIR_STREAM_NONBLOCK)

    async def __aenter__(self) -> Stream:
        return self

    async def __aexit__(self, kind: object, value: object, trace: object) -> None:
        if self._channel is None:
            return
        if kind is None:
            await self.finish()
        else:
            await self.abort_quietly()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The data as it comes, holes as zeros, up to the peer's end."""
        while data := await self.recv(PACKET):
            yield data

    # -- data ---------------------------------------------------------------------------------------------------------

    async def recv(self, nbytes: int, *, deadline: float | None = None) -> bytes | None:
        """virStreamRecv: at most `nbytes`; b"" at the end; None when a non-blocking stream has nothing.

        A hole is read as zero bytes.
        """
        channel = self._need("virStreamRecv")
        if self.nonblocking and not channel.recv_ready():
            return None
        piece = await channel.recv(nbytes, deadline)
        if isinstance(piece, Hole):
            return self._zeros(channel, piece, nbytes)
        return b"" if piece is None else piece

    @staticmethod
    def _zeros(channel: Channel, hole: Hole, nbytes: int) -> bytes:
        take = min(hole.length, nbytes)
        if take < hole.length:
            channel.unread(Hole(hole.length - take))
        return bytes(take)

    async def recv_flags(self, nbytes: int, flags: int = 0, *, deadline: float | None = None) -> bytes | int | None:
        """virStreamRecvFlags: as `recv`, but with VIR_STREAM_RECV_STOP_AT_HOLE -3 where a hole is next."""
        channel = self._need("virStreamRecvFlags")
        if self.nonblocking and not channel.recv_ready():
            return None
        piece = await channel.recv(nbytes, deadline)
        if isinstance(piece, Hole):
            if flags & VIR_STREAM_RECV_STOP_AT_HOLE:
                channel.unread(piece)
                return AT_HOLE
            return self._zeros(channel, piece, nbytes)
        return b"" if piece is None else piece

    async def recv_hole(self, flags: int = 0, *, deadline: float | None = None) -> int:
        """virStreamRecvHole: the length of the hole that `recv_flags` stopped at; 0 where there is none."""
        channel = self._need("virStreamRecvHole")
        if not channel.recv_ready():
            return 0
        piece = await channel.recv(PACKET, deadline)
        if isinstance(piece, Hole):
            return piece.length
        if piece is not None:
            channel.unread(piece)
        return 0

    async def recv_any(self, nbytes: int, *, deadline: float | None = None) -> bytes | Hole | None:
        """The next bytes, or the hole here, or None at the end."""
        return await self._need("virStreamRecv").recv(nbytes, deadline)

    async def _recv_view(self, nbytes: int) -> bytes | memoryview | Hole | None:
        return await self._need("virStreamRecv").recv_view(nbytes)

    async def send(self, data: bytes, *, deadline: float | None = None) -> int:
        """virStreamSend: how many bytes were taken; -2 when a non-blocking stream has no room."""
        if data is None:
            raise null_arg("data", "virStreamSend", FROM_STREAMS)
        channel = self._need("virStreamSend")
        if self.nonblocking and not channel.send_ready():
            return WOULD_BLOCK
        piece = memoryview(data)[:PACKET]
        await channel.send(piece, deadline)
        return len(piece)

    async def send_all_of(self, data: bytes, *, deadline: float | None = None) -> None:
        """All of `data`, however many packets that takes."""
        channel = self._need("virStreamSend")
        view = memoryview(data)
        for at in range(0, len(view), PACKET):
            await channel.send(view[at : at + PACKET], deadline)

    async def send_hole(self, length: int, flags: int = 0, *, deadline: float | None = None) -> None:
        """virStreamSendHole."""
        await self._need("virStreamSendHole").send_hole(length, deadline)

    # -- the end ------------------------------------------------------------------------------------------------------

    async def finish(self, *, deadline: float | None = None) -> None:
        """virStreamFinish: end in good order; raises what the peer had to say against it."""
        channel = self._need("virStreamFinish")
        await channel.finish(deadline)
        self._channel = None

    async def abort(self, *, deadline: float | None = None) -> None:
        """virStreamAbort: end at once; nothing to do for a stream without data."""
        channel, self._channel = self._channel, None
        if channel is None:
            return
        await channel.abort(deadline)

    async def abort_quietly(self) -> None:
        """`abort` where the stream may be dead already, in error paths."""
        channel, self._channel = self._channel, None
        if channel is not None and channel.error is None:
            try:
                await channel.abort()
            except VirtError as problem:
                if problem.code == ErrorCode.INTERNAL_ERROR:
                    raise

    # -- events of non-blocking streams ---------------------------------------------------------------------------------

    def event_add_callback(self, events: int, callback: Callable[[Stream, int], None]) -> None:
        """virStreamEventAddCallback: `callback(stream, events)` as long as the stream is readable or writable."""
        channel = self._need("virStreamEventAddCallback")
        if self._watch is not None:
            raise VirtError(ErrorCode.INTERNAL_ERROR, "multiple stream callbacks not supported", ErrorDomain.RPC)
        self._watch, self._events = callback, events
        channel.on_ready(self._ready)

    def event_update_callback(self, events: int) -> None:
        """virStreamEventUpdateCallback."""
        channel = self._watched("virStreamEventUpdateCallback")
        self._events = events
        channel.on_ready(self._ready)

    def event_remove_callback(self) -> None:
        """virStreamEventRemoveCallback."""
        channel = self._watched("virStreamEventRemoveCallback")
        self._watch, self._events = None, 0
        channel.on_ready(None)

    def _watched(self, function: str) -> Channel:
        """The channel of a stream that has a callback."""
        if self._watch is None and self._attached:
            raise VirtError(ErrorCode.INTERNAL_ERROR, "no stream callback registered", ErrorDomain.RPC)
        return self._need(function)

    def ready_events(self) -> int:
        """What the stream is ready for now: VIR_STREAM_EVENT_* bits."""
        channel = self._channel
        if channel is None:
            return 0
        return (VIR_STREAM_EVENT_READABLE if channel.recv_ready() else 0) | (
            VIR_STREAM_EVENT_WRITABLE if channel.send_ready() else 0
        )

    def _ready(self) -> bool:
        events = self.ready_events() & self._events
        if not events or self._watch is None:
            return False
        self._watch(self, events)
        return True
