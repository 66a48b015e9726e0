"""Controllers against machine and capabilities."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.command.general import iothreads_of
from purevirt.drivers.qemu.validate_guest import unsupported
from purevirt.errors import ErrorCode, ErrorDomain, VirtError

_VIRTIO_SCSI = ("virtio-scsi", "virtio-transitional", "virtio-non-transitional")
_SCSI = {
    "lsilogic": ("lsi", "the LSI 53C895A SCSI controller"),
    "virtio-scsi": ("virtio-scsi-pci", "virtio scsi controller"),
    "lsisas1068": ("mptsas1068", "the LSI SAS1068 (MPT Fusion) controller"),
    "lsisas1078": ("megasas", "the LSI SAS1078 controller"),
    "vmpvscsi": ("pvscsi", "the PVSCSI controller"),
    "am53c974": ("am53c974", "the AM53C974 controller"),
    "dc390": ("dc390", "the DC390 controller"),
}
_PCI_FLAGS = {
    "pci-bridge": "pci-bridge", "i82801b11-bridge": "dmi-to-pci-bridge", "ioh3420": "ioh3420",
    "x3130-upstream": "x3130-upstream", "xio3130-downstream": "xio3130-downstream", "pxb": "pxb", "pxb-pcie": "pxb-pcie",
    "pcie-root-port": "pcie-root-port", "spapr-pci-host-bridge": "spapr-pci-host-bridge", "pcie-pci-bridge": "pcie-pci-bridge",
}  # fmt: skip


def validate_controllers(domain: Any, caps: QemuCaps) -> None:
    """Every controller."""
    for controller in domain.devices.controllers:
        match controller.type:
            case "ide":
                _validate_ide(domain, controller)
            case "sata":
                _validate_sata(domain, controller, caps)
            case "scsi":
                _validate_scsi(domain, controller, caps)
            case "pci":
                _validate_pci(domain, controller, caps)


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
    if model in _SCSI and not caps.has(_SCSI[model][0]):
        raise unsupported(f"This QEMU doesn't support {_SCSI[model][1]}")
    if model == "buslogic":
        raise unsupported(f"Unsupported controller model: {model}")
    if driver is None:
        return
    if driver.iothread:
        _validate_iothread(domain, controller)
    if model in _VIRTIO_SCSI:
        return
    for field in ("queues", "cmd_per_lun", "max_sectors", "ioeventfd"):
        if getattr(driver, field):
            raise unsupported(f"'{field}' is only supported by virtio-scsi controller")


def _validate_iothread(domain: Any, controller: Any) -> None:
    if controller.model not in _VIRTIO_SCSI:
        raise VirtError(
            ErrorCode.XML_ERROR, "'iothread' attribute only supported for virtio scsi controllers", ErrorDomain.DOMAIN
        )
    number = controller.driver.iothread
    if number not in {iothread.id for iothread in iothreads_of(domain)}:
        raise unsupported(f"controller iothread '{number}' not defined in iothreadid")


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


def _validate_pci(domain: Any, controller: Any, caps: QemuCaps) -> None:
    model, target = controller.model, controller.target
    name = controller.pci_model.name if controller.pci_model is not None else None
    which = f"for PCI controller with index '{controller.index}', model '{model}' and modelName '{name or 'none'}'"
    if name not in (None, "none") and name not in _PCI_NAMES.get(model, ()):
        raise unsupported(f"Option 'modelName' has invalid value {which}")
    for field, word, models in _PCI_OPTIONS:
        if target is not None and getattr(target, field) is not None and model not in models:
            raise unsupported(f"Option '{word}' is not valid {which}")
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
