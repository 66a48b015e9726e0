"""D-Bus messages as bytes: values marshalled by their signatures (D-Bus specification, "Marshaling"), little endian.

Python values: y n q i u x t d are numbers, b a bool, s o g str, an array a list, an array of bytes `bytes`, a
dictionary a dict, a struct a tuple, a variant a `Variant`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any, Final

CALL, RETURN, ERROR, SIGNAL = range(1, 5)
_FIXED: Final = {"y": "<B", "n": "<h", "q": "<H", "i": "<i", "u": "<I", "x": "<q", "t": "<Q", "d": "<d", "b": "<I"}
_ALIGN: Final = {"y": 1, "n": 2, "q": 2, "i": 4, "u": 4, "x": 8, "t": 8, "d": 8, "b": 4, "s": 4, "o": 4, "g": 1}
_ALIGN_OF_CONTAINER: Final = {"a": 4, "(": 8, "{": 8, "v": 1}
_FIELDS: Final = {"path": (1, "o"), "interface": (2, "s"), "member": (3, "s"), "error": (4, "s"), "reply_to": (5, "u"),
                  "destination": (6, "s"), "sender": (7, "s"), "signature": (8, "g")}  # fmt: skip
_NAMES: Final = {code: name for name, (code, _) in _FIELDS.items()}
MESSAGE_LIMIT: Final = 1 << 27
_ARRAY_LIMIT: Final = 1 << 26
_DEPTH_LIMIT: Final = 32


class DBusError(ValueError):
    """Bytes that are no D-Bus message, or a value that does not fit its signature."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A value that carries its signature."""

    signature: str
    value: Any


@dataclass(slots=True)
class Message:
    """One message; `fields` by the names of `_FIELDS`."""

    kind: int
    serial: int = 0
    fields: dict[str, Any] = field(default_factory=dict)
    body: tuple[Any, ...] = ()


def split(signature: str) -> list[str]:
    """The complete types of a signature: "sa{sv}(us)" → ["s", "a{sv}", "(us)"]. Raises DBusError."""
    out: list[str] = []
    at = 0
    while at < len(signature):
        end = _end_of_type(signature, at, 0)
        out.append(signature[at:end])
        at = end
    return out


def _end_of_type(signature: str, at: int, depth: int) -> int:
    if at >= len(signature) or depth > _DEPTH_LIMIT:
        raise DBusError(f"signature '{signature}' is not complete")
    code = signature[at]
    if code in _ALIGN or code == "v":
        return at + 1
    if code == "a":
        return _end_of_type(signature, at + 1, depth + 1)
    if code in "({":
        close = ")" if code == "(" else "}"
        at += 1
        while at < len(signature) and signature[at] != close:
            at = _end_of_type(signature, at, depth + 1)
        if at < len(signature):
            return at + 1
    raise DBusError(f"signature '{signature}' is not valid")


def _alignment(kind: str) -> int:
    return _ALIGN.get(kind[0]) or _ALIGN_OF_CONTAINER[kind[0]]


def _pad(out: bytearray, to: int) -> None:
    out += b"\0" * (-len(out) % to)


def put(kind: str, value: Any, out: bytearray) -> None:
    """Append a value of one complete type. Raises DBusError."""
    code = kind[0]
    _pad(out, _alignment(kind))
    try:
        if code in _FIXED:
            out += struct.pack(_FIXED[code], value)
        elif code in "sog":
            raw = value.encode()
            out += (struct.pack("<B", len(raw)) if code == "g" else struct.pack("<I", len(raw))) + raw + b"\0"
        elif code == "v":
            put("g", value.signature, out)
            put(value.signature, value.value, out)
        elif code == "a":
            _put_array(kind[1:], value, out)
        else:
            for inner, one in zip(split(kind[1:-1]), value, strict=True):
                put(inner, one, out)
    except (struct.error, AttributeError, TypeError, ValueError) as e:
        raise DBusError(f"{value!r} is no '{kind}'") from e


