"""IOThreads of a guest: list them, add and remove them, pin them, tune their polling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from purevirt.core.jobs import Job
from purevirt.drivers.qemu import errors, placement
from purevirt.drivers.qemu.affect import AFFECT, one, redefine, save_live, targets
from purevirt.drivers.qemu.monitor import queries
from purevirt.drivers.qemu.pinning import affinity_of
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.cpuset import CPUSET
from purevirt.model.domain.iothreads import Iothread, complete
from purevirt.model.domain.tune import Cputune, IothreadPin
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.arguments import check_params
from purevirt.types.cpumaps import from_map, to_map
from purevirt.types.typed_params import INT, UINT, ULLONG, ParamList, TypedParam

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.domain.document import Domain

_POOL_MIN, _POOL_MAX = C.VIR_DOMAIN_IOTHREAD_THREAD_POOL_MIN, C.VIR_DOMAIN_IOTHREAD_THREAD_POOL_MAX
_TYPES = {
    C.VIR_DOMAIN_IOTHREAD_POLL_MAX_NS: ULLONG,
    C.VIR_DOMAIN_IOTHREAD_POLL_GROW: UINT,
    C.VIR_DOMAIN_IOTHREAD_POLL_SHRINK: UINT,
    _POOL_MIN: INT,
    _POOL_MAX: INT,
}


def threads_of(document: Domain) -> list[Iothread]:
    """All of them, those too that are only counted."""
    return complete(document.iothreadids, document.iothreads or 0)


def _domain_error(text: str) -> VirtError:
    return VirtError(ErrorCode.INVALID_ARG, text, ErrorDomain.DOMAIN)


class IothreadFacet:
    """virDomain*IOThread*."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_get_iothread_info(self, dom: p.NonnullDomain, flags: int) -> p.DomainGetIothreadInfoRet:
        errors.check_flags(flags, AFFECT, "qemuDomainGetIOThreadInfo")
        vm = self._state.find(dom)
        document, live = one(vm, flags, "virDomainGetIOThreadInfo")
        if live:
            async with vm.jobs.job(Job.QUERY):
                reply = await vm.require_monitor().execute("query-iothreads")
                vm.require_active()
            sets = [(thread.number, affinity_of(thread.thread_id)) for thread in queries.io_threads_of(reply)]
        else:
            sets = [(thread.id, placement.iothread_pin(document, thread.id)) for thread in threads_of(document)]
        found = [p.DomainIothreadInfo(number, to_map(cpus, max(cpus, default=0) // 8 + 1)) for number, cpus in sets]
        return p.DomainGetIothreadInfoRet(found, len(found))

    async def domain_pin_iothread(self, dom: p.NonnullDomain, iothreads_id: int, cpumap: bytes, flags: int) -> None:
        errors.check_flags(flags, AFFECT, "qemuDomainPinIOThread")
        vm, cpus = self._state.find(dom), from_map(cpumap)
        async with vm.jobs.job(Job.MODIFY):
            live, config = targets(vm, flags)
            if not cpus:
                raise errors.bad_argument("Empty iothread cpumap list for pinning")
            if live:
                thread = vm.require_active().iothreads.get(iothreads_id)
                if thread is None:
                    raise errors.bad_argument(f"iothread {iothreads_id} not found")
                placement.set_affinity(thread, cpus)
                _pin(vm.require_live(), iothreads_id, cpus)
                save_live(self._state, vm)
                name = C.VIR_DOMAIN_TUNABLE_CPU_IOTHREADSPIN % iothreads_id
                self._state.events.tunable(vm, ParamList().string(name, CPUSET.format(cpus)))
            if config:
                definition = vm.require_config().document().copy()
                if iothreads_id not in [thread.id for thread in threads_of(definition)]:
                    raise errors.bad_argument(f"iothreadid {iothreads_id} not found")
                _pin(definition, iothreads_id, cpus)
                redefine(self._state, vm, definition)

    async def domain_add_iothread(self, dom: p.NonnullDomain, iothread_id: int, flags: int) -> None:
        errors.check_flags(flags, AFFECT, "qemuDomainAddIOThread")
        if iothread_id == 0:
            raise errors.bad_argument("invalid value of 0 for iothread_id")
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            for live, document in self._documents(vm, flags):
                if iothread_id in [thread.id for thread in threads_of(document)]:
                    raise _domain_error(f"an IOThread is already using iothread_id '{iothread_id}'")
                if live:
                    await _execute(vm, "object-add", {"qom-type": "iothread", "id": f"iothread{iothread_id}"})
                    await _refresh(vm)
                _keep(document, [*threads_of(document), Iothread(id=iothread_id)])
                self._written(vm, document, live)
                if live:
                    placement.place_iothreads(vm, [iothread_id])

    async def domain_del_iothread(self, dom: p.NonnullDomain, iothread_id: int, flags: int) -> None:
        errors.check_flags(flags, AFFECT, "qemuDomainDelIOThread")
        if iothread_id == 0:
            text = "iothread_id in virDomainDelIOThread must not be zero"
            raise errors.plain_argument(text, "iothread_id", "virDomainDelIOThread", ErrorDomain.DOMAIN)
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            for live, document in self._documents(vm, flags):
                if iothread_id not in [thread.id for thread in threads_of(document)]:
                    raise _domain_error(f"cannot find IOThread '{iothread_id}' in iothreadids list")
                _check_unused(document, iothread_id)
                if live:
                    await _execute(vm, "object-del", {"id": f"iothread{iothread_id}"})
                    await _refresh(vm)
                _keep(document, [thread for thread in threads_of(document) if thread.id != iothread_id])
                if document.cputune is not None:
                    pins = document.cputune.iothreadpins
                    document.cputune.iothreadpins = [pin for pin in pins if pin.iothread != iothread_id]
                self._written(vm, document, live)

    def _documents(self, vm: Vm, flags: int) -> list[tuple[bool, Domain]]:
        """What is to be changed: the live document itself, a copy of the definition."""
        live, config = targets(vm, flags)
        found = [(True, vm.require_live())] if live else []
        return [*found, (False, vm.require_config().document().copy())] if config else found

    def _written(self, vm: Vm, document: Domain, live: bool) -> None:
        if live:
            save_live(self._state, vm)
        else:
            redefine(self._state, vm, document)

    async def domain_set_iothread_params(
        self, dom: p.NonnullDomain, iothread_id: int, params: list[TypedParam], flags: int
    ) -> None:
        errors.check_flags(flags, AFFECT, "qemuDomainSetIOThreadParams")
        if iothread_id == 0:
            raise errors.bad_argument("invalid value of 0 for iothread_id")
        check_params(params, _TYPES)
        wanted: dict[str, Any] = {param.field: param.value for param in params}
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            live, config = targets(vm, flags)
            if config:
                raise errors.not_supported("configuring persistent polling values is not supported")
            if live and iothread_id not in vm.require_active().iothreads:
                raise errors.bad_argument(f"cannot find IOThread '{iothread_id}' in iothreadids")
            _check_pool(wanted)
            path = f"/objects/iothread{iothread_id}"
            for name in sorted(wanted, key=lambda name: name == _POOL_MIN):  # the upper bound of the pool first
                value = {"path": path, "property": name.replace("_", "-"), "value": wanted[name]}
                await _execute(vm, "qom-set", value)


async def _execute(vm: Vm, command: str, arguments: dict[str, Any]) -> None:
    await vm.require_monitor().execute(command, arguments)
    vm.require_active()


async def _refresh(vm: Vm) -> None:
    reply = await vm.require_monitor().execute("query-iothreads")
    vm.require_active().iothreads = queries.iothreads_of(reply)


def _keep(document: Domain, threads: list[Iothread]) -> None:
    document.iothreadids = sorted(threads, key=lambda thread: thread.id) if not document.iothreadids else threads
    document.iothreads = len(threads) or None


def _pin(document: Domain, number: int, cpus: frozenset[int]) -> None:
    tune = document.cputune = document.cputune or Cputune()
    tune.iothreadpins = [pin for pin in tune.iothreadpins if pin.iothread != number]
    tune.iothreadpins.append(IothreadPin(iothread=number, cpuset=cpus))


def _check_unused(document: Domain, number: int) -> None:
    devices = document.devices
    for disk in devices.disks if devices is not None else []:
        if disk.driver is not None and disk.driver.iothread == number:
            text = f"cannot remove IOThread {number} since it is being used by disk '{disk.target.dev if disk.target else ''}'"
            raise errors.bad_argument(text)
    for controller in devices.controllers if devices is not None else []:
        driver = getattr(controller, "driver", None)
        if driver is not None and getattr(driver, "iothread", None) == number:
            raise errors.bad_argument(f"cannot remove IOThread '{number}' since it is being used by controller")


def _check_pool(wanted: dict[str, Any]) -> None:
    low, high = wanted.get(_POOL_MIN), wanted.get(_POOL_MAX)
    for name, value in ((_POOL_MIN, low), (_POOL_MAX, high)):
        if value is not None and value < 0:
            raise errors.invalid(f"{name} ({value}) must not be negative")
    if low is not None and high is not None and low > high:
        raise errors.invalid(f"thread_pool_min ({low}) can't be greater than thread_pool_max ({high})")
