"""Persistent definitions: define, undefine, the XML in each of its forms, autostart."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from purevirt.core.jobs import Job
from purevirt.core.tasks import offload, offload_large
from purevirt.drivers.qemu import documents, errors, tpm
from purevirt.drivers.qemu.definition import Definition
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host import files
from purevirt.model._engine.place import placed
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.uuid import format_uuid, parse_uuid

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.domain.document import Domain

_XML_FLAGS = C.VIR_DOMAIN_XML_SECURE | C.VIR_DOMAIN_XML_INACTIVE | C.VIR_DOMAIN_XML_UPDATE_CPU | C.VIR_DOMAIN_XML_MIGRATABLE
_UNDEFINE_FLAGS = (
    C.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
    | C.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
    | C.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA
    | C.VIR_DOMAIN_UNDEFINE_NVRAM
    | C.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM
    | C.VIR_DOMAIN_UNDEFINE_TPM
    | C.VIR_DOMAIN_UNDEFINE_KEEP_TPM
)


async def read_new(state: QemuState, xml: str, *, validate: bool) -> Domain:
    """A document from a client, complete and checked. The emulator is probed first when it is new to us."""

    def complete() -> Domain:
        with placed(xml, document):
            return documents.complete(document, state, new=True)

    document = await offload_large(xml, lambda: documents.parse_inactive(xml, validate=validate))
    await documents.probe_for(document, state)
    return await offload_large(xml, complete)


def admit(state: QemuState, name: str, uuid: bytes, *, live: bool) -> Vm | None:
    """The guest that is meant, None when it is new. OPERATION_FAILED when name or UUID are another's.

    `live`: it is to be started, so it must not run.
    """
    known = state.vms.by_uuid(uuid)
    if known is not None:
        if known.name != name:
            text = f"domain '{known.name}' is already defined with uuid {format_uuid(uuid)}"
            raise VirtError(ErrorCode.OPERATION_FAILED, text, ErrorDomain.DOMAIN)
        if live and known.is_active:
            text = f"domain '{known.name}' is already active"
            raise VirtError(ErrorCode.OPERATION_INVALID, text, ErrorDomain.DOMAIN)
        return known
    other = state.vms.by_name(name)
    if other is not None:
        text = f"domain '{name}' already exists with uuid {other.uuid_text}"
        raise VirtError(ErrorCode.OPERATION_FAILED, text, ErrorDomain.DOMAIN)
    return None


def _keep_or_delete(flags: int, delete: int, keep: int, what: str) -> bool | None:
    """What undefining shall do with state beside the definition; None: the caller does not say."""
    if flags & delete and flags & keep:
        raise errors.invalid(f"cannot both keep and delete {what}")
    return True if flags & delete else False if flags & keep else None


class DefineFacet:
    """virDomainDefineXMLFlags, virDomainUndefineFlags, virDomainGetXMLDesc, virDomainSetAutostart."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_define_xml(self, xml: str) -> p.NonnullDomain:
        return await self.domain_define_xml_flags(xml, 0)

    async def domain_define_xml_flags(self, xml: str, flags: int) -> p.NonnullDomain:
        errors.check_flags(flags, C.VIR_DOMAIN_DEFINE_VALIDATE, "qemuDomainDefineXMLFlags")
        state = self._state
        document = await read_new(state, xml, validate=bool(flags & C.VIR_DOMAIN_DEFINE_VALIDATE))
        name, uuid = document.name or "", parse_uuid(document.uuid or "")
        vm = admit(state, name, uuid, live=False)
        definition = Definition(state.memory, state.parse_stored, documents.format_stored(document))
        definition.keep(document)
        if vm is None:
            vm = state.new_vm(name, uuid)
            vm.config = definition
            state.store(vm)
            state.vms.add(vm)
            detail = C.VIR_DOMAIN_EVENT_DEFINED_ADDED
        else:
            before, vm.config = vm.config, definition
            try:
                state.store(vm)
            except VirtError:
                vm.config = before
                raise
            detail = C.VIR_DOMAIN_EVENT_DEFINED_UPDATED if before else C.VIR_DOMAIN_EVENT_DEFINED_ADDED
        vm.updated = True
        state.events.lifecycle(vm, C.VIR_DOMAIN_EVENT_DEFINED, detail)
        return vm.ref

    async def domain_undefine(self, dom: p.NonnullDomain) -> None:
        await self.domain_undefine_flags(dom, 0)

    async def domain_undefine_flags(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, _UNDEFINE_FLAGS, "qemuDomainUndefineFlags")
        state = self._state
        _keep_or_delete(flags, C.VIR_DOMAIN_UNDEFINE_NVRAM, C.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM, "nvram")
        delete_tpm = _keep_or_delete(flags, C.VIR_DOMAIN_UNDEFINE_TPM, C.VIR_DOMAIN_UNDEFINE_KEEP_TPM, "TPM")
        vm = state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            if not vm.is_persistent:
                raise errors.invalid("cannot undefine transient domain")
            if flags & C.VIR_DOMAIN_UNDEFINE_NVRAM and flags & C.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM:
                raise errors.invalid("cannot both keep and delete nvram")
            document = vm.require_config().document()
            if vm.managed_save:
                if not flags & C.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE:
                    raise errors.invalid("Refusing to undefine while domain managed save image exists")
                state.paths.managed_save(vm.name).unlink(missing_ok=True)
                vm.managed_save = False
            self._nvram(document, flags)
            state.definitions.remove(vm.name)
            state.paths.autostart_link(vm.name).unlink(missing_ok=True)
            vm.autostart, vm.config = False, None
            state.events.lifecycle(vm, C.VIR_DOMAIN_EVENT_UNDEFINED, C.VIR_DOMAIN_EVENT_UNDEFINED_REMOVED)
            if not vm.is_active:
                tpm.settle_state(state.paths, document, remove=delete_tpm)
                state.forget(vm)

    def _nvram(self, document: Domain, flags: int) -> None:
        from pathlib import Path

        from purevirt.drivers.qemu.postparse_firmware import nvram_path

        path = document.os.nvram.path if document.os and document.os.nvram else None
        if not path and document.os is not None and document.os.firmware == "efi":
            path = nvram_path(document, self._state.settings)  # the firmware was chosen at the start, not in the definition
        if not path or not Path(path).exists():
            return
        if flags & C.VIR_DOMAIN_UNDEFINE_NVRAM:
            Path(path).unlink()
        elif not flags & C.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM:
            raise errors.invalid("cannot undefine domain with nvram")

    async def domain_get_xml_desc(self, dom: p.NonnullDomain, flags: int) -> str:
        errors.check_flags(flags, _XML_FLAGS, "qemuDomainGetXMLDesc")
        vm = self._state.find(dom)
        if vm.live is not None and not (flags & C.VIR_DOMAIN_XML_INACTIVE and vm.config is not None):
            live = vm.live
            return vm.live_text(flags, lambda: documents.format_for(live, flags, vm.require_active().asked_cpu))
        definition = vm.require_config()
        wanted = flags | C.VIR_DOMAIN_XML_INACTIVE
        text = definition.texts.get(wanted)
        if text is None and flags & C.VIR_DOMAIN_XML_UPDATE_CPU:
            # Not kept: it depends on the host and its QEMU.
            return documents.format_for(await self._with_host_cpu(definition.document()), wanted)
        if text is None:
            text = definition.texts[wanted] = documents.format_for(definition.document(), wanted)
        return text

    async def _with_host_cpu(self, document: Domain) -> Domain:
        """A copy of the definition with the CPU that it would get if it started now."""
        from purevirt.drivers.qemu.command.guest_cpu import shown_for_host
        from purevirt.drivers.qemu.processor import processor

        copy = document.copy()
        emulator = copy.devices.emulator if copy.devices else None
        if emulator is not None:
            caps = await self._state.capabilities.get(emulator)
            shown_for_host(copy, caps, await offload(processor))
        return copy

    async def domain_get_autostart(self, dom: p.NonnullDomain) -> int:
        return int(self._state.find(dom).autostart)

    async def domain_set_autostart(self, dom: p.NonnullDomain, autostart: int) -> None:
        state, vm = self._state, self._state.find(dom)
        if not vm.is_persistent:
            raise errors.invalid("cannot set autostart for transient domain")
        if vm.autostart == bool(autostart):
            return
        async with vm.jobs.job(Job.MODIFY):
            link = state.paths.autostart_link(vm.name)
            try:
                if autostart:
                    files.replace_symlink(link, state.paths.definition(vm.name))
                else:
                    with suppress(FileNotFoundError):
                        link.unlink()
            except OSError as error:
                raise VirtError(
                    ErrorCode.SYSTEM_ERROR,
                    f"Failed to create symlink '{link} to '{state.paths.definition(vm.name)}': {error.strerror}",
                    ErrorDomain.QEMU,
                    int1=error.errno or 0,
                ) from error
            vm.autostart = bool(autostart)

    async def domain_get_os_type(self, dom: p.NonnullDomain) -> str:
        document = self._state.find(dom).current()
        kind = document.os.type.value if document.os and document.os.type else None
        return str(kind or "hvm")
