"""VirtError to the wire's error struct and back, every field."""

from __future__ import annotations

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol.header import MessageError
from purevirt.protocol.xdr import Buffer, XdrError, decode, encode

_LONGEST = 65536
"""Texts of errors are cut here; no limit of the protocol, but of good sense."""


def _text(value: str | None) -> str | None:
    if value is None:
        return None
    return value.replace("\0", "?")[:_LONGEST]


def error_struct(error: VirtError) -> MessageError:
    return MessageError(
        error.code,
        error.domain,
        _text(error.message),
        error.level,
        None,
        _text(error.str1),
        _text(error.str2),
        _text(error.str3),
        error.int1,
        error.int2,
        None,
    )


def encode_error(error: VirtError) -> bytes:
    return encode(error_struct(error))


def error_of(wire: MessageError) -> VirtError:
    """The VirtError the peer raised, with the absent texts absent."""
    error = VirtError(
        wire.code,
        wire.str2,
        wire.domain,
        message=wire.message if wire.message is not None else "",
        level=wire.level,
        str1=wire.str1,
        str2=wire.str2,
        str3=wire.str3,
        int1=wire.int1,
        int2=wire.int2,
    )
    error.str1 = wire.str1
    return error


def decode_error(payload: Buffer) -> VirtError:
    """The peer's error; a payload that is none gives an RPC error saying so."""
    try:
        return error_of(decode(MessageError, payload))
    except XdrError:
        return VirtError(ErrorCode.RPC, "Unable to decode error message payload", ErrorDomain.RPC)
