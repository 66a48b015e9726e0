"""Disks of guests: their sizes, what is read of them, thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from purevirt.drivers.test import errors
from purevirt.drivers.test.devices import find_disk
from purevirt.drivers.test.guest import Guest
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import ParamList

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost

_SECTOR = 512


class DiskFacet:
    """virDomainBlockResize, -BlockPeek, -BlockStatsFlags, -SetBlockThreshold."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _disk(self, dom: p.NonnullDomain, path: str) -> tuple[Guest, Any]:
        guest = self._host.guest(dom)
        guest.require_active()
        disk = find_disk(guest.document, path.partition("[")[0])
        if disk is None:
            raise errors.bad_argument(f"invalid path {path} not assigned to domain")
        return guest, disk

    async def domain_block_resize(self, dom: p.NonnullDomain, disk: str, size: int, flags: int) -> None:
        errors.check_flags(flags, C.VIR_DOMAIN_BLOCK_RESIZE_BYTES, "testDomainBlockResize")
        guest, its = self._disk(dom, disk)
        guest.disk_sizes[its.target.dev] = size if flags else size * 1024

    async def domain_block_peek(self, dom: p.NonnullDomain, path: str, offset: int, size: int, flags: int) -> bytes:
        """Nothing was ever written to a make-believe disk."""
        errors.check_flags(flags, 0, "testDomainBlockPeek")
        self._disk(dom, path)
        return bytes(size)

    async def domain_block_stats_flags(
        self, dom: p.NonnullDomain, path: str, nparams: int, flags: int
    ) -> p.DomainBlockStatsFlagsRet:
        errors.check_getter(flags, 0, "testDomainBlockStatsFlags")
        if path:
            self._disk(dom, path)
        else:
            self._host.guest(dom).require_active()
        now = self._host.clock.now_us()
        out = ParamList().llong("rd_operations", now // 10 // _SECTOR).llong("rd_bytes", now // 10)
        out.llong("wr_operations", now // 20 // _SECTOR).llong("wr_bytes", now // 20).llong("flush_operations", 0)
        count = len(out) if not nparams else min(nparams, len(out))
        return p.DomainBlockStatsFlagsRet(list(out)[:nparams], count)

    async def domain_set_block_threshold(self, dom: p.NonnullDomain, dev: str, threshold: int, flags: int) -> None:
        """Nobody writes, so the threshold is passed when it is below what the disk has allocated: at once."""
        errors.check_flags(flags, 0, "testDomainSetBlockThreshold")
        guest, disk = self._disk(dom, dev)
        allocated = guest.disk_sizes.get(disk.target.dev, 1 << 40)
        if 0 < threshold <= allocated:
            path = getattr(disk.source, "path", None)
            message = p.DomainEventBlockThresholdMsg(0, guest.ref, dev, path, threshold, allocated - threshold)
            self._host.emit(guest, C.VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD, message)
