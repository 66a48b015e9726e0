"""Processor time of a guest, for virDomainGetCPUStats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.info import cpu_time_ns
from purevirt.host.process import TICK_NS, read_stat
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import ParamList

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState


class CpuStatsFacet:
    """The sums over all processors. Single processors need the cpuacct controller, which this driver does not use."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_get_cpu_stats(
        self, dom: p.NonnullDomain, nparams: int, start_cpu: int, ncpus: int, flags: int
    ) -> p.DomainGetCpuStatsRet:
        errors.check_flags(flags, C.VIR_TYPED_PARAM_STRING_OKAY, "qemuDomainGetCPUStats")
        vm = self._state.find(dom)
        run = vm.require_active()
        if start_cpu != -1:
            raise errors.invalid("cgroup CPUACCT controller is not mounted")
        if nparams == 0:
            return p.DomainGetCpuStatsRet([], 3)
        out = ParamList().ullong(C.VIR_DOMAIN_CPU_STATS_CPUTIME, cpu_time_ns(vm))
        found = read_stat(run.process.pid) if run.process is not None else None
        out.ullong(C.VIR_DOMAIN_CPU_STATS_USERTIME, found.utime * TICK_NS if found is not None else 0)
        out.ullong(C.VIR_DOMAIN_CPU_STATS_SYSTEMTIME, found.stime * TICK_NS if found is not None else 0)
        return p.DomainGetCpuStatsRet(list(out[:nparams]), len(out))
