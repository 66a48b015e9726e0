"""Values of XPath 1.0 expressions over a DOM document: node lists in document order, strings, floats, booleans."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from xml.dom.minidom import Node

from purevirt.cli.virsh.xpath_parse import Expression

Value = Any
"""list of nodes | str | float | bool."""

_TYPES = {
    "text": (Node.TEXT_NODE, Node.CDATA_SECTION_NODE),
    "comment": (Node.COMMENT_NODE,),
    "processing-instruction": (Node.PROCESSING_INSTRUCTION_NODE,),
}
_REVERSE = frozenset({"ancestor", "ancestor-or-self", "preceding", "preceding-sibling"})
_TEXTUAL = (Node.TEXT_NODE, Node.CDATA_SECTION_NODE)


class XPathError(Exception):
    """The expression cannot be evaluated: unknown function, variable or namespace prefix, wrong type."""


def evaluate(tree: Expression, document: Any) -> Value:
    """The expression's value with the root element as context. Raises XPathError."""
    return _Evaluator(document).value(tree, document.documentElement, 1, 1)


class _Evaluator:
    def __init__(self, document: Any) -> None:
        self._document = document
        self._order = {id(node): number for number, node in enumerate(_everything(document))}

    def value(self, tree: Expression, node: Any, position: int, size: int) -> Value:
        match tree:
            case ("number" | "string", value):
                return value
            case ("path", start, steps):
                return self._path(start, steps, node, position, size)
            case ("filter", inner, predicates):
                found = self._nodes(self.value(inner, node, position, size))
                return self._filtered(found, predicates)
            case ("call", name, arguments):
                return self._call(name, [self.value(a, node, position, size) for a in arguments], node, position, size)
            case ("minus", inner):
                return -number(self.value(inner, node, position, size))
            case ("variable", name):
                raise XPathError(f"Undefined variable {name}")
            case ("or", left, right):
                return boolean(self.value(left, node, position, size)) or boolean(self.value(right, node, position, size))
            case ("and", left, right):
                return boolean(self.value(left, node, position, size)) and boolean(self.value(right, node, position, size))
            case (operator, left, right):
                return self._binary(
                    operator, self.value(left, node, position, size), self.value(right, node, position, size)
                )
        raise XPathError(f"unknown expression {tree[0]}")

    # -- node sets

    def _nodes(self, value: Value) -> list[Any]:
        if not isinstance(value, list):
            raise XPathError("Invalid type")
        return value

    def _sorted(self, nodes: list[Any]) -> list[Any]:
        unique = {id(node): node for node in nodes}
        return sorted(unique.values(), key=lambda node: self._order[id(node)])

    def _path(self, start: Any, steps: Sequence[Expression], node: Any, position: int, size: int) -> list[Any]:
        if start == "root":
            nodes = [self._document]
        elif start == "here":
            nodes = [node]
        else:
            nodes = self._nodes(self.value(start, node, position, size))
        for axis, test, predicates in steps:
            found: list[Any] = []
            for one in nodes:
                candidates = [n for n in _axis(axis, one) if self._passes(test, axis, n)]
                found += self._filtered(candidates, predicates)
            nodes = self._sorted(found)
        return nodes

    def _filtered(self, nodes: list[Any], predicates: Sequence[Expression]) -> list[Any]:
        for predicate in predicates:
            kept: list[Any] = []
            for index, node in enumerate(nodes, start=1):
                value = self.value(predicate, node, index, len(nodes))
                if value == index if isinstance(value, float) else boolean(value):
                    kept.append(node)
            nodes = kept
        return nodes

    @staticmethod
    def _passes(test: Expression, axis: str, node: Any) -> bool:
        principal = Node.ATTRIBUTE_NODE if axis == "attribute" else Node.ELEMENT_NODE
        match test:
            case ("kind", "node"):
                return True
            case ("kind", kind):
                return node.nodeType in _TYPES[kind]
            case ("any",):
                return bool(node.nodeType == principal)
            case ("name", "", local):
                return bool(node.nodeType == principal and node.namespaceURI is None and node.nodeName == local)
        raise XPathError("Undefined namespace prefix")

    # -- operators

    def _binary(self, operator: str, left: Value, right: Value) -> Value:
        match operator:
            case "|":
                return self._sorted(self._nodes(left) + self._nodes(right))
            case "+":
                return number(left) + number(right)
            case "-":
                return number(left) - number(right)
            case "*":
                return number(left) * number(right)
            case "div":
                return _divide(number(left), number(right))
            case "mod":
                a, b = number(left), number(right)
                return math.nan if b == 0 or math.isnan(a) or math.isinf(a) or math.isnan(b) else math.fmod(a, b)
        return _compare(operator, left, right)

    def _call(self, name: str, arguments: list[Value], node: Any, position: int, size: int) -> Value:
        if name == "position" and not arguments:
            return float(position)
        if name == "last" and not arguments:
            return float(size)
        if name == "id":
            return []  # no attribute of these documents is declared an ID
        if not arguments and name in _ON_CONTEXT:
            arguments = [[node]]
        entry = _FUNCTIONS.get(name)
        if entry is None:
            raise XPathError(f"function {name} not found")
        least, most, function = entry
        if not least <= len(arguments) <= most:
            raise XPathError(f"Invalid number of arguments of {name}")
        if name in _ON_NODES:
            self._nodes(arguments[0])
        return function(*arguments)


