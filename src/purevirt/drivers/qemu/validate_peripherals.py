"""The smaller devices: TPM, IOMMU, panic notifiers, watchdogs, entropy, shared memory, file systems, sockets."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.drivers.qemu.validate_disks import require_shared_memory
from purevirt.drivers.qemu.validate_guest import unsupported
from purevirt.model.domain.addresses_devices import devices_of
from purevirt.model.domain.device import IsaAddress, PciAddress


def validate_peripherals(domain: Any, context: PostParseContext) -> None:
    """Every one of them."""
    caps = context.caps
    _validate_tpms(domain, context)
    for panic in domain.devices.panics:
        _validate_panic(domain, panic, caps)
    for iommu in devices_of(domain, "iommus"):
        _validate_iommu(domain, iommu, caps)
    for dog in devices_of(domain, "watchdogs"):
        _validate_watchdog(domain, dog)
    for shmem in domain.devices.shmems:
        if not caps.has(shmem.model.type):
            raise unsupported(f"{shmem.model.type} device is not supported with this QEMU binary")
    for fs in domain.devices.filesystems:
        _validate_filesystem(domain, fs, context)
    for item in domain.devices.inputs:
        plain = item.bus != "virtio" or item.type == "passthrough" or item.model in (None, "virtio")
        if not plain:
            raise unsupported(f"virtio (non-)transitional models are not supported for input type={item.type}")
    for rng in domain.devices.rngs:
        if rng.backend is not None and rng.backend.MODEL == "builtin" and not caps.has("rng-builtin"):
            raise unsupported("this QEMU doesn't support the rng-builtin backend")
    if devices_of(domain, "vsocks") and not caps.has("vhost-vsock"):
        raise unsupported("vsock device is not supported with this QEMU binary")
    for nvram in devices_of(domain, "nvrams"):
        if not mt.is_pseries(*mt.of(domain)):
            raise unsupported("nvram device is only supported for PPC64")
        del nvram


# -- TPM -------------------------------------------------------------------------------------------------------------
_TPM_MODEL_FLAGS = {"tpm-tis": "tpm-tis", "tpm-crb": "tpm-crb", "tpm-spapr": "tpm-spapr", "spapr-tpm-proxy": "spapr-tpm-proxy"}
_TPM_BACKEND_FLAGS = {"passthrough": "tpm-passthrough", "emulator": "tpm-emulator", "external": "tpm-emulator"}


def _validate_tpms(domain: Any, context: PostParseContext) -> None:
    tpms = devices_of(domain, "tpms")
    proxies = [tpm for tpm in tpms if tpm.model == "spapr-tpm-proxy"]
    if len(proxies) > 1:
        raise unsupported("only a single TPM Proxy device is supported")
    if len(tpms) - len(proxies) > 1:
        raise unsupported("only a single TPM non-proxy device is supported")
    for tpm in tpms:
        _validate_tpm(domain, tpm, context)


def _validate_tpm(domain: Any, tpm: Any, context: PostParseContext) -> None:
    caps, backend, arch = context.caps, tpm.backend, domain.os.type.arch
    if backend.type == "emulator":
        if backend.version not in context.host.tpm_versions:
            raise unsupported(f"TPM version '{backend.version}' is not supported")
        if backend.version == "1.2":
            if tpm.model == "tpm-crb":
                raise unsupported(f"Unsupported interface '{tpm.model}' for TPM 1.2")
            if mt.is_arm(arch):
                raise unsupported("TPM 1.2 is not supported on ARM")
    if not caps.has(_TPM_BACKEND_FLAGS[backend.type]):
        raise unsupported(f"The QEMU executable {domain.devices.emulator} does not support TPM backend type {backend.type}")
    if not caps.has(_TPM_MODEL_FLAGS[tpm.model]) and not (tpm.model == "tpm-tis" and mt.is_arm(arch)):
        raise unsupported(f"The QEMU executable {domain.devices.emulator} does not support TPM model {tpm.model}")


# -- panic notifiers, IOMMU, watchdogs -------------------------------------------------------------------------------
def _validate_panic(domain: Any, panic: Any, caps: QemuCaps) -> None:
    arch, model = domain.os.type.arch, panic.model
    if model == "s390" and not mt.is_s390(arch):
        raise unsupported(f"only S390 guests support panic device of model '{model}'")
    if model == "hyperv" and not mt.is_x86(arch):
        raise unsupported(f"only i686 and x86_64 guests support panic device of model '{model}'")
    if model == "pseries" and not mt.is_pseries(*mt.of(domain)):
        raise unsupported(f"only pSeries guests support panic device of model '{model}'")
    if model in ("s390", "hyperv", "pseries") and panic.address is not None:
        raise unsupported(f"setting the panic device address is not supported for model '{model}'")
    if model == "isa":
        if not caps.has("pvpanic"):
            raise unsupported("the QEMU binary does not support the panic device")
        if panic.address is not None and not isinstance(panic.address, IsaAddress):
            raise unsupported("panic is supported only with ISA address type")


_INTEL_FLAGS = {"intremap": "intel-iommu.intremap", "caching_mode": "intel-iommu.caching-mode", "eim": "intel-iommu.eim",
                "iotlb": "intel-iommu.device-iotlb", "aw_bits": "intel-iommu.aw-bits"}  # fmt: skip


def _validate_iommu(domain: Any, iommu: Any, caps: QemuCaps) -> None:
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
                raise unsupported(f"iommu: {field.replace('_', ' ')} is not supported with this QEMU binary")
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


def _validate_watchdog(domain: Any, dog: Any) -> None:
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
def _validate_filesystem(domain: Any, fs: Any, context: PostParseContext) -> None:
    if fs.type != "mount":
        raise unsupported("only supports mount filesystem type")
    driver = fs.driver
    kind = (driver.type if driver is not None else None) or "path"
    if kind in ("loop", "nbd", "ploop"):
        raise unsupported("Filesystem driver type not supported")
    if kind != "virtiofs":
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
    if not context.caps.has("vhost-user-fs"):
        raise unsupported("virtiofs is not supported with this QEMU binary")
    require_shared_memory(domain, "virtiofs")
