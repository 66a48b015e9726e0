"""From declarations to a writing function per class, compiled on the class's first use.

The style is libvirt's: two spaces a level, single quotes, attributes and children in declared order, `<x/>` for an
element without content, and no element at all for a nested one that has nothing to say (unless declared `keep`).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from purevirt.model._engine.codecs import STR, Enum, Size, as_codec
from purevirt.model._engine.context import FormatContext
from purevirt.model._engine.element import Element, ElementMeta
from purevirt.model._engine.fields import Field
from purevirt.model._engine.parse import child_tag, compile_function, element_class
from purevirt.model._engine.tree import RawTree, escape

Writer = Callable[[Any, list[str], str, FormatContext, str, bool], None]
_CONDITION = {"live": "not ctx.inactive", "inactive": "ctx.inactive", "status": "ctx.status"}


def writer(cls: Any) -> Writer:
    """The writing function of a class: `(element, out, pad, ctx, tag, keep)`."""
    found = cls.__dict__.get("_writer")
    if found is None:
        found = staticmethod(_compile(cls))
        cls._writer = found
    function: Writer = found.__func__
    return function


def write_child(value: Any, out: list[str], pad: str, ctx: FormatContext, tag: str, keep: bool) -> None:
    """A nested element: hooks first, then the compiled writer of its own class (which may be a subclass)."""
    cls = type(value)
    if cls.shown is not Element.shown and not value.shown(ctx):
        return
    if cls.format_xml is not Element.format_xml:
        value.format_xml(out, pad, ctx)
    else:
        writer(cls)(value, out, pad, ctx, tag, keep)


def write_raw(value: RawTree, out: list[str], pad: str) -> None:
    out.append(f"{pad}{value.to_xml(len(pad) // 2)}\n")


def _compile(cls: ElementMeta) -> Writer:
    fixed = cls.discriminator  # type: ignore[attr-defined]
    start = f" {fixed[0]}='{fixed[1]}'" if fixed is not None else ""
    lines = ["def write(self, out, pad, ctx, tag, keep):", f"    s = f\"{{pad}}<{{tag}}{start}\""]
    if cls.empty:  # type: ignore[attr-defined]
        lines.append("    keep = True")
    names: dict[str, Any] = {"escape": escape, "write_child": write_child, "write_raw": write_raw}
    scalars = [f for f in cls._fields if f.kind == "attr"]
    texts = [f for f in cls._fields if f.kind == "text"]
    nested = [f for f in cls._fields if f.kind not in ("attr", "text")]
    for field in scalars:
        _write_attr(lines, names, field)
    lines.append("    bare = len(pad) + len(tag) + 1")
    for field in texts:
        value = _value(lines, names, field)
        lines.append(f"    if {_present(field, names)}:")
        lines.append(f"        out.append(f'{{s}}>{{{value}}}</{{tag}}>\\n')")
        lines.append("        return")
    if not nested:
        lines += ["    if keep or len(s) > bare:", "        out.append(s + '/>\\n')"]
        return _finish(cls, lines, names)
    lines += ["    mark = len(out)", "    out.append('')", "    inner = pad + '  '"]
    for wrapper, run in groupby(nested, key=lambda f: f.inside):
        if wrapper is None:
            for field in run:
                _write_nested(lines, names, field)
        else:
            _write_wrapped(lines, names, wrapper, list(run))
    lines += [
        "    if len(out) > mark + 1:",
        "        out[mark] = s + '>\\n'",
        "        out.append(f'{pad}</{tag}>\\n')",
        "    elif keep or len(s) > bare:",
        "        out[mark] = s + '/>\\n'",
        "    else:",
        "        del out[mark]",
    ]
    return _finish(cls, lines, names)


def _finish(cls: ElementMeta, lines: list[str], names: dict[str, Any]) -> Writer:
    function: Writer = compile_function(f"{cls.__module__}.{cls.__qualname__}", "write", lines, names)
    return function


def _condition(field: Field) -> str:
    parts = []
    if field.only is not None:
        parts.append(_CONDITION[field.only])
    if field.secret:
        parts.append("ctx.secure")
    return "".join(f" and {p}" for p in parts)


def _present(field: Field, names: dict[str, Any]) -> str:
    test = "v is not None"
    if field.omit is not None:
        key = f"o_{field.name}"
        names[key] = field.omit
        test += f" and v != {key}"
    return test + _condition(field)


def _value(lines: list[str], names: dict[str, Any], field: Field) -> str:
    """Put the field's value into v and return the expression of its text."""
    lines.append(f"    v = self.{field.name}")
    return _text_of(lines, names, field)


