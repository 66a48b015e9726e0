"""XDR (RFC 4506) over declared structs: one declaration per struct gives class, encoder and decoder.

    class NonnullDomain(Struct):
        name: String
        uuid: Uuid
        id: Int

A struct is a slotted class with positional and keyword construction, equality by value and a repr. Its codec is an
interpreter over the field codecs; a struct that turns out to be hot gets one specialised function per direction
(`xdr_compile`), with the same results.

Rules of this file:
- Every length is checked against its declared limit, and against what is left of the message, before anything is
  allocated for it.
- What does not fit raises `XdrError`, both ways: a bug of ours when encoding, a misbehaving peer when decoding.
- Strings are UTF-8 with surrogate escapes, so that any bytes of a C peer survive; a NUL inside one is refused.
- A module that declares structs must not postpone its annotations: they are read when the struct is first used.
"""

import struct as _struct
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, TypeVar, dataclass_transform

from purevirt.types.override import override
from purevirt.types.typed_params import BOOLEAN, DOUBLE, INT, LLONG, STRING, UINT, ULLONG, KeptParams, TypedParam

PAD = (b"", b"\0\0\0", b"\0\0", b"\0")
"""Padding to four bytes, by length & 3."""
HOT = 24
"""Uses of a struct, per direction, before a specialised function is made for it (it costs about 0.2 ms)."""

Buffer = bytes | bytearray | memoryview
_U32 = _struct.Struct(">I")
_UNPACK_U32 = _U32.unpack_from
_PACK_U32 = _U32.pack


class XdrError(ValueError):
    """The value does not fit its declaration, or the bytes are not an encoding of it."""


class Codec:
    """How one field goes to the wire. `min_size` is the least number of bytes an encoding takes."""

    min_size = 4

    def write(self, value: Any, out: bytearray) -> None:
        raise NotImplementedError

    def read(self, data: Buffer, at: int) -> tuple[Any, int]:
        """The value at `at` and where the next one starts."""
        raise NotImplementedError


class Scalar(Codec):
    """A number; `code` is its struct format letter, small types travel in four bytes."""

    def __init__(self, code: str, low: int | None = None, high: int | None = None) -> None:
        self.code = code
        self.low, self.high = low, high
        self.packer = _struct.Struct(">" + code)
        self.min_size = self.packer.size

    def check(self, value: int) -> int:
        """For the types narrower than their encoding."""
        if self.low is not None and self.high is not None and not self.low <= value <= self.high:
            raise XdrError(f"{value} is outside {self.low}..{self.high}")
        return value

    @override
    def write(self, value: Any, out: bytearray) -> None:
        out += self.packer.pack(self.check(value) if self.low is not None else value)

    @override
    def read(self, data: Buffer, at: int) -> tuple[Any, int]:
        value = self.packer.unpack_from(data, at)[0]
        return self.check(value) if self.low is not None else value, at + self.min_size


def read_count(data: Buffer, at: int, limit: int, item_size: int) -> int:
    """An array's length word: within its limit and within what is left of the message."""
    count: int = _UNPACK_U32(data, at)[0]
    if count > limit:
        raise XdrError(f"length {count} is over the limit of {limit}")
    if count * item_size > len(data) - at - 4:
        raise XdrError(f"length {count} is more than the message holds")
    return count


def encode_text(value: str, limit: int) -> bytes:
    """The bytes of a string, checked."""
    raw = value.encode("utf-8", "surrogateescape")
    if len(raw) > limit:
        raise XdrError(f"a string of {len(raw)} bytes is over the limit of {limit}")
    if 0 in raw:
        raise XdrError("a string with a NUL byte")
    return raw


def decode_text(raw: Buffer) -> str:
    """The string of the bytes, checked."""
    text = str(raw, "utf-8", "surrogateescape")
    if "\0" in text:
        raise XdrError("a string with a NUL byte")
    return text


class Text(Codec):
    """string<max>."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    @override
    def write(self, value: Any, out: bytearray) -> None:
        raw = encode_text(value, self.limit)
        out += _PACK_U32(len(raw)) + raw + PAD[len(raw) & 3]

    @override
    def read(self, data: Buffer, at: int) -> tuple[Any, int]:
        end = at + 4 + read_count(data, at, self.limit, 1)
        return decode_text(data[at + 4 : end]), end + (at - end & 3)


class Opaque(Codec):
    """opaque<max>: bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    @override
    def write(self, value: Any, out: bytearray) -> None:
        size = len(value)
        if size > self.limit:
            raise XdrError(f"{size} bytes are over the limit of {self.limit}")
        out += _PACK_U32(size)
        out += value
        out += PAD[size & 3]

    @override
    def read(self, data: Buffer, at: int) -> tuple[Any, int]:
        end = at + 4 + read_count(data, at, self.limit, 1)
        return bytes(data[at + 4 : end]), end + (at - end & 3)


