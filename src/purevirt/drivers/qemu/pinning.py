"""Where the threads of a guest run: what its vCPUs do, and on which host processors they and the emulator may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.core.jobs import Job
from purevirt.drivers.qemu import errors, placement
from purevirt.drivers.qemu.affect import AFFECT, one, redefine, save_live, targets
from purevirt.drivers.qemu.summary import counts_of
from purevirt.drivers.qemu.vcpu_entries import entries_of
from purevirt.drivers.qemu.vm import Vm
from purevirt.host import node, process
from purevirt.model.domain.cpuset import CPUSET
from purevirt.model.domain.tune import Cputune, EmulatorPin, VcpuPin
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.cpumaps import from_map, to_map
from purevirt.types.typed_params import ParamList

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.domain.document import Domain


def affinity_of(thread: int) -> frozenset[int]:
    """Where the kernel lets the thread run; everywhere when it is gone."""
    try:
        return process.affinity(thread)
    except OSError:
        return frozenset(node.online_cpus())


class PinFacet:
    """virDomainGetVcpus, virDomain*Pin*."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_get_vcpus(self, dom: p.NonnullDomain, maxinfo: int, maplen: int) -> p.DomainGetVcpusRet:
        vm = self._state.find(dom)
        if vm.run is None or vm.run.process is None:
            raise errors.invalid("cannot retrieve vcpu information for inactive domain")
        run, pid = vm.run, vm.run.process.pid
        rows, maps = [], []
        for entry in [entry for entry in entries_of(vm.require_live()) if entry.enabled][:maxinfo]:
            thread = run.vcpu_threads.get(entry.id, -1)
            found = process.read_stat(pid, thread)
            spent = (found.utime + found.stime) * process.TICK_NS if found is not None else 0
            rows.append(p.VcpuInfo(entry.id, C.VIR_VCPU_RUNNING, spent, found.processor if found is not None else -1))
            maps.append(to_map(affinity_of(thread), maplen))
        return p.DomainGetVcpusRet(rows, b"".join(maps) if maplen else b"")

    async def domain_get_vcpu_pin_info(
        self, dom: p.NonnullDomain, ncpumaps: int, maplen: int, flags: int
    ) -> p.DomainGetVcpuPinInfoRet:
        errors.check_flags(flags, AFFECT, "qemuDomainGetVcpuPinInfo")
        document, _ = one(self._state.find(dom), flags, "virDomainGetVcpuPinInfo")
        numbers = range(min(counts_of(document)[0], ncpumaps))
        maps = [to_map(placement.vcpu_pin(document, number), maplen) for number in numbers]
        return p.DomainGetVcpuPinInfoRet(b"".join(maps), len(maps))

    async def domain_pin_vcpu(self, dom: p.NonnullDomain, vcpu: int, cpumap: bytes) -> None:
        await self.domain_pin_vcpu_flags(dom, vcpu, cpumap, C.VIR_DOMAIN_AFFECT_LIVE)

    async def domain_pin_vcpu_flags(self, dom: p.NonnullDomain, vcpu: int, cpumap: bytes, flags: int) -> None:
        errors.check_flags(flags, AFFECT, "qemuDomainPinVcpuFlags")
        vm, cpus = self._state.find(dom), from_map(cpumap)
        async with vm.jobs.job(Job.MODIFY):
            live, config = targets(vm, flags)
            if config:
                _exists(vm.require_config().document(), vcpu, "persistent")
            if not cpus:
                raise errors.bad_argument("Empty cpu list for pinning")
            if live:
                document = vm.require_live()
                _exists(document, vcpu, "live")
                thread = vm.require_active().vcpu_threads.get(vcpu)
                if thread is not None:
                    placement.set_affinity(thread, cpus)
                _pin_vcpu(document, vcpu, cpus)
                self._told(vm, C.VIR_DOMAIN_TUNABLE_CPU_VCPUPIN % vcpu, cpus)
            if config:
                definition = vm.require_config().document().copy()
                _pin_vcpu(definition, vcpu, cpus)
                redefine(self._state, vm, definition)

    async def domain_get_emulator_pin_info(
        self, dom: p.NonnullDomain, maplen: int, flags: int
    ) -> p.DomainGetEmulatorPinInfoRet:
        errors.check_flags(flags, AFFECT, "qemuDomainGetEmulatorPinInfo")
        document, _ = one(self._state.find(dom), flags, "virDomainGetEmulatorPinInfo")
        return p.DomainGetEmulatorPinInfoRet(to_map(placement.emulator_pin(document), maplen), 1)

    async def domain_pin_emulator(self, dom: p.NonnullDomain, cpumap: bytes, flags: int) -> None:
        errors.check_flags(flags, AFFECT, "qemuDomainPinEmulator")
        vm, cpus = self._state.find(dom), from_map(cpumap)
        async with vm.jobs.job(Job.MODIFY):
            live, config = targets(vm, flags)
            if not cpus:
                raise errors.bad_argument("Empty cpu list for pinning")
            if live:
                placement.place_emulator(vm, cpus)
                tune = vm.require_live().cputune = vm.require_live().cputune or Cputune()
                tune.emulatorpin = EmulatorPin(cpuset=cpus)
                self._told(vm, C.VIR_DOMAIN_TUNABLE_CPU_EMULATORPIN, cpus)
            if config:
                definition = vm.require_config().document().copy()
                definition.cputune = definition.cputune or Cputune()
                definition.cputune.emulatorpin = EmulatorPin(cpuset=cpus)
                redefine(self._state, vm, definition)

    def _told(self, vm: Vm, name: str, cpus: frozenset[int]) -> None:
        save_live(self._state, vm)
        self._state.events.tunable(vm, ParamList().string(name, CPUSET.format(cpus)))


def _exists(document: Domain, vcpu: int, which: str) -> None:
    most, now = counts_of(document)
    if vcpu >= most:
        raise errors.bad_argument(f"vcpu {vcpu} is out of range of {which} cpu count {now}")


def _pin_vcpu(document: Domain, vcpu: int, cpus: frozenset[int]) -> None:
    tune = document.cputune = document.cputune or Cputune()
    others = [pin for pin in tune.vcpupins if pin.vcpu != vcpu]
    tune.vcpupins = sorted([*others, VcpuPin(vcpu=vcpu, cpuset=cpus)], key=lambda pin: pin.vcpu)
