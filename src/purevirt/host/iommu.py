"""IOMMU groups of host PCI devices."""

from __future__ import annotations

import os


def group_of(address: str) -> int | None:
    """The group of a PCI device (dddd:bb:ss.f); None when there is no such device, or no IOMMU."""
    try:
        return int(os.path.basename(os.readlink(f"/sys/bus/pci/devices/{address}/iommu_group")))
    except (OSError, ValueError):
        return None
