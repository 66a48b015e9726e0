"""What a guest is doing: state, memory and processors in short, and who holds its job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.summary import counts_of, memory_of
from purevirt.drivers.qemu.vm import Vm
from purevirt.host.process import TICK_NS, read_stat
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import TypedParam

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState


def cpu_time_ns(vm: Vm) -> int:
    """Processor time of the guest's QEMU so far; 0 when it does not run."""
    if vm.run is None or vm.run.process is None:
        return 0
    found = read_stat(vm.run.process.pid)
    return (found.utime + found.stime) * TICK_NS if found is not None else 0


def memory_kib(vm: Vm) -> tuple[int, int]:
    """The most it may have and what it has, last known."""
    if vm.run is None and vm.config is not None:
        return vm.config.summary().memory_kib
    most, now = memory_of(vm.current())
    if vm.run is not None and vm.run.balloon_kib:
        now = vm.run.balloon_kib
    return most, now


def vcpus(vm: Vm) -> tuple[int, int]:
    """The most it may have and how many are there."""
    if vm.run is None and vm.config is not None:
        return vm.config.summary().vcpus
    return counts_of(vm.current())


class InfoFacet:
    """Readers: they never wait for a job and never ask the guest."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_get_info(self, dom: p.NonnullDomain) -> p.DomainGetInfoRet:
        vm = self._state.find(dom)
        most, now = memory_kib(vm)
        return p.DomainGetInfoRet(vm.state, most, now, vcpus(vm)[1], cpu_time_ns(vm))

    async def domain_get_state(self, dom: p.NonnullDomain, flags: int) -> p.DomainGetStateRet:
        errors.check_flags(flags, 0, "qemuDomainGetState")
        vm = self._state.find(dom)
        return p.DomainGetStateRet(vm.state, vm.reason)

    async def domain_get_max_memory(self, dom: p.NonnullDomain) -> int:
        return memory_kib(self._state.find(dom))[0]

    async def domain_get_control_info(self, dom: p.NonnullDomain, flags: int) -> p.DomainGetControlInfoRet:
        errors.check_flags(flags, 0, "qemuDomainGetControlInfo")
        vm = self._state.find(dom)
        run = vm.require_active()
        now = self._state.clock.monotonic()
        if run.monitor is not None and not run.monitor.is_open:
            return p.DomainGetControlInfoRet(C.VIR_DOMAIN_CONTROL_ERROR, C.VIR_DOMAIN_CONTROL_ERROR_REASON_MONITOR, 0)
        held = vm.jobs.normal or vm.jobs.long
        if held is None:
            return p.DomainGetControlInfoRet(C.VIR_DOMAIN_CONTROL_OK, 0, 0)
        waiting = run.monitor is not None and run.monitor.waiting_for is not None
        kind = C.VIR_DOMAIN_CONTROL_OCCUPIED if waiting else C.VIR_DOMAIN_CONTROL_JOB
        return p.DomainGetControlInfoRet(kind, 0, int((now - held.since) * 1000))

    async def domain_get_launch_security_info(self, dom: p.NonnullDomain, flags: int) -> list[TypedParam]:
        """Of a guest that runs without any, as all of ours do, there is nothing to tell."""
        errors.check_flags(flags, C.VIR_TYPED_PARAM_STRING_OKAY, "qemuDomainGetLaunchSecurityInfo")
        self._state.find(dom)
        return []

    async def domain_has_managed_save_image(self, dom: p.NonnullDomain, flags: int) -> int:
        errors.check_flags(flags, 0, "qemuDomainHasManagedSaveImage")
        return int(self._state.find(dom).managed_save)

    # --- the connection ----------------------------------------------------------------------------------------

    async def connect_get_type(self) -> str:
        return "QEMU"

    async def connect_get_lib_version(self) -> int:
        return 9000000

    async def connect_get_hostname(self) -> str:
        import socket

        return socket.gethostname()

    async def connect_is_secure(self) -> int:
        return 1

    async def connect_get_version(self) -> int:
        import os

        from purevirt.drivers.qemu.documents import EMULATORS

        emulator = EMULATORS.get(os.uname().machine, "")
        return (await self._state.capabilities.get(emulator)).version
