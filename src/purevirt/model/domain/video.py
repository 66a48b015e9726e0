"""`<video>`: display adapters."""

from __future__ import annotations

from typing import Literal, get_args

from purevirt.errors import ErrorCode
from purevirt.model._engine import UINT, YES_NO, Element, ParseContext, XmlError, attr, child, own_forms
from purevirt.model.domain.device import Device
from purevirt.model.domain.virtio import VirtioOptions
from purevirt.model.lenient import Silent
from purevirt.model.schema_text import ABSOLUTE_PATH
from purevirt.types.override import override

VideoModelType = Literal[
    "vga", "cirrus", "vmvga", "xen", "vbox", "qxl", "parallels", "virtio", "gop", "none", "bochs", "ramfb"
]
VideoBackend = Literal["qemu", "vhostuser"]
VgaConf = Literal["io", "on", "off"]


class VideoAcceleration(Element, tag="acceleration"):
    """Guest 2D and 3D acceleration."""

    accel2d: bool | None = attr(YES_NO)
    accel3d: bool | None = attr(YES_NO)
    rendernode: str | None = attr(doc="DRM render node of a vhost-user GPU process", rng=ABSOLUTE_PATH)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Refuse an element that says nothing."""
        if self.accel2d is None and self.accel3d is None and self.rendernode is None:
            raise XmlError("missing values for acceleration", ErrorCode.CONFIG_UNSUPPORTED)


class VideoResolution(Element, tag="resolution"):
    """The smallest resolution offered to the guest, pixels."""

    x: int = attr(UINT, required=True)
    y: int = attr(UINT, required=True)


class VideoModel(Element, tag="model"):
    """The adapter; memory sizes in KiB."""

    schema_cases = own_forms(
        {"type": ("qxl",), "ram": "optional", "vgamem": "optional", "vram64": "optional"},
        {"type": tuple(word for word in get_args(VideoModelType) if word not in ("qxl", "parallels"))},
    )

    type: VideoModelType | None = attr(
        VideoModelType, error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown video model '%s'"), abi=True,
        needed=True,
    )
    ram: int | None = attr(UINT, omit=0, error="cannot parse video ram '%s'", abi=True)
    vram: int | None = attr(UINT, omit=0, error="cannot parse video vram '%s'", abi=True)
    vram64: int | None = attr(UINT, omit=0, error="cannot parse video vram64 '%s'", abi=True)
    vgamem: int | None = attr(UINT, omit=0, error="cannot parse video vgamem '%s'", abi=True)
    heads: int | None = attr(UINT, omit=0, error=(ErrorCode.INTERNAL_ERROR, "cannot parse video heads '%s'"), abi=True)
    primary: bool | None = attr(Silent(YES_NO), omit=False)
    acceleration: VideoAcceleration | None = child(VideoAcceleration)
    resolution: VideoResolution | None = child(VideoResolution)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Memory of a QXL adapter belongs to QXL alone."""
        if self.type != "qxl":
            for name in ("ram", "vram64", "vgamem"):
                if getattr(self, name) is not None:
                    raise XmlError(f"{name} attribute only supported for video type qxl", ErrorCode.CONFIG_UNSUPPORTED)


class VideoDriver(VirtioOptions, tag="driver"):
    """Where the adapter is emulated, and its VGA settings."""

    name: VideoBackend | None = attr(VideoBackend)
    vgaconf: VgaConf | None = attr(VgaConf)


# The virtio options stand first here.
VideoDriver._fields = tuple(sorted(VideoDriver._fields, key=lambda field: field.name in ("name", "vgaconf")))


class Video(Device, tag="video"):
    """A display adapter."""

    driver: VideoDriver | None = child(VideoDriver)
    model: VideoModel | None = child(VideoModel)
