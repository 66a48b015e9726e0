"""Long jobs as clients see them: how far one is, what the last one did, and ending it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.core.jobs import AsyncJob, Job
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.job_data import JobData, MigrationProgress, dump_progress, migration_progress
from purevirt.drivers.qemu.vm import Vm
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

_DIRECT = "use virDomainDestroy instead"


class JobFacet:
    """virDomainGetJobInfo, virDomainGetJobStats, virDomainAbortJob."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_get_job_info(self, dom: p.NonnullDomain) -> p.DomainGetJobInfoRet:
        data = await self._current(self._state.find(dom))
        return data.info() if data is not None else p.DomainGetJobInfoRet(C.VIR_DOMAIN_JOB_NONE, *[0] * 11)

    async def domain_get_job_stats(self, dom: p.NonnullDomain, flags: int) -> p.DomainGetJobStatsRet:
        keep = C.VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED
        errors.check_flags(flags, C.VIR_DOMAIN_JOB_STATS_COMPLETED | keep, "qemuDomainGetJobStats")
        vm = self._state.find(dom)
        if flags & C.VIR_DOMAIN_JOB_STATS_COMPLETED:
            data = vm.completed_job if vm.job is None else None
            if not flags & keep:
                vm.completed_job = None
        else:
            data = await self._current(vm)
        if data is None:
            return p.DomainGetJobStatsRet(C.VIR_DOMAIN_JOB_NONE, [])
        return p.DomainGetJobStatsRet(data.kind, data.params())

    async def _current(self, vm: Vm) -> JobData | None:
        """The job that runs, with fresh amounts; None when there is none."""
        async with vm.jobs.job(Job.QUERY):
            vm.require_active()
            data = vm.job
            if data is None:
                return None
            if isinstance(data.progress, MigrationProgress):
                data.progress = migration_progress(await vm.require_monitor().execute("query-migrate"))
            elif not data.abortable:
                data.progress = dump_progress(await vm.require_monitor().execute("query-dump"))
            data.elapse(self._state.clock.monotonic())
            return data

    async def domain_abort_job(self, dom: p.NonnullDomain) -> None:
        await self.domain_abort_job_flags(dom, 0)

    async def domain_abort_job_flags(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, C.VIR_DOMAIN_ABORT_JOB_POSTCOPY, "qemuDomainAbortJobFlags")
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.ABORT):
            vm.require_active()
            held = vm.jobs.long.kind if vm.jobs.long is not None else None
            if flags & C.VIR_DOMAIN_ABORT_JOB_POSTCOPY:
                raise errors.invalid("current job is not outgoing migration in post-copy mode")
            if held is None:
                raise errors.invalid("no job is active on the domain")
            if held is AsyncJob.MIGRATION_IN:
                raise errors.invalid(f"cannot abort incoming migration; {_DIRECT}")
            if held is AsyncJob.START or vm.job is None:
                raise errors.invalid(f"cannot abort VM start; {_DIRECT}")
            if not vm.job.abortable:
                raise errors.invalid("cannot abort memory-only dump")
            vm.job.cancelled = True
            await vm.require_monitor().execute("migrate_cancel")
            vm.require_active()
