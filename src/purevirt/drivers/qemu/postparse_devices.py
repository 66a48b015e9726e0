"""Models and other properties that a device of a QEMU guest gets when the definition leaves them open."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.postparse_chardev import settle_channel, settle_serial
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.drivers.qemu.postparse_controller import settle_controller
from purevirt.drivers.qemu.postparse_graphics import settle_graphics
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.disk import DiskDriver, ImageFormat
from purevirt.model.domain.shmem import ShmemMsi

_QXL_VGAMEM = 16384
_SHMEM_SIZE = 4 << 20


def settle_device(domain: Any, kind: str, device: Any, context: PostParseContext) -> None:
    """Fill in one device."""
    caps = context.caps
    match kind:
        case "disks":
            _settle_disk(device)
        case "interfaces":
            _settle_interface(domain, device, caps, context)
        case "videos":
            _settle_video(domain, device, caps)
        case "controllers":
            settle_controller(domain, device, context)
        case "serials":
            settle_serial(domain, device, caps)
        case "channels":
            settle_channel(domain, device, context)
        case "panics":
            if device.model is None:
                device.model = _panic_model(domain)
        case "tpms":
            _settle_tpm(domain, device)
        case "graphics":
            settle_graphics(device, context)
        case "hostdevs":
            _settle_hostdev(device, caps)
        case "vsocks":
            if device.model is None:
                device.model = "virtio"
        case "memories":
            if context.abi_update and mt.is_pseries(*mt.of(domain)):
                align_memory(device)
        case "shmems":
            settle_shmem(device)


def _settle_disk(disk: Any) -> None:
    if disk.driver is None:
        disk.driver = DiskDriver()
    if disk.driver.name is None:
        disk.driver.name = "qemu"
    if disk.driver.type is None and disk.type != "volume":
        disk.driver.type = "raw"
    for encryption in (disk.encryption, disk.source.encryption if disk.source is not None else None):
        if encryption is not None and encryption.engine is None:
            encryption.engine = "qemu"
    mirror = disk.mirror
    if mirror is not None:
        if mirror.format is None:
            mirror.format = ImageFormat()
        if mirror.format.type is None:
            mirror.format.type = "raw"


def default_net_model(arch: str, machine: str, caps: QemuCaps | None) -> str:
    """The NIC of an interface that names none."""
    if mt.is_s390(arch):
        return "virtio"
    if mt.is_arm(arch):
        if machine == "versatilepb":
            return "smc91c111"
        return "virtio" if mt.is_arm_virt(arch, machine) else "lan9118"
    if mt.is_riscv_virt(arch, machine):
        return "virtio"
    if caps is not None:
        for flag, model in (("rtl8139", "rtl8139"), ("e1000", "e1000"), ("virtio-net", "virtio")):
            if caps.has(flag):
                return model
    return "rtl8139"


def _settle_interface(domain: Any, interface: Any, caps: QemuCaps, context: PostParseContext) -> None:
    from purevirt.model.domain.interface import InterfaceModel

    if interface.type != "hostdev" and (interface.model is None or interface.model.type is None):
        model = "virtio" if interface.type == "vdpa" else default_net_model(*mt.of(domain), caps)
        interface.model = InterfaceModel(type=model)


def default_video_model(arch: str, machine: str, caps: QemuCaps) -> str | None:
    """The graphics card of a video device that names none; None when the capabilities have none to offer."""
    if mt.is_ppc64(arch):
        return "vga"
    if mt.is_arm_virt(arch, machine) or mt.is_riscv_virt(arch, machine) or mt.is_s390(arch):
        return "virtio"
    if caps.has("cirrus-vga"):
        return "cirrus"
    return "vga" if caps.has("VGA") else None


def _settle_video(domain: Any, video: Any, caps: QemuCaps) -> None:
    from purevirt.model.domain.video import VideoModel

    if video.model is None:
        video.model = VideoModel()
    if video.model.type is None:
        model = default_video_model(*mt.of(domain), caps)
        if model is None:
            raise VirtError(ErrorCode.INTERNAL_ERROR, "missing video model and cannot determine default", ErrorDomain.QEMU)
        video.model.type = model
    if video.model.type == "qxl" and not video.model.vgamem:
        video.model.vgamem = _QXL_VGAMEM


def _panic_model(domain: Any) -> str:
    arch, machine = mt.of(domain)
    if mt.is_pseries(arch, machine):
        return "pseries"
    return "s390" if mt.is_s390(arch) else "isa"


def _settle_tpm(domain: Any, tpm: Any) -> None:
    arch, machine = mt.of(domain)
    if tpm.model is None:
        tpm.model = "tpm-spapr" if mt.is_pseries(arch, machine) else "tpm-tis"
    backend = tpm.backend
    if backend is not None and backend.type == "emulator" and backend.version is None:
        newer = tpm.model in ("tpm-spapr", "tpm-crb") or mt.is_arm(arch)
        backend.version = "2.0" if newer else "1.2"


def _settle_hostdev(hostdev: Any, caps: QemuCaps) -> None:
    if hostdev.mode != "subsystem" or hostdev.type != "mdev" or hostdev.model != "vfio-pci":
        return
    if hostdev.display is None and caps.has("vfio-pci.display"):
        hostdev.display = False


def align_memory(module: Any) -> None:
    """pSeries plugs blocks of 256 MiB: a module is made larger, but a file no smaller than its NVDIMM says."""
    target = module.target
    if module.model == "nvdimm":
        label = (target.label.size if target.label is not None else None) or 0
        blocks = (target.size - label) // _PSERIES_BLOCK
        if blocks < 1:
            raise VirtError(
                ErrorCode.XML_ERROR, "minimum target size for the NVDIMM must be 256MB plus the label size", ErrorDomain.QEMU
            )
        target.size = blocks * _PSERIES_BLOCK + label
    elif module.model == "dimm":
        target.size = -(-target.size // _PSERIES_BLOCK) * _PSERIES_BLOCK


_PSERIES_BLOCK = 256 << 10
"""KiB."""


def settle_shmem(shmem: Any) -> None:
    """The size and interrupts of each model; what the newer two models cannot have is refused here."""
    model = shmem.model.type
    if model != "ivshmem-doorbell" and not shmem.size:
        shmem.size = _SHMEM_SIZE
    if model == "ivshmem":
        return
    if shmem.server is None:
        if model == "ivshmem-doorbell":
            raise _refused(f"shmem model '{model}' is supported only with server option enabled")
        if shmem.msi is not None:
            raise _refused(f"shmem model '{model}' doesn't support msi")
        return
    if model == "ivshmem-plain":
        raise _refused(f"shmem model '{model}' is supported only with server option disabled")
    if shmem.size:
        raise _refused(f"shmem model '{model}' does not support size setting")
    if shmem.msi is None:
        shmem.msi = ShmemMsi()
    if shmem.msi.ioeventfd is None:
        shmem.msi.ioeventfd = True


def _refused(message: str) -> VirtError:
    return VirtError(ErrorCode.CONFIG_UNSUPPORTED, message, ErrorDomain.QEMU)