class FixedOpaque(Codec):
    """opaque[size]: exactly so many bytes (a UUID)."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.min_size = size + (-size & 3)

    @override
    def write(self, value: Any, out: bytearray) -> None:
        if len(value) != self.size:
            raise XdrError(f"{len(value)} bytes where {self.size} belong")
        out += value
        out += PAD[self.size & 3]

    @override
    def read(self, data: Buffer, at: int) -> tuple[Any, int]:
        if at + self.min_size > len(data):
            raise XdrError("the message is too short")
        return bytes(data[at : at + self.size]), at + self.min_size


class Chars(Codec):
    """char<max>: an array of C characters, each in four bytes on the wire; bytes here."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    @override
    def write(self, value: Any, out: bytearray) -> None:
        if len(value) > self.limit:
            raise XdrError(f"{len(value)} characters are over the limit of {self.limit}")
        out += _PACK_U32(len(value)) + _pack_chars(value)

    @override
    def read(self, data: Buffer, at: int) -> tuple[Any, int]:
        count = read_count(data, at, self.limit, 4)
        end = at + 4 + 4 * count
        return bytes(data[at + 7 : end : 4]), end


def _pack_chars(raw: bytes) -> bytes:
    return _struct.pack(f">{len(raw)}i", *(c - 256 if c > 127 else c for c in raw))


class CharText(Chars):
    """char<max> that holds a C string: the array ends with a NUL, the str here does not."""

    @override
    def write(self, value: Any, out: bytearray) -> None:
        super().write(encode_text(value, self.limit - 1) + b"\0", out)

    @override
    def read(self, data: Buffer, at: int) -> tuple[Any, int]:
        raw, at = super().read(data, at)
        return decode_text(raw.partition(b"\0")[0]), at


