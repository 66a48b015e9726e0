"""Memory to and from a file by QEMU's migration stream: save, restore and the full core dump."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from purevirt.core.jobs import AsyncJob
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.job_data import JobData, migration_progress
from purevirt.drivers.qemu.monitor.queries import run_state
from purevirt.drivers.qemu.vm import Runtime, Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

_MAX_BANDWIDTH = (1 << 63) - 1
TRANSFER_S = 3600.0
"""The longest that memory may take to or from the file."""
_LOOKS = 5000
"""How often QEMU is looked at after a migration stream, two milliseconds apart."""
NAMES = {
    C.VIR_DOMAIN_JOB_OPERATION_SAVE: "save job",
    C.VIR_DOMAIN_JOB_OPERATION_DUMP: "domain core dump job",
    C.VIR_DOMAIN_JOB_OPERATION_RESTORE: "restore job",
}
"""What messages call a job."""


@asynccontextmanager
async def long_job(state: QemuState, vm: Vm, kind: AsyncJob, operation: int) -> AsyncIterator[JobData]:
    """Hold the async job, with its data where readers find it."""
    async with vm.jobs.async_job(kind):
        data = vm.job = JobData(operation, state.clock.monotonic())
        try:
            yield data
        finally:
            vm.job = None


async def transfer(state: QemuState, vm: Vm, run: Runtime, command: str, fd: int, data: JobData) -> None:
    """Let QEMU write its state to the descriptor ("migrate") or read it ("migrate-incoming"), and wait until it has.

    A job that wrote is told as completed; one that was cancelled raises OPERATION_ABORTED.
    """
    monitor = vm.require_monitor()
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def watch(event: Any) -> bool:
        said = event.get("status") if isinstance(event, dict) else None
        if said in ("completed", "failed", "cancelled") and not ended.done():
            ended.set_result(said)
        return ended.done()

    await monitor.execute("migrate-set-capabilities", {"capabilities": [{"capability": "events", "state": True}]})
    if command == "migrate":
        await monitor.execute("migrate-set-parameters", {"max-bandwidth": _MAX_BANDWIDTH})
    waiter = ("MIGRATION", watch)
    run.waiters.append(waiter)
    try:
        await monitor.execute("getfd", {"fdname": "migrate"}, fds=[fd])
        await monitor.execute(command, {"uri": "fd:migrate"})
        ends: set[asyncio.Future[Any]] = {ended, monitor.closed}
        await asyncio.wait(ends, timeout=TRANSFER_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        with suppress(ValueError):
            run.waiters.remove(waiter)
    outcome = ended.result() if ended.done() else ""
    if outcome == "completed":
        if command == "migrate":
            await complete(state, vm, data)
            await _settled(vm)
        return
    if outcome == "cancelled" or data.cancelled:
        raise VirtError(ErrorCode.OPERATION_ABORTED, f"{NAMES[data.operation]}: canceled by client", ErrorDomain.QEMU)
    raise errors.failed(f"{NAMES[data.operation]}: {await _why(vm)}")


async def complete(state: QemuState, vm: Vm, data: JobData) -> None:
    """The stream is written: what the job did is kept, and told."""
    now = state.clock.monotonic()
    done = migration_progress(await vm.require_monitor().execute("query-migrate"))
    if data.stopped is not None:
        done.downtime_ms = int((now - data.stopped) * 1000)
    data.progress = done
    data.elapse(now)
    data.kind = C.VIR_DOMAIN_JOB_COMPLETED
    vm.completed_job = data
    state.events.job_completed(vm, data.params())


async def _settled(vm: Vm) -> None:
    """QEMU tells that it is done a moment before it can go on: until then it refuses "cont"."""
    for _ in range(_LOOKS):
        _, word = await run_state(vm.require_monitor())
        if word != "finish-migrate":
            return
        await asyncio.sleep(0.002)


async def _why(vm: Vm) -> str:
    try:
        reply = await vm.require_monitor().execute("query-migrate")
    except VirtError:
        return "unexpectedly failed"
    text = reply.get("error-desc") if isinstance(reply, dict) else None
    return str(text) if text else "unexpectedly failed"