def _put_array(item: str, value: Any, out: bytearray) -> None:
    length_at = len(out)
    out += b"\0\0\0\0"
    _pad(out, _alignment(item))
    start = len(out)
    if isinstance(value, bytes):
        out += value
    else:
        for one in value.items() if isinstance(value, dict) else value:
            put(item, one, out)
    struct.pack_into("<I", out, length_at, len(out) - start)


class Reader:
    """Reads values from the bytes of one message."""

    def __init__(self, data: bytes, at: int, order: str) -> None:
        self._data, self._at, self._order = data, at, order

    def get(self, kind: str, depth: int = 0) -> Any:
        """The next value of one complete type. Raises DBusError."""
        if depth > _DEPTH_LIMIT:
            raise DBusError("values are nested too deep")
        code = kind[0]
        self._at += -self._at % _alignment(kind)
        if code in _FIXED:
            number = self._fixed(_FIXED[code][1])
            return bool(number) if code == "b" else number
        if code in "sog":
            length = self._fixed("B") if code == "g" else self._fixed("I")
            return self._bytes(length + 1)[:-1].decode("utf-8", "replace")
        if code == "v":
            signature = self.get("g")
            return Variant(signature, self.get(signature, depth + 1)) if len(split(signature)) == 1 else self._bad()
        if code == "a":
            return self._array(kind[1:], depth)
        return tuple(self.get(inner, depth + 1) for inner in split(kind[1:-1]))

    def _bad(self) -> Any:
        raise DBusError("a variant holds one value")

    def _fixed(self, code: str) -> Any:
        size = struct.calcsize(code)
        return struct.unpack(self._order + code, self._bytes(size))[0]

    def _bytes(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise DBusError("the message is too short")
        raw, self._at = self._data[self._at : end], end
        return raw

    def _array(self, item: str, depth: int) -> Any:
        length = self._fixed("I")
        if length > _ARRAY_LIMIT:
            raise DBusError("an array is too long")
        self._at += -self._at % _alignment(item)
        end = self._at + length
        if item == "y":
            return self._bytes(length)
        out = []
        while self._at < end:
            out.append(self.get(item, depth + 1))
        return dict(out) if item[0] == "{" else out


def encode(message: Message, signature: str) -> bytes:
    """The message's bytes; `signature` is the body's. Raises DBusError."""
    body = bytearray()
    for kind, value in zip(split(signature), message.body, strict=True):
        put(kind, value, body)
    fields = {**message.fields, **({"signature": signature} if signature else {})}
    head = bytearray(struct.pack("<cBBBII", b"l", message.kind, 0, 1, len(body), message.serial))
    put("a(yv)", [(_FIELDS[name][0], Variant(_FIELDS[name][1], value)) for name, value in fields.items()], head)
    _pad(head, 8)
    return bytes(head + body)


def size_of(head: bytes) -> int:
    """The whole length of the message that begins with these 16 bytes. Raises DBusError."""
    if head[0:1] not in (b"l", b"B") or head[3] != 1:
        raise DBusError("this is no D-Bus message")
    order = "<" if head[0:1] == b"l" else ">"
    body, _, fields = struct.unpack(order + "III", head[4:16])
    size = 16 + fields + (-fields % 8) + body
    if size > MESSAGE_LIMIT:
        raise DBusError("the message is too long")
    return int(size)


def decode(data: bytes) -> Message:
    """One whole message. Raises DBusError."""
    order = "<" if data[0:1] == b"l" else ">"
    serial = struct.unpack(order + "I", data[8:12])[0]
    reader = Reader(data, 12, order)
    fields = {_NAMES[code]: v.value for code, v in reader.get("a(yv)") if code in _NAMES}
    reader.get("()")  # aligns to the body
    body = tuple(reader.get(kind) for kind in split(fields.get("signature", "")))
    return Message(data[1], serial, fields, body)
