"""How an address is said in a -device: bus, addr, port, devno, reg, …"""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.command.aliases import alias_of, implicit_alias
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.domain.device import (
    CcwAddress,
    DimmAddress,
    IsaAddress,
    PciAddress,
    SpaprVioAddress,
    UsbAddress,
    VirtioMmioAddress,
    VirtioS390Address,
)


def _controller(domain: Any, type_: str, index: int) -> Any:
    for controller in domain.devices.controllers:
        if controller.type == type_ and controller.index == index:
            return controller
    return None


def controller_alias_by(domain: Any, type_: str, index: int) -> str:
    """Name of a controller; an error when it is missing."""
    controller = _controller(domain, type_, index)
    if controller is None:
        raise VirtError(ErrorCode.INTERNAL_ERROR, f"Could not find {type_} controller with index {index}")
    return alias_of(controller)


def pci_bus_name(domain: Any, index: int) -> str:
    """The bus a PCI controller provides."""
    controller = _controller(domain, "pci", index)
    if controller is None:
        raise VirtError(ErrorCode.INTERNAL_ERROR, f"Could not find PCI controller with index {index} required for device")
    name = _provided(domain, controller)
    target = controller.target
    if (
        controller.model == "pci-root"
        and target is not None
        and target.index is not None
        and controller.index != 0
        and mt.is_pseries(*mt.of(domain))
    ):
        # A PCI host bridge names its bus after itself.
        return f"{name}.0"
    return name


def _provided(domain: Any, controller: Any) -> str:
    """Name of what the controller provides: a board's own controller is not on the command line and cannot be named."""
    name = alias_of(controller)
    if not name.startswith("ua-"):
        return name
    return implicit_alias(domain, controller) or name


def _add_pci(device: dict[str, Any], domain: Any, address: PciAddress) -> None:
    device["bus"] = pci_bus_name(domain, address.bus or 0)
    if address.multifunction is not None:
        device["multifunction"] = address.multifunction
    text = f"0x{address.slot or 0:x}"
    if address.function:
        text += f".0x{address.function:x}"
    device["addr"] = text


def usb_bus_name(domain: Any, index: int) -> str:
    """The bus a USB controller provides: the master's, for companions."""
    controller = next(
        (c for c in domain.devices.controllers if c.type == "usb" and c.index == index and c.master is None), None
    )
    return f"{alias_of(controller) if controller is not None else 'usb'}.0"


def drive_bus_name(domain: Any, type_: str, index: int) -> str:
    """The name before the unit of an IDE or SATA bus."""
    controller_alias_by(domain, type_, index)
    return _provided(domain, _controller(domain, type_, index))


def add_rom(device: dict[str, Any], source: Any) -> None:
    """The expansion ROM: whether it is shown, and what is in it."""
    rom = source.rom
    if rom is None:
        return
    if rom.enabled is False:
        device["romfile"] = ""
        return
    if rom.bar is not None:
        device["rombar"] = int(rom.bar)
    if rom.file is not None:
        device["romfile"] = rom.file


def add_address(device: dict[str, Any], domain: Any, source: Any) -> None:
    """Append the address of `source` to the properties."""
    address = source.address
    if isinstance(address, PciAddress):
        if address.is_placed or address.bus is not None or address.slot is not None:
            _add_pci(device, domain, address)
    elif isinstance(address, UsbAddress):
        device["bus"] = usb_bus_name(domain, address.bus)
        if address.port is not None:
            device["port"] = address.port
    elif isinstance(address, SpaprVioAddress):
        if address.reg is not None:
            device["reg"] = address.reg
    elif isinstance(address, CcwAddress):
        if address.devno is not None:
            device["devno"] = str(address)
    elif isinstance(address, IsaAddress):
        if address.iobase:
            device["iobase"] = address.iobase
        if address.irq:
            device["irq"] = address.irq
    elif isinstance(address, DimmAddress):
        device["slot"] = address.slot
        if address.base:
            device["addr"] = address.base
    if source.acpi is not None and source.acpi.index:
        device["acpi-index"] = source.acpi.index


_SUFFIXES: dict[type, str] = {CcwAddress: "-ccw", VirtioMmioAddress: "-device", VirtioS390Address: "-s390"}


def virtio_driver(base: str, source: Any, model: str | None) -> str:
    """virtio-net → virtio-net-pci, -ccw, -device, and the transitional variants of PCI."""
    suffix = _SUFFIXES.get(type(source.address), "-pci")
    if suffix == "-pci" and model in ("virtio-transitional", "virtio-non-transitional"):
        return f"{base}-pci-{model.removeprefix('virtio-')}"
    return base + suffix


def add_virtio_options(device: dict[str, Any], driver: Any) -> None:
    """iommu_platform, ats, packed, page-per-vq of `<driver>`."""
    if driver is None:
        return
    for field, name in (("iommu", "iommu_platform"), ("ats", "ats"), ("packed", "packed"), ("page_per_vq", "page-per-vq")):
        value = getattr(driver, field, None)
        if value is not None:
            device[name] = value