class FixedCharText(Codec):
    """char[size]: a C string in a buffer filled up with NULs."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.min_size = 4 * size

    @override
    def write(self, value: Any, out: bytearray) -> None:
        raw = value.encode("utf-8", "surrogateescape")[: self.size - 1]
        out += _pack_chars(raw.ljust(self.size, b"\0"))

    @override
    def read(self, data: Buffer, at: int) -> tuple[Any, int]:
        end = at + 4 * self.size
        if end > len(data):
            raise XdrError("the message is too short")
        return decode_text(bytes(data[at + 3 : end : 4]).partition(b"\0")[0]), end


class Seq(Codec):
    """item<max>: a list."""

    def __init__(self, item: Any, limit: int) -> None:
        self.spec = item
        self.limit = limit

    @property
    def item(self) -> Codec:
        return resolve(self.spec)

    @override
    def write(self, value: Any, out: bytearray) -> None:
        if len(value) > self.limit:
            raise XdrError(f"{len(value)} items are over the limit of {self.limit}")
        out += _PACK_U32(len(value))
        item = self.item
        for one in value:
            item.write(one, out)

    @override
    def read(self, data: Buffer, at: int) -> tuple[Any, int]:
        item = self.item
        count = read_count(data, at, self.limit, item.min_size)
        at += 4
        out = []
        for _ in range(count):
            one, at = item.read(data, at)
            out.append(one)
        return out, at


class Optional(Codec):
    """An XDR pointer: a word that says whether the value follows; None where it does not."""

    def __init__(self, item: Any) -> None:
        self.spec = item

    @property
    def item(self) -> Codec:
        return resolve(self.spec)

    @override
    def write(self, value: Any, out: bytearray) -> None:
        if value is None:
            out += b"\0\0\0\0"
        else:
            out += b"\0\0\0\1"
            self.item.write(value, out)

    @override
    def read(self, data: Buffer, at: int) -> tuple[Any, int]:
        if _UNPACK_U32(data, at)[0] == 0:
            return None, at + 4
        return self.item.read(data, at + 4)


class Params(Codec):
    """typed_param<max>: a list of `TypedParam`; the union of seven types is folded into the parameter."""

    _SCALARS: ClassVar[dict[int, _struct.Struct]] = {
        INT: _struct.Struct(">ii"),
        UINT: _struct.Struct(">iI"),
        LLONG: _struct.Struct(">iq"),
        ULLONG: _struct.Struct(">iQ"),
        DOUBLE: _struct.Struct(">id"),
        BOOLEAN: _struct.Struct(">ii"),
    }

    def __init__(self, limit: int, string_limit: int) -> None:
        self.limit = limit
        self.string_limit = string_limit
        self._names: dict[str, bytes] = {}

    @override
    def write(self, value: Any, out: bytearray) -> None:
        if len(value) > self.limit:
            raise XdrError(f"{len(value)} parameters are over the limit of {self.limit}")
        if value.__class__ is KeptParams:
            if value.encoded is None:
                kept = bytearray()
                self._write(value, kept)
                value.encoded = bytes(kept)
            out += value.encoded
        else:
            self._write(value, out)

    def _write(self, value: Any, out: bytearray) -> None:
        out += _PACK_U32(len(value))
        names, scalars = self._names, self._SCALARS
        for param in value:
            out += names.get(param.field) or self._encode_name(param.field)
            kind = param.type
            if kind == STRING:
                raw = encode_text(param.value, self.string_limit)
                out += b"\0\0\0\7" + _PACK_U32(len(raw)) + raw + PAD[len(raw) & 3]
            elif kind in scalars:
                out += scalars[kind].pack(kind, param.value)
            else:
                raise XdrError(f"unknown parameter type {kind}")

    def _encode_name(self, name: str) -> bytes:
        """Names repeat endlessly in statistics: their encodings are kept, within bounds."""
        raw = encode_text(name, self.string_limit)
        encoded = _PACK_U32(len(raw)) + raw + PAD[len(raw) & 3]
        if len(self._names) < 4096:
            self._names[name] = encoded
        return encoded

    @override
    def read(self, data: Buffer, at: int) -> tuple[Any, int]:
        count = read_count(data, at, self.limit, 12)
        at += 4
        out: list[TypedParam] = []
        for _ in range(count):
            end = at + 4 + read_count(data, at, self.string_limit, 1)
            name = decode_text(data[at + 4 : end])
            at = end + (at - end & 3)
            kind = _UNPACK_U32(data, at)[0]
            if kind == STRING:
                at += 4
                end = at + 4 + read_count(data, at, self.string_limit, 1)
                value: Any = decode_text(data[at + 4 : end])
                at = end + (at - end & 3)
            elif kind in self._SCALARS:
                packer = self._SCALARS[kind]
                value = packer.unpack_from(data, at)[1]
                at += packer.size
                if kind == BOOLEAN:
                    value = bool(value)
            else:
                raise XdrError(f"unknown parameter type {kind}")
            out.append(TypedParam(name, kind, value))
        return out, at


class StructCodec(Codec):
    """A struct: its fields one after the other. `write` and `read` are replaced when they have proved hot."""

    def __init__(self, cls: "type[Struct]") -> None:
        self.cls = cls
        self.fields = [(name, resolve(spec)) for name, spec in cls.__xdr_fields__.items()]
        self.min_size = sum(codec.min_size for _, codec in self.fields)
        self._writes = self._reads = 0

    @override
    def write(self, value: Any, out: bytearray) -> None:
        self._writes += 1
        if self._writes == HOT:
            from purevirt.protocol.xdr_compile import compile_writer

            self.write = compile_writer(self)  # type: ignore[method-assign, assignment]
        for name, codec in self.fields:
            codec.write(getattr(value, name), out)

    @override
    def read(self, data: Buffer, at: int) -> tuple[Any, int]:
        self._reads += 1
        if self._reads == HOT:
            from purevirt.protocol.xdr_compile import compile_reader

            self.read = compile_reader(self)  # type: ignore[method-assign, assignment]
        value = self.cls.__new__(self.cls)
        for name, codec in self.fields:
            field, at = codec.read(data, at)
            setattr(value, name, field)
        return value, at


Int = Annotated[int, Scalar("i")]
UInt = Annotated[int, Scalar("I")]
Hyper = Annotated[int, Scalar("q")]
UHyper = Annotated[int, Scalar("Q")]
Double = Annotated[float, Scalar("d")]
UShort = Annotated[int, Scalar("I", 0, 65535)]
UChar = Annotated[int, Scalar("I", 0, 255)]
Char = Annotated[int, Scalar("i", -128, 127)]
Uuid = Annotated[bytes, FixedOpaque(16)]


def resolve(spec: Any) -> Codec:
    """The codec of an annotation: a struct class, an `Annotated` alias, or a codec itself."""
    if isinstance(spec, Codec):
        return spec
    if isinstance(spec, StructMeta):
        return codec_of(spec)
    metadata = getattr(spec, "__metadata__", None)
    if metadata:
        return resolve(metadata[0])
    if isinstance(spec, type) and issubclass(spec, int):  # an enum: numbers we do not know pass
        return resolve(Int)
    raise TypeError(f"{spec!r} is not a wire type")


def _annotations(namespace: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] | None = namespace.get("__annotations__")
    if found is not None:
        return found
    try:  # Python 3.14 keeps a function instead
        import annotationlib  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return {}
    function = annotationlib.get_annotate_from_class_namespace(namespace)
    return annotationlib.call_annotate_function(function, annotationlib.Format.VALUE) if function else {}


@dataclass_transform(eq_default=True)
class StructMeta(type):
    """Turns annotations into slots; everything else about a struct is made on first use."""

    __xdr_fields__: dict[str, Any]
    __xdr_codec__: StructCodec | None

    def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> "StructMeta":
        fields = _annotations(namespace) if bases else {}
        namespace["__slots__"] = namespace["__match_args__"] = tuple(fields)
        namespace["__xdr_fields__"] = fields
        namespace["__xdr_codec__"] = None
        return type.__new__(mcls, name, bases, namespace)


S = TypeVar("S", bound="Struct")


class Struct(metaclass=StructMeta):
    """Base of all wire structs."""

    __slots__: ClassVar[tuple[str, ...]]
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        names = self.__slots__
        if len(args) == len(names) and not kwargs:
            for name, value in zip(names, args, strict=True):
                setattr(self, name, value)
            return
        if len(args) > len(names):
            raise TypeError(f"{type(self).__name__} takes {len(names)} fields, {len(args)} were given")
        values = dict(zip(names, args, strict=False))
        for name, value in kwargs.items():
            if name not in names or name in values:
                raise TypeError(f"{type(self).__name__}: unexpected field {name!r}")
            values[name] = value
        missing = [name for name in names if name not in values]
        if missing:
            raise TypeError(f"{type(self).__name__}: missing {', '.join(missing)}")
        for name, value in values.items():
            setattr(self, name, value)

    @override
    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    @override
    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name, '?')!r}" for name in self.__slots__)
        return f"{type(self).__name__}({fields})"


def codec_of(cls: StructMeta) -> StructCodec:
    """The struct's codec, made on first use."""
    codec = cls.__xdr_codec__
    if codec is None:
        codec = cls.__xdr_codec__ = StructCodec(cls)  # type: ignore[arg-type]
    return codec


