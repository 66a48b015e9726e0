"""The host, as guests' administrators ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.qemu import errors
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host import node
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState


class NodeFacet:
    """virNodeGet*, virConnectGetMaxVcpus."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def node_get_info(self) -> p.NodeGetInfoRet:
        found = node.node_info()
        counts = (found.memory_kib, found.cpus, found.mhz, found.nodes, found.sockets, found.cores, found.threads)
        return p.NodeGetInfoRet(found.model, *counts)

    async def node_get_free_memory(self) -> int:
        return node.meminfo_kib().get("MemFree", 0) * 1024

    async def node_get_cpu_map(self, need_map: int, need_online: int, flags: int) -> p.NodeGetCpuMapRet:
        errors.check_flags(flags, 0, "nodeGetCPUMap")
        present, online = node.present_cpus(), node.online_cpus()
        bits = bytearray((max(present, default=0) + 8) // 8)
        for cpu in online:
            bits[cpu // 8] |= 1 << (cpu % 8)
        return p.NodeGetCpuMapRet(bytes(bits) if need_map else b"", len(online) if need_online else 0, len(present))

    async def node_get_cpu_stats(self, cpu: int, nparams: int, flags: int) -> p.NodeGetCpuStatsRet:
        errors.check_flags(flags, 0, "nodeGetCPUStats")
        times = node.cpu_times_ns(None if cpu == C.VIR_NODE_CPU_STATS_ALL_CPUS else cpu)
        if not times:
            raise VirtError(ErrorCode.INVALID_ARG, f"Invalid cpuNum in virHostCPUGetStatsLinux: {cpu}", ErrorDomain.NONE)
        rows = [p.NodeGetCpuStats(name, value) for name, value in times.items()]
        return p.NodeGetCpuStatsRet(rows if nparams else [], len(rows))

    async def node_get_memory_stats(self, nparams: int, cell: int, flags: int) -> p.NodeGetMemoryStatsRet:
        errors.check_flags(flags, 0, "nodeGetMemoryStats")
        if cell not in (C.VIR_NODE_MEMORY_STATS_ALL_CELLS, *node.numa_nodes()):
            text = f"cellNum in virHostMemGetStats must be less than or equal to {max(node.numa_nodes())}"
            raise VirtError(ErrorCode.INVALID_ARG, text)
        known = node.meminfo_kib()
        names = {"total": "MemTotal", "free": "MemFree", "buffers": "Buffers", "cached": "Cached"}
        rows = [p.NodeGetMemoryStats(ours, known[theirs]) for ours, theirs in names.items() if theirs in known]
        return p.NodeGetMemoryStatsRet(rows if nparams else [], len(rows))

    async def connect_get_max_vcpus(self, type: str | None) -> int:
        if type is not None and type.lower() not in ("qemu", "kvm"):
            raise VirtError(ErrorCode.INVALID_ARG, f"unknown type '{type}'", ErrorDomain.QEMU)
        return 16
