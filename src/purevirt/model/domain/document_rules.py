"""Parts of a domain document that depend on one another: vCPUs, I/O threads, NUMA, tuning (what libvirt's parser settles)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.errors import ErrorCode
from purevirt.model._engine import XmlError
from purevirt.model.domain.iothreads import complete
from purevirt.model.domain.numa import NumaMemory, Numatune
from purevirt.model.domain.tune_resctrl import Cachetune, Memorytune
from purevirt.model.domain.vcpu import Vcpu, VcpuEntry

if TYPE_CHECKING:
    from purevirt.model.domain.document import Domain

_UNSUPPORTED = ErrorCode.CONFIG_UNSUPPORTED


def settle_vcpus(domain: Domain) -> None:
    """One vCPU by default; a list of single ones is completed and decides how many are plugged."""
    vcpu = domain.vcpu
    if vcpu is None:
        vcpu = domain.vcpu = Vcpu(value=1)
    if vcpu.value == 0:
        raise XmlError("CPU IDs in <numa> exceed the <vcpu> count", ErrorCode.INTERNAL_ERROR)
    if vcpu.current is not None and vcpu.current > vcpu.value:
        text = "maximum vCPU count must not be less than current vCPU count"
        raise XmlError(text, _UNSUPPORTED)
    if domain.vcpus:
        _complete_vcpus(domain, vcpu)
    if vcpu.current == vcpu.value:
        vcpu.current = None


def _complete_vcpus(domain: Domain, vcpu: Vcpu) -> None:
    given: dict[int, VcpuEntry] = {}
    for entry in domain.vcpus:
        if entry.id >= vcpu.value:
            raise XmlError(f"vcpu id '{entry.id}' is out of range of maximum vcpu count")
        given[entry.id] = entry
    absent = (VcpuEntry(id=i, enabled=False, hotpluggable=True) for i in range(vcpu.value) if i not in given)
    domain.vcpus = sorted([*given.values(), *absent], key=lambda entry: entry.id)
    vcpu.current = sum(entry.enabled for entry in domain.vcpus)


def settle_iothreads(domain: Domain) -> None:
    """The count covers the numbered threads; numbered threads are completed to the count."""
    seen: set[int] = set()
    for thread in domain.iothreadids:
        if thread.id in seen:
            raise XmlError(f"duplicate iothread id '{thread.id}' found")
        seen.add(thread.id)
    count = max(domain.iothreads or 0, len(domain.iothreadids))
    if domain.iothreadids:
        domain.iothreadids = complete(domain.iothreadids, count)
    domain.iothreads = count or None


def settle_numatune(domain: Domain) -> None:
    """vCPUs placed by numad put the memory there too, unless the document says where."""
    cells = len(domain.cpu.numa.cells) if domain.cpu is not None and domain.cpu.numa is not None else 0
    automatic = domain.vcpu is not None and domain.vcpu.placement == "auto"
    tune = domain.numatune
    if tune is not None and tune.memory is not None and not tune.memory.settle(automatic):
        tune.memory = None
    if tune is not None:
        tune.check_nodes(cells)
    if domain.vcpu is not None and tune is not None and tune.memory is not None and tune.memory.placement == "auto":
        _place_vcpus_by_numad(domain, domain.vcpu)
    if automatic and (tune is None or (tune.memory is None and not tune.memnodes)):
        tune = domain.numatune = tune or Numatune()
        tune.memory = NumaMemory(mode="strict", placement="auto")
    if cells:
        _check_cell_cpus(domain)


def _place_vcpus_by_numad(domain: Domain, vcpu: Vcpu) -> None:
    """Memory placed by numad takes the vCPUs with it, unless anything is pinned."""
    tune = domain.cputune
    pinned = tune is not None and (tune.vcpupins or tune.emulatorpin is not None or tune.iothreadpins)
    if vcpu.cpuset is None and not pinned:
        vcpu.placement = "auto"


def settle_hugepages(domain: Domain) -> None:
    """A guest without NUMA nodes is node 0: pages for that node alone are pages for the guest."""
    backing = domain.memory_backing
    if backing is None or backing.hugepages is None:
        return
    if domain.cpu is not None and domain.cpu.numa is not None:
        return
    for page in backing.hugepages.pages:
        if page.nodeset == frozenset((0,)):
            page.nodeset = None


def _check_cell_cpus(domain: Domain) -> None:
    assert domain.cpu is not None
    assert domain.cpu.numa is not None
    assert domain.vcpu is not None
    cpus: list[int] = [n for cell in domain.cpu.numa.cells for n in cell.cpus or ()]
    if len(cpus) > domain.vcpu.value:
        raise XmlError("Number of CPUs in <numa> exceeds the <vcpu> count", ErrorCode.INTERNAL_ERROR)
    if cpus and max(cpus) >= domain.vcpu.value:
        raise XmlError("CPU IDs in <numa> exceed the <vcpu> count", ErrorCode.INTERNAL_ERROR)


def settle_tuning(domain: Domain) -> None:
    """Pins and schedulers speak of vCPUs and threads that exist; pins of others are forgotten, the rest is an error."""
    tune = domain.cputune
    if tune is None or domain.vcpu is None:
        return
    count = domain.vcpu.value
    tune.vcpupins = [pin for pin in tune.vcpupins if pin.vcpu < count]
    for sched in tune.vcpuscheds:
        for number in sched.vcpus:
            if number >= count:
                raise XmlError(f"vCPU '{number}' is not present in domain definition", _UNSUPPORTED)
    threads = {thread.id for thread in domain.iothreadids} or set(range(1, (domain.iothreads or 0) + 1))
    wanted = [pin.iothread for pin in tune.iothreadpins] + [n for s in tune.iothreadscheds for n in s.iothreads]
    for number in wanted:
        if number not in threads:
            raise XmlError(f"Cannot find 'iothread' : {number}", _UNSUPPORTED)
    tune.iothreadpins.sort(key=lambda pin: pin.iothread)
    groups: list[Cachetune | Memorytune] = [*tune.cachetunes, *tune.memorytunes]
    for group in groups:
        group.vcpus = frozenset(n for n in group.vcpus if n < count)
    tune.cachetunes = [group for group in tune.cachetunes if group.vcpus]
    tune.memorytunes = [group for group in tune.memorytunes if group.vcpus]