# -- values


def string(value: Value) -> str:
    """XPath's string()."""
    if isinstance(value, list):
        return text_of(value[0]) if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return str(int(value)) if value == int(value) else repr(value)
    return str(value)


def number(value: Value) -> float:
    """XPath's number()."""
    if isinstance(value, (bool, float)):
        return float(value)
    try:
        text = string(value).strip(" \t\r\n")
        return float(text) if text.lstrip("-").replace(".", "", 1).isdigit() else math.nan
    except ValueError:
        return math.nan


def boolean(value: Value) -> bool:
    """XPath's boolean()."""
    return not math.isnan(value) and value != 0 if isinstance(value, float) else bool(value)


def text_of(node: Any) -> str:
    """A node's string value."""
    if node.nodeType in (Node.ELEMENT_NODE, Node.DOCUMENT_NODE):
        return "".join(n.data for n in _descendants(node) if n.nodeType in _TEXTUAL)
    return str(node.nodeValue or "")


def _divide(a: float, b: float) -> float:
    if b != 0:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)


def _compare(operator: str, left: Value, right: Value) -> bool:
    if isinstance(left, list) or isinstance(right, list):
        if isinstance(left, bool) or isinstance(right, bool):
            return _compare(operator, boolean(left), boolean(right))
        lefts = [text_of(n) for n in left] if isinstance(left, list) else [left]
        rights = [text_of(n) for n in right] if isinstance(right, list) else [right]
        return any(_compare(operator, a, b) for a in lefts for b in rights)
    if operator in ("=", "!="):
        if isinstance(left, bool) or isinstance(right, bool):
            same = boolean(left) == boolean(right)
        elif isinstance(left, float) or isinstance(right, float):
            same = number(left) == number(right)
        else:
            same = left == right
        return same == (operator == "=")
    a, b = number(left), number(right)
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator]


# -- axes


def _everything(document: Any) -> Iterator[Any]:
    """All nodes in document order, attributes behind their element."""
    yield document
    for node in _descendants(document):
        yield node
        if node.nodeType == Node.ELEMENT_NODE:
            yield from _attributes(node)


def _descendants(node: Any) -> Iterator[Any]:
    stack = list(reversed(_children(node)))
    while stack:
        one = stack.pop()
        yield one
        stack.extend(reversed(_children(one)))


def _children(node: Any) -> list[Any]:
    return list(node.childNodes) if node.nodeType in (Node.ELEMENT_NODE, Node.DOCUMENT_NODE) else []


def _attributes(element: Any) -> list[Any]:
    """In the order of the document; namespace declarations are no attributes."""
    found = (element.getAttributeNode(name) for name in element.attributes.keys())  # noqa: SIM118 no dict
    return [attribute for attribute in found if attribute.nodeName != "xmlns" and attribute.prefix != "xmlns"]


def _parent(node: Any) -> Any:
    return node.ownerElement if node.nodeType == Node.ATTRIBUTE_NODE else node.parentNode


def _ancestors(node: Any) -> Iterator[Any]:
    node = _parent(node)
    while node is not None:
        yield node
        node = _parent(node)


def _siblings(node: Any, step: str) -> Iterator[Any]:
    one = None if node.nodeType == Node.ATTRIBUTE_NODE else getattr(node, step)
    while one is not None:
        yield one
        one = getattr(one, step)


