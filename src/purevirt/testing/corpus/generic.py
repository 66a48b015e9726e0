"""Corpus suite genericxml2xml: a definition through the hypervisor-neutral post-parse and back to text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from purevirt.model._engine import FormatContext, ParseContext
from purevirt.model.domain.document import Domain
from purevirt.model.domain.postparse import PostParseHooks, post_parse
from purevirt.model.domain.validate_general import validate_general


class GenericHooks(PostParseHooks):
    """The manifest's world: one emulator, no machine types, any domain type."""


def run(case: dict[str, Any], directory: Path) -> str:
    """Parse, complete, format."""
    inactive = case.get("mode", "inactive") == "inactive"
    text = (directory / case["input"]).read_text(encoding="utf-8")
    domain = Domain.from_xml(text, ParseContext(inactive=inactive))
    post_parse(domain, GenericHooks())
    validate_general(domain)
    return domain.to_xml(FormatContext(secure=True, inactive=inactive))


SUITES = {"genericxml2xml": run}
