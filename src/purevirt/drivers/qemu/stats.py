"""Statistics: virConnectGetAllDomainStats and the calls for one kind each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from purevirt.core.tasks import offload
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.info import memory_kib
from purevirt.drivers.qemu.lookup import matches
from purevirt.drivers.qemu.monitor.queries import BlockStats, total_of
from purevirt.drivers.qemu.observe import Observed, observe, stats_of_device
from purevirt.drivers.qemu.stats_groups import (
    GROUPS,
    OFFERED,
    Files,
    disk_files,
    disks_of,
    file_sizes,
    memory_stats,
)
from purevirt.drivers.qemu.summary import host_path
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import KeptParams, ParamList

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

_STATE_FLAGS = 0xFF | C.VIR_CONNECT_LIST_DOMAINS_OTHER
_OWN_FLAGS = (
    C.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
    | C.VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING
    | C.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS
)


class StatsFacet:
    """Readers: they never take a job, and wait for QEMU at most `observe.READER_S`."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def connect_get_all_domain_stats(
        self, doms: list[p.NonnullDomain], stats: int, flags: int
    ) -> list[p.DomainStatsRecord]:
        errors.check_flags(flags, _STATE_FLAGS | _OWN_FLAGS, "qemuConnectGetAllDomainStats")
        if flags & C.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS and stats & ~OFFERED:
            text = f"Stats types bits 0x{stats & ~OFFERED:x} are not supported by this daemon or QEMU"
            raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, text, ErrorDomain.QEMU)
        wanted = stats & OFFERED if stats else OFFERED
        vms = [self._state.find(dom) for dom in doms] if doms else list(self._state.vms)
        vms = [vm for vm in vms if matches(vm, flags & _STATE_FLAGS)]
        blocks = bool(wanted & C.VIR_DOMAIN_STATS_BLOCK)
        memory = bool(wanted & C.VIR_DOMAIN_STATS_BALLOON)
        threads = bool(wanted & C.VIR_DOMAIN_STATS_IOTHREAD)
        dirty = bool(wanted & C.VIR_DOMAIN_STATS_DIRTYRATE)
        running = [vm for vm in vms if vm.is_active]
        answers = await asyncio.gather(
            *(observe(vm, blocks=blocks, memory=memory, iothreads=threads, dirty_rate=dirty) for vm in running)
        )
        known = dict(zip(running, answers, strict=True))
        paths = [path for vm in vms for _, path in disk_files(vm) if path] if blocks else []
        files = await offload(file_sizes, paths) if paths else {}
        nothing = Observed()
        return [self._record(vm, wanted, known.get(vm, nothing), files) for vm in vms]

    @staticmethod
    def _record(vm: Vm, wanted: int, known: Observed, files: Files) -> p.DomainStatsRecord:
        idle = vm.config if vm.run is None else None
        if idle is not None:
            # All that a guest's statistics depend on while it does not run, beside its definition.
            sizes = [files.get(path or "") for _, path in disk_files(vm)] if files else None
            key = (wanted, vm.state, vm.reason, sizes)
            if idle.stats is not None and idle.stats[0] == key:
                return p.DomainStatsRecord(vm.ref, idle.stats[1])
        out = ParamList()
        for bit, add in GROUPS.items():
            if wanted & bit:
                add(out, vm, known, files)
        if idle is not None:
            kept = KeptParams(out)
            idle.stats = (key, kept)
            return p.DomainStatsRecord(vm.ref, kept)
        return p.DomainStatsRecord(vm.ref, out)

    async def domain_memory_stats(self, dom: p.NonnullDomain, max_stats: int, flags: int) -> list[p.DomainMemoryStat]:
        errors.check_flags(flags, 0, "qemuDomainMemoryStats")
        vm = self._state.find(dom)
        vm.require_active()
        known = await observe(vm, memory=True)
        actual = (C.VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON, known.balloon_kib or memory_kib(vm)[1])
        found = [actual, *memory_stats(vm, known)]
        return [p.DomainMemoryStat(tag, value) for tag, value in found[:max_stats]]

    async def domain_block_stats(self, dom: p.NonnullDomain, path: str) -> p.DomainBlockStatsRet:
        vm = self._state.find(dom)
        vm.require_active()
        found = await self._block_stats(vm, path)
        return p.DomainBlockStatsRet(found.rd_operations, found.rd_bytes, found.wr_operations, found.wr_bytes, -1)

    async def domain_block_stats_flags(
        self, dom: p.NonnullDomain, path: str, nparams: int, flags: int
    ) -> p.DomainBlockStatsFlagsRet:
        errors.check_flags(flags, C.VIR_TYPED_PARAM_STRING_OKAY, "qemuDomainBlockStatsFlags")
        vm = self._state.find(dom)
        vm.require_active()
        found = await self._block_stats(vm, path)
        out = ParamList().llong("wr_bytes", found.wr_bytes).llong("wr_operations", found.wr_operations)
        out.llong("rd_bytes", found.rd_bytes).llong("rd_operations", found.rd_operations)
        out.llong("flush_operations", found.flush_operations).llong("wr_total_times", found.wr_time_ns)
        out.llong("rd_total_times", found.rd_time_ns).llong("flush_total_times", found.flush_time_ns)
        return p.DomainBlockStatsFlagsRet([] if nparams == 0 else list(out[:nparams]), len(out))

    @staticmethod
    async def _block_stats(vm: Vm, path: str) -> BlockStats:
        """Counters of one disk; of all disks together when `path` is empty."""
        known = await observe(vm, blocks=True)
        disks = [find_disk(vm, path, f"invalid path: {path}")] if path else disks_of(vm)
        each = [found for disk in disks if (found := stats_of_device(known, disk.alias.name)[0]) is not None]
        if not each and path:
            raise errors.internal(f"cannot find statistics for device '{path}'")
        return total_of(each)

    async def domain_get_block_info(self, dom: p.NonnullDomain, path: str, flags: int) -> p.DomainGetBlockInfoRet:
        errors.check_flags(flags, 0, "qemuDomainGetBlockInfo")
        vm = self._state.find(dom)
        disk = find_disk(vm, path, f"invalid path {path} not assigned to domain")
        host = host_path(disk)
        if host is None:
            raise VirtError(ErrorCode.INVALID_ARG, f"disk '{path}' does not currently have a source assigned", ErrorDomain.QEMU)
        sizes = await offload(file_sizes, [host])
        if host not in sizes:
            raise errors.internal(f"cannot stat file '{host}'")
        size, allocated = sizes[host]
        known = await observe(vm, blocks=True) if vm.is_active else Observed()
        node = stats_of_device(known, disk.alias.name)[1] if disk.alias is not None else ""
        return p.DomainGetBlockInfoRet(allocated, known.capacities.get(node, (size, 0))[0], size)


def find_disk(vm: Vm, path: str, unknown: str) -> Any:
    """A disk by target or by source path; INVALID_ARG with the text `unknown` when there is none."""
    for disk in disks_of(vm):
        if path and (disk.target.dev == path or host_path(disk) == path):
            return disk
    raise errors.bad_argument(unknown)
