"""The protocol above the framing, without I/O: calls, replies, events, stream packets, keepalive; client and server.

Bytes in, incidents out: `receive` takes what the transport read and returns what it means; the other methods return
the bytes to send. A session never blocks, never reads a clock and keeps no socket, so that a test can feed it a
recorded conversation cut at every byte.

A peer that breaks the rules so that nothing more can be understood raises ProtocolError (close the connection); one
that asks for nonsense in a well-formed packet gets an error reply, as libvirt answers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol import keepalive
from purevirt.protocol.header import MESSAGE_MAX, MessageType, Status, StreamHole
from purevirt.protocol.rows import Program, Row
from purevirt.protocol.xdr import Struct, XdrError, decode, encode
from purevirt.rpc.framing import Framer, Message, ProtocolError, pack, pack_head, pack_with_fds
from purevirt.rpc.wire_errors import decode_error, encode_error

_CALL, _REPLY, _MESSAGE = int(MessageType.CALL), int(MessageType.REPLY), int(MessageType.MESSAGE)
_STREAM, _HOLE = int(MessageType.STREAM), int(MessageType.STREAM_HOLE)
_CALL_FDS, _REPLY_FDS = int(MessageType.CALL_WITH_FDS), int(MessageType.REPLY_WITH_FDS)
_OK, _ERROR, _CONTINUE = int(Status.OK), int(Status.ERROR), int(Status.CONTINUE)
_CALLS, _REPLIES = frozenset({_CALL, _CALL_FDS}), frozenset({_REPLY, _REPLY_FDS})
_STREAMS = frozenset({_STREAM, _HOLE})
_KEEPALIVE = keepalive.PROGRAM.number

PING = pack(_KEEPALIVE, keepalive.PROGRAM.version, keepalive.PING.number, _MESSAGE, 0, _OK)
PONG = pack(_KEEPALIVE, keepalive.PROGRAM.version, keepalive.PONG.number, _MESSAGE, 0, _OK)


class Reply:
    """The answer to call `serial`: `value` is the ret struct or None, unless `error` is set."""

    __slots__ = ("error", "fds", "row", "serial", "value")

    def __init__(self, serial: int, row: Row, value: Any, error: VirtError | None, fds: list[int]) -> None:
        self.serial = serial
        self.row = row
        self.value = value
        self.error = error
        self.fds = fds


class Notice:
    """A message that the server sent on its own: an event."""

    __slots__ = ("message", "row")

    def __init__(self, row: Row, message: Any) -> None:
        self.row = row
        self.message = message


StreamKind = Literal["data", "hole", "finish", "abort"]


class StreamPacket:
    """Something for the stream of call `serial`: `data` bytes (empty = the sender has no more), a hole of `length`
    bytes, the regular end, or the end by an error (None from a client, which gives no reason)."""

    __slots__ = ("data", "error", "kind", "length", "row", "serial")

    def __init__(
        self,
        serial: int,
        row: Row,
        kind: StreamKind,
        data: bytes | memoryview = b"",
        length: int = 0,
        error: VirtError | None = None,
    ) -> None:
        self.serial = serial
        self.row = row
        self.kind = kind
        self.data = data
        self.length = length
        self.error = error


class Call:
    """A call as it reached the server; `args` is the args struct, None where the row has none."""

    __slots__ = ("args", "fds", "program", "row", "serial")

    def __init__(self, program: Program, row: Row, serial: int, args: Any, fds: list[int]) -> None:
        self.program = program
        self.row = row
        self.serial = serial
        self.args = args
        self.fds = fds


class Refused:
    """A packet that cannot be served; `reply` is the answer to send (empty = none) and `error` what it says."""

    __slots__ = ("error", "reply")

    def __init__(self, reply: bytes, error: VirtError) -> None:
        self.reply = reply
        self.error = error


class Ping:
    """The peer asks whether we live: answer PONG."""

    __slots__ = ()


class Pong:
    """The peer lives."""

    __slots__ = ()


_PING, _PONG = Ping(), Pong()


def _stream_packet(message: Message, row: Row, from_server: bool) -> StreamPacket:
    """What a STREAM or STREAM_HOLE packet means. Raises ProtocolError."""
    serial, status, payload = message.serial, message.status, message.payload
    if message.type == _HOLE:
        try:
            hole = decode(StreamHole, payload)
        except XdrError as e:
            raise ProtocolError("Malformed stream hole packet") from e
        if hole.length < 0 or hole.flags:
            raise ProtocolError("Malformed stream hole packet")
        return StreamPacket(serial, row, "hole", length=hole.length)
    if status == _CONTINUE:
        return StreamPacket(serial, row, "data", payload)
    if status == _OK:
        return StreamPacket(serial, row, "finish")
    if status == _ERROR:
        return StreamPacket(serial, row, "abort", error=decode_error(payload) if from_server else None)
    raise ProtocolError(f"stream aborted with unexpected status {status}")


class StreamWriter:
    """Makes the packets of one stream; client and server alike."""

    __slots__ = ("row", "serial")

    def __init__(self, row: Row, serial: int) -> None:
        self.row = row
        self.serial = serial

    def _pack(self, kind: int, status: int, payload: bytes = b"") -> bytes:
        row = self.row
        return pack(row.program, row.version, row.number, kind, self.serial, status, payload)

    def data(self, data: bytes) -> bytes:
        """One packet; the caller cuts to STREAM_DATA_MAX. Empty = no more data."""
        return self._pack(_STREAM, _CONTINUE, data)

    def data_head(self, length: int) -> bytes:
        """What goes before so many bytes of data, for senders that do not join the two."""
        row = self.row
        return pack_head(row.program, row.version, row.number, _STREAM, self.serial, _CONTINUE, length)

    def hole(self, length: int) -> bytes:
        return self._pack(_HOLE, _CONTINUE, encode(StreamHole(length, 0)))

    def finish(self) -> bytes:
        return self._pack(_STREAM, _OK)

    def abort(self, error: VirtError | None = None) -> bytes:
        """A server says why, a client does not."""
        return self._pack(_STREAM, _ERROR, encode_error(error) if error is not None else b"")


class ClientSession:
    """The caller's side. `programs` are those whose events are understood."""

    def __init__(self, programs: Iterable[Program]) -> None:
        self.framer = Framer()
        self._programs = {p.number: p for p in programs}
        self._serial = 0
        self._pending: dict[int, Row] = {}
        self._streams: dict[int, Row] = {}

    @property
    def pending(self) -> int:
        """Calls without a reply yet."""
        return len(self._pending)

    def call(self, row: Row, args: Struct | None = None, fds: Sequence[int] = ()) -> tuple[int, bytes]:
        """A new call: its serial and the packet. Raises VirtError RPC when the arguments do not fit."""
        if (args is None) != (row.args is None) or (row.args is not None and type(args) is not row.args):
            raise TypeError(f"{row.name} takes {row.args.__name__ if row.args else 'no arguments'}")
        try:
            payload = encode(args) if args is not None else b""
        except XdrError as e:
            raise VirtError(ErrorCode.RPC, f"Unable to encode message payload: {e}", ErrorDomain.RPC) from e
        self._serial = serial = (self._serial + 1) & 0xFFFFFFFF
        if fds:
            data = pack_with_fds(row.program, row.version, row.number, _CALL_FDS, serial, payload, fds)
        else:
            data = pack(row.program, row.version, row.number, _CALL, serial, _OK, payload)
        self._pending[serial] = row
        return serial, data

    def open_stream(self, serial: int) -> StreamWriter:
        """Let packets of this call's stream through; to be asked before the call's reply is taken."""
        row = self._pending[serial]
        self._streams[serial] = row
        return StreamWriter(row, serial)

    def close_stream(self, serial: int) -> None:
        self._streams.pop(serial, None)

    def receive(self, data: bytes, fds: Sequence[int] = ()) -> list[Reply | Notice | StreamPacket | Ping | Pong]:
        """What the server's bytes mean. Raises ProtocolError."""
        out: list[Reply | Notice | StreamPacket | Ping | Pong] = []
        for message in self.framer.feed(data, fds):
            incident = self._one(message)
            if incident is not None:
                out.append(incident)
        return out

    def received(self, count: int, fds: Sequence[int] = ()) -> list[Reply | Notice | StreamPacket | Ping | Pong]:
        """As `receive`, for bytes that were received into `framer.space()`."""
        incidents = (self._one(message) for message in self.framer.filled(count, fds))
        return [incident for incident in incidents if incident is not None]

    def _one(self, message: Message) -> Reply | Notice | StreamPacket | Ping | Pong | None:
        kind = message.type
        if kind in _REPLIES:
            return self._reply(message)
        if kind == _MESSAGE:
            if message.program == _KEEPALIVE:
                return _PING if message.procedure == keepalive.PING.number else _PONG
            return self._notice(message)
        if kind in _STREAMS:
            row = self._streams.get(message.serial)
            if row is None:
                return None  # of a stream given up before its last packets came
            return _stream_packet(message, row, True)
        raise ProtocolError(f"Unexpected message type {kind}")

    def _reply(self, message: Message) -> Reply:
        row = self._pending.pop(message.serial, None)
        if row is None:
            raise ProtocolError(
                f"no call waiting for reply with prog {message.program} vers {message.version} serial {message.serial}"
            )
        fds = message.fds or []
        if message.status == _OK:
            if row.ret is None:
                return Reply(message.serial, row, None, None, fds)
            try:
                return Reply(message.serial, row, decode(row.ret, message.payload), None, fds)
            except XdrError as e:
                error = VirtError(ErrorCode.RPC, f"Unable to decode message payload: {e}", ErrorDomain.RPC)
                return Reply(message.serial, row, None, error, fds)
        if message.status == _ERROR:
            return Reply(message.serial, row, None, decode_error(message.payload), fds)
        raise ProtocolError(f"Unexpected message status {message.status}")

    def _notice(self, message: Message) -> Notice | None:
        program = self._programs.get(message.program)
        row = program.rows.get(message.procedure) if program is not None else None
        if row is None or not row.event or message.status != _OK:
            return None  # an event of a newer server; nobody asked for it
        if row.args is None:
            return Notice(row, None)
        try:
            return Notice(row, decode(row.args, message.payload))
        except XdrError as e:
            raise ProtocolError(f"Unable to decode message payload: {e}") from e


