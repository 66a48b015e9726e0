"""Corpus suite qemuxml2xml: a definition through the QEMU driver's post-parse and back to text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from purevirt.drivers.qemu.postparse import post_parse
from purevirt.drivers.qemu.validate import validate
from purevirt.errors import ErrorCode, VirtError
from purevirt.model._engine import FormatContext, ParseContext
from purevirt.model.domain.document import Domain
from purevirt.testing.corpus.qemu_world import make_world


def run(case: dict[str, Any], directory: Path) -> str:
    """Parse, complete, check, format."""
    inactive = case.get("mode", "inactive") == "inactive"
    world = make_world(case, directory, with_arch=False)
    text = (directory / case["input"]).read_text(encoding="utf-8")
    domain = Domain.from_xml(text, ParseContext(inactive=inactive))
    context = world.context(inactive=inactive)
    post_parse(domain, context)
    validate(domain, context)
    produced = domain.to_xml(FormatContext(secure=True, inactive=inactive))
    again = domain.copy()
    if again != domain:
        raise VirtError(ErrorCode.INTERNAL_ERROR, "the definition differs from its copy")
    return produced


SUITES = {"qemuxml2xml": run}
