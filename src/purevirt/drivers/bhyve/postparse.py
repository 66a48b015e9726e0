"""What the bhyve driver fills in: the implied controllers, disk and PCI addresses, the kind of video adapter.

bhyve has one PCI bus. Slot 0 is the host bridge, slot 1 is kept for the LPC bridge that carries serial ports, the boot ROM
and the frame buffer; everything else goes to the first free slot, controllers first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.addresses_devices import iter_devices
from purevirt.model.domain.chardev import ConsoleTarget
from purevirt.model.domain.defaults import settle_arch, settle_boot, settle_mac
from purevirt.model.domain.device import DriveAddress, PciAddress
from purevirt.model.domain.postparse import PostParseHooks
from purevirt.model.domain.postparse_controllers import ensure_controller
from purevirt.model.domain.postparse_devices import disk_index
from purevirt.types.override import override

LPC_SLOT = 1
SLOTS = 32
PORTS_OF_WIDE_AHCI = 32


class BhyveHooks(PostParseHooks):
    """`wide_ahci`: one AHCI controller serves 32 disks (capability AHCI32SLOT); `new_mac` makes a MAC address up."""

    def __init__(self, arch: str, new_mac: Callable[[], str], *, wide_ahci: bool) -> None:
        self.arch = arch
        self.new_mac = new_mac
        self.wide_ahci = wide_ahci

    @override
    def basic(self, domain: Any) -> None:
        settle_arch(domain, self.arch)
        for name in ("qemu_commandline", "qemu_capabilities", "qemu_override", "qemu_deprecation", "lxc_namespace"):
            setattr(domain, name, None)
        domain.xen_commandline = domain.vmware_datacenterpath = None

    @override
    def domain(self, domain: Any) -> None:
        settle_boot(domain)
        _check_roots(domain)
        ensure_controller(domain, "pci", 0, "pci-root")
        if _needs_lpc(domain):
            ensure_controller(domain, "isa", 0)

    @override
    def device(self, domain: Any, kind: str, device: Any) -> None:
        if kind == "disks":
            self._place_disk(device)
        elif kind == "interfaces":
            settle_mac(device, self.new_mac)
        elif kind == "videos":
            if device.model is not None and device.model.type is None:
                device.model.type = "gop"
        elif kind == "consoles":
            if device.target is None:
                device.target = ConsoleTarget()
            if device.target.type in (None, "none"):
                device.target.type = "serial"

    def _place_disk(self, disk: Any) -> None:
        if disk.address is not None or disk.target is None or disk.target.bus != "sata":
            return
        index = disk_index(disk.target.dev)
        if index < 0:
            message = f"Unknown disk name '{disk.target.dev}' and no address specified"
            raise VirtError(ErrorCode.XML_ERROR, message, ErrorDomain.BHYVE)
        controller, unit = divmod(index, PORTS_OF_WIDE_AHCI) if self.wide_ahci else (index, 0)
        disk.address = DriveAddress(controller=controller, bus=0, target=0, unit=unit)

    @override
    def assign_addresses(self, domain: Any) -> None:
        """Keep the given slots, then fill the free ones."""
        taken = _given_slots(domain)
        lpc_is_free = LPC_SLOT not in taken
        taken.add(LPC_SLOT)
        for controller in domain.devices.controllers:
            if controller.type == "isa" and not _is_placed(controller) and lpc_is_free:
                controller.address = _at(LPC_SLOT)
                lpc_is_free = False
        for device in _wanting(domain):
            if _is_placed(device):
                continue
            slot = next((n for n in range(1, SLOTS) if n not in taken), None)
            if slot is None:
                raise VirtError(ErrorCode.INTERNAL_ERROR, "No more available PCI slots", ErrorDomain.DOMAIN)
            taken.add(slot)
            device.address = _at(slot)


def _check_roots(domain: Any) -> None:
    for controller in domain.devices.controllers:
        if controller.type != "pci" or controller.model not in ("pci-root", "pcie-root"):
            continue
        if controller.index:
            text = "pci-root and pcie-root controllers should have index 0"
            raise VirtError(ErrorCode.XML_ERROR, text, ErrorDomain.BHYVE)


def _needs_lpc(domain: Any) -> bool:
    """Serial ports, the boot ROM and so the frame buffer hang off the LPC bridge."""
    devices, os = domain.devices, domain.os
    by_firmware = domain.bootloader is None and (os.loader is not None or os.firmware is not None)
    return bool(by_firmware or devices.serials or devices.consoles)


def _at(slot: int) -> PciAddress:
    return PciAddress(domain=0, bus=0, slot=slot, function=0)


def _is_placed(device: Any) -> bool:
    """Whether the device has its PCI place, or an address of another kind."""
    address = device.address
    return address is not None and not (isinstance(address, PciAddress) and address.slot is None)


def _given_slots(domain: Any) -> set[int]:
    taken: set[tuple[int, int]] = set()
    for kind, device in iter_devices(domain):
        address = device.address
        if not isinstance(address, PciAddress) or address.slot is None:
            continue
        if address.domain or address.bus:
            text = f"Invalid PCI address {_text(address)}. Only PCI buses up to 0 are available"
            raise VirtError(ErrorCode.XML_ERROR, text, ErrorDomain.DOMAIN)
        if address.slot == LPC_SLOT and not (kind == "controllers" and device.type == "isa"):
            text = "PCI bus 0 slot 1 is reserved for the implicit LPC PCI-ISA bridge"
            raise VirtError(ErrorCode.XML_ERROR, text, ErrorDomain.BHYVE)
        place = (address.slot, address.function or 0)
        if place in taken:
            text = f"Attempted double use of PCI Address {_text(address)}"
            raise VirtError(ErrorCode.XML_ERROR, text, ErrorDomain.DOMAIN)
        taken.add(place)
    return {slot for slot, _ in taken}


def _text(address: PciAddress) -> str:
    return f"{address.domain or 0:04x}:{address.bus or 0:02x}:{address.slot or 0:02x}.{address.function or 0}"


def _wanting(domain: Any) -> Iterator[Any]:
    """Devices that live on the PCI bus, in the order in which they get their slots."""
    devices = domain.devices
    for controller in devices.controllers:
        if controller.type in ("sata", "isa") or (controller.type == "usb" and controller.model == "nec-xhci"):
            yield controller
    yield from devices.interfaces
    yield from (disk for disk in devices.disks if disk.target is not None and disk.target.bus == "virtio")
    yield from devices.videos
    yield from devices.sounds
    yield from devices.filesystems
