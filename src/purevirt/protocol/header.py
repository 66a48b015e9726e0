"""The message frame: length word, six-word header, the error struct, and the constants of `virnetprotocol.x`."""

import struct
from enum import IntEnum
from typing import Annotated

from purevirt.protocol.xdr import Hyper, Int, Optional, Struct, Text, UInt, Uuid

MESSAGE_INITIAL = 65536
MESSAGE_MAX = 33554432
"""Largest message, length word and header included."""
HEADER_MAX = 24
PAYLOAD_MAX = 33554408
LENGTH_BYTES = 4
STREAM_DATA_MAX = 262120
"""Most data that one stream packet carries."""
STRING_MAX = 4194304
NUM_FDS_MAX = 32
TLS_CONFIRM = b"\1"
"""What a TLS server sends once it has accepted the client's certificate."""


class MessageType(IntEnum):
    """virNetMessageType."""

    CALL = 0
    REPLY = 1
    MESSAGE = 2
    STREAM = 3
    CALL_WITH_FDS = 4
    REPLY_WITH_FDS = 5
    STREAM_HOLE = 6


class Status(IntEnum):
    """virNetMessageStatus."""

    OK = 0
    ERROR = 1
    CONTINUE = 2


HEADER = struct.Struct(">IIiIII")
"""program, version, procedure, type, serial, status: behind the length word."""
FRAME = struct.Struct(">IIIiIII")
"""The length word (which counts itself) and the header."""


NonnullString = Annotated[str, Text(STRING_MAX)]
String = Annotated[str | None, Optional(Text(STRING_MAX))]


class ErrorDomainRef(Struct):
    """virNetMessageNonnullDomain."""

    name: NonnullString
    uuid: Uuid
    id: Int


class ErrorNetworkRef(Struct):
    """virNetMessageNonnullNetwork."""

    name: NonnullString
    uuid: Uuid


class MessageError(Struct):
    """virNetMessageError: an error reply, and the error that ends a stream."""

    code: Int
    domain: Int
    message: String
    level: Int
    dom: Annotated[ErrorDomainRef | None, Optional(ErrorDomainRef)]
    str1: String
    str2: String
    str3: String
    int1: Int
    int2: Int
    net: Annotated[ErrorNetworkRef | None, Optional(ErrorNetworkRef)]


class StreamHole(Struct):
    """virNetStreamHole."""

    length: Hyper
    flags: UInt
