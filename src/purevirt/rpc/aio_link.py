"""A connected byte pipe on the event loop, for server connections and the async client alike.

Sockets are read and written by our own callbacks, not by asyncio's transports: those lose passed descriptors, and the
straight way costs half as much per call. TLS goes through asyncio's, which has the state machine for it.

A link calls `on_data(bytes, fds)` for what comes and `on_closed(error or None)` exactly once. An owner that knows where
the next bytes belong says so in `on_space()`; those are received there and told by `on_filled(count, fds)`. Nothing it
calls may raise. `write` never blocks: what the socket does not take is kept; the owner looks at `buffered` and awaits
`drain`.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from purevirt.errors import ErrorDomain, VirtError, system_error
from purevirt.rpc.link import RECEIVE, eof_error
from purevirt.types.override import override

LOW_WATER: Final = 262144
"""`drain` returns when not more than this is waiting to be sent."""
_ANCILLARY: Final = socket.CMSG_SPACE(64 * 4) if hasattr(socket, "CMSG_SPACE") else 0
_GATHERS: Final = hasattr(socket.socket, "sendmsg")
_TURN: Final = 1 << 20
"""Bytes that one connection may take from the loop's turn."""
_CLOEXEC: Final = getattr(socket, "MSG_CMSG_CLOEXEC", 0)

OnData = Callable[[bytes, Sequence[int]], None]
OnSpace = Callable[[], "memoryview | None"]
OnFilled = Callable[[int, Sequence[int]], None]
OnClosed = Callable[[VirtError | None], None]


class AsyncLink(Protocol):
    """What both kinds of link offer."""

    on_data: OnData
    on_closed: OnClosed
    on_space: OnSpace
    """Only called where the bytes of the wire are the protocol's own."""
    on_filled: OnFilled
    can_pass_fds: bool

    @property
    def buffered(self) -> int: ...

    @property
    def closing(self) -> bool: ...

    def write(self, data: bytes, fds: Sequence[int] = ()) -> None: ...

    def write_parts(self, head: bytes, data: bytes | memoryview) -> None:
        """As `write` of the two in a row; `data` may change afterwards."""
        ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    async def drain(self) -> None: ...

    def close(self, after_writing: bool = False) -> None: ...


def _ignore_data(data: bytes, fds: Sequence[int]) -> None:
    for fd in fds:
        os.close(fd)


def no_space() -> memoryview | None:
    return None


def _ignore_filled(count: int, fds: Sequence[int]) -> None:
    _ignore_data(b"", fds)


def _ignore_end(error: VirtError | None) -> None:
    return None


