"""Walking two elements of one class side by side: the common part of `diff` and of the ABI check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from purevirt.model._engine.element import Element
from purevirt.model._engine.fields import Field, When


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs. `path` is made of XML names: "/domain/devices/disk[2]/target/@bus".

    `when` is what the field says of its changes, or the nearest element around it that says something.
    """

    path: str
    field: Field
    old: Any
    new: Any
    when: When = "next"


def differences(
    old: Element, new: Element, path: str = "", *, by_identity: bool = False, when: When = "next"
) -> Iterator[Difference]:
    """Every field that differs, outermost first.

    Lists are compared position by position, or with `by_identity` an element with the one that has the same identity; the
    position in a path is that in the old list, behind its end for what is new.
    """
    path = path or f"/{old.tag}"
    if type(old) is not type(new):
        yield Difference(path, Field("child", xml=old.tag), old, new, when)
        return
    when = old.changes or when
    for field in type(old)._fields:
        its = old.takes_effect(field) or when
        a, b = getattr(old, field.name), getattr(new, field.name)
        if not field.many:
            name = xml_name(field, a if a is not None else b)
            yield from _value(field, a, b, path if field.kind == "text" else f"{path}/{name}", by_identity, its)
            continue
        tag = xml_name(field, (a or b or [None])[0])
        for i, (one, other) in enumerate(_by_identity(a, b) if by_identity else _by_place(a, b), start=1):
            yield from _value(field, one, other, f"{path}/{tag}[{i}]", by_identity, its)


def _by_place(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[Any, Any]]:
    size = max(len(old), len(new))
    return [(old[i] if i < len(old) else None, new[i] if i < len(new) else None) for i in range(size)]


def _by_identity(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Pairs of the same thing; what has no identity is paired with its equal, the rest in order."""
    left = list(new)
    partners: dict[int, Any] = {}
    for same in (_is_same, _is_equal):
        for i, one in enumerate(old):
            found = next((k for k, other in enumerate(left) if same(one, other)), None) if i not in partners else None
            if found is not None:
                partners[i] = left.pop(found)
    pairs = []
    for i, one in enumerate(old):
        if i not in partners:
            k = next((k for k, other in enumerate(left) if identity(one) is None and identity(other) is None), None)
            partners[i] = left.pop(k) if k is not None else None
        pairs.append((one, partners[i]))
    return [*pairs, *((None, other) for other in left)]


def _is_same(one: Any, other: Any) -> bool:
    its = identity(one)
    return its is not None and its == identity(other)


def _is_equal(one: Any, other: Any) -> bool:
    return bool(one == other)


def identity(element: Any) -> tuple[Any, ...] | None:
    """What tells the element from others of its list; None when it does not say."""
    if not isinstance(element, Element) or not element.known_by:
        return None
    found = []
    for path in element.known_by:
        value: Any = element
        for name in path.split("."):
            value = getattr(value, name, None)
        found.append(value)
    return (type(element), *found) if any(value is not None for value in found) else None


def xml_name(field: Field, value: Any) -> str:
    """The XML name of a field: "@dev", "target"."""
    if field.kind == "attr":
        return f"@{field.xml}"
    tag = value.tag if isinstance(value, Element) and field.xml is None else str(field.xml)
    return f"{field.inside}/{tag}" if field.inside is not None else tag


def _value(field: Field, old: Any, new: Any, path: str, by_identity: bool, when: When) -> Iterator[Difference]:
    if isinstance(old, Element) and isinstance(new, Element):
        yield from differences(old, new, path, by_identity=by_identity, when=when)
    elif old != new:
        yield Difference(path, field, old, new, when)
