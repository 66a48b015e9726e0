"""The host's hardware: processors, memory, NUMA nodes, as the description has them."""

from __future__ import annotations

from purevirt.drivers.test import errors
from purevirt.drivers.test.host import TestHost
from purevirt.protocol import remote as p
from purevirt.types import constants as C

_CPU_TIMES = {
    C.VIR_NODE_CPU_STATS_USER: 9797400000,
    C.VIR_NODE_CPU_STATS_KERNEL: 34678723400000,
    C.VIR_NODE_CPU_STATS_IDLE: 87264900000,
    C.VIR_NODE_CPU_STATS_IOWAIT: 763600000,
}


class HardwareFacet:
    """virNode*."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def node_get_info(self) -> p.NodeGetInfoRet:
        its = self._host.hardware
        return p.NodeGetInfoRet(
            its.model, its.memory, its.cpus, its.mhz, its.nodes, its.sockets, its.cores, its.threads
        )

    async def node_get_security_model(self) -> p.NodeGetSecurityModelRet:
        return p.NodeGetSecurityModelRet("testSecurity", "")

    async def node_get_free_memory(self) -> int:
        return sum(cell.memory // 2 for cell in self._host.cells)

    async def node_get_cells_free_memory(self, startCell: int, maxcells: int) -> list[int]:
        cells = self._host.cells
        if startCell >= len(cells):
            raise errors.bad_argument("Range exceeds available cells")
        return [cell.memory for cell in cells[startCell : startCell + maxcells]]

    async def node_get_cpu_stats(self, cpuNum: int, nparams: int, flags: int) -> p.NodeGetCpuStatsRet:
        errors.check_flags(flags, 0, "testNodeGetCPUStats")
        if not nparams:
            return p.NodeGetCpuStatsRet([], len(_CPU_TIMES))
        params = [p.NodeGetCpuStats(name, value) for name, value in _CPU_TIMES.items()]
        return p.NodeGetCpuStatsRet(params[:nparams], len(_CPU_TIMES))

    async def node_get_cpu_map(self, need_map: int, need_online: int, flags: int) -> p.NodeGetCpuMapRet:
        errors.check_flags(flags, 0, "testNodeGetCPUMap")
        return p.NodeGetCpuMapRet(b"\x15" if need_map else b"", 3 if need_online else 0, 8)

    async def node_get_free_pages(self, pages: list[int], startCell: int, cellCount: int, flags: int) -> list[int]:
        errors.check_flags(flags, 0, "testNodeGetFreePages")
        counts, last = [], 6
        for _ in range(len(pages) * cellCount):
            last = 2 * last + 7
            counts.append(last)
        return counts
