"""`<vcpu>` and `<vcpus>`: how many virtual CPUs, where they may run, and which of them are plugged."""

from __future__ import annotations

from typing import Literal

from purevirt.model._engine import UINT, YES_NO, Element, ParseContext, attr, text
from purevirt.model.domain.cpuset import CPUSET
from purevirt.types.override import override

VcpuPlacement = Literal["static", "auto"]
_EVERY_CPU = 16384


_COUNT = '<data type="unsignedShort"><param name="pattern">[0-9]+</param><param name="minInclusive">1</param></data>'


class Vcpu(Element, tag="vcpu"):
    """The most vCPUs, and how many of them (`current`) the guest has at boot; `current` absent means all."""

    placement: VcpuPlacement = attr(VcpuPlacement, default="static")
    cpuset: frozenset[int] | None = attr(CPUSET)
    current: int | None = attr(UINT, live="now", rng=_COUNT)
    value: int = text(
        UINT,
        rng=_COUNT,
        required=True,
        error="maximum vcpus count must be an integer",
        missing="maximum vcpus count must be an integer",
        abi=True,
    )

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if self.placement == "auto" or (self.cpuset is not None and len(self.cpuset) == _EVERY_CPU):
            self.cpuset = None


class VcpuEntry(Element, tag="vcpu"):
    """The state of one vCPU. `order` is the order of plugging."""

    known_by = ("id",)

    id: int = attr(UINT, required=True, abi=True)
    enabled: bool = attr(YES_NO, required=True)
    hotpluggable: bool | None = attr(YES_NO)
    order: int | None = attr(UINT, omit=0)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if self.hotpluggable is None:
            self.hotpluggable = not self.enabled
        if not self.enabled:
            self.order = None
