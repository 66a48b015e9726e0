"""Statistics: virConnectGetAllDomainStats and the calls for one kind each."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from purevirt.core.tasks import offload
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.info import cpu_time_ns, memory_kib, vcpus
from purevirt.drivers.qemu.lookup import matches
from purevirt.drivers.qemu.monitor.queries import BlockStats
from purevirt.drivers.qemu.observe import Observed, observe, stats_of_device
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host.process import PAGE, TICK_NS, read_stat, run_delay_ns
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import ParamList

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

_STATE_FLAGS = 0xFF | C.VIR_CONNECT_LIST_DOMAINS_OTHER
_OWN_FLAGS = (
    C.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
    | C.VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING
    | C.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS
)
Files = dict[str, tuple[int, int]]
"""Path → (size, bytes allocated) of the host files of disks."""


def _disks(vm: Vm) -> list[Any]:
    devices = vm.current().devices
    return list(devices.disks) if devices is not None else []


def _path(disk: Any) -> str | None:
    source = disk.source
    path = source.path if source is not None else None
    return str(path) if path and disk.type in ("file", "block") else None


def _disk_files(vm: Vm) -> list[tuple[str, str | None]]:
    """Target and host file of each disk; an inactive guest's are remembered with its definition."""
    if vm.run is not None or vm.config is None:
        return [(disk.target.dev, _path(disk)) for disk in _disks(vm)]
    if vm.config.disks is None:
        vm.config.disks = [(disk.target.dev, _path(disk)) for disk in _disks(vm)]
    return vm.config.disks


def _sizes(paths: list[str]) -> Files:
    """Sizes of host files; those that are not there are left out. In a thread: a file may be on a slow server."""
    found: Files = {}
    for path in dict.fromkeys(paths):
        try:
            status = os.stat(path)
        except OSError:
            continue
        found[path] = (status.st_size, status.st_blocks * 512)
    return found


def _add_state(out: ParamList, vm: Vm, _known: Observed, _files: Files) -> None:
    out.int("state.state", vm.state).int("state.reason", vm.reason)


def _add_cpu(out: ParamList, vm: Vm, _known: Observed, _files: Files) -> None:
    if vm.run is None or vm.run.process is None:
        return
    found = read_stat(vm.run.process.pid)
    if found is not None:
        out.ullong("cpu.time", cpu_time_ns(vm))
        out.ullong("cpu.user", found.utime * TICK_NS).ullong("cpu.system", found.stime * TICK_NS)


def _add_balloon(out: ParamList, vm: Vm, known: Observed, _files: Files) -> None:
    most, now = memory_kib(vm)
    out.ullong("balloon.current", known.balloon_kib or now).ullong("balloon.maximum", most)
    names = {
        C.VIR_DOMAIN_MEMORY_STAT_SWAP_IN: "swap_in",
        C.VIR_DOMAIN_MEMORY_STAT_SWAP_OUT: "swap_out",
        C.VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT: "major_fault",
        C.VIR_DOMAIN_MEMORY_STAT_MINOR_FAULT: "minor_fault",
        C.VIR_DOMAIN_MEMORY_STAT_UNUSED: "unused",
        C.VIR_DOMAIN_MEMORY_STAT_AVAILABLE: "available",
        C.VIR_DOMAIN_MEMORY_STAT_USABLE: "usable",
        C.VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE: "last-update",
        C.VIR_DOMAIN_MEMORY_STAT_DISK_CACHES: "disk_caches",
        C.VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGALLOC: "hugetlb_pgalloc",
        C.VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGFAIL: "hugetlb_pgfail",
        C.VIR_DOMAIN_MEMORY_STAT_RSS: "rss",
    }
    for tag, value in _memory(vm, known):
        if tag in names:
            out.ullong(f"balloon.{names[tag]}", value)


