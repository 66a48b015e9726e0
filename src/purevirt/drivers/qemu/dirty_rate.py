"""How fast a guest writes its memory: a measurement that QEMU makes in the background; domstats shows the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.core.jobs import Job
from purevirt.drivers.qemu import errors
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

_BITMAP, _RING = C.VIR_DOMAIN_DIRTYRATE_MODE_DIRTY_BITMAP, C.VIR_DOMAIN_DIRTYRATE_MODE_DIRTY_RING
_MOST_S = 60


class DirtyRateFacet:
    """virDomainStartDirtyRateCalc."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_start_dirty_rate_calc(self, dom: p.NonnullDomain, seconds: int, flags: int) -> None:
        errors.check_flags(flags, _BITMAP | _RING, "qemuDomainStartDirtyRateCalc")
        if not 1 <= seconds <= _MOST_S:
            text = f"seconds={seconds} is invalid, please choose value within [1, {_MOST_S}]."
            raise errors.unsupported(text)
        mode = "dirty-bitmap" if flags & _BITMAP else "dirty-ring" if flags & _RING else "page-sampling"
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            run = vm.require_active()
            arguments: dict[str, object] = {"calc-time": seconds}
            if run.caps.has("dirtyrate-param.mode") or mode != "page-sampling":
                arguments["mode"] = mode
            await vm.require_monitor().execute("calc-dirty-rate", arguments)
            vm.require_active()
