"""Matching a tree against patterns: after each step, the pattern that the rest must match."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element as Node

from purevirt.model._relaxng.pattern import ANY, EMPTY, NOT_ALLOWED, Name, Pattern, Patterns


@dataclass(frozen=True, slots=True)
class Problem:
    """The first thing that does not fit, in document order.

    `what`: "element" (`name` stands where it may not), "attribute" (`name` of `node` is not known or has a wrong value),
    "missing attribute" (or attributes that do not go together), "text" (the text of `node` is wrong), "missing element"
    (`name` is one that could stand there, if there is just one).
    """

    what: str
    node: Node
    parents: tuple[Node, ...]
    name: str = ""
    known: bool = False
    """The schema knows the name here: the attribute's value is wrong, the element is one too many or excluded by others."""
    optional: bool = False
    """For attributes: without it the start tag would be right."""


class _Found(Exception):
    def __init__(self, what: str, node: Node, name: str = "", known: bool = False, optional: bool = False) -> None:
        self.what = what
        self.node = node
        self.name = name
        self.known = known
        self.optional = optional


Scope = dict[str, str]
"""Namespace URIs by prefix; "" for names without one."""
_XMLNS: Final = "xmlns"


class Schema:
    """A schema ready for use; one object serves any number of documents, and is quicker the more it has seen."""

    def __init__(self, patterns: Patterns, start: Pattern) -> None:
        self._make = patterns
        self._start = start

    def first_problem(self, root: Node, prefixes: Mapping[str, str] | None = None) -> Problem | None:
        """What is wrong with the document, None when it is valid.

        `root` is a tree whose names stand as written (`prefix:name`), with `xmlns` attributes among the others; `prefixes`
        are namespace URIs of prefixes that the document need not declare.
        """
        parents: list[Node] = []
        try:
            self._element(self._start, self._start, root, dict(prefixes or {}), parents)
        except _Found as found:
            return Problem(found.what, found.node, tuple(parents), found.name, found.known, found.optional)
        return None

    # -- the walk ---------------------------------------------------------------------------------------------------

    def _element(self, pattern: Pattern, whole: Pattern, node: Node, scope: Scope, parents: list[Node]) -> Pattern:
        """The pattern behind the element; `whole` is what the parent could hold at its beginning."""
        if any(key.startswith(_XMLNS) for key in node.attrib):
            scope = {**scope, **{key[6:]: uri for key, uri in node.attrib.items() if key.startswith(_XMLNS)}}
        tag = _qualified(node.tag, scope, scope.get("", ""))
        now = self._open(pattern, tag)
        if now is NOT_ALLOWED:
            raise _Found("element", node, node.tag, whole.may_start(tag))
        for key, value in node.attrib.items():
            if not key.startswith(_XMLNS):
                name = _qualified(key, scope, "")
                step = self._attribute(now, name, value)
                if step is NOT_ALLOWED:
                    raise _Found("attribute", node, key, now.may_have(name), self._does_without(now, node, key, scope))
                now = step
        closed = self._close(now)
        if closed is NOT_ALLOWED:
            raise _Found("missing attribute", node, _only_name(now.attributes))
        parents.append(node)
        now = self._content(closed, node, scope, parents)
        parents.pop()
        rest = self._end(now)
        if rest is NOT_ALLOWED:
            raise _Found("missing element", node, _only_name(now.tags))
        return rest

    def _does_without(self, now: Pattern, node: Node, wrong: str, scope: Scope) -> bool:
        """Whether the start tag is right without an attribute; `now` is what stands in front of it."""
        keys = list(node.attrib)
        for key in keys[keys.index(wrong) + 1 :]:
            if not key.startswith(_XMLNS):
                now = self._attribute(now, _qualified(key, scope, ""), node.attrib[key])
        return self._close(now) is not NOT_ALLOWED

    def _content(self, now: Pattern, node: Node, scope: Scope, parents: list[Node]) -> Pattern:
        children = [c for c in node if isinstance(c.tag, str)]
        text = node.text or ""
        if not children:
            text += "".join(c.tail or "" for c in node)
            said = self._text(now, text)
            now = said if text.strip() else self._make.choice((now, said))
            if now is NOT_ALLOWED:
                raise _Found("text", node)
            return now
        tails = [(c.tail or "") for c in node]
        if text.strip() or any(tail.strip() for tail in tails):
            now = self._text(now, text + "".join(tails))
            if now is NOT_ALLOWED:
                raise _Found("text", node)
        whole = now
        for c in children:
            now = self._element(now, whole, c, scope, parents)
        return now

    # -- derivatives ------------------------------------------------------------------------------------------------

    def _open(self, p: Pattern, name: Name) -> Pattern:
        """Behind the name of a start tag: "after" patterns."""
        if not p.may_start(name):
            return NOT_ALLOWED
        found = p.opened.get(name)
        if found is None:
            found = p.opened[name] = self._opened(p, name)
        return found

    def _opened(self, p: Pattern, name: Name) -> Pattern:
        make = self._make
        match p.kind:
            case "element":
                assert p.content is not None
                return make.after(p.content(), EMPTY)
            case "choice":
                return make.choice([self._open(part, name) for part in p.parts])
            case "one_or_more":
                again = make.optional(p)
                return self._behind(self._open(p.parts[0], name), lambda rest: make.group(rest, again))
            case "group":
                first, second = p.parts
                found = self._behind(self._open(first, name), lambda rest: make.group(rest, second))
                return make.choice((found, self._open(second, name))) if first.nullable else found
            case "interleave":
                return make.choice([self._in_turn(p, i, self._open(part, name)) for i, part in enumerate(p.parts)])
            case "after":
                content, later = p.parts
                return self._behind(self._open(content, name), lambda rest: make.after(rest, later))
        return NOT_ALLOWED

    def _in_turn(self, p: Pattern, i: int, step: Pattern) -> Pattern:
        """A step in one part of an interleave; the others wait."""
        if step is NOT_ALLOWED:
            return NOT_ALLOWED
        before, behind = p.parts[:i], p.parts[i + 1 :]
        return self._behind(step, lambda rest: self._make.interleave((*before, rest, *behind)))

    def _behind(self, p: Pattern, change: Callable[[Pattern], Pattern]) -> Pattern:
        """The rests of "after" patterns changed."""
        if p.kind == "after":
            return self._make.after(p.parts[0], change(p.parts[1]))
        if p.kind == "choice":
            return self._make.choice([self._behind(part, change) for part in p.parts])
        return NOT_ALLOWED

    def _attribute(self, p: Pattern, name: Name, value: str) -> Pattern:
        if not p.may_have(name):
            return NOT_ALLOWED
        make = self._make
        match p.kind:
            case "attribute":
                inner = p.parts[0]
                fits = (inner.nullable and not value.strip()) or self._text(inner, value).nullable
                return EMPTY if fits else NOT_ALLOWED
            case "after":
                return make.after(self._attribute(p.parts[0], name, value), p.parts[1])
            case "choice":
                return make.choice([self._attribute(part, name, value) for part in p.parts])
            case "one_or_more":
                return make.group(self._attribute(p.parts[0], name, value), make.optional(p))
            case "group":
                first, second = p.parts
                return make.choice(
                    (
                        make.group(self._attribute(first, name, value), second),
                        make.group(first, self._attribute(second, name, value)),
                    )
                )
            case "interleave":
                found = []
                for i, part in enumerate(p.parts):
                    step = self._attribute(part, name, value)
                    if step is not NOT_ALLOWED:
                        found.append(make.interleave((*p.parts[:i], step, *p.parts[i + 1 :])))
                return make.choice(found)
        return NOT_ALLOWED

    def _close(self, p: Pattern) -> Pattern:
        """Behind the start tag: attributes that were not there are not there."""
        if not p.attributes:
            return p
        if p.closed is None:
            make = self._make
            match p.kind:
                case "attribute":
                    p.closed = NOT_ALLOWED
                case "after":
                    p.closed = make.after(self._close(p.parts[0]), p.parts[1])
                case "choice":
                    p.closed = make.choice(map(self._close, p.parts))
                case "group":
                    p.closed = make.group(self._close(p.parts[0]), self._close(p.parts[1]))
                case "interleave":
                    p.closed = make.interleave(map(self._close, p.parts))
                case "one_or_more":
                    p.closed = make.one_or_more(self._close(p.parts[0]))
                case _:
                    p.closed = p
        return p.closed

    def _text(self, p: Pattern, text: str) -> Pattern:
        make = self._make
        match p.kind:
            case "text":
                return p
            case "value" | "data":
                return EMPTY if p.test is not None and p.test(text) else NOT_ALLOWED
            case "after":
                return make.after(self._text(p.parts[0], text), p.parts[1])
            case "choice":
                return make.choice([self._text(part, text) for part in p.parts])
            case "one_or_more":
                return make.group(self._text(p.parts[0], text), make.optional(p))
            case "group":
                first, second = p.parts
                found = make.group(self._text(first, text), second)
                return make.choice((found, self._text(second, text))) if first.nullable else found
            case "interleave":
                steps = [(i, self._text(part, text)) for i, part in enumerate(p.parts)]
                return make.choice(
                    [make.interleave((*p.parts[:i], s, *p.parts[i + 1 :])) for i, s in steps if s is not NOT_ALLOWED]
                )
        return NOT_ALLOWED

    def _end(self, p: Pattern) -> Pattern:
        """Behind the end tag."""
        if p.kind == "choice":
            return self._make.choice([self._end(part) for part in p.parts])
        return p.parts[1] if p.kind == "after" and p.parts[0].nullable else NOT_ALLOWED


def _qualified(name: str, scope: Scope, default: str) -> Name:
    prefix, colon, local = name.partition(":")
    return (scope.get(prefix, prefix), local) if colon else (default, name)


def _only_name(names: frozenset[Name]) -> str:
    return next(iter(names))[1] if len(names) == 1 and ANY not in names else ""
