"""Specialised encode and decode functions for hot structs: the interpreter of `xdr` unrolled into straight code.

Consecutive fixed-size fields, and the length word of a string behind them, share one pack or unpack; nested structs
and loops are inlined. The text is registered with `linecache`, so tracebacks show it. Imported on first hot use.
"""

from __future__ import annotations

import linecache
import struct
from collections.abc import Callable
from typing import Any

from purevirt.protocol import xdr
from purevirt.protocol.xdr import Codec, FixedOpaque, Opaque, Optional, Scalar, Seq, StructCodec, Text, XdrError

_SERIAL = [0]


class _Source:
    """Lines being written, the names they use, and the run of fixed-size fields not yet written out."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {"XdrError": XdrError, "U32": struct.Struct(">I").unpack_from, "PAD": xdr.PAD}
        self.indent = 1
        self.run: list[tuple[str, str]] = []
        self.count = 0

    def add(self, line: str) -> None:
        self.lines.append("    " * self.indent + line)

    def fresh(self, prefix: str = "v") -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def const(self, value: Any, prefix: str = "K") -> str:
        name = self.fresh(prefix)
        self.names[name] = value
        return name

    def build(self, head: str, label: str) -> Callable[..., Any]:
        text = "\n".join([head, *self.lines, ""])
        _SERIAL[0] += 1
        filename = f"<purevirt xdr {label} {_SERIAL[0]}>"
        linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
        exec(compile(text, filename, "exec"), self.names)  # noqa: S102
        made: Callable[..., Any] = self.names["made"]
        return made


def compile_writer(codec: StructCodec) -> Callable[[Any, bytearray], None]:
    src = _Source()
    src.names.update(encode_text=xdr.encode_text)
    _write_fields(src, codec, "value")
    _flush_write(src)
    return src.build("def made(value, out):", f"write {codec.cls.__name__}")


def _flush_write(src: _Source) -> None:
    if not src.run:
        return
    pack = src.const(struct.Struct(">" + "".join(code for code, _ in src.run)).pack, "P")
    src.add(f"out += {pack}({', '.join(expr for _, expr in src.run)})")
    src.run = []


def _write_fields(src: _Source, codec: StructCodec, var: str) -> None:
    for name, field in codec.fields:
        _write(src, field, f"{var}.{name}")


def _write(src: _Source, codec: Codec, expr: str) -> None:
    if isinstance(codec, Scalar):
        if codec.low is not None:
            expr = f"{src.const(codec.check)}({expr})"
        src.run.append((codec.code, expr))
    elif isinstance(codec, FixedOpaque) and codec.size % 4 == 0:
        raw = src.fresh()
        src.add(f"{raw} = {expr}")
        src.add(f"if len({raw}) != {codec.size}: raise XdrError('{codec.size} bytes belong here')")
        src.run.append((f"{codec.size}s", raw))
    elif isinstance(codec, Text):
        raw = src.fresh()
        src.add(f"{raw} = encode_text({expr}, {codec.limit})")
        _write_sized(src, raw)
    elif isinstance(codec, Opaque):
        raw = src.fresh()
        src.add(f"{raw} = {expr}")
        src.add(f"if len({raw}) > {codec.limit}: raise XdrError('too many bytes')")
        _write_sized(src, raw)
    elif isinstance(codec, StructCodec):
        var = src.fresh("s")
        src.add(f"{var} = {expr}")
        _write_fields(src, codec, var)
    elif isinstance(codec, Optional):
        _write_optional(src, codec, expr)
    elif isinstance(codec, Seq):
        _write_seq(src, codec, expr)
    else:
        _flush_write(src)
        src.add(f"{src.const(codec.write)}({expr}, out)")


def _write_sized(src: _Source, raw: str) -> None:
    size = src.fresh("n")
    src.add(f"{size} = len({raw})")
    src.run.append(("I", size))
    _flush_write(src)
    src.add(f"out += {raw}")
    src.add(f"if {size} & 3: out += PAD[{size} & 3]")


def _write_optional(src: _Source, codec: Optional, expr: str) -> None:
    var = src.fresh("o")
    _flush_write(src)
    src.add(f"{var} = {expr}")
    src.add(f"if {var} is None: out += b'\\0\\0\\0\\0'")
    src.add("else:")
    src.indent += 1
    src.run.append(("I", "1"))
    _write(src, codec.item, var)
    _flush_write(src)
    src.indent -= 1


def _write_seq(src: _Source, codec: Seq, expr: str) -> None:
    var, one = src.fresh("l"), src.fresh("e")
    src.add(f"{var} = {expr}")
    src.add(f"if len({var}) > {codec.limit}: raise XdrError('too many items')")
    src.run.append(("I", f"len({var})"))
    _flush_write(src)
    item = codec.item
    if isinstance(item, Scalar) and item.low is None:
        src.names["pack"] = struct.pack
        src.add(f"out += pack(f'>{{len({var})}}{item.code}', *{var})")
        return
    src.add(f"for {one} in {var}:")
    src.indent += 1
    _write(src, item, one)
    _flush_write(src)
    src.indent -= 1


def compile_reader(codec: StructCodec) -> Callable[[Any, int], tuple[Any, int]]:
    src = _Source()
    src.names.update(decode_text=xdr.decode_text, read_count=xdr.read_count)
    src.add("end = len(data)")
    value = _read(src, codec)
    _flush_read(src)
    src.add(f"return {value}, at")
    return src.build("def made(data, at):", f"read {codec.cls.__name__}")


def _flush_read(src: _Source) -> None:
    if not src.run:
        return
    packer = struct.Struct(">" + "".join(code for code, _ in src.run))
    targets = ", ".join(name for _, name in src.run)
    src.add(f"{targets}, = {src.const(packer.unpack_from, 'U')}(data, at)")
    src.add(f"at += {packer.size}")
    src.run = []


def _read(src: _Source, codec: Codec) -> str:
    """Write the code that reads one value; returns the expression that holds it after the next flush."""
    if isinstance(codec, Scalar):
        name = src.fresh()
        src.run.append((codec.code, name))
        return name if codec.low is None else f"{src.const(codec.check)}({name})"
    if isinstance(codec, FixedOpaque) and codec.size % 4 == 0:
        name = src.fresh()
        src.run.append((f"{codec.size}s", name))
        return name
    if isinstance(codec, Text | Opaque):
        return _read_sized(src, codec)
    if isinstance(codec, StructCodec):
        return _read_struct(src, codec)
    if isinstance(codec, Optional):
        return _read_optional(src, codec)
    if isinstance(codec, Seq):
        return _read_seq(src, codec)
    name = src.fresh()
    _flush_read(src)
    src.add(f"{name}, at = {src.const(codec.read)}(data, at)")
    return name


def _read_sized(src: _Source, codec: Text | Opaque) -> str:
    size, name, stop = src.fresh("n"), src.fresh(), src.fresh("x")
    src.run.append(("I", size))
    _flush_read(src)
    src.add(f"if {size} > {codec.limit}: raise XdrError(f'length {{{size}}} is over the limit of {codec.limit}')")
    src.add(f"{stop} = at + {size}")
    src.add(f"if {stop} > end: raise XdrError('the message is too short')")
    convert = "decode_text" if isinstance(codec, Text) else "bytes"
    src.add(f"{name} = {convert}(data[at:{stop}])")
    src.add(f"at = {stop} + (-{size} & 3)")
    return name


def _read_struct(src: _Source, codec: StructCodec) -> str:
    values = [(name, _read(src, field)) for name, field in codec.fields]
    _flush_read(src)
    var = src.fresh("s")
    cls = src.const(codec.cls, "C")
    src.names["new"] = object.__new__
    src.add(f"{var} = new({cls})")
    for name, value in values:
        src.add(f"{var}.{name} = {value}")
    return var


def _read_optional(src: _Source, codec: Optional) -> str:
    given, name = src.fresh("g"), src.fresh("o")
    src.run.append(("I", given))
    _flush_read(src)
    src.add(f"if {given}:")
    src.indent += 1
    value = _read(src, codec.item)
    _flush_read(src)
    src.add(f"{name} = {value}")
    src.indent -= 1
    src.add(f"else: {name} = None")
    return name


def _read_seq(src: _Source, codec: Seq) -> str:
    count, name, item = src.fresh("n"), src.fresh("l"), codec.item
    _flush_read(src)
    src.add(f"{count} = read_count(data, at, {codec.limit}, {item.min_size})")
    src.add("at += 4")
    if isinstance(item, Scalar) and item.low is None:
        src.names["unpack_from"] = struct.unpack_from
        src.add(f"{name} = list(unpack_from(f'>{{{count}}}{item.code}', data, at))")
        src.add(f"at += {item.min_size} * {count}")
        return name
    src.add(f"{name} = []")
    src.add(f"for _ in range({count}):")
    src.indent += 1
    value = _read(src, item)
    _flush_read(src)
    src.add(f"{name}.append({value})")
    src.indent -= 1
    return name
