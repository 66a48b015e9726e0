"""From declarations to a reading function per class, compiled on the class's first use.

The generated text is registered with linecache, so a traceback shows real lines. Reading never looks at anything that is
not declared; unknown elements and attributes are ignored, as libvirt ignores them without VALIDATE (`unknown.py`
lists them).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine.codecs import STR, UUID, Codec, Enum, Size, as_codec
from purevirt.model._engine.context import ParseContext
from purevirt.model._engine.element import Element, ElementMeta
from purevirt.model._engine.fields import Field
from purevirt.model._engine.tree import RawTree, XmlError

Reader = Callable[[Node, ParseContext], Any]
_CONDITION = {"live": "not ctx.inactive", "inactive": "ctx.inactive", "status": "ctx.status"}


def reader(cls: ElementMeta) -> Reader:
    """The reading function of a class."""
    found = cls.__dict__.get("_reader")
    if found is None:
        found = staticmethod(_compile(cls))
        cls._reader = found  # type: ignore[attr-defined]
    function: Reader = found.__func__
    return function


def element_class(field: Field) -> ElementMeta:
    """The class of a child field; a function given instead is called once."""
    if not isinstance(field.cls, ElementMeta):
        field.cls = field.cls()
    cls: ElementMeta = field.cls
    return cls


def child_tag(field: Field) -> str:
    """The tag a nested field stands under."""
    return field.xml or str(element_class(field).tag)  # type: ignore[attr-defined]


def arm_class(arm: Any) -> ElementMeta | None:
    """The class of an arm; a function given instead is called; None means that the element is ignored."""
    cls: ElementMeta | None = arm if arm is None or isinstance(arm, ElementMeta) else arm()
    return cls


def arm_readers(field: Field) -> dict[str | None, Reader | None]:
    arms = {key: arm_class(arm) for key, arm in (field.arms or {}).items()}
    return {key: reader(cls) if cls is not None else None for key, cls in arms.items()}


# -- errors ------------------------------------------------------------------------------------------------------------


def bad_value(field: Field, node: Node, value: str, reason: str) -> XmlError:
    """The compatible text for a value that its codec refuses; what was allowed goes into the hint."""
    codec = as_codec(field.codec)
    hint = f"allowed: {', '.join(codec.words)}" if isinstance(codec, Enum) else None
    if field.error is not None:
        return _worded(field.error, node, value, hint)
    if field.kind == "attr":
        text = f"Invalid value for attribute '{field.xml}' in element '{node.tag}': '{value}'."
        if reason:
            text += f" Expected {reason}"
        return XmlError(text, node=node, hint=hint, domain=ErrorDomain.XML)
    text = f"Invalid value '{value}' for element or attribute './{field.xml or node.tag}'"
    return XmlError(text, node=node, hint=hint, domain=ErrorDomain.XML)


def _missing(field: Field, node: Node) -> XmlError:
    if field.missing is not None:
        return _worded(field.missing, node, "", None)
    if field.kind == "attr":
        return XmlError(f"Missing required attribute '{field.xml}' in element '{node.tag}'", node=node, domain=ErrorDomain.XML)
    return XmlError(f"missing element or attribute './{field.xml or child_tag(field)}'", node=node)


def _worded(wording: str | tuple[int, str], node: Node, value: str, hint: str | None) -> XmlError:
    """A field's own error: text, or (code, text), with the value in place of %s; no text leaves the code's own."""
    code, text = (ErrorCode.XML_ERROR, wording) if isinstance(wording, str) else wording
    # libvirt's readers of single values speak for themselves, whoever asks them.
    domain = ErrorDomain.XML if text.startswith("Invalid value '%s' for element or attribute") else ErrorDomain.DOMAIN
    return XmlError(text.replace("%s", value, 1) or None, code, node=node, hint=hint, domain=domain)


def convert(field: Field, codec: Codec, node: Node, value: str) -> Any:
    """One value through the field's own `parse` or its codec."""
    try:
        result = field.parse(value) if field.parse is not None else codec.parse(value)
        if field.nonzero and result == 0:
            text = f"Invalid value for attribute '{field.xml}' in element '{node.tag}': Zero is not permitted"
            raise XmlError(text, node=node, domain=ErrorDomain.XML)
        return result
    except ValueError as error:
        raise bad_value(field, node, value, str(error)) from None
    except VirtError as error:
        _place(error, node)
        raise


def _place(error: VirtError, node: Node) -> None:
    if getattr(error, "node", None) is None:
        error.node = node  # type: ignore[attr-defined]


# -- code generation ---------------------------------------------------------------------------------------------------


