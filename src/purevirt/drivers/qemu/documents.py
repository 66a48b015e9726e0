"""Domain documents at the driver's edge: text in, checked document out, and back in each of the forms clients ask for."""

from __future__ import annotations

import os
import secrets
from functools import cache
from typing import TYPE_CHECKING

from purevirt.model._engine import FormatContext, ParseContext
from purevirt.model.domain.defaults import settle_mac
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.capabilities import QemuCaps
    from purevirt.drivers.qemu.postparse_context import PostParseContext
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.cpu import Cpu
from purevirt.model.domain.document import Domain

_STATUS = FormatContext(secure=True, status=True, actual_net=True)


def parse_inactive(text: str, *, validate: bool = False) -> Domain:
    """A definition as a client gives it: what only a running guest has is dropped. `validate`: against its schema too."""
    from purevirt.model.domain.document import Domain

    return Domain.from_xml(text, ctx=ParseContext(inactive=True, validate=validate))


def parse_status(text: str) -> Domain:
    """The document inside a status file: nothing is dropped, nothing checked again."""
    from purevirt.model.domain.document import Domain

    return Domain.from_xml(text, ctx=ParseContext(status=True, actual_net=True, skip_validate=True))


def format_status(document: Domain) -> str:
    return document.to_xml(ctx=_STATUS)


def format_stored(document: Domain) -> str:
    """The persistent form: inactive, with secrets."""
    return document.to_xml(ctx=FormatContext(secure=True, inactive=True))


def format_for(document: Domain, flags: int, asked_cpu: Cpu | None = None) -> str:
    """What `virDomainGetXMLDesc` returns for VIR_DOMAIN_XML_* flags.

    `asked_cpu`: the CPU of a running guest as it was started; another host is asked for that, not for what came of it.
    """
    secure = bool(flags & C.VIR_DOMAIN_XML_SECURE)
    if not flags & C.VIR_DOMAIN_XML_MIGRATABLE:
        return document.to_xml(ctx=FormatContext(secure=secure, inactive=bool(flags & C.VIR_DOMAIN_XML_INACTIVE)))
    from purevirt.drivers.qemu.migratable import format_migratable

    live = document.cpu
    document.cpu = asked_cpu or live
    try:
        return format_migratable(document, secure=secure)
    finally:
        document.cpu = live


def complete(document: Domain, state: QemuState, *, new: bool) -> Domain:
    """Fill in what the definition leaves open, and check it. `new`: defaults of a guest nobody has seen may be chosen."""
    import uuid

    from purevirt.drivers.qemu.postparse import post_parse
    from purevirt.drivers.qemu.validate import validate

    context = _context(document, state, abi_update=new)
    post_parse(document, context)
    if new:
        validate(document, context)
    if document.genid == "":
        document.genid = str(uuid.uuid4())
    for interface in document.devices.interfaces if document.devices else ():
        settle_mac(interface, _new_mac)
    if document.uuid is None:
        document.uuid = str(uuid.uuid4())
    return document


async def read_saved(text: str, state: QemuState) -> Domain:
    """A document that was kept beside a guest's memory, complete: what it leaves out is what every version adds by itself."""
    document = parse_inactive(text)
    await probe_for(document, state)
    return complete(document, state, new=False)


async def check_start(document: Domain, state: QemuState, caps: QemuCaps) -> None:
    """Whether the guest can still be what it is defined as: the host or its QEMU may have changed since."""
    from purevirt.drivers.qemu import tpm, tpm_programs
    from purevirt.drivers.qemu.validate import validate

    if tpm.emulated(document) is not None:
        await tpm_programs.find()
    context = _context(document, state, abi_update=False)
    context.caps = caps
    validate(document, context)


def _context(document: Domain, state: QemuState, *, abi_update: bool) -> PostParseContext:
    """What post-parsing and validation know of this host."""
    from purevirt.drivers.qemu.postparse_context import HostFacts, PostParseContext
    from purevirt.host import iommu

    emulators = {arch: path for arch, path in EMULATORS.items() if os.path.exists(path)}
    host = HostFacts(
        os.uname().machine,
        state.capabilities.known,
        emulators,
        random_bytes=os.urandom,
        environment=_environment(),
        iommu_group=iommu.group_of,
        tpm_versions=_tpm_versions(document),
    )
    return PostParseContext(host, state.settings, abi_update=abi_update, security_model="none")


def _tpm_versions(document: Domain) -> tuple[str, ...]:
    """What the host's programs can emulate; asked for only when the guest wants one."""
    from purevirt.drivers.qemu import tpm, tpm_programs

    programs = tpm_programs.known() if tpm.emulated(document) is not None else None
    return programs.versions if programs is not None else ()


@cache
def _environment() -> dict[str, str]:
    """Ours: it is not changed while the daemon runs, and copying it costs more than parsing a small document."""
    return dict(os.environ)


def _new_mac() -> str:
    """A random address with QEMU's prefix."""
    return "52:54:00:" + ":".join(f"{byte:02x}" for byte in secrets.token_bytes(3))


async def probe_for(document: Domain, state: QemuState) -> None:
    """Have the capabilities of the document's emulator, and of the host's TPM programs, at hand before it is completed."""
    from purevirt.drivers.qemu import tpm, tpm_programs

    if tpm.emulated(document) is not None:
        await tpm_programs.find()
    kind = document.os.type if document.os else None
    arch = (kind.arch if kind else None) or os.uname().machine
    emulator = (document.devices.emulator if document.devices else None) or EMULATORS.get(arch)
    named = document.devices is not None and document.devices.emulator is not None
    if emulator and (named or _is_there(emulator)):
        await state.capabilities.get(emulator)


def _is_there(path: str) -> bool:
    """One stat of a file the kernel has at hand: a thread would cost more than it."""
    return os.path.exists(path)


EMULATORS = {
    arch: f"/usr/bin/qemu-system-{name}"
    for arch, name in {
        "x86_64": "x86_64",
        "i686": "i386",
        "aarch64": "aarch64",
        "armv7l": "arm",
        "ppc64": "ppc64",
        "s390x": "s390x",
        "riscv64": "riscv64",
    }.items()
}
"""Where distributions put the emulator of an architecture."""
