"""Corpus suite qemustatusxml2xml: status documents read, completed and written."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.command.settings import QemuSettings
from purevirt.drivers.qemu.postparse import post_parse
from purevirt.drivers.qemu.postparse_context import HostFacts, PostParseContext
from purevirt.drivers.qemu.status_upgrade import complete_private_data
from purevirt.errors import VirtError
from purevirt.model.domain.status import STATUS_FORMAT, STATUS_PARSE, DomainStatus


def load_status(text: str, directory: Path, arch: str = "x86_64") -> DomainStatus:
    """Parse in the manifest's world: capabilities are empty, and a failing post-parse is allowed."""
    env = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))["environment"]
    status = DomainStatus.from_xml(text, STATUS_PARSE)
    assert status.domain is not None
    host = HostFacts(
        arch=arch, caps_for=lambda emulator: QemuCaps(emulator=emulator), emulators=env["emulators"], host_cpu=None,
        firmware_descriptors=[], tpm_versions=("1.2", "2.0"), fips=False,
    )  # fmt: skip
    context = PostParseContext(host=host, settings=QemuSettings(), inactive=False)
    with contextlib.suppress(VirtError):
        post_parse(status.domain, context)
    complete_private_data(status.domain)
    return status


def run(case: dict[str, Any], directory: Path) -> str:
    """Parse, complete, format."""
    text = (directory / case["input"]).read_text(encoding="utf-8")
    return load_status(text, directory, case.get("host_arch", "x86_64")).to_xml(STATUS_FORMAT)


SUITES = {"qemustatusxml2xml": run}
