"""Walking two elements of one class side by side: the common part of `diff` and of the ABI check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from purevirt.model._engine.element import Element
from purevirt.model._engine.fields import Field


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs. `path` is made of XML names: "/domain/devices/disk[2]/target/@bus"."""

    path: str
    field: Field
    old: Any
    new: Any


def differences(old: Element, new: Element, path: str = "") -> Iterator[Difference]:
    """Every field that differs, outermost first; lists are compared position by position."""
    path = path or f"/{old.tag}"
    if type(old) is not type(new):
        yield Difference(path, Field("child", xml=old.tag), old, new)
        return
    for field in type(old)._fields:
        yield from _field(field, getattr(old, field.name), getattr(new, field.name), path)


def _field(field: Field, old: Any, new: Any, path: str) -> Iterator[Difference]:
    if field.many:
        tag = xml_name(field, (old or new or [None])[0])
        for i in range(max(len(old), len(new))):
            a = old[i] if i < len(old) else None
            b = new[i] if i < len(new) else None
            yield from _value(field, a, b, f"{path}/{tag}[{i + 1}]")
    else:
        name = xml_name(field, old if old is not None else new)
        yield from _value(field, old, new, path if field.kind == "text" else f"{path}/{name}")


def xml_name(field: Field, value: Any) -> str:
    """The XML name of a field: "@dev", "target"."""
    if field.kind == "attr":
        return f"@{field.xml}"
    tag = value.tag if isinstance(value, Element) and field.xml is None else str(field.xml)
    return f"{field.inside}/{tag}" if field.inside is not None else tag


def _value(field: Field, old: Any, new: Any, path: str) -> Iterator[Difference]:
    if isinstance(old, Element) and isinstance(new, Element):
        yield from differences(old, new, path)
    elif old != new:
        yield Difference(path, field, old, new)
