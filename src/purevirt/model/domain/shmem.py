"""`<shmem>`: memory shared between guests (formatdomain.html, "Shared memory device")."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import ON_OFF, UINT, Element, ParseContext, Size, XmlError, attr, child, leaf
from purevirt.model.domain.device import Device
from purevirt.model.schema_text import ABSOLUTE_PATH, matching, words
from purevirt.types.override import override

ShmemModel = Literal["ivshmem", "ivshmem-plain", "ivshmem-doorbell"]
ShmemRole = Literal["master", "peer"]


class MebiBytes(Size):
    """A size held in bytes and written in MiB, as `<size unit='M'>`."""

    def __init__(self) -> None:
        super().__init__("bytes")
        self.unit = "M"

    @override
    def format(self, value: int) -> str:
        """Whole MiB, rounded down."""
        return str(value >> 20)


class ShmemModelElement(Element, tag="model"):
    """The device that carries the memory."""

    type: ShmemModel = attr(ShmemModel, default="ivshmem", needed=True)


class ShmemServer(Element, tag="server", empty=True):
    """The ivshmem server to ask for memory and interrupts."""

    path: str | None = attr(rng=ABSOLUTE_PATH)


class ShmemMsi(Element, tag="msi", empty=True):
    """Interrupts between the guests."""

    vectors: int | None = attr(UINT, omit=0)
    ioeventfd: bool | None = attr(ON_OFF)


class Shmem(Device, tag="shmem"):
    """One region; guests that name the same share it."""

    name: str = attr(required=True, missing="shmem element must contain 'name' attribute", rng=matching("[^/]*"))
    role: ShmemRole | None = attr(rng=words(ShmemRole))
    model: ShmemModelElement | None = child(ShmemModelElement)
    size: int | None = leaf(
        MebiBytes(), omit=0, doc="bytes", error="Invalid value '%s' for element or attribute './size[1]'"
    )
    server: ShmemServer | None = child(ShmemServer, keep=True)
    msi: ShmemMsi | None = child(ShmemMsi, keep=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """The name is a plain file name; interrupts come from a server; an unknown role says nothing."""
        Device.after_parse(self, ctx)
        if "/" in self.name:
            raise XmlError("shmem name cannot include '/' character", ErrorCode.CONFIG_UNSUPPORTED)
        if self.name in (".", ".."):
            raise XmlError(f"shmem name cannot be equal to '{self.name}'", ErrorCode.CONFIG_UNSUPPORTED)
        if self.role not in ("master", "peer"):
            self.role = None
        if self.model is None:
            self.model = ShmemModelElement()
        if self.msi is not None and self.server is None:
            raise XmlError("msi option is only supported with a server")
