"""Models of USB and SCSI controllers, and the machine's rules for PCI ones."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.controller import ControllerTarget

XHCI_PORTS = 15


def default_usb_model(arch: str, caps: QemuCaps, *, abi_update: bool, has_address: bool) -> str | None:
    """The USB controller of a definition that names none; None = the machine's own."""
    if mt.is_s390(arch):
        return None if has_address else "none"
    if mt.is_ppc64(arch):
        if abi_update and caps.has("qemu-xhci"):
            return "qemu-xhci"
        if abi_update and caps.has("nec-usb-xhci"):
            return "nec-xhci"
        return "pci-ohci" if caps.has("pci-ohci") else None
    if arch == "aarch64":
        if caps.has("qemu-xhci"):
            return "qemu-xhci"
        return "nec-xhci" if caps.has("nec-usb-xhci") else None
    return "piix3-uhci" if caps.has("piix3-usb-uhci") else None


def default_scsi_model(domain: Any, caps: QemuCaps) -> str | None:
    """The SCSI controller of a definition that names none."""
    arch, machine = mt.of(domain)
    if mt.is_pseries(arch, machine):
        return "ibmvscsi"
    if mt.is_s390(arch):
        return "virtio-scsi"
    if caps.has("lsi"):
        return "lsilogic"
    return "virtio-scsi" if caps.has("virtio-scsi-pci") else None


def settle_controller(domain: Any, controller: Any, context: PostParseContext) -> None:
    """Fill in one controller."""
    caps, arch = context.caps, mt.of(domain)[0]
    if controller.type == "scsi" and controller.model in (None, "auto"):
        controller.model = default_scsi_model(domain, caps)
        if controller.model is None:
            raise VirtError(
                ErrorCode.INTERNAL_ERROR,
                f"Unable to determine model for SCSI controller idx={controller.index}",
                ErrorDomain.QEMU,
            )
    elif controller.type == "usb":
        if controller.model is None and caps.flags:
            controller.model = default_usb_model(
                arch, caps, abi_update=context.abi_update, has_address=controller.address is not None
            )
        _check_usb(controller)
    elif controller.type == "pci":
        _settle_pci(domain, controller)


def _check_usb(controller: Any) -> None:
    if controller.model in ("qusb1", "qusb2"):
        raise VirtError(
            ErrorCode.CONFIG_UNSUPPORTED,
            "USB controller model type 'qusb1' or 'qusb2' is not supported in qemu",
            ErrorDomain.QEMU,
        )
    if controller.model in ("nec-xhci", "qemu-xhci") and controller.ports and controller.ports > XHCI_PORTS:
        raise VirtError(
            ErrorCode.CONFIG_UNSUPPORTED,
            f"'{controller.model}' controller only supports up to '{XHCI_PORTS}' ports", ErrorDomain.QEMU,
        )


def _settle_pci(domain: Any, controller: Any) -> None:
    arch, machine = mt.of(domain)
    if mt.is_pseries(arch, machine) and controller.model == "pci-root" and controller.index == 0:
        if controller.target is None:
            controller.target = ControllerTarget()
        if controller.target.index is None:
            controller.target.index = 0
    roots = controller.model in ("pci-root", "pcie-root")
    if roots and controller.index and not mt.is_pseries(arch, machine):
        raise VirtError(
            ErrorCode.XML_ERROR, "pci-root and pcie-root controllers should have index 0", ErrorDomain.QEMU
        )
    if controller.model == "pci-expander-bus" and not mt.is_i440fx(arch, machine):
        raise VirtError(
            ErrorCode.CONFIG_UNSUPPORTED,
            "pci-expander-bus controllers are only supported on 440fx-based machinetypes",
            ErrorDomain.QEMU,
        )
    if controller.model == "pcie-expander-bus" and not (mt.is_q35(arch, machine) or mt.is_arm_virt(arch, machine)):
        raise VirtError(
            ErrorCode.CONFIG_UNSUPPORTED,
            "pcie-expander-bus controllers are not supported with this machine type",
            ErrorDomain.QEMU,
        )
    node = controller.target.node if controller.target is not None else None
    if node is None:
        return
    cells = domain.cpu.numa.cells if domain.cpu is not None and domain.cpu.numa is not None else []
    if node >= len(cells):
        raise VirtError(
            ErrorCode.XML_ERROR,
            f"{controller.model} with index {controller.index} is configured for a NUMA node ({node}) not present "
            f"in the domain's <cpu><numa> array ({len(cells)})", ErrorDomain.QEMU,
        )
