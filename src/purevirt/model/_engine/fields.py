"""The words a document is declared with. A field says where its value lives in XML; the engine derives the rest.

`attr` an attribute; `text` the element's own text; `leaf` a child element that holds only text; `child` and `children`
nested elements; `flag` an empty child whose presence means True; `choice` a child whose class depends on another field;
`raw` a subtree kept as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

LIVE: Literal["live"] = "live"
INACTIVE: Literal["inactive"] = "inactive"
STATUS: Literal["status"] = "status"
NEVER: Literal["never"] = "never"
NOW: Literal["now"] = "now"
NEXT: Literal["next"] = "next"

Kind = Literal["attr", "text", "leaf", "child", "children", "flag", "choice", "raw"]
Only = Literal["live", "inactive", "status"]
When = Literal["never", "now", "next"]
"""A change takes effect in a running guest, at the next start, or is none of the same guest."""


Case = Mapping[str, "str | tuple[str | None, ...] | type | Case"]
"""What a schema says of fields that depend on one another: field → "absent", "optional" (as declared), "present", "once" (a list
of one), "maybe" (a list of one or none), one of these words (None: or absent), a RELAX NG pattern of its text (behind
"present": and it is there), a class that the nested element looks like, or what it says of the fields of the nested class
(and under "." of the element)."""


def own_forms(*forms: Case) -> tuple[Case, ...]:
    """The forms, each without the fields that only others name ("optional": as declared)."""
    names = dict.fromkeys(name for form in forms for name in form)
    return tuple({**{name: "absent" for name in names if name not in form}, **form} for form in forms)


class Field:
    """One declared field; `name` and `xml` are set when its class is made.

    There are some two thousand, so only what a declaration says is stored; the class has the rest.
    """

    kind: Kind
    name: str = ""
    xml: str | None = None
    codec: Any = None
    cls: Any = None
    default: Any = None
    omit: Any = None
    required: bool = False
    only: Only | None = None
    secret: bool = False
    abi: bool | str = False
    error: str | tuple[int, str] | None = None
    missing: str | tuple[int, str] | None = None
    live: When | None = None
    """When a change takes effect; None: as for the element around it."""
    doc: str = ""
    rng: str | None = None
    parse: Callable[..., Any] | None = None
    format: Callable[..., str | None] | None = None
    inside: str | None = None
    keep: bool = False
    many: bool = False
    nonzero: bool = False
    needed: bool = False
    """The schema demands it, though the parser may do without; what is required is needed."""
    looks: Any = None
    """A class that the schema takes the nested element for, where libvirt's does not tell the two apart."""
    here: Case = {}
    """What the schema says of fields of the nested classes at this place; `hides=` names those that it does not allow."""
    on: str | None = None
    arms: Mapping[str | None, Any] | None = None

    def __init__(self, kind: Kind, **said: Any) -> None:
        if not _WORDS.issuperset(said):
            raise TypeError(f"a field has no {', '.join(sorted(said.keys() - _WORDS))}")
        if said.get("required"):
            said.setdefault("needed", True)
        hidden = said.pop("hides", None)
        if hidden is not None:
            said["here"] = {**dict.fromkeys(hidden, "absent"), **said.get("here", {})}
        said["kind"] = kind
        self.__dict__ = said

    def initial(self) -> Any:
        """The value of a new object: a fresh list for lists, False for flags, else the default."""
        if self.many:
            return []
        if self.kind == "flag":
            return bool(self.default)
        return self.default


_WORDS = frozenset(Field.__annotations__) - {"kind", "name"} | {"hides"}


def attr(codec: Any = None, *, name: str | None = None, **meta: Any) -> Any:
    """An attribute of the element. `codec` is a codec or a Literal alias; text when left out."""
    return Field("attr", xml=name, codec=codec, **meta)


def text(codec: Any = None, **meta: Any) -> Any:
    """The element's own text. Empty text reads as `default`."""
    return Field("text", codec=codec, **meta)


def leaf(codec: Any = None, *, name: str | None = None, many: bool = False, **meta: Any) -> Any:
    """A child element that holds only text (`many=True`: a list of them)."""
    return Field("leaf", xml=name, codec=codec, many=many, **meta)


def child(cls: Any, *, tag: str | None = None, keep: bool = False, **meta: Any) -> Any:
    """One nested element. `cls` may be a function without arguments returning the class (for recursion).

    Without `keep` an element that turns out to have no attribute and no content is not written.
    """
    return Field("child", xml=tag, cls=cls, keep=keep, **meta)


def children(
    what: Any,
    arms: Mapping[str | None, Any] | None = None,
    *,
    tag: str | None = None,
    inside: str | None = None,
    keep: bool = True,
    **meta: Any,
) -> Any:
    """A list of nested elements, `inside` a wrapper element where the XML has one (not written when the list is empty).

    `what` is a class; or a mapping tag → class for a list that mixes tags in document order; or "@attribute" with
    `arms` mapping the attribute's values to classes, all under `tag`.
    """
    if isinstance(what, Mapping):
        return Field("children", on=None, arms=what, inside=inside, keep=keep, many=True, **meta)
    if isinstance(what, str):
        return Field("children", on=what, arms=arms, xml=tag, inside=inside, keep=keep, many=True, **meta)
    return Field("children", xml=tag, cls=what, inside=inside, keep=keep, many=True, **meta)


def flag(*, name: str | None = None, **meta: Any) -> Any:
    """An empty child element: there or not."""
    return Field("flag", xml=name, **meta)


def choice(on: str, arms: Mapping[str | None, Any], *, tag: str, keep: bool = False, **meta: Any) -> Any:
    """A child `tag` whose class is `arms[value of field on]`; the arm None is for every other value.

    An arm that is None ignores the element. `on="@name"` decides by the child's own attribute, which the engine then
    writes first where the arm's class does not declare it.
    """
    return Field("choice", on=on, arms=arms, xml=tag, keep=keep, **meta)


def raw(*, name: str | None = None, many: bool = False, **meta: Any) -> Any:
    """A child element kept as a tree (`RawTree`), prefixes and all."""
    return Field("raw", xml=name, many=many, **meta)
