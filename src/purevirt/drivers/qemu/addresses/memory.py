"""Slots of memory modules."""

from __future__ import annotations

from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.addresses_devices import devices_of
from purevirt.model.domain.device import DimmAddress

SLOT_MODELS = frozenset({"dimm", "nvdimm"})


def assign_memory_slots(domain: Any) -> None:
    """Give DIMMs and NVDIMMs the lowest free slots; only where memory hotplug is configured."""
    limit = domain.max_memory
    if limit is None or not limit.slots:
        return
    slots: int = limit.slots
    used: set[int] = set()
    modules = [module for module in devices_of(domain, "memories") if module.model in SLOT_MODELS]
    for module in modules:
        if isinstance(module.address, DimmAddress):
            slot = module.address.slot
            if slot >= slots:
                raise VirtError(
                    ErrorCode.INTERNAL_ERROR, f"memory device slot '{slot}' exceeds slots count '{slots}'", ErrorDomain.QEMU
                )
            if slot in used:
                raise VirtError(
                    ErrorCode.CONFIG_UNSUPPORTED,
                    f"memory device slot '{slot}' is already being used by another memory device",
                    ErrorDomain.QEMU,
                )
            used.add(slot)
    for module in modules:
        if not isinstance(module.address, DimmAddress):
            free = next((slot for slot in range(slots) if slot not in used), None)
            if free is None:
                raise VirtError(ErrorCode.INTERNAL_ERROR, "failed to find an empty memory slot", ErrorDomain.QEMU)
            used.add(free)
            module.address = DimmAddress(slot=free)
