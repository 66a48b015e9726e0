"""What follows when a guest powers off, reboots or panics: its own on_poweroff, on_reboot and on_crash."""

from __future__ import annotations

import asyncio
from logging import getLogger
from typing import TYPE_CHECKING

from purevirt.core.clock import wait_within
from purevirt.core.jobs import AsyncJob, Job
from purevirt.drivers.qemu import process, status
from purevirt.drivers.qemu.dump import automatic_dump, let_go_on
from purevirt.drivers.qemu.job_data import JobData
from purevirt.drivers.qemu.transfer import long_job
from purevirt.drivers.qemu.vm import Runtime, Vm
from purevirt.errors import VirtError
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

log = getLogger("purevirt.qemu.policy")
_STOP_S = 1.0
"""How long QEMU may take to stop a guest after it has told of its panic."""


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


def panicked(state: QemuState, vm: Vm, run: Runtime) -> None:
    """The guest's kernel gave up. QEMU tells it before it stops the guest; libvirt's clients hear of the stop first."""
    stopped = asyncio.get_running_loop().create_future()

    def stop(_data: object) -> bool:
        if not stopped.done():
            stopped.set_result(None)
        return True

    run.waiters.append(("STOP", stop))
    vm.tasks.spawn(_on_crash(state, vm, run, stopped), "crash")


async def _on_crash(state: QemuState, vm: Vm, run: Runtime, stopped: asyncio.Future[None]) -> None:
    await wait_within(state.clock, _STOP_S, stopped)
    if vm.run is not run:
        return
    vm.set_state(C.VIR_DOMAIN_CRASHED, C.VIR_DOMAIN_CRASHED_PANICKED, state.clock)
    status.save(state.status, vm)
    state.events.lifecycle(vm, C.VIR_DOMAIN_EVENT_CRASHED, C.VIR_DOMAIN_EVENT_CRASHED_PANICKED)
    action = vm.require_live().on_crash or "destroy"
    if action != "preserve":
        await _after_crash(state, vm, run, action)


async def _after_crash(state: QemuState, vm: Vm, run: Runtime, action: str) -> None:
    try:
        async with long_job(state, vm, AsyncJob.DUMP, C.VIR_DOMAIN_JOB_OPERATION_DUMP) as data:
            if vm.run is not run:
                return
            if action.startswith("coredump"):
                await _dump(state, vm, run, data, C.VIR_DUMP_MEMORY_ONLY)
            if action.endswith("restart"):
                assert run.monitor is not None
                await run.monitor.execute("system_reset")
                run.running_reason = C.VIR_DOMAIN_RUNNING_CRASHED
                await run.monitor.execute("cont")
            else:
                run.end_quietly(C.VIR_DOMAIN_SHUTOFF_CRASHED, C.VIR_DOMAIN_EVENT_STOPPED_CRASHED)
                await process.kill(state, vm)
    except VirtError as error:
        log.error("%s: after its crash: %s", vm.name, error)


async def _dump(state: QemuState, vm: Vm, run: Runtime, data: JobData, flags: int) -> None:
    """A dump that cannot be written does not keep the guest from what shall follow."""
    try:
        await automatic_dump(state, vm, run, data, flags)
    except VirtError as error:
        log.error("%s: cannot dump its core: %s", vm.name, error)


def after_watchdog(state: QemuState, vm: Vm, run: Runtime) -> None:
    """The watchdog's action "dump": QEMU has paused the guest; its state goes to a file and it runs again."""
    vm.tasks.spawn(_watchdog_dump(state, vm, run), "watchdog dump")


async def _watchdog_dump(state: QemuState, vm: Vm, run: Runtime) -> None:
    try:
        async with long_job(state, vm, AsyncJob.DUMP, C.VIR_DOMAIN_JOB_OPERATION_DUMP) as data:
            if vm.run is run:
                await _dump(state, vm, run, data, 0)
                await let_go_on(vm, run)
    except VirtError as error:
        log.error("%s: after its watchdog fired: %s", vm.name, error)
