"""PCI addresses for the devices that have none, and controllers for the buses they need.

Addresses in the definition are kept; the rest is assigned in a fixed order of device kinds, so that a definition always
gets the same addresses. A dry run first tells how many buses are needed; the controllers for them become part of the
definition, and the real run fills in the addresses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.addresses import pci_chipsets
from purevirt.drivers.qemu.addresses.pci_flags import BusWishes, needs_of, wishes_of
from purevirt.drivers.qemu.addresses.pci_place import on_pci, place_of, put, wants_place
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.addresses_devices import iter_devices
from purevirt.model.domain.addresses_pci import CONTROLLER_NEEDS, Connect, PciAddressSet, Place
from purevirt.model.domain.device import CcwAddress, PciAddress, VirtioMmioAddress, VirtioS390Address
from purevirt.model.domain.postparse_controllers import new_controller

ROOTS = ("pci-root", "pcie-root")
Isolation = Callable[[Any], int]
_USB2_FUNCTION = {"ich9-ehci1": 7, "ich9-uhci1": 0, "ich9-uhci2": 1, "ich9-uhci3": 2}
# The order in which kinds of devices get their places.
_ORDER_BEFORE_CONTROLLERS = ("filesystems", "interfaces", "sounds")
_ORDER_AFTER_CONTROLLERS = (
    "disks",
    "hostdevs",
    "memballoons",
    "rngs",
    "watchdogs",
    "videos",
    "shmems",
    "inputs",
    "serials",
    "memories",
    "iommus",
    "vsocks",
    "cryptos",
)


def supports_pci(domain: Any, caps: QemuCaps) -> bool:
    """Can this machine have PCI devices at all."""
    arch, machine = mt.of(domain)
    if not (mt.is_arm(arch) or mt.is_riscv(arch)):
        return True
    if machine == "versatilepb":
        return True
    if mt.is_arm_virt(arch, machine) or mt.is_riscv_virt(arch, machine):
        return caps.has("gpex-pcihost")
    return False


def pci_controllers(domain: Any) -> list[Any]:
    """The PCI controllers of the definition."""
    return [controller for controller in domain.devices.controllers if controller.type == "pci"]


def has_pcie_root(domain: Any) -> bool:
    """Is the root bus Express."""
    return any(controller.model == "pcie-root" for controller in pci_controllers(domain))


def _has_no_place(kind: str, device: Any) -> bool:
    """Devices that only other hypervisors have: QEMU has no bus for them."""
    if kind == "sounds":
        return bool(device.model == "ich7")
    if kind == "memballoons":
        return bool(device.model == "xen")
    return kind == "filesystems" and device.driver is not None and device.driver.type in ("loop", "nbd", "ploop")


class _Assigner:
    """One run over the definition."""

    def __init__(
        self, domain: Any, caps: QemuCaps, buses: int, isolation: Isolation | None = None, *, dry_run: bool
    ) -> None:
        self.domain = domain
        self.caps = caps
        self.wishes: BusWishes = wishes_of(domain, caps)
        self.devices = [(kind, device) for kind, device in iter_devices(domain)]
        self._kinds = {id(device): kind for kind, device in self.devices}
        self._of_kind: dict[str, list[Any]] = {}
        for kind, device in self.devices:
            self._of_kind.setdefault(kind, []).append(device)
        self.set = PciAddressSet(
            buses, dry_run=dry_run, pcie_to_pci_bridge=caps.has("pcie-pci-bridge")
        )
        arch, machine = mt.of(domain)
        self.set.multiple_roots = mt.is_pseries(arch, machine)
        # Only pSeries keeps devices of different IOMMU groups on host bridges of their own.
        self._isolation_of = isolation if self.set.multiple_roots else None
        self._make_buses()
        self._collect()

    def needs(self, device: Any) -> Connect:
        return needs_of(self._kinds.get(id(device), "controllers"), device, self.wishes)

    def _make_buses(self) -> None:
        buses = self.set.buses
        for controller in pci_controllers(self.domain):
            buses[controller.index].set_model(controller.model or "")
        if not buses:
            return
        if not buses[0].model:
            buses[0].set_model("pci-root")
        # The default host bridge is for emulated devices alone.
        buses[0].isolation_locked = self.set.multiple_roots
        express = buses[0].model == "pcie-root"
        for bus in buses:
            if not bus.model:
                bus.set_model("pcie-root-port" if express else ("pci-root" if self.set.multiple_roots else "pci-bridge"))

    def _collect(self) -> None:
        for kind, device in self.devices:
            place = place_of(device)
            if place is None:
                continue
            if kind == "controllers":
                self._check_piix3(device, place)
            needs = needs_of(kind, device, self.wishes)
            if not needs:
                needs = self.wishes.pcie if self.set.buses and self.set.buses[0].model == "pcie-root" else (
                    Connect.PCI_DEVICE
                )
            self.set.reserve(place, needs, isolation_group=self._isolation(device))

    def _check_piix3(self, controller: Any, place: Place) -> None:
        """The south bridge's own IDE and USB are on a conventional bus."""
        if controller.index or place[:3] != (0, 0, 1):
            return
        usb = controller.type == "usb" and controller.model in (None, "piix3-uhci") and place.function == 2
        if not usb and not (controller.type == "ide" and place.function == 1):
            return
        if self.set.buses and not self.set.buses[0].accepts & Connect.PCI_DEVICE:
            raise VirtError(
                ErrorCode.INTERNAL_ERROR, "Bus 0 must be PCI for integrated PIIX3 USB or IDE controllers", ErrorDomain.QEMU
            )

    def _isolation(self, device: Any) -> int:
        return self._isolation_of(device) if self._isolation_of is not None else 0

    def _assign(self, device: Any, *, function: int | None = None, multifunction: bool | None = None) -> None:
        needs = self.needs(device)
        if not needs:
            return
        place = self.set.reserve_next(needs, function=function, isolation_group=self._isolation(device))
        put(device, place, multifunction=multifunction)

    def _usb2(self, controller: Any) -> None:
        """Companions share a slot: each model has its function."""
        function = _USB2_FUNCTION[controller.model]
        multifunction = True if function == 0 else None
        for other in self.domain.devices.controllers:
            if other.type == "usb" and other.model in _USB2_FUNCTION and other.index == controller.index and on_pci(other):
                found = place_of(other)
                assert found is not None
                place = Place(found.domain, found.bus, found.slot, function)
                self.set.reserve(place, self.needs(controller))
                put(controller, place, multifunction=multifunction)
                return
        self._assign(controller, function=function, multifunction=multifunction)

    def assign_all(self) -> None:
        """Give every PCI device without a place one."""
        devices = self.domain.devices
        for controller in pci_controllers(self.domain):
            if controller.model not in ROOTS and wants_place(controller):
                self._assign(controller)
        self._assign_kinds(_ORDER_BEFORE_CONTROLLERS)
        for controller in devices.controllers:
            if controller.type in ("pci", "fdc", "ccid", "ide") or not wants_place(controller):
                continue
            if controller.type == "usb" and controller.model in _USB2_FUNCTION:
                self._usb2(controller)
            else:
                self._assign(controller)
        self._assign_kinds(_ORDER_AFTER_CONTROLLERS)

    def _assign_kinds(self, order: tuple[str, ...]) -> None:
        for kind in order:
            for device in self._of_kind.get(kind, ()):
                if kind == "disks":
                    self._check_virtio_disk(device)
                if not wants_place(device):
                    continue
                if self.needs(device):
                    self._assign(device)
                elif _has_no_place(kind, device):
                    raise VirtError(
                        ErrorCode.INTERNAL_ERROR,
                        "Cannot automatically add a new PCI bus for a device with connect flags 00", ErrorDomain.QEMU,
                    )

    def _check_virtio_disk(self, disk: Any) -> None:
        address = disk.address
        if disk.target is None or disk.target.bus != "virtio" or address is None:
            return
        if isinstance(address, PciAddress | VirtioS390Address | CcwAddress):
            return
        if isinstance(address, VirtioMmioAddress) and self.caps.has("virtio-mmio"):
            return
        raise VirtError(
            ErrorCode.CONFIG_UNSUPPORTED, f"virtio disk cannot have an address of type '{address.type}'", ErrorDomain.QEMU
        )

    def set_multifunction(self) -> None:
        """Mark function 0 of every slot that has several functions in use."""
        for _, device in self.devices:
            place = place_of(device)
            if place is None or place.function != 0 or place.domain != 0 or place.bus >= len(self.set.buses):
                continue
            address = device.address
            if address.multifunction is None and self.set.buses[place.bus].functions[place.slot] & ~1:
                address.multifunction = True


