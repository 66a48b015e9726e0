"""A connected byte pipe for the blocking transport: a socket, or a TLS session over one, with deadlines.

Deadlines are absolute `time.monotonic()` values; None waits for ever. Works without `poll` (Windows).
"""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import time
from collections.abc import Callable, Sequence
from typing import Final

from purevirt.errors import ErrorCode, ErrorDomain, VirtError, system_error
from purevirt.rpc.sasl import SaslError
from purevirt.types.override import override

RECEIVE: Final = 262144
_MAX_FDS = 64
SEND_BUFFER: Final = 1 << 20
_CAN_PASS_FDS = hasattr(socket, "SCM_RIGHTS") and hasattr(socket, "CMSG_SPACE")


def time_left(deadline: float | None) -> float | None:
    """Seconds until the deadline, not below 0; None for ever."""
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def eof_error(detail: str = "") -> VirtError:
    """The peer closed the connection; `detail` is what the helper program said last."""
    text = "End of file while reading data"
    return system_error(errno.EIO, f"{text}: {detail}" if detail else text, ErrorDomain.RPC)


class Link:
    """A non-blocking stream socket of any family. `last_words` asks the helper program behind it (ssh) for its stderr."""

    can_pass_fds = False
    can_receive_into = True
    """Whether received bytes are the protocol's own, so that they may go straight to where they belong."""
    packets_may_be_joined = True
    """Whether several packets may go out in one write."""
    would_block: tuple[type[Exception], ...] = (BlockingIOError, InterruptedError)

    def __init__(self, sock: socket.socket, last_words: Callable[[], str] | None = None) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.last_words = last_words or (lambda: "")
        plain = not hasattr(sock, "pending")  # a TLS socket has its own ends of data, and cannot gather
        self.can_receive_into = plain
        self._gathers = plain and hasattr(sock, "sendmsg")
        self.can_pass_fds = _CAN_PASS_FDS and sock.family == getattr(socket, "AF_UNIX", None)
        self._ancillary = socket.CMSG_SPACE(_MAX_FDS * 4) if self.can_pass_fds else 0
        self._poll = select.poll() if hasattr(select, "poll") else None
        if self._poll is not None:
            self._poll.register(sock, select.POLLIN)

    def fileno(self) -> int:
        return self.sock.fileno()

    def wait(self, timeout: float | None, for_writing: bool = False) -> bool:
        """Whether the socket became readable (or also writable) in time."""
        if self._poll is None:
            writers = [self.sock] if for_writing else []
            return any(select.select([self.sock], writers, [], timeout))
        milliseconds = None if timeout is None else int(timeout * 1000 + 0.999)
        if not for_writing:
            return bool(self._poll.poll(milliseconds))
        self._poll.modify(self.sock, select.POLLIN | select.POLLOUT)
        try:
            return bool(self._poll.poll(milliseconds))
        finally:
            self._poll.modify(self.sock, select.POLLIN)

    def receive(self) -> tuple[bytes, list[int]] | None:
        """What is there, with descriptors; None when nothing is; VirtError at the end of file."""
        try:
            if self.can_pass_fds:
                data, fds = self._receive_with_fds()
            else:
                data, fds = self._read(), []
        except self.would_block:
            return None
        except OSError as e:
            words = self.last_words()
            text = f"Cannot recv data: {words}" if words else "Cannot recv data"
            raise system_error(e.errno or errno.EIO, text, ErrorDomain.RPC) from e
        if not data:
            raise eof_error(self.last_words())
        return data, fds

    def _read(self) -> bytes:
        return self.sock.recv(RECEIVE)

    def _receive_with_fds(self) -> tuple[bytes, list[int]]:
        data, ancillary, _, _ = self.sock.recvmsg(RECEIVE, self._ancillary, getattr(socket, "MSG_CMSG_CLOEXEC", 0))
        return data, _fds_in(ancillary)

    def receive_into(self, space: memoryview) -> tuple[int, list[int]] | None:
        """As `receive`, into the given place: how many bytes, and descriptors."""
        fds: list[int] = []
        try:
            if self.can_pass_fds:
                flags = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
                count, ancillary, _, _ = self.sock.recvmsg_into([space], self._ancillary, flags)
                fds = _fds_in(ancillary)
            else:
                count = self.sock.recv_into(space)
        except self.would_block:
            return None
        except OSError as e:
            raise system_error(e.errno or errno.EIO, "Cannot recv data", ErrorDomain.RPC) from e
        if not count:
            raise eof_error(self.last_words())
        return count, fds

    def send_parts(self, head: bytes, data: bytes | memoryview) -> int:
        """As `send_some` of the two in a row, without joining them where the socket can do that."""
        if not self._gathers:
            return self.send_some(head + data)
        try:
            return self.sock.sendmsg([head, data])
        except self.would_block:
            return 0
        except OSError as e:
            raise system_error(e.errno or errno.EIO, "Cannot write data", ErrorDomain.RPC) from e

    def widen(self) -> None:
        """Let the socket take whole stream packets at once."""
        with contextlib.suppress(OSError):  # only speed is lost
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    def send_some(self, data: bytes | memoryview) -> int:
        """How many bytes the socket took, 0 when it is full."""
        try:
            return self._write(data)
        except self.would_block:
            return 0
        except OSError as e:
            raise system_error(e.errno or errno.EIO, "Cannot write data", ErrorDomain.RPC) from e

    def _write(self, data: bytes | memoryview) -> int:
        return self.sock.send(data)

    def send_fd(self, fd: int) -> bool:
        """One descriptor with its zero byte; False when the socket is full."""
        packed = fd.to_bytes(4, _NATIVE, signed=True)
        try:
            return self.sock.sendmsg([b"\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, packed)]) == 1
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as e:
            raise system_error(e.errno or errno.EIO, "Cannot write data", ErrorDomain.RPC) from e

    def close(self) -> None:
        self.sock.close()


def _fds_in(ancillary: Sequence[tuple[int, int, bytes]]) -> list[int]:
    """The descriptors in what recvmsg returned."""
    fds: list[int] = []
    for level, kind, payload in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            count = len(payload) // 4
            fds += [int.from_bytes(payload[4 * i : 4 * i + 4], _NATIVE) for i in range(count)]
    return fds


_NATIVE: Final = __import__("sys").byteorder


Wrap = Callable[[bytes], bytes]


class LayeredLink(Link):
    """A link with a SASL security layer on it: both directions pass through the mechanism."""

    def __init__(self, below: Link, wrap: Wrap, unwrap: Wrap) -> None:
        super().__init__(below.sock, below.last_words)
        self.can_pass_fds = self.can_receive_into = False
        self.packets_may_be_joined = below.packets_may_be_joined
        self._below = below
        self._wrap = wrap
        self._unwrap = unwrap
        self._unsent = b""
        self._given = b""

    @override
    def receive(self) -> tuple[bytes, list[int]] | None:
        got = self._below.receive()
        if got is None:
            return None
        try:
            return self._unwrap(got[0]), []
        except SaslError as e:
            text = f"failed to decode SASL data: {e}"
            raise VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.RPC) from e

    @override
    def send_some(self, data: bytes | memoryview) -> int:
        """All of `data` counts as taken once its wrapped form has gone out, until then nothing does. What a caller gave
        up (a keepalive packet) still goes out whole, before what comes next."""
        plain = bytes(data)
        if self._given:
            if not self._flush():
                return 0
            given, self._given = self._given, b""
            if plain.startswith(given):  # a caller may have put more behind it
                return len(given)
        self._unsent = self._wrap(plain)
        if self._flush():
            return len(plain)
        self._given = plain
        return 0

    @override
    def send_parts(self, head: bytes, data: bytes | memoryview) -> int:
        return self.send_some(head + data)

    def _flush(self) -> bool:
        self._unsent = self._unsent[self._below.send_some(self._unsent) :]
        return not self._unsent
