"""virConnectGetAllDomainStats: the guest's state, and its I/O threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.drivers.test.guest import Guest
from purevirt.drivers.test.lookup import matches
from purevirt.errors import ErrorCode, VirtError
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import ParamList

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost

_KNOWN = C.VIR_DOMAIN_STATS_STATE | C.VIR_DOMAIN_STATS_IOTHREAD | C.VIR_DOMAIN_STATS_DIRTYRATE
_LIST_FLAGS = 0xFF
_ENFORCE = C.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS


def _params(guest: Guest, stats: int, now_us: int) -> ParamList:
    out = ParamList()
    if stats & C.VIR_DOMAIN_STATS_STATE:
        out.int("state.state", guest.state).int("state.reason", guest.reason)
    if stats & C.VIR_DOMAIN_STATS_IOTHREAD and guest.is_active and guest.polling:
        out.uint("iothread.count", len(guest.polling))
        for number, its in guest.polling.items():
            name = f"iothread.{number}."
            out.ullong(f"{name}poll-max-ns", its.poll_max_ns)
            out.uint(f"{name}poll-grow", its.poll_grow).uint(f"{name}poll-shrink", its.poll_shrink)
    if stats & C.VIR_DOMAIN_STATS_DIRTYRATE and guest.is_active and guest.dirty_rate is not None:
        guest.dirty_rate.describe(out, now_us)
    return out


class AllStatsFacet:
    """Statistics of many guests at once."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def connect_get_all_domain_stats(
        self, doms: list[p.NonnullDomain], stats: int, flags: int
    ) -> list[p.DomainStatsRecord]:
        errors.check_flags(flags, _LIST_FLAGS | _ENFORCE, "testConnectGetAllDomainStats")
        extra = stats & ~_KNOWN
        if extra and flags & _ENFORCE:
            text = f"Stats types bits 0x{extra:x} are not supported by this daemon"
            raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, text, errors.FROM)
        wanted = stats & _KNOWN if stats else _KNOWN
        given = [self._host.guests.by_uuid(dom.uuid) for dom in doms] if doms else list(self._host.guests)
        guests = [guest for guest in given if guest is not None and matches(guest, flags & _LIST_FLAGS)]
        now = self._host.clock.now_us()
        return [p.DomainStatsRecord(guest.ref, list(_params(guest, wanted, now))) for guest in guests]
