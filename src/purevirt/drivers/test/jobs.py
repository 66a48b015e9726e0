"""Jobs of make-believe guests: one of the whole guest at a time (a backup), and one per disk.

A job takes the host's `job_s` seconds of the host's clock; what is due is settled when the next call comes. With 0, the
default, a job is over when the call that begins it returns, but a job that waits for the client (a copy that is ready, a
pull backup that is served) stays until it is ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import ParamList, TypedParam

if TYPE_CHECKING:
    from purevirt.drivers.test.guest import Guest
    from purevirt.drivers.test.host import TestHost

MIB = 1 << 20
DISK_BYTES = 1024 * MIB
"""What a job has to move for each disk."""


@dataclass(slots=True, eq=False)
class Work:
    """Something that takes time: `begun_us` and `length_us` of the host's clock; 0 is at once, None as long as it is let."""

    begun_us: int
    length_us: int | None
    total: int

    def over(self, now_us: int) -> bool:
        return self.length_us is not None and now_us - self.begun_us >= self.length_us

    def done(self, now_us: int) -> int:
        """Bytes moved so far."""
        if self.length_us is None or self.over(now_us):
            return self.total
        return self.total * max(now_us - self.begun_us, 0) // self.length_us


@dataclass(slots=True, eq=False)
class GuestJob:
    """The guest's own job; `operation` is a VIR_DOMAIN_JOB_OPERATION_* number."""

    operation: int
    work: Work
    finish: Callable[[], None] = lambda: None
    facts: list[TypedParam] = field(default_factory=list)
    """More statistics of this kind of job."""

    def params(self, now_us: int) -> list[TypedParam]:
        """As `virDomainGetJobStats` tells them."""
        done = self.work.done(now_us)
        out = ParamList().int("operation", self.operation).ullong("time_elapsed", (now_us - self.work.begun_us) // 1000)
        out.ullong("data_total", self.work.total).ullong("data_processed", done)
        out.ullong("data_remaining", self.work.total - done)
        return [*out, *self.facts]


class JobFacet:
    """virDomainGetJobInfo, virDomainGetJobStats, virDomainAbortJob."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_get_job_info(self, dom: p.NonnullDomain) -> p.DomainGetJobInfoRet:
        guest = self._host.guest(dom)
        job = guest.job
        if job is None:
            return p.DomainGetJobInfoRet(C.VIR_DOMAIN_JOB_NONE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        now = self._host.clock.now_us()
        total, done = job.work.total, job.work.done(now)
        elapsed = (now - job.work.begun_us) // 1000
        left = total - done
        kind = C.VIR_DOMAIN_JOB_UNBOUNDED
        return p.DomainGetJobInfoRet(kind, elapsed, 0, total, done, left, 0, 0, 0, total, done, left)

    async def domain_get_job_stats(self, dom: p.NonnullDomain, flags: int) -> p.DomainGetJobStatsRet:
        completed, keep = C.VIR_DOMAIN_JOB_STATS_COMPLETED, C.VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED
        errors.check_flags(flags, completed | keep, "testDomainGetJobStats")
        guest = self._host.guest(dom)
        if flags & completed:
            stats = guest.completed_job
            if not flags & keep:
                guest.completed_job = None
            kind = C.VIR_DOMAIN_JOB_COMPLETED if stats is not None else C.VIR_DOMAIN_JOB_NONE
            return p.DomainGetJobStatsRet(kind, stats or [])
        if guest.job is None:
            return p.DomainGetJobStatsRet(C.VIR_DOMAIN_JOB_NONE, [])
        return p.DomainGetJobStatsRet(C.VIR_DOMAIN_JOB_UNBOUNDED, guest.job.params(self._host.clock.now_us()))

    async def domain_abort_job(self, dom: p.NonnullDomain) -> None:
        await self.domain_abort_job_flags(dom, 0)

    async def domain_abort_job_flags(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, C.VIR_DOMAIN_ABORT_JOB_POSTCOPY, "testDomainAbortJobFlags")
        guest = self._host.guest(dom)
        guest.require_active()
        if guest.job is None:
            raise errors.invalid("no job is active on the domain")
        end_job(self._host, guest, success=False)


def end_job(host: TestHost, guest: Guest, *, success: bool) -> None:
    """Finish or cancel the guest's job; its statistics stay to be asked for, and are announced."""
    job = guest.job
    if job is None:
        return
    guest.job = None
    job.finish()
    params = [*job.params(host.clock.now_us()), *ParamList().boolean("success", success)]
    guest.completed_job = params
    message = p.DomainEventCallbackJobCompletedMsg(0, guest.ref, params)
    host.emit(guest, C.VIR_DOMAIN_EVENT_ID_JOB_COMPLETED, message)
