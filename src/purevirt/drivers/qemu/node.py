"""The host, as guests' administrators ask for it. Texts name libvirt's inner functions: clients see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.qemu import errors
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host import kvm, node
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import ParamList

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

_NONE = ErrorDomain.NONE
_WIDE = frozenset({"pages_shared", "pages_sharing", "pages_unshared", "pages_volatile", "full_scans"})
"""Counters of page merging that have 64 bits."""


def _cells(start: int) -> list[int]:
    """NUMA nodes from `start` on; INTERNAL_ERROR when there are none."""
    known = node.numa_nodes() or [0]
    if start > known[-1]:
        raise VirtError(ErrorCode.INTERNAL_ERROR, f"start cell {start} out of range (0-{known[-1]})", _NONE)
    return [cell for cell in known if cell >= start]


class NodeFacet:
    """virNodeGet*, virConnectGetMaxVcpus."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def node_get_info(self) -> p.NodeGetInfoRet:
        found = node.node_info()
        counts = (found.memory_kib, found.cpus, found.mhz, found.nodes, found.sockets, found.cores, found.threads)
        return p.NodeGetInfoRet(found.model, *counts)

    async def node_get_security_model(self) -> p.NodeGetSecurityModelRet:
        """The first of the models; ownership of files (dac) comes second and is no label of its own here."""
        return p.NodeGetSecurityModelRet("none", "0")

    # --- memory ------------------------------------------------------------------------------------------------

    async def node_get_free_memory(self) -> int:
        free = [node.cell_memory_kib(cell).get("MemFree", 0) for cell in node.numa_nodes()]
        return (sum(free) or node.meminfo_kib().get("MemFree", 0)) * 1024

    async def node_get_cells_free_memory(self, start: int, maxcells: int) -> list[int]:
        wanted = [cell for cell in _cells(start) if cell < start + maxcells]
        return [node.cell_memory_kib(cell).get("MemFree", 0) * 1024 for cell in wanted]

    async def node_get_free_pages(self, pages: list[int], start: int, count: int, flags: int) -> list[int]:
        errors.check_flags(flags, 0, "virHostMemGetFreePages", _NONE)
        counts: list[int] = []
        for cell in [cell for cell in _cells(start) if cell < start + count]:
            free = {pool.size_kib: pool.free for pool in node.cell_pages(cell)}
            for size in pages:
                if size not in free:
                    text = f"page size {size} is not available on node {cell}"
                    raise VirtError(ErrorCode.OPERATION_FAILED, text, _NONE)
                counts.append(free[size])
        return counts

    async def node_get_memory_stats(self, nparams: int, cell: int, flags: int) -> p.NodeGetMemoryStatsRet:
        errors.check_flags(flags, 0, "virHostMemGetStats", _NONE)
        most = max(node.numa_nodes(), default=0)
        whole = cell == C.VIR_NODE_MEMORY_STATS_ALL_CELLS
        if not whole and not 0 <= cell <= most:
            text = f"cellNum in virHostMemGetStats must be less than or equal to {most}"
            raise errors.plain_argument(text, "cellNum", "virHostMemGetStats", _NONE)
        names = {"total": "MemTotal", "free": "MemFree"} | ({"buffers": "Buffers", "cached": "Cached"} if whole else {})
        if nparams == 0:
            return p.NodeGetMemoryStatsRet([], len(names))
        if nparams != len(names):
            text = f"nparams in virHostMemGetStatsLinux must be {len(names)}"
            raise errors.plain_argument(text, "nparams", "virHostMemGetStatsLinux", _NONE)
        known = node.meminfo_kib() if whole else node.cell_memory_kib(cell)
        rows = [p.NodeGetMemoryStats(ours, known.get(theirs, 0)) for ours, theirs in names.items()]
        return p.NodeGetMemoryStatsRet(rows, len(rows))

    async def node_get_memory_parameters(self, nparams: int, flags: int) -> p.NodeGetMemoryParametersRet:
        errors.check_flags(flags, C.VIR_TYPED_PARAM_STRING_OKAY, "virHostMemGetParameters", _NONE)
        out = ParamList()
        for name, value in node.shared_memory().items():
            (out.ullong if name in _WIDE else out.uint)(f"shm_{name}", value)
        if nparams == 0:
            return p.NodeGetMemoryParametersRet([], len(out))
        return p.NodeGetMemoryParametersRet(list(out[:nparams]), 0)

    # --- processors --------------------------------------------------------------------------------------------

    async def node_get_cpu_map(self, need_map: int, need_online: int, flags: int) -> p.NodeGetCpuMapRet:
        errors.check_flags(flags, 0, "virHostCPUGetMap", _NONE)
        present, online = node.present_cpus(), node.online_cpus()
        bits = bytearray((max(present, default=0) + 8) // 8)
        for cpu in online:
            bits[cpu // 8] |= 1 << (cpu % 8)
        return p.NodeGetCpuMapRet(bytes(bits) if need_map else b"", len(online) if need_online else 0, len(present))

    async def node_get_cpu_stats(self, cpu: int, nparams: int, flags: int) -> p.NodeGetCpuStatsRet:
        errors.check_flags(flags, 0, "virHostCPUGetStats", _NONE)
        if nparams == 0:
            return p.NodeGetCpuStatsRet([], 4)
        if nparams != 4:
            text = "nparams in virHostCPUGetStatsLinux must be equal to 4"
            raise errors.plain_argument(text, "nparams", "virHostCPUGetStatsLinux", _NONE)
        times = node.cpu_times_ns(None if cpu == C.VIR_NODE_CPU_STATS_ALL_CPUS else cpu)
        if not times:
            text = "Invalid cpuNum in virHostCPUGetStatsLinux"
            raise errors.plain_argument(text, "cpuNum", "virHostCPUGetStatsLinux", _NONE)
        rows = [p.NodeGetCpuStats(name, value) for name, value in times.items()]
        return p.NodeGetCpuStatsRet(rows, len(rows))

    async def connect_get_max_vcpus(self, type: str | None) -> int:
        kind = (type or "qemu").lower()
        if kind == "kvm":
            try:
                return kvm.max_vcpus()
            except OSError as error:
                text = f"Unable to open {kvm.DEVICE}: {error.strerror}"
                raise VirtError(ErrorCode.SYSTEM_ERROR, message=text, int1=error.errno or -1) from error
        if kind != "qemu":
            raise errors.bad_argument(f"unknown type '{type}'")
        return 16
