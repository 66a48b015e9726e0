"""parse ∘ format is the identity for every document kind.

Of what is read, an element that says nothing is not written; nothing else may differ. Read and written as a persistent
definition, a document loses what only a running guest has, once: the second time the text is the same.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from property.strategies import changed_documents
from purevirt.model._engine import Element, FormatContext, ParseContext
from purevirt.model._engine.walk import differences
from purevirt.model.documents import DOCUMENTS, TOLD_DOCUMENTS

READ_STORED, WRITE_STORED = ParseContext(inactive=True), FormatContext(secure=True, inactive=True)


def says_nothing(value: object) -> bool:
    return isinstance(value, Element) and value == type(value)()


@pytest.mark.parametrize("kind", sorted({**DOCUMENTS, **TOLD_DOCUMENTS}))
@settings(max_examples=25, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_format_then_parse_changes_nothing(kind: str, data: st.DataObject) -> None:
    document, text = data.draw(changed_documents(kind))
    first = document.cls.from_xml(text, document.read_flags)  # type: ignore[attr-defined]
    written = first.to_xml(document.write_flags)
    again = document.cls.from_xml(written, document.read_flags)  # type: ignore[attr-defined]
    assert again.to_xml(document.write_flags) == written
    assert not [d.path for d in differences(first, again) if not (says_nothing(d.old) and d.new is None)]
    assert first.copy() == first
    if document.status and document.cls.validated:  # type: ignore[attr-defined]
        return  # what a daemon keeps of these is more than the schema that a client's is held against
    stored = document.cls.from_xml(text, READ_STORED).to_xml(WRITE_STORED)  # type: ignore[attr-defined]
    assert document.cls.from_xml(stored, READ_STORED).to_xml(WRITE_STORED) == stored  # type: ignore[attr-defined]
