"""The client's transport on an asyncio loop: the methods of rpc/blocking.py, as coroutines that wait.

It stands on the same byte pipes (`rpc/link.py`: unix, TCP, TLS, a helper program's socket, SASL layers), watched by the
loop. Any number of calls may be in flight; those begun in one turn of the loop go out in one write.

    transport = AsyncTransport(Link(sock), programs)
    version = (await transport.call(remote.CONNECT_GET_LIB_VERSION)).lib_ver

**Deadlines** are absolute `time.monotonic()` values; None waits for ever. One that passes raises Timeout
(VIR_ERR_OPERATION_TIMEOUT); a call that is cancelled or too late may still take effect, its reply is dropped.

**Events** are handed to `on_notice` from the loop, in the order in which they came among the replies.

**Bounds.** What is not sent yet stays below LOW_WATER for streams (`send` waits); the socket is not read while a
stream's reader is behind by more than streams.HIGH_WATER and no call waits for its reply.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Final

from purevirt.errors import ErrorCode, ErrorDomain, Timeout, VirtError
from purevirt.protocol.rows import Program, Row
from purevirt.protocol.xdr import Struct
from purevirt.rpc.aio_stream import AsyncStream
from purevirt.rpc.keepalive import death
from purevirt.rpc.link import Link
from purevirt.rpc.session import PING, PONG, Notice, Ping, Pong, Reply, StreamPacket
from purevirt.rpc.transport import CLOSE_CLIENT, CLOSE_EOF, CLOSE_ERROR, CLOSE_KEEPALIVE, Transport, closed_error
from purevirt.types.override import override

LOW_WATER: Final = 1 << 20
"""Unsent bytes above which a stream's sender waits."""