class ServerSession:
    """The answering side: the programs it serves decide what is a call."""

    def __init__(self, programs: Iterable[Program], limit: int = MESSAGE_MAX) -> None:
        self.framer = Framer(limit)
        self.programs = {(p.number, p.version): p for p in programs}
        self.streams: dict[int, Row] = {}

    def receive(self, data: bytes, fds: Sequence[int] = ()) -> list[Call | StreamPacket | Refused | Ping | Pong]:
        """What the client's bytes mean. Raises ProtocolError."""
        return [self._one(message) for message in self.framer.feed(data, fds)]

    def received(self, count: int, fds: Sequence[int] = ()) -> list[Call | StreamPacket | Refused | Ping | Pong]:
        """As `receive`, for bytes that were received into `framer.space()`."""
        return [self._one(message) for message in self.framer.filled(count, fds)]

    def _one(self, message: Message) -> Call | StreamPacket | Refused | Ping | Pong:
        kind = message.type
        program = self.programs.get((message.program, message.version))
        if program is None:
            if message.program == _KEEPALIVE and kind == _MESSAGE:
                return _PING if message.procedure == keepalive.PING.number else _PONG
            return self._refuse(message, f"Cannot find program {message.program} version {message.version}")
        if kind in _CALLS:
            return self._call(program, message)
        if kind in _STREAMS:
            row = self.streams.get(message.serial)
            if row is None:
                # What still comes for a stream that has ended is expected and dropped without an answer.
                return Refused(b"", VirtError(ErrorCode.RPC, "no stream of this serial", ErrorDomain.RPC))
            return _stream_packet(message, row, False)
        return self._refuse(message, f"Unexpected message type {kind}")

    def _call(self, program: Program, message: Message) -> Call | Refused:
        row = program.rows.get(message.procedure)
        if row is None or row.event:
            return self._refuse(message, f"unknown procedure: {message.procedure}")
        if message.status != _OK:
            return self._refuse(message, f"Unexpected message status {message.status}")
        if row.args is None:
            return Call(program, row, message.serial, None, message.fds or [])
        try:
            args = decode(row.args, message.payload)
        except XdrError:
            return self._refuse(message, "Unable to decode message payload")
        return Call(program, row, message.serial, args, message.fds or [])

    def _refuse(self, message: Message, detail: str) -> Refused:
        error = VirtError(ErrorCode.RPC, detail, ErrorDomain.RPC)
        payload = encode_error(error)
        kind = _STREAM if message.type == _STREAM else _REPLY
        reply = pack(message.program, message.version, message.procedure, kind, message.serial, _ERROR, payload)
        return Refused(reply, error)

    @staticmethod
    def reply(call: Call, value: Struct | None) -> bytes:
        """The OK reply. Raises VirtError RPC when the value does not fit the row's ret struct."""
        row = call.row
        if value is None:
            if row.ret is not None:
                raise VirtError(ErrorCode.RPC, f"Unable to encode message payload: {row.name}", ErrorDomain.RPC)
            return pack(row.program, row.version, row.number, _REPLY, call.serial, _OK)
        try:
            payload = encode(value)
        except XdrError as e:
            raise VirtError(ErrorCode.RPC, f"Unable to encode message payload: {e}", ErrorDomain.RPC) from e
        return pack(row.program, row.version, row.number, _REPLY, call.serial, _OK, payload)

    @staticmethod
    def reply_with_fds(call: Call, value: Struct | None, fds: Sequence[int]) -> bytes:
        row = call.row
        payload = encode(value) if value is not None else b""
        return pack_with_fds(row.program, row.version, row.number, _REPLY_FDS, call.serial, payload, fds)

    @staticmethod
    def error_reply(call: Call, error: VirtError) -> bytes:
        row = call.row
        return pack(row.program, row.version, row.number, _REPLY, call.serial, _ERROR, encode_error(error))

    @staticmethod
    def event(row: Row, message: Struct | None) -> bytes:
        payload = encode(message) if message is not None else b""
        return pack(row.program, row.version, row.number, _MESSAGE, 0, _OK, payload)

    def open_stream(self, call: Call) -> StreamWriter:
        self.streams[call.serial] = call.row
        return StreamWriter(call.row, call.serial)

    def close_stream(self, serial: int) -> None:
        self.streams.pop(serial, None)
