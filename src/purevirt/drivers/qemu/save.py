"""Save and restore: the guest's memory goes to a file and comes back; managed save does so behind start."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from purevirt.core.jobs import AsyncJob, Job
from purevirt.core.tasks import offload
from purevirt.drivers.qemu import documents, errors, process, save_image, status
from purevirt.drivers.qemu.define import admit
from purevirt.drivers.qemu.job_data import JobData, MigrationProgress
from purevirt.drivers.qemu.launch import Launch
from purevirt.drivers.qemu.monitor.connection import MonitorClosed, QmpFailure
from purevirt.drivers.qemu.save_edit import check_run_flags, check_same_guest
from purevirt.drivers.qemu.transfer import long_job, transfer
from purevirt.drivers.qemu.vm import Runtime, Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.arguments import check_params
from purevirt.types.typed_params import STRING, TypedParam, to_dict
from purevirt.types.uuid import parse_uuid

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.domain.document import Domain

_SAVE_FLAGS = C.VIR_DOMAIN_SAVE_RUNNING | C.VIR_DOMAIN_SAVE_PAUSED | C.VIR_DOMAIN_SAVE_BYPASS_CACHE
_PARAMS = {C.VIR_DOMAIN_SAVE_PARAM_FILE: STRING, C.VIR_DOMAIN_SAVE_PARAM_DXML: STRING}


def _discard(path: Path) -> None:
    """Must happen even when we are being cancelled, so no thread is waited for."""
    path.unlink(missing_ok=True)


def _for_image(vm: Vm) -> str:
    """The document that an image holds: what any host can start."""
    flags = C.VIR_DOMAIN_XML_SECURE | C.VIR_DOMAIN_XML_MIGRATABLE
    return documents.format_for(vm.require_live(), flags, vm.require_active().asked_cpu)


async def save_to(state: QemuState, vm: Vm, path: Path, xml: str | None, flags: int) -> None:
    """Write the image and end the guest. On failure the file is gone and the guest is as it was."""
    async with long_job(state, vm, AsyncJob.SAVE, C.VIR_DOMAIN_JOB_OPERATION_SAVE) as data:
        data.progress = MigrationProgress()
        run = vm.require_active()
        was_running = vm.state == C.VIR_DOMAIN_RUNNING
        if was_running:
            run.paused_reason = C.VIR_DOMAIN_PAUSED_SAVE
            await vm.require_monitor().execute("stop")
            vm.require_active()
            data.stopped = state.clock.monotonic()
        text = xml or _for_image(vm)
        resume = (was_running and not flags & C.VIR_DOMAIN_SAVE_PAUSED) or bool(flags & C.VIR_DOMAIN_SAVE_RUNNING)
        done = False
        try:
            fd = await offload(_create, path, text, resume)
            try:
                await transfer(state, vm, run, "migrate", fd, data)
                await offload(save_image.complete, fd)
                if flags & C.VIR_DOMAIN_SAVE_BYPASS_CACHE:
                    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(fd)
            done = True
        finally:
            if not done:
                _discard(path)
                if was_running and vm.run is run:
                    run.running_reason = C.VIR_DOMAIN_RUNNING_SAVE_CANCELED
                    with suppress(MonitorClosed, QmpFailure):
                        await vm.require_monitor().execute("cont")
        run.end_quietly(C.VIR_DOMAIN_SHUTOFF_SAVED, C.VIR_DOMAIN_EVENT_STOPPED_SAVED)
        await process.kill(state, vm)


def _create(path: Path, text: str, running: bool) -> int:
    return save_image.create(path, text, was_running=running)


async def restore_from(
    state: QemuState, vm: Vm, document: Domain, header: save_image.SaveHeader, fd: int, flags: int
) -> None:
    """Bring the guest up from an opened image; the caller holds the START job and closes the descriptor."""
    paused = bool(flags & C.VIR_DOMAIN_SAVE_PAUSED) or not (header.was_running or flags & C.VIR_DOMAIN_SAVE_RUNNING)

    async def incoming(target: Vm, run: Runtime) -> None:
        data = JobData(C.VIR_DOMAIN_JOB_OPERATION_RESTORE, state.clock.monotonic())
        await transfer(state, target, run, "migrate-incoming", fd, data)
        # Before the processors run, as libvirt tells it.
        state.events.lifecycle(target, C.VIR_DOMAIN_EVENT_STARTED, C.VIR_DOMAIN_EVENT_STARTED_RESTORED)

    launch = Launch(paused, C.VIR_DOMAIN_RUNNING_RESTORED, C.VIR_DOMAIN_PAUSED_MIGRATION, incoming=incoming)
    await process.start(state, vm, document, launch)
    if paused:
        state.events.lifecycle(vm, C.VIR_DOMAIN_EVENT_SUSPENDED, C.VIR_DOMAIN_EVENT_SUSPENDED_RESTORED)
    if vm.run is not None:
        status.save(state.status, vm)


async def start_from_managed(state: QemuState, vm: Vm, flags: int) -> bool:
    """Start a guest from its managed image, which is then gone; False when there is none. Under its START job."""
    path = state.paths.managed_save(vm.name)
    if not vm.managed_save:
        return False
    if flags & C.VIR_DOMAIN_START_FORCE_BOOT:
        path.unlink(missing_ok=True)
        vm.managed_save = False
        return False
    header, fd = await offload(save_image.read, path)
    try:
        document = await documents.read_saved(header.xml, state)
        wanted = C.VIR_DOMAIN_SAVE_PAUSED if flags & C.VIR_DOMAIN_START_PAUSED else 0
        await restore_from(state, vm, document, header, fd, wanted)
    finally:
        os.close(fd)
    path.unlink(missing_ok=True)
    vm.managed_save = False
    return True


class SaveFacet:
    """virDomainSave*, virDomainRestore*, virDomainManagedSave*."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_save(self, dom: p.NonnullDomain, to: str) -> None:
        await self.domain_save_flags(dom, to, None, 0)

    async def domain_save_flags(self, dom: p.NonnullDomain, to: str, dxml: str | None, flags: int) -> None:
        errors.check_flags(flags, _SAVE_FLAGS, "qemuDomainSaveFlags")
        check_run_flags(flags, "virDomainSaveFlags")
        vm = self._state.find(dom)
        vm.require_active()
        if dxml is not None:
            live = _for_image(vm)
            now, new = await documents.read_saved(live, self._state), await documents.read_saved(dxml, self._state)
            check_same_guest(now, new)
            dxml = documents.format_for(new, C.VIR_DOMAIN_XML_SECURE | C.VIR_DOMAIN_XML_MIGRATABLE)
        await save_to(self._state, vm, Path(to), dxml, flags)

    async def domain_save_params(self, dom: p.NonnullDomain, params: list[TypedParam], flags: int) -> None:
        """Without a file it is a managed save."""
        check_params(params, _PARAMS)
        given = to_dict(params)
        file, dxml = given.get(C.VIR_DOMAIN_SAVE_PARAM_FILE), given.get(C.VIR_DOMAIN_SAVE_PARAM_DXML)
        if file is not None:
            await self.domain_save_flags(dom, str(file), str(dxml) if dxml is not None else None, flags)
            return
        if dxml is not None:
            self._state.find(dom).require_active()
            raise errors.not_supported("xml modification unsupported")
        await self.domain_managed_save(dom, flags)

    async def domain_restore_params(self, params: list[TypedParam], flags: int) -> None:
        check_params(params, _PARAMS)
        given = to_dict(params)
        file, dxml = given.get(C.VIR_DOMAIN_SAVE_PARAM_FILE), given.get(C.VIR_DOMAIN_SAVE_PARAM_DXML)
        if file is None:
            text = "missing path to the image to restore from"
            raise VirtError(ErrorCode.INVALID_ARG, text, ErrorDomain.QEMU)
        await self.domain_restore_flags(str(file), str(dxml) if dxml is not None else None, flags)

    async def domain_restore(self, from_: str) -> None:
        await self.domain_restore_flags(from_, None, 0)

    async def domain_restore_flags(self, from_: str, dxml: str | None, flags: int) -> None:
        errors.check_flags(flags, _SAVE_FLAGS | C.VIR_DOMAIN_SAVE_RESET_NVRAM, "qemuDomainRestoreFlags")
        check_run_flags(flags, "virDomainRestoreFlags")
        state = self._state
        header, fd = await offload(save_image.read, Path(from_))
        try:
            document = await documents.read_saved(dxml or header.xml, state)
            name, uuid = document.name or "", parse_uuid(document.uuid or "")
            vm = admit(state, name, uuid, live=True)
            if vm is None:
                vm = state.new_vm(name, uuid)
                state.vms.add(vm)
            try:
                async with vm.jobs.async_job(AsyncJob.START):
                    await restore_from(state, vm, document, header, fd, flags)
            finally:
                if not vm.is_active and not vm.is_persistent:
                    state.forget(vm)
        finally:
            os.close(fd)

    async def domain_managed_save(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, _SAVE_FLAGS, "qemuDomainManagedSave")
        check_run_flags(flags, "virDomainManagedSave")
        vm = self._state.find(dom)
        vm.require_active()
        if not vm.is_persistent:
            raise errors.invalid("cannot do managed save for transient domain")
        await save_to(self._state, vm, self._state.paths.managed_save(vm.name), None, flags)
        vm.managed_save = True

    async def domain_managed_save_remove(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, 0, "qemuDomainManagedSaveRemove")
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            self._state.paths.managed_save(vm.name).unlink(missing_ok=True)
            vm.managed_save = False
