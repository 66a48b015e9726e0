"""Every declared XML field is written and read back: by a sample made from the declarations, or a golden document of our own.

A field counts as exercised when an element read from what was written holds a value in it that a new element does not. An
attribute that reading turns into something else (a unit, a discriminator) counts when the document reads differently
without it. A class that is its base under another tag (`InactiveDomain`) counts with it. The few fields that cannot be read
back are in `not_kept.py`, with what they do instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from xml.etree.ElementTree import Element as Node

import pytest

from declared.not_kept import NOT_KEPT, READ, Fixed, Ignored, Refused, Told
from golden.documents import Document, documents
from purevirt.errors import VirtError
from purevirt.model._engine import Element, FormatContext, ParseContext, parse_tree, write_element
from purevirt.model._engine.element import ElementMeta
from purevirt.model._engine.unknown import class_of, fields_by_tag
from purevirt.model.documents import DOCUMENTS, TOLD_DOCUMENTS, document_class
from purevirt.testing.samples import classes_of, samples

EVERYTHING = FormatContext(secure=True, status=True, actual_net=True, internal=True)
KINDS = sorted({**DOCUMENTS, **TOLD_DOCUMENTS})
READ_ALL = (ParseContext(status=True, actual_net=True, internal=True), ParseContext(inactive=True), ParseContext())

Declared = tuple[ElementMeta, str]


def exercised_in(element: Element) -> Iterator[Declared]:
    """Fields with a value of their own, here and below."""
    cls = type(element)
    for field in cls._fields:
        value = getattr(element, field.name)
        if value != field.initial():
            yield cls, field.name
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Element):
                yield from exercised_in(inner)


def written(element: Element) -> str:
    if element.tag:
        return element.to_xml(EVERYTHING)
    out: list[str] = []
    write_element(element, out, "", EVERYTHING, tag="sample")  # a class whose parents name it
    return "".join(out)


def from_samples(cls: ElementMeta) -> set[Declared]:
    found: set[Declared] = set()
    for _field, element in samples(cls):
        for ctx in READ_ALL:
            try:
                text = written(element)
                if text:
                    found.update(exercised_in(cls.from_node(parse_tree(text), ctx)))
            except VirtError:
                continue
    return found


def attributes_of(cls: ElementMeta, node: Node) -> Iterator[tuple[ElementMeta, str, Node, str]]:
    """(class, field, node, XML name) of every declared attribute that the document has."""
    for field in cls._fields:
        if field.kind == "attr" and field.xml in node.attrib:
            yield cls, field.name, node, str(field.xml)
    by_tag = fields_by_tag(cls)
    for c in node:
        for field in by_tag.get(c.tag, []):
            for parent, own in [(node, c)] if field.inside is None else [(c, inner) for inner in c]:
                inner_cls = class_of(field, parent, own)
                if inner_cls is not None:
                    yield from attributes_of(inner_cls, own)


def told_apart(document: Document, wanted: set[Declared]) -> Iterator[Declared]:
    """Those of the wanted attributes without which the document reads differently, or not at all."""
    root = parse_tree(document.text)
    whole = document.cls.from_node(root, document.read_flags)  # type: ignore[attr-defined]
    for cls, name, node, xml in attributes_of(document.cls, root):
        if (cls, name) not in wanted:
            continue
        value = node.attrib.pop(xml)
        try:
            if document.cls.from_node(root, document.read_flags) != whole:  # type: ignore[attr-defined]
                yield cls, name
        except VirtError:
            yield cls, name
        node.set(xml, value)


@cache
def from_documents() -> frozenset[Declared]:
    found: set[Declared] = set()
    for document in documents():
        element = document.cls.from_xml(document.text, document.read_flags)  # type: ignore[attr-defined]
        again = document.cls.from_xml(element.to_xml(document.write_flags), document.read_flags)  # type: ignore[attr-defined]
        found.update(exercised_in(again))
    return frozenset(found)


HOOKS = frozenset(("check_node", "after_parse", "shown", "format_xml", "from_node"))


def is_its_base(cls: ElementMeta) -> bool:
    """Whether only the tag is another."""
    return not cls._own and not HOOKS & vars(cls).keys() and cls.__base__ is not Element


def missing_of(cls: ElementMeta) -> list[str]:
    found = from_documents() | from_samples(cls)
    wanted = {(cls, f.name) for f in cls._fields if f"{cls.__qualname__}.{f.name}" not in NOT_KEPT} - found
    for document in documents() if wanted else ():
        wanted -= set(told_apart(document, wanted))
        if not wanted:
            break
    if wanted and is_its_base(cls):
        return missing_of(cls.__base__)  # type: ignore[arg-type]
    return [f.name for f in cls._fields if (cls, f.name) in wanted]


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_read_back(kind: str) -> None:
    missing = {cls.__qualname__: absent for cls in classes_of(document_class(kind)) if (absent := missing_of(cls))}
    assert not missing


def test_what_is_not_kept_is_declared() -> None:
    declared = {f"{c.__qualname__}.{f.name}" for kind in KINDS for c in classes_of(document_class(kind)) for f in c._fields}
    assert not NOT_KEPT.keys() - declared


def read(cls: ElementMeta, xml: str) -> Element:
    element: Element = cls.from_node(parse_tree(xml), READ)
    return element


@pytest.mark.parametrize("field", sorted(f for f, case in NOT_KEPT.items() if isinstance(case, Told)))
def test_told_and_not_taken_over(field: str) -> None:
    case = NOT_KEPT[field]
    assert isinstance(case, Told)
    text = case.element.to_xml()
    assert case.said in text
    again = read(type(case.element), text)
    assert case.said not in again.to_xml()
    setattr(again, field.partition(".")[2], getattr(case.element, field.partition(".")[2]))
    assert again == case.element


@pytest.mark.parametrize("field", sorted(f for f, case in NOT_KEPT.items() if isinstance(case, Ignored)))
def test_read_past(field: str) -> None:
    case = NOT_KEPT[field]
    assert isinstance(case, Ignored)
    assert read(case.cls, case.xml.format(case.part)) == read(case.cls, case.xml.format(""))


@pytest.mark.parametrize("field", sorted(f for f, case in NOT_KEPT.items() if isinstance(case, Refused)))
def test_refused(field: str) -> None:
    case = NOT_KEPT[field]
    assert isinstance(case, Refused)
    read(case.cls, case.xml.format(""))
    with pytest.raises(VirtError):
        read(case.cls, case.xml.format(case.part))


@pytest.mark.parametrize("field", sorted(f for f, case in NOT_KEPT.items() if isinstance(case, Fixed)))
def test_the_only_word(field: str) -> None:
    case = NOT_KEPT[field]
    assert isinstance(case, Fixed)
    assert case.part in read(case.cls, case.xml.format("")).to_xml()
    with pytest.raises(VirtError):
        read(case.cls, case.xml.format(case.other))
