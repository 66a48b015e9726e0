"""Domain documents at the driver's edge: completed when they come in, written as the flags ask."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from purevirt.model._engine import FormatContext, ParseContext
from purevirt.model._engine.place import placed
from purevirt.model.domain.chardev import ConsoleTarget, ParallelTarget, SerialTarget
from purevirt.model.domain.defaults import settle_arch, settle_boot, settle_mac
from purevirt.model.domain.document import Domain
from purevirt.model.domain.interface import InterfaceTarget
from purevirt.model.domain.postparse import PostParseHooks, post_parse
from purevirt.model.domain.postparse_devices import bus_of_name
from purevirt.model.domain.validate_general import validate_general
from purevirt.model.domain.video import VideoModel
from purevirt.types import constants as C
from purevirt.types.override import override

ARCH = "i686"


_OTHER_DRIVERS = ("qemu_commandline", "qemu_capabilities", "qemu_override", "qemu_deprecation", "bhyve_commandline",
                  "xen_commandline", "vmware_datacenterpath")  # fmt: skip
"""What only the drivers of these hypervisors keep."""
_PPC64 = ("ppc64", "ppc64le")


class TestHooks(PostParseHooks):
    """What the driver adds: its architecture and the names of the guest's ends of network interfaces."""

    __test__ = False

    @override
    def basic(self, domain: Any) -> None:
        settle_arch(domain, ARCH)
        settle_boot(domain)
        for name in _OTHER_DRIVERS:
            setattr(domain, name, None)

    @override
    def device(self, domain: Any, kind: str, device: Any) -> None:
        if kind == "interfaces":
            settle_mac(device, _new_mac)
        elif kind == "disks" and device.target is not None and device.target.bus is None:
            device.target.bus = bus_of_name(device.target.dev)
        elif kind == "serials" and device.target is None:
            device.target = SerialTarget()
        elif kind == "parallels" and device.target is None:
            device.target = ParallelTarget()
        elif kind == "consoles":
            _settle_console(device)
        elif kind == "videos":
            device.model = device.model or VideoModel()
            device.model.type = device.model.type or ("vga" if domain.os.type.arch in _PPC64 else "cirrus")


def _settle_console(console: Any) -> None:
    console.target = console.target or ConsoleTarget()
    if console.target.type in (None, "none"):
        console.target.type = "serial"


def _new_mac() -> str:
    return "52:54:00:" + ":".join(f"{byte:02x}" for byte in secrets.token_bytes(3))


def parse_domain(text: str, *, named: bool = True, validate: bool = False) -> Domain:
    """A definition as a client gives it, complete and checked; `named`: interfaces get names for a guest to be;
    `validate`: against its schema too."""
    document = Domain.from_xml(text, ctx=ParseContext(inactive=True, validate=validate))
    with placed(text, document):
        return complete(document, named=named)


def complete(document: Domain, *, named: bool = True) -> Domain:
    """Fill in what a definition leaves open, and check it."""
    post_parse(document, TestHooks())
    validate_general(document)
    if document.genid == "":
        document.genid = str(uuid.uuid4())
    if document.uuid is None:
        document.uuid = str(uuid.uuid4())
    if named:
        name_interfaces(document)
    return document


def name_interfaces(document: Domain) -> None:
    """testnet0, testnet1 … for interfaces without a name."""
    interfaces = document.devices.interfaces if document.devices is not None else []
    taken = {i.target.dev for i in interfaces if i.target is not None}
    names = (name for n in range(2 * len(interfaces)) if (name := f"testnet{n}") not in taken)
    for interface in interfaces:
        if interface.target is not None and interface.target.dev:
            continue
        name = next(names)
        if interface.target is None:
            interface.target = InterfaceTarget()
        interface.target.dev = name


def format_domain(document: Domain, flags: int) -> str:
    """What `virDomainGetXMLDesc` returns for VIR_DOMAIN_XML_* flags."""
    return document.to_xml(
        ctx=FormatContext(
            secure=bool(flags & C.VIR_DOMAIN_XML_SECURE),
            inactive=bool(flags & C.VIR_DOMAIN_XML_INACTIVE),
            migratable=bool(flags & C.VIR_DOMAIN_XML_MIGRATABLE),
        )
    )
