"""parse ∘ format is the identity for every document kind, from strategies made of the declarations.

A generated element may break a rule that its class checks; such a draw is refused with a VirtError and left out. What
is accepted must be written and read again without any change.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from property.strategies import elements
from purevirt.errors import VirtError
from purevirt.model._engine import FormatContext, ParseContext
from purevirt.model.documents import DOCUMENTS, document_class

SECURE = FormatContext(secure=True)


@pytest.mark.parametrize("kind", sorted(DOCUMENTS))
@settings(max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_format_then_parse_changes_nothing(kind: str, data: st.DataObject) -> None:
    cls = document_class(kind)
    drawn = data.draw(elements(cls))
    written = drawn.to_xml(SECURE)
    if not written:
        return
    try:
        first = cls.from_xml(written, ParseContext())
    except VirtError:
        return
    text = first.to_xml(SECURE)
    if not text:
        return
    again = cls.from_xml(text, ParseContext())
    assert again.to_xml(SECURE) == text
