"""Devices and features every guest of a machine has, whether the definition says so or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.addresses_devices import devices_of
from purevirt.model.domain.features import Features, Gic
from purevirt.model.domain.input import Input
from purevirt.model.domain.memballoon import Memballoon
from purevirt.model.domain.panic import Panic
from purevirt.model.domain.postparse_controllers import (
    add_controller,
    add_usb2,
    ensure_controller,
    find,
)


@dataclass(slots=True)
class _Defaults:
    usb: bool = True
    usb_model: str | None = None
    sata: bool = False
    root: str | None = None
    balloon: bool = True
    usb_input: bool = False
    panic: str | None = None


def _q35(defaults: _Defaults, caps: QemuCaps) -> None:
    defaults.root = "pcie-root"
    defaults.sata = True
    if caps.has("qemu-xhci"):
        defaults.usb_model = "qemu-xhci"
    elif caps.has("nec-usb-xhci"):
        defaults.usb_model = "nec-xhci"
    elif caps.has("ich9-usb-ehci1"):
        defaults.usb_model = "ich9-ehci1"
    else:
        # Nothing suitable: better no USB than a controller the guest cannot have.
        defaults.usb = False


def _defaults(arch: str, machine: str, caps: QemuCaps) -> _Defaults:
    result = _Defaults()
    if mt.is_x86(arch):
        if machine == "isapc":
            result.usb = False
        elif mt.is_q35(arch, machine):
            _q35(result, caps)
        elif mt.is_i440fx(arch, machine):
            result.root = "pci-root"
        elif machine == "microvm":
            result.usb = False
    elif mt.is_arm(arch):
        result.usb = result.balloon = False
        if machine == "versatilepb":
            result.root = "pci-root"
        elif mt.is_arm_virt(arch, machine) and caps.has("gpex-pcihost"):
            result.root = "pcie-root"
    elif mt.is_ppc64(arch):
        result.root = "pci-root"
        result.usb_input = True
        if mt.is_pseries(arch, machine):
            result.panic = "pseries"
    elif arch in ("ppc", "ppcemb", "ppcle", "alpha", "sh4", "sh4eb", "sparc64") or mt.is_mips(arch):
        result.root = "pci-root"
    elif mt.is_riscv(arch):
        result.usb = False
        if mt.is_riscv_virt(arch, machine) and caps.has("gpex-pcihost"):
            result.root = "pcie-root"
    elif mt.is_s390(arch):
        result.usb = False
        result.panic = "s390"
        if caps.has("zpci"):
            result.root = "pci-root"
    elif arch == "sparc":
        result.usb = result.balloon = False
    return result


def _add_root(domain: Any, model: str) -> None:
    root = find(domain, "pci", 0)
    if root is None:
        add_controller(domain, "pci", 0, model)
    elif root.model != model:
        raise VirtError(
            ErrorCode.XML_ERROR,
            f"The PCI controller with index='0' must be model='{model}' for this machine type, but "
            f"model='{root.model or '(null)'}' was found instead",
            ErrorDomain.QEMU,
        )


def _has_input(domain: Any, type_: str, bus: str) -> bool:
    return any(device.type == type_ and device.bus == bus for device in domain.devices.inputs)


def _add_input(domain: Any, type_: str, bus: str) -> None:
    if not _has_input(domain, type_, bus):
        domain.devices.inputs.append(Input(type=type_, bus=bus))  # type: ignore[arg-type]


def add_default_devices(domain: Any, caps: QemuCaps, context: PostParseContext) -> None:
    """Add the machine's implied devices."""
    arch, machine = mt.of(domain)
    defaults = _defaults(arch, machine, caps)
    devices = domain.devices
    if defaults.usb and find(domain, "usb", 0) is None:
        if defaults.usb_model == "ich9-ehci1":
            add_usb2(domain)
        else:
            add_controller(domain, "usb", 0, defaults.usb_model)
    if defaults.sata:
        ensure_controller(domain, "sata", 0)
    if defaults.root is not None:
        _add_root(domain, defaults.root)
    if defaults.balloon and not devices_of(domain, "memballoons"):
        devices.memballoon = Memballoon(model="virtio")
    if mt.is_x86(arch):
        _add_input(domain, "mouse", "ps2")
        _add_input(domain, "keyboard", "ps2")
    if defaults.usb_input and devices.graphics:
        _add_input(domain, "keyboard", "usb")
        _add_input(domain, "mouse", "usb")
    if defaults.panic is not None and not any(panic.model in (None, defaults.panic) for panic in devices.panics):
        devices.panics.append(Panic(model=defaults.panic))  # type: ignore[arg-type]


def _best_gic(domain: Any, caps: QemuCaps) -> str:
    """GICv2 for TCG where it is emulated, else the newest."""
    if domain.type != "kvm" and caps.gic_supported(domain.type, 2):
        return "2"
    for version in (3, 2):
        if caps.gic_supported(domain.type, version):
            return str(version)
    return "2"


def enable_default_features(domain: Any, caps: QemuCaps) -> None:
    """ARM virt boards always have a GIC: say which."""
    if not mt.is_arm_virt(*mt.of(domain)):
        gic = domain.features.gic if domain.features is not None else None
        if gic is not None and gic.version is None:
            gic.version = _best_gic(domain, caps)
        return
    if domain.features is None:
        domain.features = Features()
    if domain.features.gic is None:
        domain.features.gic = Gic()
    if domain.features.gic.version is None:
        domain.features.gic.version = _best_gic(domain, caps)


def check_tseg(domain: Any, caps: QemuCaps) -> None:
    """The memory of system management mode has a size only on Q35, in whole MiB."""
    smm = domain.features.smm if domain.features is not None else None
    if smm is None or not smm.state or smm.tseg is None or not smm.tseg.value:
        return
    if not mt.is_q35(*mt.of(domain)):
        raise _refused("SMM TSEG is only supported with q35 machine type")
    if not caps.has("mch.extended-tseg-mbytes"):
        raise _refused("Setting TSEG size is not supported with this QEMU binary")
    if smm.tseg.value & ((1 << 20) - 1):
        raise _refused("SMM TSEG size must be divisible by 1 MiB")


def _refused(text: str) -> VirtError:
    return VirtError(ErrorCode.CONFIG_UNSUPPORTED, text, ErrorDomain.QEMU)
