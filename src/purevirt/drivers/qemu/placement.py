"""On which host processors the threads of a running guest may run, and with which scheduler: `<cputune>` put in force.

A thread that is not pinned by itself has the set of `<vcpu cpuset=…>`, or all processors. Threads that QEMU starts later
inherit the main thread's set, so that one is set last.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host import node, process

if TYPE_CHECKING:
    from purevirt.model.domain.document import Domain


def usual(document: Domain) -> frozenset[int]:
    """Where a thread runs that nobody pinned."""
    cpuset = document.vcpu.cpuset if document.vcpu is not None else None
    return cpuset or frozenset(node.online_cpus())


def vcpu_pin(document: Domain, number: int) -> frozenset[int]:
    tune = document.cputune
    return next((pin.cpuset for pin in tune.vcpupins if pin.vcpu == number), usual(document)) if tune else usual(document)


def emulator_pin(document: Domain) -> frozenset[int]:
    pin = document.cputune.emulatorpin if document.cputune is not None else None
    return pin.cpuset if pin is not None else usual(document)


def iothread_pin(document: Domain, number: int) -> frozenset[int]:
    tune = document.cputune
    return next((p.cpuset for p in tune.iothreadpins if p.iothread == number), usual(document)) if tune else usual(document)


def set_affinity(thread: int, cpus: frozenset[int]) -> None:
    """SYSTEM_ERROR when the kernel refuses, as for processors that do not exist."""
    try:
        process.set_affinity(thread, cpus)
    except OSError as error:
        text = f"cannot set CPU affinity on process {thread}: {error.strerror}"
        raise VirtError(ErrorCode.SYSTEM_ERROR, text, ErrorDomain.NONE, int1=error.errno or 0) from error


def place_emulator(vm: Vm, cpus: frozenset[int]) -> None:
    """Bind every thread of QEMU's that is neither a vCPU nor an IOThread; the main thread must be bindable."""
    run = vm.require_active()
    assert run.process is not None
    own = {*run.vcpu_threads.values(), *run.iothreads.values()}
    for thread in process.threads(run.process.pid):
        if thread == run.process.pid:
            set_affinity(thread, cpus)
        elif thread not in own:
            with suppress(OSError):  # a worker that has just ended
                process.set_affinity(thread, cpus)


def place_vcpus(vm: Vm, numbers: Iterable[int]) -> None:
    """Put the sets and schedulers of these vCPUs in force."""
    run, document = vm.require_active(), vm.require_live()
    for number in numbers:
        thread = run.vcpu_threads.get(number)
        if thread is None:
            continue
        if not _free(document):
            set_affinity(thread, vcpu_pin(document, number))
        schedulers = document.cputune.vcpuscheds if document.cputune is not None else []
        for sched in schedulers:
            if number in sched.vcpus:
                _schedule(thread, sched.scheduler, sched.priority)


def place_iothreads(vm: Vm, numbers: Iterable[int]) -> None:
    """The same for IOThreads."""
    run, document = vm.require_active(), vm.require_live()
    for number in numbers:
        thread = run.iothreads.get(number)
        if thread is None:
            continue
        if not _free(document):
            set_affinity(thread, iothread_pin(document, number))
        schedulers = document.cputune.iothreadscheds if document.cputune is not None else []
        for sched in schedulers:
            if number in sched.iothreads:
                _schedule(thread, sched.scheduler, sched.priority)


def place_all(vm: Vm) -> None:
    """At a start, once the threads are known."""
    run, document = vm.require_active(), vm.require_live()
    if document.cputune is None and _free(document):
        return
    place_vcpus(vm, list(run.vcpu_threads))
    place_iothreads(vm, list(run.iothreads))
    assert run.process is not None
    if not _free(document):
        place_emulator(vm, emulator_pin(document))
    sched = document.cputune.emulatorsched if document.cputune is not None else None
    if sched is not None:
        _schedule(run.process.pid, sched.scheduler, sched.priority)


def _free(document: Domain) -> bool:
    """Whether no thread is bound to anything."""
    tune = document.cputune
    pinned = tune is not None and (tune.vcpupins or tune.iothreadpins or tune.emulatorpin is not None)
    return not pinned and (document.vcpu is None or not document.vcpu.cpuset)


def _schedule(thread: int, scheduler: str, priority: int | None) -> None:
    try:
        process.set_scheduler(thread, scheduler, priority or 0)
    except OSError as error:
        text = f"Cannot set scheduler parameters for pid {thread}: {error.strerror}"
        raise VirtError(ErrorCode.SYSTEM_ERROR, text, ErrorDomain.NONE, int1=error.errno or 0) from error
