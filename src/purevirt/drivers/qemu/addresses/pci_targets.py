"""The `<model>` and `<target>` of PCI controllers: QEMU device, chassis, port, bus and target numbers."""

from __future__ import annotations

from typing import Any, cast

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.addresses.pci_place import place_of
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.controller import ControllerModel, ControllerTarget, PciModelName

_DEVICE = {
    "pci-bridge": "pci-bridge",
    "dmi-to-pci-bridge": "i82801b11-bridge",
    "pcie-switch-upstream-port": "x3130-upstream",
    "pcie-switch-downstream-port": "xio3130-downstream",
    "pci-expander-bus": "pxb",
    "pcie-expander-bus": "pxb-pcie",
    "pcie-to-pci-bridge": "pcie-pci-bridge",
}
MAX_BUS = 256


def _device_name(controller: Any, domain: Any, caps: QemuCaps) -> str | None:
    if controller.model == "pcie-root-port":
        return "pcie-root-port" if caps.has("pcie-root-port") else "ioh3420"
    if controller.model == "pci-root":
        return "spapr-pci-host-bridge" if mt.is_pseries(*mt.of(domain)) else None
    return _DEVICE.get(controller.model or "")


def new_bus_number(domain: Any) -> int | None:
    """A bus number for an expander bus: below all others, leaving room for one bus in between."""
    lowest = MAX_BUS
    for controller in domain.devices.controllers:
        if controller.type == "pci" and controller.target is not None and controller.target.bus_nr is not None:
            lowest = min(lowest, controller.target.bus_nr)
    return None if lowest <= 2 else lowest - 2


def new_target_index(domain: Any) -> int | None:
    """The lowest free index of a pSeries PCI host bridge."""
    used = {
        controller.target.index
        for controller in domain.devices.controllers
        if controller.type == "pci" and controller.target is not None
    }
    return next((index for index in range(1, 31) if index not in used), None)


def fill_pci_targets(domain: Any, caps: QemuCaps) -> None:
    """Fill in what the definition leaves open."""
    for controller in domain.devices.controllers:
        if controller.type == "pci":
            _fill(domain, controller, caps)


def _fill(domain: Any, controller: Any, caps: QemuCaps) -> None:
    name = _device_name(controller, domain, caps)
    if name is not None and (controller.pci_model is None or controller.pci_model.name is None):
        controller.pci_model = ControllerModel(name=cast(PciModelName, name))
    target = controller.target if controller.target is not None else ControllerTarget()
    place = place_of(controller)
    match controller.model:
        case "pci-bridge":
            if target.chassis_nr is None:
                target.chassis_nr = controller.index
        case "pcie-root-port" | "pcie-switch-downstream-port":
            if target.chassis is None:
                target.chassis = controller.index
            if target.port is None and place is not None:
                root_port = controller.model == "pcie-root-port"
                target.port = (place.slot << 3) + place.function if root_port else place.slot
        case "pci-expander-bus" | "pcie-expander-bus":
            if target.bus_nr is None:
                target.bus_nr = new_bus_number(domain)
                if target.bus_nr is None:
                    raise VirtError(
                        ErrorCode.INTERNAL_ERROR, "No free busNr lower than current lowest busNr is available to "
                        f"auto-assign to bus {controller.index}. Must be manually assigned", ErrorDomain.QEMU
                    )
        case "pci-root":
            if mt.is_pseries(*mt.of(domain)) and target.index is None:
                target.index = 0 if controller.index == 0 else new_target_index(domain)
                if target.index is None:
                    raise VirtError(
                        ErrorCode.CONFIG_UNSUPPORTED, f"No usable target index found for {controller.index}", ErrorDomain.QEMU
                    )
    if controller.target is None and any(
        value is not None for value in (target.chassis_nr, target.chassis, target.port, target.bus_nr, target.index)
    ):
        controller.target = target
