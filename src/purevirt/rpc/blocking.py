"""The client's transport without an event loop: `async def` methods that never suspend.

Everything above (remote driver, client objects) is written once, as coroutines. Here they are driven by `run`: the
coroutine's awaits all end in methods of this module, which block in the socket and return, so the first `send(None)`
runs it to its end. `rpc/aio.py` has a class of the same shape for asyncio.

    transport = connect_unix("/run/libvirt/libvirt-sock", deadline=time.monotonic() + 5)
    version = run(transport.call(remote.CONNECT_GET_LIB_VERSION)).lib_ver

**Threads.** Any number of threads may call at once: each sends its call, one of them reads for all. Events arrive in
whatever thread reads: during a call, or in `pump`, which a client without a call in progress uses to hear them
(`fileno()` tells when). `on_notice` must not block and must not call back into the transport.

**Deadlines** are absolute `time.monotonic()` values; None waits for ever. One that passes raises Timeout
(VIR_ERR_OPERATION_TIMEOUT); the call may still take effect, its late reply is dropped. The connection stays usable.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from purevirt.api.stream import Hole
from purevirt.errors import ErrorDomain, Timeout, VirtError
from purevirt.protocol.header import STREAM_DATA_MAX
from purevirt.protocol.rows import Program, Row
from purevirt.protocol.xdr import Struct
from purevirt.rpc.keepalive import death
from purevirt.rpc.link import Link, time_left
from purevirt.rpc.session import PING, PONG, Notice, Ping, Pong, Reply, StreamPacket, StreamWriter
from purevirt.rpc.streams import StreamState, Taken
from purevirt.rpc.transport import CLOSE_CLIENT, CLOSE_EOF, CLOSE_ERROR, CLOSE_KEEPALIVE, Transport, closed_error

T = TypeVar("T")

def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that only awaits blocking transports (and in-process drivers that do not suspend)."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise RuntimeError("a coroutine suspended in the blocking transport: it awaits something that needs an event loop")


class _Waiter:
    __slots__ = ("reply", "stream")

    def __init__(self) -> None:
        self.reply: Reply | None = None
        self.stream: BlockingStream | None = None


class _OneAtATime:
    """A lock of threads in the form of asyncio's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    async def __aenter__(self) -> None:
        self._lock.acquire()

    async def __aexit__(self, *exc: object) -> None:
        self._lock.release()


