"""The scheduler has one parameter, which never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.protocol import remote as p
from purevirt.types.arguments import check_params
from purevirt.types.typed_params import UINT, ParamList, TypedParam

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost

_WEIGHT = 50


class SchedulerFacet:
    """virDomain*Scheduler*."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_get_scheduler_type(self, dom: p.NonnullDomain) -> p.DomainGetSchedulerTypeRet:
        return p.DomainGetSchedulerTypeRet("fair", 1)

    async def domain_get_scheduler_parameters(self, dom: p.NonnullDomain, nparams: int) -> list[TypedParam]:
        return await self.domain_get_scheduler_parameters_flags(dom, nparams, 0)

    async def domain_get_scheduler_parameters_flags(
        self, dom: p.NonnullDomain, nparams: int, flags: int
    ) -> list[TypedParam]:
        errors.check_flags(flags, 0, "testDomainGetSchedulerParametersFlags")
        self._host.guest(dom)
        return list(ParamList().uint("weight", _WEIGHT))[:nparams]

    async def domain_set_scheduler_parameters(self, dom: p.NonnullDomain, params: list[TypedParam]) -> None:
        await self.domain_set_scheduler_parameters_flags(dom, params, 0)

    async def domain_set_scheduler_parameters_flags(
        self, dom: p.NonnullDomain, params: list[TypedParam], flags: int
    ) -> None:
        errors.check_flags(flags, 0, "testDomainSetSchedulerParametersFlags")
        check_params(params, {"weight": UINT})
        self._host.guest(dom)
