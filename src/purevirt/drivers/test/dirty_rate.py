"""How fast a guest writes its memory: a measurement that takes its time and always comes to the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.errors import ErrorCode, VirtError
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost
    from purevirt.types.typed_params import ParamList

_BITMAP, _RING = C.VIR_DOMAIN_DIRTYRATE_MODE_DIRTY_BITMAP, C.VIR_DOMAIN_DIRTYRATE_MODE_DIRTY_RING
_MOST_S = 60
RATE_MIB_S = 16


@dataclass(frozen=True, slots=True)
class Measurement:
    """Begun at `begun_us` of the host's clock, over after `seconds`."""

    begun_us: int
    seconds: int
    mode: str

    def describe(self, out: ParamList, now_us: int) -> None:
        """The statistics of `virConnectGetAllDomainStats`."""
        over = now_us - self.begun_us >= self.seconds * 1_000_000
        out.int("dirtyrate.calc_status", C.VIR_DOMAIN_DIRTYRATE_MEASURED if over else C.VIR_DOMAIN_DIRTYRATE_MEASURING)
        out.llong("dirtyrate.calc_start_time", self.begun_us // 1_000_000).int("dirtyrate.calc_period", self.seconds)
        out.string("dirtyrate.calc_mode", self.mode)
        if over:
            out.llong("dirtyrate.megabytes_per_second", RATE_MIB_S)


class DirtyRateFacet:
    """virDomainStartDirtyRateCalc."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_start_dirty_rate_calc(self, dom: p.NonnullDomain, seconds: int, flags: int) -> None:
        errors.check_flags(flags, _BITMAP | _RING, "testDomainStartDirtyRateCalc")
        if not 1 <= seconds <= _MOST_S:
            text = f"seconds={seconds} is invalid, please choose value within [1, {_MOST_S}]."
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, text, errors.FROM)
        guest = self._host.guest(dom)
        guest.require_active()
        mode = "dirty-bitmap" if flags & _BITMAP else "dirty-ring" if flags & _RING else "page-sampling"
        guest.dirty_rate = Measurement(self._host.clock.now_us(), seconds, mode)
