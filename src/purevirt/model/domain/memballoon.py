"""`<memballoon>`: the memory balloon."""

from __future__ import annotations

from typing import Literal

from purevirt.model._engine import INT, ON_OFF, Element, ParseContext, attr, child
from purevirt.model.domain.device import Device
from purevirt.model.domain.virtio import VirtioDriver
from purevirt.model.schema_text import POSITIVE
from purevirt.types.override import override

MemballoonModel = Literal["virtio", "xen", "none", "virtio-transitional", "virtio-non-transitional"]


class MemballoonStats(Element, tag="stats"):
    """How often the guest's memory statistics are fetched, seconds; 0 is off."""

    period: int = attr(INT, default=0, omit=0, rng=POSITIVE, needed=True)


class Memballoon(Device, tag="memballoon"):
    """The memory balloon; model `none` is a guest without one."""

    model: MemballoonModel = attr(MemballoonModel, required=True, abi=True)
    autodeflate: bool | None = attr(ON_OFF, abi=True)
    free_page_reporting: bool | None = attr(ON_OFF, name="freePageReporting", abi=True)
    stats: MemballoonStats | None = child(MemballoonStats, live="now")
    driver: VirtioDriver | None = child(VirtioDriver)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """What is not there has no properties."""
        super().after_parse(ctx)
        if self.model == "none":
            self.alias = self.acpi = self.address = None


# The virtio options stand behind the address that every device ends with.
Memballoon._fields = tuple(sorted(Memballoon._fields, key=lambda field: field.name == "driver"))
