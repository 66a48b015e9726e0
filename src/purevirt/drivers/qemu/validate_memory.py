"""Memory: hotplug, huge pages, modules, NUMA."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.command.hmat import has_hmat
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.drivers.qemu.validate_guest import unsupported
from purevirt.model.domain.addresses_devices import devices_of

_SYSTEM_PAGE_KIB = 4


def _cells(domain: Any) -> list[Any]:
    cells: list[Any] = domain.cpu.numa.cells if domain.cpu is not None and domain.cpu.numa is not None else []
    return cells


def validate_memory(domain: Any, caps: QemuCaps) -> None:
    """The guest's own, and how much can be plugged."""
    _validate_hugepages(domain, caps)
    if domain.cpu is not None and has_hmat(domain.cpu.numa) and not caps.has("numa.hmat"):
        raise unsupported("HMAT is not supported with this QEMU")


def _validate_hugepages(domain: Any, caps: QemuCaps) -> None:
    backing = domain.memory_backing
    if backing is None or backing.hugepages is None:
        return
    if backing.source is not None and backing.source.type == "anonymous":
        raise unsupported("hugepages are not allowed with anonymous memory source")
    if backing.allocation is not None and backing.allocation.mode == "ondemand":
        raise unsupported("hugepages are not allowed with memory allocation ondemand")
    if backing.source is not None and backing.source.type == "memfd" and not caps.has("memory-backend-memfd.hugetlb"):
        raise unsupported("hugepages is not supported with memfd memory source")
    pages = backing.hugepages.pages
    ordinary = bool(pages) and pages[0].size == _SYSTEM_PAGE_KIB
    mode = backing.access.mode if backing.access is not None else None
    # RAM that is a named object can be shared; other RAM only in the cells of a NUMA guest.
    named = caps.machine_default_ram_id(domain.type, domain.os.type.machine) is not None
    if not ordinary and not _cells(domain) and not named and mode == "shared":
        raise unsupported(f"memory access mode '{mode}' not supported without guest numa node")


def validate_hotplug(domain: Any) -> None:
    """Memory devices, and the room there is for them."""
    modules = [module for module in devices_of(domain, "memories") if module.model != "sgx-epc"]
    limit = domain.max_memory
    if limit is None or not limit.value:
        if devices_of(domain, "memories"):
            raise unsupported("cannot use/hotplug a memory device when domain 'maxMemory' is not defined")
        return
    if not mt.is_ppc64(domain.os.type.arch) and not _cells(domain):
        raise unsupported("At least one numa node has to be configured when enabling memory hotplug")
    slotted = [module for module in modules if module.model in ("dimm", "nvdimm")]
    if len(slotted) > (limit.slots or 0):
        raise unsupported(f"memory device count '{len(slotted)}' exceeds slots count '{limit.slots or 0}'")
    size = sum(module.target.size for module in modules)
    initial = (domain.memory.value or 0) - sum(m.target.size for m in devices_of(domain, "memories"))
    if size > limit.value - initial:
        raise unsupported("memory device total size exceeds hotplug space")


_MODULE_FLAGS = {
    "nvdimm": ("nvdimm", "nvdimm"), "virtio-pmem": ("virtio-pmem-pci", "virtio-pmem"),
    "virtio-mem": ("virtio-mem-pci", "virtio-mem"), "sgx-epc": ("sgx-epc", "sgx epc"),
}  # fmt: skip


def validate_module(domain: Any, module: Any, context: PostParseContext) -> None:
    """One memory device."""
    caps = context.caps
    flag, word = _MODULE_FLAGS.get(module.model, (None, ""))
    if flag is not None and not caps.has(flag):
        raise unsupported(f"{word} isn't supported by this QEMU binary")
    cells, target = _cells(domain), module.target
    if target.node is None and cells and module.model in ("dimm", "nvdimm", "virtio-mem"):
        raise unsupported("target NUMA node needs to be specified for memory device")
    if module.model == "nvdimm" and mt.is_pseries(*mt.of(domain)) and module.uuid is None:
        raise unsupported("NVDIMM UUID is required for pSeries guests")
