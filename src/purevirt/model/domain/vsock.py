"""`<vsock>`: the socket family between host and guest."""

from __future__ import annotations

from purevirt.errors import ErrorCode
from purevirt.model._engine import UINT, YES_NO, Element, ParseContext, XmlError, attr, child
from purevirt.model.domain.device import Device
from purevirt.model.domain.virtio import VirtioDriver, VirtioModel
from purevirt.types.override import override

FIRST_GUEST_CID = 3


class VsockCid(Element, tag="cid"):
    """The guest's address: given, or chosen when it starts."""

    auto: bool | None = attr(YES_NO)
    address: int | None = attr(UINT, omit=0)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Addresses below 3 are the host's."""
        if self.address is not None and self.address < FIRST_GUEST_CID and not (self.auto and self.address == 0):
            raise XmlError("guest CIDs must be >= 3", ErrorCode.CONFIG_UNSUPPORTED)


class Vsock(Device, tag="vsock", empty=True):
    """A vsock device."""

    model: VirtioModel | None = attr(VirtioModel, abi=True)
    cid: VsockCid | None = child(VsockCid)
    driver: VirtioDriver | None = child(VirtioDriver)


# The virtio options stand behind the address that every device ends with.
Vsock._fields = tuple(sorted(Vsock._fields, key=lambda field: field.name == "driver"))