_BAD_VALUE = (_struct.error, TypeError, AttributeError, UnicodeError, OverflowError)


def encode_into(value: Struct, out: bytearray) -> None:
    """Append the encoding. Raises XdrError; `out` may then hold a part of it."""
    try:
        codec_of(type(value)).write(value, out)
    except _BAD_VALUE as e:
        raise XdrError(f"{type(value).__name__}: {e}") from e


def encode(value: Struct) -> bytes:
    out = bytearray()
    encode_into(value, out)
    return bytes(out)


def decode(cls: type[S], data: Buffer) -> S:
    """The struct at the start of `data`; bytes after it are ignored, as libvirt does. Raises XdrError."""
    try:
        value, at = codec_of(cls).read(data, 0)
    except _struct.error as e:
        raise XdrError(f"{cls.__name__}: the message is too short") from e
    if at > len(data):
        raise XdrError(f"{cls.__name__}: the message is too short")
    assert isinstance(value, cls)
    return value


def values_of(value: Struct) -> tuple[Any, ...]:
    """The fields in wire order, as a driver method takes them."""
    getter = _GETTERS.get(type(value)) or _make_getter(type(value))
    return getter(value)


_GETTERS: dict[type, Callable[[Any], tuple[Any, ...]]] = {}


def _make_getter(cls: type[Struct]) -> Callable[[Any], tuple[Any, ...]]:
    from operator import attrgetter

    names = cls.__slots__
    if len(names) == 1:
        one = attrgetter(names[0])

        def getter(value: Any) -> tuple[Any, ...]:
            return (one(value),)
    else:
        several = attrgetter(*names)

        def getter(value: Any) -> tuple[Any, ...]:
            return several(value)
    _GETTERS[cls] = getter
    return getter
