"""Names of devices in the running guest (`<alias>`), as QEMU ids.

Generated names are kept when present; user names (`ua-…`) always. Numbers count per kind, in list order.
"""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.model.domain.addresses_devices import devices_of, is_serial_alias
from purevirt.model.domain.device import Alias, DimmAddress
from purevirt.model.domain.postparse_devices import disk_index


def alias_of(device: Any) -> str:
    """The device's name, "" before it has one."""
    return device.alias.name if device.alias is not None and device.alias.name else ""


def _set(device: Any, name: str) -> None:
    if not alias_of(device):
        device.alias = Alias(name=name)


def _has_multi_bus(domain: Any) -> bool:
    """Are PCI buses numbered (pci.0), or is there just "pci"."""
    arch, machine = mt.of(domain)
    numbered = mt.is_x86(arch) or mt.is_ppc64(arch) or arch == "ppc"
    numbered = numbered or mt.is_s390(arch)
    return numbered or mt.is_arm_virt(arch, machine) or mt.is_riscv_virt(arch, machine)


def disk_alias(domain: Any, disk: Any) -> str:
    """ide0-0-0, scsi0-0-0-0, virtio-disk0, …"""
    bus = disk.target.bus if disk.target is not None else None
    if bus in ("ide", "sata", "fdc", "scsi"):
        address = disk.address
        if bus == "scsi":
            model = next(
                (c.model for c in domain.devices.controllers if c.type == "scsi" and c.index == address.controller), None
            )
            if model == "lsilogic":
                return f"scsi{address.controller}-{address.bus}-{address.unit}"
            return f"scsi{address.controller}-{address.bus}-{address.target}-{address.unit}"
        return f"{bus}{address.controller}-{address.bus}-{address.unit}"
    index = disk_index(disk.target.dev if disk.target is not None else None)
    return f"{bus}-disk{index}"


def implicit_alias(domain: Any, controller: Any) -> str | None:
    """Name of what the board itself provides; None for a controller that is added to it."""
    arch, machine = mt.of(domain)
    if controller.type == "pci":
        if controller.model == "pcie-root":
            return f"pcie.{controller.index}"
        if controller.model == "pci-root" and not mt.is_pseries(arch, machine):
            return f"pci.{controller.index}" if _has_multi_bus(domain) else "pci"
    elif controller.index == 0:
        if controller.type == "ide" and mt.has_builtin_ide(arch, machine):
            return "ide"
        if controller.type == "sata" and mt.is_q35(arch, machine):
            return "ide"
    return None


def controller_alias(domain: Any, controller: Any) -> str:
    """pci.1, usb, scsi0, …; names of boards' own buses where they have one."""
    implicit = implicit_alias(domain, controller)
    if implicit is not None:
        return implicit
    arch, index = mt.of(domain)[0], controller.index
    match controller.type:
        case "pci":
            return f"pci.{index}"
        case "usb":
            if index == 0:
                return "usb"
        case "scsi":
            if controller.model in ("esp", "ncr53c90") and index == 0 and arch == "sparc":
                return "scsi"
    return f"{controller.type}{index}"


def _number(devices: list[Any], prefix: str) -> None:
    """By place in the list."""
    for index, device in enumerate(devices):
        _set(device, f"{prefix}{index}")


def _count(devices: list[Any], prefix: str) -> None:
    """One more than the highest number there is: devices with names of the user's own take none."""
    highest = -1
    for device in devices:
        number = alias_of(device).removeprefix(prefix)
        if number.isdecimal() and alias_of(device).startswith(prefix):
            highest = max(highest, int(number))
    for device in devices:
        if not alias_of(device):
            highest += 1
            _set(device, f"{prefix}{highest}")


def assign_aliases(domain: Any, caps: QemuCaps) -> None:
    """Name every device that has no name."""
    devices = domain.devices
    for disk in devices.disks:
        _set(disk, disk_alias(domain, disk))
    hostdevs = [item for item in devices.interfaces if item.actual_type == "hostdev"] + list(devices.hostdevs)
    _count([item for item in devices.interfaces if item.actual_type != "hostdev"], "net")
    _count(devices.filesystems, "fs")
    _number(devices.sounds, "sound")
    _count(hostdevs, "hostdev")
    _count(devices.redirdevs, "redir")
    _number(devices.videos, "video")
    for controller in devices.controllers:
        _set(controller, controller_alias(domain, controller))
    _count(devices.inputs, "input")
    _count(devices.parallels, "parallel")
    _count(devices.serials, "serial")
    _count(devices.channels, "channel")
    for index, console in enumerate(devices.consoles):
        if index == 0 and is_serial_alias(domain, console):
            console.alias = devices.serials[0].alias.copy()
        else:
            _set(console, f"console{index}")
    _number(devices.hubs, "hub")
    _count(devices.shmems, "shmem")
    _number(devices.smartcards, "smartcard")
    for watchdog in devices_of(domain, "watchdogs"):
        _set(watchdog, "watchdog0")
    for balloon in devices_of(domain, "memballoons"):
        if balloon.model != "none":
            _set(balloon, "balloon0")
    _count(devices.rngs, "rng")
    _number(devices_of(domain, "tpms"), "tpm")
    for iommu in devices_of(domain, "iommus"):
        _set(iommu, "iommu0")
    for vsock in devices_of(domain, "vsocks"):
        _set(vsock, "vsock0")
    _number(devices_of(domain, "cryptos"), "crypto")
    for nvram in devices_of(domain, "nvrams"):
        _set(nvram, "nvram0")
    _memory_aliases(domain)


_MEMORY_PREFIX = {"dimm": "dimm", "nvdimm": "nvdimm", "virtio-pmem": "virtiopmem", "virtio-mem": "virtiomem",
                  "sgx-epc": "epc"}  # fmt: skip


def _memory_aliases(domain: Any) -> None:
    counters: dict[str, int] = {}
    for module in devices_of(domain, "memories"):
        if alias_of(module):
            continue
        prefix = _MEMORY_PREFIX[module.model]
        if isinstance(module.address, DimmAddress) and module.model in ("dimm", "nvdimm"):
            number = module.address.slot
        else:
            number = counters.get(prefix, 0)
            counters[prefix] = number + 1
        _set(module, f"{prefix}{number}")