def _memory(vm: Vm, known: Observed) -> list[tuple[int, int]]:
    """Guest memory statistics by tag, the resident size of its QEMU last; nothing for a guest that does not run."""
    if vm.run is None or vm.run.process is None:
        return []
    guest = dict(known.guest_memory)
    guest.setdefault(C.VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE, 0)
    found = read_stat(vm.run.process.pid)
    rss = [(C.VIR_DOMAIN_MEMORY_STAT_RSS, found.rss_pages * PAGE // 1024)] if found is not None else []
    return [*sorted(guest.items()), *rss]


def _add_vcpu(out: ParamList, vm: Vm, _known: Observed, _files: Files) -> None:
    most, now = vcpus(vm)
    out.uint("vcpu.current", now).uint("vcpu.maximum", most)
    if vm.run is None or vm.run.process is None:
        return
    pid = vm.run.process.pid
    for index, thread in sorted(vm.run.vcpu_threads.items()):
        found = read_stat(pid, thread)
        if found is None:
            continue
        out.int(f"vcpu.{index}.state", C.VIR_VCPU_RUNNING)
        out.ullong(f"vcpu.{index}.time", (found.utime + found.stime) * TICK_NS)
        out.ullong(f"vcpu.{index}.wait", 0).ullong(f"vcpu.{index}.delay", run_delay_ns(pid, thread))


def _add_interfaces(out: ParamList, vm: Vm, _known: Observed, _files: Files) -> None:
    devices = vm.live.devices if vm.live is not None else None
    if devices is None:
        return
    out.uint("net.count", len(devices.interfaces))
    for index, interface in enumerate(devices.interfaces):
        if interface.target is not None and interface.target.dev:
            out.string(f"net.{index}.name", interface.target.dev)


def _add_blocks(out: ParamList, vm: Vm, known: Observed, files: Files) -> None:
    targets = _disk_files(vm)
    disks = _disks(vm) if vm.run is not None else []
    out.uint("block.count", len(targets))
    for index, (target, path) in enumerate(targets):
        prefix = f"block.{index}"
        out.string(f"{prefix}.name", target)
        if path is not None:
            out.string(f"{prefix}.path", path)
        alias = disks[index].alias if disks else None
        stats, node = stats_of_device(known, alias.name) if alias is not None else (None, "")
        size = files.get(path or "")
        if stats is not None:
            _add_counters(out, prefix, known, stats, node)
            if size is not None:
                out.ullong(f"{prefix}.physical", size[1])
        elif size is not None:
            out.ullong(f"{prefix}.capacity", size[0]).ullong(f"{prefix}.physical", size[0])


def _add_counters(out: ParamList, prefix: str, known: Observed, stats: BlockStats, node: str) -> None:
    index = node.removeprefix("libvirt-").partition("-")[0]
    if index.isdecimal():
        out.uint(f"{prefix}.backingIndex", int(index))
    out.ullong(f"{prefix}.rd.reqs", stats.rd_operations).ullong(f"{prefix}.rd.bytes", stats.rd_bytes)
    out.ullong(f"{prefix}.rd.times", stats.rd_time_ns).ullong(f"{prefix}.wr.reqs", stats.wr_operations)
    out.ullong(f"{prefix}.wr.bytes", stats.wr_bytes).ullong(f"{prefix}.wr.times", stats.wr_time_ns)
    out.ullong(f"{prefix}.fl.reqs", stats.flush_operations).ullong(f"{prefix}.fl.times", stats.flush_time_ns)
    out.ullong(f"{prefix}.allocation", stats.wr_highest_offset or 0)
    capacity = known.capacities.get(node, (0, 0))[0]
    if capacity:
        out.ullong(f"{prefix}.capacity", capacity)


def _add_iothreads(out: ParamList, vm: Vm, _known: Observed, _files: Files) -> None:
    if vm.run is not None and vm.run.iothreads:
        out.uint("iothread.count", len(vm.run.iothreads))


Group = Callable[[ParamList, Vm, Observed, Files], None]
_GROUPS: dict[int, Group] = {
    C.VIR_DOMAIN_STATS_STATE: _add_state,
    C.VIR_DOMAIN_STATS_CPU_TOTAL: _add_cpu,
    C.VIR_DOMAIN_STATS_BALLOON: _add_balloon,
    C.VIR_DOMAIN_STATS_VCPU: _add_vcpu,
    C.VIR_DOMAIN_STATS_INTERFACE: _add_interfaces,
    C.VIR_DOMAIN_STATS_BLOCK: _add_blocks,
    C.VIR_DOMAIN_STATS_IOTHREAD: _add_iothreads,
}
"""The groups in libvirt's order. PERF, MEMORY, DIRTYRATE and VM have nothing to say yet and are not offered."""
_OFFERED = sum(_GROUPS)
_FIXED = frozenset({C.VIR_DOMAIN_STATS_BALLOON, C.VIR_DOMAIN_STATS_VCPU})
"""Groups that follow from the definition alone while the guest does not run; kept with it, so that nothing is parsed."""


class StatsFacet:
    """Readers: they never take a job, and wait for QEMU at most `observe.READER_S`."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def connect_get_all_domain_stats(
        self, doms: list[p.NonnullDomain], stats: int, flags: int
    ) -> list[p.DomainStatsRecord]:
        errors.check_flags(flags, _STATE_FLAGS | _OWN_FLAGS, "qemuConnectGetAllDomainStats")
        if flags & C.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS and stats & ~_OFFERED:
            text = f"Stats types bits 0x{stats & ~_OFFERED:x} are not supported by this daemon or QEMU"
            raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, text, ErrorDomain.QEMU)
        wanted = stats & _OFFERED if stats else _OFFERED
        vms = [self._state.find(dom) for dom in doms] if doms else list(self._state.vms)
        vms = [vm for vm in vms if matches(vm, flags & _STATE_FLAGS)]
        blocks = bool(wanted & C.VIR_DOMAIN_STATS_BLOCK)
        memory = bool(wanted & C.VIR_DOMAIN_STATS_BALLOON)
        running = [vm for vm in vms if vm.is_active]
        answers = await asyncio.gather(*(observe(vm, blocks=blocks, memory=memory) for vm in running))
        known = dict(zip(running, answers, strict=True))
        paths = [path for vm in vms for _, path in _disk_files(vm) if path] if blocks else []
        files = await offload(_sizes, paths) if paths else {}
        nothing = Observed()
        return [self._record(vm, wanted, known.get(vm, nothing), files) for vm in vms]

    @staticmethod
    def _record(vm: Vm, wanted: int, known: Observed, files: Files) -> p.DomainStatsRecord:
        out = ParamList()
        for bit, add in _GROUPS.items():
            if not wanted & bit:
                continue
            kept = vm.config.stats if bit in _FIXED and vm.run is None and vm.config is not None else None
            if kept is None:
                add(out, vm, known, files)
            elif bit in kept:
                out += kept[bit]
            else:
                before = len(out)
                add(out, vm, known, files)
                kept[bit] = out[before:]
        return p.DomainStatsRecord(vm.ref, out)

    async def domain_memory_stats(self, dom: p.NonnullDomain, max_stats: int, flags: int) -> list[p.DomainMemoryStat]:
        errors.check_flags(flags, 0, "qemuDomainMemoryStats")
        vm = self._state.find(dom)
        vm.require_active()
        known = await observe(vm, memory=True)
        actual = (C.VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON, known.balloon_kib or memory_kib(vm)[1])
        found = [actual, *_memory(vm, known)]
        return [p.DomainMemoryStat(tag, value) for tag, value in found[:max_stats]]

    async def domain_block_stats(self, dom: p.NonnullDomain, path: str) -> p.DomainBlockStatsRet:
        vm = self._state.find(dom)
        vm.require_active()
        known = await observe(vm, blocks=True)
        found, _ = stats_of_device(known, find_disk(vm, path).alias.name)
        if found is None:
            raise errors.internal(f"cannot find statistics for device '{path}'")
        return p.DomainBlockStatsRet(found.rd_operations, found.rd_bytes, found.wr_operations, found.wr_bytes, -1)

    async def domain_block_stats_flags(
        self, dom: p.NonnullDomain, path: str, nparams: int, flags: int
    ) -> p.DomainBlockStatsFlagsRet:
        errors.check_flags(flags, C.VIR_TYPED_PARAM_STRING_OKAY, "qemuDomainBlockStatsFlags")
        vm = self._state.find(dom)
        vm.require_active()
        known = await observe(vm, blocks=True)
        found, _ = stats_of_device(known, find_disk(vm, path).alias.name)
        if found is None:
            raise errors.internal(f"cannot find statistics for device '{path}'")
        out = ParamList().llong("wr_bytes", found.wr_bytes).llong("wr_operations", found.wr_operations)
        out.llong("rd_bytes", found.rd_bytes).llong("rd_operations", found.rd_operations)
        out.llong("flush_operations", found.flush_operations).llong("wr_total_times", found.wr_time_ns)
        out.llong("rd_total_times", found.rd_time_ns).llong("flush_total_times", found.flush_time_ns)
        return p.DomainBlockStatsFlagsRet([] if nparams == 0 else list(out[:nparams]), len(out))

    async def domain_get_block_info(self, dom: p.NonnullDomain, path: str, flags: int) -> p.DomainGetBlockInfoRet:
        errors.check_flags(flags, 0, "qemuDomainGetBlockInfo")
        vm = self._state.find(dom)
        disk = find_disk(vm, path)
        host = _path(disk)
        if host is None:
            raise VirtError(ErrorCode.INVALID_ARG, f"disk '{path}' does not currently have a source assigned", ErrorDomain.QEMU)
        sizes = await offload(_sizes, [host])
        if host not in sizes:
            raise errors.internal(f"cannot stat file '{host}'")
        size, allocated = sizes[host]
        known = await observe(vm, blocks=True) if vm.is_active else Observed()
        node = stats_of_device(known, disk.alias.name)[1] if disk.alias is not None else ""
        return p.DomainGetBlockInfoRet(allocated, known.capacities.get(node, (size, 0))[0], size)


def find_disk(vm: Vm, path: str) -> Any:
    """A disk by target or by source path; INVALID_ARG when there is none."""
    for disk in _disks(vm):
        if path and (disk.target.dev == path or _path(disk) == path):
            return disk
    raise VirtError(ErrorCode.INVALID_ARG, f"invalid path {path} not assigned to domain", ErrorDomain.QEMU)
