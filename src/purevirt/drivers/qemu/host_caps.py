"""`<capabilities>`: the host, and the guests that the QEMU binaries on it can run.

The host's CPU is told by its model with features, vendor, signature and microcode.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import AccelCaps, QemuCaps
from purevirt.drivers.qemu.processor import processor
from purevirt.host import cpuid, node, topology
from purevirt.model.capabilities import (
    BaseLabel,
    CacheBank,
    Capabilities,
    CapabilitiesGuest,
    CapabilitiesHost,
    CellCpu,
    CellCpus,
    CellMemory,
    CellPages,
    FeatureToggle,
    GuestArch,
    GuestDomain,
    GuestFeatures,
    GuestMachine,
    HostCache,
    HostCell,
    HostCells,
    HostTopology,
    IommuSupport,
    MigrationFeatures,
    PowerManagement,
    SecurityModel,
)
from purevirt.model.cpu import CpuCounter, CpuSignature, CpuTopology, HostCpu, HostCpuFeature, MaxPhysAddr, Microcode, PageSize
from purevirt.model.cpu_numa import Sibling

if TYPE_CHECKING:
    from purevirt.host.process import Credentials

_WORD_32 = {"armv6l", "armv7b", "armv7l", "cris", "i686", "lm32", "m68k", "microblaze", "microblazeel", "mips", "mipsel"} | {
    "or32", "parisc", "ppc", "ppcle", "ppcemb", "riscv32", "s390", "sh4", "sh4eb", "sparc", "unicore32", "xtensa", "xtensaeb"
}  # fmt: skip
_L3 = 3


def capabilities(host_uuid: str, known: dict[str, QemuCaps], credentials: Credentials | None) -> Capabilities:
    """The document. `known`: architecture → what its emulator can do."""
    guests = [_guest(arch, known[arch]) for arch in sorted(known)]
    return Capabilities(host=_host(host_uuid, credentials), guests=guests)


def _host(uuid: str, credentials: Credentials | None) -> CapabilitiesHost:
    cells = [_cell(cell) for cell in node.numa_nodes()]
    return CapabilitiesHost(
        uuid=uuid,
        cpu=_cpu(),
        power_management=PowerManagement(),
        iommu=IommuSupport(support=topology.has_iommu()),
        migration_features=MigrationFeatures(live=True, uri_transports=["tcp", "rdma"]),
        topology=HostTopology(cells=HostCells(num=len(cells), cells=cells)),
        cache=HostCache(banks=[_bank(cache) for cache in topology.caches(_L3)]),
        secmodels=_security(credentials),
    )


def _cpu() -> HostCpu:
    found, shape = topology.cpu_identity(), node.node_info()
    cpu = HostCpu(arch=os.uname().machine, vendor=found.vendor)
    if (own := processor()) is not None:
        cpu.model = own.model
        cpu.features = [HostCpuFeature(name=name) for name in own.features]
        if (clock := cpuid.tsc()) is not None:
            cpu.counter = CpuCounter(name="tsc", frequency=clock[0], scaling=clock[1])
    if found.microcode is not None:
        cpu.microcode = Microcode(version=found.microcode)
    if found.family is not None and found.model is not None and found.stepping is not None:
        cpu.signature = CpuSignature(family=found.family, model=found.model, stepping=found.stepping)
    cpu.topology = CpuTopology(sockets=shape.sockets, dies=1, cores=shape.cores, threads=shape.threads)
    if found.physical_bits is not None:
        cpu.maxphysaddr = MaxPhysAddr(mode="emulate", bits=found.physical_bits)
    cpu.pages = [PageSize(size=pool.size_kib) for pool in node.cell_pages(min(node.numa_nodes(), default=0))]
    return cpu


def _cell(cell: int) -> HostCell:
    cpus = [
        CellCpu(id=place.cpu, socket_id=place.socket, die_id=place.die, core_id=place.core, siblings=place.siblings)
        for place in topology.places(cell)
    ]
    return HostCell(
        id=cell,
        memory=CellMemory(value=node.cell_memory_kib(cell).get("MemTotal", 0)),
        pages=[CellPages(size=pool.size_kib, value=pool.total) for pool in node.cell_pages(cell)],
        distances=[Sibling(id=other, value=far) for other, far in zip(node.numa_nodes(), topology.distances(cell), strict=False)],
        cpus=CellCpus(num=len(cpus), cpus=cpus),
    )


def _bank(cache: topology.Cache) -> CacheBank:
    size, unit = cache.size_kib, "KiB"
    if size % 1024 == 0:
        size, unit = size // 1024, "MiB"
    return CacheBank(id=cache.number, level=cache.level, type=cache.kind, size=size, unit=unit, cpus=cache.cpus)


def _security(credentials: Credentials | None) -> list[SecurityModel]:
    models = [SecurityModel(model="none", doi="0")]
    if credentials is not None:
        label = f"+{credentials.uid}:+{credentials.gid}"
        bases = [BaseLabel(type=kind, value=label) for kind in ("kvm", "qemu")]
        models.append(SecurityModel(model="dac", doi="0", baselabels=bases))
    return models


def _guest(arch: str, caps: QemuCaps) -> CapabilitiesGuest:
    types = [kind for kind, flag in (("qemu", "tcg"), ("kvm", "kvm")) if caps.has(flag)]
    accel = caps.accels.get("kvm" if "kvm" in types else "tcg") or AccelCaps()
    machines = sorted(accel.machines, key=lambda machine: not machine.default)
    listed = []
    for machine in machines:
        limit, old = machine.max_cpus or None, machine.deprecated or None
        listed.append(GuestMachine(value=machine.name, max_cpus=limit, deprecated=old))
        if machine.alias:
            listed.append(GuestMachine(canonical=machine.name, value=machine.alias, max_cpus=limit, deprecated=old))
    features = GuestFeatures(cpuselection=True, deviceboot=True, disksnapshot=FeatureToggle(default=True, toggle=False))
    if arch == "i686":
        features.pae = features.nonpae = True
    if mt.is_x86(arch) or arch == "aarch64":
        features.acpi = FeatureToggle(default=True, toggle=True)
    if mt.is_x86(arch):
        features.apic = FeatureToggle(default=True, toggle=False)
    return CapabilitiesGuest(
        os_type="hvm",
        arch=GuestArch(
            name=arch,
            wordsize=32 if arch in _WORD_32 else 64,
            emulator=caps.emulator,
            machines=listed,
            domains=[GuestDomain(type=kind) for kind in types],
        ),
        features=features,
    )
