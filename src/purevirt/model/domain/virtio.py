"""The virtio transport options that every virtio device's `<driver>` has."""

from __future__ import annotations

from typing import Literal

from purevirt.model._engine import ON_OFF, Element, attr

VirtioModel = Literal["virtio", "virtio-transitional", "virtio-non-transitional"]


class VirtioOptions(Element, tail=True):
    """iommu, ats, packed, page_per_vq: written behind the driver's own attributes."""

    iommu: bool | None = attr(ON_OFF)
    ats: bool | None = attr(ON_OFF)
    packed: bool | None = attr(ON_OFF)
    page_per_vq: bool | None = attr(ON_OFF)


class VirtioDriver(VirtioOptions, tag="driver"):
    """A `<driver>` element with nothing but virtio options."""
