"""Wrong documents of every kind but the guest's: code, text, line and path of each.

Codes and texts were taken from libvirt 9.0.0 (its test driver, its daemon); the places are ours.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from purevirt.errors import VirtError
from purevirt.model._engine import ParseContext
from purevirt.model.documents import document_class

BAD: list[dict[str, Any]] = json.loads((Path(__file__).parent / "bad_documents.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", BAD, ids=[case["name"] for case in BAD])
def test_bad_document(case: dict[str, Any]) -> None:
    moment = case["kind"] in ("domainsnapshot", "domaincheckpoint")
    with pytest.raises(VirtError) as caught:
        document_class(case["kind"]).from_xml(case["xml"], ParseContext(inactive=not moment))  # type: ignore[attr-defined]
    error = caught.value
    assert (error.code, error.message, error.where) == (case["code"], case["text"], case["where"])