def _snapshot(domain: Any) -> list[tuple[Any, Any]]:
    saved = []
    for _, device in iter_devices(domain):
        address = device.address
        saved.append((device, address.copy() if isinstance(address, PciAddress) else address))
    return saved


def _dry_run(domain: Any, caps: QemuCaps, buses: int, isolation: Isolation | None) -> PciAddressSet:
    run = _Assigner(domain, caps, buses, isolation, dry_run=True)
    pci_chipsets.fix(domain)
    saved = _snapshot(domain)
    try:
        pci_chipsets.reserve(domain, run.set, run.needs)
        arch, machine = mt.of(domain)
        full = all(bus.is_full for bus in run.set.buses)
        if not full and not (
            mt.is_arm_virt(arch, machine) or mt.is_riscv_virt(arch, machine) or mt.is_s390(arch)
        ) and run.set.buses and run.set.buses[0].model != "pcie-root":
            run.set.reserve_next(Connect.PCI_DEVICE | Connect.HOTPLUGGABLE)
        run.assign_all()
        if buses == 1 and len(run.set.buses) > buses and has_pcie_root(domain):
            # Whoever lets us place everything gets one free hotplug slot on top.
            run.set.reserve_next(Connect.PCIE_DEVICE | Connect.HOTPLUGGABLE)
        known = {controller.index for controller in pci_controllers(domain)}
        index = 1
        while index < len(run.set.buses):
            # A new bridge needs a place itself, which may take a further bus.
            if index not in known and run.set.buses[index].model not in ROOTS:
                run.set.reserve_next(CONTROLLER_NEEDS.get(run.set.buses[index].model, Connect.PCI_BRIDGE))
            index += 1
        return run.set
    finally:
        for device, address in saved:
            device.address = address


def assign_pci(domain: Any, caps: QemuCaps, isolation: Isolation | None = None) -> None:
    """Assign all PCI addresses; adds PCI controllers to the definition. `isolation`: a device's group, 0 = any."""
    controllers = pci_controllers(domain)
    highest = max((controller.index for controller in controllers), default=-1)
    buses = highest + 1
    if buses > 0:
        grown = _dry_run(domain, caps, buses, isolation)
        known = {controller.index for controller in controllers}
        for index, bus in enumerate(grown.buses):
            if index and index not in known:
                domain.devices.controllers.append(new_controller("pci", index, bus.model))
        buses = len(grown.buses)
    run = _Assigner(domain, caps, buses, isolation, dry_run=False)
    if supports_pci(domain, caps):
        pci_chipsets.fix(domain)
        pci_chipsets.reserve(domain, run.set, run.needs)
        run.assign_all()
        run.set_multifunction()
    for controller in pci_controllers(domain):
        if controller.index > 255:
            raise VirtError(
                ErrorCode.XML_ERROR,
                f"PCI controller index {controller.index} too high, maximum is 255", ErrorDomain.QEMU,
            )
