"""The smaller devices: TPM, IOMMU, watchdogs, input, entropy, balloon, shared memory, file systems, sockets."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.drivers.qemu.validate_chardevs import validate_entropy_source
from purevirt.drivers.qemu.validate_disks import require_shared_memory
from purevirt.drivers.qemu.validate_guest import unsupported
from purevirt.model.domain.device import CcwAddress, PciAddress, SpaprVioAddress


def validate_input(domain: Any, item: Any, context: PostParseContext) -> None:
    """A keyboard, mouse or the like."""
    caps = context.caps
    if item.bus == "ps2" and not mt.is_x86(domain.os.type.arch) and not caps.has("i8042"):
        raise unsupported("ps2 is not supported by this QEMU binary")
    if item.type == "keyboard" and item.bus == "usb" and not caps.has("usb-kbd"):
        raise unsupported("usb keyboard is not supported by this QEMU binary")
    if item.type == "evdev" and not caps.has("input-linux"):
        raise unsupported("input-linux is not supported by this QEMU binary")
    if item.bus != "virtio":
        return
    if item.model in ("virtio-transitional", "virtio-non-transitional") and item.type != "passthrough":
        raise unsupported(f"virtio (non-)transitional models are not supported for input type={item.type}")
    name = "virtio-input-host" if item.type == "passthrough" else f"virtio-{item.type}"
    on_ccw = isinstance(item.address, CcwAddress)
    if not caps.has(name) or (on_ccw and not caps.has(f"{name}-ccw")):
        raise unsupported(f"{name} is not supported by this QEMU binary")


def validate_memballoon(domain: Any, balloon: Any, context: PostParseContext) -> None:
    """The memory balloon."""
    caps = context.caps
    if balloon.model == "none":
        return
    if not balloon.model.startswith("virtio"):
        raise unsupported(f"Memory balloon device type '{balloon.model}' is not supported by this version of qemu")
    if balloon.autodeflate is not None and not caps.has("virtio-balloon-pci.deflate-on-oom"):
        raise unsupported("deflate-on-oom is not supported by this QEMU binary")
    if balloon.free_page_reporting is not None and not caps.has("virtio-balloon.free-page-reporting"):
        raise unsupported("freePageReporting is not supported by this QEMU binary")


def validate_rng(domain: Any, rng: Any, context: PostParseContext) -> None:
    """A random number generator."""
    model = rng.backend.MODEL if rng.backend is not None else None
    if model is not None and not context.caps.has(f"rng-{model}"):
        raise unsupported(f"this qemu doesn't support the rng-{model} backend")
    if model == "egd":
        validate_entropy_source(domain, rng.backend, context.caps)


def validate_shmem(domain: Any, shmem: Any, context: PostParseContext) -> None:
    """A region of shared memory."""
    model = shmem.model.type
    if context.caps.has(model):
        return
    if model == "ivshmem":
        raise unsupported("ivshmem device is not supported with this QEMU binary")
    raise unsupported(f"shmem model '{model}' is not supported by this QEMU binary")


def validate_vsock(domain: Any, vsock: Any, context: PostParseContext) -> None:
    """The socket device."""
    if not context.caps.has("vhost-vsock"):
        raise unsupported("vsock device is not supported with this QEMU binary")


def validate_nvram(domain: Any, nvram: Any, context: PostParseContext) -> None:
    """The non-volatile memory of pSeries."""
    if not mt.is_pseries(*mt.of(domain)):
        raise unsupported("nvram device is only supported for PPC64")
    if not context.caps.has("nvram"):
        raise unsupported("nvram device is not supported by this QEMU binary")
    if nvram.address is not None and not isinstance(nvram.address, SpaprVioAddress):
        raise unsupported("nvram address type must be spaprvio")


def validate_hub(domain: Any, hub: Any, context: PostParseContext) -> None:
    """A USB hub."""
    if hub.type != "usb":
        raise unsupported(f"hub type {hub.type} not supported")
    if not context.caps.has("usb-hub"):
        raise unsupported("usb-hub not supported by QEMU binary")


# -- TPM -------------------------------------------------------------------------------------------------------------
_TPM_MODEL_FLAGS = {"tpm-tis": "tpm-tis", "tpm-crb": "tpm-crb", "tpm-spapr": "tpm-spapr", "spapr-tpm-proxy": "spapr-tpm-proxy"}
_TPM_BACKEND_FLAGS = {"passthrough": "tpm-passthrough", "emulator": "tpm-emulator", "external": "tpm-emulator"}


def validate_tpm(domain: Any, tpm: Any, context: PostParseContext) -> None:
    """One TPM."""
    caps, backend, arch = context.caps, tpm.backend, domain.os.type.arch
    if backend.type == "emulator":
        if backend.version not in context.host.tpm_versions:
            raise unsupported(f"TPM version '{backend.version}' is not supported")
        if backend.version == "1.2":
            if tpm.model == "tpm-crb":
                raise unsupported(f"Unsupported interface '{tpm.model}' for TPM 1.2")
            if tpm.model == "tpm-spapr":
                raise unsupported("TPM 1.2 is not supported with the SPAPR device model")
            if mt.is_arm(arch):
                raise unsupported("TPM 1.2 is not supported on ARM")
    if not caps.has(_TPM_BACKEND_FLAGS[backend.type]):
        raise unsupported(f"The QEMU executable {domain.devices.emulator} does not support TPM backend type {backend.type}")
    if tpm.model == "spapr-tpm-proxy" and backend.type != "passthrough":
        raise unsupported(f"TPM Proxy model {tpm.model} requires 'Passthrough' backend")
    if not caps.has(_TPM_MODEL_FLAGS[tpm.model]) and not (tpm.model == "tpm-tis" and mt.is_arm(arch)):
        raise unsupported(f"The QEMU executable {domain.devices.emulator} does not support TPM model {tpm.model}")


# -- IOMMU, watchdogs ----------------------------------------------------------------------------------------------
_INTEL_FLAGS = {"intremap": "intel-iommu.intremap", "caching_mode": "intel-iommu.caching-mode", "eim": "intel-iommu.eim",
                "iotlb": "intel-iommu.device-iotlb", "aw_bits": "intel-iommu.aw-bits"}  # fmt: skip


_INTEL_WORDS = {"intremap": "interrupt remapping", "caching_mode": "caching mode", "eim": "eim", "iotlb": "device IOTLB",
                "aw_bits": "aw_bits"}  # fmt: skip


def validate_iommu(domain: Any, iommu: Any, context: PostParseContext) -> None:
    """The IOMMU."""
    caps = context.caps
    arch, machine = mt.of(domain)
    what = f"IOMMU device: '{iommu.model}'"
    if iommu.model == "intel":
        if not mt.is_q35(arch, machine):
            raise unsupported(f"{what} is only supported with Q35 machines")
        if not caps.has("intel-iommu"):
            raise unsupported(f"{what} is not supported with this QEMU binary")
        for field, flag in _INTEL_FLAGS.items():
            value = getattr(iommu.driver, field) if iommu.driver is not None else None
            if value is not None and not caps.has(flag):
                raise unsupported(f"iommu: {_INTEL_WORDS[field]} is not supported with this QEMU binary")
    elif iommu.model == "smmuv3":
        if not mt.is_arm_virt(arch, machine):
            raise unsupported(f"{what} is only supported with ARM Virt machines")
        if not caps.has("machine.virt.iommu"):
            raise unsupported(f"{what} is not supported with this QEMU binary")
    else:
        _validate_virtio_iommu(domain, iommu, caps, what)


def _validate_virtio_iommu(domain: Any, iommu: Any, caps: QemuCaps, what: str) -> None:
    arch, machine = mt.of(domain)
    if not mt.is_q35(arch, machine) and not mt.is_arm_virt(arch, machine):
        raise unsupported(f"{what} is only supported with Q35 and ARM Virt machines")
    if not (caps.has("virtio-iommu-pci") and caps.has("virtio-iommu.boot-bypass")):
        raise unsupported(f"{what} is not supported with this QEMU binary")
    if iommu.address is not None and not isinstance(iommu.address, PciAddress):
        raise unsupported(f"{what} needs a PCI address")
    if mt.is_q35(arch, machine) and not (domain.features is not None and domain.features.acpi):
        raise unsupported(f"{what} requires ACPI")


def validate_watchdog(domain: Any, dog: Any, context: PostParseContext) -> None:
    """The watchdog."""
    model, address = dog.model, dog.address
    if model == "i6300esb" and address is not None and not isinstance(address, PciAddress):
        raise unsupported(f"{model} model of watchdog can go only on PCI bus")
    if model == "ib700" and address is not None:
        raise unsupported(f"{model} model of watchdog does not support configuring the address")
    if model == "diag288":
        if address is not None:
            raise unsupported(f"{model} model of watchdog is virtual and cannot go on any bus.")
        if not mt.is_s390(domain.os.type.arch):
            raise unsupported(f"{model} model of watchdog is allowed for s390 and s390x only")


# -- file systems ----------------------------------------------------------------------------------------------------
def validate_filesystem(domain: Any, fs: Any, context: PostParseContext) -> None:
    """One file system."""
    if fs.type != "mount":
        raise unsupported("only supports mount filesystem type")
    driver = fs.driver
    modes = fs.fmode or fs.dmode
    if modes and fs.accessmode != "mapped":
        raise unsupported("fmode and dmode must be used with accessmode=mapped")
    kind = (driver.type if driver is not None else None) or "path"
    if kind in ("loop", "nbd", "ploop"):
        raise unsupported("Filesystem driver type not supported")
    if kind != "virtiofs":
        if kind == "handle" and fs.accessmode not in (None, "passthrough"):
            raise unsupported("only supports passthrough accessmode")
        return
    if fs.source is not None and getattr(fs.source, "socket", None) is None:
        if fs.readonly:
            raise unsupported("virtiofs does not yet support read-only mode")
        if not context.settings.privileged:
            raise unsupported("virtiofs is not yet supported in session mode")
        if fs.accessmode not in (None, "passthrough"):
            raise unsupported("virtiofs only supports passthrough accessmode")
        if driver.wrpolicy:
            raise unsupported("virtiofs does not support wrpolicy")
        if fs.model is not None:
            raise unsupported("virtiofs does not support model")
        if driver.format:
            raise unsupported("virtiofs does not support format")
        if fs.multidevs not in (None, "default"):
            raise unsupported("virtiofs does not support multidevs")
        if modes:
            raise unsupported("virtiofs does not support fmode and dmode")
    if not context.caps.has("vhost-user-fs"):
        raise unsupported("virtiofs is not supported with this QEMU binary")
    require_shared_memory(domain, "virtiofs")