class SocketLink:
    """A unix or TCP socket. Descriptors given to `write` are duplicated, so the caller may close its own at once."""

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._loop = loop
        self._sock = sock
        self._fd = sock.fileno()
        self.can_pass_fds = bool(_ANCILLARY) and sock.family == getattr(socket, "AF_UNIX", None)
        self.on_data: OnData = _ignore_data
        self.on_closed: OnClosed = _ignore_end
        self.on_space: OnSpace = no_space
        self.on_filled: OnFilled = _ignore_filled
        self._queue: deque[bytes | memoryview | int] = deque()
        self.buffered = 0
        self._writing = False
        self._reading = False
        self._closed = False
        self._finishing = False
        self._drained: list[asyncio.Future[None]] = []

    @property
    def closing(self) -> bool:
        return self._closed or self._finishing

    def start(self) -> None:
        """Begin to read; set the callbacks first."""
        self.resume()

    def pause(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._fd)

    def resume(self) -> None:
        if not self._reading and not self._closed:
            self._reading = True
            self._loop.add_reader(self._fd, self._readable)

    def _readable(self) -> None:
        """One reading, or several while they fill the places of large messages, up to a turn's worth."""
        space = self.on_space()
        if space is None:
            self._read()
            return
        left = _TURN
        while space is not None and left > 0 and self._reading:
            count = self._read_into(space)
            left -= count
            if count < len(space):
                return
            space = self.on_space()

    def _read(self) -> None:
        try:
            if self.can_pass_fds:
                data, ancillary, _, _ = self._sock.recvmsg(RECEIVE, _ANCILLARY, _CLOEXEC)
            else:
                data, ancillary = self._sock.recv(RECEIVE), []
        except (BlockingIOError, InterruptedError):
            return
        except OSError as e:
            self._end(system_error(e.errno or errno.EIO, "Cannot recv data", ErrorDomain.RPC))
            return
        if not data:
            self._end(eof_error())
        else:
            self.on_data(data, received_fds(ancillary) if ancillary else ())

    def _read_into(self, space: memoryview) -> int:
        """How many bytes came; 0 also at the end."""
        ancillary: Sequence[tuple[int, int, bytes]] = ()
        try:
            if self.can_pass_fds:
                count, ancillary, _, _ = self._sock.recvmsg_into([space], _ANCILLARY, _CLOEXEC)
            else:
                count = self._sock.recv_into(space)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as e:
            self._end(system_error(e.errno or errno.EIO, "Cannot recv data", ErrorDomain.RPC))
            return 0
        if not count:
            self._end(eof_error())
        else:
            self.on_filled(count, received_fds(ancillary) if ancillary else ())
        return count

    def write(self, data: bytes, fds: Sequence[int] = ()) -> None:
        if self._closed:
            return
        if not self._queue:
            try:
                sent = self._sock.send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError as e:
                self._loop.call_soon(self._end, system_error(e.errno or errno.EIO, "Cannot write data", ErrorDomain.RPC))
                return
            if sent == len(data):
                if not fds:
                    return
            else:
                self._keep(memoryview(data)[sent:] if sent else data)
        else:
            self._keep(data)
        for fd in fds:
            self._queue.append(os.dup(fd))
        self._flush_later()

    def write_parts(self, head: bytes, data: bytes | memoryview) -> None:
        if self._closed:
            return
        sent = 0
        if not self._queue and _GATHERS:
            try:
                sent = self._sock.sendmsg([head, data])
            except (BlockingIOError, InterruptedError):
                pass
            except OSError as e:
                self._loop.call_soon(self._end, system_error(e.errno or errno.EIO, "Cannot write data", ErrorDomain.RPC))
                return
        if sent < len(head):
            self._keep(head[sent:] + data)
        elif sent < len(head) + len(data):
            self._keep(bytes(data[sent - len(head) :]))

    def _keep(self, data: bytes | memoryview) -> None:
        self._queue.append(data)
        self.buffered += len(data)
        self._flush_later()

    def _flush_later(self) -> None:
        if not self._writing:
            self._writing = True
            self._loop.add_writer(self._fd, self._flush)

    def _flush(self) -> None:
        queue, sock = self._queue, self._sock
        try:
            while queue:
                item = queue[0]
                if isinstance(item, int):
                    packed = item.to_bytes(4, _NATIVE, signed=True)
                    sock.sendmsg([b"\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, packed)])
                    queue.popleft()
                    os.close(item)
                    continue
                sent = sock.send(item)
                self.buffered -= sent
                if sent < len(item):
                    queue[0] = memoryview(item)[sent:]
                    break
                queue.popleft()
        except (BlockingIOError, InterruptedError):
            pass
        except OSError as e:
            self._end(system_error(e.errno or errno.EIO, "Cannot write data", ErrorDomain.RPC))
            return
        if self.buffered <= LOW_WATER:
            self._wake()
        if not queue:
            self._writing = False
            self._loop.remove_writer(self._fd)
            if self._finishing:
                self._end(None)

    def _wake(self) -> None:
        waiting, self._drained = self._drained, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def drain(self) -> None:
        """Wait while more than LOW_WATER bytes are unsent; returns at once on a closed link."""
        while self.buffered > LOW_WATER and not self._closed:
            future: asyncio.Future[None] = self._loop.create_future()
            self._drained.append(future)
            await future

    def close(self, after_writing: bool = False) -> None:
        """End the connection; `after_writing` sends first what is still kept."""
        if after_writing and self._queue:
            self._finishing = True
            self.pause()
        else:
            self._end(None)

    def _end(self, error: VirtError | None) -> None:
        if self._closed:
            return
        self._closed = True
        self.pause()
        if self._writing:
            self._loop.remove_writer(self._fd)
        for item in self._queue:
            if isinstance(item, int):
                os.close(item)
        self._queue.clear()
        self._sock.close()
        self._wake()
        self.on_closed(error)


_NATIVE: Final = __import__("sys").byteorder


def received_fds(ancillary: Sequence[tuple[int, int, bytes]]) -> list[int]:
    """The descriptors in what recvmsg returned."""
    fds: list[int] = []
    for level, kind, payload in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds += [int.from_bytes(payload[at : at + 4], _NATIVE) for at in range(0, len(payload) - 3, 4)]
    return fds


class TlsLink(asyncio.Protocol):
    """A TLS session on the loop. `established` is awaited before use; it raises VirtError when the handshake fails."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self.can_pass_fds = False
        self.on_data: OnData = _ignore_data
        self.on_closed: OnClosed = _ignore_end
        self.on_space: OnSpace = no_space
        self.on_filled: OnFilled = _ignore_filled
        self._full = False
        self._closed = False
        self._drained: list[asyncio.Future[None]] = []

    async def serve(self, sock: socket.socket, context: ssl.SSLContext) -> None:
        """Do the server's handshake. Raises OSError (ssl.SSLError)."""
        await self._loop.connect_accepted_socket(lambda: self, sock, ssl=context, ssl_handshake_timeout=30)

    async def connect(self, sock: socket.socket, context: ssl.SSLContext, hostname: str) -> None:
        """Do the client's handshake. Raises OSError (ssl.SSLError)."""
        await self._loop.create_connection(
            lambda: self, sock=sock, ssl=context, server_hostname=hostname, ssl_handshake_timeout=30
        )

    @property
    def tls(self) -> ssl.SSLObject | None:
        return self._transport.get_extra_info("ssl_object") if self._transport is not None else None

    @property
    def buffered(self) -> int:
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    @property
    def closing(self) -> bool:
        return self._closed or (self._transport is not None and self._transport.is_closing())

    def start(self) -> None:
        self.resume()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.pause_reading()
        transport.set_write_buffer_limits(high=LOW_WATER * 2, low=LOW_WATER)

    @override
    def data_received(self, data: bytes) -> None:
        self.on_data(bytes(data), ())

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self._closed:
            self._closed = True
            self.resume_writing()
            number = exc.errno if isinstance(exc, OSError) and exc.errno else errno.EIO
            error = system_error(number, "Cannot recv data", ErrorDomain.RPC) if exc is not None else eof_error()
            self.on_closed(error)

    @override
    def pause_writing(self) -> None:
        self._full = True

    @override
    def resume_writing(self) -> None:
        self._full = False
        waiting, self._drained = self._drained, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def write(self, data: bytes, fds: Sequence[int] = ()) -> None:
        if self._transport is not None and not self._closed:
            self._transport.write(data)

    def write_parts(self, head: bytes, data: bytes | memoryview) -> None:
        self.write(head + data)

    def pause(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    async def drain(self) -> None:
        while self._full and not self._closed:
            future: asyncio.Future[None] = self._loop.create_future()
            self._drained.append(future)
            await future

    def close(self, after_writing: bool = False) -> None:
        if self._transport is None or self._closed:
            return
        if after_writing:
            self._transport.close()
            return
        self._closed = True
        self.resume_writing()
        self._transport.abort()
        self.on_closed(None)
