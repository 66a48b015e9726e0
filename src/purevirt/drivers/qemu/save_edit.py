"""The document inside a save image: read it, and put another one of the same guest in its place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from purevirt.core.jobs import Job
from purevirt.core.tasks import offload
from purevirt.drivers.qemu import documents, errors, save_image
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine.abi import check_abi_stability
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.domain.document import Domain

_RUN_FLAGS = C.VIR_DOMAIN_SAVE_RUNNING | C.VIR_DOMAIN_SAVE_PAUSED


def check_run_flags(flags: int, function: str) -> None:
    """RUNNING and PAUSED exclude one another."""
    if flags & _RUN_FLAGS == _RUN_FLAGS:
        text = "Flags 'VIR_DOMAIN_SAVE_RUNNING' and 'VIR_DOMAIN_SAVE_PAUSED' are mutually exclusive"
        raise errors.plain_argument(text, "flags", function, ErrorDomain.DOMAIN)


_KEPT = C.VIR_DOMAIN_XML_SECURE | C.VIR_DOMAIN_XML_MIGRATABLE


def check_same_guest(old: Domain, new: Domain) -> None:
    """CONFIG_UNSUPPORTED unless the new document is of the same guest with the same machine."""
    for what, before, after in (("name", old.name, new.name), ("uuid", old.uuid, new.uuid)):
        if before != after:
            text = f"Target domain {what} '{after}' does not match source '{before}'"
            if what == "uuid":
                text = f"Target domain uuid {after} does not match source {before}"
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, text, ErrorDomain.DOMAIN)
    check_abi_stability(old, new)


async def _image_xml(state: QemuState, path: Path, *, secure: bool) -> str:
    header, fd = await offload(save_image.read, path)
    os.close(fd)
    flags = C.VIR_DOMAIN_XML_INACTIVE | (C.VIR_DOMAIN_XML_SECURE if secure else 0)
    return documents.format_for(await documents.read_saved(header.xml, state), flags)


async def _define(state: QemuState, path: Path, xml: str, flags: int) -> None:
    """Replace the document; with RUNNING or PAUSED also what the guest shall do after the restore."""
    header, fd = await offload(save_image.read, path)
    os.close(fd)
    new = await documents.read_saved(xml, state)
    check_same_guest(await documents.read_saved(header.xml, state), new)
    running = None if not flags & _RUN_FLAGS else bool(flags & C.VIR_DOMAIN_SAVE_RUNNING)
    await offload(_rewrite, path, documents.format_for(new, _KEPT), running)


def _rewrite(path: Path, text: str, running: bool | None) -> None:
    save_image.rewrite(path, text, was_running=running)


class SaveEditFacet:
    """virDomainSaveImage*XML*, virDomainManagedSave*XML*."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_save_image_get_xml_desc(self, file: str, flags: int) -> str:
        secure = C.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE
        errors.check_flags(flags, secure, "qemuDomainSaveImageGetXMLDesc")
        return await _image_xml(self._state, Path(file), secure=bool(flags & secure))

    async def domain_save_image_define_xml(self, file: str, dxml: str, flags: int) -> None:
        errors.check_flags(flags, _RUN_FLAGS, "qemuDomainSaveImageDefineXML")
        check_run_flags(flags, "virDomainSaveImageDefineXML")
        await _define(self._state, Path(file), dxml, flags)

    async def domain_managed_save_get_xml_desc(self, dom: p.NonnullDomain, flags: int) -> str:
        secure = C.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE
        errors.check_flags(flags, secure, "qemuDomainManagedSaveGetXMLDesc")
        return await _image_xml(self._state, self._managed(self._state.find(dom)), secure=bool(flags & secure))

    async def domain_managed_save_define_xml(self, dom: p.NonnullDomain, dxml: str | None, flags: int) -> None:
        errors.check_flags(flags, _RUN_FLAGS, "qemuDomainManagedSaveDefineXML")
        check_run_flags(flags, "virDomainManagedSaveDefineXML")
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            await _define(self._state, self._managed(vm), dxml or "", flags)

    def _managed(self, vm: Vm) -> Path:
        if not vm.managed_save:
            raise errors.invalid("domain does not have managed save image")
        return self._state.paths.managed_save(vm.name)