class BlockingTransport(Transport):
    """See the module. Keepalive needs somebody who calls `pump` or waits in calls."""

    def __init__(self, link: Link, programs: Iterable[Program]) -> None:
        super().__init__(link, programs)
        self._waiters: dict[int, _Waiter] = {}
        self._streams: dict[int, BlockingStream] = {}
        self._condition = threading.Condition(threading.Lock())
        self._send_lock = threading.Lock()
        self._reading = False
        self._close_reported = False
        self._notices: list[Notice] = []
        self.on_closing: Callable[[], None] | None = None
        """Called before the descriptor is closed, for event loops that watch it."""
        self.on_stream: Callable[[], None] | None = None
        """Called when streams got data, for event loops that watch them."""
        self._stream_news = False
        self.registering = _OneAtATime()
        """`async with` around registering events, which no two callers may do at once."""

    @property
    def next_wakeup(self) -> float | None:
        """When `pump` should be called at the latest (monotonic), for keepalive."""
        return self._keepalive.next_at if self._keepalive is not None else None

    # -- calls

    async def call(
        self, row: Row, args: Struct | None = None, *, fds: Sequence[int] = (), deadline: float | None = None
    ) -> Any:
        """The reply's ret struct, None where the row has none. Raises the server's VirtError. Descriptors that come with
        the reply are closed; who wants them uses `call_with_fds`. `fds` stay the caller's."""
        value, received = await self.call_with_fds(row, args, fds=fds, deadline=deadline)
        for fd in received:
            os.close(fd)
        return value

    async def call_with_fds(
        self, row: Row, args: Struct | None = None, *, fds: Sequence[int] = (), deadline: float | None = None
    ) -> tuple[Any, list[int]]:
        """As `call`, and the descriptors that came with the reply; they are the caller's to close."""
        deadline = self._until(deadline)
        serial, _ = self._begin(row, args, fds, False, deadline)
        reply = self._wait_reply(serial, row, deadline)
        if reply.error is not None:
            raise reply.error
        return reply.value, reply.fds

    async def open_stream(
        self, row: Row, args: Struct | None = None, *, deadline: float | None = None
    ) -> tuple[Any, BlockingStream]:
        """Call a procedure that has a stream: its ret struct and the open stream."""
        deadline = self._until(deadline)
        serial, stream = self._begin(row, args, (), True, deadline)
        assert stream is not None
        try:
            reply = self._wait_reply(serial, row, deadline)
            if reply.error is not None:
                raise reply.error
        except VirtError:
            self._drop_stream(serial)
            raise
        return reply.value, stream

    def _begin(
        self, row: Row, args: Struct | None, fds: Sequence[int], with_stream: bool, deadline: float | None
    ) -> tuple[int, BlockingStream | None]:
        stream = None
        with self._condition:
            self._require_open()
            serial, data = self._session.call(row, args, fds)
            self._waiters[serial] = _Waiter()
            if with_stream:
                self._link.widen()
                stream = BlockingStream(self, self._session.open_stream(serial))
                self._streams[serial] = stream
        self.send(data, fds, deadline)
        return serial, stream

    def _wait_reply(self, serial: int, row: Row, deadline: float | None) -> Reply:
        waiter = self._waiters[serial]
        try:
            if not self.wait_until(lambda: waiter.reply is not None, deadline):
                raise Timeout(f"no reply to {row.function or row.name} in time", ErrorDomain.RPC)
        except VirtError:
            with self._condition:
                self._waiters.pop(serial, None)
                late = waiter.reply  # that came for another thread at the last moment
            for fd in late.fds if late is not None else ():
                os.close(fd)
            raise
        with self._condition:
            self._waiters.pop(serial, None)
        assert waiter.reply is not None
        return waiter.reply

    # -- the socket

    def send(self, data: bytes, fds: Sequence[int] = (), deadline: float | None = None) -> None:
        """Whole packets, from any thread. While the server does not take them, what it sends is read (both ends waiting
        for each other would hang). A deadline that passes in the middle of a packet ends the connection."""
        with self._send_lock:
            view: bytes | memoryview = data
            try:
                while view:
                    sent = self._link.send_some(view)
                    if sent == len(view):
                        break
                    view = memoryview(view)[sent:]
                    self._wait_writable(deadline)
                for fd in fds:
                    while not self._link.send_fd(fd):
                        self._wait_writable(deadline)
            except VirtError as e:
                self._fail(e, CLOSE_ERROR)
                raise

    def send_data(self, head: bytes, data: bytes | memoryview, deadline: float | None = None) -> None:
        """As `send`, of a packet whose payload is not to be copied."""
        with self._send_lock:
            try:
                sent = self._link.send_parts(head, data)
                while sent < len(head):
                    self._wait_writable(deadline)
                    sent = self._link.send_parts(head[sent:], data) + sent
                rest = memoryview(data)[sent - len(head) :]
                while rest:
                    self._wait_writable(deadline)
                    rest = rest[self._link.send_some(rest) :]
            except VirtError as e:
                self._fail(e, CLOSE_ERROR)
                raise

    def _wait_writable(self, deadline: float | None) -> None:
        with self._condition:
            mine = not self._reading
            self._reading = True
        try:
            if not self._link.wait(time_left(deadline), for_writing=True):
                raise Timeout("the server takes no more data", ErrorDomain.RPC)
            if mine:
                self._receive()
        finally:
            if mine:
                with self._condition:
                    self._reading = False
                    self._condition.notify_all()
        self._deliver()

    def wait_until(self, done: Callable[[], bool], deadline: float | None) -> bool:
        """Read (or let another thread read) until `done()`; False when the deadline passed first."""
        while True:
            with self._condition:
                while True:
                    if done():
                        return True
                    if self._closed is not None:
                        raise self._closed
                    if not self._reading:
                        self._reading = True
                        break
                    if not self._condition.wait(time_left(deadline)):
                        return False
            try:
                in_time = self._read_once(deadline)
            finally:
                with self._condition:
                    self._reading = False
                    self._condition.notify_all()
                self._deliver()
            if not in_time and not done():
                return False

    def pump(self, timeout_s: float = 0.0) -> bool:
        """Read what is there, waiting up to `timeout_s` for the first of it; whether something was. Hands out events,
        answers pings, sends ours. Raises VirtError once when the connection has ended; after that returns False."""
        with self._condition:
            if self._closed is not None or self._reading:
                return False
            self._reading = True
        try:
            return self._read_once(time.monotonic() + timeout_s)
        finally:
            with self._condition:
                self._reading = False
                self._condition.notify_all()
            self._deliver()

    def _read_once(self, deadline: float | None) -> bool:
        """Wait for data and take it in; False at the deadline. The caller holds the reader's role."""
        while True:
            until = deadline
            if self._keepalive is not None:
                until = self._check_keepalive(deadline)
            if self._link.wait(time_left(until)):
                return self._receive()
            if deadline is not None and time.monotonic() >= deadline:
                return False

    def _check_keepalive(self, deadline: float | None) -> float | None:
        keepalive = self._keepalive
        assert keepalive is not None
        action = keepalive.check(time.monotonic())
        if action == "dead":
            self._fail(death(), CLOSE_KEEPALIVE)
            raise death()
        if action == "ping":
            self._send_if_free(PING)
        due = keepalive.next_at
        return due if deadline is None or (due is not None and due < deadline) else deadline

    def _receive(self) -> bool:
        """Take in what is there; whether anything was. Goes on within a large message, whose rest is usually there."""
        framer, link = self._session.framer, self._link
        took, incidents, pings = False, False, 0
        try:
            while not incidents:
                space = framer.space() if link.can_receive_into else None
                if took and space is None:
                    break
                into = link.receive_into(space) if space is not None else None
                got = link.receive() if space is None else None
                if got is None and into is None:
                    break
                took = True
                with self._condition:
                    if self._keepalive is not None:
                        self._keepalive.heard(time.monotonic())
                    came = self._session.receive(*got) if got is not None else []
                    if into is not None:
                        came = self._session.received(*into)
                    incidents = bool(came)
                    pings += sum([self._sort(incident) for incident in came])
        except VirtError as e:
            self._fail(e, CLOSE_EOF if "End of file" in e.message else CLOSE_ERROR)
            raise
        for _ in range(pings):
            self._send_if_free(PONG)
        return took

    def _send_if_free(self, packet: bytes) -> None:
        """A keepalive packet; left out while a sender is waiting for room: then there is traffic anyway."""
        if self._send_lock.acquire(blocking=False):
            try:
                rest = memoryview(packet)[self._link.send_some(packet) :]
                while 0 < len(rest) < len(packet):
                    self._link.wait(None, for_writing=True)
                    rest = rest[self._link.send_some(rest) :]
            finally:
                self._send_lock.release()

    def _sort(self, incident: Reply | Notice | StreamPacket | Ping | Pong) -> int:
        """Put it where it belongs; 1 when it wants a pong."""
        if isinstance(incident, Reply):
            waiter = self._waiters.get(incident.serial)
            if waiter is None:
                for fd in incident.fds:
                    os.close(fd)
            else:
                waiter.reply = incident
        elif isinstance(incident, Notice):
            self._notices.append(incident)
        elif isinstance(incident, StreamPacket):
            stream = self._streams.get(incident.serial)
            if stream is not None:
                stream.state.put(incident)
                self._stream_news = True
        elif isinstance(incident, Ping):
            return 1
        return 0

    def _deliver(self) -> None:
        """Hand events out, outside of every lock."""
        while self._notices:
            notices, self._notices = self._notices, []
            if self.on_notice is not None:
                for notice in notices:
                    self.on_notice(notice.row, notice.message)
        if self._stream_news:
            self._stream_news = False
            if self.on_stream is not None:
                self.on_stream()
        if self._closed is not None and not self._close_reported:
            self._close_reported = True
            if self.on_close is not None:
                self.on_close(self._close_reason)

    # -- the end

    def _fail(self, error: VirtError, reason: int) -> None:
        with self._condition:
            if self._closed is not None:
                return
            self._closed = error
            self._close_reason = reason
            for stream in self._streams.values():
                stream.state.fail(error)
            for fd in self._session.framer.drain():
                os.close(fd)
            self._stream_news = bool(self._streams)
            self._condition.notify_all()
        if self.on_closing is not None:
            self.on_closing()
        self._link.close()

    def close(self) -> None:
        """End the connection from our side; calls in other threads fail. Safe to call twice."""
        self._fail(closed_error(), CLOSE_CLIENT)
        self._deliver()

    def _drop_stream(self, serial: int) -> None:
        with self._condition:
            self._streams.pop(serial, None)
            self._session.close_stream(serial)


