"""Where in a document a mistake is that only later stages see: they know an element or its path, the text knows the line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from xml.etree.ElementTree import Element as Node

from purevirt.errors import VirtError
from purevirt.model._engine.element import Element
from purevirt.model._engine.parse import own_tags
from purevirt.model._engine.tree import locate, parse_tree


class blamed:
    """An error raised inside that does not say where is the fault of `element`, unless something inside blamed a part of it.

    A class, not a generator: it stands around every device of every definition, several times.
    """

    __slots__ = ("_element",)

    def __init__(self, element: Element) -> None:
        self._element = element

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, VirtError) and error.where is None and getattr(error, "element", None) is None:
            error.element = self._element  # type: ignore[attr-defined]


@contextmanager
def placed(text: str, root: Element) -> Iterator[None]:
    """An error raised inside gets its place in `text`, of which `root` was read: from the element that is `blamed`, from
    the bare path ("/domain/os/loader") that its `where` says, else that of the document as a whole.
    """
    try:
        yield
    except VirtError as error:
        element = getattr(error, "element", None)
        if error.where is None:
            tree = parse_tree(text)
            node = node_of(root, tree, element) if element is not None else None
            error.where = locate(tree, tree if node is None else node, text)
        elif error.where is not None and error.where.startswith("/") and ", line " not in error.where:
            error.where = _of_path(error.where, text)
        raise


def _of_path(path: str, text: str) -> str:
    """The path with its line; of the nearest element around it, where the document does not have it."""
    tree = parse_tree(text)
    node = tree
    for step in path.split("/")[2:]:
        found = node.find(step)
        if found is None:
            break
        node = found
    return locate(tree, node, text)


def node_of(element: Element, node: Node, wanted: Element) -> Node | None:
    """The node that `wanted` was read from, `element` from `node`; None when it is not below.

    Where a stage has added or removed elements beside it, so that the counts differ, the node around them.
    """
    if element is wanted:
        return node
    for field in type(element)._fields:
        value = getattr(element, field.name)
        inner = [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, Element)]
        if not any(_contains(v, wanted) for v in inner):
            continue
        around = node if field.inside is None else node.find(field.inside)
        nodes = [] if around is None else [c for c in around if c.tag in own_tags(field)]
        if len(nodes) != len(inner):
            return node
        return next(found for v, n in zip(inner, nodes, strict=True) if (found := node_of(v, n, wanted)) is not None)
    return None


def _contains(element: Element, wanted: Element) -> bool:
    if element is wanted:
        return True
    for field in type(element)._fields:
        value = getattr(element, field.name)
        for inner in value if isinstance(value, list) else (value,):
            if isinstance(inner, Element) and _contains(inner, wanted):
                return True
    return False
