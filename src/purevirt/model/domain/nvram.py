"""`<nvram>` among the devices: the non-volatile memory of a pSeries guest (formatdomain.html, "NVRAM device")."""

from __future__ import annotations

from purevirt.model._engine import FormatContext, write_element
from purevirt.model.domain.device import Device
from purevirt.model.storage_encryption import open_close
from purevirt.types.override import override


class Nvram(Device, tag="nvram"):
    """Nothing but its address."""

    schema_hides = ("alias", "acpi", "master")

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """Always with an end tag."""
        mark = len(out)
        write_element(self, out, pad, ctx)
        open_close(out, mark)
