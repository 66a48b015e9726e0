"""The capabilities cache document survives load and dump byte for byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from purevirt.drivers.qemu import capabilities_xml
from purevirt.drivers.qemu.capabilities import synthetic
from purevirt.errors import VirtError

CORPUS = Path(os.environ.get("PUREVIRT_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
FILES = sorted((CORPUS / "common" / "qemucapabilitiesdata").glob("caps_*.xml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_cache_document_is_kept(path: Path) -> None:
    text = path.read_text()
    assert capabilities_xml.dump(capabilities_xml.load(text)) == text


def test_alias_becomes_a_machine() -> None:
    caps = synthetic([], arch="x86_64", machines=["pc-1"])
    caps.accels["tcg"].machines[0].alias = "pc"
    assert caps.canonical_machine("qemu", "pc") == "pc-1"
    caps.strip_machine_aliases()
    assert caps.canonical_machine("qemu", "pc") == "pc"
    assert caps.is_machine_supported("qemu", "pc")


def test_unknown_flag_is_refused() -> None:
    with pytest.raises(VirtError, match="Unknown qemu capabilities flag nonsense"):
        capabilities_xml.load("<qemuCaps><emulator>/q</emulator><flag name='nonsense'/></qemuCaps>")
    with pytest.raises(KeyError):
        synthetic(["nonsense"], arch="x86_64")


def test_not_a_cache_document() -> None:
    with pytest.raises(VirtError):
        capabilities_xml.load("<other/>")
    with pytest.raises(VirtError):
        capabilities_xml.load("<qemuCaps>")