def _beyond(node: Any, step: str) -> Iterator[Any]:
    """following and preceding: siblings of the node and of its ancestors, with all below them."""
    for base in (node, *_ancestors(node)):
        for sibling in _siblings(base, step):
            below = [sibling, *_descendants(sibling)]
            yield from below if step == "nextSibling" else reversed(below)


def _axis(axis: str, node: Any) -> Iterator[Any] | list[Any]:
    match axis:
        case "child":
            return _children(node)
        case "attribute":
            return _attributes(node) if node.nodeType == Node.ELEMENT_NODE else []
        case "self":
            return [node]
        case "parent":
            parent = _parent(node)
            return [] if parent is None else [parent]
        case "descendant":
            return _descendants(node)
        case "descendant-or-self":
            return [node, *_descendants(node)]
        case "ancestor":
            return _ancestors(node)
        case "ancestor-or-self":
            return [node, *_ancestors(node)]
        case "following-sibling":
            return _siblings(node, "nextSibling")
        case "preceding-sibling":
            return _siblings(node, "previousSibling")
        case "following":
            return _beyond(node, "nextSibling")
        case "preceding":
            return _beyond(node, "previousSibling")
    return []  # namespace nodes: these documents are not asked for them


# -- functions


def _substring(text: Value, start: Value, length: Value = math.inf) -> str:
    first = _round(start)
    end = first + _round(length)
    return "".join(c for i, c in enumerate(string(text), start=1) if first <= i < end)


def _round(value: Value) -> float:
    x = number(value)
    return x if math.isnan(x) or math.isinf(x) else float(math.floor(x + 0.5))


def _translate(text: Value, old: Value, new: Value) -> str:
    table: dict[int, str | None] = {}
    target = string(new)
    for index, char in enumerate(string(old)):
        table.setdefault(ord(char), target[index] if index < len(target) else None)
    return string(text).translate(table)


def _whole(value: Value, how: Callable[[float], int]) -> float:
    x = number(value)
    return x if math.isnan(x) or math.isinf(x) else float(how(x))


def _name(nodes: list[Any], local: bool = False) -> str:
    if not nodes or nodes[0].nodeType not in (Node.ELEMENT_NODE, Node.ATTRIBUTE_NODE):
        return ""
    name = str(nodes[0].nodeName)
    return name.rpartition(":")[2] if local else name


_ON_CONTEXT = frozenset({"string", "number", "string-length", "normalize-space", "name", "local-name", "namespace-uri"})
"""Functions whose missing argument is the context node."""
_ON_NODES = frozenset({"count", "sum", "name", "local-name", "namespace-uri"})
_FUNCTIONS: dict[str, tuple[int, int, Callable[..., Value]]] = {
    "boolean": (1, 1, boolean),
    "ceiling": (1, 1, lambda x: _whole(x, math.ceil)),
    "concat": (2, 999, lambda *parts: "".join(map(string, parts))),
    "contains": (2, 2, lambda a, b: string(b) in string(a)),
    "count": (1, 1, lambda nodes: float(len(nodes))),
    "false": (0, 0, lambda: False),
    "floor": (1, 1, lambda x: _whole(x, math.floor)),
    "lang": (1, 1, lambda _: False),
    "local-name": (1, 1, lambda nodes: _name(nodes, local=True)),
    "name": (1, 1, _name),
    "namespace-uri": (1, 1, lambda nodes: str(nodes[0].namespaceURI or "") if nodes else ""),
    "normalize-space": (1, 1, lambda x: " ".join(string(x).split())),
    "not": (1, 1, lambda x: not boolean(x)),
    "number": (1, 1, number),
    "round": (1, 1, _round),
    "starts-with": (2, 2, lambda a, b: string(a).startswith(string(b))),
    "string": (1, 1, string),
    "string-length": (1, 1, lambda x: float(len(string(x)))),
    "substring": (2, 3, _substring),
    "substring-after": (2, 2, lambda a, b: string(a).partition(string(b))[2]),
    "substring-before": (2, 2, lambda a, b: string(a).partition(string(b))[0] if string(b) in string(a) else ""),
    "sum": (1, 1, lambda nodes: math.fsum(number([n]) for n in nodes)),
    "translate": (3, 3, _translate),
    "true": (0, 0, lambda: True),
}
"""name -> (fewest arguments, most arguments, function)."""
