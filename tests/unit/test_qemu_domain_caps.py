"""Domain capabilities from recorded capabilities of many QEMUs: all but the host's CPU model is libvirt's text."""

from __future__ import annotations

import json
import re
from pathlib import Path

from purevirt.drivers.qemu import capabilities_xml
from purevirt.drivers.qemu.domain_caps import HostOffers, domain_capabilities

_HOST_MODEL = re.compile(r"<mode name='host-model' supported='(?:yes|no)'(?:/>|>.*?</mode>)", re.DOTALL)
_SEV_COUNTS = re.compile(r"<max(?:ES)?Guests>.*?</max(?:ES)?Guests>")
"""They are the host's, from its CPUID."""


def _offers(case: dict[str, object], wanted: str, most: int) -> HostOffers:
    """The host of the recording: its firmware is what the expected document lists."""
    firmware = re.search(r"<enum name='firmware'(?:/>|>(.*?)</enum>)", wanted, re.DOTALL)
    return HostOffers(
        firmwares=re.findall(r"<value>(.*?)</value>", firmware[1] or "") if firmware else [],
        loaders=re.findall(r"<value>(/.*?)</value>", wanted),
        secure="<value>yes</value>" in wanted[wanted.index("'secure'") : wanted.index("</loader>")],
        vfio=True,
        tpm_versions=[str(version) for version in case["tpm_versions"]],  # type: ignore[attr-defined]
        kvm_max_vcpus=most,
    )


def test_recorded_capabilities(corpus: Path) -> None:
    directory = corpus / "domaincaps"
    manifest = json.loads((directory / "manifest.json").read_text())
    most = manifest["environment"]["kvm_max_vcpus"]
    seen = 0
    for case in manifest["cases"]:
        if case["driver"] != "qemu" or case["name"] == "qemu_5.1.0.sparc":  # its KVM has no machine; the host is asked
            continue
        caps = capabilities_xml.load((directory / case["caps"]["xml"]).read_bytes())
        caps.emulator = case["emulator"]
        kind, name = case["virt_type"], case["machine"]
        machine = caps.canonical_machine(kind, name) if name else caps.preferred_machine(kind)
        wanted = (directory / case["expected"]).read_text()
        found = domain_capabilities(caps, case["arch"], machine or "", kind, _offers(case, wanted, most)).to_xml()
        for pattern in (_HOST_MODEL, _SEV_COUNTS):
            wanted, found = pattern.sub("…", wanted), pattern.sub("…", found)
        assert found == wanted, case["name"]
        seen += 1
    assert seen > 20
