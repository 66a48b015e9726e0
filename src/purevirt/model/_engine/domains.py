"""Which part of libvirt speaks in an error: of the innermost class around the node that has an error domain of its own."""

from __future__ import annotations

from xml.etree.ElementTree import Element as Node

from purevirt.model._engine.element import Element, ElementMeta
from purevirt.model._engine.unknown import class_of, fields_by_tag


def domain_of(cls: ElementMeta, root: Node, node: Node | None) -> int:
    """The error domain for a mistake at `node` of a document of class `cls`."""
    chain = _way(root, node) if node is not None else None
    found = _own(cls)
    current: ElementMeta | None = cls
    parent = root
    for step in chain or []:
        fields = fields_by_tag(current).get(step.tag, []) if current is not None else []
        if any(field.inside is None for field in fields):
            inner = [c for field in fields if (c := class_of(field, parent, step)) is not None]
            current = inner[0] if inner else None
            found = _own(current, found) if current is not None else found
        # A wrapper's children are fields of the class around it.
        parent = step
    return found


def _own(cls: ElementMeta, outer: int | None = None) -> int:
    says = any("error_domain" in vars(c) or vars(c).get("document") for c in cls.__mro__ if c not in (Element, object))
    return int(cls.error_domain) if says or outer is None else outer  # type: ignore[attr-defined]


def _way(root: Node, wanted: Node) -> list[Node] | None:
    """The nodes from below the root down to the wanted one; None when it is not there."""
    if root is wanted:
        return []
    for c in root:
        below = _way(c, wanted)
        if below is not None:
            return [c, *below]
    return None
