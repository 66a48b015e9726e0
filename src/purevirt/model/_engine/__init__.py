"""The declaration engine: every document of libvirt is said once, in `model/`, in the words exported here."""

from purevirt.model._engine.codecs import (
    BITMAP,
    INT,
    LONG,
    MAC,
    ON_OFF,
    STR,
    UINT,
    ULONG,
    UUID,
    YES_NO,
    Codec,
    Enum,
    Hex,
    Int,
    Size,
    c_integer,
    format_bitmap,
    scale,
)
from purevirt.model._engine.context import FormatContext, ParseContext
from purevirt.model._engine.element import Element, write_element
from purevirt.model._engine.fields import (
    INACTIVE,
    LIVE,
    NEVER,
    NEXT,
    NOW,
    STATUS,
    Case,
    Field,
    When,
    attr,
    child,
    children,
    choice,
    flag,
    leaf,
    own_forms,
    raw,
    text,
)
from purevirt.model._engine.format import write_child
from purevirt.model._engine.tree import RawTree, XmlError, escape, parse_tree

__all__ = [
    "BITMAP", "INACTIVE", "INT", "LIVE", "LONG", "MAC", "NEVER", "NEXT", "NOW", "ON_OFF", "STATUS", "STR", "UINT", "ULONG",
    "UUID", "YES_NO", "Case", "Codec", "Element", "Enum", "Field", "FormatContext", "Hex", "Int", "ParseContext", "RawTree",
    "Size", "When", "XmlError", "attr", "c_integer", "child", "children", "choice", "escape", "flag", "format_bitmap", "leaf",
    "own_forms", "parse_tree", "raw", "scale", "text", "write_child", "write_element",
]  # fmt: skip
