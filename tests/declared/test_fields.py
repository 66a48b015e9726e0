"""Every declared XML field is written and read back somewhere: by a sample of its own, or by a document of the corpora.

A field counts as exercised when an element read from XML text holds a value in it that a new element does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from conftest import ROOT, corpus_directory
from purevirt.errors import VirtError
from purevirt.model._engine import Element, FormatContext, ParseContext, parse_tree
from purevirt.model._engine.element import ElementMeta
from purevirt.model.documents import DOCUMENTS, document_class
from purevirt.testing.samples import classes_of, samples

EVERYTHING = FormatContext(secure=True, status=True, actual_net=True, internal=True)
UNEXERCISED = Path(__file__).parent / "unexercised.json"
"""Fields that nothing exercises yet, per class: a debt that may only shrink."""
SUITES = ("qemuxml2xml", "genericxml2xml", "qemustatusxml2xml", "networkxml2xml", "nodedevxml2xml", "storagepoolxml2xml")
READ_ALL = (ParseContext(status=True, actual_net=True, internal=True), ParseContext(inactive=True), ParseContext())


def exercised_in(element: Element) -> Iterator[tuple[ElementMeta, str]]:
    """Fields with a value of their own, here and below."""
    cls = type(element)
    for field in cls._fields:
        value = getattr(element, field.name)
        if value != field.initial():
            yield cls, field.name
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Element):
                yield from exercised_in(inner)


def from_samples(cls: ElementMeta) -> set[tuple[ElementMeta, str]]:
    found: set[tuple[ElementMeta, str]] = set()
    for _field, element in samples(cls):
        for ctx in READ_ALL:
            try:
                text = element.to_xml(EVERYTHING)
                if text:
                    found.update(exercised_in(cls.from_node(parse_tree(text), ctx)))
            except VirtError:
                continue
    return found




@cache
def from_documents() -> frozenset[tuple[ElementMeta, str]]:
    found: set[tuple[ElementMeta, str]] = set()
    by_tag = {str(c.tag): c for kind in DOCUMENTS for c in [document_class(kind)]}  # type: ignore[attr-defined]
    for path in _documents():
        text = path.read_text(encoding="utf-8", errors="replace")
        for ctx in READ_ALL:
            try:
                root = parse_tree(text)
                cls = by_tag.get(str(root.tag))
                if cls is not None:
                    found.update(exercised_in(cls.from_node(root, ctx)))
            except VirtError:
                break
    return frozenset(found)


def _documents() -> Iterator[Path]:
    yield from sorted((ROOT / "tests" / "golden").rglob("*.xml"))
    corpus = corpus_directory()
    if corpus is not None:
        for suite in SUITES:
            yield from sorted((corpus / suite).rglob("*.xml"))


@pytest.mark.parametrize("kind", sorted(DOCUMENTS))
def test_every_field_is_read_back(kind: str) -> None:
    missing: dict[str, list[str]] = {}
    for cls in classes_of(document_class(kind)):
        found = from_samples(cls)
        absent = [f.name for f in cls._fields if (cls, f.name) not in found]
        if absent:
            documents = from_documents()
            absent = [name for name in absent if (cls, name) not in documents]
        if absent:
            missing[cls.__qualname__] = absent
    known = json.loads(UNEXERCISED.read_text(encoding="utf-8"))
    new = {cls: sorted(set(names) - set(known.get(cls, []))) for cls, names in missing.items()}
    assert not {cls: names for cls, names in new.items() if names}