class BlockingStream:
    """The client's end of a stream. All methods block up to the deadline, except those that say otherwise."""

    def __init__(self, transport: BlockingTransport, writer: StreamWriter) -> None:
        self._transport = transport
        self._writer = writer
        self.state = StreamState()
        self.writable = True  # `send` waits itself

    async def send(self, data: bytes | memoryview, deadline: float | None = None) -> int:
        """Send all of it, in packets. Raises the stream's error when the server has ended it."""
        if self.state.error is not None:
            raise self.state.error
        view = memoryview(data)
        for at in range(0, len(view), STREAM_DATA_MAX):
            piece = view[at : at + STREAM_DATA_MAX]
            self._transport.send_data(self._writer.data_head(len(piece)), piece, deadline)
        return len(view)

    async def send_hole(self, length: int, deadline: float | None = None) -> None:
        if self.state.error is not None:
            raise self.state.error
        self._transport.send(self._writer.hole(length), (), deadline)

    async def recv(self, limit: int = STREAM_DATA_MAX, deadline: float | None = None) -> bytes | Hole | None:
        """The next data (at most `limit` bytes) or hole; None at the end. Raises the stream's error, or Timeout."""
        taken = await self.recv_view(limit, deadline)
        return bytes(taken) if isinstance(taken, memoryview) else taken

    async def recv_view(self, limit: int = STREAM_DATA_MAX, deadline: float | None = None) -> Taken:
        """As `recv`, perhaps as a view of what was received, which saves a copy."""
        if not self.state.readable and not self._transport.wait_until(lambda: self.state.readable, deadline):
            raise Timeout("no stream data in time", ErrorDomain.STREAMS)
        taken = self.state.take_joined(limit)
        assert not isinstance(taken, str)
        return taken

    def recv_nowait(self, limit: int = STREAM_DATA_MAX) -> bytes | Hole | str | None:
        """As `recv`, but "blocked" when nothing has come; reads the socket without waiting."""
        if not self.state.readable:
            self._transport.pump()
        taken = self.state.take_joined(limit)
        return bytes(taken) if isinstance(taken, memoryview) else taken

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
        try:
            if state.error is not None:
                raise state.error
            self._transport.send(packet, (), deadline)
            if not self._transport.wait_until(lambda: state.finished or state.error is not None, deadline):
                raise Timeout("the server did not end the stream in time", ErrorDomain.STREAMS)
            if state.error is not None:
                raise state.error
        finally:
            self._transport._drop_stream(self._writer.serial)


def connect_unix(path: str, deadline: float | None, programs: Iterable[Program] | None = None) -> BlockingTransport:
    """A transport over a unix socket; `programs` as needed for events (default: remote, qemu, lxc).

    Raises VirtError SYSTEM_ERROR: "Failed to connect socket to '…': No such file or directory".
    """
    from purevirt.rpc.unix import open_unix

    return BlockingTransport(Link(open_unix(path, deadline)), programs or default_programs())


def default_programs() -> list[Program]:
    """What a connection to a hypervisor speaks."""
    from purevirt.protocol import lxc, qemu, remote

    return [remote.PROGRAM, qemu.PROGRAM, lxc.PROGRAM]
