"""Limits of migrations, kept per guest; nothing here is ever too slow for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.test.guest import Guest
    from purevirt.drivers.test.host import TestHost

_MOST_MIB_S = (1 << 63) // (1 << 20) - 1


@dataclass(slots=True)
class MigrationLimits:
    """MiB/s, of postcopy too; milliseconds; bytes."""

    speed: int = _MOST_MIB_S
    postcopy_speed: int = 0
    downtime_ms: int = 300
    cache: int = 64 << 20


class MigrationLimitsFacet:
    """virDomainMigrate{Get,Set}{MaxSpeed,MaxDowntime,CompressionCache}, virDomainMigrateStartPostCopy."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _running(self, dom: p.NonnullDomain) -> Guest:
        guest = self._host.guest(dom)
        guest.require_active()
        return guest

    async def domain_migrate_get_max_speed(self, dom: p.NonnullDomain, flags: int) -> int:
        errors.check_flags(flags, C.VIR_DOMAIN_MIGRATE_MAX_SPEED_POSTCOPY, "testDomainMigrateGetMaxSpeed")
        its = self._host.guest(dom).limits
        return its.postcopy_speed if flags else its.speed

    async def domain_migrate_set_max_speed(self, dom: p.NonnullDomain, bandwidth: int, flags: int) -> None:
        errors.check_flags(flags, C.VIR_DOMAIN_MIGRATE_MAX_SPEED_POSTCOPY, "testDomainMigrateSetMaxSpeed")
        if bandwidth > _MOST_MIB_S:
            raise errors.bad_argument(f"bandwidth must be less than {_MOST_MIB_S + 1}")
        its = self._running(dom).limits
        if flags:
            its.postcopy_speed = bandwidth
        else:
            its.speed = bandwidth

    async def domain_migrate_get_max_downtime(self, dom: p.NonnullDomain, flags: int) -> int:
        errors.check_flags(flags, 0, "testDomainMigrateGetMaxDowntime")
        return self._running(dom).limits.downtime_ms

    async def domain_migrate_set_max_downtime(self, dom: p.NonnullDomain, downtime: int, flags: int) -> None:
        errors.check_flags(flags, 0, "testDomainMigrateSetMaxDowntime")
        self._running(dom).limits.downtime_ms = downtime

    async def domain_migrate_get_compression_cache(self, dom: p.NonnullDomain, flags: int) -> int:
        errors.check_flags(flags, 0, "testDomainMigrateGetCompressionCache")
        return self._running(dom).limits.cache

    async def domain_migrate_set_compression_cache(self, dom: p.NonnullDomain, cacheSize: int, flags: int) -> None:
        errors.check_flags(flags, 0, "testDomainMigrateSetCompressionCache")
        self._running(dom).limits.cache = cacheSize

    async def domain_migrate_start_post_copy(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, 0, "testDomainMigrateStartPostCopy")
        job = self._running(dom).job
        if job is None or job.operation != C.VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT:
            raise errors.invalid("post-copy can only be started while outgoing migration is in progress")
        guest = self._running(dom)
        guest.set_state(C.VIR_DOMAIN_PAUSED, C.VIR_DOMAIN_PAUSED_POSTCOPY)
        self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_SUSPENDED, C.VIR_DOMAIN_EVENT_SUSPENDED_POSTCOPY)
