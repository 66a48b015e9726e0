"""Changing a guest's memory: the balloon of a running one, the definition of the next start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.core.jobs import Job
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.affect import AFFECT, redefine, save_live, targets
from purevirt.drivers.qemu.info import memory_kib
from purevirt.drivers.qemu.monitor import queries
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.memballoon import Memballoon, MemballoonStats
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.domain.document import Domain


def _balloon_of(document: Domain) -> Memballoon:
    """A balloon that tells statistics; OPERATION_INVALID when there is none."""
    balloon = document.devices.memballoon if document.devices is not None else None
    if balloon is None or not balloon.model.startswith("virtio"):
        raise errors.invalid("Memory balloon model must be virtio to set the collection period")
    return balloon


async def set_stats_period(vm: Vm, period: int) -> None:
    """Have QEMU ask the guest's balloon driver every so many seconds."""
    balloon = _balloon_of(vm.require_live())
    path = f"/machine/peripheral/{balloon.alias.name if balloon.alias is not None else ''}"
    value = {"path": path, "property": "guest-stats-polling-interval", "value": period}
    await vm.require_monitor().execute("qom-set", value)
    vm.require_active()


async def settle_balloon(vm: Vm) -> None:
    """At a start: how much the guest shall have now, how often its statistics are fetched, and what it really has."""
    document = vm.require_live()
    balloon = document.devices.memballoon if document.devices is not None else None
    if balloon is None or not balloon.model.startswith("virtio"):
        return
    most, now = memory_kib(vm)
    monitor = vm.require_monitor()
    sent = []
    if now != most:
        sent.append(("balloon", monitor.submit("balloon", {"value": now * 1024})))
    if balloon.stats is not None and balloon.stats.period:
        await set_stats_period(vm, balloon.stats.period)
    if not sent:
        return
    sent.append(("query-balloon", monitor.submit("query-balloon")))
    replies = [await monitor.result(reply, command) for command, reply in sent]
    run = vm.require_active()
    run.balloon_kib = queries.balloon_of(replies[-1])
    if document.current_memory is not None:
        document.current_memory.value = run.balloon_kib
    vm.changed()


class MemoryFacet:
    """virDomainSetMemory*, virDomainSetMaxMemory."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_set_memory(self, dom: p.NonnullDomain, memory: int) -> None:
        await self.domain_set_memory_flags(dom, memory, C.VIR_DOMAIN_AFFECT_LIVE)

    async def domain_set_max_memory(self, dom: p.NonnullDomain, memory: int) -> None:
        await self.domain_set_memory_flags(dom, memory, C.VIR_DOMAIN_MEM_MAXIMUM)

    async def domain_set_memory_flags(self, dom: p.NonnullDomain, memory: int, flags: int) -> None:
        allowed = C.VIR_DOMAIN_AFFECT_LIVE | C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_MEM_MAXIMUM
        errors.check_flags(flags, allowed, "qemuDomainSetMemoryFlags")
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            live, config = targets(vm, flags)
            if flags & C.VIR_DOMAIN_MEM_MAXIMUM:
                self._set_maximum(vm, memory, live)
                return
            if memory > memory_kib(vm)[0]:
                text = "cannot set memory higher than max memory"
                raise VirtError(ErrorCode.INVALID_ARG, text, ErrorDomain.QEMU)
            if live:
                await self._balloon(vm, memory)
            if config:
                document = vm.require_config().document().copy()
                assert document.current_memory is not None
                document.current_memory.value = memory
                redefine(self._state, vm, document)

    def _set_maximum(self, vm: Vm, memory: int, live: bool) -> None:
        if live:
            raise errors.invalid("cannot resize the maximum memory on an active domain")
        document = vm.require_config().document().copy()
        if document.memory is not None:
            document.memory.value = memory
        if document.current_memory is not None and (document.current_memory.value or 0) > memory:
            document.current_memory.value = memory
        redefine(self._state, vm, document)

    async def domain_set_memory_stats_period(self, dom: p.NonnullDomain, period: int, flags: int) -> None:
        """Seconds between two looks at the guest's own memory statistics; 0 is never."""
        errors.check_flags(flags, AFFECT, "qemuDomainSetMemoryStatsPeriod")
        if period < 0:
            function = "virDomainSetMemoryStatsPeriod"
            raise errors.plain_argument(f"period in {function} must be zero or greater", "period", function, ErrorDomain.DOMAIN)
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            live, config = targets(vm, flags)
            if live:
                await set_stats_period(vm, period)
                _balloon_of(vm.require_live()).stats = MemballoonStats(period=period) if period else None
                save_live(self._state, vm)
            if config:
                document = vm.require_config().document().copy()
                _balloon_of(document).stats = MemballoonStats(period=period) if period else None
                redefine(self._state, vm, document)

    async def _balloon(self, vm: Vm, memory: int) -> None:
        device = vm.devices().memballoon
        if device is None or device.model == "none":
            text = "Unable to change memory of active domain without the balloon device and guest OS balloon driver"
            raise errors.invalid(text)
        await vm.require_monitor().execute("balloon", {"value": memory * 1024})
        vm.require_active()
