"""Schemas and documents: what the formatter writes is valid, and our validator says what libxml2 says.

Samples and drawn elements hold values that libvirt's schemas refuse though its parser takes them (a disk called "sample", a
secret without a type). Such a refusal has to be at a place where a declaration says that the schema is the stricter one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any
from xml.etree.ElementTree import Element as Node

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from golden.documents import documents
from property.strategies import elements
from purevirt.errors import VirtError
from purevirt.model._engine import Element, FormatContext, ParseContext, parse_tree
from purevirt.model._engine.element import ElementMeta
from purevirt.model._engine.parse import own_tags
from purevirt.model._engine.rng import relax_ng
from purevirt.model._relaxng import Problem, Schema, load
from purevirt.model.documents import SCHEMAS, document_class, document_schema
from purevirt.model.schema_check import schema
from purevirt.testing.samples import classes_of, samples

SECURE = FormatContext(secure=True)
GOLDEN = [d for d in documents() if not d.status and d.kind in SCHEMAS]


@cache
def stricter(root: ElementMeta) -> tuple[frozenset[str], frozenset[str]]:
    """Names of attributes and elements that a schema restricts, and tags of elements whose parts depend on one another."""
    names: set[str] = set()
    tags: set[str] = set()
    for cls in classes_of(root):
        fields = {f.name: f for f in cls._fields}
        for f in cls._fields:
            if f.rng is not None or f.needed != f.required:
                names.update([str(f.xml)] if f.kind in ("attr", "text") else own_tags(f))
                tags.update([str(cls.tag)] if f.kind == "text" or f.needed != f.required else [])  # type: ignore[attr-defined]
        tags.update([str(cls.tag)] if cls.schema_cases else [])  # type: ignore[attr-defined]
        for hidden in cls.schema_hides:  # type: ignore[attr-defined]
            names.update([str(fields[hidden].xml)] if fields[hidden].kind == "attr" else own_tags(fields[hidden]))
    return frozenset(names), frozenset(tags)


def is_declared(problem: Problem, root: ElementMeta) -> bool:
    names, tags = stricter(root)
    return problem.name in names or problem.node.tag in names or problem.node.tag in tags


def accepted(element: Element) -> str:
    """The text of an element that can be read again; empty when it cannot."""
    try:
        text = element.to_xml(SECURE)
        return type(element).from_node(parse_tree(text), ParseContext()).to_xml(SECURE) if text else ""
    except VirtError:
        return ""


@pytest.mark.parametrize("kind", SCHEMAS)
def test_what_is_written_is_valid(kind: str) -> None:
    root = document_class(kind)
    wrong = []
    elsewhere = set(classes_of(document_class("domain"))) if kind != "domain" else set()
    for cls in classes_of(root):
        if cls in elsewhere or ":" in str(cls.tag):  # type: ignore[attr-defined]
            continue
        own = load(relax_ng(cls))
        for _, element in samples(cls):
            text = accepted(element)
            problem = own.first_problem(parse_tree(text)) if text else None
            if problem is not None and not is_declared(problem, root):
                wrong.append((cls.__name__, problem.what, problem.name, text))
    assert not wrong


@pytest.mark.parametrize("kind", SCHEMAS)
@settings(max_examples=12, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whole_documents_are_valid(kind: str, data: st.DataObject) -> None:
    cls = document_class(kind)
    text = accepted(data.draw(elements(cls)))
    problem = schema(kind).first_problem(parse_tree(text)) if text else None
    assert problem is None or is_declared(problem, cls), (problem, text)


@cache
def schemas(kind: str) -> tuple[Schema, Any]:
    etree = pytest.importorskip("lxml.etree")
    return schema(kind), etree.RelaxNG(etree.fromstring(document_schema(kind).encode()))


def mutations(root: Node, seed: int) -> Iterator[None]:
    """Some changes to the tree, one at a time, each undone when the next is asked for."""
    nodes = [node for node in root.iter() if isinstance(node.tag, str)]
    for i in range(seed % 7, len(nodes), 7):
        node = nodes[i]
        for key, value in list(node.attrib.items()):
            if key.startswith("xmlns"):
                continue
            for other in ("", "1", "no such word"):
                node.set(key, other)
                yield
            del node.attrib[key]
            yield
            node.set(key, value)
        node.set("unheard-of", "1")
        yield
        del node.attrib["unheard-of"]
        for child in list(node)[:4]:
            at = list(node).index(child)
            node.remove(child)
            yield
            node.insert(at, child)
            node.insert(at, child)
            yield
            node.remove(child)
        text, node.text = node.text, "words"
        yield
        node.text = text


@pytest.mark.parametrize("number", range(len(GOLDEN)), ids=[f"{d.kind}/{d.path.stem}" for d in GOLDEN])
def test_validator_agrees_with_libxml2(number: int) -> None:
    document = GOLDEN[number]
    ours, theirs = schemas(document.kind)
    etree = pytest.importorskip("lxml.etree")
    tree = parse_tree(document.text)
    # libxml2 takes a third of a second for the largest of them.
    for _ in islice(mutations(tree, number), 40_000 // len(document.text)):
        text = _written(tree)
        assert (ours.first_problem(tree) is None) == theirs.validate(etree.fromstring(text)), (text, theirs.error_log)


def _written(tree: Node) -> bytes:
    from xml.etree import ElementTree

    return ElementTree.tostring(tree)
