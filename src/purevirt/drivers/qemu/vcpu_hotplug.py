"""vCPUs come to and leave a running guest: QEMU's hotpluggable CPUs by their topology, one device each.

vCPU `i` is the i-th of QEMU's list in the order of its topology. One that QEMU made a device of ours of (`vcpuI`) can
be unplugged again. All vCPUs must be entities of one vCPU (as on every x86 machine); a pseries core of several threads
comes and goes as a whole.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from purevirt.core.clock import wait_within
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.monitor import decode, queries
from purevirt.drivers.qemu.placement import place_vcpus
from purevirt.drivers.qemu.vcpu_entries import entries_of, write_entries
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.domain.vcpu import VcpuEntry

UNPLUG_S = 5.0
"""How long a guest may take to let go of a device."""
_PLACE = ("node-id", "socket-id", "die-id", "cluster-id", "core-id", "thread-id")


@dataclass(frozen=True, slots=True)
class Entity:
    """One pluggable thing: the vCPU it starts at, how many it has, its QOM path ("" when it is not plugged)."""

    first: int
    count: int
    driver: str
    props: dict[str, int]
    path: str

    @property
    def removable(self) -> bool:
        return self.path.startswith("/machine/peripheral/")


async def entities(vm: Vm) -> list[Entity]:
    """Everything that can be plugged, in the order of the vCPUs."""
    reply = await vm.require_monitor().execute("query-hotpluggable-cpus")
    vm.require_active()
    found = []
    for item in decode.objects(reply, "query-hotpluggable-cpus"):
        props = decode.child(item, "props")
        place = {key: decode.integer_or(props, key) for key in _PLACE if key in props}
        count = decode.integer(item, "vcpus-count", "query-hotpluggable-cpus")
        found.append((place, count, decode.string(item, "type", "query-hotpluggable-cpus"), decode.string_or(item, "qom-path")))
    found.sort(key=lambda one: [one[0].get(key, 0) for key in _PLACE])
    out, first = [], 0
    for place, count, driver, path in found:
        out.append(Entity(first, count, driver, place, path))
        first += count
    return out


def chosen_for(known: list[Entity], entries: list[VcpuEntry], count: int) -> tuple[list[Entity], bool]:
    """What to plug (True) or to unplug (False), in order, so that `count` vCPUs are there."""
    now = sum(entry.enabled for entry in entries)
    picked: list[Entity] = []
    if count > now:
        for entity in known:
            if now < count and not entries[entity.first].enabled:
                picked.append(entity)
                now += entity.count
    else:
        for entity in reversed(known):
            if now > count and entries[entity.first].enabled and entity.removable:
                picked.append(entity)
                now -= entity.count
    if now != count:
        raise errors.unsupported("failed to find appropriate hotpluggable vcpus to reach the desired target vcpu count")
    return picked, count > sum(entry.enabled for entry in entries)


async def plug(vm: Vm, entity: Entity) -> None:
    """Add one, and know its threads. The caller holds a job and saves the document."""
    monitor = vm.require_monitor()
    alias = f"vcpu{entity.first}"
    await monitor.execute("device_add", {"driver": entity.driver, "id": alias, **entity.props})
    vm.require_active()
    _settle(vm, entity, enabled=True)
    await refresh_threads(vm)
    place_vcpus(vm, range(entity.first, entity.first + entity.count))


async def refresh_threads(vm: Vm) -> None:
    """Ask QEMU for the threads of the vCPUs: its indices go by the order of plugging, ours by topology."""
    monitor = vm.require_monitor()
    reply = await monitor.execute("query-cpus-fast")
    run = vm.require_active()
    paths = {decode.string_or(i, "qom-path"): decode.integer_or(i, "thread-id") for i in decode.objects(reply, "cpus")}
    by_device = {path.rsplit("/", 1)[1]: thread for path, thread in paths.items() if path.startswith("/machine/peripheral/vcpu")}
    known = {int(name[4:]): thread for name, thread in by_device.items() if name[4:].isdecimal()}
    boot = queries.threads_of([i for i in reply if "/peripheral/" not in decode.string_or(i, "qom-path")])
    enabled = [e.id for e in entries_of(vm.require_live()) if e.enabled and e.id not in known]
    run.vcpu_threads = known | dict(zip(enabled, [boot[index] for index in sorted(boot)], strict=False))


def _settle(vm: Vm, entity: Entity, *, enabled: bool) -> None:
    """The document after one came or went, with the order of plugging renumbered."""
    document = vm.require_live()
    entries = entries_of(document)
    for position, entry in enumerate((e for e in entries if e.enabled), 1):
        entry.order = entry.order or position
    last = max((entry.order or 0 for entry in entries), default=0)
    for entry in entries[entity.first : entity.first + entity.count]:
        entry.enabled, entry.hotpluggable = enabled, True
        entry.order = last + 1 if enabled else None
    _number(entries)
    write_entries(document, entries, listed=True)
    vm.changed()


def _number(entries: list[VcpuEntry]) -> None:
    """Orders of plugging without gaps; those at boot come first, in theirs."""
    plugged = [entry for entry in entries if entry.enabled]
    for position, entry in enumerate(sorted(plugged, key=lambda e: (e.order is None and e.hotpluggable, e.order or 0, e.id)), 1):
        entry.order = position


def unplugged(vm: Vm, alias: str) -> bool:
    """A device that went was a vCPU: take it out of the document. False when it was something else."""
    number = alias.removeprefix("vcpu")
    if number == alias or not number.isdecimal() or vm.run is None:
        return False
    entries = entries_of(vm.require_live())
    if int(number) >= len(entries) or not entries[int(number)].enabled:
        return False
    vm.run.vcpu_threads.pop(int(number), None)
    _settle(vm, Entity(int(number), 1, "", {}, ""), enabled=False)
    return True


async def unplug(state: QemuState, vm: Vm, entity: Entity) -> None:
    """Ask the guest to let go of one and wait until it has; OPERATION_TIMEOUT when it does not react."""
    run, monitor = vm.require_active(), vm.require_monitor()
    alias = entity.path.rsplit("/", 1)[1]
    gone: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def answered(value: bool, data: Any) -> bool:
        mine = isinstance(data, dict) and data.get("device") == alias
        if mine and not gone.done():
            gone.set_result(value)
        return mine

    waiters = [
        ("DEVICE_DELETED", lambda data: answered(True, data)),
        ("DEVICE_UNPLUG_GUEST_ERROR", lambda data: answered(False, data)),
    ]
    run.waiters += waiters
    try:
        await monitor.execute("device_del", {"id": alias})
        answer = await wait_within(state.clock, UNPLUG_S, gone)
    finally:
        for waiter in waiters:
            if waiter in run.waiters:
                run.waiters.remove(waiter)
    vm.require_active()
    if not answer:
        text = "vcpu unplug request timed out. Unplug result must be manually inspected in the domain"
        raise VirtError(ErrorCode.OPERATION_TIMEOUT, text, ErrorDomain.QEMU)
    if not gone.result():
        raise errors.failed("vcpu unplug request was rejected by the guest")


async def plug_at_start(vm: Vm) -> None:
    """The enabled vCPUs that the definition calls hotpluggable: QEMU starts without them. In the order asked for."""
    document = vm.require_live()
    late = [entry for entry in document.vcpus if entry.enabled and entry.hotpluggable]
    _number(document.vcpus)
    if not late:
        return
    known = {entity.first: entity for entity in await entities(vm)}
    for entry in sorted(late, key=lambda e: e.order or 0):
        entity = known.get(entry.id)
        if entity is None or entity.path:
            continue
        await vm.require_monitor().execute("device_add", {"driver": entity.driver, "id": f"vcpu{entry.id}", **entity.props})
        vm.require_active()
    await refresh_threads(vm)
