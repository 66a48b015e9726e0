"""Changing a guest's memory: the balloon of a running one, the definition of the next start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.core.jobs import Job
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.affect import redefine, targets
from purevirt.drivers.qemu.info import memory_kib
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState


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

    async def _balloon(self, vm: Vm, memory: int) -> None:
        device = vm.devices().memballoon
        if device is None or device.model == "none":
            text = "Unable to change memory of active domain without the balloon device and guest OS balloon driver"
            raise errors.invalid(text)
        await vm.require_monitor().execute("balloon", {"value": memory * 1024})
        vm.require_active()
