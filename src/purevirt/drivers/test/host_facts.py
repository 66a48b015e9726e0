"""Finding pools and adapters by what they are; the host's memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.errors import ErrorCode
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost


class HostFactsFacet:
    """virStoragePoolLookupByTargetPath, virNodeDeviceLookupSCSIHostByWWN, virNodeGetMemoryStats."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def storage_pool_lookup_by_target_path(self, path: str) -> p.NonnullStoragePool:
        for pool in self._host.pools:
            if pool.active and pool.document.target is not None and pool.document.target.path == path.rstrip("/"):
                return pool.ref
        raise errors.not_found(ErrorCode.NO_STORAGE_POOL, f"no storage pool with matching target path '{path}'")

    async def node_device_lookup_scsi_host_by_wwn(self, wwnn: str, wwpn: str, flags: int) -> p.NonnullNodeDevice:
        errors.check_flags(flags, 0, "testNodeDeviceLookupSCSIHostByWWN")
        from purevirt.drivers.test.nodedevs import by_wwns

        found = by_wwns(self._host, wwnn, wwpn)
        if found is None:
            text = f"no node device with matching WWNs '{wwnn}' and '{wwpn}'"
            raise errors.not_found(ErrorCode.NO_NODE_DEVICE, text)
        return found.ref

    async def node_get_memory_stats(self, nparams: int, cellNum: int, flags: int) -> p.NodeGetMemoryStatsRet:
        errors.check_flags(flags, 0, "testNodeGetMemoryStats")
        cells = self._host.cells
        if cellNum != C.VIR_NODE_MEMORY_STATS_ALL_CELLS and not 0 <= cellNum < len(cells):
            raise errors.bad_argument(f"cellNum in testNodeGetMemoryStats must be less than or equal to {len(cells) - 1}")
        chosen = cells if cellNum == C.VIR_NODE_MEMORY_STATS_ALL_CELLS else [cells[cellNum]]
        total = sum(cell.memory for cell in chosen)
        stats = [p.NodeGetMemoryStats("total", total), p.NodeGetMemoryStats("free", total // 2)]
        return p.NodeGetMemoryStatsRet(stats[:nparams], len(stats))
