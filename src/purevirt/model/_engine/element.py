"""Element: the base of every document class, and the metaclass that turns declarations into slots and a field list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, dataclass_transform
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine.context import FormatContext, ParseContext
from purevirt.model._engine.fields import Case, Field, When
from purevirt.model._engine.tree import RawTree, XmlError, locate, parse_tree
from purevirt.types.override import override

_DEFAULT_PARSE = ParseContext()
_DEFAULT_FORMAT = FormatContext()


class ElementMeta(type):
    """Collects fields in order (a `tail` base's after the subclass's own) and gives the class real slots."""

    _fields: tuple[Field, ...]
    _own: tuple[Field, ...]
    _tails: frozenset[str]

    def __new__(
        mcs,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        tag: str | None = None,
        tail: bool = False,
        empty: bool | None = None,
    ) -> ElementMeta:
        own = {key: value for key, value in namespace.items() if value.__class__ is Field}
        mine = tuple(own.values())
        for key, field in own.items():
            del namespace[key]
            field.name = key
            if field.xml is None and field.cls is None and field.arms is None:
                field.xml = key.rstrip("_")
        head: list[Field] = []
        end: list[Field] = []
        inherited = [f for base in bases for f in getattr(base, "_fields", ())]
        if inherited:
            tails = {name for base in bases for name in getattr(base, "_tails", ())}
            for f in dict.fromkeys(inherited):
                if f.name not in own:
                    (end if f.name in tails else head).append(f)
        known = {f.name for f in inherited}
        fields = (*head, *mine, *end)
        namespace["__slots__"] = [key for key in own if key not in known]
        namespace["_own"] = mine
        namespace["_fields"] = fields
        namespace["_tails"] = frozenset([f.name for f in (fields if tail else end)])
        if tag is not None:
            namespace["tag"] = tag
        if empty is not None:
            namespace["empty"] = empty
        cls = super().__new__(mcs, name, bases, namespace)
        for field in mine:
            if field.on is not None and field.on.startswith("@"):
                _mark_arms(field)
        return cls

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **_: Any) -> None:
        """`type`'s own takes no keywords, and does nothing."""


def _mark_arms(field: Field) -> None:
    """Where the child's own attribute decides and its class does not declare it, the class knows which value it stands for."""
    attribute = str(field.on)[1:]
    for key, arm in (field.arms or {}).items():
        if isinstance(arm, ElementMeta) and key is not None and all(f.xml != attribute for f in arm._fields):
            arm.discriminator = (attribute, key)  # type: ignore[attr-defined]


