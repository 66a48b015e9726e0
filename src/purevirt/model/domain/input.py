"""`<input>`: keyboards, mice, tablets, and host input devices passed to the guest."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import ON_OFF, Element, ParseContext, XmlError, attr, child, choice
from purevirt.model.domain.device import Device
from purevirt.model.domain.virtio import VirtioDriver, VirtioModel
from purevirt.model.schema_text import ABSOLUTE_PATH
from purevirt.types.override import override

InputType = Literal["mouse", "tablet", "keyboard", "passthrough", "evdev"]
InputBus = Literal["ps2", "usb", "xen", "parallels", "virtio", "none"]
Grab = Literal["all"]
GrabToggle = Literal["ctrl-ctrl", "alt-alt", "shift-shift", "meta-meta", "scrolllock", "ctrl-scrolllock"]


class PassthroughSource(Element, tag="source"):
    """The host's event device that virtio-input-host reads."""

    evdev: str | None = attr(needed=True, rng=ABSOLUTE_PATH)


class EvdevSource(Element, tag="source"):
    """A host event device whose events go to the guest."""

    dev: str | None = attr(rng=ABSOLUTE_PATH, needed=True)
    grab: Grab | None = attr(Grab)
    grab_toggle: GrabToggle | None = attr(GrabToggle, name="grabToggle")
    repeat: bool | None = attr(ON_OFF)


class Input(Device, tag="input"):
    """An input device."""

    schema_cases = (
        {"type": ("tablet", "mouse", "keyboard"), "bus": ("ps2", "usb", "xen", "virtio", None), "source": "absent"},
        {"type": ("passthrough",), "bus": ("virtio",), "source": "present"},
        {"type": ("evdev",), "bus": "absent", "source": "present"},
    )

    type: InputType = attr(
        InputType,
        required=True,
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown input device type '%s'"),
        missing=(ErrorCode.INTERNAL_ERROR, "missing input device type"),
        abi=True,
    )
    bus: InputBus | None = attr(
        InputBus, error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown input bus type '%s'"), omit="none", abi=True
    )
    model: VirtioModel | None = attr(
        VirtioModel, error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown input model '%s'"), abi=True
    )
    driver: VirtioDriver | None = child(VirtioDriver)
    source: PassthroughSource | EvdevSource | None = choice(
        "type", {"passthrough": PassthroughSource, "evdev": EvdevSource}, tag="source"
    )

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A virtio model needs the virtio bus."""
        super().after_parse(ctx)
        if self.model is not None and self.bus != "virtio":
            raise XmlError(
                f"only bus 'virtio' is supported for input model '{self.model}'", ErrorCode.CONFIG_UNSUPPORTED
            )
