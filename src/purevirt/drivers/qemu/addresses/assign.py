"""All address assignment of a QEMU definition, in libvirt's order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.addresses.ccw import assign_ccw, assign_zpci
from purevirt.drivers.qemu.addresses.memory import assign_memory_slots
from purevirt.drivers.qemu.addresses.pci_assign import assign_pci, supports_pci
from purevirt.drivers.qemu.addresses.pci_targets import fill_pci_targets
from purevirt.drivers.qemu.addresses.spapr import assign_spapr
from purevirt.drivers.qemu.addresses.usb import assign_usb
from purevirt.drivers.qemu.addresses.virtio_serial import assign_virtio_serial
from purevirt.drivers.qemu.addresses.virtio_transport import prime_virtio
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.model.domain.addresses_devices import iter_devices
from purevirt.model.domain.device import VirtioMmioAddress


def _assign_virtio_mmio(domain: Any, caps: QemuCaps) -> None:
    arch, machine = mt.of(domain)
    if not (mt.is_arm(arch) or mt.is_riscv(arch)):
        return
    if not (machine.startswith("vexpress-") or mt.is_arm_virt(arch, machine) or mt.is_riscv_virt(arch, machine)):
        return
    if caps.has("virtio-mmio"):
        prime_virtio(domain, VirtioMmioAddress)


def assign_addresses(
    domain: Any, caps: QemuCaps, *, new_domain: bool = True, iommu_group: Callable[[str], int | None] | None = None
) -> None:
    """Give every device of the definition its address; adds the controllers (PCI, virtio-serial, hubs) that takes.

    `iommu_group` tells the group of a host PCI device (dddd:bb:ss.f); without it no devices are kept apart.
    """
    assign_virtio_serial(domain)
    assign_spapr(domain, caps)
    assign_ccw(domain, caps)
    _prefer_mmio(domain, caps)
    assign_pci(domain, caps, _isolation(iommu_group) if iommu_group is not None else None)
    if supports_pci(domain, caps):
        fill_pci_targets(domain, caps)
    assign_zpci(domain, caps)
    assign_usb(domain, new_domain=new_domain)
    assign_memory_slots(domain)


def _isolation(iommu_group: Callable[[str], int | None]) -> Callable[[Any], int]:
    """Host PCI devices are isolated by their IOMMU group, counted from 1; 0 is for everything emulated."""

    def group_of(device: Any) -> int:
        kind = getattr(device, "type", None)
        if kind != "hostdev" and (kind != "pci" or getattr(device, "mode", None) != "subsystem"):
            return 0
        a = device.source.address
        group = iommu_group(f"{a.domain or 0:04x}:{a.bus or 0:02x}:{a.slot or 0:02x}.{a.function or 0:x}")
        return 0 if group is None else group + 1

    return group_of


def _prefer_mmio(domain: Any, caps: QemuCaps) -> None:
    """Boards that have PCI put virtio devices there, unless one is on virtio-mmio already; the others use virtio-mmio."""
    mixed = any(isinstance(device.address, VirtioMmioAddress) for _, device in iter_devices(domain))
    if supports_pci(domain, caps) and not mixed:
        return
    _assign_virtio_mmio(domain, caps)
