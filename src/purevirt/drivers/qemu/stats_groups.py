"""What each group of domain statistics says of a guest, in libvirt's order and with its types."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from purevirt.drivers.qemu.info import cpu_time_ns, memory_kib, vcpus
from purevirt.drivers.qemu.monitor.queries import BlockStats
from purevirt.drivers.qemu.observe import Observed, stats_of_device
from purevirt.drivers.qemu.summary import files_of
from purevirt.drivers.qemu.vm import Vm
from purevirt.host.netdev import net_counters
from purevirt.host.process import PAGE, TICK_NS, read_stat, run_delay_ns
from purevirt.types import constants as C
from purevirt.types.typed_params import ParamList

Files = dict[str, tuple[int, int]]
"""Path → (size, bytes allocated) of the host files of disks."""


def disks_of(vm: Vm) -> list[Any]:
    devices = vm.current().devices
    return list(devices.disks) if devices is not None else []


def disk_files(vm: Vm) -> list[tuple[str, str | None]]:
    """Target and host file of each disk."""
    if vm.run is None and vm.config is not None:
        return vm.config.summary().disks
    return files_of(vm.current())


def file_sizes(paths: list[str]) -> Files:
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
    out.uint("cpu.cache.monitor.count", 0)
    out.ullong("cpu.haltpoll.success.time", 0).ullong("cpu.haltpoll.fail.time", 0)


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
    for tag, value in memory_stats(vm, known):
        if tag in names:
            out.ullong(f"balloon.{names[tag]}", value)


def memory_stats(vm: Vm, known: Observed) -> list[tuple[int, int]]:
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
    named = [(index, net, net.target.dev) for index, net in enumerate(devices.interfaces) if net.target and net.target.dev]
    counters = net_counters() if named else {}
    for index, net, name in named:
        prefix = f"net.{index}"
        out.string(f"{prefix}.name", name)
        found = counters.get(name)
        if found is None:
            continue
        found = found.swapped() if seen_from_host(net) else found
        out.ullong(f"{prefix}.rx.bytes", found.rx_bytes).ullong(f"{prefix}.rx.pkts", found.rx_packets)
        out.ullong(f"{prefix}.rx.errs", found.rx_errors).ullong(f"{prefix}.rx.drop", found.rx_drops)
        out.ullong(f"{prefix}.tx.bytes", found.tx_bytes).ullong(f"{prefix}.tx.pkts", found.tx_packets)
        out.ullong(f"{prefix}.tx.errs", found.tx_errors).ullong(f"{prefix}.tx.drop", found.tx_drops)


def seen_from_host(interface: Any) -> bool:
    """Whether the host's device is the other end of a tap; a macvtap is the guest's own."""
    return bool(interface.type != "direct")


def _add_blocks(out: ParamList, vm: Vm, known: Observed, files: Files) -> None:
    targets = disk_files(vm)
    disks = disks_of(vm) if vm.run is not None else []
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
            threshold = known.capacities.get(node, (0, 0))[1]
            if threshold:
                out.ullong(f"{prefix}.threshold", threshold)
        elif size is not None:
            out.ullong(f"{prefix}.allocation", size[1])
            out.ullong(f"{prefix}.capacity", size[0]).ullong(f"{prefix}.physical", size[0])


def _add_counters(out: ParamList, prefix: str, known: Observed, stats: BlockStats, node: str) -> None:
    index = node.removeprefix("libvirt-").partition("-")[0]
    if index.isdecimal():
        out.uint(f"{prefix}.backingIndex", int(index))
    out.ullong(f"{prefix}.rd.reqs", stats.rd_operations).ullong(f"{prefix}.rd.bytes", stats.rd_bytes)
    out.ullong(f"{prefix}.rd.times", stats.rd_time_ns).ullong(f"{prefix}.wr.reqs", stats.wr_operations)
    out.ullong(f"{prefix}.wr.bytes", stats.wr_bytes).ullong(f"{prefix}.wr.times", stats.wr_time_ns)
    out.ullong(f"{prefix}.fl.reqs", stats.flush_operations).ullong(f"{prefix}.fl.times", stats.flush_time_ns)
    if node:
        out.ullong(f"{prefix}.allocation", stats.wr_highest_offset or 0)
    capacity = known.capacities.get(node, (0, 0))[0]
    if capacity:
        out.ullong(f"{prefix}.capacity", capacity)


def _add_iothreads(out: ParamList, vm: Vm, known: Observed, _files: Files) -> None:
    if vm.run is None or not vm.run.iothreads:
        return
    out.uint("iothread.count", len(vm.run.iothreads))
    for thread in known.iothreads:
        prefix = f"iothread.{thread.number}"
        out.ullong(f"{prefix}.poll-max-ns", thread.poll_max_ns)
        out.uint(f"{prefix}.poll-grow", thread.poll_grow).uint(f"{prefix}.poll-shrink", thread.poll_shrink)


def _add_dirty_rate(out: ParamList, _vm: Vm, known: Observed, _files: Files) -> None:
    rate = known.dirty_rate
    if rate is None:
        return
    out.int("dirtyrate.calc_status", rate.status).llong("dirtyrate.calc_start_time", rate.start_s)
    out.int("dirtyrate.calc_period", rate.period_s).string("dirtyrate.calc_mode", rate.mode)
    if rate.status == C.VIR_DOMAIN_DIRTYRATE_MEASURED:
        out.llong("dirtyrate.megabytes_per_second", rate.mib_per_s)
        for index, value in rate.vcpus:
            out.ullong(f"dirtyrate.vcpu.{index}.megabytes_per_second", value)


def _add_nothing(_out: ParamList, _vm: Vm, _known: Observed, _files: Files) -> None:
    """PERF without enabled events, MEMORY without bandwidth monitors, VM without KVM: libvirt offers them and says nothing."""


Group = Callable[[ParamList, Vm, Observed, Files], None]
GROUPS: dict[int, Group] = {
    C.VIR_DOMAIN_STATS_STATE: _add_state,
    C.VIR_DOMAIN_STATS_CPU_TOTAL: _add_cpu,
    C.VIR_DOMAIN_STATS_BALLOON: _add_balloon,
    C.VIR_DOMAIN_STATS_VCPU: _add_vcpu,
    C.VIR_DOMAIN_STATS_INTERFACE: _add_interfaces,
    C.VIR_DOMAIN_STATS_BLOCK: _add_blocks,
    C.VIR_DOMAIN_STATS_PERF: _add_nothing,
    C.VIR_DOMAIN_STATS_IOTHREAD: _add_iothreads,
    C.VIR_DOMAIN_STATS_MEMORY: _add_nothing,
    C.VIR_DOMAIN_STATS_DIRTYRATE: _add_dirty_rate,
    C.VIR_DOMAIN_STATS_VM: _add_nothing,
}
"""The groups in libvirt's order."""
OFFERED = sum(GROUPS)
