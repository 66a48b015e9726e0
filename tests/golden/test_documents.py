"""Documents of our own: written exactly as they are read, and valid by the schemas that libvirt installs and that we emit."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from golden.documents import Document, documents
from purevirt.model._engine.rng import relax_ng
from purevirt.model.documents import document_class

SCHEMAS = Path("/usr/share/libvirt/schemas")
DOCUMENTS = documents()
BEYOND_SCHEMA = {
    "nwfilter/ipv6-state": "the page and the parser know connection states of IPv6, the schema does not",
    "domain/beyond-the-schema": "credentials of any source, ACPI indexes and USB masters of any device, file systems of volumes",
    "domain/old-spellings": "the terminal of a channel",
}
"""What libvirt reads though its schema does not have it."""
PLAIN = [d for d in DOCUMENTS if not d.status]
PRIVATE = ("migrationcookie", "savecookie")
"""What daemons tell one another: libvirt has no schema of it."""


def name_of(document: Document) -> str:
    return f"{document.path.parent.name}/{document.path.stem}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_written_as_read(document: Document) -> None:
    element = document.cls.from_xml(document.text, document.read_flags)  # type: ignore[attr-defined]
    assert element.to_xml(document.write_flags) == document.expected
    assert element.copy() == element


@cache
def schema(kind: str, source: str) -> Any:
    etree = pytest.importorskip("lxml.etree")
    if source == "libvirt":
        path = SCHEMAS / f"{kind}.rng"
        if not path.exists():
            pytest.skip(f"no {path}: libvirt is not installed")
        return etree.RelaxNG(etree.parse(str(path)))
    return etree.RelaxNG(etree.fromstring(relax_ng(document_class(kind)).encode()))


@pytest.mark.parametrize(
    ("document", "source"),
    [(d, source) for d in PLAIN for source in ("libvirt", "ours") if source == "ours" or d.kind not in PRIVATE],
    ids=lambda v: v if isinstance(v, str) else name_of(v),
)
def test_schema_accepts(document: Document, source: str) -> None:
    etree = pytest.importorskip("lxml.etree")
    grammar = schema(document.kind, source)
    valid = name_of(document) not in BEYOND_SCHEMA
    assert grammar.validate(etree.fromstring(document.text)) == valid, grammar.error_log
