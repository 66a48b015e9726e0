"""A guest's memory: how much, and what its balloon tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from purevirt.drivers.test import errors
from purevirt.drivers.test.sizes import memory_kib
from purevirt.model.domain.memballoon import MemballoonStats
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost
    from purevirt.model.domain.document import Domain

_AFFECT = C.VIR_DOMAIN_AFFECT_LIVE | C.VIR_DOMAIN_AFFECT_CONFIG
_LAST_UPDATE = 627319920


def _balloon(document: Domain) -> Any:
    """The balloon device, None where there is none."""
    balloon = document.devices.memballoon if document.devices is not None else None
    return balloon if balloon is not None and balloon.model != "none" else None


def _set_most(document: Domain, memory: int) -> None:
    now = memory_kib(document)[1]
    document.set_memory(memory)
    document.set_current_memory(min(now, memory))


class MemoryFacet:
    """virDomain*Memory*."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_get_max_memory(self, dom: p.NonnullDomain) -> int:
        return memory_kib(self._host.guest(dom).document)[0]

    async def domain_set_max_memory(self, dom: p.NonnullDomain, memory: int) -> None:
        await self.domain_set_memory_flags(dom, memory, C.VIR_DOMAIN_MEM_MAXIMUM)

    async def domain_set_memory(self, dom: p.NonnullDomain, memory: int) -> None:
        await self.domain_set_memory_flags(dom, memory, C.VIR_DOMAIN_AFFECT_LIVE)

    async def domain_set_memory_flags(self, dom: p.NonnullDomain, memory: int, flags: int) -> None:
        errors.check_flags(flags, _AFFECT | C.VIR_DOMAIN_MEM_MAXIMUM, "testDomainSetMemoryFlags")
        guest = self._host.guest(dom)
        live, _ = guest.scopes(flags & _AFFECT)
        documents = guest.targets(flags & _AFFECT)
        if flags & C.VIR_DOMAIN_MEM_MAXIMUM:
            if live:
                raise errors.invalid("cannot resize the maximum memory on an active domain")
            for document in documents:
                _set_most(document, memory)
            return
        if any(memory > memory_kib(document)[0] for document in documents):
            raise errors.bad_argument("cannot set memory higher than max memory")
        for document in documents:
            document.set_current_memory(memory)

    async def domain_memory_stats(self, dom: p.NonnullDomain, maxStats: int, flags: int) -> list[p.DomainMemoryStat]:
        errors.check_flags(flags, 0, "testDomainMemoryStats")
        guest = self._host.guest(dom)
        guest.require_active()
        if _balloon(guest.document) is None:
            return []
        now = memory_kib(guest.document)[1]
        stats = {
            C.VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON: now,
            C.VIR_DOMAIN_MEMORY_STAT_SWAP_IN: 0,
            C.VIR_DOMAIN_MEMORY_STAT_SWAP_OUT: 0,
            C.VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT: 0,
            C.VIR_DOMAIN_MEMORY_STAT_MINOR_FAULT: 0,
            C.VIR_DOMAIN_MEMORY_STAT_UNUSED: now // 2,
            C.VIR_DOMAIN_MEMORY_STAT_AVAILABLE: now,
            C.VIR_DOMAIN_MEMORY_STAT_USABLE: now // 2,
            C.VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE: _LAST_UPDATE,
            C.VIR_DOMAIN_MEMORY_STAT_DISK_CACHES: now // 8,
            C.VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGALLOC: 0,
            C.VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGFAIL: 0,
            C.VIR_DOMAIN_MEMORY_STAT_RSS: now // 2,
        }
        return [p.DomainMemoryStat(tag, value) for tag, value in stats.items()][:maxStats]

    async def domain_set_memory_stats_period(self, dom: p.NonnullDomain, period: int, flags: int) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainSetMemoryStatsPeriod")
        balloon = _balloon(self._host.guest(dom).one(flags))
        if balloon is None:
            raise errors.internal("No memory balloon device configured, can not set the collection period")
        balloon.stats = MemballoonStats(period=period)

    async def domain_memory_peek(self, dom: p.NonnullDomain, offset: int, size: int, flags: int) -> bytes:
        """Every byte is the low part of its own address."""
        errors.check_flags(flags, C.VIR_MEMORY_VIRTUAL | C.VIR_MEMORY_PHYSICAL, "testDomainMemoryPeek")
        if flags not in (C.VIR_MEMORY_VIRTUAL, C.VIR_MEMORY_PHYSICAL):
            raise errors.bad_argument("flags parameter must be VIR_MEMORY_VIRTUAL or VIR_MEMORY_PHYSICAL")
        guest = self._host.guest(dom)
        guest.require_active()
        return bytes((offset + i) % 256 for i in range(size))
