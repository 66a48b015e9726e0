"""What follows when a guest powers off, reboots or panics: its own on_poweroff, on_reboot and on_crash."""

from __future__ import annotations

from logging import getLogger
from typing import TYPE_CHECKING

from purevirt.core.jobs import AsyncJob, Job
from purevirt.drivers.qemu import process
from purevirt.drivers.qemu.vm import Runtime, Vm
from purevirt.errors import VirtError
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

log = getLogger("purevirt.qemu.policy")


def after_shutdown(state: QemuState, vm: Vm, run: Runtime, self_caused: str = "") -> None:
    """The guest (or somebody) powered it off; QEMU stands still and waits for what we do with it."""
    document = vm.require_live()
    if run.fake_reboot or (document.on_poweroff == "restart" and self_caused != "host-signal"):
        run.fake_reboot = False
        vm.tasks.spawn(_restart(state, vm, run), "restart")
    elif document.on_poweroff == "preserve" and self_caused != "host-signal":
        vm.set_state(C.VIR_DOMAIN_SHUTDOWN, C.VIR_DOMAIN_SHUTDOWN_USER, state.clock)
    elif run.process is not None:
        run.process.signal(15)


async def _restart(state: QemuState, vm: Vm, run: Runtime) -> None:
    """A power-off that was meant as a reboot: reset it and let it run again."""
    try:
        async with vm.jobs.job(Job.MODIFY):
            if vm.run is not run or run.monitor is None:
                return
            run.shutdown_seen = False
            vm.set_state(C.VIR_DOMAIN_PAUSED, C.VIR_DOMAIN_PAUSED_STARTING_UP, state.clock)
            await run.monitor.execute("system_reset")
            run.running_reason = C.VIR_DOMAIN_RUNNING_BOOTED
            await run.monitor.execute("cont")
    except VirtError as error:
        log.error("%s: cannot restart: %s", vm.name, error)
        if run.process is not None:
            run.process.signal(9)


def after_panic(state: QemuState, vm: Vm, run: Runtime) -> None:
    """The guest's kernel gave up."""
    action = vm.require_live().on_crash or "destroy"
    if action == "preserve":
        return
    vm.tasks.spawn(_on_crash(state, vm, run, action), "crash")


async def _on_crash(state: QemuState, vm: Vm, run: Runtime, action: str) -> None:
    try:
        async with vm.jobs.async_job(AsyncJob.DUMP):
            if vm.run is not run:
                return
            if action.startswith("coredump"):
                log.error("%s: core dumps are not written by this version", vm.name)
            if action.endswith("restart"):
                assert run.monitor is not None
                await run.monitor.execute("system_reset")
                run.running_reason = C.VIR_DOMAIN_RUNNING_CRASHED
                await run.monitor.execute("cont")
            else:
                run.ending = (C.VIR_DOMAIN_SHUTOFF_CRASHED, C.VIR_DOMAIN_EVENT_STOPPED_CRASHED)
                await process.kill(state, vm)
    except VirtError as error:
        log.error("%s: after its crash: %s", vm.name, error)
