"""`<sound>`: sound cards."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import UINT, Element, ParseContext, XmlError, attr, child, children
from purevirt.model.domain.device import Device
from purevirt.model.schema_text import UINT8
from purevirt.types.override import override

SoundModel = Literal["sb16", "es1370", "pcspk", "ac97", "ich6", "ich9", "usb", "ich7"]
CodecType = Literal["duplex", "micro", "output"]


class SoundCodec(Element, tag="codec"):
    """A codec on the bus of an HDA controller."""

    type: CodecType | None = attr(CodecType, error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown codec type '%s'"), needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A codec has a type."""
        if self.type is None:
            raise XmlError("unknown codec type '(null)'", ErrorCode.CONFIG_UNSUPPORTED)


class AudioRef(Element, tag="audio"):
    """The host backend of a device, by the id of an `<audio>` element."""

    id: int = attr(UINT, required=True, nonzero=True, rng=UINT8)


class Sound(Device, tag="sound"):
    """A sound card; only HDA controllers (ich6, ich9) have codecs."""

    model: SoundModel = attr(SoundModel, required=True, abi=True)
    codecs: list[SoundCodec] = children(SoundCodec)
    audio: AudioRef | None = child(AudioRef)

    HDA_MODELS = ("ich6", "ich9")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Codecs of other cards are ignored."""
        super().after_parse(ctx)
        if self.model not in self.HDA_MODELS:
            self.codecs = []
