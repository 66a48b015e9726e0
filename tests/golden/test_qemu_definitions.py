"""QEMU definitions beside libvirt's own answers: what it completes and refuses, and the command line it makes.

The tables in `qemu/` were taken from libvirt 9.0.0 with QEMU 7.2. Each definition of `definitions.json` has the code and
text that defining it gave (0 when it was taken; some then have the lines of the completed document). Those of
`commands.json` have the lines of the completed document and the arguments of `virConnectDomainXMLToNative`, both without
those that most cases share ("frame", "words"). `capabilities.xml` is what that libvirt knew of the emulator, without CPU
models.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from purevirt.drivers.qemu import capabilities_xml
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.command.build import build_command
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.graphics import wanted_ports
from purevirt.drivers.qemu.command.settings import QemuSettings
from purevirt.drivers.qemu.firmware_document import Firmware
from purevirt.drivers.qemu.postparse import post_parse
from purevirt.drivers.qemu.postparse_context import HostFacts, PostParseContext
from purevirt.drivers.qemu.validate import validate
from purevirt.errors import VirtError
from purevirt.model._engine import FormatContext, ParseContext
from purevirt.model._engine.place import placed
from purevirt.model.domain.document import Domain

TABLES = Path(__file__).parent / "qemu"
EMULATOR = "/usr/bin/qemu-system-x86_64"
DEFINITIONS: list[dict[str, Any]] = json.loads((TABLES / "definitions.json").read_text(encoding="utf-8"))
_COMMANDS: dict[str, Any] = json.loads((TABLES / "commands.json").read_text(encoding="utf-8"))
COMMANDS: list[dict[str, Any]] = _COMMANDS["cases"]


@cache
def capabilities() -> QemuCaps:
    return capabilities_xml.load((TABLES / "capabilities.xml").read_text(encoding="utf-8"))


def define(xml: str) -> tuple[Domain, PostParseContext]:
    domain = Domain.from_xml(xml, ParseContext(inactive=True))
    emulators = {"x86_64": EMULATOR, "aarch64": "/usr/bin/qemu-system-aarch64"}
    host = HostFacts("x86_64", {EMULATOR: capabilities().copy()}.get, emulators)
    context = PostParseContext(host, abi_update=True, security_model="none")
    with placed(xml, domain):
        post_parse(domain, context)
        validate(domain, context)
    return domain, context


@pytest.mark.parametrize("case", DEFINITIONS, ids=[case["name"] for case in DEFINITIONS])
def test_definition(case: dict[str, Any]) -> None:
    text = ""
    try:
        text = define(case["xml"])[0].to_xml(FormatContext(secure=True, inactive=True))
        answer: tuple[int, str] = (0, "")
        where = "defined"
    except VirtError as error:
        answer = (error.code, error.message)
        where = error.where or ""
    assert where == "defined" or re.match(r"/domain\S*, line \d+", where)
    assert answer == (case["code"], case["text"])
    if "completed" in case:
        assert own_lines(text) == case["completed"]


@pytest.mark.parametrize("case", COMMANDS, ids=[case["name"] for case in COMMANDS])
def test_completed(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(VirtError) as caught:
            define(case["xml"])
        assert [caught.value.code, caught.value.message] == case["error"]
        return
    assert own_lines(define(case["xml"])[0].to_xml(FormatContext(secure=True, inactive=True))) == case["completed"]


def own_lines(text: str) -> list[str]:
    """Those that most cases do not share."""
    return [line for line in text.strip().splitlines() if line not in _COMMANDS["frame"]]


class Resources:
    """Nothing of a host is opened: QEMU would do it all itself."""

    def listen_socket(self, path: str) -> None:
        return None

    def require_nodes(self, nodes: list[int]) -> None:
        assert set(nodes) <= {0}

    def open_output(self, path: str, *, append: bool | None, log: bool) -> None:
        return None

    def is_host_cdrom(self, path: str) -> bool:
        return False

    def secret(self, *, uuid: str | None, usage: str | None, kind: str) -> bytes:
        return b"secret"

    def encrypt(self, value: bytes) -> tuple[str, str]:
        return b64encode(value).decode(), ""

    def virtiofs_socket(self, filesystem: Any) -> str:
        return "/unused"


def _firmware() -> list[Firmware]:
    """As a distribution describes its OVMF and SeaBIOS."""
    found = json.loads((TABLES / "firmware.json").read_text(encoding="utf-8"))
    return [Firmware.from_document(item["path"], item["document"]) for item in found]


@pytest.mark.parametrize("case", [c for c in COMMANDS if "command" in c], ids=lambda case: case["name"])
def test_command(case: dict[str, Any]) -> None:
    domain, parsed = define(case["xml"])
    settings = QemuSettings()
    assert domain.devices is not None
    for item in domain.devices.graphics:
        if item.type == "spice" and wanted_ports(item, settings)[0]:
            item.port = 5901
    own = f"/var/lib/libvirt/qemu/domain--1-{domain.name}"
    command = build_command(
        domain,
        CommandContext(
            caps=parsed.caps,
            resources=Resources(),  # type: ignore[arg-type]
            settings=settings,
            short_name=f"-1-{domain.name}",
            lib_dir=own,
            channel_target_dir=f"/var/lib/libvirt/qemu/channel/target/domain--1-{domain.name}",
            monitor_path=f"{own}/monitor.sock",
            firmware=_firmware(),
            now=0,
        ),
    )
    words = [_plain(word) for word in command.argv[1:] if word not in _COMMANDS["words"]]
    assert words == case["command"]


def _plain(word: str) -> str:
    """Without the time and what is encrypted."""
    word = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", "NOW", word)
    return re.sub(r'"(data|iv)":"[^"]*"', r'"\1":"…"', word)
