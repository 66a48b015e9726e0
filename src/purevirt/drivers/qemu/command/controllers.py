"""Controllers: PCI first in index order, then those that provide buses for other devices."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.command.aliases import alias_of
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.device_address import add_address, add_virtio_options, usb_bus_name, virtio_driver
from purevirt.drivers.qemu.command.line import Command
from purevirt.errors import ErrorCode, VirtError

_ORDER = ("pci", "usb", "scsi", "ide", "sata", "virtio-serial")
_USB = {"piix3-uhci": "piix3-usb-uhci", "piix4-uhci": "piix4-usb-uhci", "ehci": "usb-ehci", "ich9-ehci1": "ich9-usb-ehci1",
        "ich9-uhci1": "ich9-usb-uhci1", "ich9-uhci2": "ich9-usb-uhci2", "ich9-uhci3": "ich9-usb-uhci3",
        "vt82c686b-uhci": "vt82c686b-usb-uhci", "pci-ohci": "pci-ohci", "nec-xhci": "nec-usb-xhci",
        "qemu-xhci": "qemu-xhci"}  # fmt: skip
_SCSI = {"lsilogic": "lsi", "ibmvscsi": "spapr-vscsi", "lsisas1068": "mptsas1068", "lsisas1078": "megasas", "vmpvscsi": "pvscsi",
         "ncr53c90": "esp", "dc390": "dc-390", "am53c974": "am53c974"}  # fmt: skip


def add_controllers(command: Command, domain: Any, context: CommandContext) -> None:
    """All controllers but those of card readers, grouped by type."""
    for type_ in _ORDER:
        _add_type(command, domain, context, type_)
    usb = [controller for controller in domain.devices.controllers if controller.type == "usb"]
    legacy = [controller for controller in usb if _is_legacy_usb(domain, controller)]
    if len(legacy) > 1:
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, "Multiple legacy USB controllers are not supported")
    arch, machine = mt.of(domain)
    if (legacy or not usb) and not (mt.is_s390(arch) or _needs_usb_model(arch, machine)):
        command.add("-usb")


def add_card_readers(command: Command, domain: Any, context: CommandContext) -> None:
    """They hang on USB, maybe on a hub."""
    _add_type(command, domain, context, "ccid")


def _needs_usb_model(arch: str, machine: str) -> bool:
    return mt.is_q35(arch, machine) or mt.is_arm_virt(arch, machine) or mt.is_riscv_virt(arch, machine)


def _is_legacy_usb(domain: Any, controller: Any) -> bool:
    """What `-usb` stands for. On s390 such a controller is passed over."""
    return controller.type == "usb" and controller.model is None and not _needs_usb_model(*mt.of(domain))


def _add_type(command: Command, domain: Any, context: CommandContext, type_: str) -> None:
    for controller in domain.devices.controllers:
        if controller.type != type_ or _implicit(domain, controller) or _is_legacy_usb(domain, controller):
            continue
        device = controller_device(domain, controller, context)
        if device is not None:
            command.device(device, controller)


def _implicit(domain: Any, controller: Any) -> bool:
    arch, machine = mt.of(domain)
    match controller.type:
        case "pci":
            if controller.model == "pcie-root":
                return True
            return bool(controller.model == "pci-root") and (controller.index == 0 or not mt.is_pseries(arch, machine))
        case "ide":
            return controller.index == 0 and mt.has_builtin_ide(arch, machine)
        case "sata":
            return controller.index == 0 and mt.is_q35(arch, machine)
        case "usb":
            return bool(controller.model == "none")
    return False


_USB_FLAGS = {"ich9-uhci1": "ich9-usb-ehci1", "ich9-uhci2": "ich9-usb-ehci1", "ich9-uhci3": "ich9-usb-ehci1"}
"""The flag that tells of a model, where it is not that of the model's own device."""


def _usb_driver(controller: Any, context: CommandContext) -> str:
    if controller.model is None:
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, "no model provided for USB controller")
    driver = _USB[controller.model]
    if not context.caps.has(_USB_FLAGS.get(controller.model, driver)):
        raise VirtError(
            ErrorCode.CONFIG_UNSUPPORTED, f"USB controller model '{controller.model}' not supported in this QEMU binary"
        )
    return driver


def _pci(controller: Any) -> dict[str, Any]:
    target = controller.target
    device: dict[str, Any] = {"driver": controller.pci_model.name}
    if controller.model == "pci-bridge":
        device["chassis_nr"] = target.chassis_nr
    elif controller.model in ("pci-expander-bus", "pcie-expander-bus"):
        device["bus_nr"] = target.bus_nr
    elif controller.model in ("pcie-root-port", "pcie-switch-downstream-port"):
        device |= {"port": target.port, "chassis": target.chassis}
    elif controller.model == "pci-root":
        device["index"] = target.index
    device["id"] = alias_of(controller)
    if target is not None and target.node is not None and controller.model != "pci-bridge":
        device["numa_node"] = target.node
    if target is not None and target.hotplug is not None and controller.model != "pci-root":
        device["hotplug"] = target.hotplug
    return device


def controller_device(domain: Any, controller: Any, context: CommandContext) -> dict[str, Any] | None:
    """The -device of one controller."""
    driver = controller.driver
    match controller.type:
        case "pci":
            device = _pci(controller)
        case "usb":
            device = {"driver": _usb_driver(controller, context)}
            if controller.model in ("nec-xhci", "qemu-xhci") and controller.ports:
                device |= {"p2": controller.ports, "p3": controller.ports}
            if controller.master is not None:
                device |= {"masterbus": usb_bus_name(domain, controller.index), "firstport": controller.master.startport}
            else:
                device["id"] = alias_of(controller)
        case "scsi":
            virtio = controller.model in ("virtio-scsi", "virtio-transitional", "virtio-non-transitional")
            device = {"driver": virtio_driver("virtio-scsi", controller, controller.model) if virtio else _SCSI[controller.model]}
            if virtio:
                add_virtio_options(device, driver)
                if driver is not None and driver.iothread:
                    device["iothread"] = f"iothread{driver.iothread}"
            device["id"] = alias_of(controller)
            if driver is not None:
                for field in ("queues", "cmd_per_lun", "max_sectors"):
                    if getattr(driver, field):
                        device[{"queues": "num_queues"}.get(field, field)] = getattr(driver, field)
                if driver.ioeventfd is not None:
                    device["ioeventfd"] = driver.ioeventfd
        case "sata":
            device = {"driver": "ahci", "id": alias_of(controller)}
        case "virtio-serial":
            device = {"driver": virtio_driver("virtio-serial", controller, controller.model)}
            add_virtio_options(device, driver)
            device["id"] = alias_of(controller)
            if controller.ports is not None:
                device["max_ports"] = controller.ports
            if controller.vectors is not None:
                device["vectors"] = controller.vectors
        case "ccid":
            device = {"driver": "usb-ccid", "id": alias_of(controller)}
        case "ide":
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, "Only a single IDE controller is supported for this machine type")
        case _:
            return None
    add_address(device, domain, controller)
    return device
