"""Corpus suites qemumigrationcookie and storagepoolcaps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from purevirt.model._engine import FormatContext, ParseContext
from purevirt.model.migration_cookie import MigrationCookie, bitmap_mapping, cookie_of
from purevirt.model.storage_pool import KINDS
from purevirt.model.storage_pool_capabilities import pool_capabilities
from purevirt.testing.corpus.status import load_status

_FORMAT = FormatContext(secure=True, inactive=True, migratable=True)


def run_cookie(case: dict[str, Any], directory: Path) -> str:
    """The three relations of the suite."""
    env = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))["environment"]
    if case["relation"] == "status-xml->cookie":
        name = case.get("status", case.get("input"))
        status = load_status((directory / str(name)).read_text(encoding="utf-8"), directory)
        assert status.domain is not None
        return cookie_of(status.domain, "hostname2", "8b3f4dc4-6a8e-5f9b-94a5-4c35babd8d95").to_xml(_FORMAT)
    text = (directory / case["input"]).read_text(encoding="utf-8")
    cookie = MigrationCookie.from_xml(text, ParseContext(inactive=True))
    if case["relation"] == "cookie->cookie":
        return cookie.answer(env["hostname"], env["host_uuid"]).to_xml(_FORMAT)
    status = load_status((directory / case["status"]).read_text(encoding="utf-8"), directory)
    assert status.domain is not None
    disk = cookie.block_dirty_bitmaps[0]
    persistent = {(disk.target, disk.bitmaps[0].name): True}
    mapping = {"block-bitmap-mapping": bitmap_mapping(cookie, status.domain, persistent)}
    return json.dumps(mapping, indent=2) + "\n"


def run_pool_capabilities(case: dict[str, Any], directory: Path) -> str:
    """A driver with the listed pool types."""
    supported = KINDS if case["supported"] == "all" else case["supported"]
    return pool_capabilities(supported).to_xml()


SUITES = {"qemumigrationcookie": run_cookie, "storagepoolcaps": run_pool_capabilities}