@dataclass_transform(kw_only_default=True)
class Element(metaclass=ElementMeta):
    """One XML element as an object. Construct with keywords; read with `from_xml`; write with `to_xml`."""

    tag: ClassVar[str] = ""
    document: ClassVar[str] = ""
    """What libvirt calls the document in syntax errors ("domain_definition"); roots only."""
    error_domain: ClassVar[int] = ErrorDomain.DOMAIN
    """Of errors in the document; in a nested class, of those that it has in any document."""
    empty: ClassVar[bool] = False
    """Written even with nothing to say (class keyword `empty=True`)."""
    discriminator: ClassVar[tuple[str, str] | None] = None
    """An attribute of fixed value that is written first: what a `choice("@type", …)` recognises the class by."""
    schema_cases: ClassVar[tuple[Case, ...]] = ()
    """Forms of the element for the schema, where fields go together or exclude one another; a document fits one of them."""
    schema_either: ClassVar[tuple[tuple[tuple[str, ...], ...], ...]] = ()
    """Groups of fields of which a document has one alone (or none, where the parts of a group are optional)."""
    schema_also: ClassVar[Mapping[str, Any]] = {}
    """Fields that the schema knows and the parser reads past: name → declaration."""
    schema_ordered: ClassVar[bool] = False
    """The schema wants child elements in declared order."""
    changes: ClassVar[When | None] = None
    """When changes inside take effect, where a field does not say it; None: as for the element around it."""
    known_by: ClassVar[tuple[str, ...]] = ()
    """What tells one of a list from the others ("target.dev"), for `diff`; without it, the place does."""
    validated: ClassVar[bool] = False
    """Documents from outside are checked against the schema whether asked for or not; roots only."""
    schema_hides: ClassVar[tuple[str, ...]] = ()
    """Fields that the schema does not know: a driver's own, and what is read only to be ignored."""
    _initials: ClassVar[tuple[tuple[str, Any, bool], ...]]
    _reader: ClassVar[Callable[..., Any] | None] = None
    _writer: ClassVar[Callable[..., None] | None] = None

    def __init__(self, **values: Any) -> None:
        cls = type(self)
        for name, value, is_list in cls.__dict__.get("_initials") or _initials(cls):
            setattr(self, name, values.pop(name) if name in values else [] if is_list else value)
        if values:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(sorted(values))}")

    # -- hooks of a class, all optional ---------------------------------------------------------------------------

    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Look at the element as it stands in the document, before after_parse: for what is wrong though undeclared."""

    def after_parse(self, ctx: ParseContext) -> None:
        """Normalise and check what this element alone can know. Raise XmlError; its place is filled in."""

    def shown(self, ctx: FormatContext) -> bool:
        """Whether the element is written at all."""
        return True

    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """Own formatting of the whole element; a subclass that defines it replaces the engine's."""
        write_element(self, out, pad, ctx)

    def takes_effect(self, field: Field) -> When | None:
        """When a change of a field does, where this element's other fields decide that."""
        return field.live

    # -- entry points ---------------------------------------------------------------------------------------------

    @classmethod
    def from_xml(cls, text: str, ctx: ParseContext | None = None) -> Self:
        """Parse a whole document. Raises XmlError with code, compatible text, and `where` (path and line)."""
        root = parse_tree(text, cls.document or f"{cls.tag}_definition", int(cls.error_domain))
        try:
            if root.tag != cls.tag:
                detail = f"expecting root element of '{cls.tag}', not '{root.tag}'"
                raise XmlError(detail, node=root, domain=ErrorDomain.XML)
            flags = ctx or _DEFAULT_PARSE
            if flags.validate or (cls.validated and not (flags.internal or flags.status)):
                from purevirt.model.schema_check import check_schema

                check_schema(root, text)
            return cls.from_node(root, ctx)
        except VirtError as error:
            node = getattr(error, "node", None)
            if isinstance(error, XmlError) and error.domain == ErrorDomain.DOMAIN:
                from purevirt.model._engine.domains import domain_of

                error.domain = domain_of(cls, root, node)
            if error.where is None and node is not None:
                error.where = locate(root, node, text)
            raise

    @classmethod
    def from_node(cls, node: Node, ctx: ParseContext | None = None) -> Self:
        """Build from a node that was read already."""
        from purevirt.model._engine.parse import reader

        result: Self = reader(cls)(node, ctx or _DEFAULT_PARSE)
        return result

    def to_xml(self, ctx: FormatContext | None = None, *, depth: int = 0) -> str:
        """The document, two spaces a level, each line ended by a newline."""
        out: list[str] = []
        self.format_xml(out, "  " * depth, ctx or _DEFAULT_FORMAT)
        return "".join(out)

    # -- values ---------------------------------------------------------------------------------------------------

    @override
    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, f.name) == getattr(other, f.name) for f in type(self)._fields)

    __hash__ = None  # type: ignore[assignment]

    @override
    def __repr__(self) -> str:
        said = (
            f"{f.name}=<secret>" if f.secret else f"{f.name}={getattr(self, f.name)!r}"
            for f in type(self)._fields
            if getattr(self, f.name) not in (None, False, [])
        )
        return f"{type(self).__name__}({', '.join(said)})"

    def copy(self) -> Self:
        """A deep copy; raw trees are shared, they are never changed in place."""
        twin = type(self).__new__(type(self))
        for f in type(self)._fields:
            setattr(twin, f.name, _copy(getattr(self, f.name)))
        return twin


def _initials(cls: Any) -> tuple[tuple[str, Any, bool], ...]:
    """Name, value of a new object, and whether that is a list of its own, of each field; kept with the class."""
    cls._initials = tuple((f.name, f.initial(), f.many) for f in cls._fields)
    found: tuple[tuple[str, Any, bool], ...] = cls._initials
    return found


def _copy(value: Any) -> Any:
    if isinstance(value, Element):
        return value.copy()
    if isinstance(value, list):
        return [_copy(v) for v in value]
    return dict(value) if isinstance(value, dict) else value


def write_element(
    element: Element, out: list[str], pad: str, ctx: FormatContext, tag: str | None = None, keep: bool = True
) -> None:
    """The engine's own formatting, for hooks that only want to change something around it."""
    from purevirt.model._engine.format import writer

    writer(type(element))(element, out, pad, ctx, tag or element.tag, keep)


__all__ = ["Element", "ErrorCode", "RawTree", "write_element"]
