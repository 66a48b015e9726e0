"""Controllers against machine and capabilities."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.command.general import iothreads_of
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.drivers.qemu.validate_guest import unsupported
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.device import CcwAddress, PciAddress

_VIRTIO_SCSI = ("virtio-scsi", "virtio-transitional", "virtio-non-transitional")
_SCSI = {
    "lsilogic": ("lsi", "the LSI 53C895A SCSI controller"),
    "virtio-scsi": ("virtio-scsi-pci", "virtio scsi controller"),
    "lsisas1068": ("mptsas1068", "the LSI SAS1068 (MPT Fusion) controller"),
    "lsisas1078": ("megasas", "the LSI SAS1078 (MegaRAID) controller"),
    "vmpvscsi": ("pvscsi", "the pvscsi (VMware paravirtual SCSI) controller"),
    "am53c974": ("am53c974", "the AM53C974 (ESP) controller"),
    "dc390": ("dc390", "the DC390 (ESP) controller"),
}
_PCI_FLAGS = {
    "pci-bridge": "pci-bridge", "i82801b11-bridge": "dmi-to-pci-bridge", "ioh3420": "ioh3420",
    "x3130-upstream": "x3130-upstream", "xio3130-downstream": "xio3130-downstream", "pxb": "pxb", "pxb-pcie": "pxb-pcie",
    "pcie-root-port": "pcie-root-port", "spapr-pci-host-bridge": "spapr-pci-host-bridge", "pcie-pci-bridge": "pcie-pci-bridge",
}  # fmt: skip


_SCSI_ONLY = ("queues", "cmd_per_lun", "max_sectors", "ioeventfd")


def validate_controller(domain: Any, controller: Any, context: PostParseContext) -> None:
    """One controller."""
    caps = context.caps
    _validate_attributes(controller)
    match controller.type:
        case "ide":
            _validate_ide(domain, controller)
        case "sata":
            _validate_sata(domain, controller, caps)
        case "scsi":
            _validate_scsi(domain, controller, caps)
        case "pci":
            _validate_pci(domain, controller, caps)


def _validate_attributes(controller: Any) -> None:
    driver = controller.driver
    if driver is None or (controller.type == "scsi" and controller.model in _VIRTIO_SCSI):
        return
    for field in _SCSI_ONLY:
        if getattr(driver, field):
            raise unsupported(f"'{field}' is only supported by virtio-scsi controller")
    if driver.iothread:
        raise unsupported("'iothread' is only supported for virtio-scsi controller")


def _validate_ide(domain: Any, controller: Any) -> None:
    """Only what is on the board."""
    builtin = mt.has_builtin_ide(*mt.of(domain))
    if builtin and controller.index == 0:
        return
    if builtin:
        raise unsupported("Only a single IDE controller is supported for this machine type")
    raise unsupported("IDE controllers are unsupported for this QEMU binary or machine type")


def _validate_sata(domain: Any, controller: Any, caps: QemuCaps) -> None:
    if controller.index == 0 and mt.is_q35(*mt.of(domain)):
        return
    if not caps.has("ich9-ahci"):
        raise unsupported("SATA is not supported with this QEMU binary")


def _validate_scsi(domain: Any, controller: Any, caps: QemuCaps) -> None:
    model, driver = controller.model, controller.driver
    if model == "ncr53c90":
        if controller.index:
            raise unsupported("ncr53c90 can only be used as first SCSI controller")
        raise unsupported("ncr53c90 SCSI controller is not a built-in for this machine")
    if model in _SCSI and not caps.has(_SCSI[model][0]):
        raise unsupported(f"This QEMU doesn't support {_SCSI[model][1]}")
    if model == "buslogic":
        raise unsupported(f"Unsupported controller model: {model}")
    if driver is None or not driver.iothread:
        return
    address = controller.address
    if address is not None and not isinstance(address, PciAddress | CcwAddress):
        raise unsupported("virtio-scsi IOThreads only available for virtio pci and virtio ccw controllers")
    if driver.iothread not in {iothread.id for iothread in iothreads_of(domain)}:
        raise unsupported(f"controller iothread '{driver.iothread}' not defined in iothreadid")


# -- PCI -------------------------------------------------------------------------------------------------------------
_PCI_NAMES = {
    "pci-bridge": ("pci-bridge",), "dmi-to-pci-bridge": ("i82801b11-bridge",), "pcie-to-pci-bridge": ("pcie-pci-bridge",),
    "pcie-root-port": ("ioh3420", "pcie-root-port"), "pcie-switch-upstream-port": ("x3130-upstream",),
    "pcie-switch-downstream-port": ("xio3130-downstream",), "pci-expander-bus": ("pxb",), "pcie-expander-bus": ("pxb-pcie",),
    "pci-root": ("spapr-pci-host-bridge",),
}  # fmt: skip
_PORTS = ("pcie-root-port", "pcie-switch-downstream-port")
_PCI_OPTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # field of <target>, its name in texts, the models that have it
    ("index", "targetIndex", ("pci-root",)),
    ("chassis_nr", "chassisNr", ("pci-bridge",)),
    ("chassis", "chassis", _PORTS),
    ("port", "port", _PORTS),
    ("bus_nr", "busNr", ("pci-expander-bus", "pcie-expander-bus")),
    ("node", "numaNode", ("pci-expander-bus", "pcie-expander-bus", "pci-root")),
    ("hotplug", "hotplug", (*_PORTS, "pci-root")),
)


def _validate_hole(domain: Any, controller: Any) -> None:
    arch, machine = mt.of(domain)
    fits = mt.is_i440fx(arch, machine) if controller.model == "pci-root" else mt.is_q35(arch, machine)
    if not fits:
        raise unsupported(f"Setting the 64-bit PCI hole size is not supported for machine '{machine}'")


def _validate_pci(domain: Any, controller: Any, caps: QemuCaps) -> None:
    model, target = controller.model, controller.target
    name = controller.pci_model.name if controller.pci_model is not None else None
    which = f"for PCI controller with index '{controller.index}', model '{model or '(null)'}' and modelName '{name or 'none'}'"
    root = model in ("pci-root", "pcie-root")
    names = _PCI_NAMES.get(model, ()) if not root or mt.is_pseries(*mt.of(domain)) else ()
    if name in (None, "none"):
        if names:
            text = f"Required option 'modelName' is not set {which}"
            raise VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.QEMU)
    elif name not in names:
        raise unsupported(f"Option 'modelName' {'has invalid value' if names else 'is not valid'} {which}")
    for field, word, models in _PCI_OPTIONS:
        if target is not None and getattr(target, field) is not None and model not in models:
            raise unsupported(f"Option '{word}' is not valid {which}")
    if controller.pcihole64 is not None:
        _validate_hole(domain, controller)
    if name not in _PCI_FLAGS:
        return
    if not caps.has(_PCI_FLAGS[name]):
        raise unsupported(f"The '{name}' device is not supported by this QEMU binary")
    if target is None:
        return
    if target.hotplug is not None and name == "pcie-root-port" and not caps.has("pcie-root-port.hotplug"):
        raise unsupported(f"setting the hotplug property on a '{name}' device is not supported by this QEMU binary")
    if target.node is not None and name == "spapr-pci-host-bridge" and not caps.has("spapr-pci-host-bridge.numa_node"):
        raise unsupported(f"setting the numaNode property on a '{name}' device is not supported by this QEMU binary")
