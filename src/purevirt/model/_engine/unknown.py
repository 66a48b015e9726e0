"""What a document says that no declaration knows: the parser ignores it, people want to hear of it."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element as Node

from purevirt.model._engine.element import ElementMeta
from purevirt.model._engine.fields import Field
from purevirt.model._engine.parse import arm_class, element_class, own_tags


def unknown_nodes(cls: ElementMeta, node: Node, path: str = "") -> Iterator[str]:
    """Paths of unknown elements and attributes ("/domain/devices/disk/@colour"); raw subtrees are anyone's."""
    path = path or f"/{node.tag}"
    fields = cls._fields
    known = {f.xml for f in fields if f.kind == "attr"}
    fixed = getattr(cls, "discriminator", None)
    for name in node.attrib:
        if name not in known and not name.startswith("xmlns") and not (fixed and fixed[0] == name) and name != "unit":
            yield f"{path}/@{name}"
    by_tag = fields_by_tag(cls)
    for c in node:
        if not isinstance(c.tag, str):
            continue
        matching = by_tag.get(c.tag)
        if matching is None:
            yield f"{path}/{c.tag}"
        elif len(matching) == 1 and matching[0].inside is None:
            inner = class_of(matching[0], node, c)
            if inner is not None:
                yield from unknown_nodes(inner, c, f"{path}/{c.tag}")


def fields_by_tag(cls: ElementMeta) -> dict[str, list[Field]]:
    """The fields that a child element with a tag may belong to (a wrapper's tag stands for what is inside)."""
    by_tag: dict[str, list[Field]] = {}
    for f in cls._fields:
        for tag in own_tags(f) if f.kind not in ("attr", "text") else []:
            by_tag.setdefault(f.inside or tag, []).append(f)
    return by_tag


def class_of(field: Field, parent: Node, node: Node) -> ElementMeta | None:
    """The class that reads a child element; None where the field keeps no element."""
    if field.kind not in ("child", "children", "choice"):
        return None
    if field.arms is None:
        return element_class(field)
    if field.on is None:
        return arm_class(field.arms[str(node.tag)])
    key = node.get(field.on[1:]) if field.on.startswith("@") else parent.get(field.on)
    return arm_class(field.arms.get(key, field.arms.get(None)))
