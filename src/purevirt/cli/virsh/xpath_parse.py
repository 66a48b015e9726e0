"""XPath 1.0 expressions as trees of tuples.

("path", start, steps): start is "root", "here" or an expression; a step is (axis, test, predicates), a test is
("name", prefix, local), ("any",), ("all-of", prefix), ("kind", "node" | "text" | "comment" | "processing-instruction").
("filter", expression, predicates), ("call", name, arguments), ("number", value), ("string", value), ("minus", a),
("variable", name) and (operator, left, right) for or, and, =, !=, <, <=, >, >=, +, -, *, div, mod, |.
"""

from __future__ import annotations

import re
from typing import Any

AXES = frozenset(
    [
        "ancestor", "ancestor-or-self", "attribute", "child", "descendant", "descendant-or-self", "following",
        "following-sibling", "namespace", "parent", "preceding", "preceding-sibling", "self",
    ]
)  # fmt: skip
KINDS = frozenset({"node", "text", "comment", "processing-instruction"})
EVERYWHERE: tuple[Any, ...] = ("descendant-or-self", ("kind", "node"), [])
_LEVELS = (("or",), ("and",), ("=", "!="), ("<=", "<", ">=", ">"), ("+", "-"), ("*", "div", "mod"))
"""Binary operators from the loosest to the tightest; all bind to the left."""
_NAME = r"[^\W\d][\w.\-]*"
_TOKEN = re.compile(
    rf"""\s*(?:
        (?P<number>\d+(?:\.\d*)?|\.\d+)
      | (?P<string>"[^"]*"|'[^']*')
      | (?P<variable>\$(?:{_NAME}:)?{_NAME})
      | (?P<symbol>::|//|\.\.|!=|<=|>=|[()\[\].@,/|+\-=<>])
      | (?P<name>{_NAME}:\*|{_NAME}:(?!:){_NAME}|{_NAME}|\*)
    )""",
    re.VERBOSE,
)

Expression = tuple[Any, ...]


class XPathSyntaxError(Exception):
    """The text is no XPath expression."""


def parse(text: str) -> Expression:
    """The expression's tree. Raises XPathSyntaxError."""
    parser = _Parser(_tokens(text))
    tree = parser.binary(0)
    if parser.peek() != ("end", ""):
        raise XPathSyntaxError(text)
    return tree


def _tokens(text: str) -> list[tuple[str, str]]:
    """(kind, text) pairs; names and stars that stand where only an operator can are operators."""
    out: list[tuple[str, str]] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            raise XPathSyntaxError(text)
        kind = match.lastgroup or ""
        word = match[kind]
        if kind == "name" and out and _ends_operand(out[-1]):
            if word not in ("*", "and", "or", "div", "mod"):
                raise XPathSyntaxError(text)
            kind = "symbol"
        out.append((kind, word))
        position = match.end()
    return [*out, ("end", "")]


def _ends_operand(token: tuple[str, str]) -> bool:
    kind, word = token
    return kind in ("number", "string", "variable", "name") or word in (")", "]", ".", "..")


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def peek(self, ahead: int = 0) -> tuple[str, str]:
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)]

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self._at += 1
        return token

    def accept(self, *words: str) -> str | None:
        kind, word = self.peek()
        if kind == "symbol" and word in words:
            self._at += 1
            return word
        return None

    def expect(self, word: str) -> None:
        if self.accept(word) is None:
            raise XPathSyntaxError(f"{word} expected")

    def binary(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while (operator := self.accept(*_LEVELS[level])) is not None:
            left = (operator, left, self.binary(level + 1))
        return left

    def unary(self) -> Expression:
        if self.accept("-"):
            return ("minus", self.unary())
        left = self.path()
        while self.accept("|"):
            left = ("|", left, self.path())
        return left

    def path(self) -> Expression:
        if self.accept("//"):
            return ("path", "root", [EVERYWHERE, *self.relative()])
        if self.accept("/"):
            return ("path", "root", self.relative() if self._starts_step() else [])
        kind, word = self.peek()
        is_call = kind == "name" and self.peek(1) == ("symbol", "(") and word not in KINDS
        if kind not in ("number", "string", "variable") and word != "(" and not is_call:
            return ("path", "here", self.relative())
        start = self.primary()
        predicates = self.predicates()
        if predicates:
            start = ("filter", start, predicates)
        if self.accept("//"):
            return ("path", start, [EVERYWHERE, *self.relative()])
        if self.accept("/"):
            return ("path", start, self.relative())
        return start

    def primary(self) -> Expression:
        kind, word = self.take()
        if kind == "number":
            return ("number", float(word))
        if kind == "string":
            return ("string", word[1:-1])
        if kind == "variable":
            return ("variable", word[1:])
        if word == "(":
            inner = self.binary(0)
            self.expect(")")
            return inner
        self.expect("(")
        arguments: list[Expression] = []
        if not self.accept(")"):
            arguments.append(self.binary(0))
            while self.accept(","):
                arguments.append(self.binary(0))
            self.expect(")")
        return ("call", word, arguments)

    def relative(self) -> list[Expression]:
        steps = [self.step()]
        while (slash := self.accept("/", "//")) is not None:
            if slash == "//":
                steps.append(EVERYWHERE)
            steps.append(self.step())
        return steps

    def _starts_step(self) -> bool:
        kind, word = self.peek()
        return kind == "name" or word in (".", "..", "@")

    def step(self) -> Expression:
        if self.accept("."):
            return ("self", ("kind", "node"), [])
        if self.accept(".."):
            return ("parent", ("kind", "node"), [])
        axis = "child"
        if self.accept("@"):
            axis = "attribute"
        elif self.peek(1) == ("symbol", "::"):
            axis = self.take()[1]
            self.expect("::")
            if axis not in AXES:
                raise XPathSyntaxError(axis)
        return (axis, self.test(), self.predicates())

    def test(self) -> Expression:
        kind, word = self.take()
        if kind != "name":
            raise XPathSyntaxError(f"a step expected at {word!r}")
        if word in KINDS and self.accept("("):
            if word == "processing-instruction" and self.peek()[0] == "string":
                self.take()
            self.expect(")")
            return ("kind", word)
        if word == "*":
            return ("any",)
        prefix, _, local = word.rpartition(":")
        return ("all-of", prefix) if local == "*" else ("name", prefix, local)

    def predicates(self) -> list[Expression]:
        found: list[Expression] = []
        while self.accept("["):
            found.append(self.binary(0))
            self.expect("]")
        return found
