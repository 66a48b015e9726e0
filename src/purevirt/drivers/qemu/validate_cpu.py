"""CPU, vCPUs and their topology."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.drivers.qemu.validate_guest import unsupported
from purevirt.model.domain.addresses_devices import devices_of

_HOSTLIKE = ("host-passthrough", "maximum")
_WITHOUT_EIM = 255
"""vCPUs that interrupts reach without extended interrupt mode."""


def validate_cpu(domain: Any, context: PostParseContext) -> None:
    """Mode, cache and address bits."""
    cpu, caps, arch = domain.cpu, context.caps, domain.os.type.arch
    if cpu is None:
        return
    _validate_address_bits(cpu, arch)
    _validate_cache(cpu, arch)
    if cpu.mode == "host-passthrough":
        if arch == "armv7l" and context.host.arch == "aarch64" and not caps.has("aarch64-off"):
            raise unsupported("QEMU binary does not support CPU host-passthrough for armv7l on aarch64 host")
        if cpu.migratable and not caps.has("cpu.migratable"):
            raise unsupported("Migratable attribute for host-passthrough CPU is not supported by QEMU binary")
    elif cpu.mode == "maximum":
        if not caps.has("cpu-max"):
            raise unsupported("CPU mode 'maximum' is not supported by QEMU binary")
        if cpu.migratable and not caps.has("cpu.migratable"):
            raise unsupported("Migratable attribute for maximum CPU is not supported by QEMU binary")


def _validate_address_bits(cpu: Any, arch: str) -> None:
    bits = cpu.maxphysaddr
    if bits is None:
        return
    if not mt.is_x86(arch):
        raise unsupported(f"CPU maximum physical address bits specification is not supported for '{arch}' architecture")
    if bits.mode == "passthrough":
        if bits.bits is not None:
            raise unsupported(
                f"CPU maximum physical address bits number specification cannot be used with mode='{bits.mode}'"
            )
    elif bits.bits is None:
        raise unsupported(
            f"if using CPU maximum physical address mode='{bits.mode}', bits= must be specified too"
        )


def _validate_cache(cpu: Any, arch: str) -> None:
    cache = cpu.cache
    if cache is None:
        return
    if not mt.is_x86(arch):
        raise unsupported(f"CPU cache specification is not supported for '{arch}' architecture")
    if cache.mode == "emulate":
        if cache.level != 3:
            raise unsupported("CPU cache mode 'emulate' can only be used with level='3'")
        return
    if cache.mode == "passthrough" and cpu.mode not in _HOSTLIKE:
        raise unsupported("CPU cache mode 'passthrough' can only be used with 'host-passthrough' / 'maximum' CPUs")
    if cache.level is not None:
        raise unsupported(f"unsupported CPU cache level for mode '{cache.mode}'")


def validate_vcpus(domain: Any, caps: QemuCaps) -> None:
    """Their number fits machine, interrupt controller, topology and hotplug."""
    arch, machine = mt.of(domain)
    count = domain.vcpu.value if domain.vcpu is not None else 1
    limit = caps.machine_max_cpus(domain.type, machine)
    if limit and count > limit:
        raise unsupported(f"Maximum CPUs greater than specified machine type limit {limit}")
    if mt.is_x86(arch) and count > _WITHOUT_EIM:
        if not mt.is_q35(arch, machine):
            raise unsupported(f"more than {_WITHOUT_EIM} vCPUs are only supported on q35-based machine types")
        if not any(iommu.driver is not None and iommu.driver.eim for iommu in devices_of(domain, "iommus")):
            raise unsupported(
                f"more than {_WITHOUT_EIM} vCPUs require extended interrupt mode enabled on the iommu device"
            )
    _validate_topology(domain, count)
    tune = domain.cputune
    if tune is not None and (tune.cachetunes or tune.memorytunes) and domain.type != "kvm":
        raise unsupported("cachetune is only supported for KVM domains")


def _validate_topology(domain: Any, count: int) -> None:
    topology = domain.cpu.topology if domain.cpu is not None else None
    if topology is not None:
        total = topology.sockets * topology.dies * topology.cores * topology.threads
        if total != count:
            raise unsupported("CPU topology doesn't match maximum vcpu count")
        cells = domain.cpu.numa.cells if domain.cpu.numa is not None else []
        numbered = sum(len(cell.cpus or ()) for cell in cells)
        if cells and numbered and numbered > total:
            raise unsupported("CPU topology doesn't match numa CPU count")
    granularity = topology.threads if topology is not None and mt.is_ppc64(domain.os.type.arch) else 1
    if count % granularity or (domain.vcpu is not None and (domain.vcpu.current or 0) % granularity):
        raise unsupported(
            f"vCPUs count must be a multiple of the vCPU hotplug granularity ({granularity})"
        )