class AsyncTransport(Transport):
    """See the module; of the running loop."""

    def __init__(self, link: Link, programs: Iterable[Program]) -> None:
        super().__init__(link, programs)
        self.loop = self._loop = asyncio.get_running_loop()
        self._waiters: dict[int, asyncio.Future[Reply]] = {}
        self._streams: dict[int, AsyncStream] = {}
        self._out: deque[bytes | memoryview | int] = deque()
        self._unsent = 0
        self._head_tried = False
        """Whether the link has seen the head of the queue: a security layer wants the same bytes again."""
        self._flushing = False
        self._watching_write = False
        self._reading = False
        self._drained: list[asyncio.Future[None]] = []
        self._keepalive_timer: asyncio.TimerHandle | None = None
        self.registering = asyncio.Lock()
        """`async with` around registering events, which no two callers may do at once."""
        self._fd = link.fileno()
        self._read_on()

    @property
    def writable(self) -> bool:
        """Whether a stream's `send` would not wait."""
        return self._unsent <= LOW_WATER

    @override
    def set_keepalive(self, interval_s: float, count: int) -> None:
        super().set_keepalive(interval_s, count)
        self._arm_keepalive()

    # -- calls

    async def call(
        self, row: Row, args: Struct | None = None, *, fds: Sequence[int] = (), deadline: float | None = None
    ) -> Any:
        """The reply's ret struct, None where the row has none. Raises the server's VirtError. Descriptors that come with
        the reply are closed; who wants them uses `call_with_fds`. `fds` stay the caller's."""
        serial, future = self._begin(row, args, fds)
        reply = await self._reply(serial, row, future, deadline)
        if reply.fds:
            _close_all(reply.fds)
        return reply.value

    async def call_with_fds(
        self, row: Row, args: Struct | None = None, *, fds: Sequence[int] = (), deadline: float | None = None
    ) -> tuple[Any, list[int]]:
        """As `call`, and the descriptors that came with the reply; they are the caller's to close."""
        serial, future = self._begin(row, args, fds)
        reply = await self._reply(serial, row, future, deadline)
        return reply.value, reply.fds

    async def open_stream(
        self, row: Row, args: Struct | None = None, *, deadline: float | None = None
    ) -> tuple[Any, AsyncStream]:
        """Call a procedure that has a stream: its ret struct and the open stream."""
        self._link.widen()
        serial, future = self._begin(row, args, ())
        stream = AsyncStream(self, self._session.open_stream(serial))
        self._streams[serial] = stream
        try:
            reply = await self._reply(serial, row, future, deadline)
        except BaseException:
            self.drop_stream(serial)
            raise
        return reply.value, stream

    def _begin(
        self, row: Row, args: Struct | None, fds: Sequence[int]
    ) -> tuple[int, asyncio.Future[Reply]]:
        self._require_open()
        serial, data = self._session.call(row, args, fds)
        future: asyncio.Future[Reply] = self._loop.create_future()
        alone = not self._waiters
        self._waiters[serial] = future
        self.write(data, fds, at_once=alone)
        if not self._reading:
            self._read_on()
        return serial, future

    async def _reply(
        self, serial: int, row: Row, future: asyncio.Future[Reply], deadline: float | None
    ) -> Reply:
        deadline = self._until(deadline)
        timer = None
        if deadline is not None:
            timer = self._loop.call_later(max(0.0, deadline - time.monotonic()), _too_late, future, row)
        try:
            reply = await future
        except BaseException:
            self._waiters.pop(serial, None)
            self._pause_if_full()
            raise
        finally:
            if timer is not None:
                timer.cancel()
        if reply.error is not None:
            raise reply.error
        return reply

    # -- out

    def write(self, data: bytes, fds: Sequence[int] = (), *, at_once: bool = False) -> None:
        """Queue a whole packet; `at_once` sends it now where nothing waits before it."""
        if self._closed is not None:
            return
        if at_once and not self._out and not fds:
            try:
                sent = self._link.send_some(data)
            except VirtError as e:
                self._loop.call_soon(self._fail, e, CLOSE_ERROR)
                return
            if sent == len(data):
                return
            self._head_tried = True
            data = data[sent:]
        self._out.append(data)
        self._unsent += len(data)
        for fd in fds:
            self._out.append(os.dup(fd))
        self._flush_soon()

    def write_data(self, head: bytes, data: memoryview) -> None:
        """As `write`, of a packet whose payload is not copied; nobody may change it afterwards."""
        if self._closed is not None:
            return
        sent = 0
        if not self._out:
            try:
                sent = self._link.send_parts(head, data)
            except VirtError as e:
                self._loop.call_soon(self._fail, e, CLOSE_ERROR)
                return
            if sent == len(head) + len(data):
                return
        if sent or not self._link.can_receive_into:
            self._head_tried = True
            rest = (head + data)[sent:] if sent < len(head) or not self._link.can_receive_into else data[sent - len(head) :]
            self._out.append(rest)
            self._unsent += len(rest)
        else:
            self._out += (head, data)
            self._unsent += len(head) + len(data)
        self._flush_soon()

    def _flush_soon(self) -> None:
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        """Send what is queued, small packets joined, until the socket is full; then wait for it."""
        self._flushing = self._watching_write
        out = self._out
        try:
            while out:
                item = out[0]
                if isinstance(item, int):
                    if not self._link.send_fd(item):
                        break
                    out.popleft()
                    os.close(item)
                    continue
                if len(out) > 1 and len(item) < _JOIN and not self._head_tried and self._link.packets_may_be_joined:
                    item = self._joined()
                sent = self._link.send_some(item)
                self._unsent -= sent
                self._head_tried = sent < len(item)
                if self._head_tried:
                    out[0] = memoryview(item)[sent:] if sent else item
                    break
                out.popleft()
        except VirtError as e:
            self._fail(e, CLOSE_ERROR)
            return
        if self._closed is None:
            self._watch_write(bool(out))
        if self._unsent <= LOW_WATER:
            _wake(self._drained)
            for stream in self._streams.values():
                stream.poke()

    def _joined(self) -> bytes | memoryview:
        """The packets at the head of the queue as one, up to _JOIN bytes; it takes their place there."""
        out, parts, size = self._out, [], 0
        while out and not isinstance(out[0], int) and size < _JOIN:
            part = out.popleft()
            assert not isinstance(part, int)
            parts.append(part)
            size += len(part)
        whole = parts[0] if len(parts) == 1 else b"".join(parts)
        out.appendleft(whole)
        return whole

    def _watch_write(self, wanted: bool) -> None:
        if wanted != self._watching_write:
            self._watching_write = self._flushing = wanted
            if wanted:
                self._loop.add_writer(self._fd, self._flush)
            else:
                self._loop.remove_writer(self._fd)

    async def drain(self, deadline: float | None = None) -> None:
        """Wait while more than LOW_WATER bytes are unsent. Raises Timeout."""
        while self._unsent > LOW_WATER and self._closed is None:
            await self.wait_in(self._drained, deadline, "the server takes no more data")

    async def wait_in(self, waiting: list[asyncio.Future[None]], deadline: float | None, text: str) -> None:
        """Wait until somebody wakes the list (`wake`). Raises Timeout with the text."""
        future: asyncio.Future[None] = self._loop.create_future()
        waiting.append(future)
        timer = None
        if deadline is not None:
            left = max(0.0, deadline - time.monotonic())
            timer = self._loop.call_later(left, _late, future, text)
        try:
            await future
        finally:
            if timer is not None:
                timer.cancel()
            if future in waiting:
                waiting.remove(future)

    # -- in

    def _read_on(self) -> None:
        if not self._reading and self._closed is None:
            try:
                self._loop.add_reader(self._fd, self._readable)
            except NotImplementedError:
                text = "this event loop cannot watch sockets; run under asyncio.SelectorEventLoop"
                raise VirtError(ErrorCode.OPERATION_UNSUPPORTED, text, ErrorDomain.RPC) from None
            self._reading = True

    def _pause_if_full(self) -> None:
        """Stop reading while a stream has too much and no call needs its reply."""
        if self._reading and not self._waiters and any(stream.state.full for stream in self._streams.values()):
            self._reading = False
            self._loop.remove_reader(self._fd)

    def resume_if_drained(self) -> None:
        """A stream's reader has taken data."""
        if not self._reading and not any(stream.state.full for stream in self._streams.values()):
            self._read_on()

    def _readable(self) -> None:
        link = self._link
        pending = getattr(link.sock, "pending", None)  # TLS: records taken from the socket already
        try:
            while True:
                space = self._session.framer.space() if link.can_receive_into else None
                if space is not None:
                    into = link.receive_into(space)
                    if into is None:
                        break
                    incidents = self._session.received(*into)
                else:
                    got = link.receive()
                    if got is None:
                        break
                    incidents = self._session.receive(*got)
                for incident in incidents:
                    self._sort(incident)
                if space is not None and not incidents:
                    continue  # within a large message, whose rest is usually there
                if pending is None or not pending():
                    break
        except VirtError as e:
            self._fail(e, CLOSE_EOF if "End of file" in e.message else CLOSE_ERROR)
            return
        if self._keepalive is not None:
            self._keepalive.heard(time.monotonic())
        if self._streams:
            self._pause_if_full()

    def _sort(self, incident: Reply | Notice | StreamPacket | Ping | Pong) -> None:
        if isinstance(incident, Reply):
            future = self._waiters.pop(incident.serial, None)
            if future is not None and not future.done():
                future.set_result(incident)
            else:
                _close_all(incident.fds)
        elif isinstance(incident, StreamPacket):
            stream = self._streams.get(incident.serial)
            if stream is not None:
                stream.put(incident)
        elif isinstance(incident, Notice):
            self._loop.call_soon(self._notice, incident)
        elif isinstance(incident, Ping):
            self.write(PONG, at_once=True)

    def _notice(self, notice: Notice) -> None:
        if self.on_notice is not None:
            self.on_notice(notice.row, notice.message)

    # -- keepalive

    def _arm_keepalive(self) -> None:
        if self._keepalive_timer is not None:
            self._keepalive_timer.cancel()
            self._keepalive_timer = None
        due = self._keepalive.next_at if self._keepalive is not None else None
        if due is not None and self._closed is None:
            self._keepalive_timer = self._loop.call_later(max(0.0, due - time.monotonic()), self._check_keepalive)

    def _check_keepalive(self) -> None:
        assert self._keepalive is not None
        action = self._keepalive.check(time.monotonic())
        if action == "dead":
            self._fail(death(), CLOSE_KEEPALIVE)
            return
        if action == "ping":
            self.write(PING, at_once=True)
        self._arm_keepalive()

    # -- the end

    def _fail(self, error: VirtError, reason: int) -> None:
        if self._closed is not None:
            return
        self._closed = error
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._fd)
        self._watch_write(False)
        if self._keepalive_timer is not None:
            self._keepalive_timer.cancel()
        waiters, self._waiters = self._waiters, {}
        for future in waiters.values():
            if not future.done():
                future.set_exception(error)
        for stream in self._streams.values():
            stream.fail(error)
        _close_all([item for item in self._out if isinstance(item, int)])
        self._out.clear()
        _close_all(self._session.framer.drain())
        _wake(self._drained)
        self._link.close()
        if self.on_close is not None:
            self._loop.call_soon(self.on_close, reason)

    def close(self) -> None:
        """End the connection from our side; calls in flight fail. Safe to call twice."""
        self._fail(closed_error(), CLOSE_CLIENT)

    def drop_stream(self, serial: int) -> None:
        if self._streams.pop(serial, None) is not None:
            self._session.close_stream(serial)
            self.resume_if_drained()


_JOIN: Final = 65536
"""Packets are joined into one write up to this size."""


def _too_late(future: asyncio.Future[Reply], row: Row) -> None:
    if not future.done():
        future.set_exception(Timeout(f"no reply to {row.function or row.name} in time", ErrorDomain.RPC))


def _late(future: asyncio.Future[None], text: str) -> None:
    if not future.done():
        future.set_exception(Timeout(text, ErrorDomain.STREAMS))


def _wake(waiting: list[asyncio.Future[None]]) -> None:
    while waiting:
        future = waiting.pop()
        if not future.done():
            future.set_result(None)


def _close_all(fds: Sequence[int]) -> None:
    for fd in fds:
        os.close(fd)
