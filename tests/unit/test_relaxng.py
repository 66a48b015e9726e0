"""The RELAX NG validator: what patterns accept, what is told of the first thing that does not fit."""

from __future__ import annotations

import pytest

from purevirt.model._engine import parse_tree
from purevirt.model._relaxng import load
from purevirt.model._relaxng.datatypes import datatype

HEAD = '<grammar xmlns="http://relaxng.org/ns/structure/1.0" datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">'


def matches(pattern: str, *documents: str) -> list[bool]:
    schema = load(f"{HEAD}<start>{pattern}</start></grammar>")
    return [schema.first_problem(parse_tree(text)) is None for text in documents]


ROOM = """<element name="room"><interleave>
  <optional><attribute name="floor"><data type="unsignedByte"/></attribute></optional>
  <attribute name="kind"><choice><value>hall</value><value>attic</value></choice></attribute>
  <element name="door"><empty/></element>
  <zeroOrMore><element name="window"><attribute name="w"/><text/></element></zeroOrMore>
</interleave></element>"""


@pytest.mark.parametrize(
    ("document", "what", "name", "known"),
    [
        ("<room kind='hall'><door/></room>", None, "", False),
        ("<room kind='hall'><window w='1'/><door/><window w='2'>text</window></room>", None, "", False),
        ("<house/>", "element", "house", False),
        ("<room kind='hall' colour='red'><door/></room>", "attribute", "colour", False),
        ("<room kind='cellar'><door/></room>", "attribute", "kind", True),
        ("<room kind='hall' floor='256'><door/></room>", "attribute", "floor", True),
        ("<room floor='1'><door/></room>", "missing attribute", "kind", False),
        ("<room kind='hall'><window/><door/></room>", "missing attribute", "w", False),
        ("<room kind='hall'><window w='1'/></room>", "missing element", "", False),
        ("<room kind='hall'><door/><stair/></room>", "element", "stair", False),
        ("<room kind='hall'><door/><door/></room>", "element", "door", True),
        ("<room kind='hall'>words<door/></room>", "text", "", False),
        ("<room kind='hall'><door>words</door></room>", "text", "", False),
    ],
)
def test_first_problem(document: str, what: str | None, name: str, known: bool) -> None:
    problem = load(f"{HEAD}<start>{ROOM}</start></grammar>").first_problem(parse_tree(document))
    found = (problem.what, problem.name, problem.known) if problem is not None else (None, "", False)
    assert found == (what, name, known)


def test_branches_are_told_apart_late() -> None:
    pattern = """<element name="a"><choice>
      <group><attribute name="t"><value>x</value></attribute><element name="b"><attribute name="p"/></element></group>
      <group><optional><attribute name="t"><value>y</value></attribute></optional><element name="b"><empty/></element></group>
    </choice></element>"""
    documents = ("<a t='x'><b p=''/></a>", "<a t='y'><b/></a>", "<a><b/></a>", "<a><b p=''/></a>", "<a t='x'><b/></a>")
    assert matches(pattern, *documents) == [True, True, True, False, False]


def test_namespaces() -> None:
    pattern = '<element name="a"><element name="b" ns="http://b/"><attribute name="c"/></element></element>'
    prefixed = ("<a><x:b xmlns:x='http://b/' c=''/></a>", "<a xmlns:x='http://b/'><x:b c=''/></a>")
    assert matches(pattern, *prefixed, "<a><b xmlns='http://b/' c=''/></a>") == [True, True, True]
    assert matches(pattern, "<a><b c=''/></a>", "<a><x:b xmlns:x='http://d/' c=''/></a>") == [False, False]


def test_anything() -> None:
    pattern = """<element name="a"><ref name="any"/></element></start><define name="any"><zeroOrMore><choice><text/>
      <attribute><anyName/></attribute><element><anyName/><ref name="any"/></element></choice></zeroOrMore></define><start>"""
    assert matches(pattern, "<a/>", "<a b='1' c='2'>text<d><e f=''/></d>more</a>") == [True, True]


def test_recursion_and_depth() -> None:
    schema = load(f"""{HEAD}<start><ref name="n"/></start>
      <define name="n"><element name="n"><optional><ref name="n"/></optional></element></define></grammar>""")
    deep = "<n>" * 200 + "</n>" * 200
    assert schema.first_problem(parse_tree(deep)) is None
    assert schema.first_problem(parse_tree(deep.replace("<n></n>", "<n><n/><n/></n>"))) is not None


@pytest.mark.parametrize(
    ("name", "facets", "good", "bad"),
    [
        ("unsignedInt", [], ["0", " 7 ", "+5", "4294967295"], ["", "-1", "4294967296", "0x1", "1.0", "9" * 60]),
        ("long", [], ["-9223372036854775808"], ["9223372036854775808", "x"]),
        ("positiveInteger", [], ["1"], ["0", "-3"]),
        ("integer", [("minInclusive", "-1"), ("maxInclusive", "9")], ["-1", "9"], ["-2", "10"]),
        ("double", [], ["1", "-1.5e3", ".5"], ["", "x", "1e"]),
        ("string", [("pattern", "[a-c$^]+$")], ["ab$", "^$"], ["ab", "d$"]),
        ("string", [("maxLength", "3")], ["", "abc"], ["abcd"]),
    ],
)
def test_datatypes(name: str, facets: list[tuple[str, str]], good: list[str], bad: list[str]) -> None:
    check = datatype(name, facets)
    assert [text for text in good if not check(text)] == []
    assert [text for text in bad if check(text)] == []


@pytest.mark.parametrize(
    "schema",
    ["", "<start><externalRef href='x'/></start>", "<start><data type='token'/></start>"],
)
def test_what_is_not_understood(schema: str) -> None:
    with pytest.raises(ValueError):
        load(f"{HEAD}{schema}</grammar>")
