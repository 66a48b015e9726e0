"""Core dumps: the guest's memory as ELF or kdump by QEMU itself, or its whole state as a migration stream."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from purevirt.core.jobs import AsyncJob
from purevirt.core.tasks import offload
from purevirt.drivers.qemu import errors, process
from purevirt.drivers.qemu.job_data import JobData, MigrationProgress, dump_progress
from purevirt.drivers.qemu.monitor import decode
from purevirt.drivers.qemu.paths import short_name
from purevirt.drivers.qemu.transfer import TRANSFER_S, long_job, transfer
from purevirt.drivers.qemu.vm import Runtime, Vm
from purevirt.errors import ErrorDomain, system_error
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

RESUME_S = 10.0
"""How long QEMU may take to let a guest go on after it has told that its memory is written."""
_FLAGS = C.VIR_DUMP_LIVE | C.VIR_DUMP_CRASH | C.VIR_DUMP_BYPASS_CACHE | C.VIR_DUMP_RESET | C.VIR_DUMP_MEMORY_ONLY
_EXCLUSIVE = (
    ("VIR_DUMP_CRASH", C.VIR_DUMP_CRASH, "VIR_DUMP_LIVE", C.VIR_DUMP_LIVE),
    ("VIR_DUMP_CRASH", C.VIR_DUMP_CRASH, "VIR_DUMP_RESET", C.VIR_DUMP_RESET),
    ("VIR_DUMP_LIVE", C.VIR_DUMP_LIVE, "VIR_DUMP_RESET", C.VIR_DUMP_RESET),
)
_FORMATS = {
    C.VIR_DOMAIN_CORE_DUMP_FORMAT_RAW: None,
    C.VIR_DOMAIN_CORE_DUMP_FORMAT_KDUMP_ZLIB: "kdump-zlib",
    C.VIR_DOMAIN_CORE_DUMP_FORMAT_KDUMP_LZO: "kdump-lzo",
    C.VIR_DOMAIN_CORE_DUMP_FORMAT_KDUMP_SNAPPY: "kdump-snappy",
    C.VIR_DOMAIN_CORE_DUMP_FORMAT_WIN_DMP: "win-dmp",
}


def _create(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise system_error(error.errno or 5, f"Failed to create file '{path}'", ErrorDomain.QEMU) from error


def _finish(fd: int, bypass_cache: bool) -> None:
    """On disk, and out of the host's cache where that was asked for."""
    if bypass_cache:
        os.fsync(fd)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)


async def write_dump(state: QemuState, vm: Vm, run: Runtime, path: Path, dump_format: int, flags: int, data: JobData) -> None:
    """Write the file; it is gone again when that fails. The caller holds the DUMP job."""
    name = _FORMATS[dump_format]
    memory_only = bool(flags & C.VIR_DUMP_MEMORY_ONLY)
    if name is not None and not memory_only:
        raise errors.not_supported("kdump-compressed format is only supported with memory-only dump")
    if memory_only and name is not None:
        reply = await vm.require_monitor().execute("query-dump-guest-memory-capability")
        if name not in decode.mapping(reply, "query-dump-guest-memory-capability").get("formats", []):
            raise errors.bad_argument(f"unsupported dumpformat '{name}' for this QEMU binary")
    fd = await offload(_create, path)
    done = False
    try:
        if memory_only:
            data.abortable = False
            await _dump_memory(vm, run, fd, name, data)
        else:
            data.progress = MigrationProgress()
            await transfer(state, vm, run, "migrate", fd, data)
        await offload(_finish, fd, bool(flags & C.VIR_DUMP_BYPASS_CACHE))
        done = True
    finally:
        os.close(fd)
        if not done:
            with suppress(OSError):
                await offload(os.unlink, path)


