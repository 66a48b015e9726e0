"""How many virtual CPUs a guest has, may have, and gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.core.jobs import AgentJob, Job
from purevirt.drivers.qemu import errors, vcpu_hotplug
from purevirt.drivers.qemu.affect import AFFECT, one, redefine, save_live, targets
from purevirt.drivers.qemu.agent import require_agent
from purevirt.drivers.qemu.info import vcpus
from purevirt.drivers.qemu.summary import counts_of
from purevirt.drivers.qemu.vcpu_entries import entries_of, set_count, set_maximum, write_entries
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.cpuset import CPUSET
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.domain.document import Domain

_MAXIMUM, _GUEST, _HOTPLUGGABLE = C.VIR_DOMAIN_VCPU_MAXIMUM, C.VIR_DOMAIN_VCPU_GUEST, C.VIR_DOMAIN_VCPU_HOTPLUGGABLE


class VcpuFacet:
    """virDomainSetVcpu*, virDomainGetVcpusFlags, virDomainGetMaxVcpus."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_get_vcpus_flags(self, dom: p.NonnullDomain, flags: int) -> int:
        errors.check_flags(flags, AFFECT | _MAXIMUM | _GUEST, "qemuDomainGetVcpusFlags")
        vm = self._state.find(dom)
        if flags & _GUEST:
            async with vm.jobs.agent_job(AgentJob.QUERY):
                return await require_agent(vm).vcpu_count(most=bool(flags & _MAXIMUM))
        document, _ = one(vm, flags, "virDomainGetVcpusFlags")
        most, now = counts_of(document)
        return most if flags & _MAXIMUM else now

    async def domain_get_max_vcpus(self, dom: p.NonnullDomain) -> int:
        return vcpus(self._state.find(dom))[0]

    async def domain_set_vcpus(self, dom: p.NonnullDomain, nvcpus: int) -> None:
        await self.domain_set_vcpus_flags(dom, nvcpus, C.VIR_DOMAIN_AFFECT_LIVE)

    async def domain_set_vcpus_flags(self, dom: p.NonnullDomain, nvcpus: int, flags: int) -> None:
        errors.check_flags(flags, AFFECT | _MAXIMUM | _GUEST | _HOTPLUGGABLE, "qemuDomainSetVcpusFlags")
        if nvcpus == 0:
            text = "nvcpus in virDomainSetVcpusFlags must not be zero"
            raise errors.plain_argument(text, "nvcpus", "virDomainSetVcpusFlags", ErrorDomain.DOMAIN)
        vm = self._state.find(dom)
        if flags & _GUEST:
            targets(vm, flags & AFFECT)
            async with vm.jobs.agent_job(AgentJob.MODIFY):
                await require_agent(vm).set_vcpu_count(nvcpus)
            return
        async with vm.jobs.job(Job.MODIFY):
            live, config = targets(vm, flags & AFFECT)
            if flags & _MAXIMUM:
                self._set_maximum(vm, nvcpus, live=live)
            else:
                await self._set_count(vm, nvcpus, live=live, config=config, hotpluggable=bool(flags & _HOTPLUGGABLE))

    def _set_maximum(self, vm: Vm, most: int, *, live: bool) -> None:
        if live:
            raise errors.invalid("maximum vcpu count of a live domain can't be modified")
        document = vm.require_config().document().copy()
        topology = document.cpu.topology if document.cpu is not None else None
        if topology is not None and topology.sockets * topology.dies * topology.cores * topology.threads != most:
            raise errors.bad_argument("CPU topology doesn't match the desired vcpu count")
        set_maximum(document, most)
        redefine(self._state, vm, document)

    async def _set_count(self, vm: Vm, count: int, *, live: bool, config: bool, hotpluggable: bool) -> None:
        if live:
            _within(vm.require_live(), count, "live")
        if config:
            _within(vm.require_config().document(), count, "persistent")
        if live:
            known = await vcpu_hotplug.entities(vm)
            picked, plugging = vcpu_hotplug.chosen_for(known, entries_of(vm.require_live()), count)
            await self._change(vm, picked, plugging=plugging)
        if config:
            document = vm.require_config().document().copy()
            set_count(document, count, hotpluggable=hotpluggable)
            redefine(self._state, vm, document)

    async def _change(self, vm: Vm, picked: list[vcpu_hotplug.Entity], *, plugging: bool) -> None:
        try:
            for entity in picked:
                if plugging:
                    await vcpu_hotplug.plug(vm, entity)
                else:
                    await vcpu_hotplug.unplug(self._state, vm, entity)
        finally:
            if vm.is_active:
                save_live(self._state, vm)

    async def domain_set_vcpu(self, dom: p.NonnullDomain, cpumap: str, state: int, flags: int) -> None:
        """Single ones by number: `cpumap` is a list like "1,3-4"."""
        errors.check_flags(flags, AFFECT, "qemuDomainSetVcpu")
        if state not in (0, 1):
            raise errors.bad_argument("unsupported state value")
        chosen = _numbers(cpumap)
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            live, config = targets(vm, flags)
            if config:
                _check_single(vm.require_config().document(), chosen, bool(state), "persistent")
            if live:
                _check_single(vm.require_live(), chosen, bool(state), "live")
                await self._set_single_live(vm, chosen, bool(state))
            if config:
                document = vm.require_config().document().copy()
                entries = entries_of(document)
                for entry in entries:
                    entry.order = None
                    if entry.id in chosen:
                        entry.enabled, entry.hotpluggable = bool(state), True
                write_entries(document, entries, listed=True)
                redefine(self._state, vm, document)

    async def _set_single_live(self, vm: Vm, chosen: frozenset[int], enabled: bool) -> None:
        known = await vcpu_hotplug.entities(vm)
        picked = [entity for entity in known if entity.first in chosen]
        if len(picked) != 1:
            raise errors.not_supported("only one hotpluggable entity can be selected")
        if not enabled and not picked[0].removable:
            raise errors.not_supported(f"vcpu '{picked[0].first}' can't be unplugged")
        await self._change(vm, picked, plugging=enabled)


def _within(document: Domain, count: int, which: str) -> None:
    most = counts_of(document)[0]
    if count > most:
        text = f"requested vcpus is greater than max allowable vcpus for the {which} domain: {count} > {most}"
        raise errors.bad_argument(text)


def _numbers(text: str) -> frozenset[int]:
    try:
        found = CPUSET.parse(text)
    except (ValueError, VirtError):
        found = frozenset()
    if not found:
        raise VirtError(ErrorCode.INVALID_ARG, f"Failed to parse bitmap '{text}'", ErrorDomain.NONE)
    return frozenset(found)


def _check_single(document: Domain, chosen: frozenset[int], enabled: bool, which: str) -> None:
    entries = entries_of(document)
    for number in sorted(chosen):
        if number >= len(entries):
            raise errors.bad_argument(f"vcpu {number} is not present in {which} config")
        if which == "live" and entries[number].enabled == enabled:
            raise errors.bad_argument(f"vcpu '{number}' is already in requested state")
        if which == "persistent" and number == 0 and not enabled:
            raise errors.bad_argument("vCPU '0' can't be modified")
