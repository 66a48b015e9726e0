"""Bytes to messages and back, without I/O: length words, headers, descriptors, fragments.

A message is a length word, six header words and a payload. Messages of the WITH_FDS types carry a descriptor count
before the payload, and are followed by that many single bytes, each with one descriptor in its ancillary data.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol.header import FRAME, HEADER_MAX, MESSAGE_MAX, NUM_FDS_MAX, MessageType
from purevirt.types.override import override

_U32 = struct.Struct(">I")
_SMALLEST = 4 + HEADER_MAX
_WITH_FDS = frozenset({int(MessageType.CALL_WITH_FDS), int(MessageType.REPLY_WITH_FDS)})
_VIEW_FROM = 16384
"""Payloads at least this long are handed on as views of what was received instead of copies."""
_OWN_BUFFER = range(_VIEW_FROM, 1 << 20)
"""Messages of such a length (stream data) are received into a buffer of their own size. Longer ones grow as they come, so
that nobody makes us allocate what he does not send."""


_PLACED = range(_SMALLEST, _OWN_BUFFER.stop)
"""Messages that get a buffer of their size once their header was read alone."""


class ProtocolError(VirtError):
    """The peer broke the framing; nothing more can be understood on this connection."""

    def __init__(self, detail: str) -> None:
        super().__init__(ErrorCode.RPC, detail, ErrorDomain.RPC)


class Message:
    """One packet as it came: header words, payload, and the descriptors that belong to it."""

    __slots__ = ("fds", "payload", "procedure", "program", "serial", "status", "type", "version")

    def __init__(
        self,
        program: int,
        version: int,
        procedure: int,
        type: int,
        serial: int,
        status: int,
        payload: bytes | memoryview,
        fds: list[int] | None = None,
    ) -> None:
        self.program = program
        self.version = version
        self.procedure = procedure
        self.type = type
        self.serial = serial
        self.status = status
        self.payload = payload
        self.fds = fds

    @override
    def __repr__(self) -> str:
        return (
            f"<Message {self.program:#x}.{self.procedure} type {self.type} serial {self.serial} "
            f"status {self.status} {len(self.payload)} bytes>"
        )


def pack(
    program: int, version: int, procedure: int, type: int, serial: int, status: int, payload: bytes | bytearray = b""
) -> bytes:
    """A whole packet. Raises ProtocolError when it would be larger than any peer takes."""
    length = _SMALLEST + len(payload)
    if length > MESSAGE_MAX:
        raise ProtocolError(f"packet {length} bytes too large, want {MESSAGE_MAX}")
    return FRAME.pack(length, program, version, procedure, type, serial, status) + payload


def pack_head(program: int, version: int, procedure: int, type: int, serial: int, status: int, payload_length: int) -> bytes:
    """A packet without its payload."""
    return FRAME.pack(_SMALLEST + payload_length, program, version, procedure, type, serial, status)


def pack_with_fds(
    program: int, version: int, procedure: int, type: int, serial: int, payload: bytes | bytearray, fds: Sequence[int]
) -> bytes:
    """A packet of a WITH_FDS type; the transport sends the descriptors behind it, each with one zero byte."""
    if len(fds) > NUM_FDS_MAX:
        raise ProtocolError(f"Too many FDs to send {len(fds)}, expected {NUM_FDS_MAX} maximum")
    return pack(program, version, procedure, type, serial, 0, _U32.pack(len(fds)) + payload)


class Framer:
    """Cuts a byte stream into messages. `limit` is the largest message taken (lower it for strangers).

    After a ProtocolError the framer is not to be fed again. Descriptors belong to the framer until they leave it in a
    message; `drain` gives back those still here when the connection ends.
    """

    def __init__(self, limit: int = MESSAGE_MAX) -> None:
        self.limit = limit
        self._pending = bytearray()
        self._fds: list[int] = []
        self._waiting: Message | None = None
        self._wanted = 0
        self._own: bytearray | None = None
        self._filled = 0
        self._places = False
        """Whether our owner receives into `space`: then after a large message just the next one's header is read, so that its
        payload too goes straight to where it belongs (large messages come in rows)."""
        self._small_ones = 0
        """How many small messages may come between: libvirtd sends 256 KiB as a full packet and one of 24 bytes."""

    @property
    def buffered(self) -> int:
        return len(self._pending) + self._filled

    def space(self) -> memoryview | None:
        """Where what comes next may be received to; then say `filled`. None: use `feed`."""
        self._places = True
        return memoryview(self._own)[self._filled :] if self._own is not None else None

    def filled(self, count: int, fds: Sequence[int] = ()) -> list[Message]:
        """So many bytes were received into `space`; the message, when that was all of it."""
        assert self._own is not None
        if fds:
            self._keep_fds(fds)
        self._filled += count
        if self._filled < len(self._own):
            return []
        own, self._own, self._filled = self._own, None, 0
        length = _U32.unpack_from(own)[0]
        if length != len(own):  # a header alone
            if not _SMALLEST <= length <= self.limit:
                self._refuse(length)
            if length not in _PLACED:
                return self.feed(bytes(own))
            self._own, self._filled = bytearray(length), len(own)
            self._own[: len(own)] = own
            return []
        out: list[Message] = []
        self._cut(own, 0, length, out)
        self._small_ones = 2 if length in _OWN_BUFFER else self._small_ones - 1
        if self._places and self._small_ones >= 0 and self._waiting is None:
            self._own = bytearray(_SMALLEST)
        return out

    def drain(self) -> list[int]:
        """Descriptors nobody took."""
        left, self._fds = self._fds, []
        if self._waiting is not None:
            left += self._waiting.fds or []
            self._waiting = None
        return left

    def feed(self, data: bytes, fds: Sequence[int] = ()) -> list[Message]:
        """The messages that `data` completes."""
        if fds:
            self._keep_fds(fds)
        out: list[Message] = []
        at = 0
        while self._own is not None and data:
            taken = min(len(data), len(self._own) - self._filled)
            self._own[self._filled : self._filled + taken] = memoryview(data)[:taken]
            out += self.filled(taken)
            data = data[taken:]
        if not data:
            return out
        source: bytes | bytearray = data
        if self._pending:
            self._pending += data
            source = self._pending
        end = len(source)
        while True:
            if self._waiting is not None:
                at = self._take_fds(at, end)
                if self._waiting is not None:
                    if not self._wanted:
                        out.append(self._waiting)
                        self._waiting = None
                    else:
                        break
            if end - at < 4:
                break
            length = _U32.unpack_from(source, at)[0]
            if not _SMALLEST <= length <= self.limit:
                self._refuse(length)
            if end - at < length:
                if length in _OWN_BUFFER:
                    self._own, self._filled = bytearray(length), end - at
                    self._own[: end - at] = memoryview(source)[at:]
                    at = end
                break
            self._cut(source, at, length, out)
            at += length
        if source is self._pending:
            del self._pending[:at]
        elif at < end:
            self._pending += data[at:] if at else data
        return out

    def _keep_fds(self, fds: Sequence[int]) -> None:
        self._fds.extend(fds)
        if len(self._fds) > NUM_FDS_MAX:
            raise ProtocolError(f"Too many FDs received {len(self._fds)}, expected {NUM_FDS_MAX} maximum")

    def _refuse(self, length: int) -> None:
        if length < _SMALLEST:
            raise ProtocolError(f"packet {length} bytes received from server too small, want {_SMALLEST}")
        raise ProtocolError(f"packet {length} bytes received from server too large, want {self.limit}")

    def _cut(self, source: bytes | bytearray, at: int, length: int, out: list[Message]) -> None:
        _, program, version, procedure, kind, serial, status = FRAME.unpack_from(source, at)
        start, stop = at + _SMALLEST, at + length
        payload: bytes | memoryview
        if source is not self._pending:  # a buffer that is ours alone and stays as it is
            payload = memoryview(source)[start:stop] if length > _VIEW_FROM else bytes(source[start:stop])
        else:
            payload = bytes(memoryview(source)[start:stop])
        message = Message(program, version, procedure, kind, serial, status, payload)
        if kind in _WITH_FDS:
            if len(payload) < 4:
                raise ProtocolError("Unable to decode number of FDs")
            wanted = _U32.unpack_from(payload)[0]
            if wanted > NUM_FDS_MAX:
                raise ProtocolError(f"Received {wanted} FDs, expected {NUM_FDS_MAX} maximum")
            message.payload = payload[4:]
            message.fds = []
            if wanted:
                self._waiting, self._wanted = message, wanted
                return
        out.append(message)

    def _take_fds(self, at: int, end: int) -> int:
        """Consume the bytes that carry descriptors. A byte that came without one is a broken peer."""
        assert self._waiting is not None
        assert self._waiting.fds is not None
        while self._wanted and at < end:
            if not self._fds:
                raise ProtocolError("a descriptor was announced but did not come")
            self._waiting.fds.append(self._fds.pop(0))
            self._wanted -= 1
            at += 1
        return at
