"""Life: create, suspend, resume, shutdown, reboot, reset, destroy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.api.context import current
from purevirt.core.jobs import AgentJob, AsyncJob, Job
from purevirt.drivers.qemu import errors, process, status
from purevirt.drivers.qemu.agent import require_agent
from purevirt.drivers.qemu.define import admit, read_new
from purevirt.drivers.qemu.launch import Launch
from purevirt.drivers.qemu.save import start_from_managed
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import VirtError
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.uuid import parse_uuid

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.domain.document import Domain

_CREATE_FLAGS = C.VIR_DOMAIN_START_PAUSED | C.VIR_DOMAIN_START_AUTODESTROY | C.VIR_DOMAIN_START_RESET_NVRAM
_START_FLAGS = _CREATE_FLAGS | C.VIR_DOMAIN_START_BYPASS_CACHE | C.VIR_DOMAIN_START_FORCE_BOOT


async def start_vm(state: QemuState, vm: Vm, flags: int, document: Domain | None = None) -> None:
    """Start a guest under its START job and tell about it."""
    async with vm.jobs.async_job(AsyncJob.START):
        if vm.is_active:
            raise errors.invalid("domain is already running")
        if document is None and await start_from_managed(state, vm, flags):
            return
        chosen = document or vm.require_config().document().copy()
        paused = bool(flags & C.VIR_DOMAIN_START_PAUSED)
        context = current.get(None)
        autodestroy = context.connection_id if context and flags & C.VIR_DOMAIN_START_AUTODESTROY else None
        await process.start(state, vm, chosen, Launch(paused=paused, autodestroy=autodestroy))
        if context is not None and autodestroy is not None:
            run = vm.run
            context.on_close.append(lambda: _destroy_with(state, vm, run))
        state.events.lifecycle(vm, C.VIR_DOMAIN_EVENT_STARTED, C.VIR_DOMAIN_EVENT_STARTED_BOOTED)
        if paused:
            state.events.lifecycle(vm, C.VIR_DOMAIN_EVENT_SUSPENDED, C.VIR_DOMAIN_EVENT_SUSPENDED_PAUSED)
    if vm.run is not None:
        status.save(state.status, vm)


def _destroy_with(state: QemuState, vm: Vm, run: object) -> None:
    """The connection that wanted it is gone."""
    if vm.run is run and vm.run is not None:
        vm.run.ending = (C.VIR_DOMAIN_SHUTOFF_DESTROYED, C.VIR_DOMAIN_EVENT_STOPPED_DESTROYED)
        state.tasks.spawn(process.kill(state, vm), f"autodestroy {vm.name}")


class LifecycleFacet:
    """The operations that make a guest run or not."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    # --- start -------------------------------------------------------------------------------------------------

    async def domain_create(self, dom: p.NonnullDomain) -> None:
        await start_vm(self._state, self._state.find(dom), 0)

    async def domain_create_with_flags(self, dom: p.NonnullDomain, flags: int) -> p.NonnullDomain:
        errors.check_flags(flags, _START_FLAGS, "qemuDomainCreateWithFlags")
        vm = self._state.find(dom)
        await start_vm(self._state, vm, flags)
        return vm.ref

    async def domain_create_xml(self, xml_desc: str, flags: int) -> p.NonnullDomain:
        errors.check_flags(flags, _CREATE_FLAGS | C.VIR_DOMAIN_START_VALIDATE, "qemuDomainCreateXML")
        state = self._state
        document = await read_new(state, xml_desc, validate=bool(flags & C.VIR_DOMAIN_START_VALIDATE))
        name, uuid = document.name or "", parse_uuid(document.uuid or "")
        vm = admit(state, name, uuid, live=True)
        if vm is None:
            vm = state.new_vm(name, uuid)
            state.vms.add(vm)
        try:
            await start_vm(state, vm, flags, document)
        except BaseException:
            if not vm.is_persistent and not vm.is_active:
                state.forget(vm)
            raise
        return vm.ref

    # --- while it runs -----------------------------------------------------------------------------------------

    async def domain_suspend(self, dom: p.NonnullDomain) -> None:
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.SUSPEND):
            run = vm.require_active()
            if vm.state == C.VIR_DOMAIN_PMSUSPENDED:
                raise errors.invalid("domain is pmsuspended")
            if vm.state == C.VIR_DOMAIN_PAUSED:
                return
            run.paused_reason = C.VIR_DOMAIN_PAUSED_USER
            await vm.require_monitor().execute("stop")
            vm.require_active()

    async def domain_resume(self, dom: p.NonnullDomain) -> None:
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            run = vm.require_active()
            if vm.state == C.VIR_DOMAIN_PMSUSPENDED:
                raise errors.invalid("domain is pmsuspended")
            if vm.state == C.VIR_DOMAIN_RUNNING:
                raise errors.invalid("domain is already running")
            run.running_reason = C.VIR_DOMAIN_RUNNING_UNPAUSED
            await vm.require_monitor().execute("cont")
            vm.require_active()

    async def domain_shutdown(self, dom: p.NonnullDomain) -> None:
        await self.domain_shutdown_flags(dom, 0)

    async def domain_shutdown_flags(self, dom: p.NonnullDomain, flags: int) -> None:
        allowed = C.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN | C.VIR_DOMAIN_SHUTDOWN_GUEST_AGENT
        errors.check_flags(flags, allowed, "qemuDomainShutdownFlags")
        await self._press(self._state.find(dom), flags, reboot=False)

    async def domain_reboot(self, dom: p.NonnullDomain, flags: int) -> None:
        allowed = C.VIR_DOMAIN_REBOOT_ACPI_POWER_BTN | C.VIR_DOMAIN_REBOOT_GUEST_AGENT
        errors.check_flags(flags, allowed, "qemuDomainReboot")
        await self._press(self._state.find(dom), flags, reboot=True)

    async def _press(self, vm: Vm, flags: int, *, reboot: bool) -> None:
        """The guest agent where it is asked for or, with no mode said, usable; else the power button."""
        agent, button = C.VIR_DOMAIN_SHUTDOWN_GUEST_AGENT, C.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN
        by_agent = bool(flags & agent) or (not flags & button and vm.run is not None and vm.run.agent is not None)
        may_press = not flags & agent or bool(flags & button)
        if by_agent:
            try:
                async with vm.jobs.agent_job(AgentJob.MODIFY):
                    await require_agent(vm).shutdown("reboot" if reboot else "powerdown")
            except VirtError:
                if not may_press:
                    raise
            else:
                return
        await self._power_button(vm, reboot=reboot)

    async def _power_button(self, vm: Vm, *, reboot: bool) -> None:
        async with vm.jobs.job(Job.MODIFY):
            run = vm.require_active()
            monitor = vm.require_monitor()
            run.fake_reboot = reboot
            await monitor.execute("system_powerdown")
            vm.require_active()

    async def domain_reset(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, 0, "qemuDomainReset")
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            run = vm.require_active()
            await vm.require_monitor().execute("system_reset")
            run.fake_reboot = False
            vm.require_active()

    # --- the end -----------------------------------------------------------------------------------------------

    async def domain_destroy(self, dom: p.NonnullDomain) -> None:
        await self.domain_destroy_flags(dom, 0)

    async def domain_destroy_flags(self, dom: p.NonnullDomain, flags: int) -> None:
        """Waits for no job: killing the process is what ends whoever holds one."""
        allowed = C.VIR_DOMAIN_DESTROY_GRACEFUL | C.VIR_DOMAIN_DESTROY_REMOVE_LOGS
        errors.check_flags(flags, allowed, "qemuDomainDestroyFlags")
        state, vm = self._state, self._state.find(dom)
        run = vm.require_active()
        if run.starting:
            raise vm.jobs.timeout_error()
        before, run.ending = run.ending, (C.VIR_DOMAIN_SHUTOFF_DESTROYED, C.VIR_DOMAIN_EVENT_STOPPED_DESTROYED)
        done = False
        try:
            await process.kill(state, vm, graceful=bool(flags & C.VIR_DOMAIN_DESTROY_GRACEFUL))
            done = True
        finally:
            if not done:
                run.ending = before
        if flags & C.VIR_DOMAIN_DESTROY_REMOVE_LOGS:
            state.paths.log(vm.name).unlink(missing_ok=True)
