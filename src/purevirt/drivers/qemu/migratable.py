"""The form of a document that any version reads: what saved images hold and VIR_DOMAIN_XML_MIGRATABLE asks for.

It is the definition behind a running guest, without what every version adds by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from purevirt.model._engine.context import FormatContext

if TYPE_CHECKING:
    from purevirt.model.domain.devices import Devices
    from purevirt.model.domain.document import Domain


def format_migratable(document: Domain, *, secure: bool) -> str:
    """Text of a live or a defined document; the document itself is left alone."""
    plain = document.copy()
    if plain.devices is not None:
        _drop_implied(plain.devices)
    return plain.to_xml(ctx=FormatContext(secure=secure, inactive=True, migratable=True))


def _drop_implied(devices: Devices) -> None:
    implied = [*_only(devices, "usb", (None, "piix3-uhci")), *_only(devices, "pci", ("pci-root",))]
    devices.controllers = [c for c in devices.controllers if not any(c is one for one in implied)]
    devices.inputs = [i for i in devices.inputs if (i.type, i.bus) != ("keyboard", "ps2")]
    if len(devices.audios) == 1 and devices.audios[0] == type(devices.audios[0])(id=1, type="none"):
        devices.audios = []
    for display in devices.graphics:
        for listen in getattr(display, "listens", []):
            if listen.from_config:
                listen.address = None


def _only(devices: Devices, kind: str, models: tuple[str | None, ...]) -> list[Any]:
    """The first controller of a kind, when it is the only one and of a model that comes by itself."""
    found = [c for c in devices.controllers if c.type == kind]
    return found if len(found) == 1 and found[0].index == 0 and found[0].model in models else []
