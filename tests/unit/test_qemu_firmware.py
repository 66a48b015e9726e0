"""Firmware documents: which of them count, what a machine gets from them, and what is no such document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from purevirt.drivers.qemu.firmware import FirmwareSupport, load_descriptors, supported
from purevirt.drivers.qemu.firmware_document import Firmware
from purevirt.errors import ErrorCode, VirtError

IMAGE = {"filename": "/code.fd", "format": "raw"}
GOOD: dict[str, Any] = {
    "interface-types": ["uefi"],
    "mapping": {"device": "flash", "executable": IMAGE, "nvram-template": {"filename": "/vars.fd", "format": "raw"}},
    "targets": [{"architecture": "x86_64", "machines": ["pc-q35-*"]}, {"architecture": "i386", "machines": ["pc-i440fx-*"]}],
    "features": ["secure-boot", "requires-smm", "of-tomorrow"],
}


def test_earlier_directories_hide_later_ones_and_an_empty_document_offers_nothing(tmp_path: Path) -> None:
    documents = {"user/10.json": "", "etc/20.json": json.dumps(GOOD), "usr/10.json": json.dumps(GOOD), "usr/20.json": "{}"}
    documents |= {"usr/05.json": "not json", "usr/30.json": json.dumps(GOOD), "usr/40.txt": json.dumps(GOOD)}
    for name, text in documents.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = load_descriptors(("/user", "/etc", "/usr", "/absent"), str(tmp_path))
    assert [firmware.path for firmware in found] == ["/etc/20.json", "/usr/30.json"]


def test_what_a_machine_gets() -> None:
    bios = GOOD | {"interface-types": ["bios"], "mapping": {"device": "memory", "filename": "/bios.bin"}, "features": []}
    firmwares = [Firmware.from_document("b", bios), Firmware.from_document("a", GOOD), Firmware.from_document("c", GOOD)]
    both = ((("/bios.bin", None)), ("/code.fd", "/vars.fd"))
    assert supported(firmwares, "x86_64", "pc-q35-7.2") == FirmwareSupport(("bios", "efi"), True, both)
    assert supported(firmwares, "i686", "pc-i440fx-7.2").interfaces == ("bios", "efi")
    assert supported(firmwares, "i686", "pc-q35-7.2") == FirmwareSupport((), False, ())
    assert supported(firmwares[:1], "x86_64", "pc-q35-7.2") == FirmwareSupport(("bios",), False, both[:1])


def test_the_mapping_always_says_its_mode() -> None:
    assert Firmware.from_document("f", GOOD).to_document() == GOOD | {"mapping": GOOD["mapping"] | {"mode": "split"}}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"interface-types": None}, "failed to get 'interface-types' from 'f'"),
        ({"interface-types": ["coreboot"]}, "unknown interface type: 'coreboot'"),
        ({"interface-types": [1]}, "failed to get 'interface-types' from 'f'"),
        ({"mapping": None}, "missing 'mapping' in 'f'"),
        ({"mapping": {}}, "missing 'device' in 'f'"),
        ({"mapping": {"device": "disk"}}, "unknown device type in 'f'"),
        ({"mapping": {"device": "kernel"}}, "missing 'filename' in 'f'"),
        ({"mapping": {"device": "flash"}}, "missing 'executable' in 'f'"),
        ({"mapping": {"device": "flash", "mode": "odd", "executable": IMAGE}}, "Invalid 'mode' value 'odd' in 'f'"),
        ({"mapping": {"device": "flash", "executable": {"filename": "/x"}}}, "missing 'format' in 'f'"),
        ({"mapping": {"device": "flash", "executable": IMAGE}}, "missing 'nvram-template' in 'f'"),
        ({"targets": None}, "failed to get 'targets' from 'f'"),
        ({"targets": [{}]}, "missing 'architecture' in 'f'"),
        ({"targets": [{"architecture": "x86_64"}]}, "failed to get 'machines' from 'f'"),
        ({"targets": ["x86_64"]}, "missing 'architecture' in 'f'"),
        ({"features": "acpi"}, "failed to get 'features' from 'f'"),
    ],
)
def test_what_is_no_firmware_document(change: dict[str, Any], text: str) -> None:
    with pytest.raises(VirtError) as caught:
        Firmware.from_document("f", GOOD | change)
    assert caught.value.code == ErrorCode.INTERNAL_ERROR
    assert caught.value.message == f"internal error: {text}"


@pytest.mark.parametrize("text", ["", "[", "[]", "3", "null", '"x"'])
def test_what_is_no_object(text: str) -> None:
    with pytest.raises(VirtError):
        Firmware.parse("f", text)
