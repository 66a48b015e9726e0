"""Sample elements from declarations: for a class, one element per field with that field set, deterministic.

Used to show that every declared field is written and read back, and as seeds for fuzzing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from purevirt.model._engine.codecs import BITMAP, MAC, UUID, Enum, Int, Size, as_codec
from purevirt.model._engine.element import Element, ElementMeta
from purevirt.model._engine.fields import Field
from purevirt.model._engine.parse import arm_class, element_class
from purevirt.model._engine.tree import RawTree

_WORDS = ("sample", "1", "/sample/path", "192.168.0.1", "52:54:00:00:00:01", "yes", "0x1", "vda", "default")


def classes_of(root: ElementMeta) -> list[ElementMeta]:
    """Every element class that a document can contain, the root first."""
    found: dict[ElementMeta, None] = {root: None}
    queue = [root]
    while queue:
        for field in queue.pop(0)._fields:
            for cls in nested_classes(field):
                if cls not in found:
                    found[cls] = None
                    queue.append(cls)
    return list(found)


def nested_classes(field: Field) -> list[ElementMeta]:
    if field.arms is not None:
        return list(dict.fromkeys(c for arm in field.arms.values() if (c := arm_class(arm)) is not None))
    return [element_class(field)] if field.cls is not None else []


def scalar_samples(field: Field) -> list[Any]:
    """Values that the field can hold, each different from what it starts with."""
    codec = as_codec(field.codec)
    values: list[Any]
    if field.parse is not None:
        values = [v for w in _WORDS if (v := _try(field.parse, w)) is not None]
    elif isinstance(codec, Enum):
        values = list(codec.words)
    elif isinstance(codec, Int):
        values = [v for v in (1, 2, codec.minimum, codec.maximum) if codec.minimum <= v <= codec.maximum]
    elif isinstance(codec, Size):
        values = [1024]
    elif codec is UUID:
        values = ["4dea22b3-1d52-d8f3-2516-782e98ab3fa0"]
    elif codec is MAC:
        values = ["52:54:00:00:00:01"]
    elif codec is BITMAP:
        values = [frozenset({0, 1, 3})]
    elif hasattr(codec, "yes"):
        values = [True, False]
    else:
        values = [v for w in _WORDS if (v := _try(codec.parse, w)) is not None]
    return [v for v in values if v not in (field.default, field.omit)] or values


def _try(parse: Any, word: str) -> Any:
    try:
        return parse(word)
    except Exception:  # noqa: BLE001
        return None


def minimal(cls: ElementMeta, depth: int = 6) -> Element:
    """An element with its required fields only."""
    chosen: dict[str, Any] = {}
    for field in cls._fields:
        if field.required and depth > 0:
            chosen[field.name] = next(field_samples(field, depth - 1), None)
    element: Element = cls(**chosen)
    return element


def field_samples(field: Field, depth: int = 6) -> Iterator[Any]:
    """Values of a field as the element holds them (lists for lists)."""
    if field.kind == "flag":
        yield True
        return
    if field.kind == "raw":
        one: Iterator[Any] = iter([RawTree.from_xml(f'<{field.xml}><a:b xmlns:a="http://a/">c</a:b></{field.xml}>')])
    elif field.kind in ("attr", "text", "leaf"):
        one = iter(scalar_samples(field))
    else:
        one = (element for c in nested_classes(field) for element in nested_samples(c, depth - 1))
    for value in one:
        yield [value] if field.many else value


def nested_samples(cls: ElementMeta, depth: int) -> Iterator[Element]:
    """An element with its required fields, then one with every scalar and flag: an element without any may say nothing."""
    yield minimal(cls, depth)
    full = minimal(cls, depth)
    for field in cls._fields:
        if field.kind in ("attr", "text", "leaf", "flag") and not field.required:
            setattr(full, field.name, next(field_samples(field, depth), None))
    yield full


def samples(cls: ElementMeta) -> Iterator[tuple[Field, Element]]:
    """(field, element with that field set), for every field and every sample value; choices follow their deciding field."""
    for field in cls._fields:
        if field.kind == "choice" and any(f.name == field.on for f in cls._fields):
            for key, arm in (field.arms or {}).items():
                inner = arm_class(arm)
                if inner is not None and key is not None:
                    element = minimal(cls)
                    setattr(element, str(field.on), key)
                    setattr(element, field.name, minimal(inner))
                    yield field, element
            continue
        for value in field_samples(field):
            element = minimal(cls)
            setattr(element, field.name, value)
            yield field, element