class _Source:
    """Lines of a function and the objects they name."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {}

    def name(self, prefix: str, value: Any) -> str:
        key = f"{prefix}{len(self.names)}"
        self.names[key] = value
        return key

    def add(self, level: int, *lines: str) -> None:
        self.lines.extend("    " * level + line for line in lines)


def _compile(cls: ElementMeta) -> Reader:
    source = _Source()
    source.names.update(cls=cls, new=cls.__new__, XmlError=XmlError, convert=convert, missing=_missing, place=_place)
    source.names.update(VirtError=VirtError)
    source.add(0, "def read(el, ctx):")
    source.add(1, "self = new(cls)")
    nested: list[Field] = []
    for field in cls._fields:
        if field.kind in ("attr", "text"):
            _read_scalar(source, field)
        else:
            _start_value(source, field)
            nested.append(field)
    if nested:
        handlers = source.name("handlers", None)
        source.names[handlers] = _Handlers(nested)
        source.add(1, "for c in el:")
        source.add(2, f"h = {handlers}.get(c.tag)")
        source.add(2, "if h is not None:", "    h(self, c, ctx, el)")
        for field in nested:
            if field.required:
                f = source.name("f", field)
                empty = "not" if field.many else "None is"
                source.add(1, f"if {empty} self.{field.name}:", f"    raise missing({f}, el)")
    if cls.check_node is not Element.check_node:  # type: ignore[attr-defined]
        source.add(1, "try:", "    self.check_node(el, ctx)", "except VirtError as error:", "    place(error, el)", "    raise")
    if cls.after_parse is not Element.after_parse:  # type: ignore[attr-defined]
        source.add(1, "try:", "    self.after_parse(ctx)", "except VirtError as error:", "    place(error, el)", "    raise")
    source.add(1, "return self")
    function: Reader = compile_function(f"{cls.__module__}.{cls.__qualname__}", "read", source.lines, source.names)
    return function


def compile_function(owner: str, name: str, lines: list[str], names: dict[str, Any]) -> Any:
    """Make the function, with its text where debuggers find it."""
    import linecache  # drags the tokenizer in: not before something is read or written

    text = "\n".join(lines) + "\n"
    filename = f"<purevirt {name} {owner}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    exec(compile(text, filename, "exec"), names)  # noqa: S102
    return names[name]


def _start_value(source: _Source, field: Field) -> None:
    if field.many:
        source.add(1, f"self.{field.name} = []")
    elif field.kind == "flag":
        source.add(1, f"self.{field.name} = False")
    elif field.kind == "leaf" and field.default is not None:
        source.add(1, f"self.{field.name} = {source.name('d', field.default)}")
    else:
        source.add(1, f"self.{field.name} = None")


def _read_scalar(source: _Source, field: Field) -> None:
    codec = as_codec(field.codec)
    f = source.name("f", field)
    default = repr(field.default) if isinstance(field.default, (int, str, type(None))) else source.name("d", field.default)
    source.add(1, f"v = el.get({field.xml!r})" if field.kind == "attr" else "v = ''.join(el.itertext()) if len(el) else el.text")
    if field.only is not None:
        source.add(1, f"if not ({_CONDITION[field.only]}):", "    v = None")
    absent = "v is None" if field.kind == "attr" else "not v"
    source.add(1, f"if {absent}:")
    source.add(2, f"raise missing({f}, el)" if field.required else f"self.{field.name} = {default}")
    if codec is STR and field.parse is None:
        source.add(1, "else:", f"    self.{field.name} = v")
    elif isinstance(codec, Enum) and field.parse is None:
        k = source.name("k", codec.known)
        c = source.name("c", codec)
        source.add(1, f"elif v in {k}:", f"    self.{field.name} = {k}[v]")
        source.add(1, "else:", f"    self.{field.name} = convert({f}, {c}, el, v)")
    else:
        source.add(1, "else:", f"    self.{field.name} = convert({f}, {source.name('c', codec)}, el, v)")


class _Handlers:
    """Tag → what to do with a child element; made lazily, since classes may refer to one another."""

    def __init__(self, fields: list[Field]) -> None:
        self._fields = fields
        self._map: dict[Any, Callable[..., None]] | None = None

    def get(self, tag: Any) -> Callable[..., None] | None:
        table = self._map
        if table is None:
            table = self._map = self._build()
        return table.get(tag)

    def _build(self) -> dict[Any, Callable[..., None]]:
        table: dict[Any, Callable[..., None]] = {}
        for field in self._fields:
            handler = _HANDLERS[field.kind](field)
            if field.only is not None:
                handler = _guarded(handler, field.only)
            tags = own_tags(field)
            if field.inside is not None:
                handler, tags = _within(handler, tags), [field.inside]
            for tag in tags:
                first = table.get(tag)
                table[tag] = handler if first is None else _both(first, handler)
        return table


def own_tags(field: Field) -> list[str]:
    """The tags of the child elements that a field reads, the wrapper aside."""
    if field.kind == "children" and field.on is None and field.arms is not None:
        return [str(tag) for tag in field.arms]
    return [child_tag(field) if field.cls is not None else str(field.xml)]


def _within(handler: Callable[..., None], tags: list[str]) -> Callable[..., None]:
    def read(self: Any, node: Node, ctx: ParseContext, parent: Node) -> None:
        for c in node:
            if c.tag in tags:
                handler(self, c, ctx, node)

    return read


def _both(first: Callable[..., None], second: Callable[..., None]) -> Callable[..., None]:
    def read(self: Any, node: Node, ctx: ParseContext, parent: Node) -> None:
        first(self, node, ctx, parent)
        second(self, node, ctx, parent)

    return read


def _guarded(handler: Callable[..., None], only: str) -> Callable[..., None]:
    def read(self: Any, node: Node, ctx: ParseContext, parent: Node) -> None:
        wanted = ctx.inactive if only == "inactive" else ctx.status if only == "status" else not ctx.inactive
        if wanted:
            handler(self, node, ctx, parent)

    return read


def _flag_handler(field: Field) -> Callable[..., None]:
    name = field.name

    def read(self: Any, node: Node, ctx: ParseContext, parent: Node) -> None:
        setattr(self, name, True)

    return read


def _raw_handler(field: Field) -> Callable[..., None]:
    name = field.name

    def read(self: Any, node: Node, ctx: ParseContext, parent: Node) -> None:
        if field.many:
            getattr(self, name).append(RawTree(node))
        elif getattr(self, name) is None:
            setattr(self, name, RawTree(node))

    return read


def _leaf_handler(field: Field) -> Callable[..., None]:
    name, codec, default, many = field.name, as_codec(field.codec), field.default, field.many
    scaled = codec if isinstance(codec, Size) and field.parse is None else None
    plain = codec is STR and field.parse is None
    blank_is_absent = codec is UUID and field.parse is None

    def read(self: Any, node: Node, ctx: ParseContext, parent: Node) -> None:
        text = "".join(node.itertext()) if len(node) else node.text or ""
        if blank_is_absent and not text:
            return
        value: Any
        if scaled is not None:
            try:
                value = scaled.parse_scaled(text, node.get("unit"))
            except ValueError:
                raise bad_value(field, node, text, "") from None
            except VirtError as error:
                _place(error, node)
                raise
        else:
            value = text if plain else convert(field, codec, node, text)
        if many:
            getattr(self, name).append(value)
        elif getattr(self, name) == default:
            setattr(self, name, value)

    return read


def _reader_of(field: Field) -> Reader:
    """The reader of a nested class; of one that is given as a function, when the first element is met."""
    if isinstance(field.cls, ElementMeta):
        return reader(field.cls)
    found: Reader | None = None

    def read_first(node: Node, ctx: ParseContext) -> Any:
        nonlocal found
        if found is None:
            found = reader(element_class(field))
        return found(node, ctx)

    return read_first


def _child_handler(field: Field) -> Callable[..., None]:
    name, read_child = field.name, _reader_of(field)

    def read(self: Any, node: Node, ctx: ParseContext, parent: Node) -> None:
        if getattr(self, name) is None:
            setattr(self, name, read_child(node, ctx))

    return read


def _children_handler(field: Field) -> Callable[..., None]:
    name = field.name
    if field.arms is not None:
        return _mixed_handler(field)
    read_child = _reader_of(field)

    def read(self: Any, node: Node, ctx: ParseContext, parent: Node) -> None:
        getattr(self, name).append(read_child(node, ctx))

    return read


def _mixed_handler(field: Field) -> Callable[..., None]:
    """A list whose classes differ by tag, or by an attribute of the child."""
    name, arms = field.name, arm_readers(field)
    attribute = field.on[1:] if field.on is not None else None

    def read(self: Any, node: Node, ctx: ParseContext, parent: Node) -> None:
        read_arm = _pick(field, arms, node.tag if attribute is None else node.get(attribute), node)
        if read_arm is not None:
            getattr(self, name).append(read_arm(node, ctx))

    return read


def _pick(field: Field, arms: dict[str | None, Reader | None], key: Any, node: Node) -> Reader | None:
    """The arm for a value. An unknown value of the child's own attribute is an error unless there is an arm None."""
    if key in arms:
        return arms[key]
    if None in arms:
        return arms[None]
    if field.on is not None and field.on.startswith("@"):
        attribute = Field("attr", xml=field.on[1:], codec=Enum(k for k in arms if k is not None))
        attribute.error, attribute.missing = field.error, field.missing
        raise _missing(attribute, node) if key is None else bad_value(attribute, node, key, "")
    return None


def _choice_handler(field: Field) -> Callable[..., None]:
    name, on, arms = field.name, str(field.on), arm_readers(field)
    attribute = on[1:] if on.startswith("@") else None

    def read(self: Any, node: Node, ctx: ParseContext, parent: Node) -> None:
        if getattr(self, name) is None:
            key = getattr(self, on) if attribute is None else node.get(attribute)
            read_arm = _pick(field, arms, key, node)
            if read_arm is not None:
                setattr(self, name, read_arm(node, ctx))

    return read


_HANDLERS: dict[str, Callable[[Field], Callable[..., None]]] = {
    "flag": _flag_handler,
    "raw": _raw_handler,
    "leaf": _leaf_handler,
    "child": _child_handler,
    "children": _children_handler,
    "choice": _choice_handler,
}

__all__ = ["ErrorCode", "arm_class", "bad_value", "child_tag", "compile_function", "element_class", "reader"]
