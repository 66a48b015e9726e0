"""The text of a schema to patterns."""

from __future__ import annotations

from functools import partial
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element as Node

from purevirt.model._relaxng.datatypes import collapse, datatype
from purevirt.model._relaxng.match import Schema
from purevirt.model._relaxng.pattern import ANY, EMPTY, NOT_ALLOWED, TEXT, Name, Pattern, Patterns

_RNG: Final = "{http://relaxng.org/ns/structure/1.0}"


def load(text: str) -> Schema:
    """The schema. ValueError for what is not understood here."""
    return _Reader(ElementTree.fromstring(text)).schema()


class _Reader:
    def __init__(self, root: Node) -> None:
        self.make = Patterns()
        self.root = root
        self.defines = {str(node.get("name")): node for node in root.iter(_RNG + "define")}
        self.read: dict[str, Pattern] = {}

    def schema(self) -> Schema:
        start = self.root.find(_RNG + "start")
        if start is None:
            raise ValueError("no start")
        return Schema(self.make, self._all(start))

    def _all(self, node: Node) -> Pattern:
        """What stands in an element, one behind the other."""
        result = EMPTY
        for part in reversed(node):
            result = self.make.group(self._one(part), result)
        return result

    def _named(self, name: str) -> Pattern:
        found = self.read.get(name)
        if found is None:
            found = self.read[name] = self._all(self.defines[name])
        return found

    def _one(self, node: Node) -> Pattern:
        make = self.make
        kind = node.tag.removeprefix(_RNG)
        match kind:
            case "element":
                # Read when it is entered: schemas are recursive here and nowhere else.
                return Pattern("element", name=_name(node), content=partial(self._content, node))
            case "attribute":
                parts = [part for part in node if part.tag != _RNG + "anyName"]
                inner = self._one(parts[0]) if parts else TEXT
                return Pattern("attribute", (inner,), name=_name(node))
            case "ref":
                return self._named(str(node.get("name")))
            case "text":
                return TEXT
            case "empty":
                return EMPTY
            case "notAllowed":
                return NOT_ALLOWED
            case "optional":
                return make.optional(self._all(node))
            case "oneOrMore":
                return make.one_or_more(self._all(node))
            case "zeroOrMore":
                return make.optional(make.one_or_more(self._all(node)))
            case "choice":
                return make.choice(map(self._one, node))
            case "interleave":
                return make.interleave(map(self._one, node))
            case "group":
                return self._all(node)
            case "value":
                word = collapse(node.text or "")
                return Pattern("value", test=lambda text: collapse(text) == word)
            case "data":
                facets = [(str(p.get("name")), p.text or "") for p in node.iter(_RNG + "param")]
                return Pattern("data", test=datatype(str(node.get("type")), facets))
        raise ValueError(f"no pattern {node.tag}")

    def _content(self, node: Node) -> Pattern:
        result = EMPTY
        for part in reversed([p for p in node if p.tag != _RNG + "anyName"]):
            result = self.make.group(self._one(part), result)
        return result


def _name(node: Node) -> Name:
    given = node.get("name")
    return (node.get("ns") or "", given) if given is not None else ANY