async def _dump_memory(vm: Vm, run: Runtime, fd: int, name: str | None, data: JobData) -> None:
    """QEMU's own dump, in the background of the monitor so that others can talk to it meanwhile.

    QEMU stops a guest that runs for as long as it writes, and lets it go on only after it has told that it is done.
    """
    monitor = vm.require_monitor()
    ended, resumed = _event(run, "DUMP_COMPLETED"), None
    if vm.state == C.VIR_DOMAIN_RUNNING:
        resumed = _event(run, "RESUME")
    try:
        await monitor.execute("getfd", {"fdname": "dump"}, fds=[fd])
        wanted: dict[str, Any] = {"paging": False, "protocol": "fd:dump", "detach": True}
        await monitor.execute("dump-guest-memory", wanted | ({"format": name} if name else {}))
        ends: set[asyncio.Future[Any]] = {ended, monitor.closed}
        await asyncio.wait(ends, timeout=TRANSFER_S, return_when=asyncio.FIRST_COMPLETED)
        if resumed is not None and ended.done():
            await asyncio.wait({resumed, monitor.closed}, timeout=RESUME_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for awaited in (ended, resumed):
            if awaited is not None and not awaited.done():
                awaited.cancel()
    vm.require_active()
    event = {} if ended.cancelled() else ended.result()
    result = decode.child(event, "result")
    data.progress = dump_progress(result)
    if decode.string_or(result, "status") != "completed":
        raise errors.failed(f"memory-only dump failed: {decode.string_or(event, 'error') or 'unknown error'}")


def _event(run: Runtime, name: str) -> asyncio.Future[Any]:
    """The data of QEMU's next event of that name; give it up by cancelling."""
    found: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def watch(data: Any) -> bool:
        if not found.done():
            found.set_result(data)
        return True

    waiter = (name, watch)
    run.waiters.append(waiter)
    found.add_done_callback(lambda _: run.waiters.remove(waiter) if waiter in run.waiters else None)
    return found


async def core_dump(state: QemuState, vm: Vm, path: Path, dump_format: int, flags: int) -> None:
    """The whole of virDomainCoreDumpWithFormat: pause, write, and end, reset or go on, as the flags say."""
    async with long_job(state, vm, AsyncJob.DUMP, C.VIR_DOMAIN_JOB_OPERATION_DUMP) as data:
        run = vm.require_active()
        was_running = vm.state == C.VIR_DOMAIN_RUNNING
        if was_running and not flags & C.VIR_DUMP_LIVE:
            run.paused_reason = C.VIR_DOMAIN_PAUSED_DUMP
            await vm.require_monitor().execute("stop")
            vm.require_active()
            data.stopped = state.clock.monotonic()
        done = False
        try:
            await write_dump(state, vm, run, path, dump_format, flags, data)
            done = True
            if flags & C.VIR_DUMP_CRASH:
                run.end_quietly(C.VIR_DOMAIN_SHUTOFF_CRASHED, C.VIR_DOMAIN_EVENT_STOPPED_CRASHED)
                await process.kill(state, vm)
            elif flags & C.VIR_DUMP_RESET:
                await vm.require_monitor().execute("system_reset")
        finally:
            if vm.run is run and was_running and not (done and flags & C.VIR_DUMP_CRASH):
                await let_go_on(vm, run)


async def let_go_on(vm: Vm, run: Runtime) -> None:
    """The processors run again, unless they do."""
    if vm.state == C.VIR_DOMAIN_PAUSED:
        run.running_reason = C.VIR_DOMAIN_RUNNING_UNPAUSED
        await vm.require_monitor().execute("cont")


async def automatic_dump(state: QemuState, vm: Vm, run: Runtime, data: JobData, flags: int) -> None:
    """What on_crash and a watchdog ask for: a file of its own in auto_dump_path. Errors are the caller's to log."""
    stamp = time.strftime("%Y-%m-%d-%H:%M:%S", time.localtime(state.clock.wall_ms() / 1000))
    path = Path(state.config.auto_dump_path) / f"{short_name(vm.id, vm.name)}-{stamp}"
    await write_dump(state, vm, run, path, C.VIR_DOMAIN_CORE_DUMP_FORMAT_RAW, flags, data)


class DumpFacet:
    """virDomainCoreDump, virDomainCoreDumpWithFormat."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_core_dump(self, dom: p.NonnullDomain, to: str, flags: int) -> None:
        await self.domain_core_dump_with_format(dom, to, C.VIR_DOMAIN_CORE_DUMP_FORMAT_RAW, flags)

    async def domain_core_dump_with_format(self, dom: p.NonnullDomain, to: str, dumpformat: int, flags: int) -> None:
        errors.check_flags(flags, _FLAGS, "qemuDomainCoreDumpWithFormat")
        function = "virDomainCoreDumpWithFormat"
        if dumpformat not in _FORMATS:
            raise errors.plain_argument(f"dumpformat '{dumpformat}' is not supported", "dumpformat", function, ErrorDomain.DOMAIN)
        for first, one, second, other in _EXCLUSIVE:
            if flags & one and flags & other:
                text = f"Flags '{first}' and '{second}' are mutually exclusive"
                raise errors.plain_argument(text, "flags", function, ErrorDomain.DOMAIN)
        vm = self._state.find(dom)
        await core_dump(self._state, vm, Path(to), dumpformat, flags)