def _text_of(lines: list[str], names: dict[str, Any], field: Field) -> str:
    codec = as_codec(field.codec)
    if field.format is not None:
        names[f"fmt_{field.name}"] = field.format
        return f"escape(fmt_{field.name}(v))"
    if codec is STR:
        return "escape(v)"
    if isinstance(codec, Enum) and codec.safe:
        return "v"
    names[f"c_{field.name}"] = codec.format
    return f"c_{field.name}(v)" if codec.safe else f"escape(c_{field.name}(v))"


def _write_attr(lines: list[str], names: dict[str, Any], field: Field) -> None:
    value = _value(lines, names, field)
    lines.append(f"    if {_present(field, names)}:")
    lines.append(f"        s += f\" {field.xml}='{{{value}}}'\"")


def _write_nested(lines: list[str], names: dict[str, Any], field: Field) -> None:
    lines.append(f"    v = self.{field.name}")
    if field.kind == "flag":
        lines += [f"    if v{_condition(field)}:", f"        out.append(f'{{inner}}<{field.xml}/>\\n')"]
    elif field.kind == "leaf":
        _write_leaf(lines, names, field)
    elif field.kind == "raw" and field.many:
        lines += [f"    if v{_condition(field)}:", "        for r in v:", "            write_raw(r, out, inner)"]
    elif field.kind == "raw":
        lines += [f"    if v is not None{_condition(field)}:", "        write_raw(v, out, inner)"]
    elif field.kind == "children":
        _write_children(lines, field)
    else:
        tag = field.xml if field.kind == "choice" else child_tag(field)
        lines.append(f"    if {_present(field, names)}:")
        lines.append(f"        write_child(v, out, inner, ctx, {tag!r}, {field.keep})")


def _write_leaf(lines: list[str], names: dict[str, Any], field: Field) -> None:
    codec = as_codec(field.codec)
    unit = f" unit='{codec.unit}'" if isinstance(codec, Size) and codec.write_unit else ""
    value = _text_of(lines, names, field)
    pad = "    "
    if field.many:
        lines += [f"    if v{_condition(field)}:", "        for v in v:"]
        pad = "            "
    else:
        lines.append(f"    if {_present(field, names)}:")
        pad = "        "
    lines.append(f"{pad}t = {value}")
    open_tag = f"{field.xml}{unit}"
    lines.append(
        f"{pad}out.append(f\"{{inner}}<{open_tag}>{{t}}</{field.xml}>\\n\" if t else f\"{{inner}}<{open_tag}/>\\n\")"
    )


def _write_children(lines: list[str], field: Field) -> None:
    tag = "x.tag" if field.on is None and field.arms is not None else repr(field.xml or child_tag(field))
    lines.append(f"    if v{_condition(field)}:")
    lines += ["        for x in v:", f"            write_child(x, out, inner, ctx, {tag}, {field.keep})"]


def _write_wrapped(lines: list[str], names: dict[str, Any], wrapper: str, fields: list[Field]) -> None:
    """Fields that share a wrapper element, which is not written when none of them has anything to say."""
    lines += ["    m2 = len(out)", f"    out.append(f'{{inner}}<{wrapper}>\\n')", "    outer = inner", "    inner += '  '"]
    for field in fields:
        _write_nested(lines, names, field)
    lines += [
        "    inner = outer",
        "    if len(out) == m2 + 1:",
        "        del out[m2]",
        "    else:",
        f"        out.append(f'{{inner}}</{wrapper}>\\n')",
    ]


__all__ = ["element_class", "write_child", "write_raw", "writer"]
