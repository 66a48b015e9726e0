"""`<iommu>`: the guest's IOMMU."""

from __future__ import annotations

from typing import Literal

from purevirt.model._engine import ON_OFF, UINT, Element, attr, child
from purevirt.model.domain.device import Device
from purevirt.model.schema_text import UINT8

IommuModel = Literal["intel", "smmuv3", "virtio"]


class IommuDriver(Element, tag="driver"):
    """Settings of the Intel IOMMU."""

    intremap: bool | None = attr(ON_OFF)
    caching_mode: bool | None = attr(ON_OFF)
    eim: bool | None = attr(ON_OFF)
    iotlb: bool | None = attr(ON_OFF)
    aw_bits: int | None = attr(UINT, omit=0, rng=UINT8)


class Iommu(Device, tag="iommu"):
    """The IOMMU; a guest has one at most."""

    model: IommuModel = attr(IommuModel, required=True, abi=True)
    driver: IommuDriver | None = child(IommuDriver)
